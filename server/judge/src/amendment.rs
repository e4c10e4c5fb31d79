//! What a commit may change in the policy, and who may.

use protocol::certificate::Succession;
use protocol::policy::{CirclePolicy, PolicyMember, VerifiedBy};
use protocol::{AccountId, Bytes, Role, labels, limits};

use crate::Violation;
use crate::certificate::{read_certificate, read_signed, verify};

/// Whether a role may bring accounts and devices into a circle.
pub fn may_add(role: Role) -> bool {
    role == Role::CaseManager
}

/// Whether a role may take other people's devices out by its own proposal.
pub fn may_remove(role: Role) -> bool {
    matches!(role, Role::CaseManager | Role::Client | Role::Custodian)
}

/// Whether a role may say if a circle keeps history: it is the client's conversation, and the agency's record.
pub fn may_set_history(role: Role) -> bool {
    matches!(role, Role::CaseManager | Role::Client)
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
            client_version_min,
            ..
        } = policy;
        // A custodian that left the circle is no longer named; that follows and is nobody's decision.
        let staying = |account: &&AccountId| after.member(**account).is_some();
        (
            custodians
                .iter()
                .filter(staying)
                .copied()
                .collect::<Vec<_>>(),
            retention.clone(),
            *client_version_min,
        )
    };
    if fixed(before) != fixed(after) && !may_add(author.role) {
        return Err(Violation::AmendmentNotAllowed);
    }
    if before.history != after.history && !may_set_history(author.role) {
        return Err(Violation::AmendmentNotAllowed);
    }
    for member in &after.members {
        match before.member(member.account) {
            None if may_add(author.role) => {
                check_verification(member, after)?;
                check_chain(member)?;
            }
            None => return Err(Violation::AmendmentNotAllowed),
            Some(earlier) => check_member(earlier, member, after, author)?,
        }
    }
    Ok(())
}

/// Removal keys change by a role that may, and give way only to later ones: a circle that lists a key of the
/// agency's next key must not be brought back to one that only the key before vouches for, which people who
/// come later never knew.
pub fn check_removal_keys(
    before: &[Bytes],
    after: &[Bytes],
    author: &PolicyMember,
) -> Result<(), Violation> {
    if before == after {
        return Ok(());
    }
    let begins = |signed: &Bytes| read_certificate(signed).map(|(_, key)| key.not_before);
    let latest = before.iter().map(begins).max();
    let is_later = |signed: &Bytes| Some(begins(signed)) >= latest;
    let kept_or_later = |signed: &Bytes| before.contains(signed) || is_later(signed);
    if may_add(author.role) && after.iter().all(kept_or_later) && after.iter().any(is_later) {
        Ok(())
    } else {
        Err(Violation::AmendmentNotAllowed)
    }
}

fn check_member(
    earlier: &PolicyMember,
    member: &PolicyMember,
    after: &CirclePolicy,
    author: &PolicyMember,
) -> Result<(), Violation> {
    if earlier.aik != member.aik || earlier.successions != member.successions {
        return check_succession(earlier, member, author);
    }
    if earlier.role != member.role {
        return Err(Violation::RoleChanged);
    }
    if earlier.verified_by == member.verified_by {
        return check_verification(member, after);
    }
    // A mark goes with whoever made it, or with the key that signed it: that follows and is nobody's
    // decision.
    let fallen = check_verification(earlier, after).is_err();
    if fallen && member.verified_by.is_none() {
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

/// A new identity key: brought by a device of that very account, signed by the key that it replaces,
/// and verified by nobody yet.
fn check_succession(
    earlier: &PolicyMember,
    member: &PolicyMember,
    author: &PolicyMember,
) -> Result<(), Violation> {
    let Some((newest, known)) = member.successions.split_last() else {
        return Err(Violation::IdentityKeyChanged);
    };
    let handed_over = read_succession(newest, member.account, &earlier.aik)
        .is_some_and(|succession| succession.aik == member.aik);
    let forgotten = earlier.successions.len().saturating_sub(known.len());
    // Only a full list forgets, and only its oldest.
    let forgets = usize::from(earlier.successions.len() >= limits::SUCCESSIONS_MAX);
    let continued = forgotten == forgets && earlier.successions.get(forgotten..) == Some(known);
    let own = author.account == member.account && earlier.role == member.role;
    if own && handed_over && continued && member.verified_by.is_none() {
        check_chain(member)
    } else {
        Err(Violation::IdentityKeyChanged)
    }
}

/// The keys that a member remembers lead to the present one.
fn check_chain(member: &PolicyMember) -> Result<(), Violation> {
    if member.successions.len() > limits::SUCCESSIONS_MAX {
        return Err(Violation::IdentityKeyChanged);
    }
    for pair in member.successions.windows(2) {
        let before = announced(&pair[0]).ok_or(Violation::IdentityKeyChanged)?;
        if read_succession(&pair[1], member.account, &before.aik).is_none() {
            return Err(Violation::IdentityKeyChanged);
        }
    }
    let last = member.successions.last().map(announced);
    match last {
        None => Ok(()),
        Some(Some(last)) if last.aik == member.aik && last.account == member.account => Ok(()),
        Some(_) => Err(Violation::IdentityKeyChanged),
    }
}

/// Whether `member`'s identity key is `pinned`, or follows from it by successions that each earlier
/// key signed.
pub fn follows(member: &PolicyMember, pinned: &[u8; 32]) -> bool {
    let mut key = Bytes::from(*pinned);
    for succession in &member.successions {
        if let Some(next) = read_succession(succession, member.account, &key) {
            key = next.aik;
        }
    }
    key == member.aik
}

fn announced(signed: &Bytes) -> Option<Succession> {
    minicbor::decode(&read_signed(signed).ok()?.content).ok()
}

/// A succession of that account, if `by` signed it.
pub fn read_succession(signed: &Bytes, account: AccountId, by: &[u8]) -> Option<Succession> {
    let by: [u8; 32] = by.try_into().ok()?;
    let signed = read_signed(signed).ok()?;
    let genuine = verify(labels::SUCCESSION, &signed.content, &by, &signed.signature);
    let succession: Succession = minicbor::decode(&signed.content).ok()?;
    (genuine && succession.account == account && succession.aik.len() == 32).then_some(succession)
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
