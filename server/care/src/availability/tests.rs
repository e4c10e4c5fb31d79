//! Slots as tables: grids, exceptions, what is taken, the terms.

use super::*;
use crate::civil::{Zones, parse_date};

pub(super) fn zone(name: &str) -> Zone {
    Zones::bundled().find(name).unwrap()
}

pub(super) fn date(text: &str) -> Date {
    parse_date(text).unwrap()
}

pub(super) fn at(zone: &Zone, civil: &str) -> Timestamp {
    zone.resolve_typed(CivilTime::parse(civil).unwrap())
        .unwrap()
}

/// The same hours every day.
pub(super) fn daily(open: &[(u16, u16)]) -> Hours {
    let days = Weekday::Sunday.cycle_forward().take(7);
    let weekly = days.flat_map(|weekday| {
        open.iter().map(move |&(from, until)| Weekly {
            weekday,
            from,
            until,
        })
    });
    Hours {
        weekly: weekly.collect(),
        ..Hours::default()
    }
}

pub(super) fn terms(minutes: u16, step_minutes: u16) -> Terms {
    Terms {
        minutes,
        step_minutes,
        notice_s: 0,
        days_ahead: 365,
        before_minutes: 0,
        after_minutes: 0,
    }
}

/// The whole of some days.
fn days(zone: &Zone, first: &str, count: i32) -> SlotSpan {
    SlotSpan {
        from: zone.start_of(date(first)),
        until: zone.start_of(plus_days(date(first), count)),
    }
}

/// The slots of one day as its clocks show them, asked for a month before.
pub(super) fn clock(name: &str, day: &str, open: &[(u16, u16)], terms: &Terms) -> Vec<String> {
    let zone = zone(name);
    let span = days(&zone, day, 1);
    let now = span.from.plus_seconds(-30 * 86_400);
    let found = slots(&daily(open), &zone, terms, span, &[], now, 1_000);
    assert!(found.is_sorted_by(|a, b| a < b), "{found:?}");
    for start in &found {
        assert_eq!(fits(&daily(open), &zone, terms, *start, now), Ok(()));
    }
    found
        .iter()
        .map(|start| zone.civil(*start).to_string()[11..].to_owned())
        .collect()
}

const MORNING: &[(u16, u16)] = &[(9 * 60, 12 * 60)];

#[test]
fn slots_stand_on_a_grid_from_the_beginning_of_the_hours_and_end_within_them() {
    let day = "2026-12-01";
    let grid = |open: &[(u16, u16)], minutes, step| {
        clock("America/Edmonton", day, open, &terms(minutes, step))
    };
    assert_eq!(grid(MORNING, 60, 60), ["09:00", "10:00", "11:00"]);
    assert_eq!(grid(MORNING, 90, 45), ["09:00", "09:45", "10:30"]);
    assert_eq!(grid(MORNING, 180, 15), ["09:00"]);
    assert_eq!(grid(MORNING, 181, 15), [""; 0]);
    assert_eq!(grid(&[(550, 610)], 30, 30), ["09:10", "09:40"]);
    assert_eq!(
        grid(MORNING, 30, 0).len(),
        151,
        "a step of nothing is a minute"
    );
    // Hours that touch or overlap are one; hours that end before they begin are none.
    assert_eq!(
        grid(&[(660, 720), (540, 600), (600, 660), (550, 580)], 90, 90),
        ["09:00", "10:30"]
    );
    assert_eq!(grid(&[(720, 540), (600, 600)], 5, 5), [""; 0]);
    // Beyond midnight is the next day's.
    assert_eq!(grid(&[(1_410, 2_000)], 30, 15), ["23:30"]);
}

