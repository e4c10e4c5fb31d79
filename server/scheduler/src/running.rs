//! The due loop, from start to stop.

use std::sync::Arc;
use std::time::Duration;

use protocol::{Timestamp, limits};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::{Bell, Worker, agency, jobs};

/// How long mails under way may take to come to an end when the server stops.
const GRACE: Duration = Duration::from_secs(5);

/// A running due loop. Dropping it does not stop it.
#[derive(Debug)]
pub struct Running {
    stop: CancellationToken,
    abort: CancellationToken,
    tracker: TaskTracker,
}

/// Starts the due loop: a look at the clock, a sign of life, once the law of the clocks, jobs, then due mails, then the
/// agency's jobs, then sleep until the next is due, the bell rings, or [`limits::DUE_POLL_S`] have passed.
pub fn start(worker: Arc<Worker>, bell: Bell) -> Running {
    let running = Running {
        stop: CancellationToken::new(),
        abort: CancellationToken::new(),
        tracker: TaskTracker::new(),
    };
    let (stop, abort) = (running.stop.clone(), running.abort.clone());
    running.tracker.spawn(async move {
        tokio::select! {
            () = turn_until(&worker, &bell, &stop) => {}
            () = abort.cancelled() => {}
        }
    });
    running.tracker.close();
    running
}

impl Running {
    /// Takes nothing more in hand and waits a moment for what is under way.
    pub async fn stop(self) {
        self.stop.cancel();
        if tokio::time::timeout(GRACE, self.tracker.wait())
            .await
            .is_err()
        {
            self.abort().await;
        }
    }

    /// As on `kill -9`: whatever is under way is dropped where it stands.
    pub async fn abort(self) {
        self.abort.cancel();
        self.tracker.wait().await;
    }
}

async fn turn_until(worker: &Worker, bell: &Bell, stop: &CancellationToken) {
    let mut lawful = false;
    while !stop.is_cancelled() {
        let pause = match worker.turn(&mut lawful).await {
            Ok(pause) => pause,
            Err(error) => {
                tracing::error!(%error, "what is due could not be done");
                Duration::from_secs(1)
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = bell.rung() => {}
            () = stop.cancelled() => {}
        }
    }
}

impl Worker {
    /// Does what is due, all of it whatever breaks of it; how long to sleep then. `lawful` once everything to come stands
    /// where the zone database of this process has it.
    pub async fn turn(&self, lawful: &mut bool) -> store::Result<Duration> {
        let store = &self.store;
        let now = self.watched_now().await?;
        store.beat().await?;
        if store.clock_jump().await?.is_some() {
            // Nothing is sent, no job runs; whoever says that the clock is right rings the bell.
            return Ok(poll());
        }
        if !*lawful {
            let moved = agency::keep_civil_times(store, now).await?;
            if moved > 0 {
                tracing::info!(event = "clocks_changed", moved);
            }
            *lawful = true;
        }
        let run = jobs::run(store, now).await;
        let pass = self.pass().await;
        if pass.as_ref().is_ok_and(|pass| pass.more) {
            run?;
            return Ok(Duration::ZERO);
        }
        // After the mails: what is stale by then was skipped, with its reason.
        let kept = agency::run(store, now).await;
        first_error([run, pass.map(|_| ()), kept])?;
        // What waits for a way out is not looked at again and again.
        let mails = match &self.way_out {
            None => [None, None],
            Some(_) => [store.next_due().await?, store.next_single_mail().await?],
        };
        let due = [
            store.next_job().await?,
            store.next_agency_job().await?,
            store.next_lapse(now).await?,
            store.next_transfer_end().await?,
            store.next_outcome().await?,
        ];
        let now = self.clock.now();
        let next = mails.into_iter().chain(due).flatten().min();
        Ok(next.map_or(poll(), |next| until(next, now).min(poll())))
    }
}

/// The first that broke; of the others the log says so.
fn first_error(done: [store::Result<()>; 3]) -> store::Result<()> {
    let mut first = Ok(());
    for error in done.into_iter().filter_map(Result::err) {
        if first.is_ok() {
            first = Err(error);
        } else {
            tracing::error!(%error, "what is due could not be done");
        }
    }
    first
}

fn poll() -> Duration {
    Duration::from_secs(limits::DUE_POLL_S)
}

/// A row that waits behind another is due and not taken: it is looked at again in a moment.
fn until(next: Timestamp, now: Timestamp) -> Duration {
    let micros = u64::try_from(next.micros() - now.micros()).unwrap_or(0);
    Duration::from_micros(micros).max(Duration::from_millis(100))
}
