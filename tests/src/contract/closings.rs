//! How an appointment went: who may say it and when, who may read it, and who is asked.

use care::Caller;
use protocol::http::{Appointment, CloseAppointment, EndAssignment};
use protocol::{AppointmentState, Code, NextStep, Outcome, Role, TaskKind, limits};
use store::{Result, Within};
use testkit::{Engine, agency};

use super::client_keys::key_of_maria;
use super::desk::{Desk, TUESDAY};
use super::house::code;

const NOTE: &str = "Spoke about the move to the new flat";

fn closing(desk: &Desk, card: &Appointment, outcome: Outcome) -> CloseAppointment {
    CloseAppointment {
        op_id: desk.op(),
        sequence: card.sequence,
        outcome,
        next_step: NextStep::BookAgain,
        note: NOTE.to_owned(),
    }
}

async fn close(
    desk: &Desk,
    caller: &Caller,
    card: &Appointment,
    outcome: Outcome,
) -> Result<Appointment> {
    let request = closing(desk, card, outcome);
    desk.scheduler.close(caller, card.id, &request).await
}

/// The one appointment, as this person sees it in their own list.
async fn seen_by(desk: &Desk, caller: &Caller) -> Appointment {
    let within = Within {
        from: None,
        days: limits::SPAN_DAYS_MAX,
    };
    let list = desk.store().appointments(caller, within).await.unwrap();
    list.appointments.into_iter().next().unwrap()
}

pub async fn staff_say_how_it_went_once_it_has_begun(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (card, _) = desk.book_with_ana(TUESDAY).await;
    assert!(!card.may_close);
    let early = close(&desk, &desk.dana, &card, Outcome::Completed).await;
    assert_eq!(code(early), Code::AppointmentState, "before it has begun");
    desk.at("2026-11-10T10:20").await;
    assert!(seen_by(&desk, &desk.dana).await.may_close);
    for (who, expected) in [(desk.maria, Code::NotFound), (desk.ana, Code::NotAllowed)] {
        let refused = close(&desk, &who, &card, Outcome::NoShow).await;
        assert_eq!(code(refused), expected);
    }
    let mut stale = closing(&desk, &card, Outcome::Completed);
    stale.sequence += 1;
    let refused = desk.scheduler.close(&desk.dana, card.id, &stale).await;
    assert_eq!(code(refused), Code::AppointmentChanged);
    let request = closing(&desk, &card, Outcome::Completed);
    for _ in 0..2 {
        let closed = desk.scheduler.close(&desk.dana, card.id, &request);
        let closed = closed.await.unwrap();
        assert_eq!(closed.state, AppointmentState::Completed);
        let told = closed.closed.unwrap();
        assert_eq!(
            (told.by.as_str(), told.note.as_str()),
            ("Dana Placeholder", NOTE)
        );
        assert_eq!(told.next_step, NextStep::BookAgain);
    }
    let done = "act = 'close_appointment' AND outcome = 'done'";
    assert_eq!(desk.house.entries(done).await, 1, "said once");
}

pub async fn what_was_written_down_is_read_by_staff_alone(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (card, _) = desk.book_with_ana(TUESDAY).await;
    desk.at("2026-11-10T10:35").await;
    close(&desk, &desk.dana, &card, Outcome::Completed)
        .await
        .unwrap();
    assert_eq!(seen_by(&desk, &desk.dana).await.closed.unwrap().note, NOTE);
    for who in [desk.maria, desk.ana] {
        let seen = seen_by(&desk, &who).await;
        assert_eq!(seen.state, AppointmentState::Completed);
        assert!(seen.closed.is_none() && !seen.may_close);
    }
    let plain = desk.house.texts("SELECT next_step FROM appointment").await;
    assert_eq!(plain, ["book_again"]);
    let lies_open = desk.house.database.holds(NOTE.as_bytes()).await;
    assert!(!lies_open.unwrap());
    let sealed = desk.house.blobs("SELECT note FROM appointment").await;
    assert_eq!(sealed[0][1..6], key_of_maria(&desk.house).await);
}

pub async fn a_wrong_word_is_put_right(engine: Engine) {
    let desk = Desk::open(engine).await;
    let card = desk.book(TUESDAY).await;
    desk.at("2026-11-10T10:35").await;
    let card = close(&desk, &desk.sam, &card, Outcome::NoShow).await;
    let card = card.unwrap();
    let mut other = closing(&desk, &card, Outcome::Completed);
    other.next_step = NextStep::Other;
    other.note = "  ".to_owned();
    let refused = desk.scheduler.close(&desk.dana, card.id, &other).await;
    assert_eq!(code(refused), Code::BadRequest, "other says what");
    let closed = close(&desk, &desk.dana, &card, Outcome::Completed).await;
    assert_eq!(closed.unwrap().state, AppointmentState::Completed);
    let moved = desk.shift(&card, "2026-11-12T10:00").await;
    assert_eq!(code(moved), Code::AppointmentState, "it is over");
}

