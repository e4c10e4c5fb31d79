//! Kinds of visits: who says what is offered, and what booking one keeps to.

use care::Caller;
use protocol::http::{
    AddVisitType, Appointment, BookAppointment, FindSlots, VisitTerms, VisitType,
};
use protocol::{AppointmentKind, Code, Reply, Role, VisitTypeId, limits};
use store::Result;
use testkit::{Engine, agency};

use super::desk::{Desk, TUESDAY};
use super::house::code;

/// An hour at home, half an hour away, a quarter to write it down; two a day, a day before.
fn home_visit() -> VisitTerms {
    VisitTerms {
        name: "Home visit with forms".to_owned(),
        kind: AppointmentKind::Home,
        minutes: 60,
        before_minutes: 0,
        after_minutes: 15,
        travel_minutes: 30,
        notice_minutes: 24 * 60,
        days_ahead: 30,
        per_day_max: Some(2),
    }
}

async fn add(desk: &Desk, caller: &Caller, terms: VisitTerms) -> Result<VisitType> {
    let request = AddVisitType {
        op_id: desk.op(),
        terms,
    };
    desk.scheduler.add_visit_type(caller, &request).await
}

/// A supervisor, signed in.
async fn supervisor(desk: &Desk) -> Caller {
    let robin = agency::add(desk.store(), "Robin Overview", Role::Supervisor).await;
    desk.house.enrol(robin.unwrap(), 5).await.caller
}

async fn book(desk: &Desk, id: VisitTypeId, civil: &str) -> Result<Appointment> {
    let request = BookAppointment {
        kind: AppointmentKind::Home,
        minutes: 60,
        visit_type: Some(id),
        meeting_link: None,
        place: None,
        ..desk.request(civil)
    };
    desk.scheduler.book(&desk.dana, request).await
}

async fn free(desk: &Desk, id: Option<VisitTypeId>, day: &str) -> Vec<String> {
    let wish = FindSlots {
        from: day.to_owned(),
        days: 1,
        minutes: 60,
        visit_type: id,
        zone: None,
        staff: None,
    };
    let slots = desk.scheduler.slots(&desk.dana, wish).await.unwrap().slots;
    let clock = slots.into_iter().map(|slot| slot.at.civil[11..].to_owned());
    clock.collect()
}

pub async fn supervisors_say_what_is_offered_and_case_managers_read_it(engine: Engine) {
    let desk = Desk::open(engine).await;
    let robin = supervisor(&desk).await;
    for who in [desk.dana, desk.maria, desk.ana] {
        assert_eq!(code(add(&desk, &who, home_visit()).await), Code::NotAllowed);
    }
    let request = AddVisitType {
        op_id: desk.op(),
        terms: home_visit(),
    };
    let added = desk.scheduler.add_visit_type(&robin, &request).await;
    let added = added.unwrap();
    let again = desk.scheduler.add_visit_type(&robin, &request).await;
    assert_eq!(again.unwrap(), added, "once");
    let seen = desk.store().visit_types(&desk.dana).await.unwrap();
    assert_eq!(seen.visit_types, std::slice::from_ref(&added));
    assert_eq!(
        code(desk.store().visit_types(&desk.maria).await),
        Code::NotAllowed
    );
    let database = &desk.house.database;
    assert!(!database.holds(b"Home visit with forms").await.unwrap());
    let mut terms = home_visit();
    terms.minutes = 90;
    let changed = desk
        .scheduler
        .change_visit_type(&robin, added.id, &terms)
        .await;
    assert_eq!(changed.unwrap().terms, terms);
    let refused = desk
        .scheduler
        .change_visit_type(&desk.dana, added.id, &terms);
    assert_eq!(code(refused.await), Code::NotAllowed);
    for _ in 0..2 {
        desk.store().end_visit_type(&robin, added.id).await.unwrap();
    }
    let seen = desk.store().visit_types(&desk.dana).await.unwrap();
    assert!(seen.visit_types.is_empty());
    let refused = desk.scheduler.change_visit_type(&robin, added.id, &terms);
    assert_eq!(code(refused.await), Code::NotFound);
    for _ in 0..limits::VISIT_TYPES_MAX {
        add(&desk, &robin, home_visit()).await.unwrap();
    }
    let one_more = add(&desk, &robin, home_visit()).await;
    assert_eq!(code(one_more), Code::TooLarge);
}

