//! Series: booked as far ahead as they are, moved and called off one by one or together; and nothing of them is
//! dropped in silence.

use protocol::http::{
    Appointment, BookSeries, CancelAppointment, Conflict, MoveAppointment, SeriesBooked,
};
use protocol::{
    AppointmentState, CancelReason, Code, Frequency, Instead, PersonId, Refusal, Scope,
};
use store::Result;
use testkit::Engine;

use super::client_keys::key_of_maria;
use super::desk::{Desk, TUESDAY};
use super::double_bookings::no_overlap;
use super::house::code;

/// Half a year ahead of the house's first day, and a month more.
pub(super) const THIRTY_WEEKS: &str = "FREQ=WEEKLY;COUNT=30";
/// So many of them are booked at once: to the 27th of April.
pub(super) const AT_ONCE: usize = 25;

pub(super) fn series(desk: &Desk, civil: &str, rule: &str) -> BookSeries {
    BookSeries {
        first: desk.request(civil),
        rule: rule.to_owned(),
        skip_conflicts: false,
    }
}

pub(super) async fn book(desk: &Desk, rule: &str) -> SeriesBooked {
    let request = series(desk, TUESDAY, rule);
    let booked = desk.scheduler.book_series(&desk.dana, request).await;
    booked.unwrap()
}

fn conflicts<T>(result: Result<T>) -> Vec<Conflict> {
    let refusal: Refusal = result.err().unwrap().refusal();
    assert_eq!(refusal.code, Code::SeriesConflicts, "{refusal}");
    match refusal.instead.map(|instead| *instead) {
        Some(Instead::Conflicts(conflicts)) => conflicts,
        other => panic!("no conflicts: {other:?}"),
    }
}

fn civils(conflicts: &[Conflict]) -> Vec<&str> {
    conflicts.iter().map(|one| one.at.civil.as_str()).collect()
}

/// Maria's visits that are booked, soonest first.
pub(super) async fn booked(desk: &Desk) -> Vec<Appointment> {
    let seen = desk.store().appointments_of(&desk.dana, desk.maria.person);
    let mut seen = seen.await.unwrap().appointments;
    seen.retain(|card| card.state == AppointmentState::Booked);
    seen
}

pub(super) async fn starts(desk: &Desk) -> Vec<String> {
    let cards = booked(desk).await.into_iter();
    cards.map(|card| card.at.civil).collect()
}

pub(super) async fn shift(
    desk: &Desk,
    card: &Appointment,
    civil: &str,
    how: (Scope, bool),
) -> Result<Appointment> {
    let change = MoveAppointment {
        op_id: desk.op(),
        sequence: card.sequence,
        civil_start: civil.to_owned(),
        zone: None,
        minutes: None,
        scope: how.0,
        skip_conflicts: how.1,
    };
    let moved = desk.scheduler.move_appointment(&desk.dana, card.id, change);
    moved.await
}

pub(super) async fn call_off(desk: &Desk, card: &Appointment, scope: Scope) -> Result<Appointment> {
    let request = CancelAppointment {
        op_id: desk.op(),
        sequence: card.sequence,
        reason: CancelReason::Agency,
        scope,
    };
    desk.scheduler.cancel(&desk.dana, card.id, request).await
}

pub(super) async fn live_series(desk: &Desk) -> i64 {
    desk.house
        .count("SELECT COUNT(*) FROM series WHERE ended_at IS NULL")
        .await
}

/// What was booked on or could not be, by now.
pub(super) async fn extend(desk: &Desk) -> u64 {
    let now = desk.house.clock_now();
    let step = desk.store().extend_series(now).await.unwrap();
    assert!(!desk.store().extend_series(now).await.unwrap().more);
    step.did
}

