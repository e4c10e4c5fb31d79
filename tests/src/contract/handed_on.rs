//! What becomes of a visit whose worker serves its client no longer: whoever does is asked about it, sees it, and can
//! take it over.

use care::Caller;
use protocol::http::{
    Appointment, BookAppointment, CancelAppointment, ChangeTeam, EndStaff, MoveAppointment, Task,
};
use protocol::{AppointmentId, CancelReason, Code, Reply, Role, Scope, TaskKind, limits};
use store::Within;
use testkit::Engine;

use super::addresses::{self, ELSEWHERE};
use super::desk::{Desk, TUESDAY, of};
use super::double_bookings::no_overlap;
use super::house::code;
use super::office::Office;
use super::series::{self, booked};
use super::teams::enrolled;

/// What somebody sees of the next weeks.
async fn mine(desk: &Desk, caller: &Caller) -> Vec<Appointment> {
    let weeks = Within {
        from: None,
        days: 30,
    };
    let mine = desk.store().appointments(caller, weeks).await;
    mine.unwrap().appointments
}

/// Dana serves Maria no longer; Sam does.
async fn end(office: &Office) {
    let desk = &office.desk;
    let maria = desk.maria.person;
    let ended = office.end(&office.robin, desk.dana.account, maria).await;
    ended.unwrap();
}

/// What somebody is asked of that kind.
async fn asked(desk: &Desk, caller: &Caller, kind: TaskKind) -> Vec<Task> {
    let mut tasks = desk.tasks(caller).await;
    tasks.retain(|task| task.kind == kind);
    tasks
}

pub async fn an_answer_about_a_visit_is_for_whoever_serves_by_then(engine: Engine) {
    let office = Office::open(engine).await;
    let desk = &office.desk;
    let [before, after] = [
        desk.book(TUESDAY).await,
        desk.book("2026-11-11T10:00").await,
    ];
    let another = TaskKind::AskedForAnotherTime;
    let seen = (before.id, before.sequence);
    desk.reply(&desk.maria, seen, Reply::AnotherTime)
        .await
        .unwrap();
    assert_eq!(asked(desk, &desk.dana, another).await.len(), 1);
    assert!(asked(desk, &desk.sam, another).await.is_empty());
    end(&office).await;
    // What waits goes over, what comes goes there.
    desk.house.woken.take();
    let seen = (after.id, after.sequence);
    desk.reply(&desk.maria, seen, Reply::AnotherTime)
        .await
        .unwrap();
    let woken = desk.house.woken.take();
    assert!(woken.contains(&store::Topic::Account(desk.sam.account)));
    let tasks = asked(desk, &desk.sam, another).await;
    assert_eq!(tasks.len(), 2, "{tasks:?}");
    assert!(desk.tasks(&desk.dana).await.is_empty());
    let loads = desk.store().caseloads(&office.robin).await.unwrap();
    let waits = i64::try_from(desk.tasks(&desk.sam).await.len()).unwrap();
    let sams = loads
        .managers
        .iter()
        .find(|load| load.account == desk.sam.account);
    assert_eq!(i64::from(sams.unwrap().tasks), waits);
    let client = desk.maria.person;
    let card = loads.clients.iter().find(|card| card.person == client);
    assert_eq!(i64::from(card.unwrap().tasks), waits);
    // It is done by whoever it is for.
    let finished = desk.store().finish_task(&desk.dana, tasks[0].id).await;
    assert_eq!(code(finished), Code::NotFound);
    let finished = desk.store().finish_task(&desk.sam, tasks[0].id).await;
    finished.unwrap();
    assert_eq!(asked(desk, &desk.sam, another).await.len(), 1);
}

