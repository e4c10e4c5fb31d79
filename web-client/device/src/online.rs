//! Going online and staying there: ticket, socket, `hello`, `ready`; and again after every loss.

use protocol::frame::{ClientFrame, Cursor, Hello, Position, Ready};
use protocol::http::{AskChallenge, Challenge, DeviceShare, RenewSession, SignedIn, Ticket};
use protocol::{Code, Timestamp, labels};

use crate::api::{Effect, Event, Link};
use crate::ask::{Answer, Ask};
use crate::chance;
use crate::error::Result;
use crate::sealing::Sealed;
use crate::state::{Adding, Enrolling, Recovering, Why, key};
use crate::turn::Turn;

/// The first wait after a failure, milliseconds; doubled each time.
const RETRY_MS: u32 = 500;
/// The longest wait, milliseconds.
const RETRY_MS_MAX: u32 = 30_000;
/// The session of this device at the server.
const SESSION: &str = "/v1/session";

impl Turn<'_> {
    /// Goes online if it can, is not and was not signed out.
    pub fn connect(&mut self) -> Result<()> {
        if self.is_signed_out() {
            if self.draft.find(key::SIGN_OUT_OWED).is_some() {
                self.delete(Ask::SignOut, SESSION);
            }
            self.set_link(Link::SignedOut);
            return Ok(());
        }
        self.volatile.wanted = true;
        if matches!(self.link(), Link::Connecting | Link::Online) {
            return Ok(());
        }
        if let Some(enrolling) = self.draft.read::<Enrolling>(key::ENROLLING)? {
            self.redeem(&enrolling)?;
        } else if let Some(adding) = self.draft.read::<Adding>(key::ADDING)? {
            self.offer(&adding)?;
        } else if let Some(recovering) = self.draft.read::<Recovering>(key::RECOVERING)? {
            self.send_recovering(&recovering);
        } else if self.me()?.is_some() {
            self.set_link(Link::Connecting);
            self.knock();
        }
        Ok(())
    }

    /// What a session is asked for first: in a browser the share without which nothing opens.
    fn knock(&mut self) {
        if self.volatile.sealed.wants_share() {
            let nothing = serde_json::json!({});
            self.send_json(Ask::Share, "POST", "/v1/session/share", &nothing);
        } else {
            self.ask_ticket();
        }
    }

    /// The host goes on by [`crate::api::Command::Connect`], once it has stored what follows.
    pub fn share_given(&mut self, answer: Answer<'_>) -> Result<()> {
        if self.is_signed_out() {
            return Ok(());
        }
        if !self.volatile.sealed.wants_share() {
            return Ok(());
        }
        let given = answer.json::<DeviceShare>();
        let Some(DeviceShare { share, keep }) = given.filter(|it| it.share.len() == 32) else {
            return self.not_let_in(answer);
        };
        if self.invited()?.is_some() {
            self.ask_for_the_word();
            return Ok(());
        }
        self.volatile.link = Some(Link::Idle);
        let share = share.0;
        self.effects.push(Effect::Unseal { share, keep });
        Ok(())
    }

    fn ask_ticket(&mut self) {
        self.send_json(Ask::Ticket, "POST", "/v1/tickets", &serde_json::json!({}));
    }

    pub fn ticketed(&mut self, answer: Answer<'_>) -> Result<()> {
        if self.is_signed_out() {
            return Ok(());
        }
        if let Some(Ticket { ticket, .. }) = answer.json() {
            if self.invited()?.is_some() {
                self.ask_for_the_word();
                return Ok(());
            }
            self.volatile.ticket = Some(ticket);
            self.effects.push(Effect::Connect);
            return Ok(());
        }
        self.not_let_in(answer)
    }

    /// The session is none, or not good for this yet, or the server did not answer.
    fn not_let_in(&mut self, answer: Answer<'_>) -> Result<()> {
        let code = answer.refusal().0;
        if code == Code::NotConfirmed {
            self.await_confirmation();
        } else if code == Code::AuthenticatorRequired && self.invited()?.is_some() {
            // That is asked of people who are confirmed.
            self.ask_for_the_word();
        } else if code == Code::AuthenticatorRequired {
            self.volatile.wanted = false;
            self.set_link(Link::Unproved);
        } else if answer.status == 401 {
            let device = self.must_me()?.identity.device;
            let body = AskChallenge { device };
            self.send_json(Ask::Challenge, "POST", "/v1/sessions/challenge", &body);
        } else {
            self.retry_later();
        }
        Ok(())
    }

    /// Demo only: the server lets a device's signature renew the session.
    pub fn challenged(&mut self, answer: Answer<'_>) -> Result<()> {
        if self.is_signed_out() {
            return Ok(());
        }
        let Some(Challenge { challenge }) = answer.json() else {
            return self.session_over(answer);
        };
        let me = self.must_me()?;
        let (nonce, signature) = me
            .identity
            .prove(labels::LOGIN, &challenge, self.server_name)?;
        let body = RenewSession {
            device: me.identity.device,
            challenge,
            nonce,
            signature,
        };
        self.send_json(Ask::Renew, "POST", "/v1/sessions", &body);
        Ok(())
    }

    pub fn renewed(&mut self, answer: Answer<'_>) -> Result<()> {
        if self.is_signed_out() {
            // The session that this made is nobody's wish any more.
            self.end_session();
        } else if answer.json::<SignedIn>().is_some() {
            self.knock();
        } else {
            return self.session_over(answer);
        }
        Ok(())
    }

    /// The session is not renewed. A challenge that was used before or became too old on the way (the
    /// machine slept) says nothing about the device: it asks for another one. Whoever was still waiting to
    /// be confirmed has been turned away.
    fn session_over(&mut self, answer: Answer<'_>) -> Result<()> {
        let stale = answer.refusal().0 == Code::ChallengeInvalid;
        if answer.is_passing() || stale {
            self.retry_later();
            Ok(())
        } else if !std::mem::replace(&mut self.volatile.refused_once, true) {
            // The page may have come in by another cookie since this was asked.
            self.knock();
            Ok(())
        } else {
            self.turned_away()
        }
    }

    pub fn opened(&mut self) -> Result<()> {
        let Some(ticket) = self.volatile.ticket.take() else {
            return Ok(());
        };
        let me = self.must_me()?;
        let (nonce, signature) = me
            .identity
            .prove(labels::HELLO, &ticket, self.server_name)?;
        let cursors = self
            .draft
            .circles()?
            .iter()
            .filter(|circle| circle.fallen.is_none())
            .filter_map(|circle| {
                let joined = circle.joined.as_ref()?;
                let (generation, seq) = (joined.generation, joined.cursor);
                Some(Cursor {
                    circle: circle.id,
                    generation,
                    seq,
                })
            })
            .collect();
        let device = me.identity.device;
        self.volatile.unfollowed.clear();
        self.send(&ClientFrame::Hello(Hello {
            ticket,
            device,
            nonce,
            signature,
            cursors,
        }));
        Ok(())
    }

    /// The server knows this device: send what waits, read what is new.
    pub fn ready(&mut self, ready: &Ready) -> Result<()> {
        self.set_link(Link::Online);
        self.volatile.attempts = 0;
        self.volatile.refused_once = false;
        self.volatile.retry_at = None;
        self.volatile.flying.clear();
        self.volatile.blocked.clear();
        self.volatile.inbox.clear();
        self.volatile.inbox_stuck = false;
        self.volatile.commit_asked.clear();
        self.volatile.commit_attempts.clear();
        self.volatile.rests.clear();
        self.volatile.unread.clear();
        self.volatile.behind.clear();
        self.volatile.wrote_over = false;
        self.volatile.skew_s = self.now.micros().saturating_sub(ready.now.micros()) / 1_000_000;
        self.volatile.self_update_at = None;
        self.note_sign_in()?;
        // First of all: no commit is taken under a certificate that is over.
        self.renew_certificate(ready.now)?;
        for position in &ready.positions {
            self.in_circle(position.circle, |turn| turn.compare(position))?;
        }
        for id in std::mem::take(&mut self.volatile.unfollowed) {
            self.fetch_log(id)?;
        }
        self.refill_key_packages(ready.key_packages)?;
        self.read_devices();
        self.read_vault();
        self.read_circles();
        self.work()
    }

    /// The server's view of one circle beside this device's own.
    fn compare(&mut self, position: &Position) -> Result<()> {
        let Some(mut circle) = self.draft.circle(position.circle)? else {
            return Ok(());
        };
        circle.era = position.era;
        circle.status = position.status;
        let Some(joined) = &mut circle.joined else {
            self.draft.save(&circle);
            return Ok(());
        };
        if joined.generation != position.generation {
            self.draft.save(&circle);
            return Ok(());
        }
        joined.head = position.head;
        self.agree_on_history(&mut circle)?;
        let known = if circle.counter.0 == position.generation {
            circle.counter.1
        } else {
            0
        };
        let behind = position.send_counter > known;
        if behind {
            circle.counter = (position.generation, position.send_counter);
        }
        let group = circle.group();
        let own_commit_lost = match (position.own_commit_epoch, group) {
            (Some(epoch), Some(group)) if circle.fallen.is_none() => {
                let held = crate::group::Epoch::read(&self.draft, group)?.number();
                let at = key::candidate(position.circle);
                epoch > held && self.draft.find(&at).is_none()
            }
            _ => false,
        };
        self.draft.save(&circle);
        self.circles_changed = true;
        #[cfg(feature = "simulated")]
        if behind || own_commit_lost {
            crate::simulated::trace(&format!(
                "behind {behind} ({} of {known}) own commit lost {own_commit_lost}",
                position.send_counter
            ));
        }
        if behind || own_commit_lost {
            self.fall(position.circle, Why::OldCopy, None)?;
        }
        Ok(())
    }

    pub fn closed(&mut self) {
        self.volatile.ticket = None;
        self.volatile.flying.clear();
        self.volatile.inbox.clear();
        self.volatile.inbox_stuck = false;
        if matches!(self.link(), Link::Online | Link::Connecting) {
            self.retry_later();
        }
    }

    /// The server says why it is about to close.
    pub fn bye(&mut self, code: Code) {
        if code == Code::DeviceUnknown {
            self.session_ended();
        }
    }

    /// The server ended the session. In a browser that is stored: it is as if the person had signed out here.
    pub fn session_ended(&mut self) {
        if self.volatile.sealed != Sealed::Whole {
            self.draft.write(key::SIGNED_OUT, &true);
        }
        self.volatile.wanted = false;
        self.set_link(Link::SignedOut);
    }

    /// Ends the session. That it ended is stored: a device that is opened again stays offline.
    pub fn sign_out(&mut self) {
        self.draft.write(key::SIGNED_OUT, &true);
        self.volatile.wanted = false;
        self.volatile.ticket = None;
        self.end_session();
        self.effects.push(Effect::Disconnect);
        self.set_link(Link::SignedOut);
    }

    /// Has the server end the session: its cookie stays behind in a browser, and opens everything to whoever comes
    /// next for as long as the server has not heard of it.
    fn end_session(&mut self) {
        self.draft.write(key::SIGN_OUT_OWED, &true);
        self.delete(Ask::SignOut, SESSION);
    }

    /// The server has heard that the session is over, or it could not be reached: then it is told when the device is
    /// opened again.
    pub fn sign_out_answered(&mut self, answer: Answer<'_>) -> Result<()> {
        if !answer.is_passing() && self.draft.find(key::SIGN_OUT_OWED).is_some() {
            self.draft.delete(key::SIGN_OUT_OWED);
        }
        match self.volatile.to_sign.take() {
            Some(ceremony) => self.sign_sign_in(&ceremony),
            None => Ok(()),
        }
    }

    /// Signs what the server names a sign-in by. Not while it is still told of the log-off before: the session that this
    /// leads to would end with it.
    pub fn sign_sign_in(&mut self, ceremony: &[u8]) -> Result<()> {
        let mut asked = self.volatile.asked.values();
        if asked.any(|ask| matches!(ask, Ask::SignOut)) {
            self.volatile.to_sign = Some(ceremony.to_vec().into());
            return Ok(());
        }
        let identity = self.must_me()?.identity;
        let (nonce, signature) = identity.prove(labels::LOGIN, ceremony, self.server_name)?;
        self.event(Event::SignInSigned {
            device: identity.device,
            nonce: nonce.to_vec(),
            signature: signature.to_vec(),
        });
        Ok(())
    }

    /// Goes online again after [`Self::sign_out`], or with what a person has just shown.
    pub fn sign_in(&mut self) -> Result<()> {
        // While it is online the session goes on: its person showed once more who they are.
        if !self.is_online() {
            self.draft.write(key::SIGNED_OUT, &false);
            self.draft.delete(key::SIGN_OUT_OWED);
        }
        self.connect()
    }

    /// A person wants this device offline.
    pub fn is_signed_out(&self) -> bool {
        let row = self.draft.read::<bool>(key::SIGNED_OUT);
        !matches!(row, Ok(None | Some(false)))
    }

    /// Tries again after a while that grows, with jitter so that devices do not come back together.
    pub fn retry_later(&mut self) {
        self.set_link(Link::Offline);
        if !self.volatile.wanted {
            return;
        }
        let grown = RETRY_MS
            .saturating_mul(1 << self.volatile.attempts.min(10))
            .min(RETRY_MS_MAX);
        let jitter = u32::from_be_bytes(chance::bytes()) % grown;
        let wait_ms = grown / 2 + jitter / 2;
        self.volatile.attempts += 1;
        self.volatile.retry_at = Some(Timestamp::from_micros(
            self.now.micros() + i64::from(wait_ms) * 1_000,
        ));
        self.timer(wait_ms + 1);
    }

    /// Tries again if it is time. A clock that goes by itself wakes this device, and the time of day may have been set
    /// back meanwhile: nothing else would wake it.
    fn retry_if_due(&mut self, at: Timestamp) -> Result<()> {
        let left_ms = (at.micros() - self.now.micros()).max(0) / 1_000;
        if let Ok(left_ms @ 1..=RETRY_MS_MAX) = u32::try_from(left_ms) {
            self.timer(left_ms + 1);
            return Ok(());
        }
        self.volatile.retry_at = None;
        self.connect()
    }

    /// The time has come for something.
    pub fn tick(&mut self) -> Result<()> {
        self.poll_enrolment()?;
        self.poll_confirmation();
        self.poll_intake();
        if self.link() == Link::Offline
            && self.volatile.wanted
            && let Some(at) = self.volatile.retry_at
        {
            return self.retry_if_due(at);
        }
        if self.is_online() {
            self.read_again();
            self.send_receipts()?;
            self.update_next_leaf()?;
            self.work()
        } else {
            Ok(())
        }
    }

    /// Does in every circle what can be done now.
    pub fn work(&mut self) -> Result<()> {
        self.retry_notice();
        self.shut_out()?;
        self.bring_certificate()?;
        self.put_vault_if_read()?;
        self.read_histories()?;
        for circle in self.draft.circles()? {
            self.in_circle(circle.id, |turn| {
                turn.tend(circle.id)?;
                turn.flush(circle.id)
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