pub async fn a_weekly_series_keeps_its_civil_time_through_a_clock_change(engine: Engine) {
    let desk = Desk::open(engine).await;
    let made = book(&desk, THIRTY_WEEKS).await;
    assert_eq!(made.appointments.len(), AT_ONCE);
    assert!(made.not_booked.is_empty());
    let offsets: Vec<_> = made
        .appointments
        .iter()
        .map(|card| {
            assert!(card.at.civil.ends_with("T10:00"), "{}", card.at.civil);
            assert_eq!(card.start, Desk::instant(&card.at.civil));
            card.at.offset.as_str()
        })
        .collect();
    // The clocks go forward on the 14th of March.
    assert_eq!(offsets[..18], ["-06:00"; 18]);
    assert_eq!(offsets[18..], ["-05:00"; 7]);
    let told = made.appointments[24].series.as_ref().unwrap();
    assert_eq!((told.id, told.moved), (made.series, false));
    let repeats = &told.repeats;
    assert_eq!(
        (repeats.frequency, repeats.interval),
        (Frequency::Weekly, 1)
    );
    assert_eq!((repeats.days[0].weekday, repeats.count), (2, Some(30)));
    let uids = "SELECT COUNT(DISTINCT ics_uid) FROM appointment";
    assert_eq!(desk.house.count(uids).await, 25);
    no_overlap(&desk.house).await;
}

pub async fn what_collides_is_named_with_free_times_and_nothing_is_booked(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.book("2026-11-17T10:15").await;
    let mut request = series(&desk, TUESDAY, "FREQ=WEEKLY;COUNT=4");
    let refused = desk
        .scheduler
        .book_series(&desk.dana, request.clone())
        .await;
    let named = conflicts(refused);
    assert_eq!(civils(&named), ["2026-11-17T10:00"]);
    assert_eq!(named[0].code, Code::SlotTaken);
    let free: Vec<_> = named[0]
        .slots
        .iter()
        .map(|slot| slot.at.civil.as_str())
        .collect();
    assert_eq!(
        free,
        ["2026-11-17T10:45", "2026-11-17T11:00", "2026-11-17T11:15"]
    );
    assert_eq!(starts(&desk).await, ["2026-11-17T10:15"]);
    assert_eq!(desk.house.count("SELECT COUNT(*) FROM series").await, 0);
    assert_eq!(desk.house.count("SELECT COUNT(*) FROM claim").await, 1);

    request.skip_conflicts = true;
    let made = desk
        .scheduler
        .book_series(&desk.dana, request.clone())
        .await;
    let made = made.unwrap();
    let others = ["2026-11-10T10:00", "2026-11-24T10:00", "2026-12-01T10:00"];
    let civil: Vec<_> = made
        .appointments
        .iter()
        .map(|card| card.at.civil.as_str())
        .collect();
    assert_eq!(civil, others);
    assert_eq!(civils(&made.not_booked), ["2026-11-17T10:00"]);
    assert_eq!(made.not_booked[0].code, Code::SlotTaken);
    let again = desk.scheduler.book_series(&desk.dana, request).await;
    assert_eq!(again.unwrap(), made, "the same request again books once");
    assert_eq!(starts(&desk).await.len(), 4);
    no_overlap(&desk.house).await;

    // Where nothing can be booked there is no series, whatever is left out.
    let mut saturdays = series(&desk, "2026-11-14T10:00", "FREQ=WEEKLY;COUNT=3");
    saturdays.skip_conflicts = true;
    let refused = desk.scheduler.book_series(&desk.dana, saturdays).await;
    let named = conflicts(refused);
    assert!(named.iter().all(|one| one.code == Code::NotAvailable));
    assert_eq!(named.len(), 3);
    assert_eq!(desk.house.count("SELECT COUNT(*) FROM series").await, 1);
}

