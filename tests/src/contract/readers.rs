//! Who reads the end of a log. What was just written is read from memory; who may read it is not.

use protocol::frame::Cursor;
use protocol::{CircleId, Code, OpId, Urgency};
use testkit::Engine;

use super::appends::scene;
use super::house::{Enrolled, House, append, code, op, start};

/// Longer than a row stays at hand, seconds.
const LONG_S: i64 = 11;

fn after(circle: CircleId, seq: u64) -> Cursor {
    Cursor {
        seq,
        ..start(circle)
    }
}

async fn write(house: &House, circle: CircleId, from: &Enrolled, n: u8) -> u64 {
    let done = house.store.append(&from.caller, append(circle, n)).await;
    done.unwrap().seq
}

async fn ops(house: &House, reader: &Enrolled, cursor: Cursor) -> Vec<OpId> {
    let page = house.store.log_after(&reader.caller, cursor).await.unwrap();
    page.entries.iter().map(|entry| entry.op_id).collect()
}

/// Makes the database say something else than memory, so that one sees which of them was read.
async fn mark_rows(house: &House) {
    house.run("UPDATE circle_log SET urgency = 'crisis'").await;
}

async fn urgencies(house: &House, reader: &Enrolled, cursor: Cursor) -> Vec<Urgency> {
    let page = house.store.log_after(&reader.caller, cursor).await.unwrap();
    page.entries.iter().map(|entry| entry.urgency).collect()
}

pub async fn the_end_of_the_log_is_read_from_memory(engine: Engine) {
    let (house, circle, maria, dana) = scene(engine).await;
    for n in 1..=3 {
        write(&house, circle, &maria, n).await;
    }
    mark_rows(&house).await;
    let routine = |count| vec![Urgency::Routine; count];
    assert_eq!(urgencies(&house, &dana, start(circle)).await, routine(3));
    assert_eq!(urgencies(&house, &dana, after(circle, 2)).await, routine(1));
    assert_eq!(urgencies(&house, &dana, after(circle, 3)).await, []);
    assert_eq!(urgencies(&house, &dana, after(circle, 9)).await, []);
}

pub async fn whoever_lost_a_right_since_the_commit_reads_nothing(engine: Engine) {
    for (taken, given_back, refused) in [
        (
            "DELETE FROM circle_device WHERE account = {dana}",
            None,
            Code::NotOnRoster,
        ),
        (
            "UPDATE circle_member SET state = 'left' WHERE account = {dana}",
            Some("UPDATE circle_member SET state = 'confirmed' WHERE account = {dana}"),
            Code::NotAllowed,
        ),
        (
            "UPDATE assignment SET ended_at = from_at WHERE account = {dana}",
            Some("UPDATE assignment SET ended_at = NULL WHERE account = {dana}"),
            Code::NotAllowed,
        ),
        (
            "UPDATE session SET ended_at = 1 WHERE account = {dana}",
            Some("UPDATE session SET ended_at = NULL WHERE account = {dana}"),
            Code::SignedOut,
        ),
        (
            "UPDATE account SET grant_generation = grant_generation + 1 WHERE id = {dana}",
            Some("UPDATE account SET grant_generation = grant_generation - 1 WHERE id = {dana}"),
            Code::SignedOut,
        ),
        (
            "UPDATE device SET revoked_at = 1 WHERE account = {dana}",
            None,
            Code::SignedOut,
        ),
    ] {
        let (house, circle, maria, dana) = scene(engine).await;
        write(&house, circle, &maria, 1).await;
        assert_eq!(ops(&house, &dana, start(circle)).await, [op(1)]);
        let id = house.id(dana.caller.account.as_bytes());
        // As another process of the same database would: nothing here hears of it.
        house.run(&taken.replace("{dana}", &id)).await;
        let read = house.store.log_after(&dana.caller, start(circle)).await;
        assert_eq!(code(read), refused, "{taken}");
        assert_eq!(
            house
                .entries("act = 'read_log' AND outcome = 'denied'")
                .await,
            1,
            "{taken}"
        );
        // The others read on.
        assert_eq!(ops(&house, &maria, start(circle)).await, [op(1)]);
        if let Some(given_back) = given_back {
            house.run(&given_back.replace("{dana}", &id)).await;
            assert_eq!(
                ops(&house, &dana, start(circle)).await,
                [op(1)],
                "{given_back}"
            );
        }
    }
}

