//! The clock of the server jumps: nothing is sent until it is back, or until somebody says that it is right.

use care::Caller;
use mail::Memory;
use protocol::http::{AddClient, ClockJump, ConfirmClock, Job, MailInvitation, MakeBookingLink};
use protocol::{Bytes, ClockJumpId, Code, JobName, Language, Role, Step, limits};
use scheduler::agency;
use store::{Settings, Store};
use testkit::{Engine, FakeClock};

use super::booking_links::phone_call;
use super::desk::{Desk, TUESDAY, worker, worker_of};
use super::house::code;

/// This afternoon at two.
const TODAY: &str = "2026-11-02T14:00";
const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
const NOTHING: [&str; 0] = [];

/// A desk whose scheduler is at work, with nothing to do; mails to Maria alone.
async fn at_work(engine: Engine) -> Desk {
    let desk = Desk::open(engine).await;
    desk.without_address(&desk.dana).await;
    desk.store().beat().await.unwrap();
    assert_eq!(desk.sends().await, NOTHING);
    desk
}

async fn kim(desk: &Desk) -> Caller {
    let kim = testkit::agency::add(desk.store(), "Kim Keyring", Role::Administrator).await;
    desk.house.enrol(kim.unwrap(), 5).await.caller
}

async fn standing(desk: &Desk) -> Option<ClockJump> {
    desk.store().clock_jump().await.unwrap()
}

async fn confirm(desk: &Desk, caller: &Caller, jump: ClockJumpId) -> store::Result<()> {
    let confirm = ConfirmClock { jump };
    desk.store().confirm_clock(caller, confirm).await
}

async fn retention(desk: &Desk, caller: &Caller) -> Job {
    let now = desk.house.clock_now();
    let told = desk.scheduler.jobs(caller, now).await.unwrap();
    let mut jobs = told.jobs.into_iter();
    jobs.find(|job| job.name == JobName::Retention).unwrap()
}

async fn how_often(desk: &Desk, act: &str) -> i64 {
    let done = format!("act = '{act}' AND outcome = 'done'");
    desk.house.entries(&done).await
}

/// Plans a mail of each kind: about a visit, with an invitation, with a booking link.
async fn plan_each(desk: &Desk) {
    desk.book(TUESDAY).await;
    let add = AddClient {
        op_id: desk.op(),
        name: "Nora Invented".to_owned(),
        phone: None,
    };
    let nora = desk.store().add_client(&desk.dana, add).await.unwrap();
    let (secret, print) = (Bytes::from([0x5e_u8; 16]), Bytes::from([7_u8; 32]));
    let invitation = MailInvitation {
        op_id: desk.op(),
        lookup_hash: vec![0x1a; 32].into(),
        mac: vec![1; 32].into(),
        link: format!("/join/{}.{}", secret.to_base64url(), print.to_base64url()),
        email: "nora@example.com".to_owned(),
        language: Language::En,
    };
    let store = desk.store();
    let mailed = store.mail_invitation(&desk.dana, nora.person, invitation);
    mailed.await.unwrap();
    let link = MakeBookingLink {
        mail: true,
        ..phone_call(desk.op())
    };
    let maria = desk.maria.person;
    let made = desk.scheduler.make_booking_link(&desk.dana, maria, &link);
    made.await.unwrap();
}

/// Rows that wait, of the mails that [`plan_each`] planned and that are due.
async fn waiting(desk: &Desk) -> i64 {
    let now = desk.house.clock_now().micros();
    let mut waiting = 0;
    for table in ["delivery", "single_mail"] {
        let sql =
            format!("SELECT COUNT(*) FROM {table} WHERE state = 'planned' AND due_at <= {now}");
        waiting += desk.house.count(&sql).await;
    }
    waiting
}

