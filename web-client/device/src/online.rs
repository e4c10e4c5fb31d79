//! Going online and staying there: ticket, socket, `hello`, `ready`; and again after every loss.

use protocol::frame::{ClientFrame, Cursor, Hello, Position, Ready};
use protocol::http::{AskChallenge, Challenge, RenewSession, SignedIn, Ticket};
use protocol::{Code, Timestamp, labels};

use crate::api::{Effect, Event, Link};
use crate::ask::{Answer, Ask};
use crate::chance;
use crate::error::Result;
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
            self.set_link(Link::SignedOut);
            return Ok(());
        }
        self.volatile.wanted = true;
        if matches!(self.link(), Link::Connecting | Link::Online) {
            return Ok(());
        }
        if let Some(enrolling) = self.draft.read::<Enrolling>(key::ENROLLING)? {
            self.redeem(&enrolling);
        } else if let Some(adding) = self.draft.read::<Adding>(key::ADDING)? {
            self.offer(&adding)?;
        } else if let Some(recovering) = self.draft.read::<Recovering>(key::RECOVERING)? {
            self.send_recovering(&recovering);
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
        if self.is_signed_out() {
            return Ok(());
        }
        if let Some(Ticket { ticket, .. }) = answer.json() {
            self.volatile.ticket = Some(ticket);
            self.effects.push(Effect::Connect);
            return Ok(());
        }
        if answer.refusal().0 == Code::AuthenticatorRequired {
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
        if self.is_signed_out() {
            // The session that this made is nobody's wish any more.
            self.delete(Ask::SignOut, SESSION);
        } else if answer.json::<SignedIn>().is_some() {
            self.ask_ticket();
        } else {
            self.session_over(answer);
        }
    }

    /// The session is not renewed. A challenge that was used before or became too old on the way (the
    /// machine slept) says nothing about the device: it asks for another one.
    fn session_over(&mut self, answer: Answer<'_>) {
        let stale = answer.refusal().0 == Code::ChallengeInvalid;
        if answer.is_passing() || stale {
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
        self.volatile.retry_at = None;
        self.volatile.flying.clear();
        self.volatile.blocked.clear();
        self.volatile.inbox.clear();
        self.volatile.inbox_stuck = false;
        self.volatile.commit_asked.clear();
        self.volatile.commit_attempts.clear();
        self.volatile.unread.clear();
        self.volatile.behind.clear();
        self.volatile.skew_s = self.now.micros().saturating_sub(ready.now.micros()) / 1_000_000;
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
                let held = crate::group::Group::load(&self.draft, group)?.epoch();
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
            self.volatile.wanted = false;
            self.set_link(Link::SignedOut);
        }
    }

    /// Ends the session. That it ended is stored: a device that is opened again stays offline.
    pub fn sign_out(&mut self) {
        self.draft.write(key::SIGNED_OUT, &true);
        self.volatile.wanted = false;
        self.volatile.ticket = None;
        self.delete(Ask::SignOut, SESSION);
        self.effects.push(Effect::Disconnect);
        self.set_link(Link::SignedOut);
    }

    /// Signs what the server names a sign-in by.
    pub fn sign_sign_in(&mut self, ceremony: &[u8]) -> Result<()> {
        let identity = self.must_me()?.identity;
        let (nonce, signature) = identity.prove(labels::LOGIN, ceremony, self.server_name)?;
        self.event(Event::SignInSigned {
            device: identity.device,
            nonce: nonce.to_vec(),
            signature: signature.to_vec(),
        });
        Ok(())
    }

    /// Goes online again after [`Self::sign_out`].
    pub fn sign_in(&mut self) -> Result<()> {
        self.draft.delete(key::SIGNED_OUT);
        self.connect()
    }

    /// A person wants this device offline.
    pub fn is_signed_out(&self) -> bool {
        self.draft.find(key::SIGNED_OUT).is_some()
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
        self.poll_enrolment()?;
        let due = self.volatile.retry_at.is_some_and(|at| at <= self.now);
        if self.link() == Link::Offline && self.volatile.wanted && due {
            self.volatile.retry_at = None;
            return self.connect();
        }
        if self.is_online() {
            self.read_again();
            self.send_receipts()?;
            self.work()
        } else {
            Ok(())
        }
    }

    /// Does in every circle what can be done now.
    pub fn work(&mut self) -> Result<()> {
        self.retry_notice();
        self.succeed()?;
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
mod tests {
    use protocol::policy::{CirclePolicy, HistoryMode};
    use protocol::{AccountId, CircleId};

    use super::*;
    use crate::api::{Command, Event, Input, Status, Step};
    use crate::invented::{NOW, maria};
    use crate::state::{Circle, Joined};
    use crate::vault::{Table, Vault};
    use crate::{Device, rows};

    const VAULT_KEY: [u8; 32] = [7; 32];

    /// A host: a device and the rows that it had stored.
    struct Host {
        device: Device,
        stored: rows::Rows,
    }

    impl Host {
        fn enrolled() -> Self {
            let me = protocol::frame::to_vec(&maria());
            let sealed = Vault::new(VAULT_KEY).seal(Table::State, key::ME, &me);
            Self::open([(key::ME.to_vec(), sealed)].into())
        }

        fn open(stored: rows::Rows) -> Self {
            let all = stored.clone().into_iter().collect();
            let device = Device::open(VAULT_KEY, "localhost:8443".to_owned(), all).unwrap();
            Self { device, stored }
        }

        fn hears(&mut self, input: Input) -> Vec<Effect> {
            let Step { delta, effects } = self.device.handle(input, NOW).unwrap();
            for write in delta.state {
                match write.value {
                    Some(value) => self.stored.insert(write.key, value),
                    None => self.stored.remove(&write.key),
                };
            }
            effects
        }

        fn is_told(&mut self, command: Command) -> Vec<Effect> {
            self.hears(Input::Command { command })
        }

        fn answered(&mut self, id: u32, status: u16, body: &impl serde::Serialize) -> Vec<Effect> {
            let body = serde_json::to_vec(body).unwrap();
            self.hears(Input::Answer { id, status, body })
        }
    }

    /// The number of the request for a path.
    fn asked(effects: &[Effect], wanted: &str) -> Option<u32> {
        effects.iter().find_map(|effect| match effect {
            Effect::Request { id, path, .. } => (path == wanted).then_some(*id),
            _ => None,
        })
    }

    fn link(effects: &[Effect]) -> Option<Link> {
        effects.iter().find_map(|effect| match effect {
            Effect::Event {
                event: Event::Status { status },
            } => Some(Status::clone(status).link),
            _ => None,
        })
    }

    #[test]
    fn signing_out_outlives_the_process_until_a_person_signs_in() {
        let mut host = Host::enrolled();
        assert!(asked(&host.is_told(Command::Connect), "/v1/tickets").is_some());
        assert!(asked(&host.is_told(Command::SignOut), SESSION).is_some());
        let mut again = Host::open(host.stored);
        assert_eq!(link(&again.hears(Input::Tick)), Some(Link::SignedOut));
        assert_eq!(asked(&again.is_told(Command::Connect), "/v1/tickets"), None);
        let signed_in = again.is_told(Command::SignIn);
        assert!(asked(&signed_in, "/v1/tickets").is_some());
        assert_eq!(link(&signed_in), Some(Link::Connecting));
        let mut third = Host::open(again.stored);
        assert!(asked(&third.is_told(Command::Connect), "/v1/tickets").is_some());
    }

    #[test]
    fn a_circle_that_was_entered_behind_hello_is_followed_once_the_server_is_ready() {
        let id = CircleId::from_bytes([9; 16]);
        let mut circle = Circle::new(id);
        circle.status = protocol::CircleStatus::Live;
        let policy = CirclePolicy {
            circle: id,
            generation: 0,
            members: Vec::new(),
            custodians: Vec::new(),
            retention: String::new(),
            history: HistoryMode::Eras,
            client_version_min: 1,
        };
        circle.joined = Some(Joined::new(0, 7, &policy, NOW));
        let rows = rows::Rows::from([
            (key::ME.to_vec(), protocol::frame::to_vec(&maria())),
            (key::circle(id), protocol::frame::to_vec(&circle)),
        ]);
        let mut turn = Turn::new(&rows, crate::turn::Volatile::default(), "localhost", NOW);
        turn.follow(&circle);
        turn.ready(&Ready {
            account: AccountId::from_bytes([1; 16]),
            now: NOW,
            positions: Vec::new(),
            key_packages: 20,
        })
        .unwrap();
        let done = turn.finish().unwrap();
        let follows = done.effects.iter().any(|effect| match effect {
            Effect::Send { bytes } => matches!(
                ClientFrame::parse(bytes),
                Ok(ClientFrame::FetchLog(cursor)) if cursor.circle == id && cursor.seq == 7
            ),
            _ => false,
        });
        assert!(follows);
    }

    #[test]
    fn a_challenge_that_became_too_old_is_asked_for_again() {
        for (code, goes_on) in [(Code::ChallengeInvalid, true), (Code::DeviceUnknown, false)] {
            let refused = |code| protocol::http::ErrorBody {
                code,
                detail: String::new(),
                slots: Vec::new(),
                next_valid: None,
            };
            let mut host = Host::enrolled();
            let id = asked(&host.is_told(Command::Connect), "/v1/tickets").unwrap();
            let challenging = host.answered(id, 401, &refused(Code::SignedOut));
            let id = asked(&challenging, "/v1/sessions/challenge").unwrap();
            let challenge = Challenge {
                challenge: vec![6; 32].into(),
            };
            let renewing = host.answered(id, 200, &challenge);
            let id = asked(&renewing, "/v1/sessions").unwrap();
            let effects = host.answered(id, 401, &refused(code));
            let later = effects
                .iter()
                .any(|effect| matches!(effect, Effect::Timer { .. }));
            assert_eq!(later, goes_on, "{code}");
            let expected = if goes_on {
                Link::Offline
            } else {
                Link::SignedOut
            };
            assert_eq!(link(&effects), Some(expected), "{code}");
        }
    }

    #[test]
    fn an_answer_that_comes_after_signing_out_leads_nowhere() {
        let refused = protocol::http::ErrorBody {
            code: Code::SignedOut,
            detail: String::new(),
            slots: Vec::new(),
            next_valid: None,
        };
        let ticket = Ticket {
            ticket: vec![5; 32].into(),
            expires_at: NOW,
        };
        let mut host = Host::enrolled();
        let id = asked(&host.is_told(Command::Connect), "/v1/tickets").unwrap();
        host.is_told(Command::SignOut);
        assert!(host.answered(id, 200, &ticket).is_empty());

        let mut host = Host::enrolled();
        let id = asked(&host.is_told(Command::Connect), "/v1/tickets").unwrap();
        host.is_told(Command::SignOut);
        assert!(host.answered(id, 401, &refused).is_empty());

        let mut host = Host::enrolled();
        let id = asked(&host.is_told(Command::Connect), "/v1/tickets").unwrap();
        assert!(
            host.answered(id, 200, &ticket)
                .iter()
                .any(|effect| matches!(effect, Effect::Connect)),
            "such an answer counts while signed in"
        );
    }

    #[test]
    fn what_the_server_could_not_say_is_asked_for_again() {
        let rows = [(key::ME.to_vec(), protocol::frame::to_vec(&maria()))].into();
        let volatile = crate::turn::Volatile {
            link: Some(Link::Online),
            ..crate::turn::Volatile::default()
        };
        let mut turn = Turn::new(&rows, volatile, "localhost:8443", NOW);
        let circle = CircleId::from_bytes([9; 16]);
        turn.read_devices();
        turn.read_circle(circle);
        let numbers: Vec<u32> = turn.volatile.asked.keys().copied().collect();
        for (id, status) in numbers.into_iter().zip([503, 429]) {
            turn.answer(id, status, b"").unwrap();
        }
        let effects = std::mem::take(&mut turn.effects);
        let timers = effects
            .iter()
            .filter(|effect| matches!(effect, Effect::Timer { .. }));
        assert_eq!(timers.count(), 2);
        turn.tick().unwrap();
        let path = format!("/v1/circles/{circle}");
        for path in ["/v1/devices", path.as_str()] {
            assert!(asked(&turn.effects, path).is_some(), "{path}");
        }
        // Once.
        turn.effects.clear();
        turn.tick().unwrap();
        assert!(asked(&turn.effects, "/v1/devices").is_none());
    }

    #[test]
    fn an_older_answer_about_a_circle_that_comes_later_is_not_taken() {
        let rows = [(key::ME.to_vec(), protocol::frame::to_vec(&maria()))].into();
        let volatile = crate::turn::Volatile {
            link: Some(Link::Online),
            ..crate::turn::Volatile::default()
        };
        let mut turn = Turn::new(&rows, volatile, "localhost:8443", NOW);
        let id = CircleId::from_bytes([9; 16]);
        let told = |title: &str| {
            let circle = protocol::http::Circle {
                id,
                title: title.to_owned(),
                client: maria().person,
                status: protocol::CircleStatus::Planned,
                generation: 0,
                epoch: 0,
                members: Vec::new(),
                awaiting: Vec::new(),
                leaving: Vec::new(),
                era: 0,
                may_add: false,
            };
            serde_json::to_vec(&circle).unwrap()
        };
        turn.get(crate::ask::Ask::Circle(id), format!("/v1/circles/{id}"));
        turn.read_circle(id);
        turn.answer(2, 200, &told("now")).unwrap();
        turn.answer(1, 200, &told("before")).unwrap();
        assert_eq!(turn.draft.circle(id).unwrap().unwrap().title, "now");
        turn.read_circle(id);
        turn.answer(3, 200, &told("later")).unwrap();
        assert_eq!(turn.draft.circle(id).unwrap().unwrap().title, "later");
    }
}
