//! Hours in which mails may come to a person: every mail comes within them, and what cannot is somebody's task.

use mail::Sent;
use protocol::http::{SafeHours, Task};
use protocol::{Code, Reply};
use testkit::Engine;

use super::desk::{Desk, TUESDAY};
use super::house::code;
use super::reminders::diary;

const NOTHING: [&str; 0] = [];

/// From that hour until that one.
#[expect(clippy::unnecessary_wraps, reason = "as a wish has them")]
fn hours(from: u16, until: u16) -> Option<SafeHours> {
    Some(SafeHours {
        from: from * 60,
        until: until * 60,
    })
}

/// Maria's mails come between eleven and one; Dana gets none.
async fn open(engine: Engine) -> Desk {
    let desk = Desk::open(engine).await;
    desk.without_address(&desk.dana).await;
    maria_wishes(&desk, hours(11, 13)).await;
    desk
}

async fn maria_wishes(desk: &Desk, hours: Option<SafeHours>) {
    let person = desk.maria.person;
    desk.prefer(&desk.maria, person, |wish| wish.safe_hours = hours)
        .await;
}

/// Somebody is to be told in another way, because it is not their hour.
fn is_late(task: &Task) -> bool {
    task.why.as_deref() == Some("outside_safe_hours")
}

async fn marias(desk: &Desk) -> Vec<String> {
    desk.deliveries(desk.house.agency.maria).await
}

pub async fn every_mail_of_a_visit_comes_within_them(engine: Engine) {
    let desk = open(engine).await;
    desk.book(TUESDAY).await;
    assert_eq!(
        diary(&desk, "2026-11-10T12:00").await,
        [
            "2026-11-02T11:00 maria invitation",
            "2026-11-07T11:00 maria three_days",
            "2026-11-09T11:00 maria one_day",
            "2026-11-09T12:30 maria one_hour",
        ]
    );
    let tasks = desk.tasks(&desk.dana).await;
    assert!(!tasks.iter().any(is_late), "nothing was lost");
}

pub async fn they_hold_from_the_moment_they_are_said(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.without_address(&desk.dana).await;
    desk.book(TUESDAY).await;
    maria_wishes(&desk, hours(11, 13)).await;
    assert_eq!(desk.sends().await, NOTHING);
    maria_wishes(&desk, None).await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
}

pub async fn a_cancel_that_cannot_be_told_in_time_is_a_task(engine: Engine) {
    let desk = open(engine).await;
    let card = desk.book(TUESDAY).await;
    desk.at("2026-11-02T11:00").await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
    desk.at("2026-11-09T18:00").await;
    desk.call_off(&card).await.unwrap();
    assert_eq!(desk.sends().await, NOTHING);
    let not_told = "cancellation skipped outside_safe_hours".to_owned();
    assert!(marias(&desk).await.contains(&not_told));
    let tasks = desk.tasks(&desk.dana).await;
    assert_eq!(tasks.len(), 1);
    assert!(is_late(&tasks[0]) && tasks[0].appointment == Some(card.id));
    // Asked once, whatever else happens.
    desk.store()
        .finish_task(&desk.dana, tasks[0].id)
        .await
        .unwrap();
    let now = desk.house.clock_now();
    assert_eq!(desk.store().reconcile(now, None).await.unwrap().did, 0);
    maria_wishes(&desk, hours(11, 14)).await;
    assert_eq!(desk.sends().await, NOTHING);
    assert!(desk.to_do().await.is_empty());
    // She says that it is safe now.
    maria_wishes(&desk, None).await;
    desk.until_told().await;
    assert_eq!(desk.sends().await, ["maria cancellation"]);
}

pub async fn a_booking_that_cannot_be_told_in_time_is_a_task(engine: Engine) {
    let desk = open(engine).await;
    desk.at("2026-11-09T18:00").await;
    desk.book(TUESDAY).await;
    desk.book("2026-11-10T14:00").await;
    assert_eq!(desk.to_do().await, ["maria cannot_reach_by_email"]);
    assert_eq!(
        diary(&desk, "2026-11-10T15:00").await,
        ["2026-11-10T11:00 maria invitation"],
        "of the later one"
    );
}

pub async fn whoever_calls_off_themselves_need_not_be_told(engine: Engine) {
    let desk = open(engine).await;
    let card = desk.book(TUESDAY).await;
    desk.at("2026-11-02T11:00").await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
    desk.at("2026-11-09T18:00").await;
    desk.reply(&desk.maria, (card.id, 0), Reply::Cancel)
        .await
        .unwrap();
    assert_eq!(desk.to_do().await, ["maria called_off"]);
}

pub async fn a_move_that_is_known_too_late_is_told_and_a_task(engine: Engine) {
    let desk = open(engine).await;
    let card = desk.book(TUESDAY).await;
    desk.at("2026-11-02T11:00").await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
    desk.at("2026-11-09T18:00").await;
    desk.shift(&card, "2026-11-12T15:00").await.unwrap();
    assert_eq!(desk.sends().await, NOTHING);
    // By the time she reads it she has come in vain.
    assert_eq!(desk.to_do().await, ["maria cannot_reach_by_email"]);
    desk.at("2026-11-10T11:00").await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
    assert_eq!(desk.to_do().await.len(), 1);
}

