//! Series: by which rule visits repeat, and on which days that is. Pure.
//!
//! A rule is a small part of RFC 5545, section 3.3.10: daily, weekly or monthly, and with an end. It is
//! expanded into *days* by the `rrule` crate, on a calendar that knows no zones: asked for times in a zone it
//! drops or doubles what meets a change of the clocks. At what instant a day's visit begins is
//! [`Zone::resolve`](crate::civil::Zone::resolve)'s to say, visit by visit, so that each keeps the civil time
//! that people were told.
//!
//! What the rule says never changes once a series is booked. A series that moves is [`Shift`]ed: so many days
//! after the rule's day, at another time of it. So a visit is known for good by the day that the rule gave it,
//! wherever it now stands.

use chrono::{DateTime, Datelike as _, TimeZone as _};
use protocol::http::{BookSeries, Repeats};
use protocol::{Code, Frequency, Refusal, SeriesId, limits};
use rrule::{NWeekday, RRule, RRuleSet, Tz};

use crate::appointment::Booking;
use crate::civil::{CivilTime, Date, Weekday, plus_days};

mod written;

/// A day of the week; of months, which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Day {
    weekday: Weekday,
    /// Counted from the end of the month if negative.
    nth: Option<i8>,
}

/// When a series is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// After so many visits.
    Count(u16),
    /// After this day.
    Until(Date),
}

/// By which rule visits repeat. In good form; [`Rule::parse`] says what that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    frequency: Frequency,
    interval: u16,
    days: Vec<Day>,
    month_days: Vec<i8>,
    positions: Vec<i8>,
    end: End,
}

/// Which one of a series an appointment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    /// The series.
    pub series: SeriesId,
    /// When it began by the rule, before anything moved: its name for good.
    pub name: CivilTime,
}

/// Where the visits of a series stand: so many days after the day that the rule names, at that minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shift {
    days: i32,
    minute: u16,
}

impl Shift {
    /// So many days after the rule's, at that minute of the day.
    pub fn new(days: i32, minute: u16) -> Self {
        Self { days, minute }
    }

    /// Where a series stands that nothing moved, by the civil time of its first visit.
    pub fn none(first: CivilTime) -> Self {
        Self::new(0, first.minute())
    }

    /// What moves the visit of a rule's day there. [`Code::BadRequest`] for more than
    /// [`limits::SERIES_SHIFT_DAYS_MAX`] days.
    pub fn between(day: Date, wanted: CivilTime) -> Result<Self, Refusal> {
        let days = day.until(wanted.date()).map(|span| span.get_days());
        let most = limits::SERIES_SHIFT_DAYS_MAX;
        match days {
            Ok(days) if days.abs() <= most => Ok(Self::new(days, wanted.minute())),
            _ => Err(Refusal::new(
                Code::BadRequest,
                format!("civil_start: a series moves by at most {most} days"),
            )),
        }
    }

    /// Where it puts the visit of a rule's day.
    pub fn civil_of(self, day: Date) -> CivilTime {
        CivilTime::at_minute(plus_days(day, self.days), self.minute)
    }

    /// By so many days.
    pub fn days(self) -> i32 {
        self.days
    }

    /// The minute of the day.
    pub fn minute(self) -> u16 {
        self.minute
    }
}

/// A series that somebody wants, in good form.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The first visit, and what every later one is like.
    pub first: Booking,
    /// How it repeats.
    pub rule: Rule,
    /// Visits that cannot be booked are left out.
    pub skip_conflicts: bool,
}

impl Plan {
    /// Checks a request's form, as [`Booking::check`] and [`Rule::parse`] do.
    pub fn check(request: BookSeries) -> Result<Self, Refusal> {
        let first = Booking::check(request.first)?;
        Ok(Self {
            rule: Rule::parse(&request.rule, first.civil.date())?,
            first,
            skip_conflicts: request.skip_conflicts,
        })
    }
}

impl Rule {
    /// Its days after `after` and not after `until`, in order; of a series that begins on `first`.
    pub fn days(
        &self,
        first: Date,
        after: Option<Date>,
        until: Date,
    ) -> Result<Vec<Date>, Refusal> {
        let set = self.set(first)?;
        let days = set.into_iter().filter_map(from_chrono);
        let days = days.skip_while(|day| after.is_some_and(|after| *day <= after));
        Ok(days.take_while(|day| *day <= until).collect())
    }

    /// Its first day after `after`, if there is one.
    pub fn next(&self, first: Date, after: Date) -> Result<Option<Date>, Refusal> {
        let set = self.set(first)?;
        let mut days = set.into_iter().filter_map(from_chrono);
        Ok(days.find(|day| *day > after))
    }

    /// What it says, as data; of a series that begins on `first` and was shifted.
    pub fn repeats(&self, first: Date, shift: Shift) -> Repeats {
        written::repeats(self, first, shift.days)
    }

    /// The same for the `rrule` crate.
    fn set(&self, first: Date) -> Result<RRuleSet, Refusal> {
        let start = to_chrono(first).ok_or_else(|| invalid("the first day"))?;
        let frequency = match self.frequency {
            Frequency::Daily => rrule::Frequency::Daily,
            Frequency::Weekly => rrule::Frequency::Weekly,
            Frequency::Monthly => rrule::Frequency::Monthly,
        };
        let days = self.days.iter().map(|day| {
            let weekday = weekday_of(day.weekday);
            NWeekday::new(day.nth.map(i16::from), weekday)
        });
        let positions = self.positions.iter().map(|position| i32::from(*position));
        let mut rule = RRule::new(frequency)
            .interval(self.interval)
            .by_weekday(days.collect())
            .by_month_day(self.month_days.clone())
            .by_set_pos(positions.collect());
        rule = match self.end {
            End::Count(count) => rule.count(u32::from(count)),
            End::Until(day) => rule.until(to_chrono(day).ok_or_else(|| invalid("UNTIL"))?),
        };
        let rule = rule.validate(start);
        let rule = rule.map_err(|_| invalid("its parts do not go together"))?;
        Ok(RRuleSet::new(start).rrule(rule).limit())
    }
}

fn invalid(what: &str) -> Refusal {
    Refusal::new(Code::RuleInvalid, format!("rule: {what}"))
}

/// Midnight of a day on a calendar without zones.
fn to_chrono(day: Date) -> Option<DateTime<Tz>> {
    let [month, of_month] = [day.month(), day.day()].map(|number| u32::from(number.unsigned_abs()));
    let at = Tz::UTC.with_ymd_and_hms(i32::from(day.year()), month, of_month, 0, 0, 0);
    at.single()
}

fn from_chrono(at: DateTime<Tz>) -> Option<Date> {
    let [month, day] = [at.month(), at.day()].map(|number| i8::try_from(number).ok());
    Date::new(i16::try_from(at.year()).ok()?, month?, day?).ok()
}

fn weekday_of(weekday: Weekday) -> chrono::Weekday {
    match weekday {
        Weekday::Monday => chrono::Weekday::Mon,
        Weekday::Tuesday => chrono::Weekday::Tue,
        Weekday::Wednesday => chrono::Weekday::Wed,
        Weekday::Thursday => chrono::Weekday::Thu,
        Weekday::Friday => chrono::Weekday::Fri,
        Weekday::Saturday => chrono::Weekday::Sat,
        Weekday::Sunday => chrono::Weekday::Sun,
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
