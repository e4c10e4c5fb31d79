//! Agency jobs: when they run, what becomes of missed runs, and what each of them does.

use care::Caller;
use protocol::http::{Job, JobTerms, PreviewJob};
use protocol::{Code, JobName, JobOutcome, Misfire, Role, TaskKind, limits};
use scheduler::agency;
use store::JobEnd;
use testkit::Engine;

use super::desk::{Desk, TUESDAY};
use super::house::code;

fn terms(expression: &str) -> JobTerms {
    JobTerms {
        expression: expression.to_owned(),
        both_days: false,
        misfire: Misfire::RunOnce,
        catch_up: 1,
    }
}

/// An administrator, signed in.
async fn kim(desk: &Desk) -> Caller {
    let kim = testkit::agency::add(desk.store(), "Kim Keyring", Role::Administrator).await;
    desk.house.enrol(kim.unwrap(), 5).await.caller
}

/// Jobs that are due run.
async fn run(desk: &Desk) {
    let now = desk.house.clock_now();
    agency::run(desk.store(), now).await.unwrap();
}

async fn job(desk: &Desk, caller: &Caller, name: JobName) -> Job {
    let now = desk.house.clock_now();
    let told = desk.scheduler.jobs(caller, now).await.unwrap();
    let found = told.jobs.into_iter().find(|job| job.name == name);
    found.unwrap()
}

async fn change(desk: &Desk, caller: &Caller, name: JobName, terms: JobTerms) -> Option<Code> {
    let now = desk.house.clock_now();
    let changed = desk.scheduler.change_job(caller, name, terms, now).await;
    changed.err().map(|error| error.refusal().code)
}

pub async fn administrators_say_when_jobs_run(engine: Engine) {
    let desk = Desk::open(engine).await;
    let kim = kim(&desk).await;
    let now = desk.house.clock_now();
    for who in [desk.dana, desk.maria, desk.ana] {
        assert_eq!(code(desk.store().jobs(&who).await), Code::NotAllowed);
        let changed = change(&desk, &who, JobName::Retention, terms("0 9 * * *")).await;
        assert_eq!(changed, Some(Code::NotAllowed));
        let asked = desk.store().ask_job(&who, JobName::Retention).await;
        assert_eq!(code(asked), Code::NotAllowed);
    }
    let told = desk.scheduler.jobs(&kim, now).await.unwrap();
    let names: Vec<JobName> = told.jobs.iter().map(|job| job.name).collect();
    assert_eq!(names, JobName::ALL);
    assert_eq!(told.zone, "America/Chicago");
    assert!(!told.alarm && told.heard_at.is_none());
    let retention = job(&desk, &kim, JobName::Retention).await;
    assert_eq!(retention.next_runs.len(), limits::JOB_RUNS_SHOWN);
    assert_eq!(retention.next_runs[0].civil, "2026-11-03T03:15");
    for (expression, refused) in [
        ("0 9 * *", Code::CronFields),
        ("0 9 1 * 1", Code::CronBothDays),
        ("0 25 * * *", Code::CronMalformed),
        ("0 9 30 2 *", Code::CronNever),
    ] {
        let changed = change(&desk, &kim, JobName::Retention, terms(expression)).await;
        assert_eq!(changed, Some(refused), "{expression}");
        let asked = PreviewJob {
            expression: expression.to_owned(),
            both_days: false,
        };
        let preview = desk.scheduler.preview_job(&kim, &asked, now).await;
        assert_eq!(code(preview), refused, "{expression}");
    }
    let many = JobTerms {
        misfire: Misfire::CatchUp,
        catch_up: limits::JOB_CATCH_UP_MAX + 1,
        ..terms("0 9 * * *")
    };
    let changed = change(&desk, &kim, JobName::Retention, many).await;
    assert_eq!(changed, Some(Code::BadRequest));
    let confirmed = JobTerms {
        both_days: true,
        ..terms("0 9 13 * 5")
    };
    let changed = change(&desk, &kim, JobName::Retention, confirmed.clone()).await;
    assert_eq!(changed, None);
    let retention = job(&desk, &kim, JobName::Retention).await;
    assert_eq!(retention.terms, confirmed);
    assert_eq!(retention.next_runs[0].civil, "2026-11-13T09:00");
}

