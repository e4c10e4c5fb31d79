//! The world of one seed: who is in it, what happens in it, and in what order.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use device::api::{Command, Event};
use device::simulated;
use protocol::{CircleId, ConsentId, Timestamp};
use sha2::{Digest, Sha256};
use store::Store;
use testkit::{FakeClock, Person};
use tokio::runtime::Runtime;

mod arrivals;
mod cast;
mod happenings;
mod people;
mod rest;
mod server;

use cast::Cast;
pub use cast::Casts;
use people::People;
use server::{Overheard, Server, Woken};

use super::collusion::Hostile;
use super::dice::Dice;
use super::invariants::{Tree, Watch};
use super::phone::{Phone, SERVER_NAME};

/// What is to be simulated.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Everything follows from it.
    pub seed: u64,
    /// Steps in which faults can happen; more, until there were three removals and two restarts.
    pub steps: usize,
    /// Print everything that happens.
    pub tell: bool,
}

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
    /// Epochs in which another implementation of MLS saw the server's tree.
    pub epochs: usize,
    /// Attempts of a hostile server's, with whoever was taken out.
    pub attempts: usize,
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

/// Everything.
pub struct World<'d> {
    runtime: &'d Runtime,
    root: &'d Path,
    /// Where the server's files are: a crash leaves them behind, and goes on from what the disk had.
    directory: PathBuf,
    pub store: Option<Store>,
    /// The step at which the server comes back, while it is down.
    back_at: usize,
    clock: FakeClock,
    woken: Woken,
    overheard: Arc<Overheard>,
    plan: Plan,
    step: usize,
    dice: Dice,
    pub phones: Vec<Phone>,
    people: People,
    consents: Vec<(Person, ConsentId)>,
    pub circle: CircleId,
    said: usize,
    removals: usize,
    restarts: usize,
    faults: usize,
    calm: bool,
    trace: Sha256,
    told: Vec<String>,
    pub watch: Watch,
    tree: Tree,
}

/// Runs one seed, with its cast. `directory` must be empty; it is best in memory.
pub fn run(
    runtime: &Runtime,
    casts: &Casts,
    directory: &Path,
    plan: Plan,
) -> Result<Report, Failure> {
    let mut step = 0;
    let mut told = Vec::new();
    let done = casts.of(runtime, directory, plan.seed).and_then(|cast| {
        device::chance::seed(plan.seed);
        simulated::begin_with_keys(&cast.used);
        simulated::begin_trace();
        let mut world = World::begin(runtime, directory, plan, &cast)?;
        let done = world.live();
        step = world.step;
        told = std::mem::take(&mut world.told);
        done.and_then(|()| world.finish())
    });
    device::chance::unseed();
    told.extend(simulated::end_trace());
    done.map_err(|error| Failure {
        seed: plan.seed,
        step,
        what: format!("{error:#}; told before: {told:?}"),
    })
}

impl<'d> World<'d> {
    /// The people are known to the server, and nobody has a device.
    fn empty(runtime: &'d Runtime, directory: &'d Path, plan: Plan) -> Result<Self> {
        let clock = FakeClock::default();
        let server = Server::open(runtime, directory, clock, Overheard::new(plan.seed))?;
        let mut dice = Dice::new(plan.seed);
        let people = runtime.block_on(People::add(
            &server.store,
            2 + usize::from(dice.percent(25)),
        ))?;
        Ok(Self {
            dice,
            ..Self::new((runtime, directory), plan, server, people)
        })
    }

    /// A copy of the cast, switched on.
    fn begin(runtime: &'d Runtime, directory: &'d Path, plan: Plan, cast: &Cast) -> Result<Self> {
        cast.copy_files(directory)?;
        let (clock, overheard) = (FakeClock::at(cast.now), cast.overheard.again(plan.seed));
        let server = Server::open(runtime, directory, clock, overheard)?;
        let mut world = Self {
            phones: cast.phones(),
            consents: cast.consents.clone(),
            circle: cast.circle,
            watch: Watch::new(cast.circle),
            ..Self::new((runtime, directory), plan, server, cast.people.clone())
        };
        // Before anything is proposed: who looks on has heard every handshake from here.
        world.tree.look(runtime, &world.directory, world.circle)?;
        for index in 0..world.phones.len() {
            world.switch_on(index)?;
        }
        world.calm = false;
        Ok(world)
    }

