//! A client books by a link, in any browser and without an account: link, times, a kept time, the visit, its
//! mail and its own page. And whoever tries what is not theirs.

use super::on_both_engines;

on_both_engines![
    a_client_books_by_a_link_and_looking_at_any_page_changes_nothing,
    whoever_guesses_replays_or_mixes_booking_links_gets_nothing,
];

mod tell {
    use std::collections::BTreeMap;

    use anyhow::{Context as _, Result, ensure};
    use protocol::http::{
        Appointments, BookingLink, BookingLinkMade, BookingLinks, RevokeBookingLink,
    };
    use protocol::{BookingLinkState, Code, OpId};
    use reqwest::{Client, Response, StatusCode, redirect};
    use testkit::{Engine, Phone, Story, TestServer};

    use crate::contract::booking_links::phone_call;
    use crate::contract::desk::{dump, of, tls};

    /// What no page and no mail may hold: it names somebody, the agency, or what is arranged.
    const CANARIES: [&str; 7] = [
        "Maria",
        "Sample",
        "Dana",
        "Placeholder",
        "Sam ",
        "Riverbend",
        "Agency",
    ];

    type Dump = BTreeMap<String, Vec<String>>;

    fn op(n: u8) -> OpId {
        OpId::from_bytes([n; 16])
    }

    /// A browser that keeps nothing and goes nowhere by itself.
    fn browser(server: &TestServer) -> Result<Client> {
        Ok(Client::builder()
            .use_preconfigured_tls(tls(server.ca_pem()))
            .redirect(redirect::Policy::none())
            .build()?)
    }

    /// Dana makes a link for Maria; where it leads.
    async fn make(story: &Story, dana: &Phone, n: u8, mail: bool) -> Result<BookingLinkMade> {
        let mut asked = phone_call(op(n));
        asked.mail = mail;
        let maria = story.server.agency().maria.person;
        let path = format!("/v1/people/{maria}/booking-links");
        dana.asks("POST", &path, &asked).await
    }

    /// The page in words, and under its walls: its own policy, kept nowhere, without a script or a cookie.
    async fn walled(page: Response) -> Result<String> {
        let header = |name: &str| {
            let value = page.headers().get(name);
            let value = value.and_then(|value| value.to_str().ok());
            value.unwrap_or("").to_owned()
        };
        ensure!(header("referrer-policy") == "no-referrer");
        ensure!(header("cache-control") == "no-store");
        let policy = header("content-security-policy");
        ensure!(policy.starts_with("default-src 'none'; style-src 'self';"));
        ensure!(!policy.contains("script"), "{policy}");
        ensure!(!page.headers().contains_key("set-cookie"));
        let text = page.text().await?.replace("&#x2f;", "/");
        ensure!(!text.contains("<script"), "{text}");
        for canary in CANARIES {
            ensure!(!text.contains(canary), "{canary:?} in {text}");
        }
        Ok(text)
    }

    /// Where the forms and links of a page lead, each once.
    fn ways(text: &str, attribute: &str, part: &str) -> Vec<String> {
        let start = format!("{attribute}=\"");
        let found = text.match_indices(&start).filter_map(|(at, _)| {
            let rest = &text[at + start.len()..];
            let way = rest.split('"').next()?.replace("&amp;", "&");
            way.contains(part).then_some(way)
        });
        found.collect()
    }

