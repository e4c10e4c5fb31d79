//! Writes down what becomes of mails, many in one transaction: whoever sends waits for the COMMIT of
//! their own note, and all who wait share it.

use std::sync::Arc;

use care::Clock;
use store::{Note, Store};
use tokio::sync::{mpsc, oneshot};

type Line = (Note, oneshot::Sender<Option<bool>>);

/// Where senders leave their notes. Clones write into one ledger.
#[derive(Clone)]
pub(crate) struct Pen(mpsc::Sender<Line>);

/// What writes them down.
pub(crate) struct Ledger {
    lines: mpsc::Receiver<Line>,
    store: Store,
    clock: Arc<dyn Clock>,
}

/// A ledger for at most so many senders at once.
pub(crate) fn ledger(store: Store, clock: Arc<dyn Clock>, senders: usize) -> (Pen, Ledger) {
    let (pen, lines) = mpsc::channel(senders.max(1));
    let ledger = Ledger {
        lines,
        store,
        clock,
    };
    (Pen(pen), ledger)
}

impl Pen {
    /// Notes something; whether it held, durably. `None` if it could not be written: then nothing is
    /// known of the row but that its lease runs out.
    pub(crate) async fn note(&self, note: Note) -> Option<bool> {
        let (answer, held) = oneshot::channel();
        self.0.send((note, answer)).await.ok()?;
        held.await.ok().flatten()
    }
}

impl Ledger {
    /// Writes until every pen is gone.
    pub(crate) async fn keep(mut self) {
        let mut lines = Vec::new();
        while self.lines.recv_many(&mut lines, usize::MAX).await > 0 {
            let (notes, answers): (Vec<_>, Vec<_>) = lines.drain(..).unzip();
            let written = self.store.note_deliveries(notes, self.clock.now()).await;
            let held = match written {
                Ok(held) => held.into_iter().map(Some).collect(),
                Err(error) => {
                    // The leases run out and the rows are decided again.
                    tracing::error!(%error, "mails could not be noted");
                    vec![None; answers.len()]
                }
            };
            for (answer, held) in answers.into_iter().zip(held) {
                // Whoever stopped waiting was stopped with the scheduler.
                let _ = answer.send(held);
            }
        }
    }
}
