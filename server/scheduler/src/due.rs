//! Sends what is due: lease, write, send, note. One bad row never stops the others. Without a way out for mails the
//! same worker does all the rest.

use std::sync::Arc;

use care::Clock;
use futures_util::{StreamExt as _, stream};
use mail::{Identity, Mail, ReturnAddress, Sent, Transport};
use protocol::{Timestamp, limits};
use store::{Due, Lease, Note, Store, What};

use crate::ledger::{Pen, ledger};
use crate::letters::letter;
use crate::watching::Watching;

/// Does what is due for one process, and sends mails if there is a way out for them.
pub struct Worker {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) watching: Watching,
    pub(crate) way_out: Option<WayOut>,
}

/// How mails leave.
pub(crate) struct WayOut {
    pub(crate) identity: Identity,
    pub(crate) transport: Transport,
    pub(crate) replies: Replies,
}

/// What is done about mails that come back.
#[derive(Debug, Clone, Default)]
pub struct Replies {
    /// Mails leave with an envelope sender that names them; without, with the sender's address.
    pub returns: Option<ReturnAddress>,
    /// The number to call, in automatic answers.
    pub phone: Option<String>,
}

/// What one pass did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pass {
    /// Mails that the mail server took.
    pub accepted: usize,
    /// Mails that were in hand.
    pub leased: usize,
    /// There may be more.
    pub more: bool,
}

impl Worker {
    /// With the scheduler's own clock.
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        identity: Identity,
        transport: Transport,
    ) -> Self {
        let way_out = WayOut {
            identity,
            transport,
            replies: Replies::default(),
        };
        Self {
            way_out: Some(way_out),
            ..Self::without_mails(store, clock)
        }
    }

    /// Where no mail can leave: all the rest is done, and mails stay as they are planned.
    pub fn without_mails(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            watching: Watching::default(),
            way_out: None,
        }
    }

    /// The same, where somebody sees to mails that come back.
    #[must_use]
    pub fn with_replies(self, replies: Replies) -> Self {
        let way_out = self.way_out.map(|way_out| WayOut { replies, ..way_out });
        Self { way_out, ..self }
    }

    /// The transport, to look into.
    pub fn transport(&self) -> Option<&Transport> {
        self.way_out.as_ref().map(|way_out| &way_out.transport)
    }

    /// Sends what is due now, at most [`limits::DELIVERIES_LEASED`] mails about appointments and days, and as
    /// many single ones: the ones also where the others break.
    pub async fn pass(&self) -> store::Result<Pass> {
        let Some(way_out) = &self.way_out else {
            return Ok(Pass::default());
        };
        let planned = self.send_planned_mails(way_out).await;
        let single = self.send_single_mails(way_out).await;
        let (planned, single) = match (planned, single) {
            (Ok(planned), Ok(single)) => (planned, single),
            (Err(error), Err(other)) => {
                tracing::error!(%other, "single mails could not be sent");
                return Err(error);
            }
            (Err(error), Ok(_)) | (Ok(_), Err(error)) => return Err(error),
        };
        Ok(Pass {
            accepted: planned.accepted + single.accepted,
            leased: planned.leased + single.leased,
            more: planned.more || single.more,
        })
    }

    /// Sends those about appointments and days.
    async fn send_planned_mails(&self, way_out: &WayOut) -> store::Result<Pass> {
        let now = self.watched_now().await?;
        let (lease, due, more) = self.store.lease_due(now).await?;
        let until = now.plus_seconds(limits::DELIVERY_LEASE_S);
        let leased = due.len();
        let (pen, ledger) = ledger(
            self.store.clone(),
            Arc::clone(&self.clock),
            limits::MAILS_IN_FLIGHT,
        );
        let sending = async move {
            let sends = due
                .into_iter()
                .map(|due| self.send(due, way_out, (lease, until), pen.clone()));
            // The last pen must go, or the ledger would wait for more.
            let sends: Vec<_> = sends.collect();
            drop(pen);
            stream::iter(sends)
                .buffer_unordered(limits::MAILS_IN_FLIGHT)
                .filter(|accepted| std::future::ready(*accepted))
                .count()
                .await
        };
        let (accepted, ()) = tokio::join!(sending, ledger.keep());
        Ok(Pass {
            accepted,
            leased,
            more,
        })
    }

    /// Sends one mail that is leased until then; whether the mail server took it.
    async fn send(
        &self,
        due: Due,
        way_out: &WayOut,
        (lease, until): (Lease, Timestamp),
        pen: Pen,
    ) -> bool {
        if self.clock.now() >= until {
            // Mails before it took long: whoever leases it next decides again.
            return false;
        }
        let note = |what| Note {
            id: due.id,
            lease,
            what,
        };
        let written = letter(&due)
            .map_err(|refusal| refusal.to_string())
            .and_then(|letter| {
                mail::write(&letter, &way_out.identity).map_err(|error| error.to_string())
            });
        let mail = match written {
            Ok(mail) => way_out.returning(mail, &due.return_token),
            Err(error) => {
                tracing::error!(error, step = due.step.as_str(), "a mail cannot be written");
                pen.note(note(What::Unwritable)).await;
                return false;
            }
        };
        // Not asked yet, or what the ledger said.
        let mut begins = Some(false);
        let sent = {
            let (pen, begins) = (&pen, &mut begins);
            let before_data = async move || {
                *begins = pen.note(note(What::Begins)).await;
                *begins == Some(true)
            };
            way_out.transport.send(&mail, before_data).await
        };
        tell(sent);
        // Withheld because the ledger could not be written: the appointment did not change.
        if begins.is_some() {
            pen.note(note(outcome(sent, begins == Some(true)))).await;
        }
        sent == Sent::Accepted
    }
}

impl WayOut {
    /// The mail as it leaves: if it comes back, it says which one it is.
    pub(crate) fn returning(&self, mail: Mail, token: &str) -> Mail {
        match &self.replies.returns {
            None => mail,
            Some(returns) => Mail {
                from: returns.with(token),
                ..mail
            },
        }
    }
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Worker")
    }
}

/// Counts what became of a mail, and says in the log if the mail server did not take it: why, and never whose it is.
pub(crate) fn tell(sent: Sent) {
    metrics::counter!("mails", "sent" => sent.as_str()).increment(1);
    let code = match sent {
        Sent::Accepted | Sent::Withheld => return,
        Sent::Deferred { code } => code,
        Sent::Rejected { code, .. } => Some(code),
        Sent::Unknown => None,
    };
    tracing::warn!(
        event = "mail_not_taken",
        sent = sent.as_str(),
        code,
        "the mail server did not take a mail"
    );
}

/// What is noted of an attempt; `begun` if it was counted before DATA.
pub(crate) fn outcome(sent: Sent, begun: bool) -> What {
    match sent {
        Sent::Accepted => What::Accepted,
        Sent::Deferred { code } => What::Deferred { code, begun },
        Sent::Rejected { code, address } => What::Rejected {
            code,
            address,
            begun,
        },
        Sent::Unknown => What::Unknown,
        Sent::Withheld => What::Withheld,
    }
}