    fn new(
        (runtime, directory): (&'d Runtime, &'d Path),
        plan: Plan,
        server: Server,
        people: People,
    ) -> Self {
        let nowhere = CircleId::from_bytes([0; 16]);
        Self {
            runtime,
            root: directory,
            directory: directory.to_owned(),
            store: Some(server.store),
            back_at: 0,
            clock: server.clock,
            woken: server.woken,
            overheard: server.overheard,
            plan,
            step: 0,
            dice: Dice::new(plan.seed),
            phones: Vec::new(),
            people,
            consents: Vec::new(),
            circle: nowhere,
            said: 0,
            removals: 0,
            restarts: 0,
            faults: 0,
            calm: true,
            trace: Sha256::new(),
            told: Vec::new(),
            watch: Watch::new(nowhere),
            tree: Tree::default(),
        }
    }

    /// Everybody enrols their devices, and the circle begins.
    fn gather(mut self) -> Result<Self> {
        let People {
            client,
            manager,
            second,
            caregivers,
        } = self.people.clone();
        self.enrol(manager)?;
        self.plan()?;
        let mut owners = vec![client];
        if self.dice.percent(50) {
            owners.push(second);
        }
        owners.extend(caregivers);
        for owner in owners {
            self.enrol(owner)?;
        }
        let more = 1 + self.dice.below(2);
        for _ in 0..more {
            let owner = if self.dice.percent(50) {
                client
            } else {
                manager
            };
            self.enrol_second(owner)?;
        }
        self.settle(400)?;
        Ok(self)
    }

    pub fn now(&self) -> Timestamp {
        care::Clock::now(&self.clock)
    }

    fn store(&self) -> Result<Store> {
        self.store.clone().context("the server is down")
    }

    /// Everything from the first fault to the rest at the end.
    fn live(&mut self) -> Result<()> {
        let steps = self.plan.steps;
        while self.step < steps || self.removals < 3 || self.restarts < 2 {
            self.step += 1;
            if self.step > steps * 4 {
                bail!("the dice made neither three removals nor two restarts");
            }
            if self.store.is_none() && self.step >= self.back_at {
                self.the_server_comes_back()?;
            }
            let late = self.step > steps && self.dice.percent(30);
            let stepped = if late && self.removals < 3 {
                self.somebody_signs_in()
                    .and_then(|()| self.somebody_must_go())
            } else if late {
                self.a_device_restarts()
            } else {
                self.step()
            };
            stepped.and_then(|()| self.look())?;
        }
        self.come_to_rest()
    }

    fn note(&mut self, what: &str) {
        self.trace.update(what.as_bytes());
        self.trace.update([0]);
        self.tell(|| what.to_owned());
    }

    /// For people who look for a reason.
    fn tell(&self, what: impl FnOnce() -> String) {
        if self.plan.tell {
            let second = self.now().micros() / 1_000_000;
            println!("{:>4} {second} {}", self.step, what());
        }
    }

    /// What the devices told of.
    fn listen(&mut self) {
        for line in simulated::end_trace() {
            self.tell(|| line.clone());
            self.told.push(format!("{}: {line}", self.step));
        }
        simulated::begin_trace();
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
            0..=53 => self.go_on_somewhere(),
            54 => self.somebody_comes_in_again(),
            55..=72 => self.somebody_speaks(),
            73..=79 => self.time_passes(),
            80..=83 => self.a_device_restarts(),
            84 => self.the_server_dies(),
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
            97 => self.somebody_sets_history(),
            93..=96 => {
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

    fn finish(mut self) -> Result<Report> {
        let store = self.store.take().context("the server is up")?;
        self.tree.close(self.runtime)?;
        self.runtime.block_on(store.close());
        let accepted = self
            .runtime
            .block_on(super::invariants::read_log(&self.directory, self.circle))?;
        let hostile = Hostile {
            circle: self.circle,
            log: &accepted,
            removal_key: self.overheard.key_in(&accepted.group_info),
            cuts: self.watch.cuts(),
            now: self.now(),
        };
        let attempts = hostile.play(&self.phones, &mut self.dice)?;
        self.watch.judge(&self.phones, &accepted)?;
        super::invariants::no_canary(self.root, &format!("canary-{}-", self.plan.seed))?;
        let trace = std::mem::take(&mut self.trace);
        Ok(Report {
            steps: self.step,
            devices: self.phones.len(),
            accepted: accepted.messages(),
            removals: self.removals,
            restarts: self.restarts,
            faults: self.faults,
            epochs: self.tree.epochs,
            attempts,
            trace: trace.finalize().into(),
        })
    }
}
