//! Passwords and codes, as the store knows them: whose, under which name, and what follows when the gateway
//! has found them good. Here a record is a few bytes and a code is its step.

use care::Caller;
use care::ways_in::Login;
use ed25519_dalek::Signer as _;
use judge::certificate::to_be_signed;
use protocol::http::{AskPassword, PasswordShown, SignInByPassword};
use protocol::{AuthenticatorId, AuthenticatorKind, Bytes, Code, Role, labels, limits};
use sha2::{Digest as _, Sha256};
use store::{CeremonyKind, PasswordLooked, SessionToken, Store};
use testkit::Engine;

use super::house::{Enrolled, House, SERVER_NAME, code};

pub(super) const SECRET: &[u8] = b"planted code secret";
pub(super) const RECORD: &[u8] = b"planted password record";

pub(super) fn login(text: &str) -> Login {
    Login::choose(text).unwrap()
}

/// The house as agencies run it, where everybody has come in by their link and has shown nothing yet.
async fn outside_the_demo(house: House) -> House {
    house
        .run("UPDATE session SET proved_at = NULL, begun_by = 'link'")
        .await;
    house.outside_the_demo().await
}

fn signature(enrolled: &Enrolled, named: &[u8], server: &str) -> (Bytes, Bytes) {
    let nonce = [5_u8; 32];
    let content = [named, &nonce, server.as_bytes()].concat();
    let signature = enrolled.dsk.sign(&to_be_signed(labels::LOGIN, &content));
    (nonce.into(), signature.to_bytes().into())
}

pub(super) fn asking(enrolled: &Enrolled, name: &str) -> AskPassword {
    let ke1 = Bytes::from(b"ke1".to_vec());
    let (nonce, signature) = signature(enrolled, &Sha256::digest(&ke1[..]), SERVER_NAME);
    AskPassword {
        login: name.to_owned(),
        ke1,
        device: enrolled.caller.device,
        nonce,
        signature,
    }
}

fn showing(enrolled: &Enrolled, ceremony: &Bytes) -> SignInByPassword {
    let (nonce, signature) = signature(enrolled, ceremony, SERVER_NAME);
    SignInByPassword {
        ceremony: ceremony.clone(),
        ke3: Bytes::default(),
        device: enrolled.caller.device,
        nonce,
        signature,
        shared: false,
    }
}

/// Adds a password; what came of it, and the caller under the session's new token.
pub(super) async fn add(
    store: &Store,
    caller: &Caller,
    name: &str,
) -> (PasswordShown, Caller, SessionToken) {
    let added = store
        .add_password(caller, &login(name), RECORD.to_vec(), false)
        .await;
    let (shown, token) = added.unwrap();
    (shown, store.caller(&token).await.unwrap(), token)
}

/// Adds a code app that showed the code of `step`.
pub(super) async fn add_code_app(
    store: &Store,
    caller: &Caller,
    step: u64,
) -> (PasswordShown, Caller, SessionToken) {
    let kind = CeremonyKind::RegisterCodeApp;
    let begun = store
        .begin_ceremony(kind, Some(caller), SECRET.to_vec())
        .await;
    let handle = begun.unwrap();
    let added = store
        .add_code_app(caller, &handle, (SECRET.to_vec(), step))
        .await;
    let (shown, token) = added.unwrap();
    (shown, store.caller(&token).await.unwrap(), token)
}

/// Signs in by the password of that name, as the gateway would once the proof was good.
pub(super) async fn sign_in(
    store: &Store,
    enrolled: &Enrolled,
    name: &str,
    current: Option<&SessionToken>,
) -> store::Result<(PasswordShown, SessionToken)> {
    let looked = store.look_for_password(&asking(enrolled, name)).await?;
    let known = looked.known.ok_or(Code::SignInRefused)?;
    assert_eq!(known.record, RECORD);
    let ceremony = store.begin_password(&known, b"state".to_vec()).await?;
    let kind = CeremonyKind::ShowPassword;
    assert!(store.ceremony_waits(kind, &ceremony).await?);
    assert_eq!(store.take_ceremony(kind, None, &ceremony).await?, b"state");
    let asked = showing(enrolled, &ceremony);
    store
        .sign_in_by_password(&asked, known.id, current.cloned())
        .await
}

