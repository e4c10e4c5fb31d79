//! Notes what becomes of mails that are under way, many in one transaction: that DATA begins (counted
//! before it is sent, so that a crash cannot hide a sending), and how it ended.

use care::Caller;
use care::rules::{Act, Asker, Standing};
use protocol::{DeliveryId, Timestamp, limits};
use uuid::Uuid;

use super::due::Lease;
use super::{bundles, lost, unread};
use crate::audit::{Entry, Object};
use crate::db;
use crate::error::Result;
use crate::store::Store;
use crate::tx::Tx;

statements! {
    // Whatever it may not begin for, the next lease drops or decides otherwise: it asks of each of these too. What may
    // have left already is sent again as it was, unless its reader wants to be told less by now.
    BEGIN = "
        UPDATE delivery SET began = began + 1
        WHERE id = $1 AND state = 'leased' AND lease = $2 AND began < 2 AND leased_until > $3
            AND EXISTS (SELECT 1 FROM address d WHERE d.id = delivery.address
                AND d.ended_at IS NULL AND d.refused_at IS NULL AND d.confirmed_at IS NOT NULL)
            AND NOT EXISTS (SELECT 1 FROM preference f WHERE f.person = delivery.person
                AND ((f.reminders_off_at IS NOT NULL
                        AND delivery.step IN ('three_days', 'one_day', 'one_hour', 'room_open'))
                    OR (f.unread_mail_off_at IS NOT NULL AND delivery.step IN ('unread', 'digest'))))
            AND NOT EXISTS (SELECT 1 FROM preference h WHERE h.person = delivery.person
                AND ((h.disclosure = 'update' AND delivery.disclosure <> 'update')
                    OR (h.disclosure = 'times' AND delivery.disclosure = 'details')))
            AND (began > 0 OR NOT EXISTS (SELECT 1 FROM preference w
                WHERE w.person = delivery.person
                    AND (delivery.preference_at IS NULL OR w.changed_at <> delivery.preference_at)))
            AND (step <> 'agenda' OR EXISTS (SELECT 1 FROM account w
                WHERE w.person = delivery.person AND w.role = 'case_manager' AND w.ended_at IS NULL))
            AND (appointment IS NULL OR ics_sequence =
                (SELECT a.ics_sequence FROM appointment a WHERE a.id = delivery.appointment))
            AND (participant IS NULL OR EXISTS
                (SELECT 1 FROM participant p WHERE p.id = delivery.participant
                    AND (p.left_at IS NULL
                        OR (delivery.step = 'cancellation' AND p.cleared_at IS NOT NULL))
                    AND (p.role <> 'caregiver' OR p.left_at IS NOT NULL
                        OR EXISTS (SELECT 1 FROM consent c JOIN appointment k ON k.client = c.client
                            WHERE k.id = p.appointment AND c.caregiver = p.person
                                AND c.appointments_at IS NOT NULL
                                AND (c.reminders_at IS NOT NULL OR delivery.step NOT IN
                                    ('three_days', 'one_day', 'one_hour', 'room_open'))
                                AND c.from_at <= $3 AND c.withdrawn_at IS NULL
                                AND (c.until_at IS NULL OR c.until_at > $3)))))
        RETURNING bundle, account, step";
    TAKE_BACK = "UPDATE delivery SET began = began - 1 WHERE id = $1";
    INSERT_ATTEMPT = "
        INSERT INTO delivery_attempt (delivery, n, began_at)
        SELECT $1, COUNT(*) + 1, $2 FROM delivery_attempt WHERE delivery = $1";
    END_ATTEMPT = "
        UPDATE delivery_attempt SET ended_at = $2, outcome = $3, code = $4
        WHERE delivery = $1 AND ended_at IS NULL
            AND n = (SELECT MAX(n) FROM delivery_attempt WHERE delivery = $1)";
    READ = "
        SELECT due_at, not_after, tries, began, bundle FROM delivery
        WHERE id = $1 AND state = 'leased' AND lease = $2";
    // It may have come back since it was read.
    SETTLE = "
        UPDATE delivery SET state = $2, reason = $3, due_at = $4, tries = $5, began = $6,
            settled_at = $7, lease = NULL, leased_until = NULL
        WHERE id = $1 AND state = 'leased' AND lease = $8";
    REFUSE_ADDRESS = "
        UPDATE address SET refused_at = $2
        WHERE id = (SELECT address FROM delivery WHERE id = $1) AND refused_at IS NULL";
}

/// Something that became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note {
    /// The delivery.
    pub id: DeliveryId,
    /// By whom it was leased.
    pub lease: Lease,
    /// What became of it.
    pub what: What,
}

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// DATA begins: from here on it may arrive.
    Begins,
    /// The mail server took it.
    Accepted,
    /// The mail server cannot take it now, or could not be reached.
    Deferred {
        /// Its reply code, if it answered.
        code: Option<u16>,
        /// DATA had begun.
        begun: bool,
    },
    /// The mail server will not take it.
    Rejected {
        /// Its reply code.
        code: u16,
        /// The address is the reason.
        address: bool,
        /// DATA had begun.
        begun: bool,
    },
    /// Cut off after DATA began: it may have arrived.
    Unknown,
    /// Not sent: something changed while it was being written, or the lease ran out. What becomes of it, the next
    /// lease decides.
    Withheld,
    /// It cannot be written: a defect, and never a reason to stop the others.
    Unwritable,
}