pub async fn what_waits_outlives_an_account_and_a_time_without_anybody(engine: Engine) {
    let office = Office::open(engine).await;
    let desk = &office.desk;
    let card = desk.book(TUESDAY).await;
    let maria = desk.maria.person;
    let alone = office.end(&office.robin, desk.sam.account, maria).await;
    alone.unwrap();
    let seen = (card.id, card.sequence);
    desk.reply(&desk.maria, seen, Reply::AnotherTime)
        .await
        .unwrap();
    let kim = enrolled(desk, "Kim Keyring", Role::Administrator).await;
    let end = EndStaff { op_id: desk.op() };
    let ended = desk.store().end_account(&kim, desk.dana.account, end).await;
    ended.unwrap();
    let another = TaskKind::AskedForAnotherTime;
    assert!(asked(desk, &desk.sam, another).await.is_empty());
    let assigned = office.assign(&office.robin, desk.sam.account, maria).await;
    assigned.unwrap();
    assert_eq!(asked(desk, &desk.sam, another).await.len(), 1);
}

async fn take_over(desk: &Desk, by: &Caller, card: &Appointment) -> store::Result<Appointment> {
    let request = ChangeTeam {
        op_id: desk.op(),
        sequence: card.sequence,
        staff: Vec::new(),
        take_over: true,
    };
    desk.scheduler.change_team(by, card.id, request).await
}

pub async fn what_is_left_is_seen_and_taken_over(engine: Engine) {
    let office = Office::open(engine).await;
    let desk = &office.desk;
    let card = desk.book(TUESDAY).await;
    desk.post().await;
    // Nobody takes what somebody sees to.
    let refused = take_over(desk, &desk.sam, &card).await;
    assert_eq!(code(refused), Code::AppointmentChanged);
    assert!(mine(desk, &desk.sam).await.is_empty());
    end(&office).await;
    let left = asked(desk, &desk.sam, TaskKind::ClientAssigned).await;
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(left[0].appointment, Some(card.id));
    assert_eq!(left[0].person_name, "Dana Placeholder");
    let seen = mine(desk, &desk.sam).await;
    assert_eq!(seen.len(), 1);
    assert!(seen[0].id == card.id && seen[0].may_take_over && seen[0].may_change);
    assert_eq!(seen[0].participants.len(), 2, "with whom it is booked");
    assert!(mine(desk, &desk.dana).await.is_empty());
    let refused = take_over(desk, &desk.dana, &card).await;
    assert_eq!(code(refused), Code::NotFound);
    // Who takes it over must be free then.
    let other = desk.scheduler.book(&desk.sam, desk.request(TUESDAY)).await;
    let refused = take_over(desk, &desk.sam, &card).await;
    assert_eq!(code(refused), Code::SlotTaken);
    let other = other.unwrap();
    let cancel = CancelAppointment {
        op_id: desk.op(),
        sequence: other.sequence,
        reason: CancelReason::Agency,
        scope: Scope::This,
    };
    let off = desk.scheduler.cancel(&desk.sam, other.id, cancel).await;
    off.unwrap();
    desk.until_told().await;
    desk.post().await;
    let taken = take_over(desk, &desk.sam, &card).await.unwrap();
    assert!(!taken.may_take_over);
    let booked = taken.participants.iter().find(|part| part.booked).unwrap();
    assert_eq!(booked.account, Some(desk.sam.account));
    assert_eq!(taken.participants.len(), 2);
    no_overlap(&desk.house).await;
    assert!(desk.tasks(&desk.sam).await.is_empty());
    let mails = desk.post().await;
    for person in [desk.house.agency.maria, desk.house.agency.sam] {
        assert_eq!(of(&mails, person).len(), 1, "{}", person.name);
    }
    let seen = (taken.id, taken.sequence);
    desk.reply(&desk.maria, seen, Reply::AnotherTime)
        .await
        .unwrap();
    assert_eq!(desk.tasks(&desk.sam).await.len(), 1);
}

