//! The first frame.

use super::*;

#[test]
fn hello_is_checked_then_watched_then_read_in_this_order() {
    let mut session = session();
    let said = hello(vec![cursor(CIRCLE, 4)]);
    assert_eq!(
        session.handle(frame(&ClientFrame::Hello(said.clone())), s(1)),
        [Effect::Ask(Question::Greet(said))]
    );
    assert!(
        !session.reads(s(1)),
        "nothing is read while the ticket is checked"
    );
    assert_eq!(
        session.handle(greeted(), s(1)),
        [
            Effect::Watch(Topic::Account(ACCOUNT)),
            Effect::Watch(Topic::Device(DEVICE)),
            Effect::Ask(Question::Stand),
        ]
    );
    assert!(!session.reads(s(1)), "nor before ready");
    let stand = ready(vec![position(CIRCLE, 9), position(OTHER, 3)], 20);
    assert_eq!(
        session.handle(stands(stand.clone()), s(1)),
        [
            Effect::Watch(Topic::Circle(CIRCLE)),
            Effect::Send(ServerFrame::Ready(stand)),
            Effect::Ask(Question::ReadInbox(0)),
            ask_log(CIRCLE, 4),
        ]
    );
    assert!(session.reads(s(1)));
}

#[test]
fn what_is_not_a_hello_in_time_closes_with_its_code() {
    let cases: Vec<(&str, Input, Duration, Code)> = vec![
        (
            "an append",
            frame(&ClientFrame::Append(append(1))),
            s(1),
            Code::HelloExpected,
        ),
        (
            "an ack",
            frame(&ClientFrame::Ack(Ack {
                cursors: vec![],
                inbox: None,
            })),
            s(1),
            Code::HelloExpected,
        ),
        (
            "an unknown kind",
            Input::Frame(vec![0x82, 0x18, 99, 0x80].into()),
            s(1),
            Code::UnknownFrame,
        ),
        (
            "not CBOR",
            Input::Frame(vec![0xff].into()),
            s(1),
            Code::MalformedFrame,
        ),
        (
            "nothing at all",
            Input::Frame(vec![].into()),
            s(1),
            Code::MalformedFrame,
        ),
        (
            "too much",
            Input::Frame(vec![0; limits::FRAME_BYTES_MAX + 1].into()),
            s(1),
            Code::TooLarge,
        ),
        ("far too much", Input::TooLarge, s(1), Code::TooLarge),
        ("text", Input::Text, s(1), Code::TextFrame),
        ("no websocket", Input::Broken, s(1), Code::MalformedFrame),
        (
            "silence",
            Input::Tick,
            s(limits::HELLO_S),
            Code::HelloTimeout,
        ),
        ("the end", Input::GoingDown, s(1), Code::ShuttingDown),
    ];
    for (what, input, at, code) in cases {
        let mut session = session();
        assert_eq!(session.handle(input, at), [Effect::Close(code)], "{what}");
        assert!(!session.reads(at), "{what}");
        assert_eq!(
            session.handle(greeted(), at),
            [],
            "{what}: nothing follows a close"
        );
    }
}

#[test]
fn a_refused_hello_closes_with_the_reason() {
    for code in [
        Code::TicketInvalid,
        Code::SignatureInvalid,
        Code::DeviceUnknown,
        Code::TooManySockets,
        Code::Busy,
    ] {
        let mut session = session();
        session.handle(frame(&ClientFrame::Hello(hello(vec![]))), s(1));
        let refused = Input::Answer(Answer::Greeted(Err(code.into())));
        assert_eq!(session.handle(refused, s(1)), [Effect::Close(code)]);
    }
}

#[test]
fn a_device_has_its_time_and_no_less() {
    let mut session = session();
    assert_eq!(session.tick_at(s(0)), s(limits::HELLO_S));
    assert_eq!(session.handle(Input::Tick, s(limits::HELLO_S - 1)), []);
    assert!(session.reads(s(limits::HELLO_S - 1)));
}

#[test]
fn more_cursors_than_circles_can_be_is_malformed() {
    let mut session = session();
    let many = vec![cursor(CIRCLE, 1); limits::CURSORS_MAX + 1];
    let effects = session.handle(frame(&ClientFrame::Hello(hello(many))), s(1));
    assert_eq!(effects, [Effect::Close(Code::MalformedFrame)]);
}
