//! Civil time: what the clock on a wall says, where, and at which instant that is.
//!
//! An appointment is agreed as a civil time in a zone ("Tuesday at ten, in Edmonton"). That is the
//! truth while it lies ahead; the instant is a cache that follows from it, and a government may change
//! it. The zone database is the one inside this binary ([`Zones::bundled`]) or one that the agency names, never
//! the host's by itself: the hosts' are months older, and two servers of one agency must agree.
//!
//! Where the clocks go forward some civil times never come (a *gap*); where they go back some come
//! twice (a *fold*). A person who types a time in a gap is told so; everything else follows RFC 5545,
//! section 3.3.5: a gap is read with the offset from before it, a fold is its first time.

use std::fmt;
use std::sync::Arc;

pub use jiff::civil::{Date, Weekday};
use jiff::civil::{DateTime, Time};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{Span, Timestamp as Instant};
use protocol::http::LocalTime;
use protocol::{Code, Instead, Refusal, Timestamp};

/// Minutes of an ordinary day.
pub(crate) const DAY_MINUTES: u16 = 24 * 60;
/// The years that people may write: nobody is booked outside them, and no arithmetic on them fails.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2999;

/// A place's clocks, past and future. Two are equal if their names are; cheap to clone.
#[derive(Clone)]
pub struct Zone {
    name: Arc<str>,
    tz: TimeZone,
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name)
    }
}

/// A date and a time of day, whole minutes, in no zone yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CivilTime(DateTime);

impl CivilTime {
    /// Reads `2026-12-01T10:00`, and nothing else: no seconds, no offset, no `24:00`, years 1900 to
    /// 2999. Anything else is [`Code::TimeMalformed`].
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let read = || {
            let (date, time) = text.split_once('T')?;
            let [hour, minute] = read_numbers(time, [2, 2], ':')?;
            let time = Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0);
            Some(Self(read_date(date)?.to_datetime(time.ok()?)))
        };
        read().ok_or_else(|| malformed("time: expected the form 2026-12-01T10:00"))
    }

    /// The date.
    pub fn date(self) -> Date {
        self.0.date()
    }

    /// That minute of that day; minute 1440 and later is the next day's midnight.
    pub(crate) fn at_minute(date: Date, minute: u16) -> Self {
        if minute >= DAY_MINUTES {
            return Self(plus_days(date, 1).to_datetime(Time::midnight()));
        }
        let [hour, minute] = [minute / 60, minute % 60]
            .map(|number| i8::try_from(number).expect("hours and minutes of a day are small"));
        Self(date.at(hour, minute, 0, 0))
    }

    /// The minute of the day, 0 to 1439.
    pub(crate) fn minute(self) -> u16 {
        let [hour, minute] = [self.0.hour(), self.0.minute()].map(i8::unsigned_abs);
        u16::from(hour) * 60 + u16::from(minute)
    }
}

impl fmt::Display for CivilTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}T{:02}:{:02}",
            self.0.date(),
            self.0.hour(),
            self.0.minute()
        )
    }
}

/// How a civil time stands to the clocks of a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// The clocks show it, the first time at this instant.
    Shown(Timestamp),
    /// The clocks skip it at this instant.
    Skipped(Timestamp),
}

impl Reading {
    /// The first instant at which the clocks show that time or a later one. Grows with the civil
    /// time, through gaps and folds alike.
    pub(crate) fn reached(self) -> Timestamp {
        match self {
            Self::Shown(instant) | Self::Skipped(instant) => instant,
        }
    }
}

impl Zone {
    /// Coordinated Universal Time, which no law changes.
    pub fn utc() -> Self {
        Self {
            name: Arc::from("UTC"),
            tz: TimeZone::UTC,
        }
    }

    /// The IANA name, spelled as the database spells it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The instant of a civil time that a person typed. A time in a gap is [`Code::TimeInGap`] with
    /// the next valid time instead; of a fold it is the earlier.
    pub fn resolve_typed(&self, civil: CivilTime) -> Result<Timestamp, Refusal> {
        match self.read(civil) {
            Reading::Shown(instant) => Ok(instant),
            Reading::Skipped(next) => Err(Refusal::new(
                Code::TimeInGap,
                "time: the clocks go forward then and never show it",
            )
            .instead(Instead::Time(self.local(next)))),
        }
    }

    /// The instant of a civil time that nobody can be asked about (RFC 5545, section 3.3.5): in a gap
    /// as far after it as the time lies after its beginning, in a fold the earlier.
    pub fn resolve(&self, civil: CivilTime) -> Timestamp {
        match self.tz.to_ambiguous_timestamp(civil.0).offset() {
            AmbiguousOffset::Unambiguous { offset } => instant_at(civil.0, offset),
            AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => {
                instant_at(civil.0, before)
            }
        }
    }

