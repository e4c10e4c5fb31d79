//! Time and randomness of the operating system: the only place in the server that asks for them.

use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use care::{Chance, Clock};
use protocol::Timestamp;

/// The operating system's clock.
pub struct SystemClock;

/// The operating system's randomness.
pub struct SystemChance;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the edge where time enters; everything else takes a Clock"
    )]
    fn now(&self) -> Timestamp {
        let micros = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_micros()),
            Err(before) => i64::try_from(before.duration().as_micros()).map(|micros| -micros),
        };
        Timestamp::from_micros(micros.unwrap_or(i64::MAX))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the edge where time enters; everything else takes a Clock"
    )]
    fn steady(&self) -> Duration {
        static BEGAN: OnceLock<Instant> = OnceLock::new();
        BEGAN.get_or_init(Instant::now).elapsed()
    }
}

impl Chance for SystemChance {
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("a machine without randomness must not run this server");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_in_this_century_and_chance_differs() {
        let year_2026 = Timestamp::from_micros(1_767_225_600_000_000);
        assert!(SystemClock.now() > year_2026);
        let passed = SystemClock.steady();
        assert!(SystemClock.steady() >= passed);
        let chance: &dyn Chance = &SystemChance;
        assert_ne!(chance.bytes::<32>(), chance.bytes::<32>());
    }
}
