//! The server of a world: its store, and what that is given.

use std::path::Path;
use std::sync::{Arc, Mutex};

use anyhow::Result;
use ed25519_dalek::SigningKey;
use store::{Database, RootKey, Settings, Store, Topic, Wake};
use testkit::{FakeClock, SeededChance};
use tokio::runtime::Runtime;

use super::super::phone::SERVER_NAME;

/// The server's process, and what it was given.
pub(super) struct Server {
    pub(super) store: Store,
    pub(super) clock: FakeClock,
    pub(super) woken: Woken,
    pub(super) overheard: Arc<Overheard>,
}

impl Server {
    pub(super) fn open(
        runtime: &Runtime,
        directory: &Path,
        clock: FakeClock,
        overheard: Arc<Overheard>,
    ) -> Result<Self> {
        let woken = Woken::default();
        let chance = Arc::<Overheard>::clone(&overheard);
        let store = runtime.block_on(Store::open(settings(directory, &clock, chance, &woken)))?;
        Ok(Self {
            store,
            clock,
            woken,
            overheard,
        })
    }
}

/// What the store woke, until the world looks.
#[derive(Clone, Default)]
pub(super) struct Woken(Arc<Mutex<Vec<Topic>>>);

impl Woken {
    pub(super) fn take(&self) -> Vec<Topic> {
        std::mem::take(&mut *self.0.lock().expect("nobody panics with it"))
    }
}

impl Wake for Woken {
    fn wake(&self, topic: Topic) {
        self.0.lock().expect("nobody panics with it").push(topic);
    }
}

/// The store's chance. Somebody listens while it makes the agency's keys: at the end the server itself is
/// the enemy, and it has its own keys.
pub(super) struct Overheard {
    chance: SeededChance,
    secrets: Mutex<Vec<[u8; 32]>>,
}

/// Far more than come before the agency's keys.
const SECRETS_MAX: usize = 16;

impl Overheard {
    pub(super) fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self {
            chance: SeededChance::new(seed),
            secrets: Mutex::default(),
        })
    }

    /// The same server's in a later process: its own keys are as before.
    pub(super) fn again(&self, seed: u64) -> Arc<Self> {
        Arc::new(Self {
            chance: SeededChance::new(seed),
            secrets: Mutex::new(self.secrets.lock().expect("nobody panics with it").clone()),
        })
    }

    /// The key whose public half stands in a group.
    pub(super) fn key_in(&self, group_info: &[u8]) -> Option<SigningKey> {
        let secrets = self.secrets.lock().expect("nobody panics with it");
        let mut keys = secrets.iter().map(SigningKey::from_bytes);
        keys.find(|key| {
            let public = key.verifying_key().to_bytes();
            group_info.windows(public.len()).any(|part| part == public)
        })
    }
}

impl care::Chance for Overheard {
    fn fill(&self, bytes: &mut [u8]) {
        self.chance.fill(bytes);
        let mut secrets = self.secrets.lock().expect("nobody panics with it");
        if let Ok(secret) = <[u8; 32]>::try_from(&*bytes)
            && secrets.len() < SECRETS_MAX
        {
            secrets.push(secret);
        }
    }
}

pub(super) fn settings(
    directory: &Path,
    clock: &FakeClock,
    chance: Arc<dyn care::Chance>,
    woken: &Woken,
) -> Settings {
    Settings {
        database: Database::Sqlite {
            directory: directory.to_owned(),
        },
        root_key: RootKey::from_bytes([7; 32]),
        clock: Arc::new(clock.clone()),
        chance,
        wake: Arc::new(woken.clone()),
        zones: care::civil::Zones::bundled(),
        zone: testkit::agency::zone(),
        server_name: SERVER_NAME.to_owned(),
        demo: true,
    }
}
