//! One thing that is broken does not stop the others: a row, a kind of mail, what is done besides.

use std::sync::Arc;
use std::time::Duration;

use care::Caller;
use mail::Sent;
use protocol::{JobName, JobOutcome, Role, limits};
use scheduler::Worker;
use testkit::{Engine, Person};

use super::desk::{Desk, TUESDAY, to};

const NOTHING: [&str; 0] = [];
const MARIAS: &str = "maria.elsewhere@example.org";
const ANAS: &str = "ana.elsewhere@example.org";

/// Somebody writes down another address of theirs, and is to be asked whether it is.
async fn writes(desk: &Desk, caller: &Caller, email: &str) {
    let store = desk.store();
    let wish = store.preferences(caller, caller.person).await;
    let mut wish = wish.unwrap();
    wish.email = Some(email.to_owned());
    let put = store.put_preferences(caller, caller.person, wish);
    put.await.unwrap();
}

/// Nobody can read somebody's address.
async fn spoil(desk: &Desk, person: Person) {
    let id = desk.house.id(person.person.as_bytes());
    let garbage = desk.house.bytes(b"no sealed text at all");
    desk.house
        .run(&format!(
            "UPDATE address SET value = {garbage} WHERE person = {id} AND ended_at IS NULL"
        ))
        .await;
}

async fn rename(desk: &Desk, table: &str, name: &str) {
    let rename = format!("ALTER TABLE {table} RENAME TO {name}");
    desk.house.beside().attempt(&rename).await.unwrap();
}

/// To whom something has left.
fn left(desk: &Desk) -> Vec<String> {
    desk.memory.take().iter().map(to).collect()
}

pub async fn a_single_mail_that_cannot_be_read_does_not_stop_the_others(engine: Engine) {
    let desk = Desk::open(engine).await;
    writes(&desk, &desk.ana, ANAS).await;
    desk.pass(1).await;
    writes(&desk, &desk.maria, MARIAS).await;
    spoil(&desk, desk.house.agency.ana).await;
    let mails = desk.post().await;
    assert_eq!(mails.iter().map(to).collect::<Vec<_>>(), [MARIAS]);
    let failed = "SELECT COUNT(*) FROM single_mail
        WHERE state = 'failed' AND reason = 'unreadable' AND settled_at IS NOT NULL";
    assert_eq!(desk.house.count(failed).await, 1);
    assert_eq!(desk.to_do().await, ["ana cannot_reach_by_email"]);
}

pub async fn a_single_mail_that_does_not_leave_is_an_alarm(engine: Engine) {
    let desk = Desk::open(engine).await;
    writes(&desk, &desk.maria, MARIAS).await;
    let late = async || desk.store().scheduler_health().await.unwrap().late;
    desk.pass(limits::LAG_ALARM_S).await;
    assert!(!late().await);
    desk.pass(1).await;
    assert!(late().await);
    assert_eq!(desk.post().await.len(), 1);
    assert!(!late().await);
}

pub async fn a_mail_that_is_put_off_again_and_again_is_an_alarm(engine: Engine) {
    for single in [false, true] {
        let desk = Desk::open(engine).await;
        desk.without_address(&desk.dana).await;
        if single {
            writes(&desk, &desk.maria, MARIAS).await;
        } else {
            desk.book(TUESDAY).await;
        }
        let late = async || desk.store().scheduler_health().await.unwrap().late;
        desk.memory.answer_next([Sent::Deferred { code: None }; 3]);
        let [first, second, third, _] = limits::MAIL_BACKOFF_S;
        for pause in [0, first, second] {
            desk.pass(pause).await;
            assert!(!late().await);
            assert_eq!(desk.worker.pass().await.unwrap().accepted, 0);
        }
        assert!(late().await, "though it is due in a while only");
        desk.pass(third).await;
        assert_eq!(desk.post().await.len(), 1);
        assert!(!late().await);
    }
}

pub async fn where_one_kind_of_mail_breaks_the_other_leaves(engine: Engine) {
    let desk = Desk::open(engine).await;
    writes(&desk, &desk.ana, ANAS).await;
    desk.book(TUESDAY).await;
    rename(&desk, "delivery", "delivery_broken").await;
    assert!(desk.worker.pass().await.is_err());
    assert_eq!(left(&desk), [ANAS]);
    rename(&desk, "delivery_broken", "delivery").await;
    rename(&desk, "single_mail", "single_mail_broken").await;
    assert!(desk.worker.pass().await.is_err());
    assert_eq!(left(&desk).len(), 2, "both invitations");
}

pub async fn where_mails_break_the_agencys_jobs_run(engine: Engine) {
    let desk = Desk::open(engine).await;
    let kim = testkit::agency::add(desk.store(), "Kim Keyring", Role::Administrator).await;
    let kim = desk.house.enrol(kim.unwrap(), 5).await.caller;
    assert_eq!(desk.sends().await, NOTHING);
    let asked = desk.store().ask_job(&kim, JobName::ReResolve).await;
    asked.unwrap();
    rename(&desk, "delivery", "delivery_broken").await;
    assert!(desk.worker.turn(&mut true).await.is_err());
    rename(&desk, "delivery_broken", "delivery").await;
    let now = desk.house.clock_now();
    let told = desk.scheduler.jobs(&kim, now).await.unwrap();
    let job = told.jobs.iter().find(|job| job.name == JobName::ReResolve);
    let job = job.unwrap();
    assert_eq!(job.outcome, Some(JobOutcome::Done));
    assert!(desk.worker.turn(&mut true).await.is_ok());
}

pub async fn where_no_mail_can_leave_all_the_rest_is_done(engine: Engine) {
    let desk = Desk::open(engine).await;
    let kim = testkit::agency::add(desk.store(), "Kim Keyring", Role::Administrator).await;
    let kim = desk.house.enrol(kim.unwrap(), 5).await.caller;
    desk.book(TUESDAY).await;
    desk.pass(1).await;
    let clock = Arc::new(desk.house.clock.clone());
    let worker = Worker::without_mails(desk.store().clone(), clock);
    let asked = desk.store().ask_job(&kim, JobName::Retention).await;
    asked.unwrap();
    let pause = worker.turn(&mut false).await.unwrap();
    assert!(
        pause >= Duration::from_secs(1),
        "it does not spin: {pause:?}"
    );
    let health = desk.store().scheduler_health().await.unwrap();
    assert!(health.heard_at.is_some());
    let now = desk.house.clock_now();
    let told = desk.scheduler.jobs(&kim, now).await.unwrap();
    let mut jobs = told.jobs.iter();
    let job = jobs.find(|job| job.name == JobName::Retention).unwrap();
    assert_eq!(job.outcome, Some(JobOutcome::Done));
    // The mails wait as they were planned, for a way out.
    assert_eq!(desk.sends().await.len(), 2, "both invitations");
}
