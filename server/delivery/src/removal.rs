//! The server's own proposals: Remove, signed by the removal key that every circle lists among its
//! external senders (RFC 9420, section 12.1.8.1). Whoever commits next must take them up.

use std::slice;

use ed25519_dalek::{Signer as _, SigningKey};
use openmls::extensions::SenderExtensionIndex;
use openmls::group::PublicGroup;
use openmls::messages::external_proposals::ExternalProposal;
use openmls::prelude::{
    GroupEpoch, LeafNodeIndex, MlsMessageOut, ProcessedMessageContent, ProtocolMessage,
    SignatureScheme,
};
use openmls_rust_crypto::{OpenMlsRustCrypto, RustCrypto};
use openmls_traits::signatures::{Signer, SignerError};
use protocol::{Bytes, Code, DeviceId, GroupId, Refusal, Timestamp};
use tls_codec::Serialize as _;

use crate::message::read_message;
use crate::public_state::PublicState;
use crate::{Proposed, RemovalFacts, RosterDevice};

/// The removal key, opened for one use.
struct RemovalSigner<'k>(&'k SigningKey);

impl Signer for RemovalSigner<'_> {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(self.0.sign(payload).to_bytes().to_vec())
    }

    fn signature_scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

/// Proposes the removal of those of `devices` that stand in the group, at its present epoch.
/// [`Code::Internal`] if the group does not list the removal key.
pub fn propose_removals(
    key: &SigningKey,
    facts: &RemovalFacts,
    public_state: &[u8],
    devices: &[DeviceId],
) -> Result<Proposed, Refusal> {
    let crypto = RustCrypto::default();
    let state = PublicState::read(public_state)?;
    let mut group = state.load(facts.group)?;
    let sender = sender_index(&group, &facts.removal_key)?;
    let mut proposals = Vec::new();
    for member in group.members().collect::<Vec<_>>() {
        let Ok(cert) = judge::roster::Leaf::of_member(&member).and_then(|leaf| leaf.claim()) else {
            return Err(Code::Internal.into());
        };
        if !devices.contains(&cert.device) {
            continue;
        }
        let bytes = propose(key, &group, member.index, sender)?;
        queue(&mut group, &state, &bytes, &crypto)?;
        proposals.push((RosterDevice::from(&cert), bytes));
    }
    Ok(Proposed {
        public_state: state.to_bytes(),
        proposals,
    })
}

/// Whether whoever knows no other key of the agency's than this one takes the removal keys that a group lists.
pub fn is_vouched_for(
    agency_key: &[u8; 32],
    id: GroupId,
    public_state: &[u8],
) -> Result<bool, Refusal> {
    let group = PublicState::read(public_state)?.load(id)?;
    let facts = judge::Facts {
        agency_keys: slice::from_ref(agency_key),
        at: Timestamp::from_micros(0),
    };
    Ok(judge::Context::read(group.group_context().extensions(), id, &facts).is_ok())
}

/// The place of the removal key among the group's external senders.
fn sender_index(group: &PublicGroup, removal_key: &Bytes) -> Result<SenderExtensionIndex, Refusal> {
    let senders = group
        .group_context()
        .extensions()
        .external_senders()
        .ok_or(Code::Internal)?;
    let listed = |sender: &openmls::extensions::ExternalSender| {
        sender
            .tls_serialize_detached()
            .is_ok_and(|bytes| bytes.ends_with(removal_key))
    };
    let place = senders.iter().position(listed).ok_or(Code::Internal)?;
    let place = u32::try_from(place).map_err(|_| Code::Internal)?;
    Ok(SenderExtensionIndex::new(place))
}

fn propose(
    key: &SigningKey,
    group: &PublicGroup,
    removed: LeafNodeIndex,
    sender: SenderExtensionIndex,
) -> Result<Bytes, Refusal> {
    let epoch: GroupEpoch = group.group_context().epoch();
    let proposal: MlsMessageOut = ExternalProposal::new_remove::<OpenMlsRustCrypto>(
        removed,
        group.group_id().clone(),
        epoch,
        &RemovalSigner(key),
        sender,
    )
    .map_err(|_| Refusal::from(Code::Internal))?;
    let bytes = proposal
        .tls_serialize_detached()
        .map_err(|_| Refusal::from(Code::Internal))?;
    Ok(Bytes(bytes))
}

/// The public group takes the proposal as every device will.
fn queue(
    group: &mut PublicGroup,
    state: &PublicState,
    bytes: &[u8],
    crypto: &RustCrypto,
) -> Result<(), Refusal> {
    let internal = || Refusal::from(Code::Internal);
    let openmls::prelude::MlsMessageBodyIn::PublicMessage(message) = read_message(bytes)? else {
        return Err(internal());
    };
    let processed = group
        .process_message(crypto, ProtocolMessage::from(message))
        .map_err(|_| internal())?;
    let ProcessedMessageContent::ProposalMessage(queued) = processed.into_content() else {
        return Err(internal());
    };
    judge::judge_proposal(&queued).map_err(|_| internal())?;
    group.add_proposal(state, *queued).map_err(|_| internal())
}
