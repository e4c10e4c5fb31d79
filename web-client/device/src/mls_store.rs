//! OpenMLS's storage on a [`Draft`]: what the library asks for, each a value under its kind. How values are
//! kept in rows is [`values`]'s.

mod values;

use openmls_traits::storage::{CURRENT_VERSION, StorageProvider, traits};

use crate::rows::Draft;
#[cfg(feature = "simulated")]
pub use values::epoch_rows;
use values::{KEY_PACKAGES, R, StoreError, decode, encode};

const V: u16 = CURRENT_VERSION;

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
