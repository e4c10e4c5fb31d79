//! What tests stand on: a whole server in this process, and time and chance in the test's hands.
//!
//! ```no_run
//! # use carecircle_testkit as testkit;
//! # async fn story() -> anyhow::Result<()> {
//! use testkit::{Down, Engine, TestServer};
//!
//! let mut server = TestServer::start(Engine::Sqlite).await?;
//! let maria = server.agency().maria;
//! let link = server.link(maria).await?; // https://localhost:PORT/#/link/…
//! server.clock().advance(72 * 3_600);
//! server.restart(Down::AtOnce).await?; // same data, same port
//! # let _ = link;
//! # Ok(())
//! # }
//! ```
//!
//! * [`TestServer`]: TLS, HTTP, websockets, store and database are the real ones; only the web client
//!   is one empty page. A server has a temporary directory and, on PostgreSQL, a database of its own.
//! * [`FakeClock`] stands still until it is moved, [`SeededChance`] repeats.
//! * [`agency`]: the four invented people of every story; [`story`]: what they can do. [`zones`]: releases of the
//!   zone database, between which laws changed.
//!
//! Nothing here sleeps: tests wait for events, with a deadline.

pub mod agency;
mod certificate;
mod chance;
mod clock;
mod database;
mod server;
pub mod story;
pub mod zones;

pub use agency::{Agency, Person};
pub use certificate::Certificate;
pub use chance::SeededChance;
pub use clock::FakeClock;
pub use database::{Copy, Engine, POSTGRES, TestDatabase};
pub use server::{Down, Options, TestServer};
pub use story::{Off, Phone, Story};
