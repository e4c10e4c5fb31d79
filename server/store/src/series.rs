//! Series: visits that repeat. Each visit is an appointment of its own, with its own calendar UID; it is known
//! in its series by when it began by the rule, before anything moved. They are booked as far ahead as
//! [`limits::SERIES_DAYS_AHEAD`]; a job ([`extend`]) goes on as time does, until the rule ends or the series.
//!
//! Whoever books or moves visits of a series locks the resources of its team, then the series, then appointments.
//!
//! A series ends with its rule, when more than one of its visits is called off at once, and when its worker
//! serves the client no longer: then whoever else does is asked to see to it. What is booked stays.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use care::appointment::Booking;
use care::civil::{CivilTime, Date, Zone, parse_date, plus_days};
use care::series::{Occurrence, Rule, Shift};
use protocol::http::InSeries;
use protocol::{
    AccountId, AppointmentKind, PersonId, SeriesId, TaskId, TaskKind, Timestamp, VisitTypeId,
    limits,
};
use uuid::Uuid;

use crate::appointments::AppointmentRow;
use crate::error::{Error, Result};
use crate::tx::Tx;
use crate::wake::Topic;
use crate::{db, preferences};

pub(crate) mod book;
pub(crate) mod change;
pub(crate) mod extend;
pub(crate) mod gaps;
pub(crate) mod mails;

statements! {
    READ = "
        SELECT id, client, organizer, kind, visit_type, zone, minutes, meeting_link, place, rule, civil_start,
            shift_days, at_minute, booked_until, ended_at, told_at, earlier
        FROM series WHERE id = $1";
    HOLD = "UPDATE series SET version = version + 1 WHERE id = $1";
    END = "UPDATE series SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
    LIVE_OF = "
        SELECT id FROM series
        WHERE organizer = $1 AND client = COALESCE($2, client) AND ended_at IS NULL ORDER BY id";
    OTHERS = "
        SELECT DISTINCT account FROM assignment
        WHERE client = $1 AND account <> $2 AND from_at <= $3 AND (ended_at IS NULL OR ended_at > $3)
        ORDER BY account";
    INSERT_TASK = "
        INSERT INTO task (id, account, kind, client, person, created_at, series, at_time)
        VALUES ($1, $2, $3, $4, $4, $5, $6, $7)
        ON CONFLICT DO NOTHING";
    LEAVE = "
        DELETE FROM series_caregiver
        WHERE person = $2 AND series IN (SELECT id FROM series WHERE client = $1)";
}

#[derive(sqlx::FromRow)]
struct SeriesRow {
    id: Uuid,
    client: Uuid,
    organizer: Uuid,
    kind: String,
    visit_type: Option<Uuid>,
    zone: String,
    minutes: i64,
    meeting_link: Option<Vec<u8>>,
    place: Option<Vec<u8>>,
    rule: String,
    civil_start: String,
    shift_days: i64,
    at_minute: i64,
    booked_until: String,
    ended_at: Option<i64>,
    told_at: i64,
    earlier: Option<Uuid>,
}

/// A series as it stands.
pub(crate) struct Series {
    pub(crate) id: SeriesId,
    pub(crate) client: PersonId,
    pub(crate) organizer: AccountId,
    kind: AppointmentKind,
    visit_type: Option<VisitTypeId>,
    zone: Zone,
    minutes: u16,
    /// Sealed.
    meeting_link: Option<Vec<u8>>,
    /// Sealed.
    place: Option<Vec<u8>>,
    rule: Rule,
    /// When the first visit began by the rule.
    first: CivilTime,
    shift: Shift,
    /// The last of the rule's days that was looked at.
    booked_until: Date,
    ended: bool,
    /// Since when its visits stand as they do.
    told_at: i64,
    /// That its visits belonged to until they were moved together.
    earlier: Option<SeriesId>,
}

impl Series {
    fn of(tx: &Tx, row: SeriesRow) -> Result<Self> {
        let small = |n: i64| u16::try_from(n).map_err(|_| Error::broken("a series' minutes"));
        let days = i32::try_from(row.shift_days).map_err(|_| Error::broken("a series' shift"))?;
        let first = CivilTime::parse(&row.civil_start)?;
        Ok(Self {
            id: row.id.into(),
            client: row.client.into(),
            organizer: row.organizer.into(),
            kind: db::appointment_kind(&row.kind)?,
            visit_type: row.visit_type.map(VisitTypeId::from),
            zone: preferences::zone(tx, &row.zone),
            minutes: small(row.minutes)?,
            meeting_link: row.meeting_link,
            place: row.place,
            rule: Rule::parse(&row.rule, first.date())?,
            first,
            shift: Shift::new(days, small(row.at_minute)?),
            booked_until: parse_date(&row.booked_until)?,
            ended: row.ended_at.is_some(),
            told_at: row.told_at,
            earlier: row.earlier.map(SeriesId::from),
        })
    }

