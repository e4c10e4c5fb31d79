//! Removals: who is asked to commit them, and when.

use std::collections::BTreeSet;

use super::*;
use crate::hub::Place;

const LEAVING: DeviceId = DeviceId::from_bytes([7; 16]);

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn placed(before: u32, of: u32) -> Input {
    Input::Placed(CIRCLE, Some(Place { before, of }))
}

/// A page of one entry, the last of the log.
fn entry(seq: u64, kind: EntryKind, device: DeviceId) -> Input {
    let mut page = page(CIRCLE, seq..=seq, seq);
    (page.entries[0].kind, page.entries[0].device) = (kind, device);
    log(page)
}

/// The entry is read after a wake; what follows besides the page itself.
fn reads(session: &mut Session, entry: Input, at: Duration) -> Vec<Effect> {
    session.handle(woken(Topic::Circle(CIRCLE)), at);
    let mut effects = session.handle(entry, at);
    assert!(matches!(
        effects.remove(0),
        Effect::Send(ServerFrame::Log(_))
    ));
    session.handle(Input::Drained, at);
    effects
}

fn order(leaving: &[DeviceId]) -> Effect {
    Effect::Place(CIRCLE, leaving.iter().copied().collect::<BTreeSet<_>>())
}

/// When the device is asked, in the first half minute.
fn asked(session: &mut Session, from: Duration) -> Vec<Duration> {
    let mut asked = Vec::new();
    for halves in 0..60 {
        let passed = ms(500) * halves;
        let at = from + passed;
        session.handle(Input::Heard, at);
        if session
            .handle(Input::Tick, at)
            .contains(&Effect::Plead(CIRCLE))
        {
            asked.push(passed);
        }
        session.handle(Input::Drained, at);
    }
    asked
}

#[test]
fn a_proposal_has_the_first_in_order_asked_at_once() {
    let mut session = live();
    let proposal = entry(5, EntryKind::Proposal, LEAVING);
    assert_eq!(reads(&mut session, proposal, ms(3)), [order(&[LEAVING])]);
    assert_eq!(session.handle(placed(0, 3), ms(3)), [Effect::Plead(CIRCLE)]);
}

#[test]
fn each_next_one_is_asked_later_and_all_again_while_it_waits() {
    for (before, of, expected) in [
        (0, 1, vec![10, 20]),
        (1, 3, vec![2, 12, 22]),
        (2, 9, vec![4, 22]),
    ] {
        let mut session = live();
        let proposal = entry(5, EntryKind::Proposal, LEAVING);
        reads(&mut session, proposal, s(0));
        session.handle(placed(before, of), s(0));
        session.handle(Input::Drained, s(0));
        let expected: Vec<_> = expected.into_iter().map(s).collect();
        assert_eq!(asked(&mut session, s(0)), expected, "{before} of {of}");
    }
}

#[test]
fn a_tick_is_wanted_when_the_turn_comes() {
    let mut session = live();
    reads(&mut session, entry(5, EntryKind::Proposal, LEAVING), s(1));
    session.handle(placed(1, 2), s(1));
    assert_eq!(session.tick_at(s(1)), s(1 + limits::COMMIT_STAGGER_S));
}

#[test]
fn a_commit_ends_the_asking() {
    let mut session = live();
    reads(&mut session, entry(5, EntryKind::Proposal, LEAVING), s(0));
    session.handle(placed(1, 2), s(0));
    assert_eq!(
        reads(&mut session, entry(6, EntryKind::Commit, DEVICE), s(1)),
        []
    );
    assert_eq!(asked(&mut session, s(1)), [] as [Duration; 0]);
    // What an external commit left waiting is proposed, and asked for, anew.
    let again = entry(7, EntryKind::Proposal, LEAVING);
    assert_eq!(reads(&mut session, again, s(32)), [order(&[LEAVING])]);
}

