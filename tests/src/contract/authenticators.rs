//! By what people sign in, and what a session may do before its person has shown anything. The store
//! takes what the gateway found good: here a passkey is a few bytes.

use care::Caller;
use care::ways_in::Login;
use ed25519_dalek::Signer as _;
use judge::certificate::to_be_signed;
use protocol::http::{ReplaceIdentity, SignInByPasskey, SignedIn};
use protocol::{AuthenticatorId, Bytes, Code, labels, limits};
use store::{CeremonyKind, PasskeyShown, SessionToken, Store};
use testkit::Engine;

use super::doors::{Newcomer, approve, begin, code_wrap, lookup, vault};
use super::house::{Enrolled, House, SERVER_NAME, code};
use super::thresholds::replace;

/// The house as agencies run it: what people enrolled before is as if they had come in by their links.
async fn outside_the_demo(house: House) -> House {
    house
        .run("UPDATE session SET proved_at = NULL, begun_by = 'link'")
        .await;
    house.outside_the_demo().await
}

/// Adds a passkey; the caller under the session's new token.
pub(super) async fn add(store: &Store, caller: &Caller, passkey: &[u8]) -> (Caller, SessionToken) {
    let added = store
        .add_passkey(caller, passkey, passkey.to_vec(), false)
        .await;
    let (_, token) = added.unwrap();
    (store.caller(&token).await.unwrap(), token)
}

/// What a device sends with its person's passkey.
pub(super) fn showing(enrolled: &Enrolled, ceremony: &Bytes, server: &str) -> SignInByPasskey {
    let nonce = [5_u8; 32];
    let content = [&ceremony[..], &nonce, server.as_bytes()].concat();
    let signature = enrolled.dsk.sign(&to_be_signed(labels::LOGIN, &content));
    SignInByPasskey {
        ceremony: ceremony.clone(),
        credential: String::new(),
        device: enrolled.caller.device,
        nonce: nonce.into(),
        signature: signature.to_bytes().into(),
        shared: false,
    }
}

/// Signs in as the gateway would once it has found the passkey good.
pub(super) async fn sign_in(
    store: &Store,
    asked: &SignInByPasskey,
    passkey: &[u8],
    current: Option<&SessionToken>,
) -> store::Result<(SignedIn, SessionToken)> {
    let found = store.find_passkey(passkey).await?;
    let shown = PasskeyShown {
        id: found.id,
        passkey: found.passkey,
    };
    store.sign_in(asked, shown, current.cloned()).await
}

pub(super) fn handle(n: u8) -> Bytes {
    [n; 32].into()
}

pub async fn a_link_leads_to_an_authenticator_and_no_further(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    let house = outside_the_demo(house).await;
    let store = &house.store;
    let unproved = store.caller(&maria.token).await.unwrap();
    let shown = store.signed_in(&unproved).await.unwrap();
    let left_s = (shown.idle_at.micros() - house.clock_now().micros()) / 1_000_000;
    assert_eq!(
        left_s,
        limits::SESSION_IDLE_UNPROVED_S,
        "they may have to wait"
    );
    let required = Code::AuthenticatorRequired;
    assert_eq!(code(store.people(&unproved).await), required);
    assert_eq!(code(store.issue_ticket(&unproved).await), required);
    assert_eq!(code(store.devices(&unproved).await), required);
    assert_eq!(code(store.authenticators(&unproved).await), required);
    assert_eq!(code(store.hand_out_share(&unproved).await), required);
    let wanted = store.want_passkey(&unproved).await.unwrap();
    assert_eq!(wanted.account, unproved.account.uuid());
    assert!(wanted.known.is_empty());

    let (caller, token) = add(store, &unproved, b"passkey one").await;
    // The same session, under a new token; the old one opens nothing.
    assert_eq!(caller.session, unproved.session);
    assert_ne!(token, maria.token);
    assert_eq!(code(store.caller(&maria.token).await), Code::SignedOut);
    assert!(store.people(&caller).await.is_ok());
    assert!(store.issue_ticket(&caller).await.is_ok());
    let listed = store.authenticators(&caller).await.unwrap();
    assert_eq!(listed.authenticators.len(), 1);
    let account = house.id(caller.account.as_bytes());
    let registered = format!("act = 'register_authenticator' AND account = {account}");
    assert_eq!(house.entries(&registered).await, 1);
}

