//! The second stage: a device that is known, its commands, and what it follows.

use std::time::Duration;

use protocol::frame::{ClientFrame, Cursor, KeyPackagesLow, Ready, ServerFrame};
use protocol::{CircleId, Code, Refusal, limits};
use store::Topic;

use super::feeds::Feeds;
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
    feeds: Feeds,
    throttle: Throttle,
    commands: usize,
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
            feeds: Feeds::default(),
            throttle: Throttle::new(rates),
            commands: 0,
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
            Input::Answer(answer) => self.answer(answer, effects)?,
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
        let sends = |effect: &Effect| matches!(effect, Effect::Send(_) | Effect::Ping);
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
            ClientFrame::Append(append) => Question::Append(append),
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

    fn answer(&mut self, answer: Answer, effects: &mut Vec<Effect>) -> Result<(), Code> {
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
                Ok(ready) => self.stands(ready, effects),
                // Without its first answer a socket is of no use; a poll can wait for the next.
                Err(refusal) if self.waiting.is_some() => return Err(refusal.code),
                Err(_) => self.standing = false,
            },
            Answer::Log(circle, result) => match alive(result)? {
                Ok(page) => {
                    let page = self.feeds.read_log(page).map(ServerFrame::Log);
                    effects.extend(page.map(Effect::Send));
                }
                Err(refusal) => self.log_refused(circle, refusal, effects),
            },
            Answer::Inbox(result) => match alive(result)? {
                Ok(inbox) => {
                    let inbox = self.feeds.read_inbox(inbox).map(ServerFrame::Inbox);
                    effects.extend(inbox.map(Effect::Send));
                }
                Err(_) => self.feeds.postpone_inbox(),
            },
            Answer::Live(result) => result.map_err(|refusal| refusal.code)?,
        }
        Ok(())
    }

    fn log_refused(&mut self, circle: CircleId, refusal: Refusal, effects: &mut Vec<Effect>) {
        if matches!(refusal.code, Code::Busy | Code::Internal) {
            self.feeds.postpone_log(circle);
            return;
        }
        effects.push(Effect::Unwatch(Topic::Circle(circle)));
        if self.feeds.drop_circle(circle) {
            effects.push(Effect::Send(refused(None, refusal)));
        }
    }

    /// How the circles stand: for the first time the answer to `hello`, later a poll for what a lost
    /// wake did not announce.
    fn stands(&mut self, ready: Ready, effects: &mut Vec<Effect>) {
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
                self.feeds.drop_circle(circle);
            }
            if left <= few && left < self.key_packages {
                let low = ServerFrame::KeyPackagesLow(KeyPackagesLow { left });
                effects.push(Effect::Send(low));
            }
        }
        self.key_packages = left;
    }

    fn ask_how_it_stands(&mut self, effects: &mut Vec<Effect>) {
        if !std::mem::replace(&mut self.standing, true) {
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
        at
    }
}

/// Splits off the refusals that end the socket.
fn alive<T>(result: Result<T, Refusal>) -> Result<Result<T, Refusal>, Code> {
    match result {
        Err(refusal) if ends_the_socket(refusal.code) => Err(refusal.code),
        other => Ok(other),
    }
}
