//! What a commit may be made of, and by whom.

use ed25519_dalek::{Signer as _, SigningKey};
use judge::{Facts, Violation, judge_commit, judge_proposal};
use openmls::extensions::SenderExtensionIndex;
use openmls::group::MlsGroup;
use openmls::messages::external_proposals::ExternalProposal;
use openmls::prelude::*;
use openmls::schedule::{ExternalPsk, PreSharedKeyId, Psk};
use openmls_rust_crypto::OpenMlsRustCrypto;
use openmls_traits::signatures::SignerError;
use protocol::{Role, limits};
use tls_codec::Deserialize as _;

use super::amendments::{ANA, Circle, DANA, KEEPER, MARIA};
use super::party::{NOW, Party, bytes, commit_with};

/// The removal key that every circle of these tests lists.
struct RemovalKey;

impl openmls_traits::signatures::Signer for RemovalKey {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        let key = SigningKey::from_bytes(&[0xee; 32]);
        Ok(key.sign(payload).to_bytes().to_vec())
    }

    fn signature_scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

fn queued(person: &Party, group: &mut MlsGroup, proposal: &MlsMessageOut) -> QueuedProposal {
    let message = MlsMessageIn::tls_deserialize_exact(&*bytes(proposal)).expect("reads");
    let message = message.try_into_protocol_message().expect("a message");
    let processed = group
        .process_message(&person.provider, message)
        .expect("OpenMLS takes it");
    let ProcessedMessageContent::ProposalMessage(queued) = processed.into_content() else {
        panic!("a proposal")
    };
    *queued
}

/// Everybody's group holds the server's proposal.
fn propose(circle: &mut Circle, proposal: &MlsMessageOut) {
    for (person, group) in circle.people.iter().zip(&mut circle.groups) {
        let queued = queued(person, group, proposal);
        group
            .store_pending_proposal(person.provider.storage(), queued)
            .expect("stores");
    }
}

fn removal(circle: &Circle, leaf: u32) -> MlsMessageOut {
    let group = &circle.groups[DANA];
    ExternalProposal::new_remove::<OpenMlsRustCrypto>(
        LeafNodeIndex::new(leaf),
        group.group_id().clone(),
        group.epoch(),
        &RemovalKey,
        SenderExtensionIndex::new(0),
    )
    .expect("made")
}

fn addition(circle: &Circle, ghost: &Party) -> MlsMessageOut {
    let group = &circle.groups[DANA];
    ExternalProposal::new_add::<OpenMlsRustCrypto>(
        ghost.key_package(),
        group.group_id().clone(),
        group.epoch(),
        &RemovalKey,
        SenderExtensionIndex::new(0),
    )
    .expect("made")
}

#[test]
fn the_server_may_propose_a_removal_and_nothing_else() {
    let mut circle = Circle::new();
    let ghost = Party::new(9, Role::Caregiver);
    let (remove, add) = (removal(&circle, 2), addition(&circle, &ghost));
    let maria = &circle.people[MARIA];
    let group = &mut circle.groups[MARIA];
    let judged = judge_proposal(&queued(maria, group, &remove));
    assert_eq!(judged.map(|leaf| leaf.u32()), Ok(2));
    let judged = judge_proposal(&queued(maria, group, &add));
    assert_eq!(
        judged.map(|leaf| leaf.u32()),
        Err(Violation::ExternalProposal)
    );
}

#[test]
fn a_member_proposes_nothing_outside_a_commit() {
    let mut circle = Circle::new();
    let dana = &circle.people[DANA];
    let (proposal, _) = circle.groups[DANA]
        .propose_remove_member(&dana.provider, dana, LeafNodeIndex::new(2))
        .expect("proposes");
    let queued = queued(&circle.people[MARIA], &mut circle.groups[MARIA], &proposal);
    let judged = judge_proposal(&queued);
    assert_eq!(judged.map(|leaf| leaf.u32()), Err(Violation::Sender));
}

