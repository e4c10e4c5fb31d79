//! What the doors note and refuse where two honest readings were possible.

use protocol::certificate::DeviceCert;
use protocol::http::{AskNewKeys, PutCertificate, RecoverDevice, ReplaceIdentity, RevokeDevice};
use protocol::{Bytes, Code, DeviceId, Role};
use testkit::{Engine, agency};

use super::doors::{
    Newcomer, aik, begin, cert, certify, code_wrap, device_wrap, locator, lookup, succession, vault,
};
use super::gathering::Device;
use super::house::{Enrolled, House, code, op};

pub async fn what_somebody_else_does_with_a_link_is_noted(engine: Engine) {
    let house = House::build(engine).await;
    let phone = house.enrol(house.agency.maria, 1).await;
    let (store, tablet, thief) = (&house.store, Newcomer::new(2), Newcomer::new(3));
    let begun = store.begin_enrolment(&phone.caller, begin(7));
    begun.await.unwrap();
    for _ in 0..2 {
        let offered = store.offer_device(tablet.offer(&lookup(7)));
        offered.await.unwrap();
    }
    let owner = format!(
        "act = 'offer_device' AND outcome = 'done' AND account = {}",
        house.id(phone.caller.account.as_bytes())
    );
    assert_eq!(house.entries(&owner).await, 1);
    let second = store.offer_device(thief.offer(&lookup(7))).await;
    assert_eq!(code(second), Code::EnrolmentTaken);
    let elsewhere = tablet.collect_at(&lookup(7), "elsewhere.example");
    for asked in [thief.collect(&lookup(7)), elsewhere] {
        let refused = store.collect_enrolment(asked).await;
        assert_eq!(code(refused), Code::SignatureInvalid);
    }
    for (act, times) in [("offer_device", 1), ("collect_enrolment", 2)] {
        let denied = format!("act = '{act}' AND outcome = 'denied'");
        assert_eq!(house.entries(&denied).await, times, "{act}");
    }
}

/// The same device under other keys of its own.
fn changed(honest: &DeviceCert) -> [DeviceCert; 3] {
    let seal_key = |seal_key: Bytes| DeviceCert {
        seal_key,
        ..honest.clone()
    };
    let dsk = Newcomer::new(9).offer(&lookup(1)).offer.dsk;
    [
        seal_key([8; 32].into()),
        seal_key(vec![7; 31].into()),
        DeviceCert {
            dsk,
            ..honest.clone()
        },
    ]
}

pub async fn a_new_certificate_keeps_the_devices_keys(engine: Engine) {
    let house = House::build(engine).await;
    let phone = house.enrol(house.agency.maria, 1).await;
    let laptop = house.second(&phone, 1, 3).await;
    let (store, now) = (&house.store, house.clock_now());
    let account = phone.caller.account;
    let put = store.put_vault(&phone.caller, vault(0, 1, &[code_wrap(1)]));
    put.await.unwrap();
    let honest = cert(account, &Newcomer::new(1), now);
    for (n, changed) in changed(&honest).iter().enumerate() {
        let certificate = certify(changed, &aik(1));
        let put = PutCertificate { certificate };
        let refused = store.put_certificate(&phone.caller, put).await;
        assert_eq!(code(refused), Code::CertificateInvalid, "{n}");
        let request = replace(&house, &phone, laptop.caller.device);
        let request = ReplaceIdentity {
            certificate: certify(changed, &aik(11)),
            ..request
        };
        let refused = store.replace_identity(&phone.caller, request).await;
        assert_eq!(code(refused), Code::CertificateInvalid, "{n}");
    }
    let [_, short, _] = changed(&cert(account, &Newcomer::new(6), now));
    let recover = RecoverDevice {
        op_id: op(0x31),
        locator: locator(1),
        certificate: certify(&short, &aik(1)),
    };
    let refused = store.recover_device(recover).await;
    assert_eq!(code(refused), Code::CertificateInvalid);
    let seen = store.devices(&phone.caller).await.unwrap();
    assert_eq!(seen.devices.len(), 2);
    assert!((seen.devices.iter()).any(|card| card.certificate == phone.request.certificate));
    assert_eq!((seen.aik, seen.vault), (phone.request.aik, 1));
}

/// A new identity key (of the seed 11) after `stolen` was stolen.
pub fn replace(house: &House, phone: &Enrolled, stolen: DeviceId) -> ReplaceIdentity {
    let (account, now) = (phone.caller.account, house.clock_now());
    ReplaceIdentity {
        op_id: op(0x41),
        stolen,
        succession: succession(account, 11, 1, now),
        certificate: Newcomer::new(1).certificate(account, 11, now),
        vault: vault(1, 2, &[code_wrap(2)]),
    }
}

