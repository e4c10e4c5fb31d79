//! Removals: from the end of a right to the commit that takes the device out. The sentence that must
//! hold: after that instant the server accepts no ciphertext that the device can open.

use protocol::frame::NoticeKind;
use protocol::http::{LeaveCircle, WithdrawConsent};
use protocol::{Code, EntryKind, MemberState, OpId};
use store::Topic;
use testkit::Engine;

use super::family::Family;
use super::gathering::Device;
use super::house::code;

async fn withdraw(family: &mut Family) {
    let op_id = family.maria.op();
    let caller = family.maria.enrolled.caller;
    let request = WithdrawConsent {
        op_id,
        clear_calendar: false,
    };
    let store = &family.house.store;
    let withdrawn = store.withdraw_consent(&caller, family.consent, request);
    withdrawn.await.unwrap();
}

pub async fn a_withdrawn_consent_takes_the_device_out_with_the_next_commit(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let circle = family.circle();
    family.dana.say(&family.house).await.unwrap();
    family.house.woken.take();
    withdraw(&mut family).await;

    let house = &family.house;
    assert!(house.woken.take().contains(&Topic::Circle(circle)));
    let entries = family.maria.catch_up(house).await;
    let proposal = entries.last().unwrap();
    assert_eq!(proposal.kind, EntryKind::Proposal);
    assert_eq!(proposal.device, family.ana.enrolled.caller.device);
    let dana = family.dana.enrolled.caller;
    let seen = house.store.circle(&dana, circle).await.unwrap();
    assert_eq!((seen.leaving, seen.era), (vec![family.ana.account()], 1));
    assert_eq!(
        code(
            house
                .store
                .circle(&family.ana.enrolled.caller, circle)
                .await
        ),
        Code::ConsentRequired
    );

    // Nothing that Ana could open is taken until the commit, from anybody.
    let refused = family.dana.say(house).await;
    assert_eq!(code(refused), Code::PendingRemovals);
    house.clock.advance(3);
    let ana = family.ana.account();
    let appended = family
        .gathering
        .remove(house, &mut family.dana, &[ana])
        .await
        .unwrap();
    family.maria.catch_up(house).await;
    let done = family.dana.say(house).await.unwrap();
    assert_eq!(done.seq, appended.seq + 2);
    let entries = family.maria.catch_up(house).await;
    assert!(!family.ana.open(&entries.last().unwrap().mls));
    assert_eq!(family.pending().await, 0);
    let took = "SELECT COUNT(*) FROM removal
        WHERE reason = 'consent' AND committed_at - since = 3000000";
    assert_eq!(house.count(took).await, 1);
    let seen = house.store.circle(&dana, circle).await.unwrap();
    assert_eq!((seen.leaving.len(), seen.era), (0, 2));
    let ana = seen
        .members
        .iter()
        .find(|member| member.account == ana)
        .unwrap();
    assert_eq!((ana.state, ana.devices.len()), (MemberState::Left, 0));
}

pub async fn a_commit_that_leaves_a_removal_waiting_is_refused(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let house_ops = family.circle();
    // Dana has not read the proposal: her group does not know of it.
    withdraw(&mut family).await;
    let bundle = family.dana.commit(0, |builder| builder);
    let caller = family.dana.enrolled.caller;
    let refused = family.house.store.commit(&caller, house_ops, bundle).await;
    assert_eq!(code(refused), Code::MissingRemovals);
    assert_eq!(family.pending().await, 1);
}

pub async fn withdrawing_twice_proposes_once(engine: Engine) {
    let mut family = Family::meet(engine).await;
    withdraw(&mut family).await;
    withdraw(&mut family).await;
    assert_eq!(family.pending().await, 1);
    let entries = family.maria.catch_up(&family.house).await;
    let proposals = entries.iter().filter(|e| e.kind == EntryKind::Proposal);
    assert_eq!(proposals.count(), 1);
    let entry = family.house.entries("act = 'withdraw_consent'").await;
    assert!(entry >= 2, "the withdrawal, and what it wrote into the log");
}

pub async fn another_live_consent_keeps_the_caregiver_in_the_circle(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let house = &family.house;
    let circle = family.circle();
    let second = [0x77; 16];
    house
        .run(&format!(
            "INSERT INTO consent (id, client, caregiver, basis, note, from_at, recorded_by)
             SELECT {}, client, caregiver, basis, note, from_at, recorded_by FROM consent",
            house.id(&second),
        ))
        .await;
    house
        .run(&format!(
            "INSERT INTO consent_circle (consent, circle, added_at) VALUES ({}, {}, 1)",
            house.id(&second),
            house.id(circle.as_bytes())
        ))
        .await;
    withdraw(&mut family).await;
    assert_eq!(family.pending().await, 0);
    assert!(family.ana.say(&family.house).await.is_ok());
}

pub async fn a_consent_that_runs_out_is_refused_at_once_and_removed_when_it_is_due(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let until = family.house.clock_now().plus_seconds(60);
    let set = format!("UPDATE consent SET until_at = {}", until.micros());
    family.house.run(&set).await;
    let store = &family.house.store;
    let now = family.house.clock_now();
    assert_eq!(store.next_lapse(now).await.unwrap(), Some(until));
    assert!(!store.end_lapsed(now).await.unwrap());
    assert_eq!(family.pending().await, 0);
    family.house.clock.advance(60);
    assert_eq!(
        code(family.ana.say(&family.house).await),
        Code::ConsentRequired
    );
    // And nobody says what she could open before that.
    let waits = family.maria.say(&family.house).await;
    assert_eq!(code(waits), Code::PendingRemovals);
    let now = family.house.clock_now();
    assert_eq!(store.next_lapse(now).await.unwrap(), None);
    for _ in 0..2 {
        store.end_lapsed(now).await.unwrap();
        assert_eq!(family.pending().await, 1);
    }
    assert_eq!(family.maria.catch_up(&family.house).await.len(), 1);
}

