//! Moves and calls off several visits of a series at once, each by the code that does so with a single one: its
//! sequence rises, its claim moves, its mails are planned anew. Only visits that are booked and have not begun.
//!
//! A move shifts the series: by so many days and to the time of day by which the visit that was chosen leaves
//! the place that the series has for it. Visits that were moved by themselves before stay where they are. This
//! one and later ones become a series of their own; the earlier one ends.
//!
//! Calling off more than one visit ends the series, and cannot be taken back.

use care::appointment::Move;
use care::civil::{Date, Zone};
use care::series::Shift;
use protocol::http::Conflict;
use protocol::{AppointmentId, Code, Refusal, Scope, SeriesId};
use uuid::Uuid;

use super::book::{caregivers, conflict, insert, refusal, staff, whereabouts};
use super::{Series, day_of, end, gaps, hold, mails};
use crate::appointments::{
    self, AppointmentRow, Asked, Found, change, claim_all, free_claims, look, rules_of, taken_by,
    team,
};
use crate::error::{Error, Result};
use crate::hours::{self, Resource};
use crate::tx::Tx;
use crate::{deliveries, preferences, tasks};

statements! {
    TARGETS = "
        SELECT id FROM appointment
        WHERE series = $1 AND occurrence >= $2 AND state = 'booked' AND start_at > $3
        ORDER BY occurrence, id";
    EARLIER = "SELECT COUNT(*) FROM appointment WHERE series = $1 AND occurrence < $2";
    SHIFT = "
        UPDATE series SET zone = $2, minutes = $3, shift_days = $4, at_minute = $5, told_at = $6
        WHERE id = $1";
    GO_OVER = "UPDATE appointment SET series = $2 WHERE series = $1 AND occurrence >= $3";
    // Before the gaps that they are about.
    TASKS_GO_OVER = "
        UPDATE task SET series = $2
        WHERE series = $1 AND at_time IN (SELECT g.start_at FROM series_gap g
            WHERE g.series = $1 AND g.occurrence >= $3)";
    GAPS_GO_OVER = "UPDATE series_gap SET series = $2 WHERE series = $1 AND occurrence >= $3";
}

/// A visit on its way to another time.
struct Moving {
    row: AppointmentRow,
    day: Date,
    team: Vec<Resource>,
}

/// Moves the visits of a scope, of which `row` is the one that was chosen, with whoever of the staff takes part in
/// each, all of whose resources are locked. Those that moved. [`Code::SeriesConflicts`] names those that cannot be
/// there; they stay if the change leaves them out.
pub(crate) async fn shift(
    tx: &mut Tx,
    row: &AppointmentRow,
    locked: &[Resource],
    change: &Move,
) -> Result<Vec<AppointmentId>> {
    team::must_be_somebody(locked)?;
    let series = of(tx, row).await?;
    let day = day_of(row)?;
    let shift = Shift::between(day, change.civil)?;
    let minutes = change.minutes.unwrap_or(row.minutes());
    let zone = match &change.zone {
        Some(name) => tx.core().zones.find(name)?,
        None => preferences::zone(tx, &row.zone),
    };
    // Somebody typed this one.
    zone.resolve_typed(change.civil)?;
    let mut asked = Asked {
        civil: change.civil,
        rules: rules_of(tx, row, minutes).await?,
        zone,
    };
    let mut moving = moving(tx, &series, (row, change.scope), locked).await?;
    for one in &moving {
        free_claims(tx, one.row.id.into()).await?;
    }
    // Of those that come later the last one goes first: a day holds so many of a kind, and none counts where it was.
    let later = asked.zone.resolve(change.civil) > series.start_of(day);
    if later {
        moving.reverse();
    }
    let (mut moved, mut stayed) = take_anew(tx, (&mut asked, shift), moving).await?;
    if later {
        moved.reverse();
        stayed.reverse();
    }
    if !stayed.is_empty() {
        let conflicts = stayed.iter().map(|(_, conflict)| conflict.clone());
        let conflicts: Vec<Conflict> = conflicts.collect();
        if !change.skip_conflicts || !stay(tx, &stayed).await? {
            return Err(refusal(conflicts).into());
        }
    }
    let place = (asked.zone, minutes, shift);
    let now = settle(tx, series, (row, change.scope), place).await?;
    for id in &moved {
        tasks::finish_of(tx, *id).await?;
        deliveries::replan(tx, *id).await?;
    }
    // They are not where the series has them any more: each tells of itself.
    for (one, _) in &stayed {
        deliveries::replan(tx, one.row.id.into()).await?;
    }
    mails::speak(tx, Some(now.uuid())).await?;
    Ok(moved)
}

