//! Failed sign-ins, counted by address and by the network around it; those by password also by whom they
//! are about.
//!
//! Only failures count, so eighty staff behind one office address get in every morning. An attempt
//! takes a token before it starts and gets it back when it succeeds: many at the same time cannot
//! slip through between the count and the answer. Whoever moves from address to address is met at the
//! network: an IPv4 /24, an IPv6 /56 (what one customer is given).
//!
//! **Passwords have counts of their own**, so that a run on them keeps nobody from a passkey:
//!
//! * Whoever asks from a device that is not the named account's own is a stranger: counted by address, by
//!   network and by the name, whoever's it is or nobody's.
//! * An account's own device, which signs what it asks, is counted by its account alone: whatever strangers
//!   do, from the same address or about the same name, it is not made to wait for them.
//! * A try counts from its first message on, because what is wrong shows on the device and not here; it is
//!   [forgiven](Failures::forgive) once the password was shown.
//! * Codes that follow a password are counted by account.
//!
//! **Showing again who one is, in a session that is there** (step-up), is counted by the session's account as
//! well, passkeys and passwords together and from a trusted network too: whoever sits at somebody's open
//! session has so many tries, and a new session does not begin at nought. Only who holds a session of the
//! account can use them up, so nobody who signs in afresh is made to wait for that.
//!
//! All of it by the time that passes, not by the clock: one that is set back by an hour would keep everybody out for it
//! who has come in lately, whether they had failed or not.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use care::Clock;
use protocol::{AccountId, Code, Refusal, limits};

use crate::bucket::{Bucket, Rate, make_room};
use crate::network::{Network, one_address};
use crate::settings::Rates;

const HOUR: Duration = Duration::from_hours(1);

/// Whose failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Address(IpAddr),
    Network(IpAddr),
    /// Passwords that a stranger asks for.
    PasswordAddress(IpAddr),
    PasswordNetwork(IpAddr),
    /// By a name's blind index.
    Name([u8; 16]),
    /// Passwords that an account's own device asks for.
    Account(AccountId),
    /// Names that an account would like and others have.
    Choice(AccountId),
    Code(AccountId),
    /// Passkeys and passwords that are asked for again, in a session of the account's.
    StepUp(AccountId),
}

/// The failures of every address.
pub struct Failures {
    by_address: Rate,
    by_network: Rate,
    by_account: Rate,
    by_code: Rate,
    trusted: Vec<Network>,
    clock: Arc<dyn Clock>,
    buckets: Mutex<HashMap<Key, Bucket>>,
}

