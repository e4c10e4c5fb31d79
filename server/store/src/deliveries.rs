//! Planned mails. A delivery is one mail to one person for one reason, and a row: when it is due, until when it is
//! worth anything, what became of it, and why. Its life, and where each step of it stands:
//!
//! 1. **Planned.** [`replan`], here, makes the rows of an appointment agree with what `care::reminders` wants for its
//!    [`recipients`], in the transaction of every change. [`unread`] plans mails about messages that wait, from what
//!    [`waiting`] finds, and [`agenda`] those of a worker's morning. News that no mail can tell is skipped at once,
//!    and somebody is asked to tell it ([`untold`]).
//! 2. **Leased, or not.** [`lease`] reads the [`due_rows`] and asks for the [`decision`] about each, made again from
//!    what is true now: it is sent, waits, is put off, or is [`dropped`] with its reason. Where that was to speak for
//!    a series, another visit speaks ([`unsaid`]).
//! 3. **In hand.** What is sent is written from [`facts`], which are pinned: sent again it is the same mail.
//!    Reminders that leave together are one mail ([`bundles`]), taken in [`hand`] under the lease, and given to the
//!    scheduler as [`due`].
//! 4. **Begun and settled.** [`settle`] counts a sending before its content leaves, and notes how it ended: sent,
//!    planned once more after a pause, or failed. What is [`lost`] somebody sees to; so is what a bounce brings back
//!    later ([`crate::postbox`]).
//! 5. **Looked at.** [`visit_mails`] says of an appointment who got what, and why not; [`update_mails`] says it of
//!    what a person was sent about messages.
//!
//! `dedupe` makes a row this mail and no other: a hash of (appointment, sequence, participant, step, channel), of one
//! that speaks for a series of that too. Planning twice finds the same row; a row that is no longer wanted is
//! cancelled and can be wanted again; one that was sent stays as it is.

use std::collections::HashMap;

use care::reminders::{self, Planned, Recipient, Visit, Way};
use protocol::{AppointmentId, DeliveryId, ParticipantId, Step, Timestamp};
use uuid::Uuid;

use crate::appointments::{self, AppointmentRow};
use crate::db;
use crate::error::Result;
use crate::hash::sha256;
use crate::links;
use crate::series::mails::{self, Place};
use crate::tasks::unreached;
use crate::tx::Tx;
use crate::wake::Topic;

pub(crate) mod agenda;
pub(crate) mod bundles;
pub(crate) mod decision;
pub(crate) mod dropped;
pub(crate) mod due;
pub(crate) mod due_rows;
pub(crate) mod facts;
pub(crate) mod hand;
pub(crate) mod lease;
pub(crate) mod lost;
pub(crate) mod recipients;
pub(crate) mod settle;
pub(crate) mod unread;
pub(crate) mod unsaid;
pub(crate) mod untold;
pub(crate) mod update_mails;
pub(crate) mod visit_mails;
pub(crate) mod waiting;

statements! {
    // What one address certainly did not take may come to another one.
    ROWS = "
        SELECT v.id, v.dedupe, v.state, v.due_at, v.not_after, v.tries,
            CAST(CASE WHEN v.state IN ('planned', 'cancelled')
                OR (v.state = 'failed' AND v.reason = 'address_refused')
                OR (v.state = 'failed' AND v.reason IN ('rejected', 'deferred') AND v.began = 0
                    AND EXISTS (SELECT 1 FROM address d
                        WHERE d.person = v.person AND d.channel = 'email' AND d.id <> v.address
                            AND d.ended_at IS NULL AND d.refused_at IS NULL
                            AND d.confirmed_at IS NOT NULL))
                OR (v.state = 'skipped' AND v.reason IN ('no_address', 'address_unconfirmed',
                    'address_refused', 'outside_safe_hours')) THEN 1 ELSE 0 END AS BIGINT) AS open,
            CAST(CASE WHEN v.reason IN ('no_address', 'address_unconfirmed', 'address_refused')
                OR (v.state = 'failed' AND v.reason IN ('rejected', 'deferred'))
                THEN 1 ELSE 0 END AS BIGINT) AS unreached
        FROM delivery v WHERE v.appointment = $1";
    INSERT = "
        INSERT INTO delivery (id, dedupe, person, appointment, participant, ics_sequence, step,
            channel, due_at, not_after, state, tries, began, created_at, series)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 'email', $8, $9, 'planned', 0, 0, $10, $11)";
    AGAIN = "
        UPDATE delivery SET state = 'planned', due_at = $2, not_after = $3, reason = NULL, tries = 0,
            settled_at = NULL
        WHERE id = $1";
    CANCEL = "
        UPDATE delivery SET state = 'cancelled', reason = 'changed', settled_at = $2
        WHERE id = $1 AND state = 'planned'";
    TOLD_OF = "
        SELECT COUNT(*) FROM delivery
        WHERE appointment = $1 AND ics_sequence = $2
            AND (state IN ('sent', 'leased') OR began > 0)";
}

