//! Doors for tests: what is inside, driven by vectors and measured. Behind the feature `testing`, which
//! nothing that ships enables (`cargo xtask check layers`).

pub mod passive;
#[cfg(feature = "simulated")]
pub mod replay;

pub use crate::crypto::Crypto;

/// The X25519 public key of a private one, as HPKE makes it.
pub fn public_key(private: &[u8; 32]) -> [u8; 32] {
    use hpke::kem::{Kem, X25519HkdfSha256 as HpkeKem};
    use hpke::{Deserializable as _, Serializable as _};
    let private = <HpkeKem as Kem>::PrivateKey::from_bytes(private).expect("32 bytes");
    HpkeKem::sk_to_pk(&private).to_bytes().into()
}
