//! Ephemerals, and acknowledgements of urgent messages.

use protocol::frame::{Ephemeral, Marker, UrgentAck, to_vec};
use protocol::http::LeaveCircle;
use protocol::{Code, EntryKind, OpId, Urgency, limits};
use store::Topic;
use testkit::Engine;

use super::family::Family;
use super::gathering::Device;
use super::house::code;

fn typing(family: &Family, by: &Device) -> Ephemeral {
    Ephemeral {
        circle: family.circle(),
        generation: 0,
        epoch: 1,
        device: by.enrolled.caller.device,
        sealed: vec![1; 10].into(),
    }
}

async fn may(family: &Family, by: &Device, said: &Ephemeral) -> Option<Code> {
    let caller = by.enrolled.caller;
    let may = family.house.store.may_send_ephemeral(&caller, said).await;
    may.err().map(|error| error.refusal().code)
}

pub async fn an_ephemeral_is_for_members_of_this_epoch(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let good = typing(&family, &family.ana);
    let entries = family.house.entries("1 = 1").await;
    assert_eq!(may(&family, &family.ana, &good).await, None);
    let but = |change: fn(&mut Ephemeral)| {
        let mut said = good.clone();
        change(&mut said);
        said
    };
    for (said, expected) in [
        (but(|said| said.epoch = 0), Code::Stale),
        (but(|said| said.epoch = 2), Code::Stale),
        (but(|said| said.generation = 1), Code::Generation),
        (
            but(|said| said.sealed = vec![0; limits::EPHEMERAL_BYTES_MAX + 1].into()),
            Code::TooLarge,
        ),
        (
            but(|said| said.circle = protocol::CircleId::from_bytes([9; 16])),
            Code::NotFound,
        ),
    ] {
        assert_eq!(may(&family, &family.ana, &said).await, Some(expected));
    }
    let tablet = family.house.sibling(&family.maria.enrolled, 2, 0x22).await;
    let tablet = Device::new(tablet, 2, family.circle());
    let outside = may(&family, &tablet, &good).await;
    assert_eq!(outside, Some(Code::NotOnRoster));
    // Nothing of it is stored or audited.
    let made = family.house.entries("act = 'send_ephemeral'").await;
    assert_eq!(
        (made, family.house.entries("1 = 1").await - entries),
        (0, 1)
    );
    let op_id = family.maria.op();
    let leaves = family.maria.enrolled.caller;
    let left = family
        .house
        .store
        .leave_circle(&leaves, good.circle, LeaveCircle { op_id });
    left.await.unwrap();
    let waits = may(&family, &family.ana, &good).await;
    assert_eq!(waits, Some(Code::PendingRemovals));
}

/// An urgent message of Maria's, and how Dana says that she sees to it.
async fn urgent(family: &mut Family, urgency: Urgency) -> UrgentAck {
    let mut append = family.maria.message();
    append.urgency = urgency;
    let caller = family.maria.enrolled.caller;
    let done = family.house.store.append(&caller, append).await.unwrap();
    UrgentAck {
        op_id: family.dana.op(),
        circle: family.circle(),
        generation: 0,
        seq: done.seq,
    }
}

pub async fn an_urgent_message_is_acknowledged_by_a_marker(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let ack = urgent(&mut family, Urgency::Crisis).await;
    let (house, dana) = (&family.house, family.dana.enrolled.caller);
    house.woken.take();
    let done = house.store.acknowledge_urgent(&dana, ack).await.unwrap();
    assert_eq!(house.woken.take(), [Topic::Circle(family.gathering.circle)]);
    assert_eq!((done.op_id, done.seq), (ack.op_id, ack.seq + 1));
    let again = house.store.acknowledge_urgent(&dana, ack).await.unwrap();
    assert_eq!(again, done);
    let entries = family.maria.catch_up(house).await;
    let marker = entries.last().unwrap();
    assert_eq!((marker.kind, marker.seq), (EntryKind::Marker, done.seq));
    assert_eq!((marker.device, marker.op_id), (dana.device, ack.op_id));
    assert_eq!(marker.body.0, to_vec(&Marker::UrgentAck(ack.seq)));
    assert!(marker.mls.is_empty() && marker.wrap.is_empty());
    assert_eq!(house.entries("act = 'acknowledge_urgent'").await, 1);
    // The log goes on behind it.
    assert_eq!(family.maria.say(house).await.unwrap().seq, done.seq + 1);
}

pub async fn only_an_urgent_message_of_this_group_is_acknowledged(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let routine = urgent(&mut family, Urgency::Routine).await;
    let good = urgent(&mut family, Urgency::Urgent).await;
    let store = family.house.store.clone();
    let dana = family.dana.enrolled.caller;
    for (ack, expected) in [
        (routine, Code::NotFound),
        (UrgentAck { seq: 1, ..good }, Code::NotFound),
        (UrgentAck { seq: 99, ..good }, Code::NotFound),
        (
            UrgentAck {
                generation: 1,
                ..good
            },
            Code::Generation,
        ),
    ] {
        let op_id = OpId::from_bytes([0xaa; 16]);
        let refused = store.acknowledge_urgent(&dana, UrgentAck { op_id, ..ack });
        assert_eq!(code(refused.await), expected);
    }
    let tablet = family.house.sibling(&family.maria.enrolled, 2, 0x22).await;
    let refused = store.acknowledge_urgent(&tablet.caller, good).await;
    assert_eq!(code(refused), Code::NotOnRoster);
    let sam = family.house.enrol(family.house.agency.sam, 9).await.caller;
    let refused = store.acknowledge_urgent(&sam, good).await;
    assert_eq!(code(refused), Code::NotAllowed);
    assert_eq!(
        family
            .house
            .count("SELECT COUNT(*) FROM circle_log WHERE kind = 'marker'")
            .await,
        0
    );
}

pub async fn an_urgent_message_is_acknowledged_while_a_removal_waits(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let ack = urgent(&mut family, Urgency::Urgent).await;
    let op_id = family.ana.op();
    let ana = family.ana.enrolled.caller;
    let left = family
        .house
        .store
        .leave_circle(&ana, ack.circle, LeaveCircle { op_id });
    left.await.unwrap();
    let dana = family.dana.enrolled.caller;
    assert!(
        family
            .house
            .store
            .acknowledge_urgent(&dana, ack)
            .await
            .is_ok()
    );
}
