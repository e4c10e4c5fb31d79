//! SHA-256, the one hash of the store: look-ups of secrets, commitments, rows of the log.

use sha2::{Digest as _, Sha256};

/// SHA-256 over the parts, one after the other.
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}
