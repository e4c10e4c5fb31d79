//! The scheduler's time, read beside the time that has passed ([`clock_watch`](crate::clock_watch)); what is found is
//! written down, for all processes ([`store::Store::note_clock_jump`]). While a jump stands nobody takes anything in
//! hand: the store sees to that.

use protocol::{ClockJumpId, Timestamp};
use store::{ClockState, Store};
use tokio::sync::Mutex;

use crate::Worker;
use crate::clock_watch::{ClockWatch, Finding, Reading};

/// What one process knows of its clock.
#[derive(Debug, Default)]
pub(crate) struct Watching(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    watch: Option<ClockWatch>,
    /// The jump that this process has found, or found noted.
    jump: Option<ClockJumpId>,
}

impl Worker {
    /// The time, after it was seen whether the clock jumped: every time by which something is taken in hand. If it
    /// did, that is noted by then, and nothing is taken.
    pub async fn watched_now(&self) -> store::Result<Timestamp> {
        let mut known = self.watching.0.lock().await;
        let reading = Reading::of(&*self.clock);
        known.look(&self.store, reading).await?;
        Ok(reading.wall)
    }
}

impl Known {
    async fn look(&mut self, store: &Store, reading: Reading) -> store::Result<()> {
        let Some(watch) = &mut self.watch else {
            return self.begin(store, reading).await;
        };
        if let Some(jump) = self.jump {
            match store.clock_state(jump).await? {
                ClockState::Stands => {}
                ClockState::Confirmed => {
                    tracing::info!(event = "clock_confirmed");
                    watch.accept();
                    self.jump = None;
                }
                // Another process's is back, which says nothing of this one's.
                ClockState::CameBack => self.jump = None,
            }
        }
        match (watch.observe(reading), self.jump) {
            (Finding::Off { ahead_micros }, None) => {
                self.jump = Some(store.note_clock_jump(ahead_micros).await?);
                told(ahead_micros);
            }
            (Finding::Right, Some(jump)) => {
                store.end_clock_jump(jump).await?;
                self.jump = None;
                tracing::warn!(event = "clock_came_back");
            }
            (Finding::Off { .. }, Some(_)) | (Finding::Right, None) => {}
        }
        Ok(())
    }

    /// What the clock showed before the process began is known by the scheduler's last sign of life.
    async fn begin(&mut self, store: &Store, reading: Reading) -> store::Result<()> {
        self.watch = Some(match store.note_clock_behind().await? {
            None => ClockWatch::begin(reading),
            Some(behind) => {
                self.jump = Some(behind.jump);
                told(-behind.micros);
                ClockWatch::begin_behind(reading, behind.micros)
            }
        });
        Ok(())
    }
}

fn told(ahead_micros: i64) {
    let ahead_s = ahead_micros / 1_000_000;
    tracing::error!(
        event = "clock_jumped",
        ahead_s,
        "nothing is sent until the clock is back or confirmed"
    );
}
