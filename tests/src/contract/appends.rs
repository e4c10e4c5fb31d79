//! Messages into and out of a circle's log.

use futures_util::future::join_all;
use protocol::frame::{Append, Done};
use protocol::{CircleId, Code, EntryKind, OpId, limits};
use store::Topic;
use testkit::Engine;

use super::house::{Enrolled, House, append, code, message, op, start};

/// Maria and Dana in the group of their circle, at epoch 5, era 2.
pub async fn scene(engine: Engine) -> (House, CircleId, Enrolled, Enrolled) {
    let house = House::build(engine).await;
    let maria = house.enrol(house.agency.maria, 1).await;
    let dana = house.enrol(house.agency.dana, 2).await;
    let circle = house.agency.circle;
    house.gather(circle, &[&maria, &dana]).await;
    house.woken.take();
    (house, circle, maria, dana)
}

pub async fn messages_get_a_gapless_order_and_the_same_operation_the_same_place(engine: Engine) {
    let (house, circle, maria, dana) = scene(engine).await;
    let store = &house.store;
    for n in 1..=3 {
        let done = store
            .append(&maria.caller, append(circle, n))
            .await
            .unwrap();
        assert_eq!(
            done,
            Done {
                op_id: op(n),
                seq: u64::from(n)
            }
        );
    }
    let again = store
        .append(&maria.caller, append(circle, 2))
        .await
        .unwrap();
    assert_eq!(again.seq, 2);
    // Another device may have chosen the same operation id: it is another operation.
    let other = store.append(&dana.caller, append(circle, 2)).await.unwrap();
    assert_eq!(other.seq, 4);

    let page = store.log_after(&dana.caller, start(circle)).await.unwrap();
    assert_eq!(page.head, 4);
    let seqs: Vec<u64> = page.entries.iter().map(|entry| entry.seq).collect();
    assert_eq!(seqs, [1, 2, 3, 4]);
    let second = &page.entries[1];
    assert_eq!(second.kind, EntryKind::Message);
    assert_eq!((second.epoch, second.era), (5, 2));
    assert_eq!(second.device, maria.caller.device);
    assert_eq!(second.body, vec![2; 100].into());
    assert_eq!(second.accepted_at, house.clock_now());
    let mut cursor = start(circle);
    cursor.seq = 3;
    let rest = store.log_after(&dana.caller, cursor).await.unwrap();
    assert_eq!(rest.entries.len(), 1);
    cursor.generation = 1;
    assert_eq!(
        code(store.log_after(&dana.caller, cursor).await),
        Code::Generation
    );
}

/// A good message, changed.
pub fn but(circle: CircleId, change: impl FnOnce(&mut Append)) -> Append {
    let mut append = append(circle, 9);
    change(&mut append);
    append
}

