//! Sealing at rest: what may identify a person, and every secret key, is encrypted before it reaches
//! the database, and opens only in the row and column for which it was sealed.
//!
//! ```text
//! sealed = magic 1 | suite 1 | key_id 4 | nonce 24 | ciphertext | tag 16
//! AAD    = "cc/1|" table "|" column "|" row id (16) "|" key_id (4) "|" schema (u32, big-endian)
//! ```
//! XChaCha20-Poly1305; the key of a purpose is HKDF-SHA-256(root key, info = purpose). The key id names
//! the root key, so that a value sealed under another one is told apart from a damaged one. Table and
//! column hold no `|` and the rest has fixed length: no two places share an AAD.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::settings::RootKey;

mod agency_keys;

pub(crate) use agency_keys::{AgencyKeys, open_removal_key};

const MAGIC: u8 = 0xcc;
/// XChaCha20-Poly1305 under a purpose key by HKDF-SHA-256. A reader accepts the listed suites only.
const SUITE: u8 = 1;
/// The layout of what is inside; part of the AAD.
const SCHEMA: u32 = 1;
const NONCE: usize = 24;
const HEAD: usize = 1 + 1 + 4 + NONCE;

/// What a key is for. A leaked purpose key opens nothing of another purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// Names and relationships.
    People,
    /// Titles.
    Circles,
    /// Evidence of consents.
    Consents,
    /// Mail addresses.
    Addresses,
    /// Meeting links.
    Appointments,
    /// Secrets of links in mails, and what an enrolment's link yields.
    Links,
    /// The agency's signing keys.
    AgencyKeys,
    /// Values beside the audit log.
    Audit,
    /// Passkeys' public keys, OPAQUE records, TOTP secrets, and ceremonies under way.
    Authenticators,
    /// The proof at start that the root key is the right one.
    Sentinel,
}

const PURPOSES: [(Purpose, &[u8]); 10] = [
    (Purpose::People, b"carecircle/seal/people/v1"),
    (Purpose::Circles, b"carecircle/seal/circles/v1"),
    (Purpose::Consents, b"carecircle/seal/consents/v1"),
    (Purpose::Addresses, b"carecircle/seal/addresses/v1"),
    (Purpose::Appointments, b"carecircle/seal/appointments/v1"),
    (Purpose::Links, b"carecircle/seal/links/v1"),
    (Purpose::AgencyKeys, b"carecircle/seal/agency-keys/v1"),
    (Purpose::Audit, b"carecircle/seal/audit/v1"),
    (
        Purpose::Authenticators,
        b"carecircle/seal/authenticators/v1",
    ),
    (Purpose::Sentinel, b"carecircle/seal/sentinel/v1"),
];
const KEY_ID: &[u8] = b"carecircle/seal/key-id/v1";
/// The key under which a link's secret is looked up: a stolen database opens no link.
const LINK_HASH: &[u8] = b"carecircle/hash/links/v1";

/// A sealed column: half of the address of a sealed value; the row's id is the other half.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    purpose: Purpose,
    table: &'static str,
    name: &'static str,
}

macro_rules! columns {
    ($($constant:ident = $purpose:ident, $table:literal, $name:literal;)+) => {
        $(pub(crate) const $constant: Column =
            Column { purpose: Purpose::$purpose, table: $table, name: $name };)+
    };
}

columns! {
    AGENCY_NAME = People, "agency", "name";
    AGENCY_SECRET_KEY = AgencyKeys, "agency", "secret_key";
    AGENCY_REMOVAL_SECRET = AgencyKeys, "agency", "removal_secret";
    AUDIT_SECRET_KEY = AgencyKeys, "audit_tree", "secret_key";
    PERSON_NAME = People, "person", "name";
    RELATIONSHIP = People, "related_person", "relationship";
    CONSENT_NOTE = Consents, "consent", "note";
    CIRCLE_TITLE = Circles, "circle", "title";
    AUDIT_VALUE = Audit, "audit_value", "value";
    ADDRESS = Addresses, "address", "value";
    MEETING_LINK = Appointments, "appointment", "meeting_link";
    LINK_SECRET = Links, "link", "secret";
    ENROLMENT_LOOKUP = Links, "enrolment", "lookup";
    AUTHENTICATOR = Authenticators, "authenticator", "secret";
    CEREMONY = Authenticators, "ceremony", "state";
    SENTINEL = Sentinel, "sentinel", "sealed";
}

/// Seals and opens. The only holder of sealing keys.
pub(crate) struct Sealer {
    key_id: [u8; 4],
    keys: [XChaCha20Poly1305; PURPOSES.len()],
    link_hash: Zeroizing<[u8; 32]>,
}

/// Something that does not open: damaged, moved to another row, or sealed under another root key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotOpened;

impl From<NotOpened> for Error {
    fn from(_: NotOpened) -> Self {
        Self::broken("a sealed field does not open in its place")
    }
}

