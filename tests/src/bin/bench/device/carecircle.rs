//! A circle of devices of the real core, which grows one by one, and a real store.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use care::private::{Name, Relationship};
use care::{Caller, Clock as _};
use carecircle_tests::simulator::phone::{Phone, SERVER_NAME};
use carecircle_tests::simulator::wire;
use device::api::{Command, Input};
use device::testing::replay::{self, Met, Recording};
use protocol::frame::ServerFrame;
use protocol::http::{PlanCircle, RecordConsent};
use protocol::{CircleId, ConsentBasis, OpId, Role, Timestamp, Urgency};
use store::{Database, RootKey, Settings, Store, Topic, Wake};
use testkit::{FakeClock, Person, SeededChance};

use super::{MESSAGES, SIZES, TEXT_BYTES, Took};

const BY: &str = "carecircle";

/// What the store woke, until the world looks.
#[derive(Clone, Default)]
struct Woken(Arc<Mutex<Vec<Topic>>>);

impl Wake for Woken {
    fn wake(&self, topic: Topic) {
        self.0.lock().expect("nobody panics with it").push(topic);
    }
}

struct World {
    store: Store,
    clock: FakeClock,
    woken: Woken,
    phones: Vec<Phone>,
    /// Paths of requests that await their answers: whose, number, path.
    asked: Vec<(usize, u32, String)>,
    commit: Option<Took>,
    join: Option<Took>,
    decrypt: Option<Took>,
    /// What devices met, by their number: the wasm build meets it again.
    recordings: BTreeMap<usize, Recording>,
}

/// Grows to each size; measures on the way. What the devices met is left in that folder.
pub async fn run(recorded: &Path) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let (clock, woken) = (FakeClock::at(crate::now()), Woken::default());
    let store = Store::open(settings(directory.path(), &clock, &woken)).await?;
    let mut world = World {
        store,
        clock,
        woken,
        phones: Vec::new(),
        asked: Vec::new(),
        commit: None,
        join: None,
        decrypt: None,
        recordings: BTreeMap::new(),
    };
    let largest = *SIZES.last().context("sizes")?;
    let (people, circle) = world.found(largest).await?;
    for (before, person) in people.iter().enumerate().skip(1) {
        let members = before + 1;
        // The few around a size stand for it: each is a sample of its own.
        if let Some(size) = SIZES.into_iter().find(|size| size - 4 == before) {
            world.commit = Some(Took::new(BY, "commit", size)?);
            world.join = Some(Took::new(BY, "join", size)?);
        }
        world.enrol(*person).await?;
        if SIZES.contains(&members) {
            for took in [world.commit.take(), world.join.take()].iter().flatten() {
                took.print()?;
            }
            world.talk(circle, members).await?;
        }
    }
    world.store.close().await;
    for (number, recording) in &world.recordings {
        let file = recorded.join(format!("{number}.json"));
        std::fs::write(file, serde_json::to_vec(recording)?)?;
    }
    Ok(())
}

/// The founder, and those whose joining is measured.
fn is_recorded(number: usize) -> bool {
    number == 0 || SIZES.iter().any(|size| (size - 4..*size).contains(&number))
}

fn settings(directory: &std::path::Path, clock: &FakeClock, woken: &Woken) -> Settings {
    Settings {
        database: Database::Sqlite {
            directory: directory.to_owned(),
        },
        root_key: RootKey::from_bytes([7; 32]),
        clock: Arc::new(clock.clone()),
        chance: Arc::new(SeededChance::new(1)),
        wake: Arc::new(woken.clone()),
        zones: care::civil::Zones::bundled(),
        zone: testkit::agency::zone(),
        server_name: SERVER_NAME.to_owned(),
        demo: true,
    }
}

fn op(kind: u8, n: usize) -> OpId {
    let mut bytes = [kind; 16];
    bytes[8..].copy_from_slice(&(n as u64).to_be_bytes());
    OpId::from_bytes(bytes)
}

