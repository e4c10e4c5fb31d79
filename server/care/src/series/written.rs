//! Rules as they are written (RFC 5545, section 3.3.10), as far as a series may say them, and as data.

use std::fmt;
use std::ops::RangeInclusive;

use protocol::http::{RepeatDay, Repeats};
use protocol::{Frequency, Refusal, limits};

use super::{Day, End, Rule, invalid};
use crate::civil::{Date, Weekday, parse_date, weekday};

/// The weekdays as rules write them, Monday first.
const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// The parts of a rule as they stand there.
#[derive(Default)]
struct Parts<'t> {
    frequency: Option<&'t str>,
    interval: Option<&'t str>,
    days: Option<&'t str>,
    month_days: Option<&'t str>,
    positions: Option<&'t str>,
    count: Option<&'t str>,
    until: Option<&'t str>,
}

impl<'t> Parts<'t> {
    /// Each part once, and none that is not known here.
    fn read(text: &'t str) -> Result<Self, Refusal> {
        if text.len() > limits::SERIES_RULE_BYTES_MAX {
            return Err(invalid("too long"));
        }
        let mut parts = Self::default();
        for part in text.split(';') {
            let (name, value) = part.split_once('=').ok_or_else(|| invalid("NAME=VALUE"))?;
            let place = match name {
                "FREQ" => &mut parts.frequency,
                "INTERVAL" => &mut parts.interval,
                "BYDAY" => &mut parts.days,
                "BYMONTHDAY" => &mut parts.month_days,
                "BYSETPOS" => &mut parts.positions,
                "COUNT" => &mut parts.count,
                "UNTIL" => &mut parts.until,
                _ => return Err(invalid("a part that no series has")),
            };
            if place.replace(value).is_some() {
                return Err(invalid("a part twice"));
            }
        }
        Ok(parts)
    }
}

impl Rule {
    /// Reads a rule of a series that begins on `first`. [`protocol::Code::RuleInvalid`] for whatever is not
    /// of the form that [`protocol::http::BookSeries::rule`] has, says more than it may, or does not
    /// name `first` as its first day.
    pub fn parse(text: &str, first: Date) -> Result<Self, Refusal> {
        let rule = Self::read(text, first)?;
        if rule.days(first, None, first)? != [first] {
            return Err(invalid("does not name the day of the first visit"));
        }
        Ok(rule)
    }

    fn read(text: &str, first: Date) -> Result<Self, Refusal> {
        let parts = Parts::read(text)?;
        let frequency = match parts.frequency {
            Some("DAILY") => Frequency::Daily,
            Some("WEEKLY") => Frequency::Weekly,
            Some("MONTHLY") => Frequency::Monthly,
            _ => return Err(invalid("FREQ: DAILY, WEEKLY or MONTHLY")),
        };
        let monthly = frequency == Frequency::Monthly;
        let interval = parts.interval;
        let interval =
            interval.map(|text| number(text, 1..=limits::SERIES_INTERVAL_MAX, "INTERVAL"));
        let rule = Self {
            frequency,
            interval: interval.transpose()?.unwrap_or(1),
            days: days(parts.days, monthly)?,
            month_days: numbers(parts.month_days, "BYMONTHDAY")?,
            positions: numbers(parts.positions, "BYSETPOS")?,
            end: end(&parts, first)?,
        };
        if !(monthly || rule.month_days.is_empty() && rule.positions.is_empty()) {
            return Err(invalid("BYMONTHDAY and BYSETPOS: only MONTHLY"));
        }
        let chosen = rule.days.is_empty() && rule.month_days.is_empty();
        if chosen && !rule.positions.is_empty() {
            return Err(invalid("BYSETPOS: only with BYDAY or BYMONTHDAY"));
        }
        Ok(rule)
    }
}

fn end(parts: &Parts<'_>, first: Date) -> Result<End, Refusal> {
    match (parts.count, parts.until) {
        (Some(count), None) => {
            let count = number(count, 2..=limits::SERIES_COUNT_MAX, "COUNT")?;
            Ok(End::Count(count))
        }
        (None, Some(until)) => {
            let until = day(until).ok_or_else(|| invalid("UNTIL: a day, 20270630"))?;
            if !(first..=months_later(first)).contains(&until) {
                let most = limits::SERIES_MONTHS_MAX;
                let what =
                    format!("UNTIL: not before the first visit, at most {most} months after");
                return Err(invalid(&what));
            }
            Ok(End::Until(until))
        }
        _ => Err(invalid("COUNT or UNTIL, and one of them only")),
    }
}

/// The latest day that a series may name.
fn months_later(first: Date) -> Date {
    first.saturating_add(jiff::Span::new().months(limits::SERIES_MONTHS_MAX))
}

/// `20270630`.
fn day(text: &str) -> Option<Date> {
    let (year, rest) = text.split_at_checked(4)?;
    let (month, day) = rest.split_at_checked(2)?;
    parse_date(&format!("{year}-{month}-{day}")).ok()
}

