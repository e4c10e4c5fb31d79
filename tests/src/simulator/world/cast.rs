//! Who is in a world, and how their circle began: nothing goes wrong yet. That takes as long as many steps of
//! a life, so there are a few casts, each made when a seed first needs it, and every seed begins with a
//! copy of one.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result};
use device::simulated;
use protocol::{CircleId, ConsentId, Timestamp};
use tempfile::TempDir;
use testkit::Person;
use tokio::runtime::Runtime;

use super::super::phone::Phone;
use super::people::People;
use super::server::Overheard;
use super::{Plan, World};

/// So many beginnings. A seed has the one of its remainder; four divides it, for the casts without history.
const CASTS: u64 = 24;
/// What casts are made from is no seed's.
const NO_SEED: u64 = 1 << 63;

/// The beginnings that were made so far, for every thread.
#[derive(Debug, Default)]
pub struct Casts {
    made: Mutex<BTreeMap<u64, Arc<Cast>>>,
}

impl Casts {
    /// The one of a seed. Its files are beside `directory`.
    pub(super) fn of(&self, runtime: &Runtime, directory: &Path, seed: u64) -> Result<Arc<Cast>> {
        let number = seed % CASTS;
        let made = || self.made.lock().expect("nobody panics with it");
        if let Some(cast) = made().get(&number) {
            return Ok(Arc::clone(cast));
        }
        // Two threads may make it at the same time: both make the same.
        let cast = Cast::make(runtime, directory, NO_SEED + number)?;
        Ok(Arc::clone(made().entry(number).or_insert(Arc::new(cast))))
    }
}

/// A world at rest after everybody came, without its processes.
pub(super) struct Cast {
    files: TempDir,
    phones: Vec<Phone>,
    pub(super) people: People,
    pub(super) consents: Vec<(Person, ConsentId)>,
    pub(super) circle: CircleId,
    pub(super) now: Timestamp,
    pub(super) overheard: Arc<Overheard>,
    pub(super) used: simulated::Used,
}

impl std::fmt::Debug for Cast {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cast({} devices)", self.phones.len())
    }
}

impl Cast {
    fn make(runtime: &Runtime, beside: &Path, seed: u64) -> Result<Self> {
        let files = tempfile::tempdir_in(beside.parent().context("a directory in another")?)?;
        let plan = Plan {
            seed,
            steps: 0,
            tell: false,
        };
        device::chance::seed(seed);
        simulated::begin_with_keys(&simulated::Used::default());
        let made = World::empty(runtime, files.path(), plan).and_then(World::gather);
        device::chance::unseed();
        let mut world = made?;
        world.tree.close(runtime)?;
        runtime.block_on(world.store()?.close());
        for phone in &mut world.phones {
            phone.die();
        }
        Ok(Self {
            now: world.now(),
            phones: world.phones,
            people: world.people,
            consents: world.consents,
            circle: world.circle,
            overheard: world.overheard,
            used: simulated::keys_used(),
            files,
        })
    }

    /// The server's files, as they were when its process ended.
    pub(super) fn copy_files(&self, to: &Path) -> Result<()> {
        for file in std::fs::read_dir(self.files.path())? {
            let file = file?;
            std::fs::copy(file.path(), to.join(file.file_name()))?;
        }
        Ok(())
    }

    /// The devices, switched off.
    pub(super) fn phones(&self) -> Vec<Phone> {
        self.phones.iter().map(Phone::again).collect()
    }
}
