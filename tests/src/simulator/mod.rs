//! The simulator (messaging.md, section 13): several people with several devices, and the real store,
//! in one thread and in virtual time. One server call happens at a time. At every place where a device
//! waits for the world, the dice decide whether the world fails: a request is lost before or after the
//! server did it, a connection breaks, a device dies before or after its disk took a step, the server
//! dies, somebody restores an old copy of a device.
//!
//! Everything follows from one number. A seed that failed is run again by
//! `cargo xtask simulate --from SEED --seeds 1` and fails in the same way.
//!
//! After every step the invariants are looked at ([`invariants`]); when the faults end, everybody must
//! come to the same place.

pub mod dice;
pub mod invariants;
pub mod phone;
pub mod wire;
pub mod world;

#[cfg(test)]
mod tests;

pub use world::{Failure, Report, run};
