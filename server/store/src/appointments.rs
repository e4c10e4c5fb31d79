//! Appointments: one noun, its verbs in the files below. What every verb shares stands here: the row,
//! and how it is locked.
//!
//! Locks are taken in one order everywhere: resources by id, then the appointment. So two verbs about
//! the same worker wait for each other instead of overtaking.

use care::appointment::Standing;
use care::civil::{CivilTime, Zone};
use protocol::http::LocalTime;
use protocol::{
    AccountId, AppointmentId, AppointmentKind, AppointmentState, CancelReason, Code, Instead,
    PersonId, Refusal, Timestamp, limits,
};
use uuid::Uuid;

use crate::db;
use crate::error::{Error, Result};
use crate::hours::{self, Resource, Search};
use crate::preferences;
use crate::tx::Tx;

pub(crate) mod book;
pub(crate) mod change;
pub(crate) mod list;
pub(crate) mod reply;

statements! {
    READ = "
        SELECT id, client, organizer, kind, state, zone, minutes, start_at, end_at, ics_uid,
            ics_sequence, told_at, moved_at, meeting_link, cancelled_by, cancel_reason,
            cancel_notice_at
        FROM appointment WHERE id = $1";
    HOLD = "UPDATE appointment SET version = version + 1 WHERE id = $1";
    RESOURCES = "SELECT resource FROM claim WHERE appointment = $1 ORDER BY resource";
    INSERT_CLAIM = "
        INSERT INTO claim (id, resource, appointment, start_at, end_at) VALUES ($1, $2, $3, $4, $5)";
    FREE_CLAIMS = "DELETE FROM claim WHERE appointment = $1";
}

/// An appointment's row.
#[derive(sqlx::FromRow)]
pub(crate) struct AppointmentRow {
    pub(crate) id: Uuid,
    pub(crate) client: Uuid,
    pub(crate) organizer: Uuid,
    pub(crate) kind: String,
    pub(crate) state: String,
    pub(crate) zone: String,
    pub(crate) minutes: i64,
    pub(crate) start_at: i64,
    pub(crate) end_at: i64,
    pub(crate) ics_uid: String,
    pub(crate) ics_sequence: i64,
    pub(crate) told_at: i64,
    pub(crate) moved_at: Option<i64>,
    pub(crate) meeting_link: Option<Vec<u8>>,
    pub(crate) cancelled_by: Option<Uuid>,
    pub(crate) cancel_reason: Option<String>,
    pub(crate) cancel_notice_at: Option<i64>,
}

impl AppointmentRow {
    pub(crate) fn client(&self) -> PersonId {
        self.client.into()
    }

    pub(crate) fn organizer(&self) -> AccountId {
        self.organizer.into()
    }

    pub(crate) fn kind(&self) -> Result<AppointmentKind> {
        db::appointment_kind(&self.kind)
    }

    pub(crate) fn state(&self) -> Result<AppointmentState> {
        db::appointment_state(&self.state)
    }

    pub(crate) fn sequence(&self) -> u32 {
        db::small(self.ics_sequence)
    }

    pub(crate) fn minutes(&self) -> u16 {
        u16::try_from(self.minutes).unwrap_or(u16::MAX)
    }

    pub(crate) fn reason(&self) -> Result<Option<CancelReason>> {
        self.cancel_reason
            .as_deref()
            .map(db::cancel_reason)
            .transpose()
    }

    /// For the rules of change.
    pub(crate) fn standing(&self) -> Result<Standing> {
        Ok(Standing {
            state: self.state()?,
            sequence: self.sequence(),
            start: db::at(self.start_at),
        })
    }
}

/// An appointment by its id; [`Code::NotFound`] if there is none.
pub(crate) async fn read(tx: &mut Tx, id: AppointmentId) -> Result<AppointmentRow> {
    let row = tx
        .sql(READ)
        .bind(id.uuid())
        .maybe::<AppointmentRow>()
        .await?;
    row.ok_or_else(|| Error::from(Code::NotFound))
}

/// Locks what the appointment keeps busy, then the appointment, and reads it as it now stands.
pub(crate) async fn hold(tx: &mut Tx, id: AppointmentId) -> Result<AppointmentRow> {
    for (resource,) in tx.sql(RESOURCES).bind(id.uuid()).all::<(Uuid,)>().await? {
        hours::hold(tx, resource).await?;
    }
    tx.sql(HOLD).bind(id.uuid()).run().await?;
    read(tx, id).await
}

