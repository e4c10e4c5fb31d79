//! Callers who try what has worked against others: one story for each class of advisory in
//! `research/security.md` (e) that applies to what exists, over HTTPS and websockets, outside the demo.
//! What each tries is its name; what it must find is nothing.
//!
//! | class | here, or why not |
//! |---|---|
//! | object-level rights | [`tell::whoever_mixes_their_own_with_anothers_gets_neither`]; every route by every role: `matrix` |
//! | role state not checked | [`tell::whoever_was_only_invited_does_nothing_whatever_their_role_will_be`], [`tell::whoever_was_invited_as_a_caregiver_comes_as_nobody_else`] |
//! | revocation and live channels | [`tell::whoever_was_ended_keeps_no_socket_and_no_ticket`]; a session that ends while a socket opens: `revocations` |
//! | links that carry a right | [`super::self_booking`]: guessing, replay, another's link; `contract::links` |
//! | whose identity | [`tell::whoever_sends_another_identity_stays_who_they_are`], [`tell::whoever_showed_a_passkey_long_ago_changes_nothing`]; a passkey for a neighbouring origin: `passkeys` |
//! | plaintext passwords | the server has never received one |
//! | a URL that the server fetches | [`tell::whoever_links_to_the_inside_is_not_followed`] |
//! | injection | [`tell::whoever_writes_sql_or_markup_gets_it_back_as_text`] |
//! | exhaustion, recursion | [`tell::whoever_sends_without_end_is_cut_off`]; sockets and slow readers: `gateway` |
//! | poisoned pages | [`tell::whoever_fills_a_page_with_refusals_hides_nothing`]; garbage in a log: `troubles`, `hostile` |
//! | mail headers | [`tell::whoever_writes_a_header_into_an_address_is_refused`] |
//! | snooping | [`tell::whoever_snoops_is_on_the_reviewers_list`] |
//! | a malicious server, crypto libraries | `hostile`, `vectors` |
//! | media decoders, sendmail, reminders every hour, the database engine | there is no decoder and no shell; `contract::reminders`; the store checks the library at its start |

use super::on_both_engines;

mod invited;
mod office;

on_both_engines![
    whoever_mixes_their_own_with_anothers_gets_neither,
    whoever_was_only_invited_does_nothing_whatever_their_role_will_be,
    whoever_was_ended_keeps_no_socket_and_no_ticket,
    whoever_sends_another_identity_stays_who_they_are,
    whoever_showed_a_passkey_long_ago_changes_nothing,
    whoever_links_to_the_inside_is_not_followed,
    whoever_writes_sql_or_markup_gets_it_back_as_text,
    whoever_sends_without_end_is_cut_off,
    whoever_fills_a_page_with_refusals_hides_nothing,
    whoever_writes_a_header_into_an_address_is_refused,
    whoever_snoops_is_on_the_reviewers_list,
    whoever_was_invited_as_a_caregiver_comes_as_nobody_else,
];

mod tell {
    use std::io::ErrorKind;
    use std::net::TcpListener;

    use crate::contract::house::{hello, request};
    use crate::socket::{Door, next};
    use anyhow::{Context as _, Result, ensure};
    use care::Caller;
    use protocol::frame::ServerFrame;
    use protocol::http::RedeemInvitation;
    use protocol::{Code, Role, limits};
    use serde_json::{Value, json};
    use testkit::{Engine, agency};

    pub use super::invited::whoever_was_invited_as_a_caregiver_comes_as_nobody_else;
    use super::office::*;

