//! Too much of something: a body without end, brackets without end, lists and notes beyond their limit, refusals by the
//! hundred. It is cut off before it costs anything, and hides nothing of what was before it.

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::SinkExt as _;
use protocol::frame::{ClientFrame, UrgentAck};
use protocol::{CircleId, Code, OpId, limits};
use serde_json::{Value, json};
use testkit::Engine;
use tokio::io::AsyncReadExt as _;
use tokio_tungstenite::tungstenite::Message;

use super::office::{Gate, VAULTS};
use crate::contract::house::hello;
use crate::socket::Door;

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
    let body =
        json!({"op_id": gate.op(), "to": gate.dana.caller.account, "clients": many, "note": ""});
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

pub async fn whoever_writes_the_vault_without_end_waits(engine: Engine) -> Result<()> {
    let gate = Gate::open(engine).await?;
    let put = |after: u32| json!({"after": after, "sealed": "AAAA", "wraps": []});
    let jo = Some(&gate.jo);
    for after in 0..VAULTS {
        let answer = gate.asks(jo, "PUT /v1/vault", put(after)).await?;
        ensure!(answer.status == 200, "{:?}", answer.code);
    }
    let answer = gate.asks(jo, "PUT /v1/vault", put(VAULTS)).await?;
    ensure!(answer.code == Some(Code::RateLimited), "{:?}", answer.code);
    // Nobody else is made to wait, nor Jo for long.
    let answer = gate.asks(Some(&gate.kim), "PUT /v1/vault", put(0)).await?;
    ensure!(answer.status == 200, "{:?}", answer.code);
    gate.server.clock().advance(60);
    let answer = gate.asks(jo, "PUT /v1/vault", put(VAULTS)).await?;
    ensure!(answer.status == 200, "{:?}", answer.code);
    Ok(())
}

pub async fn whoever_does_not_answer_the_goodbye_holds_up_nobody(engine: Engine) -> Result<()> {
    let gate = Gate::open(engine).await?;
    let door = Door::new(gate.server.addr(), gate.server.ca_pem())?;
    let ticket = gate.server.store().issue_ticket(&gate.jo.caller).await?;
    let hello = hello(&gate.jo, &ticket.ticket, door.server_name());
    let mut socket = door.open(hello).await?;
    // What is asked of the store is in hand when the socket breaks the rules and is sent away.
    for number in 1..=8 {
        let asked = ClientFrame::UrgentAck(UrgentAck {
            op_id: OpId::from_bytes([number; 16]),
            circle: CircleId::from_bytes([number; 16]),
            generation: 0,
            seq: 1,
        });
        let asked = Message::Binary(asked.to_bytes().into());
        socket.feed(asked).await?;
    }
    socket.send(Message::Text("no frame".into())).await?;
    // Read as bytes, the close frame is not answered.
    let bytes = socket.get_mut();
    let mut read = [0; 4_096];
    ensure!(bytes.read(&mut read).await? > 0, "it is sent away");
    let until_it_is_gone =
        async { while bytes.read(&mut read).await.is_ok_and(|count| count > 0) {} };
    let put = json!({"after": 0, "sealed": "AAAA", "wraps": []});
    tokio::select! {
        biased;
        () = until_it_is_gone => bail!("nobody was served before it was gone"),
        answer = gate.asks(Some(&gate.kim), "PUT /v1/vault", put) => {
            ensure!(answer?.status == 200, "the vault is written");
        }
    }
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
