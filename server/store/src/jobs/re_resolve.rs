//! The law of the clocks changed: an appointment keeps its civil time, and its instant follows from the
//! zone database of now (scheduling.md, section 1). All appointments of one worker move in one
//! transaction: first every claim that moves is given back, then each is taken anew, so that two that move
//! together do not meet. Where one does meet another, both stand and their worker gets a task.

use care::Caller;
use care::availability::kept_free;
use care::civil::CivilTime;
use protocol::{AccountId, AppointmentId, TaskKind, Timestamp};
use uuid::Uuid;

use super::run::{JobStep, permit};
use crate::appointments::{self, AppointmentRow, Found, claim, free_claims, rules_of};
use crate::audit::{Entry, Object};
use crate::db;
use crate::error::Result;
use crate::hours::{self, Resource};
use crate::store::Store;
use crate::tasks::{self, Concern};
use crate::tx::Tx;
use crate::{deliveries, preferences};

statements! {
    STALE_WORKER = "
        SELECT organizer FROM appointment
        WHERE tzdb_version <> $1 AND start_at > $2 AND state IN ('requested', 'held', 'booked')
        ORDER BY organizer LIMIT 1";
    STALE = "
        SELECT id FROM appointment
        WHERE organizer = $3 AND tzdb_version <> $1 AND start_at > $2
            AND state IN ('requested', 'held', 'booked')
        ORDER BY start_at, id LIMIT 1000";
    CIVIL = "SELECT civil_start FROM appointment WHERE id = $1";
    HOLD = "UPDATE appointment SET version = version + 1 WHERE id = $1";
    STAMP = "UPDATE appointment SET tzdb_version = $2 WHERE id = $1";
    MOVE = "
        UPDATE appointment SET start_at = $2, end_at = $3, tzdb_version = $4,
            ics_sequence = ics_sequence + 1, told_at = $5, moved_at = $5
        WHERE id = $1";
    MEETS = "
        SELECT id FROM claim WHERE resource = $1 AND start_at < $3 AND end_at > $2 LIMIT 1";
}

/// An appointment whose instant is another now.
struct Moved {
    row: AppointmentRow,
    found: Found,
}

impl Store {
    /// Puts the appointments to come of one worker where their civil times are by the zone database of
    /// now; whether there may be another worker's.
    pub async fn re_resolve(&self, now: Timestamp) -> Result<JobStep> {
        let worker = self
            .read("stale appointments", async move |tx: &mut Tx| {
                let version = tx.core().zones.version();
                let stale = tx.sql(STALE_WORKER).bind(version).bind(now.micros());
                stale.maybe::<(Uuid,)>().await
            })
            .await?;
        let Some((worker,)) = worker else {
            return Ok(JobStep::default());
        };
        let worker = AccountId::from(worker);
        let did = self
            .write("re-resolve appointments", async move |tx: &mut Tx| {
                of_worker(tx, worker, now).await
            })
            .await?;
        Ok(JobStep {
            did,
            after: None,
            more: true,
        })
    }
}

async fn of_worker(tx: &mut Tx, worker: AccountId, now: Timestamp) -> Result<u64> {
    let caller = Caller::scheduler();
    let resource = hours::of(tx, worker).await?;
    if let Some(resource) = &resource {
        hours::hold(tx, resource.id).await?;
    }
    let version = tx.core().zones.version();
    let stale = tx
        .sql(STALE)
        .bind(version)
        .bind(now.micros())
        .bind(worker.uuid())
        .all::<(Uuid,)>()
        .await?;
    let mut moved = Vec::new();
    for (id,) in stale {
        if let Some(one) = resolve(tx, id.into()).await? {
            free_claims(tx, id.into()).await?;
            moved.push(one);
        }
    }
    let mut did = 0;
    for one in &moved {
        let id = AppointmentId::from(one.row.id);
        let object = Object::Appointment(id);
        let permit = permit(tx, &caller, object)?;
        take_anew(tx, resource.as_ref(), one).await?;
        deliveries::replan(tx, id).await?;
        tx.audit(Entry::done(&caller, permit, object).about(one.row.client()));
        did += 1;
    }
    Ok(did)
}

/// Writes down where an appointment is by the database of now; if that is another instant, it is told
/// anew.
async fn resolve(tx: &mut Tx, id: AppointmentId) -> Result<Option<Moved>> {
    tx.sql(HOLD).bind(id.uuid()).run().await?;
    let row = appointments::read(tx, id).await?;
    let (civil,): (String,) = tx.sql(CIVIL).bind(id.uuid()).one().await?;
    let zone = preferences::zone(tx, &row.zone);
    let start = zone.resolve(CivilTime::parse(&civil)?);
    if start == db::at(row.start_at) {
        let version = tx.core().zones.version();
        let stamp = tx.sql(STAMP).bind(id.uuid()).bind(version);
        stamp.run().await?;
        return Ok(None);
    }
    let rules = rules_of(tx, &row, row.minutes()).await?;
    let found = Found {
        start,
        end: start.plus_seconds(row.minutes * 60),
        claimed: kept_free(&rules.terms, start),
    };
    let told = tx.now();
    let version = tx.core().zones.version();
    tx.sql(MOVE)
        .bind(id.uuid())
        .bind(found.start.micros())
        .bind(found.end.micros())
        .bind(version)
        .bind(told.micros())
        .run()
        .await?;
    Ok(Some(Moved { row, found }))
}

/// Claims the worker for the new time. Where that is taken, the appointment stands without a claim, and
/// the worker is asked to give one of the two another time.
async fn take_anew(tx: &mut Tx, resource: Option<&Resource>, moved: &Moved) -> Result<()> {
    let Some(resource) = resource else {
        return Ok(());
    };
    let id = AppointmentId::from(moved.row.id);
    let meets = tx
        .sql(MEETS)
        .bind(resource.id)
        .bind(moved.found.claimed.from.micros())
        .bind(moved.found.claimed.until.micros())
        .maybe::<(Uuid,)>()
        .await?;
    if meets.is_none() {
        return claim(tx, resource, id, &moved.found).await;
    }
    let concern = Concern {
        account: moved.row.organizer(),
        client: moved.row.client(),
        person: moved.row.client(),
        appointment: Some(id),
    };
    tasks::raise(tx, TaskKind::ClocksChanged, &concern).await
}