pub async fn every_refusal_has_its_code(engine: Engine) {
    let (house, circle, maria, _) = scene(engine).await;
    let store = &house.store;
    store
        .append(&maria.caller, append(circle, 8))
        .await
        .unwrap();
    let elsewhere = CircleId::from_bytes([7; 16]);
    let refused = [
        (but(circle, |a| a.mls = message(circle, 0, 4)), Code::Stale),
        (but(circle, |a| a.mls = message(circle, 0, 6)), Code::Stale),
        (
            but(circle, |a| a.mls = message(circle, 1, 5)),
            Code::Generation,
        ),
        (
            but(circle, |a| a.mls = message(elsewhere, 0, 5)),
            Code::MlsMalformed,
        ),
        (
            but(circle, |a| a.mls = b"gibberish".to_vec().into()),
            Code::MlsMalformed,
        ),
        (
            but(circle, |a| a.mls = Vec::new().into()),
            Code::MlsMalformed,
        ),
        (but(circle, |a| a.send_counter = 8), Code::Rollback),
        (but(circle, |a| a.send_counter = 0), Code::Rollback),
        (but(circle, |a| a.send_counter = u64::MAX), Code::BadRequest),
        (but(circle, |a| a.era = 1), Code::EraOver),
        (
            but(circle, |a| {
                a.body = vec![0; limits::BODY_BYTES_MAX + 1].into();
            }),
            Code::TooLarge,
        ),
        (
            but(circle, |a| {
                a.wrap = vec![0; limits::WRAP_BYTES_MAX + 1].into();
            }),
            Code::TooLarge,
        ),
        (but(elsewhere, |_| {}), Code::NotFound),
    ];
    for (place, (append, expected)) in refused.into_iter().enumerate() {
        let appended = store.append(&maria.caller, append).await;
        assert_eq!(code(appended), expected, "refusal {place}");
    }
    let largest = but(circle, |a| a.body = vec![0; limits::BODY_BYTES_MAX].into());
    assert_eq!(store.append(&maria.caller, largest).await.unwrap().seq, 2);

    // Confirmed, but this device is not in the group.
    house
        .run("DELETE FROM circle_device WHERE added_seq = 0")
        .await;
    let appended = store.append(&maria.caller, append(circle, 10)).await;
    assert_eq!(code(appended), Code::NotOnRoster);
    let read = store.log_after(&maria.caller, start(circle)).await;
    assert_eq!(code(read), Code::NotOnRoster);
    house.run("UPDATE circle SET status = 'needs_reset'").await;
    let appended = store.append(&maria.caller, append(circle, 11)).await;
    assert_eq!(code(appended), Code::CircleStatus);
}

pub async fn a_caregiver_without_consent_cannot_write(engine: Engine) {
    let (house, circle, maria, _) = scene(engine).await;
    let ana = house.enrol(house.agency.ana, 3).await;
    // Even if she were in the circle by some mistake: no consent covers it.
    let circle_id = house.id(circle.as_bytes());
    let account = house.id(ana.caller.account.as_bytes());
    house
        .run(&format!(
            "INSERT INTO circle_member (circle, account, role, state, place, invited_at)
             VALUES ({circle_id}, {account}, 'caregiver', 'confirmed', 3, 0)"
        ))
        .await;
    house.gather(circle, &[&ana]).await;
    let appended = house.store.append(&ana.caller, append(circle, 1)).await;
    assert_eq!(code(appended), Code::ConsentRequired);
    assert!(
        house
            .store
            .append(&maria.caller, append(circle, 1))
            .await
            .is_ok()
    );
}

pub async fn a_refusal_in_a_batch_touches_nobody_else(engine: Engine) {
    let (house, circle, maria, dana) = scene(engine).await;
    let ana = house.enrol(house.agency.ana, 3).await;
    house.woken.take();
    // All of them are queued before the writer takes the first: they share batches.
    let asks = (1..=120_u8).map(|n| {
        let store = house.store.clone();
        let (caller, ask) = match n % 4 {
            0 => (maria.caller, append(circle, n)),
            1 => (ana.caller, append(circle, n)),
            2 => (dana.caller, append(circle, n)),
            _ => (
                maria.caller,
                but(circle, |a| {
                    a.op_id = op(n);
                    a.mls = message(circle, 0, 4);
                }),
            ),
        };
        async move { store.append(&caller, ask).await }
    });
    let answers = join_all(asks).await;
    let mut places = Vec::new();
    for (n, answer) in (1..).zip(answers) {
        match n % 4 {
            1 => assert_eq!(code(answer), Code::NotFound),
            3 => assert_eq!(code(answer), Code::Stale),
            _ => places.push(answer.unwrap().seq),
        }
    }
    assert_eq!(places, (1..=60).collect::<Vec<u64>>());
    assert_eq!(house.count("SELECT COUNT(*) FROM circle_log").await, 60);
    assert!(house.entries("act = 'append' AND outcome = 'done'").await <= 2);
    assert_eq!(
        house.entries("act = 'append' AND outcome = 'denied'").await,
        30
    );
}

