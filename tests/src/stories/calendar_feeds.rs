//! Another program fetches when a case manager is busy, again and again, over the network: the file, that it is still
//! the same, another one, and nothing any more. And whoever guesses.

use super::on_both_engines;

on_both_engines![another_program_shows_when_a_case_manager_is_busy];

mod tell {
    use anyhow::{Context as _, Result, ensure};
    use protocol::http::{
        Appointment, BookAppointment, CalendarFeed, CalendarFeedMade, CancelAppointment,
        MakeCalendarFeed, SESSION_COOKIE,
    };
    use protocol::{AppointmentKind, Bytes, CancelReason, OpId};
    use reqwest::header::{COOKIE, HeaderMap, IF_NONE_MATCH};
    use reqwest::{Client, Method, StatusCode};
    use testkit::{Engine, Story, TestServer};

    use super::super::clerks::{Clerk, browser, keep_sessions};

    fn op(n: u8) -> OpId {
        OpId::from_bytes([n; 16])
    }

    /// What a program that fetches a calendar gets.
    struct Fetched {
        status: StatusCode,
        headers: HeaderMap,
        text: String,
    }

    impl Fetched {
        fn header(&self, name: &str) -> &str {
            let value = self.headers.get(name);
            value.and_then(|value| value.to_str().ok()).unwrap_or("")
        }

        fn tag(&self) -> Result<String> {
            let tag = self.header("etag");
            ensure!(
                tag.starts_with('"') && tag.len() > 40,
                "{tag} is not strong"
            );
            Ok(tag.to_owned())
        }

        /// Whatever it is: for nobody else, told to nobody, and without a cookie.
        fn walled(self) -> Result<Self> {
            ensure!(self.header("referrer-policy") == "no-referrer");
            ensure!(self.header("x-robots-tag") == "noindex");
            ensure!(self.header("x-content-type-options") == "nosniff");
            ensure!(self.header("content-security-policy").ends_with("sandbox"));
            ensure!(!self.headers.contains_key("set-cookie"));
            Ok(self)
        }
    }

    async fn fetch(
        (browser, method): (&Client, Method),
        address: &str,
        known: Option<&str>,
    ) -> Result<Fetched> {
        let mut asking = browser.request(method, address);
        if let Some(known) = known {
            asking = asking.header(IF_NONE_MATCH, known);
        }
        let answer = asking.send().await?;
        let fetched = Fetched {
            status: answer.status(),
            headers: answer.headers().clone(),
            text: answer.text().await?,
        };
        fetched.walled()
    }

    /// As a program does that has the file of that tag.
    async fn get(browser: &Client, address: &str, known: Option<&str>) -> Result<Fetched> {
        fetch((browser, Method::GET), address, known).await
    }

    async fn make(dana: &Clerk, n: u8) -> Result<String> {
        let asked = MakeCalendarFeed { op_id: op(n) };
        let path = "/v1/calendar-feed";
        let made: CalendarFeedMade = dana.asks(Method::POST, path, &asked).await?;
        made.path.context("its address")
    }

    async fn book(server: &TestServer, dana: &Clerk) -> Result<Appointment> {
        let request = BookAppointment {
            op_id: op(0x20),
            client: server.agency().maria.person,
            kind: AppointmentKind::Phone,
            civil_start: "2026-11-10T10:00".to_owned(),
            zone: None,
            minutes: 30,
            visit_type: None,
            caregivers: Vec::new(),
            staff: Vec::new(),
            meeting_link: None,
            place: None,
        };
        dana.asks(Method::POST, "/v1/appointments", &request).await
    }

    async fn call_off(dana: &Clerk, card: &Appointment) -> Result<()> {
        let request = CancelAppointment {
            op_id: op(0x21),
            sequence: card.sequence,
            reason: CancelReason::Agency,
            scope: protocol::Scope::This,
        };
        let path = format!("/v1/appointments/{}/cancel", card.id);
        let _: Appointment = dana.asks(Method::POST, &path, &request).await?;
        Ok(())
    }