/// A number without a sign.
fn number(text: &str, range: RangeInclusive<u16>, name: &str) -> Result<u16, Refusal> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| digits);
    let number = number.filter(|number| range.contains(number));
    number.ok_or_else(|| invalid(&format!("{name}: {} to {}", range.start(), range.end())))
}

/// Days of a month or places in it: 1 to 31, or from its end. Each once, in order.
fn numbers(text: Option<&str>, name: &str) -> Result<Vec<i8>, Refusal> {
    let mut numbers = Vec::new();
    for number in text.iter().flat_map(|text| text.split(',')) {
        let read = signed(number).filter(|number| (1..=31).contains(&number.unsigned_abs()));
        numbers.push(read.ok_or_else(|| invalid(&format!("{name}: 1 to 31, or -1 to -31")))?);
    }
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers)
}

/// Weekdays, of months with which of them. Each once, Monday first.
fn days(text: Option<&str>, monthly: bool) -> Result<Vec<Day>, Refusal> {
    let mut days = Vec::new();
    for part in text.iter().flat_map(|text| text.split(',')) {
        let split = part.len().saturating_sub(2);
        let (nth, name) = part.split_at_checked(split).unwrap_or_default();
        let at = WEEKDAYS.iter().position(|weekday| *weekday == name);
        let at = at.and_then(|at| weekday(i64::try_from(at).ok()? + 1));
        let weekday = at.ok_or_else(|| invalid("BYDAY: MO to SU"))?;
        let nth = match nth {
            "" => None,
            nth => {
                let read = signed(nth).filter(|nth| (-4..=5).contains(nth) && *nth != 0);
                let read = read.filter(|_| monthly);
                Some(read.ok_or_else(|| invalid("BYDAY: only MONTHLY, 1 to 5, or -1 to -4"))?)
            }
        };
        days.push(Day { weekday, nth });
    }
    days.sort_by_key(|day| (day.weekday.to_monday_one_offset(), day.nth));
    days.dedup();
    Ok(days)
}

fn signed(text: &str) -> Option<i8> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}

/// The one spelling of a rule.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let frequency = match self.frequency {
            Frequency::Daily => "DAILY",
            Frequency::Weekly => "WEEKLY",
            Frequency::Monthly => "MONTHLY",
        };
        write!(f, "FREQ={frequency}")?;
        if self.interval > 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        let days: Vec<_> = self.days.iter().map(|day| write_day(*day)).collect();
        let month_days: Vec<_> = self.month_days.iter().map(ToString::to_string).collect();
        let positions: Vec<_> = self.positions.iter().map(ToString::to_string).collect();
        write_list(f, "BYDAY", &days)?;
        write_list(f, "BYMONTHDAY", &month_days)?;
        write_list(f, "BYSETPOS", &positions)?;
        match self.end {
            End::Count(count) => write!(f, ";COUNT={count}"),
            End::Until(day) => write!(f, ";UNTIL={}", day.to_string().replace('-', "")),
        }
    }
}

fn write_day(day: Day) -> String {
    let nth = day.nth.map(|nth| nth.to_string()).unwrap_or_default();
    let number = usize::from(day.weekday.to_monday_zero_offset().unsigned_abs());
    format!("{nth}{}", WEEKDAYS.get(number).unwrap_or(&""))
}

fn write_list(f: &mut fmt::Formatter<'_>, name: &str, list: &[String]) -> fmt::Result {
    if list.is_empty() {
        return Ok(());
    }
    write!(f, ";{name}={}", list.join(","))
}

/// What a rule says, with the days that it leaves to the first visit; of a series that was shifted by so
/// many days.
pub(super) fn repeats(rule: &Rule, first: Date, shift_days: i32) -> Repeats {
    let monthly = rule.frequency == Frequency::Monthly;
    let mut days = rule.days.clone();
    let mut month_days = rule.month_days.clone();
    if days.is_empty() && month_days.is_empty() {
        match rule.frequency {
            Frequency::Daily => {}
            Frequency::Weekly => days.push(Day {
                weekday: first.weekday(),
                nth: None,
            }),
            Frequency::Monthly => month_days.push(first.day()),
        }
    }
    let shifted = |weekday: Weekday| {
        if monthly {
            weekday
        } else {
            weekday.wrapping_add(shift_days)
        }
    };
    let mut days: Vec<RepeatDay> = days
        .iter()
        .map(|day| RepeatDay {
            weekday: shifted(day.weekday).to_monday_one_offset().unsigned_abs(),
            nth: day.nth,
        })
        .collect();
    days.sort_by_key(|day| (day.weekday, day.nth));
    let (count, until) = match rule.end {
        End::Count(count) => (Some(count), None),
        End::Until(day) => (None, Some(day.to_string())),
    };
    Repeats {
        frequency: rule.frequency,
        interval: rule.interval,
        days,
        month_days,
        positions: rule.positions.clone(),
        shift_days: if monthly { shift_days } else { 0 },
        count,
        until,
    }
}
