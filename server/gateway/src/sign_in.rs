//! The ceremonies of signing in. What a browser shows is checked here, without a look at the database;
//! what follows from it the store decides.

pub mod codes;
mod passkeys;
mod passwords;

pub use passkeys::Passkeys;
pub use passwords::{Passwords, read_first};
