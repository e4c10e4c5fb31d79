//! Requests that must be done once: the same operation id again gets the first answer.

use care::Caller;
use care::rules::Act;
use protocol::{Code, OpId, PersonId, Refusal};
use uuid::Uuid;

use crate::db::{self, to_db};
use crate::error::{Error, Result};
use crate::tx::Tx;

statements! {
    READ = "SELECT act, object, epoch, seq FROM operation WHERE account = $1 AND op_id = $2";
    INSERT = "
        INSERT INTO operation (account, op_id, act, object, epoch, seq, done_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (account, op_id) DO NOTHING";
    FORGET = "DELETE FROM operation WHERE done_at < $1";
}

/// What an operation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// What it made or changed.
    pub(crate) object: Uuid,
    /// The epoch that then held; 0 where there is none.
    pub(crate) epoch: u64,
    /// The log position it got; 0 where there is none.
    pub(crate) seq: u64,
}

impl Outcome {
    /// Of an operation outside any log.
    pub(crate) const fn of(object: Uuid) -> Self {
        Self {
            object,
            epoch: 0,
            seq: 0,
        }
    }
}

#[derive(sqlx::FromRow)]
struct OperationRow {
    act: String,
    object: Uuid,
    epoch: i64,
    seq: i64,
}

/// What this operation of the caller's did to that object before, if it did. An id belongs to one request: one that was
/// used for another act, or about another object, is [`Code::BadRequest`].
pub(crate) async fn seen(
    tx: &mut Tx,
    caller: &Caller,
    act: Act,
    op_id: OpId,
    object: Uuid,
) -> Result<Option<Outcome>> {
    match made(tx, caller, act, op_id).await? {
        Some(done) if done.object != object => Err(of_another().into()),
        done => Ok(done),
    }
}

/// What this operation of the caller's made before, if it did, where an act makes something: whom it was made for says
/// [`must_be_about`]. An id that was used for another act is [`Code::BadRequest`].
pub(crate) async fn made(
    tx: &mut Tx,
    caller: &Caller,
    act: Act,
    op_id: OpId,
) -> Result<Option<Outcome>> {
    let row = tx
        .sql(READ)
        .bind(caller.account.uuid())
        .bind(op_id.uuid())
        .maybe::<OperationRow>()
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    if row.act != act.as_str() {
        return Err(of_another().into());
    }
    Ok(Some(Outcome {
        object: row.object,
        epoch: db::from_db(row.epoch),
        seq: db::from_db(row.seq),
    }))
}

/// [`Code::BadRequest`] unless what the operation made before is of the client about whom is asked now: who may see the one
/// may not see the other by it.
pub(crate) fn must_be_about(made_for: PersonId, client: PersonId) -> Result<()> {
    if made_for == client {
        return Ok(());
    }
    Err(of_another().into())
}

/// What [`seen`] and [`Outcome::of`] take of a request about several at once, in whatever order.
pub(crate) fn together(objects: impl IntoIterator<Item = Uuid>) -> Uuid {
    let together = objects.into_iter();
    Uuid::from_u128(together.fold(0, |all, object| all ^ object.as_u128()))
}

/// An id belongs to one request.
pub(crate) fn of_another() -> Refusal {
    Refusal::new(Code::BadRequest, "op_id: used for another request")
}

/// Remembers what the operation did, for at least [`protocol::limits::OPERATION_S`].
pub(crate) async fn remember(
    tx: &mut Tx,
    caller: &Caller,
    act: Act,
    op_id: OpId,
    outcome: Outcome,
) -> Result<()> {
    let now = tx.now();
    let oldest = now.plus_seconds(-protocol::limits::OPERATION_S);
    tx.sql(FORGET).bind(oldest.micros()).run().await?;
    let remembered = tx
        .sql(INSERT)
        .bind(caller.account.uuid())
        .bind(op_id.uuid())
        .bind(act.as_str())
        .bind(outcome.object)
        .bind(to_db(outcome.epoch))
        .bind(to_db(outcome.seq))
        .bind(now.micros())
        .run()
        .await?;
    if remembered == 0 {
        // The same request, sent twice, was faster: once more, to find what it did.
        return Err(Error::Busy);
    }
    Ok(())
}