pub async fn the_way_and_the_writing_down_are_kept_free(engine: Engine) {
    let desk = Desk::open(engine).await;
    let robin = supervisor(&desk).await;
    let id = add(&desk, &robin, home_visit()).await.unwrap().id;
    let first = book(&desk, id, TUESDAY).await.unwrap();
    assert_eq!(first.start, Desk::instant(TUESDAY));
    // Ten to eleven is the visit; from half past nine until a quarter to twelve it keeps the worker.
    let plain = free(&desk, None, "2026-11-10").await;
    assert_eq!(plain.first().unwrap(), "11:45");
    let home = free(&desk, Some(id), "2026-11-10").await;
    assert_eq!(home.first().unwrap(), "12:15", "and the way there again");
    assert_eq!(home.last().unwrap(), "16:00", "the way back is no visit");
    let mut early = desk.request("2026-11-10T09:15");
    early.minutes = 15;
    desk.scheduler.book(&desk.dana, early).await.unwrap();
    let mut close = desk.request("2026-11-10T11:30");
    close.minutes = 15;
    let refused = desk.scheduler.book(&desk.dana, close).await;
    assert_eq!(code(refused), Code::SlotTaken);
    // Called off by the client and taken back, it keeps the same.
    let sequence = first.sequence;
    let off = desk.reply(&desk.maria, (first.id, sequence), Reply::Cancel);
    let off = off.await.unwrap();
    assert_eq!(free(&desk, None, "2026-11-10").await[0], "09:30");
    let back = desk.reply(&desk.maria, (first.id, off.sequence), Reply::Undo);
    back.await.unwrap();
    assert_eq!(free(&desk, None, "2026-11-10").await, plain);
}

pub async fn notice_window_and_cap_hold_for_slots_and_bookings_alike(engine: Engine) {
    let desk = Desk::open(engine).await;
    let robin = supervisor(&desk).await;
    let id = add(&desk, &robin, home_visit()).await.unwrap().id;
    // It is Monday the 2nd, nine o'clock.
    assert_eq!(
        free(&desk, Some(id), "2026-11-02").await,
        Vec::<String>::new()
    );
    assert_eq!(free(&desk, Some(id), "2026-11-03").await[0], "09:00");
    let soon = book(&desk, id, "2026-11-02T15:00").await;
    assert_eq!(code(soon), Code::NotAvailable);
    let far = book(&desk, id, "2026-12-03T10:00").await;
    assert_eq!(code(far), Code::NotAvailable);
    book(&desk, id, "2026-11-10T09:00").await.unwrap();
    let second = book(&desk, id, "2026-11-10T12:00").await.unwrap();
    assert_eq!(
        free(&desk, Some(id), "2026-11-10").await,
        Vec::<String>::new()
    );
    assert!(!free(&desk, None, "2026-11-10").await.is_empty());
    let third = book(&desk, id, "2026-11-10T15:00").await;
    assert_eq!(code(third), Code::NotAvailable, "two a day");
    desk.shift(&second, "2026-11-10T15:00").await.unwrap();
    desk.shift(&desk.book("2026-11-11T10:00").await, "2026-11-10T13:00")
        .await
        .unwrap();
}

pub async fn a_kind_that_is_offered_no_longer_is_not_booked_and_what_was_goes_on(engine: Engine) {
    let desk = Desk::open(engine).await;
    let robin = supervisor(&desk).await;
    let id = add(&desk, &robin, home_visit()).await.unwrap().id;
    let mut elsewhere = desk.request(TUESDAY);
    elsewhere.visit_type = Some(id);
    let refused = desk.scheduler.book(&desk.dana, elsewhere).await;
    assert_eq!(code(refused), Code::BadRequest, "it is at home");
    let card = book(&desk, id, TUESDAY).await.unwrap();
    desk.store().end_visit_type(&robin, id).await.unwrap();
    let refused = book(&desk, id, "2026-11-11T10:00").await;
    assert_eq!(code(refused), Code::NotFound);
    let moved = desk.shift(&card, "2026-11-11T10:00").await.unwrap();
    assert_eq!(moved.at.civil, "2026-11-11T10:00");
    assert_eq!(free(&desk, None, "2026-11-11").await[0], "11:45");
    let court = BookAppointment {
        kind: AppointmentKind::Court,
        meeting_link: None,
        place: None,
        ..desk.request("2026-11-12T10:00")
    };
    let court = desk.scheduler.book(&desk.dana, court).await.unwrap();
    assert_eq!(court.kind, AppointmentKind::Court);
}