pub async fn a_device_that_another_let_in_must_show_what_its_person_has(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    let second = house.sibling(&maria, 1, 2).await;
    let house = outside_the_demo(house).await;
    let store = &house.store;
    let second_session = house.id(second.caller.session.as_bytes());
    house
        .run(&format!(
            "UPDATE session SET begun_by = 'enrolment' WHERE id = {second_session}"
        ))
        .await;
    let first = store.caller(&maria.token).await.unwrap();
    add(store, &first, b"passkey").await;
    let unproved = store.caller(&second.token).await.unwrap();
    let own = store.want_passkey(&unproved).await;
    assert_eq!(code(own), Code::AuthenticatorRequired);
    let asked = showing(&second, &handle(7), SERVER_NAME);
    let shown = sign_in(store, &asked, b"passkey", Some(&second.token)).await;
    let (_, token) = shown.unwrap();
    let caller = store.caller(&token).await.unwrap();
    assert_eq!(caller.session, unproved.session);
    assert!(store.people(&caller).await.is_ok());
}

pub async fn a_passkey_signs_in_devices_of_its_own_account_only(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    let ana = house.enrol(house.agency.ana, 2).await;
    let store = &house.store;
    let (_, token) = add(store, &maria.caller, b"marias").await;

    let refused = Code::SignInRefused;
    let others = showing(&ana, &handle(1), SERVER_NAME);
    assert_eq!(
        code(sign_in(store, &others, b"marias", None).await),
        refused
    );
    let elsewhere = showing(&maria, &handle(1), "elsewhere.example");
    assert_eq!(
        code(sign_in(store, &elsewhere, b"marias", None).await),
        refused
    );
    let good = showing(&maria, &handle(1), SERVER_NAME);
    assert_eq!(code(sign_in(store, &good, b"nobodys", None).await), refused);
    // None of that ended the session of before, or began one.
    assert!(store.caller(&token).await.is_ok());

    let (signed_in, fresh) = sign_in(store, &good, b"marias", None).await.unwrap();
    assert_eq!(signed_in.device, maria.caller.device);
    assert!(store.caller(&fresh).await.is_ok());
    assert_eq!(code(store.caller(&token).await), Code::SignedOut);
    assert!(store.caller(&ana.token).await.is_ok());

    // What somebody else has already cannot be added. Whoever was refused with her passkey is noted at
    // her account: at another's device, with a signature for elsewhere, and here at the ceremony.
    let again = store
        .add_passkey(&ana.caller, b"marias", Vec::new(), false)
        .await;
    assert_eq!(code(again), Code::AuthenticatorKept);
    assert_eq!(code(store.refuse_passkey(b"marias").await), refused);
    let account = house.id(maria.caller.account.as_bytes());
    let noted = format!("act = 'sign_in' AND outcome = 'denied' AND account = {account}");
    assert_eq!(house.entries(&noted).await, 3);
}

pub async fn changing_authenticators_wants_one_shown_lately(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    let store = &house.store;
    let (caller, token) = add(store, &maria.caller, b"one").await;
    // They are listed in the order in which they came.
    house.clock.advance(1);
    let (caller, token) = {
        let (again, newer) = add(store, &caller, b"two").await;
        assert_ne!(newer, token);
        (again, newer)
    };
    let listed = store.authenticators(&caller).await.unwrap();
    let ids: Vec<AuthenticatorId> = listed.authenticators.iter().map(|card| card.id).collect();
    house.clock.advance(5 * 60);
    let step_up = Code::StepUpRequired;
    assert_eq!(code(store.want_passkey(&caller).await), step_up);
    assert_eq!(
        code(store.end_authenticator(&caller, ids[0]).await),
        step_up
    );
    assert!(store.people(&caller).await.is_ok());

    let asked = showing(&maria, &handle(1), SERVER_NAME);
    let stepped = sign_in(store, &asked, b"two", Some(&token)).await;
    let (_, fresh) = stepped.unwrap();
    let caller = store.caller(&fresh).await.unwrap();
    assert_eq!(caller.session, maria.caller.session);
    assert_eq!(code(store.caller(&token).await), Code::SignedOut);
    store.end_authenticator(&caller, ids[0]).await.unwrap();
    let last = store.end_authenticator(&caller, ids[1]).await;
    assert_eq!(code(last), Code::AuthenticatorKept);
    assert_eq!(
        code(sign_in(store, &asked, b"one", None).await),
        Code::SignInRefused
    );
    let ana = house.enrol(house.agency.ana, 2).await;
    let others = store.end_authenticator(&ana.caller, ids[1]).await;
    assert_eq!(code(others), Code::NotFound);
    let account = house.id(ana.caller.account.as_bytes());
    let noted = format!("act = 'end_authenticator' AND outcome = 'denied' AND account = {account}");
    assert_eq!(house.entries(&noted).await, 1);
}

