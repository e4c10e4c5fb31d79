//! Sends automatic answers, as mails with invitations: few, one after the other, each counted before its content
//! leaves.

use mail::{AnswerLetter, Sent};
use protocol::EntryId;
use store::{DueAnswer, Lease, What};

use crate::due::{Worker, outcome, word};
use crate::invitations::Sending;

impl Worker {
    /// Sends what is due now.
    pub(crate) async fn send_answers(&self) -> store::Result<Sending> {
        let now = self.watched_now().await?;
        let mut sending = Sending {
            accepted: 0,
            leased: 0,
            more: false,
        };
        let next = self.store().next_answer_mail().await?;
        if next.is_none_or(|next| next > now) {
            return Ok(sending);
        }
        let (lease, due, more) = self.store().lease_answer_mails(now).await?;
        sending.leased = due.len();
        sending.more = more;
        for due in due {
            sending.accepted += usize::from(self.send_answer(due, lease).await);
        }
        Ok(sending)
    }

    /// Sends one answer; whether the mail server took it.
    async fn send_answer(&self, due: DueAnswer, lease: Lease) -> bool {
        let id = due.id;
        let letter = AnswerLetter {
            language: due.language,
            to: due.to,
            written_at: due.written_at,
            message_id: due.message_id,
            phone: self.replies().phone.clone(),
        };
        let mail = match mail::write_answer(&letter, self.identity()) {
            Ok(mail) => self.returning(mail, &due.return_token),
            Err(error) => {
                tracing::error!(%error, "an automatic answer cannot be written");
                self.note_answer(id, lease, What::Unwritable).await;
                return false;
            }
        };
        // Not asked yet, or what the store said.
        let mut begins = Some(false);
        let sent = {
            let begins = &mut begins;
            let before_data = async move || {
                *begins = self.note_answer(id, lease, What::Begins).await;
                *begins == Some(true)
            };
            self.transport().send(&mail, before_data).await
        };
        metrics::counter!("mails", "sent" => word(sent)).increment(1);
        // Withheld because it could not be noted: nothing else withholds it.
        if begins.is_some() {
            let what = outcome(sent, begins == Some(true));
            self.note_answer(id, lease, what).await;
        }
        sent == Sent::Accepted
    }

    /// Notes what becomes of it; whether that held. `None` if it could not be written: then the lease runs
    /// out.
    async fn note_answer(&self, id: EntryId, lease: Lease, what: What) -> Option<bool> {
        let now = self.clock().now();
        let noted = self.store().note_answer_mail(id, lease, what, now);
        match noted.await {
            Ok(held) => Some(held),
            Err(error) => {
                tracing::error!(%error, "an automatic answer could not be noted");
                None
            }
        }
    }
}
