//! That mails do not reach a person: one task, whichever mail showed it, and one besides for each visit of which the
//! news did not come to them. Its `why` says how somebody is to see to it, and what answers it:
//!
//! * none: a mail did not arrive; `unconfirmed`: nobody has answered at their address; `not_theirs`: somebody else
//!   reads at it. Another address answers each of these.
//! * `outside_safe_hours`, `no_address`: no mail can tell them the news of this visit in time, or none at all. Until
//!   it begins they are to be told in another way, unless they say yes to it or a mail tells them after all.

use protocol::{AppointmentId, PersonId, TaskKind, Timestamp};
use uuid::Uuid;

use super::{Concern, insert, open};
use crate::error::Result;
use crate::tx::Tx;

statements! {
    OUTSIDE_HOURS = "UPDATE task SET why = 'outside_safe_hours' WHERE id = $1 AND why IS NULL";
    NO_ADDRESS = "UPDATE task SET why = 'no_address' WHERE id = $1 AND why IS NULL";
    UNCONFIRMED = "
        UPDATE task SET why = 'unconfirmed'
        WHERE person = $1 AND done_at IS NULL AND kind = 'cannot_reach_by_email' AND why IS NULL
            AND appointment IS NULL";
    NOT_THEIRS = "
        UPDATE task SET why = 'not_theirs'
        WHERE person = $1 AND done_at IS NULL AND kind = 'cannot_reach_by_email' AND why IS NULL";
    FINISH_CALLS = "
        UPDATE task SET done_at = $3
        WHERE appointment = $1 AND created_at >= $2 AND done_at IS NULL
            AND kind = 'cannot_reach_by_email' AND why IN ('outside_safe_hours', 'no_address')";
    FINISH_TOLD = "
        UPDATE task SET done_at = $3
        WHERE person = $1 AND appointment = $2 AND done_at IS NULL
            AND kind = 'cannot_reach_by_email' AND (why IS NULL OR why = 'no_address')";
    FINISH_KNOWN = "
        UPDATE task SET done_at = $3
        WHERE person = $1 AND appointment = $2 AND done_at IS NULL
            AND kind = 'cannot_reach_by_email' AND why IN ('outside_safe_hours', 'no_address')";
    // What may have arrived, or could not be written, no mail says once more.
    FINISH_CONFIRMED = "
        UPDATE task SET done_at = $2
        WHERE person = $1 AND done_at IS NULL AND kind = 'cannot_reach_by_email'
            AND why IN ('no_address', 'unconfirmed')
            AND NOT EXISTS (SELECT 1 FROM delivery v JOIN appointment a ON a.id = v.appointment
                WHERE a.id = task.appointment AND a.start_at > $2 AND v.person = $1
                    AND v.ics_sequence = a.ics_sequence AND v.state = 'failed'
                    AND v.step IN ('invitation', 'cancellation')
                    AND (v.began > 0
                        OR v.reason NOT IN ('address_refused', 'rejected', 'deferred')))";
    // News that did not arrive has not been told because there is another address.
    STILL_UNTOLD = "
        UPDATE task SET why = 'no_address'
        WHERE person = $1 AND done_at IS NULL AND kind = 'cannot_reach_by_email' AND why IS NULL
            AND EXISTS (SELECT 1 FROM delivery v JOIN appointment a ON a.id = v.appointment
                WHERE a.id = task.appointment AND a.start_at > $2 AND v.person = $1
                    AND v.ics_sequence = a.ics_sequence AND v.state = 'failed'
                    AND v.step IN ('invitation', 'cancellation'))";
    FINISH_UNREACHABLE = "
        UPDATE task SET done_at = $2
        WHERE person = $1 AND done_at IS NULL AND kind = 'cannot_reach_by_email'
            AND (why IS NULL OR why NOT IN ('outside_safe_hours', 'no_address'))";
}

/// Asks somebody to tell a person what happened to a visit, which no mail can in time: each visit is a thing to
/// see to. Whoever is asked to reach them about it already is told why.
pub(crate) async fn raise_outside_hours(tx: &mut Tx, concern: &Concern) -> Result<()> {
    raise_of_visit(tx, concern, OUTSIDE_HOURS).await
}

