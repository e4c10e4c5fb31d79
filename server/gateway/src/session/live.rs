//! The second stage: a device that is known, its commands, and what it follows.

use std::time::Duration;

use protocol::frame::{
    AccountChanged, ClientFrame, Cursor, Ephemeral, KeyPackagesLow, LogPage, Ready, ServerFrame,
};
use protocol::{CircleId, Code, DeviceId, Refusal, limits};
use store::Topic;

use super::feeds::Feeds;
use super::pleas::{Pleas, Wanted};
use super::throttle::Throttle;
use super::{Answer, Effect, Input, Question, Who, ends_the_socket, parse, refused};
use crate::settings::Rates;

const PING: Duration = Duration::from_secs(limits::PING_S);
const SILENCE: Duration = Duration::from_secs(limits::SILENCE_S);
const POLL: Duration = Duration::from_secs(limits::POLL_S);

/// A socket whose device is known.
#[derive(Debug)]
pub struct Live {
    /// The positions that `hello` named, until the store has said how they stand.
    waiting: Option<Vec<Cursor>>,
    device: DeviceId,
    feeds: Feeds,
    pleas: Pleas,
    throttle: Throttle,
    commands: usize,
    /// Ephemerals that the store was asked about.
    relays: usize,
    heard_at: Duration,
    pinged_at: Duration,
    polled_at: Duration,
    /// The store was asked how the circles stand.
    standing: bool,
    /// Since when something waits to leave.
    unsent_since: Option<Duration>,
    key_packages: u32,
}

impl Live {
    /// Watches first and asks then, so that no wake is lost in between.
    pub(super) fn begin(
        who: Who,
        cursors: Vec<Cursor>,
        rates: &Rates,
        now: Duration,
        effects: &mut Vec<Effect>,
    ) -> Self {
        effects.push(Effect::Watch(Topic::Account(who.account)));
        effects.push(Effect::Watch(Topic::Device(who.device)));
        effects.push(Effect::Ask(Question::Stand));
        Self {
            waiting: Some(cursors),
            device: who.device,
            feeds: Feeds::default(),
            pleas: Pleas::default(),
            throttle: Throttle::new(rates),
            commands: 0,
            relays: 0,
            heard_at: now,
            pinged_at: now,
            polled_at: now,
            standing: true,
            unsent_since: None,
            key_packages: u32::MAX,
        }
    }

