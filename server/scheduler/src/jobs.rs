//! Agency jobs: the daily agenda on each worker's own morning; rights that run out by themselves;
//! devices at which nobody was for long.

use care::civil::Zone;
use protocol::Timestamp;
use store::Store;

use crate::expression::{Expression, ExpressionError};

/// When a worker's agenda comes, on their own clocks: every day at half past seven. A free day says
/// nothing.
pub const AGENDA: &str = "30 7 * * *";

/// Ends what ran out, gives every worker who has hours an agenda job, and runs the jobs whose time has come. A job missed
/// while the server was down runs once.
pub async fn run(store: &Store, now: Timestamp) -> store::Result<()> {
    while store.end_lapsed(now).await? {}
    while store.ask_about_idle_devices(now).await? {}
    for worker in store.workers_without_agenda().await? {
        if let Some(next) = next(AGENDA, &worker.zone, now) {
            store.add_agenda(&worker, AGENDA, next).await?;
        }
    }
    for job in store.due_jobs(now).await? {
        // An expression that never comes again is looked at once a year.
        let next = next(&job.expression, &job.zone, now);
        let next = next.unwrap_or_else(|| now.plus_seconds(366 * 86_400));
        let latest = latest(&job.expression, &job.zone, (job.at, now));
        store.run_agenda(&job, (latest, next), now).await?;
    }
    Ok(())
}

/// The last run that was due by now; the planned one if it was the only one.
fn latest(expression: &str, zone: &Zone, (planned, now): (Timestamp, Timestamp)) -> Timestamp {
    let mut latest = planned;
    // Of a long time only the last days matter.
    let mut from = planned.max(now.plus_seconds(-2 * 86_400));
    while let Some(run) = next(expression, zone, from).filter(|run| *run <= now) {
        (latest, from) = (run, run);
    }
    latest
}

fn next(expression: &str, zone: &Zone, now: Timestamp) -> Option<Timestamp> {
    let read: Result<Expression, ExpressionError> = Expression::parse(expression);
    read.ok()?.next_after(now, zone)
}
