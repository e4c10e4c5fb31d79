//! A device without a screen: the native host of the device core.
//!
//! The core ([`device::Device`]) is a machine without I/O: `input -> (store delta, effects)`. The
//! browser has a worker for a host; this crate is the same thing for a terminal, a test, a load
//! generator or the agency's custodian. What is promised:
//!
//! * **Stored, then done.** A step's delta is one durable redb transaction ([`store`]); its effects
//!   follow only after that. If storing fails, the device is opened again from what is stored.
//! * **One writer.** A second process on the same data directory is refused with a sentence. A store
//!   that does not read is an error, never an empty device.
//! * **No trust by accident.** TLS 1.3 only, to one server that the data directory remembers.
//!
//! How the parts hang together:
//!
//! ```text
//! Headless ── command, items ──►  host (one thread)   ── orders ──►  network (one task)
//!    ▲                             Device + store                     websocket, HTTPS, timers
//!    └──── seen (events) ◄────────────┘   ▲                                   │
//!                                         └── opened, frame, answer, tick ◄───┘
//! ```
//!
//! The core computes and the store waits for the disk on a thread of their own, so that an async
//! runtime is never blocked by either. Every queue has a maximum.
//!
//! [`Headless`] is the whole of the interface; [`faults`] lets a test lose answers, cut connections and
//! kill the process at chosen places. The binary is `carecircle-device`.
#![deny(missing_docs)]

mod core;
mod error;
pub mod faults;
mod headless;
mod host;
mod http;
mod link;
mod network;
mod passwords;
mod seen;
mod server;
pub mod store;
#[cfg(test)]
mod tests;
mod timers;
mod tls;

pub use error::Error;
pub use headless::{Clock, Headless, Settings, system_clock};
pub use seen::{Events, Seen};
pub use server::ServerUrl;
pub use tls::Tls;
