//! Watches the wall clock: what it shows is held beside the time that has passed. Pure; [`Worker`](crate::Worker)
//! reads both before it takes anything in hand, and says what was found.
//!
//! Each reading is held against two things. Against the one before: a step of more than [`limits::CLOCK_FORWARD_S`]
//! forward or [`limits::CLOCK_BACK_S`] back is a jump. And against what was accepted: that follows the clock, but no
//! faster than [`limits::CLOCK_SLEW_PPM`]. So a clock that goes a little wrong for months, or is put right by NTP as
//! slowly as NTP does, never adds up to an alarm, while twenty steps of four minutes do, and so does a clock that
//! gains a minute in an hour.
//!
//! A jump stands until the clock is back where it was before (within the same limits), or until somebody says that
//! it is right; then it is measured from where it was when they said so.

use std::time::Duration;

use care::Clock;
use protocol::{Timestamp, limits};

/// Readings of one moment are this close, if nothing came between.
const CLOSE: Duration = Duration::from_secs(1);

/// What both clocks showed at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The time.
    pub wall: Timestamp,
    /// The time that had passed.
    pub steady: Duration,
}

/// What a reading means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// It may be believed.
    Right,
    /// It jumped, now or before, and is not back.
    Off {
        /// So far ahead of where it should be, microseconds; behind if negative.
        ahead_micros: i64,
    },
}

/// A clock that is watched.
#[derive(Debug, Clone)]
pub struct ClockWatch {
    /// The last reading.
    last: Reading,
    /// By how much the wall clock was ahead of the steady one when it was last believed, microseconds; it follows
    /// slowly.
    accepted: i64,
    /// The same of before the jump that stands.
    before: Option<i64>,
}

impl Reading {
    /// Reads both. Where something came between them (the process was held up, the demo's clock was moved), once
    /// more.
    pub fn of(clock: &dyn Clock) -> Self {
        for _ in 0..3 {
            let before = clock.steady();
            let wall = clock.now();
            let steady = clock.steady();
            if steady.saturating_sub(before) < CLOSE {
                return Self { wall, steady };
            }
        }
        Self {
            wall: clock.now(),
            steady: clock.steady(),
        }
    }

    fn ahead(self) -> i64 {
        self.wall.micros().saturating_sub(micros(self.steady))
    }
}

impl ClockWatch {
    /// From now on. Nothing is known of before, so this reading is believed.
    pub fn begin(reading: Reading) -> Self {
        Self {
            last: reading,
            accepted: reading.ahead(),
            before: None,
        }
    }

    /// The same, where it is known that the clock is behind by so many microseconds of what it showed before.
    pub fn begin_behind(reading: Reading, micros: i64) -> Self {
        let right = reading.ahead().saturating_add(micros);
        Self {
            last: reading,
            accepted: right,
            before: Some(right),
        }
    }

    /// What the clock shows now.
    pub fn observe(&mut self, reading: Reading) -> Finding {
        let ahead = reading.ahead();
        let held_against = match self.before {
            Some(before) => [before; 2],
            None => [self.last.ahead(), self.accepted],
        };
        let broken = held_against.into_iter().find(|then| !is_near(ahead, *then));
        if self.before.is_none() && broken.is_none() {
            self.follow(reading);
        }
        self.last = reading;
        self.before = broken;
        match broken {
            None => Finding::Right,
            Some(then) => Finding::Off {
                ahead_micros: ahead.saturating_sub(then),
            },
        }
    }

    /// Somebody says that the clock was right as it was last read.
    pub fn accept(&mut self) {
        self.accepted = self.last.ahead();
        self.before = None;
    }

    fn follow(&mut self, reading: Reading) {
        let passed = micros(reading.steady.saturating_sub(self.last.steady));
        let most = passed / 1_000_000 * limits::CLOCK_SLEW_PPM;
        let drift = reading.ahead().saturating_sub(self.accepted);
        self.accepted = self.accepted.saturating_add(drift.clamp(-most, most));
    }
}

