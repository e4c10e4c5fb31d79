//! Takes due mails in hand: a lease, and the decision made again ([`decision`](super::decision)). What does not leave
//! is dropped or put off in the same transaction.

use care::Caller;
use care::rules::{Act, Asker, Standing};
use protocol::{AppointmentId, Timestamp};

use super::bundles::Ready;
use super::decision::{Decision, Decisions};
use super::dropped::drop_and_tell;
use super::due::{Due, Lease};
use super::due_rows::{self, DueRow};
use super::hand::take_all;
use crate::audit::{Entry, Object};
use crate::clock_jumps;
use crate::db;
use crate::error::Result;
use crate::store::Store;
use crate::tx::Tx;

statements! {
    NEXT_DUE = "
        SELECT MIN(t) FROM (
            SELECT MIN(due_at) AS t FROM delivery WHERE state = 'planned'
            UNION ALL
            SELECT MIN(leased_until) AS t FROM delivery WHERE state = 'leased') AS due";
    PUT_OFF = "
        UPDATE delivery SET state = 'planned', due_at = $2, urgent_at = NULL, lease = NULL,
            leased_until = NULL
        WHERE id = $1 AND (state = 'planned' OR (state = 'leased' AND leased_until <= $3))";
}

/// The lease, what is in hand by it, and whether there may be more.
type Leased = (Lease, Vec<Due>, bool);

impl Store {
    /// When something is next due, or a lease runs out.
    pub async fn next_due(&self) -> Result<Option<Timestamp>> {
        self.read("next due", async move |tx: &mut Tx| {
            let (next,): (Option<i64>,) = tx.sql(NEXT_DUE).one().await?;
            Ok(next.map(db::at))
        })
        .await
    }

    /// Takes at most [`protocol::limits::DELIVERIES_LEASED`] due mails in hand at `now`, which is the
    /// scheduler's time. What is no longer wanted, too late or superseded is dropped with its reason.
    /// Nothing is taken while the clock is in doubt (`clock_jumps`). Whether there may be more.
    pub async fn lease_due(&self, now: Timestamp) -> Result<(Lease, Vec<Due>, bool)> {
        let (leased, unsaid) = self.lease_and_drop(now).await?;
        self.plan_unsaid(unsaid).await;
        Ok(leased)
    }

    /// The same, and visits whose news of a series was dropped because it holds no more.
    async fn lease_and_drop(&self, now: Timestamp) -> Result<(Leased, Vec<AppointmentId>)> {
        let caller = Caller::scheduler();
        self.write("lease due", async move |tx: &mut Tx| {
            let standing = Standing {
                asker: Asker::Scheduler,
                ..Standing::default()
            };
            let object = Object::Deliveries;
            let permit = tx.authorize(&caller, Act::LeaseDeliveries, standing, object)?;
            let lease = Lease(tx.random());
            if clock_jumps::stands(tx).await? {
                return Ok(((lease, Vec::new(), false), Vec::new()));
            }
            let (rows, full) = due_rows::read(tx, now).await?;
            let mut ready = Vec::with_capacity(rows.len());
            let (mut waiting, mut unsaid) = (0, Vec::new());
            let mut decisions = Decisions::about(&rows, now)?;
            for row in &rows {
                match decisions.decide(tx, row).await? {
                    Decision::Wait => waiting += 1,
                    Decision::PutOff(due) => put_off(tx, row, due, now).await?,
                    Decision::Drop(state, reason) => {
                        drop_and_tell(tx, row, (state, reason), now).await?;
                        unsaid.extend(decisions.spoke(row, reason));
                    }
                    Decision::Send(due, pins, given) => ready.push(Ready {
                        row,
                        due,
                        pins,
                        leave: given,
                    }),
                }
            }
            let taken = take_all(tx, ready, &lease, now).await?;
            if !taken.ids.is_empty() {
                tx.audit(Entry::done(&caller, permit, object).shown(taken.ids));
            }
            // Rows that all wait behind others say nothing of what comes after them.
            let more = full && waiting + taken.waiting < rows.len();
            Ok(((lease, taken.mails, more), unsaid))
        })
        .await
    }
}

/// Has it wait until then.
async fn put_off(tx: &mut Tx, row: &DueRow, due: Timestamp, now: Timestamp) -> Result<()> {
    let put_off = tx.sql(PUT_OFF).bind(row.id).bind(due.micros());
    put_off.bind(now.micros()).run().await?;
    Ok(())
}
