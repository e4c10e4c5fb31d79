//! What can go wrong on a headless device, each as a sentence that helps. Never personal data.

use std::path::PathBuf;
use std::time::Duration;

/// A failure of a headless device.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not an address of a server.
    #[error(
        "`{0}` is not the address of a server; it looks like https://host or https://host:port"
    )]
    Address(String),
    /// An authority's file that holds no certificate, or a system without any.
    #[error("{0}")]
    Authority(String),
    /// The data directory cannot be used.
    #[error("cannot use {path}: {detail}")]
    Data {
        /// Where.
        path: PathBuf,
        /// Why.
        detail: String,
    },
    /// Another process has the data directory.
    #[error("{0} is in use by another process: one device, one process")]
    InUse(PathBuf),
    /// The store is there, its key is not.
    #[error(
        "{0} is missing: without it nothing in the device's store can be read; put it back, or \
         start over with an empty data directory and a new sign-in link"
    )]
    KeyMissing(PathBuf),
    /// The key is there, the store is not, or is empty.
    #[error(
        "{0} is missing or empty though this device had one: put it back, or start over with an \
         empty data directory and a new sign-in link"
    )]
    StoreMissing(PathBuf),
    /// The data directory belongs to a device of another server.
    #[error("this data directory belongs to a device of {kept}, not of {asked}")]
    OtherServer {
        /// The server it belongs to.
        kept: String,
        /// The server that was asked for.
        asked: String,
    },
    /// Reading or writing the store failed; nothing of the step was done.
    #[error("the device's store failed: {0}")]
    Store(#[source] Box<redb::Error>),
    /// The core refused a command or could not carry it out. Nothing changed.
    #[error(transparent)]
    Device(#[from] device::Error),
    /// The server refused.
    #[error("{0}")]
    Refused(#[from] protocol::Refusal),
    /// The server did not answer, or not what it promises.
    #[error("the server could not be reached")]
    Unreachable,
    /// The password, or the name that goes with it, is wrong; or this is not the account's device.
    #[error(transparent)]
    Password(#[from] password::Error),
    /// Not a password to choose.
    #[error("this password cannot be chosen: {0}")]
    Unfit(#[from] password::Unfit),
    /// The device was stopped, or killed by a fault.
    #[error("the device has stopped")]
    Ended,
    /// What was waited for did not come.
    #[error("not within {waited:?}; seen instead: {seen}")]
    Deadline {
        /// How long was waited.
        waited: Duration,
        /// The kinds of the latest events, oldest first.
        seen: String,
    },
}

impl<E: Into<redb::Error>> From<StoreFailure<E>> for Error {
    fn from(StoreFailure(error): StoreFailure<E>) -> Self {
        Self::Store(Box::new(error.into()))
    }
}

/// Any of redb's errors on its way to [`Error::Store`].
pub(crate) struct StoreFailure<E>(pub E);
