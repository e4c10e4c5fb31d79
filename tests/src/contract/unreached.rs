//! Whom no mail reaches is told in another way: by whoever serves them, who is asked once for each visit.

use mail::Sent;
use protocol::http::{BookAppointment, ChangePlace, Task};
use protocol::{AddressState, AppointmentKind, Reply, Scope, limits};
use testkit::Engine;

use super::addresses::{ELSEWHERE, STRANGERS, asked, leaves, open, writes};
use super::desk::{Desk, TUESDAY};
use super::office::Office;
use super::{booking_links, series};

const NOTHING: [&str; 0] = [];
const CALL: [&str; 1] = ["maria cannot_reach_by_email"];

/// Maria was told of the visit, and then another address of hers is written down, at which nobody has answered.
async fn moved_away(desk: &Desk) {
    writes(desk, &desk.dana, ELSEWHERE).await;
    asked(desk, ELSEWHERE).await;
}

/// The one thing that Dana is asked to see to.
async fn only(desk: &Desk) -> Task {
    let mut tasks = desk.tasks(&desk.dana).await;
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    tasks.remove(0)
}

async fn finish(desk: &Desk, task: &Task) {
    let done = desk.store().finish_task(&desk.dana, task.id).await;
    done.unwrap();
    assert!(desk.to_do().await.is_empty());
}

/// Nothing is planned again, nor asked again, whatever else happens.
async fn is_asked_no_more(desk: &Desk) {
    let now = desk.house.clock_now();
    assert_eq!(desk.store().reconcile(now, None).await.unwrap().did, 0);
    writes(desk, &desk.dana, STRANGERS).await;
    desk.post().await;
    assert!(desk.to_do().await.is_empty(), "asked again");
}

pub async fn a_cancel_that_no_address_takes_is_called_once(engine: Engine) {
    let desk = open(engine).await;
    let card = desk.book(TUESDAY).await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
    moved_away(&desk).await;
    assert!(desk.to_do().await.is_empty(), "she knows of the visit");
    desk.call_off(&card).await.unwrap();
    desk.until_told().await;
    assert_eq!(desk.sends().await, NOTHING);
    let task = only(&desk).await;
    assert_eq!(task.why.as_deref(), Some("no_address"));
    assert_eq!(task.appointment, Some(card.id));
    finish(&desk, &task).await;
    is_asked_no_more(&desk).await;
}

pub async fn a_booking_and_a_move_that_no_address_takes_are_one_call(engine: Engine) {
    let desk = open(engine).await;
    desk.without_address(&desk.maria).await;
    let card = desk.book(TUESDAY).await;
    assert_eq!(only(&desk).await.appointment, Some(card.id));
    let card = desk.shift(&card, "2026-11-12T15:00").await.unwrap();
    let task = only(&desk).await;
    finish(&desk, &task).await;
    is_asked_no_more(&desk).await;
    // Another time is another thing to say.
    desk.shift(&card, "2026-11-13T15:00").await.unwrap();
    assert_eq!(desk.to_do().await, CALL);
}

pub async fn the_mail_tells_it_once_the_address_is_confirmed(engine: Engine) {
    let desk = open(engine).await;
    writes(&desk, &desk.dana, ELSEWHERE).await;
    let secret = asked(&desk, ELSEWHERE).await;
    desk.book(TUESDAY).await;
    assert_eq!(desk.to_do().await, CALL);
    assert_eq!(leaves(&desk).await.len(), 0);
    let confirm = desk.store().answer_address_link(&secret, true);
    confirm.await.unwrap();
    assert!(desk.to_do().await.is_empty(), "nobody need call");
    let mails = leaves(&desk).await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].0 == ELSEWHERE && mails[0].1.calendar.is_some());
}

pub async fn what_was_told_on_the_phone_is_taken_back_on_the_phone(engine: Engine) {
    let desk = open(engine).await;
    desk.without_address(&desk.maria).await;
    let card = desk.book(TUESDAY).await;
    finish(&desk, &only(&desk).await).await;
    desk.pass(1).await;
    let off = desk.call_off(&card).await.unwrap();
    assert_eq!(only(&desk).await.why.as_deref(), Some("no_address"));
    desk.pass(1).await;
    desk.take_back(&off).await.unwrap();
    assert!(desk.to_do().await.is_empty(), "it is on again");
}

pub async fn a_refused_address_leaves_its_visit_to_be_told(engine: Engine) {
    let refused = Sent::Rejected {
        code: 550,
        address: true,
    };
    // The task is done, and then the visit is off.
    let desk = open(engine).await;
    let card = desk.book(TUESDAY).await;
    desk.memory.answer_next([refused]);
    assert_eq!(desk.sends().await, NOTHING);
    finish(&desk, &only(&desk).await).await;
    desk.call_off(&card).await.unwrap();
    assert_eq!(only(&desk).await.why.as_deref(), Some("no_address"));

    // Another address is no news of the visit before somebody answers there.
    let desk = open(engine).await;
    desk.book(TUESDAY).await;
    desk.memory.answer_next([refused]);
    assert_eq!(desk.sends().await, NOTHING);
    writes(&desk, &desk.dana, ELSEWHERE).await;
    assert_eq!(only(&desk).await.why.as_deref(), Some("no_address"));
    let secret = asked(&desk, ELSEWHERE).await;
    let confirm = desk.store().answer_address_link(&secret, true);
    confirm.await.unwrap();
    assert!(desk.to_do().await.is_empty());
    assert_eq!(leaves(&desk).await.len(), 1, "the invitation");
}