    pub async fn whoever_mixes_their_own_with_anothers_gets_neither(engine: Engine) -> Result<()> {
        let gate = Gate::open(engine).await?;
        let people = *gate.server.agency();
        let (maria, ana) = (people.maria, people.ana);
        let jo = Some(&gate.jo);
        let before = gate.facts().await;
        let lee = gate.lee.person;
        let tries = [
            // Their own client, with somebody else's caregiver or client.
            (
                "POST /v1/appointments",
                json!({"op_id": gate.op(), "client": lee, "kind": "phone",
                "civil_start": "2026-11-10T10:00", "minutes": 30, "caregivers": [ana.person]}),
            ),
            (
                "POST /v1/consents",
                json!({"op_id": gate.op(), "client": lee, "caregiver": ana.person,
                "basis": "verbal", "note": "", "until": null, "appointments": true}),
            ),
            (
                "POST /v1/circles",
                json!({"op_id": gate.op(), "client": lee, "title": "Ours",
                "members": [maria.account]}),
            ),
            // In bulk: one of theirs, one that is not.
            (
                "POST /v1/transfers",
                json!({"op_id": gate.op(), "to": people.sam.account,
                "clients": [lee, maria.person], "note": ""}),
            ),
            // In the name of a colleague, or for a client of theirs.
            (
                "POST /v1/assignments/end",
                json!({"op_id": gate.op(), "staff": people.dana.account,
                "client": maria.person}),
            ),
            (
                "POST /v1/assignments",
                json!({"op_id": gate.op(), "staff": gate.jo.caller.account,
                "client": maria.person}),
            ),
            // Into a circle of somebody else's.
            (
                "POST /v1/key-packages/claim",
                json!({"op_id": gate.op(), "circle": people.circle,
                "accounts": [maria.account]}),
            ),
        ];
        for (route, body) in tries {
            let answer = gate.asks(jo, route, body).await?;
            ensure!(
                matches!(
                    answer.code,
                    Some(
                        Code::NotFound
                            | Code::NotAllowed
                            | Code::BadRequest
                            | Code::ConsentRequired
                    )
                ),
                "{route}: {} {:?}",
                answer.status,
                answer.code
            );
        }
        let member = format!("POST /v1/circles/{}/members", people.circle);
        let body = json!({"op_id": gate.op(), "account": gate.jo.caller.account});
        ensure!(gate.asks(jo, &member, body).await?.code == Some(Code::NotFound));
        ensure!(gate.facts().await == before, "something was written");
        Ok(())
    }

    pub async fn whoever_was_only_invited_does_nothing_whatever_their_role_will_be(
        engine: Engine,
    ) -> Result<()> {
        let gate = Gate::open(engine).await?;
        let admin = agency::add(gate.server.store(), "Not Yet", Role::Administrator).await?;
        // The link is used, no passkey was shown.
        let unproved = arrive(&gate.server, admin, 60).await?;
        let before = gate.facts().await;
        let dana = gate.dana.caller.account;
        let routes = [
            ("GET /v1/staff".to_owned(), Value::Null),
            (
                "POST /v1/staff".to_owned(),
                json!({"op_id": gate.op(), "name": "A Friend", "role": "administrator"}),
            ),
            (
                format!("POST /v1/staff/{dana}/role"),
                json!({"op_id": gate.op(), "role": "supervisor"}),
            ),
            (
                format!("POST /v1/staff/{dana}/sign-out"),
                json!({"op_id": gate.op()}),
            ),
            (
                format!("POST /v1/staff/{dana}/end"),
                json!({"op_id": gate.op()}),
            ),
            ("GET /v1/audit/people".to_owned(), Value::Null),
        ];
        for (route, body) in &routes {
            let answer = gate.asks(Some(&unproved), route, body.clone()).await?;
            ensure!(
                answer.code == Some(Code::AuthenticatorRequired),
                "{route}: {:?}",
                answer.code
            );
            let answer = gate.asks(None, route, body.clone()).await?;
            ensure!(
                answer.code == Some(Code::SignedOut),
                "{route}: {:?}",
                answer.code
            );
            // Staff of every other role.
            for other in [&gate.jo, &gate.robin] {
                if route.starts_with("GET /v1/audit") && other.caller.role == Role::Supervisor {
                    continue;
                }
                let answer = gate.asks(Some(other), route, body.clone()).await?;
                ensure!(
                    answer.code == Some(Code::NotAllowed),
                    "{route}: {:?}",
                    answer.code
                );
            }
        }
        ensure!(gate.facts().await == before, "something was written");
        Ok(())
    }

