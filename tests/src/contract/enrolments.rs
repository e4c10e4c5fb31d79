//! A second device comes in: begun, offered, approved, collected.

use ed25519_dalek::{Signer as _, SigningKey};
use judge::certificate::to_be_signed;
use protocol::http::{
    ApproveDevice, BeginEnrolment, CollectEnrolment, DeclineDevice, DeviceOffer, OfferDevice,
};
use protocol::{Bytes, Code, DeviceId, labels, limits};
use store::Topic;
use testkit::Engine;

use super::house::{Enrolled, House, SERVER_NAME, certificate, code, op};

const LOOKUP: [u8; 32] = [0x10; 32];

struct Scene {
    house: House,
    maria: Enrolled,
    aik: SigningKey,
    dsk: SigningKey,
    device: DeviceId,
}

impl Scene {
    async fn open(engine: Engine) -> Self {
        let house = House::build(engine).await;
        let maria = house.enrol(house.agency.maria, 2).await;
        Self {
            house,
            maria,
            aik: SigningKey::from_bytes(&[2; 32]),
            dsk: SigningKey::from_bytes(&[0x77; 32]),
            device: DeviceId::from_bytes([0x22; 16]),
        }
    }

    async fn begin(&self, n: u8, lookup: [u8; 32]) {
        let request = BeginEnrolment {
            op_id: op(n),
            lookup: lookup.into(),
        };
        let begun = (self.house.store).begin_enrolment(&self.maria.caller, request);
        let ends = self.house.clock_now().plus_seconds(limits::ENROLMENT_S);
        assert_eq!(begun.await.unwrap().expires_at, ends);
    }

    fn offer(&self) -> OfferDevice {
        OfferDevice {
            lookup: LOOKUP.into(),
            offer: DeviceOffer {
                lookup: LOOKUP.into(),
                device: self.device,
                dsk: self.dsk.verifying_key().to_bytes().into(),
                seal_key: [7; 32].into(),
                mac: [5; 32].into(),
            },
        }
    }

    fn certificate(&self) -> Bytes {
        let (device, now) = ((self.device, &self.dsk), self.house.clock_now());
        certificate(self.maria.caller.account, &self.aik, device, now)
    }

    fn approval(&self, n: u8) -> ApproveDevice {
        ApproveDevice {
            op_id: op(n),
            lookup: LOOKUP.into(),
            certificate: self.certificate(),
            sealed: vec![9; 48].into(),
        }
    }

    fn collect(&self) -> CollectEnrolment {
        collect_signed(&self.dsk, SERVER_NAME)
    }

    async fn approved(&self) {
        self.begin(1, LOOKUP).await;
        self.house.store.offer_device(self.offer()).await.unwrap();
        let approve = self
            .house
            .store
            .approve_device(&self.maria.caller, self.approval(2));
        approve.await.unwrap();
    }
}

/// What a device asks that holds this key, of the server of that name.
fn collect_signed(by: &SigningKey, server: &str) -> CollectEnrolment {
    let content = [&LOOKUP[..], &[3; 32], server.as_bytes()].concat();
    let signature = by.sign(&to_be_signed(labels::ENROL, &content));
    CollectEnrolment {
        lookup: LOOKUP.into(),
        nonce: [3; 32].into(),
        signature: signature.to_bytes().into(),
    }
}

