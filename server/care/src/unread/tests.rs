//! Case by case, on the clocks of Chicago.

use super::*;
use crate::civil::{CivilTime, Zone, Zones};
use crate::quiet::Window;

fn zone() -> Zone {
    Zones::bundled().find("America/Chicago").unwrap()
}

fn at(civil: &str) -> Timestamp {
    zone().resolve(CivilTime::parse(civil).unwrap())
}

/// A client who was never told and never here.
fn away() -> Reader {
    Reader {
        hours: MailHours {
            zone: zone(),
            safe: None,
        },
        has_digest: false,
        reachable: true,
        unconfirmed: false,
        wants_mail: true,
        seen_at: None,
        told_at: None,
        told_urgent_at: None,
        shut_out: false,
    }
}

fn routine(came: &str) -> Waiting {
    Waiting {
        newest: Some(at(came)),
        newest_urgent: None,
    }
}

fn urgent(came: &str) -> Waiting {
    Waiting {
        newest: None,
        newest_urgent: Some(at(came)),
    }
}

fn due(reader: &Reader, waiting: Waiting, now: &str) -> Timestamp {
    decide(reader, waiting, at(now)).unwrap().due
}

#[test]
fn whoever_is_away_is_told_at_once_by_day() {
    let wanted = decide(&away(), routine("2026-12-01T10:00"), at("2026-12-01T10:10"));
    let expected = Wanted {
        due: at("2026-12-01T10:10"),
        urgent: None,
    };
    assert_eq!(wanted, Ok(expected));
}

#[test]
fn by_night_it_waits_for_the_morning() {
    for (now, morning) in [
        ("2026-12-01T20:59", "2026-12-01T20:59"),
        ("2026-12-01T21:00", "2026-12-02T08:00"),
        ("2026-12-01T23:59", "2026-12-02T08:00"),
        ("2026-12-02T00:00", "2026-12-02T08:00"),
        ("2026-12-02T07:59", "2026-12-02T08:00"),
        ("2026-12-02T08:00", "2026-12-02T08:00"),
    ] {
        let waiting = routine("2026-12-01T20:00");
        assert_eq!(due(&away(), waiting, now), at(morning), "{now}");
    }
}

#[test]
fn the_next_one_comes_four_hours_later_and_only_for_what_came_since() {
    let told = Reader {
        told_at: Some(at("2026-12-01T10:10")),
        ..away()
    };
    let later = due(&told, routine("2026-12-01T10:30"), "2026-12-01T10:40");
    assert_eq!(later, at("2026-12-01T14:10"));
    let later = due(&told, routine("2026-12-01T18:00"), "2026-12-01T18:10");
    assert_eq!(later, at("2026-12-01T18:10"));
    for came in ["2026-12-01T10:05", "2026-12-01T10:10"] {
        let again = decide(&told, routine(came), at("2026-12-01T18:00"));
        assert_eq!(again, Err(Why::Told), "{came}");
    }
    // The pause ends in the night.
    let told = Reader {
        told_at: Some(at("2026-12-01T18:00")),
        ..away()
    };
    let morning = due(&told, routine("2026-12-01T18:30"), "2026-12-01T18:40");
    assert_eq!(morning, at("2026-12-02T08:00"));
}

#[test]
fn an_urgent_message_waits_for_no_morning_and_for_no_pause_but_its_own() {
    let told = Reader {
        told_at: Some(at("2026-12-01T20:00")),
        ..away()
    };
    let came = "2026-12-01T23:00";
    let wanted = decide(&told, urgent(came), at("2026-12-01T23:01")).unwrap();
    assert_eq!(wanted.due, at("2026-12-01T23:01"));
    assert_eq!(wanted.urgent, Some(at(came)));
    let told = Reader {
        told_at: Some(at("2026-12-01T23:01")),
        told_urgent_at: Some(at("2026-12-01T23:01")),
        ..away()
    };
    let again = due(&told, urgent("2026-12-01T23:30"), "2026-12-01T23:31");
    assert_eq!(again, at("2026-12-02T03:01"));
    let waits = Waiting {
        newest: Some(at(came)),
        ..urgent(came)
    };
    let known = decide(&told, waits, at("2026-12-02T08:00"));
    assert_eq!(known, Err(Why::Told));
}