/// One attempt under way. Dropped without [`Attempt::succeeded`], it counts as a failure.
#[must_use]
pub struct Attempt<'a> {
    failures: &'a Failures,
    keys: Vec<Key>,
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
            by_account: Rate::new(
                rates.failures_per_account_minute,
                Duration::from_mins(1),
                rates.failures_per_account,
            ),
            by_code: Rate::new(limits::FAILED_CODES_HOUR, HOUR, limits::FAILED_CODES),
            trusted,
            clock,
            buckets: Mutex::default(),
        }
    }

    /// Begins an attempt, or refuses it as [`Code::RateLimited`].
    pub fn begin(&self, address: IpAddr) -> Result<Attempt<'_>, Refusal> {
        self.begin_within(address, None)
    }

    /// Begins an attempt that comes from a live session of `session`'s, if from one.
    pub fn begin_within(
        &self,
        address: IpAddr,
        session: Option<AccountId>,
    ) -> Result<Attempt<'_>, Refusal> {
        let mut keys = self.around(address, Key::Address, Key::Network);
        keys.extend(session.map(Key::StepUp));
        self.take(keys)
    }

    /// Begins a stranger's attempt at whoever's password.
    pub fn begin_stranger(&self, address: IpAddr, name: [u8; 16]) -> Result<Attempt<'_>, Refusal> {
        let mut keys = self.around(address, Key::PasswordAddress, Key::PasswordNetwork);
        keys.push(Key::Name(name));
        self.take(keys)
    }

    /// Counts whatever else about passwords a stranger gets wrong.
    pub fn begin_beside(&self, address: IpAddr) -> Result<Attempt<'_>, Refusal> {
        self.take(self.around(address, Key::PasswordAddress, Key::PasswordNetwork))
    }

    /// Begins an attempt of an account's own device at its password, in a live session of `session`'s, if
    /// in one.
    pub fn begin_own(
        &self,
        account: AccountId,
        session: Option<AccountId>,
    ) -> Result<Attempt<'_>, Refusal> {
        self.take(own_keys(account, session))
    }

    /// Begins a look whether a name that an account chooses is free: who tries many learns names.
    pub fn begin_choice(&self, account: AccountId) -> Result<Attempt<'_>, Refusal> {
        self.take(vec![Key::Choice(account)])
    }

    /// Begins an attempt at an account's code.
    pub fn begin_code(&self, account: AccountId) -> Result<Attempt<'_>, Refusal> {
        self.take(vec![Key::Code(account)])
    }

    /// The password that an account's own device asked for was shown: the try does not count.
    pub fn forgive(&self, account: AccountId, session: Option<AccountId>) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        self.give_back(&mut buckets, &own_keys(account, session));
    }

    /// Where a failure counts; nowhere in a trusted network.
    fn around(
        &self,
        address: IpAddr,
        of_address: fn(IpAddr) -> Key,
        of_network: fn(IpAddr) -> Key,
    ) -> Vec<Key> {
        if self.trusted.iter().any(|network| network.contains(address)) {
            return Vec::new();
        }
        let address = one_address(address);
        vec![of_address(address), of_network(network_of(address))]
    }

    fn take(&self, keys: Vec<Key>) -> Result<Attempt<'_>, Refusal> {
        let now_us = i64::try_from(self.clock.steady().as_micros()).unwrap_or(i64::MAX);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        for (taken, key) in keys.iter().enumerate() {
            make_room(&mut buckets, *key, now_us);
            let bucket = buckets.entry(*key).or_default();
            if self.rate(*key).take(bucket, now_us).is_err() {
                self.give_back(&mut buckets, &keys[..taken]);
                return Err(Refusal::new(
                    Code::RateLimited,
                    "too many failed attempts; wait a minute and try again",
                ));
            }
        }
        Ok(Attempt {
            failures: self,
            keys,
        })
    }

    fn rate(&self, key: Key) -> Rate {
        match key {
            Key::Address(_) | Key::PasswordAddress(_) => self.by_address,
            Key::Network(_) | Key::PasswordNetwork(_) => self.by_network,
            Key::Name(_) | Key::Account(_) | Key::Choice(_) | Key::StepUp(_) => self.by_account,
            Key::Code(_) => self.by_code,
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
        let mut buckets = (self.failures.buckets)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        self.failures.give_back(&mut buckets, &self.keys);
    }
}

/// Where an own device's try at the account's password counts.
fn own_keys(account: AccountId, session: Option<AccountId>) -> Vec<Key> {
    let mut keys = vec![Key::Account(account)];
    keys.extend(session.map(Key::StepUp));
    keys
}