pub async fn a_clock_that_jumps_stops_whatever_would_be_sent(engine: Engine) {
    let desk = at_work(engine).await;
    let kim = kim(&desk).await;
    plan_each(&desk).await;
    assert_eq!(waiting(&desk).await, 3);
    let before = desk.house.clock_now();
    desk.jump(61 * MINUTE).await;
    desk.store()
        .ask_job(&kim, JobName::Retention)
        .await
        .unwrap();
    for _ in 0..2 {
        assert_eq!(desk.sends().await, NOTHING);
        agency::run(desk.store(), desk.house.clock_now())
            .await
            .unwrap();
    }
    assert_eq!(waiting(&desk).await, 3, "nothing was dropped either");
    let job = retention(&desk, &kim).await;
    assert!(job.asked && job.started_at.is_none());
    // Once, however often it is found.
    assert_eq!(how_often(&desk, "watch_clock").await, 1);
    let jump = standing(&desk).await.unwrap();
    assert_eq!(jump.expected, before);
    assert_eq!(jump.shown, before.plus_seconds(61 * MINUTE));
    let health = desk.store().scheduler_health().await.unwrap();
    assert!(health.jumped);
    let told = desk.store().jobs(&kim).await.unwrap();
    assert_eq!(told.clock, Some(jump.clone()));
    // The sign of life goes on, and an hour that never was is no outage.
    desk.store().beat().await.unwrap();
    desk.pass(20 * MINUTE).await;
    desk.store().beat().await.unwrap();
    let health = desk.store().scheduler_health().await.unwrap();
    assert_eq!(health.heard_at, Some(desk.house.clock_now()));
    let outages = desk.store().outages(&kim).await.unwrap();
    assert!(outages.outages.is_empty(), "{outages:?}");
    // All of it leaves once it may.
    confirm(&desk, &kim, jump.id).await.unwrap();
    while desk.worker.pass().await.unwrap().leased > 0 {}
    assert_eq!(desk.memory.take().len(), 3);
    agency::run(desk.store(), desk.house.clock_now())
        .await
        .unwrap();
    assert!(retention(&desk, &kim).await.started_at.is_some());
}

pub async fn a_step_within_the_limits_stops_nothing(engine: Engine) {
    let desk = at_work(engine).await;
    for step in [59 * MINUTE, -4 * MINUTE] {
        desk.jump(step).await;
        desk.book(if step > 0 {
            TUESDAY
        } else {
            "2026-11-10T14:00"
        })
        .await;
        assert_eq!(desk.sends().await, ["maria invitation"], "{step}");
        assert!(standing(&desk).await.is_none());
    }
}

pub async fn a_process_that_begins_later_sends_nothing_either(engine: Engine) {
    let desk = at_work(engine).await;
    desk.book(TUESDAY).await;
    desk.jump(-6 * MINUTE).await;
    assert_eq!(desk.sends().await, NOTHING);
    let house = desk.into_house().close().await.open(1).await;
    let memory = Memory::keeping();
    let other = worker(&house, &memory);
    assert_eq!(other.pass().await.unwrap().leased, 0);
    // It knows nothing of how the clock was: only a person can say.
    house.clock.jump(6 * MINUTE);
    assert_eq!(other.pass().await.unwrap().leased, 0);
    let jump = house.store.clock_jump().await.unwrap().unwrap();
    let confirm = ConfirmClock { jump: jump.id };
    let installation = Caller::installation();
    let confirmed = house.store.confirm_clock(&installation, confirm);
    confirmed.await.unwrap();
    assert_eq!(other.pass().await.unwrap().leased, 1);
}

pub async fn whoever_says_the_clock_is_right_has_the_rest_sent_and_the_stale_skipped(
    engine: Engine,
) {
    let desk = at_work(engine).await;
    let kim = kim(&desk).await;
    desk.book(TODAY).await;
    desk.book("2026-11-04T10:00").await;
    assert_eq!(desk.sends().await, ["maria invitation", "maria invitation"]);
    // From Monday at nine to Tuesday at half past ten.
    desk.jump(25 * HOUR + 30 * MINUTE).await;
    assert_eq!(desk.sends().await, NOTHING);
    let jump = standing(&desk).await.unwrap();
    confirm(&desk, &kim, jump.id).await.unwrap();
    assert_eq!(desk.sends().await, ["maria one_day"], "no burst");
    // Those whom it was too late to tell are called, as after any outage.
    let outages = desk.store().outages(&desk.dana).await.unwrap().outages;
    assert_eq!(outages.len(), 1, "{outages:?}");
    assert_eq!(outages[0].from.civil, "2026-11-02T09:00");
    assert_eq!(outages[0].until.civil, "2026-11-03T10:30");
    assert_eq!(outages[0].calls.len(), 1, "{outages:?}");
    assert_eq!(outages[0].calls[0].steps, [Step::OneHour, Step::RoomOpen]);
    // Again does nothing more, and the clock is watched from where it was right.
    confirm(&desk, &kim, jump.id).await.unwrap();
    desk.store().beat().await.unwrap();
    assert!(standing(&desk).await.is_none());
    desk.jump(-25 * HOUR - 30 * MINUTE).await;
    assert_eq!(desk.sends().await, NOTHING);
    let back = standing(&desk).await.unwrap();
    assert_ne!(back.id, jump.id);
    // A word about the one before says nothing of this one.
    confirm(&desk, &kim, jump.id).await.unwrap();
    assert_eq!(standing(&desk).await.map(|jump| jump.id), Some(back.id));
}