#[test]
fn whoever_was_here_since_is_not_told() {
    let here = Reader {
        seen_at: Some(at("2026-12-01T10:01")),
        ..away()
    };
    let now = at("2026-12-01T10:12");
    for waiting in [routine("2026-12-01T10:00"), urgent("2026-12-01T10:01")] {
        assert!(decide(&here, waiting, now).is_err(), "{waiting:?}");
    }
    assert!(decide(&here, routine("2026-12-01T10:02"), now).is_ok());
    assert_eq!(decide(&here, Waiting::default(), now), Err(Why::Read));
}

#[test]
fn staff_are_told_of_urgent_messages_alone() {
    let staff = Reader {
        has_digest: true,
        ..away()
    };
    let now = at("2026-12-01T10:12");
    let waits = routine("2026-12-01T10:00");
    assert_eq!(decide(&staff, waits, now), Err(Why::Read));
    assert!(decide(&staff, urgent("2026-12-01T10:10"), now).is_ok());
    assert_eq!(decide_digest(&staff, 3), Ok(3));
    assert_eq!(decide_digest(&staff, 0), Err(Why::Read));
}

#[test]
fn the_reason_is_what_staff_would_want_to_know() {
    let now = at("2026-12-01T10:12");
    let waits = routine("2026-12-01T10:00");
    let unwanted = Reader {
        wants_mail: false,
        reachable: false,
        ..away()
    };
    assert_eq!(decide(&unwanted, waits, now), Err(Why::Unwanted));
    assert_eq!(decide_digest(&unwanted, 1), Err(Why::Unwanted));
    // What is read needs no address.
    assert_eq!(decide(&unwanted, Waiting::default(), now), Err(Why::Read));
    let nowhere = Reader {
        reachable: false,
        ..away()
    };
    assert_eq!(decide(&nowhere, waits, now), Err(Why::NoAddress));
    let unconfirmed = Reader {
        unconfirmed: true,
        ..nowhere
    };
    assert_eq!(decide(&unconfirmed, waits, now), Err(Why::Unconfirmed));
    let shut_out = Reader {
        shut_out: true,
        ..away()
    };
    let nothing = Waiting::default();
    assert_eq!(decide(&shut_out, nothing, now), Err(Why::NoRight));
    assert!(
        decide(&shut_out, waits, now).is_ok(),
        "something else waits"
    );
}

/// Whose mails come between those hours.
fn between(from: u16, until: u16) -> Reader {
    Reader {
        hours: MailHours {
            zone: zone(),
            safe: Some(Window::new(from * 60, until * 60).unwrap()),
        },
        ..away()
    }
}

#[test]
fn safe_hours_hold_for_every_mail() {
    let safe = between(10, 12);
    for (now, told) in [
        ("2026-12-01T09:00", "2026-12-01T10:00"),
        ("2026-12-01T11:59", "2026-12-01T11:59"),
        ("2026-12-01T12:00", "2026-12-02T10:00"),
    ] {
        let came = "2026-12-01T08:00";
        assert_eq!(due(&safe, routine(came), now), at(told), "{now}");
        assert_eq!(due(&safe, urgent(came), now), at(told), "{now}");
    }
    // The pause ends after they do.
    let told = Reader {
        told_at: Some(at("2026-12-01T10:00")),
        ..safe
    };
    let next = due(&told, routine("2026-12-01T10:30"), "2026-12-01T10:40");
    assert_eq!(next, at("2026-12-02T10:00"));
    // Whose safe hours lie in the night is told in the night.
    let early = between(4, 6);
    let night = due(&early, routine("2026-12-01T04:00"), "2026-12-01T05:00");
    assert_eq!(night, at("2026-12-01T05:00"));
}
