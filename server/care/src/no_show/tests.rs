//! Case by case, on the clocks of Chicago.

use super::*;
use crate::civil::Zones;
use crate::quiet::Window;

fn zone(name: &str) -> Zone {
    Zones::bundled().find(name).unwrap()
}

fn at(civil: &str) -> Timestamp {
    zone("America/Chicago").resolve(CivilTime::parse(civil).unwrap())
}

/// The first in a row, on a Tuesday at ten.
fn first() -> Missed {
    Missed {
        kind: AppointmentKind::Video,
        start: at("2026-11-10T10:00"),
        before: false,
        after: false,
        kept_since: false,
    }
}

fn reach() -> Reach {
    Reach {
        hours: MailHours {
            zone: zone("America/Chicago"),
            safe: None,
        },
        reachable: true,
        wants_mail: true,
    }
}

fn due(said: &str) -> Timestamp {
    match follow(&first(), &reach(), at(said)) {
        Follow::Tell(Some(mail)) => mail.due,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_mail_comes_at_ten_the_next_morning() {
    for (said, morning) in [
        ("2026-11-10T10:10", "2026-11-11T10:00"),
        ("2026-11-10T23:59", "2026-11-11T10:00"),
        ("2026-11-11T00:30", "2026-11-11T10:00"),
        ("2026-11-11T09:59", "2026-11-11T10:00"),
        ("2026-11-11T10:00", "2026-11-12T10:00"),
        ("2026-11-16T17:00", "2026-11-17T10:00"),
    ] {
        assert_eq!(due(said), at(morning), "{said}");
    }
}

#[test]
fn the_morning_is_on_the_clients_clocks_and_the_mail_never_comes_by_night() {
    for name in [
        "Pacific/Apia",
        "Asia/Kathmandu",
        "America/Havana",
        "Australia/Lord_Howe",
        "Europe/Dublin",
    ] {
        for day in 0..400 {
            let reach = Reach {
                hours: MailHours {
                    zone: zone(name),
                    safe: None,
                },
                ..reach()
            };
            let start = first().start.plus_seconds(day * 86_400);
            let missed = Missed { start, ..first() };
            let said = start.plus_seconds(1_800);
            let Follow::Tell(Some(mail)) = follow(&missed, &reach, said) else {
                panic!("{name}: no mail");
            };
            assert!(mail.due > said && mail.due <= mail.not_after);
            let zone = &reach.hours.zone;
            assert_ne!(zone.date(mail.due), zone.date(start), "{name}");
            for time in [mail.due, mail.not_after] {
                assert!(Window::DAY.has(zone, time), "{name}, day {day}");
            }
        }
    }
}

#[test]
fn the_second_in_a_row_is_a_call_in_whatever_order_they_are_said() {
    let before = Missed {
        before: true,
        ..first()
    };
    let after = Missed {
        after: true,
        ..first()
    };
    for second in [before, after] {
        let followed = follow(&second, &reach(), at("2026-11-10T11:00"));
        assert_eq!(followed, Follow::Call);
        assert_eq!(why_not(&second, &reach()), Some(Why::Changed));
    }
    assert_eq!(why_not(&first(), &reach()), None);
}

#[test]
fn whoever_misses_a_court_date_is_called_at_once() {
    let court = Missed {
        kind: AppointmentKind::Court,
        ..first()
    };
    let followed = follow(&court, &reach(), at("2026-11-10T11:00"));
    assert_eq!(followed, Follow::Call);
}

#[test]
fn nothing_follows_for_whoever_came_since() {
    for before in [false, true] {
        let kept = Missed {
            before,
            kept_since: true,
            ..first()
        };
        let followed = follow(&kept, &reach(), at("2026-11-12T11:00"));
        assert_eq!(followed, Follow::Nothing);
        assert_eq!(why_not(&kept, &reach()), Some(Why::Changed));
    }
}

#[test]
fn whoever_cannot_or_will_not_be_written_to_gets_no_mail_and_staff_are_told() {
    let silent = Reach {
        wants_mail: false,
        ..reach()
    };
    let nowhere = Reach {
        reachable: false,
        ..reach()
    };
    for reach in [&silent, &nowhere] {
        let followed = follow(&first(), reach, at("2026-11-10T11:00"));
        assert_eq!(followed, Follow::Tell(None));
    }
    assert_eq!(why_not(&first(), &silent), Some(Why::Unwanted));
}

#[test]
fn they_book_again_as_the_same_or_as_what_is_nearest_to_it() {
    let one = |n: u8, kind| Offered {
        visit_type: VisitTypeId::from_bytes([n; 16]),
        kind,
    };
    let (court, phone) = (
        one(1, AppointmentKind::Court),
        one(2, AppointmentKind::Phone),
    );
    let (video, other) = (
        one(3, AppointmentKind::Video),
        one(4, AppointmentKind::Video),
    );
    let offered = [court, phone, video, other];
    let kind = AppointmentKind::Video;
    let again = |missed: Option<Offered>, kind, offered: &[Offered]| {
        book_as(missed.map(|one| one.visit_type), kind, offered)
    };
    assert_eq!(again(Some(other), kind, &offered), Some(other));
    assert_eq!(again(None, kind, &offered), Some(video));
    // Offered no longer.
    assert_eq!(again(Some(one(9, kind)), kind, &offered), Some(video));
    assert_eq!(again(None, AppointmentKind::Home, &offered), Some(phone));
    assert_eq!(again(Some(court), kind, &[court]), None);
    assert_eq!(again(None, kind, &[]), None);
}