    /// One input; an error ends the socket.
    pub(super) fn handle(
        &mut self,
        input: Input,
        now: Duration,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Code> {
        match input {
            Input::Frame(bytes) => {
                self.heard_at = now;
                self.throttle.count(now)?;
                self.frame(parse(&bytes)?, effects)?;
            }
            Input::Heard => self.heard_at = now,
            Input::Woken(topics) => topics
                .into_iter()
                .for_each(|topic| self.woken(topic, effects)),
            Input::Answer(answer) => self.answer(answer, now, effects)?,
            Input::Overheard(ephemerals) => {
                // Whoever does not keep up misses them; they are of this moment.
                let here = |said: &Ephemeral| self.feeds.follows(said.circle);
                if self.unsent_since.is_none() {
                    let heard = ephemerals.into_iter().filter(here);
                    effects.extend(heard.map(ServerFrame::Ephemeral).map(Effect::Send));
                }
            }
            Input::Placed(circle, place) => {
                self.pleas.placed(circle, place);
                self.plead(now, effects);
            }
            Input::Drained => {
                self.unsent_since = None;
                self.feeds.drained();
            }
            Input::Tick => self.tick(now, effects)?,
            Input::Text | Input::TooLarge | Input::Broken | Input::Overflow | Input::GoingDown => {}
        }
        if self.waiting.is_none() {
            while let Some(question) = self.feeds.next() {
                effects.push(Effect::Ask(question));
            }
        }
        let sends =
            |effect: &Effect| matches!(effect, Effect::Send(_) | Effect::Ping | Effect::Plead(_));
        if effects.iter().any(sends) {
            self.unsent_since.get_or_insert(now);
        }
        Ok(())
    }

    fn frame(&mut self, frame: ClientFrame, effects: &mut Vec<Effect>) -> Result<(), Code> {
        let question = match frame {
            // There is one hello; a second is a device that lost count of its own frames.
            ClientFrame::Hello(_) => return Err(Code::MalformedFrame),
            ClientFrame::FetchLog(cursor) => {
                self.fetch(cursor, effects);
                return Ok(());
            }
            ClientFrame::Ephemeral(ephemeral) => {
                self.relay(ephemeral, effects);
                return Ok(());
            }
            ClientFrame::Append(append) => Question::Append(append),
            ClientFrame::UrgentAck(ack) => Question::AcknowledgeUrgent(ack),
            ClientFrame::Ack(ack) => Question::Ack(ack),
        };
        self.commands += 1;
        effects.push(Effect::Ask(question));
        Ok(())
    }

    fn fetch(&mut self, cursor: Cursor, effects: &mut Vec<Effect>) {
        if !self.feeds.follows(cursor.circle) {
            if self.feeds.len() >= limits::CURSORS_MAX {
                let refusal = Refusal::new(Code::BadRequest, "too many circles on one socket");
                effects.push(Effect::Send(refused(None, refusal)));
                return;
            }
            effects.push(Effect::Watch(Topic::Circle(cursor.circle)));
        }
        self.feeds.follow(cursor, true);
    }

    fn relay(&mut self, ephemeral: Ephemeral, effects: &mut Vec<Effect>) {
        let fits = ephemeral.sealed.len() <= limits::EPHEMERAL_BYTES_MAX;
        if fits && self.relays < limits::EPHEMERALS_ASKED_MAX {
            self.relays += 1;
            let device = self.device;
            let ephemeral = Ephemeral {
                device,
                ..ephemeral
            };
            effects.push(Effect::Ask(Question::MayRelay(ephemeral)));
        }
    }

    fn plead(&mut self, now: Duration, effects: &mut Vec<Effect>) {
        effects.extend(self.pleas.due(now).into_iter().map(Effect::Plead));
    }

    fn woken(&mut self, topic: Topic, effects: &mut Vec<Effect>) {
        match topic {
            Topic::Circle(circle) => self.feeds.want(circle),
            Topic::Device(_) => {
                self.feeds.want_inbox();
                self.ask_how_it_stands(effects);
            }
            Topic::Account(_) => effects.push(Effect::Ask(Question::StillLive)),
            Topic::Due => {}
        }
    }

    fn answer(
        &mut self,
        answer: Answer,
        now: Duration,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Code> {
        match answer {
            Answer::Greeted(_) => {}
            Answer::Appended(op_id, result) => {
                self.commands -= 1;
                effects.push(Effect::Send(match alive(result)? {
                    Ok(done) => ServerFrame::Ok(done),
                    Err(refusal) => refused(Some(op_id), refusal),
                }));
            }
            Answer::Acked(result) => {
                self.commands -= 1;
                if let Err(refusal) = alive(result)? {
                    effects.push(Effect::Send(refused(None, refusal)));
                }
            }
            Answer::Stands(result) => match alive(result)? {
                Ok(ready) => self.stands(ready, now, effects),
                // Without its first answer a socket is of no use; a poll can wait for the next.
                Err(refusal) if self.waiting.is_some() => return Err(refusal.code),
                Err(_) => self.standing = false,
            },
            Answer::Log(circle, result) => match alive(result)? {
                Ok(page) => self.log_read(page, now, effects),
                Err(refusal) => self.log_refused(circle, refusal, effects),
            },
            Answer::Inbox(result) => match alive(result)? {
                Ok(inbox) => {
                    let inbox = self.feeds.read_inbox(inbox).map(ServerFrame::Inbox);
                    effects.extend(inbox.map(Effect::Send));
                }
                Err(_) => self.feeds.postpone_inbox(),
            },
            Answer::Relayable(result) => {
                self.relays = self.relays.saturating_sub(1);
                effects.extend(alive(result)?.ok().map(Effect::Relay));
            }
            Answer::Live(result) => {
                result.map_err(|refusal| refusal.code)?;
                let changed = ServerFrame::AccountChanged(AccountChanged {});
                effects.push(Effect::Send(changed));
            }
        }
        Ok(())
    }

    fn log_read(&mut self, page: LogPage, now: Duration, effects: &mut Vec<Effect>) {
        let Some(page) = self.feeds.read_log(page) else {
            return;
        };
        let wanted = self.pleas.read(&page, self.device, now);
        effects.push(Effect::Send(ServerFrame::Log(page)));
        effects.extend(wanted.map(place));
    }

    fn log_refused(&mut self, circle: CircleId, refusal: Refusal, effects: &mut Vec<Effect>) {
        if self.feeds.restarts(circle) {
            return;
        }
        if matches!(refusal.code, Code::Busy | Code::Internal) {
            self.feeds.postpone_log(circle);
            return;
        }
        effects.push(Effect::Unwatch(Topic::Circle(circle)));
        self.pleas.drop_circle(circle);
        if self.feeds.drop_circle(circle) {
            effects.push(Effect::Send(refused(None, refusal)));
        }
    }

    /// How the circles stand: for the first time the answer to `hello`, later a poll for what a lost
    /// wake did not announce.
    fn stands(&mut self, ready: Ready, now: Duration, effects: &mut Vec<Effect>) {
        let positions = ready.positions.clone();
        let few = u32::try_from(limits::KEY_PACKAGES_LOW).unwrap_or(u32::MAX);
        let left = ready.key_packages;
        if let Some(cursors) = self.waiting.take() {
            // A circle that the device is not in, or has not joined yet, is not followed: the first
            // would be refused, the second asks by itself once its Welcome is stored.
            let stands = |circle| ready.positions.iter().any(|p| p.circle == circle);
            for cursor in cursors.into_iter().filter(|c| stands(c.circle)) {
                effects.push(Effect::Watch(Topic::Circle(cursor.circle)));
                self.feeds.follow(cursor, false);
            }
            effects.push(Effect::Send(ServerFrame::Ready(ready)));
            self.standing = false;
            self.feeds.want_inbox();
        } else {
            self.standing = false;
            for circle in self.feeds.compare(&ready.positions) {
                effects.push(Effect::Unwatch(Topic::Circle(circle)));
                self.pleas.drop_circle(circle);
                self.feeds.drop_circle(circle);
            }
            if left <= few && left < self.key_packages {
                let low = ServerFrame::KeyPackagesLow(KeyPackagesLow { left });
                effects.push(Effect::Send(low));
            }
        }
        self.key_packages = left;
        for position in positions {
            if let Some(sent) = self.feeds.sent(position.circle) {
                let wanted = self.pleas.compare(&position, sent, now);
                effects.extend(wanted.map(place));
            }
        }
    }

    fn ask_how_it_stands(&mut self, effects: &mut Vec<Effect>) {
        if !std::mem::replace(&mut self.standing, true) {
            self.feeds.stand_asked();
            effects.push(Effect::Ask(Question::Stand));
        }
    }

    fn tick(&mut self, now: Duration, effects: &mut Vec<Effect>) -> Result<(), Code> {
        let stuck = self
            .unsent_since
            .is_some_and(|since| now >= since + SILENCE);
        let silent = now >= self.heard_at + SILENCE && self.commands == 0;
        if stuck || (silent && self.unsent_since.is_some()) {
            return Err(Code::TooSlow);
        }
        if silent {
            return Err(Code::Silent);
        }
        if now >= self.pinged_at + PING {
            self.pinged_at = now;
            effects.push(Effect::Ping);
        }
        if now >= self.polled_at + POLL {
            self.polled_at = now;
            self.feeds.want_inbox();
            self.ask_how_it_stands(effects);
        }
        self.plead(now, effects);
        Ok(())
    }

    pub(super) fn reads(&self, now: Duration) -> bool {
        self.waiting.is_none()
            && self.commands < limits::COMMANDS_IN_FLIGHT_MAX
            && now >= self.throttle.ready_at()
    }

    pub(super) fn tick_at(&self, now: Duration) -> Duration {
        let mut at = (self.pinged_at + PING).min(self.polled_at + POLL);
        if self.commands == 0 {
            at = at.min(self.heard_at + SILENCE);
        }
        if let Some(since) = self.unsent_since {
            at = at.min(since + SILENCE);
        }
        if self.throttle.ready_at() > now {
            at = at.min(self.throttle.ready_at());
        }
        if let Some(turn) = self.pleas.next_at() {
            at = at.min(turn);
        }
        at
    }
}

fn place((circle, leaving): Wanted) -> Effect {
    Effect::Place(circle, leaving)
}

/// Splits off the refusals that end the socket.
fn alive<T>(result: Result<T, Refusal>) -> Result<Result<T, Refusal>, Code> {
    match result {
        Err(refusal) if ends_the_socket(refusal.code) => Err(refusal.code),
        other => Ok(other),
    }
}
