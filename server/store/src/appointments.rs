//! Appointments: one noun, its verbs in the files below. What every verb shares stands here: the row,
//! and how it is locked.
//!
//! Locks are taken in one order everywhere: the resources of everybody who holds it ([`team`]) by id, then the
//! appointment. So two verbs about the same worker wait for each other instead of overtaking.

use care::appointment::Stage;
use care::availability::{SlotSpan, kept_free};
use care::civil::{CivilTime, Zone};
use protocol::http::{LocalTime, Slot};
use protocol::{
    AccountId, AppointmentId, AppointmentKind, AppointmentState, CancelReason, Code, Instead,
    PersonId, Refusal, Scope, Timestamp, VisitTypeId, limits,
};
use uuid::Uuid;

use crate::db;
use crate::error::{Error, Result};
use crate::hours::{self, Resource, Rules, Search};
use crate::preferences;
use crate::tx::Tx;

pub(crate) mod book;
pub(crate) mod change;
pub(crate) mod close;
pub(crate) mod left;
pub(crate) mod list;
pub(crate) mod overlaps;
pub(crate) mod place;
pub(crate) mod reply;
pub(crate) mod team;
pub(crate) mod undo;
pub(crate) mod zones;

statements! {
    READ = "
        SELECT id, client, organizer, kind, visit_type, state, zone, minutes, start_at, end_at,
            ics_uid, ics_sequence, told_at, moved_at, moved_from_at, law_at, team_at, place_at, meeting_link, place,
            cancelled_by,
            cancel_reason, cancel_notice_at, closed_at, closed_by, next_step, note, series, occurrence, civil_start
        FROM appointment WHERE id = $1";
    HOLD = "UPDATE appointment SET version = version + 1 WHERE id = $1";
    INSERT_CLAIM = "
        INSERT INTO claim (id, resource, appointment, start_at, end_at) VALUES ($1, $2, $3, $4, $5)";
    FREE_CLAIMS = "DELETE FROM claim WHERE appointment = $1";
    INSERT_BESIDE = "
        INSERT INTO claim_beside (appointment, resource, start_at, end_at) VALUES ($1, $2, $3, $4)";
    FREE_BESIDE = "DELETE FROM claim_beside WHERE appointment = $1";
}

/// An appointment's row.
#[derive(sqlx::FromRow)]
pub(crate) struct AppointmentRow {
    pub(crate) id: Uuid,
    pub(crate) client: Uuid,
    pub(crate) organizer: Uuid,
    pub(crate) kind: String,
    pub(crate) visit_type: Option<Uuid>,
    pub(crate) state: String,
    pub(crate) zone: String,
    pub(crate) minutes: i64,
    pub(crate) start_at: i64,
    pub(crate) end_at: i64,
    pub(crate) ics_uid: String,
    pub(crate) ics_sequence: i64,
    pub(crate) told_at: i64,
    pub(crate) moved_at: Option<i64>,
    /// When it would have begun before.
    pub(crate) moved_from_at: Option<i64>,
    pub(crate) law_at: Option<i64>,
    /// When who of the staff comes last changed.
    pub(crate) team_at: Option<i64>,
    /// When where it is last changed.
    pub(crate) place_at: Option<i64>,
    pub(crate) meeting_link: Option<Vec<u8>>,
    pub(crate) place: Option<Vec<u8>>,
    pub(crate) cancelled_by: Option<Uuid>,
    pub(crate) cancel_reason: Option<String>,
    pub(crate) cancel_notice_at: Option<i64>,
    pub(crate) closed_at: Option<i64>,
    pub(crate) closed_by: Option<Uuid>,
    pub(crate) next_step: Option<String>,
    pub(crate) note: Option<Vec<u8>>,
    pub(crate) series: Option<Uuid>,
    /// Its name in the series.
    pub(crate) occurrence: Option<String>,
    pub(crate) civil_start: String,
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

