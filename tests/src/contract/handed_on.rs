//! What becomes of a visit whose worker serves its client no longer: whoever does is asked about it, sees it, and can
//! take it over.

use care::Caller;
use protocol::http::{EndStaff, Task};
use protocol::{Code, Reply, Role, TaskKind};
use testkit::Engine;

use super::desk::{Desk, TUESDAY};
use super::house::code;
use super::office::Office;
use super::teams::enrolled;

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
