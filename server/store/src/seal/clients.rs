//! Clients' own keys that are in memory, so that a list of people costs no unwrapping each time.
//!
//! A key may be destroyed, by this process or by another one of the same database, and is then good for
//! nothing. The database counts how often that happened; whoever uses this memory has read the count in their
//! own transaction, and what was kept under an earlier one is forgotten first. So nobody opens anything
//! of an erased client whose transaction began after the erasure, and no look is wasted on an event.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::limits;

use super::{KeyId, SealKey};

/// See the head.
#[derive(Default)]
pub(crate) struct ClientKeys {
    held: Mutex<Held>,
}

/// Keys used lately, and those used before them. When the first half is full, it becomes the second: what
/// nobody asked for since is forgotten.
#[derive(Default)]
struct Held {
    erasures: i64,
    lately: HashMap<KeyId, Arc<SealKey>>,
    before: HashMap<KeyId, Arc<SealKey>>,
}

impl ClientKeys {
    /// The key, for whoever has read that so many erasures happened.
    pub(crate) fn find(&self, id: KeyId, erasures: i64) -> Option<Arc<SealKey>> {
        let mut held = self.lock();
        match erasures.cmp(&held.erasures) {
            Ordering::Less => return None,
            Ordering::Equal => {}
            Ordering::Greater => {
                held.forget();
                held.erasures = erasures;
            }
        }
        if let Some(key) = held.lately.get(&id) {
            return Some(Arc::clone(key));
        }
        let key = held.before.remove(&id)?;
        held.put(id, Arc::clone(&key));
        Some(key)
    }

    /// Keeps a key that was read when so many erasures had happened; not if there were others since, for
    /// it may have been this one.
    pub(crate) fn keep(&self, key: &Arc<SealKey>, erasures: i64) {
        let mut held = self.lock();
        if held.erasures == erasures {
            held.put(key.id(), Arc::clone(key));
        }
    }

    /// So many erasures have happened: earlier keys are wiped now, not when somebody asks next.
    pub(crate) fn heard_of(&self, erasures: i64) {
        let mut held = self.lock();
        if erasures > held.erasures {
            held.forget();
            held.erasures = erasures;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        // Nothing can panic between taking and leaving the lock half-way through a change.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn put(&mut self, id: KeyId, key: Arc<SealKey>) {
        if self.lately.len() >= limits::CLIENT_KEYS_HELD / 2 {
            self.before = std::mem::take(&mut self.lately);
        }
        self.lately.insert(id, key);
    }

    fn forget(&mut self) {
        self.lately.clear();
        self.before.clear();
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn key(n: u32) -> Arc<SealKey> {
        let client = Uuid::from_u128(u128::from(n));
        Arc::new(SealKey::derive_for(client, &[1; 32]))
    }

    #[test]
    fn after_an_erasure_nothing_of_before_is_found_or_kept() {
        let held = ClientKeys::default();
        let (one, other) = (key(1), key(2));
        held.keep(&one, 0);
        assert!(held.find(one.id(), 0).is_some());
        assert!(held.find(other.id(), 0).is_none());
        assert!(
            held.find(one.id(), 1).is_none(),
            "it may have been this one"
        );
        // Whoever began before may have read it before it was destroyed.
        held.keep(&one, 0);
        assert!(held.find(one.id(), 0).is_none());
        assert!(held.find(one.id(), 1).is_none());
        held.keep(&other, 1);
        held.heard_of(2);
        assert!(held.find(other.id(), 1).is_none());
        assert_eq!(Arc::strong_count(&other), 1, "not even in memory");
    }

    #[test]
    fn so_many_are_held_and_the_longest_unused_go_first() {
        let held = ClientKeys::default();
        let first = key(0);
        held.keep(&first, 0);
        let most = u32::try_from(limits::CLIENT_KEYS_HELD).unwrap();
        for n in 1..most * 2 {
            held.keep(&key(n), 0);
            if n % 100 == 0 {
                assert!(held.find(first.id(), 0).is_some(), "used all the time: {n}");
            }
        }
        assert!(held.find(key(1).id(), 0).is_none());
        assert!(held.find(key(most * 2 - 1).id(), 0).is_some());
        let held = held.lock();
        assert!(held.lately.len() + held.before.len() <= limits::CLIENT_KEYS_HELD);
    }
}
