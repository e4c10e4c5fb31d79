//! When a device commits, and when it does not.

use protocol::{CircleId, PersonId, http};

use super::*;
use crate::api::{Effect, Link};
use crate::invented::{NOW, candidate, dana, policy, stored};
use crate::rows::Rows;
use crate::state::Joined;
use crate::volatile::Volatile;

const CIRCLE: CircleId = CircleId::from_bytes([9; 16]);
const ANA: AccountId = AccountId::from_bytes([3; 16]);

fn rows() -> Rows {
    let mut circle = Circle::new(CIRCLE);
    circle.status = CircleStatus::Live;
    let policy = policy(CIRCLE, HistoryMode::Eras);
    circle.joined = Some(Joined::new(0, 7, &policy, NOW));
    stored(&dana(), &circle)
}

/// The server names Ana as somebody who could be added.
fn told() -> Vec<u8> {
    serde_json::to_vec(&http::Circle {
        id: CIRCLE,
        title: "Sample".to_owned(),
        client: PersonId::from_bytes([2; 16]),
        status: CircleStatus::Live,
        generation: 0,
        epoch: 0,
        members: Vec::new(),
        awaiting: vec![ANA],
        leaving: Vec::new(),
        era: 0,
        may_add: true,
        history: HistoryMode::Eras,
    })
    .unwrap()
}

fn answers(turn: &mut Turn<'_>, id: u32, body: &[u8]) {
    turn.answer(id, 200, body).unwrap();
}

fn claims(turn: &Turn<'_>) -> Vec<u32> {
    let claim = |effect: &Effect| match effect {
        Effect::Request { id, path, .. } => (path == "/v1/key-packages/claim").then_some(*id),
        _ => None,
    };
    turn.effects.iter().filter_map(claim).collect()
}

#[test]
fn key_packages_that_came_while_a_claim_was_under_way_are_claimed_once_more() {
    let rows = rows();
    let nobody = br#"{"claimed":[]}"#;
    let volatile = Volatile {
        link: Some(Link::Online),
        ..Volatile::default()
    };
    let mut turn = Turn::new(&rows, volatile, "localhost", NOW);
    let reads = |turn: &mut Turn<'_>| {
        turn.read_circle(CIRCLE);
        let id = turn.volatile.last_request;
        answers(turn, id, &told());
    };
    reads(&mut turn);
    let [first] = claims(&turn)[..] else {
        panic!("one claim");
    };
    reads(&mut turn);
    assert_eq!(claims(&turn), [first], "one at a time");
    answers(&mut turn, first, nobody);
    let [_, second] = claims(&turn)[..] else {
        panic!("a second claim");
    };
    answers(&mut turn, second, nobody);
    assert_eq!(claims(&turn).len(), 2, "until the server says more");
    reads(&mut turn);
    assert_eq!(claims(&turn).len(), 3);
}

#[test]
fn no_era_is_begun_while_the_one_behind_a_commit_is_on_its_way() {
    let rows = rows();
    let turn = Turn::new(&rows, Volatile::default(), "localhost", NOW);
    let waiting = [key::outbox(CIRCLE), vec![0]].concat();
    turn.draft.write(&waiting, &true);
    let mut circle = turn.draft.circle(CIRCLE).unwrap().unwrap();
    assert!(turn.wants_commit(&circle).unwrap(), "nobody else has one");
    circle.joined.as_mut().unwrap().awaits_era_behind(7);
    assert!(!turn.wants_commit(&circle).unwrap());
}

#[test]
fn whoever_lost_too_many_races_tries_again_after_a_rest_or_when_the_log_moves() {
    let rows = rows();
    let volatile = Volatile {
        link: Some(Link::Online),
        ..Volatile::default()
    };
    let mut turn = Turn::new(&rows, volatile, "localhost", NOW);
    let mut circle = turn.draft.circle(CIRCLE).unwrap().unwrap();
    (circle.may_add, circle.awaiting) = (true, vec![ANA]);
    turn.draft.save(&circle);
    for _ in 0..limits::COMMIT_ATTEMPTS {
        let op_id = Turn::op_id();
        turn.draft.write(&key::candidate(CIRCLE), &candidate(op_id));
        let lost = Answer {
            number: 1,
            status: 409,
            body: br#"{"code":"stale","detail":""}"#,
        };
        turn.committed(CIRCLE, op_id, lost).unwrap();
    }
    assert!(!turn.volatile.blocked.contains(&CIRCLE), "messages go on");
    turn.tend(CIRCLE).unwrap();
    assert!(claims(&turn).is_empty(), "not at once");
    let resting = turn.volatile.clone();
    turn.now = NOW.plus_seconds(i64::from(REST_MS / 1_000));
    turn.tend(CIRCLE).unwrap();
    assert_eq!(claims(&turn).len(), 1);

    turn.now = NOW;
    turn.volatile = resting;
    turn.volatile.rests.clear();
    turn.tend(CIRCLE).unwrap();
    assert_eq!(claims(&turn).len(), 2, "the log moved");
}