pub(super) async fn ids(
    store: &Store,
    caller: &Caller,
) -> Vec<(AuthenticatorKind, AuthenticatorId)> {
    let listed = store.authenticators(caller).await.unwrap();
    let ids = listed
        .authenticators
        .iter()
        .map(|card| (card.kind, card.id));
    ids.collect()
}

fn id_of(ids: &[(AuthenticatorKind, AuthenticatorId)], kind: AuthenticatorKind) -> AuthenticatorId {
    ids.iter().find(|(its, _)| *its == kind).unwrap().1
}

pub async fn a_client_comes_in_by_a_password_and_staff_by_a_password_and_a_code(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    let dana = house.enrol(house.agency.dana, 2).await;
    let house = outside_the_demo(house).await;
    let store = &house.store;

    let unproved = store.caller(&maria.token).await.unwrap();
    let (shown, caller, token) = add(store, &unproved, "Maria.Sample").await;
    assert!(!shown.second_factor);
    assert_eq!(caller.session, unproved.session);
    assert_eq!(code(store.caller(&maria.token).await), Code::SignedOut);
    assert!(store.people(&caller).await.is_ok());
    store.sign_out(&caller).await.unwrap();
    assert_eq!(code(store.caller(&token).await), Code::SignedOut);
    let (shown, token) = sign_in(store, &maria, " MARIA.sample ", None)
        .await
        .unwrap();
    assert!(!shown.second_factor && shown.session.role == Role::Client);
    let caller = store.caller(&token).await.unwrap();
    assert!(store.people(&caller).await.is_ok());
    let card = store.authenticators(&caller).await.unwrap();
    assert_eq!(
        card.authenticators[0].login.as_deref(),
        Some("maria.sample")
    );
    assert!(card.authenticators[0].used_at.is_some());

    let unproved = store.caller(&dana.token).await.unwrap();
    let (shown, caller, _) = add(store, &unproved, "dana").await;
    assert!(shown.second_factor);
    assert_eq!(
        code(store.people(&caller).await),
        Code::AuthenticatorRequired
    );
    let (shown, caller, _) = add_code_app(store, &caller, 100).await;
    assert!(!shown.second_factor);
    assert!(store.people(&caller).await.is_ok());
    store.sign_out(&caller).await.unwrap();

    let (shown, token) = sign_in(store, &dana, "dana", None).await.unwrap();
    assert!(shown.second_factor);
    let half = store.caller(&token).await.unwrap();
    let app = store.find_code_app(&half).await.unwrap();
    assert_eq!(app.secret, SECRET);
    let (_, whole) = store.sign_in_by_code(&half, app.id, 101).await.unwrap();
    assert_eq!(code(store.caller(&token).await), Code::SignedOut);
    let caller = store.caller(&whole).await.unwrap();
    assert_eq!(caller.session, half.session);
    assert!(store.people(&caller).await.is_ok());
    for (act, least) in [
        ("register_authenticator", 2),
        ("ask_password", 1),
        ("show_password", 1),
        ("sign_in", 1),
    ] {
        let account = house.id(dana.caller.account.as_bytes());
        let done = format!("act = '{act}' AND outcome = 'done' AND account = {account}");
        assert!(house.entries(&done).await >= least, "{act}");
    }
}

