//! The host's thread: one input at a time; handle, store, then do.
//!
//! It owns the core and the store. Whatever it must not wait for (sockets, requests, timers) it hands
//! to the network as an [`Order`]; what comes back stands in its queue as a [`Message`].

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use device::api::{Command, Effect, Input, Item};
use protocol::CircleId;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use crate::core::{Core, Open};
use crate::faults::{Faults, Then, Verdict};
use crate::headless::Clock;
use crate::http::{Cookie, Request};
use crate::network::{Order, What};
use crate::seen::Log;
use crate::store::{Note, Store};
use crate::{Error, store};

/// Messages that wait for the host.
pub(crate) const MESSAGES_MAX: usize = 64;
/// Orders that wait for the network.
pub(crate) const ORDERS_MAX: usize = 256;
/// After a step that could not be stored, the device goes online again this much later.
const RESUME_AFTER: Duration = Duration::from_secs(1);

/// What the host hears.
pub(crate) enum Message {
    /// A person or program wants something, and waits until it is stored.
    Command {
        command: Command,
        reply: oneshot::Sender<Result<(), Error>>,
    },
    /// A time has come.
    Tick,
    /// From the websocket of this generation.
    Socket { generation: u64, input: Input },
    /// A request is over.
    Answer { input: Input, cookie: Cookie },
    /// A request that was not the core's is over.
    Cookie(Cookie),
    /// Somebody reads a conversation.
    Items {
        circle: CircleId,
        limit: usize,
        reply: oneshot::Sender<Result<Vec<Item>, Error>>,
    },
    /// Everything before this was done; that was all.
    Stop,
}

/// Whether the device lives. Ending it here is what `kill -9` is to a process.
pub(crate) struct Life {
    over: AtomicBool,
    host: mpsc::Sender<Message>,
}

impl Life {
    pub fn new(host: mpsc::Sender<Message>) -> Arc<Self> {
        Arc::new(Self {
            over: AtomicBool::new(false),
            host,
        })
    }

    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    /// Nothing is carried out after this. A host that waits for its next message wakes up to end.
    pub fn die(&self) {
        self.over.store(true, Ordering::Release);
        // With a full queue the host is awake, or about to be.
        drop(self.host.try_send(Message::Stop));
    }
}

pub(crate) struct Host {
    pub store: Store,
    pub open: Open,
    pub core: Box<dyn Core>,
    pub clock: Clock,
    pub faults: Arc<dyn Faults>,
    pub life: Arc<Life>,
    pub orders: mpsc::Sender<Order>,
    /// Counts websockets, so that news of an earlier one is not taken for news of this one.
    pub generation: u64,
    /// Somebody asked for the device to be online.
    pub wanted: bool,
    /// The core was opened again after a failure and has to be brought online again.
    pub resume: bool,
    /// Last, so that the store's file is free again before anybody hears that this is over.
    pub log: Ending,
}

