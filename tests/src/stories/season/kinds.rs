//! Every kind of mail that leaves. A new one does not compile, or fails here, until it is in the season.

use protocol::Step;
use store::SingleMail;

pub const BOOKING_LINK: &str = "booking_link";
pub const INTAKE: &str = "intake";
pub const ADDRESS: &str = "address";
pub const ANSWER: &str = "answer";
pub const BOOK_AGAIN: &str = "book_again";
/// One mail for all visits of a series, and one that calls all of them off.
pub const SERIES: &str = "series";
pub const SERIES_OFF: &str = "series_off";
/// Somebody of the staff comes as well, and comes no longer.
pub const TEAM: &str = "team";
pub const LEFT: &str = "left";

/// Every kind of mail that leaves: the steps, what some of them say in other words, and what one act sends.
pub const KINDS: [&str; 18] = [
    "invitation",
    "three_days",
    "one_day",
    "one_hour",
    "room_open",
    "cancellation",
    "agenda",
    "unread",
    "digest",
    SERIES,
    SERIES_OFF,
    TEAM,
    LEFT,
    BOOKING_LINK,
    INTAKE,
    ADDRESS,
    ANSWER,
    BOOK_AGAIN,
];

/// What the rows say that mails of a kind are.
pub fn rows_of(kind: &'static str) -> Vec<&'static str> {
    match kind {
        SERIES | TEAM => vec!["invitation"],
        SERIES_OFF => vec!["cancellation"],
        // Who stays is told that the time is the same.
        LEFT => vec!["cancellation", "invitation"],
        BOOKING_LINK => vec!["single booking_link"],
        INTAKE => vec!["single invitation"],
        ADDRESS => vec!["single address"],
        ANSWER => vec!["single answer"],
        BOOK_AGAIN => vec!["single book_again"],
        step => vec![step],
    }
}

/// The kind of what one act sends.
fn kind_of(mail: &SingleMail) -> &'static str {
    match mail {
        SingleMail::Invitation { .. } => INTAKE,
        SingleMail::BookingLink { .. } => BOOKING_LINK,
        SingleMail::Answer { .. } => ANSWER,
        SingleMail::BookAgain { .. } => BOOK_AGAIN,
        SingleMail::Address { .. } => ADDRESS,
    }
}

#[test]
fn the_season_knows_every_kind_of_mail() {
    for step in Step::ALL {
        assert!(KINDS.contains(&step.as_str()), "{step:?}");
    }
    let words = String::new;
    for mail in [
        SingleMail::Invitation { link: words() },
        SingleMail::BookingLink { token: words() },
        SingleMail::Answer { answered: None },
        SingleMail::BookAgain { token: None },
        SingleMail::Address { token: words() },
    ] {
        assert!(KINDS.contains(&kind_of(&mail)), "{}", kind_of(&mail));
    }
}
