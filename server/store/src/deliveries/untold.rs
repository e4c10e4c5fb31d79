//! News that cannot be told by mail in time, because it would come outside a person's safe hours: the row says so,
//! and whoever serves the client is asked to tell it in another way.

use care::reminders::Planned;
use protocol::DeliveryId;
use uuid::Uuid;

use crate::appointments::AppointmentRow;
use crate::error::Result;
use crate::tasks::{self, Concern};
use crate::tx::Tx;

/// Why it did not leave.
pub(super) const WHY: &str = "outside_safe_hours";

statements! {
    INSERT = "
        INSERT INTO delivery (id, dedupe, person, appointment, participant, ics_sequence, step,
            channel, due_at, not_after, state, reason, tries, began, created_at, settled_at, series)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 'email', $8, $9, 'skipped', 'outside_safe_hours', 0, 0,
            $8, $8, $10)";
    SKIP = "
        UPDATE delivery SET state = 'skipped', reason = 'outside_safe_hours', settled_at = $2
        WHERE id = $1 AND state IN ('planned', 'cancelled')";
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
    (appointment, series): (&AppointmentRow, Option<Uuid>),
    (person, dedupe, known): (Uuid, Vec<u8>, Option<Uuid>),
    one: &Planned,
) -> Result<u64> {
    let now = tx.now();
    if let Some(id) = known {
        let skipped = tx.sql(SKIP).bind(id).bind(now.micros()).run().await?;
        if skipped > 0 {
            tell(tx, id).await?;
        }
        return Ok(skipped);
    }
    let id = DeliveryId::from_parts(now, tx.random()).uuid();
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
        .bind(series)
        .run()
        .await?;
    tell(tx, id).await?;
    Ok(1)
}

/// Asks whoever holds the visit to tell its news in another way, if it is news to a client or a caregiver.
pub(super) async fn tell(tx: &mut Tx, delivery: Uuid) -> Result<()> {
    let concern = tx.sql(CONCERN).bind(delivery);
    let concern = concern.maybe::<(Uuid, Uuid, Uuid, Uuid)>().await?;
    let Some((account, client, person, appointment)) = concern else {
        return Ok(());
    };
    let concern = Concern {
        account: account.into(),
        client: client.into(),
        person: person.into(),
        appointment: Some(appointment.into()),
    };
    tasks::raise_outside_hours(tx, &concern).await
}
