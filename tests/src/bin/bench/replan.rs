//! The law of the clocks changes: 20,000 appointments to come are put where their civil times now are, their
//! workers' time is claimed anew, and everybody is told. Ten of them meet what was booked meanwhile.

use anyhow::{Result, bail, ensure};
use care::Clock as _;
use scheduler::Scheduler;
use serde::Serialize;
use testkit::{Engine, TestDatabase, TestServer};
use tokio::time::Instant;

use crate::beside;
use crate::desk::{Booked, Desk, ENGINES, HALF_HOURS, book, fill, half_hours, open, visit};

const ROWS: usize = 20_000;
const WORKERS: u32 = 50;
/// Workers who book something in the place of what stands an hour early.
const COLLISIONS: usize = 10;

/// As the law stood before: an hour earlier, by an older database. Claims go by way of another decade, so that none
/// meets another on its way.
const OLD_LAW: [&str; 4] = [
    "UPDATE claim SET start_at = start_at + 315360000000000, end_at = end_at + 315360000000000",
    "UPDATE claim SET start_at = start_at - 315363600000000, end_at = end_at - 315363600000000",
    "UPDATE appointment SET start_at = start_at - 3600000000, end_at = end_at - 3600000000,
        tzdb_version = 'before'",
    // Everybody has been told.
    "UPDATE delivery SET state = 'sent', settled_at = created_at, began = 0
        WHERE step = 'invitation' AND state = 'planned'",
];
const SECONDS: &str = "SELECT CAST(SUM(start_at / 1000000) AS BIGINT) FROM appointment";
const STALE: &str = "SELECT COUNT(*) FROM appointment WHERE tzdb_version = 'before'";
const MOVED: &str = "SELECT COUNT(*) FROM appointment WHERE ics_sequence = 1";
const TOLD: &str = "
    SELECT COUNT(*) FROM delivery
    WHERE step = 'invitation' AND state = 'planned' AND ics_sequence = 1";
const OUTDATED: &str = "
    SELECT COUNT(*) FROM delivery v JOIN appointment a ON a.id = v.appointment
    WHERE v.state = 'planned' AND v.ics_sequence <> a.ics_sequence";
const TASKS: &str = "
    SELECT COUNT(*) FROM task WHERE kind = 'clocks_changed' AND done_at IS NULL";
const CLAIMED: &str = "
    SELECT COUNT(*) FROM claim c JOIN appointment a ON a.id = c.appointment
    WHERE c.start_at = a.start_at AND c.end_at = a.end_at";
const OVERLAPS: &str = "
    SELECT COUNT(*) FROM claim a JOIN claim b ON b.resource = a.resource AND b.start_at >= a.start_at
        AND b.start_at < a.end_at AND b.id <> a.id";

#[derive(Serialize)]
struct Figure {
    bench: &'static str,
    engine: &'static str,
    rows: usize,
    seconds: f64,
    moved: usize,
    /// Mails that are planned because of it.
    told: usize,
    collisions: usize,
    transactions: usize,
    longest_ms: f64,
}

/// Both engines.
pub async fn run() -> Result<()> {
    for (engine, name) in ENGINES {
        on(engine, name).await?;
    }
    Ok(())
}

async fn on(engine: Engine, name: &'static str) -> Result<()> {
    let (server, desks) = open(engine, WORKERS).await?;
    let scheduler = Scheduler::new(server.store().clone());
    let each = ROWS / desks.len();
    ensure!(
        each.is_multiple_of(HALF_HOURS),
        "the last day of each is full"
    );
    fill(&scheduler, &desks, each).await?;
    let database = server.database();
    let before = beside::count(database, SECONDS).await?;
    let changed = beside::run(database, &OLD_LAW).await?;
    let all = u64::try_from(ROWS)?;
    ensure!(changed == [all, all, all, 2 * all], "{changed:?}");
    meet(&scheduler, &desks, each).await?;
    let met = beside::count(database, SECONDS).await?;
    let began = Instant::now();
    let steps = work(&server).await?;
    let seconds = began.elapsed().as_secs_f64();
    // Each is an hour later than by the old law, and what was booked meanwhile is where it was.
    let hours = i64::try_from(ROWS)? * 3_600;
    ensure!(beside::count(database, SECONDS).await? == met + hours);
    ensure!(met + hours > before, "and those were not there before");
    let (moved, told, collisions) = verify(database).await?;
    ensure!(steps.did == moved, "{} by its own count", steps.did);
    crate::print(&Figure {
        bench: "replan",
        engine: name,
        rows: ROWS,
        seconds: crate::rounded(seconds),
        moved,
        told,
        collisions,
        transactions: steps.transactions,
        longest_ms: crate::rounded(steps.longest_s * 1e3),
    })
}

/// Some workers book what stands an hour early in what is the last half hour of their last day.
async fn meet(scheduler: &Scheduler, desks: &[Desk], each: usize) -> Result<()> {
    let Some(last) = half_hours(each)?.pop() else {
        bail!("nobody has booked anything");
    };
    for (op, desk) in (u64::try_from(ROWS)?..).zip(desks.iter().take(COLLISIONS)) {
        if let Booked::Taken(_) = book(scheduler, desk, visit(desk, op, last.clone())).await? {
            bail!("the old law keeps that half hour");
        }
    }
    Ok(())
}

#[derive(Default)]
struct Steps {
    did: usize,
    transactions: usize,
    longest_s: f64,
}

/// As the job does it, until nothing is left.
async fn work(server: &TestServer) -> Result<Steps> {
    let now = server.clock().now();
    let mut steps = Steps::default();
    loop {
        let began = Instant::now();
        let step = server.store().re_resolve(now).await?;
        steps.did += usize::try_from(step.did)?;
        if !step.more {
            return Ok(steps);
        }
        steps.transactions += 1;
        steps.longest_s = steps.longest_s.max(began.elapsed().as_secs_f64());
    }
}

/// How many moved, are told, and met something. Refuses anything that is not as it must be.
async fn verify(database: &TestDatabase) -> Result<(usize, usize, usize)> {
    let mut counts = Vec::new();
    for (sql, expected) in [
        (MOVED, ROWS),
        // The worker and the client.
        (TOLD, 2 * ROWS),
        (TASKS, COLLISIONS),
        // Of two that meet one has the claim.
        (CLAIMED, ROWS),
        (STALE, 0),
        (OUTDATED, 0),
        (OVERLAPS, 0),
    ] {
        let count = usize::try_from(beside::count(database, sql).await?)?;
        ensure!(count == expected, "{count}, not {expected}: {sql}");
        counts.push(count);
    }
    let [moved, told, collisions, ..] = counts[..] else {
        bail!("nothing was counted");
    };
    Ok((moved, told, collisions))
}