pub async fn a_client_who_is_handed_over_brings_what_is_booked(engine: Engine) {
    let office = Office::open(engine).await;
    let desk = &office.desk;
    let request = BookAppointment {
        client: office.lee.person,
        ..desk.request("2026-11-17T10:00")
    };
    let card = desk.scheduler.book(&desk.dana, request).await.unwrap();
    let offer = office.offered().await;
    office.accept(&desk.sam, offer).await.unwrap();
    let left = asked(desk, &desk.sam, TaskKind::ClientAssigned).await;
    assert_eq!(left.len(), 1, "{left:?}");
    // For as long as both serve Lee it is Dana's day.
    assert_eq!(mine(desk, &desk.dana).await.len(), 1);
    assert!(mine(desk, &desk.sam).await.is_empty());
    let of_lee = desk.store().appointments_of(&desk.sam, office.lee.person);
    assert!(of_lee.await.unwrap().appointments[0].may_take_over);
    desk.pass(limits::HANDOVER_S).await;
    assert!(mine(desk, &desk.dana).await.is_empty());
    assert_eq!(mine(desk, &desk.sam).await[0].id, card.id);
    assert_eq!(
        asked(desk, &desk.sam, TaskKind::ClientAssigned).await.len(),
        1,
        "asked once"
    );
    // Who serves Lee again keeps it.
    let again = office.assign(&office.robin, desk.dana.account, office.lee.person);
    again.await.unwrap();
    assert!(mine(desk, &desk.sam).await.is_empty());
    assert!(
        asked(desk, &desk.sam, TaskKind::ClientAssigned)
            .await
            .is_empty()
    );
}

/// The visits that Sam is asked to take over.
async fn left_to_sam(desk: &Desk) -> Vec<Option<AppointmentId>> {
    let left = asked(desk, &desk.sam, TaskKind::ClientAssigned).await;
    left.into_iter().map(|task| task.appointment).collect()
}

/// A night goes by.
async fn look(desk: &Desk) {
    let now = desk.house.clock_now();
    desk.store().reconcile(now, None).await.unwrap();
}

pub async fn of_a_series_that_is_left_each_visit_is_asked_about(engine: Engine) {
    let office = Office::open(engine).await;
    let desk = &office.desk;
    series::book(desk, "FREQ=WEEKLY;COUNT=4").await;
    desk.post().await;
    let visits = booked(desk).await;
    end(&office).await;
    assert_eq!(
        left_to_sam(desk).await,
        [Some(visits[0].id)],
        "the next one"
    );
    look(desk).await;
    assert_eq!(left_to_sam(desk).await.len(), 1);
    // Moved, it is still with somebody who does not come.
    let change = MoveAppointment {
        op_id: desk.op(),
        sequence: visits[0].sequence,
        civil_start: "2026-11-10T14:00".to_owned(),
        zone: None,
        minutes: None,
        scope: Scope::This,
        skip_conflicts: false,
    };
    let moved = desk
        .scheduler
        .move_appointment(&desk.sam, visits[0].id, change);
    moved.await.unwrap();
    assert_eq!(left_to_sam(desk).await, [Some(visits[0].id)]);
    // It begins, and the next one is found by night.
    desk.at("2026-11-10T14:30").await;
    assert!(left_to_sam(desk).await.is_empty());
    look(desk).await;
    assert_eq!(left_to_sam(desk).await, [Some(visits[1].id)]);
    // One is taken over: what of the others, at once.
    let cards = mine(desk, &desk.sam).await;
    let card = cards.iter().find(|card| card.id == visits[1].id).unwrap();
    take_over(desk, &desk.sam, card).await.unwrap();
    assert_eq!(left_to_sam(desk).await, [Some(visits[2].id)]);
    // Whoever has seen to it is not asked again.
    let task = asked(desk, &desk.sam, TaskKind::ClientAssigned).await;
    let done = desk.store().finish_task(&desk.sam, task[0].id).await;
    done.unwrap();
    look(desk).await;
    assert!(left_to_sam(desk).await.is_empty());
}

pub async fn what_is_booked_while_a_client_is_handed_over_is_asked_about(engine: Engine) {
    let office = Office::open(engine).await;
    let desk = &office.desk;
    let offer = office.offered().await;
    office.accept(&desk.sam, offer).await.unwrap();
    // After she has gone.
    let request = BookAppointment {
        client: office.lee.person,
        ..desk.request("2026-11-24T10:00")
    };
    let card = desk.scheduler.book(&desk.dana, request).await.unwrap();
    assert!(left_to_sam(desk).await.is_empty());
    for _ in 0..2 {
        look(desk).await;
        assert_eq!(left_to_sam(desk).await, [Some(card.id)]);
    }
}

