//! Trouble: distress, a circle that begins anew, a server restored from an old copy.

use protocol::bundle::Appended;
use protocol::frame::Cursor;
use protocol::http::{AskHistory, Distress, LeaveCircle, RevokeDevice};
use protocol::{CircleStatus, Code, MemberState, OpId};
use store::{Error, Topic};
use testkit::Engine;

use super::family::Family;
use super::gathering::Device;
use super::house::{SERVER_NAME, code, hello, op};

async fn distress(family: &Family, by: &Device, n: u8, seq: u64) -> Result<CircleStatus, Error> {
    let report = Distress {
        op_id: op(n),
        generation: family.gathering.generation,
        seq,
    };
    let caller = by.enrolled.caller;
    let noted = family
        .house
        .store
        .report_distress(&caller, family.circle(), report);
    noted.await.map(|noted| noted.status)
}

/// `founder` begins the next generation.
async fn reset(family: &mut Family, dana: bool) -> Result<Appended, Error> {
    family.gathering.generation += 1;
    let founder = if dana {
        &mut family.dana
    } else {
        &mut family.maria
    };
    let founding = family.gathering.founding(founder);
    let caller = founder.enrolled.caller;
    let reset = family
        .house
        .store
        .reset_circle(&caller, family.gathering.circle, founding);
    reset.await
}

pub async fn two_accounts_in_distress_need_a_reset(engine: Engine) {
    let mut family = Family::meet(engine).await;
    assert_eq!(
        distress(&family, &family.maria, 1, 1).await.unwrap(),
        CircleStatus::Live
    );
    // The same account again, with another device, is still one.
    let tablet = family.house.sibling(&family.maria.enrolled, 2, 0x22).await;
    let mut tablet = Device::new(tablet, 2, family.circle());
    let joined = family
        .gathering
        .come_in(&family.house, &mut tablet)
        .await
        .unwrap();
    assert_eq!(
        distress(&family, &tablet, 2, 1).await.unwrap(),
        CircleStatus::Live
    );
    // Another commit is another thing.
    assert_eq!(
        distress(&family, &family.ana, 3, joined.seq).await.unwrap(),
        CircleStatus::Live
    );
    family.house.woken.take();
    for _ in 0..2 {
        let status = distress(&family, &family.dana, 4, 1).await.unwrap();
        assert_eq!(status, CircleStatus::NeedsReset);
    }
    let woken = family.house.woken.take();
    let circle = family.circle();
    for device in [&family.dana, &family.maria, &family.ana, &tablet] {
        assert!(woken.contains(&Topic::Device(device.enrolled.caller.device)));
    }
    assert!(woken.contains(&Topic::Circle(circle)));
    let caller = family.maria.enrolled.caller;
    let position = family.house.store.ready(&caller).await.unwrap().positions[0];
    assert_eq!(position.status, CircleStatus::NeedsReset);
    assert_eq!(
        code(family.maria.say(&family.house).await),
        Code::CircleStatus
    );
    let commit = family.maria.commit(1, |builder| builder);
    let refused = family.house.store.commit(&caller, circle, commit).await;
    assert_eq!(code(refused), Code::CircleStatus);
    // What is there can still be read.
    let start = Cursor {
        seq: 0,
        ..family.maria.cursor
    };
    assert!(family.house.store.log_after(&caller, start).await.is_ok());
    assert_eq!(
        family
            .house
            .entries("act = 'report_distress' AND outcome = 'done'")
            .await,
        4
    );
}

pub async fn distress_is_about_a_commit_of_this_group(engine: Engine) {
    let family = Family::meet(engine).await;
    for seq in [0, 2, 99] {
        assert_eq!(
            code(distress(&family, &family.maria, 1, seq).await),
            Code::BadRequest
        );
    }
    let report = Distress {
        op_id: op(1),
        generation: 1,
        seq: 1,
    };
    let caller = family.maria.enrolled.caller;
    let refused = family
        .house
        .store
        .report_distress(&caller, family.circle(), report);
    assert_eq!(code(refused.await), Code::Generation);
    let outside = family.house.sibling(&family.maria.enrolled, 2, 0x22).await;
    let outside = Device::new(outside, 2, family.circle());
    assert_eq!(
        code(distress(&family, &outside, 1, 1).await),
        Code::NotOnRoster
    );
    assert_eq!(family.house.count("SELECT COUNT(*) FROM distress").await, 0);
}

