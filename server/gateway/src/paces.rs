//! How often one device may have something done that is dear.
//!
//! A commit is verified in the one transaction that writes, so whoever brings one after the other, good or bad, keeps
//! everybody waiting. A vault is replaced by whoever read the last one: somebody who writes it anew without end leaves no
//! other device of the account its turn, and none of them could report theirs stolen. An honest device with hundreds of
//! circles stays below these rates; what is refused it brings again a little later.
//!
//! Counted by device, so that whoever took one makes none of its person's others wait; and by the time that passes, not by
//! the clock, which somebody may set.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use care::Clock;
use protocol::{Code, DeviceId, Refusal};

use crate::bucket::{Bucket, Rate, make_room};
use crate::settings::Rates;

const MINUTE: Duration = Duration::from_mins(1);

/// What is dear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dear {
    /// A commit, a founding, a reset.
    Commit,
    /// The vault, written anew.
    Vault,
}

/// The paces of every device.
pub struct Paces {
    commits: Rate,
    vaults: Rate,
    clock: Arc<dyn Clock>,
    buckets: Mutex<HashMap<(Dear, DeviceId), Bucket>>,
}

impl Paces {
    /// Nobody has asked for anything yet.
    pub fn new(rates: &Rates, clock: Arc<dyn Clock>) -> Self {
        Self {
            commits: Rate::new(rates.commits_per_minute, MINUTE, rates.commits_burst),
            vaults: Rate::new(rates.vaults_per_minute, MINUTE, rates.vaults_burst),
            clock,
            buckets: Mutex::default(),
        }
    }

    /// Counts one that a device asks for, or refuses it as [`Code::RateLimited`].
    pub fn take(&self, what: Dear, device: DeviceId) -> Result<(), Refusal> {
        let rate = match what {
            Dear::Commit => self.commits,
            Dear::Vault => self.vaults,
        };
        let now_us = i64::try_from(self.clock.steady().as_micros()).unwrap_or(i64::MAX);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut buckets, (what, device), now_us);
        let bucket = buckets.entry((what, device)).or_default();
        rate.take(bucket, now_us).map_err(|_| {
            let detail = "too many in a row from this device; try again in a moment";
            Refusal::new(Code::RateLimited, detail)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use protocol::Timestamp;

    use super::*;

    const PHONE: DeviceId = DeviceId::from_bytes([1; 16]);
    const LAPTOP: DeviceId = DeviceId::from_bytes([2; 16]);

    /// Somebody set it back to where it began, and time passes all the same.
    #[derive(Default)]
    struct Passing(AtomicU64);
    impl Clock for Passing {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(0)
        }

        fn steady(&self) -> Duration {
            Duration::from_secs(self.0.load(Ordering::SeqCst))
        }
    }

    #[test]
    fn a_device_that_asks_without_end_waits_and_no_other_does() {
        let clock = Arc::new(Passing::default());
        let rates = Rates {
            commits_burst: 3,
            commits_per_minute: 6,
            vaults_burst: 1,
            ..Rates::default()
        };
        let paces = Paces::new(&rates, clock.clone());
        let code = |what, device| paces.take(what, device).map_err(|refused| refused.code);
        for _ in 0..3 {
            assert_eq!(code(Dear::Commit, LAPTOP), Ok(()));
        }
        assert_eq!(code(Dear::Commit, LAPTOP), Err(Code::RateLimited));
        assert_eq!(code(Dear::Commit, PHONE), Ok(()));
        assert_eq!(code(Dear::Vault, LAPTOP), Ok(()), "counted apart");
        assert_eq!(code(Dear::Vault, LAPTOP), Err(Code::RateLimited));
        clock.0.fetch_add(10, Ordering::SeqCst);
        assert_eq!(code(Dear::Commit, LAPTOP), Ok(()));
        assert_eq!(code(Dear::Commit, LAPTOP), Err(Code::RateLimited));
    }
}
