//! Agency jobs as administrators see them: when each runs, how it ended; paused, changed, wanted now. The
//! rows of the agency come with the migration. An agenda and a digest are each worker's own row besides; what is
//! said of agendas holds for all of them.
//!
//! Nothing here computes a next run: it is taken away, and the scheduler, which knows expressions, finds
//! it anew. [`run`] is what the scheduler does with the rows, [`workers`] the same of each worker's own.

use care::Caller;
use care::civil::Zone;
use care::rules::Act;
use protocol::http::{Job, JobTerms, Jobs};
use protocol::{JobName, Misfire};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::error::Result;
use crate::store::Store;
use crate::tx::Tx;
use crate::wake::Topic;
use crate::{clock_jumps, db, outages, standing};

pub(crate) mod re_resolve;
pub(crate) mod reconcile;
pub(crate) mod retention;
pub(crate) mod run;
pub(crate) mod workers;

statements! {
    LIST = "
        SELECT name, expression, both_days_at, misfire, catch_up, paused_at, asked_at, leased_until,
            started_at, ended_at, outcome, did
        FROM job WHERE account IS NULL ORDER BY id";
    ID_OF = "SELECT id FROM job WHERE name = $1 AND account IS NULL";
    CHANGE = "
        UPDATE job SET expression = $2, both_days_at = $3, misfire = $4, catch_up = $5, next_at = NULL
        WHERE name = $1 AND account IS NULL";
    // The scheduler makes them anew, by the agency's row.
    FORGET_WORKERS = "DELETE FROM job WHERE name = $1 AND account IS NOT NULL";
    PAUSE = "UPDATE job SET paused_at = $2, asked_at = NULL WHERE name = $1 AND paused_at IS NULL";
    RESUME = "
        UPDATE job SET paused_at = NULL, next_at = NULL
        WHERE name = $1 AND account IS NULL AND paused_at IS NOT NULL";
    ASK = "UPDATE job SET asked_at = $2 WHERE name = $1 AND account IS NULL";
    ASK_WORKERS = "
        UPDATE job SET next_at = $2 WHERE name = $1 AND account IS NOT NULL AND next_at > $2";
}

#[derive(sqlx::FromRow)]
struct JobRow {
    name: String,
    expression: String,
    both_days_at: Option<i64>,
    misfire: String,
    catch_up: i64,
    paused_at: Option<i64>,
    asked_at: Option<i64>,
    leased_until: Option<i64>,
    started_at: Option<i64>,
    ended_at: Option<i64>,
    outcome: Option<String>,
    did: Option<i64>,
}

impl JobRow {
    fn told(&self) -> Result<Job> {
        let outcome = self.outcome.as_deref().map(db::job_outcome);
        Ok(Job {
            name: db::job_name(&self.name)?,
            terms: JobTerms {
                expression: self.expression.clone(),
                both_days: self.both_days_at.is_some(),
                misfire: db::misfire(&self.misfire)?,
                catch_up: u8::try_from(self.catch_up).unwrap_or(u8::MAX),
            },
            paused_at: self.paused_at.map(db::at),
            asked: self.asked_at.is_some(),
            running: self.leased_until.is_some(),
            next_runs: Vec::new(),
            started_at: self.started_at.map(db::at),
            ended_at: self.ended_at.map(db::at),
            outcome: outcome.transpose()?,
            did: self.did.map(db::from_db),
        })
    }
}

impl Store {
    /// The zone of the agency, on whose clocks its jobs run.
    pub fn zone(&self) -> Zone {
        self.core().zone.clone()
    }

