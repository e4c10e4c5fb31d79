//! The judgement of a whole group: when it is made, and when a Welcome leads into it.

use openmls::group::{GroupContext, Member};
use protocol::certificate::DeviceCert;
use protocol::policy::CirclePolicy;
use protocol::{AccountId, GroupId, Role};

use crate::amendment::{check_verification, may_add};
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

/// Judges the group that a Welcome leads into: the same rules, and the inviter may add, and every
/// identity key that this device pinned before is still the same.
pub fn judge_welcome(
    context: &GroupContext,
    members: impl Iterator<Item = Member>,
    inviter: &Leaf,
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
    check_pins(&context.policy, pins)?;
    Ok((context, roster))
}

/// Whether every pinned identity key is the one that the policy names.
pub fn check_pins(
    policy: &CirclePolicy,
    pins: impl Fn(AccountId) -> Option<[u8; 32]>,
) -> Result<(), Violation> {
    let differs = policy
        .members
        .iter()
        .any(|member| pins(member.account).is_some_and(|pin| member.aik.0 != pin));
    if differs {
        Err(Violation::PinnedKeyDiffers)
    } else {
        Ok(())
    }
}
