//! Quiet hours: what is late, or made by nobody, waits for the morning of whom it is for, and no night loses it.

use mail::Sent;
use protocol::{Reply, Step};
use testkit::Engine;

use super::desk::{Desk, TUESDAY, of};
use super::jobs::under_the_old_law;
use super::reminders::diary;

const NOTHING: [&str; 0] = [];

/// Dana gets no mails.
async fn open(engine: Engine) -> Desk {
    let desk = Desk::open(engine).await;
    desk.without_address(&desk.dana).await;
    desk
}

/// The same, and Maria lives on other clocks.
async fn in_zone(engine: Engine, zone: &str) -> Desk {
    let desk = open(engine).await;
    let maria = desk.maria.person;
    desk.prefer(&desk.maria, maria, |wish| wish.zone = zone.to_owned())
        .await;
    desk
}

async fn marias(desk: &Desk) -> Vec<String> {
    desk.deliveries(desk.house.agency.maria).await
}

pub async fn an_outage_that_ends_at_ten_at_night_is_made_up_for_in_the_morning(engine: Engine) {
    let desk = open(engine).await;
    desk.book("2026-11-10T15:00").await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
    desk.at("2026-11-07T10:00").await;
    assert_eq!(desk.sends().await, ["maria three_days"]);
    // Down from the morning on.
    desk.at("2026-11-09T22:00").await;
    assert_eq!(desk.sends().await, NOTHING);
    assert!(marias(&desk).await.contains(&"one_day planned".to_owned()));
    let now = desk.house.clock_now();
    assert_eq!(desk.store().reconcile(now, None).await.unwrap().did, 0);
    for quiet in ["2026-11-10T03:40", "2026-11-10T07:59"] {
        desk.at(quiet).await;
        assert_eq!(desk.sends().await, NOTHING, "{quiet}");
    }
    desk.at("2026-11-10T08:00").await;
    assert_eq!(desk.sends().await, ["maria one_day"]);
}

pub async fn the_night_is_that_of_whoever_gets_the_mail(engine: Engine) {
    // Ten at night in Chicago is eight in Los Angeles.
    let desk = in_zone(engine, "America/Los_Angeles").await;
    desk.book("2026-11-10T13:00").await;
    desk.sends().await;
    desk.at("2026-11-07T12:00").await;
    assert_eq!(desk.sends().await, ["maria three_days"]);
    desk.at("2026-11-09T22:00").await;
    assert_eq!(desk.sends().await, ["maria one_day"]);
}

pub async fn what_is_over_in_the_morning_is_named_and_not_sent(engine: Engine) {
    let desk = open(engine).await;
    desk.book(TUESDAY).await;
    desk.sends().await;
    desk.at("2026-11-07T10:00").await;
    desk.sends().await;
    desk.at("2026-11-09T09:00").await;
    desk.store().beat().await.unwrap();
    desk.at("2026-11-09T22:00").await;
    desk.store().beat().await.unwrap();
    // Worthless from seven in the morning on.
    assert_eq!(desk.sends().await, NOTHING);
    let rows = marias(&desk).await;
    assert!(
        rows.contains(&"one_day skipped too_late".to_owned()),
        "{rows:?}"
    );
    let outages = desk.store().outages(&desk.dana).await.unwrap().outages;
    assert_eq!(outages[0].not_sent, 1);
    assert_eq!(outages[0].calls[0].steps, [Step::OneDay]);
    desk.at("2026-11-10T09:00").await;
    assert_eq!(desk.sends().await, ["maria one_hour"]);
}

pub async fn a_pause_that_ends_by_night_ends_in_the_morning(engine: Engine) {
    let desk = open(engine).await;
    let busy = Sent::Deferred { code: Some(451) };
    desk.at("2026-11-02T20:59").await;
    desk.book("2026-11-05T14:00").await;
    desk.memory.answer_next([busy]);
    assert_eq!(desk.sends().await, NOTHING);
    desk.pass(60).await;
    assert_eq!(desk.sends().await, NOTHING);
    // Whoever books by night is awake.
    desk.at("2026-11-02T22:30").await;
    desk.book("2026-11-06T14:00").await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
    desk.at("2026-11-03T08:00").await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
}

pub async fn news_that_cannot_wait_for_the_morning_comes_by_night(engine: Engine) {
    let desk = open(engine).await;
    desk.at("2026-11-09T20:59").await;
    desk.book("2026-11-10T09:00").await;
    desk.memory
        .answer_next([Sent::Deferred { code: Some(451) }]);
    assert_eq!(desk.sends().await, NOTHING);
    desk.pass(60).await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
}

pub async fn a_new_law_of_the_clocks_is_told_in_the_morning(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.book(TUESDAY).await;
    desk.sends().await;
    desk.at("2026-11-05T03:40").await;
    under_the_old_law(&desk).await;
    let now = desk.house.clock_now();
    assert_eq!(desk.store().re_resolve(now).await.unwrap().did, 1);
    assert_eq!(desk.sends().await, NOTHING);
    desk.at("2026-11-05T08:00").await;
    assert_eq!(desk.sends().await, ["dana invitation", "maria invitation"]);
}

pub async fn that_the_room_is_open_is_said_when_the_night_ends(engine: Engine) {
    // Eight in Denver is nine in Chicago.
    let desk = in_zone(engine, "America/Denver").await;
    desk.book("2026-11-10T08:00").await;
    assert_eq!(
        diary(&desk, "2026-11-10T12:00").await,
        [
            "2026-11-02T09:00 maria invitation",
            "2026-11-07T11:00 maria three_days",
            "2026-11-09T11:00 maria one_day",
            "2026-11-09T21:30 maria one_hour",
            "2026-11-10T09:00 maria room_open",
        ]
    );
}

pub async fn a_visit_before_the_night_ends_is_told_the_evening_before(engine: Engine) {
    // Seven in Los Angeles is nine in Chicago.
    let desk = in_zone(engine, "America/Los_Angeles").await;
    let card = desk.book("2026-11-10T07:00").await;
    desk.sends().await;
    desk.reply(&desk.maria, (card.id, 0), Reply::Confirm)
        .await
        .unwrap();
    desk.at("2026-11-09T22:29").await;
    assert!(of(&desk.post().await, desk.house.agency.maria).is_empty());
    desk.at("2026-11-09T22:30").await;
    let mail = of(&desk.post().await, desk.house.agency.maria).remove(0);
    assert!(
        mail.subject.starts_with("Reminder: appointment on"),
        "{}",
        mail.subject
    );
    assert!(!mail.plain.contains("come in now"), "it is not open yet");
    assert_eq!(diary(&desk, "2026-11-10T12:00").await, NOTHING);
}