pub async fn what_cannot_be_a_series_is_refused(engine: Engine) {
    let desk = Desk::open(engine).await;
    for (civil, rule, expected) in [
        (TUESDAY, "FREQ=WEEKLY", Code::RuleInvalid),
        (TUESDAY, "FREQ=WEEKLY;BYDAY=WE;COUNT=3", Code::RuleInvalid),
        (TUESDAY, "FREQ=WEEKLY;COUNT=105", Code::RuleInvalid),
        (TUESDAY, "FREQ=DAILY;UNTIL=20281111", Code::RuleInvalid),
        ("2026-10-27T10:00", "FREQ=WEEKLY;COUNT=3", Code::TimePast),
        ("2027-03-14T02:30", "FREQ=WEEKLY;COUNT=3", Code::TimeInGap),
        (
            "2029-11-13T10:00",
            "FREQ=WEEKLY;COUNT=3",
            Code::NotAvailable,
        ),
        ("next Tuesday", "FREQ=WEEKLY;COUNT=3", Code::TimeMalformed),
    ] {
        let request = series(&desk, civil, rule);
        let refused = desk.scheduler.book_series(&desk.dana, request).await;
        assert_eq!(code(refused), expected, "{civil} {rule}");
    }
    for (caller, expected) in [(&desk.maria, Code::NotAllowed), (&desk.ana, Code::NotFound)] {
        let request = series(&desk, TUESDAY, "FREQ=WEEKLY;COUNT=3");
        let refused = desk.scheduler.book_series(caller, request).await;
        assert_eq!(code(refused), expected);
    }
    let mut request = series(&desk, TUESDAY, "FREQ=WEEKLY;COUNT=3");
    request.first.client = PersonId::from_bytes([9; 16]);
    let refused = desk.scheduler.book_series(&desk.dana, request).await;
    assert_eq!(code(refused), Code::NotFound);
    let mut request = series(&desk, TUESDAY, "FREQ=WEEKLY;COUNT=3");
    request.first.caregivers = vec![desk.ana.person];
    let refused = desk.scheduler.book_series(&desk.dana, request).await;
    assert_eq!(code(refused), Code::ConsentRequired);
    assert_eq!(desk.house.count("SELECT COUNT(*) FROM series").await, 0);
    // Of one visit alone there is no more than that one.
    let alone = desk.book(TUESDAY).await;
    let all = (Scope::All, false);
    let moved = shift(&desk, &alone, "2026-11-11T10:00", all).await;
    assert_eq!(code(moved), Code::BadRequest);
    assert_eq!(
        code(call_off(&desk, &alone, Scope::All).await),
        Code::BadRequest
    );
    assert_eq!(starts(&desk).await, [TUESDAY]);
}

pub async fn this_and_later_ones_become_a_series_of_their_own(engine: Engine) {
    let desk = Desk::open(engine).await;
    book(&desk, "FREQ=WEEKLY;COUNT=6").await;
    let cards = booked(&desk).await;
    // The third is moved by itself.
    let this = (Scope::This, false);
    let third = shift(&desk, &cards[2], "2026-11-25T14:00", this)
        .await
        .unwrap();
    assert!(third.series.as_ref().unwrap().moved);
    let later = (Scope::ThisAndLater, false);
    let second = shift(&desk, &cards[1], "2026-11-18T11:00", later)
        .await
        .unwrap();
    assert_eq!(second.sequence, 1);
    let expected = [
        "2026-11-10T10:00",
        "2026-11-18T11:00",
        "2026-11-25T14:00",
        "2026-12-02T11:00",
        "2026-12-09T11:00",
        "2026-12-16T11:00",
    ];
    assert_eq!(starts(&desk).await, expected);
    let after = booked(&desk).await;
    let of: Vec<_> = after
        .iter()
        .map(|card| card.series.clone().unwrap())
        .collect();
    assert_ne!(of[0].id, of[1].id);
    assert!(of[2..].iter().all(|one| one.id == of[1].id));
    assert_eq!(
        (of[0].repeats.days[0].weekday, of[1].repeats.days[0].weekday),
        (2, 3)
    );
    let moved: Vec<_> = of.iter().map(|one| one.moved).collect();
    assert_eq!(moved, [false, false, true, false, false, false]);
    let sequences: Vec<_> = after.iter().map(|card| card.sequence).collect();
    assert_eq!(sequences, [0, 1, 1, 1, 1, 1], "the third had moved before");
    no_overlap(&desk.house).await;

    // All of the later series, by one of its visits; who moved alone stays, and so does the earlier series.
    let all = (Scope::All, false);
    shift(&desk, &after[3], "2026-12-03T09:00", all)
        .await
        .unwrap();
    let expected = [
        "2026-11-10T10:00",
        "2026-11-19T09:00",
        "2026-11-25T14:00",
        "2026-12-03T09:00",
        "2026-12-10T09:00",
        "2026-12-17T09:00",
    ];
    assert_eq!(starts(&desk).await, expected);
    no_overlap(&desk.house).await;
    // What somebody saw before is no ground to move it again.
    let stale = shift(&desk, &after[3], "2026-12-04T09:00", all).await;
    assert_eq!(code(stale), Code::AppointmentChanged);
    let far = shift(&desk, &booked(&desk).await[3], "2027-02-03T09:00", all).await;
    assert_eq!(code(far), Code::BadRequest);
}

