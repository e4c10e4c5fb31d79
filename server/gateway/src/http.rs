//! The endpoints, one noun a file. A handler translates: it reads the request, asks the store one
//! thing and writes the answer down. What may happen is decided elsewhere.

pub mod appointments;
pub mod audit;
pub mod authenticators;
pub mod body;
pub mod circles;
pub mod consents;
pub mod devices;
pub mod enrolments;
pub mod health;
pub mod invitations;
pub mod key_packages;
pub mod people;
pub mod resets;
pub mod sessions;
pub mod sign_in;
pub mod socket;
pub mod tasks;
pub mod tickets;
pub mod vaults;

use crate::error::Problem;

/// What a handler answers.
pub type Answer<T> = Result<T, Problem>;
