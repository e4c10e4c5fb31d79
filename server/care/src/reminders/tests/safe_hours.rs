//! The plan of somebody whose mails may come between certain hours only.

use super::*;
use crate::quiet::Window;

fn hours(from: u16, until: u16) -> MailHours {
    MailHours {
        zone: edmonton(),
        safe: Some(Window::new(from * 60, until * 60).unwrap()),
    }
}

fn mornings() -> Recipient {
    Recipient {
        hours: hours(10, 12),
        ..maria()
    }
}

#[test]
fn every_mail_of_a_visit_comes_within_them() {
    let mut visit = visit("2026-12-01T16:00");
    visit.told_at = at(&edmonton(), "2026-11-17T19:00");
    assert_eq!(
        story(&visit, &mornings()),
        [
            told(Step::Invitation, "2026-11-18T10:00"),
            told(Step::ThreeDays, "2026-11-28T10:00"),
            told(Step::OneDay, "2026-11-30T10:00"),
            // An hour before is too late, and so it comes with the end of the last of them.
            told(Step::OneHour, "2026-12-01T11:30"),
        ],
        "and that the room is open is not told"
    );
    let evenings = Recipient {
        hours: hours(17, 20),
        ..maria()
    };
    assert_eq!(
        story(&visit, &evenings),
        [
            told(Step::Invitation, "2026-11-17T19:00"),
            told(Step::ThreeDays, "2026-11-28T17:00"),
            told(Step::OneDay, "2026-11-30T17:00"),
            told(Step::OneHour, "2026-11-30T19:30"),
        ]
    );
}

#[test]
fn a_reminder_waits_for_them_if_that_leaves_time() {
    let noon = Recipient {
        hours: hours(12, 14),
        ..maria()
    };
    let due = |start: &str| {
        let told = story(&visit(start), &noon).into_iter();
        told.filter(|(step, _)| *step == Step::OneDay)
            .map(|(_, due)| due)
            .collect::<Vec<_>>()
    };
    assert_eq!(due("2026-12-01T10:00"), ["2026-11-30T12:00"]);
    // Before the clocks have a day left: worthless three hours before it begins.
    let early = Recipient {
        hours: hours(5, 7),
        ..maria()
    };
    let told = story(&visit("2026-12-01T08:00"), &early);
    assert!(told.contains(&super::told(Step::OneDay, "2026-12-01T05:00")));
    let told = story(&visit("2026-12-01T07:30"), &early);
    assert!(told.contains(&super::told(Step::OneDay, "2026-11-30T06:30")));
}

#[test]
fn whose_safe_hours_lie_in_the_night_is_told_in_the_night() {
    let night = Recipient {
        hours: hours(22, 24),
        ..maria()
    };
    let told = story(&visit("2026-12-01T10:00"), &night);
    assert_eq!(
        told,
        [
            super::told(Step::Invitation, "2026-11-17T22:00"),
            super::told(Step::ThreeDays, "2026-11-28T22:00"),
            super::told(Step::OneDay, "2026-11-30T22:00"),
            super::told(Step::OneHour, "2026-11-30T23:30"),
        ]
    );
}

#[test]
fn they_are_on_the_recipients_clocks() {
    let kathmandu = zone("Asia/Kathmandu");
    let far = Recipient {
        hours: MailHours {
            zone: kathmandu.clone(),
            ..mornings().hours
        },
        ..mornings()
    };
    let visit = visit("2026-12-01T10:00");
    let planned = mails(&visit, &[far], visit.told_at);
    assert_eq!(planned[0].due, at(&kathmandu, "2026-11-18T10:00"));
}

#[test]
fn the_room_opens_within_them_or_in_silence() {
    assert!(steps(&visit("2026-12-01T10:10"), &mornings()).contains(&Step::RoomOpen));
    assert!(!steps(&visit("2026-12-01T10:09"), &mornings()).contains(&Step::RoomOpen));
}

/// Whom no mail tells in time, and whether one comes at all.
fn news(visit: &Visit, to: &Recipient) -> (Vec<Step>, Vec<Step>) {
    let planned = mails(visit, std::slice::from_ref(to), visit.told_at);
    let news = planned.into_iter().map(|mail| mail.step);
    let news = news.filter(|step| matches!(step, Step::Invitation | Step::Cancellation));
    (calls(visit, to), news.collect())
}

#[test]
fn news_that_would_come_too_late_is_named() {
    let mut visit = visit("2026-12-01T09:00");
    assert_eq!(news(&visit, &mornings()), (vec![], vec![Step::Invitation]));
    // Booked the evening before.
    visit.told_at = at(&edmonton(), "2026-11-30T18:00");
    assert_eq!(news(&visit, &mornings()), (vec![Step::Invitation], vec![]));
    assert_eq!(news(&visit, &maria()), (vec![], vec![Step::Invitation]));
    // And called off.
    visit.state = AppointmentState::Cancelled;
    assert_eq!(
        news(&visit, &mornings()),
        (vec![Step::Cancellation], vec![])
    );
    visit.cancel_notice_at = Some(at(&edmonton(), "2026-11-30T11:59"));
    assert_eq!(
        news(&visit, &mornings()),
        (vec![], vec![Step::Cancellation])
    );
    let never_told = Recipient {
        told: false,
        ..mornings()
    };
    assert_eq!(news(&visit, &never_told), (vec![], vec![]));
}

#[test]
fn a_move_must_be_known_before_the_old_time_too() {
    let mut visit = visit("2026-12-08T15:00");
    visit.told_at = at(&edmonton(), "2026-11-30T18:00");
    visit.moved_from = Some(at(&edmonton(), "2026-12-01T09:00"));
    assert_eq!(
        news(&visit, &mornings()),
        (vec![Step::Invitation], vec![Step::Invitation]),
        "named, and told all the same"
    );
    let never_told = Recipient {
        told: false,
        ..mornings()
    };
    assert_eq!(news(&visit, &never_told), (vec![], vec![Step::Invitation]));
    visit.moved_from = Some(at(&edmonton(), "2026-12-01T10:30"));
    assert_eq!(news(&visit, &mornings()), (vec![], vec![Step::Invitation]));
}

#[test]
fn what_is_delayed_waits_for_them_or_is_dropped() {
    let visit = visit("2026-12-01T16:00");
    let leaves = |step: Step, now: &str, not_after: &str| {
        let [now, not_after] = [now, not_after].map(|civil| at(&edmonton(), civil));
        let leaves = match leave(&visit, &mornings(), (step, not_after), now) {
            Leaves::Now(leave) => leave.at(),
            Leaves::Later(then) => then,
            Leaves::Never | Leaves::Over => return None,
        };
        Some(edmonton().civil(leaves).to_string())
    };
    let (end, morning) = ("2026-12-01T16:30", Some("2026-12-01T10:00".to_owned()));
    assert_eq!(leaves(Step::Invitation, "2026-11-30T12:00", end), morning);
    assert_eq!(leaves(Step::Cancellation, "2026-12-01T12:00", end), None);
    assert_eq!(
        leaves(Step::OneDay, "2026-11-30T12:00", "2026-12-01T13:00"),
        morning
    );
    assert_eq!(
        leaves(Step::OneDay, "2026-11-30T12:00", "2026-12-01T09:00"),
        None
    );
    assert_eq!(leaves(Step::RoomOpen, "2026-12-01T09:00", end), None);
    let now = Some("2026-12-01T11:59".to_owned());
    assert_eq!(leaves(Step::RoomOpen, "2026-12-01T11:59", end), now);
}
