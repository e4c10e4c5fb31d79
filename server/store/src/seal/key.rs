//! One key that seals: a secret, from which the key of every purpose is derived.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{Column, HEAD, KEY_ID, MAGIC, NONCE, NotOpened, PURPOSES, SCHEMA};

/// What sealed values name their key by, within its suite.
pub(crate) type KeyId = [u8; 4];

/// Suite and key id, as they stand in a sealed value.
pub(crate) type Mark = [u8; 5];

/// How a value is sealed: XChaCha20-Poly1305 under a purpose key by HKDF-SHA-256 of what. A reader accepts
/// the listed ones only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Suite {
    /// The root key, or a seal key of the ring.
    Ring = 1,
    /// A client's own key; the client's id is HKDF's salt.
    Client = 2,
}

/// See the head.
pub(crate) struct SealKey {
    suite: Suite,
    id: KeyId,
    keys: [XChaCha20Poly1305; PURPOSES.len()],
}

impl SealKey {
    /// Derives the keys of every purpose, and the id.
    pub(crate) fn derive(secret: &[u8; 32]) -> Self {
        Self::expand(Suite::Ring, &Hkdf::<Sha256>::new(None, secret))
    }

    /// The same for a client's own key, which seals for that client only.
    pub(crate) fn derive_for(client: Uuid, secret: &[u8; 32]) -> Self {
        let hkdf = Hkdf::<Sha256>::new(Some(client.as_bytes()), secret);
        Self::expand(Suite::Client, &hkdf)
    }

    fn expand(suite: Suite, hkdf: &Hkdf<Sha256>) -> Self {
        let mut id = [0; 4];
        hkdf.expand(KEY_ID, &mut id)
            .expect("4 bytes are within HKDF's limit");
        let keys = PURPOSES.map(|(_, info)| {
            let mut key = Zeroizing::new([0; 32]);
            hkdf.expand(info, key.as_mut_slice())
                .expect("32 bytes are within HKDF's limit");
            XChaCha20Poly1305::new((&*key).into())
        });
        Self { suite, id, keys }
    }

    pub(crate) fn id(&self) -> KeyId {
        self.id
    }

    pub(crate) fn mark(&self) -> Mark {
        mark(self.suite, self.id)
    }

    /// The key that a sealed value names.
    pub(crate) fn named(sealed: &[u8]) -> Result<(Suite, KeyId), NotOpened> {
        let (suite, id) = match sealed.get(..6) {
            Some([MAGIC, 1, id @ ..]) => (Suite::Ring, id),
            Some([MAGIC, 2, id @ ..]) => (Suite::Client, id),
            _ => return Err(NotOpened::Damaged),
        };
        Ok((suite, id.try_into().map_err(|_| NotOpened::Damaged)?))
    }

    pub(crate) fn seal(
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
        sealed.extend_from_slice(&[MAGIC, self.suite as u8]);
        sealed.extend_from_slice(&self.id);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&ciphertext);
        sealed
    }

    pub(crate) fn open(
        &self,
        column: Column,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
        let (head, ciphertext) = sealed.split_at_checked(HEAD).ok_or(NotOpened::Damaged)?;
        if head[0] != MAGIC || head[1..6] != self.mark() {
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
        let (table, name) = column.sealed_as;
        for part in [table.as_bytes(), name.as_bytes(), row.as_bytes(), &self.id] {
            aad.extend_from_slice(part);
            aad.push(b'|');
        }
        aad.extend_from_slice(&SCHEMA.to_be_bytes());
        aad
    }
}

/// Suite and key id, as they stand in a sealed value.
pub(crate) fn mark(suite: Suite, id: KeyId) -> Mark {
    let mut mark = [suite as u8; 5];
    mark[1..].copy_from_slice(&id);
    mark
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::{
        CIRCLE_TITLE, COLUMNS, CONSENT_NOTE, INVITATION_LINK, PERSON_NAME, RELATIONSHIP,
        TYPED_ADDRESS,
    };

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

    #[test]
    fn no_two_columns_share_an_address_and_one_that_moved_kept_its_own() {
        let mut seen = std::collections::BTreeSet::new();
        for column in COLUMNS {
            assert!(seen.insert(column.sealed_as), "{column:?}");
        }
        assert_eq!(TYPED_ADDRESS.sealed_as, ("invitation_mail", "address"));
        assert_eq!(INVITATION_LINK.sealed_as, ("invitation_mail", "link"));
    }

    #[test]
    fn a_clients_key_is_another_one_for_every_client_and_none_of_the_ring() {
        let (maria, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let own = SealKey::derive_for(maria, &[1; 32]);
        let sealed = own.seal(PERSON_NAME, maria, b"Maria Sample", [9; NONCE]);
        assert_eq!(SealKey::named(&sealed).unwrap(), (Suite::Client, own.id()));
        assert_eq!(sealed[1..6], own.mark());
        assert!(own.open(PERSON_NAME, maria, &sealed).is_ok());
        let others = SealKey::derive_for(other, &[1; 32]);
        assert_ne!(others.id(), own.id());
        assert!(others.open(PERSON_NAME, maria, &sealed).is_err());
        assert!(key(1).open(PERSON_NAME, maria, &sealed).is_err());
        let by_ring = key(1).seal(PERSON_NAME, maria, b"Maria Sample", [9; NONCE]);
        assert_eq!(
            SealKey::named(&by_ring).unwrap(),
            (Suite::Ring, key(1).id())
        );
        for unknown in [0, 3, 0xff] {
            let mut sealed = sealed.clone();
            sealed[1] = unknown;
            assert_eq!(SealKey::named(&sealed), Err(NotOpened::Damaged));
        }
    }
}
