//! The daily agenda: an agency job of each worker's, run on their own morning. The job's next run is a
//! row; running it plans one mail, which is written from the day as it then stands.

use care::Caller;
use care::civil::{Zone, parse_date};
use care::rules::{Act, Asker, Permit, Standing};
use protocol::{AccountId, DeliveryId, EntryId, PersonId, Timestamp};
use uuid::Uuid;

use super::due::About;
use crate::audit::{Entry, Object};
use crate::db;
use crate::error::Result;
use crate::hash::sha256;
use crate::preferences;
use crate::store::Store;
use crate::tx::Tx;
use crate::wake::Topic;

statements! {
    WORKERS = "
        SELECT a.id, a.person FROM account a JOIN resource r ON r.account = a.id
        WHERE a.role = 'case_manager'
            AND NOT EXISTS (SELECT 1 FROM job j WHERE j.name = 'agenda' AND j.account = a.id)
        ORDER BY a.id";
    INSERT_JOB = "
        INSERT INTO job (id, name, account, expression, zone, next_at)
        VALUES ($1, 'agenda', $2, $3, $4, $5) ON CONFLICT (name, account) DO NOTHING";
    DUE_JOBS = "
        SELECT j.id, j.account, a.person, j.expression, j.next_at FROM job j
            JOIN account a ON a.id = j.account
        WHERE j.next_at <= $1 ORDER BY j.next_at LIMIT 64";
    NEXT_JOB = "SELECT MIN(next_at) FROM job";
    ADVANCE = "UPDATE job SET next_at = $3, zone = $4 WHERE id = $1 AND next_at = $2";
    PLAN = "
        INSERT INTO delivery (id, dedupe, person, ics_sequence, day, step, channel, due_at, not_after,
            state, tries, began, created_at)
        VALUES ($1, $2, $3, 0, $4, 'agenda', 'email', $5, $6, 'planned', 0, 0, $7)
        ON CONFLICT (dedupe) DO NOTHING";
    STARTS = "
        SELECT k.start_at FROM appointment k
            JOIN participant p ON p.appointment = k.id AND p.left_at IS NULL
        WHERE p.account = $1 AND k.state = 'booked' AND k.start_at >= $2 AND k.start_at < $3
        ORDER BY k.start_at";
}

/// An agenda is worthless this long after its time, seconds.
const AGENDA_S: i64 = 6 * 3_600;

/// A worker who has hours and no agenda job yet.
#[derive(Debug, Clone)]
pub struct Worker {
    /// The account.
    pub account: AccountId,
    /// On whose clocks their day is told.
    pub zone: Zone,
}

/// A job whose time has come.
#[derive(Debug, Clone)]
pub struct DueJob {
    /// Its row.
    pub id: Uuid,
    /// Whose agenda.
    pub account: AccountId,
    person: PersonId,
    /// When it runs, as a cron expression of five fields.
    pub expression: String,
    /// For when it was planned.
    pub at: Timestamp,
    /// The worker's zone now.
    pub zone: Zone,
}

#[derive(sqlx::FromRow)]
struct JobRow {
    id: Uuid,
    account: Uuid,
    person: Uuid,
    expression: String,
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
    /// Workers who have hours and no agenda job.
    pub async fn workers_without_agenda(&self) -> Result<Vec<Worker>> {
        self.read("workers without agenda", async move |tx: &mut Tx| {
            let mut workers = Vec::new();
            for (account, person) in tx.sql(WORKERS).all::<(Uuid, Uuid)>().await? {
                let zone = preferences::zone_of(tx, person.into()).await?;
                let account = account.into();
                workers.push(Worker { account, zone });
            }
            Ok(workers)
        })
        .await
    }

    /// Gives a worker their agenda job.
    pub async fn add_agenda(
        &self,
        worker: &Worker,
        expression: &str,
        next: Timestamp,
    ) -> Result<()> {
        let (worker, expression) = (worker.clone(), expression.to_owned());
        let caller = Caller::scheduler();
        self.write("add agenda", async move |tx: &mut Tx| {
            let object = Object::Account(worker.account);
            let permit = permit(tx, &caller, object)?;
            let id = EntryId::from_parts(tx.now(), tx.random()).uuid();
            tx.sql(INSERT_JOB)
                .bind(id)
                .bind(worker.account.uuid())
                .bind(expression.clone())
                .bind(worker.zone.name().to_owned())
                .bind(next.micros())
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
                    account: row.account.into(),
                    person: row.person.into(),
                    expression: row.expression,
                    at: db::at(row.next_at),
                    zone: preferences::zone_of(tx, row.person.into()).await?,
                });
            }
            Ok(jobs)
        })
        .await
    }

    /// Runs an agenda job once, for the worker's day at `now`, and sets its next run. `latest` is when it
    /// should last have run. Whoever comes second does nothing; a morning that is long over is not caught up with.
    pub async fn run_agenda(
        &self,
        job: &DueJob,
        (latest, next): (Timestamp, Timestamp),
        now: Timestamp,
    ) -> Result<()> {
        let job = job.clone();
        let caller = Caller::scheduler();
        self.write("run agenda", async move |tx: &mut Tx| {
            let object = Object::Job(job.id);
            let permit = permit(tx, &caller, object)?;
            let advanced = tx
                .sql(ADVANCE)
                .bind(job.id)
                .bind(job.at.micros())
                .bind(next.micros())
                .bind(job.zone.name().to_owned())
                .run()
                .await?;
            if advanced == 1 {
                if now < latest.plus_seconds(AGENDA_S) {
                    plan(tx, &job, now).await?;
                }
                tx.audit(Entry::done(&caller, permit, object));
                tx.wake(Topic::Due);
            }
            Ok(())
        })
        .await
    }
}

async fn plan(tx: &mut Tx, job: &DueJob, now: Timestamp) -> Result<()> {
    let day = job.zone.date(now).to_string();
    let dedupe = sha256(&[
        b"carecircle/agenda/v1",
        job.account.as_bytes(),
        day.as_bytes(),
    ]);
    let created = tx.now();
    let id = DeliveryId::from_parts(created, tx.random());
    tx.sql(PLAN)
        .bind(id.uuid())
        .bind(dedupe.to_vec())
        .bind(job.person.uuid())
        .bind(day)
        .bind(now.micros())
        .bind(now.plus_seconds(AGENDA_S).micros())
        .bind(created.micros())
        .run()
        .await?;
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
    Ok(Some(About::Agenda {
        day: day.to_owned(),
        starts: rows.into_iter().map(|(at,)| db::at(at)).collect(),
    }))
}
