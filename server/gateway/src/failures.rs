//! Failed sign-ins, counted by address and by the network around it.
//!
//! Only failures count, so eighty staff behind one office address get in every morning. An attempt
//! takes a token before it starts and gets it back when it succeeds: many at the same time cannot
//! slip through between the count and the answer. Whoever moves from address to address is met at the
//! network: an IPv4 /24, an IPv6 /56 (what one customer is given).

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use care::Clock;
use protocol::{Code, Refusal};

use crate::bucket::{Bucket, Rate};
use crate::network::{Network, one_address};
use crate::settings::Rates;

/// Addresses and networks remembered at once. Beyond it, the one with the least to answer for is
/// forgotten.
const REMEMBERED_MAX: usize = 20_000;
const HOUR: Duration = Duration::from_hours(1);

/// Whose failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Address(IpAddr),
    Network(IpAddr),
}

/// The failures of every address.
pub struct Failures {
    by_address: Rate,
    by_network: Rate,
    trusted: Vec<Network>,
    clock: Arc<dyn Clock>,
    buckets: Mutex<HashMap<Key, Bucket>>,
}

/// One attempt under way. Dropped without [`Attempt::succeeded`], it counts as a failure.
#[must_use]
pub struct Attempt<'a> {
    failures: &'a Failures,
    keys: Option<[Key; 2]>,
}

impl Failures {
    /// Nobody has failed yet.
    pub fn new(rates: &Rates, trusted: Vec<Network>, clock: Arc<dyn Clock>) -> Self {
        let network = rates.failures_per_network_hour;
        Self {
            by_address: Rate::new(
                rates.failures_per_address_minute,
                Duration::from_mins(1),
                rates.failures_per_address,
            ),
            by_network: Rate::new(network, HOUR, network),
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
                keys: None,
            });
        }
        let address = one_address(address);
        let keys = [Key::Address(address), Key::Network(network_of(address))];
        let now_us = self.clock.now().micros();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        for (taken, key) in keys.iter().enumerate() {
            make_room(&mut buckets, *key, now_us);
            let bucket = buckets.entry(*key).or_default();
            if self.rate(*key).take(bucket, now_us).is_err() {
                self.give_back(&mut buckets, &keys[..taken]);
                return Err(Refusal::new(
                    Code::RateLimited,
                    "too many failed attempts from here; wait a minute and try again",
                ));
            }
        }
        Ok(Attempt {
            failures: self,
            keys: Some(keys),
        })
    }

    fn rate(&self, key: Key) -> Rate {
        match key {
            Key::Address(_) => self.by_address,
            Key::Network(_) => self.by_network,
        }
    }

    fn give_back(&self, buckets: &mut HashMap<Key, Bucket>, keys: &[Key]) {
        for key in keys {
            if let Some(bucket) = buckets.get_mut(key) {
                self.rate(*key).give_back(bucket);
            }
        }
    }
}

impl Attempt<'_> {
    /// The attempt does not count.
    pub fn succeeded(self) {
        let Some(keys) = self.keys else { return };
        let mut buckets = (self.failures.buckets)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        self.failures.give_back(&mut buckets, &keys);
    }
}

/// The network around an address: the first 24 bits of an IPv4 one, the first 56 of an IPv6 one.
fn network_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(v4) => IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & (u32::MAX << 8))),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 72))),
    }
}

fn make_room(buckets: &mut HashMap<Key, Bucket>, key: Key, now_us: i64) {
    if buckets.len() < REMEMBERED_MAX || buckets.contains_key(&key) {
        return;
    }
    buckets.retain(|_, bucket| !bucket.is_full(now_us));
    if buckets.len() < REMEMBERED_MAX {
        return;
    }
    let least = buckets.iter().min_by_key(|(_, bucket)| **bucket);
    if let Some(key) = least.map(|(key, _)| *key) {
        buckets.remove(&key);
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
        for n in 0..=u32::try_from(REMEMBERED_MAX / 2).unwrap() {
            drop(failures.begin(IpAddr::V4(Ipv4Addr::from_bits(n << 8))));
        }
        assert_eq!(failures.buckets.lock().unwrap().len(), REMEMBERED_MAX);
    }

    #[test]
    fn eighty_staff_behind_one_address_get_in_beside_a_stuffing_run_from_a_whole_network() {
        let (failures, clock) = failures(&[]);
        let office = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 5));
        let (mut tried, mut refused) = (0, 0);
        for staff in 0..80 {
            // Each thief's address fails too seldom to be met by itself.
            for thief in 0..250 {
                tried += 1;
                let address = IpAddr::V4(Ipv4Addr::new(198, 51, 100, thief));
                refused += u32::from(failures.begin(address).is_err());
            }
            let attempt = failures.begin(office);
            attempt
                .unwrap_or_else(|_| panic!("staff {staff}"))
                .succeeded();
            clock.0.fetch_add(1_000_000, Ordering::SeqCst);
        }
        // 200 in the hour, and what 80 seconds give back.
        assert!(
            (200..=205).contains(&(tried - refused)),
            "{tried} {refused}"
        );
    }
}