pub async fn only_an_administrator_says_that_the_clock_is_right(engine: Engine) {
    let desk = at_work(engine).await;
    let kim = kim(&desk).await;
    desk.jump(2 * HOUR).await;
    desk.sends().await;
    let jump = standing(&desk).await.unwrap().id;
    for who in [desk.dana, desk.maria, desk.ana] {
        assert_eq!(code(confirm(&desk, &who, jump).await), Code::NotAllowed);
    }
    let never = ClockJumpId::from_bytes([9; 16]);
    assert_eq!(code(confirm(&desk, &kim, never).await), Code::NotFound);
    assert!(standing(&desk).await.is_some());
    let denied = "act = 'confirm_clock' AND outcome = 'denied'";
    assert_eq!(desk.house.entries(denied).await, 3);
    confirm(&desk, &kim, jump).await.unwrap();
    assert!(standing(&desk).await.is_none());
    assert_eq!(how_often(&desk, "confirm_clock").await, 1);
}

pub async fn a_clock_that_comes_back_goes_on_by_itself(engine: Engine) {
    let desk = at_work(engine).await;
    desk.book(TUESDAY).await;
    desk.jump(-2 * DAY).await;
    assert_eq!(desk.sends().await, NOTHING);
    desk.store().beat().await.unwrap();
    // Nearly back is not back.
    desk.jump(2 * DAY - 6 * MINUTE).await;
    assert_eq!(desk.sends().await, NOTHING);
    desk.jump(6 * MINUTE).await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
    desk.store().beat().await.unwrap();
    assert_eq!(how_often(&desk, "watch_clock").await, 2, "that too");
    let seen = desk.store().outages(&desk.dana).await.unwrap();
    assert!(seen.outages.is_empty(), "two days that never were");
    // What was not sent for longer than a while was an outage.
    desk.jump(2 * HOUR).await;
    assert_eq!(desk.sends().await, NOTHING);
    desk.pass(limits::OUTAGE_S + MINUTE).await;
    desk.jump(-2 * HOUR).await;
    assert_eq!(desk.sends().await, NOTHING);
    assert!(standing(&desk).await.is_none());
    let seen = desk.store().outages(&desk.dana).await.unwrap();
    assert_eq!(seen.outages.len(), 1, "{seen:?}");
    assert_eq!(seen.outages[0].from.civil, "2026-11-02T09:00");
    assert_eq!(seen.outages[0].until.civil, "2026-11-02T09:11");
}

pub async fn a_process_that_begins_behind_the_last_sign_of_life_doubts_its_clock(engine: Engine) {
    let desk = at_work(engine).await;
    desk.book(TUESDAY).await;
    let begin = || worker(&desk.house, &desk.memory);
    desk.jump(-limits::CLOCK_BACK_S - 1).await;
    let first = begin();
    assert_eq!(first.pass().await.unwrap().leased, 0);
    let jump = standing(&desk).await.unwrap();
    let behind = jump.expected.micros() - jump.shown.micros();
    assert_eq!(behind, (limits::CLOCK_BACK_S + 1) * 1_000_000);
    // It is back: what it showed before is all that this process knows.
    desk.jump(limits::CLOCK_BACK_S + 1).await;
    assert_eq!(first.pass().await.unwrap().leased, 1);
    assert!(standing(&desk).await.is_none());
    desk.jump(-limits::CLOCK_BACK_S).await;
    begin().watched_now().await.unwrap();
    // Ahead of the last sign of life is an outage, and that is known.
    desk.jump(9 * HOUR).await;
    begin().watched_now().await.unwrap();
    assert!(standing(&desk).await.is_none());
}

/// `SQLite` has one process at a time.
#[tokio::test]
async fn while_one_process_doubts_its_clock_another_sends_nothing() {
    let desk = at_work(Engine::Postgres).await;
    let elsewhere = tempfile::tempdir().unwrap();
    let store::Database::Postgres { url, .. } = desk.house.database.settings() else {
        panic!("asked for");
    };
    let clock = FakeClock::at(desk.house.clock_now());
    let store = Store::open(Settings {
        database: store::Database::Postgres {
            url,
            directory: elsewhere.path().to_owned(),
        },
        clock: std::sync::Arc::new(clock.clone()),
        ..desk.house.settings(1)
    });
    let store = store.await.unwrap();
    let memory = Memory::keeping();
    let other = worker_of(store.clone(), clock.clone(), &memory);
    assert_eq!(other.pass().await.unwrap().leased, 0);
    desk.book(TUESDAY).await;
    desk.jump(2 * HOUR).await;
    assert_eq!(desk.sends().await, NOTHING);
    assert_eq!(other.pass().await.unwrap().leased, 0, "its clock is right");
    desk.jump(-2 * HOUR).await;
    assert_eq!(
        desk.worker.watched_now().await.unwrap(),
        desk.house.clock_now()
    );
    assert_eq!(other.pass().await.unwrap().leased, 1);
    drop(other);
    store.close().await;
}
