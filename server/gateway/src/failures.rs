//! Failed sign-ins, counted by address.
//!
//! Only failures count, so eighty staff behind one office address get in every morning. An attempt
//! takes a token before it starts and gets it back when it succeeds: many at the same time cannot
//! slip through between the count and the answer.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use care::Clock;
use protocol::{Code, Refusal};

use crate::bucket::{Bucket, Rate};
use crate::network::{Network, one_address};
use crate::settings::Rates;

/// Addresses remembered at once. Beyond it, the one with the least to answer for is forgotten.
const ADDRESSES_MAX: usize = 10_000;

/// The failures of every address.
pub struct Failures {
    rate: Rate,
    trusted: Vec<Network>,
    clock: Arc<dyn Clock>,
    buckets: Mutex<HashMap<IpAddr, Bucket>>,
}

/// One attempt under way. Dropped without [`Attempt::succeeded`], it counts as a failure.
#[must_use]
pub struct Attempt<'a> {
    failures: &'a Failures,
    address: Option<IpAddr>,
}

impl Failures {
    /// Nobody has failed yet.
    pub fn new(rates: &Rates, trusted: Vec<Network>, clock: Arc<dyn Clock>) -> Self {
        Self {
            rate: Rate::new(
                rates.failures_per_address_minute,
                Duration::from_mins(1),
                rates.failures_per_address,
            ),
            trusted,
            clock,
            buckets: Mutex::default(),
        }
    }

    /// Begins an attempt, or refuses it as [`Code::RateLimited`].
    pub fn begin(&self, address: IpAddr) -> Result<Attempt<'_>, Refusal> {
        if self.trusted.iter().any(|network| network.contains(address)) {
            return Ok(Attempt {
                failures: self,
                address: None,
            });
        }
        let address = one_address(address);
        let now_us = self.clock.now().micros();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut buckets, address, now_us);
        let bucket = buckets.entry(address).or_default();
        self.rate.take(bucket, now_us).map_err(|_| {
            Refusal::new(
                Code::RateLimited,
                "too many failed attempts from this address; wait a minute and try again",
            )
        })?;
        Ok(Attempt {
            failures: self,
            address: Some(address),
        })
    }
}

impl Attempt<'_> {
    /// The attempt does not count.
    pub fn succeeded(self) {
        let Some(address) = self.address else { return };
        let mut buckets = (self.failures.buckets)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(&address) {
            self.failures.rate.give_back(bucket);
        }
    }
}

fn make_room(buckets: &mut HashMap<IpAddr, Bucket>, address: IpAddr, now_us: i64) {
    if buckets.len() < ADDRESSES_MAX || buckets.contains_key(&address) {
        return;
    }
    buckets.retain(|_, bucket| !bucket.is_full(now_us));
    if buckets.len() < ADDRESSES_MAX {
        return;
    }
    let least = buckets.iter().min_by_key(|(_, bucket)| **bucket);
    if let Some(address) = least.map(|(address, _)| *address) {
        buckets.remove(&address);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use protocol::Timestamp;

    use super::*;

    struct Hand(AtomicI64);
    impl Clock for Hand {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(self.0.load(Ordering::SeqCst))
        }
    }

    fn failures(trusted: &[&str]) -> (Failures, Arc<Hand>) {
        let clock = Arc::new(Hand(AtomicI64::new(1_000_000_000_000)));
        let rates = Rates {
            failures_per_address: 3,
            failures_per_address_minute: 6,
            ..Rates::default()
        };
        let trusted = trusted.iter().map(|text| text.parse().unwrap()).collect();
        (Failures::new(&rates, trusted, clock.clone()), clock)
    }

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    #[test]
    fn failures_of_one_address_make_it_wait_and_no_other() {
        let (failures, clock) = failures(&[]);
        for _ in 0..3 {
            drop(failures.begin(HERE).unwrap());
        }
        assert_eq!(failures.begin(HERE).err().unwrap().code, Code::RateLimited);
        assert!(failures.begin(THERE).is_ok());
        clock.0.fetch_add(10_000_000, Ordering::SeqCst);
        drop(failures.begin(HERE).unwrap());
        assert!(failures.begin(HERE).is_err());
    }

    #[test]
    fn any_number_of_successes_passes_but_not_at_the_same_time() {
        let (failures, _clock) = failures(&[]);
        for _ in 0..80 {
            failures.begin(HERE).unwrap().succeeded();
        }
        let under_way: Vec<_> = (0..3).map(|_| failures.begin(HERE).unwrap()).collect();
        assert!(failures.begin(HERE).is_err());
        under_way.into_iter().for_each(Attempt::succeeded);
        assert!(failures.begin(HERE).is_ok());
    }

    #[test]
    fn a_trusted_network_is_never_made_to_wait() {
        let (failures, _clock) = failures(&["192.0.2.1"]);
        for _ in 0..100 {
            drop(failures.begin(HERE).unwrap());
        }
    }

    #[test]
    fn the_memory_of_addresses_has_an_end() {
        let (failures, _clock) = failures(&[]);
        for n in 0..=u32::try_from(ADDRESSES_MAX).unwrap() {
            drop(failures.begin(IpAddr::V4(std::net::Ipv4Addr::from_bits(n))));
        }
        assert_eq!(failures.buckets.lock().unwrap().len(), ADDRESSES_MAX);
    }
}
