//! One websocket as a state machine without a socket: `(state, input, now) -> effects`.
//!
//! The stages are types. [`AwaitingHello`] knows nobody and accepts one frame; [`Live`] has a device
//! and follows its circles. Whoever drives it ([`crate::connection`]) carries out the effects in
//! order, puts questions to the store and brings back the answers. Nothing here waits, and `now` is
//! the time since the socket opened, so a table of inputs and effects tests every rule.
//!
//! What keeps a socket bounded: at most [`limits::COMMANDS_IN_FLIGHT_MAX`] commands await an answer
//! and frames come no faster than their rate, beyond which nothing is read ([`Session::reads`]); at
//! most [`feeds::PAGES_MAX`] pages are read or unsent ([`feeds`]). A slow device is therefore a
//! lagging cursor and not a growing queue.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::time::Duration;

use axum::body::Bytes;
use protocol::frame::{Ack, Append, ClientFrame, Cursor, Done, Ephemeral, Hello, Inbox, LogPage};
use protocol::frame::{Ready, Refused, ServerFrame, UrgentAck};
use protocol::{AccountId, CircleId, Code, DeviceId, OpId, Refusal, limits};
use store::Topic;

use crate::hub::Place;
use crate::settings::Rates;

mod feeds;
mod hello;
mod live;
mod pleas;
mod throttle;

#[cfg(test)]
mod tests;

pub use hello::AwaitingHello;
pub use live::Live;

/// What happened.
#[derive(Debug)]
pub enum Input {
    /// A binary message.
    Frame(Bytes),
    /// A text message.
    Text,
    /// A message beyond even what the websocket library reads.
    TooLarge,
    /// Bytes that are not a websocket.
    Broken,
    /// A ping or a pong: somebody is there.
    Heard,
    /// Topics that were watched have changed.
    Woken(HashSet<Topic>),
    /// Devices of circles said something in passing.
    Overheard(VecDeque<Ephemeral>),
    /// The answer to [`Effect::Place`]; none if this socket is not in the circle's order.
    Placed(CircleId, Option<Place>),
    /// The store answered.
    Answer(Answer),
    /// Everything sent so far has left the process.
    Drained,
    /// More waits to leave than one socket may hold.
    Overflow,
    /// The time asked for by [`Session::tick_at`] has come. Ticking early is harmless.
    Tick,
    /// The server is going down.
    GoingDown,
}

/// What to do about it.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    /// Send a frame.
    Send(ServerFrame),
    /// Send a ping.
    Ping,
    /// Watch a topic, before any question that follows is asked.
    Watch(Topic),
    /// Stop watching it.
    Unwatch(Topic),
    /// Ask the store.
    Ask(Question),
    /// Say when this socket's turn comes to be asked for a commit in this circle, where these devices
    /// are about to leave.
    Place(CircleId, BTreeSet<DeviceId>),
    /// Ask the device to commit the removals that wait in this circle.
    Plead(CircleId),
    /// Hand this to the circle's other sockets.
    Relay(Ephemeral),
    /// Say [`ServerFrame::Bye`] with this code and close. Nothing follows.
    Close(Code),
}

/// What the store is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Who is this? In turn.
    Greet(Hello),
    /// Append to a log. In turn: send counters must arrive in order.
    Append(Append),
    /// Acknowledge an urgent message. In turn.
    AcknowledgeUrgent(UrgentAck),
    /// Move the durable cursors. In turn.
    Ack(Ack),
    /// May this be handed to the circle's devices?
    MayRelay(Ephemeral),
    /// How do this device's circles stand?
    Stand,
    /// One page of a log.
    ReadLog(Cursor),
    /// Notices after this number.
    ReadInbox(u64),
    /// Has the session been revoked?
    StillLive,
}

/// What the store answered.
#[derive(Debug)]
pub enum Answer {
    /// To [`Question::Greet`].
    Greeted(Result<Who, Refusal>),
    /// To [`Question::Append`] and [`Question::AcknowledgeUrgent`].
    Appended(OpId, Result<Done, Refusal>),
    /// To [`Question::Ack`].
    Acked(Result<(), Refusal>),
    /// To [`Question::MayRelay`]; a refusal is nobody's business.
    Relayable(Result<Ephemeral, Refusal>),
    /// To [`Question::Stand`].
    Stands(Result<Ready, Refusal>),
    /// To [`Question::ReadLog`].
    Log(CircleId, Result<LogPage, Refusal>),
    /// To [`Question::ReadInbox`].
    Inbox(Result<Inbox, Refusal>),
    /// To [`Question::StillLive`].
    Live(Result<(), Refusal>),
}

