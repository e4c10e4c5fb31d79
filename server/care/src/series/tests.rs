//! Rules as people write them, and the days that they name.

use super::*;
use crate::civil::{Zone, Zones, parse_date};

fn date(text: &str) -> Date {
    parse_date(text).unwrap()
}

fn rule(text: &str, first: &str) -> Rule {
    Rule::parse(text, date(first)).unwrap()
}

/// The first days of a rule.
fn days(text: &str, first: &str, many: usize) -> Vec<String> {
    let days = rule(text, first).days(date(first), None, date("2999-01-01"));
    let days = days.unwrap().into_iter().take(many);
    days.map(|day| day.to_string()).collect()
}

#[test]
fn a_rule_names_its_days() {
    for (text, first, expected) in [
        (
            "FREQ=WEEKLY;COUNT=3",
            "2026-11-03",
            "2026-11-03 2026-11-10 2026-11-17",
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;COUNT=3",
            "2026-11-03",
            "2026-11-03 2026-11-17 2026-12-01",
        ),
        (
            "FREQ=WEEKLY;BYDAY=TU,FR;COUNT=4",
            "2026-11-03",
            "2026-11-03 2026-11-06 2026-11-10 2026-11-13",
        ),
        (
            "FREQ=WEEKLY;UNTIL=20261117",
            "2026-11-03",
            "2026-11-03 2026-11-10 2026-11-17",
        ),
        (
            "FREQ=DAILY;BYDAY=MO,FR;COUNT=3",
            "2026-11-06",
            "2026-11-06 2026-11-09 2026-11-13",
        ),
        (
            "FREQ=MONTHLY;BYDAY=2TU;COUNT=3",
            "2026-11-10",
            "2026-11-10 2026-12-08 2027-01-12",
        ),
        (
            "FREQ=MONTHLY;BYDAY=-1FR;COUNT=3",
            "2026-11-27",
            "2026-11-27 2026-12-25 2027-01-29",
        ),
        (
            "FREQ=MONTHLY;COUNT=3",
            "2026-08-31",
            "2026-08-31 2026-10-31 2026-12-31",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3",
            "2026-11-30",
            "2026-11-30 2026-12-31 2027-01-31",
        ),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3",
            "2026-11-30",
            "2026-11-30 2026-12-31 2027-01-29",
        ),
        (
            "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=2",
            "2026-11-13",
            "2026-11-13 2027-08-13",
        ),
    ] {
        assert_eq!(days(text, first, 9).join(" "), expected, "{text}");
    }
}

#[test]
fn a_rule_has_one_spelling_and_reads_back() {
    for (written, spelled) in [
        ("COUNT=3;FREQ=WEEKLY", "FREQ=WEEKLY;COUNT=3"),
        ("FREQ=WEEKLY;INTERVAL=01;COUNT=003", "FREQ=WEEKLY;COUNT=3"),
        (
            "FREQ=WEEKLY;BYDAY=FR,TU,FR;COUNT=3",
            "FREQ=WEEKLY;BYDAY=TU,FR;COUNT=3",
        ),
        (
            "FREQ=MONTHLY;BYDAY=+1TU;COUNT=3",
            "FREQ=MONTHLY;BYDAY=1TU;COUNT=3",
        ),
        (
            "FREQ=MONTHLY;BYSETPOS=1;BYMONTHDAY=4,3;UNTIL=20270101",
            "FREQ=MONTHLY;BYMONTHDAY=3,4;BYSETPOS=1;UNTIL=20270101",
        ),
    ] {
        let rule = rule(written, "2026-11-03");
        assert_eq!(rule.to_string(), spelled);
        assert_eq!(Rule::parse(spelled, date("2026-11-03")), Ok(rule));
    }
}

#[test]
fn what_no_series_may_say_is_refused() {
    let long = format!("FREQ=MONTHLY;COUNT=3;BYMONTHDAY={}3", "3,".repeat(100));
    for text in [
        "",
        "RRULE:FREQ=WEEKLY;COUNT=3",
        "FREQ=WEEKLY",
        "COUNT=3",
        "FREQ=YEARLY;COUNT=3",
        "FREQ=HOURLY;COUNT=3",
        "freq=weekly;COUNT=3",
        "FREQ=WEEKLY;COUNT=3;",
        "FREQ=WEEKLY;COUNT=3;COUNT=3",
        "FREQ=WEEKLY;COUNT=3;UNTIL=20270101",
        "FREQ=WEEKLY;COUNT=1",
        "FREQ=WEEKLY;COUNT=105",
        "FREQ=WEEKLY;COUNT=+3",
        "FREQ=WEEKLY;COUNT=",
        "FREQ=WEEKLY;INTERVAL=0;COUNT=3",
        "FREQ=WEEKLY;INTERVAL=13;COUNT=3",
        "FREQ=WEEKLY;UNTIL=20261102",
        "FREQ=WEEKLY;UNTIL=20281104",
        "FREQ=WEEKLY;UNTIL=20270230",
        "FREQ=WEEKLY;UNTIL=20270101T100000Z",
        "FREQ=WEEKLY;UNTIL=2027-01-01",
        "FREQ=WEEKLY;BYDAY=;COUNT=3",
        "FREQ=WEEKLY;BYDAY=XX;COUNT=3",
        "FREQ=WEEKLY;BYDAY=\u{f1}\u{f1};COUNT=3",
        "FREQ=WEEKLY;BYDAY=2TU;COUNT=3",
        "FREQ=WEEKLY;BYDAY=WE;COUNT=3",
        "FREQ=WEEKLY;BYMONTHDAY=3;COUNT=3",
        "FREQ=WEEKLY;BYDAY=TU;BYSETPOS=1;COUNT=3",
        "FREQ=WEEKLY;BYHOUR=10;COUNT=3",
        "FREQ=WEEKLY;WKST=SU;COUNT=3",
        "FREQ=MONTHLY;BYDAY=0TU;COUNT=3",
        "FREQ=MONTHLY;BYDAY=6TU;COUNT=3",
        "FREQ=MONTHLY;BYDAY=2TU;COUNT=3",
        "FREQ=MONTHLY;BYMONTHDAY=0;COUNT=3",
        "FREQ=MONTHLY;BYMONTHDAY=32;COUNT=3",
        "FREQ=MONTHLY;BYMONTHDAY=999;COUNT=3",
        "FREQ=MONTHLY;BYSETPOS=1;COUNT=3",
        &long,
    ] {
        let refused = Rule::parse(text, date("2026-11-03"));
        assert_eq!(
            refused.map_err(|refusal| refusal.code),
            Err(Code::RuleInvalid),
            "{text}"
        );
    }
}

