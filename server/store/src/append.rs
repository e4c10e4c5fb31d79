//! May this message enter this circle's log? The checks stand in the order in which a device needs to
//! hear of them; each has its code. Facts in, verdict out: nothing here reads or writes.

use care::Caller;
use care::rules::{Act, Permit};
use protocol::frame::Append;
use protocol::policy::HistoryMode;
use protocol::{CircleId, Code, DeviceId, EntryKind, GroupId, Refusal, limits};

use crate::audit::{Entry, Object};
use crate::db::to_db;
use crate::error::{Error, Result};
use crate::log::NewRow;
use crate::many::MANY_MAX;
use crate::standing::{CircleFacts, CircleState};
use crate::tx::Tx;

many! {
    RAISE_COUNTERS = [device: Id, circle: Id, generation: Integer, counter: Integer] "
        INSERT INTO send_counter (device, circle, generation, counter)
        SELECT device, circle, generation, counter FROM asked WHERE device IS NOT NULL
        ON CONFLICT (device, circle, generation) DO UPDATE SET counter = excluded.counter";
}

/// What is to be done about an append that was not refused.
pub(crate) enum Verdict<'a> {
    /// Nothing: it was done before, and got this position.
    Done(u64),
    /// This row is to be written.
    Write(Permit, NewRow<'a>),
}

/// A device's counter in a circle's generation.
pub(crate) type Counter = (DeviceId, CircleId, u32);

/// Decides one append from what is true when its turn comes. `tx` only notes who was denied.
pub(crate) fn decide<'a>(
    tx: &mut Tx,
    caller: &Caller,
    append: &'a Append,
    facts: &CircleFacts,
) -> Result<Verdict<'a>> {
    if let Some(seq) = facts.seen {
        return Ok(Verdict::Done(seq));
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
    facts.no_removal_may_wait()?;
    check_counter(append.send_counter, facts)?;
    check_wrap(append, &state)?;
    check_sizes(append)?;
    let row = NewRow {
        circle: append.circle,
        generation: state.generation,
        seq: state.next_seq,
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
    Ok(Verdict::Write(permit, row))
}

/// The devices used these counters; a smaller one now means that a device runs from an old copy of its
/// store.
pub(crate) async fn raise_counters(tx: &mut Tx, counters: &[(Counter, u64)]) -> Result<()> {
    for counters in counters.chunks(MANY_MAX) {
        let mut raise = tx.many(&RAISE_COUNTERS, counters.len());
        for ((device, circle, generation), counter) in counters {
            raise = raise.row(|row| {
                row.bind(device.uuid())
                    .bind(circle.uuid())
                    .bind(i64::from(*generation))
                    .bind(to_db(*counter))
            });
        }
        raise.run().await?;
    }
    Ok(())
}

/// The device that wrote this row used this counter.
pub(crate) async fn raise_counter(tx: &mut Tx, row: &NewRow<'_>, counter: u64) -> Result<()> {
    raise_counters(tx, &[((row.device, row.circle, row.generation), counter)]).await
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

/// Archived under the era that holds where history is kept, and not at all where none is: what a device may count on
/// in a circle is what all its messages do. A redaction takes body and wrap out later.
fn check_wrap(append: &Append, state: &CircleState) -> Result<()> {
    let archived = !append.wrap.is_empty();
    match (state.history, archived) {
        (HistoryMode::Eras, true) => check_era(append.era, state),
        (HistoryMode::Off, false) => Ok(()),
        (HistoryMode::Eras, false) => Err(Refusal::new(
            Code::WrapMissing,
            "the circle keeps history: archive the message",
        )
        .into()),
        (HistoryMode::Off, true) => Err(Refusal::new(
            Code::WrapUnwanted,
            "the circle keeps no history: archive nothing",
        )
        .into()),
    }
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
