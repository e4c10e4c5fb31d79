//! Slots on the days on which clocks change.

use super::tests::{at, clock, date, terms, zone};
use super::*;

/// Place, day, hours, length (minutes) | slots; the grid is as wide as a slot.
const CLOCK_CHANGES: &str = "
    America/Edmonton    2026-03-08 00:00-06:00 60  | 00:00 01:00 03:00 04:00 05:00
    America/Edmonton    2026-03-08 01:00-03:00 60  | 01:00
    America/Edmonton    2026-03-08 01:00-04:00 120 | 01:00
    America/Edmonton    2026-03-08 01:00-02:30 60  | 01:00
    America/Edmonton    2026-03-08 02:30-04:00 30  | 03:00 03:30
    America/Edmonton    2026-03-08 02:00-03:00 30  |
    America/Edmonton    2026-03-08 00:00-02:15,02:45-04:00 180 | 00:00
    Europe/Dublin       2026-10-25 00:00-03:00 60  | 00:00 01:00 02:00
    Europe/Dublin       2026-10-25 01:00-02:00 120 | 01:00
    Europe/Dublin       2026-10-25 00:00-03:00 240 | 00:00
    Europe/Dublin       2026-10-25 00:00-03:00 241 |
    Europe/Dublin       2026-10-25 00:00-01:30 90  | 00:00
    Europe/Dublin       2026-10-25 00:00-01:30 91  |
    Australia/Lord_Howe 2026-10-04 01:30-03:00 30  | 01:30 02:30
    Australia/Lord_Howe 2027-04-04 01:00-02:00 90  | 01:00
    Africa/Cairo        2026-04-24 00:00-02:00 60  | 01:00
    Africa/Cairo        2026-10-29 22:00-24:00 60  | 22:00 23:00
    Africa/Cairo        2026-10-29 22:00-24:00 180 | 22:00
    Asia/Beirut         2027-03-28 00:00-02:00 60  | 01:00
    America/Havana      2027-11-07 00:00-01:00 60  | 00:00
    America/Havana      2027-11-07 00:00-01:00 120 | 00:00
    America/Santiago    2026-09-06 00:00-02:00 60  | 01:00
    Pacific/Apia        2011-12-29 09:00-12:00 60  | 09:00 10:00 11:00
    Pacific/Apia        2011-12-30 09:00-12:00 60  |
    Pacific/Apia        2011-12-31 09:00-12:00 60  | 09:00 10:00 11:00
";

#[test]
fn an_interval_over_a_clock_change_loses_or_gains_the_real_time() {
    let minute = |time: &str| -> u16 {
        let (hour, minute) = time.split_once(':').unwrap();
        hour.parse::<u16>().unwrap() * 60 + minute.parse::<u16>().unwrap()
    };
    for line in CLOCK_CHANGES.lines().filter(|line| line.contains('|')) {
        let (asked, expected) = line.split_once('|').unwrap();
        let [name, day, open, minutes] = *asked.split_whitespace().collect::<Vec<_>>() else {
            panic!("{line}");
        };
        let ends = open.split(',').map(|open| open.split_once('-').unwrap());
        let open: Vec<(u16, u16)> = ends.map(|(a, b)| (minute(a), minute(b))).collect();
        let minutes = minutes.parse().unwrap();
        let found = clock(name, day, &open, &terms(minutes, minutes));
        assert_eq!(
            found,
            expected.split_whitespace().collect::<Vec<_>>(),
            "{line}"
        );
    }
}

#[test]
fn hours_that_began_stay_open_when_clocks_go_back_over_midnight() {
    // At 00:01 the clocks went back to 23:01 of the day before.
    let zone = zone("America/St_Johns");
    let open = vec![(0, 60)];
    let dated = vec![Dated {
        date: date("2010-11-07"),
        open,
    }];
    let hours = Hours {
        dated,
        ..Hours::default()
    };
    let begin = at(&zone, "2010-11-07T00:00");
    let again = begin.plus_seconds(1_800);
    assert_eq!(zone.civil(again).to_string(), "2010-11-06T23:30");
    assert_eq!(fits(&hours, &zone, &terms(15, 15), again, begin), Ok(()));
    assert_eq!(fits(&hours, &zone, &terms(120, 15), begin, begin), Ok(()));
    let early = fits(
        &hours,
        &zone,
        &terms(15, 15),
        begin.plus_seconds(-60),
        begin.plus_seconds(-60),
    );
    assert_eq!(early.unwrap_err().code, Code::NotAvailable);
}
