//! The world of one seed: who is in it, what happens in it, and in what order.

use std::path::Path;
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result, bail};
use device::api::{Command, Event, Input};
use device::simulated;
use protocol::frame::{CommitPlease, ServerFrame};
use protocol::{CircleId, ConsentId, Timestamp};
use sha2::{Digest, Sha256};
use store::{Database, RootKey, Settings, Store, Topic, Wake};
use testkit::{FakeClock, Person, SeededChance};
use tokio::runtime::Runtime;

mod happenings;
mod people;

use people::People;

use super::dice::Dice;
use super::invariants::Watch;
use super::phone::{Phone, SERVER_NAME};
use super::wire;

/// What a whole simulation was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Steps in which faults could happen.
    pub steps: usize,
    /// Devices that took part.
    pub devices: usize,
    /// Messages that the server accepted.
    pub accepted: usize,
    /// Devices that were taken out.
    pub removals: usize,
    /// Restarts of the server or a device.
    pub restarts: usize,
    /// Faults that the dice made.
    pub faults: usize,
    /// SHA-256 over everything that happened, in order.
    pub trace: [u8; 32],
}

/// A simulation that broke an invariant.
#[derive(Debug)]
pub struct Failure {
    /// Run it again with this.
    pub seed: u64,
    /// At which step.
    pub step: usize,
    /// What.
    pub what: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "seed {} step {}: {}", self.seed, self.step, self.what)
    }
}

/// What the store woke, until the world looks.
#[derive(Clone, Default)]
struct Woken(Arc<Mutex<Vec<Topic>>>);

impl Wake for Woken {
    fn wake(&self, topic: Topic) {
        self.0.lock().expect("nobody panics with it").push(topic);
    }
}

/// Everything.
pub struct World<'d> {
    runtime: &'d Runtime,
    directory: &'d Path,
    pub store: Option<Store>,
    clock: FakeClock,
    woken: Woken,
    seed: u64,
    dice: Dice,
    pub phones: Vec<Phone>,
    client: Person,
    manager: Person,
    consents: Vec<(Person, ConsentId)>,
    pub circle: CircleId,
    said: usize,
    removals: usize,
    restarts: usize,
    faults: usize,
    calm: bool,
    trace: Sha256,
    pub watch: Watch,
}

/// Runs one seed. `directory` must be empty; it is best in memory.
pub fn run(
    runtime: &Runtime,
    directory: &Path,
    seed: u64,
    steps: usize,
) -> Result<Report, Failure> {
    device::chance::seed(seed);
    simulated::forget_keys();
    simulated::begin_trace();
    let mut step = 0;
    let done = World::begin(runtime, directory, seed).and_then(|mut world| {
        while step < steps || world.removals < 3 || world.restarts < 2 {
            step += 1;
            if step > steps * 4 {
                bail!("the dice made neither three removals nor two restarts");
            }
            let late = step > steps && world.dice.percent(30);
            let stepped = if late && world.removals < 3 {
                world.somebody_must_go()
            } else if late {
                world.a_device_restarts()
            } else {
                world.step()
            };
            stepped.with_context(|| format!("step {step}"))?;
            world.look()?;
        }
        world.come_to_rest()?;
        world.finish(step)
    });
    device::chance::unseed();
    let told = simulated::end_trace();
    done.map_err(|error| Failure {
        seed,
        step,
        what: format!("{error:#}; told before: {told:?}"),
    })
}

fn settings(directory: &Path, clock: &FakeClock, seed: u64, woken: &Woken) -> Settings {
    Settings {
        database: Database::Sqlite {
            directory: directory.to_owned(),
        },
        root_key: RootKey::from_bytes([7; 32]),
        clock: Arc::new(clock.clone()),
        chance: Arc::new(SeededChance::new(seed)),
        wake: Arc::new(woken.clone()),
        zones: care::civil::Zones::bundled(),
        zone: testkit::agency::zone(),
        server_name: SERVER_NAME.to_owned(),
        demo: true,
    }
}

