//! The ring of seal keys: one that seals, others that still open what they sealed, and the root key, which
//! wraps them and can itself be replaced. What was sealed by the root key itself, before there was a ring,
//! opens too.

use std::sync::{Arc, PoisonError, RwLock};

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    BlindIndex, ClientKeys, Column, INDEX, LINK_HASH, Mark, NONCE, NotOpened, SealKey, Suite,
    WRAPPED,
};
use crate::settings::RootKey;

type LookupKey = Zeroizing<[u8; 32]>;

/// What is looked up under a key of its own, which was derived from the first root key and outlives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lookup {
    /// The secrets of links in mails.
    Links,
    /// What blind indexes stand for; every one has its own key from this one.
    Indexes,
}

impl Lookup {
    pub(crate) const ALL: [Self; 2] = [Self::Links, Self::Indexes];
}

/// Seals and opens. The only holder of sealing keys.
pub(crate) struct Sealer {
    root: RwLock<Arc<SealKey>>,
    link_hash: RwLock<Arc<LookupKey>>,
    index: RwLock<Arc<LookupKey>>,
    /// The one that seals comes first; empty before the ring was read.
    ring: RwLock<Arc<[Arc<SealKey>]>>,
    /// Clients' own.
    pub(crate) clients: ClientKeys,
}

impl Sealer {
    /// With the root key alone: it seals until the ring is read.
    pub(crate) fn new(root: &RootKey) -> Self {
        let hkdf = Hkdf::<Sha256>::new(None, root.as_bytes());
        let derive = |info| {
            let mut key = Zeroizing::new([0; 32]);
            hkdf.expand(info, key.as_mut_slice())
                .expect("32 bytes are within HKDF's limit");
            key
        };
        Self {
            root: RwLock::new(Arc::new(SealKey::derive(root.as_bytes()))),
            link_hash: RwLock::new(Arc::new(derive(LINK_HASH))),
            index: RwLock::new(Arc::new(derive(INDEX))),
            ring: RwLock::new(Arc::new([])),
            clients: ClientKeys::default(),
        }
    }

    /// From now on this root key wraps.
    pub(crate) fn change_root(&self, root: SealKey) {
        *self.root.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(root);
    }

    /// By what the values that the root key seals name it.
    pub(crate) fn root_mark(&self) -> Mark {
        self.root().mark()
    }

    /// The key under which something is looked up.
    pub(crate) fn lookup_key(&self, what: Lookup) -> Arc<LookupKey> {
        let held = self.lookup(what).read();
        Arc::clone(&held.unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on it is looked up under this key.
    pub(crate) fn look_up_by(&self, what: Lookup, key: LookupKey) {
        let held = self.lookup(what).write();
        *held.unwrap_or_else(PoisonError::into_inner) = Arc::new(key);
    }

    fn lookup(&self, what: Lookup) -> &RwLock<Arc<LookupKey>> {
        match what {
            Lookup::Links => &self.link_hash,
            Lookup::Indexes => &self.index,
        }
    }

    /// From now on the first of these seals, and the others open what they sealed.
    pub(crate) fn turn(&self, keys: Vec<SealKey>) {
        let keys = keys.into_iter().map(Arc::new).collect();
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    /// Wraps a seal key's secret for its row.
    pub(crate) fn wrap(&self, row: Uuid, secret: &[u8; 32], nonce: [u8; NONCE]) -> Vec<u8> {
        self.root().seal(WRAPPED, row, secret, nonce)
    }

    /// Unwraps a seal key.
    pub(crate) fn unwrap(&self, row: Uuid, wrapped: &[u8]) -> Result<SealKey, NotOpened> {
        let secret = self.open(WRAPPED, row, wrapped)?;
        let secret: &[u8; 32] = secret
            .as_slice()
            .try_into()
            .map_err(|_| NotOpened::Damaged)?;
        Ok(SealKey::derive(secret))
    }

    /// What the database knows of a link's secret: HMAC-SHA-256 under a key of its own.
    pub(crate) fn hash_link(&self, secret: &[u8]) -> Vec<u8> {
        let key = self.lookup_key(Lookup::Links);
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_slice())
            .expect("HMAC takes keys of every length");
        mac.update(secret);
        mac.finalize().into_bytes().to_vec()
    }

    /// By what the database finds a sealed value that is equal to this one (see [`super::blind`]).
    pub(crate) fn index(&self, place: BlindIndex, value: &str) -> [u8; super::blind::BYTES] {
        place.of(&self.lookup_key(Lookup::Indexes), value)
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
            self.root()
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
        let (Suite::Ring, id) = SealKey::named(sealed)? else {
            return Err(NotOpened::Damaged);
        };
        let (ring, root) = (self.ring(), self.root());
        let mut keys = ring.iter().chain([&root]);
        let key = keys.find(|key| key.id() == id);
        key.ok_or(NotOpened::UnknownKey)?.open(column, row, sealed)
    }

    fn sealing(&self) -> Arc<SealKey> {
        self.ring().first().map_or_else(|| self.root(), Arc::clone)
    }

    fn root(&self) -> Arc<SealKey> {
        // Nothing can panic while the lock is held.
        Arc::clone(&self.root.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn ring(&self) -> Arc<[Arc<SealKey>]> {
        // Nothing can panic while the lock is held.
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::{LOGIN_NAME_INDEX, PERSON_NAME, SENTINEL};

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

    #[test]
    fn another_root_key_finds_what_the_one_before_hashed() {
        let found = |sealer: &Sealer| {
            let name = sealer.index(LOGIN_NAME_INDEX, "maria").to_vec();
            [sealer.hash_link(b"secret"), name]
        };
        let sealer = Sealer::new(&RootKey::from_bytes([1; 32]));
        let (before, mark) = (found(&sealer), sealer.root_mark());
        sealer.change_root(SealKey::derive(&[2; 32]));
        assert_eq!(found(&sealer), before);
        assert_ne!(sealer.root_mark(), mark);
        // As a process that starts with it finds them in the database.
        let later = Sealer::new(&RootKey::from_bytes([2; 32]));
        for (what, before) in Lookup::ALL.into_iter().zip(&before) {
            assert!(!found(&later).contains(before), "{what:?}");
            later.look_up_by(what, (*sealer.lookup_key(what)).clone());
            assert!(found(&later).contains(before), "{what:?}");
        }
    }
}