impl World {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A case manager with her device, her client, caregivers whom he allows, and their circle.
    async fn found(&mut self, members: usize) -> Result<(Vec<Person>, CircleId)> {
        let (store, installation) = (self.store.clone(), Caller::installation());
        let agency = Name::new("Riverbend Example Agency")?;
        store.create_agency(&installation, agency).await?;
        let manager = testkit::agency::add(&store, "Dana Placeholder", Role::CaseManager).await?;
        let client = testkit::agency::add(&store, "Maria Sample", Role::Client).await?;
        store
            .assign(&installation, manager.account, client.person)
            .await?;
        self.enrol(manager).await?;
        let cookie = self.phones[0].cookie.clone();
        let caller = wire::caller(&store, cookie.as_ref()).await;
        let caller = caller.map_err(|_| anyhow::anyhow!("the manager is not signed in"))?;
        let mut people = vec![manager, client];
        while people.len() < members {
            let name = "Daughter Sample";
            let person = testkit::agency::add(&store, name, Role::Caregiver).await?;
            let family = Relationship::new("family")?;
            store
                .relate(&installation, client.person, person.person, family)
                .await?;
            let record = RecordConsent {
                op_id: op(1, people.len()),
                client: client.person,
                caregiver: person.person,
                basis: ConsentBasis::Verbal,
                note: "said so".to_owned(),
                until: None,
                appointments: false,
                reminders: false,
            };
            store.record_consent(&caller, record).await?;
            people.push(person);
        }
        let plan = PlanCircle {
            history: protocol::policy::HistoryMode::Eras,
            op_id: op(2, 0),
            client: client.person,
            title: "Maria's circle".to_owned(),
            members: people[2..].iter().map(|person| person.account).collect(),
        };
        let circle = store.plan_circle(&caller, plan).await?.id;
        self.settle().await?;
        Ok((people, circle))
    }

    async fn enrol(&mut self, owner: Person) -> Result<()> {
        let url = format!("https://{SERVER_NAME}");
        let link = testkit::agency::link(&self.store, &url, owner.account).await?;
        let number = self.phones.len();
        let key = u8::try_from(number + 1)?;
        self.phones
            .push(Phone::new(owner, owner.name.to_owned(), key));
        if is_recorded(number) {
            let recording = Recording {
                vault_key: [key; 32],
                server_name: SERVER_NAME.to_owned(),
                met: Vec::new(),
            };
            self.recordings.insert(number, recording);
        }
        for command in [Command::OpenLink { link }, Command::Enrol] {
            self.hear(number, Input::Command { command })?;
            self.settle().await?;
        }
        Ok(())
    }

    /// One device meets one input; how long that takes.
    fn hear(&mut self, number: usize, input: Input) -> Result<Duration> {
        let now = self.now();
        if let Some(Recording { met, .. }) = self.recordings.get_mut(&number) {
            replay::seed(number as u64, met.len());
            let input = input.clone();
            met.push(Met {
                input,
                now,
                real: crate::now(),
                effects: String::new(),
                measured: None,
            });
        }
        let begun = tokio::time::Instant::now();
        let effects = self.phones[number].meets(input, now)?;
        let took = begun.elapsed();
        device::chance::unseed();
        if let Some(last) = self.last_met(number) {
            last.effects = replay::trace(&effects);
        }
        self.phones[number].does(effects, now);
        Ok(took)
    }

    /// What the device met last is measured.
    fn measured(&mut self, number: usize, op: &str, members: usize) {
        if let Some(last) = self.last_met(number) {
            last.measured = Some(format!("{op} {members}"));
        }
    }

    fn last_met(&mut self, number: usize) -> Option<&mut Met> {
        self.recordings.get_mut(&number)?.met.last_mut()
    }

    /// The founder speaks; everybody hears.
    async fn talk(&mut self, circle: CircleId, members: usize) -> Result<()> {
        let mut encrypt = Took::new(BY, "encrypt_1k", members)?;
        self.decrypt = Some(Took::new(BY, "decrypt_1k", members)?);
        for _ in 0..MESSAGES {
            let command = Command::Send {
                circle,
                text: "x".repeat(TEXT_BYTES),
                urgency: Urgency::Routine,
            };
            encrypt.add(self.hear(0, Input::Command { command })?);
            self.measured(0, "encrypt_1k", members);
            let sent = self.phones[0]
                .socket
                .as_ref()
                .is_some_and(|s| !s.up.is_empty());
            anyhow::ensure!(sent, "the message was not encrypted at once");
            self.settle().await?;
        }
        encrypt.print()?;
        self.decrypt.take().context("just set")?.print()
    }

