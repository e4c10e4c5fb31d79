//! A rate with a burst, as one number.
//!
//! The generic cell rate algorithm (ITU-T I.371, annex A): instead of counting tokens, a bucket
//! remembers when it will be full again. It needs no timer and no clock of its own, and giving a
//! token back is a subtraction; both are why a library that only counts upwards does not fit here
//! (failed sign-ins are counted, successful ones are not).

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

/// Buckets that one limit remembers at once. Beyond it, the one with the least to answer for is forgotten.
pub const REMEMBERED_MAX: usize = 20_000;

/// How many in a row, and how many a second or minute after that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    interval_us: i64,
    burst_us: i64,
}

/// When this bucket is full again, microseconds on the caller's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Bucket {
    full_at_us: i64,
}

impl Rate {
    /// `burst` at once, then `count` for each `period`. Zero counts as one.
    pub fn new(count: u32, period: Duration, burst: u32) -> Self {
        let period_us = i64::try_from(period.as_micros()).unwrap_or(i64::MAX);
        let interval_us = (period_us / i64::from(count.max(1))).max(1);
        Self {
            interval_us,
            burst_us: interval_us.saturating_mul(i64::from(burst.max(1))),
        }
    }

    /// Takes one token, or says when there will be one.
    pub fn take(&self, bucket: &mut Bucket, now_us: i64) -> Result<(), i64> {
        let full_at_us = bucket.full_at_us.max(now_us) + self.interval_us;
        if full_at_us - now_us > self.burst_us {
            return Err(full_at_us - self.burst_us);
        }
        bucket.full_at_us = full_at_us;
        Ok(())
    }

    /// Puts one token back.
    pub fn give_back(&self, bucket: &mut Bucket) {
        bucket.full_at_us -= self.interval_us;
    }

    /// When the next token can be taken; not later than `now_us` if there is one.
    pub fn ready_at_us(&self, bucket: Bucket) -> i64 {
        bucket.full_at_us + self.interval_us - self.burst_us
    }
}

impl Bucket {
    /// Nothing is missing: the same as a bucket that was never used.
    pub fn is_full(self, now_us: i64) -> bool {
        self.full_at_us <= now_us
    }
}

/// Makes room for one more bucket.
pub fn make_room<K: Copy + Eq + Hash>(buckets: &mut HashMap<K, Bucket>, key: K, now_us: i64) {
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
    use super::*;

    const SECOND_US: i64 = 1_000_000;

    #[test]
    fn a_burst_passes_and_then_the_rate_holds() {
        let rate = Rate::new(2, Duration::from_secs(1), 3);
        let mut bucket = Bucket::default();
        let now = 100 * SECOND_US;
        for _ in 0..3 {
            assert_eq!(rate.take(&mut bucket, now), Ok(()));
        }
        let next = now + SECOND_US / 2;
        assert_eq!(rate.take(&mut bucket, now), Err(next));
        assert_eq!(rate.ready_at_us(bucket), next);
        assert_eq!(rate.take(&mut bucket, next - 1), Err(next));
        assert_eq!(rate.take(&mut bucket, next), Ok(()));
        assert!(rate.take(&mut bucket, next).is_err());
    }

    #[test]
    fn a_token_given_back_can_be_taken_again() {
        let rate = Rate::new(1, Duration::from_mins(1), 1);
        let mut bucket = Bucket::default();
        assert!(rate.take(&mut bucket, SECOND_US).is_ok());
        assert!(rate.take(&mut bucket, SECOND_US).is_err());
        rate.give_back(&mut bucket);
        assert!(bucket.is_full(SECOND_US));
        assert!(rate.take(&mut bucket, SECOND_US).is_ok());
    }

    #[test]
    fn a_bucket_left_alone_is_full_again_and_holds_no_more_than_its_burst() {
        let rate = Rate::new(1, Duration::from_secs(1), 2);
        let mut bucket = Bucket::default();
        for _ in 0..2 {
            assert!(rate.take(&mut bucket, 0).is_ok());
        }
        let later = 1_000 * SECOND_US;
        assert!(bucket.is_full(later));
        for _ in 0..2 {
            assert!(rate.take(&mut bucket, later).is_ok());
        }
        assert!(rate.take(&mut bucket, later).is_err());
    }
}