/// The network around an address: the first 24 bits of an IPv4 one, the first 56 of an IPv6 one.
fn network_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(v4) => IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & (u32::MAX << 8))),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 72))),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use protocol::Timestamp;

    use super::*;
    use crate::bucket::REMEMBERED_MAX;

    /// Microseconds that have passed, and by how many the clock was set back meanwhile.
    #[derive(Default)]
    struct Hand(AtomicI64, AtomicI64);
    impl Clock for Hand {
        fn now(&self) -> Timestamp {
            let back = self.1.load(Ordering::SeqCst);
            Timestamp::from_micros(1_000_000_000_000 + self.0.load(Ordering::SeqCst) - back)
        }

        fn steady(&self) -> Duration {
            let passed = self.0.load(Ordering::SeqCst);
            Duration::from_micros(u64::try_from(passed).unwrap_or(0))
        }
    }

    fn failures(trusted: &[&str]) -> (Failures, Arc<Hand>) {
        let clock = Arc::new(Hand::default());
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
    fn a_clock_that_is_set_back_keeps_nobody_out() {
        let (failures, clock) = failures(&[]);
        failures.begin(HERE).unwrap().succeeded();
        drop(failures.begin_own(account(1), None).unwrap());
        clock.1.fetch_add(3_600_000_000, Ordering::SeqCst);
        failures.begin(HERE).unwrap().succeeded();
        assert!(failures.begin_own(account(1), None).is_ok());
        // Nor does one that is set forward let anybody try again.
        for _ in 0..3 {
            drop(failures.begin(HERE).unwrap());
        }
        clock.1.fetch_sub(7_200_000_000, Ordering::SeqCst);
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

    fn account(n: u8) -> AccountId {
        AccountId::from_bytes([n; 16])
    }

    #[test]
    fn strangers_make_no_account_wait_and_no_passkey() {
        let (failures, _clock) = failures(&[]);
        for name in 0..3 {
            drop(failures.begin_stranger(HERE, [name; 16]).unwrap());
        }
        assert!(failures.begin_stranger(HERE, [9; 16]).is_err());
        assert!(failures.begin_beside(HERE).is_err());
        // The same address: a passkey, and a device of an account's own.
        failures.begin(HERE).unwrap().succeeded();
        assert!(failures.begin_own(account(1), None).is_ok());
    }

    #[test]
    fn one_name_is_tried_ten_times_and_then_once_a_minute_from_wherever() {
        let (failures, clock) = failures(&["0.0.0.0/0"]);
        for try_ in 0..10 {
            let address = IpAddr::V4(Ipv4Addr::new(10, 0, try_, 1));
            drop(failures.begin_stranger(address, [1; 16]).unwrap());
        }
        let refused = failures.begin_stranger(THERE, [1; 16]).err().unwrap();
        assert_eq!(refused.code, Code::RateLimited);
        assert!(failures.begin_stranger(THERE, [2; 16]).is_ok());
        clock.0.fetch_add(60_000_000, Ordering::SeqCst);
        drop(failures.begin_stranger(THERE, [1; 16]).unwrap());
        assert!(failures.begin_stranger(THERE, [1; 16]).is_err());
    }

    #[test]
    fn what_an_own_device_asks_counts_until_it_is_forgiven() {
        let (failures, clock) = failures(&[]);
        for _ in 0..100 {
            drop(failures.begin_own(account(1), None).unwrap());
            failures.forgive(account(1), None);
        }
        for _ in 0..10 {
            drop(failures.begin_own(account(1), None).unwrap());
        }
        assert!(failures.begin_own(account(1), None).is_err());
        assert!(failures.begin_own(account(2), None).is_ok());
        clock.0.fetch_add(60_000_000, Ordering::SeqCst);
        assert!(failures.begin_own(account(1), None).is_ok());
    }

    #[test]
    fn asking_again_in_a_session_is_counted_by_its_account_wherever_it_is() {
        let (failures, clock) = failures(&["0.0.0.0/0"]);
        let session = Some(account(1));
        for _ in 0..100 {
            failures.begin_within(HERE, session).unwrap().succeeded();
            drop(failures.begin_own(account(1), session).unwrap());
            failures.forgive(account(1), session);
        }
        // Passkeys and passwords together.
        for _ in 0..5 {
            drop(failures.begin_within(HERE, session).unwrap());
            drop(failures.begin_own(account(1), session).unwrap());
        }
        let refused = failures.begin_within(THERE, session).err().unwrap();
        assert_eq!(refused.code, Code::RateLimited);
        assert!(failures.begin_own(account(1), session).is_err());
        // Not who signs in afresh, nor anybody else in a session of their own.
        failures.begin(HERE).unwrap().succeeded();
        drop(failures.begin_own(account(1), None).unwrap());
        assert!(failures.begin_within(HERE, Some(account(2))).is_ok());
        clock.0.fetch_add(60_000_000, Ordering::SeqCst);
        drop(failures.begin_within(HERE, session).unwrap());
        assert!(failures.begin_within(HERE, session).is_err());
    }

    #[test]
    fn five_wrong_codes_and_then_one_in_three_minutes() {
        let (failures, clock) = failures(&[]);
        for _ in 0..5 {
            drop(failures.begin_code(account(1)).unwrap());
        }
        assert!(failures.begin_code(account(1)).is_err());
        clock.0.fetch_add(179_000_000, Ordering::SeqCst);
        assert!(failures.begin_code(account(1)).is_err());
        clock.0.fetch_add(1_000_000, Ordering::SeqCst);
        assert!(failures.begin_code(account(1)).is_ok());
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
