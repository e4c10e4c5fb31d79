//! The task that keeps the tree: it gives leaves their index where that is not done at once, and signs a
//! checkpoint after [`limits::AUDIT_CHECKPOINT_LEAVES`] leaves or [`limits::AUDIT_CHECKPOINT_S`] seconds,
//! whichever comes first. It sleeps while nothing is audited.

use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use protocol::{EntryId, limits};
use tokio::sync::Notify;
use tokio::time::{Sleep, sleep};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::checkpoints;
use super::leaves::{self, Sequenced};
use crate::core::Core;
use crate::error::{Error, Result};

/// How long entries gather before they get their indexes, where that is not done at once.
const GATHER: Duration = Duration::from_millis(200);

/// How often another process is waited for that gives indexes out.
const PATIENCE: u32 = 20;

/// What was audited by this process since the last checkpoint, and who is told.
#[derive(Default)]
pub(crate) struct Audited {
    leaves: AtomicU64,
    told: Notify,
}

impl Audited {
    /// So many entries were committed.
    pub(crate) fn add(&self, entries: usize) {
        if entries > 0 {
            self.leaves.fetch_add(entries as u64, Ordering::Relaxed);
            self.told.notify_one();
        }
    }
}

/// The task, ended when this is dropped.
pub(crate) struct Keeper {
    closing: CancellationToken,
    tasks: TaskTracker,
    process: Uuid,
    _ends: DropGuard,
}

impl Keeper {
    /// Gives what waits its index, and starts the task.
    pub(crate) async fn start(core: &Arc<Core>) -> Result<Self> {
        let process = EntryId::from_parts(core.clock.now(), core.chance.bytes()).uuid();
        while leaves::sequence(core, process).await? == Sequenced::More {}
        let closing = CancellationToken::new();
        let tasks = TaskTracker::new();
        let task = Task {
            core: Arc::clone(core),
            closing: closing.clone(),
            process,
        };
        tasks.spawn(task.run());
        tasks.close();
        Ok(Self {
            _ends: closing.clone().drop_guard(),
            closing,
            tasks,
            process,
        })
    }

    /// Gives every entry its index and signs all of it; how many leaves there are.
    pub(crate) async fn sign_all(&self, core: &Arc<Core>) -> Result<u64> {
        sign_all(core, self.process).await
    }

    /// Ends the task and signs what it had not.
    pub(crate) async fn close(&self, core: &Arc<Core>) {
        self.closing.cancel();
        self.tasks.wait().await;
        if let Err(error) = self.sign_all(core).await {
            tracing::error!(%error, "the last checkpoint was not signed");
        }
    }
}

struct Task {
    core: Arc<Core>,
    closing: CancellationToken,
    process: Uuid,
}

impl Task {
    async fn run(self) {
        let mut due: Option<Pin<Box<Sleep>>> = None;
        let mut again = false;
        loop {
            let late = tokio::select! {
                biased;
                () = self.closing.cancelled() => return,
                () = wait(&mut due) => true,
                () = self.core.audited.told.notified() => false,
                () = sleep(GATHER), if again => false,
            };
            if due.is_none() && !late {
                let every = Duration::from_secs(limits::AUDIT_CHECKPOINT_S);
                due = Some(Box::pin(sleep(every)));
            }
            again = !self.sequence().await;
            let fresh = self.core.audited.leaves.load(Ordering::Relaxed);
            if late || fresh >= limits::AUDIT_CHECKPOINT_LEAVES {
                due = None;
                self.core.audited.leaves.fetch_sub(fresh, Ordering::Relaxed);
                if let Err(error) = sign_ready(&self.core).await {
                    tracing::error!(%error, "a checkpoint was not signed");
                }
            }
        }
    }

    /// Whether every entry has its index.
    async fn sequence(&self) -> bool {
        if self.core.pools.writes_alone() {
            return true;
        }
        tokio::select! {
            () = self.closing.cancelled() => return true,
            () = sleep(GATHER) => {}
        }
        loop {
            match leaves::sequence(&self.core, self.process).await {
                Ok(Sequenced::More) => {}
                Ok(Sequenced::All) => return true,
                Ok(Sequenced::Elsewhere) => return false,
                Err(error) => {
                    tracing::error!(%error, "leaves got no index");
                    return false;
                }
            }
        }
    }
}

async fn wait(due: &mut Option<Pin<Box<Sleep>>>) {
    match due {
        Some(due) => due.await,
        None => pending().await,
    }
}

async fn sign_all(core: &Arc<Core>, process: Uuid) -> Result<u64> {
    sequence_all(core, process).await?;
    sign_ready(core).await
}

/// Gives every entry its index, or waits for whoever is at it; [`Error::Busy`] if that takes too long.
async fn sequence_all(core: &Arc<Core>, process: Uuid) -> Result<()> {
    let mut patience = PATIENCE;
    loop {
        match leaves::sequence(core, process).await? {
            Sequenced::All => return Ok(()),
            Sequenced::More => {}
            Sequenced::Elsewhere if patience == 0 => return Err(Error::Busy),
            Sequenced::Elsewhere => {
                patience -= 1;
                sleep(GATHER).await;
            }
        }
    }
}

/// Signs all that has its index.
async fn sign_ready(core: &Arc<Core>) -> Result<u64> {
    loop {
        if let (size, true) = checkpoints::sign_next(core).await? {
            return Ok(size);
        }
    }
}
