//! A worker's hours, and the times at which somebody could come.
//!
//! Hours are rules on the clock: every Tuesday nine to twelve, on that date closed. They become
//! intervals of real time one date at a time, by what the clocks of the worker's zone show: an
//! interval over a clock change is an hour shorter or longer, as the worker's day is. Slots stand on a
//! grid *on the clock* from the beginning of the hours; each lies wholly inside the hours in real time,
//! none at a time that the clocks skip, none twice where they go back.
//!
//! Slots are hints. The booking asks [`fits`], the same rules, and the claims decide.

use jiff::civil::{Date, Weekday};
use protocol::{Code, Refusal, Timestamp};

use crate::civil::{CivilTime, DAY_MINUTES, Reading, Zone, plus_days};

/// When one worker can be booked, on the clocks of one zone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hours {
    /// Every week, in any order; hours that touch or overlap are one.
    pub weekly: Vec<Weekly>,
    /// Instead of those, on single dates. Several for one date add up.
    pub dated: Vec<Dated>,
    /// When the agency is closed, in any order: the hours of the week do not hold then. Those of a date
    /// do: a worker who said of that very date that they work is there, closed or not.
    pub closed: Vec<Closed>,
}

/// Dates on which an agency is closed: all day long, on the clocks of each worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// The first.
    pub first: Date,
    /// The last, which may be the first; before it: none.
    pub last: Date,
}

/// Hours of a weekday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weekly {
    /// The day.
    pub weekday: Weekday,
    /// From when, minutes of the local day.
    pub from: u16,
    /// Until when, minutes of the local day, at most 1440; not after `from`: no hours.
    pub until: u16,
}

/// Hours of one date, which replace those of its weekday.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated {
    /// The date.
    pub date: Date,
    /// From when until when, minutes of the local day as in [`Weekly`]; empty: closed.
    pub open: Vec<(u16, u16)>,
}

/// Time that is taken, half-open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy {
    /// From when.
    pub start: Timestamp,
    /// Until when.
    pub end: Timestamp,
}

/// What is asked for, and how soon and how far ahead it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// How long, minutes.
    pub minutes: u16,
    /// Slots begin at multiples of this from the beginning of the hours, minutes; 0 counts as 1.
    pub step_minutes: u16,
    /// At least this long after now, seconds.
    pub notice_s: i64,
    /// At most on the day that is so many calendar days after today, in the worker's zone.
    pub days_ahead: u16,
    /// Kept free before it besides, minutes; need not lie within the hours.
    pub before_minutes: u16,
    /// Kept free after it besides, minutes; need not lie within the hours.
    pub after_minutes: u16,
}

/// Where slots may begin, half-open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlotSpan {
    /// The earliest.
    pub from: Timestamp,
    /// Not at this instant any more.
    pub until: Timestamp,
}

/// The first `max` instants in `span` at which the worker could be booked, soonest first. `busy` is
/// sorted by `start`; its intervals may overlap.
#[expect(
    clippy::too_many_arguments,
    reason = "each is one fact of the question, and the callers hold them apart"
)]
pub fn slots(
    hours: &Hours,
    zone: &Zone,
    terms: &Terms,
    span: SlotSpan,
    busy: &[Busy],
    now: Timestamp,
    max: usize,
) -> Vec<Timestamp> {
    let window = window(zone, terms, now);
    let from = span.from.max(window.from);
    let until = span.until.min(window.until);
    let mut found = Vec::new();
    if from >= until {
        return found;
    }
    let mut taken = Taken::new(busy);
    let (first, last) = (zone.date(from), zone.date(end_of(until, terms)));
    for stretch in Stretches::new(hours, zone, first, last) {
        for start in stretch.starts(zone, terms.step_minutes) {
            if start >= until || found.len() == max {
                return found;
            }
            let end = end_of(start, terms);
            let kept = kept_free(terms, start);
            if start >= from && end <= stretch.end && taken.is_free(kept.from, kept.until) {
                found.push(start);
            }
        }
    }
    found
}

/// One of several workers who are to be free at the same time.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// When they can be booked.
    pub hours: &'a Hours,
    /// On whose clocks.
    pub zone: &'a Zone,
    /// When they are busy, sorted by `start`.
    pub busy: &'a [Busy],
}

