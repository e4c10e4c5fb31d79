//! Claims of key packages. The packages themselves are planted: what is in them is the delivery
//! service's to judge, and the stories do it with real ones.

use protocol::frame::NoticeKind;
use protocol::http::ClaimKeyPackages;
use protocol::{AccountId, Code};
use testkit::Engine;

use super::gathering::Device;
use super::house::{Enrolled, House, code, op};

const DAY_S: i64 = 86_400;

async fn plant(house: &House, of: &Enrolled, n: u8, kind: &str, days_left: i64) {
    let not_after = house.clock_now().plus_seconds(days_left * DAY_S).micros();
    house
        .run(&format!(
            "INSERT INTO key_package (reference, device, use_kind, bytes, not_after, created_at)
             VALUES ({}, {}, '{kind}', {}, {not_after}, {n})",
            house.bytes(&[n; 32]),
            house.id(of.caller.device.as_bytes()),
            house.bytes(&[n]),
        ))
        .await;
}

fn claim(house: &House, n: u8, account: AccountId) -> ClaimKeyPackages {
    ClaimKeyPackages {
        op_id: op(n),
        circle: house.agency.circle,
        accounts: vec![account],
    }
}

/// Dana in the circle's group, Maria with a device outside it.
async fn scene(engine: Engine) -> (House, Enrolled, Enrolled) {
    let house = House::build(engine).await;
    let dana = house.enrol(house.agency.dana, 1).await;
    let maria = house.enrol(house.agency.maria, 2).await;
    house.gather(house.agency.circle, &[&dana]).await;
    (house, dana, maria)
}

/// What was handed out, by the one byte that was planted.
async fn taken(house: &House, by: &Enrolled, claim: ClaimKeyPackages) -> Vec<u8> {
    let claimed = house
        .store
        .claim_key_packages(&by.caller, claim)
        .await
        .unwrap()
        .claimed;
    claimed
        .iter()
        .map(|claimed| claimed.key_package[0])
        .collect()
}

pub async fn a_key_package_is_handed_out_once(engine: Engine) {
    let (house, dana, maria) = scene(engine).await;
    let account = maria.caller.account;
    plant(&house, &maria, 1, "one_time", 90).await;
    plant(&house, &maria, 2, "one_time", 90).await;
    let circle = house
        .store
        .circle(&dana.caller, house.agency.circle)
        .await
        .unwrap();
    assert_eq!(circle.awaiting, [account]);
    assert!(circle.may_add);
    assert_eq!(taken(&house, &dana, claim(&house, 1, account)).await, [1]);
    assert_eq!(taken(&house, &dana, claim(&house, 2, account)).await, [2]);
    assert!(
        taken(&house, &dana, claim(&house, 3, account))
            .await
            .is_empty()
    );
    assert_eq!(
        house.store.ready(&maria.caller).await.unwrap().key_packages,
        0
    );
}

pub async fn the_last_resort_is_handed_out_again_and_again(engine: Engine) {
    let (house, dana, maria) = scene(engine).await;
    let account = maria.caller.account;
    plant(&house, &maria, 1, "one_time", 90).await;
    plant(&house, &maria, 9, "last_resort", 90).await;
    assert_eq!(taken(&house, &dana, claim(&house, 1, account)).await, [1]);
    assert_eq!(taken(&house, &dana, claim(&house, 2, account)).await, [9]);
    assert_eq!(taken(&house, &dana, claim(&house, 3, account)).await, [9]);
}

pub async fn the_same_claim_again_gets_the_same_key_packages(engine: Engine) {
    let (house, dana, maria) = scene(engine).await;
    let account = maria.caller.account;
    plant(&house, &maria, 1, "one_time", 90).await;
    plant(&house, &maria, 2, "one_time", 90).await;
    let first = house
        .store
        .claim_key_packages(&dana.caller, claim(&house, 1, account))
        .await
        .unwrap();
    let again = house
        .store
        .claim_key_packages(&dana.caller, claim(&house, 1, account))
        .await
        .unwrap();
    assert_eq!(first, again);
    assert_eq!(first.claimed[0].device, maria.caller.device);
    assert_eq!(first.claimed[0].aik, maria.request.aik);
    assert_eq!(
        house.store.ready(&maria.caller).await.unwrap().key_packages,
        1
    );
}

pub async fn a_key_package_with_little_time_left_is_kept_back(engine: Engine) {
    let (house, dana, maria) = scene(engine).await;
    let account = maria.caller.account;
    plant(&house, &maria, 1, "one_time", 41).await;
    plant(&house, &maria, 2, "last_resort", 41).await;
    let circle = house
        .store
        .circle(&dana.caller, house.agency.circle)
        .await
        .unwrap();
    assert!(circle.awaiting.is_empty());
    assert!(
        taken(&house, &dana, claim(&house, 1, account))
            .await
            .is_empty()
    );
    plant(&house, &maria, 3, "one_time", 42).await;
    assert_eq!(taken(&house, &dana, claim(&house, 2, account)).await, [3]);
}