    /// Every job, and how the scheduler is. When each runs next is for whoever reads expressions to say:
    /// `next_runs` are empty.
    pub async fn jobs(&self, caller: &Caller) -> Result<Jobs> {
        let caller = *caller;
        self.read_audited("jobs", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::ListJobs, standing, object)?;
            let rows = tx.sql(LIST).all::<JobRow>().await?;
            let mut jobs = Vec::with_capacity(rows.len());
            for row in &rows {
                jobs.push(row.told()?);
            }
            let health = outages::health(tx).await?;
            tx.audit(Entry::done(&caller, permit, object));
            Ok(Jobs {
                jobs,
                zone: tx.core().zone.name().to_owned(),
                heard_at: health.heard_at,
                alarm: health.late || health.silent,
                clock: clock_jumps::standing_jump(tx).await?,
            })
        })
        .await
    }

    /// Says when a job runs, by terms that were read before. Its next run is found anew; missed ones are
    /// let go.
    pub async fn change_job(&self, caller: &Caller, name: JobName, terms: JobTerms) -> Result<()> {
        let caller = *caller;
        self.write("change job", async move |tx: &mut Tx| {
            let object = object_of(tx, name).await?;
            let standing = standing::of_session(tx, &caller).await?;
            let permit = tx.authorize(&caller, Act::ChangeJob, standing, object)?;
            let now = tx.now().micros();
            let catch_up = match terms.misfire {
                Misfire::CatchUp => i64::from(terms.catch_up),
                Misfire::RunOnce | Misfire::Skip => 1,
            };
            tx.sql(CHANGE)
                .bind(name.as_str())
                .bind(terms.expression.clone())
                .bind(terms.both_days.then_some(now))
                .bind(terms.misfire.as_str())
                .bind(catch_up)
                .run()
                .await?;
            tx.sql(FORGET_WORKERS).bind(name.as_str()).run().await?;
            tx.audit(Entry::done(&caller, permit, object));
            tx.wake(Topic::Due);
            Ok(())
        })
        .await
    }

    /// Has a job run no more until it is resumed. Again does nothing more.
    pub async fn pause_job(&self, caller: &Caller, name: JobName) -> Result<()> {
        let caller = *caller;
        self.write("pause job", async move |tx: &mut Tx| {
            let object = object_of(tx, name).await?;
            let standing = standing::of_session(tx, &caller).await?;
            let permit = tx.authorize(&caller, Act::ChangeJob, standing, object)?;
            let now = tx.now().micros();
            tx.sql(PAUSE).bind(name.as_str()).bind(now).run().await?;
            tx.audit(Entry::done(&caller, permit, object));
            Ok(())
        })
        .await
    }

    /// Has it run again, from its next run on: what was missed meanwhile is let go.
    pub async fn resume_job(&self, caller: &Caller, name: JobName) -> Result<()> {
        let caller = *caller;
        self.write("resume job", async move |tx: &mut Tx| {
            let object = object_of(tx, name).await?;
            let standing = standing::of_session(tx, &caller).await?;
            let permit = tx.authorize(&caller, Act::ChangeJob, standing, object)?;
            if tx.sql(RESUME).bind(name.as_str()).run().await? > 0 {
                tx.sql(FORGET_WORKERS).bind(name.as_str()).run().await?;
            }
            tx.audit(Entry::done(&caller, permit, object));
            tx.wake(Topic::Due);
            Ok(())
        })
        .await
    }

    /// Has it run once now, paused or not; its next run stays. An agenda that is paused stays so, and a
    /// worker gets no second one of the same day.
    pub async fn ask_job(&self, caller: &Caller, name: JobName) -> Result<()> {
        let caller = *caller;
        self.write("ask job", async move |tx: &mut Tx| {
            let object = object_of(tx, name).await?;
            let standing = standing::of_session(tx, &caller).await?;
            let permit = tx.authorize(&caller, Act::AskJob, standing, object)?;
            let now = tx.now().micros();
            let sql = match name {
                JobName::Agenda | JobName::Digest => ASK_WORKERS,
                _ => ASK,
            };
            tx.sql(sql).bind(name.as_str()).bind(now).run().await?;
            tx.audit(Entry::done(&caller, permit, object));
            tx.wake(Topic::Due);
            Ok(())
        })
        .await
    }
}

/// The agency's row of that job.
async fn object_of(tx: &mut Tx, name: JobName) -> Result<Object> {
    let (id,): (Uuid,) = tx.sql(ID_OF).bind(name.as_str()).one().await?;
    Ok(Object::Job(id))
}
