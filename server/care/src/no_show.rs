//! What follows when a client did not come (scheduling.md, section 6).
//!
//! The first time in a row: whoever serves them is told, and the client gets a neutral mail the next morning with a
//! link by which they book again. The second: somebody calls, and no mail is sent. A visit that the client keeps ends
//! the row. A court does not wait: whoever misses a court date is called at once.
//!
//! [`follow`] is asked when staff say that somebody did not come, [`why_not`] once more right before the mail leaves.

use protocol::{AppointmentKind, Timestamp, VisitTypeId, limits};

use crate::civil::{CivilTime, Zone, plus_days};
use crate::quiet::MailHours;
use crate::reminders::MORNING;

/// An appointment to which the client did not come, among the others that staff have closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missed {
    /// Where it was to happen.
    pub kind: AppointmentKind,
    /// When it began.
    pub start: Timestamp,
    /// They did not come to the one before either.
    pub before: bool,
    /// They did not come to a later one either.
    pub after: bool,
    /// They came to a later one.
    pub kept_since: bool,
}

impl Missed {
    /// The only one in its row, and one that can be booked again.
    fn is_first(&self) -> bool {
        !self.before && !self.after && self.kind != AppointmentKind::Court
    }
}

/// How the client can be written to.
#[derive(Debug, Clone)]
pub struct Reach {
    /// When mails come to them.
    pub hours: MailHours,
    /// Has a usable address.
    pub reachable: bool,
    /// Wants to be reminded.
    pub wants_mail: bool,
}

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follow {
    /// Nothing: they came since.
    Nothing,
    /// Staff are told, and the client by a mail if they can be written to.
    Tell(Option<Planned>),
    /// Staff are asked to call.
    Call,
}

/// A mail that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// When it is sent.
    pub due: Timestamp,
    /// After this it is worthless: never by night.
    pub not_after: Timestamp,
}

/// Why a mail is not sent any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It is not the only one in its row any more, or they came since.
    Changed,
    /// They want no such mails.
    Unwanted,
}

impl Why {
    /// In a word, as rows have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Unwanted => "unwanted",
        }
    }
}

/// What follows, said at `now`.
pub fn follow(missed: &Missed, reach: &Reach, now: Timestamp) -> Follow {
    if missed.kept_since {
        return Follow::Nothing;
    }
    if !missed.is_first() {
        return Follow::Call;
    }
    let mail = (reach.reachable && reach.wants_mail).then(|| {
        let morning = morning_after(&reach.hours.zone, missed.start, now);
        let due = reach.hours.next(morning);
        Planned {
            due,
            not_after: due.plus_seconds(limits::NO_SHOW_MAIL_S),
        }
    });
    Follow::Tell(mail)
}

/// Why the mail that was planned is not sent any more, if it is not.
pub fn why_not(missed: &Missed, reach: &Reach) -> Option<Why> {
    if missed.kept_since || !missed.is_first() {
        return Some(Why::Changed);
    }
    (!reach.wants_mail).then_some(Why::Unwanted)
}

/// The first ten o'clock on their clocks that is to come, and not on the day itself: people are left alone that day.
fn morning_after(zone: &Zone, start: Timestamp, now: Timestamp) -> Timestamp {
    let morning = |day| zone.resolve(CivilTime::at_minute(day, MORNING));
    let day = plus_days(zone.date(start), 1).max(zone.date(now));
    let due = morning(day);
    if due > now {
        return due;
    }
    morning(plus_days(day, 1))
}

/// A kind of visit that is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offered {
    /// Which.
    pub visit_type: VisitTypeId,
    /// Where it happens.
    pub kind: AppointmentKind,
}

/// As what they may book again, out of what is offered: as the same, else as something that happens in the same way,
/// else as the first that there is. Nobody books a court date.
pub fn book_as(
    missed: Option<VisitTypeId>,
    kind: AppointmentKind,
    offered: &[Offered],
) -> Option<Offered> {
    let bookable = |one: &&Offered| one.kind != AppointmentKind::Court;
    let find = |wanted: &dyn Fn(&Offered) -> bool| {
        let mut bookable = offered.iter().filter(bookable);
        bookable.find(|one| wanted(one)).copied()
    };
    find(&|one| Some(one.visit_type) == missed)
        .or_else(|| find(&|one| one.kind == kind))
        .or_else(|| find(&|_| true))
}

#[cfg(test)]
mod tests;
