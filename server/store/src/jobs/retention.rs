//! Deletes what is over and kept no longer: mails of appointments that ended long ago, sessions, and
//! tickets, challenges, ceremonies and operations past their time, what says that a mail which came back was
//! seen to, and automatic answers. Never an audit entry, never a message,
//! never an appointment; and never the last session of a device, which says when somebody was last at it.

use care::Caller;
use protocol::{Timestamp, limits};
use uuid::Uuid;

use super::run::{JobStep, permit};
use crate::audit::{Entry, Object};
use crate::error::Result;
use crate::store::Store;
use crate::tx::Tx;

statements! {
    SETTLED = "
        SELECT v.id FROM delivery v LEFT JOIN appointment k ON k.id = v.appointment
        WHERE v.state IN ('sent', 'skipped', 'cancelled', 'failed') AND v.settled_at < $1
            AND (k.id IS NULL OR k.end_at < $1)
        ORDER BY v.id LIMIT $2";
    FORGET_ATTEMPTS = "DELETE FROM delivery_attempt WHERE delivery = $1";
    FORGET_DELIVERY = "
        DELETE FROM delivery
        WHERE id = $1 AND state IN ('sent', 'skipped', 'cancelled', 'failed')";
    FORGET_SESSIONS = "
        DELETE FROM session WHERE id IN (SELECT s.id FROM session s
            WHERE (s.ends_at < $1 OR s.ended_at < $1)
                AND NOT EXISTS (SELECT 1 FROM ticket t WHERE t.session = s.id)
                AND EXISTS (SELECT 1 FROM session o WHERE o.device = s.device
                    AND (o.last_seen_at > s.last_seen_at
                        OR (o.last_seen_at = s.last_seen_at AND o.id > s.id)))
            ORDER BY s.id LIMIT $2)";
    FORGET_TICKETS = "DELETE FROM ticket WHERE expires_at < $1";
    FORGET_CHALLENGES = "DELETE FROM challenge WHERE expires_at < $1";
    FORGET_CEREMONIES = "DELETE FROM ceremony WHERE expires_at < $1";
    FORGET_OPERATIONS = "DELETE FROM operation WHERE done_at < $1";
    FORGET_RECEIVED = "DELETE FROM received_mail WHERE received_at < $1";
    FORGET_ANSWERS = "DELETE FROM single_mail WHERE kind = 'answer' AND settled_at < $1";
}

impl Store {
    /// Deletes some of what is over, at most [`limits::JOB_STEP_ROWS`] mails and as many sessions. By the
    /// store's clock: sessions and tickets live by it, wherever the scheduler's was moved.
    pub async fn forget_what_is_over(&self) -> Result<JobStep> {
        let caller = Caller::scheduler();
        self.write("forget what is over", async move |tx: &mut Tx| {
            let object = Object::Deliveries;
            let permit = permit(tx, &caller, object)?;
            let now = tx.now();
            let mails = mails(tx, now).await?;
            let passing = passing(tx, now).await?;
            let sessions = sessions(tx, now).await?;
            let did = mails + passing + sessions;
            if did > 0 {
                tx.audit(Entry::done(&caller, permit, object));
            }
            let full = limits::JOB_STEP_ROWS.unsigned_abs();
            Ok(JobStep {
                did,
                after: None,
                more: mails >= full || sessions >= full,
            })
        })
        .await
    }
}

async fn mails(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    let before = now.plus_seconds(-limits::DELIVERY_KEPT_S).micros();
    let rows = tx
        .sql(SETTLED)
        .bind(before)
        .bind(limits::JOB_STEP_ROWS)
        .all::<(Uuid,)>()
        .await?;
    let mut did = 0;
    for (id,) in rows {
        tx.sql(FORGET_ATTEMPTS).bind(id).run().await?;
        did += tx.sql(FORGET_DELIVERY).bind(id).run().await?;
    }
    Ok(did)
}

/// What lives for seconds, minutes or days, and is past its time.
async fn passing(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    let over = now.micros();
    let mut did = tx.sql(FORGET_TICKETS).bind(over).run().await?;
    did += tx.sql(FORGET_CHALLENGES).bind(over).run().await?;
    did += tx.sql(FORGET_CEREMONIES).bind(over).run().await?;
    let remembered = now.plus_seconds(-limits::OPERATION_S).micros();
    did += tx.sql(FORGET_OPERATIONS).bind(remembered).run().await?;
    let received = now.plus_seconds(-limits::RECEIVED_MAIL_S).micros();
    did += tx.sql(FORGET_RECEIVED).bind(received).run().await?;
    let answered = now.plus_seconds(-limits::ANSWER_MAIL_KEPT_S).micros();
    did += tx.sql(FORGET_ANSWERS).bind(answered).run().await?;
    Ok(did)
}

async fn sessions(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    let before = now.plus_seconds(-limits::SESSION_KEPT_S).micros();
    tx.sql(FORGET_SESSIONS)
        .bind(before)
        .bind(limits::JOB_STEP_ROWS)
        .run()
        .await
}