pub async fn a_series_that_no_address_takes_is_one_call(engine: Engine) {
    let desk = open(engine).await;
    desk.without_address(&desk.maria).await;
    series::book(&desk, "FREQ=WEEKLY;COUNT=12").await;
    finish(&desk, &only(&desk).await).await;
    // The first visits pass, and the next one would speak for it.
    for day in ["2026-11-11T04:00", "2026-11-18T04:00"] {
        desk.at(day).await;
        let now = desk.house.clock_now();
        let step = desk.store().reconcile(now, None).await.unwrap();
        assert_eq!(step.did, 0, "{day}");
        let calls = desk.to_do().await.into_iter();
        assert_eq!(calls.filter(|one| one == CALL[0]).count(), 0, "{day}");
    }
}

pub async fn whoever_books_by_themselves_knows(engine: Engine) {
    let desk = open(engine).await;
    desk.without_address(&desk.maria).await;
    let link = booking_links::make(&desk, |_| {}).await;
    booking_links::book(&desk, &link, TUESDAY).await.unwrap();
    assert!(desk.to_do().await.is_empty());
}

pub async fn a_question_that_nobody_answers_is_a_task_once(engine: Engine) {
    let desk = open(engine).await;
    let (store, person) = (desk.store(), desk.maria.person);
    writes(&desk, &desk.dana, ELSEWHERE).await;
    let secret = asked(&desk, ELSEWHERE).await;
    for _ in 0..2 {
        desk.pass(limits::ADDRESS_LINK_S - 1).await;
        desk.post().await;
        assert!(desk.to_do().await.is_empty(), "somebody may still answer");
        desk.pass(1).await;
        desk.post().await;
        let task = only(&desk).await;
        assert_eq!(task.why.as_deref(), Some("unconfirmed"));
        finish(&desk, &task).await;
        desk.pass(86_400).await;
        desk.post().await;
        assert!(desk.to_do().await.is_empty(), "asked again");
        store.ask_address(&desk.dana, person).await.unwrap();
        desk.post().await;
    }
    desk.pass(limits::ADDRESS_LINK_S).await;
    desk.post().await;
    assert_eq!(desk.to_do().await, CALL);
    store.ask_address(&desk.dana, person).await.unwrap();
    desk.post().await;
    let view = store.answer_address_link(&secret, true).await.unwrap();
    assert_eq!(view.state, AddressState::Confirmed);
    assert!(desk.to_do().await.is_empty());
}

pub async fn whoever_has_said_yes_is_not_called(engine: Engine) {
    let desk = open(engine).await;
    desk.without_address(&desk.maria).await;
    let card = desk.book(TUESDAY).await;
    assert_eq!(desk.to_do().await, CALL);
    let yes = async |sequence| {
        let said = desk.reply(&desk.maria, (card.id, sequence), Reply::Confirm);
        said.await.unwrap()
    };
    yes(card.sequence).await;
    assert!(desk.to_do().await.is_empty(), "she has said it herself");
    // As if it stood there from before anybody was called.
    for table in ["task", "delivery"] {
        desk.house.run(&format!("DELETE FROM {table}")).await;
    }
    let now = desk.house.clock_now();
    desk.store().reconcile(now, None).await.unwrap();
    assert!(desk.to_do().await.is_empty());
    // What becomes of it is news again.
    desk.pass(1).await;
    let moved = desk.shift(&card, "2026-11-12T15:00").await.unwrap();
    assert_eq!(only(&desk).await.appointment, Some(card.id));
    yes(moved.sequence).await;
    assert!(desk.to_do().await.is_empty());
    for table in ["task", "delivery"] {
        desk.house.run(&format!("DELETE FROM {table}")).await;
    }
    desk.pass(1).await;
    desk.call_off(&moved).await.unwrap();
    assert_eq!(desk.to_do().await, CALL, "she would come");
}

pub async fn another_place_is_news_to_whoever_has_said_yes(engine: Engine) {
    let desk = open(engine).await;
    desk.without_address(&desk.maria).await;
    let request = BookAppointment {
        kind: AppointmentKind::Home,
        meeting_link: None,
        ..desk.request(TUESDAY)
    };
    let card = desk.scheduler.book(&desk.dana, request).await.unwrap();
    let said = desk.reply(&desk.maria, (card.id, card.sequence), Reply::Confirm);
    said.await.unwrap();
    assert!(desk.to_do().await.is_empty());
    desk.pass(1).await;
    let change = ChangePlace {
        op_id: desk.op(),
        sequence: card.sequence,
        place: Some("the room behind the stairs".to_owned()),
        scope: Scope::This,
    };
    let changed = desk.scheduler.change_place(&desk.dana, card.id, &change);
    changed.await.unwrap();
    assert_eq!(desk.to_do().await, CALL);
}

pub async fn nobody_is_called_about_a_visit_that_has_begun(engine: Engine) {
    let office = Office::open(engine).await;
    let desk = &office.desk;
    desk.without_address(&desk.dana).await;
    desk.without_address(&desk.maria).await;
    desk.book(TUESDAY).await;
    let waits = async || {
        let loads = desk.store().caseloads(&office.robin).await.unwrap();
        let mut loads = loads.managers.iter();
        let dana = loads.find(|load| load.account == desk.dana.account);
        dana.unwrap().tasks
    };
    desk.at("2026-11-10T09:59").await;
    assert_eq!((desk.to_do().await.len(), waits().await), (1, 1));
    desk.at(TUESDAY).await;
    assert_eq!((desk.to_do().await.len(), waits().await), (0, 0));
}
