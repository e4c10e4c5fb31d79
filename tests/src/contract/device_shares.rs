//! The server's half of what seals a device's stored rows: one for each device, for as long as it is there.

use care::Caller;
use protocol::http::{AskNewKeys, DeviceShare, EndStaff, RevokeDevice, SignInByPasskey};
use protocol::{Code, Role};
use testkit::{Engine, agency};

use super::authenticators::{add, handle, showing, sign_in};
use super::doors::vault;
use super::house::{Enrolled, House, SERVER_NAME, code, op};
use super::thresholds::replace;

/// How many shares there are.
const SHARES: &str = "SELECT COUNT(*) FROM device WHERE share IS NOT NULL";
const DENIED: &str = "act = 'open_device' AND outcome = 'denied'";

async fn share(house: &House, device: &Enrolled) -> DeviceShare {
    house.store.hand_out_share(&device.caller).await.unwrap()
}

pub async fn a_device_gets_the_same_share_every_time_and_no_two_the_same(engine: Engine) {
    let house = House::build(engine).await;
    let phone = house.enrol(house.agency.maria, 1).await;
    let tablet = house.second(&phone, 1, 3).await;
    let ana = house.enrol(house.agency.ana, 2).await;
    let first = share(&house, &phone).await;
    assert_eq!(first.share.len(), 32);
    let others = [share(&house, &tablet).await, share(&house, &ana).await];
    assert_ne!(others[0].share, others[1].share);
    for other in &others {
        assert_ne!(other.share, first.share);
    }
    // Whoever signs in again on the same device gets that one; so does whoever asks a server that was begun anew.
    let token = house.renewed(phone.caller.device, &phone.dsk).await;
    let later = house.store.caller(&token).await.unwrap();
    assert_eq!(house.store.hand_out_share(&later).await.unwrap(), first);
    let house = house.close().await.open(1).await;
    assert_eq!(house.store.hand_out_share(&later).await.unwrap(), first);
    assert_eq!(house.count(SHARES).await, 3);
    let account = house.id(later.account.as_bytes());
    let noted = format!("act = 'open_device' AND outcome = 'done' AND account = {account}");
    assert_eq!(house.entries(&noted).await, 4);
}

pub async fn two_who_ask_at_once_get_one_share(engine: Engine) {
    let house = House::build(engine).await;
    let phone = house.enrol(house.agency.maria, 1).await;
    let store = &house.store;
    for n in 0..6 {
        let tablet = house.sibling(&phone, 1, 0x40 + n).await;
        let (one, other) = tokio::join!(
            store.hand_out_share(&tablet.caller),
            store.hand_out_share(&tablet.caller)
        );
        assert_eq!(one.unwrap(), other.unwrap(), "round {n}");
    }
    assert_eq!(house.count(SHARES).await, 6);
}

pub async fn a_share_is_gone_with_its_device(engine: Engine) {
    let house = House::build(engine).await;
    let store = &house.store;
    let phone = house.enrol(house.agency.maria, 1).await;
    let dana = house.enrol(house.agency.dana, 2).await;
    let lost = house.second(&phone, 1, 3).await;
    let stolen = house.second(&phone, 1, 4).await;
    let robin = agency::add(store, "Robin Overview", Role::Supervisor).await;
    let robin = house.enrol(robin.unwrap(), 5).await;
    let kim = agency::add(store, "Kim Keyring", Role::Administrator).await;
    let kim = house.enrol(kim.unwrap(), 6).await;
    for device in [&lost, &stolen, &robin] {
        share(&house, device).await;
    }
    let own = share(&house, &phone).await;
    assert_eq!(house.count(SHARES).await, 4);

    let request = RevokeDevice { op_id: op(0x42) };
    let revoked = store.revoke_device(&phone.caller, lost.caller.device, request);
    revoked.await.unwrap();
    assert_eq!(house.count(SHARES).await, 3, "signed out there");
    let put = store.put_vault(&phone.caller, vault(0, 1, &[]));
    put.await.unwrap();
    let request = replace(&house, &phone, stolen.caller.device);
    let replaced = store.replace_identity(&phone.caller, request);
    replaced.await.unwrap();
    assert_eq!(house.count(SHARES).await, 2, "stolen");
    // What other devices stored opens as before.
    assert_eq!(share(&house, &phone).await, own);
    let ask = AskNewKeys { op_id: op(0x43) };
    let anew = store.new_keys(&dana.caller, house.agency.maria.person, ask);
    anew.await.unwrap();
    assert_eq!(house.count(SHARES).await, 1, "begun anew");
    let request = EndStaff { op_id: op(0x44) };
    let ended = store.end_account(&kim.caller, robin.caller.account, request);
    ended.await.unwrap();
    assert_eq!(house.count(SHARES).await, 0, "gone from here");

    for device in [&lost, &stolen, &phone, &robin] {
        let refused = store.hand_out_share(&device.caller).await;
        assert_eq!(code(refused), Code::SignedOut);
    }
    assert_eq!(house.count(SHARES).await, 0, "nobody made another one");
    assert_eq!(house.entries(DENIED).await, 4);
}

