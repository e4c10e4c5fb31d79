//! The daily agenda, and the digest of what waits unread: agency jobs of each worker's, run on their own morning.
//! The job's next run is a row; running it plans one mail, which is written from the day as it then stands.
//! When it runs, the agency's own row says (`jobs`), from which each worker's is made.

use care::Caller;
use care::civil::{Zone, parse_date};
use care::rules::{Act, Asker, Permit, Standing};
use care::unread;
use protocol::{AccountId, DeliveryId, EntryId, JobName, Misfire, PersonId, Timestamp};
use uuid::Uuid;

use super::due::About;
use super::waiting;
use crate::audit::{Entry, Object};
use crate::clock_jumps;
use crate::db;
use crate::error::Result;
use crate::hash::sha256;
use crate::preferences;
use crate::store::Store;
use crate::tx::Tx;
use crate::wake::Topic;

/// The worker `a` whose job `j` is, if they still do what it is for.
macro_rules! of_a_worker {
    () => {
        "
            JOIN account a ON a.id = j.account AND a.ended_at IS NULL
                AND (a.role = 'case_manager' OR (a.role = 'supervisor' AND j.name = 'digest'))
        "
    };
}

statements! {
    WITHOUT_AGENDA = "
        SELECT a.id, a.person FROM account a JOIN resource r ON r.account = a.id
        WHERE a.role = 'case_manager' AND a.ended_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM job j WHERE j.name = 'agenda' AND j.account = a.id)
        ORDER BY a.id";
    WITHOUT_DIGEST = "
        SELECT a.id, a.person FROM account a
        WHERE a.role IN ('case_manager', 'supervisor') AND a.ended_at IS NULL
            AND EXISTS (SELECT 1 FROM circle_member m
                WHERE m.account = a.id AND m.state = 'confirmed')
            AND NOT EXISTS (SELECT 1 FROM job j WHERE j.name = 'digest' AND j.account = a.id)
        ORDER BY a.id";
    TERMS = "
        SELECT expression, both_days_at FROM job
        WHERE name = $1 AND account IS NULL AND paused_at IS NULL";
    INSERT_JOB = "
        INSERT INTO job (id, name, account, expression, both_days_at, misfire, catch_up, zone, next_at)
        SELECT $1, t.name, $2, t.expression, t.both_days_at, t.misfire, t.catch_up, $4, $5
        FROM job t
        WHERE t.name = $6 AND t.account IS NULL AND t.paused_at IS NULL AND t.expression = $3
        ON CONFLICT (name, account) DO NOTHING";
    DUE_JOBS = concat!(
        "
        SELECT j.id, j.name, j.account, a.person, j.expression, j.both_days_at, j.misfire, j.next_at FROM job j",
        of_a_worker!(),
        "WHERE j.next_at <= $1 AND j.paused_at IS NULL ORDER BY j.next_at LIMIT 64"
    );
    NEXT_JOB = concat!(
        "SELECT MIN(j.next_at) FROM job j",
        of_a_worker!(),
        "WHERE j.paused_at IS NULL"
    );
    FORGET_JOBS = "DELETE FROM job WHERE account = $1";
    CANCEL = "
        UPDATE delivery SET state = 'cancelled', reason = 'changed', settled_at = $2
        WHERE state = 'planned'
            AND ((step = 'digest' AND account = $1)
                OR (step = 'agenda' AND person = (SELECT a.person FROM account a WHERE a.id = $1)))";
    ADVANCE = "UPDATE job SET next_at = $3, zone = $4 WHERE id = $1 AND next_at = $2";
    RAN = "
        UPDATE job SET started_at = $1, ended_at = $1, outcome = 'done'
        WHERE name = $2 AND account IS NULL";
    PLAN = "
        INSERT INTO delivery (id, dedupe, person, ics_sequence, day, step, channel, due_at, not_after,
            state, tries, began, created_at)
        VALUES ($1, $2, $3, 0, $4, 'agenda', 'email', $5, $6, 'planned', 0, 0, $7)
        ON CONFLICT (dedupe) DO NOTHING";
    PLAN_DIGEST = "
        INSERT INTO delivery (id, dedupe, person, account, ics_sequence, day, step, channel, due_at,
            not_after, state, tries, began, created_at)
        VALUES ($1, $2, $3, $8, 0, $4, 'digest', 'email', $5, $6, 'planned', 0, 0, $7)
        ON CONFLICT (dedupe) DO NOTHING";
    STARTS = "
        SELECT k.start_at FROM appointment k
            JOIN participant p ON p.appointment = k.id AND p.left_at IS NULL
        WHERE p.account = $1 AND k.state = 'booked' AND k.start_at >= $2 AND k.start_at < $3
            AND (k.organizer <> $1
                OR EXISTS (SELECT 1 FROM assignment g WHERE g.account = $1 AND g.client = k.client
                    AND (g.ended_at IS NULL OR g.ended_at > $2)))
        ORDER BY k.start_at";
}