/// Another address of Maria's is written down, and nobody answers there.
async fn goes_stale(desk: &Desk) {
    addresses::writes(desk, &desk.dana, ELSEWHERE).await;
    addresses::asked(desk, ELSEWHERE).await;
    wait(desk).await;
}

/// So long nobody answers.
async fn wait(desk: &Desk) {
    desk.pass(limits::ADDRESS_LINK_S).await;
    desk.post().await;
}

/// Whether somebody is asked about Maria's address, once, and their supervisor sees as many tasks as they do.
async fn asked_about_the_address(office: &Office, caller: &Caller) -> bool {
    let desk = &office.desk;
    let tasks = asked(desk, caller, TaskKind::CannotReachByEmail).await;
    assert!(tasks.len() < 2, "{tasks:?}");
    let loads = desk.store().caseloads(&office.robin).await.unwrap();
    let mut loads = loads.managers.iter();
    if let Some(load) = loads.find(|load| load.account == caller.account) {
        let all = desk.tasks(caller).await.len();
        assert_eq!(usize::try_from(load.tasks).unwrap(), all);
    }
    let why = tasks.first().and_then(|task| task.why.as_deref());
    why == Some("unconfirmed")
}

pub async fn what_is_about_no_visit_goes_over_with_the_client(engine: Engine) {
    for the_account_ends in [false, true] {
        let office = Office::open(engine).await;
        let (desk, robin) = (&office.desk, &office.robin);
        let (maria, sam) = (desk.maria.person, desk.sam.account);
        office.end(robin, sam, maria).await.unwrap();
        goes_stale(desk).await;
        assert!(asked_about_the_address(&office, &desk.dana).await);
        if the_account_ends {
            let kim = enrolled(desk, "Kim Keyring", Role::Administrator).await;
            let ending = EndStaff { op_id: desk.op() };
            let ended = desk.store().end_account(&kim, desk.dana.account, ending);
            ended.await.unwrap();
        } else {
            end(&office).await;
            assert!(!asked_about_the_address(&office, &desk.dana).await);
        }
        assert!(!asked_about_the_address(&office, &desk.sam).await);
        office.assign(robin, sam, maria).await.unwrap();
        assert!(asked_about_the_address(&office, &desk.sam).await);
        let task = asked(desk, &desk.sam, TaskKind::CannotReachByEmail).await;
        let done = desk.store().finish_task(&desk.sam, task[0].id).await;
        done.unwrap();
        assert!(!asked_about_the_address(&office, &desk.sam).await);
    }
}

pub async fn what_each_was_asked_goes_over_to_nobody_who_was_asked_too(engine: Engine) {
    let office = Office::open(engine).await;
    let desk = &office.desk;
    goes_stale(desk).await;
    for worker in [&desk.dana, &desk.sam] {
        assert!(asked_about_the_address(&office, worker).await);
    }
    end(&office).await;
    assert!(asked_about_the_address(&office, &desk.sam).await, "once");
    let task = asked(desk, &desk.sam, TaskKind::CannotReachByEmail).await;
    let done = desk.store().finish_task(&desk.sam, task[0].id).await;
    done.unwrap();
    assert!(!asked_about_the_address(&office, &desk.sam).await);
}

pub async fn a_question_that_goes_stale_while_nobody_serves_waits_for_whoever_will(engine: Engine) {
    let office = Office::open(engine).await;
    let (desk, robin) = (&office.desk, &office.robin);
    let (maria, sam) = (desk.maria.person, desk.sam.account);
    addresses::writes(desk, &desk.dana, ELSEWHERE).await;
    addresses::asked(desk, ELSEWHERE).await;
    office.end(robin, sam, maria).await.unwrap();
    end(&office).await;
    wait(desk).await;
    office.assign(robin, sam, maria).await.unwrap();
    assert!(!asked_about_the_address(&office, &desk.sam).await);
    desk.post().await;
    assert!(asked_about_the_address(&office, &desk.sam).await);
}