pub async fn a_second_device_comes_in(engine: Engine) {
    let scene = Scene::open(engine).await;
    let (store, maria) = (&scene.house.store, &scene.maria.caller);
    scene.begin(1, LOOKUP).await;
    scene.begin(1, LOOKUP).await;
    assert_eq!(store.devices(maria).await.unwrap().offer, None);
    scene.house.woken.take();
    for _ in 0..2 {
        let offered = store.offer_device(scene.offer()).await.unwrap();
        assert_eq!(Some(offered.agency), store.agency().await.unwrap());
    }
    let account = Topic::Account(maria.account);
    assert_eq!(scene.house.woken.take(), [account]);
    let seen = store.devices(maria).await.unwrap().offer;
    assert_eq!(seen, Some(scene.offer().offer));
    let (collected, token) = store.collect_enrolment(scene.collect()).await.unwrap();
    assert!(collected.approved.is_none() && token.is_none());
    for _ in 0..2 {
        store
            .approve_device(maria, scene.approval(2))
            .await
            .unwrap();
    }
    assert!(scene.house.woken.take().contains(&account));
    assert_eq!(store.devices(maria).await.unwrap().offer, None);

    let (collected, token) = store.collect_enrolment(scene.collect()).await.unwrap();
    let approved = collected.approved.unwrap();
    assert_eq!(approved.certificate, scene.certificate());
    assert_eq!(approved.sealed, vec![9; 48].into());
    assert_eq!(approved.session.device, scene.device);
    let caller = store.caller(&token.unwrap()).await.unwrap();
    assert_eq!(
        (caller.account, caller.device),
        (maria.account, scene.device)
    );
    assert_eq!(store.devices(&caller).await.unwrap().devices.len(), 2);
    // The answer was lost: once more, with a session of its own.
    let (again, token) = store.collect_enrolment(scene.collect()).await.unwrap();
    assert_eq!(again.approved.unwrap().certificate, scene.certificate());
    assert!(store.caller(&token.unwrap()).await.is_ok());
    assert_eq!(store.devices(&caller).await.unwrap().devices.len(), 2);
    assert_eq!(scene.house.entries("act = 'collect_enrolment'").await, 2);
    scene.house.clock.advance(limits::ENROLMENT_S);
    let late = store.collect_enrolment(scene.collect()).await;
    assert_eq!(code(late), Code::EnrolmentGone);
}

pub async fn a_link_is_answered_by_one_device(engine: Engine) {
    let scene = Scene::open(engine).await;
    let store = &scene.house.store;
    scene.begin(1, LOOKUP).await;
    store.offer_device(scene.offer()).await.unwrap();
    let but = |change: fn(&mut DeviceOffer)| {
        let mut offer = scene.offer();
        change(&mut offer.offer);
        offer
    };
    for other in [
        but(|offer| offer.device = DeviceId::from_bytes([0x23; 16])),
        but(|offer| offer.dsk = [1; 32].into()),
        but(|offer| offer.seal_key = [1; 32].into()),
        but(|offer| offer.mac = [1; 32].into()),
    ] {
        let refused = store.offer_device(other).await;
        assert_eq!(code(refused), Code::EnrolmentTaken);
    }
    for malformed in [
        but(|offer| offer.dsk = [1; 31].into()),
        but(|offer| offer.mac = Bytes::default()),
        but(|offer| offer.lookup = [1; 32].into()),
    ] {
        let refused = store.offer_device(malformed).await;
        assert_eq!(code(refused), Code::BadRequest);
    }
}

pub async fn a_device_that_exists_is_not_offered(engine: Engine) {
    let scene = Scene::open(engine).await;
    scene.begin(1, LOOKUP).await;
    let mut offer = scene.offer();
    offer.offer.device = scene.maria.caller.device;
    let refused = scene.house.store.offer_device(offer).await;
    assert_eq!(code(refused), Code::BadRequest);
}

