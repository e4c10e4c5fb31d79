//! Sends the mails that hold an invitation's link: few, so one after the other. Each is counted before its
//! content leaves, as any other mail.

use mail::{InvitationLetter, Sent};
use protocol::InvitationId;
use store::{DueInvitation, Lease, What};

use crate::due::{Worker, outcome, word};

/// What one look at them did.
pub(crate) struct Sending {
    pub(crate) accepted: usize,
    pub(crate) leased: usize,
    pub(crate) more: bool,
}

impl Worker {
    /// Sends what is due now.
    pub(crate) async fn send_invitations(&self) -> store::Result<Sending> {
        let now = self.watched_now().await?;
        let mut sending = Sending {
            accepted: 0,
            leased: 0,
            more: false,
        };
        let next = self.store().next_invitation_mail().await?;
        if next.is_none_or(|next| next > now) {
            return Ok(sending);
        }
        let (lease, due, more) = self.store().lease_invitation_mails(now).await?;
        sending.leased = due.len();
        sending.more = more;
        for due in due {
            sending.accepted += usize::from(self.send_invitation(due, lease).await);
        }
        Ok(sending)
    }

    /// Sends one mail; whether the mail server took it.
    async fn send_invitation(&self, due: DueInvitation, lease: Lease) -> bool {
        let (id, token) = (due.id, due.return_token);
        let letter = InvitationLetter {
            language: due.language,
            to: due.to,
            written_at: due.written_at,
            message_id: due.message_id,
            link: due.link,
        };
        let mail = match mail::write_invitation(&letter, self.identity()) {
            Ok(mail) => self.returning(mail, &token),
            Err(error) => {
                tracing::error!(%error, "a mail with an invitation cannot be written");
                self.note_invitation(id, lease, What::Unwritable).await;
                return false;
            }
        };
        // Not asked yet, or what the store said.
        let mut begins = Some(false);
        let sent = {
            let begins = &mut begins;
            let before_data = async move || {
                *begins = self.note_invitation(id, lease, What::Begins).await;
                *begins == Some(true)
            };
            self.transport().send(&mail, before_data).await
        };
        metrics::counter!("mails", "sent" => word(sent)).increment(1);
        // Withheld because it could not be noted: the invitation did not change.
        if begins.is_some() {
            let what = outcome(sent, begins == Some(true));
            self.note_invitation(id, lease, what).await;
        }
        sent == Sent::Accepted
    }

    /// Notes what becomes of it; whether that held. `None` if it could not be written: then the lease runs
    /// out.
    async fn note_invitation(&self, id: InvitationId, lease: Lease, what: What) -> Option<bool> {
        let now = self.clock().now();
        let noted = self.store().note_invitation_mail(id, lease, what, now);
        match noted.await {
            Ok(held) => Some(held),
            Err(error) => {
                tracing::error!(%error, "a mail with an invitation could not be noted");
                None
            }
        }
    }
}
