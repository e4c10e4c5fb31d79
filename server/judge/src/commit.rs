//! The judgement of a commit, before it is merged.

use openmls::framing::Sender;
use openmls::group::{PublicGroup, QueuedProposal, StagedCommit};
use openmls::prelude::{LeafNodeIndex, Proposal};
use protocol::GroupId;
use protocol::certificate::DeviceCert;
use protocol::policy::PolicyMember;

use crate::amendment;
use crate::certificate::check_dates;
use crate::context::Context;
use crate::roster::{Leaf, certify_all};
use crate::{Facts, Violation};

/// What an accepted commit does.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The device that made it.
    pub committer: DeviceCert,
    /// The GroupContext it leads to.
    pub context: Context,
    /// Every device in the group after it.
    pub roster: Vec<DeviceCert>,
    /// Devices that it brings in.
    pub added: Vec<DeviceCert>,
    /// Devices that it takes out.
    pub removed: Vec<DeviceCert>,
}

/// Judges a staged commit against the group it would change.
pub fn judge_commit(
    group: &PublicGroup,
    sender: &Sender,
    staged: &StagedCommit,
    facts: &Facts<'_>,
) -> Result<Judged, Violation> {
    let id = GroupId::try_from(group.group_id().as_slice())
        .map_err(|_| Violation::PolicyOfAnotherGroup)?;
    let before = Context::read(group.group_context().extensions(), id, facts)?;
    let context = Context::read(staged.group_context().extensions(), id, facts)?;
    for proposal in staged.queued_proposals() {
        check_proposal(proposal, sender)?;
    }

    let path = staged
        .update_path_leaf_node()
        .ok_or(Violation::PathMissing)?;
    let path = Leaf::of_newcomer(path)?;
    let committer = path.certify(&context.policy)?;
    check_dates(&committer, facts.at)?;
    let author = before
        .policy
        .member(committer.account)
        .ok_or(Violation::AccountUnlisted)?;
    let old_leaf = check_committer(group, sender, &committer, (&before, &context))?;

    let removed = removed_leaves(group, staged)?;
    if *sender == Sender::NewMemberCommit {
        check_return(&committer, &removed)?;
    } else {
        check_removals(staged, &removed, author)?;
    }
    amendment::check(&before.policy, &context.policy, author)?;
    amendment::check_removal_keys(&before.removal_keys, &context.removal_keys, author)?;

    let added = staged
        .add_proposals()
        .map(|add| Leaf::of_key_package(add.add_proposal().key_package()))
        .collect::<Result<Vec<_>, _>>()?;
    let mut leaves = Vec::new();
    for member in group.members() {
        let gone = removed.iter().any(|(index, _)| *index == member.index);
        if !gone && Some(member.index) != old_leaf {
            leaves.push(Leaf::of_member(&member)?);
        }
    }
    leaves.push(path);
    leaves.extend(added.iter().cloned());
    let roster = certify_all(&leaves, &context.policy)?;

    let added = added
        .iter()
        .map(|leaf| leaf.certify(&context.policy))
        .collect::<Result<Vec<_>, _>>()?;
    if !added.is_empty() && !amendment::may_add(author.role) {
        return Err(Violation::AmendmentNotAllowed);
    }
    added
        .iter()
        .try_for_each(|cert| check_dates(cert, facts.at))?;
    let removed = removed.into_iter().map(|(_, cert)| cert).collect();
    Ok(Judged {
        committer,
        context,
        roster,
        added,
        removed,
    })
}

/// Only the listed types, and from an external sender only Remove.
fn check_proposal(queued: &QueuedProposal, commit_sender: &Sender) -> Result<(), Violation> {
    match (queued.proposal(), queued.sender()) {
        (Proposal::Remove(_), _)
        | (Proposal::Add(_) | Proposal::GroupContextExtensions(_), Sender::Member(_)) => Ok(()),
        (_, Sender::External(_)) => Err(Violation::ExternalProposal),
        (Proposal::ExternalInit(_), Sender::NewMemberCommit)
            if *commit_sender == Sender::NewMemberCommit =>
        {
            Ok(())
        }
        _ => Err(Violation::ProposalType),
    }
}

/// The committer's leaf stays the same device's; a returning device changes no policy. Answers the
/// index of the leaf that the update path replaces.
fn check_committer(
    group: &PublicGroup,
    sender: &Sender,
    committer: &DeviceCert,
    (before, after): (&Context, &Context),
) -> Result<Option<LeafNodeIndex>, Violation> {
    match sender {
        Sender::Member(index) => {
            let old = group.leaf(*index).ok_or(Violation::Sender)?;
            let old = Leaf::of_node(old)?.claim()?;
            if old.device == committer.device && old.account == committer.account {
                Ok(Some(*index))
            } else {
                Err(Violation::PathOfAnotherDevice)
            }
        }
        Sender::NewMemberCommit if before == after => Ok(None),
        Sender::NewMemberCommit => Err(Violation::ExternalCommit),
        Sender::External(_) | Sender::NewMemberProposal => Err(Violation::Sender),
    }
}

fn removed_leaves(
    group: &PublicGroup,
    staged: &StagedCommit,
) -> Result<Vec<(LeafNodeIndex, DeviceCert)>, Violation> {
    staged
        .remove_proposals()
        .map(|removal| {
            let index = removal.remove_proposal().removed();
            let node = group.leaf(index).ok_or(Violation::Sender)?;
            Ok((index, Leaf::of_node(node)?.claim()?))
        })
        .collect()
}

/// A returning device takes out nothing but its own old leaf.
fn check_return(
    committer: &DeviceCert,
    removed: &[(LeafNodeIndex, DeviceCert)],
) -> Result<(), Violation> {
    let own =
        |cert: &DeviceCert| cert.device == committer.device && cert.account == committer.account;
    if removed.iter().all(|(_, cert)| own(cert)) {
        Ok(())
    } else {
        Err(Violation::ExternalCommit)
    }
}

/// Whether a proposal by reference may wait in a group: the server's, and only a Remove. OpenMLS would
/// take an Add and new extensions from an external sender as well.
pub fn judge_proposal(queued: &QueuedProposal) -> Result<LeafNodeIndex, Violation> {
    match (queued.proposal(), queued.sender()) {
        (Proposal::Remove(remove), Sender::External(_)) => Ok(remove.removed()),
        (_, Sender::External(_)) => Err(Violation::ExternalProposal),
        _ => Err(Violation::Sender),
    }
}

/// The server's removals stand by themselves; a member's own need the role, or the same account.
fn check_removals(
    staged: &StagedCommit,
    removed: &[(LeafNodeIndex, DeviceCert)],
    author: &PolicyMember,
) -> Result<(), Violation> {
    for (removal, (_, cert)) in staged.remove_proposals().zip(removed) {
        let proposed_by_server = matches!(removal.sender(), Sender::External(_));
        let own = cert.account == author.account;
        if !(proposed_by_server || own || amendment::may_remove(author.role)) {
            return Err(Violation::RemovalNotAllowed);
        }
    }
    Ok(())
}