#[derive(sqlx::FromRow)]
struct DeliveryRow {
    id: Uuid,
    dedupe: Vec<u8>,
    state: String,
    due_at: i64,
    not_after: i64,
    tries: i64,
    /// May be planned again: waits, was no longer wanted, had no address that takes mail, or there is another one.
    open: i64,
    /// It was the address.
    unreached: i64,
}

impl DeliveryRow {
    /// Its time has come, or it was put off when it had: whoever leases it decides.
    fn waits_since(&self, due: Timestamp, now: Timestamp) -> bool {
        let put_off = due <= now && self.due_at > due.micros();
        self.state == "planned" && (put_off || self.due_at <= now.micros())
    }
}

/// What the plan needs to know of an appointment, which stands there in its series.
pub(crate) fn visit(row: &AppointmentRow, place: Option<&Place>) -> Result<Visit> {
    Ok(Visit {
        kind: row.kind()?,
        state: row.state()?,
        start: db::at(row.start_at),
        end: db::at(row.end_at),
        sequence: row.sequence(),
        told_at: db::at(row.told_at),
        moved_from: row.moved_from_at.map(db::at),
        by_law: row.law_at == Some(row.told_at),
        has_link: row.meeting_link.is_some(),
        in_series: place.map(|place| place.in_series),
        cancel_notice_at: row.cancel_notice_at.map(db::at),
    })
}

/// What [`agree`] may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Agreeing {
    /// Everything that waits: something changed.
    All,
    /// What is not due yet: what is, whoever leases it decides.
    ToCome,
}

/// Makes the planned mails of an appointment agree with what is true now. Wanted and missing is
/// planned, planned and not wanted is cancelled; what is under way or done is left alone.
pub(crate) async fn replan(tx: &mut Tx, appointment: AppointmentId) -> Result<()> {
    agree(tx, appointment, Agreeing::All).await?;
    tx.wake(Topic::Due);
    Ok(())
}

/// The same; how many mails were planned anew, planned again or cancelled.
pub(crate) async fn agree(
    tx: &mut Tx,
    appointment: AppointmentId,
    agreeing: Agreeing,
) -> Result<u64> {
    let row = appointments::read(tx, appointment).await?;
    let place = mails::place(tx, &row).await?;
    let visit = visit(&row, place.as_ref())?;
    let now = tx.now();
    let rows = recipients::read(tx, &row, place.as_ref(), now).await?;
    let persons: HashMap<ParticipantId, Uuid> =
        rows.iter().map(|row| (row.id.into(), row.person)).collect();
    let recipients = rows.iter().map(|row| row.recipient(tx, visit.sequence));
    let recipients = recipients.collect::<Result<Vec<_>>>()?;
    let mut there: HashMap<Vec<u8>, DeliveryRow> = tx
        .sql(ROWS)
        .bind(row.id)
        .all::<DeliveryRow>()
        .await?
        .into_iter()
        .map(|row| (row.dedupe.clone(), row))
        .collect();
    let mut mended = 0;
    for one in reminders::plan(&visit, &recipients, now) {
        let series = place.as_ref().filter(|_| one.series);
        let of = (appointment, visit.sequence);
        let dedupe = dedupe(of, one.participant, one.step, series);
        let known = there.remove(&dedupe);
        let person = persons.get(&one.participant).copied().unwrap_or_default();
        if !one.way.is_mail() {
            let known = known.map(|row| row.id);
            mended += untold::note(tx, (&row, series), (person, dedupe, known), &one).await?;
            continue;
        }
        let of = (&row, series.map(|place| place.series));
        let (id, changed) = if let Some(row) = known {
            let untouched = agreeing == Agreeing::ToCome && row.waits_since(one.due, now);
            let changed = !untouched && plan_again(tx, &row, &one).await? > 0;
            if changed && row.unreached > 0 {
                unreached::finish_told(tx, person.into(), appointment).await?;
            }
            (row.id, changed)
        } else {
            (insert(tx, of, (person, dedupe), &one).await?, true)
        };
        mended += u64::from(changed);
        if changed && one.way == Way::MailAndCall {
            untold::tell(tx, id).await?;
        }
        let of = (appointment, row.client.into());
        links::ensure(tx, of, one.participant, visit.sequence).await?;
    }
    for row in there.into_values() {
        let is_due = row.due_at <= now.micros();
        let is_for_lease = is_due && agreeing == Agreeing::ToCome;
        if row.state != "planned" || is_for_lease {
            continue;
        }
        let of = (appointment, place.as_ref());
        if row.not_after >= now.micros() || !was_wanted(&row, of, &visit, &recipients) {
            mended += tx.sql(CANCEL).bind(row.id).bind(now.micros()).run().await?;
        }
    }
    Ok(mended)
}

