//! Group read: whoever waits for news of a circle has their rights looked up with everybody else who
//! waits at that moment, in one statement. When a message wakes fifty sockets, the database answers once.
//!
//! It only ever says yes. What it cannot say yes to (a right that ended, a device off the roster, a
//! database that stumbles) is looked at again by the verb itself, which refuses and audits.

use std::sync::Arc;

use protocol::limits;
use tokio::sync::oneshot;

use crate::core::Core;
use crate::many::MANY_MAX;
use crate::queue::Queue;
use crate::standing::{self, Ask, CircleFacts};
use crate::tx::Tx;

// All of a batch fit into one statement, which needs no transaction to see one state of the database.
const _: () = assert!(limits::GROUP_COMMIT_MAX <= MANY_MAX);

struct Look {
    ask: Ask,
    answer: oneshot::Sender<CircleFacts>,
}

/// Those who wait, and the task that looks for them.
pub(crate) struct GroupRead(Queue<Look>);

impl GroupRead {
    /// Starts the task.
    pub(crate) fn start(core: Arc<Core>) -> Self {
        let waiting_max = limits::GROUP_COMMIT_QUEUE;
        let look = move |looks| look(Arc::clone(&core), looks);
        Self(Queue::start(waiting_max, limits::GROUP_COMMIT_MAX, look))
    }

    /// How the caller stands to a circle now: by a statement that began after this was called.
    /// `None` if that could not be found out.
    pub(crate) async fn look(&self, ask: Ask) -> Option<CircleFacts> {
        let (answer, answered) = oneshot::channel();
        self.0.put(Look { ask, answer }).ok()?;
        answered.await.ok()
    }

    /// Looks no more.
    pub(crate) async fn close(&self) {
        self.0.close().await;
    }
}

async fn look(core: Arc<Core>, looks: Vec<Look>) {
    let (asks, answers): (Vec<Ask>, Vec<_>) = looks
        .into_iter()
        .map(|look| (look.ask, look.answer))
        .unzip();
    let facts = core
        .look("group read", &async move |tx: &mut Tx| {
            standing::to_circles(tx, &asks).await
        })
        .await;
    // If it failed, the answers are dropped, and everybody looks for themselves.
    for (answer, facts) in answers.into_iter().zip(facts.unwrap_or_default()) {
        // Whoever asked may have gone.
        let _gone = answer.send(facts);
    }
}