pub async fn staff_begin_the_next_generation_and_add_everybody_again(engine: Engine) {
    let mut family = Family::meet(engine).await;
    family.dana.say(&family.house).await.unwrap();
    distress(&family, &family.maria, 1, 1).await.unwrap();
    distress(&family, &family.ana, 2, 1).await.unwrap();
    family.house.woken.take();
    let appended = reset(&mut family, true).await.unwrap();
    assert_eq!(appended, Appended { epoch: 0, seq: 0 });
    let circle = family.circle();
    let woken = family.house.woken.take();
    assert!(woken.contains(&Topic::Device(family.ana.enrolled.caller.device)));
    let caller = family.dana.enrolled.caller;
    let seen = family.house.store.circle(&caller, circle).await.unwrap();
    assert_eq!(
        (seen.status, seen.generation, seen.epoch, seen.era),
        (CircleStatus::Live, 1, 0, 0)
    );
    let states: Vec<_> = seen
        .members
        .iter()
        .map(|m| (m.state, m.devices.len()))
        .collect();
    assert_eq!(
        states,
        [
            (MemberState::Invited, 0),
            (MemberState::Confirmed, 1),
            (MemberState::Invited, 0)
        ]
    );
    assert_eq!(
        code(family.maria.say(&family.house).await),
        Code::NotAllowed
    );
    let mut others = [&mut family.maria, &mut family.ana];
    family
        .gathering
        .add(&family.house, &mut family.dana, &mut others)
        .await;
    let said = family.maria.say(&family.house).await.unwrap();
    assert_eq!(said.seq, 3, "a log of its own");
    assert_eq!(family.dana.catch_up(&family.house).await.len(), 1);
    // The old log is read by its eras.
    let asked = AskHistory {
        generation: 0,
        before: None,
    };
    let maria = family.maria.enrolled.caller;
    let page = family
        .house
        .store
        .history(&maria, circle, asked)
        .await
        .unwrap();
    let seqs: Vec<_> = page.entries.iter().map(|entry| entry.seq).collect();
    assert_eq!(seqs, [3]);
    assert_eq!(
        family
            .house
            .entries("act = 'reset_circle' AND outcome = 'done'")
            .await,
        1
    );
}

pub async fn a_reset_is_done_once(engine: Engine) {
    let mut family = Family::meet(engine).await;
    family.gathering.generation = 1;
    let founding = family.gathering.founding(&mut family.dana);
    let (store, circle) = (family.house.store.clone(), family.circle());
    let caller = family.dana.enrolled.caller;
    for _ in 0..2 {
        store
            .reset_circle(&caller, circle, founding.clone())
            .await
            .unwrap();
    }
    let again = protocol::bundle::Founding {
        op_id: op(9),
        ..founding
    };
    let refused = store.reset_circle(&caller, circle, again).await;
    assert_eq!(code(refused), Code::Generation);
    assert_eq!(
        family
            .house
            .count("SELECT COUNT(*) FROM circle WHERE generation = 1")
            .await,
        1
    );
}

pub async fn only_assigned_staff_reset_a_circle(engine: Engine) {
    let mut family = Family::meet(engine).await;
    assert_eq!(code(reset(&mut family, false).await), Code::NotAllowed);
    family.gathering.generation = 0;
    let sam = family.house.enrol(family.house.agency.sam, 9).await;
    let mut sam = Device::new(sam, 9, family.circle());
    family.gathering.generation = 1;
    let founding = family.gathering.founding(&mut sam);
    let refused = family
        .house
        .store
        .reset_circle(&sam.enrolled.caller, family.circle(), founding);
    assert_eq!(code(refused.await), Code::NotAllowed);
    let planned = family.house.agency.circle;
    let founding = family.gathering.founding(&mut family.dana);
    let refused = family
        .house
        .store
        .reset_circle(&family.dana.enrolled.caller, planned, founding);
    assert_eq!(code(refused.await), Code::NotAllowed);
}

pub async fn whoever_was_to_be_removed_is_not_added_again(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let (ana, maria) = (family.ana.enrolled.caller, family.maria.enrolled.caller);
    let (store, circle) = (family.house.store.clone(), family.circle());
    let leave = LeaveCircle { op_id: op(0x21) };
    store.leave_circle(&ana, circle, leave).await.unwrap();
    let lost = RevokeDevice { op_id: op(0x22) };
    store
        .revoke_device(&maria, maria.device, lost)
        .await
        .unwrap();
    family.house.clock.advance(5);
    reset(&mut family, true).await.unwrap();
    assert_eq!(family.pending().await, 0);
    let settled = "SELECT COUNT(*) FROM removal WHERE committed_at - since = 5000000";
    assert_eq!(family.house.count(settled).await, 2);
    let dana = family.dana.enrolled.caller;
    let seen = store.circle(&dana, circle).await.unwrap();
    let state = |account| {
        seen.members
            .iter()
            .find(|m| m.account == account)
            .unwrap()
            .state
    };
    assert_eq!(state(ana.account), MemberState::Left);
    assert_eq!(
        state(maria.account),
        MemberState::Invited,
        "only her device was lost"
    );
    assert!(family.dana.say(&family.house).await.is_ok());
}

