//! The scheduler's clock in the demo: the system's, so far ahead as somebody moved it. To the demo that time
//! has passed: it is no jump.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use care::Clock;
use protocol::Timestamp;

use crate::outside::SystemClock;

/// The system's clock and a number of seconds.
#[derive(Debug, Default)]
pub struct MovedClock {
    ahead_s: AtomicI64,
}

impl MovedClock {
    /// Moves it forward; the time it then shows.
    pub fn forward(&self, seconds: i64) -> Timestamp {
        self.ahead_s.fetch_add(seconds, Ordering::SeqCst);
        self.now()
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        let ahead_s = self.ahead_s.load(Ordering::SeqCst);
        SystemClock.now().plus_seconds(ahead_s)
    }

    fn steady(&self) -> Duration {
        let ahead_s = self.ahead_s.load(Ordering::SeqCst);
        SystemClock.steady() + Duration::from_secs(ahead_s.unsigned_abs())
    }
}