    /// What whoever changes it must have seen. Nobody is told how a visit went, so that no calendar counts that; whoever
    /// says so without knowing that it was said must look again.
    pub(crate) fn seen(&self) -> u32 {
        self.sequence() + u32::from(self.closed_at.is_some())
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
    pub(crate) fn stage(&self) -> Result<Stage> {
        Ok(Stage {
            state: self.state()?,
            sequence: self.seen(),
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
    Ok(hold_busy(tx, id).await?.0)
}

/// The same, and the resources of its team.
pub(crate) async fn hold_busy(
    tx: &mut Tx,
    id: AppointmentId,
) -> Result<(AppointmentRow, Vec<Uuid>)> {
    let resources = team::lock_resources(tx, id).await?;
    tx.sql(HOLD).bind(id.uuid()).run().await?;
    Ok((read(tx, id).await?, resources))
}

/// The same, and its team as it can be booked; with a scope that of all its series.
pub(crate) async fn hold_with(
    tx: &mut Tx,
    id: AppointmentId,
    scope: Scope,
) -> Result<(AppointmentRow, Vec<Resource>)> {
    let team = team::lock_of(tx, id, scope).await?;
    tx.sql(HOLD).bind(id.uuid()).run().await?;
    Ok((read(tx, id).await?, team))
}

/// A time as it was asked for.
pub(crate) struct Asked {
    pub(crate) civil: CivilTime,
    pub(crate) zone: Zone,
    pub(crate) rules: Rules,
}

/// A time at which all of a team are free, found under their locks.
pub(crate) struct Found {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    /// With what is kept free around it.
    pub(crate) claimed: SlotSpan,
}

/// Whether all of the team can be had then, besides by `except` itself. [`Code::TimeInGap`],
/// [`Code::TimePast`]; [`Code::NotAvailable`] and [`Code::SlotTaken`] name the next free slots.
pub(crate) async fn find(
    tx: &mut Tx,
    team: &[Resource],
    asked: &Asked,
    except: Option<AppointmentId>,
) -> Result<Found> {
    let except = except.map(|id| id.uuid());
    let now = tx.now();
    find_as_of(tx, team, asked, (except, now)).await
}

/// The same, besides by an appointment or whoever holds a time, who kept to the terms at that instant: what is
/// held is not too soon a few minutes later.
pub(crate) async fn find_as_of(
    tx: &mut Tx,
    team: &[Resource],
    asked: &Asked,
    (except, as_of): (Option<Uuid>, Timestamp),
) -> Result<Found> {
    let start = asked.zone.resolve_typed(asked.civil)?;
    let looked = look(tx, team, (&asked.rules, start), (except, as_of)).await?;
    or_instead(tx, looked, team, (asked, start), except).await
}

/// What was found, or why not, with the next free slots of a team.
pub(crate) async fn or_instead(
    tx: &mut Tx,
    looked: std::result::Result<Found, Refusal>,
    team: &[Resource],
    (asked, start): (&Asked, Timestamp),
    except: Option<Uuid>,
) -> Result<Found> {
    let refusal = match looked {
        Ok(found) => return Ok(found),
        Err(refusal) if refusal.code == Code::TimePast => return Err(refusal.into()),
        Err(refusal) => refusal,
    };
    let slots = instead(tx, team, (asked, start), except).await?;
    Err(refusal.instead(Instead::Slots(slots)).into())
}

/// Whether all of the team, which is locked, can be had from that instant on; or why not.
pub(crate) async fn look(
    tx: &mut Tx,
    team: &[Resource],
    (rules, start): (&Rules, Timestamp),
    (except, as_of): (Option<Uuid>, Timestamp),
) -> Result<std::result::Result<Found, Refusal>> {
    let terms = &rules.terms;
    let found = Found {
        start,
        end: start.plus_seconds(i64::from(terms.minutes) * 60),
        claimed: kept_free(terms, start),
    };
    if start < tx.now() {
        return Ok(Err(Refusal::new(Code::TimePast, "time: has passed")));
    }
    for one in team {
        let fits = care::availability::fits(&one.hours, &one.zone, terms, start, as_of);
        if let Err(refusal) = fits {
            return Ok(Err(refusal));
        }
        if let Some(refusal) = hindrance(tx, one, (rules, &found), except).await? {
            return Ok(Err(refusal));
        }
    }
    Ok(Ok(found))
}

/// The next slots at which all of a team are free, after a time that cannot be had.
pub(crate) async fn instead(
    tx: &mut Tx,
    team: &[Resource],
    (asked, start): (&Asked, Timestamp),
    except: Option<Uuid>,
) -> Result<Vec<Slot>> {
    let search = Search {
        span: SlotSpan {
            from: start,
            until: start.plus_seconds(28 * 86_400),
        },
        rules: &asked.rules,
        count_max: limits::SLOTS_INSTEAD,
    };
    let free = hours::free(tx, team, &search, except).await?;
    Ok(hours::told(free, &asked.zone))
}

/// What else is at that time, or on that day, of a time that is within the hours.
async fn hindrance(
    tx: &mut Tx,
    resource: &Resource,
    (rules, found): (&Rules, &Found),
    except: Option<Uuid>,
) -> Result<Option<Refusal>> {
    let busy = hours::busy(tx, resource, found.claimed, except).await?;
    if !busy.is_empty() {
        let refusal = Refusal::new(Code::SlotTaken, "the worker is busy then");
        return Ok(Some(refusal));
    }
    Ok(is_full(tx, resource, (rules, found.start), except)
        .await?
        .then(day_is_full))
}

/// Whether the worker's day holds as many of a kind as it may, besides one appointment or what one actor holds.
async fn is_full(
    tx: &mut Tx,
    resource: &Resource,
    (rules, start): (&Rules, Timestamp),
    except: Option<Uuid>,
) -> Result<bool> {
    let Some(cap) = rules.cap else {
        return Ok(false);
    };
    let day = SlotSpan {
        from: start,
        until: start,
    };
    let full = hours::full_days(tx, resource, cap, day, except).await?;
    Ok(full.contains(&resource.zone.date(start)))
}

fn day_is_full() -> Refusal {
    Refusal::new(Code::NotAvailable, "no more visits of this kind that day")
}

/// By what an appointment of so many minutes goes on that was booked as this kind.
pub(crate) async fn rules_of(
    tx: &mut Tx,
    appointment: &AppointmentRow,
    minutes: u16,
) -> Result<Rules> {
    let visit_type = appointment.visit_type.map(VisitTypeId::from);
    let rules = hours::rules(tx, visit_type, minutes).await?;
    Ok(match appointment.series {
        Some(_) => rules.of_series(),
        None => rules,
    })
}

/// The time that an appointment takes, as it stands.
pub(crate) async fn taken_by(tx: &mut Tx, appointment: &AppointmentRow) -> Result<Found> {
    let rules = rules_of(tx, appointment, appointment.minutes()).await?;
    let start = db::at(appointment.start_at);
    Ok(Found {
        start,
        end: db::at(appointment.end_at),
        claimed: kept_free(&rules.terms, start),
    })
}

/// Claims all of its team for the appointment.
pub(crate) async fn claim_all(
    tx: &mut Tx,
    team: &[Resource],
    appointment: AppointmentId,
    found: &Found,
) -> Result<()> {
    for resource in team {
        claim(tx, resource, appointment, found).await?;
    }
    Ok(())
}

/// Claims one resource for the appointment.
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
        .bind(found.claimed.from.micros())
        .bind(found.claimed.until.micros())
        .run()
        .await?;
    Ok(())
}

/// Keeps one resource for the appointment where something else has its claim: nobody else is booked then, whichever
/// of the two goes.
pub(crate) async fn keep_beside(
    tx: &mut Tx,
    resource: &Resource,
    appointment: AppointmentId,
    found: &Found,
) -> Result<()> {
    tx.sql(INSERT_BESIDE)
        .bind(appointment.uuid())
        .bind(resource.id)
        .bind(found.claimed.from.micros())
        .bind(found.claimed.until.micros())
        .run()
        .await?;
    Ok(())
}

/// Gives back what the appointment kept busy.
pub(crate) async fn free_claims(tx: &mut Tx, appointment: AppointmentId) -> Result<()> {
    for sql in [FREE_CLAIMS, FREE_BESIDE] {
        tx.sql(sql).bind(appointment.uuid()).run().await?;
    }
    Ok(())
}

/// An instant on the clocks of a stored zone.
pub(crate) fn local(tx: &Tx, zone: &str, at: i64) -> LocalTime {
    preferences::zone(tx, zone).local(db::at(at))
}
