//! Several of the staff in one visit: each is busy meanwhile, whatever becomes of it.

use care::Caller;
use futures_util::future::join_all;
use protocol::http::{
    AddVisitType, Appointment, BookAppointment, BookSeries, FindSlots, VisitTerms,
};
use protocol::{
    AccountId, AppointmentKind, AppointmentState, Code, Instead, Refusal, Reply, Response, Role,
    Scope, TaskKind,
};
use store::{Result, Within};
use testkit::{Engine, Person, agency};

use super::desk::{Desk, TUESDAY};
use super::double_bookings::no_overlap;
use super::house::code;
use super::jobs::under_the_old_law;

const WEEK: Within = Within {
    from: None,
    days: 14,
};

/// Half an hour with Maria, with whoever comes along.
pub(super) fn with(desk: &Desk, staff: &[AccountId], civil: &str) -> BookAppointment {
    BookAppointment {
        staff: staff.to_vec(),
        ..desk.request(civil)
    }
}

/// Dana books it, and Sam comes along.
pub(super) async fn book(desk: &Desk, civil: &str) -> Result<Appointment> {
    let request = with(desk, &[desk.sam.account], civil);
    desk.scheduler.book(&desk.dana, request).await
}

/// Sam books it alone.
pub(super) async fn by_sam(desk: &Desk, civil: &str) -> Result<Appointment> {
    desk.scheduler.book(&desk.sam, desk.request(civil)).await
}

/// A case manager with hours who does not serve Maria.
pub(super) async fn noor(desk: &Desk) -> (Person, Caller) {
    let noor = agency::add(desk.store(), "Noor Besides", Role::CaseManager).await;
    let noor = noor.unwrap();
    let hours = agency::office_hours();
    let installation = Caller::installation();
    let set = desk
        .store()
        .set_hours(&installation, noor.account, agency::ZONE, hours);
    set.await.unwrap();
    (noor, desk.house.enrol(noor, 7).await.caller)
}

pub(super) async fn enrolled(desk: &Desk, name: &'static str, role: Role) -> Caller {
    let person = agency::add(desk.store(), name, role).await.unwrap();
    desk.house.enrol(person, 8).await.caller
}

/// The free times that a refusal names, on the clock.
pub(super) fn slots<T>(result: Result<T>) -> (Code, Vec<String>) {
    let refusal: Refusal = result.err().unwrap().refusal();
    match refusal.instead.as_deref() {
        Some(Instead::Slots(slots)) => {
            let civil = slots.iter().map(|slot| slot.at.civil[11..].to_owned());
            (refusal.code, civil.collect())
        }
        other => panic!("no slots: {other:?}"),
    }
}

pub(super) async fn claims(desk: &Desk) -> i64 {
    desk.house.count("SELECT COUNT(*) FROM claim").await
}

pub(super) async fn mine(desk: &Desk, caller: &Caller) -> Vec<Appointment> {
    let mine = desk.store().appointments(caller, WEEK).await;
    mine.unwrap().appointments
}

/// When somebody could be booked that Tuesday, with whoever else.
pub(super) async fn free(desk: &Desk, caller: &Caller, staff: &[AccountId]) -> Result<Vec<String>> {
    let staff: Vec<String> = staff.iter().map(AccountId::to_string).collect();
    let wish = FindSlots {
        from: "2026-11-10".to_owned(),
        days: 1,
        minutes: 30,
        visit_type: None,
        zone: None,
        staff: (!staff.is_empty()).then(|| staff.join(",")),
    };
    let slots = desk.scheduler.slots(caller, wish).await?.slots.into_iter();
    Ok(slots.map(|slot| slot.at.civil[11..].to_owned()).collect())
}