    /// Until nothing moves any more.
    async fn settle(&mut self) -> Result<()> {
        for _ in 0..1_000_000 {
            let mut moved = false;
            for index in 0..self.phones.len() {
                while self.go_on(index).await? {
                    moved = true;
                    self.wake();
                }
            }
            if !moved {
                return Ok(());
            }
        }
        bail!("it never comes to rest")
    }

    async fn go_on(&mut self, index: usize) -> Result<bool> {
        if let Some(input) = self.phones[index].news.pop_front() {
            self.hear(index, input)?;
        } else if !self.phones[index].requests.is_empty() {
            let phone = &mut self.phones[index];
            let request = phone.requests.remove(0);
            let (status, body) = wire::call(&self.store, &mut phone.cookie, &request).await;
            phone.answers.push((request.id, status, body));
            self.asked.push((index, request.id, request.path));
        } else if !self.phones[index].answers.is_empty() {
            self.answer(index)?;
        } else {
            return self.frames(index).await;
        }
        Ok(true)
    }

    /// An answer comes: to a claim of key packages it leads to a commit, to a Welcome into the group.
    fn answer(&mut self, index: usize) -> Result<()> {
        let (id, status, body) = self.phones[index].answers.remove(0);
        let own = |(whose, of, _): &(usize, u32, String)| (*whose, *of) == (index, id);
        let place = self.asked.iter().position(own).context("asked before")?;
        let (_, _, path) = self.asked.swap_remove(place);
        let input = Input::Answer { id, status, body };
        let took = self.hear(index, input)?;
        let commits = |request: &carecircle_tests::simulator::phone::Request| {
            request.path.ends_with("/commits")
        };
        let committed = self.phones[index].requests.iter().any(commits);
        let measured = if path == "/v1/key-packages/claim" && committed {
            self.commit.as_mut()
        } else if path.starts_with("/v1/welcomes/") && status == 200 {
            self.join.as_mut()
        } else {
            None
        };
        if let Some(figure) = measured {
            figure.add(took);
            let (op, members) = (figure.op, figure.members);
            self.measured(index, op, members);
        }
        Ok(())
    }

    async fn frames(&mut self, index: usize) -> Result<bool> {
        let Some(mut socket) = self.phones[index].socket.take() else {
            return Ok(false);
        };
        let mut down = None;
        let mut moved = true;
        if let Some(bytes) = socket.up.pop_front() {
            let stays = wire::frame(&self.store, &mut socket, &bytes).await;
            anyhow::ensure!(stays, "a connection was closed");
        } else if let Some(bytes) = socket.down.pop_front() {
            down = Some(bytes);
        } else if let Some(topic) = socket.woken.pop_first() {
            let stays = wire::look(&self.store, &mut socket, topic).await;
            anyhow::ensure!(stays, "a connection was closed");
        } else {
            moved = false;
        }
        self.phones[index].socket = Some(socket);
        if let Some(bytes) = down {
            let one = matches!(
                ServerFrame::parse(&bytes),
                Some(ServerFrame::Log(page)) if page.entries.len() == 1 && !page.entries[0].body.is_empty()
            );
            let took = self.hear(index, Input::Frame { bytes })?;
            if one
                && index > 0
                && let Some(decrypt) = &mut self.decrypt
            {
                decrypt.add(took);
                let members = decrypt.members;
                self.measured(index, "decrypt_1k", members);
            }
        }
        Ok(moved)
    }

    /// Tells every socket what the store woke.
    fn wake(&mut self) {
        let topics: Vec<Topic> = std::mem::take(&mut *self.woken.0.lock().expect("no panics"));
        for topic in topics {
            for socket in self
                .phones
                .iter_mut()
                .filter_map(|phone| phone.socket.as_mut())
            {
                let concerns = socket.caller.is_some_and(|caller| match topic {
                    Topic::Circle(circle) => socket.sent.contains_key(&circle),
                    Topic::Device(device) => device == caller.device,
                    Topic::Account(account) => account == caller.account,
                    Topic::Due => false,
                });
                if concerns {
                    socket.woken.insert(topic);
                }
            }
        }
    }
}
