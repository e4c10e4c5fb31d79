//! A cancel by staff that is taken back before anybody is told: then it never was; left so, it is told by itself.

use mail::{Memory, ReadBack};
use protocol::http::{Appointment, UndoCancel};
use protocol::{AppointmentState, Code, Reply, Scope, limits};
use store::Result;
use testkit::Engine;

use super::desk::{Desk, Mortal, TUESDAY, link, of, worker};
use super::double_bookings::no_overlap;
use super::house::code;
use super::series::{self, book, booked};

const NOTHING: [&str; 0] = [];
const OFF: [&str; 2] = ["dana cancellation", "maria cancellation"];
/// What taking it back changes.
const CHANGED: [&str; 5] = ["task", "delivery", "participant", "claim", "link"];

/// A visit of which Maria and Dana were told.
async fn told(engine: Engine) -> (Desk, Appointment) {
    let desk = Desk::open(engine).await;
    let card = desk.book(TUESDAY).await;
    assert_eq!(desk.sends().await.len(), 2);
    (desk, card)
}

/// The four visits of a series of which they were told.
async fn told_of_a_series(engine: Engine) -> (Desk, Vec<Appointment>) {
    let desk = Desk::open(engine).await;
    book(&desk, "FREQ=WEEKLY;COUNT=4").await;
    assert_eq!(desk.sends().await.len(), 2);
    let cards = booked(&desk).await;
    (desk, cards)
}

/// What Maria says to a visit as she saw it.
pub(super) async fn says(desk: &Desk, card: &Appointment, reply: Reply) -> Result<Appointment> {
    let seen = (card.id, card.sequence);
    desk.reply(&desk.maria, seen, reply).await
}

/// How Dana sees it now.
async fn seen(desk: &Desk, card: &Appointment) -> Appointment {
    let all = desk.store().appointments_of(&desk.dana, card.client).await;
    let mut all = all.unwrap().appointments.into_iter();
    all.find(|one| one.id == card.id).unwrap()
}

/// What whoever is not Dana sends to take it back.
fn undo(desk: &Desk, card: &Appointment) -> UndoCancel {
    UndoCancel {
        op_id: desk.op(),
        sequence: card.sequence,
    }
}

/// What is to come to Maria, and what is planned for her no more.
async fn marias(desk: &Desk) -> Vec<String> {
    desk.deliveries(desk.house.agency.maria).await
}

async fn claims(desk: &Desk) -> i64 {
    desk.house.count("SELECT COUNT(*) FROM claim").await
}

pub async fn what_is_taken_back_was_never_said(engine: Engine) {
    let desk = Desk::open(engine).await;
    let card = desk.book(TUESDAY).await;
    let mails = desk.post().await;
    let maria: Vec<ReadBack> = of(&mails, desk.house.agency.maria);
    let secret = link(&maria[0]);
    says(&desk, &card, Reply::Confirm).await.unwrap();
    let before = marias(&desk).await;
    let off = desk.call_off(&card).await.unwrap();
    assert_eq!(off.state, AppointmentState::Cancelled);
    assert_eq!(off.undo_left_s, Some(60));
    assert_eq!(claims(&desk).await, 0);
    desk.pass(limits::STAFF_UNDO_S - 1).await;
    assert_eq!(desk.sends().await, NOTHING, "nobody is told yet");
    // Whoever else serves her may take it back as well.
    let request = undo(&desk, &off);
    let taken_back = || {
        desk.scheduler
            .undo_cancel(&desk.sam, off.id, request.clone())
    };
    let on = taken_back().await.unwrap();
    assert_eq!(on.state, AppointmentState::Booked);
    assert_eq!((on.sequence, on.undo_left_s), (card.sequence, None));
    assert_eq!(
        on.participants, off.participants,
        "what was said of it stands"
    );
    let once = desk.dump().await;
    assert_eq!(taken_back().await.unwrap(), on, "the same request again");
    let twice = desk.dump().await;
    for table in CHANGED {
        assert!(once[table] == twice[table], "twice: {table} changed");
    }
    assert_eq!(claims(&desk).await, 1);
    no_overlap(&desk.house).await;
    assert!(
        desk.store()
            .open_link(&secret)
            .await
            .unwrap()
            .stale
            .is_none(),
        "the link that she has is the one"
    );
    let planned = |rows: Vec<String>| {
        let rows = rows.into_iter().filter(|row| row.ends_with(" planned"));
        rows.collect::<Vec<_>>()
    };
    assert_eq!(planned(marias(&desk).await), planned(before));
    desk.pass(3_600).await;
    assert_eq!(desk.sends().await, NOTHING, "nobody hears of it");
    for act in ["cancel_appointment", "undo_cancel"] {
        let done = format!("act = '{act}' AND outcome = 'done'");
        assert_eq!(desk.house.entries(&done).await, 1, "{act}");
    }
    desk.at("2026-11-10T09:50").await;
    let sent = desk.sends().await;
    assert!(sent.contains(&"maria room_open".to_owned()), "{sent:?}");
}