#[test]
fn hours_that_touch_over_midnight_are_one_and_keep_each_days_grid() {
    let zone = zone("America/Edmonton");
    let hours = daily(&[(0, 60), (1_380, 1_440)]);
    let span = SlotSpan {
        from: at(&zone, "2026-12-01T12:00"),
        until: at(&zone, "2026-12-02T12:00"),
    };
    let found = slots(&hours, &zone, &terms(60, 25), span, &[], span.from, 100);
    let shown: Vec<String> = found
        .iter()
        .map(|start| zone.civil(*start).to_string())
        .collect();
    assert_eq!(
        shown,
        [
            "2026-12-01T23:00",
            "2026-12-01T23:25",
            "2026-12-01T23:50",
            "2026-12-02T00:00"
        ]
    );
    // A slot may go on after the end of the span, even for days.
    let until = at(&zone, "2026-12-01T23:59");
    let found = |hours, minutes| {
        let (terms, span) = (terms(minutes, 25), SlotSpan { until, ..span });
        slots(hours, &zone, &terms, span, &[], span.from, 100).len()
    };
    assert_eq!(found(&hours, 60), 3);
    let always = daily(&[(0, 1_440)]);
    assert_eq!(found(&always, 5 * 1_440), 29);
    assert_eq!(
        fits(&always, &zone, &terms(5 * 1_440, 25), span.from, span.from),
        Ok(())
    );
    let start = at(&zone, "2026-12-01T23:37");
    assert_eq!(
        fits(&hours, &zone, &terms(60, 25), start, span.from),
        Ok(())
    );
}

#[test]
fn a_dated_exception_replaces_the_weekly_hours_of_that_date_alone() {
    let zone = zone("America/Edmonton");
    let mut hours = daily(MORNING);
    hours.dated = vec![
        Dated {
            date: date("2026-12-02"),
            open: Vec::new(),
        },
        Dated {
            date: date("2026-12-03"),
            open: vec![(840, 900)],
        },
        Dated {
            date: date("2026-12-03"),
            open: vec![(960, 1_020)],
        },
    ];
    let span = days(&zone, "2026-12-01", 4);
    let found = slots(&hours, &zone, &terms(60, 60), span, &[], span.from, 100);
    let shown: Vec<String> = found
        .iter()
        .map(|start| zone.civil(*start).to_string())
        .collect();
    assert_eq!(
        shown,
        [
            "2026-12-01T09:00",
            "2026-12-01T10:00",
            "2026-12-01T11:00",
            "2026-12-03T14:00",
            "2026-12-03T16:00",
            "2026-12-04T09:00",
            "2026-12-04T10:00",
            "2026-12-04T11:00",
        ]
    );
    assert_eq!(
        slots(&hours, &zone, &terms(60, 60), span, &[], span.from, 4),
        found[..4]
    );
    assert_eq!(
        slots(&hours, &zone, &terms(60, 60), span, &[], span.from, 0),
        []
    );
}

#[test]
fn weekly_hours_are_those_of_the_weekday() {
    let zone = zone("America/Edmonton");
    let tuesday = Weekly {
        weekday: Weekday::Tuesday,
        from: 600,
        until: 630,
    };
    let hours = Hours {
        weekly: vec![tuesday],
        ..Hours::default()
    };
    let span = days(&zone, "2026-11-30", 14);
    let found = slots(&hours, &zone, &terms(30, 15), span, &[], span.from, 100);
    let expected = ["2026-12-01T10:00", "2026-12-08T10:00"].map(|civil| at(&zone, civil));
    assert_eq!(found, expected);
}