/// How a row stands.
#[derive(sqlx::FromRow)]
pub(crate) struct RowNow {
    due_at: i64,
    pub(crate) not_after: i64,
    tries: i64,
    began: i64,
}

/// In which mail a row is told.
#[derive(sqlx::FromRow)]
struct Told {
    /// That of this delivery, if it leaves with others.
    bundle: Option<Uuid>,
}

/// A row of which a mail has begun.
#[derive(sqlx::FromRow)]
struct Begun {
    #[sqlx(flatten)]
    told: Told,
    /// Whose messages it is about, if it is about messages.
    account: Option<Uuid>,
    step: String,
}

/// How a row stands that is leased.
#[derive(sqlx::FromRow)]
struct LeasedRow {
    #[sqlx(flatten)]
    row: RowNow,
    #[sqlx(flatten)]
    told: Told,
}

/// How a row is left.
pub(crate) struct End {
    pub(crate) state: &'static str,
    pub(crate) reason: Option<&'static str>,
    pub(crate) due_at: i64,
    pub(crate) tries: i64,
    pub(crate) began: i64,
}

impl Store {
    /// Writes the notes down, in order. For each, whether it held: a mail may begin only while it is
    /// leased by the same lease, which has not run out, its appointment has not changed, its address takes mail, and
    /// whoever gets it may and wants to be told such a thing, and so much of it, at such a time. What is noted of a mail that speaks for several
    /// deliveries is noted of each.
    pub async fn note_deliveries(&self, notes: Vec<Note>, now: Timestamp) -> Result<Vec<bool>> {
        let caller = Caller::scheduler();
        self.write("note deliveries", async move |tx: &mut Tx| {
            let standing = Standing {
                asker: Asker::Scheduler,
                ..Standing::default()
            };
            let object = Object::Deliveries;
            let permit = tx.authorize(&caller, Act::SettleDeliveries, standing, object)?;
            let mut held = Vec::with_capacity(notes.len());
            let mut ids = Vec::new();
            for note in &notes {
                if note.what == What::Begins {
                    held.push(begin(tx, note, now).await?);
                    continue;
                }
                let settled = settle(tx, note, now).await?;
                held.push(!settled.is_empty());
                ids.push(note.id.uuid());
                ids.extend(settled.into_iter().skip(1));
            }
            if !ids.is_empty() {
                tx.audit(Entry::done(&caller, permit, object).shown(ids));
            }
            Ok(held)
        })
        .await
    }
}

/// Counts that the mail begins, of all deliveries for which it speaks or, if it may not begin for one, of none.
async fn begin(tx: &mut Tx, note: &Note, now: Timestamp) -> Result<bool> {
    let carrier = note.id.uuid();
    let Some(row) = begin_one(tx, carrier, note.lease, now).await? else {
        return Ok(false);
    };
    let mut begun = vec![carrier];
    let mut holds = match row.account {
        Some(account) => unread::holds(tx, (account, carrier), db::step(&row.step)?, now).await?,
        None => true,
    };
    if row.told.bundle.is_some() {
        for other in bundles::others(tx, carrier, note.lease).await? {
            if begin_one(tx, other, note.lease, now).await?.is_none() {
                holds = false;
                break;
            }
            begun.push(other);
        }
    }
    if !holds {
        for id in begun {
            tx.sql(TAKE_BACK).bind(id).run().await?;
        }
        return Ok(false);
    }
    for id in begun {
        let attempt = tx.sql(INSERT_ATTEMPT).bind(id).bind(now.micros());
        attempt.run().await?;
    }
    Ok(true)
}

/// Of one row: nothing if it may not begin.
async fn begin_one(tx: &mut Tx, id: Uuid, lease: Lease, now: Timestamp) -> Result<Option<Begun>> {
    let begin = tx.sql(BEGIN).bind(id).bind(lease.0.to_vec());
    begin.bind(now.micros()).maybe().await
}

/// Which deliveries are settled by the note, the mail's own first; none if somebody else has it in hand.
async fn settle(tx: &mut Tx, note: &Note, now: Timestamp) -> Result<Vec<Uuid>> {
    let carrier = note.id.uuid();
    let Some(told) = settle_one(tx, carrier, note, now).await? else {
        return Ok(Vec::new());
    };
    let mut settled = vec![carrier];
    if told.bundle.is_some() {
        for other in bundles::others(tx, carrier, note.lease).await? {
            settle_one(tx, other, note, now).await?;
            settled.push(other);
        }
    }
    Ok(settled)
}