#[test]
fn the_servers_addition_is_not_committed() {
    let mut circle = Circle::new();
    let ghost = Party::new(9, Role::Caregiver);
    let add = addition(&circle, &ghost);
    propose(&mut circle, &add);
    let mut other = circle.context();
    other.policy.members.push(ghost.listed());
    let judged = circle.amend(DANA, &other).map(|_| ());
    assert_eq!(judged, Err(Violation::ExternalProposal));
}

#[test]
fn anybody_commits_a_removal_that_the_server_proposed_with_exactly_what_follows() {
    for author in [DANA, ANA] {
        let mut circle = Circle::new();
        let remove = removal(&circle, 3);
        propose(&mut circle, &remove);
        let mut after = circle.context();
        after.policy.members.remove(KEEPER);
        after.policy.custodians.clear();
        let judged = circle
            .amend(author, &after)
            .expect("the removal and no more");
        assert_eq!(judged.removed[0].device, circle.people[KEEPER].device);
    }
    let mut circle = Circle::new();
    let remove = removal(&circle, 3);
    propose(&mut circle, &remove);
    let still = circle.context();
    let judged = circle.amend(ANA, &still).map(|_| ());
    assert_eq!(
        judged,
        Err(Violation::AccountWithoutDevice),
        "the account goes as well"
    );
    let mut circle = Circle::new();
    let remove = removal(&circle, 3);
    propose(&mut circle, &remove);
    let mut more = circle.context();
    more.policy.members.remove(KEEPER);
    more.policy.custodians.clear();
    more.policy.retention = "forever".to_owned();
    let judged = circle.amend(ANA, &more).map(|_| ());
    assert_eq!(
        judged,
        Err(Violation::AmendmentNotAllowed),
        "and nothing else"
    );
}

#[test]
fn a_type_that_is_not_listed_is_not_committed() {
    let mut circle = Circle::new();
    let psk = Psk::External(ExternalPsk::new(b"a secret of two".to_vec()));
    let ids: Vec<_> = [DANA, MARIA]
        .into_iter()
        .map(|who| {
            let provider = &circle.people[who].provider;
            let id = PreSharedKeyId::new(judge::context::SUITE, provider.rand(), psk.clone());
            let id = id.expect("random");
            id.store(provider, b"secret").expect("stores");
            id
        })
        .collect();
    let bundle = commit_with(&circle.people[DANA], &mut circle.groups[DANA], |builder| {
        let proposal = PreSharedKeyProposal::new(ids[0].clone());
        builder.add_proposals([Proposal::PreSharedKey(Box::new(proposal))])
    });
    let judged = circle.judge(&bundle.commit).map(|_| ());
    assert_eq!(judged, Err(Violation::ProposalType));
}

#[test]
fn a_commit_renews_its_makers_leaf() {
    let mut circle = Circle::new();
    let ben = Party::new(6, Role::Caregiver);
    let mut other = circle.context();
    other.policy.members.push(ben.listed());
    let dana = &circle.people[DANA];
    let bundle = circle.groups[DANA]
        .commit_builder()
        .propose_adds([ben.key_package()])
        .load_psks(dana.provider.storage())
        .expect("loads")
        .build(dana.provider.rand(), dana.provider.crypto(), dana, |_| true)
        .expect("builds")
        .stage_commit(&dana.provider)
        .expect("stages");
    let (commit, ..) = bundle.into_messages();
    let judged = circle.judge(&bytes(&commit)).map(|_| ());
    assert_eq!(judged, Err(Violation::PathMissing));
}

#[test]
fn a_leaf_stays_its_devices_own() {
    let mut circle = Circle::new();
    let dana = &circle.people[DANA];
    let mut other = dana.twin(0x22, 0);
    other.dsk = dana.dsk.clone();
    other.certify();
    let bundle = commit_with(dana, &mut circle.groups[DANA], |builder| {
        let parameters = LeafNodeParameters::builder();
        let parameters = parameters.with_credential_with_key(other.credential());
        builder.leaf_node_parameters(parameters.build())
    });
    let judged = circle.judge(&bundle.commit).map(|_| ());
    assert_eq!(judged, Err(Violation::PathOfAnotherDevice));
}