    pub async fn whoever_was_ended_keeps_no_socket_and_no_ticket(engine: Engine) -> Result<()> {
        let gate = Gate::open(engine).await?;
        let door = Door::new(gate.server.addr(), gate.server.ca_pem())?;
        let store = gate.server.store();
        for (act, body) in [
            ("sign-out", json!({"op_id": gate.op()})),
            ("role", json!({"op_id": gate.op(), "role": "administrator"})),
            ("end", json!({"op_id": gate.op()})),
        ] {
            let victim = gate.newcomer("Pat Passing", Role::Supervisor).await?;
            let ticket = store.issue_ticket(&victim.caller).await?.ticket;
            let unused = store.issue_ticket(&victim.caller).await?.ticket;
            let first = hello(&victim, &ticket, door.server_name());
            let mut socket = door.open(first).await?;
            let route = format!("POST /v1/staff/{}/{act}", victim.caller.account);
            let answer = gate.asks(Some(&gate.kim), &route, body).await?;
            ensure!(answer.status < 300, "{act}: {:?}", answer.code);
            // The cookie is worth nothing from the answer on, the socket closes by itself.
            let asked = gate
                .asks(Some(&victim), "GET /v1/session", Value::Null)
                .await?;
            ensure!(
                asked.code == Some(Code::SignedOut),
                "{act}: {:?}",
                asked.code
            );
            let closing = async {
                loop {
                    match next(&mut socket).await {
                        Ok(ServerFrame::Bye(bye)) => {
                            ensure!(bye.code == Code::SignedOut, "{}", bye.code);
                        }
                        Ok(frame) => anyhow::bail!("{act}: still told {frame:?}"),
                        Err(_) => return Ok(()),
                    }
                }
            };
            let closed = tokio::time::timeout(DEADLINE, closing).await;
            closed.with_context(|| format!("{act}: the socket stays open"))??;
            let second = hello(&victim, &unused, door.server_name());
            ensure!(
                door.open(second).await.is_err(),
                "{act}: an old ticket opens"
            );
        }
        Ok(())
    }

    pub async fn whoever_sends_another_identity_stays_who_they_are(engine: Engine) -> Result<()> {
        let gate = Gate::open(engine).await?;
        let store = gate.server.store();
        let before = gate.facts().await;
        // A link of one's own, a certificate for the administrator's account.
        let friend = agency::add(store, "Fay Friend", Role::CaseManager).await?;
        let link = store
            .invite(&Caller::installation(), friend.account)
            .await?;
        let now = care::Clock::now(gate.server.clock());
        let kim = gate.kim.caller.account;
        let forged: RedeemInvitation = request(kim, link.secret, 61, now);
        let answer = gate
            .asks(
                None,
                "POST /v1/invitations/redeem",
                serde_json::to_value(&forged)?,
            )
            .await?;
        ensure!(
            answer.code == Some(Code::CertificateInvalid),
            "{:?}",
            answer.code
        );
        // Fields that name an account, a role or an address are not listened to: they are refused.
        for body in [
            json!({"op_id": gate.op(), "account": kim}),
            json!({"op_id": gate.op(), "email": "kim.keyring@example.com"}),
            json!({"op_id": gate.op(), "role": "administrator"}),
        ] {
            let route = format!("POST /v1/staff/{}/sign-out", gate.dana.caller.account);
            let answer = gate.asks(Some(&gate.kim), &route, body).await?;
            ensure!(answer.code == Some(Code::BadRequest), "{:?}", answer.code);
        }
        // Somebody else's ticket, one's own device and signature.
        let door = Door::new(gate.server.addr(), gate.server.ca_pem())?;
        let ticket = store.issue_ticket(&gate.kim.caller).await?.ticket;
        let stolen = hello(&gate.jo, &ticket, door.server_name());
        ensure!(
            door.open(stolen).await.is_err(),
            "a ticket opened for another device"
        );
        let mut after = gate.facts().await;
        // The friend, their link, and the tickets are the story's own.
        for own in ["person", "account", "invitation", "ticket"] {
            after.insert(own.to_owned(), before[own].clone());
        }
        ensure!(after == before, "something was written");
        Ok(())
    }

