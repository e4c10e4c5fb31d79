//! Certificates that people and the agency sign. Encoding only; `judge` verifies.
//!
//! A certificate travels as `{content, signature}` where `content` is the encoded body, kept byte for
//! byte, so that nobody has to re-encode something in order to check its signature.

use minicbor::{Decode, Encode};

use crate::{AccountId, Bytes, DeviceId, Timestamp};

/// An encoded body with the Ed25519 signature over `label || SHA-256(content)`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Signed {
    /// The body, CBOR.
    #[n(0)]
    pub content: Bytes,
    /// 64 bytes.
    #[n(1)]
    pub signature: Bytes,
}

/// "This device key belongs to this account", signed by the account identity key (AIK).
/// Its [`Signed`] bytes are the identity in the MLS `BasicCredential`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DeviceCert {
    /// The account whose identity key signs.
    #[n(0)]
    pub account: AccountId,
    /// The device.
    #[n(1)]
    pub device: DeviceId,
    /// The device signing key (DSK): Ed25519 public key, 32 bytes; also the MLS leaf signature key.
    #[n(2)]
    pub dsk: Bytes,
    /// When the device says it was made.
    #[n(3)]
    pub issued_at: Timestamp,
    /// At most [`crate::limits::CERTIFICATE_S_MAX`] after `issued_at`.
    #[n(4)]
    pub not_after: Timestamp,
    /// X25519 public key, 32 bytes: what others seal to this device alone (the vault's key, era keys).
    #[n(5)]
    pub seal_key: Bytes,
}

/// "From now on this is my identity key", signed by the identity key that it replaces: after a device
/// was stolen. Marks of verification do not pass over.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Succession {
    /// The account.
    #[n(0)]
    pub account: AccountId,
    /// The new account identity key: Ed25519 public key, 32 bytes.
    #[n(1)]
    pub aik: Bytes,
    /// When.
    #[n(2)]
    pub at: Timestamp,
}

/// "The server may propose removals with this key", signed by the agency key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RemovalKey {
    /// Ed25519 public key, 32 bytes.
    #[n(0)]
    pub key: Bytes,
    /// Valid from.
    #[n(1)]
    pub not_before: Timestamp,
    /// Valid until.
    #[n(2)]
    pub not_after: Timestamp,
}
