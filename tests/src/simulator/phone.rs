//! One device with its disk and what is on its way to and from it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use care::Caller;
use device::api::{Command, Content, Delta, Effect, Event, Input, Item, Step, Write};
use device::{Device, simulated};
use protocol::frame::ServerFrame;
use protocol::{CircleId, Timestamp};
use store::{SessionToken, Topic};
use testkit::Person;

/// The name of the server that devices sign.
pub const SERVER_NAME: &str = "localhost:8443";

/// What survives a crash.
#[derive(Debug, Clone, Default)]
pub struct Disk {
    pub state: BTreeMap<Vec<u8>, Vec<u8>>,
    pub items: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Disk {
    pub fn apply(&mut self, delta: Delta) {
        let whole = |row: &&Write| row.key.len() == 16 && row.value.is_none();
        for row in delta.items.iter().filter(whole) {
            self.items.retain(|key, _| !key.starts_with(&row.key));
        }
        for (table, writes) in [
            (&mut self.state, delta.state),
            (&mut self.items, delta.items),
        ] {
            for Write { key, value } in writes {
                match value {
                    Some(value) => table.insert(key, value),
                    None => table.remove(&key),
                };
            }
        }
    }
}

/// A request on its way.
#[derive(Debug, Clone)]
pub struct Request {
    pub id: u32,
    pub method: String,
    pub path: String,
    pub body: Vec<u8>,
}

/// On which something can be on its way.
#[derive(Debug, Clone, Copy)]
pub enum Way {
    /// A request to the server.
    Request,
    /// An answer to the device.
    Answer,
    /// A frame to the server.
    Up,
    /// A frame to the device.
    Down,
    /// News that the server has not looked at for this socket.
    Woken,
}

/// An open websocket, as the server follows it.
#[derive(Debug, Default)]
pub struct Socket {
    /// Who said hello.
    pub caller: Option<Caller>,
    /// Frames from the device that the server has not read.
    pub up: VecDeque<Vec<u8>>,
    /// Frames from the server that the device has not seen.
    pub down: VecDeque<Vec<u8>>,
    /// What was sent of each log.
    pub sent: BTreeMap<CircleId, protocol::frame::Cursor>,
    /// The last notice that was sent.
    pub noticed: u64,
    /// What changed since the server last looked.
    pub woken: BTreeSet<Topic>,
}

/// What survives with the person and not with the process: also a cookie.
pub struct Phone {
    pub person: Person,
    pub name: String,
    vault_key: [u8; 32],
    pub disk: Disk,
    pub cookie: Option<SessionToken>,
    /// The running program; none while it is dead.
    pub device: Option<Device>,
    pub requests: Vec<Request>,
    pub answers: Vec<(u32, u16, Vec<u8>)>,
    pub socket: Option<Socket>,
    /// The socket was opened or broke, and the device has not heard of it.
    pub news: VecDeque<Input>,
    pub timers: Vec<Timestamp>,
    /// An old copy of the disk.
    pub snapshot: Option<Disk>,
    /// Taken away from its person: it acts no more.
    pub gone: bool,
    /// It heard something since it was last looked at.
    pub moved: bool,
    /// Items that it wrote since then.
    pub written: BTreeSet<Vec<u8>>,
    /// Links and codes that it told its person.
    pub told: Vec<Event>,
}

impl Phone {
    /// A new one, switched on.
    pub fn new(person: Person, name: String, number: u8) -> Self {
        let mut phone = Self::off(person, name, [number; 32]);
        phone.open().expect("an empty store opens");
        phone
    }

    /// What survives of this one, as another.
    #[must_use]
    pub fn again(&self) -> Self {
        Self {
            disk: self.disk.clone(),
            cookie: self.cookie.clone(),
            ..Self::off(self.person, self.name.clone(), self.vault_key)
        }
    }

    fn off(person: Person, name: String, vault_key: [u8; 32]) -> Self {
        Self {
            person,
            name,
            vault_key,
            disk: Disk::default(),
            cookie: None,
            device: None,
            requests: Vec::new(),
            answers: Vec::new(),
            socket: None,
            news: VecDeque::new(),
            timers: Vec::new(),
            snapshot: None,
            gone: false,
            moved: true,
            written: BTreeSet::new(),
            told: Vec::new(),
        }
    }

    /// Opens the program from its disk.
    pub fn open(&mut self) -> Result<(), device::Error> {
        let rows = self.disk.state.clone().into_iter().collect();
        self.device = Some(Device::open(self.vault_key, SERVER_NAME.to_owned(), rows)?);
        self.moved = true;
        Ok(())
    }

    /// The process dies. Its connections break.
    pub fn die(&mut self) {
        self.device = None;
        self.requests.clear();
        self.answers.clear();
        self.socket = None;
        self.news.clear();
        self.timers.clear();
    }

