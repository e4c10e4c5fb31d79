//! Words that would be more than words to some machine behind: a link to the inside, a piece of SQL or of a page, a
//! header in an address. They are refused, or kept and given back as the text that they are.

use std::io::ErrorKind;
use std::net::TcpListener;

use anyhow::{Context as _, Result, ensure};
use protocol::Code;
use serde_json::{Value, json};
use testkit::Engine;

use super::office::Gate;

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
