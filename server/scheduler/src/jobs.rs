//! What is done again and again for people: the daily agenda and the digest on each worker's own morning; mails
//! to whoever has not fetched their messages; rights and offers that run out by themselves; devices at which nobody
//! was for long; addresses at which nobody has answered; appointments of which nobody has said how they went. What is done for the agency as a whole is
//! [`crate::agency`]'s.

use care::civil::Zone;
use protocol::{Misfire, Timestamp, limits};
use store::{DueJob, Store};

use crate::expression::Expression;

/// An expression that never comes again is looked at once a year, seconds.
pub(crate) const NEVER_S: i64 = 366 * 86_400;

/// Ends what ran out, looks for messages that nobody fetched, gives every worker their jobs, and runs those whose
/// time has come. A job missed while the server was down runs once, unless missed ones are skipped.
pub async fn run(store: &Store, now: Timestamp) -> store::Result<()> {
    while store.end_lapsed(now).await? {}
    while store.expire_transfers(now).await? {}
    while store.ask_about_idle_devices(now).await? {}
    while store.ask_about_unanswered_addresses(now).await? {}
    while store.ask_for_outcomes(now).await? {}
    for _ in 0..limits::UNREAD_LOOKS_MAX {
        if !store.plan_unread_mails(now).await? {
            break;
        }
    }
    for worker in store.workers_without_jobs().await? {
        let terms = (worker.expression.as_str(), worker.both_days);
        if let Some(next) = next(terms, &worker.zone, now) {
            store.add_workers_job(&worker, next).await?;
        }
    }
    for job in store.due_jobs(now).await? {
        let next = next((job.expression.as_str(), job.both_days), &job.zone, now);
        let next = next.unwrap_or_else(|| now.plus_seconds(NEVER_S));
        let latest = latest(&job, now);
        let late = now > latest.plus_seconds(limits::JOB_LATE_S);
        let is_let_go = job.misfire == Misfire::Skip && late;
        let latest = (!is_let_go).then_some(latest);
        store.run_workers_job(&job, (latest, next), now).await?;
    }
    Ok(())
}

/// The last run that was due by now; the planned one if it was the only one.
fn latest(job: &DueJob, now: Timestamp) -> Timestamp {
    let terms = (job.expression.as_str(), job.both_days);
    let mut latest = job.at;
    // Of a long time only the last days matter.
    let mut from = job.at.max(now.plus_seconds(-2 * 86_400));
    while let Some(run) = next(terms, &job.zone, from).filter(|run| *run <= now) {
        (latest, from) = (run, run);
    }
    latest
}

/// The next run of what an expression says that was read before.
pub(crate) fn next(
    (expression, both_days): (&str, bool),
    zone: &Zone,
    now: Timestamp,
) -> Option<Timestamp> {
    let read = Expression::parse(expression, both_days);
    read.ok()?.next_after(now, zone)
}
