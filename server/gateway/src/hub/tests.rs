//! What reaches a mailbox, who is asked first, and who is counted.

use std::time::Duration;

use super::*;

const A: Topic = Topic::Circle(CircleId::from_bytes([1; 16]));
const B: Topic = Topic::Circle(CircleId::from_bytes([2; 16]));
const ACCOUNT: AccountId = AccountId::from_bytes([3; 16]);

async fn woken(watcher: &Watcher) -> Option<HashSet<Topic>> {
    news(watcher).await.map(|woken| woken.topics)
}

async fn news(watcher: &Watcher) -> Option<Woken> {
    tokio::time::timeout(Duration::from_millis(20), watcher.woken())
        .await
        .ok()
}

fn typing(circle: u8) -> Ephemeral {
    Ephemeral {
        circle: CircleId::from_bytes([circle; 16]),
        generation: 0,
        epoch: 1,
        device: DeviceId::from_bytes([9; 16]),
        sealed: vec![1].into(),
    }
}

#[tokio::test(start_paused = true)]
async fn an_ephemeral_reaches_the_other_followers_and_a_full_mailbox_drops_it() {
    let hub = Hub::default();
    let (mut sender, mut follower, mut elsewhere) = (hub.join(), hub.join(), hub.join());
    sender.watch(A);
    follower.watch(A);
    elsewhere.watch(B);
    for _ in 0..=limits::EPHEMERALS_WAITING_MAX {
        sender.relay(&typing(1));
    }
    sender.relay(&typing(7));
    let heard = news(&follower).await.unwrap();
    assert_eq!(heard.ephemerals.len(), limits::EPHEMERALS_WAITING_MAX);
    assert_eq!(
        (heard.ephemerals[0].clone(), heard.topics.len()),
        (typing(1), 0)
    );
    assert_eq!(news(&sender).await, None);
    assert_eq!(news(&elsewhere).await, None);
}

#[test]
fn a_circles_sockets_are_asked_in_the_order_of_their_roles() {
    let hub = Hub::default();
    let circle = CircleId::from_bytes([1; 16]);
    let join = |role, device| {
        let mut watcher = hub.join();
        watcher.watch(A);
        watcher.introduce(role, DeviceId::from_bytes([device; 16]));
        watcher
    };
    let ana = join(Role::Caregiver, 1);
    let maria = join(Role::Client, 2);
    let sam = join(Role::CaseManager, 4);
    let dana = join(Role::CaseManager, 3);
    let mut stranger = hub.join();
    stranger.watch(A);
    let place = |watcher: &Watcher, leaving: &[u8]| {
        let leaving = leaving.iter().map(|n| DeviceId::from_bytes([*n; 16]));
        let place = watcher.place(circle, &leaving.collect());
        place.map(|place| (place.before, place.of))
    };
    let all = [&dana, &sam, &maria, &ana].map(|watcher| place(watcher, &[]));
    assert_eq!(
        all,
        [Some((0, 4)), Some((1, 4)), Some((2, 4)), Some((3, 4))]
    );
    let custodian = join(Role::Custodian, 200);
    assert_eq!(place(&custodian, &[]), Some((0, 5)));
    drop(custodian);
    assert_eq!(place(&ana, &[1, 3]), None);
    assert_eq!(place(&maria, &[1, 3]), Some((1, 2)));
    assert_eq!(place(&stranger, &[]), None);
}

#[tokio::test(start_paused = true)]
async fn many_wakes_of_one_topic_are_one() {
    let hub = Hub::default();
    let mut watcher = hub.join();
    watcher.watch(A);
    watcher.watch(B);
    for _ in 0..1_000 {
        hub.wake(A);
    }
    hub.wake(B);
    assert_eq!(woken(&watcher).await, Some(HashSet::from([A, B])));
    assert_eq!(woken(&watcher).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_wake_between_two_looks_is_not_lost() {
    let hub = Hub::default();
    let mut watcher = hub.join();
    watcher.watch(A);
    assert_eq!(woken(&watcher).await, None);
    hub.wake(A);
    assert_eq!(woken(&watcher).await, Some(HashSet::from([A])));
}

#[tokio::test(start_paused = true)]
async fn a_socket_that_waits_is_woken() {
    let hub = Hub::default();
    let mut watcher = hub.join();
    watcher.watch(A);
    let wakes = async {
        tokio::task::yield_now().await;
        hub.wake(A);
    };
    let (woken, ()) = tokio::join!(woken(&watcher), wakes);
    assert_eq!(woken, Some(HashSet::from([A])));
}

#[tokio::test(start_paused = true)]
async fn a_socket_that_leaves_takes_only_its_own_watches() {
    let hub = Hub::default();
    let mut leaves = hub.join();
    let mut stays = hub.join();
    leaves.watch(A);
    stays.watch(A);
    stays.watch(B);
    drop(leaves);
    hub.wake(A);
    assert_eq!(woken(&stays).await, Some(HashSet::from([A])));
    stays.unwatch(A);
    hub.wake(A);
    assert_eq!(woken(&stays).await, None);
    drop(stays);
    assert!(hub.lock().watchers.is_empty());
}

#[test]
fn seats_are_counted_for_each_holder_and_given_back() {
    let hub = Hub::default();
    let first = hub.seat_account(ACCOUNT, 2).unwrap();
    let _second = hub.seat_account(ACCOUNT, 2).unwrap();
    let refused = hub.seat_account(ACCOUNT, 2).err().unwrap();
    assert_eq!(refused.code, Code::TooManySockets);
    assert!(hub.seat_address("192.0.2.1".parse().unwrap(), 1).is_ok());
    drop(first);
    assert!(hub.seat_account(ACCOUNT, 2).is_ok());
}