pub async fn what_is_unknown_over_or_declined_is_gone(engine: Engine) {
    let scene = Scene::open(engine).await;
    let (store, maria) = (&scene.house.store, &scene.maria.caller);
    let decline = || DeclineDevice {
        lookup: LOOKUP.into(),
    };
    let all_gone = async || {
        assert_eq!(
            code(store.offer_device(scene.offer()).await),
            Code::EnrolmentGone
        );
        let approved = store.approve_device(maria, scene.approval(9)).await;
        assert_eq!(code(approved), Code::EnrolmentGone);
        let collected = store.collect_enrolment(scene.collect()).await;
        assert_eq!(code(collected), Code::EnrolmentGone);
        let declined = store.decline_device(maria, decline()).await;
        assert_eq!(code(declined), Code::EnrolmentGone);
    };
    all_gone().await;
    // Begun, but nobody has answered.
    scene.begin(1, LOOKUP).await;
    let approved = store.approve_device(maria, scene.approval(9)).await;
    assert_eq!(code(approved), Code::EnrolmentGone);
    let collected = store.collect_enrolment(scene.collect()).await;
    assert_eq!(code(collected), Code::EnrolmentGone);
    // Declined.
    store.offer_device(scene.offer()).await.unwrap();
    store.decline_device(maria, decline()).await.unwrap();
    all_gone().await;
    assert_eq!(store.devices(maria).await.unwrap().offer, None);
    // Past its time.
    let again = BeginEnrolment {
        op_id: op(3),
        lookup: LOOKUP.into(),
    };
    let refused = store.begin_enrolment(maria, again).await;
    assert_eq!(code(refused), Code::BadRequest, "a lookup is used once");
    scene.begin(4, [0x11; 32]).await;
    scene.house.clock.advance(limits::ENROLMENT_S);
    let mut late = scene.offer();
    late.lookup = [0x11; 32].into();
    late.offer.lookup = [0x11; 32].into();
    assert_eq!(code(store.offer_device(late).await), Code::EnrolmentGone);
}

pub async fn a_later_enrolment_ends_an_earlier_one(engine: Engine) {
    let scene = Scene::open(engine).await;
    scene.begin(1, LOOKUP).await;
    scene.house.store.offer_device(scene.offer()).await.unwrap();
    scene.begin(2, [0x11; 32]).await;
    let refused = scene.house.store.collect_enrolment(scene.collect()).await;
    assert_eq!(code(refused), Code::EnrolmentGone);
}

pub async fn only_the_account_that_began_approves_or_declines(engine: Engine) {
    let scene = Scene::open(engine).await;
    let store = &scene.house.store;
    let dana = scene.house.enrol(scene.house.agency.dana, 3).await.caller;
    scene.begin(1, LOOKUP).await;
    store.offer_device(scene.offer()).await.unwrap();
    // With a certificate of Dana's own, so that nothing else could refuse it.
    let own = SigningKey::from_bytes(&[3; 32]);
    let (device, now) = ((scene.device, &scene.dsk), scene.house.clock_now());
    let mut approval = scene.approval(9);
    approval.certificate = certificate(dana.account, &own, device, now);
    assert_eq!(
        code(store.approve_device(&dana, approval).await),
        Code::EnrolmentGone
    );
    let decline = DeclineDevice {
        lookup: LOOKUP.into(),
    };
    assert_eq!(
        code(store.decline_device(&dana, decline).await),
        Code::EnrolmentGone
    );
    assert!(store.devices(&dana).await.unwrap().offer.is_none());
}

pub async fn a_certificate_names_exactly_the_offered_device(engine: Engine) {
    let scene = Scene::open(engine).await;
    let (store, maria) = (&scene.house.store, &scene.maria.caller);
    scene.begin(1, LOOKUP).await;
    let mut offer = scene.offer();
    offer.offer.seal_key = [8; 32].into();
    store.offer_device(offer).await.unwrap();
    let now = scene.house.clock_now();
    let other = SigningKey::from_bytes(&[0x78; 32]);
    let elsewhere = DeviceId::from_bytes([0x23; 16]);
    for (aik, device, dsk) in [
        // The seal key is another one.
        (&scene.aik, scene.device, &scene.dsk),
        (&other, scene.device, &scene.dsk),
        (&scene.aik, elsewhere, &scene.dsk),
        (&scene.aik, scene.device, &other),
    ] {
        let mut approval = scene.approval(9);
        approval.certificate = certificate(maria.account, aik, (device, dsk), now);
        let refused = store.approve_device(maria, approval).await;
        assert_eq!(code(refused), Code::CertificateInvalid);
    }
    let mut approval = scene.approval(9);
    approval.sealed = vec![0; limits::SEALED_BYTES_MAX + 1].into();
    assert_eq!(
        code(store.approve_device(maria, approval).await),
        Code::TooLarge
    );
    let collected = store.collect_enrolment(scene.collect()).await.unwrap();
    assert!(collected.0.approved.is_none());
}

