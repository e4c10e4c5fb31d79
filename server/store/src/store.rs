//! Opening and closing. What could go wrong with a database in the wrong hands, under the wrong key or
//! with the wrong release is found here, before anything is changed.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::path::Path;
use std::sync::Arc;

use protocol::EntryId;

use crate::audit::{self, Audited, Keeper};
use crate::core::{Core, Live};
use crate::engine::Pools;
use crate::error::{Error, OpenError, Result};
use crate::group_commit::GroupCommit;
use crate::group_read::GroupRead;
use crate::keys;
use crate::named_zones;
use crate::schema;
use crate::seal::{SENTINEL, Sealer};
use crate::settings::{Database, Settings};
use crate::tail::Tail;
use crate::tx::Tx;

const LOCK_FILE: &str = "carecircle.lock";
/// What the sentinel row holds, sealed.
pub(crate) const SENTINEL_TEXT: &[u8] = b"carecircle";

statements! {
    READ_SENTINEL = "SELECT id, sealed FROM sentinel";
    INSERT_SENTINEL = "INSERT INTO sentinel (id, one, sealed) VALUES ($1, 1, $2)";
}

/// What is true, and who looked. Cheap to clone: all clones are one store.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    core: Arc<Core>,
    group: GroupCommit,
    look: GroupRead,
    keeper: Keeper,
    watch: keys::Watch,
}

impl Store {
    /// Opens the store: takes the data directory's lock, connects, applies migrations, proves the root
    /// key against the sentinel row (writing it into a new database), and starts the group commit.
    pub async fn open(settings: Settings) -> Result<Self, OpenError> {
        let (Database::Sqlite { directory } | Database::Postgres { directory, .. }) =
            &settings.database;
        let checkpoints = directory.join(audit::CHECKPOINTS_FILE);
        let lock = lock_directory(directory)?;
        let pools = Pools::open(&settings.database).await?;
        pools
            .migrate()
            .await
            .map_err(|error| schema::cannot_migrate(&error))?;
        let core = Arc::new(Core {
            pools,
            sealer: Sealer::new(&settings.root_key),
            clock: settings.clock,
            chance: settings.chance,
            wake: settings.wake,
            zones: settings.zones,
            zone: settings.zone,
            server_name: settings.server_name,
            demo: settings.demo,
            live: Live::default(),
            tail: Tail::default(),
            audited: Audited::default(),
            checkpoints,
            _lock: lock,
        });
        let (opened, _) = core.write("open sentinel", &open_sentinel).await;
        match opened {
            Ok(Opened::Yes) => {}
            Ok(Opened::No) => return Err(OpenError::WrongKey),
            Ok(Opened::WithoutZones(zones)) => {
                return Err(OpenError::ZonesMissing {
                    zones: zones.join(", "),
                    release: core.zones.version().to_owned(),
                });
            }
            Err(error) => return Err(OpenError::Database(error.to_string())),
        }
        let keeper = Keeper::start(&core).await;
        let keeper = keeper.map_err(|error| OpenError::Database(error.to_string()))?;
        Ok(Self {
            inner: Arc::new(Inner {
                group: GroupCommit::start(Arc::clone(&core)),
                look: GroupRead::start(Arc::clone(&core)),
                watch: keys::Watch::start(&core),
                keeper,
                core,
            }),
        })
    }

    /// Ends the store for every clone: what the group commit has taken becomes durable and is
    /// answered, later calls are refused as [`protocol::Code::ShuttingDown`] or fail, connections
    /// close, and the data directory is free for another process once the last clone is dropped.
    pub async fn close(self) {
        self.inner.look.close().await;
        self.inner.group.close().await;
        self.inner.watch.close().await;
        self.inner.keeper.close(&self.inner.core).await;
        self.inner.core.pools.close().await;
    }

    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.inner.core
    }

    pub(crate) fn group(&self) -> &GroupCommit {
        &self.inner.group
    }

    pub(crate) fn keeper(&self) -> &Keeper {
        &self.inner.keeper
    }

    pub(crate) fn group_read(&self) -> &GroupRead {
        &self.inner.look
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

enum Opened {
    Yes,
    No,
    WithoutZones(Vec<String>),
}

#[derive(sqlx::FromRow)]
struct SentinelRow {
    id: uuid::Uuid,
    sealed: Vec<u8>,
}

/// Proves the root key; what a new database needs is made.
async fn open_sentinel(tx: &mut Tx) -> Result<Opened, Error> {
    if let Some(row) = tx.sql(READ_SENTINEL).maybe::<SentinelRow>().await? {
        match tx.core().sealer.open(SENTINEL, row.id, &row.sealed) {
            Ok(text) if *text == SENTINEL_TEXT => {}
            _ => return Ok(Opened::No),
        }
    } else {
        let id = EntryId::from_parts(tx.now(), tx.random()).uuid();
        let sealed = tx.seal(SENTINEL, id, SENTINEL_TEXT);
        tx.sql(INSERT_SENTINEL).bind(id).bind(sealed).run().await?;
    }
    let missing = named_zones::missing(tx).await?;
    if !missing.is_empty() {
        return Ok(Opened::WithoutZones(missing));
    }
    keys::open(tx).await?;
    audit::open_tree(tx).await?;
    Ok(Opened::Yes)
}

/// Makes the directory if it is missing, for its owner only, and takes its lock.
fn lock_directory(directory: &Path) -> Result<File, OpenError> {
    let trouble = |error: std::io::Error| OpenError::Directory {
        directory: directory.display().to_string(),
        reason: error.kind(),
    };
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    {
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    builder.create(directory).map_err(trouble)?;
    let file = options.open(directory.join(LOCK_FILE)).map_err(trouble)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(directory.display().to_string())),
        Err(TryLockError::Error(error)) => Err(trouble(error)),
    }
}
