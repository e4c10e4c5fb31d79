//! The rows in which OpenMLS's values are kept: an ordered map with its own set of changes, values in CBOR, which
//! describes itself (a compact codec mis-tagged values across OpenMLS 0.7–0.9).
//!
//! Keys are `mls/<kind>/<CBOR of the library's key>`. Nothing is written anywhere before the host has
//! stored the draft.

use openmls::key_packages::{KeyPackage, KeyPackageBundle};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::rows::Draft;

/// A value that does not write or read.
#[derive(Debug, thiserror::Error)]
#[error("a stored group value does not write or read")]
pub struct StoreError;

pub(super) type R<T> = Result<T, StoreError>;

/// The prefix of every row that OpenMLS owns.
const PREFIX: &[u8] = b"mls/";
/// The kind of this device's key packages.
pub(super) const KEY_PACKAGES: &str = "key_package";

pub(super) fn encode(value: &(impl Serialize + ?Sized)) -> R<Vec<u8>> {
    minicbor_serde::to_vec(value).map_err(|_| StoreError)
}

pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> R<T> {
    minicbor_serde::from_slice(bytes).map_err(|_| StoreError)
}

/// The rows from which a group's epoch and its authenticator follow.
#[cfg(feature = "simulated")]
pub fn epoch_rows(draft: &Draft<'_>, group: protocol::GroupId) -> Vec<u8> {
    let group = openmls::group::GroupId::from_slice(&group.to_bytes());
    let row = |kind| draft.find(&key(kind, &group).ok()?);
    ["context", "epoch_secrets"]
        .into_iter()
        .filter_map(row)
        .flatten()
        .collect()
}

fn key(kind: &str, parts: &(impl Serialize + ?Sized)) -> R<Vec<u8>> {
    Ok([PREFIX, kind.as_bytes(), b"/", &encode(parts)?].concat())
}

impl Draft<'_> {
    pub(super) fn set(
        &self,
        kind: &str,
        parts: &impl Serialize,
        value: &(impl Serialize + ?Sized),
    ) -> R<()> {
        self.put(key(kind, parts)?, encode(value)?);
        Ok(())
    }

    pub(super) fn look<T: DeserializeOwned>(
        &self,
        kind: &str,
        parts: &impl Serialize,
    ) -> R<Option<T>> {
        self.find(&key(kind, parts)?)
            .map(|bytes| decode(&bytes))
            .transpose()
    }

    pub(super) fn unset(&self, kind: &str, parts: &impl Serialize) -> R<()> {
        self.delete(&key(kind, parts)?);
        Ok(())
    }

    /// Forgets everything that is stored for one group, without reading it.
    pub fn forget_group(&self, group: &openmls::group::GroupId) -> crate::error::Result<()> {
        const OF_GROUP: &[&str] = &[
            "config",
            "tree",
            "transcript",
            "context",
            "tag",
            "messages",
            "resumption",
            "leaf_index",
            "epoch_secrets",
            "state",
            "own_leaves",
            "proposals",
        ];
        for kind in OF_GROUP {
            self.unset(kind, group).map_err(crate::error::Error::mls)?;
        }
        // Keys of these begin with an array of which the group is the first element.
        let group = encode(group).map_err(crate::error::Error::mls)?;
        for (kind, array) in [("epoch_keys", 0x83_u8), ("proposal", 0x82)] {
            let prefix = [PREFIX, kind.as_bytes(), b"/", &[array], &group].concat();
            for key in self.keys(&prefix) {
                self.delete(&key);
            }
        }
        Ok(())
    }

    /// Forgets this device's key packages of which this is so, their private halves with them.
    pub fn forget_key_packages(&self, is_over: impl Fn(&KeyPackage) -> bool) {
        let prefix = [PREFIX, KEY_PACKAGES.as_bytes(), b"/"].concat();
        for at in self.keys(&prefix) {
            let stored = self.find(&at);
            let bundle = stored.and_then(|bytes| decode::<KeyPackageBundle>(&bytes).ok());
            if bundle.is_some_and(|bundle| is_over(bundle.key_package())) {
                self.delete(&at);
            }
        }
    }

    /// Lists hold each element encoded, so that one element's form does not bind the others'.
    pub(super) fn list(&self, kind: &str, parts: &impl Serialize) -> R<Vec<Vec<u8>>> {
        Ok(self.look(kind, parts)?.unwrap_or_default())
    }
}