/// Whose socket this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Who {
    /// The account.
    pub account: AccountId,
    /// The device.
    pub device: DeviceId,
}

/// The machine.
#[derive(Debug)]
pub struct Session {
    stage: Stage,
    rates: Rates,
}

#[derive(Debug)]
enum Stage {
    Hello(AwaitingHello),
    Live(Box<Live>),
    Over,
}

impl Session {
    /// A socket that was just opened.
    pub fn new(rates: Rates) -> Self {
        Self {
            stage: Stage::Hello(AwaitingHello::default()),
            rates,
        }
    }

    /// One input. After [`Effect::Close`] there are no more effects.
    pub fn handle(&mut self, input: Input, now: Duration) -> Vec<Effect> {
        let mut effects = Vec::new();
        let stage = std::mem::replace(&mut self.stage, Stage::Over);
        self.stage = match (stage, fatal(&input)) {
            (Stage::Over, _) => Stage::Over,
            (_, Some(code)) => {
                effects.push(Effect::Close(code));
                Stage::Over
            }
            (Stage::Hello(hello), None) => match hello.handle(input, now) {
                hello::Next::Stay(hello, question) => {
                    effects.extend(question.map(Effect::Ask));
                    Stage::Hello(hello)
                }
                hello::Next::Live(who, cursors) => {
                    let live = Live::begin(who, cursors, &self.rates, now, &mut effects);
                    Stage::Live(Box::new(live))
                }
                hello::Next::Close(code) => {
                    effects.push(Effect::Close(code));
                    Stage::Over
                }
            },
            (Stage::Live(mut live), None) => match live.handle(input, now, &mut effects) {
                Ok(()) => Stage::Live(live),
                Err(code) => {
                    effects.push(Effect::Close(code));
                    Stage::Over
                }
            },
        };
        effects
    }

    /// Whether the next frame may be read now. While it may not, the peer's frames wait in the
    /// network's own buffers.
    pub fn reads(&self, now: Duration) -> bool {
        match &self.stage {
            Stage::Hello(hello) => hello.reads(),
            Stage::Live(live) => live.reads(now),
            Stage::Over => false,
        }
    }

    /// When it wants an [`Input::Tick`].
    pub fn tick_at(&self, now: Duration) -> Duration {
        match &self.stage {
            Stage::Hello(hello) => hello.tick_at(),
            Stage::Live(live) => live.tick_at(now),
            Stage::Over => Duration::MAX,
        }
    }
}

/// What ends a socket in every stage.
fn fatal(input: &Input) -> Option<Code> {
    match input {
        Input::Text => Some(Code::TextFrame),
        Input::TooLarge => Some(Code::TooLarge),
        Input::Broken => Some(Code::MalformedFrame),
        Input::Overflow => Some(Code::TooSlow),
        Input::GoingDown => Some(Code::ShuttingDown),
        _ => None,
    }
}

/// A refusal that is about the caller and not about what was asked: the socket cannot go on.
fn ends_the_socket(code: Code) -> bool {
    matches!(
        code,
        Code::SignedOut | Code::DeviceUnknown | Code::ShuttingDown
    )
}

fn refused(op_id: Option<OpId>, refusal: Refusal) -> ServerFrame {
    ServerFrame::Err(Refused {
        op_id,
        code: refusal.code,
        detail: refusal.detail,
    })
}

fn parse(bytes: &[u8]) -> Result<ClientFrame, Code> {
    let frame = ClientFrame::parse(bytes)?;
    let cursors = match &frame {
        ClientFrame::Hello(hello) => hello.cursors.len(),
        ClientFrame::Ack(ack) => ack.cursors.len(),
        _ => 0,
    };
    if cursors > limits::CURSORS_MAX {
        return Err(Code::MalformedFrame);
    }
    Ok(frame)
}
