//! What is said in passing, and acknowledgements of urgent messages.

use super::*;

const OTHER_DEVICE: DeviceId = DeviceId::from_bytes([0x0d; 16]);

fn typing(circle: CircleId, device: DeviceId) -> Ephemeral {
    Ephemeral {
        circle,
        generation: 0,
        epoch: 1,
        device,
        sealed: vec![1; limits::EPHEMERAL_BYTES_MAX].into(),
    }
}

#[test]
fn an_ephemeral_is_relayed_under_the_senders_own_name_once_the_store_allows_it() {
    let mut session = live();
    let forged = typing(CIRCLE, DeviceId::from_bytes([0xff; 16]));
    let own = typing(CIRCLE, DEVICE);
    assert_eq!(
        session.handle(frame(&ClientFrame::Ephemeral(forged)), s(1)),
        [Effect::Ask(Question::MayRelay(own.clone()))]
    );
    assert_eq!(
        session.handle(Input::Answer(Answer::Relayable(Ok(own.clone()))), s(1)),
        [Effect::Relay(own.clone())]
    );
    session.handle(frame(&ClientFrame::Ephemeral(own)), s(1));
    let refused = Answer::Relayable(Err(Code::PendingRemovals.into()));
    assert_eq!(session.handle(Input::Answer(refused), s(1)), []);
}

#[test]
fn an_ephemeral_that_is_too_large_or_one_too_many_is_dropped() {
    let mut session = live();
    let mut large = typing(CIRCLE, DEVICE);
    large.sealed.0.push(1);
    assert_eq!(
        session.handle(frame(&ClientFrame::Ephemeral(large)), s(1)),
        []
    );
    let good = frame_of(typing(CIRCLE, DEVICE));
    for _ in 0..limits::EPHEMERALS_ASKED_MAX {
        assert_eq!(session.handle(good(), s(1)).len(), 1);
    }
    assert_eq!(session.handle(good(), s(1)), []);
    let allowed = Answer::Relayable(Ok(typing(CIRCLE, DEVICE)));
    session.handle(Input::Answer(allowed), s(1));
    assert_eq!(session.handle(good(), s(1)).len(), 1);
    assert!(session.reads(s(1)), "ephemerals are no commands");
}

fn frame_of(ephemeral: Ephemeral) -> impl Fn() -> Input {
    let sent = ClientFrame::Ephemeral(ephemeral);
    move || frame(&sent)
}

#[test]
fn ephemerals_count_against_the_rate_of_frames() {
    let mut session = live();
    let good = frame_of(typing(CIRCLE, DEVICE));
    for _ in 0..limits::FRAMES_BURST {
        session.handle(good(), s(1));
    }
    assert!(!session.reads(s(1)));
}

#[test]
fn what_is_overheard_goes_to_a_device_that_follows_and_keeps_up() {
    let said = typing(CIRCLE, OTHER_DEVICE);
    let heard = || Input::Overheard([said.clone(), typing(OTHER, OTHER_DEVICE)].into());
    let mut session = live();
    assert_eq!(
        session.handle(heard(), s(1)),
        [Effect::Send(ServerFrame::Ephemeral(said.clone()))]
    );
    // Something still waits to leave.
    assert_eq!(session.handle(heard(), s(1)), []);
    session.handle(Input::Drained, s(1));
    assert_eq!(session.handle(heard(), s(1)).len(), 1);
}

#[test]
fn an_acknowledgement_is_a_command_and_answered_as_one() {
    let mut session = live();
    let op_id = OpId::from_bytes([1; 16]);
    let ack = UrgentAck {
        op_id,
        circle: CIRCLE,
        generation: 0,
        seq: 4,
    };
    assert_eq!(
        session.handle(frame(&ClientFrame::UrgentAck(ack)), s(1)),
        [Effect::Ask(Question::AcknowledgeUrgent(ack))]
    );
    let done = Done { op_id, seq: 5 };
    let answer = Input::Answer(Answer::Appended(op_id, Ok(done)));
    assert_eq!(
        session.handle(answer, s(1)),
        [Effect::Send(ServerFrame::Ok(done))]
    );
}
