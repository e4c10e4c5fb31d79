//! May this message enter this circle's log? The checks stand in the order in which a device needs to
//! hear of them; each has its code.

use care::Caller;
use care::rules::Act;
use protocol::frame::Append;
use protocol::{Code, EntryKind, GroupId, Refusal, limits};

use crate::audit::{Entry, Object};
use crate::batch::Batch;
use crate::db::to_db;
use crate::error::{Error, Result};
use crate::log::NewRow;
use crate::sessions;
use crate::standing::{self, CircleFacts, CircleState};
use crate::tx::Tx;

statements! {
    RAISE_COUNTER = "
        INSERT INTO send_counter (device, circle, generation, counter) VALUES ($1, $2, $3, $4)
        ON CONFLICT (device, circle, generation) DO UPDATE SET counter = excluded.counter";
}

/// Decides one append; its position. Writes nothing before the last check.
pub(crate) async fn decide(
    tx: &mut Tx,
    batch: &mut Batch,
    caller: &Caller,
    append: &Append,
) -> Result<u64> {
    batch.hold(tx, append.circle).await?;
    let facts = standing::to_circle(tx, caller, append.circle, Some(append.op_id)).await?;
    if let Some(seq) = facts.seen {
        return Ok(seq);
    }
    let object = Object::Circle(append.circle);
    let permit = tx.authorize(caller, Act::Append, facts.standing, object)?;
    let state = facts.live()?;
    check_envelope(append, &state)?;
    if let Err(refused) = facts.must_be_on_roster() {
        tx.deny(Entry::denied(
            caller,
            Act::Append,
            object,
            Code::NotOnRoster,
        ));
        return Err(refused);
    }
    check_counter(append.send_counter, &facts)?;
    check_era(append.era, &state)?;
    check_sizes(append)?;

    let seq = batch.next_seq(append.circle)?;
    let row = NewRow {
        circle: append.circle,
        generation: state.generation,
        seq,
        kind: EntryKind::Message,
        epoch: state.epoch,
        device: caller.device,
        op_id: append.op_id,
        mls: &append.mls,
        body: &append.body,
        wrap: &append.wrap,
        era: append.era,
        urgency: append.urgency,
        accepted_at: tx.now(),
    };
    batch.insert(tx, permit, &row).await?;
    raise_counter(tx, &row, append.send_counter).await?;
    sessions::touch(tx, caller.session, facts.last_seen_at).await?;
    Ok(seq)
}

/// The device used this counter; a smaller one now means that it runs from an old copy of its store.
pub(crate) async fn raise_counter(tx: &mut Tx, row: &NewRow<'_>, counter: u64) -> Result<()> {
    tx.sql(RAISE_COUNTER)
        .bind(row.device.uuid())
        .bind(row.circle.uuid())
        .bind(i64::from(row.generation))
        .bind(to_db(counter))
        .run()
        .await?;
    Ok(())
}

/// The group and epoch that the message itself names.
fn check_envelope(append: &Append, state: &CircleState) -> Result<()> {
    let envelope = delivery::read_envelope(&append.mls)?;
    let group = GroupId {
        circle: append.circle,
        generation: state.generation,
    };
    check_group(envelope.group, group)?;
    if envelope.epoch != state.epoch {
        return Err(stale(state));
    }
    Ok(())
}

/// The message is for this circle, and for its group of now.
pub(crate) fn check_group(named: GroupId, group: GroupId) -> Result<()> {
    if named.circle != group.circle {
        return Err(Refusal::new(Code::MlsMalformed, "the message is for another circle").into());
    }
    if named.generation != group.generation {
        return Err(Refusal::new(
            Code::Generation,
            format!("the circle is at generation {}", group.generation),
        )
        .into());
    }
    Ok(())
}

/// Another commit came first.
pub(crate) fn stale(state: &CircleState) -> Error {
    Refusal::new(
        Code::Stale,
        format!(
            "the circle is at epoch {}, seq {}",
            state.epoch,
            state.next_seq.saturating_sub(1)
        ),
    )
    .into()
}

/// The counter moved on.
pub(crate) fn check_counter(counter: u64, facts: &CircleFacts) -> Result<()> {
    if i64::try_from(counter).is_err() {
        return Err(Refusal::new(Code::BadRequest, "send_counter: out of range").into());
    }
    if counter <= facts.counter {
        return Err(Refusal::new(
            Code::Rollback,
            format!("the last counter accepted here is {}", facts.counter),
        )
        .into());
    }
    Ok(())
}

/// The era is not over.
pub(crate) fn check_era(era: u32, state: &CircleState) -> Result<()> {
    if era < state.era {
        return Err(
            Refusal::new(Code::EraOver, format!("the circle is in era {}", state.era)).into(),
        );
    }
    Ok(())
}

fn check_sizes(append: &Append) -> Result<()> {
    for (part, size, max) in [
        ("mls", append.mls.len(), limits::MLS_BYTES_MAX),
        ("body", append.body.len(), limits::BODY_BYTES_MAX),
        ("wrap", append.wrap.len(), limits::WRAP_BYTES_MAX),
    ] {
        if size > max {
            return Err(
                Refusal::new(Code::TooLarge, format!("{part}: at most {max} bytes")).into(),
            );
        }
    }
    Ok(())
}
