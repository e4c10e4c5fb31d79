//! A public group as one blob: OpenMLS's values in CBOR, which describes itself, so that a later
//! version can still read an older one's rows.

use std::cell::RefCell;
use std::collections::BTreeMap;

use openmls::group::PublicGroup;
use openmls_traits::public_storage::PublicStorageProvider;
use openmls_traits::storage::{CURRENT_VERSION, Entity, traits};
use protocol::policy::CirclePolicy;
use protocol::{Code, GroupId, Refusal};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// One group's values, by kind.
#[derive(Debug, Default)]
pub struct PublicState {
    values: RefCell<BTreeMap<String, Vec<u8>>>,
}

/// A value that does not read or write.
#[derive(Debug, thiserror::Error)]
#[error("stored group state does not read: {0}")]
pub struct StateError(String);

/// References and proposals, each still encoded.
type Queue = Vec<(Vec<u8>, Vec<u8>)>;

const TREE: &str = "tree";
const CONTEXT: &str = "context";
const TRANSCRIPT: &str = "interim_transcript_hash";
const TAG: &str = "confirmation_tag";
const PROPOSALS: &str = "proposals";

impl PublicState {
    /// From the database.
    pub fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let values: BTreeMap<String, minicbor::bytes::ByteVec> =
            minicbor::decode(bytes).map_err(|_| Refusal::from(Code::Internal))?;
        let values = values
            .into_iter()
            .map(|(kind, value)| (kind, value.into()))
            .collect();
        Ok(Self {
            values: RefCell::new(values),
        })
    }

    /// For the database.
    pub fn to_bytes(&self) -> Vec<u8> {
        let values: BTreeMap<&str, &minicbor::bytes::ByteSlice> = BTreeMap::new();
        let held = self.values.borrow();
        let mut values = values;
        values.extend(
            held.iter()
                .map(|(kind, value)| (kind.as_str(), value.as_slice().into())),
        );
        minicbor::to_vec(&values).expect("encoding into a Vec has no error to report")
    }

    /// The group in it.
    pub fn load(&self, group: GroupId) -> Result<PublicGroup, Refusal> {
        let id = openmls::group::GroupId::from_slice(&group.to_bytes());
        PublicGroup::load(self, &id)
            .ok()
            .flatten()
            .ok_or_else(|| Code::Internal.into())
    }

    fn put(&self, kind: &str, value: &impl Serialize) -> Result<(), StateError> {
        let bytes = minicbor_serde::to_vec(value).map_err(|e| StateError(e.to_string()))?;
        self.values.borrow_mut().insert(kind.to_owned(), bytes);
        Ok(())
    }

    fn find<V: DeserializeOwned>(&self, kind: &str) -> Result<Option<V>, StateError> {
        let values = self.values.borrow();
        let Some(bytes) = values.get(kind) else {
            return Ok(None);
        };
        minicbor_serde::from_slice(bytes)
            .map(Some)
            .map_err(|e| StateError(e.to_string()))
    }

    fn forget(&self, kind: &str) {
        self.values.borrow_mut().remove(kind);
    }

    /// Queued proposals as (reference, proposal) pairs, each still encoded.
    fn queue(&self) -> Result<Queue, StateError> {
        Ok(self.find(PROPOSALS)?.unwrap_or_default())
    }
}

/// The policy of a group that was judged when it came to be as it is.
pub(crate) fn policy_of(group: &PublicGroup, id: GroupId) -> Result<CirclePolicy, Refusal> {
    judge::context::read_policy(group.group_context().extensions(), id)
        .map_err(|_| Code::Internal.into())
}

fn encode(value: &impl Serialize) -> Result<Vec<u8>, StateError> {
    minicbor_serde::to_vec(value).map_err(|e| StateError(e.to_string()))
}

fn decode<V: Entity<CURRENT_VERSION>>(bytes: &[u8]) -> Result<V, StateError> {
    minicbor_serde::from_slice(bytes).map_err(|e| StateError(e.to_string()))
}

type V1<T> = Result<T, StateError>;

impl PublicStorageProvider<CURRENT_VERSION> for PublicState {
    type PublicError = StateError;

    fn write_tree<G: traits::GroupId<CURRENT_VERSION>, T: traits::TreeSync<CURRENT_VERSION>>(
        &self,
        _: &G,
        tree: &T,
    ) -> V1<()> {
        self.put(TREE, tree)
    }

