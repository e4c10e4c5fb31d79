//! Cron expressions on civil clocks. The `cron` crate alone reads Sunday as 1, wants seconds, skips a
//! run in the spring gap and fires twice in autumn. Here: five POSIX fields, weekdays as POSIX counts
//! them, and times found on a clock without changes, then placed into the zone by the RFC 5545 rule
//! (section 3.3.5). A civil time runs once, however often the clocks show it.

use std::str::FromStr as _;

use care::civil::{CivilTime, Zone};
use chrono::{DateTime, Utc};
use cron::Schedule;
use protocol::{Code, Refusal, Timestamp, limits};

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
    #[error("the day of the month and the day of the week are both restricted: confirm it")]
    BothDays,
    /// A field that does not read.
    #[error("a field does not read")]
    Malformed,
    /// A day that no year has.
    #[error("no day is like that")]
    Never,
}

impl ExpressionError {
    /// The stable code.
    pub const fn code(self) -> Code {
        match self {
            Self::Fields => Code::CronFields,
            Self::BothDays => Code::CronBothDays,
            Self::Malformed => Code::CronMalformed,
            Self::Never => Code::CronNever,
        }
    }
}

impl From<ExpressionError> for Refusal {
    fn from(error: ExpressionError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
/// Longer than any clocks are set forward at once (Apia left out a day in 2011), seconds.
const LOOK_BACK_S: i64 = 25 * 3_600;
/// Civil times looked at before giving up: more minutes than a change of the clocks can hide.
const LOOKED_AT_MAX: usize = 4_500;

impl Expression {
    /// Reads five POSIX fields. An expression that restricts the day of the month and the day of the
    /// week is refused, unless whoever wrote it has confirmed that both must match (`both_days`).
    pub fn parse(text: &str, both_days: bool) -> Result<Self, ExpressionError> {
        if text.len() > limits::CRON_BYTES_MAX {
            return Err(ExpressionError::Malformed);
        }
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields[..] else {
            return Err(ExpressionError::Fields);
        };
        if day != "*" && weekday != "*" && !both_days {
            return Err(ExpressionError::BothDays);
        }
        if !fields.iter().all(|field| steps_over_ranges(field)) {
            return Err(ExpressionError::Malformed);
        }
        let weekday = weekdays(weekday)?;
        let full = format!("0 {minute} {hour} {day} {month} {weekday}");
        let schedule = Schedule::from_str(&full).map_err(|_| ExpressionError::Malformed)?;
        Ok(Self(schedule))
    }

    /// The next run after an instant, on the clocks of the zone: a time in the spring gap comes as much
    /// later as the clocks jump, a time that comes twice in autumn comes once, at the first.
    pub fn next_after(&self, after: Timestamp, zone: &Zone) -> Option<Timestamp> {
        let from = begin(after, zone)?;
        let mut soonest: Option<Timestamp> = None;
        for civil in self.0.after(&from).take(LOOKED_AT_MAX) {
            let text = civil.format("%Y-%m-%dT%H:%M").to_string();
            let Ok(civil) = CivilTime::parse(&text) else {
                continue;
            };
            // What a gap moved may come after what the clocks show behind the gap, and nothing else may.
            if soonest.is_some_and(|at| civil >= zone.civil(at)) {
                break;
            }
            let at = zone.resolve(civil);
            if at > after {
                soonest = Some(soonest.map_or(at, |known| known.min(at)));
            }
        }
        soonest
    }

    /// The next runs after an instant, soonest first, at most so many.
    pub fn next_runs(&self, after: Timestamp, zone: &Zone, count: usize) -> Vec<Timestamp> {
        let mut runs = Vec::with_capacity(count);
        let mut last = after;
        while runs.len() < count {
            let Some(next) = self.next_after(last, zone) else {
                break;
            };
            runs.push(next);
            last = next;
        }
        runs
    }
}

/// Where on the line of civil times to begin: at what the clocks show, or earlier by as much as they were
/// set forward within the last day, so that what a gap moved past the instant is not overlooked.
fn begin(after: Timestamp, zone: &Zone) -> Option<DateTime<Utc>> {
    let now = on_the_line(zone.civil(after))?;
    let then = on_the_line(zone.civil(after.plus_seconds(-LOOK_BACK_S)))?;
    let skipped = now.timestamp() - then.timestamp() - LOOK_BACK_S;
    DateTime::<Utc>::from_timestamp(now.timestamp() - skipped.max(0), 0)
}

/// A civil time as an instant of a clock without changes.
fn on_the_line(civil: CivilTime) -> Option<DateTime<Utc>> {
    let text = format!("{civil}:00Z");
    text.parse::<DateTime<Utc>>().ok()
}

/// Whether every step of a field is a step over a range or over everything: of one number, programs
/// disagree what it means.
fn steps_over_ranges(field: &str) -> bool {
    field.split(',').all(|part| match part.split_once('/') {
        None => true,
        Some((range, _)) => range == "*" || range.contains('-'),
    })
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
mod properties;
#[cfg(test)]
mod tests;