pub async fn left_so_it_is_told_after_a_minute(engine: Engine) {
    let (desk, card) = told(engine).await;
    let off = desk.call_off(&card).await.unwrap();
    assert_eq!(code(desk.take_back(&card).await), Code::AppointmentChanged);
    desk.until_told().await;
    assert_eq!(code(desk.take_back(&off).await), Code::TooLate);
    assert_eq!(desk.sends().await, OFF);
    assert_eq!(code(desk.take_back(&off).await), Code::TooLate);
    assert_eq!(seen(&desk, &off).await.undo_left_s, None);

    // Taken back and called off once more, it is told as the first time would have been.
    let card = desk.book("2026-11-11T10:00").await;
    assert_eq!(desk.sends().await.len(), 2);
    let off = desk.call_off(&card).await.unwrap();
    let on = desk.take_back(&off).await.unwrap();
    desk.pass(5).await;
    let again = desk.call_off(&on).await.unwrap();
    assert_eq!(again.sequence, off.sequence);
    desk.pass(limits::STAFF_UNDO_S - 1).await;
    assert_eq!(desk.sends().await, NOTHING, "a whole minute from now on");
    desk.pass(1).await;
    assert_eq!(desk.sends().await, OFF);
}

pub async fn what_begins_within_the_hour_or_is_several_is_told_at_once(engine: Engine) {
    let (desk, card) = told(engine).await;
    desk.at("2026-11-10T09:00").await;
    desk.sends().await;
    let off = desk.call_off(&card).await.unwrap();
    assert_eq!(off.undo_left_s, None);
    assert_eq!(code(desk.take_back(&off).await), Code::TooLate);
    assert_eq!(desk.sends().await, OFF);

    let (desk, cards) = told_of_a_series(engine).await;
    series::call_off(&desk, &cards[1], Scope::ThisAndLater)
        .await
        .unwrap();
    let off = seen(&desk, &cards[1]).await;
    assert_eq!(off.undo_left_s, None);
    assert_eq!(code(desk.take_back(&off).await), Code::TooLate);
    assert_eq!(desk.sends().await, OFF);
}

pub async fn of_a_series_one_visit_is_taken_back(engine: Engine) {
    let (desk, cards) = told_of_a_series(engine).await;
    for n in [0, 2] {
        desk.pass(1).await;
        let off = series::call_off(&desk, &cards[n], Scope::This).await;
        let on = desk.take_back(&off.unwrap()).await.unwrap();
        assert_eq!((&on.series, on.start), (&cards[n].series, cards[n].start));
    }
    desk.pass(3_600).await;
    assert_eq!(desk.sends().await, NOTHING);
    assert_eq!(booked(&desk).await.len(), 4);
    // What would be planned is what is.
    let now = desk.house.clock_now();
    assert_eq!(desk.store().reconcile(now, None).await.unwrap().did, 0);
}

pub async fn a_time_that_somebody_took_meanwhile_stays_theirs(engine: Engine) {
    let (desk, card) = told(engine).await;
    let off = desk.call_off(&card).await.unwrap();
    let other = desk.book("2026-11-10T10:15").await;
    assert_eq!(code(desk.take_back(&off).await), Code::SlotTaken);
    let left = seen(&desk, &off).await;
    assert_eq!(left.state, AppointmentState::Cancelled);
    assert_eq!(claims(&desk).await, 1);
    // Free again, it can still be taken back.
    desk.call_off(&other).await.unwrap();
    desk.take_back(&off).await.unwrap();
    no_overlap(&desk.house).await;
    // Not so this time: the cancel goes out.
    let off = desk.call_off(&card).await.unwrap();
    desk.book("2026-11-10T09:45").await;
    assert_eq!(code(desk.take_back(&off).await), Code::SlotTaken);
    desk.until_told().await;
    let sent = desk.sends().await;
    assert!(sent.contains(&"dana cancellation".to_owned()), "{sent:?}");
}