    pub async fn whoever_showed_a_passkey_long_ago_changes_nothing(engine: Engine) -> Result<()> {
        let gate = Gate::open(engine).await?;
        gate.server.clock().advance(limits::STEP_UP_S);
        let before = gate.facts().await;
        let (dana, maria) = (gate.dana.caller.account, gate.server.agency().maria.person);
        let address = json!({"language": "en", "zone": "America/Chicago", "email": "thief@example.net",
            "disclosure": "times", "reminders": true, "calendar_file": true,
            "unread_mail": true});
        for (who, route, body) in [
            (
                &gate.kim,
                "POST /v1/staff".to_owned(),
                json!({"op_id": gate.op(), "name": "A Friend", "role": "administrator"}),
            ),
            (
                &gate.kim,
                format!("POST /v1/staff/{dana}/role"),
                json!({"op_id": gate.op(), "role": "supervisor"}),
            ),
            (
                &gate.kim,
                format!("POST /v1/staff/{dana}/end"),
                json!({"op_id": gate.op()}),
            ),
            (
                &gate.robin,
                format!("GET /v1/audit?view=client&person={maria}"),
                Value::Null,
            ),
            (
                &gate.dana,
                format!("PUT /v1/people/{maria}/preferences"),
                address.clone(),
            ),
            (
                &gate.dana,
                format!("PUT /v1/people/{}/preferences", gate.dana.caller.person),
                address,
            ),
            (
                &gate.dana,
                format!("POST /v1/people/{maria}/new-keys"),
                json!({"op_id": gate.op()}),
            ),
        ] {
            let answer = gate.asks(Some(who), &route, body).await?;
            ensure!(
                answer.code == Some(Code::StepUpRequired),
                "{route}: {:?}",
                answer.code
            );
        }
        ensure!(gate.facts().await == before, "something was written");
        Ok(())
    }

    pub async fn whoever_links_to_the_inside_is_not_followed(engine: Engine) -> Result<()> {
        let gate = Gate::open(engine).await?;
        let canary = TcpListener::bind("127.0.0.1:0")?;
        canary.set_nonblocking(true)?;
        let port = canary.local_addr()?.port();
        for (clock, link) in [
            ("10:00", format!("https://127.0.0.1:{port}/room")),
            ("11:00", format!("https://[::ffff:127.0.0.1]:{port}/room")),
            ("12:00", format!("https://localhost:{port}/room")),
        ] {
            let body = json!({"op_id": gate.op(), "client": gate.lee.person, "kind": "video",
                "civil_start": format!("2026-11-10T{clock}"), "minutes": 30, "caregivers": [],
                "meeting_link": link});
            let answer = gate
                .asks(Some(&gate.jo), "POST /v1/appointments", body)
                .await?;
            ensure!(matches!(answer.status, 200 | 400), "{:?}", answer.code);
        }
        gate.server.do_due().await?;
        let came = canary.accept().map(|(_, from)| from);
        let nobody = came
            .as_ref()
            .is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
        ensure!(nobody, "the server followed a link: {came:?}");
        Ok(())
    }