    /// The series of a first visit that was found bookable, before any of it is booked.
    fn planned(
        id: SeriesId,
        first: &Booking,
        organizer: AccountId,
        (zone, rule): (Zone, Rule),
    ) -> Self {
        Self {
            id,
            client: first.client,
            organizer,
            kind: first.kind,
            visit_type: first.visit_type,
            zone,
            minutes: first.minutes,
            meeting_link: None,
            place: None,
            rule,
            first: first.civil,
            shift: Shift::none(first.civil),
            booked_until: first.civil.date(),
            ended: false,
            told_at: 0,
            earlier: None,
        }
    }

    /// The name of the visit of a day of the rule.
    fn occurrence(&self, day: Date) -> Occurrence {
        Occurrence {
            series: self.id,
            name: Shift::none(self.first).civil_of(day),
        }
    }

    /// When the visit of a day of the rule begins, as the series now stands.
    fn start_of(&self, day: Date) -> Timestamp {
        self.zone.resolve(self.shift.civil_of(day))
    }

    /// Whether an appointment of the series is where the series has it, or was moved by itself.
    fn has(&self, row: &AppointmentRow) -> Result<bool> {
        let civil = self.shift.civil_of(day_of(row)?);
        Ok(civil.to_string() == row.civil_start
            && self.zone.name() == row.zone
            && self.minutes == row.minutes())
    }
}

/// The rule's day of an appointment of a series.
fn day_of(row: &AppointmentRow) -> Result<Date> {
    let name = row.occurrence.as_deref().unwrap_or_default();
    Ok(CivilTime::parse(name)?.date())
}

/// To which day series are booked at an instant.
fn horizon(tx: &Tx, now: Timestamp) -> Date {
    plus_days(
        tx.core().zone.date(now),
        i32::from(limits::SERIES_DAYS_AHEAD),
    )
}

/// A series by its id.
async fn read(tx: &mut Tx, id: SeriesId) -> Result<Series> {
    let row: SeriesRow = tx.sql(READ).bind(id.uuid()).one().await?;
    Series::of(tx, row)
}

/// Locks a series, of which the team's resources are locked already, and reads it as it now stands.
async fn hold(tx: &mut Tx, id: SeriesId) -> Result<Series> {
    tx.sql(HOLD).bind(id.uuid()).run().await?;
    read(tx, id).await
}

/// What an appointment's people are told of its series; what was read is kept for its other visits.
pub(crate) async fn told(
    tx: &mut Tx,
    row: &AppointmentRow,
    known: &mut HashMap<Uuid, Series>,
) -> Result<Option<InSeries>> {
    let Some(id) = row.series else {
        return Ok(None);
    };
    let series = match known.entry(id) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(unknown) => unknown.insert(read(tx, id.into()).await?),
    };
    Ok(Some(InSeries {
        id: series.id,
        repeats: series.rule.repeats(series.first.date(), series.shift),
        moved: !series.has(row)?,
    }))
}

/// No more of its visits are booked.
async fn end(tx: &mut Tx, id: SeriesId) -> Result<()> {
    let now = tx.now().micros();
    tx.sql(END).bind(id.uuid()).bind(now).run().await?;
    Ok(())
}

/// The worker serves this client no longer, or nobody any more: their series end. Whoever else serves a client
/// is asked to book what would have come.
pub(crate) async fn end_of(tx: &mut Tx, worker: AccountId, client: Option<PersonId>) -> Result<()> {
    let live = tx.sql(LIVE_OF).bind(worker.uuid());
    let live = live.bind(client.map(|client| client.uuid()));
    for (id,) in live.all::<(Uuid,)>().await? {
        let series = hold(tx, id.into()).await?;
        end(tx, series.id).await?;
        hand_on(tx, &series).await?;
    }
    Ok(())
}

/// Asks whoever else serves the client to book what would have come of a series that ended.
async fn hand_on(tx: &mut Tx, series: &Series) -> Result<()> {
    let next = series.rule.next(series.first.date(), series.booked_until)?;
    let Some(day) = next else {
        return Ok(());
    };
    let now = tx.now().micros();
    let others = tx
        .sql(OTHERS)
        .bind(series.client.uuid())
        .bind(series.organizer.uuid())
        .bind(now)
        .all::<(Uuid,)>()
        .await?;
    for (account,) in others {
        ask(tx, series, account.into(), day).await?;
    }
    Ok(())
}

/// Asks somebody to see to the visit of that day, unless they are asked already.
async fn ask(tx: &mut Tx, series: &Series, account: AccountId, day: Date) -> Result<()> {
    let now = tx.now();
    let id = TaskId::from_parts(now, tx.random());
    tx.sql(INSERT_TASK)
        .bind(id.uuid())
        .bind(account.uuid())
        .bind(TaskKind::SeriesConflict.as_str())
        .bind(series.client.uuid())
        .bind(now.micros())
        .bind(series.id.uuid())
        .bind(series.start_of(day).micros())
        .run()
        .await?;
    tx.wake(Topic::Account(account));
    Ok(())
}

/// The client allows a caregiver to take part no longer: none of what is booked from now on names them.
pub(crate) async fn leave(tx: &mut Tx, client: PersonId, caregiver: PersonId) -> Result<()> {
    let leave = tx.sql(LEAVE).bind(client.uuid());
    leave.bind(caregiver.uuid()).run().await?;
    Ok(())
}
