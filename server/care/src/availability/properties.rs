//! Slots against a second statement of the rules, which walks through time minute by minute and looks
//! at the clock.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::tests::{date, terms, zone};
use super::*;

const TORTURE: [&str; 9] = [
    "America/Edmonton",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/Havana",
    "America/Santiago",
    "Asia/Beirut",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "Europe/Dublin",
];

/// The rules once more, by looking at the clock at every minute from `from` on.
struct Walk {
    from: Timestamp,
    /// What the clock shows, minute by minute.
    shown: Vec<CivilTime>,
    /// Whether the worker's hours cover that minute.
    open: Vec<bool>,
    /// The hours of each date that the clock shows.
    hours: BTreeMap<Date, Vec<(u16, u16)>>,
}

/// The hours of a date, joined by marking minutes.
fn join_hours(hours: &Hours, date: Date) -> Vec<(u16, u16)> {
    let dated: Vec<&Dated> = hours
        .dated
        .iter()
        .filter(|dated| dated.date == date)
        .collect();
    let weekly = hours
        .weekly
        .iter()
        .filter(|weekly| weekly.weekday == date.weekday());
    let closed = (hours.closed.iter()).any(|closed| (closed.first..=closed.last).contains(&date));
    let open: Vec<(u16, u16)> = if !dated.is_empty() {
        dated.iter().flat_map(|dated| dated.open.clone()).collect()
    } else if closed {
        Vec::new()
    } else {
        weekly.map(|weekly| (weekly.from, weekly.until)).collect()
    };
    let mut marks = [false; 1_441];
    for (from, until) in open {
        for minute in from..until {
            marks[usize::from(minute)] = true;
        }
    }
    let mut joined = Vec::new();
    let mut began = None;
    for (minute, open) in (0_u16..).zip(marks) {
        match (began, open) {
            (None, true) => began = Some(minute),
            (Some(from), false) => {
                joined.push((from, minute));
                began = None;
            }
            _ => {}
        }
    }
    joined
}

impl Walk {
    fn new(hours: &Hours, zone: &Zone, from: Timestamp, minutes: i64) -> Self {
        let instants = (0..minutes).map(|minute| from.plus_seconds(minute * 60));
        let shown: Vec<CivilTime> = instants.map(|t| zone.civil(t)).collect();
        let dates: BTreeSet<Date> = shown.iter().map(|shown| shown.date()).collect();
        let hours = dates
            .into_iter()
            .map(|date| (date, join_hours(hours, date)))
            .collect();
        let mut walk = Self {
            from,
            open: vec![false; shown.len()],
            shown,
            hours,
        };
        for (date, hours) in &walk.hours {
            for (from, until) in hours {
                // Hours last from the first time that the clock shows their beginning, or later, to
                // the first time that it shows their end, or later.
                let first = |minute: &u16| {
                    let civil = CivilTime::at_minute(*date, *minute);
                    walk.shown.iter().position(|shown| *shown >= civil)
                };
                let (from, until) = (first(from), first(until));
                let until = until.unwrap_or(walk.open.len());
                walk.open[from.unwrap_or(until)..until].fill(true);
            }
        }
        walk
    }

    fn slots(&self, terms: &Terms, skip: usize, busy: &[Busy]) -> Vec<Timestamp> {
        let length = usize::from(terms.minutes);
        let mut last_shown: Option<CivilTime> = None;
        let mut found = Vec::new();
        for (index, shown) in self.shown.iter().enumerate() {
            let first_time = last_shown.is_none_or(|last| last < *shown);
            last_shown = last_shown.max(Some(*shown));
            let minute = i64::try_from(index).unwrap();
            let start = self.from.plus_seconds(minute * 60);
            let end = start.plus_seconds(i64::from(terms.minutes) * 60);
            let on_grid = self.hours[&shown.date()].iter().any(|(from, until)| {
                (*from..*until).contains(&shown.minute())
                    && (shown.minute() - from).is_multiple_of(terms.step_minutes)
            });
            let open = self.open.get(index..index + length);
            let from = start.plus_seconds(-60 * i64::from(terms.before_minutes));
            let until = end.plus_seconds(60 * i64::from(terms.after_minutes));
            let free = busy
                .iter()
                .all(|busy| busy.end <= from || until <= busy.start);
            if first_time
                && on_grid
                && open.is_some_and(|open| open.iter().all(|open| *open))
                && free
                && index >= skip
            {
                found.push(start);
            }
        }
        found
    }
}