pub async fn collecting_takes_the_offered_key(engine: Engine) {
    let scene = Scene::open(engine).await;
    scene.approved().await;
    let store = &scene.house.store;
    let other = SigningKey::from_bytes(&[0x78; 32]);
    for forged in [
        collect_signed(&other, SERVER_NAME),
        collect_signed(&scene.dsk, "elsewhere.example:8443"),
    ] {
        let refused = store.collect_enrolment(forged).await;
        assert_eq!(code(refused), Code::SignatureInvalid);
    }
    let devices = "SELECT COUNT(*) FROM device";
    assert_eq!(scene.house.count(devices).await, 1);
}

pub async fn an_account_has_so_many_devices_and_no_more(engine: Engine) {
    let scene = Scene::open(engine).await;
    let (store, maria) = (&scene.house.store, &scene.maria.caller);
    let most = u8::try_from(limits::ACCOUNT_DEVICES_MAX).unwrap();
    for n in 1..most - 1 {
        scene.house.sibling(&scene.maria, 2, 0x40 + n).await;
    }
    scene.approved().await;
    // Somebody else was faster.
    let last = scene.house.sibling(&scene.maria, 2, 0x60).await;
    let refused = store.collect_enrolment(scene.collect()).await;
    assert_eq!(code(refused), Code::TooManyDevices);
    let request = protocol::http::RevokeDevice { op_id: op(7) };
    store
        .revoke_device(maria, last.caller.device, request)
        .await
        .unwrap();
    assert!(store.collect_enrolment(scene.collect()).await.is_ok());
    scene.begin(8, [0x11; 32]).await;
    let (device, dsk) = (
        DeviceId::from_bytes([0x33; 16]),
        SigningKey::from_bytes(&[0x79; 32]),
    );
    let mut offer = scene.offer();
    (offer.lookup, offer.offer.lookup) = ([0x11; 32].into(), [0x11; 32].into());
    (offer.offer.device, offer.offer.dsk) = (device, dsk.verifying_key().to_bytes().into());
    store.offer_device(offer).await.unwrap();
    let mut approval = scene.approval(9);
    approval.lookup = [0x11; 32].into();
    let now = scene.house.clock_now();
    approval.certificate = certificate(maria.account, &scene.aik, (device, &dsk), now);
    let refused = store.approve_device(maria, approval).await;
    assert_eq!(code(refused), Code::TooManyDevices);
}

pub async fn a_device_that_was_revoked_does_not_collect_again(engine: Engine) {
    let scene = Scene::open(engine).await;
    scene.approved().await;
    let (store, maria) = (&scene.house.store, &scene.maria.caller);
    store.collect_enrolment(scene.collect()).await.unwrap();
    let request = protocol::http::RevokeDevice { op_id: op(7) };
    store
        .revoke_device(maria, scene.device, request)
        .await
        .unwrap();
    let refused = store.collect_enrolment(scene.collect()).await;
    assert_eq!(code(refused), Code::EnrolmentGone);
}

pub async fn a_lookup_is_not_in_the_database(engine: Engine) {
    let scene = Scene::open(engine).await;
    scene.approved().await;
    for column in ["lookup", "lookup_hash"] {
        let kept = scene
            .house
            .blobs(&format!("SELECT {column} FROM enrolment"))
            .await;
        assert!(
            !kept[0].windows(8).any(|window| window == &LOOKUP[..8]),
            "{column}"
        );
    }
}
