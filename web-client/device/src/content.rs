//! What travels inside a message: a body encrypted once under a fresh content key CK, the MLS message
//! that carries CK and the body's hash, and the archive wrap of CK under the era key.
//!
//! ```text
//! body = ChaCha20-Poly1305(CK, padded CBOR{sender device, circle, message, epoch, text, …})
//! mls  = MLS application message of CBOR{message, CK, SHA-256(body)}
//! wrap = nonce || XChaCha20-Poly1305(K_era, CK || message || SHA-256(body))
//! ```
//!
//! CK encrypts exactly one body, so its nonce is zero. Bodies are padded to a multiple of
//! [`limits::MLS_PADDING_BYTES`], as MLS pads its own.

use chacha20poly1305::aead::{Aead, KeyInit, Payload as AeadPayload};
use chacha20poly1305::{ChaCha20Poly1305, Nonce, XChaCha20Poly1305, XNonce};
use minicbor::{Decode, Encode};
use protocol::{AccountId, Bytes, CircleId, DeviceId, MessageId, Timestamp, limits};
use sha2::{Digest, Sha256};

use crate::chance;
use crate::sharing::Share;

/// What an MLS application message carries.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Payload {
    /// The key of the archive era that holds from here on: the first message of an epoch.
    #[n(0)]
    Era(#[n(0)] Era),
    /// The key to a body.
    #[n(1)]
    Key(#[n(0)] BodyKey),
    /// The same as [`Payload::Era`], with earlier eras' keys for members whose new identity key a case
    /// manager vouched for.
    #[n(2)]
    Shared(#[n(0)] Era, #[n(1)] Vec<Share>),
    /// The first message of an epoch in a circle that keeps no history: there is no key to hand on.
    #[n(3)]
    NoEra,
}

/// An archive era's key.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Era {
    /// The era's number in its circle and generation.
    #[n(0)]
    pub era: u32,
    /// 32 bytes.
    #[n(1)]
    pub key: [u8; 32],
}

/// The key to one body.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct BodyKey {
    /// The message.
    #[n(0)]
    pub message: MessageId,
    /// CK, 32 bytes.
    #[n(1)]
    pub key: [u8; 32],
    /// SHA-256 of the encrypted body.
    #[n(2)]
    pub hash: [u8; 32],
}

/// What a body says.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Body {
    /// Must be the device that MLS authenticates.
    #[n(0)]
    pub device: DeviceId,
    /// Must be the circle of the log.
    #[n(1)]
    pub circle: CircleId,
    /// Must be the message that the key names.
    #[n(2)]
    pub message: MessageId,
    /// Must be the epoch of the MLS message.
    #[n(3)]
    pub epoch: u64,
    /// When the sender says it was written.
    #[n(4)]
    pub written_at: Timestamp,
    /// The text.
    #[n(5)]
    pub text: String,
    /// Whose device it is, for those who read it later and no longer find the device in the group.
    /// Must be the account that MLS authenticates.
    #[n(6)]
    pub account: Option<AccountId>,
}

impl std::fmt::Debug for Era {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Era({})", self.era)
    }
}

impl std::fmt::Debug for BodyKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BodyKey({})", self.message)
    }
}

/// Why a message could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable(pub &'static str);

/// Encrypts a body under a fresh key.
pub fn seal_body(body: &Body) -> (BodyKey, Bytes) {
    let key: [u8; 32] = chance::bytes();
    let sealed = ChaCha20Poly1305::new(&key.into())
        .encrypt(
            &Nonce::default(),
            pad(protocol::frame::to_vec(body)).as_slice(),
        )
        .expect("a body is far below the cipher's limit");
    let hash = Sha256::digest(&sealed).into();
    (
        BodyKey {
            message: body.message,
            key,
            hash,
        },
        sealed.into(),
    )
}

/// Opens a body with the key that MLS delivered.
pub fn open_body(key: &BodyKey, sealed: &[u8]) -> Result<Body, Unreadable> {
    if Sha256::digest(sealed).as_slice() != key.hash {
        return Err(Unreadable("body_hash"));
    }
    let padded = ChaCha20Poly1305::new(&key.key.into())
        .decrypt(&Nonce::default(), sealed)
        .map_err(|_| Unreadable("body_sealed"))?;
    let body: Body = minicbor::decode(unpad(&padded).ok_or(Unreadable("body_padding"))?)
        .map_err(|_| Unreadable("body_malformed"))?;
    if body.message == key.message {
        Ok(body)
    } else {
        Err(Unreadable("body_of_another_message"))
    }
}