/// What was written down about the visits of the client, as Dana reads it.
async fn notes(desk: &Desk, card: &Appointment) -> Vec<String> {
    let list = desk.store().appointments_of(&desk.dana, card.client).await;
    let list = list.unwrap().appointments.into_iter();
    list.filter_map(|card| Some(card.closed?.note)).collect()
}

pub async fn of_two_who_say_how_it_went_the_second_looks_first(engine: Engine) {
    let desk = Desk::open(engine).await;
    let card = desk.book(TUESDAY).await;
    let other = desk.book("2026-11-10T11:00").await;
    desk.at("2026-11-10T11:35").await;
    let first = close(&desk, &desk.dana, &card, Outcome::Completed).await;
    let unseen = CloseAppointment {
        note: "Nobody was there".to_owned(),
        ..closing(&desk, &card, Outcome::NoShow)
    };
    let refused = desk.scheduler.close(&desk.sam, card.id, &unseen).await;
    assert_eq!(code(refused), Code::AppointmentChanged);
    assert_eq!(notes(&desk, &card).await, [NOTE], "it stands");
    let seen = CloseAppointment {
        sequence: first.unwrap().sequence,
        ..unseen
    };
    let anew = desk.scheduler.close(&desk.sam, card.id, &seen).await;
    assert_eq!(anew.unwrap().state, AppointmentState::NoShow);
    assert_eq!(notes(&desk, &card).await, ["Nobody was there"]);

    let (one, two) = tokio::join!(
        close(&desk, &desk.dana, &other, Outcome::Completed),
        close(&desk, &desk.sam, &other, Outcome::NoShow),
    );
    assert_eq!(u8::from(one.is_ok()) + u8::from(two.is_ok()), 1);
    let lost = if one.is_err() { one } else { two };
    assert_eq!(code(lost), Code::AppointmentChanged);
}

pub async fn whoever_held_it_is_asked_once_how_it_went(engine: Engine) {
    let desk = Desk::open(engine).await;
    let first = desk.book(TUESDAY).await;
    let off = desk.book("2026-11-10T11:00").await;
    desk.call_off(&off).await.unwrap();
    desk.at("2026-11-10T10:59").await;
    desk.post().await;
    assert_eq!(desk.to_do().await, Vec::<String>::new(), "not yet");
    let next = desk.store().next_outcome().await.unwrap();
    assert_eq!(next, Some(Desk::instant("2026-11-10T11:00")));
    desk.at("2026-11-10T11:00").await;
    for _ in 0..2 {
        desk.post().await;
        assert_eq!(desk.to_do().await, ["maria outcome_due"]);
    }
    assert_eq!(desk.store().next_outcome().await.unwrap(), None);
    close(&desk, &desk.dana, &first, Outcome::Completed)
        .await
        .unwrap();
    assert_eq!(desk.to_do().await, Vec::<String>::new(), "answered");
    // A task put away without a word is not asked again; one that was closed in time never.
    let second = desk.book("2026-11-11T10:00").await;
    desk.book("2026-11-11T11:00").await;
    desk.at("2026-11-11T10:31").await;
    close(&desk, &desk.dana, &second, Outcome::NoShow)
        .await
        .unwrap();
    desk.at("2026-11-11T13:00").await;
    desk.post().await;
    assert_eq!(desk.to_do().await, ["maria no_show", "maria outcome_due"]);
    for task in desk.tasks(&desk.dana).await {
        let finished = desk.store().finish_task(&desk.dana, task.id).await;
        finished.unwrap();
    }
    desk.at("2026-11-11T14:00").await;
    desk.post().await;
    assert_eq!(desk.to_do().await, Vec::<String>::new());
}

pub async fn whoever_serves_the_client_by_then_is_asked(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.book(TUESDAY).await;
    let robin = agency::add(desk.store(), "Robin Overview", Role::Supervisor).await;
    let robin = desk.house.enrol(robin.unwrap(), 5).await.caller;
    let end = EndAssignment {
        op_id: desk.op(),
        staff: desk.dana.account,
        client: desk.maria.person,
    };
    desk.store().end_assignment(&robin, end).await.unwrap();
    desk.at("2026-11-10T11:00").await;
    desk.post().await;
    let tasks = desk.tasks(&desk.sam).await;
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    assert_eq!(tasks[0].kind, TaskKind::OutcomeDue);
    assert_eq!(desk.to_do().await, Vec::<String>::new());
}

pub async fn what_ended_long_ago_is_not_asked_about(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.book(TUESDAY).await;
    desk.at("2026-11-17T10:31").await;
    desk.post().await;
    assert_eq!(desk.to_do().await, Vec::<String>::new());
    assert_eq!(desk.store().next_outcome().await.unwrap(), None);
}