pub async fn what_will_soon_be_kept_back_counts_no_more(engine: Engine) {
    let (house, dana, maria) = scene(engine).await;
    let account = maria.caller.account;
    let left = async || house.store.ready(&maria.caller).await.unwrap().key_packages;
    plant(&house, &maria, 1, "one_time", 62).await;
    assert_eq!(left().await, 0);
    plant(&house, &maria, 2, "one_time", 63).await;
    assert_eq!(left().await, 1);
    // It is handed out all the same.
    assert_eq!(taken(&house, &dana, claim(&house, 1, account)).await, [1]);
    assert_eq!(left().await, 1);
    assert_eq!(taken(&house, &dana, claim(&house, 2, account)).await, [2]);
    assert_eq!(left().await, 0);
    // Until another one comes in its place.
    plant(&house, &maria, 3, "one_time", 62).await;
    plant(&house, &maria, 4, "last_resort", 62).await;
    let device = Device::new(maria, 2, house.agency.circle);
    for stored in [2, 3] {
        device.put_key_package(&house).await;
        let count = "SELECT COUNT(*) FROM key_package";
        assert_eq!(house.count(count).await, stored);
    }
}

pub async fn a_device_that_was_away_too_long_can_be_added_once_it_brings_others(engine: Engine) {
    let (house, dana, maria) = scene(engine).await;
    let (circle, account) = (house.agency.circle, maria.caller.account);
    plant(&house, &maria, 1, "one_time", 41).await;
    plant(&house, &maria, 2, "last_resort", 41).await;
    // It had brought its first ones long ago.
    house.run("UPDATE device SET packages_at = 1").await;
    let awaiting = async || {
        let circle = house.store.circle(&dana.caller, circle).await;
        circle.unwrap().awaiting
    };
    let notices = async || {
        let inbox = house.store.inbox_after(&dana.caller, 0).await.unwrap();
        let about = |notice: &protocol::frame::Notice| {
            notice.circle == circle && notice.kind == NoticeKind::Roster
        };
        inbox.notices.iter().filter(|notice| about(notice)).count()
    };
    assert!(awaiting().await.is_empty());
    let before = notices().await;
    let device = Device::new(maria, 2, circle);
    device.put_key_package(&house).await;
    assert_eq!(awaiting().await, [account]);
    assert_eq!(notices().await, before + 1, "whoever may add it is told");
    let stored = "SELECT COUNT(*) FROM key_package";
    assert_eq!(house.count(stored).await, 1, "the others are over");
    // Who can be added already is nothing new.
    device.put_key_package(&house).await;
    assert_eq!(house.count(stored).await, 2);
    assert_eq!(notices().await, before + 1);
}

pub async fn only_people_of_the_circle_can_be_claimed_for(engine: Engine) {
    let (house, dana, maria) = scene(engine).await;
    let ana = house.enrol(house.agency.ana, 3).await;
    plant(&house, &ana, 1, "one_time", 90).await;
    let store = &house.store;
    let stranger = claim(&house, 1, ana.caller.account);
    let claimed = store.claim_key_packages(&dana.caller, stranger).await;
    assert_eq!(code(claimed), Code::NotFound);
    // Maria is invited, not in the group: she adds nobody.
    let own = claim(&house, 2, dana.caller.account);
    let claimed = store.claim_key_packages(&maria.caller, own).await;
    assert_eq!(code(claimed), Code::NotAllowed);
    assert_eq!(house.count("SELECT COUNT(*) FROM key_package").await, 1);
    // Devices that are in the group already are not claimed for.
    let own = claim(&house, 3, dana.caller.account);
    plant(&house, &dana, 2, "one_time", 90).await;
    assert!(taken(&house, &dana, own).await.is_empty());
}

pub async fn claims_for_one_device_have_a_limit(engine: Engine) {
    let (house, dana, maria) = scene(engine).await;
    let account = maria.caller.account;
    plant(&house, &maria, 200, "last_resort", 90).await;
    for n in 1..=30 {
        assert_eq!(taken(&house, &dana, claim(&house, n, account)).await, [200]);
    }
    let one_more = claim(&house, 31, account);
    let claimed = house
        .store
        .claim_key_packages(&dana.caller, one_more.clone())
        .await;
    assert_eq!(code(claimed), Code::RateLimited);
    house.clock.advance(3_600);
    // Dana's session idled out meanwhile; that, too, is as it should be.
    let claimed = house.store.claim_key_packages(&dana.caller, one_more).await;
    assert_eq!(code(claimed), Code::SignedOut);
}

pub async fn a_refused_claim_takes_nothing_and_wakes_nobody(engine: Engine) {
    let (house, dana, maria) = scene(engine).await;
    plant(&house, &maria, 1, "one_time", 90).await;
    let mut claim = claim(&house, 1, maria.caller.account);
    // Accounts are taken in ascending order: Maria's key package is in hand when the stranger's turn
    // comes, and goes back with everything else.
    claim.accounts.push(AccountId::from_bytes([0xff; 16]));
    house.woken.take();
    let claimed = house.store.claim_key_packages(&dana.caller, claim).await;
    assert_eq!(code(claimed), Code::NotFound);
    assert!(house.woken.take().is_empty());
    let left = house.store.ready(&maria.caller).await.unwrap().key_packages;
    assert_eq!(left, 1);
}
