//! Visits of a series that could not be booked: who sees them, and what is booked instead.

use care::Caller;
use protocol::http::{Appointment, BookInstead, NotBooked};
use protocol::{Code, PersonId, Role, Scope, SeriesId};
use store::Result;
use testkit::Engine;

use super::desk::{Desk, TUESDAY};
use super::house::code;
use super::series::{booked, call_off, series, shift};

/// The third of four Tuesdays cannot be booked.
async fn with_a_gap(engine: Engine) -> (Desk, SeriesId) {
    let desk = Desk::open(engine).await;
    desk.book("2026-11-24T10:15").await;
    let mut request = series(&desk, TUESDAY, "FREQ=WEEKLY;COUNT=4");
    request.skip_conflicts = true;
    let made = desk.scheduler.book_series(&desk.dana, request).await;
    let made = made.unwrap();
    assert_eq!(made.appointments.len(), 3);
    (desk, made.series)
}

async fn gaps(desk: &Desk, caller: &Caller) -> Vec<NotBooked> {
    let seen = desk.store().appointments_of(caller, desk.maria.person);
    seen.await.unwrap().not_booked
}

async fn times(desk: &Desk) -> Vec<String> {
    let gaps = gaps(desk, &desk.dana).await.into_iter();
    gaps.map(|gap| gap.at.civil).collect()
}

fn instead(desk: &Desk, occurrence: &str, civil: &str) -> BookInstead {
    BookInstead {
        occurrence: occurrence.to_owned(),
        visit: desk.request(civil),
    }
}

async fn book(
    desk: &Desk,
    caller: &Caller,
    id: SeriesId,
    request: &BookInstead,
) -> Result<Appointment> {
    let request = request.clone();
    desk.scheduler.book_instead(caller, id, request).await
}

pub async fn what_could_not_be_booked_is_missing_until_something_is_booked_instead(engine: Engine) {
    let (desk, id) = with_a_gap(engine).await;
    let seen = gaps(&desk, &desk.dana).await;
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].at.civil, "2026-11-24T10:00");
    assert_eq!(
        (seen[0].series, seen[0].code, seen[0].minutes),
        (id, Code::SlotTaken, 30)
    );
    assert_eq!(gaps(&desk, &desk.sam).await, seen, "whoever serves her");
    let request = instead(&desk, &seen[0].occurrence, "2026-11-25T10:00");
    let card = book(&desk, &desk.dana, id, &request).await.unwrap();
    assert_eq!(card.at.civil, "2026-11-25T10:00");
    assert!(card.series.is_none(), "it stands by itself");
    assert!(times(&desk).await.is_empty());
    let again = book(&desk, &desk.dana, id, &request).await.unwrap();
    assert_eq!(again.id, card.id, "the same request again books once");
    let other = instead(&desk, &seen[0].occurrence, "2026-11-26T10:00");
    let refused = book(&desk, &desk.sam, id, &other).await;
    assert_eq!(code(refused), Code::AppointmentChanged);
    // It is called off: the date is missing again.
    desk.call_off(&card).await.unwrap();
    assert_eq!(times(&desk).await, ["2026-11-24T10:00"]);
    desk.at("2026-11-24T10:01").await;
    assert!(times(&desk).await.is_empty(), "what is past is not missing");
}

pub async fn what_the_night_could_not_book_is_seen_to_by_what_is_booked_instead(engine: Engine) {
    let desk = Desk::open(engine).await;
    let request = series(&desk, TUESDAY, "FREQ=WEEKLY;COUNT=30");
    let made = desk.scheduler.book_series(&desk.dana, request).await;
    let id = made.unwrap().series;
    desk.book("2027-05-11T10:15").await;
    desk.at("2026-11-16T12:00").await;
    let now = desk.house.clock_now();
    desk.store().extend_series(now).await.unwrap();
    assert_eq!(desk.to_do().await, ["maria series_conflict"]);
    assert_eq!(times(&desk).await, ["2027-05-11T10:00"]);
    let request = instead(&desk, "2027-05-11T10:00", "2027-05-12T10:00");
    book(&desk, &desk.dana, id, &request).await.unwrap();
    assert!(desk.to_do().await.is_empty());
    assert!(times(&desk).await.is_empty());
}