pub async fn who_leaves_has_no_right_from_that_instant(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let circle = family.circle();
    let (house, maria) = (&family.house, family.maria.enrolled.caller);
    let request = LeaveCircle {
        op_id: OpId::from_bytes([0x1e; 16]),
    };
    for _ in 0..2 {
        house
            .store
            .leave_circle(&maria, circle, request.clone())
            .await
            .unwrap();
    }
    assert_eq!(
        code(house.store.circle(&maria, circle).await),
        Code::NotOnRoster
    );
    assert_eq!(code(family.maria.say(house).await), Code::NotFound);
    let info = house.store.group_info(&maria, circle).await;
    assert_eq!(code(info), Code::NotFound);
    assert_eq!(family.pending().await, 1);
    assert_eq!(code(family.ana.say(house).await), Code::PendingRemovals);
    let gone = family.maria.account();
    family
        .gathering
        .remove(house, &mut family.ana, &[gone])
        .await
        .unwrap();
    assert!(family.ana.say(house).await.is_ok());
    let again = LeaveCircle {
        op_id: OpId::from_bytes([0x1f; 16]),
    };
    let again = house.store.leave_circle(&maria, circle, again).await;
    assert_eq!(code(again), Code::NotFound);
    let gone = format!(
        "SELECT COUNT(*) FROM circle_member WHERE state = 'left' AND since_seq IS NULL AND account = {}",
        house.id(family.maria.account().as_bytes())
    );
    assert_eq!(house.count(&gone).await, 1);
}

pub async fn who_was_only_invited_leaves_without_a_commit(engine: Engine) {
    let family = Family::meet(engine).await;
    let house = &family.house;
    let sam = house.enrol(house.agency.sam, 9).await.caller;
    let circle = house.agency.circle;
    let request = LeaveCircle {
        op_id: OpId::from_bytes([0x1e; 16]),
    };
    house
        .store
        .leave_circle(&sam, circle, request)
        .await
        .unwrap();
    assert_eq!(family.pending().await, 0);
    assert_eq!(
        code(house.store.circle(&sam, circle).await),
        Code::NotOnRoster
    );
}

pub async fn an_external_commit_has_the_removals_proposed_again(engine: Engine) {
    let mut family = Family::meet(engine).await;
    withdraw(&mut family).await;
    let house = &family.house;
    // Maria lost her state and comes back by herself; that cannot carry the removal.
    let back = family
        .gathering
        .come_in(house, &mut family.maria)
        .await
        .unwrap();
    assert_eq!(family.pending().await, 1);
    assert_eq!(code(family.maria.say(house).await), Code::PendingRemovals);
    let entries = family.maria.catch_up(house).await;
    let kinds: Vec<_> = entries
        .iter()
        .map(|entry| (entry.seq, entry.kind))
        .collect();
    assert_eq!(kinds, [(back.seq + 2, EntryKind::Proposal)]);
    assert_eq!(entries[0].epoch, back.epoch);
    let ana = family.ana.account();
    family
        .gathering
        .remove(house, &mut family.maria, &[ana])
        .await
        .unwrap();
    family.dana.catch_up(house).await;
    assert!(family.dana.say(house).await.is_ok());
    assert_eq!(family.pending().await, 0);
}

/// How often the device was told to read the circle again.
async fn notices(family: &Family, device: &Device) -> usize {
    let caller = device.enrolled.caller;
    let inbox = family.house.store.inbox_after(&caller, 0).await.unwrap();
    let here = |notice: &&protocol::frame::Notice| {
        notice.circle == family.circle() && notice.kind == NoticeKind::Roster
    };
    inbox.notices.iter().filter(here).count()
}

pub async fn the_removed_and_the_others_find_a_notice(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let before = [
        notices(&family, &family.ana).await,
        notices(&family, &family.maria).await,
    ];
    withdraw(&mut family).await;
    let begun = [
        notices(&family, &family.ana).await,
        notices(&family, &family.maria).await,
    ];
    assert_eq!(begun, [before[0] + 1, before[1] + 1]);
    let ana = family.ana.account();
    let removed = family
        .gathering
        .remove(&family.house, &mut family.dana, &[ana])
        .await;
    removed.unwrap();
    assert_eq!(notices(&family, &family.ana).await, begun[0] + 1);
}

pub async fn a_group_that_takes_no_removals_hinders_no_withdrawal(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let broken = format!(
        "UPDATE circle_group SET public_state = {}",
        family.house.bytes(b"x")
    );
    family.house.run(&broken).await;
    withdraw(&mut family).await;
    assert_eq!(family.pending().await, 1);
    assert!(family.maria.catch_up(&family.house).await.is_empty());
    assert_eq!(
        code(family.dana.say(&family.house).await),
        Code::PendingRemovals
    );
}

pub async fn a_position_says_that_a_removal_waits(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let store = family.house.store.clone();
    let dana = family.dana.enrolled.caller;
    let before = store.ready(&dana).await.unwrap().positions[0];
    assert_eq!((before.removal_pending, before.era), (false, 1));
    withdraw(&mut family).await;
    assert!(store.ready(&dana).await.unwrap().positions[0].removal_pending);
    let ana = family.ana.enrolled.caller;
    assert!(store.ready(&ana).await.unwrap().positions.is_empty());
}
