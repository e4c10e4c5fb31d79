//! How many circles a device comes into at the same time.

use protocol::OpId;
use protocol::policy::HistoryMode;

use super::*;
use crate::api::{Effect, Link};
use crate::invented::{NOW, candidate, maria, policy};
use crate::rows::{Draft, Rows};
use crate::state::Named;
use crate::volatile::Volatile;

fn id(number: u8) -> CircleId {
    CircleId::from_bytes([number; 16])
}

/// Maria's new device: the server names her circles, and it is in none of them yet.
fn rows(circles: u8) -> Rows {
    let nothing = Rows::new();
    let draft = Draft::new(&nothing);
    let me = maria();
    for number in 1..=circles {
        let mut circle = Circle::new(id(number));
        circle.status = CircleStatus::Live;
        circle.members = vec![Named {
            account: me.identity.account,
            name: me.name.clone(),
            role: me.role,
            state: MemberState::Confirmed,
            devices: Vec::new(),
        }];
        draft.save(&circle);
    }
    draft.write_me(me);
    let written = draft.into_changes().into_iter();
    written
        .filter_map(|(key, value)| Some((key, value?)))
        .collect()
}

fn online(rows: &Rows) -> Turn<'_> {
    let volatile = Volatile {
        link: Some(Link::Online),
        vault_read: true,
        ..Volatile::default()
    };
    Turn::new(rows, volatile, "localhost", NOW)
}

/// Whether the device asked for a circle's group, to come into it.
fn asks(turn: &Turn<'_>, number: u8) -> bool {
    let wanted = format!("/v1/circles/{}/group-info", id(number));
    turn.effects
        .iter()
        .any(|effect| matches!(effect, Effect::Request { path, .. } if *path == wanted))
}

/// A commit by which the device comes into a circle.
fn way_in(number: u8) -> Candidate {
    let policy = policy(id(number), HistoryMode::Eras);
    Candidate {
        place: Some(Joined::new(0, 0, &policy, NOW)),
        ..candidate(OpId::from_bytes([number; 16]))
    }
}

#[test]
fn a_way_in_that_is_refused_makes_room_for_the_next_circle() {
    let circles = u8::try_from(AT_ONCE).unwrap() + 1;
    let rows = rows(circles);
    let mut turn = online(&rows);
    for number in 1..=circles {
        turn.tend(id(number)).unwrap();
    }
    assert!(asks(&turn, 1) && !asks(&turn, circles), "some at once");
    let candidate = way_in(1);
    turn.draft.write(&key::candidate(id(1)), &candidate);
    let refused = Answer {
        number: 99,
        status: 403,
        body: br#"{"code":"judged","detail":""}"#,
    };
    turn.committed(id(1), candidate.bundle.op_id, refused)
        .unwrap();
    assert!(asks(&turn, circles));
}

#[test]
fn a_way_in_that_nobody_needs_any_more_keeps_no_room() {
    let rows = rows(1);
    let mut turn = online(&rows);
    turn.tend(id(1)).unwrap();
    // A Welcome came first, or the person left the circle.
    let nothing = Answer {
        number: 99,
        status: 200,
        body: &[],
    };
    turn.committed(id(1), OpId::from_bytes([1; 16]), nothing)
        .unwrap();
    assert!(turn.volatile.returning.is_empty());
}