/// Tells that the device has ended when the host is dropped, also by a panic.
pub(crate) struct Ending(pub Arc<Log>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Host {
    /// Until told to stop, or dead.
    pub fn run(mut self, mut messages: mpsc::Receiver<Message>) {
        while let Some(message) = messages.blocking_recv() {
            if self.life.is_over() {
                break;
            }
            if matches!(message, Message::Stop) {
                self.order(What::Leave, Verdict::GO_ON);
                break;
            }
            if let Err(error) = self.take(message) {
                tracing::warn!(%error, "an input could not be handled");
            }
        }
    }

    fn take(&mut self, message: Message) -> Result<(), Error> {
        match message {
            Message::Command { command, reply } => {
                let done = self.command(command);
                // Nobody waits any more: it was stored all the same.
                drop(reply.send(done));
                Ok(())
            }
            Message::Items {
                circle,
                limit,
                reply,
            } => {
                drop(reply.send(self.items(circle, limit)));
                Ok(())
            }
            Message::Tick => {
                self.resume();
                self.step(Input::Tick)
            }
            Message::Socket { generation, input } if generation == self.generation => {
                self.step(input)
            }
            Message::Answer { input, cookie } => {
                self.keep(&cookie)?;
                self.step(input)
            }
            Message::Cookie(cookie) => self.keep(&cookie),
            Message::Socket { .. } | Message::Stop => Ok(()),
        }
    }

    fn keep(&self, cookie: &Cookie) -> Result<(), Error> {
        match cookie {
            Cookie::AsBefore => Ok(()),
            Cookie::Set(value) => self.store.remember(Note::Cookie, Some(value.as_bytes())),
            Cookie::Gone => self.store.remember(Note::Cookie, None),
        }
    }

    fn command(&mut self, command: Command) -> Result<(), Error> {
        let wanted = match command {
            Command::Connect | Command::Enrol | Command::SignIn | Command::Recover { .. } => true,
            Command::SignOut => false,
            // A link that adds this device goes online as soon as it is approved.
            Command::OpenLink { ref link } => self.wanted || link.contains("/device/"),
            _ => self.wanted,
        };
        self.step(Input::Command { command })?;
        self.wanted = wanted;
        Ok(())
    }

    /// Handles one input: the step is stored durably before any of its effects.
    fn step(&mut self, input: Input) -> Result<(), Error> {
        let step = self.core.handle(input, (self.clock)())?;
        let stored = if self.faults.takes(&step.delta) {
            self.store.apply(&step.delta)
        } else {
            Err(store::refused_on_purpose())
        };
        if let Err(error) = stored {
            self.reopen()?;
            return Err(error);
        }
        for effect in step.effects {
            if self.life.is_over() {
                return Err(Error::Ended);
            }
            self.carry_out(effect);
        }
        Ok(())
    }

    /// What the core knew and could not store never happened.
    fn reopen(&mut self) -> Result<(), Error> {
        let core = self.store.state().and_then(|rows| Ok((self.open)(rows)?));
        self.core = core.inspect_err(|_| self.life.die())?;
        self.resume = true;
        self.generation += 1;
        self.order(What::Disconnect, Verdict::GO_ON);
        self.order(What::Timer(RESUME_AFTER), Verdict::GO_ON);
        Ok(())
    }

    fn resume(&mut self) {
        if self.resume && self.wanted {
            match self.step(Input::Command {
                command: Command::Connect,
            }) {
                Ok(()) => self.resume = false,
                Err(error) => tracing::warn!(%error, "not online again yet"),
            }
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        let verdict = self.faults.effect(&effect);
        if verdict == Verdict::DIE {
            return self.life.die();
        }
        let what = match effect {
            Effect::Event { event } => {
                if verdict.carry_out {
                    self.log.0.tell(event);
                }
                if verdict.then == Then::Die {
                    self.life.die();
                }
                return;
            }
            // A device of its own has one key for all rows, and is never given a share.
            Effect::Unseal { .. } => return,
            Effect::Send { bytes } => What::Send(bytes),
            Effect::Request {
                id,
                method,
                path,
                media_type,
                body,
            } => What::Request(Request {
                id,
                method,
                path,
                media_type,
                body,
            }),
            Effect::Connect => {
                self.generation += 1;
                What::Connect {
                    generation: self.generation,
                }
            }
            Effect::Disconnect => What::Disconnect,
            Effect::Timer { after_ms } => What::Timer(Duration::from_millis(after_ms.into())),
        };
        self.order(what, verdict);
    }

    /// Hands over in order. While the network is behind this thread waits, unless it is told to die.
    fn order(&self, what: What, verdict: Verdict) {
        let mut order = Order { what, verdict };
        while let Err(TrySendError::Full(back)) = self.orders.try_send(order) {
            if self.life.is_over() {
                return;
            }
            order = back;
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }

    fn items(&self, circle: CircleId, limit: usize) -> Result<Vec<Item>, Error> {
        let rows = self.store.items(circle.as_bytes(), limit)?;
        rows.iter()
            .map(|(key, sealed)| Ok(self.core.open_item(key, sealed)?))
            .collect()
    }
}
