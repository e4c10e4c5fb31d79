//! What shares a transaction: each piece is decided in its turn, by what those before it did.

use futures_util::future::join_all;
use protocol::frame::{Ack, Cursor};
use protocol::{CircleId, Code, limits};
use testkit::Engine;

use super::appends::{but, scene};
use super::house::{Enrolled, House, append, code, message, op, start};

/// All of them, queued before the writer takes the first.
async fn together(
    house: &House,
    asks: Vec<(&Enrolled, protocol::frame::Append)>,
) -> Vec<Result<u64, Code>> {
    let done = asks.into_iter().map(|(from, ask)| {
        let done = house.store.queue_append(&from.caller, ask);
        async move {
            let done = done.await.map_err(|error| error.refusal().code)?;
            Ok(done.seq)
        }
    });
    join_all(done.collect::<Vec<_>>()).await
}

async fn last_counter(house: &House, of: &Enrolled) -> u64 {
    let ready = house.store.ready(&of.caller).await.unwrap();
    ready.positions[0].send_counter
}

pub async fn one_of_five_is_refused_and_leaves_no_gap(engine: Engine) {
    let (house, circle, maria, dana) = scene(engine).await;
    let stale = but(circle, |a| {
        a.op_id = op(2);
        a.send_counter = 2;
        a.mls = message(circle, 0, 4);
    });
    let asks = vec![
        (&maria, append(circle, 1)),
        (&maria, stale),
        (&dana, append(circle, 3)),
        (&maria, append(circle, 4)),
        (&dana, append(circle, 5)),
    ];
    let answers = together(&house, asks).await;
    assert_eq!(answers, [Ok(1), Err(Code::Stale), Ok(2), Ok(3), Ok(4)]);
    assert_eq!(house.count("SELECT next_seq FROM circle").await, 5);
    assert_eq!(house.entries("act = 'append'").await, 1);
    let page = house.store.log_after(&dana.caller, start(circle)).await;
    let ops: Vec<_> = page.unwrap().entries.iter().map(|e| e.op_id).collect();
    assert_eq!(ops, [op(1), op(3), op(4), op(5)]);
    // The refused operation may come again, as a good one.
    let again = house.store.append(&dana.caller, append(circle, 2)).await;
    assert_eq!(code(again), Code::Rollback);
    assert_eq!(
        (
            last_counter(&house, &maria).await,
            last_counter(&house, &dana).await
        ),
        (4, 5)
    );
}

pub async fn a_device_sees_its_own_counters_within_a_batch(engine: Engine) {
    let (house, circle, maria, dana) = scene(engine).await;
    let counted = |n, counter| {
        let mut ask = append(circle, n);
        ask.send_counter = counter;
        ask
    };
    let asks = vec![
        (&maria, counted(1, 7)),
        (&maria, counted(2, 7)),
        (&maria, counted(3, 6)),
        (&dana, counted(4, 3)),
        (&maria, counted(5, 8)),
        (&dana, counted(6, 2)),
    ];
    let answers = together(&house, asks).await;
    let rollback = Err(Code::Rollback);
    assert_eq!(answers, [Ok(1), rollback, rollback, Ok(2), Ok(3), rollback]);
    assert_eq!(
        (
            last_counter(&house, &maria).await,
            last_counter(&house, &dana).await
        ),
        (8, 3)
    );
}

pub async fn an_operation_that_comes_twice_in_a_batch_is_done_once(engine: Engine) {
    let (house, circle, maria, dana) = scene(engine).await;
    let mut refused = append(circle, 2);
    refused.era = 1;
    let asks = vec![
        (&maria, append(circle, 1)),
        (&maria, append(circle, 1)),
        // Another device's operation of that id is another operation.
        (&dana, append(circle, 1)),
        // One that was refused was not done.
        (&maria, refused),
        (&maria, append(circle, 2)),
        (&maria, append(circle, 1)),
    ];
    let answers = together(&house, asks).await;
    let over = Err(Code::EraOver);
    assert_eq!(answers, [Ok(1), Ok(1), Ok(2), over, Ok(3), Ok(1)]);
    assert_eq!(house.count("SELECT COUNT(*) FROM circle_log").await, 3);
}

pub async fn a_large_batch_is_written_whole(engine: Engine) {
    let (house, circle, maria, dana) = scene(engine).await;
    // Around every length in which statements are prepared.
    let mut n = 0_u8;
    for count in [1_u64, 2, 4, 5, 16, 17, 63, 65] {
        let before = house.count("SELECT COUNT(*) FROM circle_log").await;
        let asks = (0..count).map(|_| {
            n += 1;
            let from = if n.is_multiple_of(2) { &maria } else { &dana };
            (from, append(circle, n))
        });
        let answers = together(&house, asks.collect()).await;
        let first = u64::try_from(before).unwrap() + 1;
        assert_eq!(answers, (first..first + count).map(Ok).collect::<Vec<_>>());
    }
    assert_eq!(
        house.count("SELECT COUNT(*) FROM circle_log").await,
        i64::from(n)
    );
    assert_eq!(
        house.count("SELECT MAX(seq) FROM circle_log").await,
        i64::from(n)
    );
    let unheard = "SELECT COUNT(*) FROM circle_log WHERE entry NOT IN (SELECT id FROM audit_entry)";
    assert_eq!(house.count(unheard).await, 0);
}

fn acked(circle: CircleId, seq: u64) -> Ack {
    Ack {
        inbox: None,
        cursors: vec![Cursor {
            seq,
            ..start(circle)
        }],
    }
}

pub async fn acknowledgements_of_a_batch_move_each_cursor_once(engine: Engine) {
    let (house, circle, maria, dana) = scene(engine).await;
    for n in 1..=4 {
        let done = house.store.append(&maria.caller, append(circle, n)).await;
        done.unwrap();
    }
    let acks = [(&dana, 2), (&maria, 1), (&dana, 99), (&dana, 3), (&dana, 1)];
    let acks = acks.map(|(from, seq)| house.store.queue_ack(&from.caller, acked(circle, seq)));
    for answer in join_all(acks).await {
        answer.unwrap();
    }
    // One that is past the head counts for nothing.
    let sum = "SELECT CAST(SUM(seq * 10 + audited_seq) AS BIGINT) FROM cursor";
    assert_eq!(house.count(sum).await, 33 + 11);
    assert_eq!(house.entries("act = 'deliver'").await, 2);
    // Whoever is no longer signed in moves nothing, and is alone in that.
    house.store.sign_out(&dana.caller).await.unwrap();
    let late = house.store.queue_ack(&dana.caller, acked(circle, 4));
    let other = house.store.queue_ack(&maria.caller, acked(circle, 4));
    let (late, other) = tokio::join!(late, other);
    assert_eq!(code(late), Code::SignedOut);
    other.unwrap();
    assert_eq!(
        house
            .count("SELECT CAST(SUM(seq) AS BIGINT) FROM cursor")
            .await,
        3 + 4
    );
    assert_eq!(
        house
            .entries("act = 'deliver' AND outcome = 'denied'")
            .await,
        1
    );
}

pub async fn too_large_is_refused_in_a_batch_too(engine: Engine) {
    let (house, circle, maria, _) = scene(engine).await;
    let large = but(circle, |a| {
        a.body = vec![0; limits::BODY_BYTES_MAX + 1].into();
    });
    let asks = vec![
        (&maria, append(circle, 1)),
        (&maria, large),
        (&maria, append(circle, 10)),
    ];
    let answers = together(&house, asks).await;
    assert_eq!(answers, [Ok(1), Err(Code::TooLarge), Ok(2)]);
}