fn any_open() -> impl Strategy<Value = (u16, u16)> {
    let quarter = prop_oneof![(0_u16..=96).prop_map(|quarter| quarter * 15), 0_u16..=1_440];
    // Near midnight and near the small hours, where clocks change.
    let end = prop_oneof![quarter.clone(), 0_u16..=240, 1_300_u16..=1_440];
    (end.clone(), end)
}

fn any_hours() -> impl Strategy<Value = Hours> {
    let weekly = prop::collection::vec((0_usize..7, any_open()), 0..20);
    let dated = prop::collection::vec((0_i32..6, prop::collection::vec(any_open(), 0..3)), 0..3);
    let closed = prop::collection::vec((0_i32..6, 0_i32..3), 0..2);
    (weekly, dated, closed).prop_map(|(weekly, dated, closed)| Hours {
        weekly: weekly
            .into_iter()
            .map(|(day, (from, until))| Weekly {
                weekday: Weekday::Monday.wrapping_add(i32::try_from(day).unwrap()),
                from,
                until,
            })
            .collect(),
        // Counted from the first day walked; made real by `place`.
        dated: dated
            .into_iter()
            .map(|(day, open)| Dated {
                date: plus_days(Date::constant(2000, 1, 1), day),
                open,
            })
            .collect(),
        closed: closed
            .into_iter()
            .map(|(day, more)| Closed {
                first: plus_days(Date::constant(2000, 1, 1), day),
                last: plus_days(Date::constant(2000, 1, 1), day + more),
            })
            .collect(),
    })
}

fn place(hours: &mut Hours, first: Date) {
    let placed = |date: Date| plus_days(first, i32::from(date.day()) - 1);
    for dated in &mut hours.dated {
        dated.date = placed(dated.date);
    }
    for closed in &mut hours.closed {
        *closed = Closed {
            first: placed(closed.first),
            last: placed(closed.last),
        };
    }
}