#[test]
fn a_message_does_not_end_it() {
    let mut session = live();
    reads(&mut session, entry(5, EntryKind::Proposal, LEAVING), s(0));
    session.handle(placed(1, 2), s(0));
    assert_eq!(
        reads(&mut session, entry(6, EntryKind::Marker, DEVICE), s(1)),
        []
    );
    assert_eq!(session.handle(Input::Tick, s(2)), [Effect::Plead(CIRCLE)]);
}

#[test]
fn a_device_that_is_itself_to_leave_is_not_asked() {
    let mut session = live();
    let own = entry(5, EntryKind::Proposal, DEVICE);
    assert_eq!(reads(&mut session, own, s(0)), []);
    assert_eq!(asked(&mut session, s(0)), [] as [Duration; 0]);
}

#[test]
fn nobody_is_asked_before_the_end_of_the_log_is_reached() {
    let mut session = live();
    session.handle(woken(Topic::Circle(CIRCLE)), s(0));
    let mut behind = page(CIRCLE, 5..=5, 6);
    behind.entries[0].kind = EntryKind::Proposal;
    behind.entries[0].device = LEAVING;
    let effects = session.handle(log(behind), s(0));
    assert!(
        !effects.iter().any(|e| matches!(e, Effect::Place(..))),
        "{effects:?}"
    );
    let effects = session.handle(entry(6, EntryKind::Commit, DEVICE), s(0));
    assert!(
        !effects.iter().any(|e| matches!(e, Effect::Place(..))),
        "{effects:?}"
    );
}

/// A socket that follows the circle from position 4, and what its first answer leads to.
fn connects(position: Position) -> (Session, Vec<Effect>) {
    let mut session = session();
    let cursors = vec![cursor(CIRCLE, 4)];
    session.handle(frame(&ClientFrame::Hello(hello(cursors))), s(0));
    session.handle(greeted(), s(0));
    let effects = session.handle(stands(ready(vec![position], 20)), s(0));
    (session, effects)
}

#[test]
fn whoever_connects_while_one_waits_is_asked_after_ready() {
    let mut waiting = position(CIRCLE, 5);
    waiting.removal_pending = true;
    let (mut session, effects) = connects(waiting);
    let ready = effects
        .iter()
        .position(|e| matches!(e, Effect::Send(ServerFrame::Ready(_))));
    let place = effects.iter().position(|e| *e == order(&[]));
    assert!(ready.unwrap() < place.unwrap(), "{effects:?}");
    assert_eq!(session.handle(placed(0, 1), s(0)), [Effect::Plead(CIRCLE)]);
    let (_, effects) = connects(position(CIRCLE, 5));
    assert!(!effects.iter().any(|e| matches!(e, Effect::Place(..))));
}

#[test]
fn a_poll_that_is_older_than_the_log_changes_nothing() {
    let poll = |session: &mut Session, head, removal_pending| {
        session.handle(Input::Heard, s(20));
        session.handle(Input::Tick, s(20));
        let mut told = position(CIRCLE, head);
        told.removal_pending = removal_pending;
        session.handle(stands(ready(vec![told], 20)), s(20))
    };
    // It was asked before the proposal that this socket has read since.
    let mut session = live();
    reads(&mut session, entry(5, EntryKind::Proposal, LEAVING), s(0));
    session.handle(placed(1, 20), s(0));
    poll(&mut session, 4, false);
    assert!(
        session.handle(Input::Tick, s(20)).is_empty(),
        "asked at 2 s, again at 40 s"
    );
    poll(&mut session, 5, false);
    assert_eq!(asked(&mut session, s(42)), [] as [Duration; 0]);
    // It was asked before the commit that this socket has read since.
    let mut session = live();
    reads(&mut session, entry(5, EntryKind::Proposal, LEAVING), s(0));
    reads(&mut session, entry(6, EntryKind::Commit, LEAVING), s(1));
    assert!(!poll(&mut session, 5, true).contains(&order(&[])));
    assert!(poll(&mut session, 6, true).contains(&order(&[])));
}
