//! The plan of visits that belong to a series, as stories of one of them.

use super::tests::{mails, maria, steps, visit};
use super::*;

const FIRST: InSeries = InSeries {
    first: true,
    alone: false,
};
const LATER: InSeries = InSeries {
    first: false,
    alone: false,
};
const MOVED: InSeries = InSeries {
    first: false,
    alone: true,
};

fn of(place: InSeries) -> Visit {
    Visit {
        in_series: Some(place),
        ..visit("2026-12-01T10:00")
    }
}

fn hearing(heard: Heard, told: bool, outdated: bool) -> Recipient {
    Recipient {
        told,
        outdated,
        heard,
        ..maria()
    }
}

/// The news of it that a person gets: the step, and whether it speaks for the series.
fn news(visit: &Visit, to: &Recipient) -> Option<(Step, bool)> {
    let planned = mails(visit, std::slice::from_ref(to), visit.told_at);
    let mut news = planned
        .iter()
        .filter(|mail| matches!(mail.step, Step::Invitation | Step::Cancellation))
        .map(|mail| (mail.step, mail.series));
    let first = news.next();
    assert_eq!(news.next(), None);
    first
}

#[test]
fn the_first_visit_speaks_for_the_series_and_later_ones_are_reminded_of() {
    use Step::{Invitation, OneDay, OneHour, RoomOpen, ThreeDays};
    let nobody = hearing(Heard::Nothing, false, false);
    assert_eq!(news(&of(FIRST), &nobody), Some((Invitation, true)));
    assert_eq!(
        steps(&of(LATER), &nobody),
        [ThreeDays, OneDay, OneHour, RoomOpen]
    );
    // Whoever knows of it hears nothing more when another visit is the first one.
    let knows = hearing(Heard::Now, false, false);
    assert_eq!(news(&of(FIRST), &knows), None);
    // It stands elsewhere now: they are told again, by one mail.
    let before = hearing(Heard::Before, true, true);
    assert_eq!(news(&of(FIRST), &before), Some((Invitation, true)));
}

#[test]
fn whoever_was_added_to_one_visit_is_told_of_that_one() {
    for place in [FIRST, LATER, MOVED] {
        for heard in [Heard::Nothing, Heard::Before, Heard::Now] {
            let added = Recipient {
                role: Role::CaseManager,
                joined: true,
                ..hearing(heard, false, false)
            };
            assert_eq!(news(&of(place), &added), Some((Step::Invitation, false)));
        }
    }
}

#[test]
fn a_visit_that_moved_by_itself_is_told_by_itself() {
    for heard in [Heard::Nothing, Heard::Before, Heard::Now] {
        let to = hearing(heard, false, false);
        assert_eq!(news(&of(MOVED), &to), Some((Step::Invitation, false)));
    }
    let first = InSeries {
        first: true,
        ..MOVED
    };
    let knows = hearing(Heard::Now, true, true);
    assert_eq!(news(&of(first), &knows), Some((Step::Invitation, false)));
    let nobody = hearing(Heard::Nothing, false, false);
    assert_eq!(news(&of(first), &nobody), Some((Step::Invitation, true)));
}

#[test]
fn what_is_in_a_calendar_and_no_longer_holds_is_put_right() {
    let reminded = hearing(Heard::Before, true, true);
    assert_eq!(news(&of(LATER), &reminded), Some((Step::Invitation, false)));
    let current = hearing(Heard::Before, true, false);
    assert_eq!(news(&of(LATER), &current), None);
}

#[test]
fn several_that_are_called_off_at_once_are_one_mail() {
    let off = |place| Visit {
        state: AppointmentState::Cancelled,
        ..of(place)
    };
    let knows = hearing(Heard::Now, false, false);
    assert_eq!(news(&off(FIRST), &knows), Some((Step::Cancellation, true)));
    assert_eq!(news(&off(LATER), &knows), None);
    assert_eq!(news(&off(MOVED), &knows), Some((Step::Cancellation, false)));
    let reminded = hearing(Heard::Now, true, false);
    let cleared = Some((Step::Cancellation, false));
    assert_eq!(news(&off(LATER), &reminded), cleared);
    let nobody = hearing(Heard::Nothing, false, false);
    for place in [FIRST, LATER, MOVED] {
        assert_eq!(news(&off(place), &nobody), None, "they never heard of it");
    }
}