    fn write_interim_transcript_hash<
        G: traits::GroupId<CURRENT_VERSION>,
        H: traits::InterimTranscriptHash<CURRENT_VERSION>,
    >(
        &self,
        _: &G,
        hash: &H,
    ) -> V1<()> {
        self.put(TRANSCRIPT, hash)
    }

    fn write_context<
        G: traits::GroupId<CURRENT_VERSION>,
        C: traits::GroupContext<CURRENT_VERSION>,
    >(
        &self,
        _: &G,
        context: &C,
    ) -> V1<()> {
        self.put(CONTEXT, context)
    }

    fn write_confirmation_tag<
        G: traits::GroupId<CURRENT_VERSION>,
        T: traits::ConfirmationTag<CURRENT_VERSION>,
    >(
        &self,
        _: &G,
        tag: &T,
    ) -> V1<()> {
        self.put(TAG, tag)
    }

    fn queue_proposal<
        G: traits::GroupId<CURRENT_VERSION>,
        R: traits::ProposalRef<CURRENT_VERSION>,
        Q: traits::QueuedProposal<CURRENT_VERSION>,
    >(
        &self,
        _: &G,
        reference: &R,
        proposal: &Q,
    ) -> V1<()> {
        let mut queue = self.queue()?;
        queue.push((encode(reference)?, encode(proposal)?));
        self.put(PROPOSALS, &queue)
    }

    fn queued_proposals<
        G: traits::GroupId<CURRENT_VERSION>,
        R: traits::ProposalRef<CURRENT_VERSION>,
        Q: traits::QueuedProposal<CURRENT_VERSION>,
    >(
        &self,
        _: &G,
    ) -> V1<Vec<(R, Q)>> {
        self.queue()?
            .iter()
            .map(|(reference, proposal)| Ok((decode(reference)?, decode(proposal)?)))
            .collect()
    }

    fn tree<G: traits::GroupId<CURRENT_VERSION>, T: traits::TreeSync<CURRENT_VERSION>>(
        &self,
        _: &G,
    ) -> V1<Option<T>> {
        self.find(TREE)
    }

    fn group_context<
        G: traits::GroupId<CURRENT_VERSION>,
        C: traits::GroupContext<CURRENT_VERSION>,
    >(
        &self,
        _: &G,
    ) -> V1<Option<C>> {
        self.find(CONTEXT)
    }

    fn interim_transcript_hash<
        G: traits::GroupId<CURRENT_VERSION>,
        H: traits::InterimTranscriptHash<CURRENT_VERSION>,
    >(
        &self,
        _: &G,
    ) -> V1<Option<H>> {
        self.find(TRANSCRIPT)
    }

    fn confirmation_tag<
        G: traits::GroupId<CURRENT_VERSION>,
        T: traits::ConfirmationTag<CURRENT_VERSION>,
    >(
        &self,
        _: &G,
    ) -> V1<Option<T>> {
        self.find(TAG)
    }

    fn delete_tree<G: traits::GroupId<CURRENT_VERSION>>(&self, _: &G) -> V1<()> {
        self.forget(TREE);
        Ok(())
    }

    fn delete_confirmation_tag<G: traits::GroupId<CURRENT_VERSION>>(&self, _: &G) -> V1<()> {
        self.forget(TAG);
        Ok(())
    }

    fn delete_context<G: traits::GroupId<CURRENT_VERSION>>(&self, _: &G) -> V1<()> {
        self.forget(CONTEXT);
        Ok(())
    }

    fn delete_interim_transcript_hash<G: traits::GroupId<CURRENT_VERSION>>(&self, _: &G) -> V1<()> {
        self.forget(TRANSCRIPT);
        Ok(())
    }

    fn remove_proposal<
        G: traits::GroupId<CURRENT_VERSION>,
        R: traits::ProposalRef<CURRENT_VERSION>,
    >(
        &self,
        _: &G,
        reference: &R,
    ) -> V1<()> {
        let gone = encode(reference)?;
        let mut queue = self.queue()?;
        queue.retain(|(reference, _)| *reference != gone);
        self.put(PROPOSALS, &queue)
    }

    fn clear_proposal_queue<
        G: traits::GroupId<CURRENT_VERSION>,
        R: traits::ProposalRef<CURRENT_VERSION>,
    >(
        &self,
        _: &G,
    ) -> V1<()> {
        self.forget(PROPOSALS);
        Ok(())
    }
}
