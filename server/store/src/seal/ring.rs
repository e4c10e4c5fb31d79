//! The ring of seal keys: one that seals, others that still open what they sealed, and the root key, which
//! wraps them. What was sealed by the root key itself, before there was a ring, opens too.

use std::sync::{Arc, PoisonError, RwLock};

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{Column, LINK_HASH, NONCE, NotOpened, SealKey, WRAPPED};
use crate::settings::RootKey;

/// Seals and opens. The only holder of sealing keys.
pub(crate) struct Sealer {
    root: Arc<SealKey>,
    link_hash: Zeroizing<[u8; 32]>,
    /// The one that seals comes first; empty before the ring was read.
    ring: RwLock<Arc<[Arc<SealKey>]>>,
}

impl Sealer {
    /// With the root key alone: it seals until the ring is read.
    pub(crate) fn new(root: &RootKey) -> Self {
        let hkdf = Hkdf::<Sha256>::new(None, root.as_bytes());
        let mut link_hash = Zeroizing::new([0; 32]);
        hkdf.expand(LINK_HASH, link_hash.as_mut_slice())
            .expect("32 bytes are within HKDF's limit");
        Self {
            root: Arc::new(SealKey::derive(root.as_bytes())),
            link_hash,
            ring: RwLock::new(Arc::new([])),
        }
    }

    /// From now on the first of these seals, and the others open what they sealed.
    pub(crate) fn turn(&self, keys: Vec<SealKey>) {
        let keys = keys.into_iter().map(Arc::new).collect();
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    /// Wraps a seal key's secret for its row.
    pub(crate) fn wrap(&self, row: Uuid, secret: &[u8; 32], nonce: [u8; NONCE]) -> Vec<u8> {
        self.root.seal(WRAPPED, row, secret, nonce)
    }

    /// Unwraps a seal key.
    pub(crate) fn unwrap(&self, row: Uuid, wrapped: &[u8]) -> Result<SealKey, NotOpened> {
        let secret = self.root.open(WRAPPED, row, wrapped)?;
        let secret: &[u8; 32] = secret
            .as_slice()
            .try_into()
            .map_err(|_| NotOpened::Damaged)?;
        Ok(SealKey::derive(secret))
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
        let key = if column.turns() {
            self.sealing()
        } else {
            Arc::clone(&self.root)
        };
        key.seal(column, row, plain, nonce)
    }

    /// Opens what was sealed for this place, under whichever key of the ring.
    pub(crate) fn open(
        &self,
        column: Column,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
        let id = SealKey::id_of(sealed)?;
        let ring = self.ring();
        let mut keys = ring.iter().chain([&self.root]);
        let key = keys.find(|key| key.id() == id);
        key.ok_or(NotOpened::UnknownKey)?.open(column, row, sealed)
    }

    fn sealing(&self) -> Arc<SealKey> {
        let ring = self.ring();
        Arc::clone(ring.first().unwrap_or(&self.root))
    }

    fn ring(&self) -> Arc<[Arc<SealKey>]> {
        // Nothing can panic while the lock is held.
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::{PERSON_NAME, SENTINEL};

    #[test]
    fn the_first_key_of_the_ring_seals_and_every_other_opens() {
        let sealer = Sealer::new(&RootKey::from_bytes([1; 32]));
        let row = Uuid::from_u128(1);
        let by_root = sealer.seal(PERSON_NAME, row, b"Maria Sample", [9; NONCE]);
        sealer.turn(vec![SealKey::derive(&[2; 32])]);
        let by_first = sealer.seal(PERSON_NAME, row, b"Maria Sample", [9; NONCE]);
        sealer.turn(vec![SealKey::derive(&[3; 32]), SealKey::derive(&[2; 32])]);
        let by_second = sealer.seal(PERSON_NAME, row, b"Maria Sample", [9; NONCE]);
        assert!(by_root != by_first && by_first != by_second);
        for sealed in [&by_root, &by_first, &by_second] {
            let opened = sealer.open(PERSON_NAME, row, sealed).unwrap();
            assert_eq!(opened.as_slice(), b"Maria Sample");
        }
        sealer.turn(vec![SealKey::derive(&[3; 32])]);
        let gone = sealer.open(PERSON_NAME, row, &by_first);
        assert_eq!(gone.unwrap_err(), NotOpened::UnknownKey);
    }

    #[test]
    fn the_root_key_wraps_and_proves_itself_whatever_the_ring_is() {
        let sealer = Sealer::new(&RootKey::from_bytes([1; 32]));
        let row = Uuid::from_u128(1);
        let sentinel = sealer.seal(SENTINEL, row, b"carecircle", [9; NONCE]);
        sealer.turn(vec![SealKey::derive(&[2; 32])]);
        assert_eq!(
            sealer.seal(SENTINEL, row, b"carecircle", [9; NONCE]),
            sentinel
        );
        let wrapped = sealer.wrap(row, &[7; 32], [9; NONCE]);
        let unwrapped = sealer.unwrap(row, &wrapped).unwrap();
        assert_eq!(unwrapped.id(), SealKey::derive(&[7; 32]).id());
        assert!(sealer.unwrap(Uuid::from_u128(2), &wrapped).is_err());
        let other = Sealer::new(&RootKey::from_bytes([2; 32]));
        assert!(other.unwrap(row, &wrapped).is_err());
    }
}
