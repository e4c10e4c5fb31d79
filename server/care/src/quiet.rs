//! In which hours of a person's day mails come to them.
//!
//! A [`Window`] is a stretch of every day on their clocks. Whoever says nothing is left alone by night: reminders
//! and mails about messages that can wait come by [`Window::DAY`]. Whoever says when it is **safe** to get
//! mail (somebody else reads it in the evening) gets every mail within those hours and none outside them.
//!
//! [`MailHours`] are one person's, and the one place that is asked: when a mail is planned, and by
//! [`MailHours::leave`] once more right before it leaves. Without the [`Leave`] that it gives nothing is sent, of
//! whatever kind.
//!
//! Times are found by quarters of an hour, of which the offsets of all zones in use are made: whatever the clocks
//! do between, a time that is found lies in the window as people read it.

use protocol::{Code, Refusal, Timestamp, limits};

use crate::civil::{DAY_MINUTES, Zone};

/// A quarter of an hour, seconds.
const QUARTER_S: i64 = 900;
/// So many quarters are looked at: a window opens every day, and a zone may leave one out.
const QUARTERS: i64 = 3 * 96;

/// A stretch of every day, whole minutes on a person's clocks: from the one, before the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    from: u16,
    until: u16,
}

impl Window {
    /// Nobody is reminded by night.
    pub const DAY: Self = Self {
        from: 8 * 60,
        until: 21 * 60,
    };

    /// From that minute of the day until that one, which may be its end. [`Code::BadRequest`] if that is none,
    /// too short, or not of quarters of an hour.
    pub fn new(from: u16, until: u16) -> Result<Self, Refusal> {
        let bad = |detail| Err(Refusal::new(Code::BadRequest, detail));
        if until > DAY_MINUTES || from >= until {
            return bad("safe_hours: expected two minutes of one day, the first before the second");
        }
        if until - from < limits::SAFE_HOURS_MINUTES_MIN {
            return bad("safe_hours: too short");
        }
        if [from, until]
            .iter()
            .any(|minute| minute % limits::SAFE_HOURS_STEP_MINUTES != 0)
        {
            return bad("safe_hours: expected steps of a quarter of an hour");
        }
        Ok(Self { from, until })
    }

    /// The minute of the day from which on mails come.
    pub const fn from(self) -> u16 {
        self.from
    }

    /// The minute of the day from which on they come no more.
    pub const fn until(self) -> u16 {
        self.until
    }

    /// Whether it is open then.
    pub(crate) fn has(self, zone: &Zone, t: Timestamp) -> bool {
        (self.from..self.until).contains(&zone.civil(t).minute())
    }

    /// That time if it is open then, or when it next opens.
    fn next(self, zone: &Zone, t: Timestamp) -> Timestamp {
        if self.has(zone, t) {
            return t;
        }
        let mut later = (1..=QUARTERS).map(|n| quarter(t).plus_seconds(n * QUARTER_S));
        later.find(|at| self.has(zone, *at)).unwrap_or(t)
    }

    /// In the last half hour in which it was open before that time.
    fn last_before(self, zone: &Zone, t: Timestamp) -> Timestamp {
        let mut earlier = (1..=QUARTERS).map(|n| quarter(t).plus_seconds(-n * QUARTER_S));
        let last = earlier.find(|at| self.has(zone, *at)).unwrap_or(t);
        let half = last.plus_seconds(-QUARTER_S);
        if self.has(zone, half) { half } else { last }
    }
}

/// When mails come to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailHours {
    /// On whose clocks they live.
    pub zone: Zone,
    /// Mails come in these hours of their day and in no others.
    pub safe: Option<Window>,
}

/// What becomes of a mail that would leave now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaves {
    /// It leaves.
    Now(Leave),
    /// It waits until then.
    Later(Timestamp),
    /// Its person's safe hours do not come again before it is worthless.
    Never,
    /// It is late, and the morning for which it would wait comes too late for it.
    Over,
}

