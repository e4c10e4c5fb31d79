//! Books the visits of series as time goes on: a job of the agency's, series by series. What cannot be booked
//! becomes a task for the worker; nothing is left out in silence.

use care::Caller;
use care::caller::Holder;
use care::civil::Date;
use protocol::{AppointmentId, PersonId, Role, SeriesId, Timestamp};
use uuid::Uuid;

use super::book::{caregivers, make, staff};
use super::{Series, ask, end, gaps, hand_on, hold, horizon, read};
use crate::appointments::team::Team;
use crate::audit::{Entry, Object};
use crate::error::Result;
use crate::jobs::run::{JobStep, permit};
use crate::store::Store;
use crate::tx::Tx;
use crate::{consents, devices};

statements! {
    BEHIND = "
        SELECT id FROM series WHERE ended_at IS NULL AND booked_until < $1
        ORDER BY booked_until, id LIMIT 1";
    SERVES = "
        SELECT COUNT(*) FROM assignment
        WHERE account = $1 AND client = $2 AND from_at <= $3 AND (ended_at IS NULL OR ended_at > $3)";
    BOOKED = "UPDATE series SET booked_until = $2 WHERE id = $1";
}

impl Store {
    /// Books what is to be booked at `now` of the series that is furthest behind; whether there may be
    /// another.
    pub async fn extend_series(&self, now: Timestamp) -> Result<JobStep> {
        let behind = self
            .read("series to book", async move |tx: &mut Tx| {
                let until = horizon(tx, now);
                let behind = tx.sql(BEHIND).bind(until.to_string());
                behind.maybe::<(Uuid,)>().await
            })
            .await?;
        let Some((id,)) = behind else {
            return Ok(JobStep::default());
        };
        let id = SeriesId::from(id);
        let did = self
            .write("extend series", async move |tx: &mut Tx| {
                let until = horizon(tx, now);
                extend(tx, id, until).await
            })
            .await?;
        Ok(JobStep {
            did,
            after: None,
            more: true,
        })
    }
}

/// How many visits were booked or could not be.
async fn extend(tx: &mut Tx, id: SeriesId, until: Date) -> Result<u64> {
    let caller = Caller::scheduler();
    let object = Object::Series(id);
    let permit = permit(tx, &caller, object)?;
    let before = read(tx, id).await?;
    let organizer = before.organizer;
    let with = caregivers(tx, &before).await?;
    consents::hold(tx, before.client, &with).await?;
    let team = Team::new(organizer, &staff(tx, &before).await?);
    let mut locked = team.lock(tx).await?;
    let series = hold(tx, id).await?;
    if series.ended || series.booked_until >= until {
        return Ok(0);
    }
    // Who comes along as of now: an account may have ended before the lock was there.
    let along = staff(tx, &series).await?;
    locked.retain(|one| one.account == organizer || along.contains(&one.account));
    let bookable = locked.iter().any(|one| one.account == organizer);
    if !bookable || !serves(tx, &series).await? {
        end(tx, id).await?;
        hand_on(tx, &series).await?;
        tx.audit(Entry::done(&caller, permit, object).about(series.client));
        return Ok(1);
    }
    let first = series.first.date();
    let days = series.rule.days(first, Some(series.booked_until), until)?;
    let worker = Holder {
        account: organizer,
        person: devices::person_of(tx, organizer).await?,
        role: Role::CaseManager,
    };
    let with = allowed(tx, &series).await?;
    let now = tx.now();
    let made = make(tx, &series, (worker, &locked), (&days, with), now).await?;
    for (day, conflict) in &made.conflicts {
        gaps::note(tx, &series, *day, conflict.code).await?;
        ask(tx, &series, organizer, *day).await?;
    }
    tx.sql(BOOKED)
        .bind(id.uuid())
        .bind(until.to_string())
        .run()
        .await?;
    if series.rule.next(first, until)?.is_none() {
        end(tx, id).await?;
    }
    let did = made.booked.len() + made.conflicts.len();
    if did > 0 {
        let booked = made.booked.iter().map(AppointmentId::uuid);
        let entry = Entry::done(&caller, permit, object).about(series.client);
        tx.audit(entry.shown(booked));
    }
    Ok(did as u64)
}

async fn serves(tx: &mut Tx, series: &Series) -> Result<bool> {
    let now = tx.now().micros();
    let (count,): (i64,) = tx
        .sql(SERVES)
        .bind(series.organizer.uuid())
        .bind(series.client.uuid())
        .bind(now)
        .one()
        .await?;
    Ok(count > 0)
}

/// Of its caregivers those whom a live consent lets take part.
async fn allowed(tx: &mut Tx, series: &Series) -> Result<Vec<PersonId>> {
    let mut allowed = Vec::new();
    for caregiver in caregivers(tx, series).await? {
        if consents::covers_appointments(tx, series.client, caregiver).await? {
            allowed.push(caregiver);
        }
    }
    Ok(allowed)
}