pub async fn keys_are_given_away_by_somebody_who_was_here_lately(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    let ana = house.enrol(house.agency.ana, 2).await;
    let laptop = house.second(&maria, 1, 3).await.caller.device;
    let store = &house.store;
    let (caller, token) = add(store, &maria.caller, b"passkey").await;
    house.clock.advance(limits::STEP_UP_S);
    let (newcomer, now) = (Newcomer::new(4), house.clock_now());
    let certificate = newcomer.certificate(caller.account, 1, now);
    let approval = || approve(4, &lookup(4), certificate.clone());
    let coded = |after| vault(after, 1, &[code_wrap(1)]);
    let stolen = ReplaceIdentity {
        vault: vault(2, 2, &[]),
        ..replace(&house, &maria, laptop)
    };
    let long_ago = [
        code(store.begin_enrolment(&caller, begin(4)).await),
        code(store.approve_device(&caller, approval()).await),
        code(store.put_vault(&caller, coded(0)).await),
        code(store.replace_identity(&caller, stolen.clone()).await),
    ];
    assert_eq!(long_ago, [Code::StepUpRequired; 4]);
    // What her device does by itself goes on.
    let by_itself = store.put_vault(&caller, vault(0, 1, &[])).await;
    assert_eq!(by_itself.unwrap().version, 1);

    let asked = showing(&maria, &handle(1), SERVER_NAME);
    let (_, fresh) = sign_in(store, &asked, b"passkey", Some(&token))
        .await
        .unwrap();
    let caller = store.caller(&fresh).await.unwrap();
    let made = store.put_vault(&caller, coded(1)).await;
    assert_eq!(made.unwrap().version, 2);
    store.begin_enrolment(&caller, begin(4)).await.unwrap();
    let offered = store.offer_device(newcomer.offer(&lookup(4)));
    offered.await.unwrap();
    store.approve_device(&caller, approval()).await.unwrap();
    let replaced = store.replace_identity(&caller, stolen.clone());
    replaced.await.unwrap();
    // Whose answer was lost is told again, whenever that is; done once more it is not.
    house.clock.advance(limits::STEP_UP_S);
    store.replace_identity(&caller, stolen).await.unwrap();
    assert_eq!(store.devices(&caller).await.unwrap().vault, 3);

    // Who has nothing to show it by (in the demo, where the device alone signs in) is not shut out.
    store.begin_enrolment(&ana.caller, begin(5)).await.unwrap();
    let hers = store.put_vault(&ana.caller, vault(0, 1, &[code_wrap(5)]));
    assert_eq!(hers.await.unwrap().version, 1);
}

pub async fn a_ceremony_is_finished_once_in_time_and_by_whoever_began_it(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await.caller;
    let ana = house.enrol(house.agency.ana, 2).await.caller;
    let store = &house.store;
    let (new, show) = (CeremonyKind::RegisterPasskey, CeremonyKind::ShowPasskey);
    let begin = |kind, caller| store.begin_ceremony(kind, caller, b"state".to_vec());
    let gone = Code::CeremonyGone;

    let own = begin(new, Some(&maria)).await.unwrap();
    let taken = store.take_ceremony(new, Some(&maria), &own).await;
    assert_eq!(taken.unwrap(), b"state");
    assert_eq!(
        code(store.take_ceremony(new, Some(&maria), &own).await),
        gone
    );
    // Another account's, another kind's and a late one are gone, and cannot be tried again.
    for (kind, caller) in [(new, Some(&ana)), (new, None)] {
        let marias = begin(new, Some(&maria)).await.unwrap();
        assert_eq!(code(store.take_ceremony(kind, caller, &marias).await), gone);
        assert_eq!(
            code(store.take_ceremony(new, Some(&maria), &marias).await),
            gone
        );
    }
    let open = begin(show, None).await.unwrap();
    assert_eq!(
        code(store.take_ceremony(new, Some(&maria), &open).await),
        gone
    );
    assert!(store.take_ceremony(show, None, &open).await.is_ok());
    let late = begin(show, None).await.unwrap();
    house.clock.advance(301);
    assert_eq!(code(store.take_ceremony(show, None, &late).await), gone);
    assert_eq!(
        code(store.take_ceremony(show, None, &handle(9)).await),
        gone
    );
}

