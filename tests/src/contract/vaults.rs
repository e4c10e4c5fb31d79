//! The vault, and what can open it.

use protocol::http::{PutVault, RevokeDevice, VaultWrap};
use protocol::{Bytes, Code, DeviceId, WrapKind, limits};
use store::Topic;
use testkit::Engine;

use super::house::{Enrolled, House, code, op};

pub fn code_wrap(n: u8) -> VaultWrap {
    VaultWrap {
        kind: WrapKind::RecoveryCode,
        device: None,
        locator: Some([n; 32].into()),
        sealed: vec![n; 60].into(),
    }
}

pub fn device_wrap(device: DeviceId, n: u8) -> VaultWrap {
    VaultWrap {
        kind: WrapKind::Device,
        device: Some(device),
        locator: None,
        sealed: vec![n; 60].into(),
    }
}

pub fn put(after: u64, wraps: Vec<VaultWrap>) -> PutVault {
    PutVault {
        after,
        sealed: vec![u8::try_from(after).unwrap() + 1; 300].into(),
        wraps,
    }
}

async fn scene(engine: Engine) -> (House, Enrolled, Enrolled) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 2).await;
    let tablet = house.sibling(&maria, 2, 0x22).await;
    (house, maria, tablet)
}

pub async fn a_vault_reads_back_and_its_locator_does_not(engine: Engine) {
    let (house, maria, tablet) = scene(engine).await;
    let store = &house.store;
    let empty = store.vault(&maria.caller).await.unwrap();
    assert_eq!(
        (empty.version, empty.sealed.len(), empty.wraps.len()),
        (0, 0, 0)
    );
    house.woken.take();
    let wraps = vec![code_wrap(5), device_wrap(tablet.caller.device, 6)];
    let version = store.put_vault(&maria.caller, put(0, wraps)).await.unwrap();
    assert_eq!(version.version, 1);
    assert_eq!(house.woken.take(), [Topic::Account(maria.caller.account)]);
    let read = store.vault(&tablet.caller).await.unwrap();
    assert_eq!((read.version, read.sealed), (1, vec![1; 300].into()));
    assert_eq!(read.wraps.len(), 2);
    assert!(read.wraps.iter().all(|wrap| wrap.locator.is_none()));
    let of_device = read.wraps.iter().find(|wrap| wrap.kind == WrapKind::Device);
    assert_eq!(of_device.unwrap().device, Some(tablet.caller.device));
    let seen = store.devices(&maria.caller).await.unwrap();
    assert_eq!((seen.vault, seen.wraps.len()), (1, 2));
    let kept = house
        .blobs("SELECT locator_hash FROM vault_wrap WHERE locator_hash IS NOT NULL")
        .await;
    assert_ne!(kept, [vec![5; 32]]);
    let noted = "act IN ('read_vault', 'make_recovery_code')";
    assert_eq!(house.entries(noted).await, 3);
    // Written anew without a code it is another act.
    store
        .put_vault(&maria.caller, put(1, vec![]))
        .await
        .unwrap();
    assert_eq!(house.entries("act = 'put_vault'").await, 1);
}

pub async fn whoever_read_an_older_vault_is_refused(engine: Engine) {
    let (house, maria, tablet) = scene(engine).await;
    let store = &house.store;
    for after in [1, 7, u64::MAX] {
        let refused = store
            .put_vault(
                &maria.caller,
                PutVault {
                    after,
                    ..put(0, vec![])
                },
            )
            .await;
        assert_eq!(code(refused), Code::VaultChanged, "{after}");
    }
    store
        .put_vault(&maria.caller, put(0, vec![]))
        .await
        .unwrap();
    store
        .put_vault(&tablet.caller, put(1, vec![code_wrap(1)]))
        .await
        .unwrap();
    for after in [0, 1, 3] {
        let refused = store
            .put_vault(&maria.caller, put(after, vec![code_wrap(2)]))
            .await;
        assert_eq!(code(refused), Code::VaultChanged, "{after}");
    }
    let read = store.vault(&maria.caller).await.unwrap();
    assert_eq!((read.version, read.sealed), (2, vec![2; 300].into()));
    assert_eq!(read.wraps[0].sealed, vec![1; 60].into());
}

