//! Commands, and how fast they may come.

use super::*;

#[test]
fn an_append_is_answered_under_its_op_id() {
    let mut session = live();
    let sent = append(7);
    let op_id = sent.op_id;
    assert_eq!(
        session.handle(frame(&ClientFrame::Append(sent.clone())), s(1)),
        [Effect::Ask(Question::Append(sent))]
    );
    let done = Done { op_id, seq: 5 };
    assert_eq!(
        session.handle(Input::Answer(Answer::Appended(op_id, Ok(done))), s(1)),
        [Effect::Send(ServerFrame::Ok(done))]
    );
    let refusal = Refusal::new(Code::Stale, "another commit came first");
    assert_eq!(
        session_with_command(&mut session, op_id, Err(refusal)),
        [Effect::Send(ServerFrame::Err(Refused {
            op_id: Some(op_id),
            code: Code::Stale,
            detail: "another commit came first".to_owned(),
        }))]
    );
}

fn session_with_command(
    session: &mut Session,
    op_id: OpId,
    result: Result<Done, Refusal>,
) -> Vec<Effect> {
    session.handle(frame(&ClientFrame::Append(append(8))), s(1));
    session.handle(Input::Answer(Answer::Appended(op_id, result)), s(1))
}

#[test]
fn a_body_that_is_too_large_refuses_the_message_and_keeps_the_socket() {
    let mut session = live();
    let op_id = OpId::from_bytes([8; 16]);
    let effects = session_with_command(&mut session, op_id, Err(Code::TooLarge.into()));
    assert!(matches!(effects[..], [Effect::Send(ServerFrame::Err(_))]));
}

#[test]
fn an_ack_is_answered_only_when_it_fails() {
    let mut session = live();
    let ack = Ack {
        cursors: vec![cursor(CIRCLE, 4)],
        inbox: Some(2),
    };
    assert_eq!(
        session.handle(frame(&ClientFrame::Ack(ack.clone())), s(1)),
        [Effect::Ask(Question::Ack(ack.clone()))]
    );
    assert_eq!(
        session.handle(Input::Answer(Answer::Acked(Ok(()))), s(1)),
        []
    );
    session.handle(frame(&ClientFrame::Ack(ack)), s(1));
    let effects = session.handle(Input::Answer(Answer::Acked(Err(Code::Busy.into()))), s(1));
    let [Effect::Send(ServerFrame::Err(refused))] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!((refused.op_id, refused.code), (None, Code::Busy));
}

#[test]
fn nothing_is_read_while_the_most_commands_await_their_answer() {
    let mut session = live();
    for n in 0..limits::COMMANDS_IN_FLIGHT_MAX {
        assert!(session.reads(s(1)), "command {n}");
        session.handle(
            frame(&ClientFrame::Append(append(u8::try_from(n).unwrap()))),
            s(1),
        );
    }
    assert!(!session.reads(s(1)));
    let op_id = OpId::from_bytes([0; 16]);
    session.handle(
        Input::Answer(Answer::Appended(op_id, Ok(Done { op_id, seq: 5 }))),
        s(1),
    );
    assert!(session.reads(s(1)));
}

#[test]
fn a_second_hello_is_malformed() {
    let mut session = live();
    let effects = session.handle(frame(&ClientFrame::Hello(hello(vec![]))), s(1));
    assert_eq!(effects, [Effect::Close(Code::MalformedFrame)]);
}

#[test]
fn a_revoked_session_ends_whatever_was_asked() {
    for code in [Code::SignedOut, Code::DeviceUnknown] {
        let op_id = OpId::from_bytes([1; 16]);
        let answers = [
            Answer::Live(Err(code.into())),
            Answer::Appended(op_id, Err(code.into())),
            Answer::Acked(Err(code.into())),
            Answer::Relayable(Err(code.into())),
            Answer::Log(CIRCLE, Err(code.into())),
            Answer::Inbox(Err(code.into())),
            Answer::Stands(Err(code.into())),
        ];
        for answer in answers {
            let mut session = live();
            session.handle(frame(&ClientFrame::Append(append(1))), s(1));
            let words = format!("{answer:?}");
            let effects = session.handle(Input::Answer(answer), s(1));
            assert_eq!(effects, [Effect::Close(code)], "{words}");
        }
    }
}

#[test]
fn a_change_of_the_account_is_told_to_a_session_that_lives() {
    let mut session = live();
    assert_eq!(
        session.handle(woken(Topic::Account(ACCOUNT)), s(1)),
        [Effect::Ask(Question::StillLive)]
    );
    assert_eq!(
        session.handle(Input::Answer(Answer::Live(Ok(()))), s(1)),
        [Effect::Send(ServerFrame::AccountChanged(AccountChanged {}))]
    );
}

#[test]
fn frames_beyond_the_burst_wait_and_then_come_at_the_rate() {
    let mut session = live();
    for _ in 0..limits::FRAMES_BURST {
        assert!(session.reads(s(1)));
        session.handle(frame(&ClientFrame::FetchLog(cursor(CIRCLE, 4))), s(1));
    }
    assert!(!session.reads(s(1)));
    let next = s(1) + s(1) / limits::FRAMES_PER_SECOND;
    assert_eq!(session.tick_at(s(1)), next);
    assert!(session.reads(next));
}

#[test]
fn who_presses_on_for_too_long_is_closed() {
    let rates = Rates {
        frames_per_second: 1,
        frames_burst: 2,
        ..Rates::default()
    };
    let mut session = Session::new(rates);
    session.handle(frame(&ClientFrame::Hello(hello(vec![]))), s(0));
    session.handle(greeted(), s(0));
    session.handle(stands(ready(vec![], 20)), s(0));
    let mut frames = 0;
    let code = loop {
        let at = s(10 + frames);
        frames += 1;
        // One frame as soon as it may be read, without ever letting the bucket fill again.
        session.handle(frame(&ClientFrame::FetchLog(cursor(CIRCLE, 4))), at);
        match session
            .handle(frame(&ClientFrame::FetchLog(cursor(CIRCLE, 4))), at)
            .last()
        {
            Some(Effect::Close(code)) => break *code,
            _ => assert!(frames < 100),
        }
    };
    assert_eq!(code, Code::RateLimited);
}