    /// One input. `stores` says whether the disk takes the step; if not, the process dies before.
    pub fn hear(
        &mut self,
        input: Input,
        now: Timestamp,
        stores: bool,
    ) -> Result<(), device::Error> {
        let Some(device) = &mut self.device else {
            return Ok(());
        };
        let Step { delta, effects } = device.handle(input, now)?;
        if !stores {
            self.die();
            return Ok(());
        }
        self.keeps(delta);
        self.does(effects, now);
        Ok(())
    }

    /// One input, kept; what is to be done is still to be done.
    pub fn meets(&mut self, input: Input, now: Timestamp) -> Result<Vec<Effect>, device::Error> {
        let Some(device) = &mut self.device else {
            return Ok(Vec::new());
        };
        let Step { delta, effects } = device.handle(input, now)?;
        self.keeps(delta);
        Ok(effects)
    }

    fn keeps(&mut self, delta: Delta) {
        self.moved = true;
        self.written
            .extend(delta.items.iter().map(|write| write.key.clone()));
        self.disk.apply(delta);
    }

    /// Does what a step asks for.
    pub fn does(&mut self, effects: Vec<Effect>, now: Timestamp) {
        for effect in effects {
            self.carry_out(effect, now);
        }
    }

    fn carry_out(&mut self, effect: Effect, now: Timestamp) {
        match effect {
            Effect::Send { bytes } => {
                if let Some(socket) = &mut self.socket {
                    socket.up.push_back(bytes);
                }
            }
            Effect::Request {
                id,
                method,
                path,
                body,
                ..
            } => self.requests.push(Request {
                id,
                method,
                path,
                body,
            }),
            Effect::Connect => {
                self.socket = Some(Socket::default());
                self.news.push_back(Input::Opened);
            }
            Effect::Disconnect => self.socket = None,
            Effect::Unseal { .. } => unreachable!("a device of its own has one key for all rows"),
            Effect::Timer { after_ms } => {
                let at = now.micros() + i64::from(after_ms) * 1_000;
                self.timers.push(Timestamp::from_micros(at));
            }
            Effect::Event { event } => match event {
                Event::DeviceLink { .. }
                | Event::RecoveryCode { .. }
                | Event::Intake { .. }
                | Event::Devices { .. } => {
                    self.told.push(event);
                }
                _ => {}
            },
        }
    }

    /// The connection breaks.
    pub fn cut(&mut self) {
        if self.socket.take().is_some() {
            self.news.push_back(Input::Closed);
        }
    }

    /// It goes on from an old copy of its disk.
    pub fn put_back(&mut self, disk: Disk) {
        self.die();
        self.disk = disk;
        self.written = self.disk.items.keys().cloned().collect();
    }

    /// A person wants something.
    pub fn is_told(&mut self, command: Command, now: Timestamp) -> Result<(), device::Error> {
        match self.hear(Input::Command { command }, now, true) {
            // A command that makes no sense now is no fault of anybody's.
            Err(device::Error::Refused { .. }) => Ok(()),
            heard => heard,
        }
    }

    /// Every item on the disk, in the order of their places.
    pub fn items(&self) -> Result<Vec<Item>, device::Error> {
        let copied;
        let device = if let Some(device) = &self.device {
            device
        } else {
            copied = self.copy()?;
            &copied
        };
        self.disk
            .items
            .iter()
            .map(|(key, sealed)| device.open_item(key, sealed))
            .collect()
    }

    /// A second program on a copy of the disk: what a thief would have.
    pub fn copy(&self) -> Result<Device, device::Error> {
        let rows = self.disk.state.clone().into_iter().collect();
        Device::open(self.vault_key, SERVER_NAME.to_owned(), rows)
    }

    /// Where the device stands in its circles; nothing while it is dead.
    pub fn places(&self) -> Result<Vec<simulated::Place>, device::Error> {
        self.device.as_ref().map_or(Ok(Vec::new()), Device::places)
    }

    /// On which ways something is on its way to or from it.
    pub fn open_ways(&self) -> Vec<Way> {
        let socket = self.socket.as_ref();
        let open = |full: fn(&Socket) -> bool| socket.is_some_and(full);
        [
            (!self.requests.is_empty(), Way::Request),
            (!self.answers.is_empty(), Way::Answer),
            (open(|socket| !socket.up.is_empty()), Way::Up),
            (open(|socket| !socket.down.is_empty()), Way::Down),
            (open(|socket| !socket.woken.is_empty()), Way::Woken),
        ]
        .into_iter()
        .filter_map(|(open, way)| open.then_some(way))
        .collect()
    }

    /// Nothing is on its way to or from it.
    pub fn is_quiet(&self) -> bool {
        self.news.is_empty() && self.open_ways().is_empty()
    }

    /// The server sends a frame.
    pub fn push(&mut self, frame: &ServerFrame) {
        if let Some(socket) = &mut self.socket {
            socket.down.push_back(frame.to_bytes());
        }
    }
}

/// The text of an item, with its place.
pub fn text_of(item: &Item) -> Option<(&str, Option<u64>)> {
    match &item.content {
        Content::Text { text, .. } => Some((text, item.seq)),
        _ => None,
    }
}
