//! Who wants history kept or not, what holds, and what follows.

use protocol::{Bytes, DeviceId, EntryKind, MessageId, OpId, Urgency};

use super::*;
use crate::ask::Answer;
use crate::content::Payload;
use crate::invented::{self, NOW, dana, maria, stored};
use crate::rows::Rows;
use crate::state::{Candidate, Joined, Me};
use crate::volatile::Volatile;

mod waiting;

const CIRCLE: CircleId = CircleId::from_bytes([9; 16]);

fn policy(history: HistoryMode) -> CirclePolicy {
    invented::policy(CIRCLE, history)
}

/// Somebody's device in a circle, at the sixth era if history is kept.
fn rows(me: &Me, history: HistoryMode) -> Rows {
    let mut circle = Circle::new(CIRCLE);
    circle.status = protocol::CircleStatus::Live;
    circle.era = 5;
    let mut joined = Joined::new(0, 7, &policy(history), NOW);
    joined.era_floor = 5;
    joined.era = history.is_kept().then_some(era(5));
    circle.joined = Some(joined);
    stored(me, &circle)
}

fn era(era: u32) -> Era {
    Era { era, key: [1; 32] }
}

fn begin(rows: &Rows) -> (Turn<'_>, Circle) {
    let turn = Turn::new(rows, Volatile::default(), "localhost", NOW);
    let circle = turn.draft.circle(CIRCLE).unwrap().unwrap();
    (turn, circle)
}

/// An entry of somebody else's device.
fn entry(kind: EntryKind, wrap: Bytes) -> LogEntry {
    LogEntry {
        seq: 8,
        kind,
        epoch: 0,
        device: DeviceId::from_bytes([0x77; 16]),
        op_id: OpId::from_bytes([1; 16]),
        mls: Bytes::default(),
        body: vec![1].into(),
        wrap,
        era: 0,
        urgency: Urgency::Routine,
        accepted_at: NOW,
    }
}

fn warnings(turn: &Turn<'_>) -> Vec<String> {
    let warning = |effect: &crate::api::Effect| match effect {
        crate::api::Effect::Event {
            event: crate::api::Event::Problem { detail, .. },
        } => Some(detail.clone()),
        _ => None,
    };
    turn.effects.iter().filter_map(warning).collect()
}

#[test]
fn a_wish_holds_until_the_policy_says_it_and_no_longer() {
    let rows = rows(&maria(), HistoryMode::Eras);
    let (mut turn, mut circle) = begin(&rows);
    let me = turn.must_me().unwrap().identity.account;
    turn.keep_history(CIRCLE, false).unwrap();
    assert!(turn.wants_commit(&circle).unwrap());
    assert_eq!(
        turn.wanted_history(&circle).unwrap(),
        Some(HistoryMode::Off)
    );
    let commit = entry(EntryKind::Commit, Bytes::default());
    let at = (&commit, me);
    turn.settle_history(&mut circle, at, HistoryMode::Off)
        .unwrap();
    assert_eq!(circle.history(), HistoryMode::Off);
    // Somebody else has it kept again: this device does not contradict.
    turn.settle_history(&mut circle, at, HistoryMode::Eras)
        .unwrap();
    assert_eq!(turn.wanted_history(&circle).unwrap(), None);
    assert!(!turn.wants_commit(&circle).unwrap());
}

#[test]
fn what_holds_already_is_no_wish() {
    let rows = rows(&dana(), HistoryMode::Off);
    let (mut turn, circle) = begin(&rows);
    turn.keep_history(CIRCLE, false).unwrap();
    assert_eq!(turn.kept(CIRCLE).unwrap(), None);
    assert!(!turn.wants_commit(&circle).unwrap());
}

/// A commit of this device's that is on its way.
fn candidate() -> Candidate {
    invented::candidate(OpId::from_bytes([2; 16]))
}

#[test]
fn the_last_word_outlives_the_one_before_that_is_on_its_way() {
    let rows = rows(&maria(), HistoryMode::Eras);
    let (mut turn, mut circle) = begin(&rows);
    let me = turn.must_me().unwrap().identity.account;
    turn.keep_history(CIRCLE, false).unwrap();
    turn.draft.write(&key::candidate(CIRCLE), &candidate());
    turn.keep_history(CIRCLE, true).unwrap();
    let commit = entry(EntryKind::Commit, Bytes::default());
    turn.settle_history(&mut circle, (&commit, me), HistoryMode::Off)
        .unwrap();
    let wanted = turn.wanted_history(&circle).unwrap();
    assert_eq!(wanted, Some(HistoryMode::Eras));
}

