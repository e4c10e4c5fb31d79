//! The end-to-end core: a device of a person, without a screen, a socket or a disk.
//!
//! [`Device`] is a machine: `input -> (store delta, outgoing, events)`. The host (the browser's worker,
//! the headless program, the simulator) hands in one [`Input`] at a time, stores the step's
//! [`Delta`](api::Delta) durably in one transaction, and only then carries out its effects: sends,
//! requests, news for people. Whatever crashes between two of these, the store holds a consistent
//! device, and what had not been answered is sent again as the same bytes.
//!
//! Inside, from the outside in:
//!
//! * [`api`]: the one typed union of inputs, commands, effects and events;
//! * `device`: dispatch; one input works on one draft of rows, and on error the draft is dropped;
//! * `enrol`, `online`, `roster`, `commits`, `inbox`, `log`, `outbox`: what each input leads to;
//! * `group`: MLS (OpenMLS) on the draft, every foreign change judged before it is merged;
//! * `content`: bodies, content keys, archive wraps;
//! * `state`, `rows`, `mls_store`, `vault`: rows, their draft, OpenMLS's storage on it, their sealing;
//! * `crypto`, `chance`: the functions of the one ciphersuite, and all randomness.
//!
//! Rules that tests hold (messaging.md, sections 4 and 6):
//!
//! * a commit, own or foreign, is applied only when the log reaches its seq; cursor + 1 is the only
//!   entry that may be applied;
//! * before a commit is sent, its *candidate* is stored: the merged group on a fork, its first message
//!   already encrypted. When the log shows the commit, the candidate is adopted, never merged again;
//! * the outbox holds plaintext (sealed) until `ok`; a refused message is encrypted anew, an
//!   unanswered one is sent again as the same bytes;
//! * an identity key is pinned when first seen and never silently replaced;
//! * a device that was in a circle is led only into a group that goes on from what it knew, and an archive
//!   era that is over never holds again: neither is the server's word.
#![deny(missing_docs)]

mod agency;
pub mod api;
mod ask;
mod backup;
#[cfg(not(feature = "simulated"))]
mod chance;
#[cfg(feature = "simulated")]
pub mod chance;
mod commits;
mod content;
mod crypto;
mod device;
mod devices;
mod earlier;
mod enrol;
mod enrolment;
mod ephemerals;
mod eras;
mod error;
mod founding;
mod group;
mod history;
mod identity;
mod inbox;
mod intake;
#[cfg(test)]
mod invented;
mod invited;
mod known;
mod link;
mod log;
mod mls_store;
mod online;
mod outbox;
mod provider;
mod recovery;
mod renewal;
mod returns;
mod roster;
mod rows;
mod sealed;
mod sealing;
mod sharing;
mod state;
mod succession;
#[cfg(feature = "testing")]
pub mod testing;
mod turn;
mod vault;
mod verification;
mod view;
mod volatile;

#[cfg(feature = "simulated")]
pub mod simulated;

pub use api::Input;
pub use device::Device;
pub use error::{Error, Result};