impl<'d> World<'d> {
    fn begin(runtime: &'d Runtime, directory: &'d Path, seed: u64) -> Result<Self> {
        let clock = FakeClock::default();
        let woken = Woken::default();
        let store = runtime.block_on(Store::open(settings(directory, &clock, seed, &woken)))?;
        let mut dice = Dice::new(seed);
        let people = runtime.block_on(People::add(&store, 2 + dice.below(2)))?;
        let mut world = Self {
            runtime,
            directory,
            store: Some(store),
            clock,
            woken,
            seed,
            dice,
            phones: Vec::new(),
            client: people.client,
            manager: people.manager,
            consents: Vec::new(),
            circle: CircleId::from_bytes([0; 16]),
            said: 0,
            removals: 0,
            restarts: 0,
            faults: 0,
            calm: true,
            trace: Sha256::new(),
            watch: Watch::new(CircleId::from_bytes([0; 16])),
        };
        let (client, manager) = (people.client, people.manager);
        world.enrol(manager)?;
        world.plan(&people)?;
        let mut owners = vec![client];
        if world.dice.percent(60) {
            owners.push(people.second);
        }
        owners.extend(&people.caregivers);
        for owner in owners {
            world.enrol(owner)?;
        }
        let more = 1 + world.dice.below(2);
        for _ in 0..more {
            let owner = if world.dice.percent(50) {
                client
            } else {
                manager
            };
            world.enrol_second(owner)?;
        }
        world.settle(400)?;
        world.calm = false;
        Ok(world)
    }

    pub fn now(&self) -> Timestamp {
        care::Clock::now(&self.clock)
    }

    fn store(&self) -> Result<Store> {
        self.store.clone().context("the server is down")
    }

    fn note(&mut self, what: &str) {
        self.trace.update(what.as_bytes());
        self.trace.update([0]);
    }

    // --- people -------------------------------------------------------------------------------

    fn enrol(&mut self, owner: Person) -> Result<()> {
        let store = self.store()?;
        let url = format!("https://{SERVER_NAME}");
        let link = self
            .runtime
            .block_on(testkit::agency::link(&store, &url, owner.account))?;
        let number = u8::try_from(self.phones.len() + 1)?;
        let mut phone = Phone::new(owner, format!("{} 1", owner.name), number);
        phone.is_told(Command::OpenLink { link }, self.now())?;
        self.phones.push(phone);
        self.settle(20)?;
        let now = self.now();
        let phone = self.phones.last_mut().context("just pushed")?;
        phone.is_told(Command::Enrol, now)?;
        self.settle(200)
    }

    /// A person adds a further device by a link that an earlier one shows.
    fn enrol_second(&mut self, owner: Person) -> Result<()> {
        let Some(first) = self
            .phones
            .iter()
            .position(|phone| phone.person == owner && !phone.gone && phone.device.is_some())
        else {
            return Ok(());
        };
        let now = self.now();
        self.phones[first].told.clear();
        self.phones[first].is_told(Command::AddDevice, now)?;
        self.settle(50)?;
        let link = self.phones[first]
            .told
            .iter()
            .find_map(|event| match event {
                Event::DeviceLink { link, .. } => Some(link.clone()),
                _ => None,
            });
        let link = link.context("the first device shows a link")?;
        let count = self
            .phones
            .iter()
            .filter(|phone| phone.person == owner)
            .count();
        let number = u8::try_from(self.phones.len() + 1)?;
        let mut phone = Phone::new(owner, format!("{} {}", owner.name, count + 1), number);
        phone.is_told(Command::OpenLink { link }, now)?;
        self.phones.push(phone);
        self.settle(50)?;
        self.phones[first].is_told(Command::ApproveDevice, now)?;
        self.settle(50)?;
        self.advance_s(2)?;
        self.settle(300)
    }

    // --- one step -----------------------------------------------------------------------------

    /// The dice decide what happens next.
    fn step(&mut self) -> Result<()> {
        match self.dice.below(100) {
            0..=54 => self.go_on_somewhere(),
            55..=72 => self.somebody_speaks(),
            73..=79 => self.time_passes(),
            80..=83 => self.a_device_restarts(),
            84 => self.the_server_restarts(),
            85..=87 => {
                self.a_connection_breaks();
                Ok(())
            }
            88..=90 => self.somebody_must_go(),
            91 => self.an_old_copy_comes_back(),
            92 => {
                self.a_copy_is_made();
                Ok(())
            }
            93..=97 => {
                self.the_server_asks();
                Ok(())
            }
            _ => self.a_long_time_passes(),
        }
    }