pub async fn a_password_alone_opens_nothing_to_staff(engine: Engine) {
    let house = House::build(engine).await;
    let dana = house.enrol(house.agency.dana, 2).await;
    let house = outside_the_demo(house).await;
    let store = &house.store;
    let unproved = store.caller(&dana.token).await.unwrap();
    let (_, caller, _) = add(store, &unproved, "dana").await;
    let (_, caller, _) = add_code_app(store, &caller, 100).await;
    store.sign_out(&caller).await.unwrap();

    let (shown, token) = sign_in(store, &dana, "dana", None).await.unwrap();
    assert!(shown.second_factor);
    let half = store.caller(&token).await.unwrap();
    let required = Code::AuthenticatorRequired;
    assert_eq!(code(store.people(&half).await), required);
    assert_eq!(code(store.circles(&half).await), required);
    assert_eq!(code(store.issue_ticket(&half).await), required);
    assert_eq!(code(store.devices(&half).await), required);
    assert_eq!(code(store.authenticators(&half).await), required);
    // Whoever has a password cannot make the second factor themselves, nor another password.
    assert_eq!(code(store.want_code_app(&half).await), required);
    assert_eq!(code(store.want_passkey(&half).await), required);
    assert_eq!(
        code(store.want_password(&half, &login("other")).await),
        required
    );
    let other = store
        .add_password(&half, &login("other"), RECORD.to_vec(), false)
        .await;
    assert_eq!(code(other), required);
    let passkey = store
        .add_passkey(&half, b"passkey", b"passkey".to_vec(), false)
        .await;
    assert_eq!(code(passkey), required);
}

pub async fn a_code_is_good_once_and_only_after_the_password(engine: Engine) {
    let house = House::build(engine).await;
    let dana = house.enrol(house.agency.dana, 2).await;
    let store = &house.store;
    let (_, caller, _) = add(store, &dana.caller, "dana").await;
    let (_, caller, token) = add_code_app(store, &caller, 100).await;
    let id = id_of(&ids(store, &caller).await, AuthenticatorKind::Totp);
    let gone = Code::CeremonyGone;

    // The code by which it was added is used up, and so are those before it.
    let (_, token) = sign_in(store, &dana, "dana", Some(&token)).await.unwrap();
    let caller = store.caller(&token).await.unwrap();
    for used in [100, 99] {
        let again = store.sign_in_by_code(&caller, id, used).await;
        assert_eq!(code(again), Code::SignInRefused, "{used}");
    }
    assert_eq!(
        code(store.refuse_code(&caller, id).await),
        Code::SignInRefused
    );
    let (_, token) = store.sign_in_by_code(&caller, id, 101).await.unwrap();
    // One password, one code: the next wants the password again.
    let caller = store.caller(&token).await.unwrap();
    assert_eq!(code(store.find_code_app(&caller).await), gone);
    assert_eq!(code(store.sign_in_by_code(&caller, id, 102).await), gone);
    let account = house.id(caller.account.as_bytes());
    let noted = format!("act = 'sign_in' AND outcome = 'denied' AND account = {account}");
    assert_eq!(house.entries(&noted).await, 3);

    let (_, token) = sign_in(store, &dana, "dana", Some(&token)).await.unwrap();
    let caller = store.caller(&token).await.unwrap();
    house.clock.advance(5 * 60);
    assert_eq!(code(store.sign_in_by_code(&caller, id, 102).await), gone);
    // Step-up: what wants somebody who is here now wants both again.
    assert_eq!(
        code(store.want_code_app(&caller).await),
        Code::StepUpRequired
    );
    let (_, token) = sign_in(store, &dana, "dana", Some(&token)).await.unwrap();
    let caller = store.caller(&token).await.unwrap();
    assert_eq!(
        code(store.want_code_app(&caller).await),
        Code::StepUpRequired
    );
    let (_, token) = store.sign_in_by_code(&caller, id, 102).await.unwrap();
    let caller = store.caller(&token).await.unwrap();
    assert!(store.want_code_app(&caller).await.is_ok());
    // Another person's code is none of theirs.
    let maria = house.enrol(house.agency.maria, 1).await;
    let (_, _, token) = add(store, &maria.caller, "maria").await;
    let maria = store.caller(&token).await.unwrap();
    let others = store.sign_in_by_code(&maria, id, 103).await;
    assert!(matches!(
        code(others),
        Code::CeremonyGone | Code::SignInRefused
    ));
}