#[test]
fn a_day_the_agency_is_closed_has_hours_only_if_the_worker_said_so_of_that_day() {
    let zone = zone("America/Edmonton");
    let hours = Hours {
        dated: vec![
            Dated {
                date: date("2026-12-24"),
                open: vec![(600, 660)],
            },
            Dated {
                date: date("2026-12-28"),
                open: Vec::new(),
            },
        ],
        closed: vec![Closed {
            first: date("2026-12-24"),
            last: date("2026-12-26"),
        }],
        ..daily(MORNING)
    };
    let span = days(&zone, "2026-12-23", 6);
    let found = slots(&hours, &zone, &terms(60, 60), span, &[], span.from, 100);
    let mut found: Vec<_> = found.iter().map(|t| zone.civil(*t).to_string()).collect();
    assert_eq!(found.remove(3), "2026-12-24T10:00", "they work that day");
    let dates: Vec<_> = found.iter().map(|civil| &civil[..10]).collect();
    let around = ["2026-12-23", "2026-12-27"].map(|date| [date; 3]).concat();
    assert_eq!(dates, around);
    let closed = at(&zone, "2026-12-25T10:00");
    let refused = fits(&hours, &zone, &terms(60, 60), closed, span.from);
    assert_eq!(refused.unwrap_err().code, Code::NotAvailable);
}

#[test]
fn a_closed_day_begins_and_ends_at_the_workers_midnight() {
    let zone = zone("America/Edmonton");
    let hours = Hours {
        closed: vec![Closed {
            first: date("2026-12-25"),
            last: date("2026-12-25"),
        }],
        ..daily(&[(0, 1_440)])
    };
    let now = at(&zone, "2026-12-01T00:00");
    for (start, open) in [
        ("2026-12-24T23:00", true),
        ("2026-12-24T23:01", false),
        ("2026-12-25T12:00", false),
        ("2026-12-25T23:59", false),
        ("2026-12-26T00:00", true),
    ] {
        let fits = fits(&hours, &zone, &terms(60, 60), at(&zone, start), now);
        assert_eq!(fits.is_ok(), open, "{start}");
    }
}

#[test]
fn what_is_taken_is_not_offered_and_half_open_neighbours_are_free() {
    let zone = zone("America/Edmonton");
    let span = days(&zone, "2026-12-01", 1);
    let free = |busy: &[(&str, &str)]| -> Vec<String> {
        let at = |time: &str| at(&zone, &format!("2026-12-01T{time}"));
        let busy: Vec<Busy> = busy
            .iter()
            .map(|(start, end)| Busy {
                start: at(start),
                end: at(end),
            })
            .collect();
        let found = slots(
            &daily(MORNING),
            &zone,
            &terms(30, 30),
            span,
            &busy,
            span.from,
            100,
        );
        found
            .iter()
            .map(|start| zone.civil(*start).to_string()[11..].to_owned())
            .collect()
    };
    assert_eq!(
        free(&[("09:30", "10:00")]),
        ["09:00", "10:00", "10:30", "11:00", "11:30"]
    );
    assert_eq!(
        free(&[("08:00", "09:01")]),
        ["09:30", "10:00", "10:30", "11:00", "11:30"]
    );
    assert_eq!(
        free(&[("09:59", "10:01")]),
        ["09:00", "10:30", "11:00", "11:30"]
    );
    // A long one that hides a short one goes on after it.
    assert_eq!(
        free(&[("09:00", "11:00"), ("09:10", "09:20")]),
        ["11:00", "11:30"]
    );
    assert_eq!(
        free(&[("09:15", "09:15")]).len(),
        6,
        "an empty interval takes nothing"
    );
    assert_eq!(free(&[("00:00", "23:59")]), [""; 0]);
}

