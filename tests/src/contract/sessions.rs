//! Sessions and how they end.

use ed25519_dalek::Signer as _;
use judge::certificate::to_be_signed;
use protocol::http::{AskChallenge, RenewSession};
use protocol::{Bytes, Code, DeviceId, labels};
use store::{Settings, Store};
use testkit::Engine;

use super::house::{Enrolled, House, SERVER_NAME, append, code};

pub async fn a_staff_session_ends_when_idle_and_a_request_moves_its_end(engine: Engine) {
    let house = House::build(engine).await;
    let dana = house.enrol(house.agency.dana, 1).await;
    for _ in 0..3 {
        house.clock.advance(14 * 60);
        assert!(house.store.caller(&dana.token).await.is_ok());
    }
    house.clock.advance(15 * 60);
    assert_eq!(code(house.store.caller(&dana.token).await), Code::SignedOut);
    assert_eq!(
        code(house.store.still_live(&dana.caller).await),
        Code::SignedOut
    );

    // A client's session is not over after a night.
    let maria = house.enrol(house.agency.maria, 2).await;
    house.clock.advance(12 * 3_600);
    assert!(house.store.caller(&maria.token).await.is_ok());
}

pub async fn a_session_ends_in_any_case(engine: Engine) {
    let house = House::build(engine).await;
    let dana = house.enrol(house.agency.dana, 1).await;
    for _ in 0..71 {
        house.clock.advance(10 * 60);
        assert!(house.store.caller(&dana.token).await.is_ok());
    }
    let signed_in = house.store.signed_in(&dana.caller).await.unwrap();
    assert_eq!(signed_in.idle_at, signed_in.ends_at);
    house.clock.advance(10 * 60);
    assert_eq!(code(house.store.caller(&dana.token).await), Code::SignedOut);
}

pub async fn signing_out_ends_the_session_at_once(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    let circle = house.agency.circle;
    house.gather(circle, &[&maria]).await;
    house.store.still_live(&maria.caller).await.unwrap();
    house.store.sign_out(&maria.caller).await.unwrap();
    let store = &house.store;
    assert_eq!(code(store.still_live(&maria.caller).await), Code::SignedOut);
    assert_eq!(code(store.caller(&maria.token).await), Code::SignedOut);
    assert_eq!(code(store.signed_in(&maria.caller).await), Code::SignedOut);
    assert_eq!(code(store.circles(&maria.caller).await), Code::SignedOut);
    assert_eq!(
        code(store.issue_ticket(&maria.caller).await),
        Code::SignedOut
    );
    let appended = store.append(&maria.caller, append(circle, 1)).await;
    assert_eq!(code(appended), Code::SignedOut);
}

pub async fn a_revoked_device_is_signed_out(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    house
        .run("UPDATE device SET generation = generation + 1, revoked_at = 1")
        .await;
    assert_eq!(
        code(house.store.caller(&maria.token).await),
        Code::SignedOut
    );
    assert_eq!(
        code(house.store.ready(&maria.caller).await),
        Code::SignedOut
    );
    let again = house.store.redeem_invitation(maria.request).await;
    assert_eq!(code(again), Code::DeviceUnknown);
}

pub async fn a_changed_role_signs_out(engine: Engine) {
    let house = House::build(engine).await;
    let dana = house.enrol(house.agency.dana, 1).await;
    let account = house.id(dana.caller.account.as_bytes());
    house
        .run(&format!(
            "UPDATE account SET grant_generation = grant_generation + 1 WHERE id = {account}"
        ))
        .await;
    assert_eq!(code(house.store.caller(&dana.token).await), Code::SignedOut);
    assert_eq!(
        code(house.store.people(&dana.caller).await),
        Code::SignedOut
    );
}

fn renewal(enrolled: &Enrolled, challenge: &Bytes, server: &str) -> RenewSession {
    let nonce = [5_u8; 32];
    let content = [&challenge[..], &nonce, server.as_bytes()].concat();
    RenewSession {
        device: enrolled.caller.device,
        challenge: challenge.clone(),
        nonce: nonce.into(),
        signature: enrolled
            .dsk
            .sign(&to_be_signed(labels::LOGIN, &content))
            .to_bytes()
            .into(),
    }
}

async fn challenge(house: &House, device: DeviceId) -> Bytes {
    let asked = AskChallenge { device };
    house.store.ask_challenge(asked).await.unwrap().challenge
}

pub async fn a_device_renews_its_session_in_the_demo_only(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    let asked = challenge(&house, maria.caller.device).await;
    let renewed = house
        .store
        .renew_session(renewal(&maria, &asked, SERVER_NAME))
        .await
        .unwrap();
    assert_eq!(renewed.0.device, maria.caller.device);
    assert!(house.store.caller(&renewed.1).await.is_ok());

    let settings = Settings {
        demo: false,
        ..house.settings(1)
    };
    house.store.close().await;
    let store = Store::open(settings).await.unwrap();
    let device = maria.caller.device;
    let asked_again = store.ask_challenge(AskChallenge { device }).await;
    assert_eq!(code(asked_again), Code::NotFound);
    let renewed = store
        .renew_session(renewal(&maria, &asked, SERVER_NAME))
        .await;
    assert_eq!(code(renewed), Code::NotFound);
    store.close().await;
}

pub async fn a_challenge_is_used_once(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    let store = &house.store;
    let device = maria.caller.device;

    let used = challenge(&house, device).await;
    let forged = renewal(&maria, &used, "elsewhere.example");
    assert_eq!(
        code(store.renew_session(forged).await),
        Code::SignatureInvalid
    );
    let good = renewal(&maria, &used, SERVER_NAME);
    assert_eq!(
        code(store.renew_session(good).await),
        Code::ChallengeInvalid
    );

    let late = challenge(&house, device).await;
    house.clock.advance(31);
    let good = renewal(&maria, &late, SERVER_NAME);
    assert_eq!(
        code(store.renew_session(good).await),
        Code::ChallengeInvalid
    );

    let stranger = challenge(&house, DeviceId::from_bytes([77; 16])).await;
    let other = renewal(&maria, &stranger, SERVER_NAME);
    assert_eq!(
        code(store.renew_session(other).await),
        Code::ChallengeInvalid
    );
}
