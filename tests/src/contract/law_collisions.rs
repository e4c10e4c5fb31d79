//! A law of the clocks that puts a visit where something else is: both visits stand, and the time of neither is sold
//! again; what is only held gives way.

use protocol::http::{Appointment, HoldTime};
use protocol::{Code, TaskKind};
use testkit::Engine;

use super::desk::Desk;
use super::double_bookings::no_overlap;
use super::house::code;
use super::series::booked;
use super::teams::claims;

const ELEVEN: &str = "2026-11-10T11:00";

/// A visit at eleven that stands a day later by an older zone database.
async fn under_another_law(desk: &Desk) -> Appointment {
    let card = desk.book(ELEVEN).await;
    let (day, at) = ("86400000000", format!("civil_start = '{ELEVEN}'"));
    for sql in [
        format!(
            "UPDATE claim SET start_at = start_at + {day}, end_at = end_at + {day}
             WHERE appointment IN (SELECT id FROM appointment WHERE {at})"
        ),
        format!(
            "UPDATE appointment SET start_at = start_at + {day}, end_at = end_at + {day},
                tzdb_version = 'before' WHERE {at}"
        ),
    ] {
        desk.house.run(&sql).await;
    }
    card
}

async fn resolve(desk: &Desk) {
    let now = desk.house.clock_now();
    assert_eq!(desk.store().re_resolve(now).await.unwrap().did, 1);
}

async fn taken(desk: &Desk, civil: &str) {
    let booked = desk.scheduler.book(&desk.dana, desk.request(civil)).await;
    assert_eq!(code(booked), Code::SlotTaken, "{civil}");
}

pub async fn neither_time_of_two_visits_that_meet_is_sold_again(engine: Engine) {
    let desk = Desk::open(engine).await;
    let first = under_another_law(&desk).await;
    let other = desk.book("2026-11-10T11:15").await;
    resolve(&desk).await;
    let tasks = desk.tasks(&desk.dana).await;
    assert_eq!(tasks[0].kind, TaskKind::ClocksChanged);
    // What is left of its time is not free: a quarter before the other one begins.
    taken(&desk, "2026-11-10T10:45").await;
    // Nor is it when the other one goes.
    desk.call_off(&other).await.unwrap();
    for civil in ["2026-11-10T11:00", "2026-11-10T11:15"] {
        taken(&desk, civil).await;
    }
    // When it is moved itself, it gives its time back.
    let mut cards = booked(&desk).await;
    cards.retain(|card| card.id == first.id);
    desk.shift(&cards[0], "2026-11-12T10:00").await.unwrap();
    desk.book(ELEVEN).await;
    no_overlap(&desk.house).await;
    let left = "SELECT COUNT(*) FROM claim_beside";
    assert_eq!(desk.house.count(left).await, 0);
}

pub async fn what_is_only_held_gives_way_to_a_visit(engine: Engine) {
    let desk = Desk::open(engine).await;
    under_another_law(&desk).await;
    let wish = HoldTime {
        client: desk.maria.person,
        civil_start: ELEVEN.to_owned(),
        zone: None,
        kind: None,
        minutes: 30,
        visit_type: None,
        staff: vec![desk.sam.account],
        instead: None,
    };
    desk.scheduler.hold_time(&desk.dana, wish).await.unwrap();
    resolve(&desk).await;
    assert_eq!(desk.to_do().await, Vec::<String>::new(), "it meets nothing");
    assert_eq!(
        desk.house.count("SELECT COUNT(*) FROM hold").await,
        0,
        "of nobody who would have come"
    );
    taken(&desk, ELEVEN).await;
    // Whoever would have come along is free, and drops what is left of it.
    let by_sam = desk.scheduler.book(&desk.sam, desk.request(ELEVEN)).await;
    by_sam.unwrap();
    assert_eq!(claims(&desk).await, 2);
    no_overlap(&desk.house).await;
}