pub async fn a_device_that_ended_is_not_stolen_again(engine: Engine) {
    let house = House::build(engine).await;
    let phone = house.enrol(house.agency.maria, 1).await;
    let laptop = house.second(&phone, 1, 3).await.caller.device;
    let store = &house.store;
    let put = store.put_vault(&phone.caller, vault(0, 1, &[]));
    put.await.unwrap();
    let request = RevokeDevice { op_id: op(0x42) };
    let revoked = store.revoke_device(&phone.caller, laptop, request);
    revoked.await.unwrap();
    let request = replace(&house, &phone, laptop);
    let refused = store.replace_identity(&phone.caller, request).await;
    assert_eq!(code(refused), Code::NotFound);
    let seen = store.devices(&phone.caller).await.unwrap();
    assert_eq!(seen.aik, phone.request.aik);
    let signed_out = "SELECT COUNT(*) FROM device WHERE revoked_for = 'signed_out'";
    assert_eq!(house.count(signed_out).await, 1);
}

pub async fn a_device_certified_anew_is_announced_again(engine: Engine) {
    let house = House::build(engine).await;
    let dana = house.enrol(house.agency.dana, 1).await;
    let phone = house.enrol(house.agency.maria, 2).await;
    let (store, account, caller) = (&house.store, phone.caller.account, phone.caller);
    let circle = house.agency.circle;
    house.gather(circle, &[&dana]).await;
    let mut phone = Device::new(phone, 2, circle);
    phone.put_key_package(&house).await;
    phone.put_key_package(&house).await;
    let told = "SELECT COUNT(*) FROM inbox WHERE kind = 'roster'";
    let before = house.count(told).await;
    assert!(before >= 1);
    house.clock.advance(60);
    let certificate = Newcomer::new(2).certificate(account, 2, house.clock_now());
    let put = PutCertificate {
        certificate: certificate.clone(),
    };
    store.put_certificate(&caller, put.clone()).await.unwrap();
    phone.enrolled.request.certificate = certificate;
    phone.put_key_package(&house).await;
    assert_eq!(house.count(told).await, before + 1, "Dana hears of it");
    // The same certificate again, as after a lost answer, takes nothing away.
    store.put_certificate(&caller, put).await.unwrap();
    assert_eq!(house.count("SELECT COUNT(*) FROM key_package").await, 1);
}

pub async fn a_vault_is_something_and_wraps_it_once_for_a_device(engine: Engine) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await.caller;
    let own = device_wrap(maria.device, 1);
    let mut empty = vault(0, 1, &[]);
    empty.sealed = Bytes::default();
    for put in [empty, vault(0, 1, &[own.clone(), own.clone()])] {
        let refused = house.store.put_vault(&maria, put).await;
        assert_eq!(code(refused), Code::BadRequest);
    }
    let read = house.store.vault(&maria).await.unwrap();
    assert_eq!((read.version, read.wraps.len()), (0, 0));
    let put = house.store.put_vault(&maria, vault(0, 1, &[own]));
    assert_eq!(put.await.unwrap().version, 1);
}

pub async fn a_person_begins_anew_only_as_whom_one_serves(engine: Engine) {
    let house = House::build(engine).await;
    let (store, ana) = (&house.store, house.agency.ana);
    let dana = house.enrol(house.agency.dana, 1).await;
    let phone = house.enrol(ana, 3).await;
    // Ana, Maria's daughter, is a client herself, whom Dana does not serve.
    let client = agency::add(store, "Ana Sample", Role::Client)
        .await
        .unwrap();
    let tablet = house.enrol(client, 4).await;
    house
        .run(&format!(
            "UPDATE account SET person = {} WHERE id = {}",
            house.id(ana.person.as_bytes()),
            house.id(client.account.as_bytes())
        ))
        .await;
    let ask = AskNewKeys { op_id: op(1) };
    let keys = store.new_keys(&dana.caller, ana.person, ask).await;
    assert!(keys.unwrap().link.starts_with("/link/"));
    assert_eq!(code(store.caller(&phone.token).await), Code::SignedOut);
    assert!(store.caller(&tablet.token).await.is_ok());
    // She is a client herself, so that her own page shows that somebody gave her new keys.
    let entry = format!(
        "act = 'issue_new_keys' AND outcome = 'done' AND client = {}",
        house.id(ana.person.as_bytes())
    );
    assert_eq!(house.entries(&entry).await, 1);
}
