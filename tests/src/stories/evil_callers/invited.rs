//! Whoever comes by an invitation: as whom it was made for, in the role that they were added in, and in no
//! other.

use anyhow::{Result, ensure};
use protocol::http::{PersonCard, RedeemInvitation};
use protocol::{AccountId, Bytes, Code};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use testkit::Engine;

use super::office::Gate;
use crate::contract::house::{Beside, Enrolled, dsk, request};

/// Jo adds a caregiver of Lee's and invites them.
async fn invited(gate: &Gate, name: &str, lookup: [u8; 16]) -> Result<PersonCard> {
    let route = format!("POST /v1/people/{}/caregivers", gate.lee.person);
    let body = json!({"op_id": gate.op(), "name": name, "relationship": "aunt"});
    let added = gate.asks(Some(&gate.jo), &route, body).await?;
    ensure!(added.status == 200, "{:?}", added.code);
    let card: PersonCard = serde_json::from_value(added.body)?;
    let route = format!("POST /v1/people/{}/invitations", card.person);
    let lookup_hash = Bytes(Sha256::digest(lookup).to_vec());
    let body = json!({"op_id": gate.op(), "lookup_hash": lookup_hash, "mac": Bytes(vec![1; 32])});
    let invited = gate.asks(Some(&gate.jo), &route, body).await?;
    ensure!(invited.status == 200, "{:?}", invited.code);
    Ok(card)
}

/// What a device sends that comes by an invitation, as this account's.
fn answer(gate: &Gate, account: AccountId, lookup: [u8; 16], seed: u8) -> RedeemInvitation {
    let now = care::Clock::now(gate.server.clock());
    RedeemInvitation {
        mac: Some(vec![seed; 32].into()),
        ..request(account, lookup, seed, now)
    }
}

async fn redeems(gate: &Gate, body: Value) -> Result<Option<Code>> {
    let answer = gate.asks(None, "POST /v1/invitations/redeem", body).await?;
    Ok(answer.code)
}

/// A device comes in by the invitation of its own account.
async fn comes(gate: &Gate, account: AccountId, lookup: [u8; 16], seed: u8) -> Result<Enrolled> {
    let (store, asked) = (gate.server.store(), answer(gate, account, lookup, seed));
    let (_, token) = store.redeem_invitation(asked.clone()).await?;
    Ok(Enrolled {
        caller: store.caller(&token).await?,
        token,
        dsk: dsk(seed),
        request: asked,
    })
}

/// Its person has shown a passkey.
async fn proves(gate: &Gate, who: &Enrolled) {
    let beside = Beside(gate.server.database());
    let now = care::Clock::now(gate.server.clock()).micros();
    beside
        .run(&format!(
            "UPDATE session SET proved_at = {now}, begun_by = 'authenticator' WHERE id = {}",
            beside.id(who.caller.session.as_bytes()),
        ))
        .await;
}

/// What case managers and administrators do.
fn staff_routes(gate: &Gate) -> Vec<(String, Value)> {
    let lee = gate.lee.person;
    vec![
        (
            "POST /v1/people".to_owned(),
            json!({"op_id": gate.op(), "name": "A Client"}),
        ),
        (
            format!("POST /v1/people/{lee}/caregivers"),
            json!({"op_id": gate.op(), "name": "A Friend", "relationship": "friend"}),
        ),
        (
            format!("POST /v1/people/{lee}/invitations"),
            json!({"op_id": gate.op(), "lookup_hash": Bytes(vec![3; 32]), "mac": Bytes(vec![3; 32])}),
        ),
        (
            "POST /v1/staff".to_owned(),
            json!({"op_id": gate.op(), "name": "A Friend", "role": "case_manager"}),
        ),
        ("GET /v1/caseloads".to_owned(), Value::Null),
    ]
}

async fn finds_nothing(gate: &Gate, who: &Enrolled, codes: &[Code]) -> Result<()> {
    for (route, body) in staff_routes(gate) {
        let answer = gate.asks(Some(who), &route, body).await?;
        let expected = answer.code.is_some_and(|code| codes.contains(&code));
        ensure!(expected, "{route}: {} {:?}", answer.status, answer.code);
    }
    Ok(())
}