pub(super) fn is_known(looked: &PasswordLooked) -> bool {
    looked.known.is_some()
}

pub async fn only_an_accounts_own_device_is_told_of_its_password(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    let ana = house.enrol(house.agency.ana, 2).await;
    let store = &house.store;
    let (_, _, token) = add(store, &maria.caller, "maria").await;

    let own = store
        .look_for_password(&asking(&maria, "maria"))
        .await
        .unwrap();
    assert!(is_known(&own));
    let others = store
        .look_for_password(&asking(&ana, "maria"))
        .await
        .unwrap();
    let nobodys = store
        .look_for_password(&asking(&ana, "nobody"))
        .await
        .unwrap();
    let impossible = store
        .look_for_password(&asking(&ana, "not a name!"))
        .await
        .unwrap();
    assert!(!is_known(&others) && !is_known(&nobodys) && !is_known(&impossible));
    assert_eq!(own.index, others.index);
    assert_ne!(others.index, nobodys.index);
    // Her device's id without her device's key; a signature over another message; for another server.
    let forged = AskPassword {
        device: maria.caller.device,
        ..asking(&ana, "maria")
    };
    let replayed = AskPassword {
        ke1: Bytes::from(b"another".to_vec()),
        ..asking(&maria, "maria")
    };
    let ke1_hash = Sha256::digest(b"ke1");
    let (nonce, signature) = signature(&maria, &ke1_hash, "elsewhere.example");
    let elsewhere = AskPassword {
        nonce,
        signature,
        ..asking(&maria, "maria")
    };
    for asked in [forged, replayed, elsewhere] {
        assert!(!is_known(&store.look_for_password(&asked).await.unwrap()));
    }
    // Nor does her proof sign anybody else's device in: noted at her account.
    let known = own.known.unwrap();
    let handle = Bytes::from([9; 32]);
    let swapped = store
        .sign_in_by_password(&showing(&ana, &handle), known.id, None)
        .await;
    assert_eq!(code(swapped), Code::SignInRefused);
    assert_eq!(
        code(store.refuse_password(known.id).await),
        Code::SignInRefused
    );
    let account = house.id(maria.caller.account.as_bytes());
    let noted = format!("act = 'sign_in' AND outcome = 'denied' AND account = {account}");
    assert_eq!(house.entries(&noted).await, 2);
    assert!(store.caller(&token).await.is_ok());
    // A device that was taken away is a stranger's.
    let device = house.id(maria.caller.device.as_bytes());
    house
        .run(&format!(
            "UPDATE device SET revoked_at = 1 WHERE id = {device}"
        ))
        .await;
    let revoked = store
        .look_for_password(&asking(&maria, "maria"))
        .await
        .unwrap();
    assert!(!is_known(&revoked));
}

