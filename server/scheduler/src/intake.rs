//! Mails that come back, from the mail server into the store: which addresses take mail, and what a mail is to the
//! store. Counters say what became of them; nothing of a mail is logged.

use care::email::EmailAddress;
use mail::{Arrived, Content, NotNow, Postbox, ReturnAddress};
use store::{ArrivedAt, ArrivedContent, ArrivedMail, CalendarAnswer, Store};

/// Takes mails for one process.
pub struct Intake {
    store: Store,
    from: EmailAddress,
    returns: ReturnAddress,
}

impl Intake {
    /// For mails that answer `from`, and those that come back to an envelope sender of `returns`.
    pub fn new(store: Store, from: EmailAddress, returns: ReturnAddress) -> Self {
        Self {
            store,
            from,
            returns,
        }
    }

    fn place(&self, recipient: &str) -> Option<ArrivedAt> {
        if recipient.eq_ignore_ascii_case(self.from.reveal()) {
            return Some(ArrivedAt::Replies);
        }
        let token = self.returns.token(recipient)?;
        self.store.sending(token).map(ArrivedAt::Returned)
    }
}

impl std::fmt::Debug for Intake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Intake")
    }
}

impl Postbox for Intake {
    fn knows(&self, recipient: &str) -> bool {
        let knows = self.place(recipient).is_some();
        if !knows {
            metrics::counter!("mails_arrived", "taken" => "unknown").increment(1);
        }
        knows
    }

    async fn take(&self, recipient: &str, arrived: Arrived) -> Result<(), NotNow> {
        let Some(at) = self.place(recipient) else {
            return Ok(());
        };
        match self.store.take_mail(mail(at, arrived)).await {
            Ok(taken) => {
                metrics::counter!("mails_arrived", "taken" => taken.as_str()).increment(1);
                Ok(())
            }
            Err(error) => {
                tracing::error!(%error, "a mail that came back could not be noted");
                metrics::counter!("mails_arrived", "taken" => "not_now").increment(1);
                Err(NotNow)
            }
        }
    }
}

fn mail(at: ArrivedAt, arrived: Arrived) -> ArrivedMail {
    let content = match arrived.content {
        Content::Failed { address } => ArrivedContent::Failed { address },
        Content::Passing => ArrivedContent::Passing,
        Content::Calendar(answer) => ArrivedContent::Calendar(CalendarAnswer {
            uid: answer.uid,
            attendee: answer.attendee,
            response: answer.response,
            sequence: answer.sequence,
            stamp: answer.stamp,
        }),
        Content::Other => ArrivedContent::Other,
    };
    ArrivedMail {
        at,
        named: arrived.named,
        message_id: arrived.message_id,
        sender: arrived.sender,
        automatic: arrived.automatic,
        content,
    }
}
