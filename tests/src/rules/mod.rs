//! The judge and the delivery service against commits that an honest device would never make. Built
//! on OpenMLS directly, because the device core refuses to make them.

mod commits;
mod foundings;
mod party;
