//! What the scheduler does with the rows of agency jobs: finds the next run of those that have none,
//! takes one that is due in hand, and writes down how it ended. Any process may do it; a lease that runs
//! out is somebody else's. Whoever lost it settles nothing.

use care::Caller;
use care::rules::{Act, Asker, Permit, Standing};
use protocol::{AppointmentId, JobName, JobOutcome, Misfire, Timestamp, limits};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::clock_jumps;
use crate::db;
use crate::error::Result;
use crate::store::Store;
use crate::tx::Tx;

statements! {
    UNPLANNED = "
        SELECT id, name, expression, both_days_at, misfire, catch_up, next_at, asked_at FROM job
        WHERE account IS NULL AND name NOT IN ('agenda', 'digest') AND next_at IS NULL AND paused_at IS NULL
        ORDER BY id";
    PLAN = "
        UPDATE job SET next_at = $2
        WHERE id = $1 AND next_at IS NULL AND paused_at IS NULL AND expression = $3";
    DUE = "
        SELECT id, name, expression, both_days_at, misfire, catch_up, next_at, asked_at FROM job
        WHERE account IS NULL AND name NOT IN ('agenda', 'digest') AND (lease IS NULL OR leased_until <= $1)
            AND (asked_at IS NOT NULL OR (paused_at IS NULL AND next_at <= $1))
        ORDER BY id LIMIT 1";
    LEASE = "
        UPDATE job SET lease = $2, leased_until = $3, started_at = $5
        WHERE id = $1 AND (lease IS NULL OR leased_until <= $4)
            AND (asked_at IS NOT NULL OR (paused_at IS NULL AND next_at <= $4))";
    SETTLE = "
        UPDATE job SET lease = NULL, leased_until = NULL, asked_at = NULL, ended_at = $3, outcome = $4,
            did = $5
        WHERE id = $1 AND lease = $2";
    ADVANCE = "UPDATE job SET next_at = $3 WHERE id = $1 AND next_at = $2";
    NEXT = "
        SELECT MIN(t) FROM (
            SELECT MIN(next_at) AS t FROM job
            WHERE account IS NULL AND paused_at IS NULL AND lease IS NULL
            UNION ALL
            SELECT MIN(leased_until) AS t FROM job WHERE lease IS NOT NULL) AS due";
}

/// A job of the agency's.
#[derive(Debug, Clone)]
pub struct AgencyJob {
    id: Uuid,
    /// What it does.
    pub name: JobName,
    /// When it runs, as a cron expression of five fields.
    pub expression: String,
    /// The expression may restrict both days.
    pub both_days: bool,
    /// What becomes of missed runs.
    pub misfire: Misfire,
    /// So many of them are caught up with.
    pub catch_up: usize,
    /// For when it was planned.
    pub at: Option<Timestamp>,
    /// Somebody wants it now.
    pub asked: bool,
}

/// What one process holds of a job that it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobLease([u8; 16]);

/// How a run of a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobEnd {
    /// In a word.
    pub outcome: JobOutcome,
    /// What it did, counted.
    pub did: u64,
    /// When it runs next; as planned if absent.
    pub next: Option<Timestamp>,
}

/// What one step of a job did. Jobs go step by step, so that nobody waits for them long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JobStep {
    /// How many things it deleted, moved or mended.
    pub did: u64,
    /// Where the next step begins, of jobs that walk through appointments.
    pub after: Option<AppointmentId>,
    /// There may be more to do.
    pub more: bool,
}

#[derive(sqlx::FromRow)]
struct JobRow {
    id: Uuid,
    name: String,
    expression: String,
    both_days_at: Option<i64>,
    misfire: String,
    catch_up: i64,
    next_at: Option<i64>,
    asked_at: Option<i64>,
}

impl JobRow {
    fn job(self) -> Result<AgencyJob> {
        Ok(AgencyJob {
            id: self.id,
            name: db::job_name(&self.name)?,
            expression: self.expression,
            both_days: self.both_days_at.is_some(),
            misfire: db::misfire(&self.misfire)?,
            catch_up: usize::try_from(self.catch_up).unwrap_or(1),
            at: self.next_at.map(db::at),
            asked: self.asked_at.is_some(),
        })
    }
}

