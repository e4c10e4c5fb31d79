//! What is done again and again for the agency as a whole, when its expressions say so: what is over is
//! deleted and a removal key that will soon be over is renewed, appointments keep their civil time, planned mails are what they should be, series are booked on. A job's
//! next run is a row, its lease is one too: there is no leader, and a dead process is a late one.
//!
//! Administrators see and change the rows here; the store keeps them and knows no expression.

use care::Caller;
use protocol::http::{Job, JobPreview, JobTerms, Jobs, LocalTime, NoteCall, Outages, PreviewJob};
use protocol::{Code, JobName, JobOutcome, Misfire, OutageId, Refusal, Timestamp, limits};
use store::{AgencyJob, JobEnd, Result, Store};

use crate::Scheduler;
use crate::expression::{Expression, ExpressionError};
use crate::jobs::{NEVER_S, next};
use crate::misfire::{self, Turn};

/// Finds the next run of jobs that have none, and runs those that are due at `now` or that somebody wants.
pub async fn run(store: &Store, now: Timestamp) -> Result<()> {
    for job in store.unplanned_jobs().await? {
        let next = after(&job, store, now);
        let next = next.unwrap_or_else(|| now.plus_seconds(NEVER_S));
        store.plan_job(&job, next).await?;
    }
    while let Some((lease, job)) = store.lease_job(now).await? {
        let end = run_one(store, &job, now).await;
        // Whoever lost the lease leaves the row to who has it.
        if !store.settle_job(lease, &job, end).await? {
            break;
        }
    }
    Ok(())
}

/// Puts everything to come where its civil time is by the zone database of now; how much moved. Done before anything
/// is sent: whoever starts the server with another release must not have people told times that hold no more. The
/// job does the same every night.
pub async fn keep_civil_times(store: &Store, now: Timestamp) -> Result<u64> {
    let mut moved = 0;
    loop {
        let step = store.re_resolve(now).await?;
        moved += step.did;
        if !step.more {
            return Ok(moved);
        }
        store.beat().await?;
    }
}

/// Runs a job as its policy has it.
async fn run_one(store: &Store, job: &AgencyJob, now: Timestamp) -> JobEnd {
    let turn = turn(store, job, now);
    let never = now.plus_seconds(NEVER_S);
    let is_due = job.at.is_some_and(|at| at <= now);
    let next = is_due.then(|| turn.next.unwrap_or(never));
    if !turn.runs {
        return JobEnd {
            outcome: JobOutcome::Skipped,
            did: 0,
            next,
        };
    }
    let (outcome, did) = match work(store, job.name, now).await {
        Ok(did) => (JobOutcome::Done, did),
        Err(error) => {
            tracing::error!(%error, job = job.name.as_str(), "a job broke off");
            (JobOutcome::Failed, 0)
        }
    };
    metrics::counter!("jobs", "name" => job.name.as_str(), "outcome" => outcome.as_str())
        .increment(1);
    JobEnd { outcome, did, next }
}

fn turn(store: &Store, job: &AgencyJob, now: Timestamp) -> Turn {
    match job.at {
        Some(planned) if planned <= now && !job.asked => {
            let policy = (job.misfire, job.catch_up);
            misfire::turn(policy, planned, now, &|last| after(job, store, last))
        }
        // Somebody wants it: once, whatever was missed.
        _ => Turn {
            runs: true,
            next: after(job, store, now),
        },
    }
}

fn after(job: &AgencyJob, store: &Store, last: Timestamp) -> Option<Timestamp> {
    next(
        (job.expression.as_str(), job.both_days),
        &store.zone(),
        last,
    )
}

/// Step by step; what it did, counted.
async fn work(store: &Store, name: JobName, now: Timestamp) -> Result<u64> {
    let (mut did, mut begin) = (0, None);
    for _ in 0..limits::JOB_STEPS_MAX {
        let step = match name {
            // Each worker's own rows are run for themselves.
            JobName::Agenda | JobName::Digest => return Ok(0),
            JobName::Retention => store.forget_what_is_over().await?,
            JobName::ReResolve => store.re_resolve(now).await?,
            JobName::Reconciliation => store.reconcile(now, begin).await?,
            JobName::Series => store.extend_series(now).await?,
        };
        did += step.did;
        if !step.more {
            break;
        }
        begin = step.after;
        store.beat().await?;
    }
    if name == JobName::Retention && store.renew_removal_key().await? {
        did += 1;
    }
    Ok(did)
}

impl Scheduler {
    /// Every job with its next runs after `now`.
    pub async fn jobs(&self, caller: &Caller, now: Timestamp) -> Result<Jobs> {
        let mut told = self.store().jobs(caller).await?;
        for job in &mut told.jobs {
            job.next_runs = self.runs_of(job, now);
        }
        Ok(told)
    }

    /// When an expression would run, after `now`. Refused as [`Expression::parse`] refuses; an expression
    /// that never comes is [`Code::CronNever`]. Only who sees the jobs may ask.
    pub async fn preview_job(
        &self,
        caller: &Caller,
        asked: &PreviewJob,
        now: Timestamp,
    ) -> Result<JobPreview> {
        self.store().jobs(caller).await?;
        let next_runs = self.preview(&asked.expression, asked.both_days, now)?;
        Ok(JobPreview { next_runs })
    }

    /// Says when a job runs, and what becomes of missed runs. Refused as a preview is;
    /// [`Code::BadRequest`] for more runs to catch up with than are caught up with.
    pub async fn change_job(
        &self,
        caller: &Caller,
        name: JobName,
        terms: JobTerms,
        now: Timestamp,
    ) -> Result<()> {
        let most = limits::JOB_CATCH_UP_MAX;
        if terms.misfire == Misfire::CatchUp && !(1..=most).contains(&terms.catch_up) {
            let detail = format!("catch_up: 1 to {most}");
            return Err(Refusal::new(Code::BadRequest, detail).into());
        }
        self.preview(&terms.expression, terms.both_days, now)?;
        self.store().change_job(caller, name, terms).await
    }

    /// The caller has called somebody who was not told; the list as it is then.
    pub async fn note_call(
        &self,
        caller: &Caller,
        outage: OutageId,
        note: NoteCall,
    ) -> Result<Outages> {
        self.store().note_call(caller, outage, note).await?;
        self.store().outages(caller).await
    }

    fn runs_of(&self, job: &Job, now: Timestamp) -> Vec<LocalTime> {
        if job.paused_at.is_some() {
            return Vec::new();
        }
        let runs = self.preview(&job.terms.expression, job.terms.both_days, now);
        runs.unwrap_or_default()
    }

    fn preview(
        &self,
        expression: &str,
        both_days: bool,
        now: Timestamp,
    ) -> std::result::Result<Vec<LocalTime>, Refusal> {
        let zone = self.store().zone();
        let read = Expression::parse(expression, both_days)?;
        let runs = read.next_runs(now, &zone, limits::JOB_RUNS_SHOWN);
        if runs.is_empty() {
            return Err(ExpressionError::Never.into());
        }
        Ok(runs.into_iter().map(|at| zone.local(at)).collect())
    }
}
