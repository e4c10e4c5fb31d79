//! News that cannot be told by mail: it would come outside a person's safe hours and too late, or no address of theirs
//! takes a mail. The row says so, and whoever serves the client is asked to tell it in another way: once for each
//! visit and person, however often it is planned again.

use care::reminders::{Planned, Way};
use protocol::{DeliveryId, Step};
use uuid::Uuid;

use crate::appointments::AppointmentRow;
use crate::error::Result;
use crate::series::mails::Place;
use crate::tasks::{Concern, unreached};
use crate::tx::Tx;

/// Why it did not leave: it would have come at the wrong time.
pub(super) const WHY: &str = "outside_safe_hours";

statements! {
    INSERT = "
        INSERT INTO delivery (id, dedupe, person, appointment, participant, ics_sequence, step,
            channel, due_at, not_after, state, reason, tries, began, created_at, settled_at, series)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 'email', $8, $9, 'skipped', $10, 0, 0, $8, $8, $11)";
    SKIP = "
        UPDATE delivery SET state = 'skipped', reason = $2, settled_at = $3
        WHERE id = $1 AND state IN ('planned', 'cancelled')";
    // There is an address by now, and no time at which a mail may come to it.
    OUTSIDE = "
        UPDATE delivery SET reason = 'outside_safe_hours', settled_at = $2
        WHERE id = $1 AND state = 'skipped'
            AND reason IN ('no_address', 'address_unconfirmed', 'address_refused')";
    // There is another one, or none, and still no way: of that somebody was told.
    ANEW = "
        UPDATE delivery SET reason = $2
        WHERE id = $1 AND state = 'skipped' AND reason <> $2
            AND reason IN ('no_address', 'address_unconfirmed', 'address_refused')";
    ADDRESS = "
        SELECT refused_at FROM address
        WHERE person = $1 AND channel = 'email' AND ended_at IS NULL";
    SERIES_NOTED = "
        SELECT id FROM delivery
        WHERE person = $1 AND series = $2 AND step = 'invitation' AND created_at >= $3
            AND state = 'skipped' AND reason IN ('no_address', 'address_unconfirmed', 'address_refused')
        LIMIT 1";
    // Whoever called it off themselves knows.
    CONCERN = "
        SELECT a.organizer, a.client, v.person, a.id
        FROM delivery v
            JOIN appointment a ON a.id = v.appointment
            JOIN participant p ON p.id = v.participant
        WHERE v.id = $1 AND v.step IN ('invitation', 'cancellation')
            AND p.role IN ('client', 'caregiver')
            AND (a.cancelled_by IS NULL OR a.cancelled_by <> v.person)";
}

/// Notes that this mail to a person is not sent, and asks for them to be told; nothing if that was noted before,
/// or the mail is on its way. `known`: its row, if there is one. How many rows that changed.
pub(super) async fn note(
    tx: &mut Tx,
    (appointment, series): (&AppointmentRow, Option<&Place>),
    (person, dedupe, known): (Uuid, Vec<u8>, Option<Uuid>),
    one: &Planned,
) -> Result<u64> {
    let why = match one.way {
        Way::Unreachable => unreachable_why(tx, person).await?,
        _ => WHY,
    };
    if let Some(id) = known {
        return note_again(tx, id, why).await;
    }
    if is_noted(tx, series, person, one).await? {
        return Ok(0);
    }
    let id = DeliveryId::from_parts(tx.now(), tx.random()).uuid();
    tx.sql(INSERT)
        .bind(id)
        .bind(dedupe)
        .bind(person)
        .bind(appointment.id)
        .bind(one.participant.uuid())
        .bind(appointment.ics_sequence)
        .bind(one.step.as_str())
        .bind(one.due.micros())
        .bind(one.not_after.micros())
        .bind(why)
        .bind(series.map(|place| place.series))
        .run()
        .await?;
    tell_why(tx, id, why).await?;
    Ok(1)
}

/// The same of one that has its row.
async fn note_again(tx: &mut Tx, id: Uuid, why: &'static str) -> Result<u64> {
    let now = tx.now().micros();
    let mut noted = tx.sql(SKIP).bind(id).bind(why).bind(now).run().await?;
    if noted == 0 && why == WHY {
        noted = tx.sql(OUTSIDE).bind(id).bind(now).run().await?;
    }
    if noted > 0 {
        tell_why(tx, id, why).await?;
        return Ok(noted);
    }
    if why == WHY {
        return Ok(0);
    }
    tx.sql(ANEW).bind(id).bind(why).run().await
}

/// Whether somebody was asked to tell them of the series as it stands, by another of its visits.
async fn is_noted(
    tx: &mut Tx,
    series: Option<&Place>,
    person: Uuid,
    one: &Planned,
) -> Result<bool> {
    let is_about = one.way == Way::Unreachable && one.step == Step::Invitation;
    let Some(place) = series.filter(|_| is_about) else {
        return Ok(false);
    };
    let noted = tx.sql(SERIES_NOTED).bind(person).bind(place.series);
    let noted = noted.bind(place.told_at).maybe::<(Uuid,)>().await?;
    Ok(noted.is_some())
}

/// Why no address of theirs takes a mail.
async fn unreachable_why(tx: &mut Tx, person: Uuid) -> Result<&'static str> {
    let address = tx.sql(ADDRESS).bind(person).maybe::<(Option<i64>,)>();
    Ok(match address.await? {
        None => "no_address",
        Some((Some(_),)) => "address_refused",
        Some((None,)) => "address_unconfirmed",
    })
}

async fn tell_why(tx: &mut Tx, delivery: Uuid, why: &'static str) -> Result<()> {
    if why == WHY {
        tell(tx, delivery).await
    } else {
        tell_unreachable(tx, delivery).await
    }
}

/// The same of one that was dropped for that reason when it was due, if that is how it came not to be told.
pub(super) async fn tell_dropped(tx: &mut Tx, delivery: Uuid, why: &'static str) -> Result<()> {
    match why {
        WHY => tell(tx, delivery).await,
        "no_address" | "address_unconfirmed" => tell_unreachable(tx, delivery).await,
        _ => Ok(()),
    }
}

/// Asks whoever holds the visit to tell its news in another way, if it is news to a client or a caregiver.
pub(super) async fn tell(tx: &mut Tx, delivery: Uuid) -> Result<()> {
    match concern(tx, delivery).await? {
        Some(concern) => unreached::raise_outside_hours(tx, &concern).await,
        None => Ok(()),
    }
}

/// The same of news for which there is no address.
pub(super) async fn tell_unreachable(tx: &mut Tx, delivery: Uuid) -> Result<()> {
    match concern(tx, delivery).await? {
        Some(concern) => unreached::raise_untold(tx, &concern).await,
        None => Ok(()),
    }
}

async fn concern(tx: &mut Tx, delivery: Uuid) -> Result<Option<Concern>> {
    let concern = tx.sql(CONCERN).bind(delivery);
    let concern = concern.maybe::<(Uuid, Uuid, Uuid, Uuid)>().await?;
    Ok(
        concern.map(|(account, client, person, appointment)| Concern {
            account: account.into(),
            client: client.into(),
            person: person.into(),
            appointment: Some(appointment.into()),
        }),
    )
}