pub async fn what_was_claimed_for_the_old_group_is_void(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let tablet = family.house.sibling(&family.maria.enrolled, 2, 0x22).await;
    let mut tablet = Device::new(tablet, 2, family.circle());
    let mut others = [&mut tablet];
    let claimed = family
        .gathering
        .claim(&family.house, &mut family.dana, &mut others);
    let packages = claimed.await;
    reset(&mut family, true).await.unwrap();
    family.gathering.listed.push(tablet.listed());
    let bundle = family.gathering.adding(&mut family.dana, packages);
    let caller = family.dana.enrolled.caller;
    let refused = family
        .house
        .store
        .commit(&caller, family.circle(), bundle)
        .await;
    assert_eq!(code(refused), Code::KeyPackageUnclaimed);
}

/// Maria says hello and names this position.
async fn says_hello(family: &Family, by: &Device, cursor: Cursor) {
    let store = &family.house.store;
    let ticket = store
        .issue_ticket(&by.enrolled.caller)
        .await
        .unwrap()
        .ticket;
    let mut hello = hello(&by.enrolled, &ticket, SERVER_NAME);
    hello.cursors = vec![cursor];
    store.redeem_ticket(&hello).await.unwrap();
}

async fn status(family: &Family) -> CircleStatus {
    let caller = family.dana.enrolled.caller;
    let seen = family.house.store.circle(&caller, family.circle()).await;
    seen.unwrap().status
}

pub async fn a_device_that_is_further_than_the_server_shows_that_it_was_restored(engine: Engine) {
    for (generation, seq) in [(0, 3), (1, 0)] {
        let mut family = Family::meet(engine).await;
        let head = Cursor {
            seq: 2,
            ..family.maria.cursor
        };
        says_hello(&family, &family.maria, head).await;
        assert_eq!(status(&family).await, CircleStatus::Live);
        family.house.woken.take();
        let ahead = Cursor {
            generation,
            seq,
            ..head
        };
        for _ in 0..2 {
            says_hello(&family, &family.maria, ahead).await;
        }
        assert_eq!(status(&family).await, CircleStatus::Recovering);
        let woken = family.house.woken.take();
        let told = Topic::Device(family.dana.enrolled.caller.device);
        assert_eq!(
            woken.iter().filter(|topic| **topic == told).count(),
            1,
            "told once"
        );
        assert_eq!(
            code(family.dana.say(&family.house).await),
            Code::CircleStatus
        );
        let commit = family.dana.commit(1, |builder| builder);
        let caller = family.dana.enrolled.caller;
        let refused = family
            .house
            .store
            .commit(&caller, family.circle(), commit)
            .await;
        assert_eq!(code(refused), Code::CircleStatus);
        reset(&mut family, true).await.unwrap();
        assert_eq!(status(&family).await, CircleStatus::Live);
    }
}

pub async fn a_stranger_cannot_say_that_a_server_was_restored(engine: Engine) {
    let family = Family::meet(engine).await;
    let sam = family.house.enrol(family.house.agency.sam, 9).await;
    let sam = Device::new(sam, 9, family.circle());
    let ahead = Cursor {
        seq: 99,
        ..family.maria.cursor
    };
    says_hello(&family, &sam, ahead).await;
    let leave = LeaveCircle {
        op_id: OpId::from_bytes([0x21; 16]),
    };
    let ana = family.ana.enrolled.caller;
    let left = family
        .house
        .store
        .leave_circle(&ana, family.circle(), leave);
    left.await.unwrap();
    says_hello(&family, &family.ana, ahead).await;
    assert_eq!(status(&family).await, CircleStatus::Live);
}

pub async fn whoever_lost_the_right_to_a_circle_cannot_stop_it(engine: Engine) {
    let family = Family::meet(engine).await;
    let ahead = Cursor {
        seq: 99,
        ..family.maria.cursor
    };
    let stopped = "SELECT COUNT(*) FROM circle WHERE status = 'recovering'";
    let ended = [
        ("UPDATE consent SET withdrawn_at = 1", &family.ana),
        ("UPDATE assignment SET ended_at = 1", &family.dana),
    ];
    for (end, by) in ended {
        family.house.run(end).await;
        says_hello(&family, by, ahead).await;
        assert_eq!(family.house.count(stopped).await, 0, "{end}");
    }
    // Their devices are in the group still, as everybody's.
    says_hello(&family, &family.maria, ahead).await;
    assert_eq!(family.house.count(stopped).await, 1);
}
