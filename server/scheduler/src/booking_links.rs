//! Sends the mails that hold a booking link, as those with invitations: few, one after the other, each counted
//! before its content leaves.

use mail::{BookingLetter, Sent};
use protocol::BookingLinkId;
use store::{DueBookingLink, Lease, What};

use crate::due::{Worker, outcome, word};
use crate::invitations::Sending;

impl Worker {
    /// Sends what is due now.
    pub(crate) async fn send_booking_links(&self) -> store::Result<Sending> {
        let now = self.watched_now().await?;
        let mut sending = Sending {
            accepted: 0,
            leased: 0,
            more: false,
        };
        let next = self.store().next_booking_mail().await?;
        if next.is_none_or(|next| next > now) {
            return Ok(sending);
        }
        let (lease, due, more) = self.store().lease_booking_mails(now).await?;
        sending.leased = due.len();
        sending.more = more;
        for due in due {
            sending.accepted += usize::from(self.send_booking_link(due, lease).await);
        }
        Ok(sending)
    }

    /// Sends one mail; whether the mail server took it.
    async fn send_booking_link(&self, due: DueBookingLink, lease: Lease) -> bool {
        let (id, returns) = (due.id, due.return_token);
        let letter = BookingLetter {
            language: due.language,
            disclosure: due.disclosure,
            to: due.to,
            written_at: due.written_at,
            message_id: due.message_id,
            token: due.token,
        };
        let mail = match mail::write_booking_link(&letter, self.identity()) {
            Ok(mail) => self.returning(mail, &returns),
            Err(error) => {
                tracing::error!(%error, "a mail with a booking link cannot be written");
                self.note_booking_link(id, lease, What::Unwritable).await;
                return false;
            }
        };
        // Not asked yet, or what the store said.
        let mut begins = Some(false);
        let sent = {
            let begins = &mut begins;
            let before_data = async move || {
                *begins = self.note_booking_link(id, lease, What::Begins).await;
                *begins == Some(true)
            };
            self.transport().send(&mail, before_data).await
        };
        metrics::counter!("mails", "sent" => word(sent)).increment(1);
        // Withheld because it could not be noted: the link did not change.
        if begins.is_some() {
            let what = outcome(sent, begins == Some(true));
            self.note_booking_link(id, lease, what).await;
        }
        sent == Sent::Accepted
    }

    /// Notes what becomes of it; whether that held. `None` if it could not be written: then the lease runs
    /// out.
    async fn note_booking_link(&self, id: BookingLinkId, lease: Lease, what: What) -> Option<bool> {
        let now = self.clock().now();
        let noted = self.store().note_booking_mail(id, lease, what, now);
        match noted.await {
            Ok(held) => Some(held),
            Err(error) => {
                tracing::error!(%error, "a mail with a booking link could not be noted");
                None
            }
        }
    }
}