    fn living(&self) -> Vec<usize> {
        (0..self.phones.len())
            .filter(|index| !self.phones[*index].gone)
            .collect()
    }

    fn running(&self) -> Vec<usize> {
        let mut running = self.living();
        running.retain(|index| self.phones[*index].device.is_some());
        running
    }

    fn go_on_somewhere(&mut self) -> Result<()> {
        let mut busy = self.running();
        busy.retain(|index| !self.phones[*index].is_quiet());
        for _ in 0..3 {
            if let Some(index) = self.dice.pick(&busy) {
                self.go_on(index)?;
            }
        }
        Ok(())
    }

    /// One thing that is on its way to or from a device arrives, or does not.
    fn go_on(&mut self, index: usize) -> Result<bool> {
        let now = self.now();
        let stores = self.fault(1, "dies before its disk took a step").is_none();
        let phone = &mut self.phones[index];
        if phone.device.is_none() {
            return Ok(false);
        }
        if let Some(input) = phone.news.pop_front() {
            phone.hear(input, now, stores)?;
            return Ok(true);
        }
        let open: Vec<u8> = [
            !phone.requests.is_empty(),
            !phone.answers.is_empty(),
            phone
                .socket
                .as_ref()
                .is_some_and(|socket| !socket.up.is_empty()),
            phone
                .socket
                .as_ref()
                .is_some_and(|socket| !socket.down.is_empty()),
            phone
                .socket
                .as_ref()
                .is_some_and(|socket| !socket.woken.is_empty()),
        ]
        .iter()
        .zip(0..)
        .filter_map(|(open, way)| open.then_some(way))
        .collect();
        match self.dice.pick(&open) {
            Some(0) => self.request(index)?,
            Some(1) => {
                let phone = &mut self.phones[index];
                let which = self.dice.below(phone.answers.len());
                let (id, status, body) = phone.answers.remove(which);
                phone.hear(Input::Answer { id, status, body }, now, stores)?;
            }
            Some(2) => self.frame_up(index)?,
            Some(3) => {
                let phone = &mut self.phones[index];
                let frame = phone
                    .socket
                    .as_mut()
                    .and_then(|socket| socket.down.pop_front());
                if let Some(bytes) = frame {
                    phone.hear(Input::Frame { bytes }, now, stores)?;
                }
            }
            Some(_) => self.look_for(index)?,
            None => return Ok(false),
        }
        self.wake();
        Ok(true)
    }

    fn fault(&mut self, percent: usize, _what: &str) -> Option<()> {
        let happens = !self.calm && self.dice.percent(percent);
        self.faults += usize::from(happens);
        happens.then_some(())
    }

    fn request(&mut self, index: usize) -> Result<()> {
        let which = self.dice.below(self.phones[index].requests.len());
        let request = self.phones[index].requests.remove(which);
        let id = request.id;
        if self.store.is_none() || self.fault(4, "a request is lost").is_some() {
            self.phones[index].answers.push((id, 0, Vec::new()));
            return Ok(());
        }
        let store = self.store()?;
        let twice = self.fault(3, "a request comes twice").is_some();
        let mut cookie = self.phones[index].cookie.take();
        let mut answer = (0, Vec::new());
        for _ in 0..=usize::from(twice) {
            answer = self
                .runtime
                .block_on(wire::call(&store, &mut cookie, &request));
        }
        self.phones[index].cookie = cookie;
        self.note(&format!("{} {} {}", request.method, request.path, answer.0));
        self.watch.called(&request.path, answer.0);
        if self.fault(4, "an answer is lost").is_some() {
            answer = (0, Vec::new());
        }
        if self
            .fault(2, "a device dies after the server did it")
            .is_some()
        {
            self.phones[index].die();
            return Ok(());
        }
        let (status, body) = answer;
        self.phones[index].answers.push((id, status, body));
        Ok(())
    }

