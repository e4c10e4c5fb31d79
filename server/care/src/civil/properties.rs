//! What is true of every instant on every clock.

use proptest::prelude::*;

use super::tests::{TORTURE, zone};
use super::*;

fn any_zone() -> impl Strategy<Value = Zone> {
    prop::sample::select(&TORTURE[..]).prop_map(zone)
}

/// Whole minutes from 1990 to 2060.
fn any_minute() -> impl Strategy<Value = Timestamp> {
    (10_519_200_i64..47_336_400).prop_map(|minute| Timestamp::from_micros(minute * 60_000_000))
}

proptest! {
    #[test]
    fn what_clocks_show_leads_back_to_the_instant_or_to_its_first_showing(
        zone in any_zone(), t in any_minute(),
    ) {
        let shown = zone.civil(t);
        let first = zone.resolve_typed(shown).unwrap();
        prop_assert_eq!(first, zone.resolve(shown));
        prop_assert_eq!(zone.civil(first), shown);
        prop_assert!(first <= t && t <= first.plus_seconds(3_600), "{} is shown first at {:?}", shown, first);
        prop_assert_eq!(zone.local(t).civil, shown.to_string());
        prop_assert_eq!(CivilTime::parse(&shown.to_string()), Ok(shown));
    }

    #[test]
    fn the_offset_told_is_the_distance_from_utc(zone in any_zone(), t in any_minute()) {
        let local = zone.local(t);
        let told = format!("{}:00{}", local.civil, local.offset);
        prop_assert_eq!(from_jiff(told.parse().unwrap()), t);
    }

    #[test]
    fn a_day_begins_where_the_one_before_it_ends(zone in any_zone(), t in any_minute()) {
        let date = zone.date(t);
        let start = zone.start_of(date);
        prop_assert_eq!(zone.date(start), date);
        prop_assert!(zone.date(Timestamp::from_micros(start.micros() - 1)) < date);
        prop_assert!(start <= t && t < zone.start_of(plus_days(date, 1)).plus_seconds(3_600));
    }

    #[test]
    fn later_on_the_clock_is_never_reached_sooner(
        zone in any_zone(), t in any_minute(), minutes in 0_u16..3_000,
    ) {
        let (date, from) = (zone.date(t), zone.civil(t).minute());
        let reached = |minute: u16| {
            let date = plus_days(date, i32::from(minute / DAY_MINUTES));
            zone.read(CivilTime::at_minute(date, minute % DAY_MINUTES)).reached()
        };
        prop_assert!(reached(from) <= reached(from + minutes));
    }

    #[test]
    fn clocks_read_one_after_another_say_what_each_instant_alone_does(
        zone in any_zone(),
        start in any_minute(),
        steps in prop::collection::vec(
            prop_oneof![-90_i64..90, 0_i64..3_000, 0_i64..200_000], 1..60,
        ),
    ) {
        let mut clocks = Clocks::of(&zone);
        let mut t = start;
        for step in steps {
            t = t.plus_seconds(step * 60);
            prop_assert_eq!(clocks.local(t), zone.local(t));
            prop_assert_eq!(clocks.is_first(t), zone.resolve(zone.civil(t)) == t);
        }
    }

    #[test]
    fn clocks_that_go_back_show_a_minute_first_only_once(zone in any_zone(), t in any_minute()) {
        // Two days before the next change and two after it.
        let Some(change) = zone.tz.following(to_jiff(t)).next() else {
            return Ok(());
        };
        let change = from_jiff(change.timestamp());
        let mut clocks = Clocks::of(&zone);
        for minute in (-3_000_i64..3_000).step_by(7) {
            let at = change.plus_seconds(minute * 60);
            prop_assert_eq!(clocks.is_first(at), zone.resolve(zone.civil(at)) == at);
        }
    }

    #[test]
    fn no_text_breaks_a_reader(text in ".{0,40}") {
        let _ = (CivilTime::parse(&text), parse_date(&text), Zones::bundled().find(&text).map(|_| ()));
    }
}
