//! Coming back with a recovery code.

use ed25519_dalek::SigningKey;
use protocol::http::{OpenRecovery, RecoverDevice};
use protocol::{Code, DeviceId, limits};
use testkit::Engine;

use super::house::{Enrolled, House, certificate, code, op};
use super::vaults::{code_wrap, put};

async fn scene(engine: Engine) -> (House, Enrolled) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 2).await;
    let put = put(0, vec![code_wrap(5)]);
    house.store.put_vault(&maria.caller, put).await.unwrap();
    (house, maria)
}

fn recover(house: &House, maria: &Enrolled, n: u8) -> RecoverDevice {
    let aik = SigningKey::from_bytes(&[2; 32]);
    let dsk = SigningKey::from_bytes(&[n; 32]);
    let device = (DeviceId::from_bytes([n; 16]), &dsk);
    RecoverDevice {
        op_id: op(n),
        locator: [5; 32].into(),
        certificate: certificate(maria.caller.account, &aik, device, house.clock_now()),
    }
}

pub async fn a_code_opens_the_vault_and_brings_a_device_in(engine: Engine) {
    let (house, maria) = scene(engine).await;
    let store = &house.store;
    let locator = [5; 32].into();
    let opened = store.open_recovery(OpenRecovery { locator }).await.unwrap();
    assert_eq!(opened.account, maria.caller.account);
    assert_eq!(
        (opened.vault, opened.wrap),
        (vec![1; 300].into(), vec![5; 60].into())
    );
    assert_eq!(opened.aik, maria.request.aik);
    assert_eq!(
        house
            .entries("act = 'open_recovery' AND account IS NOT NULL")
            .await,
        1
    );
    house.woken.take();
    let asked = recover(&house, &maria, 0x30);
    let (signed_in, token) = store.recover_device(asked.clone()).await.unwrap();
    assert_eq!(signed_in.device, DeviceId::from_bytes([0x30; 16]));
    assert!(
        house
            .woken
            .take()
            .contains(&store::Topic::Account(maria.caller.account))
    );
    let caller = store.caller(&token).await.unwrap();
    assert_eq!(store.devices(&caller).await.unwrap().devices.len(), 2);
    let (again, token) = store.recover_device(asked.clone()).await.unwrap();
    assert_eq!(again.device, signed_in.device);
    assert!(store.caller(&token).await.is_ok());
    assert_eq!(house.count("SELECT COUNT(*) FROM device").await, 2);
    assert_eq!(
        house
            .entries("act = 'recover_device' AND outcome = 'done'")
            .await,
        2
    );
    let mut other = recover(&house, &maria, 0x31);
    other.op_id = asked.op_id;
    assert_eq!(code(store.recover_device(other).await), Code::BadRequest);
}

pub async fn a_code_that_opens_nothing_is_unknown(engine: Engine) {
    let (house, maria) = scene(engine).await;
    let store = &house.store;
    let locator = [6; 32].into();
    let refused = store.open_recovery(OpenRecovery { locator }).await;
    assert_eq!(code(refused), Code::RecoveryUnknown);
    let mut asked = recover(&house, &maria, 0x30);
    asked.locator = [6; 32].into();
    assert_eq!(
        code(store.recover_device(asked).await),
        Code::RecoveryUnknown
    );
    // A new code takes the place of the old one.
    let put = put(1, vec![code_wrap(7)]);
    store.put_vault(&maria.caller, put).await.unwrap();
    let asked = recover(&house, &maria, 0x30);
    assert_eq!(
        code(store.recover_device(asked).await),
        Code::RecoveryUnknown
    );
}

pub async fn a_recovered_device_is_certified_by_the_accounts_own_key(engine: Engine) {
    let (house, maria) = scene(engine).await;
    let dana = house.enrol(house.agency.dana, 3).await;
    let dsk = SigningKey::from_bytes(&[0x30; 32]);
    let device = (DeviceId::from_bytes([0x30; 16]), &dsk);
    let now = house.clock_now();
    let (own, other) = (
        SigningKey::from_bytes(&[2; 32]),
        SigningKey::from_bytes(&[3; 32]),
    );
    let exists = (maria.caller.device, &dsk);
    for forged in [
        certificate(maria.caller.account, &other, device, now),
        certificate(dana.caller.account, &own, device, now),
        certificate(maria.caller.account, &own, exists, now),
    ] {
        let asked = RecoverDevice {
            certificate: forged,
            ..recover(&house, &maria, 0x30)
        };
        let refused = house.store.recover_device(asked).await;
        assert_eq!(code(refused), Code::CertificateInvalid);
    }
    assert_eq!(house.count("SELECT COUNT(*) FROM device").await, 2);
}

pub async fn recovery_keeps_the_limit_of_devices(engine: Engine) {
    let (house, maria) = scene(engine).await;
    for n in 1..u8::try_from(limits::ACCOUNT_DEVICES_MAX).unwrap() {
        house.sibling(&maria, 2, 0x40 + n).await;
    }
    let refused = house
        .store
        .recover_device(recover(&house, &maria, 0x30))
        .await;
    assert_eq!(code(refused), Code::TooManyDevices);
}