    fn frame_up(&mut self, index: usize) -> Result<()> {
        let lost = self
            .fault(3, "a frame is lost with its connection")
            .is_some();
        let Some(socket) = self.phones[index].socket.as_mut() else {
            return Ok(());
        };
        let Some(bytes) = socket.up.pop_front() else {
            return Ok(());
        };
        if lost || self.store.is_none() {
            self.phones[index].cut();
            return Ok(());
        }
        let store = self.store()?;
        let mut socket = self.phones[index].socket.take().context("just seen")?;
        let stays = self
            .runtime
            .block_on(wire::frame(&store, &mut socket, &bytes));
        self.phones[index].socket = Some(socket);
        if !stays
            || self
                .fault(2, "a connection breaks after the server did it")
                .is_some()
        {
            self.phones[index].cut();
        }
        Ok(())
    }

    fn look_for(&mut self, index: usize) -> Result<()> {
        let Some(store) = self.store.clone() else {
            self.phones[index].cut();
            return Ok(());
        };
        let mut socket = self.phones[index].socket.take().context("just seen")?;
        let stays = match socket.woken.pop_first() {
            Some(topic) => self
                .runtime
                .block_on(wire::look(&store, &mut socket, topic)),
            None => true,
        };
        self.phones[index].socket = Some(socket);
        if !stays {
            self.phones[index].cut();
        }
        Ok(())
    }

    /// Tells every socket what the store woke.
    fn wake(&mut self) {
        let topics: Vec<Topic> = std::mem::take(&mut *self.woken.0.lock().expect("no panics"));
        for topic in topics {
            for phone in &mut self.phones {
                let Some(socket) = &mut phone.socket else {
                    continue;
                };
                let Some(caller) = socket.caller else {
                    continue;
                };
                let concerns = match topic {
                    Topic::Circle(circle) => socket.sent.contains_key(&circle),
                    Topic::Device(device) => device == caller.device,
                    Topic::Account(account) => account == caller.account,
                    Topic::Due => false,
                };
                if concerns {
                    socket.woken.insert(topic);
                }
            }
        }
    }

    // --- the end ------------------------------------------------------------------------------

    /// Everything that is on its way arrives, until nothing moves any more.
    fn settle(&mut self, most: usize) -> Result<()> {
        for _ in 0..most {
            let mut moved = false;
            for index in self.running() {
                while self.go_on(index)? {
                    moved = true;
                }
            }
            if !moved {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The faults end: everybody comes back, and to the same place.
    fn come_to_rest(&mut self) -> Result<()> {
        self.calm = true;
        if self.store.is_none() {
            self.the_server_restarts()?;
        }
        for index in self.living() {
            if self.phones[index].device.is_none() {
                self.switch_on(index)?;
            } else {
                let now = self.now();
                self.phones[index].is_told(Command::Connect, now)?;
            }
        }
        for round in 0..200 {
            self.settle(2_000)?;
            self.look()?;
            if round > 3 && self.watch.at_rest(&self.phones)? {
                return Ok(());
            }
            self.everybody_is_asked();
            self.advance_s(if round < 20 { 2 } else { 40 })?;
        }
        bail!("I4: no rest: {}", self.watch.unrest(&self.phones)?)
    }

    fn everybody_is_asked(&mut self) {
        let now = self.now();
        for phone in &mut self.phones {
            phone.push(&ServerFrame::CommitPlease(CommitPlease {
                circle: self.circle,
                deadline: now,
            }));
        }
    }

    /// The invariants that hold after every step.
    fn look(&mut self) -> Result<()> {
        let twice = simulated::keys_used_twice();
        if twice > 0 {
            bail!("I5: {twice} keys encrypted twice");
        }
        self.watch.look(&self.phones)
    }

    fn finish(mut self, steps: usize) -> Result<Report> {
        let store = self.store.take().context("the server is up")?;
        self.runtime.block_on(store.close());
        let accepted = self
            .runtime
            .block_on(super::invariants::read_log(self.directory, self.circle))?;
        self.watch.judge(&self.phones, &accepted)?;
        super::invariants::no_canary(self.directory, &format!("canary-{}-", self.seed))?;
        let trace = std::mem::take(&mut self.trace);
        Ok(Report {
            steps,
            devices: self.phones.len(),
            accepted: accepted.messages(),
            removals: self.removals,
            restarts: self.restarts,
            faults: self.faults,
            trace: trace.finalize().into(),
        })
    }
}
