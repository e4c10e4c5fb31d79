//! The judge and the delivery service against commits that an honest device would never make. Built
//! on OpenMLS directly, because the device core refuses to make them.

mod agency_keys;
pub mod amendments;
mod commits;
mod foundings;
pub mod newcomers;
pub mod party;
mod policies;
mod proposals;
mod successions;
mod ways_in;
