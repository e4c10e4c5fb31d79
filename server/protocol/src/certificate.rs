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

/// "From now on this is the agency's key", signed by the agency key that it replaces.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AgencySuccession {
    /// The key that signs this: Ed25519 public key, 32 bytes. Named, so that a list of these can be verified
    /// by whoever knows none of its keys, and everybody finds the same fault in it.
    #[n(0)]
    pub before: Bytes,
    /// The key that takes its place: Ed25519 public key, 32 bytes.
    #[n(1)]
    pub key: Bytes,
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
    /// How the agency keys led to the one that signs this, oldest first: each an encoded [`Signed`]
    /// [`AgencySuccession`], at most [`crate::limits::AGENCY_SUCCESSIONS_MAX`]. Nothing is written where there
    /// are none, as before agency keys could be replaced.
    #[n(3)]
    #[cbor(skip_if = "Vec::is_empty")]
    pub successions: Vec<Bytes>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removal_key_from_before_there_were_successions_reads_and_is_written_as_then() {
        let key = RemovalKey {
            key: [7; 32].into(),
            not_before: Timestamp::from_micros(1),
            not_after: Timestamp::from_micros(2),
            successions: Vec::new(),
        };
        let then = [
            &[0xa3, 0x00, 0x58, 0x20][..],
            &[7; 32],
            &[0x01, 0x01, 0x02, 0x02],
        ]
        .concat();
        assert_eq!(crate::frame::to_vec(&key), then);
        assert_eq!(minicbor::decode::<RemovalKey>(&then).unwrap(), key);
        let later = RemovalKey {
            successions: vec![vec![9; 3].into()],
            ..key
        };
        let bytes = crate::frame::to_vec(&later);
        assert_eq!(minicbor::decode::<RemovalKey>(&bytes).unwrap(), later);
    }
}