pub async fn two_at_once_are_one_after_the_other(engine: Engine) {
    let (house, maria, tablet) = scene(engine).await;
    let (first, second) = futures_util::future::join(
        house.store.put_vault(&maria.caller, put(0, vec![])),
        house.store.put_vault(&tablet.caller, put(0, vec![])),
    )
    .await;
    let (won, lost) = if first.is_ok() {
        (first, second)
    } else {
        (second, first)
    };
    assert_eq!((won.unwrap().version, code(lost)), (1, Code::VaultChanged));
}

pub async fn wraps_replace_those_of_their_kind(engine: Engine) {
    let (house, maria, tablet) = scene(engine).await;
    let store = &house.store;
    let (first, second) = (maria.caller.device, tablet.caller.device);
    let wraps = vec![code_wrap(1), device_wrap(first, 2), device_wrap(second, 3)];
    store.put_vault(&maria.caller, put(0, wraps)).await.unwrap();
    let wraps = vec![code_wrap(4), device_wrap(second, 5)];
    store.put_vault(&maria.caller, put(1, wraps)).await.unwrap();
    let read = store.vault(&maria.caller).await.unwrap();
    let mut kept: Vec<u8> = read.wraps.iter().map(|wrap| wrap.sealed[0]).collect();
    kept.sort_unstable();
    assert_eq!(kept, [2, 4, 5]);
    let request = RevokeDevice { op_id: op(9) };
    store
        .revoke_device(&maria.caller, second, request)
        .await
        .unwrap();
    let read = store.vault(&maria.caller).await.unwrap();
    assert_eq!(read.wraps.len(), 2, "a revoked device opens it no longer");
}

pub async fn a_malformed_vault_is_refused_whole(engine: Engine) {
    let (house, maria, tablet) = scene(engine).await;
    let dana = house.enrol(house.agency.dana, 3).await;
    let store = &house.store;
    let request = RevokeDevice { op_id: op(9) };
    store
        .revoke_device(&maria.caller, tablet.caller.device, request)
        .await
        .unwrap();
    store
        .put_vault(&dana.caller, put(0, vec![code_wrap(9)]))
        .await
        .unwrap();
    let own = maria.caller.device;
    let large = |wrap: VaultWrap| VaultWrap {
        sealed: vec![0; limits::SEALED_BYTES_MAX + 1].into(),
        ..wrap
    };
    let many = (0..=u8::try_from(limits::WRAPS_MAX).unwrap()).map(code_wrap);
    for (wraps, expected) in [
        (vec![device_wrap(dana.caller.device, 1)], Code::BadRequest),
        (vec![device_wrap(tablet.caller.device, 1)], Code::BadRequest),
        (
            vec![VaultWrap {
                device: None,
                ..device_wrap(own, 1)
            }],
            Code::BadRequest,
        ),
        (
            vec![VaultWrap {
                locator: None,
                ..code_wrap(1)
            }],
            Code::BadRequest,
        ),
        (
            vec![VaultWrap {
                locator: Some([1; 31].into()),
                ..code_wrap(1)
            }],
            Code::BadRequest,
        ),
        (
            vec![VaultWrap {
                device: Some(own),
                ..code_wrap(1)
            }],
            Code::BadRequest,
        ),
        // A locator is known to one vault.
        (vec![code_wrap(9)], Code::BadRequest),
        (vec![large(code_wrap(1))], Code::TooLarge),
        (many.collect(), Code::TooLarge),
    ] {
        let refused = store.put_vault(&maria.caller, put(0, wraps)).await;
        assert_eq!(code(refused), expected);
    }
    let mut large = put(0, vec![]);
    large.sealed = Bytes(vec![0; limits::VAULT_BYTES_MAX + 1]);
    assert_eq!(
        code(store.put_vault(&maria.caller, large).await),
        Code::TooLarge
    );
    assert_eq!(store.vault(&maria.caller).await.unwrap().version, 0);
}