pub async fn a_job_is_run_by_one_process_and_a_lost_lease_settles_nothing(engine: Engine) {
    let desk = Desk::open(engine).await;
    let kim = kim(&desk).await;
    run(&desk).await;
    let next = desk.store().next_agency_job().await.unwrap();
    assert_eq!(next, Some(Desk::instant("2026-11-03T03:15")));
    desk.at("2026-11-03T03:20").await;
    let now = desk.house.clock_now();
    let (lost, job_then) = desk.store().lease_job(now).await.unwrap().unwrap();
    assert_eq!(job_then.name, JobName::Retention);
    assert!(desk.store().lease_job(now).await.unwrap().is_none());
    assert!(job(&desk, &kim, JobName::Retention).await.running);
    // Whoever had it is gone: after a while another takes it.
    desk.pass(limits::JOB_LEASE_S).await;
    run(&desk).await;
    let retention = job(&desk, &kim, JobName::Retention).await;
    assert_eq!(retention.outcome, Some(JobOutcome::Done));
    let end = JobEnd {
        outcome: JobOutcome::Failed,
        did: 9,
        next: Some(now),
    };
    let settled = desk.store().settle_job(lost, &job_then, end).await;
    assert!(!settled.unwrap());
    let again = job(&desk, &kim, JobName::Retention).await;
    assert_eq!(again, retention);
    let entries = "act = 'run_job' AND outcome = 'done'";
    assert!(desk.house.entries(entries).await >= 3);
}

pub async fn missed_runs_come_by_their_policy(engine: Engine) {
    let desk = Desk::open(engine).await;
    let kim = kim(&desk).await;
    let hourly = |misfire, catch_up| JobTerms {
        misfire,
        catch_up,
        ..terms("0 * * * *")
    };
    for (misfire, catch_up, began, outcome) in [
        (Misfire::RunOnce, 1, 1, JobOutcome::Done),
        (Misfire::Skip, 1, 1, JobOutcome::Skipped),
        (Misfire::CatchUp, 3, 3, JobOutcome::Done),
    ] {
        let wish = hourly(misfire, catch_up);
        let changed = change(&desk, &kim, JobName::Retention, wish).await;
        assert_eq!(changed, None);
        for other in [JobName::ReResolve, JobName::Reconciliation, JobName::Series] {
            desk.store().pause_job(&kim, other).await.unwrap();
        }
        run(&desk).await;
        let before = desk.house.entries("act = 'run_job'").await;
        desk.pass(9 * 3_600 + 1_800).await;
        run(&desk).await;
        // Each run is an entry where it is taken in hand and one where it ends; others are what it deleted.
        let runs = desk.house.entries("act = 'run_job'").await - before;
        assert!(
            (2 * began..=3 * began).contains(&runs),
            "{misfire:?}: {runs} entries"
        );
        let retention = job(&desk, &kim, JobName::Retention).await;
        assert_eq!(retention.outcome, Some(outcome), "{misfire:?}");
        let next = desk.store().next_agency_job().await.unwrap().unwrap();
        assert!(
            next > desk.house.clock_now(),
            "{misfire:?}: and then as ever"
        );
        // On to the full hour, from which the next round begins.
        desk.pass(1_800).await;
        run(&desk).await;
    }
}

pub async fn a_paused_job_runs_only_when_it_is_asked_for(engine: Engine) {
    let desk = Desk::open(engine).await;
    let kim = kim(&desk).await;
    let name = JobName::Reconciliation;
    run(&desk).await;
    for _ in 0..2 {
        desk.store().pause_job(&kim, name).await.unwrap();
    }
    desk.at("2026-11-05T12:00").await;
    run(&desk).await;
    let paused = job(&desk, &kim, name).await;
    assert!(paused.paused_at.is_some() && paused.ended_at.is_none());
    assert!(paused.next_runs.is_empty());
    desk.store().ask_job(&kim, name).await.unwrap();
    assert!(job(&desk, &kim, name).await.asked);
    run(&desk).await;
    let asked = job(&desk, &kim, name).await;
    assert_eq!(asked.outcome, Some(JobOutcome::Done));
    assert!(asked.paused_at.is_some() && !asked.asked);
    desk.store().resume_job(&kim, name).await.unwrap();
    run(&desk).await;
    let resumed = job(&desk, &kim, name).await;
    assert_eq!(
        resumed.ended_at, asked.ended_at,
        "what was missed is let go"
    );
    assert_eq!(resumed.next_runs[0].civil, "2026-11-06T04:05");
}

