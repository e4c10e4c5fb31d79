//! A clock that tests move by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use care::Clock;
use protocol::Timestamp;

/// Monday, 2 November 2026, 15:00:00 UTC.
const MONDAY: Timestamp = Timestamp::from_micros(1_793_631_600_000_000);

/// A clock that stands still until it is told otherwise. Clones share it.
#[derive(Debug, Clone)]
pub struct FakeClock {
    wall_micros: Arc<AtomicI64>,
    /// By how much of that nobody was older.
    jumped_micros: Arc<AtomicI64>,
    is_broken: Arc<AtomicBool>,
}

impl FakeClock {
    /// A clock that shows this time.
    pub fn at(now: Timestamp) -> Self {
        Self {
            wall_micros: Arc::new(AtomicI64::new(now.micros())),
            jumped_micros: Arc::default(),
            is_broken: Arc::default(),
        }
    }

    /// So many seconds pass (as if they never had, if negative).
    pub fn advance(&self, seconds: i64) {
        self.wall_micros
            .fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    /// Somebody sets it so many seconds ahead (back if negative): no time passes.
    pub fn jump(&self, seconds: i64) {
        self.jumped_micros
            .fetch_add(seconds * 1_000_000, Ordering::SeqCst);
        self.advance(seconds);
    }

    /// The next one who asks for the time panics: a defect wherever that is, on purpose.
    pub fn break_once(&self) {
        self.is_broken.store(true, Ordering::SeqCst);
    }

    /// Time passes until then.
    pub fn set(&self, now: Timestamp) {
        self.wall_micros.store(now.micros(), Ordering::SeqCst);
    }

    /// The same clock for a headless device.
    pub fn for_device(&self) -> headless::Clock {
        let clock = self.clone();
        Arc::new(move || clock.now())
    }
}

impl Default for FakeClock {
    /// Shows a Monday in November 2026.
    fn default() -> Self {
        Self::at(MONDAY)
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        assert!(
            !self.is_broken.swap(false, Ordering::SeqCst),
            "broken on purpose, once"
        );
        Timestamp::from_micros(self.wall_micros.load(Ordering::SeqCst))
    }

    fn steady(&self) -> Duration {
        let jumped = self.jumped_micros.load(Ordering::SeqCst);
        let passed = self.wall_micros.load(Ordering::SeqCst) - jumped;
        Duration::from_micros(u64::try_from(passed).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_move_together() {
        let clock = FakeClock::default();
        let other = clock.clone();
        clock.advance(90);
        assert_eq!(other.now(), MONDAY.plus_seconds(90));
        assert_eq!(clock.for_device()(), other.now());
    }

    #[test]
    fn time_passes_or_somebody_sets_the_clock() {
        let clock = FakeClock::default();
        let before = clock.steady();
        clock.advance(90);
        clock.jump(-3_600);
        assert_eq!(clock.now(), MONDAY.plus_seconds(90 - 3_600));
        assert_eq!(clock.steady(), before + Duration::from_secs(90));
    }
}
