//! The calendar file of a feed.

use super::*;
use crate::{Feed, FeedVisit, write_feed};

fn at(civil: &str) -> Timestamp {
    let zone = Zones::bundled().find("America/Chicago").unwrap();
    zone.resolve(CivilTime::parse(civil).unwrap())
}

fn visit(name: u8, civil: &str) -> FeedVisit {
    FeedVisit {
        name: [name; 16],
        sequence: 0,
        start: at(civil),
        end: at(civil).plus_seconds(1_800),
    }
}

fn feed(language: Language, visits: Vec<FeedVisit>) -> Feed {
    Feed {
        language,
        made: at("2026-10-20T09:00"),
        visits,
    }
}

#[test]
fn a_feed_says_busy_and_no_more() {
    let visits = vec![visit(0xab, "2026-12-01T10:00")];
    let file = write_feed(&feed(Language::En, visits)).unwrap();
    let mut lines: Vec<_> = file.split("\r\n").collect();
    assert_eq!(lines.pop(), Some(""));
    let (head, rest) = lines.split_at(9);
    assert_eq!(
        head,
        [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//Appointments//1.0//EN",
            "CALSCALE:GREGORIAN",
            "METHOD:PUBLISH",
            "NAME:Busy times",
            "X-WR-CALNAME:Busy times",
            "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
            "X-PUBLISHED-TTL:PT1H",
        ]
    );
    let mut event = rest.to_vec();
    event.sort_unstable();
    assert_eq!(
        event,
        [
            "BEGIN:VEVENT",
            "CLASS:PRIVATE",
            "DTEND:20261201T163000Z",
            "DTSTAMP:20261020T140000Z",
            "DTSTART:20261201T160000Z",
            "END:VCALENDAR",
            "END:VEVENT",
            "ORGANIZER:mailto:nobody@calendar.invalid",
            "SEQUENCE:0",
            "STATUS:CONFIRMED",
            "SUMMARY:Busy",
            "TRANSP:OPAQUE",
            "UID:abababababababababababababababab",
        ]
    );
}

#[test]
fn the_same_feed_is_the_same_file_and_any_difference_shows() {
    let visits = vec![visit(1, "2026-12-01T10:00"), visit(2, "2026-12-02T10:00")];
    let one = feed(Language::Es, visits);
    let file = write_feed(&one).unwrap();
    assert_eq!(file, write_feed(&one.clone()).unwrap());
    assert_eq!(file.matches("SUMMARY:Ocupado\r\n").count(), 2);
    let changes: [fn(&mut Feed); 5] = [
        |feed| feed.language = Language::En,
        |feed| feed.visits[0].name = [3; 16],
        |feed| feed.visits[0].sequence = 1,
        |feed| feed.visits[0].start = at("2026-12-01T09:45"),
        |feed| feed.visits.truncate(1),
    ];
    for change in changes {
        let mut other = one.clone();
        change(&mut other);
        assert_ne!(file, write_feed(&other).unwrap());
    }
}

#[test]
fn whoever_is_never_busy_has_a_calendar_too() {
    for language in Language::ALL {
        let file = write_feed(&feed(*language, Vec::new())).unwrap();
        assert!(file.starts_with("BEGIN:VCALENDAR\r\n") && file.ends_with("END:VCALENDAR\r\n"));
        assert!(!file.contains("VEVENT"));
    }
}

#[test]
fn a_time_that_no_calendar_shows_is_refused() {
    let mut visit = visit(1, "2026-12-01T10:00");
    visit.end = Timestamp::from_micros(i64::MAX);
    assert!(write_feed(&feed(Language::En, vec![visit])).is_err());
}
