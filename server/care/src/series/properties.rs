//! What is true of every rule.

use proptest::prelude::*;

use super::*;
use crate::civil::{Zone, Zones};

const TORTURE: [&str; 6] = [
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/Havana",
    "America/Santiago",
    "Africa/Casablanca",
    "Pacific/Apia",
];

fn any_zone() -> impl Strategy<Value = Zone> {
    prop::sample::select(&TORTURE[..]).prop_map(|name| Zones::bundled().find(name).unwrap())
}

/// Of 2010 (the year before Apia's missing day) to 2030.
fn any_day() -> impl Strategy<Value = Date> {
    let first = Date::constant(2010, 1, 1);
    (0_i32..7_300).prop_map(move |days| plus_days(first, days))
}

fn list<T: std::fmt::Display>(name: &str, values: &[T]) -> String {
    let values: Vec<_> = values.iter().map(ToString::to_string).collect();
    if values.is_empty() {
        return String::new();
    }
    format!(";{name}={}", values.join(","))
}

fn any_weekdays() -> impl Strategy<Value = Vec<&'static str>> {
    let names = vec!["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    prop::sample::subsequence(names, 0..=4)
}

fn any_of_months() -> impl Strategy<Value = String> {
    let nth = (
        prop::sample::select(vec![1, 2, 3, 4, 5, -1, -2]),
        any_weekdays(),
    );
    let nth = nth.prop_map(|(nth, days)| {
        let days: Vec<_> = days.iter().map(|day| format!("{nth}{day}")).collect();
        list("BYDAY", &days)
    });
    let month_days = prop::collection::vec(prop_oneof![1_i8..=31, -5_i8..=-1], 0..4);
    let month_days = month_days.prop_map(|days| list("BYMONTHDAY", &days));
    let placed = (any_weekdays(), prop_oneof![1_i8..=5, -5_i8..=-1]);
    let placed = placed.prop_map(|(days, position)| {
        if days.is_empty() {
            return String::new();
        }
        list("BYDAY", &days) + &list("BYSETPOS", &[position])
    });
    prop_oneof![nth, month_days, placed]
}

/// A rule of every kind, and its first day: where it begins, looked for from a day on.
fn any_rule() -> impl Strategy<Value = (Rule, Date)> {
    let frequency = prop_oneof![
        Just("FREQ=DAILY".to_owned()),
        any_weekdays().prop_map(|days| format!("FREQ=DAILY{}", list("BYDAY", &days))),
        any_weekdays().prop_map(|days| format!("FREQ=WEEKLY{}", list("BYDAY", &days))),
        any_of_months().prop_map(|rest| format!("FREQ=MONTHLY{rest}")),
    ];
    let end = prop_oneof![(2_u16..=104).prop_map(Ok), (0_i32..700).prop_map(Err)];
    (frequency, 1_u16..=12, end, any_day()).prop_filter_map(
        "a rule that names a day soon",
        |(frequency, interval, end, from)| {
            (0..62).map(|days| plus_days(from, days)).find_map(|first| {
                let end = match end {
                    Ok(count) => format!("COUNT={count}"),
                    Err(days) => {
                        let day = plus_days(first, days).to_string().replace('-', "");
                        format!("UNTIL={day}")
                    }
                };
                let text = format!("{frequency};INTERVAL={interval};{end}");
                let rule = Rule::parse(&text, first).ok()?;
                Some((rule, first))
            })
        },
    )
}

proptest! {
    #[test]
    fn the_days_of_a_rule_are_in_order_each_once_and_within_bounds(
        (rule, first) in any_rule(), after in 0_i32..400, long in 0_i32..400,
    ) {
        let (after, until) = (plus_days(first, after), plus_days(first, after + long));
        let all = rule.days(first, None, until).unwrap();
        prop_assert_eq!(all.first(), Some(&first));
        prop_assert!(all.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", all);
        prop_assert!(all.last().is_some_and(|last| *last <= until));
        let some = rule.days(first, Some(after), until).unwrap();
        let expected: Vec<_> = all.into_iter().filter(|day| *day > after).collect();
        prop_assert_eq!(&some, &expected);
        let next = rule.next(first, after).unwrap();
        prop_assert_eq!(next.filter(|day| *day <= until), expected.first().copied());
    }

    #[test]
    fn a_rule_ends(( rule, first) in any_rule()) {
        // A 29 February that is its month's fifth Wednesday comes every 28 years, or 40: 104 of them
        // are over before the calendar is.
        let all = rule.days(first, None, Date::MAX).unwrap();
        match rule.end {
            End::Count(count) => prop_assert_eq!(all.len(), usize::from(count)),
            End::Until(day) => prop_assert!(all.iter().all(|one| *one <= day)),
        }
        let last = *all.last().unwrap();
        prop_assert_eq!(rule.next(first, last).unwrap(), None);
    }

    #[test]
    fn a_rule_reads_back((rule, first) in any_rule()) {
        prop_assert_eq!(Rule::parse(&rule.to_string(), first), Ok(rule));
    }

    #[test]
    fn every_visit_has_the_same_minute_on_its_own_clocks(
        (rule, first) in any_rule(), zone in any_zone(), minute in 0_u16..1_440, days in -31_i32..=31,
    ) {
        let shift = Shift::new(days, minute);
        let mut before = None;
        for day in rule.days(first, None, plus_days(first, 400)).unwrap() {
            let civil = shift.civil_of(day);
            prop_assert_eq!(civil.minute(), minute);
            let start = zone.resolve(civil);
            // Where the clocks skip it, it is read as RFC 5545 has it: later by as much as they skip.
            let shown = zone.civil(start);
            let skipped = zone.resolve_typed(civil).is_err();
            prop_assert!(skipped || shown == civil, "{} shows {}", civil, shown);
            // A day that is skipped as a whole begins with the next one, and so may its visit.
            prop_assert!(before.is_none_or(|before| before <= start));
            before = Some(start);
        }
    }

    #[test]
    fn no_text_breaks_the_reader(text in "[A-Z=;,0-9+\u{f1}-]{0,60}", day in any_day()) {
        let _ = Rule::parse(&text, day);
    }
}