    /// What the clocks show at an instant, with their distance from UTC and the zone's name. Seconds
    /// are left off.
    pub fn local(&self, t: Timestamp) -> LocalTime {
        let t = to_jiff(t);
        self.tell(t, self.tz.to_offset(t))
    }

    fn tell(&self, t: Instant, offset: Offset) -> LocalTime {
        LocalTime {
            civil: CivilTime(offset.to_datetime(t)).to_string(),
            offset: write_offset(offset),
            zone: self.name.to_string(),
        }
    }

    /// What the clocks show at an instant. Seconds are left off.
    pub fn civil(&self, t: Timestamp) -> CivilTime {
        let shown = self.tz.to_datetime(to_jiff(t));
        let minute = Time::constant(shown.hour(), shown.minute(), 0, 0);
        CivilTime(shown.date().to_datetime(minute))
    }

    /// The date at an instant.
    pub fn date(&self, t: Timestamp) -> Date {
        self.tz.to_datetime(to_jiff(t)).date()
    }

    /// The first instant of a civil day, also where the clocks skip midnight. A day that the clocks
    /// skip as a whole (Apia, 2011-12-30) begins when the next one does.
    pub fn start_of(&self, date: Date) -> Timestamp {
        self.read(CivilTime::at_minute(date, 0)).reached()
    }

    /// How a civil time stands to the clocks here.
    pub(crate) fn read(&self, civil: CivilTime) -> Reading {
        match self.tz.to_ambiguous_timestamp(civil.0).offset() {
            AmbiguousOffset::Unambiguous { offset } => Reading::Shown(instant_at(civil.0, offset)),
            AmbiguousOffset::Fold { before, .. } => Reading::Shown(instant_at(civil.0, before)),
            AmbiguousOffset::Gap { before, after } => {
                // Read with the offset from after the gap, its times lie before the change; read with
                // the one from before the gap, at the change or later.
                let early = to_jiff(instant_at(civil.0, after));
                let change = self.tz.following(early).next();
                Reading::Skipped(change.map_or_else(
                    || instant_at(civil.0, before),
                    |change| from_jiff(change.timestamp()),
                ))
            }
        }
    }
}

/// Reads `2026-12-01`, and nothing else, years 1900 to 2999. Anything else is
/// [`Code::TimeMalformed`].
pub fn parse_date(text: &str) -> Result<Date, Refusal> {
    read_date(text).ok_or_else(|| malformed("date: expected the form 2026-12-01"))
}

/// The date so many days later (earlier if negative); stops at the ends of the calendar.
pub fn plus_days(date: Date, days: i32) -> Date {
    date.saturating_add(Span::new().days(days))
}

/// The weekday of a number from 1 (Monday) to 7 (ISO 8601).
pub fn weekday(number: i64) -> Option<Weekday> {
    Weekday::from_monday_one_offset(i8::try_from(number).ok()?).ok()
}

fn malformed(detail: &str) -> Refusal {
    Refusal::new(Code::TimeMalformed, detail)
}

fn read_date(text: &str) -> Option<Date> {
    let [year, month, day] = read_numbers(text, [4, 2, 2], '-')?;
    let [month, day] = [i8::try_from(month).ok()?, i8::try_from(day).ok()?];
    if !YEARS.contains(&year) {
        return None;
    }
    Date::new(year, month, day).ok()
}

/// Numbers of exactly so many digits each, with the separator between them.
fn read_numbers<const N: usize>(text: &str, digits: [usize; N], between: char) -> Option<[i16; N]> {
    let mut numbers = [0; N];
    let mut parts = text.split(between);
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part = parts.next()?;
        if part.len() != digits || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

/// `-06:00`; with seconds where a place's old local mean time had them.
fn write_offset(offset: Offset) -> String {
    let seconds = offset.seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let seconds = seconds.unsigned_abs();
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if seconds == 0 {
        format!("{sign}{hours:02}:{minutes:02}")
    } else {
        format!("{sign}{hours:02}:{minutes:02}:{seconds:02}")
    }
}

/// Stops at the ends of the calendar, as [`to_jiff`] does.
fn instant_at(civil: DateTime, offset: Offset) -> Timestamp {
    from_jiff(offset.to_timestamp(civil).unwrap_or(if civil.year() < 0 {
        Instant::MIN
    } else {
        Instant::MAX
    }))
}

/// Stops at the ends of the calendar (the years -9999 and 9999), so that no number that a caller
/// sends can break it.
fn to_jiff(t: Timestamp) -> Instant {
    Instant::from_microsecond(t.micros()).unwrap_or(if t.micros() < 0 {
        Instant::MIN
    } else {
        Instant::MAX
    })
}

fn from_jiff(t: Instant) -> Timestamp {
    Timestamp::from_micros(t.as_microsecond())
}

mod clocks;
mod names;
mod zones;

pub use clocks::Clocks;
pub use names::{ClockName, Side};
pub use zones::{NotZones, Zones};

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