pub async fn two_workers_are_booked_and_both_are_busy(engine: Engine) {
    let desk = Desk::open(engine).await;
    let card = book(&desk, TUESDAY).await.unwrap();
    let parts: Vec<_> = card
        .participants
        .iter()
        .map(|part| (part.name.as_str(), part.role, part.response))
        .collect();
    let staff = (Role::CaseManager, Response::Accepted);
    assert_eq!(parts.len(), 3);
    assert_eq!(
        parts[0],
        ("Maria Sample", Role::Client, Response::NeedsAction)
    );
    assert!(parts.contains(&("Dana Placeholder", staff.0, staff.1)));
    assert!(parts.contains(&("Sam Specimen", staff.0, staff.1)));
    assert_eq!(claims(&desk).await, 2);
    no_overlap(&desk.house).await;
    for caller in [&desk.dana, &desk.sam] {
        assert_eq!(mine(&desk, caller).await[0].id, card.id);
        let free = free(&desk, caller, &[]).await.unwrap();
        assert!(!free.contains(&"10:00".to_owned()), "{free:?}");
        let again = desk.request("2026-11-10T10:15");
        let refused = desk.scheduler.book(caller, again).await;
        assert_eq!(code(refused), Code::SlotTaken);
    }
    // The same request again books once, and both are told once.
    let request = with(&desk, &[desk.sam.account], "2026-11-10T14:00");
    let both = (0..4).map(|_| desk.scheduler.book(&desk.dana, request.clone()));
    for answer in join_all(both).await {
        assert_eq!(answer.unwrap().participants.len(), 3);
    }
    assert_eq!(claims(&desk).await, 4);
}

pub async fn a_colleagues_overlap_is_refused_with_times_when_both_are_free(engine: Engine) {
    let desk = Desk::open(engine).await;
    by_sam(&desk, "2026-11-10T10:15").await.unwrap();
    desk.book("2026-11-10T11:00").await;
    let expected = ["11:30", "11:45", "12:00"].map(str::to_owned).to_vec();
    let taken = slots(book(&desk, TUESDAY).await);
    assert_eq!(taken, (Code::SlotTaken, expected));
    let before = free(&desk, &desk.dana, &[desk.sam.account]).await.unwrap();
    assert_eq!(before[..4], ["09:00", "09:15", "09:30", "09:45"]);
    assert_eq!(before[4], "11:30");
    // Nothing was kept of what was refused, and alone she is free.
    assert_eq!(claims(&desk).await, 2);
    desk.book(TUESDAY).await;
    // Nor outside the hours of whoever comes along.
    let (noor, _) = noor(&desk).await;
    let closed = care::availability::Hours::default();
    let installation = Caller::installation();
    let set = desk
        .store()
        .set_hours(&installation, noor.account, agency::ZONE, closed);
    set.await.unwrap();
    let request = with(&desk, &[noor.account], "2026-11-11T10:00");
    let refused = slots(desk.scheduler.book(&desk.dana, request).await);
    assert_eq!(refused, (Code::NotAvailable, Vec::new()));
}

pub async fn a_move_keeps_both_and_a_cancel_frees_both(engine: Engine) {
    let desk = Desk::open(engine).await;
    let card = book(&desk, TUESDAY).await.unwrap();
    by_sam(&desk, "2026-11-10T11:00").await.unwrap();
    let refused = slots(desk.shift(&card, "2026-11-10T11:15").await);
    let expected = ["11:30", "11:45", "12:00"].map(str::to_owned).to_vec();
    assert_eq!(refused, (Code::SlotTaken, expected));
    // Into its own time, which is nobody else's.
    let card = desk.shift(&card, "2026-11-10T10:15").await.unwrap();
    no_overlap(&desk.house).await;
    by_sam(&desk, "2026-11-10T09:45").await.unwrap();
    let taken = by_sam(&desk, "2026-11-10T10:30").await;
    assert_eq!(code(taken), Code::SlotTaken);
    assert_eq!(claims(&desk).await, 4);
    // Maria calls it off and takes that back; then again, and Sam has something else meanwhile.
    let seen = (card.id, card.sequence);
    let card = desk.reply(&desk.maria, seen, Reply::Cancel).await.unwrap();
    assert_eq!(claims(&desk).await, 2);
    let seen = (card.id, card.sequence);
    let card = desk.reply(&desk.maria, seen, Reply::Undo).await.unwrap();
    assert_eq!(claims(&desk).await, 4);
    no_overlap(&desk.house).await;
    let seen = (card.id, card.sequence);
    let card = desk.reply(&desk.maria, seen, Reply::Cancel).await.unwrap();
    let instead = by_sam(&desk, "2026-11-10T10:30").await.unwrap();
    let seen = (card.id, card.sequence);
    let refused = desk.reply(&desk.maria, seen, Reply::Undo).await;
    assert_eq!(code(refused), Code::SlotTaken);
    let seen = (instead.id, instead.sequence);
    desk.reply(&desk.maria, seen, Reply::Cancel).await.unwrap();
    let seen = (card.id, card.sequence);
    let card = desk.reply(&desk.maria, seen, Reply::Undo).await.unwrap();
    assert_eq!(card.state, AppointmentState::Booked);
    desk.call_off(&card).await.unwrap();
    assert_eq!(claims(&desk).await, 2, "Sam's own");
    no_overlap(&desk.house).await;
}