/// Of one row: nothing if somebody else has it in hand.
async fn settle_one(tx: &mut Tx, id: Uuid, note: &Note, now: Timestamp) -> Result<Option<Told>> {
    let row = tx
        .sql(READ)
        .bind(id)
        .bind(note.lease.0.to_vec())
        .maybe::<LeasedRow>()
        .await?;
    let Some(LeasedRow { row, told }) = row else {
        return Ok(None);
    };
    let end = end(note.what, &row, now);
    let settled = (end.state != "planned").then(|| now.micros());
    let settle = tx
        .sql(SETTLE)
        .bind(id)
        .bind(end.state)
        .bind(end.reason)
        .bind(end.due_at)
        .bind(end.tries)
        .bind(end.began)
        .bind(settled)
        .bind(note.lease.0.to_vec());
    if settle.run().await? == 0 {
        return Ok(None);
    }
    end_attempt(tx, id, note.what, now).await?;
    if matches!(note.what, What::Rejected { address: true, .. }) {
        let refuse = tx.sql(REFUSE_ADDRESS).bind(id).bind(now.micros());
        refuse.run().await?;
    }
    if end.state == "failed" {
        lost::tell_worker(tx, id).await?;
    }
    metrics::counter!("deliveries_settled", "state" => end.state).increment(1);
    Ok(Some(told))
}

/// How a mail is left of which this became.
pub(crate) fn end(what: What, row: &RowNow, now: Timestamp) -> End {
    let keep = |state, reason| End {
        state,
        reason,
        due_at: row.due_at,
        tries: row.tries,
        began: row.began,
    };
    match what {
        What::Begins | What::Accepted => keep("sent", None),
        What::Withheld => keep("planned", None),
        What::Unwritable => keep("failed", Some("unwritable")),
        What::Rejected { begun, address, .. } => End {
            began: row.began - i64::from(begun),
            ..keep(
                "failed",
                Some(if address {
                    "address_refused"
                } else {
                    "rejected"
                }),
            )
        },
        What::Deferred { begun, .. } => End {
            began: row.began - i64::from(begun),
            ..later(row, now, "deferred")
        },
        What::Unknown if row.began >= 2 => keep("failed", Some("outcome_unknown")),
        What::Unknown => later(row, now, "outcome_unknown"),
    }
}

/// Once more after a pause, unless that would be too late.
fn later(row: &RowNow, now: Timestamp, why: &'static str) -> End {
    let tries = usize::try_from(row.tries).unwrap_or(usize::MAX);
    let due = limits::MAIL_BACKOFF_S
        .get(tries)
        .map(|pause| now.plus_seconds(*pause).micros())
        .filter(|due| *due <= row.not_after);
    let state = if due.is_some() { "planned" } else { "failed" };
    End {
        state,
        reason: Some(why),
        due_at: due.unwrap_or(row.due_at),
        tries: row.tries + 1,
        began: row.began,
    }
}

async fn end_attempt(tx: &mut Tx, id: Uuid, what: What, now: Timestamp) -> Result<()> {
    let (outcome, code) = match what {
        What::Accepted => ("accepted", None),
        What::Deferred { code, begun: true } => ("deferred", code),
        What::Rejected {
            code, begun: true, ..
        } => ("rejected", Some(code)),
        What::Unknown => ("unknown", None),
        _ => return Ok(()),
    };
    tx.sql(END_ATTEMPT)
        .bind(id)
        .bind(now.micros())
        .bind(outcome)
        .bind(code.map(i64::from))
        .run()
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(tries: i64, began: i64, not_after_s: i64) -> RowNow {
        RowNow {
            due_at: 0,
            not_after: not_after_s * 1_000_000,
            tries,
            began,
        }
    }

    #[test]
    fn pauses_grow_and_end_with_the_time_that_is_left() {
        let now = Timestamp::from_micros(0);
        let deferred = What::Deferred {
            code: Some(450),
            begun: false,
        };
        for (tries, pause) in limits::MAIL_BACKOFF_S.iter().enumerate() {
            let end = end(deferred, &row(i64::try_from(tries).unwrap(), 0, 9_000), now);
            assert_eq!((end.state, end.due_at), ("planned", pause * 1_000_000));
        }
        assert_eq!(end(deferred, &row(4, 0, 9_000), now).state, "failed");
        assert_eq!(end(deferred, &row(0, 0, 59), now).state, "failed");
    }

    #[test]
    fn what_was_withheld_is_decided_anew() {
        let now = Timestamp::from_micros(0);
        let end = end(What::Withheld, &row(1, 1, 9_000), now);
        assert_eq!((end.state, end.tries, end.began), ("planned", 1, 1));
    }

    #[test]
    fn what_may_have_arrived_is_sent_once_more_and_never_twice() {
        let now = Timestamp::from_micros(0);
        assert_eq!(end(What::Unknown, &row(0, 1, 9_000), now).state, "planned");
        assert_eq!(end(What::Unknown, &row(1, 2, 9_000), now).state, "failed");
        // What certainly did not arrive does not count.
        let deferred = What::Deferred {
            code: Some(451),
            begun: true,
        };
        assert_eq!(end(deferred, &row(0, 1, 9_000), now).began, 0);
    }
}
