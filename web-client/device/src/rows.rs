//! A device's state as an ordered map of rows, and a draft of changes on top of it.
//!
//! Every input works on a [`Draft`]. If it fails, the draft is dropped and nothing happened; if it
//! succeeds, the draft's changes become the [`crate::api::Delta`] that the host stores in one
//! transaction. OpenMLS writes through the same draft ([`crate::mls_store`]), so a group's secrets and
//! what follows from them are stored together or not at all.

use std::cell::RefCell;
use std::collections::BTreeMap;

use minicbor::{Decode, Encode};

use crate::error::{Error, Result};

/// Opened rows by key.
pub type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

/// Changed rows by key; `None` deletes.
pub type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Changes not yet stored, on top of rows that are.
#[derive(Debug)]
pub struct Draft<'a> {
    base: &'a Rows,
    changes: RefCell<Changes>,
}

impl<'a> Draft<'a> {
    /// Nothing changed yet.
    pub fn new(base: &'a Rows) -> Self {
        Self {
            base,
            changes: RefCell::default(),
        }
    }

    /// A copy to try something on: a commit, before the log has confirmed it.
    pub fn fork(&self) -> Self {
        Self {
            base: self.base,
            changes: self.changes.clone(),
        }
    }

    /// What this fork changed that `origin` does not have.
    pub fn changes_since(&self, origin: &Draft<'_>) -> Changes {
        let origin = origin.changes.borrow();
        let mut changes = self.changes.borrow().clone();
        changes.retain(|key, value| origin.get(key) != Some(&*value));
        changes
    }

    /// The changes so far, to come back to.
    pub fn savepoint(&self) -> Changes {
        self.changes.borrow().clone()
    }

    /// Drops every change made since the savepoint.
    pub fn roll_back(&self, savepoint: Changes) {
        *self.changes.borrow_mut() = savepoint;
    }

    /// All changes.
    pub fn into_changes(self) -> Changes {
        self.changes.into_inner()
    }

    /// Applies changes made on a fork.
    pub fn adopt(&self, changes: Changes) {
        self.changes.borrow_mut().extend(changes);
    }

    /// The row's bytes.
    pub fn find(&self, key: &[u8]) -> Option<Vec<u8>> {
        match self.changes.borrow().get(key) {
            Some(change) => change.clone(),
            None => self.base.get(key).cloned(),
        }
    }

    /// Writes a row.
    pub fn put(&self, key: Vec<u8>, value: Vec<u8>) {
        self.changes.borrow_mut().insert(key, Some(value));
    }

    /// Deletes a row.
    pub fn delete(&self, key: &[u8]) {
        self.changes.borrow_mut().insert(key.to_vec(), None);
    }

    /// Reads a row as a value. A row that does not read is an error, never "absent".
    pub fn read<T: for<'b> Decode<'b, ()>>(&self, key: &[u8]) -> Result<Option<T>> {
        self.find(key).map(|bytes| decode(&bytes)).transpose()
    }

    /// Writes a value.
    pub fn write<T: Encode<()>>(&self, key: &[u8], value: &T) {
        self.put(key.to_vec(), protocol::frame::to_vec(value));
    }

    /// Keys that start with `prefix`, in order.
    pub fn keys(&self, prefix: &[u8]) -> Vec<Vec<u8>> {
        let changes = self.changes.borrow();
        let stored = self
            .base
            .range(prefix.to_vec()..)
            .map(|(key, _)| key)
            .take_while(|key| key.starts_with(prefix))
            .filter(|key| changes.get(*key) != Some(&None));
        let drafted = changes
            .range(prefix.to_vec()..)
            .take_while(|(key, _)| key.starts_with(prefix))
            .filter(|(_, value)| value.is_some())
            .map(|(key, _)| key);
        let mut keys: Vec<_> = stored.chain(drafted).cloned().collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// Decodes a stored value.
pub fn decode<T: for<'b> Decode<'b, ()>>(bytes: &[u8]) -> Result<T> {
    minicbor::decode(bytes).map_err(|_| Error::Store("a row does not read"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_see_both_stored_and_drafted_rows() {
        let base: Rows = [(b"a/1".to_vec(), vec![1]), (b"a/2".to_vec(), vec![2])].into();
        let draft = Draft::new(&base);
        draft.delete(b"a/1");
        draft.put(b"a/3".to_vec(), vec![3]);
        draft.put(b"b/1".to_vec(), vec![4]);
        assert_eq!(draft.keys(b"a/"), vec![b"a/2".to_vec(), b"a/3".to_vec()]);
    }

    #[test]
    fn a_fork_yields_exactly_what_it_changed() {
        let base = Rows::new();
        let draft = Draft::new(&base);
        draft.put(b"x".to_vec(), vec![1]);
        let fork = draft.fork();
        fork.put(b"y".to_vec(), vec![2]);
        fork.delete(b"x");
        let changes = fork.changes_since(&draft);
        assert_eq!(changes.len(), 2);
        assert_eq!(draft.find(b"x"), Some(vec![1]));
        draft.adopt(changes);
        assert_eq!((draft.find(b"x"), draft.find(b"y")), (None, Some(vec![2])));
    }
}