/// That a mail to somebody may leave at a time. Nobody but [`MailHours::leave`] says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leave(Timestamp);

impl Leave {
    /// When.
    pub const fn at(self) -> Timestamp {
        self.0
    }
}

impl MailHours {
    /// That time, or the next that is safe.
    pub fn next(&self, t: Timestamp) -> Timestamp {
        self.safe.map_or(t, |safe| safe.next(&self.zone, t))
    }

    /// The same of a mail that can wait: without safe hours it comes by day.
    pub fn next_by_day(&self, t: Timestamp) -> Timestamp {
        self.by_day().next(&self.zone, t)
    }

    /// Just before that time, in the last of such hours.
    pub fn last_by_day(&self, t: Timestamp) -> Timestamp {
        self.by_day().last_before(&self.zone, t)
    }

    /// What becomes of a mail that is due and wanted at `now`; `is_worth` says whether it is worth something at a
    /// later time.
    pub fn leave(&self, now: Timestamp, is_worth: impl FnOnce(Timestamp) -> bool) -> Leaves {
        let then = self.next(now);
        if then == now {
            Leaves::Now(Leave(now))
        } else if is_worth(then) {
            Leaves::Later(then)
        } else {
            Leaves::Never
        }
    }

    /// The same of a mail that can wait for the morning. What is worth nothing by then has not been lost to the
    /// night alone: it was late before that, and is [`Leaves::Over`].
    pub fn leave_by_day(&self, now: Timestamp, is_worth: impl FnOnce(Timestamp) -> bool) -> Leaves {
        if self.safe.is_some() {
            return self.leave(now, is_worth);
        }
        let then = self.next_by_day(now);
        if then == now {
            Leaves::Now(Leave(now))
        } else if is_worth(then) {
            Leaves::Later(then)
        } else {
            Leaves::Over
        }
    }

    fn by_day(&self) -> Window {
        self.safe.unwrap_or(Window::DAY)
    }
}

/// The quarter of an hour in which it lies, when that begins.
fn quarter(t: Timestamp) -> Timestamp {
    let seconds = t.micros().div_euclid(1_000_000);
    Timestamp::from_micros(0).plus_seconds(seconds - seconds.rem_euclid(QUARTER_S))
}

