//! The judgement of a whole group: when it is made, and when a Welcome leads into it.

use openmls::group::{GroupContext, Member};
use protocol::certificate::DeviceCert;
use protocol::policy::CirclePolicy;
use protocol::{AccountId, GroupId, Role};

use crate::amendment::{check_verification, follows, may_add};
use crate::certificate::check_dates;
use crate::context::Context;
use crate::roster::{Leaf, certify_all};
use crate::{Facts, Violation};

fn judge_group(
    context: &GroupContext,
    members: impl Iterator<Item = Member>,
    facts: &Facts<'_>,
) -> Result<(Context, Vec<DeviceCert>), Violation> {
    let id = GroupId::try_from(context.group_id().as_slice())
        .map_err(|_| Violation::PolicyOfAnotherGroup)?;
    let context = Context::read(context.extensions(), id, facts)?;
    let leaves = members
        .map(|member| Leaf::of_member(&member))
        .collect::<Result<Vec<_>, _>>()?;
    let roster = certify_all(&leaves, &context.policy)?;
    context
        .policy
        .members
        .iter()
        .try_for_each(|member| check_verification(member, &context.policy))?;
    Ok((context, roster))
}

/// Judges a new group: one device of one case manager, alone, unverified by anybody.
pub fn judge_founding(
    context: &GroupContext,
    members: impl Iterator<Item = Member>,
    facts: &Facts<'_>,
) -> Result<(Context, DeviceCert), Violation> {
    let (context, roster) = judge_group(context, members, facts)?;
    let ([founder], [member]) = (roster.as_slice(), context.policy.members.as_slice()) else {
        return Err(Violation::Founding);
    };
    if member.role != Role::CaseManager || member.verified_by.is_some() {
        return Err(Violation::Founding);
    }
    check_dates(founder, facts.at)?;
    Ok((context.clone(), founder.clone()))
}

/// Judges the first group of a generation that replaces a broken one: as a founding, by a device of
/// staff or the client that the broken group listed, under the identity key that it listed.
pub fn judge_reset(
    before: &CirclePolicy,
    context: &GroupContext,
    members: impl Iterator<Item = Member>,
    facts: &Facts<'_>,
) -> Result<(Context, DeviceCert), Violation> {
    let (context, roster) = judge_group(context, members, facts)?;
    let ([founder], [_]) = (roster.as_slice(), context.policy.members.as_slice()) else {
        return Err(Violation::Founding);
    };
    check_dates(founder, facts.at)?;
    check_next_generation(before, &context.policy, founder.account)?;
    Ok((context.clone(), founder.clone()))
}

/// What a new generation must keep of the one before: made by staff or the client, nobody in it who was
/// not listed, nobody under another key, no laxer terms.
fn check_next_generation(
    before: &CirclePolicy,
    after: &CirclePolicy,
    maker: AccountId,
) -> Result<(), Violation> {
    let may_reset = |role| matches!(role, Role::CaseManager | Role::Client);
    let maker = before.member(maker).ok_or(Violation::Reset)?;
    let kept = after.members.iter().all(|member| {
        before.member(member.account).is_some_and(|earlier| {
            earlier.role == member.role
                && earlier
                    .aik
                    .to_array()
                    .is_some_and(|aik| follows(member, &aik))
        })
    });
    let same_terms = before.history == after.history && before.retention == after.retention;
    if may_reset(maker.role) && after.generation > before.generation && kept && same_terms {
        Ok(())
    } else {
        Err(Violation::Reset)
    }
}

/// Judges the group that this device is about to enter by an external commit: the same rules, its own
/// account is listed, and every pinned identity key is still the same.
pub fn judge_return(
    context: &GroupContext,
    members: impl Iterator<Item = Member>,
    own: AccountId,
    pins: impl Fn(AccountId) -> Option<[u8; 32]>,
    facts: &Facts<'_>,
) -> Result<(Context, Vec<DeviceCert>), Violation> {
    let (context, roster) = judge_group(context, members, facts)?;
    if context.policy.member(own).is_none() {
        return Err(Violation::AccountUnlisted);
    }
    check_pins(&context.policy, pins)?;
    Ok((context, roster))
}

/// Judges the group that a Welcome leads into: the same rules, and the inviter may add, and every
/// identity key that this device pinned before is still the same. `before` is the policy of the
/// generation that this device was in, if it was in one: the new one must follow from it.
pub fn judge_welcome(
    context: &GroupContext,
    members: impl Iterator<Item = Member>,
    (inviter, before): (&Leaf, Option<&CirclePolicy>),
    pins: impl Fn(AccountId) -> Option<[u8; 32]>,
    facts: &Facts<'_>,
) -> Result<(Context, Vec<DeviceCert>), Violation> {
    let (context, roster) = judge_group(context, members, facts)?;
    let inviter = inviter.certify(&context.policy)?;
    let role = context
        .policy
        .member(inviter.account)
        .map(|member| member.role);
    if !role.is_some_and(may_add) {
        return Err(Violation::InviterMayNotAdd);
    }
    if let Some(before) = before {
        check_next_generation(before, &context.policy, inviter.account)?;
    }
    check_pins(&context.policy, pins)?;
    Ok((context, roster))
}

/// Whether every pinned identity key is the one that the policy names, or was handed over to it.
pub fn check_pins(
    policy: &CirclePolicy,
    pins: impl Fn(AccountId) -> Option<[u8; 32]>,
) -> Result<(), Violation> {
    let differs = policy
        .members
        .iter()
        .any(|member| pins(member.account).is_some_and(|pin| !follows(member, &pin)));
    if differs {
        Err(Violation::PinnedKeyDiffers)
    } else {
        Ok(())
    }
}