/// The same where no address of theirs takes a mail.
pub(crate) async fn raise_untold(tx: &mut Tx, concern: &Concern) -> Result<()> {
    raise_of_visit(tx, concern, NO_ADDRESS).await
}

/// The same where the mail that was to tell it did not arrive: another visit's is no reason to leave it unsaid.
pub(crate) async fn raise_lost(tx: &mut Tx, concern: &Concern) -> Result<()> {
    of_visit(tx, concern).await?;
    Ok(())
}

async fn raise_of_visit(tx: &mut Tx, concern: &Concern, say_why: &'static str) -> Result<()> {
    let id = of_visit(tx, concern).await?;
    tx.sql(say_why).bind(id).run().await?;
    Ok(())
}

/// What asks to reach the person about this visit, and no other.
async fn of_visit(tx: &mut Tx, concern: &Concern) -> Result<Uuid> {
    let kind = TaskKind::CannotReachByEmail;
    match open(tx, kind, concern, concern.appointment).await? {
        Some(id) => Ok(id),
        None => insert(tx, kind, concern).await,
    }
}

/// Whoever is asked to reach the person is told that nobody has answered at their address.
pub(crate) async fn unconfirmed(tx: &mut Tx, person: PersonId) -> Result<()> {
    tx.sql(UNCONFIRMED).bind(person.uuid()).run().await?;
    Ok(())
}

/// Whoever is asked to reach the person is told that somebody else reads at their address.
pub(crate) async fn not_theirs(tx: &mut Tx, person: PersonId) -> Result<()> {
    tx.sql(NOT_THEIRS).bind(person.uuid()).run().await?;
    Ok(())
}

/// What somebody was asked, since then, to tell people of the appointment needs no telling.
pub(crate) async fn finish_calls(
    tx: &mut Tx,
    appointment: AppointmentId,
    since: Timestamp,
) -> Result<()> {
    let now = tx.now().micros();
    tx.sql(FINISH_CALLS)
        .bind(appointment.uuid())
        .bind(since.micros())
        .bind(now)
        .run()
        .await?;
    Ok(())
}

/// A mail tells the person of the appointment after all, or they know: nobody needs to reach them about it.
pub(crate) async fn finish_told(
    tx: &mut Tx,
    person: PersonId,
    appointment: AppointmentId,
) -> Result<()> {
    let now = tx.now().micros();
    let finish = tx.sql(FINISH_TOLD).bind(person.uuid());
    finish.bind(appointment.uuid()).bind(now).run().await?;
    Ok(())
}

/// The person has said yes to the appointment as it stands: nobody needs to tell them of it. That mails do not reach them
/// stays a thing to see to.
pub(crate) async fn finish_known(
    tx: &mut Tx,
    person: PersonId,
    appointment: AppointmentId,
) -> Result<()> {
    let now = tx.now().micros();
    let finish = tx.sql(FINISH_KNOWN).bind(person.uuid());
    finish.bind(appointment.uuid()).bind(now).run().await?;
    Ok(())
}

/// Mails reach the person: what no mail told them, and is worth telling still, comes to them now. What does not come
/// even so is still to be told.
pub(crate) async fn finish_confirmed(tx: &mut Tx, person: PersonId) -> Result<()> {
    let now = tx.now().micros();
    let finish = tx.sql(FINISH_CONFIRMED).bind(person.uuid());
    finish.bind(now).run().await?;
    Ok(())
}

/// The person has another address, or none: whether mails reach them is to be seen anew. What they were not told of a
/// visit to come is still to be told.
pub(crate) async fn finish_unreachable(tx: &mut Tx, person: PersonId) -> Result<()> {
    let now = tx.now().micros();
    let keep = tx.sql(STILL_UNTOLD).bind(person.uuid()).bind(now);
    keep.run().await?;
    tx.sql(FINISH_UNREACHABLE)
        .bind(person.uuid())
        .bind(now)
        .run()
        .await?;
    Ok(())
}