pub async fn moving_onto_what_is_taken_is_refused_or_leaves_that_one(engine: Engine) {
    let desk = Desk::open(engine).await;
    book(&desk, "FREQ=WEEKLY;COUNT=3").await;
    desk.book("2026-11-18T11:00").await;
    let cards = booked(&desk).await;
    let named = conflicts(shift(&desk, &cards[0], "2026-11-11T11:00", (Scope::All, false)).await);
    assert_eq!(civils(&named), ["2026-11-18T11:00"]);
    let before = [
        "2026-11-10T10:00",
        "2026-11-17T10:00",
        "2026-11-18T11:00",
        "2026-11-24T10:00",
    ];
    assert_eq!(starts(&desk).await, before, "nothing moved");
    no_overlap(&desk.house).await;
    let skip = (Scope::All, true);
    shift(&desk, &cards[0], "2026-11-11T11:00", skip)
        .await
        .unwrap();
    let after = [
        "2026-11-11T11:00",
        "2026-11-17T10:00",
        "2026-11-18T11:00",
        "2026-11-25T11:00",
    ];
    assert_eq!(starts(&desk).await, after);
    no_overlap(&desk.house).await;
    // A quarter of an hour later is where each of them was a moment ago.
    let cards = booked(&desk).await;
    shift(&desk, &cards[0], "2026-11-11T11:15", (Scope::All, false))
        .await
        .unwrap();
    no_overlap(&desk.house).await;
}

pub async fn calling_off_more_than_one_ends_the_series(engine: Engine) {
    let desk = Desk::open(engine).await;
    book(&desk, THIRTY_WEEKS).await;
    desk.sends().await;
    let cards = booked(&desk).await;
    call_off(&desk, &cards[5], Scope::This).await.unwrap();
    assert_eq!(live_series(&desk).await, 1);
    assert_eq!(starts(&desk).await.len(), AT_ONCE - 1);
    call_off(&desk, &cards[2], Scope::ThisAndLater)
        .await
        .unwrap();
    assert_eq!(starts(&desk).await, [TUESDAY, "2026-11-17T10:00"]);
    assert_eq!(desk.house.count("SELECT COUNT(*) FROM claim").await, 2);
    assert_eq!(live_series(&desk).await, 0);
    // Only who was told of a visit is told that it is off.
    assert_eq!(
        desk.sends().await,
        ["dana cancellation", "maria cancellation"]
    );
    desk.at("2026-12-14T12:00").await;
    assert_eq!(
        extend(&desk).await,
        0,
        "an ended series is booked no further"
    );

    let desk = Desk::open(engine).await;
    book(&desk, "FREQ=WEEKLY;COUNT=4").await;
    let cards = booked(&desk).await;
    // The first has begun.
    desk.at("2026-11-10T10:05").await;
    call_off(&desk, &cards[2], Scope::All).await.unwrap();
    assert_eq!(starts(&desk).await, [TUESDAY]);
    let again = call_off(&desk, &cards[2], Scope::All).await;
    assert_eq!(code(again), Code::AppointmentState);
}

pub async fn the_link_of_a_series_is_sealed_under_its_clients_key(engine: Engine) {
    let desk = Desk::open(engine).await;
    let made = book(&desk, "FREQ=WEEKLY;COUNT=3").await;
    let link = Some("https://meet.example.org/maria-room");
    assert!(
        made.appointments
            .iter()
            .all(|card| card.meeting_link.as_deref() == link)
    );
    let cards = booked(&desk).await;
    let later = (Scope::ThisAndLater, false);
    shift(&desk, &cards[1], "2026-11-18T10:00", later)
        .await
        .unwrap();
    let sealed = desk.house.blobs("SELECT meeting_link FROM series").await;
    assert_eq!(sealed.len(), 2);
    let key = key_of_maria(&desk.house).await;
    assert!(sealed.iter().all(|sealed| sealed[1..6] == key));
    assert!(!desk.house.database.holds(b"maria-room").await.unwrap());
}
