//! Cron expressions on civil clocks. The `cron` crate alone reads Sunday as 1, wants seconds, skips a
//! run in the spring gap and fires twice in autumn. Here: five POSIX fields, weekdays as POSIX counts
//! them, and times found on a clock without changes, then placed into the zone by the RFC 5545 rule.

use std::str::FromStr as _;

use care::civil::{CivilTime, Zone};
use chrono::{DateTime, Utc};
use cron::Schedule;
use protocol::Timestamp;

/// When an agency job runs: minute, hour, day of month, month, day of week (0 or 7 is Sunday).
#[derive(Debug, Clone)]
pub struct Expression(Schedule);

/// Why a text is no expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExpressionError {
    /// Not five fields.
    #[error("an expression has five fields: minute hour day-of-month month day-of-week")]
    Fields,
    /// Day of month and day of week both restricted: POSIX means either, the `cron` crate both.
    #[error("restrict the day of month or the day of week, not both")]
    BothDays,
    /// A field that does not read.
    #[error("a field does not read")]
    Malformed,
}

const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
/// Civil times looked at before giving up: more than a change of the clocks can hide.
const LOOKED_AT_MAX: usize = 200;

impl Expression {
    /// Reads five POSIX fields.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields[..] else {
            return Err(ExpressionError::Fields);
        };
        if day != "*" && weekday != "*" {
            return Err(ExpressionError::BothDays);
        }
        let weekday = weekdays(weekday)?;
        let full = format!("0 {minute} {hour} {day} {month} {weekday}");
        let schedule = Schedule::from_str(&full).map_err(|_| ExpressionError::Malformed)?;
        Ok(Self(schedule))
    }

    /// The next run after an instant, on the clocks of the zone: a time in the spring gap comes as much
    /// later as the clocks jump, a time that comes twice in autumn comes once, at the first.
    pub fn next_after(&self, after: Timestamp, zone: &Zone) -> Option<Timestamp> {
        // From the hours before: what a gap moved past `after` is not overlooked.
        let from = zone.civil(after.plus_seconds(-3 * 3_600));
        let from = DateTime::<Utc>::from_timestamp(seconds_as_utc(from)?, 0)?;
        let times = self.0.after(&from).take(LOOKED_AT_MAX);
        times
            .filter_map(|civil| {
                let text = civil.format("%Y-%m-%dT%H:%M").to_string();
                CivilTime::parse(&text).ok()
            })
            .map(|civil| zone.resolve(civil))
            .find(|at| *at > after)
    }
}

/// The seconds that a clock without changes would count for a civil time.
fn seconds_as_utc(civil: CivilTime) -> Option<i64> {
    let text = format!("{civil}:00Z");
    let read = text.parse::<DateTime<Utc>>().ok()?;
    Some(read.timestamp())
}

/// Numbers, ranges, lists and steps of weekdays as the `cron` crate's names.
fn weekdays(field: &str) -> Result<String, ExpressionError> {
    if field == "*" {
        return Ok(field.to_owned());
    }
    let mut days = [false; 7];
    for part in field.split(',') {
        let (range, step) = match part.split_once('/') {
            None => (part, 1),
            Some((range, step)) => {
                let step = step.parse().ok().filter(|step| (1..=7).contains(step));
                (range, step.ok_or(ExpressionError::Malformed)?)
            }
        };
        let (first, last) = match (range, range.split_once('-')) {
            ("*", _) => (0, 6),
            (_, Some((first, last))) => (weekday(first)?, weekday(last)?),
            (one, None) => (weekday(one)?, weekday(one)?),
        };
        // Friday to Sunday goes round the end of the week.
        let last = if last < first { last + 7 } else { last };
        for day in (first..=last).step_by(step) {
            days[day % 7] = true;
        }
    }
    let names = WEEKDAYS.iter().zip(days).filter(|(_, on)| *on);
    let names: Vec<&str> = names.map(|(name, _)| *name).collect();
    Ok(names.join(","))
}

fn weekday(text: &str) -> Result<usize, ExpressionError> {
    let named = WEEKDAYS
        .iter()
        .position(|name| name.eq_ignore_ascii_case(text));
    let number = || text.parse::<usize>().ok().filter(|n| *n <= 7);
    named.or_else(number).ok_or(ExpressionError::Malformed)
}

#[cfg(test)]
mod tests {
    use care::civil::Zones;

    use super::*;

    /// The next runs, as local times with their offset.
    fn runs(expression: &str, zone: &str, from: &str, count: usize) -> Vec<String> {
        let zone = Zones::bundled().find(zone).unwrap();
        let expression = Expression::parse(expression).unwrap();
        let mut at = zone.resolve(CivilTime::parse(from).unwrap());
        let mut runs = Vec::new();
        for _ in 0..count {
            at = expression.next_after(at, &zone).unwrap();
            let local = zone.local(at);
            runs.push(format!("{}{}", local.civil, local.offset));
        }
        runs
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
    fn what_is_not_an_expression_is_refused() {
        for (text, error) in [
            ("30 7 * *", ExpressionError::Fields),
            ("0 30 7 * * *", ExpressionError::Fields),
            ("30 7 1 * 1", ExpressionError::BothDays),
            ("30 7 * * 8", ExpressionError::Malformed),
            ("61 7 * * *", ExpressionError::Malformed),
            ("30 7 * * 1/0", ExpressionError::Malformed),
        ] {
            assert_eq!(Expression::parse(text).unwrap_err(), error, "{text}");
        }
    }
}
