//! Whoever becomes something else gets no mail of what they were, and what is left of it holds nobody's mails up.

use care::Caller;
use protocol::Role;
use protocol::http::ChangeRole;
use testkit::Engine;

use super::desk::{Desk, TUESDAY};

const NOTHING: [&str; 0] = [];
/// More than are taken in hand at once.
const MORNINGS: u8 = 70;

/// Nobody is entrusted to Sam any more.
async fn serves_nobody(desk: &Desk) {
    let sam = desk.house.id(desk.sam.account.as_bytes());
    desk.house
        .run(&format!(
            "UPDATE assignment SET from_at = 0, ended_at = 1 WHERE account = {sam}"
        ))
        .await;
}

async fn administrator(desk: &Desk) -> Caller {
    let kim = testkit::agency::add(desk.store(), "Kim Keyring", Role::Administrator).await;
    desk.house.enrol(kim.unwrap(), 70).await.caller
}

/// How many agendas of Sam's wait.
async fn agendas(desk: &Desk) -> i64 {
    let sam = desk.house.id(desk.sam.person.as_bytes());
    let waiting = format!(
        "SELECT COUNT(*) FROM delivery
         WHERE person = {sam} AND step = 'agenda' AND state = 'planned'"
    );
    desk.house.count(&waiting).await
}

/// Nothing is overdue, and the due loop may sleep.
async fn is_quiet(desk: &Desk) {
    let (store, now) = (desk.store(), desk.house.clock_now());
    for due in [store.next_due().await, store.next_job().await] {
        let due = due.unwrap();
        assert!(due.is_none_or(|at| at > now), "{due:?} at {now:?}");
    }
    assert!(!store.scheduler_health().await.unwrap().late);
}

pub async fn whoever_becomes_something_else_gets_no_agenda_any_more(engine: Engine) {
    let desk = Desk::open(engine).await;
    let kim = administrator(&desk).await;
    assert_eq!(desk.sends().await, NOTHING);
    // One of Sam's waits already.
    desk.at("2026-11-03T07:30").await;
    let now = desk.house.clock_now();
    scheduler::jobs::run(desk.store(), now).await.unwrap();
    assert_eq!(agendas(&desk).await, 1);
    serves_nobody(&desk).await;
    let become_one = ChangeRole {
        op_id: desk.op(),
        role: Role::Supervisor,
    };
    let changed = desk.store().change_role(&kim, desk.sam.account, become_one);
    changed.await.unwrap();
    assert_eq!(agendas(&desk).await, 0);
    for morning in ["2026-11-03T07:31", "2026-11-04T07:31", "2026-11-05T07:31"] {
        desk.at(morning).await;
        assert_eq!(desk.sends().await, NOTHING);
        assert_eq!(agendas(&desk).await, 0, "{morning}");
        desk.pass(600).await;
        is_quiet(&desk).await;
    }
}

pub async fn what_was_planned_for_somebody_who_is_that_no_more_holds_nothing_up(engine: Engine) {
    let desk = Desk::open(engine).await;
    assert_eq!(desk.sends().await, NOTHING);
    serves_nobody(&desk).await;
    // As an earlier release has left it: the job stands, and its mails were planned morning by morning.
    let (account, sam) = (
        desk.house.id(desk.sam.account.as_bytes()),
        desk.house.id(desk.sam.person.as_bytes()),
    );
    desk.house
        .run(&format!(
            "UPDATE account SET role = 'supervisor' WHERE id = {account}"
        ))
        .await;
    let now = desk.house.clock_now();
    let (due, worthless) = (now.plus_seconds(-60), now.plus_seconds(86_400));
    for n in 0..MORNINGS {
        let (id, dedupe) = (desk.house.id(&[n; 16]), desk.house.bytes(&[n; 32]));
        desk.house
            .run(&format!(
                "INSERT INTO delivery (id, dedupe, person, ics_sequence, day, step, channel, due_at,
                    not_after, state, tries, began, created_at)
                 VALUES ({id}, {dedupe}, {sam}, 0, '2026-11-02', 'agenda', 'email', {}, {},
                    'planned', 0, 0, 1)",
                due.micros(),
                worthless.micros(),
            ))
            .await;
    }
    desk.book(TUESDAY).await;
    while desk.worker.pass().await.unwrap().more {}
    assert_eq!(desk.sends().await, ["dana invitation", "maria invitation"]);
    assert_eq!(agendas(&desk).await, 0);
    // Nor does the job that stands plan another one.
    desk.at("2026-11-03T07:31").await;
    assert_eq!(desk.sends().await, NOTHING);
    assert_eq!(agendas(&desk).await, 0);
    is_quiet(&desk).await;
}
