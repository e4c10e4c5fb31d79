//! A visit is booked, answered, moved and called off, over real sockets; and what its mails say.

use super::on_both_engines;

on_both_engines![
    a_visit_is_booked_answered_moved_and_called_off,
    a_link_works_in_any_browser_and_looking_at_it_changes_nothing,
];

mod tell {
    use std::collections::BTreeMap;

    use anyhow::{Context as _, Result, ensure};
    use mail::{Mail, ReadBack, read_back};
    use protocol::http::{
        Appointment, Appointments, BookAppointment, CancelAppointment, Consent, MoveAppointment,
        RecordConsent, ReplyToAppointment, Tasks, UndoCancel,
    };
    use protocol::{
        AppointmentKind, CancelReason, Code, ConsentBasis, OpId, Reply, Response, TaskKind, limits,
    };
    use reqwest::{Client, StatusCode, redirect};
    use testkit::{Agency, Engine, Person, Phone, Story, TestServer};

    use crate::contract::desk::{dump, of};

    /// What no mail may hold at the default level: it names somebody, the agency, or the way in.
    const CANARIES: [&str; 9] = [
        "Maria",
        "Sample",
        "Dana",
        "Placeholder",
        "Ana ",
        "Riverbend",
        "Agency",
        "meet.example.org",
        "secret-room",
    ];

    fn op(n: u8) -> OpId {
        OpId::from_bytes([n; 16])
    }

    fn consent(agency: &Agency) -> RecordConsent {
        RecordConsent {
            op_id: op(1),
            client: agency.maria.person,
            caregiver: agency.ana.person,
            basis: ConsentBasis::Verbal,
            note: "said so at intake".to_owned(),
            until: None,
            appointments: true,
            reminders: true,
        }
    }

    fn visit(agency: &Agency) -> BookAppointment {
        BookAppointment {
            op_id: op(2),
            client: agency.maria.person,
            kind: AppointmentKind::Video,
            civil_start: "2026-11-10T10:00".to_owned(),
            zone: None,
            minutes: 30,
            visit_type: None,
            caregivers: vec![agency.ana.person],
            staff: Vec::new(),
            meeting_link: Some("https://meet.example.org/secret-room".to_owned()),
            place: None,
        }
    }

    /// The raw bytes and what a mail program makes of them, without the reader's own address.
    fn holds_no_canary(mails: &[Mail]) -> Result<()> {
        for mail in mails {
            let seen = read_back(&mail.bytes).context("a mail")?;
            let raw = String::from_utf8(mail.bytes.clone())?;
            let text = format!("{raw} {seen:?}").replace("\r\n ", "");
            let text = text.replace(mail.to.reveal(), "");
            for canary in CANARIES {
                ensure!(!text.contains(canary), "{canary:?} in {:?}", seen.subject);
            }
        }
        Ok(())
    }

    /// The one calendar file of a person's one mail.
    fn calendar(mails: &[Mail], person: Person) -> Result<String> {
        let mut mails = of(mails, person);
        ensure!(mails.len() == 1, "{} mails to {}", mails.len(), person.name);
        let calendar = mails.remove(0).calendar;
        Ok(calendar.context("a calendar file")?.replace("\r\n ", ""))
    }