#[test]
fn a_device_stands_in_a_group_once() {
    let mut circle = Circle::new();
    let twin = circle.people[ANA].twin(4, 0x99);
    let dana = &circle.people[DANA];
    let bundle = commit_with(dana, &mut circle.groups[DANA], |builder| {
        builder.propose_adds([twin.key_package()])
    });
    let judged = circle.judge(&bundle.commit).map(|_| ());
    assert_eq!(judged, Err(Violation::DeviceTwice));
}

#[test]
fn certificates_that_a_commit_brings_are_valid_when_it_is_taken() {
    for days in [-30, 30] {
        let mut circle = Circle::new();
        let twin = circle.people[ANA].twin(0x55, 0x99);
        let dana = &circle.people[DANA];
        let bundle = commit_with(dana, &mut circle.groups[DANA], |builder| {
            builder.propose_adds([twin.key_package()])
        });
        // Dana's own certificate holds for 400 days, the newcomer's for one.
        let at = NOW.plus_seconds(days * 86_400);
        let judged = circle.judge_at(&bundle.commit, at).map(|_| ());
        assert_eq!(judged, Err(Violation::CertificateDates));
    }
    let mut circle = Circle::new();
    let bundle = commit_with(&circle.people[DANA], &mut circle.groups[DANA], |builder| {
        builder
    });
    let over = NOW.plus_seconds(limits::CERTIFICATE_S_MAX);
    let judged = circle.judge_at(&bundle.commit, over).map(|_| ());
    assert_eq!(judged, Err(Violation::CertificateDates), "the maker's own");
}

/// Judges a member's commit as if another kind of sender had made it.
fn judged_as(circle: &mut Circle, sender: &Sender, commit: &protocol::Bytes) -> Violation {
    let agency_key = circle.followed.agency.public();
    let facts = Facts {
        agency_keys: &[agency_key],
        at: NOW,
    };
    let message = MlsMessageIn::tls_deserialize_exact(&**commit).expect("reads");
    let message = message.try_into_protocol_message().expect("a message");
    let group = &mut circle.groups[MARIA];
    let processed = group.process_message(&circle.people[MARIA].provider, message);
    let content = processed.expect("OpenMLS takes it").into_content();
    let ProcessedMessageContent::StagedCommitMessage(staged) = content else {
        panic!("a commit")
    };
    judge_commit(group.public_group(), sender, &staged, &facts).unwrap_err()
}

#[test]
fn whoever_comes_in_by_themselves_changes_no_policy_and_takes_nobody_out() {
    let mut circle = Circle::new();
    let mut other = circle.context();
    other.policy.retention = "forever".to_owned();
    let bundle = super::party::commit(
        &circle.people[DANA],
        &mut circle.groups[DANA],
        Vec::new(),
        Some(&other),
    );
    let refused = judged_as(&mut circle, &Sender::NewMemberCommit, &bundle.commit);
    assert_eq!(refused, Violation::ExternalCommit);

    let mut circle = Circle::new();
    let bundle = commit_with(&circle.people[DANA], &mut circle.groups[DANA], |builder| {
        builder.propose_removals([LeafNodeIndex::new(2)])
    });
    let refused = judged_as(&mut circle, &Sender::NewMemberCommit, &bundle.commit);
    assert_eq!(refused, Violation::ExternalCommit);
}

#[test]
fn nobody_else_commits() {
    for sender in [
        Sender::NewMemberProposal,
        Sender::External(SenderExtensionIndex::new(0)),
        Sender::Member(LeafNodeIndex::new(77)),
    ] {
        let mut circle = Circle::new();
        let bundle = commit_with(&circle.people[DANA], &mut circle.groups[DANA], |builder| {
            builder
        });
        let refused = judged_as(&mut circle, &sender, &bundle.commit);
        assert_eq!(refused, Violation::Sender, "{sender:?}");
    }
}