/// The first `max` instants in `span` at which all of several workers could be booked, soonest first. They stand on
/// the grid of the first one's hours; of the others any minute will do. Of nobody there are none.
pub fn slots_together(
    team: &[Member<'_>],
    terms: &Terms,
    span: SlotSpan,
    now: Timestamp,
    max: usize,
) -> Vec<Timestamp> {
    let Some((first, others)) = team.split_first() else {
        return Vec::new();
    };
    let most = if others.is_empty() { max } else { usize::MAX };
    let found = slots(first.hours, first.zone, terms, span, first.busy, now, most);
    let others = others
        .iter()
        .map(|other| Beside::new(other, terms, span, now));
    let mut others: Vec<Beside<'_>> = others.collect();
    let together = found
        .into_iter()
        .filter(|start| others.iter_mut().all(|other| other.can_come(terms, *start)));
    together.take(max).collect()
}

/// Whether the worker's hours and the terms allow that start; whether the worker is busy is not asked.
/// Any minute will do, not only the grid's. [`Code::TimePast`] or [`Code::NotAvailable`].
pub fn fits(
    hours: &Hours,
    zone: &Zone,
    terms: &Terms,
    start: Timestamp,
    now: Timestamp,
) -> Result<(), Refusal> {
    if start < now {
        return Err(Refusal::new(Code::TimePast, "time: has passed"));
    }
    let window = window(zone, terms, now);
    if start < window.from {
        return Err(Refusal::new(Code::NotAvailable, "time: too soon"));
    }
    if start >= window.until {
        return Err(Refusal::new(Code::NotAvailable, "time: too far ahead"));
    }
    let end = end_of(start, terms);
    let open = Stretches::new(hours, zone, zone.date(start), zone.date(end))
        .any(|stretch| stretch.start() <= start && end <= stretch.end);
    if open {
        Ok(())
    } else {
        Err(Refusal::new(Code::NotAvailable, "time: outside the hours"))
    }
}

/// Where the terms allow a start.
fn window(zone: &Zone, terms: &Terms, now: Timestamp) -> SlotSpan {
    let last = plus_days(zone.date(now), i32::from(terms.days_ahead));
    SlotSpan {
        from: now.max(now.plus_seconds(terms.notice_s)),
        until: zone.start_of(plus_days(last, 1)),
    }
}

/// What a booking that begins then keeps the worker busy for, with what is kept free around it.
pub fn kept_free(terms: &Terms, start: Timestamp) -> SlotSpan {
    SlotSpan {
        from: start.plus_seconds(-i64::from(terms.before_minutes) * 60),
        until: end_of(start, terms).plus_seconds(i64::from(terms.after_minutes) * 60),
    }
}

fn end_of(start: Timestamp, terms: &Terms) -> Timestamp {
    start.plus_seconds(i64::from(terms.minutes) * 60)
}

/// Walks the busy intervals once, beside slots that come in order and are of one length.
struct Taken<'a> {
    ahead: std::iter::Peekable<std::slice::Iter<'a, Busy>>,
    until: Timestamp,
}

impl<'a> Taken<'a> {
    fn new(busy: &'a [Busy]) -> Self {
        debug_assert!(busy.is_sorted_by_key(|busy| busy.start));
        Self {
            ahead: busy.iter().peekable(),
            until: Timestamp::from_micros(i64::MIN),
        }
    }

    /// Of all that begins before `end`, does anything last beyond `start`?
    fn is_free(&mut self, start: Timestamp, end: Timestamp) -> bool {
        while let Some(busy) = self.ahead.next_if(|busy| busy.start < end) {
            if busy.start < busy.end {
                self.until = self.until.max(busy.end);
            }
        }
        self.until <= start
    }
}

/// Somebody who is to come besides, asked about slots that come in order and are of one length: their hours
/// and what they are busy with are walked once, however many slots there are.
struct Beside<'a> {
    window: SlotSpan,
    stretches: std::iter::Peekable<Stretches<'a>>,
    taken: Taken<'a>,
}

impl<'a> Beside<'a> {
    fn new(member: &Member<'a>, terms: &Terms, span: SlotSpan, now: Timestamp) -> Self {
        let Member { hours, zone, busy } = *member;
        let window = window(zone, terms, now);
        let (from, until) = (span.from.max(window.from), span.until.min(window.until));
        let (first, last) = (zone.date(from), zone.date(end_of(until, terms)));
        Self {
            window,
            stretches: Stretches::new(hours, zone, first, last).peekable(),
            taken: Taken::new(busy),
        }
    }

    /// What [`fits`] says, and nothing else keeps them busy.
    fn can_come(&mut self, terms: &Terms, start: Timestamp) -> bool {
        let (end, kept) = (end_of(start, terms), kept_free(terms, start));
        // What ends before this one does, does so before every later one.
        while self.stretches.next_if(|open| open.end < end).is_some() {}
        let open = self
            .stretches
            .peek()
            .is_some_and(|open| open.start() <= start);
        open && self.window.from <= start
            && start < self.window.until
            && self.taken.is_free(kept.from, kept.until)
    }
}

/// One date's hours that touch on the clock, and where they lie in real time.
#[derive(Debug, Clone, Copy)]
struct Open {
    date: Date,
    /// Minutes of the local day.
    from: u16,
    until: u16,
    start: Timestamp,
    end: Timestamp,
}

