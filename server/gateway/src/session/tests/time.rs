//! What is due when nothing happens.

use super::*;

#[test]
fn a_poll_finds_what_a_lost_wake_did_not_announce() {
    let mut session = live();
    let at = s(limits::POLL_S);
    assert_eq!(
        session.handle(Input::Tick, at),
        [
            Effect::Ask(Question::Stand),
            Effect::Ask(Question::ReadInbox(0))
        ]
    );
    assert_eq!(
        session.handle(stands(ready(vec![position(CIRCLE, 5)], 20)), at),
        [ask_log(CIRCLE, 4)]
    );
    // A circle that is gone is unwatched; one at its head is not read.
    let mut session = live();
    session.handle(Input::Tick, at);
    assert_eq!(
        session.handle(stands(ready(vec![position(CIRCLE, 4)], 20)), at),
        []
    );
    session.handle(Input::Tick, at * 2);
    assert_eq!(
        session.handle(stands(ready(vec![], 20)), at * 2),
        [Effect::Unwatch(Topic::Circle(CIRCLE))]
    );
}

#[test]
fn silence_is_pinged_and_then_closed() {
    let mut session = live();
    let effects = session.handle(Input::Tick, s(limits::PING_S));
    assert!(effects.contains(&Effect::Ping));
    session.handle(Input::Drained, s(limits::PING_S));
    session.handle(Input::Heard, s(26));
    assert_ne!(
        session.handle(Input::Tick, s(25 + 60)),
        [Effect::Close(Code::Silent)]
    );
    session.handle(Input::Drained, s(85));
    let effects = session.handle(Input::Tick, s(26 + limits::SILENCE_S));
    assert_eq!(effects, [Effect::Close(Code::Silent)]);
}

#[test]
fn who_does_not_read_is_too_slow_however_much_it_says() {
    let mut session = live();
    session.handle(woken(Topic::Circle(CIRCLE)), s(1));
    session.handle(log(page(CIRCLE, 5..=5, 5)), s(1));
    for second in 2..=limits::SILENCE_S {
        session.handle(Input::Heard, s(second));
        let effects = session.handle(Input::Tick, s(second));
        assert!(
            !effects.iter().any(|e| matches!(e, Effect::Close(_))),
            "{second}"
        );
    }
    assert_eq!(
        session.handle(Input::Tick, s(1 + limits::SILENCE_S)),
        [Effect::Close(Code::TooSlow)]
    );
    let mut session = live();
    assert_eq!(
        session.handle(Input::Overflow, s(1)),
        [Effect::Close(Code::TooSlow)]
    );
}

#[test]
fn a_tick_is_wanted_no_later_than_anything_is_due() {
    let session = live();
    assert_eq!(session.tick_at(s(0)), s(limits::POLL_S.min(limits::PING_S)));
}