/// Nothing that is sent with an invitation makes it another person's, or more than it was made for.
async fn is_not_widened(gate: &Gate, own: AccountId, lookup: [u8; 16]) -> Result<()> {
    for field in ["role", "roles", "account", "person", "inviter", "confirmed"] {
        for value in [json!("case_manager"), json!(gate.jo.caller.account)] {
            let mut body = serde_json::to_value(answer(gate, own, lookup, 60))?;
            body[field] = value;
            let code = redeems(gate, body).await?;
            ensure!(code == Some(Code::BadRequest), "{field}: {code:?}");
        }
    }
    Ok(())
}

pub async fn whoever_was_invited_as_a_caregiver_comes_as_nobody_else(engine: Engine) -> Result<()> {
    let gate = Gate::open(engine).await?;
    let (to_eva, to_ben) = ([0x1a; 16], [0x1b; 16]);
    let eva = invited(&gate, "Eva Invented", to_eva).await?;
    let ben = invited(&gate, "Ben Invented", to_ben).await?;
    let before = gate.facts().await;

    // One person's invitation, for another: one who waits for theirs, a client, staff.
    let (lee, kim) = (gate.lee.account, gate.kim.caller.account);
    for other in [ben.account, lee, kim] {
        let forged = serde_json::to_value(answer(&gate, other, to_eva, 60))?;
        let code = redeems(&gate, forged).await?;
        ensure!(code == Some(Code::CertificateInvalid), "{code:?}");
    }
    is_not_widened(&gate, eva.account, to_eva).await?;
    // Nor does whoever invites make staff, here or at the administrator's door.
    let route = format!("POST /v1/people/{}/caregivers", gate.lee.person);
    let body = json!({"op_id": gate.op(), "name": "A Friend", "relationship": "friend",
        "role": "case_manager"});
    let refused = gate.asks(Some(&gate.jo), &route, body).await?;
    ensure!(refused.code == Some(Code::BadRequest), "{:?}", refused.code);
    let body = json!({"op_id": gate.op(), "name": "A Friend", "role": "case_manager"});
    let refused = gate.asks(Some(&gate.jo), "POST /v1/staff", body).await?;
    ensure!(refused.code == Some(Code::NotAllowed), "{:?}", refused.code);
    ensure!(gate.facts().await == before, "something was written");

    // The invitations are good still, each for its own; before somebody confirms it that is nobody.
    let eva_here = comes(&gate, eva.account, to_eva, 61).await?;
    comes(&gate, ben.account, to_ben, 62).await?;
    proves(&gate, &eva_here).await;
    finds_nothing(&gate, &eva_here, &[Code::NotConfirmed]).await?;
    let route = format!("GET /v1/people/{}/invitation", eva.person);
    let read = gate.asks(Some(&gate.jo), &route, Value::Null).await?;
    let intake = &read.body["intake"];
    let invitation = intake["invitation"].as_str().unwrap_or_default();
    let confirm = format!("POST /v1/invitations/{invitation}/confirm");
    let hers = json!({"op_id": gate.op(), "aik": intake["arrived"]["aik"], "confirmation": null});
    let herself = gate.asks(Some(&eva_here), &confirm, hers.clone()).await?;
    ensure!(
        herself.code == Some(Code::NotConfirmed),
        "{:?}",
        herself.code
    );
    // Another's key is confirmed by nobody's invitation but its own.
    let bens = answer(&gate, ben.account, to_ben, 62).aik;
    let body = json!({"op_id": gate.op(), "aik": bens, "confirmation": null});
    let crossed = gate.asks(Some(&gate.jo), &confirm, body).await?;
    ensure!(
        crossed.code == Some(Code::InvitationUsed),
        "{:?}",
        crossed.code
    );
    let confirmed = gate.asks(Some(&gate.jo), &confirm, hers).await?;
    ensure!(confirmed.status == 200, "{:?}", confirmed.code);

    let session = gate
        .asks(Some(&eva_here), "GET /v1/session", Value::Null)
        .await?;
    ensure!(session.body["role"] == "caregiver", "{}", session.body);
    ensure!(session.body["account"] == json!(eva.account));
    finds_nothing(&gate, &eva_here, &[Code::NotAllowed, Code::NotFound]).await?;
    let staff = gate
        .asks(Some(&gate.kim), "GET /v1/staff", Value::Null)
        .await?;
    let staff = staff.body.to_string();
    ensure!(!staff.contains("Invented"), "{staff}");
    Ok(())
}
