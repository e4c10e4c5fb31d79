//! What a verifier says.

use std::fmt;

use serde::Serialize;

/// What was done to the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tampering {
    /// An entry is not the one that was kept.
    Changed,
    /// An entry is not there.
    Deleted,
    /// There is one too many.
    Inserted,
    /// Entries changed places.
    Reordered,
    /// The end is not there.
    Truncated,
    /// The tree is not the one that was signed, and its hashes were changed with it.
    Resigned,
}

/// The first leaf that is not what was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was done.
    pub tampering: Tampering,
    /// The leaf's index; the first that it can be, if `until` is given.
    pub leaf: u64,
    /// Behind the last leaf that it can be, where hashes were changed as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
    /// What stands there now: when and what, never who.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
}

/// What an export was found to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The log's name.
    pub origin: String,
    /// By which key it was checked.
    pub verifier_key: String,
    /// Whether that key came from the export itself, and so proves nothing about who made it.
    pub key_from_export: bool,
    /// Whether the whole log was in the export, or entries about one client.
    pub whole: bool,
    /// Entries that were read and hold.
    pub leaves: u64,
    /// Checkpoints that hold.
    pub checkpoints: u64,
    /// The first bad leaf, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding: Option<Finding>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let leaf = self.leaf;
        match (self.tampering, self.until) {
            (Tampering::Changed, _) => write!(f, "leaf {leaf} was changed")?,
            (Tampering::Deleted, _) => write!(f, "leaf {leaf} was deleted")?,
            (Tampering::Inserted, _) => write!(f, "at leaf {leaf} an entry was inserted")?,
            (Tampering::Reordered, _) => write!(f, "from leaf {leaf} on, entries changed places")?,
            (Tampering::Truncated, _) => write!(f, "leaf {leaf} and all after it were cut off")?,
            (Tampering::Resigned, until) => write!(
                f,
                "leaf {leaf} or one after it, before leaf {}, is not what was signed",
                until.unwrap_or(leaf)
            )?,
        }
        match &self.entry {
            Some(entry) => write!(f, " (there stands: {entry})"),
            None => Ok(()),
        }
    }
}
