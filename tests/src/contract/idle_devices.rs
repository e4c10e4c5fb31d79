//! Devices at which nobody was for 90 days: staff are asked first, and only their answer takes one out.

use protocol::http::Task;
use protocol::{Code, TaskKind, limits};
use testkit::Engine;

use super::family::Family;
use super::gathering::Device;
use super::house::code;

/// One day, seconds.
const DAY: i64 = 86_400;

/// Time passes; the sessions of these devices are as if their people had been there all along.
async fn pass(family: &Family, seconds: i64, there: &[&Device]) {
    let house = &family.house;
    house.clock.advance(seconds);
    let now = house.clock_now();
    let (seen, ends) = (now.micros(), now.plus_seconds(30 * DAY).micros());
    for device in there {
        let id = house.id(device.enrolled.caller.device.as_bytes());
        house
            .run(&format!(
                "UPDATE session SET last_seen_at = {seen}, ends_at = {ends} WHERE device = {id}"
            ))
            .await;
    }
}

async fn ask(family: &Family) {
    let store = &family.house.store;
    let now = family.house.clock_now();
    while store.ask_about_idle_devices(now).await.unwrap() {}
}

/// What Dana is asked about devices.
async fn asked(family: &Family) -> Vec<Task> {
    let caller = family.dana.enrolled.caller;
    let tasks = family.house.store.tasks(&caller).await.unwrap().tasks;
    let about = tasks
        .into_iter()
        .filter(|task| task.kind == TaskKind::DeviceIdle);
    about.collect()
}

pub async fn staff_are_asked_after_ninety_days_and_only_once(engine: Engine) {
    let family = Family::meet(engine).await;
    let maria_here = [&family.dana, &family.maria];
    pass(&family, limits::DEVICE_IDLE_S - DAY, &maria_here).await;
    ask(&family).await;
    assert!(asked(&family).await.is_empty(), "not before 90 days");
    pass(&family, 2 * DAY, &maria_here).await;
    ask(&family).await;
    ask(&family).await;
    let tasks = asked(&family).await;
    assert_eq!(tasks.len(), 1, "Ana's, once");
    assert_eq!(tasks[0].person_name, "Ana Sample");
    assert!(tasks[0].at.is_some(), "when it was last at work");
    // Being asked changes nothing.
    assert_eq!(family.pending().await, 0);
    let live = "SELECT COUNT(*) FROM device WHERE revoked_at IS NULL";
    assert_eq!(family.house.count(live).await, 3);
}

pub async fn they_still_have_it_and_nobody_is_asked_for_another_ninety_days(engine: Engine) {
    let family = Family::meet(engine).await;
    let there = [&family.dana, &family.maria];
    pass(&family, limits::DEVICE_IDLE_S + DAY, &there).await;
    ask(&family).await;
    let task = asked(&family).await.remove(0);
    let dana = family.dana.enrolled.caller;
    family
        .house
        .store
        .finish_task(&dana, task.id)
        .await
        .unwrap();
    let open = "SELECT COUNT(*) FROM task WHERE kind = 'device_idle' AND done_at IS NULL";
    assert_eq!(family.house.count(open).await, 0, "Sam need not answer too");
    ask(&family).await;
    assert!(asked(&family).await.is_empty());
    assert_eq!(family.pending().await, 0);
    let refused = family.house.store.remove_idle_device(&dana, task.id).await;
    assert_eq!(code(refused), Code::NotFound, "it was answered otherwise");
    pass(&family, limits::DEVICE_IDLE_S + DAY, &there).await;
    ask(&family).await;
    assert_eq!(asked(&family).await.len(), 1, "asked again");
}

pub async fn on_their_word_it_is_proposed_for_removal(engine: Engine) {
    let mut family = Family::meet(engine).await;
    let there = [&family.dana, &family.maria];
    pass(&family, limits::DEVICE_IDLE_S + DAY, &there).await;
    ask(&family).await;
    let task = asked(&family).await.remove(0);
    let store = &family.house.store;
    let maria = family.maria.enrolled.caller;
    let refused = store.remove_idle_device(&maria, task.id).await;
    assert_eq!(code(refused), Code::NotFound, "it is not hers to decide");
    let dana = family.dana.enrolled.caller;
    store.remove_idle_device(&dana, task.id).await.unwrap();
    store.remove_idle_device(&dana, task.id).await.unwrap();
    assert!(asked(&family).await.is_empty());
    assert_eq!(family.pending().await, 1);
    let why = "SELECT COUNT(*) FROM device WHERE revoked_for = 'idle'";
    assert_eq!(family.house.count(why).await, 1);
    let refused = family.maria.say(&family.house).await;
    assert_eq!(code(refused), Code::PendingRemovals);
}

pub async fn a_device_that_comes_back_answers_the_question_itself(engine: Engine) {
    let family = Family::meet(engine).await;
    pass(
        &family,
        limits::DEVICE_IDLE_S + DAY,
        &[&family.dana, &family.maria],
    )
    .await;
    ask(&family).await;
    let task = asked(&family).await.remove(0);
    pass(&family, DAY, &[&family.dana, &family.ana]).await;
    assert!(asked(&family).await.is_empty());
    let dana = family.dana.enrolled.caller;
    let refused = family.house.store.remove_idle_device(&dana, task.id).await;
    assert_eq!(code(refused), Code::Stale);
    assert_eq!(family.pending().await, 0);
}
