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
//!    and column before they reach a page of the database (`seal`), what is about a client under the
//!    client's own key (`client_keys`), which an erasure destroys (`erasures`). A wrong root key opens
//!    nothing, and the store refuses to start with it. `keys`, `rotation` and `root` put other keys in
//!    the place of present ones, `removal_keys` and `agency_rotation` those that sign.
//!
//! One message, in the order of the files: `append` (the verb queues it) → `group_commit` (one task
//! drains the queue into one transaction) → `batch` (locks the circles, loads everybody's facts at once)
//! → `append::decide` (each on its own: done before? rights? epoch? roster? counter? era? size?) → `log`
//! (all rows at once) → one audit entry for the batch → COMMIT → `tail` (the ends of the logs, in
//! memory) → wakes, then answers. Readers come by [`Store::log_after`] from their cursor, whether they
//! were woken, reconnected, or asked another process: `group_read` looks up the rights of all who wait,
//! and the rows come from the tail if it reaches back so far, else from the database.
//!
//! One reminder: `appointments` (book, change, reply: each holds the resources of its `team`, so that
//! two bookings wait for each other, and the claim's own constraint stands behind) → `deliveries`
//! (`replan`, in the same transaction: rows agree with what `care::reminders` wants) → `lease` (due
//! rows, decided again) → the scheduler sends → `settle`. What a mail's link opens is `links`.
//!
//! Nothing is leased while the clock of the server is in doubt: `clock_jumps`.
//! One mail about messages that wait: `deliveries::unread` (looks through the log for what nobody fetched, plans,
//! decides again at the lease) → as above. What stops them without signing in is `stop_links`.
//!
//! What comes back by mail: `postbox` (bounces, answers of calendars, plain answers; `return_tokens` says which mail
//! a bounce is about, `addresses` whose address a mail came from) → an automatic answer, which leaves as any other.
//!
//! Mails that one act has sent, and no plan: `single_mails` (an invitation's link, a booking link, an automatic answer, and by `no_shows`
//! the way to another visit for a client who did not come).
//!
//! A client who books without an account: `booking_links` (the link, `by_link` what its holder can do) → `holds`
//! (a time kept for ten minutes is a claim like any other) → `appointments::book`, as above.
//!
//! What a case manager is asked to see to: `tasks` (`tasks::owner` says whose each is by now, `serving` who serves a
//! client).
//!
//! What opens the rows that a browser has stored, the server's half of it: `device_shares`.
//!
//! What another program shows of a case manager's calendar, when they are busy and no more: `calendar_feeds`.
//!
//! How it is built: `engine` is the one file that names two engines; `many` writes statements about
//! lists; `tx` makes transactions named,
//! retried and measured closures; `schema` holds the migrations; each noun has its file. SQL stands in
//! `statements!` constants, and a test prepares every one of them on both engines. The life of each
//! table is told in `server/DATA.md`.
#![deny(missing_docs)]

#[macro_use]
mod statements;

mod address_links;
mod addresses;
mod agency;
mod agency_rotation;
mod append;
mod appointments;
mod assignments;
mod audit;
mod authenticators;
mod batch;
mod booking_links;
mod calendar_feeds;
mod caseloads;
mod ceremonies;
mod circles;
mod claims;
mod client_keys;
mod clock_jumps;
mod closures;
mod code_apps;
mod commits;
mod consents;
mod core;
mod db;
mod deliveries;
mod departures;
mod device_shares;
mod devices;
mod engine;
mod enrolments;
mod ephemerals;
mod erasures;
mod error;
mod foundings;
mod group_commit;
mod group_read;
mod hash;
mod history;
mod holds;
mod hours;
mod identities;
mod idle_devices;
mod inbox;
mod intake;
mod invitations;
mod jobs;
mod key_packages;
mod keys;
mod links;
mod log;
mod mailed_links;
mod many;
mod named_zones;
mod naming;
mod no_shows;
mod operations;
mod outages;
mod passwords;
mod people;
mod phones;
mod planning;
mod postbox;
mod preferences;
mod queue;
mod recoveries;
mod removal_keys;
mod removals;
mod renewals;
mod representations;
mod resets;
mod return_tokens;
mod root;
mod roster;
mod rotation;
mod rows;
mod schema;
mod seal;
mod series;
mod serving;
mod sessions;
mod settings;
mod single_mails;
mod staff;
mod standing;
mod stop_links;
mod store;
mod tail;
mod tasks;
mod tickets;
mod token;
mod transfers;
mod tx;
mod unanswered;
mod urgents;
mod vaults;
mod visit_types;
mod wake;

#[cfg(test)]
mod proof;

pub use address_links::AddressView;
pub use agency::{Invitation, PersonAdded};
pub use agency_rotation::AgencyRotation;
pub use appointments::list::Within;
pub use audit::verdict::{Finding, Tampering, Verdict};
pub use audit::verify::{Trust, Unreadable, verify_export};
pub use authenticators::{PasskeyFound, PasskeyShown, PasskeyWanted};
pub use booking_links::by_link::{BookedView, BookingView, BookingWish, HeldView, Offer};
pub use calendar_feeds::{Busy, FeedView};
pub use ceremonies::CeremonyKind;
pub use clock_jumps::{ClockBehind, ClockState};
pub use code_apps::CodeApp;
pub use deliveries::due::{About, Due, Facts, Lease, SeriesFacts};
pub use deliveries::settle::{Note, What};
pub use erasures::Erasure;
pub use error::{Broken, Error, OpenError, Result};
pub use holds::staff::HoldWish;
pub use hours::SlotSearch;
pub use jobs::run::{AgencyJob, JobEnd, JobLease, JobStep};
pub use jobs::workers::{DueJob, Worker};
pub use keys::KeyCard;
pub use links::{LinkReader, LinkSecret, LinkView};
pub use outages::SchedulerHealth;
pub use passwords::{PasswordKnown, PasswordLooked};
pub use postbox::{ArrivedAt, ArrivedContent, ArrivedMail, CalendarAnswer, Taken};
pub use return_tokens::Sending;
pub use rotation::{Progress, Rotation};
pub use settings::{Database, RootKey, Settings};
pub use single_mails::{DueSingleMail, SingleMail};
pub use stop_links::StopView;
pub use store::Store;
pub use token::SessionToken;
pub use wake::{Topic, Wake};
