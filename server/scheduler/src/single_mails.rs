//! Sends single mails, those that one act has sent: few, so one after the other. Each is counted before its content
//! leaves, as any other mail.

use mail::{
    AddressLetter, AnswerLetter, BookAgainLetter, BookingLetter, Envelope, InvitationLetter, Mail,
    Sent, WriteError,
};
use protocol::{SingleMailId, limits};
use store::{DueSingleMail, Lease, SingleMail, What};

use crate::due::{Pass, WayOut, Worker, outcome, tell};

impl Worker {
    /// Sends what is due now.
    pub(crate) async fn send_single_mails(&self, way_out: &WayOut) -> store::Result<Pass> {
        let now = self.watched_now().await?;
        let next = self.store.next_single_mail().await?;
        if next.is_none_or(|next| next > now) {
            return Ok(Pass::default());
        }
        let (lease, due, more) = self.store.lease_single_mails(now).await?;
        let until = now.plus_seconds(limits::DELIVERY_LEASE_S);
        let (mut accepted, leased) = (0, due.len());
        for due in due {
            if self.clock.now() >= until {
                // The ones before took long: what is left is leased and decided again.
                break;
            }
            accepted += usize::from(self.send_single_mail(due, way_out, lease).await);
        }
        Ok(Pass {
            accepted,
            leased,
            more,
        })
    }

    /// Sends one; whether the mail server took it.
    async fn send_single_mail(&self, due: DueSingleMail, way_out: &WayOut, lease: Lease) -> bool {
        let (id, token) = (due.id, due.return_token.clone());
        let mail = match way_out.write_single_mail(due) {
            Ok(mail) => way_out.returning(mail, &token),
            Err(error) => {
                tracing::error!(%error, "a single mail cannot be written");
                self.note_single_mail(id, lease, What::Unwritable).await;
                return false;
            }
        };
        // Not asked yet, or what the store said.
        let mut begins = Some(false);
        let sent = {
            let begins = &mut begins;
            let before_data = async move || {
                *begins = self.note_single_mail(id, lease, What::Begins).await;
                *begins == Some(true)
            };
            way_out.transport.send(&mail, before_data).await
        };
        tell(sent);
        // Withheld because it could not be noted: what it is about did not change.
        if begins.is_some() {
            let what = outcome(sent, begins == Some(true));
            self.note_single_mail(id, lease, what).await;
        }
        sent == Sent::Accepted
    }

    /// Notes what becomes of it; whether that held. `None` if it could not be written: then the lease runs
    /// out.
    async fn note_single_mail(&self, id: SingleMailId, lease: Lease, what: What) -> Option<bool> {
        let now = self.clock.now();
        let noted = self.store.note_single_mail(id, lease, what, now);
        match noted.await {
            Ok(held) => Some(held),
            Err(error) => {
                tracing::error!(%error, "a single mail could not be noted");
                None
            }
        }
    }
}

impl WayOut {
    /// Each as its kind is written.
    fn write_single_mail(&self, due: DueSingleMail) -> Result<Mail, WriteError> {
        let envelope = Envelope {
            language: due.language,
            to: due.to,
            written_at: due.written_at,
            message_id: due.message_id,
        };
        let identity = &self.identity;
        match due.about {
            SingleMail::Invitation { link } => {
                mail::write_invitation(&InvitationLetter { envelope, link }, identity)
            }
            SingleMail::BookingLink { token } => {
                let disclosure = due.disclosure;
                let letter = BookingLetter {
                    envelope,
                    disclosure,
                    token,
                };
                mail::write_booking_link(&letter, identity)
            }
            SingleMail::Address { token } => {
                mail::write_address(&AddressLetter { envelope, token }, identity)
            }
            SingleMail::Answer { answered } => {
                let letter = AnswerLetter {
                    envelope,
                    answered,
                    phone: self.replies.phone.clone(),
                };
                mail::write_answer(&letter, identity)
            }
            SingleMail::BookAgain { token } => {
                let letter = BookAgainLetter { envelope, token };
                mail::write_book_again(&letter, identity)
            }
        }
    }
}
