//! What waits to leave while history is switched.

use protocol::GroupId;
use protocol::frame::{Append, ClientFrame};

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
