//! What waits to leave while history is switched, and what was refused for it.

use protocol::GroupId;
use protocol::frame::{Append, ClientFrame, Refused};

use super::*;
use crate::api::{Effect, Link};
use crate::group::Group;
use crate::invented::maria_of_an_agency;
use crate::rows::Draft;

/// Maria alone in a group of one history, at a place that may say the other.
fn in_a_group(group: HistoryMode, place: HistoryMode) -> Rows {
    let me = maria_of_an_agency();
    let id = GroupId {
        circle: CIRCLE,
        generation: 0,
    };
    let nothing = Rows::new();
    let draft = Draft::new(&nothing);
    draft.write_me(me.clone());
    let founded = Group::found(&draft, &me, id, (None, group)).unwrap();
    let policy = founded.context(&me).unwrap().policy;
    drop(founded);
    let mut joined = Joined::new(0, 7, &policy, NOW);
    joined.history = place;
    joined.era = place.is_kept().then_some(era(0));
    let mut circle = Circle::new(CIRCLE);
    circle.status = protocol::CircleStatus::Live;
    circle.joined = Some(joined);
    draft.save(&circle);
    let written = draft.into_changes().into_iter();
    written
        .filter_map(|(key, value)| Some((key, value?)))
        .collect()
}

fn online(rows: &Rows) -> Turn<'_> {
    let volatile = Volatile {
        link: Some(Link::Online),
        ..Volatile::default()
    };
    Turn::new(rows, volatile, "localhost", NOW)
}

fn says_hello(turn: &mut Turn<'_>) {
    turn.send_text(CIRCLE, "Hello".to_owned(), Urgency::Routine)
        .unwrap();
}

/// Every message that left, as often as it did.
fn left(turn: &Turn<'_>) -> Vec<Append> {
    let append = |effect: &Effect| match effect {
        Effect::Send { bytes } => match ClientFrame::parse(bytes) {
            Ok(ClientFrame::Append(append)) => Some(append),
            _ => None,
        },
        _ => None,
    };
    turn.effects.iter().filter_map(append).collect()
}

/// The server does not take the last message that left.
fn refuse(turn: &mut Turn<'_>, code: Code) {
    let op_id = left(turn).last().map(|append| append.op_id);
    turn.refused(&Refused {
        op_id,
        code,
        detail: "not taken".to_owned(),
    })
    .unwrap();
}

/// Nor a commit.
fn refuse_commit(turn: &mut Turn<'_>, candidate: &Candidate, body: &[u8]) {
    let answer = Answer {
        number: 1,
        status: 403,
        body,
    };
    turn.committed(CIRCLE, candidate.bundle.op_id, answer)
        .unwrap();
}

#[test]
fn what_is_said_after_a_wish_waits_for_the_switch() {
    let rows = in_a_group(HistoryMode::Eras, HistoryMode::Eras);
    let mut turn = online(&rows);
    // Key packages of somebody who is to come in are on their way: the switch waits for them.
    turn.volatile.committing.insert(CIRCLE);
    turn.keep_history(CIRCLE, false).unwrap();
    says_hello(&mut turn);
    assert!(left(&turn).is_empty(), "it would have been archived");
    // The person thinks better of it: nothing is switched, and it leaves as it would have.
    turn.keep_history(CIRCLE, true).unwrap();
    let sent = left(&turn);
    assert_eq!(sent.len(), 1);
    assert!(!sent[0].wrap.is_empty());
}

#[test]
fn what_was_archived_by_a_misread_place_leaves_again_unarchived() {
    let rows = in_a_group(HistoryMode::Off, HistoryMode::Eras);
    let mut turn = online(&rows);
    says_hello(&mut turn);
    refuse(&mut turn, Code::WrapUnwanted);
    let sent = left(&turn);
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].op_id, sent[1].op_id, "one operation, done once");
    assert!(!sent[0].wrap.is_empty() && sent[1].wrap.is_empty());
    assert!(warnings(&turn).is_empty());
    // There is nothing more to mend: people are told, and it does not go round in circles.
    refuse(&mut turn, Code::WrapMissing);
    assert_eq!(left(&turn).len(), 2);
    assert_eq!(warnings(&turn), ["not taken"]);
    assert!(turn.volatile.blocked.contains(&CIRCLE));
}

#[test]
fn what_was_not_archived_by_a_misread_place_waits_for_an_era() {
    let rows = in_a_group(HistoryMode::Eras, HistoryMode::Off);
    let mut turn = online(&rows);
    says_hello(&mut turn);
    assert!(left(&turn)[0].wrap.is_empty());
    refuse(&mut turn, Code::WrapMissing);
    let begun: Candidate = turn.draft.read(&key::candidate(CIRCLE)).unwrap().unwrap();
    assert!(begun.era.is_some(), "this device begins one");
    assert_eq!(left(&turn).len(), 1, "before it says anything");
    assert!(warnings(&turn).is_empty());
}

#[test]
fn a_switch_that_was_refused_together_with_newcomers_is_tried_by_itself() {
    let rows = in_a_group(HistoryMode::Eras, HistoryMode::Eras);
    let mut turn = online(&rows);
    turn.volatile.committing.insert(CIRCLE);
    turn.keep_history(CIRCLE, false).unwrap();
    let mut together = Candidate {
        history: Some(HistoryMode::Off),
        ..candidate()
    };
    together.bundle.welcome = Some(vec![1].into());
    turn.draft.write(&key::candidate(CIRCLE), &together);
    let not_so = br#"{"code":"consent_required","detail":"not them"}"#;
    refuse_commit(&mut turn, &together, not_so);
    assert!(warnings(&turn).is_empty());
    let alone: Candidate = turn.draft.read(&key::candidate(CIRCLE)).unwrap().unwrap();
    assert_eq!(alone.history, Some(HistoryMode::Off));
    assert!(alone.bundle.welcome.is_none());
    // By itself it is the switch that is not taken.
    let not_taken = br#"{"code":"judged","detail":"not taken"}"#;
    refuse_commit(&mut turn, &alone, not_taken);
    assert_eq!(warnings(&turn), ["not taken"]);
    assert_eq!(turn.kept(CIRCLE).unwrap(), None);
}