pub async fn whoever_is_asked_about_a_gap_is_so_until_it_is_seen_to_or_given_up(engine: Engine) {
    for gives_up in [false, true] {
        let desk = Desk::open(engine).await;
        let request = series(&desk, TUESDAY, "FREQ=WEEKLY;COUNT=30");
        let made = desk.scheduler.book_series(&desk.dana, request).await;
        made.unwrap();
        desk.book("2027-05-11T10:15").await;
        desk.at("2026-11-16T12:00").await;
        let now = desk.house.clock_now();
        desk.store().extend_series(now).await.unwrap();
        let cards = booked(&desk).await;
        let mut cards = cards.iter();
        let third = cards.find(|card| card.at.civil == "2026-11-24T10:00");
        let later = (Scope::ThisAndLater, false);
        let moved = shift(&desk, third.unwrap(), "2026-11-25T10:00", later).await;
        let moved = moved.unwrap();
        assert_eq!(desk.to_do().await, ["maria series_conflict"]);
        if gives_up {
            let off = call_off(&desk, &moved, Scope::ThisAndLater).await;
            off.unwrap();
        } else {
            let gap = gaps(&desk, &desk.dana).await.remove(0);
            let request = instead(&desk, &gap.occurrence, "2027-05-13T10:00");
            let card = book(&desk, &desk.dana, gap.series, &request).await;
            card.unwrap();
        }
        assert!(desk.to_do().await.is_empty());
    }
}

pub async fn a_gap_goes_with_its_series(engine: Engine) {
    let (desk, _) = with_a_gap(engine).await;
    let cards = booked(&desk).await;
    assert_eq!(cards[1].at.civil, "2026-11-17T10:00");
    let later = (Scope::ThisAndLater, false);
    shift(&desk, &cards[1], "2026-11-18T14:00", later)
        .await
        .unwrap();
    assert_eq!(times(&desk).await, ["2026-11-25T14:00"]);
    let id = gaps(&desk, &desk.dana).await[0].series;
    let cards = booked(&desk).await;
    let moved = cards
        .iter()
        .find(|card| card.at.civil == "2026-11-18T14:00");
    call_off(&desk, moved.unwrap(), Scope::ThisAndLater)
        .await
        .unwrap();
    assert!(times(&desk).await.is_empty(), "nobody waits for it");
    let request = instead(&desk, "2026-11-24T10:00", "2026-11-26T10:00");
    let refused = book(&desk, &desk.dana, id, &request).await;
    assert_eq!(code(refused), Code::NotFound);
}

pub async fn only_who_serves_the_client_sees_gaps_and_books_instead(engine: Engine) {
    let (desk, id) = with_a_gap(engine).await;
    let request = instead(&desk, "2026-11-24T10:00", "2026-11-25T10:00");
    for (caller, expected) in [(&desk.maria, Code::NotAllowed), (&desk.ana, Code::NotFound)] {
        assert_eq!(code(book(&desk, caller, id, &request).await), expected);
    }
    let within = store::Within {
        from: None,
        days: 30,
    };
    let own = desk.store().appointments(&desk.maria, within).await;
    assert!(own.unwrap().not_booked.is_empty());
    let (store, dana) = (desk.store(), desk.house.agency.dana);
    let noor = testkit::agency::add(store, "Noor Sample", Role::Client)
        .await
        .unwrap();
    let installation = Caller::installation();
    store
        .assign(&installation, dana.account, noor.person)
        .await
        .unwrap();
    for (client, series, occurrence, expected) in [
        (noor.person, id, "2026-11-24T10:00", Code::NotFound),
        (desk.maria.person, id, "2026-11-17T10:00", Code::NotFound),
        (
            desk.maria.person,
            SeriesId::from_bytes([9; 16]),
            "2026-11-24T10:00",
            Code::NotFound,
        ),
        (
            PersonId::from_bytes([9; 16]),
            id,
            "2026-11-24T10:00",
            Code::NotFound,
        ),
        (desk.maria.person, id, "Tuesday", Code::TimeMalformed),
    ] {
        let mut request = instead(&desk, occurrence, "2026-11-25T10:00");
        request.visit.client = client;
        let refused = book(&desk, &desk.dana, series, &request).await;
        assert_eq!(code(refused), expected, "{occurrence}");
    }
    assert_eq!(times(&desk).await, ["2026-11-24T10:00"]);
    desk.house.run("UPDATE assignment SET ended_at = 1").await;
    let refused = book(&desk, &desk.dana, id, &request).await;
    assert_eq!(code(refused), Code::NotFound);
}