/// The visits that a scope names, in order: those that begin by the rule when `row` does or later, or all. Only
/// booked ones that have not begun.
pub(crate) async fn targets(
    tx: &mut Tx,
    row: &AppointmentRow,
    scope: Scope,
) -> Result<Vec<AppointmentId>> {
    let series = row.series.ok_or_else(no_series)?;
    let now = tx.now().micros();
    let rows = tx
        .sql(TARGETS)
        .bind(series)
        .bind(from(row, scope).to_owned())
        .bind(now)
        .all::<(Uuid,)>()
        .await?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// The name of the first visit that a scope can mean.
fn from(row: &AppointmentRow, scope: Scope) -> &str {
    match scope {
        Scope::All => "",
        Scope::This | Scope::ThisAndLater => row.occurrence.as_deref().unwrap_or_default(),
    }
}

/// The series of an appointment, locked.
pub(crate) async fn of(tx: &mut Tx, row: &AppointmentRow) -> Result<Series> {
    let id = row.series.ok_or_else(no_series)?;
    hold(tx, id.into()).await
}

/// Of a scope visits of it were called off, of which `row` is the one that was chosen: it ends.
pub(crate) async fn stop(
    tx: &mut Tx,
    series: &Series,
    (row, scope): (&AppointmentRow, Scope),
) -> Result<()> {
    gaps::give_up(tx, series, from(row, scope)).await?;
    end(tx, series.id).await
}

fn no_series() -> Error {
    Refusal::new(Code::BadRequest, "scope: the appointment is in no series").into()
}

/// The visits of a scope that move: the one that was chosen, and those that are where the series has them.
async fn moving(
    tx: &mut Tx,
    series: &Series,
    (chosen, scope): (&AppointmentRow, Scope),
    locked: &[Resource],
) -> Result<Vec<Moving>> {
    let mut moving = Vec::new();
    for id in targets(tx, chosen, scope).await? {
        let (row, busy) = appointments::hold_busy(tx, id).await?;
        if row.id == chosen.id || series.has(&row)? {
            let day = day_of(&row)?;
            let mut team = locked.to_vec();
            team.retain(|resource| busy.contains(&resource.id));
            moving.push(Moving { row, day, team });
        }
    }
    Ok(moving)
}

/// Takes the new time of each, one after the other; those for which it cannot be had have none then.
async fn take_anew(
    tx: &mut Tx,
    (asked, shift): (&mut Asked, Shift),
    moving: Vec<Moving>,
) -> Result<(Vec<AppointmentId>, Vec<(Moving, Conflict)>)> {
    let (mut moved, mut stayed) = (Vec::new(), Vec::new());
    for one in moving {
        let id = AppointmentId::from(one.row.id);
        asked.civil = shift.civil_of(one.day);
        let start = asked.zone.resolve(asked.civil);
        let now = tx.now();
        let except = (Some(one.row.id), now);
        match look(tx, &one.team, (&asked.rules, start), except).await? {
            Ok(found) => {
                claim_all(tx, &one.team, id, &found).await?;
                change::put(tx, id, asked, &found).await?;
                moved.push(id);
            }
            Err(refusal) => {
                let of = (stayed.len(), refusal.code);
                let conflict = conflict(tx, &one.team, (&*asked, start), of).await?;
                stayed.push((one, conflict));
            }
        }
    }
    Ok((moved, stayed))
}

/// Takes their old times again; whether that can be: one that moved may be there now.
async fn stay(tx: &mut Tx, stayed: &[(Moving, Conflict)]) -> Result<bool> {
    for (Moving { row, team, .. }, _) in stayed {
        let found: Found = taken_by(tx, row).await?;
        for resource in team {
            let busy = hours::busy(tx, resource, found.claimed, Some(row.id)).await?;
            if !busy.is_empty() {
                return Ok(false);
            }
        }
        claim_all(tx, team, row.id.into(), &found).await?;
    }
    Ok(true)
}

/// From now on the series is there: as a whole, or from the visit that was chosen on as one of its own. That one.
async fn settle(
    tx: &mut Tx,
    series: Series,
    (row, scope): (&AppointmentRow, Scope),
    (zone, minutes, shift): (Zone, u16, Shift),
) -> Result<SeriesId> {
    let name = row.occurrence.clone().unwrap_or_default();
    let earlier = tx.sql(EARLIER).bind(series.id.uuid()).bind(name.clone());
    let (earlier,): (i64,) = earlier.one().await?;
    if scope == Scope::All || earlier == 0 {
        let now = tx.now().micros();
        tx.sql(SHIFT)
            .bind(series.id.uuid())
            .bind(zone.name().to_owned())
            .bind(i64::from(minutes))
            .bind(i64::from(shift.days()))
            .bind(i64::from(shift.minute()))
            .bind(now)
            .run()
            .await?;
        return Ok(series.id);
    }
    let there = whereabouts(tx, &series).await?;
    let (with, along) = (caregivers(tx, &series).await?, staff(tx, &series).await?);
    let old = series.id;
    let next = Series {
        id: SeriesId::from_parts(tx.now(), tx.random()),
        zone,
        minutes,
        shift,
        earlier: Some(old),
        ..series
    };
    insert(tx, &next, &there, (&with, &along)).await?;
    for sql in [GO_OVER, TASKS_GO_OVER, GAPS_GO_OVER] {
        tx.sql(sql)
            .bind(old.uuid())
            .bind(next.id.uuid())
            .bind(name.clone())
            .run()
            .await?;
    }
    end(tx, old).await?;
    Ok(next.id)
}