    fn changed<'a>(before: &'a Dump, after: &Dump) -> Vec<&'a str> {
        let tables = before
            .iter()
            .filter(|(table, rows)| after.get(*table) != Some(rows));
        tables.map(|(table, _)| table.as_str()).collect()
    }

    /// As a mail scanner does: every page twice, with GET and HEAD, and what posts as well.
    async fn scan(server: &TestServer, browser: &Client, pages: &[String]) -> Result<()> {
        let before = dump(server.database()).await;
        for page in pages {
            let address = format!("{}{page}", server.url());
            for _ in 0..2 {
                let seen = browser.get(&address).send().await?;
                ensure!(
                    !seen.status().is_server_error(),
                    "{page}: {}",
                    seen.status()
                );
                browser.head(&address).send().await?;
            }
        }
        let changed = changed(&before, &dump(server.database()).await);
        ensure!(changed.is_empty(), "looking changed {changed:?}");
        Ok(())
    }

    /// Every address of a page: where it leads, and where it posts.
    fn all(text: &str, page: &str) -> Vec<String> {
        let mut pages = ways(text, "action", "/b/");
        pages.extend(ways(text, "href", "/b/"));
        pages.push(page.to_owned());
        pages
    }

    pub async fn a_client_books_by_a_link_and_looking_at_any_page_changes_nothing(
        engine: Engine,
    ) -> Result<()> {
        let story = Story::begin(engine).await?;
        let server = &story.server;
        let agency = *server.agency();
        let dana = story.enrol(agency.dana).await?;
        let made = make(&story, &dana, 1, true).await?;
        ensure!(made.link.state == BookingLinkState::Open && made.link.mailed);
        // A device that is on asks for things of its own; nobody but the browser is here now.
        let dana = dana.off().await?;
        let browser = browser(server)?;
        let url = server.url();

        // The mail holds the link, and says no more than its level.
        let mails = server.do_due().await?;
        let hers = of(&mails, agency.maria);
        ensure!(hers.len() == 1 && mails.len() == 1, "{} mails", mails.len());
        let path = made.path.context("what opens it")?;
        ensure!(hers[0].plain.contains(&format!("{url}{path}")));

        let seen = browser.get(format!("{url}{path}")).send().await?;
        ensure!(seen.status() == StatusCode::OK, "{}", seen.status());
        let times = walled(seen).await?;
        let holds = ways(&times, "action", "/hold/");
        ensure!(holds.len() > 50, "{} times", holds.len());
        scan(server, &browser, &all(&times, &path)).await?;
        let there = format!("{url}{path}?zone=America/New_York");
        let elsewhere = walled(browser.get(&there).send().await?).await?;
        ensure!(elsewhere.contains("10:00 AM") && elsewhere.contains("?zone=America/New_York"));

        // A time is kept, from a page that names no origin; and kept once.
        for origin in [None, Some("null")] {
            let mut post = browser.post(format!("{url}{}", holds[0]));
            if let Some(origin) = origin {
                post = post.header("origin", origin);
            }
            let kept = post.send().await?;
            ensure!(kept.status() == StatusCode::SEE_OTHER, "{}", kept.status());
        }
        ensure!(dump(server.database()).await["hold"].len() == 1);
        let question = holds[0].replace("/hold/", "/time/");
        let asks = walled(browser.get(format!("{url}{question}")).send().await?).await?;
        scan(server, &browser, &all(&asks, &question)).await?;

        let manage = books(server, &browser, &asks).await?;
        scan(server, &browser, &all(&asks, &question)).await?;
        ensure!(of(&server.do_due().await?, agency.maria).len() == 1, "told");
        can_be_called_off(server, &browser, &manage).await?;

        // The link is used up, and Dana sees it.
        server.clock().advance(601);
        let used = browser.get(format!("{url}{path}")).send().await?;
        ensure!(used.status() == StatusCode::GONE, "{}", used.status());
        ensure!(walled(used).await?.contains("555 0100"), "whom to call");
        let dana = story.back(&dana).await?;
        dana.online().await?;
        let links = format!("/v1/people/{}/booking-links", agency.maria.person);
        let links: BookingLinks = dana.asks("GET", &links, &()).await?;
        ensure!(links.links[0].state == BookingLinkState::Used);
        let visits = "/v1/appointments?from=2026-11-01&days=30";
        let visits: Appointments = dana.asks("GET", visits, &()).await?;
        ensure!(visits.appointments.len() == 1);
        Ok(())
    }

    /// Pressed twice, it is one visit; its own page.
    async fn books(server: &TestServer, browser: &Client, asks: &str) -> Result<String> {
        let book = ways(asks, "action", "/book/");
        let mut manage = Vec::new();
        for _ in 0..2 {
            let address = format!("{}{}", server.url(), book[0]);
            let booked = browser.post(address).send().await?;
            ensure!(booked.status() == StatusCode::OK, "{}", booked.status());
            let booked = walled(booked).await?;
            manage.push(ways(&booked, "href", "/l/").pop().context("its page")?);
        }
        ensure!(manage[0] == manage[1]);
        let rows = dump(server.database()).await;
        ensure!(rows["appointment"].len() == 1 && rows["hold"].is_empty());
        Ok(manage.remove(0))
    }

    /// By the visit's own page, and taken back within ten minutes.
    async fn can_be_called_off(server: &TestServer, browser: &Client, page: &str) -> Result<()> {
        let url = server.url();
        for (act, title) in [("cancel", "cancelled"), ("undo", "Your appointment")] {
            let done = browser.post(format!("{url}{page}/{act}")).send().await?;
            ensure!(done.status() == StatusCode::SEE_OTHER, "{}", done.status());
            let shown = browser.get(format!("{url}{page}")).send().await?;
            let shown = shown.text().await?;
            ensure!(shown.contains(title), "{act}: {shown}");
        }
        Ok(())
    }

    /// Nothing is there, and nothing is told.
    async fn is_gone(browser: &Client, address: &str) -> Result<()> {
        let seen = browser.get(address).send().await?;
        ensure!(
            seen.status() == StatusCode::GONE,
            "{address}: {}",
            seen.status()
        );
        let text = walled(seen).await?;
        ensure!(!text.contains("/b/"), "{text}");
        Ok(())
    }

    pub async fn whoever_guesses_replays_or_mixes_booking_links_gets_nothing(
        engine: Engine,
    ) -> Result<()> {
        let story = Story::begin(engine).await?;
        let server = &story.server;
        let agency = *server.agency();
        let dana = story.enrol(agency.dana).await?;
        let [first, second] = [
            make(&story, &dana, 1, false).await?,
            make(&story, &dana, 2, false).await?,
        ];
        let paths = [first.path.context("open")?, second.path.context("open")?];
        let (browser, url) = (browser(server)?, server.url());
        let times = browser.get(format!("{url}{}", paths[0])).send().await?;
        let holds = ways(&walled(times).await?, "action", "/hold/");
        let hold = browser.post(format!("{url}{}", holds[0])).send().await?;
        ensure!(hold.status() == StatusCode::SEE_OTHER);

        // Another's kept time is taken, and what would do instead is named: three buttons, nothing else.
        let theirs = holds[0].replace(&paths[0], &paths[1]);
        let book = theirs.replace("/hold/", "/book/");
        for act in [&theirs, &book] {
            let taken = browser.post(format!("{url}{act}")).send().await?;
            ensure!(taken.status() == StatusCode::CONFLICT, "{}", taken.status());
            let next = ways(&walled(taken).await?, "action", "/hold/");
            ensure!(next.len() == 3 && next[0].starts_with(&paths[1]));
        }
        // Nor does one's own link take back what another holds.
        let let_go = browser.post(format!("{url}{}/let-go", paths[1]));
        ensure!(let_go.send().await?.status() == StatusCode::SEE_OTHER);
        ensure!(dump(server.database()).await["hold"].len() == 1);

        // Used by its own; then replayed.
        let own = holds[0].replace("/hold/", "/book/");
        let booked = browser.post(format!("{url}{own}")).send().await?;
        ensure!(booked.status() == StatusCode::OK);
        let before = dump(server.database()).await;
        for act in [&holds[1], &holds[1].replace("/hold/", "/book/")] {
            let replayed = browser.post(format!("{url}{act}")).send().await?;
            ensure!(replayed.status() == StatusCode::GONE);
        }
        is_gone(&browser, &format!("{url}{}", paths[0])).await?;
        // The secret of one kind of link opens none of the other.
        let crossed = format!("{url}{}", paths[1].replace("/b/", "/l/"));
        let crossed = browser.get(crossed).send().await?;
        ensure!(crossed.status() == StatusCode::GONE);

        // Taken back, it is as if it had never been.
        let path = format!("/v1/booking-links/{}/revoke", second.link.id);
        let request = RevokeBookingLink { op_id: op(3) };
        let ana = story.enrol(agency.ana).await?;
        let refused = ana.is_refused("POST", &path, &request).await?;
        ensure!(
            refused == Code::NotFound || refused == Code::NotAllowed,
            "{refused}"
        );
        let card: BookingLink = dana.asks("POST", &path, &request).await?;
        ensure!(card.state == BookingLinkState::Revoked);
        is_gone(&browser, &format!("{url}{}", paths[1])).await?;
        let after = dump(server.database()).await;
        ensure!(before["appointment"] == after["appointment"]);
        ensure!(before["claim"] == after["claim"]);

        must_wait(&browser, &url).await
    }

    /// Who goes on guessing is slowed down.
    async fn must_wait(browser: &Client, url: &str) -> Result<()> {
        let mut waits = false;
        for n in 0..40_u8 {
            let secret = protocol::Bytes::from([n; 16]).to_base64url();
            let seen = browser.get(format!("{url}/b/{secret}")).send().await?;
            waits |= seen.status() == StatusCode::TOO_MANY_REQUESTS;
            ensure!(waits || seen.status() == StatusCode::GONE);
        }
        ensure!(waits, "nobody is slowed down");
        Ok(())
    }
}
