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
//! | exhaustion, recursion | [`tell::whoever_sends_without_end_is_cut_off`], [`tell::whoever_writes_the_vault_without_end_waits`], [`tell::whoever_does_not_answer_the_goodbye_holds_up_nobody`]; sockets and slow readers: `gateway` |
//! | poisoned pages | [`tell::whoever_fills_a_page_with_refusals_hides_nothing`]; garbage in a log: `troubles`, `hostile` |
//! | mail headers | [`tell::whoever_writes_a_header_into_an_address_is_refused`] |
//! | snooping | [`tell::whoever_snoops_is_on_the_reviewers_list`] |
//! | a malicious server, crypto libraries | `hostile`, `vectors` |
//! | media decoders, sendmail, reminders every hour, the database engine | there is no decoder and no shell; `contract::reminders`; the store checks the library at its start |

use super::on_both_engines;

mod floods;
mod invited;
mod office;
mod smuggled;

on_both_engines![
    whoever_mixes_their_own_with_anothers_gets_neither,
    whoever_was_only_invited_does_nothing_whatever_their_role_will_be,
    whoever_was_ended_keeps_no_socket_and_no_ticket,
    whoever_sends_another_identity_stays_who_they_are,
    whoever_showed_a_passkey_long_ago_changes_nothing,
    whoever_links_to_the_inside_is_not_followed,
    whoever_writes_sql_or_markup_gets_it_back_as_text,
    whoever_sends_without_end_is_cut_off,
    whoever_writes_the_vault_without_end_waits,
    whoever_does_not_answer_the_goodbye_holds_up_nobody,
    whoever_fills_a_page_with_refusals_hides_nothing,
    whoever_writes_a_header_into_an_address_is_refused,
    whoever_snoops_is_on_the_reviewers_list,
    whoever_was_invited_as_a_caregiver_comes_as_nobody_else,
];

mod tell {
    use crate::contract::house::{hello, request};
    use crate::socket::{Door, next};
    use anyhow::{Context as _, Result, ensure};
    use care::Caller;
    use protocol::frame::ServerFrame;
    use protocol::http::RedeemInvitation;
    use protocol::{Code, Role, limits};
    use serde_json::{Value, json};
    use testkit::{Engine, agency};

    pub use super::floods::{
        whoever_does_not_answer_the_goodbye_holds_up_nobody,
        whoever_fills_a_page_with_refusals_hides_nothing, whoever_sends_without_end_is_cut_off,
        whoever_writes_the_vault_without_end_waits,
    };
    pub use super::invited::whoever_was_invited_as_a_caregiver_comes_as_nobody_else;
    use super::office::*;
    pub use super::smuggled::{
        whoever_links_to_the_inside_is_not_followed,
        whoever_writes_a_header_into_an_address_is_refused,
        whoever_writes_sql_or_markup_gets_it_back_as_text,
    };

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
