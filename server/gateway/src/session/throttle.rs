//! How fast frames are read.
//!
//! A device that sends faster than its rate is not refused: its frames wait in the network until
//! there is a token, which is what an honest device with a full outbox needs after a day offline. Only
//! one that presses on for [`PRESSES_PER_BURST`] bursts without ever pausing is closed.

use std::time::Duration;

use protocol::Code;

use crate::bucket::{Bucket, Rate};
use crate::settings::Rates;

/// Delayed frames that are borne, in bursts.
const PRESSES_PER_BURST: u32 = 5;

#[derive(Debug)]
pub(super) struct Throttle {
    rate: Rate,
    bucket: Bucket,
    delayed: u32,
    delayed_max: u32,
}

impl Throttle {
    pub(super) fn new(rates: &Rates) -> Self {
        let second = Duration::from_secs(1);
        Self {
            rate: Rate::new(rates.frames_per_second, second, rates.frames_burst),
            bucket: Bucket::default(),
            delayed: 0,
            delayed_max: rates.frames_burst.saturating_mul(PRESSES_PER_BURST),
        }
    }

    /// Counts a frame that was read.
    pub(super) fn count(&mut self, now: Duration) -> Result<(), Code> {
        let now_us = micros(now);
        if self.bucket.is_full(now_us) {
            self.delayed = 0;
        }
        // Read ahead of its token, or the last token: either way the next one has to wait.
        let early = self.rate.take(&mut self.bucket, now_us).is_err();
        if early || self.rate.ready_at_us(self.bucket) > now_us {
            self.delayed += 1;
        }
        if self.delayed > self.delayed_max {
            return Err(Code::RateLimited);
        }
        Ok(())
    }

    /// When the next frame may be read.
    pub(super) fn ready_at(&self) -> Duration {
        let micros = u64::try_from(self.rate.ready_at_us(self.bucket)).unwrap_or(0);
        Duration::from_micros(micros)
    }
}

fn micros(now: Duration) -> i64 {
    i64::try_from(now.as_micros()).unwrap_or(i64::MAX)
}