pub async fn nobody_takes_away_their_last_way_in(engine: Engine) {
    let house = House::build(engine).await;
    let dana = house.enrol(house.agency.dana, 1).await;
    let maria = house.enrol(house.agency.maria, 2).await;
    let store = &house.store;
    let kept = Code::AuthenticatorKept;
    let (_, caller, _) = add(store, &dana.caller, "dana").await;
    let (_, caller, _) = add_code_app(store, &caller, 100).await;
    let has = ids(store, &caller).await;
    let (password, app) = (
        id_of(&has, AuthenticatorKind::Password),
        id_of(&has, AuthenticatorKind::Totp),
    );
    // Staff: neither half of the pair, as long as there is nothing else.
    assert_eq!(code(store.end_authenticator(&caller, app).await), kept);
    assert_eq!(code(store.end_authenticator(&caller, password).await), kept);
    let (_, token) = store
        .add_passkey(&caller, b"key", b"key".to_vec(), false)
        .await
        .unwrap();
    let caller = store.caller(&token).await.unwrap();
    let passkey = id_of(&ids(store, &caller).await, AuthenticatorKind::Passkey);
    store.end_authenticator(&caller, app).await.unwrap();
    // A password that no second factor follows is no way in for staff.
    assert_eq!(code(store.end_authenticator(&caller, passkey).await), kept);
    store.end_authenticator(&caller, password).await.unwrap();
    assert_eq!(code(store.end_authenticator(&caller, passkey).await), kept);

    let (_, caller, _) = add(store, &maria.caller, "maria").await;
    let password = id_of(&ids(store, &caller).await, AuthenticatorKind::Password);
    assert_eq!(code(store.end_authenticator(&caller, password).await), kept);
    // A code app that she added is asked for, and may go again.
    let (_, caller, _) = add_code_app(store, &caller, 100).await;
    let app = id_of(&ids(store, &caller).await, AuthenticatorKind::Totp);
    let (shown, token) = sign_in(store, &maria, "maria", None).await.unwrap();
    assert!(shown.second_factor);
    let caller_again = store.caller(&token).await.unwrap();
    let (_, token) = store
        .sign_in_by_code(&caller_again, app, 101)
        .await
        .unwrap();
    let caller_again = store.caller(&token).await.unwrap();
    assert_eq!(code(store.people(&caller).await), Code::SignedOut);
    store.end_authenticator(&caller_again, app).await.unwrap();
}

pub async fn the_servers_own_keys_are_kept_and_outlive_a_rotation(engine: Engine) {
    let house = House::build(engine).await;
    let store = &house.store;
    let first = store.opaque_setup(b"planted setup".to_vec()).await.unwrap();
    assert_eq!(first, b"planted setup");
    let again = store.opaque_setup(b"another".to_vec()).await.unwrap();
    assert_eq!(again, first);
    let kept = house.blobs("SELECT setup FROM opaque").await;
    assert!(!kept[0].windows(7).any(|window| window == b"planted"));
    let maria = house.enrol(house.agency.maria, 1).await;
    add(store, &maria.caller, "maria").await;
    let mut rotation = store
        .rotate_keys(&Caller::installation(), false)
        .await
        .unwrap();
    while let Some(progress) = rotation.step().await.unwrap() {
        assert_eq!(progress.damaged, 0, "{progress:?}");
    }
    assert_ne!(house.blobs("SELECT setup FROM opaque").await, kept);
    assert_eq!(store.opaque_setup(Vec::new()).await.unwrap(), first);
    assert!(sign_in(store, &maria, "maria", None).await.is_ok());
}

pub async fn a_password_shown_again_says_that_others_use_the_device(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    let store = &house.store;
    let (_, _, token) = add(store, &maria.caller, "maria").await;
    let left_s = |shown: &PasswordShown| {
        (shown.session.idle_at.micros() - house.clock_now().micros()) / 1_000_000
    };
    let own = sign_in(store, &maria, "maria", Some(&token)).await;
    let (shown, token) = own.unwrap();
    assert_eq!(left_s(&shown), limits::SESSION_IDLE_S);

    let looked = store.look_for_password(&asking(&maria, "maria")).await;
    let known = looked.unwrap().known.unwrap();
    let ceremony = store.begin_password(&known, b"state".to_vec()).await;
    let asked = SignInByPassword {
        shared: true,
        ..showing(&maria, &ceremony.unwrap())
    };
    let shown = store.sign_in_by_password(&asked, known.id, Some(token));
    let (shown, token) = shown.await.unwrap();
    assert_eq!(left_s(&shown), limits::SESSION_IDLE_SHARED_S);
    let caller = store.caller(&token).await.unwrap();
    assert_eq!(caller.session, maria.caller.session);
    assert!(!store.hand_out_share(&caller).await.unwrap().keep);
}
