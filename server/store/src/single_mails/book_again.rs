//! The mail to a client who did not come, for the next morning: nothing but that there is something, with a link by
//! which they book again, or with the way to the app. Planned by [`crate::no_shows`] in the transaction in which staff
//! say that nobody came.
//!
//! Whoever came after all or since, missed another one, wants no reminders, has another visit by now, or is served by
//! nobody any more gets none; nor does anybody whose link was used or taken back.

use care::no_show::{self, Planned};
use protocol::{AppointmentId, BookingLinkId, PersonId, SingleMailId, Timestamp};
use uuid::Uuid;

use super::{DueRow, SingleMail, booking_links};
use crate::error::Result;
use crate::no_shows;
use crate::tx::Tx;
use crate::wake::Topic;

statements! {
    INSERT = "
        INSERT INTO single_mail (id, kind, person, appointment, booking_link, due_at, not_after, state,
            tries, began, written_at, created_at)
        VALUES ($1, 'book_again', $2, $3, $4, $5, $6, 'planned', 0, 0, $5, $7)";
    STANDS = "
        SELECT id FROM single_mail
        WHERE appointment = $1 AND kind = 'book_again' AND state <> 'cancelled' LIMIT 1";
    CANCEL = "
        UPDATE single_mail SET state = 'cancelled', reason = 'changed', settled_at = $2
        WHERE appointment = $1 AND kind = 'book_again' AND state = 'planned' AND began = 0
        RETURNING person, booking_link";
    // Visits of a series are booked by nobody who has the client in mind.
    LOOK = "
        SELECT m.appointment, m.booking_link, a.state,
            (SELECT COUNT(*) FROM assignment g
                WHERE g.client = a.client AND g.from_at <= $2
                    AND (g.ended_at IS NULL OR g.ended_at > $2)) AS assignments,
            (SELECT COUNT(*) FROM appointment o
                WHERE o.client = a.client AND o.start_at > a.start_at AND o.state = 'booked'
                    AND o.series IS NULL AND o.created_at > m.created_at) AS booked
        FROM single_mail m JOIN appointment a ON a.id = m.appointment WHERE m.id = $1";
    CONCERN = "
        SELECT a.organizer, a.client, a.client AS person
        FROM single_mail m JOIN appointment a ON a.id = m.appointment WHERE m.id = $1";
}

#[derive(sqlx::FromRow)]
struct LookRow {
    appointment: Uuid,
    booking_link: Option<Uuid>,
    state: String,
    assignments: i64,
    booked: i64,
}

/// Plans the mail, with a link if there is one.
pub(crate) async fn plan(
    tx: &mut Tx,
    (appointment, client): (AppointmentId, PersonId),
    link: Option<BookingLinkId>,
    mail: Planned,
) -> Result<()> {
    let now = tx.now();
    let id = SingleMailId::from_parts(now, tx.random());
    tx.sql(INSERT)
        .bind(id.uuid())
        .bind(client.uuid())
        .bind(appointment.uuid())
        .bind(link.map(|link| link.uuid()))
        .bind(mail.due.micros())
        .bind(mail.not_after.micros())
        .bind(now.micros())
        .run()
        .await?;
    tx.wake(Topic::Due);
    Ok(())
}

/// Whether one is planned or has left because of the appointment.
pub(crate) async fn stands(tx: &mut Tx, appointment: AppointmentId) -> Result<bool> {
    let stands = tx.sql(STANDS).bind(appointment.uuid());
    Ok(stands.maybe::<(Uuid,)>().await?.is_some())
}

/// Cancels the one that is planned, if it has not left. Whose it was, and its link: it is nobody's now.
pub(crate) async fn cancel(
    tx: &mut Tx,
    appointment: AppointmentId,
) -> Result<Option<(PersonId, BookingLinkId)>> {
    let now = tx.now().micros();
    let cancel = tx.sql(CANCEL).bind(appointment.uuid()).bind(now);
    let cancelled = cancel.maybe::<(Uuid, Option<Uuid>)>().await?;
    Ok(cancelled.and_then(|(client, link)| Some((client.into(), link?.into()))))
}

/// Why the mail is not sent any more, if it is not.
pub(super) async fn why_not(tx: &mut Tx, id: Uuid, now: Timestamp) -> Result<Option<&'static str>> {
    let look: LookRow = tx.sql(LOOK).bind(id).bind(now.micros()).one().await?;
    if look.state != "no_show" || look.assignments == 0 || look.booked > 0 {
        return Ok(Some("changed"));
    }
    if look.booking_link.is_some() && !booking_links::is_good(tx, id, now).await? {
        return Ok(Some("changed"));
    }
    let (client, missed) = no_shows::missed(tx, look.appointment).await?;
    let reach = no_shows::reach(tx, client).await?;
    Ok(no_show::why_not(&missed, &reach).map(no_show::Why::as_str))
}

/// What it holds: its link, if it has one; nothing at all of a client's who was erased.
pub(super) async fn about(tx: &mut Tx, row: &DueRow) -> Result<Option<SingleMail>> {
    if row.booking_link.is_none() {
        return Ok(Some(SingleMail::BookAgain { token: None }));
    }
    let token = booking_links::token(tx, row.id).await?;
    Ok(token.map(|token| SingleMail::BookAgain { token: Some(token) }))
}

/// Whoever held the visit; the client, twice: it goes to no one else.
pub(super) async fn concern(tx: &mut Tx, id: Uuid) -> Result<(Uuid, Uuid, Uuid)> {
    tx.sql(CONCERN).bind(id).one().await
}