pub async fn a_number_a_day_counts_who_comes_along(engine: Engine) {
    let desk = Desk::open(engine).await;
    let robin = enrolled(&desk, "Robin Overview", Role::Supervisor).await;
    let terms = VisitTerms {
        name: "Intake together".to_owned(),
        kind: AppointmentKind::Office,
        minutes: 30,
        before_minutes: 0,
        after_minutes: 15,
        travel_minutes: 0,
        notice_minutes: 0,
        days_ahead: 30,
        per_day_max: Some(1),
    };
    let request = AddVisitType {
        op_id: desk.op(),
        terms,
    };
    let added = desk.scheduler.add_visit_type(&robin, &request).await;
    let kind = added.unwrap().id;
    let intake = |staff: &[AccountId], civil: &str| BookAppointment {
        kind: AppointmentKind::Office,
        visit_type: Some(kind),
        meeting_link: None,
        place: None,
        ..with(&desk, staff, civil)
    };
    let both = intake(&[desk.sam.account], TUESDAY);
    desk.scheduler.book(&desk.dana, both).await.unwrap();
    // What is kept free after it is Sam's as well.
    let close = by_sam(&desk, "2026-11-10T10:30").await;
    assert_eq!(code(close), Code::SlotTaken);
    let second = intake(&[], "2026-11-10T14:00");
    let refused = desk.scheduler.book(&desk.sam, second).await;
    assert_eq!(code(refused), Code::NotAvailable, "one a day");
    let (noor, _) = noor(&desk).await;
    let other = intake(&[noor.account], "2026-11-11T14:00");
    desk.scheduler.book(&desk.dana, other).await.unwrap();
    let third = intake(&[noor.account], "2026-11-11T10:00");
    let refused = desk.scheduler.book(&desk.sam, third).await;
    assert_eq!(code(refused), Code::NotAvailable, "Noor had hers");
}

async fn series(desk: &Desk, skip_conflicts: bool) -> Result<Vec<Appointment>> {
    let request = BookSeries {
        first: with(desk, &[desk.sam.account], TUESDAY),
        rule: "FREQ=WEEKLY;COUNT=30".to_owned(),
        skip_conflicts,
    };
    let booked = desk.scheduler.book_series(&desk.dana, request).await;
    booked.map(|booked| booked.appointments)
}