/// The content key for the archive.
pub fn wrap(era: &Era, key: &BodyKey) -> Bytes {
    let nonce: [u8; 24] = chance::bytes();
    let sealed = XChaCha20Poly1305::new(&era.key.into())
        .encrypt(
            &XNonce::from(nonce),
            AeadPayload {
                msg: &wrap_content(key),
                aad: b"",
            },
        )
        .expect("a wrap is 80 bytes");
    [nonce.as_slice(), &sealed].concat().into()
}

/// Whether a wrap opens to the same content key: what the sender archived is what it sent.
pub fn wrap_matches(era: &Era, key: &BodyKey, wrap: &[u8]) -> bool {
    unwrap(era, wrap).is_some_and(|archived| archived == *key)
}

/// The content key in a wrap.
pub fn unwrap(era: &Era, wrap: &[u8]) -> Option<BodyKey> {
    let (nonce, sealed) = wrap.split_first_chunk::<24>()?;
    let content = XChaCha20Poly1305::new(&era.key.into())
        .decrypt(&XNonce::from(*nonce), sealed)
        .ok()?;
    let (key, rest) = content.split_first_chunk::<32>()?;
    let (message, hash) = rest.split_first_chunk::<16>()?;
    Some(BodyKey {
        message: MessageId::from_bytes(*message),
        key: *key,
        hash: hash.try_into().ok()?,
    })
}

fn wrap_content(key: &BodyKey) -> Vec<u8> {
    [key.key.as_slice(), key.message.as_bytes(), &key.hash].concat()
}

/// `length (u32, big-endian) || content || zeros`, a multiple of the padding.
fn pad(content: Vec<u8>) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("a body is below 64 KiB");
    let mut padded = length.to_be_bytes().to_vec();
    padded.extend(content);
    padded.resize(padded.len().next_multiple_of(limits::MLS_PADDING_BYTES), 0);
    padded
}

fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let (length, rest) = padded.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    rest.get(..length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> Body {
        Body {
            device: DeviceId::from_bytes([1; 16]),
            circle: CircleId::from_bytes([2; 16]),
            message: MessageId::from_bytes([3; 16]),
            epoch: 4,
            written_at: Timestamp::from_micros(5),
            text: text.to_owned(),
            account: None,
        }
    }

    #[test]
    fn a_body_opens_with_its_key_and_no_other() {
        let (key, sealed) = seal_body(&body("hello"));
        assert_eq!(open_body(&key, &sealed).unwrap().text, "hello");
        let (other, _) = seal_body(&body("hello"));
        assert_eq!(open_body(&other, &sealed), Err(Unreadable("body_hash")));
        let wrong = BodyKey {
            key: other.key,
            ..key
        };
        assert_eq!(open_body(&wrong, &sealed), Err(Unreadable("body_sealed")));
    }

    #[test]
    fn length_shows_only_in_steps_of_the_padding() {
        let (_, one) = seal_body(&body("a"));
        let (_, two) = seal_body(&body("a longer text, still in the same step"));
        assert_eq!(one.len(), two.len());
    }

    #[test]
    fn a_wrap_answers_for_exactly_one_key() {
        let era = Era {
            era: 0,
            key: [9; 32],
        };
        let (key, _) = seal_body(&body("hello"));
        let (other, _) = seal_body(&body("hello"));
        let wrapped = wrap(&era, &key);
        assert!(wrap_matches(&era, &key, &wrapped));
        assert!(!wrap_matches(&era, &other, &wrapped));
        assert!(!wrap_matches(
            &Era {
                key: [8; 32],
                ..era
            },
            &key,
            &wrapped
        ));
    }

    #[test]
    fn the_largest_text_fits_into_the_body_limit() {
        let (_, sealed) = seal_body(&body(&"x".repeat(limits::TEXT_BYTES_MAX)));
        assert!(sealed.len() <= limits::BODY_BYTES_MAX);
    }
}
