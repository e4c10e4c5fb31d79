//! OpenMLS's storage on a [`Draft`]: an ordered map with its own set of changes, values in CBOR, which
//! describes itself (a compact codec mis-tagged values across OpenMLS 0.7–0.9).
//!
//! Keys are `mls/<kind>/<CBOR of the library's key>`. Nothing is written anywhere before the host has
//! stored the draft.

use openmls::key_packages::{KeyPackage, KeyPackageBundle};
use openmls_traits::storage::{CURRENT_VERSION, StorageProvider, traits};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::rows::Draft;

/// A value that does not write or read.
#[derive(Debug, thiserror::Error)]
#[error("a stored group value does not write or read")]
pub struct StoreError;

type R<T> = Result<T, StoreError>;
const V: u16 = CURRENT_VERSION;

/// The prefix of every row that OpenMLS owns.
pub const PREFIX: &[u8] = b"mls/";
/// The kind of this device's key packages.
const KEY_PACKAGES: &str = "key_package";

fn encode(value: &(impl Serialize + ?Sized)) -> R<Vec<u8>> {
    minicbor_serde::to_vec(value).map_err(|_| StoreError)
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> R<T> {
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
    fn set(&self, kind: &str, parts: &impl Serialize, value: &(impl Serialize + ?Sized)) -> R<()> {
        self.put(key(kind, parts)?, encode(value)?);
        Ok(())
    }

    fn look<T: DeserializeOwned>(&self, kind: &str, parts: &impl Serialize) -> R<Option<T>> {
        self.find(&key(kind, parts)?)
            .map(|bytes| decode(&bytes))
            .transpose()
    }

    fn unset(&self, kind: &str, parts: &impl Serialize) -> R<()> {
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
    fn list(&self, kind: &str, parts: &impl Serialize) -> R<Vec<Vec<u8>>> {
        Ok(self.look(kind, parts)?.unwrap_or_default())
    }
}

impl StorageProvider<V> for Draft<'_> {
    type Error = StoreError;

    fn write_mls_join_config<G: traits::GroupId<V>, T: traits::MlsGroupJoinConfig<V>>(
        &self,
        group: &G,
        value: &T,
    ) -> R<()> {
        self.set("config", group, value)
    }

    fn write_tree<G: traits::GroupId<V>, T: traits::TreeSync<V>>(
        &self,
        group: &G,
        value: &T,
    ) -> R<()> {
        self.set("tree", group, value)
    }

    fn write_interim_transcript_hash<G: traits::GroupId<V>, T: traits::InterimTranscriptHash<V>>(
        &self,
        group: &G,
        value: &T,
    ) -> R<()> {
        self.set("transcript", group, value)
    }

    fn write_context<G: traits::GroupId<V>, T: traits::GroupContext<V>>(
        &self,
        group: &G,
        value: &T,
    ) -> R<()> {
        self.set("context", group, value)
    }

    fn write_confirmation_tag<G: traits::GroupId<V>, T: traits::ConfirmationTag<V>>(
        &self,
        group: &G,
        value: &T,
    ) -> R<()> {
        self.set("tag", group, value)
    }

    fn write_message_secrets<G: traits::GroupId<V>, T: traits::MessageSecrets<V>>(
        &self,
        group: &G,
        value: &T,
    ) -> R<()> {
        self.set("messages", group, value)
    }

    fn write_resumption_psk_store<G: traits::GroupId<V>, T: traits::ResumptionPskStore<V>>(
        &self,
        group: &G,
        value: &T,
    ) -> R<()> {
        self.set("resumption", group, value)
    }

    fn write_own_leaf_index<G: traits::GroupId<V>, T: traits::LeafNodeIndex<V>>(
        &self,
        group: &G,
        value: &T,
    ) -> R<()> {
        self.set("leaf_index", group, value)
    }

    fn write_group_epoch_secrets<G: traits::GroupId<V>, T: traits::GroupEpochSecrets<V>>(
        &self,
        group: &G,
        value: &T,
    ) -> R<()> {
        self.set("epoch_secrets", group, value)
    }

    fn write_group_state<T: traits::GroupState<V>, G: traits::GroupId<V>>(
        &self,
        group: &G,
        value: &T,
    ) -> R<()> {
        self.set("state", group, value)
    }

    fn append_own_leaf_node<G: traits::GroupId<V>, T: traits::LeafNode<V>>(
        &self,
        group: &G,
        leaf: &T,
    ) -> R<()> {
        let mut list = self.list("own_leaves", group)?;
        list.push(encode(leaf)?);
        self.set("own_leaves", group, &list)
    }

    fn queue_proposal<
        G: traits::GroupId<V>,
        P: traits::ProposalRef<V>,
        Q: traits::QueuedProposal<V>,
    >(
        &self,
        group: &G,
        reference: &P,
        proposal: &Q,
    ) -> R<()> {
        self.set("proposal", &(group, reference), proposal)?;
        let mut list = self.list("proposals", group)?;
        list.push(encode(reference)?);
        self.set("proposals", group, &list)
    }

    fn write_signature_key_pair<
        K: traits::SignaturePublicKey<V>,
        T: traits::SignatureKeyPair<V>,
    >(
        &self,
        public: &K,
        pair: &T,
    ) -> R<()> {
        self.set("signature_key", public, pair)
    }

    fn write_encryption_key_pair<K: traits::EncryptionKey<V>, T: traits::HpkeKeyPair<V>>(
        &self,
        public: &K,
        pair: &T,
    ) -> R<()> {
        self.set("encryption_key", public, pair)
    }

    fn write_encryption_epoch_key_pairs<
        G: traits::GroupId<V>,
        E: traits::EpochKey<V>,
        T: traits::HpkeKeyPair<V>,
    >(
        &self,
        group: &G,
        epoch: &E,
        leaf: u32,
        pairs: &[T],
    ) -> R<()> {
        self.set("epoch_keys", &(group, epoch, leaf), pairs)
    }

    fn write_key_package<H: traits::HashReference<V>, T: traits::KeyPackage<V>>(
        &self,
        reference: &H,
        package: &T,
    ) -> R<()> {
        self.set(KEY_PACKAGES, reference, package)
    }

    fn write_psk<K: traits::PskId<V>, T: traits::PskBundle<V>>(&self, id: &K, psk: &T) -> R<()> {
        self.set("psk", id, psk)
    }

    fn mls_group_join_config<G: traits::GroupId<V>, T: traits::MlsGroupJoinConfig<V>>(
        &self,
        group: &G,
    ) -> R<Option<T>> {
        self.look("config", group)
    }

    fn tree<G: traits::GroupId<V>, T: traits::TreeSync<V>>(&self, group: &G) -> R<Option<T>> {
        self.look("tree", group)
    }

    fn group_context<G: traits::GroupId<V>, T: traits::GroupContext<V>>(
        &self,
        group: &G,
    ) -> R<Option<T>> {
        self.look("context", group)
    }

    fn interim_transcript_hash<G: traits::GroupId<V>, T: traits::InterimTranscriptHash<V>>(
        &self,
        group: &G,
    ) -> R<Option<T>> {
        self.look("transcript", group)
    }

    fn confirmation_tag<G: traits::GroupId<V>, T: traits::ConfirmationTag<V>>(
        &self,
        group: &G,
    ) -> R<Option<T>> {
        self.look("tag", group)
    }

    fn message_secrets<G: traits::GroupId<V>, T: traits::MessageSecrets<V>>(
        &self,
        group: &G,
    ) -> R<Option<T>> {
        self.look("messages", group)
    }

    fn resumption_psk_store<G: traits::GroupId<V>, T: traits::ResumptionPskStore<V>>(
        &self,
        group: &G,
    ) -> R<Option<T>> {
        self.look("resumption", group)
    }

    fn own_leaf_index<G: traits::GroupId<V>, T: traits::LeafNodeIndex<V>>(
        &self,
        group: &G,
    ) -> R<Option<T>> {
        self.look("leaf_index", group)
    }

    fn group_epoch_secrets<G: traits::GroupId<V>, T: traits::GroupEpochSecrets<V>>(
        &self,
        group: &G,
    ) -> R<Option<T>> {
        self.look("epoch_secrets", group)
    }

    fn group_state<T: traits::GroupState<V>, G: traits::GroupId<V>>(
        &self,
        group: &G,
    ) -> R<Option<T>> {
        self.look("state", group)
    }

    fn own_leaf_nodes<G: traits::GroupId<V>, T: traits::LeafNode<V>>(
        &self,
        group: &G,
    ) -> R<Vec<T>> {
        self.list("own_leaves", group)?
            .iter()
            .map(|bytes| decode(bytes))
            .collect()
    }

    fn queued_proposal_refs<G: traits::GroupId<V>, P: traits::ProposalRef<V>>(
        &self,
        group: &G,
    ) -> R<Vec<P>> {
        self.list("proposals", group)?
            .iter()
            .map(|bytes| decode(bytes))
            .collect()
    }

    fn queued_proposals<
        G: traits::GroupId<V>,
        P: traits::ProposalRef<V>,
        Q: traits::QueuedProposal<V>,
    >(
        &self,
        group: &G,
    ) -> R<Vec<(P, Q)>> {
        let references: Vec<P> = self.queued_proposal_refs(group)?;
        references
            .into_iter()
            .map(|reference| {
                let proposal = self.look("proposal", &(group, &reference))?;
                Ok((reference, proposal.ok_or(StoreError)?))
            })
            .collect()
    }

    fn signature_key_pair<K: traits::SignaturePublicKey<V>, T: traits::SignatureKeyPair<V>>(
        &self,
        public: &K,
    ) -> R<Option<T>> {
        self.look("signature_key", public)
    }

    fn encryption_key_pair<T: traits::HpkeKeyPair<V>, K: traits::EncryptionKey<V>>(
        &self,
        public: &K,
    ) -> R<Option<T>> {
        self.look("encryption_key", public)
    }

    fn encryption_epoch_key_pairs<
        G: traits::GroupId<V>,
        E: traits::EpochKey<V>,
        T: traits::HpkeKeyPair<V>,
    >(
        &self,
        group: &G,
        epoch: &E,
        leaf: u32,
    ) -> R<Vec<T>> {
        Ok(self
            .look("epoch_keys", &(group, epoch, leaf))?
            .unwrap_or_default())
    }

    fn key_package<H: traits::HashReference<V>, T: traits::KeyPackage<V>>(
        &self,
        reference: &H,
    ) -> R<Option<T>> {
        self.look(KEY_PACKAGES, reference)
    }

    fn psk<T: traits::PskBundle<V>, K: traits::PskId<V>>(&self, id: &K) -> R<Option<T>> {
        self.look("psk", id)
    }

    fn remove_proposal<G: traits::GroupId<V>, P: traits::ProposalRef<V>>(
        &self,
        group: &G,
        reference: &P,
    ) -> R<()> {
        let gone = encode(reference)?;
        let mut list = self.list("proposals", group)?;
        list.retain(|bytes| *bytes != gone);
        self.set("proposals", group, &list)?;
        self.unset("proposal", &(group, reference))
    }

    fn clear_proposal_queue<G: traits::GroupId<V>, P: traits::ProposalRef<V>>(
        &self,
        group: &G,
    ) -> R<()> {
        let references: Vec<P> = self.queued_proposal_refs(group)?;
        for reference in &references {
            self.unset("proposal", &(group, reference))?;
        }
        self.unset("proposals", group)
    }

    fn delete_own_leaf_nodes<G: traits::GroupId<V>>(&self, group: &G) -> R<()> {
        self.unset("own_leaves", group)
    }

    fn delete_group_config<G: traits::GroupId<V>>(&self, group: &G) -> R<()> {
        self.unset("config", group)
    }

    fn delete_tree<G: traits::GroupId<V>>(&self, group: &G) -> R<()> {
        self.unset("tree", group)
    }

    fn delete_confirmation_tag<G: traits::GroupId<V>>(&self, group: &G) -> R<()> {
        self.unset("tag", group)
    }

    fn delete_group_state<G: traits::GroupId<V>>(&self, group: &G) -> R<()> {
        self.unset("state", group)
    }

    fn delete_context<G: traits::GroupId<V>>(&self, group: &G) -> R<()> {
        self.unset("context", group)
    }

    fn delete_interim_transcript_hash<G: traits::GroupId<V>>(&self, group: &G) -> R<()> {
        self.unset("transcript", group)
    }

    fn delete_message_secrets<G: traits::GroupId<V>>(&self, group: &G) -> R<()> {
        self.unset("messages", group)
    }

    fn delete_all_resumption_psk_secrets<G: traits::GroupId<V>>(&self, group: &G) -> R<()> {
        self.unset("resumption", group)
    }

    fn delete_own_leaf_index<G: traits::GroupId<V>>(&self, group: &G) -> R<()> {
        self.unset("leaf_index", group)
    }

    fn delete_group_epoch_secrets<G: traits::GroupId<V>>(&self, group: &G) -> R<()> {
        self.unset("epoch_secrets", group)
    }

    fn delete_signature_key_pair<K: traits::SignaturePublicKey<V>>(&self, id: &K) -> R<()> {
        self.unset("signature_key", id)
    }

    fn delete_encryption_key_pair<K: traits::EncryptionKey<V>>(&self, id: &K) -> R<()> {
        self.unset("encryption_key", id)
    }

    fn delete_key_package<K: traits::HashReference<V>>(&self, id: &K) -> R<()> {
        self.unset(KEY_PACKAGES, id)
    }

    fn delete_psk<K: traits::PskId<V>>(&self, id: &K) -> R<()> {
        self.unset("psk", id)
    }

    fn delete_encryption_epoch_key_pairs<G: traits::GroupId<V>, E: traits::EpochKey<V>>(
        &self,
        group: &G,
        epoch: &E,
        leaf: u32,
    ) -> R<()> {
        self.unset("epoch_keys", &(group, epoch, leaf))
    }
}
