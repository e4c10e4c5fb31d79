//! What a device follows.

use super::*;

#[test]
fn a_wake_is_one_read_and_a_page_goes_on_to_the_head() {
    let mut session = live();
    assert_eq!(
        session.handle(woken(Topic::Circle(CIRCLE)), s(1)),
        [ask_log(CIRCLE, 4)]
    );
    let first = page(CIRCLE, 5..=6, 8);
    assert_eq!(
        session.handle(log(first.clone()), s(1)),
        [Effect::Send(ServerFrame::Log(first)), ask_log(CIRCLE, 6)]
    );
    let second = page(CIRCLE, 7..=8, 8);
    assert_eq!(
        session.handle(log(second.clone()), s(1)),
        [Effect::Send(ServerFrame::Log(second))]
    );
    assert_eq!(session.handle(Input::Drained, s(1)), []);
}

#[test]
fn a_wake_during_a_read_is_one_more_read_from_where_it_ended() {
    let mut session = live();
    session.handle(woken(Topic::Circle(CIRCLE)), s(1));
    for _ in 0..5 {
        assert_eq!(session.handle(woken(Topic::Circle(CIRCLE)), s(1)), []);
    }
    let read = page(CIRCLE, 5..=5, 5);
    assert_eq!(
        session.handle(log(read.clone()), s(1)),
        [Effect::Send(ServerFrame::Log(read)), ask_log(CIRCLE, 5)]
    );
    assert_eq!(session.handle(log(empty_page(CIRCLE, 5)), s(1)), []);
}

#[test]
fn a_reader_that_does_not_take_its_pages_is_sent_no_more() {
    let mut session = live();
    session.handle(woken(Topic::Circle(CIRCLE)), s(1));
    session.handle(log(page(CIRCLE, 5..=6, 99)), s(1));
    let second = page(CIRCLE, 7..=8, 99);
    assert_eq!(
        session.handle(log(second.clone()), s(1)),
        [Effect::Send(ServerFrame::Log(second))]
    );
    assert_eq!(session.handle(woken(Topic::Circle(CIRCLE)), s(1)), []);
    assert_eq!(
        session.handle(woken(Topic::Device(DEVICE)), s(1)),
        [Effect::Ask(Question::Stand)]
    );
    assert_eq!(
        session.handle(Input::Drained, s(1)),
        [Effect::Ask(Question::ReadInbox(0)), ask_log(CIRCLE, 8)]
    );
}

#[test]
fn every_circle_gets_its_turn() {
    let third = CircleId::from_bytes([5; 16]);
    let mut session = live();
    for circle in [OTHER, third] {
        session.handle(frame(&ClientFrame::FetchLog(cursor(circle, 0))), s(1));
        session.handle(log(empty_page(circle, 0)), s(1));
        session.handle(Input::Drained, s(1));
    }
    // Each of them has more than will ever be read here, and two are read at a time.
    let all = [CIRCLE, OTHER, third].map(Topic::Circle);
    let mut asked = session.handle(Input::Woken(HashSet::from(all)), s(1));
    let mut served = Vec::new();
    for _ in 0..9 {
        let Effect::Ask(Question::ReadLog(at)) = asked.remove(0) else {
            panic!("{asked:?}");
        };
        served.push(at.circle);
        let next = at.seq + 1;
        let effects = session.handle(log(page(at.circle, next..=next, 99)), s(1));
        assert!(matches!(effects[..], [Effect::Send(_)]), "{effects:?}");
        asked.extend(session.handle(Input::Drained, s(1)));
    }
    for circle in [CIRCLE, OTHER, third] {
        let turns = served.iter().filter(|turn| **turn == circle).count();
        assert_eq!(turns, 3, "{served:?}");
    }
}

#[test]
fn fetch_follows_a_new_circle_and_answers_even_when_there_is_nothing() {
    let mut session = live();
    assert_eq!(
        session.handle(frame(&ClientFrame::FetchLog(cursor(OTHER, 2))), s(1)),
        [Effect::Watch(Topic::Circle(OTHER)), ask_log(OTHER, 2)]
    );
    let nothing = empty_page(OTHER, 2);
    assert_eq!(
        session.handle(log(nothing.clone()), s(1)),
        [Effect::Send(ServerFrame::Log(nothing))]
    );
    session.handle(Input::Drained, s(1));
    assert_eq!(
        session.handle(woken(Topic::Circle(OTHER)), s(1)),
        [ask_log(OTHER, 2)]
    );
    assert_eq!(session.handle(log(empty_page(OTHER, 2)), s(1)), []);
}

#[test]
fn fetch_during_a_read_drops_that_page_and_goes_back() {
    let mut session = live();
    session.handle(woken(Topic::Circle(CIRCLE)), s(1));
    assert_eq!(
        session.handle(frame(&ClientFrame::FetchLog(cursor(CIRCLE, 1))), s(1)),
        []
    );
    assert_eq!(
        session.handle(log(page(CIRCLE, 5..=5, 5)), s(1)),
        [ask_log(CIRCLE, 1)]
    );
    let again = page(CIRCLE, 2..=5, 5);
    assert_eq!(
        session.handle(log(again.clone()), s(1)),
        [Effect::Send(ServerFrame::Log(again))]
    );
}