pub async fn an_agenda_follows_the_agencys_expression(engine: Engine) {
    let desk = Desk::open(engine).await;
    let kim = kim(&desk).await;
    desk.book(TUESDAY).await;
    desk.sends().await;
    let changed = change(&desk, &kim, JobName::Agenda, terms("0 6 * * *")).await;
    assert_eq!(changed, None);
    desk.sends().await;
    desk.at("2026-11-10T05:59").await;
    assert!(!desk.sends().await.contains(&"dana agenda".to_owned()));
    desk.at("2026-11-10T06:00").await;
    assert!(desk.sends().await.contains(&"dana agenda".to_owned()));
    desk.store().pause_job(&kim, JobName::Agenda).await.unwrap();
    desk.book("2026-11-11T10:00").await;
    desk.at("2026-11-11T08:00").await;
    assert!(!desk.sends().await.contains(&"dana agenda".to_owned()));
    desk.store()
        .resume_job(&kim, JobName::Agenda)
        .await
        .unwrap();
    assert!(!desk.sends().await.contains(&"dana agenda".to_owned()));
    let agenda = job(&desk, &kim, JobName::Agenda).await;
    assert_eq!(agenda.outcome, Some(JobOutcome::Done));
}

pub async fn the_nightly_job_makes_another_removal_key_in_time(engine: Engine) {
    let desk = Desk::open(engine).await;
    let kim = kim(&desk).await;
    let removal_key = async || desk.store().agency().await.unwrap().unwrap().removal_key;
    let first = removal_key().await;
    for (night, renewed) in [("2027-08-01T04:00", false), ("2027-08-20T04:00", true)] {
        desk.at(night).await;
        let asked = desk.store().ask_job(&kim, JobName::Retention).await;
        asked.unwrap();
        run(&desk).await;
        let retention = job(&desk, &kim, JobName::Retention).await;
        assert_eq!(retention.outcome, Some(JobOutcome::Done));
        assert_eq!(removal_key().await != first, renewed, "{night}");
    }
}

pub async fn what_is_over_is_deleted_and_nothing_else(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.book(TUESDAY).await;
    desk.sends().await;
    desk.book("2027-08-10T10:00").await;
    desk.sends().await;
    let before = desk.house.count("SELECT COUNT(*) FROM delivery").await;
    let forgotten = desk.store().forget_what_is_over().await.unwrap();
    assert!(!forgotten.more);
    let sessions = "SELECT COUNT(*) FROM session";
    let had = desk.house.count(sessions).await;
    let entries = desk.house.count("SELECT COUNT(*) FROM audit_entry").await;
    // Half a year and more after the first visit; the second is still to come.
    desk.at("2027-06-01T12:00").await;
    desk.store().forget_what_is_over().await.unwrap();
    let left = desk.house.count("SELECT COUNT(*) FROM delivery").await;
    assert!(left > 0 && left < before, "{left} of {before}");
    let of_the_first = "SELECT COUNT(*) FROM delivery v JOIN appointment k ON k.id = v.appointment
        WHERE k.civil_start = '2026-11-10T10:00'
            AND v.state IN ('sent', 'skipped', 'cancelled', 'failed')";
    assert_eq!(desk.house.count(of_the_first).await, 0);
    assert_eq!(
        desk.house.count(sessions).await,
        had,
        "the last session of a device stays"
    );
    assert_eq!(
        desk.house.count("SELECT COUNT(*) FROM appointment").await,
        2
    );
    assert!(desk.house.count("SELECT COUNT(*) FROM audit_entry").await >= entries);
}

/// As the law stood before: an hour earlier, by an older database.
pub(super) async fn under_the_old_law(desk: &Desk) {
    desk.house
        .run("UPDATE claim SET start_at = start_at - 3600000000, end_at = end_at - 3600000000")
        .await;
    desk.house
        .run(
            "UPDATE appointment SET start_at = start_at - 3600000000,
                end_at = end_at - 3600000000, tzdb_version = 'before'",
        )
        .await;
}