#[test]
fn a_last_word_that_holds_already_is_no_wish_once_nothing_is_on_its_way() {
    let rows = rows(&maria(), HistoryMode::Eras);
    let (mut turn, _) = begin(&rows);
    turn.draft.write(&key::candidate(CIRCLE), &candidate());
    turn.keep_history(CIRCLE, true).unwrap();
    let refused = Answer {
        number: 1,
        status: 409,
        body: br#"{"code":"stale","detail":""}"#,
    };
    turn.committed(CIRCLE, candidate().bundle.op_id, refused)
        .unwrap();
    assert_eq!(turn.kept(CIRCLE).unwrap(), None);
}

#[test]
fn a_switch_that_the_server_never_takes_is_told_and_blocks_nothing() {
    let rows = rows(&maria(), HistoryMode::Eras);
    for (code, stays, blocks) in [
        ("judged", false, false),
        ("stale", true, false),
        ("circle_status", true, true),
    ] {
        let (mut turn, _) = begin(&rows);
        turn.keep_history(CIRCLE, false).unwrap();
        let switch = Candidate {
            history: Some(HistoryMode::Off),
            ..candidate()
        };
        turn.draft.write(&key::candidate(CIRCLE), &switch);
        let body = format!(r#"{{"code":"{code}","detail":"not taken"}}"#);
        let refused = Answer {
            number: 1,
            status: 403,
            body: body.as_bytes(),
        };
        turn.committed(CIRCLE, switch.bundle.op_id, refused)
            .unwrap();
        assert_eq!(turn.kept(CIRCLE).unwrap().is_some(), stays, "{code}");
        assert_eq!(turn.volatile.blocked.contains(&CIRCLE), blocks, "{code}");
        let told = !stays || blocks;
        assert_eq!(warnings(&turn) == ["not taken"], told, "{code}");
    }
}

#[test]
fn an_old_wish_overrules_nothing_that_this_device_did_not_see() {
    let rows = rows(&maria(), HistoryMode::Eras);
    for (known, epoch, stays) in [
        (None, 2, true),
        (None, 3, false),
        (Some((0, 7)), 8, true),
        (Some((0, 7)), 9, false),
        // It knew another generation.
        (Some((1, 7)), 3, false),
    ] {
        let (mut turn, _) = begin(&rows);
        if let Some((generation, epoch)) = known {
            let before = CirclePolicy {
                generation,
                ..policy(HistoryMode::Eras)
            };
            turn.draft.know(&before, epoch);
        }
        turn.keep_history(CIRCLE, false).unwrap();
        turn.doubt_wish(&policy(HistoryMode::Eras), epoch).unwrap();
        let case = format!("{known:?} {epoch}");
        assert_eq!(turn.kept(CIRCLE).unwrap().is_some(), stays, "{case}");
        assert_eq!(warnings(&turn).is_empty(), stays, "{case}");
    }
}

#[test]
fn a_caregiver_does_not_say_whether_history_is_kept() {
    let ana = Me {
        role: protocol::Role::Caregiver,
        ..maria()
    };
    let rows = rows(&ana, HistoryMode::Eras);
    let (mut turn, _) = begin(&rows);
    let refused = turn.keep_history(CIRCLE, false);
    assert!(matches!(
        refused,
        Err(Error::Refused {
            code: Code::NotAllowed,
            ..
        })
    ));
    assert_eq!(turn.kept(CIRCLE).unwrap(), None);
}

#[test]
fn without_history_a_message_waits_for_no_key() {
    for (history, wants) in [(HistoryMode::Eras, true), (HistoryMode::Off, false)] {
        let rows = rows(&maria(), history);
        let (turn, mut circle) = begin(&rows);
        circle.joined.as_mut().unwrap().era = None;
        let waiting = [key::outbox(CIRCLE), vec![0]].concat();
        turn.draft.write(&waiting, &true);
        assert_eq!(turn.wants_commit(&circle).unwrap(), wants);
    }
}

#[test]
fn no_key_is_taken_where_no_history_is_kept() {
    let rows = rows(&maria(), HistoryMode::Off);
    let (mut turn, mut circle) = begin(&rows);
    let me = turn.must_me().unwrap();
    let sender = judge::certificate::read_device_cert(&me.identity.certificate).unwrap();
    let message = entry(EntryKind::Message, Bytes::default());
    let from = (&me, &sender);
    turn.begin_epoch(&mut circle, from, &Payload::Era(era(6)), &message)
        .unwrap();
    assert_eq!(warnings(&turn), ["an archive key where no history is kept"]);
    assert!(circle.joined.as_ref().unwrap().era.is_none());
    assert!(turn.draft.keys(key::ERAS).is_empty(), "nor kept");
}

#[test]
fn a_key_from_before_holds_no_more_when_history_is_kept_again() {
    let rows = rows(&maria(), HistoryMode::Eras);
    let (mut turn, mut circle) = begin(&rows);
    let commit = entry(EntryKind::Commit, Bytes::default());
    let at = (&commit, protocol::AccountId::from_bytes([3; 16]));
    turn.settle_history(&mut circle, at, HistoryMode::Off)
        .unwrap();
    assert!(circle.joined.as_ref().unwrap().era.is_none());
    turn.settle_history(&mut circle, at, HistoryMode::Eras)
        .unwrap();
    assert!(!turn.may_hold(&circle, &era(5)).unwrap());
    assert!(turn.may_hold(&circle, &era(6)).unwrap());
}

#[test]
fn what_the_group_says_of_an_era_holds_against_what_was_handed_on_before_it_began() {
    let rows = rows(&maria(), HistoryMode::Eras);
    let (mut turn, mut circle) = begin(&rows);
    let handed = |number| Era {
        key: [9; 32],
        ..era(number)
    };
    for number in [5, 6, u32::MAX] {
        let at = key::era(CIRCLE, 0, number);
        turn.draft.write(&at, &handed(number));
    }
    assert!(!turn.may_hold(&circle, &era(5)).unwrap(), "named before");
    assert!(turn.may_hold(&circle, &era(6)).unwrap());
    turn.hold_era(&mut circle, &era(6)).unwrap();
    assert!(turn.draft.find_era(CIRCLE, 0, 6).unwrap() == Some(era(6)));
    let first = turn.first_era(&circle, (0, HistoryMode::Eras), false);
    assert_eq!(first, u32::MAX, "and nothing breaks");
    // What has not begun is not handed on either.
    turn.draft.save(&circle);
    let contents = turn.contents(&turn.must_me().unwrap().identity).unwrap();
    let kept: Vec<u32> = contents.eras.iter().map(|held| held.era.era).collect();
    assert_eq!(kept, [5, 6]);
}

#[test]
fn whoever_comes_while_no_history_is_kept_is_never_given_a_key_from_before() {
    let rows = rows(&dana(), HistoryMode::Off);
    let (turn, circle) = begin(&rows);
    turn.draft.write(&key::era(CIRCLE, 0, 5), &era(5));
    for own in [true, false] {
        let first = turn.first_era(&circle, (0, HistoryMode::Off), own);
        assert_eq!(first, 6);
    }
    let first = turn.first_era(&circle, (0, HistoryMode::Eras), true);
    assert_eq!(first, 5, "kept, and the commit's own era is the newest");
}

#[test]
fn a_wrap_where_none_belongs_is_told() {
    let body_key = BodyKey {
        message: MessageId::from_bytes([4; 16]),
        key: [5; 32],
        hash: [6; 32],
    };
    let wrapped = crate::content::wrap(&era(5), &body_key);
    let rows = rows(&maria(), HistoryMode::Off);
    let (mut turn, circle) = begin(&rows);
    let honest = entry(EntryKind::Message, Bytes::default());
    turn.check_wrap(&circle, &body_key, &honest);
    assert!(warnings(&turn).is_empty());
    let archived = entry(EntryKind::Message, wrapped);
    turn.check_wrap(&circle, &body_key, &archived);
    assert_eq!(
        warnings(&turn),
        ["a message was archived where no history is kept"]
    );
}
