//! The real parts, together: the store's contract on both engines, stories over real TLS websockets
//! with native devices, mails through real mail servers, the rules against hostile commits, golden vectors.
//! One test binary.

#[cfg(test)]
mod contract;
#[cfg(test)]
mod mails;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod vectors;