pub async fn what_the_client_called_off_is_theirs_to_take_back(engine: Engine) {
    let (desk, card) = told(engine).await;
    says(&desk, &card, Reply::Cancel).await.unwrap();
    let off = seen(&desk, &card).await;
    assert_eq!(off.undo_left_s, None);
    assert_eq!(code(desk.take_back(&off).await), Code::AppointmentState);
    // And of what staff called off it is not hers.
    let card = says(&desk, &off, Reply::Undo).await.unwrap();
    let off = desk.call_off(&card).await.unwrap();
    let same = says(&desk, &off, Reply::Undo).await.unwrap();
    assert_eq!(same.state, AppointmentState::Cancelled);
    assert!(!same.may_reply && same.undo_left_s.is_none());
    let request = undo(&desk, &off);
    for caller in [&desk.maria, &desk.ana] {
        let undone = desk.scheduler.undo_cancel(caller, off.id, request.clone());
        assert_eq!(code(undone.await), Code::NotFound);
    }
}

pub async fn what_was_to_see_to_before_is_so_again(engine: Engine) {
    let (desk, card) = told(engine).await;
    says(&desk, &card, Reply::AnotherTime).await.unwrap();
    let asked = ["maria asked_for_another_time"];
    assert_eq!(desk.to_do().await, asked);
    desk.pass(1).await;
    let off = desk.call_off(&card).await.unwrap();
    assert!(desk.to_do().await.is_empty(), "that is the answer");
    desk.take_back(&off).await.unwrap();
    assert_eq!(desk.to_do().await, asked);
}

pub async fn nobody_is_called_about_what_was_taken_back(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.without_address(&desk.dana).await;
    let card = desk.book(TUESDAY).await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
    desk.prefer(&desk.maria, desk.maria.person, |wish| {
        wish.safe_hours = Some(protocol::http::SafeHours {
            from: 11 * 60,
            until: 13 * 60,
        });
    })
    .await;
    desk.at("2026-11-09T18:00").await;
    desk.sends().await;
    let before = desk.to_do().await;
    for _ in 0..2 {
        // No mail would reach her in time: Dana is to call her.
        desk.pass(1).await;
        let off = desk.call_off(&card).await.unwrap();
        let call = "maria cannot_reach_by_email".to_owned();
        assert!(desk.to_do().await.contains(&call));
        desk.pass(1).await;
        desk.take_back(&off).await.unwrap();
        assert_eq!(desk.to_do().await, before, "that is not so any more");
    }
}

pub async fn a_server_that_dies_in_the_minute_tells_it_after_it(engine: Engine) {
    let (desk, card) = told(engine).await;
    desk.call_off(&card).await.unwrap();
    // The one that was to send it is gone; another one looks too early, and once it is time.
    let memory = Memory::keeping();
    let next = worker(&desk.house, &memory);
    desk.pass(limits::STAFF_UNDO_S - 1).await;
    assert_eq!(next.pass().await.unwrap().leased, 0);
    let due = desk.store().next_due().await.unwrap();
    let minute = desk.house.clock_now().plus_seconds(1);
    assert_eq!(due, Some(minute), "it wakes for it");
    desk.pass(1).await;
    while next.pass().await.unwrap().leased > 0 {}
    assert_eq!(memory.take().len(), 2);
}

/// Whoever takes it back may die anywhere in it: it is on with all that belongs to it, or off and told.
pub async fn taking_back_is_whole_or_not_at_all(engine: Engine) {
    let (desk, card) = told(engine).await;
    let (mut undone, mut done) = (0, 0);
    for polls in 0..400 {
        let off = desk.call_off(&card).await.unwrap();
        let finished = Mortal::new(desk.take_back(&off), polls).await;
        // Waits for whoever is still rolling back or committing.
        desk.pass(1).await;
        let on = "SELECT COUNT(*) FROM appointment WHERE state = 'booked'";
        let on = desk.house.count(on).await;
        let waits = "SELECT COUNT(*) FROM delivery
            WHERE step = 'cancellation' AND state = 'planned'";
        let waits = desk.house.count(waits).await;
        assert_eq!(claims(&desk).await, on, "after {polls} polls");
        assert_eq!(waits, 2 * (1 - on), "after {polls} polls");
        done += usize::from(finished.is_some());
        if on == 0 {
            undone += 1;
            desk.take_back(&off).await.unwrap();
        }
        if done > 2 {
            break;
        }
    }
    assert!(undone > 1 && done > 2, "undone {undone}, done {done}");
    desk.pass(3_600).await;
    assert_eq!(desk.sends().await, NOTHING);
}