#[test]
fn the_terms_say_how_soon_and_how_far_ahead() {
    let zone = zone("America/Edmonton");
    let hours = daily(MORNING);
    let now = at(&zone, "2026-12-01T09:30");
    let terms = Terms {
        notice_s: 3_600,
        days_ahead: 1,
        ..terms(60, 60)
    };
    let span = days(&zone, "2026-11-30", 7);
    let found = slots(&hours, &zone, &terms, span, &[], now, 100);
    let shown: Vec<String> = found
        .iter()
        .map(|start| zone.civil(*start).to_string())
        .collect();
    assert_eq!(
        shown,
        [
            "2026-12-01T11:00",
            "2026-12-02T09:00",
            "2026-12-02T10:00",
            "2026-12-02T11:00"
        ]
    );
    let judge = |civil: &str| {
        let judged = fits(&hours, &zone, &terms, at(&zone, civil), now);
        judged.map_err(|refusal| (refusal.code, refusal.detail))
    };
    let no = |code, detail: &str| Err((code, detail.to_owned()));
    assert_eq!(
        judge("2026-12-01T09:29"),
        no(Code::TimePast, "time: has passed")
    );
    assert_eq!(
        judge("2026-12-01T10:29"),
        no(Code::NotAvailable, "time: too soon")
    );
    assert_eq!(judge("2026-12-01T10:30"), Ok(()));
    assert_eq!(
        judge("2026-12-01T11:01"),
        no(Code::NotAvailable, "time: outside the hours")
    );
    assert_eq!(judge("2026-12-02T10:07"), Ok(()));
    assert_eq!(
        judge("2026-12-03T09:00"),
        no(Code::NotAvailable, "time: too far ahead")
    );
    let no_notice = Terms {
        notice_s: -86_400,
        ..terms
    };
    let late = slots(&hours, &zone, &no_notice, span, &[], now, 100);
    assert_eq!(
        late.first(),
        Some(&at(&zone, "2026-12-01T10:00")),
        "never in the past"
    );
}

#[test]
fn no_span_and_no_clock_breaks_the_search() {
    let zone = zone("America/Edmonton");
    let ends = [i64::MIN, -1, 0, 1_796_137_200_000_000, i64::MAX].map(Timestamp::from_micros);
    for from in ends {
        for until in ends {
            for now in ends {
                let far = Terms {
                    days_ahead: u16::MAX,
                    notice_s: i64::MAX,
                    ..terms(30, 15)
                };
                for terms in [terms(30, 15), far] {
                    let span = SlotSpan { from, until };
                    let found = slots(&daily(MORNING), &zone, &terms, span, &[], now, 3);
                    assert!(found.iter().all(|start| from <= *start && *start < until));
                    let _ = fits(&daily(MORNING), &zone, &terms, from, now);
                }
            }
        }
    }
}

#[test]
fn together_they_are_free_when_each_is() {
    let chicago = zone("America/Chicago");
    let denver = zone("America/Denver");
    let span = days(&chicago, "2026-12-01", 1);
    let now = span.from.plus_seconds(-86_400);
    let terms = Terms {
        after_minutes: 15,
        ..terms(60, 30)
    };
    let (morning, late) = (daily(MORNING), daily(&[(8 * 60 + 10, 24 * 60)]));
    let busy = [Busy {
        start: at(&chicago, "2026-12-01T11:10"),
        end: at(&chicago, "2026-12-01T11:20"),
    }];
    let one = |hours, zone, busy| Member { hours, zone, busy };
    let shown = |team: &[Member<'_>], max| -> Vec<String> {
        let found = slots_together(team, &terms, span, now, max);
        let shown = found.iter().map(|start| chicago.civil(*start).to_string());
        shown.map(|civil| civil[11..].to_owned()).collect()
    };
    let first = one(&morning, &chicago, &[]);
    let alone = ["09:00", "09:30", "10:00", "10:30", "11:00"];
    assert_eq!(shown(&[first], 9), alone);
    assert_eq!(shown(&[first], 2), alone[..2]);
    // Ten past eight in Denver is ten past nine in Chicago, and the first one's grid decides.
    let second = one(&late, &denver, &[]);
    assert_eq!(shown(&[first, second], 9), alone[1..]);
    let busy = one(&late, &denver, &busy);
    assert_eq!(shown(&[first, busy], 9), ["09:30"], "kept free after it");
    assert_eq!(shown(&[first, second, busy], 9), ["09:30"]);
    let closed = Hours::default();
    assert!(shown(&[first, one(&closed, &denver, &[])], 9).is_empty());
    assert!(shown(&[], 9).is_empty());
}
