//! The ceremonies of signing in. What a browser shows is checked here, without a look at the database;
//! what follows from it the store decides.

mod passkeys;

pub use passkeys::Passkeys;