    /// The tag is another one exactly when the file is.
    async fn follows_the_calendar(
        server: &TestServer,
        (browser, dana): (&Client, &Clerk),
        address: &str,
    ) -> Result<()> {
        let empty = get(browser, address, None).await?;
        ensure!(empty.status == StatusCode::OK, "{}", empty.status);
        ensure!(empty.header("content-type") == "text/calendar; charset=utf-8");
        ensure!(empty.header("cache-control") == "private, no-cache");
        ensure!(empty.text.starts_with("BEGIN:VCALENDAR\r\n"));
        ensure!(!empty.text.contains("VEVENT"));
        let free = empty.tag()?;
        let same = get(browser, address, Some(&free)).await?;
        ensure!(same.status == StatusCode::NOT_MODIFIED && same.text.is_empty());
        ensure!(same.tag()? == free && same.header("cache-control") == "private, no-cache");

        let card = book(server, dana).await?;
        let booked = get(browser, address, Some(&free)).await?;
        ensure!(booked.status == StatusCode::OK, "{}", booked.status);
        ensure!(booked.text.contains("DTSTART:20261110T160000Z\r\n"));
        ensure!(booked.text.matches("BEGIN:VEVENT").count() == 1);
        let busy = booked.tag()?;
        ensure!(busy != free);
        server.clock().advance(3_600);
        keep_sessions(server).await;
        let known = format!("W/{free}, W/{busy}");
        let same = get(browser, address, Some(&known)).await?;
        ensure!(same.status == StatusCode::NOT_MODIFIED, "{}", same.status);
        let head = fetch((browser, Method::HEAD), address, None).await?;
        ensure!(head.status == StatusCode::OK && head.text.is_empty());
        ensure!(head.tag()? == busy);

        call_off(dana, &card).await?;
        let again = get(browser, address, Some(&busy)).await?;
        ensure!(again.status == StatusCode::OK && again.text == empty.text);
        ensure!(again.tag()? == free, "the same file has the same tag");
        Ok(())
    }

    /// Whatever never was, was replaced, or is no address at all: one answer.
    async fn is_not_there(browser: &Client, address: &str, known: Option<&str>) -> Result<()> {
        let gone = get(browser, address, known).await?;
        ensure!(
            gone.status == StatusCode::GONE,
            "{address}: {}",
            gone.status
        );
        ensure!(gone.text == "There is no calendar here.\n", "{}", gone.text);
        ensure!(gone.header("cache-control") == "no-store");
        ensure!(!gone.headers.contains_key("etag"));
        Ok(())
    }

    /// Who goes on guessing is slowed down.
    async fn must_wait(browser: &Client, url: &str) -> Result<()> {
        let mut waits = false;
        for n in 0..40_u8 {
            let secret = Bytes::from([n; 16]).to_base64url();
            let seen = get(browser, &format!("{url}/f/{secret}.ics"), None).await?;
            waits |= seen.status == StatusCode::TOO_MANY_REQUESTS;
            ensure!(waits || seen.status == StatusCode::GONE);
        }
        ensure!(waits, "nobody is slowed down");
        Ok(())
    }

    pub async fn another_program_shows_when_a_case_manager_is_busy(engine: Engine) -> Result<()> {
        let story = Story::begin(engine).await?;
        let server = &story.server;
        let dana = Clerk::sit_down(server, server.agency().dana, 41).await?;
        keep_sessions(server).await;
        let (browser, url) = (browser(server)?, server.url());
        let one = format!("{url}{}", make(&dana, 1).await?);
        follows_the_calendar(server, (&browser, &dana), &one).await?;

        let tag = get(&browser, &one, None).await?.tag()?;
        let path = make(&dana, 2).await?;
        let two = format!("{url}{path}");
        is_not_there(&browser, &one, Some(&tag)).await?;
        ensure!(get(&browser, &two, Some("*")).await?.status == StatusCode::NOT_MODIFIED);
        let bare = path.replace("/f/", "").replace(".ics", "");
        for wrong in [
            format!("{url}/f/{bare}"),
            format!("{url}/f/.ics"),
            format!("{url}/f/{bare}A.ics"),
            format!("{url}/f/{bare}.ics.ics"),
        ] {
            is_not_there(&browser, &wrong, Some("*")).await?;
        }
        // The secret of one kind of address opens none of another.
        let crossed = browser.get(format!("{url}/b/{bare}")).send().await?;
        ensure!(crossed.status() == StatusCode::GONE, "{}", crossed.status());

        let end = browser.delete(format!("{url}/v1/calendar-feed"));
        let end = end.header(COOKIE, format!("{SESSION_COOKIE}={}", dana.cookie));
        ensure!(end.send().await?.status() == StatusCode::NO_CONTENT);
        is_not_there(&browser, &two, None).await?;
        let none: CalendarFeed = dana.asks(Method::GET, "/v1/calendar-feed", &()).await?;
        ensure!(none.made.is_none());
        must_wait(&browser, &url).await
    }
}