    pub async fn whoever_writes_sql_or_markup_gets_it_back_as_text(engine: Engine) -> Result<()> {
        let gate = Gate::open(engine).await?;
        let maria = gate.server.agency().maria.person;
        let before = gate.facts().await;
        for query in [
            format!("?view=client&person={maria}%27%20OR%201=1--"),
            format!("?view=client%27;DROP%20TABLE%20person;--&person={maria}"),
            format!("?view=client&person={maria}&before=0.%27%20OR%20%27a%27=%27a"),
            format!("?view=client&person={maria}&from=1%20OR%201=1"),
            format!("?view=client&person={maria}&sort=name;DROP%20TABLE%20person"),
        ] {
            let route = format!("GET /v1/audit{query}");
            let answer = gate.asks(Some(&gate.robin), &route, Value::Null).await?;
            ensure!(
                answer.code == Some(Code::BadRequest),
                "{query}: {:?}",
                answer.code
            );
        }
        ensure!(gate.facts().await == before, "something was written");
        let names = [
            "Robert'); DROP TABLE person;--",
            "<img src=x onerror=alert(1)>",
            "=HYPERLINK(\"https://example.net\")",
        ];
        for name in names {
            let body = json!({"op_id": gate.op(), "name": name, "role": "supervisor"});
            let answer = gate.asks(Some(&gate.kim), "POST /v1/staff", body).await?;
            ensure!(answer.status == 200, "{name}: {:?}", answer.code);
        }
        let staff = gate
            .asks(Some(&gate.kim), "GET /v1/staff", Value::Null)
            .await?;
        ensure!(staff.kind.starts_with("application/json") && staff.nosniff);
        let listed = staff.body["members"].as_array().context("a list")?;
        for name in names {
            let there = listed.iter().filter(|card| card["name"] == name).count();
            ensure!(there == 1, "{name} is listed {there} times");
        }
        Ok(())
    }

