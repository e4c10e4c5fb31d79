//! What is said over the socket: a line asks, a line answers. Both ends are the same binary, so a word that this one
//! does not know is refused and not guessed at.

use std::path::PathBuf;

use protocol::PersonId;
use protocol::http::{AskAudit, AuditPage, ClockJump};
use serde::{Deserialize, Serialize};
use store::{AgencyRotation, Erasure, KeyCard, Progress};

/// What can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Request {
    /// Move the scheduler's clock so many seconds forward.
    Clock {
        /// Seconds; 0 only reads it.
        forward_s: u32,
    },
    /// Say that the clock is right as it is.
    ClockConfirm,
    /// Ask the audit log.
    AuditQuery(AskAudit),
    /// List the keys that seal.
    KeysList,
    /// Seal everything anew under a new key; progress comes down the socket, as lines of JSON.
    KeysRotate {
        /// Clients get new keys of their own too.
        clients: bool,
    },
    /// Destroy a retained key.
    KeysRevoke {
        /// Its name.
        key: String,
    },
    /// Erase a client.
    KeysShredClient {
        /// Whom.
        client: PersonId,
    },
    /// Make another removal key.
    KeysRotateRemoval,
    /// Begin with another agency key, or end with it.
    KeysRotateAgency,
    /// Put another root key in the place of the present one.
    KeysRewrap {
        /// Its file, from the root of the file system.
        new_root_key: PathBuf,
    },
    /// Write the audit log down the socket, as lines of JSON.
    AuditExport {
        /// Only what concerns this client.
        client: Option<PersonId>,
    },
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Reply {
    /// The scheduler's time now.
    Clock {
        /// Microseconds since 1970-01-01T00:00:00Z.
        now: i64,
    },
    /// It is taken to be right.
    ClockConfirmed {
        /// How it had jumped; absent if it had not.
        jump: Option<ClockJump>,
    },
    /// A page of the audit log.
    AuditPage(AuditPage),
    /// The keys that seal, newest first.
    Keys(Vec<KeyCard>),
    /// A rotation goes on.
    KeysRotating(Progress),
    /// A client is erased.
    Erased(Erasure),
    /// How far another agency key has come.
    AgencyKey(AgencyRotation),
    /// It is done.
    Done,
    /// It could not be done.
    Refused {
        /// Why.
        detail: String,
    },
}

pub(super) fn refused(error: &store::Error) -> Reply {
    Reply::Refused {
        detail: error.refusal().to_string(),
    }
}