#[test]
fn a_circle_that_is_refused_is_followed_no_more() {
    let mut session = live();
    session.handle(woken(Topic::Circle(CIRCLE)), s(1));
    let refused = Input::Answer(Answer::Log(CIRCLE, Err(Code::NotOnRoster.into())));
    assert_eq!(
        session.handle(refused, s(1)),
        [Effect::Unwatch(Topic::Circle(CIRCLE))]
    );
    assert_eq!(session.handle(woken(Topic::Circle(CIRCLE)), s(1)), []);

    session.handle(frame(&ClientFrame::FetchLog(cursor(OTHER, 0))), s(1));
    let refused = Input::Answer(Answer::Log(OTHER, Err(Code::NotFound.into())));
    let effects = session.handle(refused, s(1));
    let [Effect::Unwatch(_), Effect::Send(ServerFrame::Err(refused))] = &effects[..] else {
        panic!("who asked is answered: {effects:?}");
    };
    assert_eq!(refused.code, Code::NotFound);
}

#[test]
fn a_log_that_is_too_busy_is_tried_again_at_the_next_wake() {
    let mut session = live();
    session.handle(woken(Topic::Circle(CIRCLE)), s(1));
    let busy = Input::Answer(Answer::Log(CIRCLE, Err(Code::Busy.into())));
    assert_eq!(session.handle(busy, s(1)), []);
    assert_eq!(
        session.handle(woken(Topic::Circle(CIRCLE)), s(1)),
        [ask_log(CIRCLE, 4)]
    );
}

#[test]
fn the_inbox_is_sent_once_and_read_to_its_end() {
    let mut session = live();
    session.handle(woken(Topic::Device(DEVICE)), s(1));
    let full = u64::try_from(limits::INBOX_PAGE).unwrap();
    let first = inbox(1..=full);
    assert_eq!(
        session.handle(Input::Answer(Answer::Inbox(Ok(first.clone()))), s(1)),
        [
            Effect::Send(ServerFrame::Inbox(first)),
            Effect::Ask(Question::ReadInbox(full))
        ]
    );
    let nothing = Inbox { notices: vec![] };
    assert_eq!(
        session.handle(Input::Answer(Answer::Inbox(Ok(nothing))), s(1)),
        []
    );
}

#[test]
fn few_key_packages_are_announced_once_for_each_fall() {
    let mut session = live();
    for (left, announced) in [
        (9, false),
        (8, true),
        (8, false),
        (5, true),
        (20, false),
        (8, true),
    ] {
        session.handle(woken(Topic::Device(DEVICE)), s(1));
        session.handle(
            Input::Answer(Answer::Inbox(Ok(Inbox { notices: vec![] }))),
            s(1),
        );
        let effects = session.handle(stands(ready(vec![position(CIRCLE, 4)], left)), s(1));
        let low = Effect::Send(ServerFrame::KeyPackagesLow(KeyPackagesLow { left }));
        assert_eq!(effects.contains(&low), announced, "{left}: {effects:?}");
    }
}

#[test]
fn the_next_generation_is_followed_though_the_one_before_is_refused_meanwhile() {
    let mut session = live();
    session.handle(woken(Topic::Circle(CIRCLE)), s(1));
    let next = Cursor {
        generation: 1,
        ..cursor(CIRCLE, 0)
    };
    assert_eq!(
        session.handle(frame(&ClientFrame::FetchLog(next)), s(1)),
        []
    );
    let refused = Input::Answer(Answer::Log(CIRCLE, Err(Code::Generation.into())));
    assert_eq!(
        session.handle(refused, s(1)),
        [Effect::Ask(Question::ReadLog(next))]
    );
    let page = LogPage {
        generation: 1,
        ..page(CIRCLE, 1..=2, 2)
    };
    assert_eq!(
        session.handle(log(page.clone()), s(1)),
        [Effect::Send(ServerFrame::Log(page))]
    );
}

#[test]
fn a_circle_that_was_entered_since_the_poll_was_asked_is_still_followed() {
    let mut session = live();
    let effects = session.handle(woken(Topic::Device(DEVICE)), s(1));
    assert!(effects.contains(&Effect::Ask(Question::Stand)));
    session.handle(
        Input::Answer(Answer::Inbox(Ok(Inbox { notices: vec![] }))),
        s(1),
    );
    session.handle(frame(&ClientFrame::FetchLog(cursor(OTHER, 0))), s(1));
    session.handle(log(empty_page(OTHER, 0)), s(1));
    session.handle(Input::Drained, s(1));
    session.handle(stands(ready(vec![position(CIRCLE, 4)], 20)), s(1));
    assert_eq!(
        session.handle(woken(Topic::Circle(OTHER)), s(1)),
        [ask_log(OTHER, 0)]
    );
    // The next poll was asked after it: if the circle is not named then, it is gone.
    let page = Input::Answer(Answer::Log(OTHER, Ok(empty_page(OTHER, 0))));
    session.handle(page, s(1));
    session.handle(woken(Topic::Device(DEVICE)), s(2));
    let effects = session.handle(stands(ready(vec![position(CIRCLE, 4)], 20)), s(2));
    assert!(effects.contains(&Effect::Unwatch(Topic::Circle(OTHER))));
}
