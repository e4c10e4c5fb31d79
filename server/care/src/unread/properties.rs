//! What is true of every such mail, whoever gets it and whatever waits.

use proptest::prelude::*;

use super::*;
use crate::civil::{Zone, Zones};
use crate::quiet::any_window;

fn any_zone() -> impl Strategy<Value = Zone> {
    prop::sample::select(
        &[
            "America/Edmonton",
            "Australia/Lord_Howe",
            "Africa/Cairo",
            "America/Havana",
            "America/Santiago",
            "Asia/Kathmandu",
            "Europe/Dublin",
            "Pacific/Apia",
        ][..],
    )
    .prop_map(|name| Zones::bundled().find(name).unwrap())
}

/// From 2011 (the year of Apia's missing day) to 2030, any minute.
fn any_minute() -> impl Strategy<Value = i64> {
    21_600_000_i64..31_600_000
}

fn minute(minute: i64) -> Timestamp {
    Timestamp::from_micros(minute * 60_000_000)
}

/// So many minutes before then, or never.
fn before(now: i64) -> impl Strategy<Value = Option<Timestamp>> {
    prop::option::of((0_i64..2_000).prop_map(move |ago| minute(now - ago)))
}

#[derive(Debug, Clone)]
struct Case {
    reader: Reader,
    waiting: Waiting,
    now: Timestamp,
}

fn any_case() -> impl Strategy<Value = Case> {
    any_minute()
        .prop_flat_map(|now| {
            let times = (
                before(now),
                before(now),
                before(now),
                before(now),
                before(now),
            );
            let safe = prop::option::of(any_window());
            (
                Just(now),
                any_zone(),
                prop::bool::weighted(0.2),
                times,
                safe,
            )
        })
        .prop_map(|(now, zone, has_digest, times, safe)| {
            let (seen_at, told_at, told_urgent_at, newest, newest_urgent) = times;
            Case {
                reader: Reader {
                    hours: MailHours { zone, safe },
                    has_digest,
                    reachable: true,
                    unconfirmed: false,
                    wants_mail: true,
                    seen_at,
                    // A mail about an urgent message is a mail.
                    told_at: told_at.max(told_urgent_at),
                    told_urgent_at,
                    shut_out: false,
                },
                waiting: Waiting {
                    newest,
                    newest_urgent,
                },
                now: minute(now),
            }
        })
}

proptest! {
    #[test]
    fn never_by_night_unless_urgent(case in any_case()) {
        if let Ok(wanted) = decide(&case.reader, case.waiting, case.now)
            && wanted.urgent.is_none() && case.reader.hours.safe.is_none()
        {
            let shown = case.reader.hours.zone.local(wanted.due).civil;
            prop_assert!(("08:00".."21:00").contains(&&shown[11..]), "{shown}");
        }
    }

    #[test]
    fn never_outside_the_safe_hours(case in any_case()) {
        if let (Ok(wanted), Some(hours)) =
            (decide(&case.reader, case.waiting, case.now), case.reader.hours.safe)
        {
            let minute = case.reader.hours.zone.civil(wanted.due).minute();
            prop_assert!(hours.from() <= minute && minute < hours.until(), "{minute} {hours:?}");
        }
    }

    #[test]
    fn never_before_now_and_never_twice_in_four_hours(case in any_case()) {
        if let Ok(wanted) = decide(&case.reader, case.waiting, case.now) {
            prop_assert!(wanted.due >= case.now);
            let told = if wanted.urgent.is_some() {
                case.reader.told_urgent_at
            } else {
                case.reader.told_at
            };
            if let Some(told) = told {
                prop_assert!(wanted.due >= told.plus_seconds(limits::UNREAD_PAUSE_S));
            }
        }
    }

    #[test]
    fn never_for_what_was_read_seen_or_told(case in any_case()) {
        if let Ok(wanted) = decide(&case.reader, case.waiting, case.now) {
            let came = wanted.urgent.or(case.waiting.newest);
            prop_assert!(came.is_some());
            prop_assert!(came > case.reader.seen_at);
            prop_assert!(came > case.reader.told_at);
        }
        let nothing = decide(&case.reader, Waiting::default(), case.now);
        prop_assert_eq!(nothing, Err(Why::Read));
    }

    #[test]
    fn staff_are_never_told_of_what_can_wait(case in any_case()) {
        let reader = Reader { has_digest: true, ..case.reader };
        if let Ok(wanted) = decide(&reader, case.waiting, case.now) {
            prop_assert!(wanted.urgent.is_some());
        }
    }

    #[test]
    fn nobody_waits_for_longer_than_the_pause_and_a_night(case in any_case()) {
        if let Ok(wanted) = decide(&case.reader, case.waiting, case.now) {
            // And a day that a zone leaves out.
            let night = if case.reader.hours.safe.is_some() { 23 } else { 12 };
            let longest = limits::UNREAD_PAUSE_S + night * 3_600 + 24 * 3_600;
            prop_assert!(wanted.due <= case.now.plus_seconds(longest));
        }
    }
}
