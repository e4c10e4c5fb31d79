//! The real parts, together: the store's contract on both engines, stories over real TLS websockets
//! with native devices, mails through real mail servers, messages against other people's MLS, the rules
//! against hostile commits, devices against a hostile server, everybody against every right, golden
//! vectors. One test binary.

#[cfg(test)]
mod contract;
pub mod foreign;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod mails;
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod rules;
pub mod simulator;
pub mod sink;
pub mod socket;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod vectors;