pub async fn a_full_queue_is_busy(engine: Engine) {
    let (house, circle, maria, _) = scene(engine).await;
    let over = 40;
    // On one thread nothing drains the queue until every ask was polled once.
    let asks = (1..=limits::GROUP_COMMIT_QUEUE + over).map(|n| {
        let store = house.store.clone();
        let mut ask = append(circle, 1);
        let mut id = [0; 16];
        id[..8].copy_from_slice(&n.to_be_bytes());
        ask.op_id = OpId::from_bytes(id);
        ask.send_counter = n as u64;
        async move { store.append(&maria.caller, ask).await }
    });
    let answers = join_all(asks).await;
    let busy = answers
        .into_iter()
        .filter_map(Result::err)
        .map(|error| assert_eq!(error.refusal().code, Code::Busy))
        .count();
    assert_eq!(busy, over);
    let page = house
        .store
        .log_after(&maria.caller, start(circle))
        .await
        .unwrap();
    assert_eq!(page.head, limits::GROUP_COMMIT_QUEUE as u64);
}

pub async fn a_closing_store_answers_what_it_took_and_refuses_the_rest(engine: Engine) {
    let (house, circle, maria, _) = scene(engine).await;
    let asks = (1..=50_u8).map(|n| {
        let store = house.store.clone();
        async move { store.append(&maria.caller, append(circle, n)).await }
    });
    let (answers, ()) = tokio::join!(join_all(asks), house.store.clone().close());
    assert!(answers.into_iter().all(|answer| answer.is_ok()));
    let late = house.store.append(&maria.caller, append(circle, 51)).await;
    assert_eq!(code(late), Code::ShuttingDown);
    assert_eq!(house.count("SELECT COUNT(*) FROM circle_log").await, 50);
}

pub async fn a_message_wakes_its_circle_and_a_refusal_wakes_nobody(engine: Engine) {
    let (house, circle, maria, dana) = scene(engine).await;
    house
        .store
        .append(&maria.caller, append(circle, 1))
        .await
        .unwrap();
    assert_eq!(house.woken.take(), [Topic::Circle(circle)]);
    let stale = but(circle, |a| a.mls = message(circle, 0, 4));
    assert_eq!(
        code(house.store.append(&maria.caller, stale).await),
        Code::Stale
    );
    assert!(house.woken.take().is_empty(), "a refusal woke somebody");
    let page = house
        .store
        .log_after(&dana.caller, start(circle))
        .await
        .unwrap();
    assert_eq!(page.entries.len(), 1);
}

pub async fn pages_have_a_limit_in_bytes(engine: Engine) {
    let (house, circle, maria, dana) = scene(engine).await;
    for n in 1..=4 {
        let mut big = append(circle, n);
        big.body = vec![n; 40 * 1024].into();
        house.store.append(&maria.caller, big).await.unwrap();
    }
    let mut cursor = start(circle);
    let mut pages = Vec::new();
    loop {
        let page = house.store.log_after(&dana.caller, cursor).await.unwrap();
        assert_eq!(page.head, 4);
        let Some(last) = page.entries.last() else {
            break;
        };
        cursor.seq = last.seq;
        pages.push(page.entries.len());
    }
    assert_eq!(pages, [2, 2]);
}

pub async fn a_position_tells_a_device_what_the_server_last_heard(engine: Engine) {
    let (house, circle, maria, dana) = scene(engine).await;
    let mut first = append(circle, 1);
    first.send_counter = 41;
    house.store.append(&maria.caller, first).await.unwrap();
    let ready = house.store.ready(&maria.caller).await.unwrap();
    assert_eq!(ready.positions.len(), 1);
    let position = ready.positions[0];
    assert_eq!((position.epoch, position.head), (5, 1));
    assert_eq!(position.send_counter, 41);
    assert_eq!(position.own_commit_epoch, None);
    let ready = house.store.ready(&dana.caller).await.unwrap();
    assert_eq!(ready.positions[0].send_counter, 0);
}