pub async fn a_session_on_a_shared_device_ends_after_ten_minutes(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    let store = &house.store;
    add(store, &maria.caller, b"marias").await;
    let asked = SignInByPasskey {
        shared: true,
        ..showing(&maria, &handle(1), SERVER_NAME)
    };
    let (signed_in, token) = sign_in(store, &asked, b"marias", None).await.unwrap();
    let left_s = (signed_in.idle_at.micros() - house.clock_now().micros()) / 1_000_000;
    assert_eq!(left_s, 600);
    house.clock.advance(9 * 60);
    assert!(store.caller(&token).await.is_ok());
    house.clock.advance(10 * 60);
    assert_eq!(code(store.caller(&token).await), Code::SignedOut);
}

pub async fn a_session_that_goes_on_is_of_a_shared_device_once_that_is_said(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    let store = &house.store;
    let (_, token) = add(store, &maria.caller, b"marias").await;
    let said = |n, shared| SignInByPasskey {
        shared,
        ..showing(&maria, &handle(n), SERVER_NAME)
    };
    let left_s = |signed_in: &SignedIn| {
        (signed_in.idle_at.micros() - house.clock_now().micros()) / 1_000_000
    };
    let own = sign_in(store, &said(1, false), b"marias", Some(&token)).await;
    let (signed_in, token) = own.unwrap();
    assert_eq!(left_s(&signed_in), limits::SESSION_IDLE_S);
    let shared = sign_in(store, &said(2, true), b"marias", Some(&token)).await;
    let (signed_in, token) = shared.unwrap();
    assert_eq!(left_s(&signed_in), limits::SESSION_IDLE_SHARED_S);
    let caller = store.caller(&token).await.unwrap();
    assert_eq!(caller.session, maria.caller.session);
    assert!(!store.hand_out_share(&caller).await.unwrap().keep);
    // Whoever shows later that they are still here does not say so each time.
    let again = sign_in(store, &said(3, false), b"marias", Some(&token)).await;
    let (signed_in, token) = again.unwrap();
    assert_eq!(left_s(&signed_in), limits::SESSION_IDLE_SHARED_S);
    house.clock.advance(limits::SESSION_IDLE_SHARED_S);
    assert_eq!(code(store.caller(&token).await), Code::SignedOut);
}

pub async fn whoever_comes_in_on_a_device_of_others_says_so_at_once(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    let ana = house.enrol(house.agency.ana, 2).await;
    let house = outside_the_demo(house).await;
    let store = &house.store;
    let unproved = store.caller(&maria.token).await.unwrap();
    let made = store.add_passkey(&unproved, b"key", b"key".to_vec(), true);
    let by_passkey = made.await.unwrap();
    let unproved = store.caller(&ana.token).await.unwrap();
    let login = Login::choose("sample").unwrap();
    let made = store.add_password(&unproved, &login, b"record".to_vec(), true);
    let (shown, token) = made.await.unwrap();
    for (signed_in, token) in [by_passkey, (shown.session, token)] {
        let left_s = (signed_in.idle_at.micros() - house.clock_now().micros()) / 1_000_000;
        assert_eq!(left_s, limits::SESSION_IDLE_SHARED_S);
        let caller = store.caller(&token).await.unwrap();
        assert!(!store.hand_out_share(&caller).await.unwrap().keep);
    }
}

pub async fn what_was_shown_before_the_clock_was_set_back_is_shown_again(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    let store = &house.store;
    let (caller, token) = add(store, &maria.caller, b"marias").await;
    // Clocks of two servers are never quite the same.
    house.clock.jump(-limits::CLOCK_BACK_S);
    assert!(store.want_passkey(&caller).await.is_ok());
    house.clock.jump(-3_600);
    let step_up = Code::StepUpRequired;
    assert_eq!(code(store.want_passkey(&caller).await), step_up);
    assert!(store.people(&caller).await.is_ok());
    let asked = showing(&maria, &handle(1), SERVER_NAME);
    let shown = sign_in(store, &asked, b"marias", Some(&token)).await;
    let caller = store.caller(&shown.unwrap().1).await.unwrap();
    assert!(store.want_passkey(&caller).await.is_ok());
    house.clock.advance(limits::STEP_UP_S);
    assert_eq!(code(store.want_passkey(&caller).await), step_up);
}
