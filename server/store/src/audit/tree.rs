//! The tree over the log's entries: RFC 6962, section 2.1, as the Go project's `tlog` numbers its hashes.
//!
//! A leaf is an entry's bytes. Two things ask for a root: the log itself, when it signs a checkpoint, and
//! a verifier, who has nothing but an export. Both put leaves on a [`Shelf`], one after the other. A
//! proof asks for hashes by their number; [`Wanted`] finds out which, so that they can be read first.

use std::cell::RefCell;
use std::collections::HashMap;

use tlog_tiles::tlog::{
    self, Error, Hash, HashReader, split_stored_hash_index, stored_hash_index, sub_tree_index,
};

impl From<Error> for crate::error::Error {
    fn from(error: Error) -> Self {
        Self::broken(format!("the audit log's tree: {error}"))
    }
}

/// Subtrees of `2^LEVEL_KEPT` leaves and more are kept in the database by their root.
pub(crate) const LEVEL_KEPT: u8 = 8;
/// Leaves of the smallest of them.
pub(crate) const BLOCK: u64 = 1 << LEVEL_KEPT;

/// The hash of a leaf: SHA-256(0x00 || bytes).
pub(crate) fn leaf_hash(bytes: &[u8]) -> [u8; 32] {
    tlog::record_hash(bytes).0
}

/// A node of the tree: the root of the whole subtree of `2^level` leaves that begins at leaf
/// `place * 2^level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Node {
    pub(crate) level: u8,
    pub(crate) place: u64,
}

impl Node {
    fn of(index: u64) -> Self {
        let (level, place) = split_stored_hash_index(index);
        Self { level, place }
    }
}

/// Hashes at hand, and a tree that grows.
#[derive(Default)]
pub(crate) struct Shelf {
    hashes: HashMap<u64, Hash>,
    size: u64,
}

impl HashReader for Shelf {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        let found = indexes.iter().map(|index| self.hashes.get(index).copied());
        found
            .collect::<Option<Vec<_>>>()
            .ok_or(Error::IndexesNotInTree)
    }
}

impl Shelf {
    /// Of a tree that has so many leaves already, a multiple of [`BLOCK`]; its nodes follow by
    /// [`Shelf::put`].
    pub(crate) fn of_size(size: u64) -> Self {
        Self {
            size,
            ..Self::default()
        }
    }

    /// A node that was read.
    pub(crate) fn put(&mut self, node: Node, hash: [u8; 32]) {
        let index = stored_hash_index(node.level, node.place);
        self.hashes.insert(index, Hash(hash));
    }

    /// The next leaf; the nodes at and above [`LEVEL_KEPT`] that it completes.
    pub(crate) fn push(&mut self, leaf: [u8; 32]) -> Result<Vec<(Node, [u8; 32])>, Error> {
        let new = tlog::stored_hashes_for_record_hash(self.size, Hash(leaf), self)?;
        let mut kept = Vec::new();
        for (level, hash) in (0_u8..).zip(new) {
            let node = Node {
                level,
                place: self.size >> level,
            };
            self.put(node, hash.0);
            if level >= LEVEL_KEPT {
                kept.push((node, hash.0));
            }
        }
        self.size += 1;
        Ok(kept)
    }

    /// Leaves so far.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree with this many leaves, of those whose nodes are here.
    pub(crate) fn root(&self, size: u64) -> Result<[u8; 32], Error> {
        Ok(tlog::tree_hash(size, self)?.0)
    }

    /// Forgets every hash but those from which the tree of now grows on.
    pub(crate) fn shed(&mut self) {
        let edge = sub_tree_index(0, self.size, Vec::new());
        self.hashes.retain(|index, _| edge.contains(index));
    }
}

/// The nodes from which a tree of this many leaves grows on.
pub(crate) fn edge(size: u64) -> Vec<Node> {
    let indexes = sub_tree_index(0, size, Vec::new());
    indexes.into_iter().map(Node::of).collect()
}

/// Finds out which nodes a proof asks for.
#[derive(Default)]
pub(crate) struct Wanted(RefCell<Vec<Node>>);

impl HashReader for Wanted {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        let nodes = indexes.iter().map(|index| Node::of(*index));
        self.0.borrow_mut().extend(nodes);
        Ok(vec![Hash::default(); indexes.len()])
    }
}

impl Wanted {
    /// The nodes that were asked for.
    pub(crate) fn nodes(self) -> Vec<Node> {
        self.0.into_inner()
    }
}

/// The path from a leaf to the root of the tree with `size` leaves.
pub(crate) fn prove_inclusion(
    size: u64,
    leaf: u64,
    hashes: &impl HashReader,
) -> Result<Vec<[u8; 32]>, Error> {
    Ok(plain(&tlog::prove_record(size, leaf, hashes)?))
}

/// That the tree with `old` leaves is the beginning of the one with `size`.
pub(crate) fn prove_consistency(
    size: u64,
    old: u64,
    hashes: &impl HashReader,
) -> Result<Vec<[u8; 32]>, Error> {
    Ok(plain(&tlog::prove_tree(size, old, hashes)?))
}

/// Whether a path leads from this leaf to this root.
pub(crate) fn is_included(
    (size, root): (u64, [u8; 32]),
    (leaf, hash): (u64, [u8; 32]),
    path: &[[u8; 32]],
) -> bool {
    leaf < size && tlog::check_record(&hashes(path), size, Hash(root), leaf, Hash(hash)).is_ok()
}

/// Whether a proof shows that the old tree is the beginning of the new one.
pub(crate) fn is_consistent(
    (size, root): (u64, [u8; 32]),
    (old, old_root): (u64, [u8; 32]),
    proof: &[[u8; 32]],
) -> bool {
    (1..=size).contains(&old)
        && tlog::check_tree(&hashes(proof), size, Hash(root), old, Hash(old_root)).is_ok()
}

fn plain(proof: &[Hash]) -> Vec<[u8; 32]> {
    proof.iter().map(|hash| hash.0).collect()
}

fn hashes(proof: &[[u8; 32]]) -> Vec<Hash> {
    proof.iter().map(|hash| Hash(*hash)).collect()
}

#[cfg(test)]
mod tests;
