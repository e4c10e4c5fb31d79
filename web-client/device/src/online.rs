//! Going online and staying there: ticket, socket, `hello`, `ready`; and again after every loss.

use protocol::frame::{ClientFrame, Cursor, Hello, Ready};
use protocol::http::{AskChallenge, Challenge, RenewSession, SignedIn, Ticket};
use protocol::{Code, Timestamp, labels};

use crate::api::{Effect, Link};
use crate::chance;
use crate::error::Result;
use crate::state::{Enrolling, key};
use crate::turn::{Answer, Ask, Turn};

/// The first wait after a failure, milliseconds; doubled each time.
const RETRY_MS: u32 = 500;
/// The longest wait, milliseconds.
const RETRY_MS_MAX: u32 = 30_000;

impl Turn<'_> {
    /// Goes online if it can and is not.
    pub fn connect(&mut self) -> Result<()> {
        self.volatile.wanted = true;
        if matches!(self.link(), Link::Connecting | Link::Online) {
            return Ok(());
        }
        if let Some(enrolling) = self.draft.read::<Enrolling>(key::ENROLLING)? {
            self.redeem(&enrolling);
        } else if self.me()?.is_some() {
            self.set_link(Link::Connecting);
            self.ask_ticket();
        }
        Ok(())
    }

    fn ask_ticket(&mut self) {
        self.send_json(Ask::Ticket, "POST", "/v1/tickets", &serde_json::json!({}));
    }

    pub fn ticketed(&mut self, answer: Answer<'_>) -> Result<()> {
        if let Some(Ticket { ticket, .. }) = answer.json() {
            self.volatile.ticket = Some(ticket);
            self.effects.push(Effect::Connect);
            return Ok(());
        }
        if answer.status == 401 {
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
        let Some(Challenge { challenge }) = answer.json() else {
            self.session_over(answer);
            return Ok(());
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

    pub fn renewed(&mut self, answer: Answer<'_>) {
        if answer.json::<SignedIn>().is_some() {
            self.ask_ticket();
        } else {
            self.session_over(answer);
        }
    }

    fn session_over(&mut self, answer: Answer<'_>) {
        if answer.is_passing() {
            self.retry_later();
        } else {
            self.volatile.wanted = false;
            self.set_link(Link::SignedOut);
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
        self.volatile.retry_at = None;
        self.volatile.flying.clear();
        self.volatile.blocked.clear();
        self.volatile.inbox.clear();
        for position in &ready.positions {
            let ahead = self.draft.circle(position.circle)?.and_then(|circle| {
                let joined = circle.joined?;
                let same = joined.generation == position.generation;
                Some(same && position.send_counter > joined.send_counter)
            });
            if ahead == Some(true) {
                let detail = "this device runs from an old copy of its store";
                self.stop(position.circle, Code::Rollback, detail)?;
            }
        }
        self.refill_key_packages(ready.key_packages)?;
        self.get(Ask::Circles, "/v1/circles".to_owned());
        self.work()
    }

    pub fn closed(&mut self) {
        self.volatile.ticket = None;
        self.volatile.flying.clear();
        self.volatile.inbox.clear();
        if matches!(self.link(), Link::Online | Link::Connecting) {
            self.retry_later();
        }
    }

    /// The server says why it is about to close.
    pub fn bye(&mut self, code: Code) {
        if code == Code::DeviceUnknown {
            self.volatile.wanted = false;
            self.set_link(Link::SignedOut);
        }
    }

    pub fn sign_out(&mut self) {
        self.volatile.wanted = false;
        self.delete(Ask::SignOut, "/v1/session");
        self.effects.push(Effect::Disconnect);
        self.set_link(Link::SignedOut);
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

    /// The time has come for something.
    pub fn tick(&mut self) -> Result<()> {
        let due = self.volatile.retry_at.is_some_and(|at| at <= self.now);
        if self.link() == Link::Offline && self.volatile.wanted && due {
            self.volatile.retry_at = None;
            return self.connect();
        }
        if self.is_online() {
            self.work()
        } else {
            Ok(())
        }
    }

    /// Does in every circle what can be done now.
    pub fn work(&mut self) -> Result<()> {
        for circle in self.draft.circles()? {
            self.in_circle(circle.id, |turn| {
                turn.tend(circle.id)?;
                turn.flush(circle.id)
            })?;
        }
        Ok(())
    }
}
