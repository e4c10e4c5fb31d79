//! What a commit may change in the policy, and who may.

use protocol::policy::{CirclePolicy, PolicyMember, VerifiedBy};
use protocol::{AccountId, Role, labels};

use crate::Violation;
use crate::certificate::verify;

/// Whether a role may bring accounts and devices into a circle.
pub fn may_add(role: Role) -> bool {
    role == Role::CaseManager
}

/// Whether a role may take other people's devices out by its own proposal.
pub fn may_remove(role: Role) -> bool {
    matches!(role, Role::CaseManager | Role::Client | Role::Custodian)
}

/// Judges the step from `before` to `after`, committed by `author`.
pub fn check(
    before: &CirclePolicy,
    after: &CirclePolicy,
    author: &PolicyMember,
) -> Result<(), Violation> {
    let fixed = |policy: &CirclePolicy| {
        let CirclePolicy {
            custodians,
            retention,
            history,
            client_version_min,
            ..
        } = policy;
        (
            custodians.clone(),
            retention.clone(),
            *history,
            *client_version_min,
        )
    };
    if fixed(before) != fixed(after) && !may_add(author.role) {
        return Err(Violation::AmendmentNotAllowed);
    }
    for member in &after.members {
        match before.member(member.account) {
            None if may_add(author.role) => check_verification(member, after)?,
            None => return Err(Violation::AmendmentNotAllowed),
            Some(earlier) => check_member(earlier, member, after, author)?,
        }
    }
    Ok(())
}

fn check_member(
    earlier: &PolicyMember,
    member: &PolicyMember,
    after: &CirclePolicy,
    author: &PolicyMember,
) -> Result<(), Violation> {
    if earlier.aik != member.aik {
        return Err(Violation::IdentityKeyChanged);
    }
    if earlier.role != member.role {
        return Err(Violation::RoleChanged);
    }
    if earlier.verified_by == member.verified_by {
        return Ok(());
    }
    let own = member
        .verified_by
        .as_ref()
        .is_some_and(|by| by.verifier == author.account);
    if !own && !may_add(author.role) {
        return Err(Violation::AmendmentNotAllowed);
    }
    check_verification(member, after)
}

/// What the verifier signs: `account || aik || at (i64, big-endian microseconds)`.
pub fn verification_content(account: AccountId, aik: &[u8], by: &VerifiedBy) -> Vec<u8> {
    let mut content = account.as_bytes().to_vec();
    content.extend_from_slice(aik);
    content.extend_from_slice(&by.at.micros().to_be_bytes());
    content
}

/// Whether a member's `verified_by` stands: signed by a listed verifier who is not the member.
pub fn check_verification(member: &PolicyMember, policy: &CirclePolicy) -> Result<(), Violation> {
    let Some(by) = &member.verified_by else {
        return Ok(());
    };
    let verifier = policy
        .member(by.verifier)
        .ok_or(Violation::VerificationInvalid)?;
    let aik = verifier.aik.to_array().ok_or(Violation::PolicyMembers)?;
    let content = verification_content(member.account, &member.aik, by);
    if verifier.account != member.account
        && verify(labels::VERIFIED_BY, &content, &aik, &by.signature)
    {
        Ok(())
    } else {
        Err(Violation::VerificationInvalid)
    }
}
