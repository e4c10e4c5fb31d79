//! What is true, and who looked.
//!
//! The only crate that knows a database: SQLite in one directory, or PostgreSQL. Everything above it
//! sees [`Store`] and its verbs; nothing above it sees SQL, a connection, or a sealed byte.
//!
//! Three promises, and where they are kept:
//!
//! 1. **Asked and seen.** Every verb takes a [`care::Caller`], loads how they stand (`standing`), asks
//!    `care::rules`, acts, and audits (`audit`), all in one transaction. No permit, no entry; no entry,
//!    no act. A refusal is audited too.
//! 2. **Durable, then told.** An answer leaves after COMMIT. What a transaction woke ([`Wake`]) is told
//!    after COMMIT. Messages of everybody share one COMMIT (`group_commit`, `batch`, `append`).
//! 3. **Sealed.** Names, titles, notes, relationships and the agency's keys are encrypted for their row
//!    and column before they reach a page of the database (`seal`). A wrong root key opens nothing, and
//!    the store refuses to start with it.
//!
//! One message, in the order of the files: `append` (the verb queues it) → `group_commit` (one task
//! drains the queue into one transaction) → `batch` (locks the circles, loads everybody's facts at once)
//! → `append::decide` (each on its own: done before? rights? epoch? roster? counter? era? size?) → `log`
//! (all rows at once) → one audit entry for the batch → COMMIT → `tail` (the ends of the logs, in
//! memory) → wakes, then answers. Readers come by [`Store::log_after`] from their cursor, whether they
//! were woken, reconnected, or asked another process: `group_read` looks up the rights of all who wait,
//! and the rows come from the tail if it reaches back so far, else from the database.
//!
//! One reminder: `appointments` (book, change, reply: each holds the worker's resource, so that two
//! bookings wait for each other, and the claim's own constraint stands behind) → `deliveries`
//! (`replan`, in the same transaction: rows agree with what `care::reminders` wants) → `lease` (due
//! rows, decided again) → the scheduler sends → `settle`. What a mail's link opens is `links`.
//!
//! How it is built: `engine` is the one file that names two engines; `many` writes statements about
//! lists; `tx` makes transactions named,
//! retried and measured closures; `schema` holds the migrations; each noun has its file. SQL stands in
//! `statements!` constants, and a test prepares every one of them on both engines. The life of each
//! table is told in `server/DATA.md`.
#![deny(missing_docs)]

#[macro_use]
mod statements;

mod agency;
mod append;
mod appointments;
mod audit;
mod authenticators;
mod batch;
mod ceremonies;
mod circles;
mod claims;
mod commits;
mod consents;
mod core;
mod db;
mod deliveries;
mod departures;
mod devices;
mod engine;
mod enrolments;
mod ephemerals;
mod error;
mod foundings;
mod group_commit;
mod group_read;
mod hash;
mod history;
mod hours;
mod identities;
mod idle_devices;
mod inbox;
mod invitations;
mod key_packages;
mod keys;
mod links;
mod log;
mod many;
mod operations;
mod people;
mod planning;
mod preferences;
mod queue;
mod recoveries;
mod removals;
mod renewals;
mod resets;
mod roster;
mod rows;
mod schema;
mod seal;
mod sessions;
mod settings;
mod standing;
mod store;
mod tail;
mod tasks;
mod tickets;
mod token;
mod tx;
mod urgents;
mod vaults;
mod wake;

#[cfg(test)]
mod proof;

pub use agency::{Invitation, PersonAdded};
pub use appointments::list::Within;
pub use audit::verdict::{Finding, Tampering, Verdict};
pub use audit::verify::{Trust, Unreadable, verify_export};
pub use authenticators::{PasskeyFound, PasskeyShown, PasskeyWanted};
pub use ceremonies::CeremonyKind;
pub use deliveries::agenda::{DueJob, Worker};
pub use deliveries::due::{About, Due, Facts, Lease};
pub use deliveries::settle::{Note, What};
pub use error::{Broken, Error, OpenError, Result};
pub use hours::SlotSearch;
pub use keys::{KeyCard, Progress, Rotation};
pub use links::{LinkSecret, LinkView};
pub use settings::{Database, RootKey, Settings};
pub use store::Store;
pub use token::SessionToken;
pub use wake::{Topic, Wake};
