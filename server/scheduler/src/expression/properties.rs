//! Whatever is written and wherever: runs rise, nothing is left out, and a naive oracle that looks at
//! every minute of every day finds the same.

use std::collections::BTreeSet;

use care::civil::{Date, Zones, parse_date, plus_days};
use proptest::prelude::*;

use super::*;

/// Zones with the days around which something happens to their clocks (scheduling.md, section 1).
const CHANGES: [(&str, &str); 20] = [
    ("America/Vancouver", "2024-03-10"),
    ("America/Vancouver", "2024-11-03"),
    ("America/Edmonton", "2024-03-10"),
    ("America/Edmonton", "2024-11-03"),
    ("Africa/Casablanca", "2025-02-23"),
    ("Africa/Casablanca", "2025-04-06"),
    ("Australia/Lord_Howe", "2025-04-06"),
    ("Australia/Lord_Howe", "2025-10-05"),
    ("Africa/Cairo", "2025-04-25"),
    ("Africa/Cairo", "2025-10-31"),
    ("America/Havana", "2025-03-09"),
    ("America/Havana", "2025-11-02"),
    ("America/Santiago", "2025-04-06"),
    ("America/Santiago", "2025-09-07"),
    ("Asia/Beirut", "2025-03-30"),
    ("Asia/Beirut", "2025-10-26"),
    ("Pacific/Apia", "2011-12-30"),
    ("Asia/Kathmandu", "2025-01-01"),
    ("Europe/Dublin", "2025-03-30"),
    ("Europe/Dublin", "2025-10-26"),
];
/// Days that the oracle looks at, the change in their middle.
const DAYS: i32 = 6;
/// Of these the runs are compared: what a gap moves stays within them.
const COMPARED: i32 = 5;

/// One field, as it is written and as the oracle reads it.
#[derive(Debug, Clone, Copy)]
enum Field {
    Any,
    One(u8),
    Range(u8, u8),
    Steps(u8, u8, u8),
}

impl Field {
    fn text(self) -> String {
        match self {
            Self::Any => "*".to_owned(),
            Self::One(n) => n.to_string(),
            Self::Range(first, last) => format!("{first}-{last}"),
            Self::Steps(first, last, step) => format!("{first}-{last}/{step}"),
        }
    }

    fn holds(self, n: u8) -> bool {
        match self {
            Self::Any => true,
            Self::One(one) => n == one,
            Self::Range(first, last) => (first..=last).contains(&n),
            Self::Steps(first, last, step) => {
                (first..=last).contains(&n) && (n - first).is_multiple_of(step)
            }
        }
    }
}

fn field(least: u8, most: u8) -> impl Strategy<Value = Field> {
    let pair = (least..=most, least..=most).prop_map(|(a, b)| (a.min(b), a.max(b)));
    prop_oneof![
        2 => Just(Field::Any),
        2 => (least..=most).prop_map(Field::One),
        1 => pair.clone().prop_map(|(first, last)| Field::Range(first, last)),
        1 => (pair, 1..=6_u8).prop_map(|((first, last), step)| Field::Steps(first, last, step)),
    ]
}

/// Minute, hour, day of month, month, weekday; never both days.
fn fields() -> impl Strategy<Value = [Field; 5]> {
    let days = prop_oneof![
        field(1, 31).prop_map(|day| (day, Field::Any)),
        field(0, 6).prop_map(|weekday| (Field::Any, weekday)),
    ];
    let month = prop_oneof![6 => Just(Field::Any), 1 => field(1, 12)];
    (field(0, 59), field(0, 23), days, month)
        .prop_map(|(minute, hour, (day, weekday), month)| [minute, hour, day, month, weekday])
}

fn text(fields: [Field; 5]) -> String {
    fields.map(Field::text).join(" ")
}

/// Every minute of every day, one by one.
fn oracle(fields: [Field; 5], zone: &Zone, first: Date) -> BTreeSet<Timestamp> {
    let [minutes, hours, day, month, weekday] = fields;
    let mut runs = BTreeSet::new();
    for date in (0..DAYS).map(|days| plus_days(first, days)) {
        let number = date.weekday().to_sunday_zero_offset().unsigned_abs();
        let on = day.holds(date.day().unsigned_abs())
            && month.holds(date.month().unsigned_abs())
            && weekday.holds(number);
        if !on {
            continue;
        }
        for hour in (0..24).filter(|hour| hours.holds(*hour)) {
            for minute in (0..60).filter(|minute| minutes.holds(*minute)) {
                let civil = CivilTime::parse(&format!("{date}T{hour:02}:{minute:02}"));
                runs.insert(zone.resolve(civil.unwrap()));
            }
        }
    }
    runs
}

fn midnight(zone: &Zone, date: Date) -> Timestamp {
    zone.resolve(CivilTime::parse(&format!("{date}T00:00")).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_naive_oracle_finds_the_same_runs(fields in fields(), change in 0..CHANGES.len()) {
        let (zone, day) = CHANGES[change];
        let zone = Zones::bundled().find(zone).unwrap();
        let first = plus_days(parse_date(day).unwrap(), -2);
        let until = midnight(&zone, plus_days(first, COMPARED));
        let expression = Expression::parse(&text(fields), false).unwrap();
        let mut runs = BTreeSet::new();
        let mut last = midnight(&zone, first).plus_seconds(-60);
        while let Some(next) = expression.next_after(last, &zone).filter(|next| *next < until) {
            prop_assert!(next > last, "runs rise");
            runs.insert(next);
            last = next;
        }
        let expected: BTreeSet<_> = oracle(fields, &zone, first)
            .into_iter()
            .filter(|at| *at < until)
            .collect();
        prop_assert_eq!(runs, expected, "{} in {}", text(fields), zone.name());
    }

    #[test]
    fn who_asks_later_never_hears_of_an_earlier_run(
        fields in fields(),
        change in 0..CHANGES.len(),
        (a, b) in (0..4 * 86_400_i64, 0..4 * 86_400_i64),
    ) {
        let (zone, day) = CHANGES[change];
        let zone = Zones::bundled().find(zone).unwrap();
        let first = midnight(&zone, plus_days(parse_date(day).unwrap(), -2));
        let (early, late) = (first.plus_seconds(a.min(b)), first.plus_seconds(a.max(b)));
        let expression = Expression::parse(&text(fields), false).unwrap();
        let (early_run, late_run) =
            (expression.next_after(early, &zone), expression.next_after(late, &zone));
        if let (Some(early_run), Some(late_run)) = (early_run, late_run) {
            prop_assert!(early_run > early && late_run > late);
            prop_assert!(early_run <= late_run);
            // Nothing lies between an instant and the run that follows it.
            if early_run > late {
                prop_assert_eq!(early_run, late_run);
            }
        }
    }
}
