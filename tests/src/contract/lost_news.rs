//! News of a visit that did not arrive is told in another way, or by a mail to another address: of each visit, and not of
//! the first one alone.

use std::collections::BTreeSet;

use mail::Sent;
use protocol::AppointmentId;
use testkit::Engine;

use super::addresses::open;
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
