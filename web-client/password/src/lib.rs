//! A person's password, as their device uses it: the client's side of OPAQUE (RFC 9807).
//!
//! The password never leaves the device. What leaves is a blinded point; what comes back lets the device,
//! and nobody else, compute what opens the envelope that was made with the same password. The suite is
//! ristretto255 with SHA-512, HKDF-SHA-512, HMAC-SHA-512 and 3DH.
//!
//! **Stretching** is done here, never at the server: Argon2id with the parameters of RFC 9106, section 4,
//! second choice (64 MiB, 3 passes, 4 lanes), a salt of zeros and 64 bytes of output as RFC 9807, section 7
//! has it. They stand in no record: another choice would be another kind of password.
//!
//! One place for both hosts, like the device core: no I/O, no clock, and chance is an argument. The browser
//! loads it as a module of its own (`password-wasm`) and only where a password is typed.
//!
//! ```text
//! register                          sign in
//! NewPassword::begin -> request     Showing::begin -> KE1
//! response -> finish -> record      KE2 -> finish -> KE3, or it was wrong
//! ```
#![deny(missing_docs)]

mod chosen;
mod suite;
#[cfg(feature = "testing")]
pub mod testing;

use opaque_ke::{
    ClientLogin, ClientLoginFinishParameters, ClientRegistration,
    ClientRegistrationFinishParameters, CredentialResponse, RegistrationResponse,
};
use protocol::http::OPAQUE_CONTEXT;

pub use chosen::{Password, Unfit};
pub use suite::{Chance, Stretched};
use suite::{Dice, Suite};

/// Why a password did not lead on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The name or the password is wrong, or this is not the account's device: nobody can tell which.
    #[error("the name or the password is wrong")]
    Wrong,
    /// What came is no message of the protocol.
    #[error("the server's answer is not one")]
    Strange,
}

/// A password under way into an account. `K` stretches: [`Stretched`] but in tests.
pub struct NewPassword<K: Stretching = Stretched> {
    password: Password,
    state: ClientRegistration<Suite<K>>,
}

/// A password under way to be shown.
pub struct Showing<K: Stretching = Stretched> {
    password: Password,
    state: ClientLogin<Suite<K>>,
}

/// What stretches a password.
pub trait Stretching: opaque_ke::ksf::Ksf {}
impl<K: opaque_ke::ksf::Ksf> Stretching for K {}

/// By what a device signs that it asks with this KE1: SHA-256 of it.
pub fn name_of(ke1: &[u8]) -> [u8; 32] {
    use sha2_10::Digest as _;
    sha2_10::Sha256::digest(ke1).into()
}

impl<K: Stretching> NewPassword<K> {
    /// Begins; the request for the server.
    pub fn begin(password: Password, chance: Chance<'_>) -> (Self, Vec<u8>) {
        let begun = ClientRegistration::start(&mut Dice(chance), password.bytes())
            .expect("a password shorter than 2^16 bytes has a point (its length is checked)");
        let request = begun.message.serialize().to_vec();
        let state = begun.state;
        (Self { password, state }, request)
    }

    /// What the server is to keep. Takes as long as stretching takes.
    pub fn finish(self, response: &[u8], chance: Chance<'_>) -> Result<Vec<u8>, Error> {
        let response = RegistrationResponse::deserialize(response).map_err(|_| Error::Strange)?;
        let parameters = ClientRegistrationFinishParameters::default();
        let (mut dice, password) = (Dice(chance), self.password.bytes());
        let made = self.state.finish(&mut dice, password, response, parameters);
        Ok(made
            .map_err(|_| Error::Strange)?
            .message
            .serialize()
            .to_vec())
    }
}

impl<K: Stretching> Showing<K> {
    /// Begins; KE1 for the server.
    pub fn begin(password: Password, chance: Chance<'_>) -> (Self, Vec<u8>) {
        let begun = ClientLogin::start(&mut Dice(chance), password.bytes())
            .expect("a password shorter than 2^16 bytes has a point (its length is checked)");
        let ke1 = begun.message.serialize().to_vec();
        let state = begun.state;
        (Self { password, state }, ke1)
    }

    /// KE3 for the server of this name, if the password was right and the server has its record. Takes as
    /// long as stretching takes.
    pub fn finish(
        self,
        ke2: &[u8],
        server_name: &str,
        chance: Chance<'_>,
    ) -> Result<Vec<u8>, Error> {
        let ke2 = CredentialResponse::deserialize(ke2).map_err(|_| Error::Strange)?;
        let context = [OPAQUE_CONTEXT, server_name.as_bytes()].concat();
        let parameters = ClientLoginFinishParameters {
            context: Some(&context),
            ..ClientLoginFinishParameters::default()
        };
        let (mut dice, password) = (Dice(chance), self.password.bytes());
        let shown = self.state.finish(&mut dice, password, ke2, parameters);
        Ok(shown
            .map_err(|_| Error::Wrong)?
            .message
            .serialize()
            .to_vec())
    }
}