async fn starts(desk: &Desk) -> Vec<String> {
    let seen = desk.store().appointments_of(&desk.dana, desk.maria.person);
    let seen = seen.await.unwrap().appointments.into_iter();
    seen.map(|card| format!("{} #{}", card.at.civil, card.sequence))
        .collect()
}

pub async fn a_change_of_the_clocks_law_keeps_civil_times(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.book(TUESDAY).await;
    desk.sends().await;
    let now = desk.house.clock_now();
    let nothing = desk.store().re_resolve(now).await.unwrap();
    assert_eq!((nothing.did, nothing.more), (0, false));
    under_the_old_law(&desk).await;
    assert_eq!(starts(&desk).await, ["2026-11-10T09:00 #0"]);
    let step = desk.store().re_resolve(now).await.unwrap();
    assert_eq!((step.did, step.more), (1, true));
    assert_eq!(desk.store().re_resolve(now).await.unwrap().did, 0);
    assert_eq!(starts(&desk).await, ["2026-11-10T10:00 #1"]);
    let claimed = "SELECT COUNT(*) FROM claim c JOIN appointment k ON k.id = c.appointment
        WHERE c.start_at = k.start_at AND c.end_at = k.end_at";
    assert_eq!(desk.house.count(claimed).await, 1);
    assert_eq!(
        desk.sends().await,
        ["dana invitation", "maria invitation"],
        "people are told"
    );
}

pub async fn two_that_move_together_do_not_meet_and_one_that_meets_another_is_a_task(
    engine: Engine,
) {
    let desk = Desk::open(engine).await;
    for civil in ["2026-11-10T10:00", "2026-11-10T11:00"] {
        desk.book(civil).await;
    }
    under_the_old_law(&desk).await;
    let now = desk.house.clock_now();
    assert_eq!(desk.store().re_resolve(now).await.unwrap().did, 2);
    assert_eq!(
        starts(&desk).await,
        ["2026-11-10T10:00 #1", "2026-11-10T11:00 #1"]
    );
    assert_eq!(desk.to_do().await, Vec::<String>::new());
    assert_eq!(desk.house.count("SELECT COUNT(*) FROM claim").await, 2);
    // One of another zone database stands an hour early, and what was booked meanwhile stands in its place.
    let early = "civil_start = '2026-11-10T11:00'";
    desk.house
        .run(&format!(
            "UPDATE claim SET start_at = start_at + 86400000000, end_at = end_at + 86400000000
             WHERE appointment IN (SELECT id FROM appointment WHERE {early})"
        ))
        .await;
    desk.house
        .run(&format!(
            "UPDATE appointment SET start_at = start_at + 86400000000,
                end_at = end_at + 86400000000, tzdb_version = 'before' WHERE {early}"
        ))
        .await;
    desk.book("2026-11-10T11:00").await;
    desk.store().re_resolve(now).await.unwrap();
    let tasks = desk.tasks(&desk.dana).await;
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    assert_eq!(tasks[0].kind, TaskKind::ClocksChanged);
    assert_eq!(starts(&desk).await.len(), 3, "none is dropped");
}

pub async fn a_mail_that_is_missing_is_planned_again(engine: Engine) {
    let desk = Desk::open(engine).await;
    let card = desk.book(TUESDAY).await;
    desk.sends().await;
    let now = desk.house.clock_now();
    let clean = desk.store().reconcile(now, None).await.unwrap();
    assert_eq!((clean.did, clean.more), (0, false), "nothing to mend");
    desk.house
        .run("DELETE FROM delivery WHERE step = 'one_day'")
        .await;
    desk.house
        .run("UPDATE delivery SET state = 'cancelled', reason = 'changed' WHERE step = 'one_hour'")
        .await;
    let mended = desk.store().reconcile(now, None).await.unwrap();
    assert_eq!((mended.did, mended.after), (2, Some(card.id)));
    desk.at("2026-11-09T10:00").await;
    let sent = desk.sends().await;
    assert!(sent.contains(&"maria one_day".to_owned()), "{sent:?}");
}