/// Locks the organizer's resource as well, whether or not the appointment has a claim on it.
pub(crate) async fn hold_with(
    tx: &mut Tx,
    id: AppointmentId,
    worker: AccountId,
) -> Result<(AppointmentRow, Resource)> {
    let resource = resource_of(tx, worker).await?;
    let appointment = hold(tx, id).await?;
    Ok((appointment, resource))
}

/// A worker's resource, locked.
pub(crate) async fn resource_of(tx: &mut Tx, worker: AccountId) -> Result<Resource> {
    let resource = hours::of(tx, worker).await?.ok_or_else(|| {
        Refusal::new(
            Code::NotAvailable,
            "nobody has said when this worker can be booked",
        )
    })?;
    hours::hold(tx, resource.id).await?;
    Ok(resource)
}

/// A time as it was asked for.
pub(crate) struct Asked {
    pub(crate) civil: CivilTime,
    pub(crate) zone: Zone,
    pub(crate) minutes: u16,
}

/// A time that a resource has free, found under its lock.
pub(crate) struct Found {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
}

/// Whether the resource can be had then, besides by `except` itself. [`Code::TimeInGap`],
/// [`Code::TimePast`]; [`Code::NotAvailable`] and [`Code::SlotTaken`] name the next free slots.
pub(crate) async fn find(
    tx: &mut Tx,
    resource: &Resource,
    asked: &Asked,
    except: Option<AppointmentId>,
) -> Result<Found> {
    let start = asked.zone.resolve_typed(asked.civil)?;
    let end = start.plus_seconds(i64::from(asked.minutes) * 60);
    let span = care::availability::SlotSpan {
        from: start,
        until: end,
    };
    let terms = hours::terms(asked.minutes);
    let fits = care::availability::fits(&resource.hours, &resource.zone, &terms, start, tx.now());
    let except = except.map(|id| id.uuid());
    let refusal = match fits {
        Err(refusal) if refusal.code == Code::TimePast => return Err(refusal.into()),
        Err(refusal) => refusal,
        Ok(()) => {
            if hours::busy(tx, resource, span, except).await?.is_empty() {
                return Ok(Found { start, end });
            }
            Refusal::new(Code::SlotTaken, "the worker is busy then")
        }
    };
    let search = Search {
        span: care::availability::SlotSpan {
            from: start,
            until: start.plus_seconds(28 * 86_400),
        },
        minutes: asked.minutes,
        count_max: limits::SLOTS_INSTEAD,
    };
    let free = hours::free(tx, resource, &search, except).await?;
    let slots = free
        .into_iter()
        .map(|start| hours::slot(start, &asked.zone));
    Err(refusal.instead(Instead::Slots(slots.collect())).into())
}

/// Claims the resource for the appointment.
pub(crate) async fn claim(
    tx: &mut Tx,
    resource: &Resource,
    appointment: AppointmentId,
    found: &Found,
) -> Result<()> {
    let id = AppointmentId::from_parts(tx.now(), tx.random()).uuid();
    tx.sql(INSERT_CLAIM)
        .bind(id)
        .bind(resource.id)
        .bind(appointment.uuid())
        .bind(found.start.micros())
        .bind(found.end.micros())
        .run()
        .await?;
    Ok(())
}

/// Gives back what the appointment kept busy.
pub(crate) async fn free_claims(tx: &mut Tx, appointment: AppointmentId) -> Result<()> {
    tx.sql(FREE_CLAIMS).bind(appointment.uuid()).run().await?;
    Ok(())
}

/// The wished zone, or the client's.
pub(crate) async fn zone_for(tx: &mut Tx, wished: Option<&str>, client: PersonId) -> Result<Zone> {
    match wished {
        Some(name) => Ok(tx.core().zones.find(name)?),
        None => preferences::zone_of(tx, client).await,
    }
}

/// An instant on the clocks of a stored zone.
pub(crate) fn local(tx: &Tx, zone: &str, at: i64) -> LocalTime {
    preferences::zone(tx, zone).local(db::at(at))
}