impl Sealer {
    /// Derives the keys of every purpose.
    pub(crate) fn new(root: &RootKey) -> Self {
        let hkdf = Hkdf::<Sha256>::new(None, root.as_bytes());
        let mut key_id = [0; 4];
        hkdf.expand(KEY_ID, &mut key_id)
            .expect("4 bytes are within HKDF's limit");
        let keys = PURPOSES.map(|(_, info)| {
            let mut key = Zeroizing::new([0; 32]);
            hkdf.expand(info, key.as_mut_slice())
                .expect("32 bytes are within HKDF's limit");
            XChaCha20Poly1305::new((&*key).into())
        });
        let mut link_hash = Zeroizing::new([0; 32]);
        hkdf.expand(LINK_HASH, link_hash.as_mut_slice())
            .expect("32 bytes are within HKDF's limit");
        Self {
            key_id,
            keys,
            link_hash,
        }
    }

    /// What the database knows of a link's secret: HMAC-SHA-256 under a key of its own.
    pub(crate) fn hash_link(&self, secret: &[u8]) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.link_hash.as_slice())
            .expect("HMAC takes keys of every length");
        mac.update(secret);
        mac.finalize().into_bytes().to_vec()
    }

    /// Seals for one place. The nonce must be fresh randomness.
    pub(crate) fn seal(
        &self,
        column: Column,
        row: Uuid,
        plain: &[u8],
        nonce: [u8; NONCE],
    ) -> Vec<u8> {
        let aad = self.address(column, row);
        let ciphertext = self
            .key(column)
            .encrypt(
                &XNonce::from(nonce),
                Payload {
                    msg: plain,
                    aad: &aad,
                },
            )
            .expect("a field is far below the cipher's limit");
        let mut sealed = Vec::with_capacity(HEAD + ciphertext.len());
        sealed.extend_from_slice(&[MAGIC, SUITE]);
        sealed.extend_from_slice(&self.key_id);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&ciphertext);
        sealed
    }

    /// Opens what was sealed for this place.
    pub(crate) fn open(
        &self,
        column: Column,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
        let (head, ciphertext) = sealed.split_at_checked(HEAD).ok_or(NotOpened)?;
        if head[..2] != [MAGIC, SUITE] || head[2..6] != self.key_id {
            return Err(NotOpened);
        }
        let nonce: [u8; NONCE] = head[6..].try_into().map_err(|_| NotOpened)?;
        let aad = self.address(column, row);
        self.key(column)
            .decrypt(
                &XNonce::from(nonce),
                Payload {
                    msg: ciphertext,
                    aad: &aad,
                },
            )
            .map(Zeroizing::new)
            .map_err(|_| NotOpened)
    }

    fn key(&self, column: Column) -> &XChaCha20Poly1305 {
        let place = PURPOSES
            .iter()
            .position(|(purpose, _)| *purpose == column.purpose)
            .expect("every purpose is listed (tested)");
        &self.keys[place]
    }

    fn address(&self, column: Column, row: Uuid) -> Vec<u8> {
        let mut aad = b"cc/1|".to_vec();
        for part in [
            column.table.as_bytes(),
            column.name.as_bytes(),
            row.as_bytes(),
            &self.key_id,
        ] {
            aad.extend_from_slice(part);
            aad.push(b'|');
        }
        aad.extend_from_slice(&SCHEMA.to_be_bytes());
        aad
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(byte: u8) -> Sealer {
        Sealer::new(&RootKey::from_bytes([byte; 32]))
    }

    #[test]
    fn a_field_opens_in_its_own_place_only() {
        let (row, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let sealed = sealer(1).seal(PERSON_NAME, row, b"Maria Sample", [9; NONCE]);
        assert_eq!(sealed.len(), HEAD + 12 + 16);
        assert_eq!(
            sealer(1)
                .open(PERSON_NAME, row, &sealed)
                .unwrap()
                .as_slice(),
            b"Maria Sample"
        );
        assert!(sealer(1).open(PERSON_NAME, other, &sealed).is_err());
        assert!(sealer(1).open(RELATIONSHIP, row, &sealed).is_err());
        assert!(sealer(1).open(CIRCLE_TITLE, row, &sealed).is_err());
        assert!(sealer(2).open(PERSON_NAME, row, &sealed).is_err());
    }

    #[test]
    fn every_changed_byte_and_every_shortening_is_noticed() {
        let row = Uuid::from_u128(1);
        let sealed = sealer(1).seal(CONSENT_NOTE, row, b"by phone", [9; NONCE]);
        for place in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[place] ^= 1;
            assert!(
                sealer(1).open(CONSENT_NOTE, row, &damaged).is_err(),
                "byte {place}"
            );
            assert!(sealer(1).open(CONSENT_NOTE, row, &sealed[..place]).is_err());
        }
    }

    #[test]
    fn every_purpose_has_a_key_of_its_own() {
        let mut infos = std::collections::BTreeSet::new();
        for (place, (purpose, info)) in PURPOSES.iter().enumerate() {
            assert!(infos.insert(info));
            let column = Column {
                purpose: *purpose,
                table: "t",
                name: "c",
            };
            let sealed = sealer(1).seal(column, Uuid::nil(), b"x", [0; NONCE]);
            for (other, (purpose, _)) in PURPOSES.iter().enumerate() {
                let column = Column {
                    purpose: *purpose,
                    ..column
                };
                let opened = sealer(1).open(column, Uuid::nil(), &sealed).is_ok();
                assert_eq!(opened, place == other);
            }
        }
    }
}
