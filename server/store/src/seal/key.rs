//! One seal key: a secret, from which the key of every purpose is derived.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{Column, HEAD, KEY_ID, MAGIC, NONCE, NotOpened, PURPOSES, SCHEMA, SUITE};

/// What sealed values name their key by.
pub(crate) type KeyId = [u8; 4];

/// See the head.
pub(crate) struct SealKey {
    id: KeyId,
    keys: [XChaCha20Poly1305; PURPOSES.len()],
}

impl SealKey {
    /// Derives the keys of every purpose, and the id.
    pub(crate) fn derive(secret: &[u8; 32]) -> Self {
        let hkdf = Hkdf::<Sha256>::new(None, secret);
        let mut id = [0; 4];
        hkdf.expand(KEY_ID, &mut id)
            .expect("4 bytes are within HKDF's limit");
        let keys = PURPOSES.map(|(_, info)| {
            let mut key = Zeroizing::new([0; 32]);
            hkdf.expand(info, key.as_mut_slice())
                .expect("32 bytes are within HKDF's limit");
            XChaCha20Poly1305::new((&*key).into())
        });
        Self { id, keys }
    }

    pub(crate) fn id(&self) -> KeyId {
        self.id
    }

    /// The key that a sealed value names.
    pub(super) fn id_of(sealed: &[u8]) -> Result<KeyId, NotOpened> {
        match sealed.get(..6) {
            Some([MAGIC, SUITE, id @ ..]) => id.try_into().map_err(|_| NotOpened::Damaged),
            _ => Err(NotOpened::Damaged),
        }
    }

    pub(super) fn seal(
        &self,
        column: Column,
        row: Uuid,
        plain: &[u8],
        nonce: [u8; NONCE],
    ) -> Vec<u8> {
        let aad = self.address(column, row);
        let payload = Payload {
            msg: plain,
            aad: &aad,
        };
        let ciphertext = self
            .key(column)
            .encrypt(&XNonce::from(nonce), payload)
            .expect("a field is far below the cipher's limit");
        let mut sealed = Vec::with_capacity(HEAD + ciphertext.len());
        sealed.extend_from_slice(&[MAGIC, SUITE]);
        sealed.extend_from_slice(&self.id);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&ciphertext);
        sealed
    }

    pub(super) fn open(
        &self,
        column: Column,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
        let (head, ciphertext) = sealed.split_at_checked(HEAD).ok_or(NotOpened::Damaged)?;
        if head[..2] != [MAGIC, SUITE] || head[2..6] != self.id {
            return Err(NotOpened::Damaged);
        }
        let nonce: [u8; NONCE] = head[6..].try_into().map_err(|_| NotOpened::Damaged)?;
        let aad = self.address(column, row);
        let payload = Payload {
            msg: ciphertext,
            aad: &aad,
        };
        self.key(column)
            .decrypt(&XNonce::from(nonce), payload)
            .map(Zeroizing::new)
            .map_err(|_| NotOpened::Damaged)
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
            &self.id,
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
    use crate::seal::{CIRCLE_TITLE, CONSENT_NOTE, PERSON_NAME, RELATIONSHIP};

    fn key(byte: u8) -> SealKey {
        SealKey::derive(&[byte; 32])
    }

    #[test]
    fn a_field_opens_in_its_own_place_only() {
        let (row, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let sealed = key(1).seal(PERSON_NAME, row, b"Maria Sample", [9; NONCE]);
        assert_eq!(sealed.len(), HEAD + 12 + 16);
        assert_eq!(
            key(1).open(PERSON_NAME, row, &sealed).unwrap().as_slice(),
            b"Maria Sample"
        );
        assert!(key(1).open(PERSON_NAME, other, &sealed).is_err());
        assert!(key(1).open(RELATIONSHIP, row, &sealed).is_err());
        assert!(key(1).open(CIRCLE_TITLE, row, &sealed).is_err());
        assert!(key(2).open(PERSON_NAME, row, &sealed).is_err());
    }

    #[test]
    fn every_changed_byte_and_every_shortening_is_noticed() {
        let row = Uuid::from_u128(1);
        let sealed = key(1).seal(CONSENT_NOTE, row, b"by phone", [9; NONCE]);
        for place in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[place] ^= 1;
            assert!(
                key(1).open(CONSENT_NOTE, row, &damaged).is_err(),
                "byte {place}"
            );
            assert!(key(1).open(CONSENT_NOTE, row, &sealed[..place]).is_err());
        }
    }

    #[test]
    fn every_purpose_has_a_key_of_its_own() {
        let mut infos = std::collections::BTreeSet::new();
        for (place, (purpose, info)) in PURPOSES.iter().enumerate() {
            assert!(infos.insert(info));
            let column = Column {
                purpose: *purpose,
                ..PERSON_NAME
            };
            let sealed = key(1).seal(column, Uuid::nil(), b"x", [0; NONCE]);
            for (other, (purpose, _)) in PURPOSES.iter().enumerate() {
                let column = Column {
                    purpose: *purpose,
                    ..column
                };
                let opened = key(1).open(column, Uuid::nil(), &sealed).is_ok();
                assert_eq!(opened, place == other);
            }
        }
    }
}
