//! A clock that tests move by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use care::Clock;
use protocol::Timestamp;

/// Monday, 2 November 2026, 15:00:00 UTC.
const MONDAY: Timestamp = Timestamp::from_micros(1_793_631_600_000_000);

/// A clock that stands still until it is told otherwise. Clones share it.
#[derive(Debug, Clone)]
pub struct FakeClock(Arc<AtomicI64>, Arc<AtomicBool>);

impl FakeClock {
    /// A clock that shows this time.
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(now.micros())), Arc::default())
    }

    /// Moves on by so many seconds (back if negative).
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    /// The next one who asks for the time panics: a defect wherever that is, on purpose.
    pub fn break_once(&self) {
        self.1.store(true, Ordering::SeqCst);
    }

    /// Jumps to this time.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.micros(), Ordering::SeqCst);
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
            !self.1.swap(false, Ordering::SeqCst),
            "broken on purpose, once"
        );
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
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
}