/// The scheduler may.
pub(crate) fn permit(tx: &mut Tx, caller: &Caller, object: Object) -> Result<Permit> {
    let standing = Standing {
        asker: Asker::Scheduler,
        ..Standing::default()
    };
    tx.authorize(caller, Act::RunJob, standing, object)
}

impl Store {
    /// Jobs of the agency's without a next run: new ones, changed ones, resumed ones.
    pub async fn unplanned_jobs(&self) -> Result<Vec<AgencyJob>> {
        self.read("unplanned jobs", async move |tx: &mut Tx| {
            let rows = tx.sql(UNPLANNED).all::<JobRow>().await?;
            let mut jobs = Vec::with_capacity(rows.len());
            for row in rows {
                jobs.push(row.job()?);
            }
            Ok(jobs)
        })
        .await
    }

    /// Writes down when a job runs next, unless it was changed meanwhile.
    pub async fn plan_job(&self, job: &AgencyJob, next: Timestamp) -> Result<()> {
        let job = job.clone();
        let caller = Caller::scheduler();
        self.write("plan job", async move |tx: &mut Tx| {
            let object = Object::Job(job.id);
            let permit = permit(tx, &caller, object)?;
            let planned = tx
                .sql(PLAN)
                .bind(job.id)
                .bind(next.micros())
                .bind(job.expression.clone())
                .run()
                .await?;
            if planned > 0 {
                tx.audit(Entry::done(&caller, permit, object));
            }
            Ok(())
        })
        .await
    }

    /// When a job of the agency's is next due, or a lease runs out.
    pub async fn next_agency_job(&self) -> Result<Option<Timestamp>> {
        self.read("next agency job", async move |tx: &mut Tx| {
            let (next,): (Option<i64>,) = tx.sql(NEXT).one().await?;
            Ok(next.map(db::at))
        })
        .await
    }

    /// Takes a job in hand that is due at `now`, which is the scheduler's time, or that somebody wants; none while
    /// the clock is in doubt (`clock_jumps` says why).
    pub async fn lease_job(&self, now: Timestamp) -> Result<Option<(JobLease, AgencyJob)>> {
        let due = self
            .read("due job", async move |tx: &mut Tx| {
                let due = tx.sql(DUE).bind(now.micros());
                due.maybe::<JobRow>().await
            })
            .await?;
        let Some(job) = due.map(JobRow::job).transpose()? else {
            return Ok(None);
        };
        let caller = Caller::scheduler();
        self.write("lease job", async move |tx: &mut Tx| {
            let object = Object::Job(job.id);
            let permit = permit(tx, &caller, object)?;
            if clock_jumps::stands(tx).await? {
                return Ok(None);
            }
            let lease: [u8; 16] = tx.random();
            let started = tx.now();
            let taken = tx
                .sql(LEASE)
                .bind(job.id)
                .bind(lease.to_vec())
                .bind(now.plus_seconds(limits::JOB_LEASE_S).micros())
                .bind(now.micros())
                .bind(started.micros())
                .run()
                .await?;
            if taken == 0 {
                return Ok(None);
            }
            tx.audit(Entry::done(&caller, permit, object));
            Ok(Some((JobLease(lease), job.clone())))
        })
        .await
    }

    /// Writes down how a run ended; whether the lease still was this one.
    pub async fn settle_job(&self, lease: JobLease, job: &AgencyJob, end: JobEnd) -> Result<bool> {
        let job = job.clone();
        let caller = Caller::scheduler();
        self.write("settle job", async move |tx: &mut Tx| {
            let object = Object::Job(job.id);
            let permit = permit(tx, &caller, object)?;
            let ended = tx.now();
            let settled = tx
                .sql(SETTLE)
                .bind(job.id)
                .bind(lease.0.to_vec())
                .bind(ended.micros())
                .bind(end.outcome.as_str())
                .bind(db::to_db(end.did))
                .run()
                .await?;
            if settled == 0 {
                return Ok(false);
            }
            // Of a job that was changed meanwhile the next run is found anew.
            if let (Some(at), Some(next)) = (job.at, end.next) {
                tx.sql(ADVANCE)
                    .bind(job.id)
                    .bind(at.micros())
                    .bind(next.micros())
                    .run()
                    .await?;
            }
            tx.audit(Entry::done(&caller, permit, object));
            Ok(true)
        })
        .await
    }
}
