//! What a store needs to be opened.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::wake::Wake;

/// Everything a store needs.
pub struct Settings {
    /// Where the data is.
    pub database: Database,
    /// Opens what is sealed. Comes from outside the data directory.
    pub root_key: RootKey,
    /// Tells the time.
    pub clock: Arc<dyn care::Clock>,
    /// Randomness for ids, secrets and nonces.
    pub chance: Arc<dyn care::Chance>,
    /// The zone database by which civil times are read.
    pub zones: care::civil::Zones,
    /// The agency's zone: of people who never chose one.
    pub zone: care::civil::Zone,
    /// Told after each COMMIT what to look at again.
    pub wake: Arc<dyn Wake>,
    /// The host (and port, unless 443) that devices sign in `hello` and when they renew a session.
    pub server_name: String,
    /// Lets a device renew its session by its signature alone. Never in production.
    pub demo: bool,
}

/// Where the data is.
#[derive(Debug, Clone)]
pub enum Database {
    /// One file in a directory of its own: the default.
    Sqlite {
        /// The data directory; made if missing.
        directory: PathBuf,
    },
    /// A `PostgreSQL` database.
    Postgres {
        /// `postgres://user@host/database`.
        url: String,
        /// The data directory, for the lock.
        directory: PathBuf,
    },
}

/// The key from which every sealing key is derived: 32 bytes, wiped when dropped, masked in `Debug`.
#[derive(Clone)]
pub struct RootKey(Zeroizing<[u8; 32]>);

impl RootKey {
    /// From 32 random bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RootKey(masked)")
    }
}