impl Open {
    /// Where the clocks skip an end of the hours, the change itself is that end; where they show it
    /// twice, the first time is.
    fn new(zone: &Zone, date: Date, (from, until): (u16, u16)) -> Self {
        let reached = |minute| zone.read(CivilTime::at_minute(date, minute)).reached();
        Self {
            date,
            from,
            until,
            start: reached(from),
            end: reached(until),
        }
    }

    /// The grid's instants, in order. Without a clock change inside they are evenly spaced, and
    /// the zone need not be asked again (no zone changes its clocks there and back within a day).
    fn starts(self, zone: &Zone, step: u16) -> impl Iterator<Item = Timestamp> + use<'_> {
        let minutes = i64::from(self.until - self.from);
        let even = self.end == self.start.plus_seconds(minutes * 60);
        (self.from..self.until)
            .step_by(usize::from(step.max(1)))
            .filter_map(move |minute| {
                if even {
                    return Some(self.start.plus_seconds(i64::from(minute - self.from) * 60));
                }
                match zone.read(CivilTime::at_minute(self.date, minute)) {
                    Reading::Shown(instant) => Some(instant),
                    Reading::Skipped(_) => None,
                }
            })
    }
}

/// Hours that touch in real time, over midnight too. Each date keeps its own grid.
struct Stretch {
    opens: Vec<Open>,
    end: Timestamp,
}

impl Stretch {
    fn start(&self) -> Timestamp {
        self.opens.first().map_or(self.end, |open| open.start)
    }

    fn starts(&self, zone: &Zone, step: u16) -> impl Iterator<Item = Timestamp> {
        self.opens
            .iter()
            .flat_map(move |open| open.starts(zone, step))
    }
}

/// The stretches of some dates, in order, made one at a time.
struct Stretches<'a> {
    hours: &'a Hours,
    zone: &'a Zone,
    date: Date,
    last: Date,
    /// Of dates before `date`, in reverse order.
    ready: Vec<Open>,
}

impl<'a> Stretches<'a> {
    /// From the date that the clock shows at the first instant asked about to the one at the last. No
    /// hours of an earlier date last that long. Clocks that go back over midnight can show a date
    /// again when the next one has begun, so one date more is looked at.
    fn new(hours: &'a Hours, zone: &'a Zone, first: Date, last: Date) -> Self {
        Self {
            hours,
            zone,
            date: first,
            last: plus_days(last, 1),
            ready: Vec::new(),
        }
    }

    fn next_open(&mut self) -> Option<Open> {
        loop {
            if let Some(open) = self.ready.pop() {
                return Some(open);
            }
            if self.date > self.last {
                return None;
            }
            let date = self.date;
            self.date = plus_days(date, 1);
            if self.date == date {
                return None;
            }
            let opens = self.hours.of(date).into_iter().rev();
            let opens = opens.map(|open| Open::new(self.zone, date, open));
            self.ready.extend(opens);
        }
    }
}

impl Iterator for Stretches<'_> {
    type Item = Stretch;

    fn next(&mut self) -> Option<Stretch> {
        let first = self.next_open()?;
        let mut stretch = Stretch {
            opens: vec![first],
            end: first.end,
        };
        while let Some(open) = self.next_open() {
            if open.start > stretch.end {
                self.ready.push(open);
                break;
            }
            stretch.end = open.end;
            stretch.opens.push(open);
        }
        Some(stretch)
    }
}

impl Closed {
    fn covers(self, date: Date) -> bool {
        self.first <= date && date <= self.last
    }
}

impl Hours {
    /// Whether some closures take a date from the worker: one of them covers it, and nothing was said of that very
    /// date.
    pub fn give_way(&self, closed: &[Closed], date: Date) -> bool {
        let said = self.dated.iter().any(|dated| dated.date == date);
        !said && closed.iter().any(|closed| closed.covers(date))
    }

    /// The hours of a date in order, those that touch made one; minutes of the local day.
    fn of(&self, date: Date) -> Vec<(u16, u16)> {
        let dated = || self.dated.iter().filter(|dated| dated.date == date);
        let mut open: Vec<(u16, u16)> = if dated().next().is_some() {
            dated()
                .flat_map(|dated| dated.open.iter().copied())
                .collect()
        } else if self.closed.iter().any(|closed| closed.covers(date)) {
            Vec::new()
        } else {
            let weekday = date.weekday();
            let weekly = self
                .weekly
                .iter()
                .filter(|weekly| weekly.weekday == weekday);
            weekly.map(|weekly| (weekly.from, weekly.until)).collect()
        };
        for (_, until) in &mut open {
            *until = (*until).min(DAY_MINUTES);
        }
        open.retain(|(from, until)| from < until);
        open.sort_unstable();
        open.dedup_by(|next, kept| {
            let touches = next.0 <= kept.1;
            if touches {
                kept.1 = kept.1.max(next.1);
            }
            touches
        });
        open
    }
}

mod written;

#[cfg(test)]
mod clock_changes;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
