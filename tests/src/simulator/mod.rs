//! The simulator (messaging.md, section 13): several people with several devices, and the real store,
//! in one thread and in virtual time. One server call happens at a time. At every place where a device
//! waits for the world, the dice decide whether the world fails: a request is lost before or after the
//! server did it, or comes twice; a connection breaks; a device dies before or after its disk took a
//! step; the server stops or crashes and stays away for a while; somebody restores an old copy of a
//! device, or signs out and in again.
//!
//! Everything follows from one number. A seed that failed is run again by
//! `cargo xtask simulate --from SEED --seeds 1 --tell` and fails in the same way, telling what happened.
//!
//! # What must hold
//!
//! | | what | looked at |
//! |---|---|---|
//! | I1 | same generation and epoch, same epoch authenticator | after every step |
//! | I2 | a device that was taken out opens nothing that was accepted later: from the log, message by message, or from the archive | at the end |
//! | I3 | no accepted message is lost or shown twice | twice: after every step; lost: at the end |
//! | I4 | once faults stop, all come to the same place with nothing on the way | at the end |
//! | I5 | no AEAD key with one nonce twice, also after an old copy came back | after every step |
//! | I6 | no text of anybody's in anything that the server stored, a crashed server's files included | at the end |
//! | I7 | a server that plays any message it likes, alone or with whoever was taken out, makes no device merge an account that its group does not list ([`collusion`]) | at the end |
//! | I8 | the server's public tree and `GroupInfo` are those of mls-rs | at every epoch |
//! | I9 | history on a new device is history on the old one; what was said while none was kept, from where it first came in on, or it says that it missed it | at the end |
//! | – | no device stops: with an honest server there is no violation | after every step |
//!
//! One cast in four keeps no history at first, and the people of every cast switch it on and off.
//!
//! # What it catches
//!
//! One rule was broken at a time, and seeds 1 to 60 were run (November 2026):
//!
//! | the rule that was broken | caught by | seeds of 60 |
//! |---|---|---|
//! | a candidate keeps the secrets of the message it already encrypted | I3 | 59 |
//! | `ok` to a commit changes nothing: the log does | I3 | 2 |
//! | an era ends when people change, at the device and at the server | I2 | 53 |
//! | an old copy notices that it is one | I3 | 4 |
//! | a text is in nothing that leaves in the clear | I6, I3 | 60 |
//! | effects follow the store, they never precede it | I3 | 5 |
//! | an operation is done once | I3 | 1 |
//! | nothing is sent while a removal waits | I2, a device stops | 38 |
//! | a message is of the epoch that holds | I3 | 14 |
//! | who comes in by itself is of a listed account | I7 | 60 |
//! | the server proposes removals and nothing else | I7 | 55 |
//! | the next generation is judged by the one before | I7 | 50 |
//! | the `GroupInfo` handed out is the last commit's | I8 | 60 |
//!
//! Five were not caught in 60 seeds: that the cursor moves by one, that a removed account leaves the policy,
//! that the server compares send counters and eras (the first four have hostile scripts, judge tests and
//! contract cases of their own), and that a device waits for the era behind a commit, which a story on a
//! busy machine found.

pub mod collusion;
pub mod dice;
pub mod invariants;
pub mod phone;
pub mod puppet;
pub mod wire;
pub mod world;

#[cfg(test)]
mod tests;

pub use world::{Casts, Failure, Plan, Report, run};
