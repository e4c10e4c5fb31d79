//! Runs around changes of the clocks, by hand.

use care::civil::Zones;

use super::*;

/// The next runs, as local times with their offset.
fn runs(expression: &str, zone: &str, from: &str, count: usize) -> Vec<String> {
    let zone = Zones::bundled().find(zone).unwrap();
    let expression = Expression::parse(expression, false).unwrap();
    let from = zone.resolve(CivilTime::parse(from).unwrap());
    let runs = expression.next_runs(from, &zone, count).into_iter();
    runs.map(|at| {
        let local = zone.local(at);
        format!("{}{}", local.civil, local.offset)
    })
    .collect()
}

#[test]
fn the_spring_gap_is_not_skipped() {
    // Chicago, 2027-03-14: 02:00 becomes 03:00.
    assert_eq!(
        runs("30 2 * * *", "America/Chicago", "2027-03-13T12:00", 2),
        ["2027-03-14T03:30-05:00", "2027-03-15T02:30-05:00"]
    );
}

#[test]
fn the_autumn_hour_comes_once() {
    // Chicago, 2026-11-01: 02:00 becomes 01:00.
    assert_eq!(
        runs("30 1 * * *", "America/Chicago", "2026-10-31T12:00", 2),
        ["2026-11-01T01:30-05:00", "2026-11-02T01:30-06:00"]
    );
    assert_eq!(
        runs("0,30 * * * *", "America/Chicago", "2026-11-01T00:30", 4),
        [
            "2026-11-01T01:00-05:00",
            "2026-11-01T01:30-05:00",
            "2026-11-01T02:00-06:00",
            "2026-11-01T02:30-06:00",
        ]
    );
}

#[test]
fn two_times_that_a_gap_makes_one_run_once() {
    let runs = runs("30 2,3 * * *", "America/Chicago", "2027-03-13T12:00", 3);
    assert_eq!(
        runs,
        [
            "2027-03-14T03:30-05:00",
            "2027-03-15T02:30-05:00",
            "2027-03-15T03:30-05:00",
        ]
    );
}

#[test]
fn what_a_gap_moved_does_not_hide_what_comes_before_it() {
    // Lord Howe, 2025-10-05: 02:00 becomes 02:30. Twenty past comes at ten to three, forty past before.
    assert_eq!(
        runs(
            "20,40 2 * * *",
            "Australia/Lord_Howe",
            "2025-10-04T12:00",
            3
        ),
        [
            "2025-10-05T02:40+11:00",
            "2025-10-05T02:50+11:00",
            "2025-10-06T02:20+11:00",
        ]
    );
}

#[test]
fn every_zone_that_does_it_differently() {
    for (expression, zone, from, expected) in [
        // Forward at midnight: a quarter past comes an hour later.
        (
            "15 0 * * *",
            "Africa/Cairo",
            "2025-04-24T12:00",
            ["2025-04-25T01:15+03:00", "2025-04-26T00:15+03:00"],
        ),
        (
            "15 0 * * *",
            "America/Havana",
            "2025-03-08T12:00",
            ["2025-03-09T01:15-04:00", "2025-03-10T00:15-04:00"],
        ),
        (
            "15 0 * * *",
            "Asia/Beirut",
            "2025-03-29T12:00",
            ["2025-03-30T01:15+03:00", "2025-03-31T00:15+03:00"],
        ),
        // Back at midnight: the last hour of the day comes twice, and runs once.
        (
            "30 23 * * *",
            "Asia/Beirut",
            "2025-10-25T12:00",
            ["2025-10-25T23:30+03:00", "2025-10-26T23:30+02:00"],
        ),
        (
            "30 23 * * *",
            "America/Santiago",
            "2025-04-05T12:00",
            ["2025-04-05T23:30-03:00", "2025-04-06T23:30-04:00"],
        ),
        // A day that never was: its ten o'clock is the next day's, once.
        (
            "0 10 * * *",
            "Pacific/Apia",
            "2011-12-29T12:00",
            ["2011-12-31T10:00+14:00", "2012-01-01T10:00+14:00"],
        ),
        (
            "0 6 * * *",
            "Asia/Kathmandu",
            "2025-01-01T12:00",
            ["2025-01-02T06:00+05:45", "2025-01-03T06:00+05:45"],
        ),
        // Where winter is the time that is changed to.
        (
            "30 1 * * *",
            "Europe/Dublin",
            "2025-03-29T12:00",
            ["2025-03-30T02:30+01:00", "2025-03-31T01:30+01:00"],
        ),
        (
            "30 2 * * *",
            "Africa/Casablanca",
            "2025-04-05T12:00",
            ["2025-04-06T03:30+01:00", "2025-04-07T02:30+01:00"],
        ),
    ] {
        assert_eq!(runs(expression, zone, from, 2), expected, "{zone}");
    }
}

