//! Later visits of a series, which are booked as time goes on: where it is by then, with whom by then, and not once its
//! worker serves the client no longer.

use protocol::http::{EndAssignment, SeriesBooked};
use protocol::{Scope, TaskKind};
use testkit::Engine;

use super::desk::{Desk, TUESDAY};
use super::double_bookings::no_overlap;
use super::series::{
    AT_ONCE, THIRTY_WEEKS, book, booked, extend, live_series, series, shift, starts,
};

/// Ana comes to each of them too.
async fn book_with_ana(desk: &Desk) -> SeriesBooked {
    let mut request = series(desk, TUESDAY, THIRTY_WEEKS);
    request.first.caregivers = vec![desk.ana.person];
    let booked = desk.scheduler.book_series(&desk.dana, request).await;
    booked.unwrap()
}

pub async fn later_visits_are_booked_as_time_goes_on(engine: Engine) {
    let desk = Desk::open(engine).await;
    let now = desk.house.clock_now();
    scheduler::agency::run(desk.store(), now).await.unwrap();
    book(&desk, THIRTY_WEEKS).await;
    assert_eq!(extend(&desk).await, 0);
    desk.book("2027-05-11T10:15").await;
    desk.at("2026-11-16T12:00").await;
    assert_eq!(extend(&desk).await, 2, "one is booked, one is a task");
    assert_eq!(desk.to_do().await, ["maria series_conflict"]);
    let task = desk.tasks(&desk.dana).await.remove(0);
    assert_eq!(task.kind, TaskKind::SeriesConflict);
    assert_eq!(task.at.unwrap().civil, "2027-05-11T10:00");
    assert_eq!(extend(&desk).await, 0, "it is told once");
    let gaps = "SELECT COUNT(*) FROM series_gap WHERE code = 'slot_taken'";
    assert_eq!(desk.house.count(gaps).await, 1);
    assert_eq!(live_series(&desk).await, 1);
    // The agency's job does so by itself, each night.
    desk.at("2026-12-20T12:00").await;
    let now = desk.house.clock_now();
    scheduler::agency::run(desk.store(), now).await.unwrap();
    let last = starts(&desk).await.pop();
    assert_eq!(last.as_deref(), Some("2027-06-01T10:00"));
    let visits = "SELECT COUNT(*) FROM appointment WHERE series IS NOT NULL";
    assert_eq!(desk.house.count(visits).await, 29);
    assert_eq!(live_series(&desk).await, 0, "the rule has ended");
    no_overlap(&desk.house).await;
}

pub async fn a_series_that_moved_goes_on_where_it_is(engine: Engine) {
    let desk = Desk::open(engine).await;
    book(&desk, THIRTY_WEEKS).await;
    let cards = booked(&desk).await;
    let later = (Scope::ThisAndLater, false);
    shift(&desk, &cards[3], "2026-12-03T15:00", later)
        .await
        .unwrap();
    assert_eq!(live_series(&desk).await, 1, "the earlier one ended");
    desk.at("2026-11-16T12:00").await;
    assert_eq!(extend(&desk).await, 2);
    let starts = starts(&desk).await;
    assert_eq!(
        starts[starts.len() - 2..],
        ["2027-05-06T15:00", "2027-05-13T15:00"]
    );
    no_overlap(&desk.house).await;
}

pub async fn without_a_consent_later_visits_are_without_the_caregiver(engine: Engine) {
    let desk = Desk::open(engine).await;
    let consent = desk.consent(None).await.id;
    let made = book_with_ana(&desk).await;
    assert!(
        made.appointments
            .iter()
            .all(|card| card.participants.len() == 3)
    );
    desk.withdraw(&desk.maria, consent).await.unwrap();
    // Another consent later does not bring her back into what was agreed before.
    desk.consent(None).await;
    desk.at("2026-11-09T12:00").await;
    assert_eq!(extend(&desk).await, 1);
    let cards = booked(&desk).await;
    assert_eq!(cards.len(), AT_ONCE + 1);
    assert!(cards.iter().all(|card| card.participants.len() == 2));

    // One that runs out by itself does the same.
    let desk = Desk::open(engine).await;
    desk.consent(Some(Desk::instant("2026-11-06T10:00"))).await;
    book_with_ana(&desk).await;
    desk.at("2026-11-09T12:00").await;
    assert_eq!(extend(&desk).await, 1);
    let cards = booked(&desk).await;
    assert_eq!(cards.last().unwrap().participants.len(), 2);
}

pub async fn a_series_ends_with_its_workers_service_and_a_colleague_is_asked(engine: Engine) {
    let desk = Desk::open(engine).await;
    book(&desk, THIRTY_WEEKS).await;
    let end = EndAssignment {
        op_id: desk.op(),
        staff: desk.dana.account,
        client: desk.maria.person,
    };
    desk.store().end_assignment(&desk.dana, end).await.unwrap();
    assert_eq!(live_series(&desk).await, 0);
    // What would have come, and of what is booked the next one.
    for (kind, civil) in [
        (TaskKind::SeriesConflict, "2027-05-04T10:00"),
        (TaskKind::ClientAssigned, TUESDAY),
    ] {
        let mut tasks = desk.tasks(&desk.sam).await;
        assert_eq!(tasks.len(), 2, "{tasks:?}");
        tasks.retain(|task| task.kind == kind);
        assert_eq!(tasks[0].at.as_ref().unwrap().civil, civil);
    }
    let booked = "SELECT COUNT(*) FROM appointment WHERE state = 'booked'";
    assert_eq!(desk.house.count(booked).await, 25, "what is booked stays");

    // Whose service ran out unseen books nothing either.
    let desk = Desk::open(engine).await;
    book(&desk, THIRTY_WEEKS).await;
    let dana = desk.house.id(desk.dana.account.as_bytes());
    let ends = Desk::instant("2026-11-05T10:00").micros();
    desk.house
        .run(&format!(
            "UPDATE assignment SET ended_at = {ends} WHERE account = {dana}"
        ))
        .await;
    desk.at("2026-11-09T12:00").await;
    extend(&desk).await;
    assert_eq!(desk.house.count(booked).await, 25);
    assert_eq!(live_series(&desk).await, 0);
    assert_eq!(desk.tasks(&desk.sam).await.len(), 1);
}
