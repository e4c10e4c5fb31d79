//! Why an input could not be handled. Nothing was changed: the draft was dropped.

use protocol::Code;

/// An input that failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store holds a row that does not open or read: another vault key, or a corrupt store.
    /// Never treated as "absent".
    #[error("the device's store does not read: {0}")]
    Store(&'static str),
    /// A circle's group does not load. The device comes back into it with new keys.
    #[error("a circle's group does not load: {0}")]
    Group(&'static str),
    /// The command makes no sense now.
    #[error("{detail}")]
    Refused {
        /// Stable.
        code: Code,
        /// A sentence.
        detail: &'static str,
    },
    /// OpenMLS refused an operation that should have worked on this device's own state.
    #[error("group operation failed: {0}")]
    Mls(String),
}

impl Error {
    /// The stable code for hosts.
    pub fn code(&self) -> Code {
        match self {
            Self::Refused { code, .. } => *code,
            Self::Store(_) | Self::Group(_) | Self::Mls(_) => Code::Internal,
        }
    }

    /// Wraps a library's error. In the browser its words are left out: all the texts of all the
    /// libraries' errors would be a good part of the download, and nobody reads them there.
    pub(crate) fn mls(error: impl std::fmt::Display) -> Self {
        if cfg!(target_arch = "wasm32") {
            Self::Mls(String::new())
        } else {
            Self::Mls(error.to_string())
        }
    }

    pub(crate) fn refused(code: Code, detail: &'static str) -> Self {
        Self::Refused { code, detail }
    }
}

/// The crate's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;
