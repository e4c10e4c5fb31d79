//! News of a visit that did not arrive is told in another way, or by a mail to another address: of each visit, and not of
//! the first one alone.

use std::collections::BTreeSet;

use mail::Sent;
use protocol::{AppointmentId, limits};
use store::LinkSecret;
use testkit::Engine;

use super::addresses::{ELSEWHERE, asked, leaves, open, writes};
use super::desk::{Desk, TUESDAY};

const NOTHING: [&str; 0] = [];

/// The visits about which Dana is asked to reach somebody.
async fn calls(desk: &Desk) -> BTreeSet<AppointmentId> {
    let tasks = desk.tasks(&desk.dana).await.into_iter();
    tasks.filter_map(|task| task.appointment).collect()
}

pub async fn each_visit_whose_news_is_refused_is_a_call(engine: Engine) {
    for address in [false, true] {
        let desk = open(engine).await;
        let cards = [
            desk.book(TUESDAY).await,
            desk.book("2026-11-11T10:00").await,
        ];
        assert_eq!(desk.sends().await, ["maria invitation"; 2]);
        for card in &cards {
            desk.call_off(card).await.unwrap();
        }
        desk.until_told().await;
        let refused = Sent::Rejected { code: 550, address };
        desk.memory.answer_next([refused; 2]);
        assert_eq!(desk.sends().await, NOTHING);
        let both: BTreeSet<AppointmentId> = cards.iter().map(|card| card.id).collect();
        assert_eq!(calls(&desk).await, both, "{address}");
        assert_eq!(desk.to_do().await.len(), 2, "each once");
    }
}

/// Maria knows of a visit that is off, and the mail that says so does not arrive; then Dana types another address.
async fn off_and_moved(desk: &Desk, answers: &[Sent]) -> LinkSecret {
    let card = desk.book(TUESDAY).await;
    assert_eq!(desk.sends().await, ["maria invitation"]);
    desk.call_off(&card).await.unwrap();
    desk.until_told().await;
    desk.memory.answer_next(answers.iter().copied());
    for pause in [0].into_iter().chain(limits::MAIL_BACKOFF_S) {
        desk.pass(pause).await;
        desk.post().await;
    }
    assert_eq!(calls(desk).await, BTreeSet::from([card.id]));
    writes(desk, &desk.dana, ELSEWHERE).await;
    let secret = asked(desk, ELSEWHERE).await;
    let tasks = desk.tasks(&desk.dana).await;
    assert_eq!(tasks.len(), 1);
    assert_eq!(tasks[0].why.as_deref(), Some("no_address"));
    secret
}

pub async fn what_one_address_did_not_take_comes_to_the_next_one(engine: Engine) {
    let full = Sent::Rejected {
        code: 552,
        address: false,
    };
    let busy = Sent::Deferred { code: Some(451) };
    for answers in [vec![full], vec![busy; 5]] {
        let desk = open(engine).await;
        let secret = off_and_moved(&desk, &answers).await;
        let confirm = desk.store().answer_address_link(&secret, true);
        confirm.await.unwrap();
        assert!(desk.to_do().await.is_empty(), "nobody need call");
        let mails = leaves(&desk).await;
        assert_eq!(mails.len(), 1, "{mails:?}");
        assert_eq!(mails[0].0, ELSEWHERE);
        let calendar = mails[0].1.calendar.as_ref().unwrap();
        assert!(calendar.contains("METHOD:CANCEL"), "{calendar}");
        // Once, and no more from then on.
        let now = desk.house.clock_now();
        assert_eq!(desk.store().reconcile(now, None).await.unwrap().did, 0);
        assert!(leaves(&desk).await.is_empty());
    }
}

pub async fn what_may_have_arrived_is_told_on_the_phone_whatever_the_address(engine: Engine) {
    let desk = open(engine).await;
    let secret = off_and_moved(&desk, &[Sent::Unknown; 2]).await;
    let confirm = desk.store().answer_address_link(&secret, true);
    confirm.await.unwrap();
    assert!(leaves(&desk).await.is_empty());
    assert_eq!(desk.to_do().await, ["maria cannot_reach_by_email"]);
}

pub async fn reminders_that_are_refused_are_one_thing_to_see_to(engine: Engine) {
    let desk = open(engine).await;
    desk.book(TUESDAY).await;
    desk.book("2026-11-12T10:00").await;
    assert_eq!(desk.sends().await, ["maria invitation"; 2]);
    let refused = Sent::Rejected {
        code: 554,
        address: false,
    };
    for day in ["2026-11-07T10:00", "2026-11-09T10:00"] {
        desk.at(day).await;
        desk.memory.answer_next([refused; 2]);
        assert_eq!(desk.sends().await, NOTHING, "{day}");
        assert_eq!(desk.to_do().await, ["maria cannot_reach_by_email"], "{day}");
    }
}