fn is_near(ahead: i64, then: i64) -> bool {
    let drift = ahead.saturating_sub(then);
    (-limits::CLOCK_BACK_S * 1_000_000..=limits::CLOCK_FORWARD_S * 1_000_000).contains(&drift)
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60;
    const HOUR: i64 = 3_600;
    const DAY: i64 = 86_400;

    /// Two clocks and the watch.
    struct Scene {
        wall: Timestamp,
        steady: Duration,
        watch: ClockWatch,
    }

    impl Scene {
        fn begin() -> Self {
            let reading = Reading {
                wall: Timestamp::from_micros(1_793_631_600_000_000),
                steady: Duration::from_secs(7),
            };
            Self {
                wall: reading.wall,
                steady: reading.steady,
                watch: ClockWatch::begin(reading),
            }
        }

        /// Half a minute passes, and the clock shows so many seconds more (or less) than that.
        fn turn(&mut self, jumped_s: i64) -> Finding {
            self.pass(30, jumped_s)
        }

        fn pass(&mut self, seconds: i64, jumped_s: i64) -> Finding {
            self.steady += Duration::from_secs(seconds.unsigned_abs());
            self.wall = self.wall.plus_seconds(seconds + jumped_s);
            self.watch.observe(Reading {
                wall: self.wall,
                steady: self.steady,
            })
        }
    }

    fn off(seconds: i64) -> Finding {
        Finding::Off {
            ahead_micros: seconds * 1_000_000,
        }
    }

    #[test]
    fn a_step_beyond_the_limits_is_a_jump() {
        for (jump, found) in [
            (59 * MINUTE, Finding::Right),
            (HOUR, Finding::Right),
            (HOUR + 1, off(HOUR + 1)),
            (61 * MINUTE, off(61 * MINUTE)),
            (-4 * MINUTE, Finding::Right),
            (-5 * MINUTE, Finding::Right),
            (-5 * MINUTE - 1, off(-5 * MINUTE - 1)),
            (-6 * MINUTE, off(-6 * MINUTE)),
            (-400 * DAY, off(-400 * DAY)),
        ] {
            let mut scene = Scene::begin();
            assert_eq!(scene.turn(0), Finding::Right);
            assert_eq!(scene.turn(jump), found, "{jump}");
        }
    }

    #[test]
    fn however_long_a_turn_takes_time_that_passes_is_no_jump() {
        let mut scene = Scene::begin();
        assert_eq!(scene.pass(3 * DAY, 0), Finding::Right);
    }

    #[test]
    fn slow_drift_never_adds_up() {
        for drift in [2, -2] {
            let mut scene = Scene::begin();
            // A second in half an hour, as a bad quartz and NTP at its fastest do: an hour and more in a year.
            for _ in 0..365 * 24 {
                assert_eq!(scene.pass(HOUR, drift), Finding::Right);
            }
        }
    }

    #[test]
    fn small_steps_add_up() {
        let mut scene = Scene::begin();
        assert_eq!(scene.turn(-4 * MINUTE), Finding::Right);
        let Finding::Off { ahead_micros } = scene.turn(-4 * MINUTE) else {
            panic!("eight minutes back");
        };
        assert!(ahead_micros < -7 * MINUTE * 1_000_000);
        let mut scene = Scene::begin();
        // A minute in an hour.
        let found: Vec<_> = (0..24 * 20).map(|_| scene.pass(HOUR, MINUTE)).collect();
        assert!(found.iter().any(|found| *found != Finding::Right));
    }

    #[test]
    fn a_jump_stands_until_the_clock_is_back() {
        let mut scene = Scene::begin();
        assert_eq!(scene.turn(2 * HOUR), off(2 * HOUR));
        assert_eq!(scene.turn(0), off(2 * HOUR));
        // Not far enough.
        assert_eq!(scene.turn(-59 * MINUTE), off(61 * MINUTE));
        assert_eq!(scene.turn(-61 * MINUTE), Finding::Right);
        assert_eq!(scene.turn(0), Finding::Right);
        // And it is watched as ever.
        assert_eq!(scene.turn(-6 * MINUTE), off(-6 * MINUTE));
    }

    #[test]
    fn what_somebody_says_is_right_is_where_it_is_measured_from() {
        let mut scene = Scene::begin();
        assert_eq!(scene.turn(2 * HOUR), off(2 * HOUR));
        scene.watch.accept();
        assert_eq!(scene.turn(0), Finding::Right);
        assert_eq!(scene.turn(-2 * HOUR), off(-2 * HOUR));
        // What it shows after the word was given is not what was meant.
        scene.watch.accept();
        assert_eq!(scene.turn(3 * HOUR), off(3 * HOUR));
    }

    #[test]
    fn a_clock_that_begins_behind_is_back_when_it_shows_what_it_did() {
        let reading = Scene::begin();
        let mut scene = Scene {
            watch: ClockWatch::begin_behind(
                Reading {
                    wall: reading.wall,
                    steady: reading.steady,
                },
                DAY * 1_000_000,
            ),
            ..reading
        };
        assert_eq!(scene.turn(0), off(-DAY));
        assert_eq!(scene.turn(DAY - MINUTE), Finding::Right);
    }

    #[test]
    fn both_clocks_are_read_at_one_moment() {
        struct Held(std::sync::atomic::AtomicU64);
        impl Clock for Held {
            fn now(&self) -> Timestamp {
                // The first time, an hour passes after it was read.
                let moved = self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                Timestamp::from_micros(if moved == 0 { 0 } else { 3_600_000_000 })
            }
            fn steady(&self) -> Duration {
                let moved = self.0.load(std::sync::atomic::Ordering::SeqCst);
                Duration::from_secs(if moved == 0 { 0 } else { 3_600 })
            }
        }
        let reading = Reading::of(&Held(std::sync::atomic::AtomicU64::new(0)));
        assert_eq!(reading.ahead(), 0);
    }
}