pub async fn a_series_is_held_by_both_and_moves_with_both(engine: Engine) {
    let desk = Desk::open(engine).await;
    by_sam(&desk, "2026-11-17T10:15").await.unwrap();
    let refused = series(&desk, false).await.err().unwrap().refusal();
    let Some(Instead::Conflicts(conflicts)) = refused.instead.as_deref() else {
        panic!("{refused}");
    };
    assert_eq!(conflicts.len(), 1);
    assert_eq!(conflicts[0].at.civil, "2026-11-17T10:00");
    assert_eq!(conflicts[0].slots[0].at.civil, "2026-11-17T10:45");
    assert_eq!(claims(&desk).await, 1);
    let cards = series(&desk, true).await.unwrap();
    assert_eq!(cards.len(), 24);
    assert_eq!(claims(&desk).await, 1 + 2 * 24);
    // All an hour later, but for the one for which Sam has something else then.
    by_sam(&desk, "2026-12-01T11:00").await.unwrap();
    let change = |skip_conflicts| protocol::http::MoveAppointment {
        op_id: desk.op(),
        sequence: 0,
        civil_start: "2026-11-10T11:00".to_owned(),
        zone: None,
        minutes: None,
        scope: Scope::All,
        skip_conflicts,
    };
    let moved = desk
        .scheduler
        .move_appointment(&desk.dana, cards[0].id, change(false));
    assert_eq!(code(moved.await), Code::SeriesConflicts);
    let moved = desk
        .scheduler
        .move_appointment(&desk.dana, cards[0].id, change(true));
    assert_eq!(moved.await.unwrap().at.civil, "2026-11-10T11:00");
    no_overlap(&desk.house).await;
    let seen = mine(&desk, &desk.sam).await;
    let hers = seen.iter().filter(|card| card.series.is_some());
    let civils: Vec<_> = hers.map(|card| card.at.civil.as_str()).collect();
    assert_eq!(civils, ["2026-11-10T11:00"], "of the next two weeks");
    assert_eq!(claims(&desk).await, 2 + 2 * 24);
    // Booked on, it is both who are booked.
    desk.at("2026-11-16T12:00").await;
    let now = desk.house.clock_now();
    assert_eq!(desk.store().extend_series(now).await.unwrap().did, 2);
    assert_eq!(claims(&desk).await, 2 + 2 * 26);
    no_overlap(&desk.house).await;
}

pub async fn a_change_of_the_clocks_law_moves_the_time_of_both(engine: Engine) {
    let desk = Desk::open(engine).await;
    book(&desk, TUESDAY).await.unwrap();
    by_sam(&desk, "2026-11-10T11:00").await.unwrap();
    desk.book("2026-11-10T12:00").await;
    under_the_old_law(&desk).await;
    let now = desk.house.clock_now();
    assert_eq!(desk.store().re_resolve(now).await.unwrap().did, 3);
    assert_eq!(desk.store().re_resolve(now).await.unwrap().did, 0);
    assert_eq!(desk.to_do().await, Vec::<String>::new());
    assert_eq!(claims(&desk).await, 4);
    no_overlap(&desk.house).await;
    // Where one of them is taken, whoever is booked is asked to see to it, and the other's time is kept.
    let (claim, visit) = (
        "UPDATE claim SET start_at = start_at + 86400000000, end_at = end_at + 86400000000
         WHERE appointment IN (SELECT id FROM appointment WHERE civil_start = '2026-11-10T10:00')",
        "UPDATE appointment SET start_at = start_at + 86400000000, end_at = end_at + 86400000000,
            tzdb_version = 'before' WHERE civil_start = '2026-11-10T10:00'",
    );
    desk.house.run(claim).await;
    desk.house.run(visit).await;
    by_sam(&desk, TUESDAY).await.unwrap();
    assert_eq!(desk.store().re_resolve(now).await.unwrap().did, 1);
    let tasks = desk.tasks(&desk.dana).await;
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    assert_eq!(tasks[0].kind, TaskKind::ClocksChanged);
    assert_eq!(
        claims(&desk).await,
        4,
        "of the one that meets another hers alone"
    );
}

pub async fn two_bookings_that_name_each_other_at_once_end_as_one(engine: Engine) {
    let desk = Desk::open(engine).await;
    for round in 0..8 {
        let civil = format!("2026-11-{:02}T{:02}:00", 9 + round % 5, 9 + round);
        let acts = (0..6).map(|n| {
            let (caller, other) = if n % 2 == 0 {
                (&desk.dana, &desk.sam)
            } else {
                (&desk.sam, &desk.dana)
            };
            let request = with(&desk, &[other.account], &civil);
            desk.scheduler.book(caller, request)
        });
        let (done, refused): (Vec<_>, Vec<_>) =
            join_all(acts).await.into_iter().partition(Result::is_ok);
        assert_eq!(done.len(), 1, "{civil}");
        for refused in refused {
            // Not that they waited for each other until one was given up.
            assert_eq!(code(refused), Code::SlotTaken, "{civil}");
        }
    }
    assert_eq!(claims(&desk).await, 16);
    no_overlap(&desk.house).await;
}