pub async fn a_task_about_the_address_is_another_one(engine: Engine) {
    let desk = open(engine).await;
    desk.at("2026-11-09T12:00").await;
    desk.book("2026-11-12T10:00").await;
    desk.memory.answer_next([Sent::Rejected {
        code: 550,
        address: true,
    }]);
    desk.sends().await;
    desk.prefer(&desk.maria, desk.maria.person, |wish| {
        wish.email = Some("maria.sample@example.org".to_owned());
    })
    .await;
    assert!(desk.to_do().await.is_empty(), "the new address ends it");
    desk.at("2026-11-09T18:00").await;
    desk.book(TUESDAY).await;
    assert_eq!(desk.to_do().await, ["maria cannot_reach_by_email"]);
    desk.prefer(&desk.maria, desk.maria.person, |wish| {
        wish.email = Some("maria.sample@example.com".to_owned());
    })
    .await;
    assert_eq!(desk.to_do().await.len(), 1, "another address tells nothing");
}

pub async fn what_was_delayed_waits_for_the_next_ones_or_is_dropped(engine: Engine) {
    let desk = open(engine).await;
    desk.book(TUESDAY).await;
    // Down from eleven to half past one.
    desk.at("2026-11-02T13:30").await;
    assert_eq!(desk.sends().await, NOTHING);
    assert!(
        marias(&desk)
            .await
            .contains(&"invitation planned".to_owned())
    );
    let now = desk.house.clock_now();
    assert_eq!(desk.store().reconcile(now, None).await.unwrap().did, 0);
    desk.at("2026-11-03T10:59").await;
    assert_eq!(desk.sends().await, NOTHING);
    desk.at("2026-11-03T11:00").await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
    desk.at("2026-11-07T11:00").await;
    assert_eq!(desk.sends().await, ["maria three_days"]);
    // Down once more, and the next ones begin after the visit.
    desk.at("2026-11-09T13:30").await;
    assert_eq!(desk.sends().await, NOTHING);
    let dropped = "one_hour skipped outside_safe_hours".to_owned();
    assert!(marias(&desk).await.contains(&dropped));
    assert!(desk.to_do().await.is_empty(), "she knows of the visit");
}

pub async fn a_pause_that_ends_outside_them_is_longer(engine: Engine) {
    let desk = open(engine).await;
    desk.at("2026-11-02T12:59").await;
    desk.book(TUESDAY).await;
    desk.memory
        .answer_next([Sent::Deferred { code: Some(451) }]);
    assert_eq!(desk.sends().await, NOTHING);
    desk.pass(60).await;
    assert_eq!(desk.sends().await, NOTHING);
    desk.at("2026-11-03T11:00").await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
}

pub async fn news_that_is_delayed_too_long_is_a_task(engine: Engine) {
    let desk = open(engine).await;
    desk.at("2026-11-09T12:59").await;
    desk.book(TUESDAY).await;
    desk.memory
        .answer_next([Sent::Deferred { code: Some(451) }]);
    assert_eq!(desk.sends().await, NOTHING);
    assert!(desk.to_do().await.is_empty());
    desk.pass(60).await;
    assert_eq!(desk.sends().await, NOTHING);
    let tasks = desk.tasks(&desk.dana).await;
    assert!(tasks.len() == 1 && is_late(&tasks[0]));
    assert_eq!(
        marias(&desk).await,
        ["invitation skipped outside_safe_hours"]
    );
}

pub async fn staff_get_their_agenda_within_theirs_or_not_at_all(engine: Engine) {
    for (hours, expected) in [
        (hours(12, 14), &["2026-11-10T12:00 dana agenda"][..]),
        (hours(14, 16), &[][..]),
    ] {
        let desk = Desk::open(engine).await;
        desk.without_address(&desk.maria).await;
        let dana = desk.dana.person;
        desk.book("2026-11-10T16:30").await;
        desk.sends().await;
        desk.prefer(&desk.dana, dana, |wish| wish.safe_hours = hours)
            .await;
        assert_eq!(diary(&desk, "2026-11-10T18:00").await, expected);
    }
}

pub async fn hours_that_are_none_are_refused(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (store, maria) = (desk.store(), desk.maria.person);
    let before = desk.dump().await;
    for (from, until) in [
        (600, 600),
        (720, 600),
        (600, 705),
        (601, 800),
        (1_400, 1_530),
    ] {
        let mut wish = store.preferences(&desk.maria, maria).await.unwrap();
        wish.safe_hours = Some(SafeHours { from, until });
        let put = store.put_preferences(&desk.maria, maria, wish).await;
        assert_eq!(code(put), Code::BadRequest, "{from} {until}");
    }
    assert!(before == desk.dump().await);
}

pub async fn a_booking_link_waits_for_them(engine: Engine) {
    let desk = open(engine).await;
    super::booking_links::make(&desk, |asked| asked.mail = true).await;
    assert_eq!(desk.post().await.len(), 0);
    desk.at("2026-11-02T11:00").await;
    assert_eq!(desk.post().await.len(), 1);
}