/// An agenda and a digest are worthless this long after their time, seconds.
const AGENDA_S: i64 = 6 * 3_600;

/// A worker who has no job of that name yet.
#[derive(Debug, Clone)]
pub struct Worker {
    /// Agenda or digest.
    pub name: JobName,
    /// The account.
    pub account: AccountId,
    /// On whose clocks their day is told.
    pub zone: Zone,
    /// When it comes, as a cron expression of five fields.
    pub expression: String,
    /// The expression may restrict both days.
    pub both_days: bool,
}

/// A job whose time has come.
#[derive(Debug, Clone)]
pub struct DueJob {
    /// Its row.
    pub id: Uuid,
    /// Agenda or digest.
    pub name: JobName,
    /// Whose.
    pub account: AccountId,
    person: PersonId,
    /// When it runs, as a cron expression of five fields.
    pub expression: String,
    /// The expression may restrict both days.
    pub both_days: bool,
    /// What becomes of missed runs.
    pub misfire: Misfire,
    /// For when it was planned.
    pub at: Timestamp,
    /// The worker's zone now.
    pub zone: Zone,
}

#[derive(sqlx::FromRow)]
struct JobRow {
    id: Uuid,
    name: String,
    account: Uuid,
    person: Uuid,
    expression: String,
    both_days_at: Option<i64>,
    misfire: String,
    next_at: i64,
}

fn permit(tx: &mut Tx, caller: &Caller, object: Object) -> Result<Permit> {
    let standing = Standing {
        asker: Asker::Scheduler,
        ..Standing::default()
    };
    tx.authorize(caller, Act::RunJob, standing, object)
}

impl Store {
    /// Workers who have hours and no agenda job, or are in a circle and have no digest; nobody while these are
    /// paused.
    pub async fn workers_without_jobs(&self) -> Result<Vec<Worker>> {
        self.read("workers without jobs", async move |tx: &mut Tx| {
            let mut workers = Vec::new();
            for (name, without) in [
                (JobName::Agenda, WITHOUT_AGENDA),
                (JobName::Digest, WITHOUT_DIGEST),
            ] {
                let terms = tx.sql(TERMS).bind(name.as_str());
                let Some((expression, both_days_at)) =
                    terms.maybe::<(String, Option<i64>)>().await?
                else {
                    continue;
                };
                for (account, person) in tx.sql(without).all::<(Uuid, Uuid)>().await? {
                    workers.push(Worker {
                        name,
                        account: account.into(),
                        zone: preferences::zone_of(tx, person.into()).await?,
                        expression: expression.clone(),
                        both_days: both_days_at.is_some(),
                    });
                }
            }
            Ok(workers)
        })
        .await
    }

    /// Gives a worker their job, unless it was changed meanwhile.
    pub async fn add_workers_job(&self, worker: &Worker, next: Timestamp) -> Result<()> {
        let worker = worker.clone();
        let caller = Caller::scheduler();
        self.write("add worker's job", async move |tx: &mut Tx| {
            let object = Object::Account(worker.account);
            let permit = permit(tx, &caller, object)?;
            let id = EntryId::from_parts(tx.now(), tx.random()).uuid();
            tx.sql(INSERT_JOB)
                .bind(id)
                .bind(worker.account.uuid())
                .bind(worker.expression.clone())
                .bind(worker.zone.name().to_owned())
                .bind(next.micros())
                .bind(worker.name.as_str())
                .run()
                .await?;
            tx.audit(Entry::done(&caller, permit, object));
            Ok(())
        })
        .await
    }

    /// When a job is next due.
    pub async fn next_job(&self) -> Result<Option<Timestamp>> {
        self.read("next job", async move |tx: &mut Tx| {
            let (next,): (Option<i64>,) = tx.sql(NEXT_JOB).one().await?;
            Ok(next.map(db::at))
        })
        .await
    }