/// Whether nothing but time speaks against a mail that is worthless by now: it did not leave, and whoever leases it says
/// so. Nobody would hear of one that is cancelled here ([`crate::outages`]).
fn was_wanted(
    row: &DeliveryRow,
    (appointment, place): (AppointmentId, Option<&Place>),
    visit: &Visit,
    recipients: &[Recipient],
) -> bool {
    let planned = reminders::plan(visit, recipients, db::at(row.not_after));
    let of = (appointment, visit.sequence);
    let mut mails = planned.iter().filter(|one| one.way.is_mail());
    mails.any(|one| {
        let series = place.filter(|_| one.series);
        dedupe(of, one.participant, one.step, series) == row.dedupe
    })
}

/// How many rows that changed.
async fn plan_again(tx: &mut Tx, row: &DeliveryRow, mail: &Planned) -> Result<u64> {
    // One that was tried waits for its pause to end, not for the time of the plan.
    let stands = row.state == "planned" && (row.tries > 0 || row.due_at == mail.due.micros());
    if row.open == 0 || stands {
        return Ok(0);
    }
    tx.sql(AGAIN)
        .bind(row.id)
        .bind(mail.due.micros())
        .bind(mail.not_after.micros())
        .run()
        .await
}

async fn insert(
    tx: &mut Tx,
    (appointment, series): (&AppointmentRow, Option<Uuid>),
    (person, dedupe): (Uuid, Vec<u8>),
    mail: &Planned,
) -> Result<Uuid> {
    let now = tx.now();
    let id = DeliveryId::from_parts(now, tx.random());
    tx.sql(INSERT)
        .bind(id.uuid())
        .bind(dedupe)
        .bind(person)
        .bind(appointment.id)
        .bind(mail.participant.uuid())
        .bind(appointment.ics_sequence)
        .bind(mail.step.as_str())
        .bind(mail.due.micros())
        .bind(mail.not_after.micros())
        .bind(now.micros())
        .bind(series)
        .run()
        .await?;
    Ok(id.uuid())
}

/// What makes a mail this one and no other.
fn dedupe(
    (appointment, sequence): (AppointmentId, u32),
    to: ParticipantId,
    step: Step,
    series: Option<&Place>,
) -> Vec<u8> {
    let mut of_series = Vec::new();
    if let Some(place) = series {
        of_series.extend_from_slice(b"|series");
        of_series.extend_from_slice(place.series.as_bytes());
        of_series.extend_from_slice(&place.told_at.to_be_bytes());
    }
    sha256(&[
        b"carecircle/delivery/v1",
        appointment.as_bytes(),
        &sequence.to_be_bytes(),
        to.as_bytes(),
        step.as_str().as_bytes(),
        b"|email",
        &of_series,
    ])
    .to_vec()
}

/// Whether a mail about that sequence has left, or may have.
pub(crate) async fn told_of(tx: &mut Tx, id: AppointmentId, sequence: u32) -> Result<bool> {
    let (count,): (i64,) = tx
        .sql(TOLD_OF)
        .bind(id.uuid())
        .bind(i64::from(sequence))
        .one()
        .await?;
    Ok(count > 0)
}