#[cfg(test)]
pub(crate) use tests::any_window;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::civil::{CivilTime, Zones};

    fn zone(name: &str) -> Zone {
        Zones::bundled().find(name).unwrap()
    }

    fn at(zone: &Zone, civil: &str) -> Timestamp {
        zone.resolve(CivilTime::parse(civil).unwrap())
    }

    #[test]
    fn a_window_is_of_one_day_and_two_hours_long() {
        for (from, until) in [(0, 1_440), (600, 720), (1_320, 1_440), (15, 135)] {
            let window = Window::new(from, until).unwrap();
            assert_eq!((window.from(), window.until()), (from, until));
        }
        for (from, until, why) in [
            (600, 600, "one day"),
            (720, 600, "one day"),
            (1_300, 1_455, "one day"),
            (600, 719, "too short"),
            (600, 705, "too short"),
            (601, 800, "quarter"),
            (600, 799, "quarter"),
        ] {
            let refusal = Window::new(from, until).unwrap_err();
            assert_eq!(refusal.code, Code::BadRequest);
            assert!(
                refusal.detail.contains(why),
                "{from} {until}: {}",
                refusal.detail
            );
        }
    }

    #[test]
    fn it_opens_again_the_next_day() {
        let zone = zone("America/Chicago");
        let mornings = Window::new(600, 720).unwrap();
        for (now, next) in [
            ("2026-12-01T09:59", "2026-12-01T10:00"),
            ("2026-12-01T10:00", "2026-12-01T10:00"),
            ("2026-12-01T11:59", "2026-12-01T11:59"),
            ("2026-12-01T12:00", "2026-12-02T10:00"),
            ("2026-12-31T23:59", "2027-01-01T10:00"),
        ] {
            assert_eq!(
                mornings.next(&zone, at(&zone, now)),
                at(&zone, next),
                "{now}"
            );
        }
        for (now, last) in [
            ("2026-12-01T09:59", "2026-11-30T11:30"),
            ("2026-12-01T12:00", "2026-12-01T11:30"),
            ("2026-12-02T00:07", "2026-12-01T11:30"),
        ] {
            assert_eq!(
                mornings.last_before(&zone, at(&zone, now)),
                at(&zone, last),
                "{now}"
            );
        }
    }

    #[test]
    fn a_mail_leaves_waits_or_never_does() {
        let mut hours = MailHours {
            zone: zone("America/Chicago"),
            safe: Some(Window::new(600, 720).unwrap()),
        };
        let t = |civil: &str| at(&zone("America/Chicago"), civil);
        let (night, morning) = (t("2026-12-01T03:00"), t("2026-12-01T10:00"));
        let waits = hours.leave(night, |then| then <= morning);
        assert_eq!(waits, Leaves::Later(morning));
        assert_eq!(hours.leave(night, |then| then < morning), Leaves::Never);
        assert_eq!(hours.leave(morning, |_| false), Leaves::Now(Leave(morning)));
        assert_eq!(hours.next_by_day(night), morning);
        // Who says nothing gets by night what cannot wait.
        hours.safe = None;
        assert_eq!(hours.leave(night, |_| false), Leaves::Now(Leave(night)));
        let eight = t("2026-12-01T08:00");
        assert_eq!(hours.next_by_day(night), eight);
        // But not what can.
        let waits = hours.leave_by_day(night, |then| then <= eight);
        assert_eq!(waits, Leaves::Later(eight));
        assert_eq!(hours.leave_by_day(night, |then| then < eight), Leaves::Over);
        assert_eq!(
            hours.leave_by_day(eight, |_| false),
            Leaves::Now(Leave(eight))
        );
        assert_eq!(hours.last_by_day(night), t("2026-11-30T20:30"));
    }

    #[test]
    fn the_clocks_may_skip_when_it_opens_or_show_it_twice() {
        let zone = zone("America/Chicago");
        // Two o'clock never comes: it opens at three.
        let window = Window::new(120, 300).unwrap();
        let opens = window.next(&zone, at(&zone, "2026-03-08T01:59"));
        assert_eq!(opens, at(&zone, "2026-03-08T03:00"));
        // Between one and two comes twice: it opens, closes, and opens again.
        let window = Window::new(90, 240).unwrap();
        let second = at(&zone, "2026-11-01T01:00").plus_seconds(3_600);
        assert!(!window.has(&zone, second));
        assert_eq!(window.next(&zone, second), second.plus_seconds(1_800));
        // A day that never was.
        let apia = self::zone("Pacific/Apia");
        let window = Window::new(600, 720).unwrap();
        let opens = window.next(&apia, at(&apia, "2011-12-29T12:00"));
        assert_eq!(opens, at(&apia, "2011-12-31T10:00"));
    }

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
        .prop_map(zone)
    }

    pub(crate) fn any_window() -> impl Strategy<Value = Window> {
        (0_u16..89, 8_u16..=96).prop_filter_map("too short", |(from, long)| {
            Window::new(from * 15, (from + long).min(96) * 15).ok()
        })
    }

    proptest! {
        #[test]
        fn what_is_found_is_in_the_window_and_nothing_is_passed_over(
            zone in any_zone(), window in any_window(), minute in 21_600_000_i64..31_600_000,
        ) {
            let t = Timestamp::from_micros(minute * 60_000_000);
            let next = window.next(&zone, t);
            prop_assert!(next >= t && window.has(&zone, next));
            let between = (1..).map(|n| t.plus_seconds(n * 300)).take_while(|at| *at < next);
            for at in between {
                prop_assert!(window.has(&zone, t) || !window.has(&zone, at));
            }
            let last = window.last_before(&zone, t);
            prop_assert!(last < t && window.has(&zone, last));
        }
    }
}