pub async fn readers_who_wait_together_are_told_apart(engine: Engine) {
    let (house, circle, maria, dana) = scene(engine).await;
    let ana = house.enrol(house.agency.ana, 3).await;
    write(&house, circle, &maria, 1).await;
    let store = &house.store;
    let (one, two, three) = tokio::join!(
        store.log_after(&maria.caller, start(circle)),
        store.log_after(&ana.caller, start(circle)),
        store.log_after(&dana.caller, after(circle, 1)),
    );
    assert_eq!(one.unwrap().entries.len(), 1);
    assert_eq!(code(two), Code::NotFound);
    assert_eq!(three.unwrap().entries.len(), 0);
}

pub async fn whoever_lags_beyond_what_is_at_hand_reads_the_database(engine: Engine) {
    let (house, circle, maria, dana) = scene(engine).await;
    for n in 1..=3 {
        write(&house, circle, &maria, n).await;
    }
    house.clock.advance(LONG_S);
    write(&house, circle, &maria, 4).await;
    mark_rows(&house).await;
    assert_eq!(
        urgencies(&house, &dana, start(circle)).await,
        vec![Urgency::Crisis; 4]
    );
    let last = urgencies(&house, &dana, after(circle, 3)).await;
    assert_eq!(last, [Urgency::Routine]);
    // Nothing is written any more: what is at hand grows old all the same.
    house.clock.advance(LONG_S);
    let last = urgencies(&house, &dana, after(circle, 3)).await;
    assert_eq!(last, [Urgency::Crisis]);
}

/// What another process of the same database wrote.
async fn write_elsewhere(house: &House, seq: u64, n: u8) {
    let op = house.id(op(n).as_bytes());
    house
        .run(&format!(
            "INSERT INTO circle_log (circle, generation, seq, kind, epoch, device, op_id, mls, body,
                wrap, era, urgency, accepted_at, row_hash, entry)
             SELECT circle, generation, {seq}, kind, epoch, device, {op}, mls, body, wrap, era, urgency,
                accepted_at, row_hash, entry
             FROM circle_log WHERE seq = 1"
        ))
        .await;
    house.run("UPDATE circle SET next_seq = next_seq + 1").await;
}

pub async fn what_another_process_wrote_is_read_in_its_place(engine: Engine) {
    let (house, circle, maria, dana) = scene(engine).await;
    write(&house, circle, &maria, 1).await;
    write_elsewhere(&house, 2, 102).await;
    // A page may end before it, and says that there is more.
    let page = house.store.log_after(&dana.caller, start(circle)).await;
    assert_eq!(page.unwrap().head, 2);
    assert_eq!(ops(&house, &dana, after(circle, 1)).await, [op(102)]);
    assert_eq!(write(&house, circle, &maria, 3).await, 3);
    assert_eq!(write(&house, circle, &maria, 4).await, 4);
    let all = [op(1), op(102), op(3), op(4)];
    for seq in 0..=4 {
        let place = usize::try_from(seq).unwrap();
        assert_eq!(ops(&house, &dana, after(circle, seq)).await, all[place..]);
    }
}

pub async fn nobody_reads_past_the_head(engine: Engine) {
    let (house, circle, maria, dana) = scene(engine).await;
    for n in 1..=3 {
        write(&house, circle, &maria, n).await;
    }
    // As a reader whose look at the database is a little older than the last COMMIT.
    house.run("UPDATE circle SET next_seq = 3").await;
    assert_eq!(ops(&house, &dana, start(circle)).await, [op(1), op(2)]);
    assert_eq!(ops(&house, &dana, after(circle, 2)).await, []);
}

pub async fn what_was_not_committed_is_never_read(engine: Engine) {
    let (house, circle, maria, dana) = scene(engine).await;
    // The last statement of the batch fails: it wrote rows, and nothing became durable.
    house
        .attempt("ALTER TABLE audit_entry RENAME TO put_away")
        .await
        .unwrap();
    let failed = house.store.append(&maria.caller, append(circle, 1)).await;
    assert_eq!(code(failed), Code::Internal);
    house
        .attempt("ALTER TABLE put_away RENAME TO audit_entry")
        .await
        .unwrap();
    assert_eq!(ops(&house, &dana, start(circle)).await, []);
    assert_eq!(write(&house, circle, &maria, 2).await, 1);
    assert_eq!(ops(&house, &dana, start(circle)).await, [op(2)]);
}
