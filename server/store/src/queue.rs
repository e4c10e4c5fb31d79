//! Work that shares a trip to the database: a queue, and the one task that drains it, a batch at a time.
//! While one batch is under way the next one gathers, so the more there is to do, the more is shared.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use protocol::{Code, Refusal};
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::error::{Error, Result};

/// The queue and the task that drains it.
pub(crate) struct Queue<W> {
    works: mpsc::Sender<W>,
    closing: CancellationToken,
    tasks: TaskTracker,
}

impl<W: Send + 'static> Queue<W> {
    /// Starts the task, which settles at most `batch_max` at once. It ends when closed, or when the
    /// store is dropped.
    pub(crate) fn start<F, B>(waiting_max: usize, batch_max: usize, settle: F) -> Self
    where
        F: Fn(Vec<W>) -> B + Send + 'static,
        B: Future<Output = ()> + Send + 'static,
    {
        let (works, taken) = mpsc::channel(waiting_max);
        let closing = CancellationToken::new();
        let tasks = TaskTracker::new();
        let drain = Drain {
            works: taken,
            closing: closing.clone(),
        };
        tasks.spawn(drain.run(batch_max, settle));
        tasks.close();
        Self {
            works,
            closing,
            tasks,
        }
    }

    /// Queues a piece of work, behind all that were queued before. A full queue is [`Error::Busy`] at
    /// once: nobody waits in front of a queue.
    pub(crate) fn put(&self, work: W) -> Result<()> {
        self.works.try_send(work).map_err(|error| match error {
            TrySendError::Full(_) => Error::Busy,
            TrySendError::Closed(_) => {
                Refusal::new(Code::ShuttingDown, "the server is going down").into()
            }
        })
    }

    /// Takes no more work, finishes what it has, and ends.
    pub(crate) async fn close(&self) {
        self.closing.cancel();
        self.tasks.wait().await;
    }
}

struct Drain<W> {
    works: mpsc::Receiver<W>,
    closing: CancellationToken,
}

impl<W: Send + 'static> Drain<W> {
    async fn run<F, B>(mut self, batch_max: usize, settle: F)
    where
        F: Fn(Vec<W>) -> B,
        B: Future<Output = ()> + Send + 'static,
    {
        let mut open = true;
        loop {
            let mut batch = Vec::new();
            tokio::select! {
                biased;
                () = self.closing.cancelled(), if open => {
                    open = false;
                    self.works.close();
                }
                taken = self.works.recv_many(&mut batch, 1) => {
                    if taken == 0 {
                        return;
                    }
                    // Whoever is about to put something as well does it first: what one message wakes
                    // shares one trip. With nobody else at work this takes no time.
                    tokio::task::yield_now().await;
                    while batch.len() < batch_max
                        && let Ok(work) = self.works.try_recv()
                    {
                        batch.push(work);
                    }
                    // A panic loses one batch, not all that follow: nothing outlives it that it could
                    // have left half done.
                    if AssertUnwindSafe(settle(batch)).catch_unwind().await.is_err() {
                        tracing::error!("a batch panicked; whoever waits for it will ask again");
                    }
                }
            }
        }
    }
}
