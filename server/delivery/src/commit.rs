//! The checks of a commit, in order.

use std::collections::BTreeSet;
use std::slice;

use judge::Judged;
use judge::keys::opens_with_usable;
use openmls::group::{PublicGroup, StagedCommit};
use openmls::prelude::{
    LeafNodeIndex, MlsMessageBodyIn, ParentNode, ProcessedMessageContent, ProtocolMessage, Sender,
};
use openmls_rust_crypto::RustCrypto;
use protocol::bundle::CommitBundle;
use protocol::policy::{CirclePolicy, HistoryMode};
use protocol::{AccountId, Code, DeviceId, Refusal};
use tls_codec::Serialize as _;

use crate::key_package::reference;
use crate::message::{envelope, read_envelope, read_message};
use crate::public_state::{PublicState, policy_of};
use crate::{Accepted, CommitFacts, Envelope, Holder, RosterDevice, group_info};

/// Judges a commit against the group that the database has.
pub fn accept(
    facts: &CommitFacts,
    public_state: &[u8],
    bundle: &CommitBundle,
) -> Result<Accepted, Refusal> {
    let crypto = RustCrypto::default();
    let message = read_commit(facts, bundle)?;
    let state = PublicState::read(public_state)?;
    let mut group = state.load(facts.group)?;
    let before = policy_of(&group, facts.group)?;

    let processed = group
        .process_message(&crypto, message)
        .map_err(|error| Refusal::new(Code::CommitInvalid, error.to_string()))?;
    let sender = processed.sender().clone();
    let ProcessedMessageContent::StagedCommitMessage(staged) = processed.into_content() else {
        return Err(Refusal::new(Code::CommitInvalid, "not a commit"));
    };
    let judging = judge::Facts {
        agency_keys: slice::from_ref(&facts.agency_key),
        at: facts.now,
    };
    let judged = judge::judge_commit(&group, &sender, &staged, &judging)
        .map_err(|violation| Refusal::new(Code::Judged, violation.to_string()))?;

    check_committer(facts, &judged)?;
    check_succession(facts, &before, &judged)?;
    let returned = matches!(sender, Sender::NewMemberCommit);
    let unresolved = check_removals(facts, &judged, returned)?;
    let accounts_changed = check_accounts(facts, &before, &judged)?;
    let added = check_claims(facts, &staged, &judged, &crypto)?;
    let signer = committer_index(&group, &sender, &staged)?;
    group
        .merge_commit(&state, *staged)
        .map_err(|_| Refusal::new(Code::CommitInvalid, "does not merge"))?;
    check_inner_keys(&group)?;
    group_info::check(&bundle.group_info, &group, signer, &crypto)?;
    check_welcome(bundle, &added)?;
    let own = judged.committer.device;
    let removed: Vec<_> = (judged.removed.iter())
        .filter(|cert| cert.device != own)
        .map(RosterDevice::from)
        .collect();
    // Who comes in by themselves makes a key of their own: under the present number it would be a second.
    let moves = accounts_changed || returned || !removed.is_empty();
    let history = (before.history, judged.context.policy.history);
    let era = check_era(facts, bundle, history, moves)?;

    let mut roster: Vec<_> = judged.roster.iter().map(RosterDevice::from).collect();
    roster.sort_unstable();
    Ok(Accepted {
        public_state: state.to_bytes(),
        epoch: facts.epoch + 1,
        era,
        history: history.1,
        roster,
        added: judged.added.iter().map(RosterDevice::from).collect(),
        removed,
        returned,
        unresolved,
    })
}

fn read_commit(facts: &CommitFacts, bundle: &CommitBundle) -> Result<ProtocolMessage, Refusal> {
    let MlsMessageBodyIn::PublicMessage(message) = read_message(&bundle.commit)? else {
        return Err(Refusal::new(
            Code::MlsMalformed,
            "commits are public messages",
        ));
    };
    let message = ProtocolMessage::from(message);
    let Envelope { group, epoch } = envelope(&message)?;
    if group != facts.group {
        return Err(Refusal::new(Code::Generation, "commit of another group"));
    }
    if epoch != facts.epoch {
        return Err(Refusal::new(Code::Stale, format!("epoch {}", facts.epoch)));
    }
    Ok(message)
}

fn check_committer(facts: &CommitFacts, judged: &Judged) -> Result<(), Refusal> {
    let committer = &judged.committer;
    if committer.device == facts.committer.device && committer.account == facts.committer.account {
        Ok(())
    } else {
        Err(Refusal::new(
            Code::CommitInvalid,
            "committed by another device",
        ))
    }
}

/// A circle is told of a new identity key only after the server, which takes one for each key that it replaces. Were the
/// key of now to hand over to one key here and to another elsewhere, whoever is in both circles would stop.
fn check_succession(
    facts: &CommitFacts,
    before: &CirclePolicy,
    judged: &Judged,
) -> Result<(), Refusal> {
    let Holder { account, aik, .. } = &facts.committer;
    let listed = |policy: &CirclePolicy| policy.member(*account).map(|member| member.aik.clone());
    let earlier = listed(before);
    let of_now = earlier.as_ref().is_some_and(|earlier| earlier.0 == aik);
    if of_now && listed(&judged.context.policy) != earlier {
        let detail = "the server knows of no other identity key: bring it there first";
        return Err(Refusal::new(Code::SuccessionInvalid, detail));
    }
    Ok(())
}

