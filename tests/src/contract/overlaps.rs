//! A client is in one place at a time: two visits that overlap are both booked, and whoever serves the client is
//! warned for as long as they do.

use care::Caller;
use protocol::http::{Appointment, BookAppointment};
use protocol::{AppointmentId, Role};
use testkit::{Engine, agency};

use super::desk::{Desk, TUESDAY};
use super::teams::{by_sam, mine, noor};

/// Those of Maria's at which she has another one too, as the caller sees them.
async fn warned(desk: &Desk, caller: &Caller) -> Vec<AppointmentId> {
    let all = desk.store().appointments_of(caller, desk.maria.person);
    overlapping(all.await.unwrap().appointments)
}

fn overlapping(cards: Vec<Appointment>) -> Vec<AppointmentId> {
    let cards = cards.into_iter().filter(|card| card.overlaps);
    cards.map(|card| card.id).collect()
}

pub async fn a_second_visit_at_the_same_time_is_booked_with_a_warning(engine: Engine) {
    let desk = Desk::open(engine).await;
    let first = desk.book(TUESDAY).await;
    assert!(!first.overlaps);
    let second = by_sam(&desk, "2026-11-10T10:15").await.unwrap();
    assert!(second.overlaps);
    for caller in [&desk.dana, &desk.sam] {
        assert_eq!(warned(&desk, caller).await, [first.id, second.id]);
        assert_eq!(overlapping(mine(&desk, caller).await).len(), 1);
    }
    // One that begins when the other ends is no overlap, and a move that makes one says so.
    let second = desk.shift(&second, "2026-11-10T10:30").await.unwrap();
    assert!(!second.overlaps);
    assert!(warned(&desk, &desk.dana).await.is_empty());
    let second = desk.shift(&second, "2026-11-10T09:45").await.unwrap();
    assert!(second.overlaps);
    let off = desk.call_off(&second).await.unwrap();
    assert!(!off.overlaps);
    assert!(warned(&desk, &desk.dana).await.is_empty());
}

pub async fn what_is_over_or_anothers_is_no_overlap(engine: Engine) {
    let desk = Desk::open(engine).await;
    let lee = agency::add(desk.store(), "Lee Example", Role::Client).await;
    let lee = lee.unwrap().person;
    let installation = Caller::installation();
    let assigned = desk.store().assign(&installation, desk.sam.account, lee);
    assigned.await.unwrap();
    desk.book(TUESDAY).await;
    let request = BookAppointment {
        client: lee,
        ..desk.request(TUESDAY)
    };
    let of_lee = desk.scheduler.book(&desk.sam, request).await.unwrap();
    assert!(!of_lee.overlaps, "another client's");
    assert!(warned(&desk, &desk.dana).await.is_empty());
    by_sam(&desk, "2026-11-10T14:00").await.unwrap();
    desk.book("2026-11-10T14:15").await;
    assert_eq!(warned(&desk, &desk.dana).await.len(), 2);
    desk.at("2026-11-10T14:29").await;
    assert_eq!(warned(&desk, &desk.dana).await.len(), 2);
    // When the first is over, nobody is in two places any more.
    desk.at("2026-11-10T14:30").await;
    assert!(warned(&desk, &desk.dana).await.is_empty());
}

pub async fn nobody_else_learns_of_the_other_visit(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (_, noor) = noor(&desk).await;
    let consent = desk.consent(None).await;
    assert!(consent.appointments);
    let request = BookAppointment {
        caregivers: vec![desk.ana.person],
        staff: vec![noor.account],
        ..desk.request(TUESDAY)
    };
    desk.scheduler.book(&desk.dana, request).await.unwrap();
    by_sam(&desk, "2026-11-10T10:15").await.unwrap();
    assert_eq!(warned(&desk, &desk.dana).await.len(), 2);
    // Noor comes along and does not serve Maria; Ana takes part in the one alone; Maria knows.
    for caller in [&noor, &desk.ana, &desk.maria] {
        let cards = mine(&desk, caller).await;
        assert!(!cards.is_empty());
        let text = serde_json::to_string(&cards).unwrap();
        assert!(!text.contains("overlaps"), "{text}");
    }
}
