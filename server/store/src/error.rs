//! What can go wrong: a refusal that the caller is told, a server that is too busy, or a defect that
//! the caller is told nothing about.

use protocol::{Code, Refusal};

/// The answer of a verb that did nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The rules, the caller's input or the state of things forbid it. Safe to show.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The writer's queue is full, the disk is full, or others were faster too often. The same request
    /// may be sent again.
    #[error("the store cannot take more now")]
    Busy,
    /// Sealed under a key that this process has not read yet: another one made it. Read again and tried
    /// again before anybody is told.
    #[error("the store has not read a seal key yet")]
    UnknownKey,
    /// Something broke. The sentence is for the server's log and holds no personal data.
    #[error("the store broke: {0}")]
    Broken(Broken),
}

/// What the store's verbs answer with.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A defect, in words for the server's log: what was being done and the engine's error code or kind.
/// Never a value that was bound or read.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Broken(pub(crate) String);

impl Error {
    /// What the caller is told: a refusal as it is, [`Code::Busy`], or [`Code::Internal`] alone.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Refused(refusal) => refusal.clone(),
            Self::Busy => Refusal::new(Code::Busy, "too much to do; try again in a moment"),
            Self::UnknownKey | Self::Broken(_) => {
                Refusal::new(Code::Internal, "something broke on the server's side")
            }
        }
    }

    pub(crate) fn broken(what: impl Into<String>) -> Self {
        Self::Broken(Broken(what.into()))
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self::Refused(code.into())
    }
}

/// Why a store could not be opened, in a sentence that tells the operator what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process owns the data directory.
    #[error(
        "the data directory {0} is in use by another carecircle process; stop it first, or start this one with another directory"
    )]
    InUse(String),
    /// The directory cannot be made or locked.
    #[error("the data directory {directory} cannot be used: {reason}")]
    Directory {
        /// The directory.
        directory: String,
        /// What the operating system says.
        reason: std::io::ErrorKind,
    },
    /// The root key is not the one that sealed this database.
    #[error(
        "the root key does not open this database: it was sealed under another key; start with the key file that belongs to it (nothing was changed)"
    )]
    WrongKey,
    /// The zone database does not name zones that people chose or in which they are booked.
    #[error(
        "release {release} of the zone database does not name {zones}, which this database needs; start with a release that does (nothing was changed)"
    )]
    ZonesMissing {
        /// The zones, in one line.
        zones: String,
        /// The release.
        release: String,
    },
    /// A `SQLite` library with a known corruption of its write-ahead log.
    #[error(
        "the SQLite library is {found}, but at least {needed} is needed: older ones can corrupt the write-ahead log"
    )]
    SqliteTooOld {
        /// What is linked.
        found: String,
        /// What is needed.
        needed: &'static str,
    },
    /// The database was written by a newer release.
    #[error(
        "the database has schema version {0}, which this release does not know; start the newer release that wrote it (nothing was changed)"
    )]
    SchemaUnknown(i64),
    /// A migration that was applied is not the one in this release.
    #[error(
        "migration {0} in the database differs from the one in this release; the database was made by another build (nothing was changed)"
    )]
    SchemaDiffers(i64),
    /// The database cannot be reached or does not answer.
    #[error("the database cannot be opened: {0}")]
    Database(String),
}