/// A member's commit covers every removal that waits; an external commit cannot carry them. Answers
/// those that go on waiting.
fn check_removals(
    facts: &CommitFacts,
    judged: &Judged,
    returned: bool,
) -> Result<Vec<DeviceId>, Refusal> {
    let stays = |device: &&DeviceId| judged.roster.iter().any(|cert| cert.device == **device);
    let waiting: Vec<_> = facts.pending.iter().filter(stays).copied().collect();
    if returned || waiting.is_empty() {
        return Ok(waiting);
    }
    Err(Refusal::new(
        Code::MissingRemovals,
        format!("{} removals are not covered", waiting.len()),
    ))
}

/// New accounts must be ones that the circle names, in the role and under the key that the server
/// knows. Answers whether accounts came or went.
fn check_accounts(
    facts: &CommitFacts,
    before: &CirclePolicy,
    judged: &Judged,
) -> Result<bool, Refusal> {
    let after = &judged.context.policy;
    for member in after
        .members
        .iter()
        .filter(|member| before.member(member.account).is_none())
    {
        let named = facts.named.iter().any(|named| {
            named.account == member.account
                && named.role == member.role
                && member.aik.0 == named.aik
        });
        if !named {
            return Err(Refusal::new(
                Code::NotAllowed,
                "an account that the circle does not name",
            ));
        }
    }
    let accounts = |policy: &CirclePolicy| -> BTreeSet<AccountId> {
        policy.members.iter().map(|member| member.account).collect()
    };
    Ok(accounts(before) != accounts(after))
}

/// Every Add is by a key package that was claimed for this circle, for that very device. Answers the
/// references, which the Welcome must name.
fn check_claims(
    facts: &CommitFacts,
    staged: &StagedCommit,
    judged: &Judged,
    crypto: &RustCrypto,
) -> Result<BTreeSet<[u8; 32]>, Refusal> {
    let mut references = BTreeSet::new();
    for (add, cert) in staged.add_proposals().zip(&judged.added) {
        let reference = reference(add.add_proposal().key_package(), crypto)?;
        let claimed = facts.claimed.iter().any(|claimed| {
            claimed.reference == reference
                && claimed.account == cert.account
                && claimed.device == cert.device
        });
        if !claimed {
            return Err(Refusal::new(
                Code::KeyPackageUnclaimed,
                "claim it for this circle first",
            ));
        }
        references.insert(reference);
    }
    Ok(references)
}

/// The leaf of the committer after the commit.
fn committer_index(
    group: &PublicGroup,
    sender: &Sender,
    staged: &StagedCommit,
) -> Result<LeafNodeIndex, Refusal> {
    match sender {
        Sender::Member(index) => Ok(*index),
        _ => group
            .ext_commit_sender_index(staged)
            .map_err(|_| Code::Internal.into()),
    }
}

/// Others encrypt to the inner nodes of the tree as well. Whoever stands below one derives its key and finds out; the others
/// take it as it is.
fn check_inner_keys(group: &PublicGroup) -> Result<(), Refusal> {
    let usable = |node: &ParentNode| {
        let node = node.tls_serialize_detached();
        node.is_ok_and(|node| opens_with_usable(&node))
    };
    if group.export_ratchet_tree().parents().all(usable) {
        Ok(())
    } else {
        let detail = "a key to which nobody can encrypt";
        Err(Refusal::new(Code::CommitInvalid, detail))
    }
}

fn check_welcome(bundle: &CommitBundle, added: &BTreeSet<[u8; 32]>) -> Result<(), Refusal> {
    let mismatch = || {
        Refusal::new(
            Code::WelcomeMismatch,
            "recipients are not the added devices",
        )
    };
    let Some(bytes) = &bundle.welcome else {
        return if added.is_empty() {
            Ok(())
        } else {
            Err(mismatch())
        };
    };
    let MlsMessageBodyIn::Welcome(welcome) = read_message(bytes)? else {
        return Err(Refusal::new(Code::MlsMalformed, "not a Welcome"));
    };
    let recipients: BTreeSet<Vec<u8>> = welcome
        .secrets()
        .iter()
        .map(|secret| secret.new_member().as_slice().to_vec())
        .collect();
    let expected: BTreeSet<Vec<u8>> = added.iter().map(|reference| reference.to_vec()).collect();
    if recipients == expected && welcome.secrets().len() == added.len() && !added.is_empty() {
        Ok(())
    } else {
        Err(mismatch())
    }
}

/// A new era whenever an account came, anybody went, a device came in by itself, or history is kept again:
/// nothing from before may be read by its key. Otherwise the same one or the next. Where no history is kept the
/// number stands still, whatever the bundle says: there is no key that it could name. Answers the era that
/// holds.
fn check_era(
    facts: &CommitFacts,
    bundle: &CommitBundle,
    (before, after): (HistoryMode, HistoryMode),
    must_move: bool,
) -> Result<u32, Refusal> {
    let Envelope { group, epoch } = read_envelope(&bundle.era_next)?;
    if group != facts.group || epoch != facts.epoch + 1 {
        return Err(Refusal::new(
            Code::MlsMalformed,
            "era_next is not of the next epoch",
        ));
    }
    if !after.is_kept() {
        return Ok(facts.era);
    }
    let next = facts.era + 1;
    let may_stay = before.is_kept() && !must_move;
    if bundle.era == next || (bundle.era == facts.era && may_stay) {
        Ok(bundle.era)
    } else {
        Err(Refusal::new(Code::EraOver, format!("era {next} is due")))
    }
}
