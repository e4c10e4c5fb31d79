//! The endpoints, one noun a file. A handler translates: it reads the request, asks the store one
//! thing and writes the answer down. What may happen is decided elsewhere.

pub mod appointments;
pub mod assignments;
pub mod audit;
pub mod authenticators;
pub mod body;
pub mod booking_links;
pub mod calendar_feeds;
pub mod circles;
pub mod closures;
pub mod codes;
pub mod consents;
pub mod devices;
pub mod enrolments;
pub mod health;
pub mod holds;
pub mod hours;
pub mod intake;
pub mod invitations;
pub mod jobs;
pub mod key_packages;
pub mod outages;
pub mod passwords;
pub mod people;
pub mod representations;
pub mod resets;
pub mod series;
pub mod sessions;
pub mod sign_in;
pub mod socket;
pub mod staff;
pub mod tasks;
pub mod tickets;
pub mod transfers;
pub mod vaults;
pub mod visit_mails;
pub mod visit_types;

use crate::error::Problem;

/// What a handler answers.
pub type Answer<T> = Result<T, Problem>;
