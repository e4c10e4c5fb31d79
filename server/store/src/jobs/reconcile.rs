//! Planned mails against what `care` wants, appointment by appointment: what is missing is planned, what
//! is wanted no longer is cancelled, and both are counted. Every change plans in its own transaction, so
//! there should be nothing to mend; a number above nothing is a defect that somebody should look for.
//!
//! What is due already is left to the lease, which decides it and says why.
//!
//! Of a visit that is booked with whoever serves its client no longer somebody is asked to take it over, unless they were
//! asked before: that a visit before it speaks for it ends by time alone.

use care::Caller;
use protocol::{AppointmentId, Timestamp};
use uuid::Uuid;

use super::run::{JobStep, permit};
use crate::appointments::{self, left};
use crate::audit::{Entry, Object};
use crate::deliveries::{self, Agreeing};
use crate::error::Result;
use crate::store::Store;
use crate::tx::Tx;

/// The limit of [`TO_COME`].
const AT_ONCE: usize = 50;

statements! {
    TO_COME = "
        SELECT id FROM appointment
        WHERE end_at > $1 AND id > $2 AND state IN ('booked', 'cancelled')
        ORDER BY id LIMIT 50";
}

impl Store {
    /// Mends the planned mails of some appointments that are not over at `now`, beginning after one.
    pub async fn reconcile(&self, now: Timestamp, after: Option<AppointmentId>) -> Result<JobStep> {
        let begin = after.map_or(Uuid::nil(), |id| id.uuid());
        let ids = self
            .read("appointments to come", async move |tx: &mut Tx| {
                let to_come = tx.sql(TO_COME).bind(now.micros()).bind(begin);
                to_come.all::<(Uuid,)>().await
            })
            .await?;
        let mut step = JobStep {
            more: ids.len() >= AT_ONCE,
            ..JobStep::default()
        };
        for (id,) in ids {
            let id = AppointmentId::from(id);
            step.did += self.reconcile_one(id).await?;
            step.after = Some(id);
        }
        Ok(step)
    }

    async fn reconcile_one(&self, id: AppointmentId) -> Result<u64> {
        let caller = Caller::scheduler();
        self.write("reconcile", async move |tx: &mut Tx| {
            let object = Object::Appointment(id);
            let permit = permit(tx, &caller, object)?;
            let row = appointments::hold(tx, id).await?;
            let mended = deliveries::agree(tx, id, Agreeing::ToCome).await?;
            let mended = mended + left::ask_about(tx, &row).await?;
            if mended > 0 {
                tx.audit(Entry::done(&caller, permit, object).about(row.client()));
            }
            Ok(mended)
        })
        .await
    }
}