pub async fn whoever_asks_while_the_device_is_taken_out_leaves_none_behind(engine: Engine) {
    let house = House::build(engine).await;
    let phone = house.enrol(house.agency.maria, 1).await;
    let store = &house.store;
    for n in 0..6 {
        let tablet = house.sibling(&phone, 1, 0x40 + n).await.caller;
        let request = RevokeDevice {
            op_id: op(0x60 + n),
        };
        let (asked, revoked) = tokio::join!(
            store.hand_out_share(&tablet),
            store.revoke_device(&phone.caller, tablet.device, request)
        );
        revoked.unwrap();
        if asked.is_err() {
            assert_eq!(code(asked), Code::SignedOut, "round {n}");
        }
        let again = store.hand_out_share(&tablet).await;
        assert_eq!(code(again), Code::SignedOut, "round {n}");
    }
    assert_eq!(house.count(SHARES).await, 0);
}

pub async fn what_an_earlier_release_left_in_a_row_is_not_handed_out(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    share(&house, &maria).await;
    house.run("UPDATE device SET revoked_at = 1").await;
    let refused = house.store.hand_out_share(&maria.caller).await;
    assert_eq!(code(refused), Code::SignedOut);
    assert_eq!(house.count(SHARES).await, 1);
}

pub async fn a_clients_and_a_caregivers_own_device_keep_it_and_no_other(engine: Engine) {
    let house = House::build(engine).await;
    let store = &house.store;
    let people = house.agency;
    let robin = agency::add(store, "Robin Overview", Role::Supervisor).await;
    let kim = agency::add(store, "Kim Keyring", Role::Administrator).await;
    let staff = [people.dana, people.sam, robin.unwrap(), kim.unwrap()];
    for (n, person) in (1..).zip(staff) {
        let device = house.enrol(person, n).await;
        assert!(!share(&house, &device).await.keep, "{}", person.name);
    }
    let ana = house.enrol(people.ana, 10).await;
    assert!(share(&house, &ana).await.keep);
    let maria = house.enrol(people.maria, 11).await;
    let own = share(&house, &maria).await;
    assert!(own.keep);

    // The same browser, once she has said that others use it too.
    add(store, &maria.caller, b"marias").await;
    for (n, shared) in [(1, true), (2, false)] {
        let asked = SignInByPasskey {
            shared,
            ..showing(&maria, &handle(n), SERVER_NAME)
        };
        let (_, token) = sign_in(store, &asked, b"marias", None).await.unwrap();
        let caller = store.caller(&token).await.unwrap();
        let handed = store.hand_out_share(&caller).await.unwrap();
        assert_eq!(handed.share, own.share);
        assert_eq!(handed.keep, !shared);
    }
}

pub async fn whoever_waits_or_has_shown_nothing_gets_none(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    let store = &house.store;
    let account = house.id(maria.caller.account.as_bytes());
    let awaited = format!("UPDATE account SET confirmed_at = NULL WHERE id = {account}");
    house.run(&awaited).await;
    let refused = store.hand_out_share(&maria.caller).await;
    assert_eq!(code(refused), Code::NotConfirmed);
    let confirmed = format!("UPDATE account SET confirmed_at = 1 WHERE id = {account}");
    house.run(&confirmed).await;
    house.run("UPDATE session SET proved_at = NULL").await;
    let refused = store.hand_out_share(&maria.caller).await;
    assert_eq!(code(refused), Code::AuthenticatorRequired);
    let installation = store.hand_out_share(&Caller::installation()).await;
    assert_eq!(code(installation), Code::NotAllowed);
    assert_eq!(house.count(SHARES).await, 0);
    assert_eq!(house.entries(DENIED).await, 3);
    house.run("UPDATE session SET proved_at = 1").await;
    share(&house, &maria).await;
}

pub async fn a_share_does_not_open_in_another_devices_row(engine: Engine) {
    let house = House::build(engine).await;
    let phone = house.enrol(house.agency.maria, 1).await;
    let tablet = house.sibling(&phone, 1, 0x40).await;
    share(&house, &phone).await;
    let taken = house.id(phone.caller.device.as_bytes());
    let own = house.id(tablet.caller.device.as_bytes());
    let moved = format!(
        "UPDATE device SET share = (SELECT share FROM device WHERE id = {taken}) WHERE id = {own}"
    );
    house.run(&moved).await;
    let opened = house.store.hand_out_share(&tablet.caller).await;
    assert_eq!(code(opened), Code::Internal);
}
