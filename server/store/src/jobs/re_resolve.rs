//! The law of the clocks changed: an appointment keeps its civil time, and its instant follows from the
//! zone database of now (scheduling.md, section 1). All appointments of one worker move in one
//! transaction, with those of whoever takes part in one of them, and so on: first every claim that moves is given
//! back, then each is taken anew, so that two that move together do not meet. Where one does meet another, both
//! stand, the time of both is kept, and their worker gets a task. What is only held gives way.

use care::Caller;
use care::availability::kept_free;
use care::civil::CivilTime;
use protocol::{AccountId, AppointmentId, TaskKind, Timestamp};
use uuid::Uuid;

use super::run::{JobStep, permit};
use crate::appointments::{
    self, AppointmentRow, Found, claim, free_claims, keep_beside, rules_of, team,
};
use crate::audit::{Entry, Object};
use crate::db;
use crate::deliveries::{self, Agreeing};
use crate::error::{Error, Result};
use crate::holds;
use crate::hours::{self, Resource};
use crate::store::Store;
use crate::tasks::{self, Concern};
use crate::tx::Tx;

statements! {
    // Of these states only `booked` is ever set; the others stand in the index that is to be used, which was made when
    // more were meant to be.
    STALE_WORKER = "
        SELECT organizer FROM appointment
        WHERE tzdb_version <> $1 AND start_at > $2 AND state IN ('requested', 'held', 'booked')
        ORDER BY organizer LIMIT 1";
    STALE = "
        SELECT id FROM appointment
        WHERE organizer = $3 AND tzdb_version <> $1 AND start_at > $2
            AND state IN ('requested', 'held', 'booked')
        ORDER BY start_at, id LIMIT 1000";
    // Whoever takes part in what moves with somebody, themselves included.
    TOGETHER = "
        SELECT DISTINCT q.account
        FROM participant p
            JOIN appointment k ON k.id = p.appointment
            JOIN participant q ON q.appointment = k.id
        WHERE p.account = $3 AND p.role = 'case_manager' AND p.left_at IS NULL
            AND q.role = 'case_manager' AND q.left_at IS NULL
            AND k.tzdb_version <> $1 AND k.start_at > $2
            AND k.state IN ('requested', 'held', 'booked')";
    CIVIL = "SELECT civil_start FROM appointment WHERE id = $1";
    HOLD = "UPDATE appointment SET version = version + 1 WHERE id = $1";
    STAMP = "UPDATE appointment SET tzdb_version = $2 WHERE id = $1";
    MOVE = "
        UPDATE appointment SET start_at = $2, end_at = $3, tzdb_version = $4,
            ics_sequence = ics_sequence + 1, told_at = $5, moved_at = $5, law_at = $5,
            team_at = NULL
        WHERE id = $1";
}

/// An appointment whose instant is another now.
struct Moved {
    row: AppointmentRow,
    found: Found,
}

impl Store {
    /// Puts the appointments to come of one worker, and of whoever takes part in those, where their civil times are
    /// by the zone database of now; whether there may be another worker's.
    pub async fn re_resolve(&self, now: Timestamp) -> Result<JobStep> {
        let worker = self
            .read("stale appointments", async move |tx: &mut Tx| {
                let version = release(tx);
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
                let workers = together(tx, worker, now).await?;
                of_workers(tx, &workers, now).await
            })
            .await?;
        Ok(JobStep {
            did,
            after: None,
            more: true,
        })
    }
}

/// The release of the zone database by which instants follow from civil times now.
fn release(tx: &Tx) -> String {
    tx.core().zones.version().to_owned()
}

/// A worker, whoever takes part in what moves with them, and so on.
async fn together(tx: &mut Tx, worker: AccountId, now: Timestamp) -> Result<Vec<AccountId>> {
    let mut workers = vec![worker];
    let mut asked = 0;
    while let Some(worker) = workers.get(asked).copied() {
        asked += 1;
        let version = release(tx);
        let met = tx.sql(TOGETHER).bind(version).bind(now.micros());
        let met = met.bind(worker.uuid()).all::<(Uuid,)>().await?;
        for (account,) in met {
            if !workers.contains(&account.into()) {
                workers.push(account.into());
            }
        }
    }
    Ok(workers)
}

async fn of_workers(tx: &mut Tx, workers: &[AccountId], now: Timestamp) -> Result<u64> {
    let caller = Caller::scheduler();
    let resources = team::lock(tx, workers).await?;
    if !tx.writes_alone()
        && let Some(first) = workers.first()
    {
        let met = together(tx, *first, now).await?;
        if met.iter().any(|account| !workers.contains(account)) {
            // Somebody was added before the locks were there: once more, in their order.
            return Err(Error::Busy);
        }
    }
    let mut moved = Vec::new();
    for worker in workers {
        let version = release(tx);
        let stale = tx.sql(STALE).bind(version).bind(now.micros());
        let stale = stale.bind(worker.uuid()).all::<(Uuid,)>().await?;
        for (id,) in stale {
            let id = AppointmentId::from(id);
            if let Some(one) = resolve(tx, id).await? {
                free_claims(tx, id).await?;
                moved.push(one);
            } else {
                // It stands; the mornings of whoever is reminded of it may not.
                deliveries::agree(tx, id, Agreeing::ToCome).await?;
            }
        }
    }
    let mut did = 0;
    for one in &moved {
        let id = AppointmentId::from(one.row.id);
        let object = Object::Appointment(id);
        let permit = permit(tx, &caller, object)?;
        take_anew(tx, &resources, one).await?;
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
    // In a zone that the database does not name nothing follows from the civil time: it stays where it is.
    let stands = db::at(row.start_at);
    let start = match tx.core().zones.find(&row.zone) {
        Ok(zone) => zone.resolve(CivilTime::parse(&civil)?),
        Err(_) => stands,
    };
    if start == stands {
        let version = release(tx);
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
    let version = release(tx);
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

/// Claims whoever of the staff takes part for the new time. Where somebody's is taken by another visit, it is kept
/// beside that one's claim, and whoever is booked is asked to give one of the two another time.
async fn take_anew(tx: &mut Tx, locked: &[Resource], moved: &Moved) -> Result<()> {
    let id = AppointmentId::from(moved.row.id);
    let (claimed, mut met) = (moved.found.claimed, false);
    let busy = team::lock_resources(tx, id).await?;
    for resource in locked {
        if !busy.contains(&resource.id) {
            continue;
        }
        holds::give_way(tx, resource.id, claimed).await?;
        let meets = hours::busy(tx, resource, claimed, Some(moved.row.id)).await?;
        if meets.is_empty() {
            claim(tx, resource, id, &moved.found).await?;
        } else {
            met = true;
            keep_beside(tx, resource, id, &moved.found).await?;
        }
    }
    if !met {
        return Ok(());
    }
    let concern = Concern {
        account: moved.row.organizer(),
        client: moved.row.client(),
        person: moved.row.client(),
        appointment: Some(id),
    };
    tasks::raise(tx, TaskKind::ClocksChanged, &concern).await
}