#[test]
fn a_shift_is_so_many_days_and_another_time() {
    let day = date("2026-11-10");
    let wanted = |text| CivilTime::parse(text).unwrap();
    let shift = Shift::between(day, wanted("2026-11-12T09:15")).unwrap();
    assert_eq!((shift.days(), shift.minute()), (2, 555));
    assert_eq!(
        shift.civil_of(date("2026-12-31")).to_string(),
        "2027-01-02T09:15"
    );
    assert!(Shift::between(day, wanted("2026-12-11T09:15")).is_ok());
    assert!(Shift::between(day, wanted("2026-12-12T09:15")).is_err());
    assert!(Shift::between(day, wanted("2026-10-09T09:15")).is_err());
}

#[test]
fn what_it_says_is_said_of_the_days_where_it_stands() {
    let tuesday = date("2026-11-03");
    let weekly = rule("FREQ=WEEKLY;INTERVAL=2;COUNT=10", "2026-11-03");
    let said = weekly.repeats(tuesday, Shift::new(0, 600));
    assert_eq!((said.interval, said.count, said.until), (2, Some(10), None));
    assert_eq!((said.days[0].weekday, said.days[0].nth), (2, None));
    let shifted = weekly.repeats(tuesday, Shift::new(-2, 600));
    assert_eq!((shifted.days[0].weekday, shifted.shift_days), (7, 0));
    let monthly = rule("FREQ=MONTHLY;BYDAY=1TU;UNTIL=20270630", "2026-11-03");
    let said = monthly.repeats(tuesday, Shift::new(1, 600));
    assert_eq!((said.days[0].weekday, said.days[0].nth), (2, Some(1)));
    assert_eq!(
        (said.shift_days, said.until.as_deref()),
        (1, Some("2027-06-30"))
    );
    let third = rule("FREQ=MONTHLY;COUNT=4", "2026-11-03");
    assert_eq!(third.repeats(tuesday, Shift::new(0, 600)).month_days, [3]);
}

/// Zone, the civil time of every visit | what clocks show on each of some days.
const CHANGES: &str = "
    Australia/Lord_Howe 2026-10-03 02:15 | 02:15+10:30 02:45+11:00 02:15+11:00
    Africa/Cairo        2026-04-23 00:30 | 00:30+02:00 01:30+03:00 00:30+03:00
    America/Havana      2028-03-11 00:30 | 00:30-05:00 01:30-04:00 00:30-04:00
    America/Santiago    2026-09-05 00:30 | 00:30-04:00 01:30-03:00 00:30-03:00
    Africa/Casablanca   2027-02-06 02:30 | 02:30+00:00 02:30+00:00 02:30+00:00
    Pacific/Apia        2011-12-29 10:00 | 10:00-10:00 10:00+14:00 10:00+14:00
    Europe/Dublin       2026-10-24 01:30 | 01:30+01:00 01:30+01:00 01:30+00:00
";

#[test]
fn each_visit_keeps_its_civil_time_through_every_change_of_the_clocks() {
    for line in CHANGES.lines().filter(|line| line.contains('|')) {
        let words: Vec<_> = line
            .split_whitespace()
            .filter(|word| *word != "|")
            .collect();
        let (first, clock) = (date(words[1]), words[2]);
        let zone: Zone = Zones::bundled().find(words[0]).unwrap();
        let minute = CivilTime::parse(&format!("{}T{clock}", words[1]))
            .unwrap()
            .minute();
        let daily = rule("FREQ=DAILY;COUNT=3", words[1]);
        let days = daily.days(first, None, plus_days(first, 9)).unwrap();
        let shown: Vec<_> = days
            .iter()
            .map(|day| zone.local(zone.resolve(Shift::new(0, minute).civil_of(*day))))
            .map(|local| format!("{}{}", &local.civil[11..], local.offset))
            .collect();
        assert_eq!(shown, words[3..], "{line}");
    }
}
