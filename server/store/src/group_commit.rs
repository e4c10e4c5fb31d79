//! Group commit: appends, acknowledgements and audit entries from everybody share one transaction and
//! therefore one wait for the disk. One task, owned by the store, drains the queue; everybody is
//! answered after the COMMIT that holds their work.
//!
//! Each piece of work is decided on its own: a refusal changes nothing for its neighbours. If the
//! database itself stumbles over a batch, its pieces are tried one at a time, so that a bad one harms
//! only its sender.

use std::sync::Arc;

use care::Caller;
use protocol::frame::{Ack, Append, Done};
use protocol::{Code, Refusal, limits};
use tokio::sync::oneshot;

use crate::audit::Entry;
use crate::batch;
use crate::core::Core;
use crate::error::{Error, Result};
use crate::queue::Queue;
use crate::store::Store;
use crate::tx::Tx;

/// One piece of work.
pub(crate) enum Ask {
    /// A message for a circle's log; answered with its position.
    Append(Caller, Append),
    /// Positions that a device has stored.
    Ack(Caller, Ack),
    /// Something was shown, or refused.
    Leaf(Entry),
}

struct Work {
    ask: Ask,
    answer: oneshot::Sender<Result<u64>>,
}

/// The queue and the task that drains it.
pub(crate) struct GroupCommit(Queue<Work>);

impl GroupCommit {
    /// Starts the task.
    pub(crate) fn start(core: Arc<Core>) -> Self {
        let waiting_max = limits::GROUP_COMMIT_QUEUE;
        let settle = move |works| settle(Arc::clone(&core), works);
        Self(Queue::start(waiting_max, limits::GROUP_COMMIT_MAX, settle))
    }

    /// Queues one piece of work, behind all that were queued before; what it gives back waits for the
    /// COMMIT that holds it.
    pub(crate) fn put(&self, ask: Ask) -> impl Future<Output = Result<u64>> + Send + 'static {
        let (answer, answered) = oneshot::channel();
        let queued = self.0.put(Work { ask, answer });
        async move {
            queued?;
            answered
                .await
                .unwrap_or_else(|_| Err(Error::broken("the group commit was interrupted")))
        }
    }

    /// Takes no more work, finishes what it has, and ends.
    pub(crate) async fn close(&self) {
        self.0.close().await;
    }
}

async fn settle(core: Arc<Core>, works: Vec<Work>) {
    metrics::histogram!("store_group_commit_size").record(f64::from(db_len(works.len())));
    let (asks, answers): (Vec<_>, Vec<_>) = works
        .into_iter()
        .map(|work| (work.ask, work.answer))
        .unzip();
    let asks: Arc<[Ask]> = asks.into();
    let verdicts = match commit(&core, &asks, 0..asks.len()).await {
        Err(Error::Broken(_)) if asks.len() > 1 => one_at_a_time(&core, &asks).await,
        Err(error) => asks.iter().map(|_| Err(same(&error))).collect(),
        Ok(verdicts) => verdicts
            .into_iter()
            .map(|verdict| verdict.map_err(Error::from))
            .collect(),
    };
    for (answer, verdict) in answers.into_iter().zip(verdicts) {
        // Whoever asked may have gone; the work is done all the same.
        drop(answer.send(verdict));
    }
}

async fn one_at_a_time(core: &Arc<Core>, asks: &Arc<[Ask]>) -> Vec<Result<u64>> {
    let mut verdicts = Vec::with_capacity(asks.len());
    for place in 0..asks.len() {
        verdicts.push(match commit(core, asks, place..place + 1).await {
            Ok(mut verdicts) => match verdicts.pop() {
                Some(verdict) => verdict.map_err(Error::from),
                None => Err(Error::broken("a batch of one gave no verdict")),
            },
            Err(error) => Err(error),
        });
    }
    verdicts
}

async fn commit(
    core: &Arc<Core>,
    asks: &Arc<[Ask]>,
    places: std::ops::Range<usize>,
) -> Result<Vec<Result<u64, Refusal>>> {
    let asks = Arc::clone(asks);
    let (result, _) = core
        .write("group commit", &async move |tx: &mut Tx| {
            batch::decide(tx, &asks[places.clone()]).await
        })
        .await;
    result
}

fn same(error: &Error) -> Error {
    match error {
        Error::Refused(refusal) => Error::Refused(refusal.clone()),
        Error::Busy => Error::Busy,
        Error::UnknownKey => Error::UnknownKey,
        Error::Broken(broken) => Error::broken(broken.to_string()),
    }
}

fn db_len(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl Store {
    /// Puts a message into a circle's log; answered after the COMMIT. Checks, in order: the operation
    /// was done before (its first answer) · the session lives ([`Code::SignedOut`]) · the rules
    /// ([`Code::NotFound`], [`Code::ConsentRequired`], [`Code::NotAllowed`]) · the circle has a group
    /// ([`Code::CircleStatus`]) · the message's own group and epoch ([`Code::MlsMalformed`],
    /// [`Code::Generation`], [`Code::Stale`]) · the device is in the group ([`Code::NotOnRoster`]) ·
    /// no removal waits for its commit ([`Code::PendingRemovals`]) · its counter moved on ([`Code::Rollback`]) · the era holds ([`Code::EraOver`]) and it is archived exactly where history is kept
    /// ([`Code::WrapMissing`], [`Code::WrapUnwanted`]) · sizes
    /// ([`Code::TooLarge`]).
    pub async fn append(&self, caller: &Caller, append: Append) -> Result<Done> {
        self.queue_append(caller, append).await
    }

    /// The same, queued at once: what a device sends one after another is decided in that order, and
    /// need not wait for the answers in between.
    pub fn queue_append(
        &self,
        caller: &Caller,
        append: Append,
    ) -> impl Future<Output = Result<Done>> + Send + 'static {
        let op_id = append.op_id;
        let answer = self.group().put(Ask::Append(*caller, append));
        async move {
            let seq = answer.await?;
            Ok(Done { op_id, seq })
        }
    }

    /// The device has stored everything up to these positions. A cursor only moves forward; one for a
    /// circle that the device is no longer in is passed over. What moved is audited as delivered.
    pub async fn ack(&self, caller: &Caller, ack: Ack) -> Result<()> {
        self.queue_ack(caller, ack).await
    }

    /// The same, queued at once.
    pub fn queue_ack(
        &self,
        caller: &Caller,
        ack: Ack,
    ) -> impl Future<Output = Result<()>> + Send + 'static {
        let answer = if ack.cursors.len() > limits::CURSORS_MAX {
            Err(Refusal::new(Code::TooLarge, "too many cursors"))
        } else {
            Ok(self.group().put(Ask::Ack(*caller, ack)))
        };
        async move {
            answer?.await?;
            Ok(())
        }
    }

    /// Writes audit entries and waits for their COMMIT.
    pub(crate) async fn record(&self, entries: Vec<Entry>) -> Result<()> {
        for entry in entries {
            self.group().put(Ask::Leaf(entry)).await?;
        }
        Ok(())
    }
}
