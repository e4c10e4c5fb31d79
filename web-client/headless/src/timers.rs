//! The times at which the core wants to be asked again.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Times kept at once. A core that asks for more is served its soonest ones; each tick lets it ask anew.
const KEPT: usize = 32;

/// Pending times, soonest last.
#[derive(Debug, Default)]
pub struct Timers {
    at: Vec<Instant>,
}

impl Timers {
    /// Remembers a time.
    pub fn add(&mut self, after: Duration) {
        let at = Instant::now() + after;
        let place = self.at.partition_point(|earlier| *earlier > at);
        self.at.insert(place, at);
        if self.at.len() > KEPT {
            self.at.remove(0);
        }
    }

    /// Waits for the soonest and forgets every one that has come; for ever if there is none. Dropping
    /// the future before it is done forgets nothing.
    pub async fn come(&mut self) {
        let Some(soonest) = self.at.last() else {
            return std::future::pending().await;
        };
        sleep_until(*soonest).await;
        let now = Instant::now();
        self.at.retain(|at| *at > now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_soonest_comes_first_and_each_once() {
        let start = Instant::now();
        let mut timers = Timers::default();
        for seconds in [3, 1, 2] {
            timers.add(Duration::from_secs(seconds));
        }
        for seconds in 1..=3_u64 {
            timers.come().await;
            assert_eq!(start.elapsed().as_secs(), seconds);
        }
        assert!(
            tokio::time::timeout(Duration::from_mins(1), timers.come())
                .await
                .is_err()
        );
    }
}