    /// Jobs whose time has come at `now`.
    pub async fn due_jobs(&self, now: Timestamp) -> Result<Vec<DueJob>> {
        self.read("due jobs", async move |tx: &mut Tx| {
            let rows = tx.sql(DUE_JOBS).bind(now.micros()).all::<JobRow>().await?;
            let mut jobs = Vec::with_capacity(rows.len());
            for row in rows {
                jobs.push(DueJob {
                    id: row.id,
                    name: db::job_name(&row.name)?,
                    account: row.account.into(),
                    person: row.person.into(),
                    expression: row.expression,
                    both_days: row.both_days_at.is_some(),
                    misfire: db::misfire(&row.misfire)?,
                    at: db::at(row.next_at),
                    zone: preferences::zone_of(tx, row.person.into()).await?,
                });
            }
            Ok(jobs)
        })
        .await
    }

    /// Runs a worker's job once, for their day at `now`, and sets its next run. `latest` is when it
    /// should last have run, if that is not to be let go. Whoever comes second does nothing; a morning that is long over is not caught up with.
    /// Nothing while the clock is in doubt.
    pub async fn run_workers_job(
        &self,
        job: &DueJob,
        (latest, next): (Option<Timestamp>, Timestamp),
        now: Timestamp,
    ) -> Result<()> {
        let job = job.clone();
        let caller = Caller::scheduler();
        self.write("run worker's job", async move |tx: &mut Tx| {
            let object = Object::Job(job.id);
            let permit = permit(tx, &caller, object)?;
            if clock_jumps::stands(tx).await? {
                return Ok(());
            }
            let advanced = tx
                .sql(ADVANCE)
                .bind(job.id)
                .bind(job.at.micros())
                .bind(next.micros())
                .bind(job.zone.name().to_owned())
                .run()
                .await?;
            if advanced == 1 {
                if latest.is_some_and(|latest| now < latest.plus_seconds(AGENDA_S)) {
                    plan(tx, &job, now).await?;
                }
                let now = tx.now().micros();
                let ran = tx.sql(RAN).bind(now);
                ran.bind(job.name.as_str()).run().await?;
                tx.audit(Entry::done(&caller, permit, object));
                tx.wake(Topic::Due);
            }
            Ok(())
        })
        .await
    }
}

/// Somebody works here no longer, or as something else: their jobs end, and what these have planned.
pub(crate) async fn end_of(tx: &mut Tx, account: AccountId) -> Result<()> {
    let now = tx.now().micros();
    tx.sql(FORGET_JOBS).bind(account.uuid()).run().await?;
    let cancel = tx.sql(CANCEL).bind(account.uuid()).bind(now);
    cancel.run().await?;
    Ok(())
}

async fn plan(tx: &mut Tx, job: &DueJob, now: Timestamp) -> Result<()> {
    let account = job.account.uuid();
    let label: &[u8] = if job.name == JobName::Digest {
        // On a morning when nothing waits there is no mail, and no row about one.
        let found = waiting::look(tx, (account, Uuid::nil()), now).await?;
        let wanted = found.map(|found| unread::decide_digest(&found.reader, found.conversations));
        if !matches!(wanted, Some(Ok(_))) {
            return Ok(());
        }
        b"carecircle/digest/v1"
    } else {
        b"carecircle/agenda/v1"
    };
    let day = job.zone.date(now).to_string();
    let dedupe = sha256(&[label, account.as_bytes(), day.as_bytes()]);
    let created = tx.now();
    let id = DeliveryId::from_parts(created, tx.random());
    let is_digest = job.name == JobName::Digest;
    let planned = tx
        .sql(if is_digest { PLAN_DIGEST } else { PLAN })
        .bind(id.uuid())
        .bind(dedupe.to_vec())
        .bind(job.person.uuid())
        .bind(day)
        .bind(now.micros())
        .bind(now.plus_seconds(AGENDA_S).micros())
        .bind(created.micros());
    let planned = if is_digest {
        planned.bind(account)
    } else {
        planned
    };
    planned.run().await?;
    Ok(())
}

/// What an agenda says: when the day's appointments begin. `None` on a free day.
pub(super) async fn about(
    tx: &mut Tx,
    account: AccountId,
    day: Option<&str>,
    zone: &str,
) -> Result<Option<About>> {
    let Some(day) = day else {
        return Ok(None);
    };
    let zone = preferences::zone(tx, zone);
    let date = parse_date(day)?;
    let (from, until) = (
        zone.start_of(date),
        zone.start_of(care::civil::plus_days(date, 1)),
    );
    let rows = tx
        .sql(STARTS)
        .bind(account.uuid())
        .bind(from.micros())
        .bind(until.micros())
        .all::<(i64,)>()
        .await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let starts: Vec<Timestamp> = rows.into_iter().map(|(at,)| db::at(at)).collect();
    Ok(Some(About::Agenda {
        day: day.to_owned(),
        zone_named: zone.differs(&tx.core().zone, &starts),
        starts,
    }))
}