    pub async fn whoever_sends_without_end_is_cut_off(engine: Engine) -> Result<()> {
        let gate = Gate::open(engine).await?;
        let before = gate.facts().await;
        let endless = vec![b' '; limits::HTTP_BODY_BYTES_MAX + 1];
        for who in [None, Some(&gate.kim)] {
            let answer = gate.sends(who, "POST /v1/staff", endless.clone()).await?;
            ensure!(matches!(answer.status, 401 | 413), "{}", answer.status);
        }
        let answer = gate
            .sends(Some(&gate.kim), "POST /v1/staff", endless)
            .await?;
        ensure!(answer.code == Some(Code::TooLarge), "{:?}", answer.code);
        // So deep that whoever descends into it by recursion dies.
        let depth = 200_000;
        let deep = ["[".repeat(depth), "]".repeat(depth)].concat();
        let deep = format!(r#"{{"op_id":{deep},"name":"x","role":"supervisor"}}"#);
        let answer = gate
            .sends(Some(&gate.kim), "POST /v1/staff", deep.into_bytes())
            .await?;
        ensure!(answer.code == Some(Code::BadRequest), "{:?}", answer.code);
        // Within the body's limit, and still too many.
        let many: Vec<_> = (0..20_000_u32)
            .map(|n| {
                let mut id = [7; 16];
                id[..4].copy_from_slice(&n.to_be_bytes());
                protocol::PersonId::from_bytes(id)
            })
            .collect();
        let body = json!({"op_id": gate.op(), "to": gate.dana.caller.account, "clients": many, "note": ""});
        let answer = gate
            .asks(Some(&gate.jo), "POST /v1/transfers", body)
            .await?;
        ensure!(answer.code == Some(Code::TooLarge), "{:?}", answer.code);
        let body = json!({"op_id": gate.op(), "to": gate.dana.caller.account,
            "clients": [gate.lee.person], "note": "x".repeat(limits::NOTE_CHARS_MAX + 1)});
        let answer = gate
            .asks(Some(&gate.jo), "POST /v1/transfers", body)
            .await?;
        ensure!(answer.code == Some(Code::TooLarge), "{:?}", answer.code);
        ensure!(gate.facts().await == before, "something was written");
        let alive = gate
            .asks(Some(&gate.kim), "GET /v1/staff", Value::Null)
            .await?;
        ensure!(alive.status == 200);
        Ok(())
    }

    pub async fn whoever_fills_a_page_with_refusals_hides_nothing(engine: Engine) -> Result<()> {
        let gate = Gate::open(engine).await?;
        let maria = gate.server.agency().maria.person;
        let read = format!("GET /v1/people/{maria}/preferences");
        ensure!(
            gate.asks(Some(&gate.dana), &read, Value::Null)
                .await?
                .status
                == 200
        );
        gate.server.clock().advance(1);
        for _ in 0..=2 * limits::AUDIT_PAGE {
            let refused = gate.asks(Some(&gate.jo), &read, Value::Null).await?;
            ensure!(refused.code == Some(Code::NotFound), "{:?}", refused.code);
        }
        let (mut before, mut pages, mut found) = (String::new(), 0, 0);
        loop {
            let route = format!("GET /v1/audit?view=client&person={maria}{before}");
            let page = gate.asks(Some(&gate.robin), &route, Value::Null).await?;
            ensure!(page.status == 200, "{:?}", page.code);
            let entries = page.body["entries"].as_array().context("entries")?;
            let by_dana = |entry: &&Value| {
                entry["name"] == "Dana Placeholder" && entry["act"] == "read_preferences"
            };
            found += entries.iter().filter(by_dana).count();
            pages += 1;
            ensure!(pages < 20, "the pages do not end");
            match page.body["next"].as_str() {
                Some(next) => before = format!("&before={next}"),
                None => break,
            }
        }
        ensure!(pages > 2 && found == 1, "{pages} pages, found {found}");
        Ok(())
    }

    pub async fn whoever_writes_a_header_into_an_address_is_refused(engine: Engine) -> Result<()> {
        let gate = Gate::open(engine).await?;
        let person = gate.dana.caller.person;
        let before = gate.facts().await;
        for email in [
            "dana@example.com\r\nBcc: everybody@example.net",
            "dana@example.com\nSubject: hello",
            "dana@example.com, everybody@example.net",
            "Dana <dana@example.com>",
            "dana@example.com\u{0}@example.net",
        ] {
            let body = json!({"language": "en", "zone": "America/Chicago", "email": email,
                "disclosure": "times", "reminders": true, "calendar_file": true,
            "unread_mail": true});
            let route = format!("PUT /v1/people/{person}/preferences");
            let answer = gate.asks(Some(&gate.dana), &route, body).await?;
            ensure!(
                answer.code == Some(Code::EmailInvalid),
                "{email:?}: {:?}",
                answer.code
            );
        }
        ensure!(gate.facts().await == before, "something was written");
        Ok(())
    }

    pub async fn whoever_snoops_is_on_the_reviewers_list(engine: Engine) -> Result<()> {
        let gate = Gate::open(engine).await?;
        let people = *gate.server.agency();
        let maria = people.maria.person;
        for route in [
            format!("GET /v1/people/{maria}/preferences"),
            format!("GET /v1/people/{maria}/appointments"),
            format!("GET /v1/circles/{}", people.circle),
        ] {
            let answer = gate.asks(Some(&gate.jo), &route, Value::Null).await?;
            ensure!(
                answer.code == Some(Code::NotFound),
                "{route}: {:?}",
                answer.code
            );
        }
        let route = format!("GET /v1/audit?view=off_assignment&person={maria}");
        let page = gate.asks(Some(&gate.robin), &route, Value::Null).await?;
        let entries = page.body["entries"].as_array().context("entries")?;
        let his = |entry: &&Value| entry["name"] == "Jo Curious" && entry["denied"] == "not_found";
        let acts: Vec<_> = entries
            .iter()
            .filter(his)
            .map(|entry| entry["act"].clone())
            .collect();
        for act in ["read_preferences", "read_appointments", "read_circle"] {
            ensure!(
                acts.iter().any(|one| one == act),
                "{act} is missing: {acts:?}"
            );
        }
        // Whoever serves her is not on it.
        let read = format!("GET /v1/people/{maria}/preferences");
        gate.asks(Some(&gate.dana), &read, Value::Null).await?;
        let page = gate.asks(Some(&gate.robin), &route, Value::Null).await?;
        let entries = page.body["entries"].as_array().context("entries")?;
        ensure!(
            !entries
                .iter()
                .any(|entry| entry["name"] == "Dana Placeholder")
        );
        Ok(())
    }
}