    fn line<'a>(calendar: &'a str, key: &str) -> &'a str {
        let found = calendar.lines().find_map(|line| line.strip_prefix(key));
        found.unwrap_or_default().trim()
    }

    /// Everybody got one mail with this method and sequence, and nobody can be told from it.
    fn told(mails: &[Mail], people: &[Person], method: &str, sequence: &str) -> Result<String> {
        ensure!(mails.len() == people.len(), "{} mails", mails.len());
        holds_no_canary(mails)?;
        let mut uid = String::new();
        for person in people {
            let calendar = calendar(mails, *person)?;
            ensure!(line(&calendar, "METHOD:") == method, "{calendar}");
            ensure!(line(&calendar, "SEQUENCE:") == sequence, "{calendar}");
            line(&calendar, "UID:").clone_into(&mut uid);
        }
        Ok(uid)
    }

    async fn own(phone: &Phone) -> Result<Vec<Appointment>> {
        let path = "/v1/appointments?from=2026-11-01&days=30";
        let seen: Appointments = phone.asks("GET", path, &()).await?;
        Ok(seen.appointments)
    }

    async fn said(phone: &Phone, person: Person) -> Result<Response> {
        let seen = own(phone).await?;
        let parts = seen.first().map(|card| card.participants.iter());
        let mut parts = parts.context("an appointment")?;
        let part = parts.find(|part| part.person == person.person);
        Ok(part.context("takes part")?.response)
    }

    async fn replies(
        phone: &Phone,
        card: &Appointment,
        n: u8,
        reply: Reply,
    ) -> Result<Appointment> {
        let path = format!("/v1/appointments/{}/reply", card.id);
        let request = ReplyToAppointment {
            op_id: op(n),
            sequence: card.sequence,
            reply,
            for_client: false,
        };
        phone.asks("POST", &path, &request).await
    }

    async fn calls_off(phone: &Phone, card: &Appointment, n: u8) -> Result<Appointment> {
        let path = format!("/v1/appointments/{}/cancel", card.id);
        let request = CancelAppointment {
            op_id: op(n),
            sequence: card.sequence,
            reason: CancelReason::Agency,
            scope: protocol::Scope::This,
        };
        phone.asks("POST", &path, &request).await
    }

    /// Dana calls it off and takes that back: nobody hears of either.
    async fn is_off_by_mistake(
        server: &TestServer,
        (dana, maria): (&Phone, &Phone),
        card: &Appointment,
    ) -> Result<Appointment> {
        let off = calls_off(dana, card, 6).await?;
        ensure!(off.undo_left_s == Some(60), "{:?}", off.undo_left_s);
        ensure!(off.sequence == card.sequence + 1);
        server.clock().advance(limits::STAFF_UNDO_S - 1);
        ensure!(server.do_due().await?.is_empty(), "it can be taken back");
        let path = format!("/v1/appointments/{}/undo-cancel", card.id);
        let undo = UndoCancel {
            op_id: op(7),
            sequence: off.sequence,
        };
        let hers = maria.is_refused("POST", &path, &undo).await?;
        ensure!(hers == Code::NotFound || hers == Code::NotAllowed, "{hers}");
        let on: Appointment = dana.asks("POST", &path, &undo).await?;
        ensure!((on.state, on.sequence) == (card.state, card.sequence));
        server.clock().advance(600);
        ensure!(server.do_due().await?.is_empty(), "nobody was told");
        Ok(on)
    }

    async fn to_do(phone: &Phone) -> Result<Vec<TaskKind>> {
        let tasks: Tasks = phone.asks("GET", "/v1/tasks", &()).await?;
        Ok(tasks.tasks.into_iter().map(|task| task.kind).collect())
    }

    pub async fn a_visit_is_booked_answered_moved_and_called_off(engine: Engine) -> Result<()> {
        let story = Story::begin(engine).await?;
        let (server, agency) = (&story.server, *story.server.agency());
        let dana = story.enrol(agency.dana).await?;
        let maria = story.enrol(agency.maria).await?;
        let ana = story.enrol(agency.ana).await?;
        let everybody = [agency.maria, agency.dana, agency.ana];

        let early = dana
            .is_refused("POST", "/v1/appointments", &visit(&agency))
            .await?;
        ensure!(early == Code::ConsentRequired, "{early}");
        let _: Consent = dana.asks("POST", "/v1/consents", &consent(&agency)).await?;
        let booked: Appointment = dana
            .asks("POST", "/v1/appointments", &visit(&agency))
            .await?;
        let again: Appointment = dana
            .asks("POST", "/v1/appointments", &visit(&agency))
            .await?;
        ensure!(booked == again);
        let uid = told(&server.do_due().await?, &everybody, "REQUEST", "0")?;

        let seen = own(&maria).await?;
        ensure!(seen.len() == 1 && seen[0].id == booked.id && seen[0].may_reply);
        ensure!(own(&ana).await?.len() == 1);
        replies(&maria, &seen[0], 3, Reply::Confirm).await?;
        ensure!(said(&dana, agency.maria).await? == Response::Accepted);
        ensure!(to_do(&dana).await?.is_empty());
        replies(&maria, &seen[0], 4, Reply::AnotherTime).await?;
        ensure!(to_do(&dana).await? == [TaskKind::AskedForAnotherTime]);

        let path = format!("/v1/appointments/{}/move", booked.id);
        let change = MoveAppointment {
            op_id: op(5),
            sequence: booked.sequence,
            civil_start: "2026-11-11T14:00".to_owned(),
            zone: None,
            minutes: None,
            scope: protocol::Scope::This,
            skip_conflicts: false,
        };
        let hers = maria.is_refused("POST", &path, &change).await?;
        ensure!(hers == Code::NotFound || hers == Code::NotAllowed, "{hers}");
        let moved: Appointment = dana.asks("POST", &path, &change).await?;
        ensure!(to_do(&dana).await?.is_empty(), "the move is the answer");
        ensure!(said(&dana, agency.maria).await? == Response::NeedsAction);
        let moved_uid = told(&server.do_due().await?, &everybody, "REQUEST", "1")?;
        ensure!(moved_uid == uid, "the calendar's name for it changed");

        let on = is_off_by_mistake(server, (&dana, &maria), &moved).await?;
        calls_off(&dana, &on, 8).await?;
        server.clock().advance(limits::STAFF_UNDO_S);
        let last = told(&server.do_due().await?, &everybody, "CANCEL", "2")?;
        ensure!(last == uid);
        server.clock().advance(30 * 86_400);
        ensure!(
            server.do_due().await?.is_empty(),
            "something came after the end"
        );
        Ok(())
    }

    type Dump = BTreeMap<String, Vec<String>>;

    /// The tables in which something is different.
    fn changed<'a>(before: &'a Dump, after: &Dump) -> Vec<&'a str> {
        let tables = before
            .iter()
            .filter(|(table, rows)| after.get(*table) != Some(rows));
        tables.map(|(table, _)| table.as_str()).collect()
    }

    /// A browser that keeps nothing and goes nowhere by itself.
    fn browser(server: &TestServer) -> Result<Client> {
        Ok(Client::builder()
            .use_preconfigured_tls(crate::contract::desk::tls(server.ca_pem()))
            .redirect(redirect::Policy::none())
            .build()?)
    }

    /// Every address of the server's in a mail, plain or as a button.
    fn addresses(mail: &ReadBack, url: &str) -> Vec<String> {
        let text = format!("{} {}", mail.plain, mail.html);
        let text = text.replace("&#x2f;", "/");
        let found = text.match_indices(url).map(|(at, _)| {
            let rest = &text[at..];
            let end = rest.find(|c: char| c.is_whitespace() || "\"'<>".contains(c));
            rest[..end.unwrap_or(rest.len())].to_owned()
        });
        let mut found: Vec<_> = found.collect();
        found.sort();
        found.dedup();
        found
    }

    pub async fn a_link_works_in_any_browser_and_looking_at_it_changes_nothing(
        engine: Engine,
    ) -> Result<()> {
        let story = Story::begin(engine).await?;
        let (server, agency) = (&story.server, *story.server.agency());
        let dana = story.enrol(agency.dana).await?;
        let _: Consent = dana.asks("POST", "/v1/consents", &consent(&agency)).await?;
        let card: Appointment = dana
            .asks("POST", "/v1/appointments", &visit(&agency))
            .await?;
        // A device that is on asks for things of its own; nobody but the browser is here now.
        dana.off().await?;
        let mut mails = server.do_due().await?;
        server.clock().set(protocol::Timestamp::from_micros(
            card.start.micros() - 86_400_000_000,
        ));
        mails.extend(server.do_due().await?);
        let browser = browser(server)?;

        // P5: every address in every mail, with GET and HEAD, as a mail scanner does.
        let before = dump(server.database()).await;
        let mut looked = 0;
        for mail in &mails {
            for address in addresses(&read_back(&mail.bytes).context("a mail")?, &server.url()) {
                let page = browser.get(&address).send().await?;
                ensure!(
                    page.status() == StatusCode::OK,
                    "{address}: {}",
                    page.status()
                );
                ensure!(page.headers()["referrer-policy"] == "no-referrer");
                ensure!(page.headers()["cache-control"] == "no-store");
                ensure!(!page.headers().contains_key("set-cookie"));
                let text = page.text().await?;
                for canary in CANARIES {
                    ensure!(!text.contains(canary), "{canary:?} on {address}");
                }
                browser.head(&address).send().await?;
                looked += 1;
            }
        }
        ensure!(looked >= 5, "{looked} addresses");
        let changed = changed(&before, &dump(server.database()).await);
        ensure!(changed.is_empty(), "looking changed {changed:?}");

        let first = of(&mails, agency.maria);
        let page = addresses(first.first().context("hers")?, &server.url()).remove(0);
        acts_once(server, &browser, &page).await?;
        unsubscribes(server, &browser, &page).await?;
        let path = page.replace(&server.url(), "");
        refuses(server, &browser, &path).await
    }

    async fn acts_once(server: &TestServer, browser: &Client, page: &str) -> Result<()> {
        let path = page.replace(&server.url(), "");
        let mut after = None;
        // Without an origin, as `null` (what the page's referrer policy makes of it), and from a mail
        // program's own view.
        for origin in [None, Some("null"), Some("https://mail.example.com")] {
            let mut post = browser.post(format!("{page}/confirm"));
            if let Some(origin) = origin {
                post = post.header("origin", origin);
            }
            let answer = post.send().await?;
            ensure!(
                answer.status() == StatusCode::SEE_OTHER,
                "{}",
                answer.status()
            );
            ensure!(answer.headers()["location"] == path.as_str());
            let rows = dump(server.database()).await;
            let rows = (rows["participant"].clone(), rows["delivery"].clone());
            ensure!(after.get_or_insert(rows.clone()) == &rows, "acted twice");
        }
        let shown = browser.get(page).send().await?.text().await?;
        ensure!(!shown.contains("/confirm"), "already said: {shown}");
        let cancel = browser.post(format!("{page}/cancel")).send().await?;
        ensure!(cancel.status() == StatusCode::SEE_OTHER);
        let shown = browser.get(page).send().await?.text().await?;
        ensure!(shown.replace("&#x2f;", "/").contains("/undo\""), "{shown}");
        let undo = browser.post(format!("{page}/undo")).send().await?;
        ensure!(undo.status() == StatusCode::SEE_OTHER);
        // An answer is posted; whoever gets it does nothing.
        let before = dump(server.database()).await;
        for answer in ["confirm", "cancel", "another_time", "undo"] {
            browser.get(format!("{page}/{answer}")).send().await?;
        }
        let changed = changed(&before, &dump(server.database()).await);
        ensure!(changed.is_empty(), "a GET changed {changed:?}");
        Ok(())
    }

    async fn unsubscribes(server: &TestServer, browser: &Client, page: &str) -> Result<()> {
        let address = format!("{page}/unsubscribe");
        let off = "SELECT 'off' FROM preference WHERE reminders_off_at IS NOT NULL";
        let count = async || {
            crate::contract::house::texts(server.database(), off)
                .await
                .len()
        };
        browser.get(&address).send().await?;
        ensure!(count().await == 0, "a GET ended them");
        for _ in 0..2 {
            // RFC 8058, section 3.1.
            let post = browser.post(&address);
            let post = post.header("content-type", "application/x-www-form-urlencoded");
            let answer = post.body("List-Unsubscribe=One-Click").send().await?;
            ensure!(answer.status() == StatusCode::OK, "{}", answer.status());
            ensure!(count().await == 1);
        }
        Ok(())
    }

    async fn refuses(server: &TestServer, browser: &Client, path: &str) -> Result<()> {
        let url = server.url();
        let unknown = format!("{url}/l/AAAAAAAAAAAAAAAAAAAAAA");
        for address in [&unknown, &format!("{url}/l/short")] {
            let page = browser.get(address).send().await?;
            ensure!(
                page.status() == StatusCode::GONE,
                "{address}: {}",
                page.status()
            );
        }
        let post = browser.post(format!("{unknown}/cancel")).send().await?;
        ensure!(post.status() == StatusCode::GONE, "{}", post.status());
        let post = browser.post(format!("{url}{path}/explode")).send().await?;
        ensure!(post.status().is_client_error(), "{}", post.status());
        // What the links may do, the API may not.
        let foreign = browser.post(format!("{url}/v1/appointments"));
        let foreign = foreign.header("origin", "https://evil.example.com");
        let foreign = foreign
            .header("content-type", "application/json")
            .body("{}");
        let answer = foreign.send().await?;
        let refused: protocol::http::ErrorBody = answer.json().await?;
        ensure!(refused.code == Code::OriginNotAllowed, "{}", refused.code);
        Ok(())
    }
}
