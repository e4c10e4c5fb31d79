//! How a caller stands to an appointment, signed in or by a link from a mail.

use care::Caller;
use care::rules::{Asker, Standing};
use protocol::{AppointmentId, ParticipantId, Role};

use super::SessionRow;
use crate::error::Result;
use crate::tx::Tx;

/// How many live consents of a client's for a caregiver cover appointments.
macro_rules! covering {
    ($client:literal, $caregiver:literal) => {
        concat!(
            "(SELECT COUNT(*) FROM consent c
                WHERE c.client = ",
            $client,
            " AND c.caregiver = ",
            $caregiver,
            " AND c.appointments_at IS NOT NULL
                    AND c.from_at <= $2 AND c.withdrawn_at IS NULL
                    AND (c.until_at IS NULL OR c.until_at > $2))"
        )
    };
}

/// Whether an account of the staff takes part in an appointment besides whoever is booked.
macro_rules! beside {
    ($appointment:literal, $account:literal) => {
        concat!(
            "(SELECT COUNT(*) FROM participant b JOIN appointment o ON o.id = b.appointment
                WHERE b.appointment = ",
            $appointment,
            " AND b.account = ",
            $account,
            " AND b.role = 'case_manager' AND b.left_at IS NULL AND o.organizer <> b.account)"
        )
    };
}

statements! {
    TO_APPOINTMENT = session!(
        concat!(
            ", (SELECT COUNT(*) FROM participant p
                WHERE p.appointment = k.id AND p.person = a.person AND p.left_at IS NULL) AS parts, ",
            beside!("k.id", "a.id"),
            " AS beside, ",
            covering!("k.client", "a.person"),
            " AS consents, ",
            assignments!("k.client", "$2"),
            " AS assignments, ",
            representations!("k.client", "$2"),
            " AS representations"
        ),
        "
            LEFT JOIN appointment k ON k.id = $3"
    );
    OF_BEARER = concat!(
        "
        SELECT p.left_at, ",
        beside!("k.id", "p.account"),
        " AS beside, ",
        covering!("k.client", "p.person"),
        " AS consents, ",
        assignments!("k.client", "$2"),
        " AS assignments
        FROM participant p
            JOIN appointment k ON k.id = p.appointment
            JOIN account a ON a.id = p.account
        WHERE p.id = $1"
    );
}

#[derive(sqlx::FromRow)]
struct AppointmentRow {
    #[sqlx(flatten)]
    session: SessionRow,
    parts: i64,
    beside: i64,
    consents: i64,
    assignments: i64,
    representations: i64,
}

#[derive(sqlx::FromRow)]
struct BearerRow {
    left_at: Option<i64>,
    beside: i64,
    consents: i64,
    assignments: i64,
}

/// The caller and one appointment.
pub(crate) async fn to_appointment(
    tx: &mut Tx,
    caller: &Caller,
    appointment: AppointmentId,
) -> Result<Standing> {
    let now = tx.now().micros();
    let row = tx
        .sql(TO_APPOINTMENT)
        .bind(caller.session.uuid())
        .bind(now)
        .bind(appointment.uuid())
        .maybe::<AppointmentRow>()
        .await?;
    let Some(row) = row else {
        return Ok(Standing::default());
    };
    Ok(Standing {
        takes_part: row.parts > 0,
        beside: row.beside > 0,
        consent: row.consents > 0,
        assigned: row.assignments > 0,
        acts_for: row.representations > 0,
        ..row.session.standing(now)?
    })
}

/// Whoever holds a link that was mailed to a participant of that role.
pub(crate) async fn of_bearer(
    tx: &mut Tx,
    role: Role,
    participant: ParticipantId,
) -> Result<Standing> {
    let now = tx.now().micros();
    let row: BearerRow = tx
        .sql(OF_BEARER)
        .bind(participant.uuid())
        .bind(now)
        .one()
        .await?;
    Ok(Standing {
        asker: Asker::Bearer(role),
        takes_part: row.left_at.is_none(),
        beside: row.beside > 0,
        consent: row.consents > 0,
        assigned: row.assignments > 0,
        ..Standing::default()
    })
}