/// Days just before a clock change, where the zone has them.
fn any_place() -> impl Strategy<Value = (Zone, Date)> {
    let change = prop::sample::select(
        &[
            ("America/Edmonton", "2026-03-06"),
            ("Australia/Lord_Howe", "2026-10-02"),
            ("Australia/Lord_Howe", "2027-04-02"),
            ("Africa/Cairo", "2026-04-22"),
            ("Africa/Cairo", "2026-10-27"),
            ("America/Havana", "2028-03-10"),
            ("America/Havana", "2027-11-05"),
            ("America/Santiago", "2026-04-02"),
            ("America/Santiago", "2026-09-04"),
            ("Asia/Beirut", "2027-03-26"),
            ("Asia/Beirut", "2026-10-22"),
            ("Pacific/Apia", "2011-12-28"),
            ("Europe/Dublin", "2026-03-27"),
            ("Europe/Dublin", "2026-10-23"),
            ("America/St_Johns", "2010-11-05"),
            ("America/St_Johns", "2010-03-12"),
        ][..],
    );
    let anywhere = (prop::sample::select(&TORTURE[..]), 0_i32..7_000)
        .prop_map(|(name, day)| (zone(name), plus_days(date("2011-01-01"), day)));
    prop_oneof![
        3 => change.prop_map(|(name, day)| (zone(name), date(day))),
        1 => anywhere,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn slots_are_those_that_a_walk_through_time_finds(
        (zone, first) in any_place(),
        mut hours in any_hours(),
        minutes in 1_u16..300,
        step_minutes in 1_u16..100,
        busy in prop::collection::vec((0_i64..5_760, 0_i64..300), 0..12),
        notice in 0_u16..2_000,
        [before_minutes, after_minutes] in [0_u16..90, 0_u16..90],
    ) {
        place(&mut hours, first);
        let from = zone.start_of(first);
        let mut busy: Vec<Busy> = busy
            .into_iter()
            .map(|(start, length)| {
                let start = from.plus_seconds(start * 60);
                Busy { start, end: start.plus_seconds(length * 60) }
            })
            .filter(|busy| busy.start < busy.end)
            .collect();
        busy.sort_by_key(|busy| busy.start);
        let terms = Terms {
            minutes,
            step_minutes,
            notice_s: i64::from(notice) * 60,
            days_ahead: 30,
            before_minutes,
            after_minutes,
        };
        let walk = Walk::new(&hours, &zone, from, 5 * 1_440);
        // Starts of the first four days; the walk sees one more for their ends.
        let until = from.plus_seconds(4 * 86_400);
        let mut expected = walk.slots(&terms, usize::from(notice), &busy);
        expected.retain(|start| *start < until);
        let span = SlotSpan { from, until };
        let found = slots(&hours, &zone, &terms, span, &busy, from, 10_000);
        prop_assert_eq!(&found, &expected);
        let few = slots(&hours, &zone, &terms, span, &busy, from, 3);
        prop_assert_eq!(&few[..], &found[..found.len().min(3)]);
    }

    #[test]
    fn a_team_is_free_where_the_first_is_and_each_other_fits(
        (zone_of_first, day) in any_place(),
        mut all in prop::collection::vec((any_hours(), prop::sample::select(&TORTURE[..])), 1..4),
        minutes in 1_u16..200,
        busy in prop::collection::vec((0_i64..5_760, 1_i64..300), 0..6),
        notice in 0_u16..2_000,
        [before_minutes, after_minutes] in [0_u16..90, 0_u16..90],
    ) {
        for (hours, _) in &mut all {
            place(hours, day);
        }
        let from = zone_of_first.start_of(day);
        let minute = |minute| from.plus_seconds(minute * 60);
        let mut busy: Vec<Busy> = busy
            .into_iter()
            .map(|(start, length)| Busy { start: minute(start), end: minute(start + length) })
            .collect();
        busy.sort_by_key(|busy| busy.start);
        let terms = Terms {
            notice_s: i64::from(notice) * 60,
            days_ahead: 3,
            before_minutes,
            after_minutes,
            ..terms(minutes, 10)
        };
        let span = SlotSpan { from, until: from.plus_seconds(4 * 86_400) };
        let all: Vec<(Hours, Zone)> = all.into_iter().map(|(hours, name)| (hours, zone(name))).collect();
        let (first, others) = all.split_first().unwrap();
        let member = |(hours, zone), busy| Member { hours, zone, busy };
        let mut team = vec![member((&first.0, &zone_of_first), &[][..])];
        team.extend(others.iter().map(|(hours, zone)| member((hours, zone), &busy[..])));
        let mut expected = slots(&first.0, &zone_of_first, &terms, span, &[], from, 10_000);
        expected.retain(|start| {
            let kept = kept_free(&terms, *start);
            others.iter().all(|(hours, zone)| {
                fits(hours, zone, &terms, *start, from).is_ok()
                    && busy.iter().all(|busy| busy.end <= kept.from || kept.until <= busy.start)
            })
        });
        prop_assert_eq!(slots_together(&team, &terms, span, from, 10_000), expected);
    }

    #[test]
    fn a_start_fits_where_the_hours_are_open_all_along(
        (zone, first) in any_place(),
        mut hours in any_hours(),
        minutes in 1_u16..300,
        starts in prop::collection::vec(0_usize..5_760, 30),
    ) {
        place(&mut hours, first);
        let from = zone.start_of(first);
        let walk = Walk::new(&hours, &zone, from, 5 * 1_440);
        let terms = terms(minutes, 15);
        for index in starts {
            let start = from.plus_seconds(i64::try_from(index).unwrap() * 60);
            let open = walk.open[index..index + usize::from(minutes)].iter().all(|open| *open);
            let judged = fits(&hours, &zone, &terms, start, from);
            let judged = judged.map_err(|refusal| refusal.code);
            let expected = if open { Ok(()) } else { Err(Code::NotAvailable) };
            prop_assert_eq!(judged, expected, "{}", zone.civil(start));
        }
    }
}