#[test]
fn weekdays_are_those_of_posix() {
    // 2026-11-22 is a Sunday.
    let sunday = ["2026-11-29T07:30-06:00"];
    for expression in ["30 7 * * 0", "30 7 * * 7", "30 7 * * SUN", "30 7 * * sun"] {
        let runs = runs(expression, "America/Chicago", "2026-11-22T12:00", 1);
        assert_eq!(runs, sunday, "{expression}");
    }
    let days = |expression| -> Vec<String> {
        let runs = runs(expression, "America/Chicago", "2026-11-22T12:00", 3);
        runs.iter().map(|run| run[8..10].to_owned()).collect()
    };
    assert_eq!(days("30 7 * * 1-5"), ["23", "24", "25"]);
    assert_eq!(days("30 7 * * 5-7"), ["27", "28", "29"]);
    assert_eq!(days("30 7 * * 1-5/2"), ["23", "25", "27"]);
    assert_eq!(days("30 7 * * */3"), ["25", "28", "29"]);
}

#[test]
fn both_days_match_once_somebody_has_confirmed_it() {
    // Fridays that are the thirteenth: 2026-11-13, then 2027-08-13.
    let text = "0 9 13 * 5";
    let refused = Expression::parse(text, false).unwrap_err();
    assert_eq!(refused, ExpressionError::BothDays);
    let zone = Zones::bundled().find("America/Chicago").unwrap();
    let from = zone.resolve(CivilTime::parse("2026-11-01T12:00").unwrap());
    let runs = Expression::parse(text, true).unwrap();
    let runs = runs.next_runs(from, &zone, 2);
    let civil: Vec<String> = runs.iter().map(|at| zone.civil(*at).to_string()).collect();
    assert_eq!(civil, ["2026-11-13T09:00", "2027-08-13T09:00"]);
}

#[test]
fn a_day_that_no_year_has_never_comes() {
    let zone = Zones::bundled().find("America/Chicago").unwrap();
    let from = zone.resolve(CivilTime::parse("2026-11-01T12:00").unwrap());
    let never = Expression::parse("0 9 30 2 *", false).unwrap();
    assert_eq!(never.next_after(from, &zone), None);
}

#[test]
fn what_is_not_an_expression_is_refused() {
    for (text, error) in [
        ("30 7 * *", ExpressionError::Fields),
        ("0 30 7 * * *", ExpressionError::Fields),
        ("@daily", ExpressionError::Fields),
        ("30 7 1 * 1", ExpressionError::BothDays),
        ("30 7 * * 8", ExpressionError::Malformed),
        ("61 7 * * *", ExpressionError::Malformed),
        ("30 7 * * 1/0", ExpressionError::Malformed),
        ("5/15 7 * * *", ExpressionError::Malformed),
    ] {
        let refused = Expression::parse(text, false).unwrap_err();
        assert_eq!(refused, error, "{text}");
        assert_eq!(Refusal::from(refused).code, error.code());
    }
    let long = format!("{} 7 * * *", ["1"; 200].join(","));
    let refused = Expression::parse(&long, false).unwrap_err();
    assert_eq!(refused, ExpressionError::Malformed);
}
