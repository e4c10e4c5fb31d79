//! The judgement of a whole group: when it is made, and when a Welcome leads into it.

use minicbor::{Decode, Encode};
use openmls::group::{GroupContext, Member};
use protocol::certificate::DeviceCert;
use protocol::policy::{CirclePolicy, PolicyMember};
use protocol::{AccountId, Bytes, GroupId, Role};

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
/// not listed, nobody under another key, no laxer terms. Who makes it may have missed that history ended, or
/// the server may have been restored from before that: so it may end with a reset, and never begins by one.
fn check_next_generation(
    before: &CirclePolicy,
    after: &CirclePolicy,
    maker: AccountId,
) -> Result<(), Violation> {
    let may_reset = |role| matches!(role, Role::CaseManager | Role::Client);
    let maker = before.member(maker).ok_or(Violation::Reset)?;
    let kept = is_nobody_new(before, after);
    let no_laxer = before.history.is_kept() || !after.history.is_kept();
    let same_terms = no_laxer && before.retention == after.retention;
    if may_reset(maker.role) && after.generation > before.generation && kept && same_terms {
        Ok(())
    } else {
        Err(Violation::Reset)
    }
}

/// What a device last knew of a circle's group. It outlives the device's place in the group: whoever
/// could make a device forget could lead it into another group of the same name.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Known {
    /// Who belonged.
    #[n(0)]
    pub policy: CirclePolicy,
    /// The epoch of that policy's generation.
    #[n(1)]
    pub epoch: u64,
    /// Strangers for whom this device's person vouched since, each under one identity key.
    #[n(2)]
    pub trusted: Vec<(AccountId, Bytes)>,
}

/// A group that a device is led into must go on from what the device knew of it: not an earlier state,
/// and either nobody is in it who was not listed, or somebody of staff or the client who was listed
/// vouches for it: whose device signed the GroupInfo or the Welcome.
fn check_continues(
    known: &Known,
    (after, epoch): (&CirclePolicy, u64),
    voucher: Option<AccountId>,
) -> Result<(), Violation> {
    let before = &known.policy;
    if (after.generation, epoch) < (before.generation, known.epoch) {
        return Err(Violation::RolledBack);
    }
    let is_trusted_role = |role| matches!(role, Role::CaseManager | Role::Client);
    let signed_for = voucher.is_none_or(|voucher| {
        let earlier = before.member(voucher);
        let listed = earlier
            .is_some_and(|earlier| is_trusted_role(earlier.role) && is_listed(earlier, after));
        let trusted = after.member(voucher).is_some_and(|member| {
            let mut trusted = known.trusted.iter();
            trusted.any(|(account, aik)| *account == voucher && *aik == member.aik)
        });
        listed || trusted
    });
    if signed_for || is_nobody_new(before, after) {
        Ok(())
    } else {
        Err(Violation::Stranger)
    }
}

/// Whether a member stands in a later policy in the same role and under a key that follows.
fn is_listed(earlier: &PolicyMember, after: &CirclePolicy) -> bool {
    let aik = earlier.aik.to_array();
    let same = |member: &PolicyMember| {
        earlier.role == member.role && aik.is_some_and(|aik| follows(member, &aik))
    };
    after.member(earlier.account).is_some_and(same)
}

fn is_nobody_new(before: &CirclePolicy, after: &CirclePolicy) -> bool {
    after.members.iter().all(|member| {
        let earlier = before.member(member.account);
        earlier.is_some_and(|earlier| is_listed(earlier, after))
    })
}

/// Judges the group that this device is about to enter by an external commit: the same rules, its own
/// account is listed, every pinned identity key is still the same, and the group goes on from what was
/// `known`. `voucher` is the account whose device signed the GroupInfo; absent, this device did.
/// `context` is the group's after the commit.
pub fn judge_return(
    context: &GroupContext,
    members: impl Iterator<Item = Member>,
    (own, voucher, known): (AccountId, Option<AccountId>, Option<&Known>),
    pins: impl Fn(AccountId) -> Option<[u8; 32]>,
    facts: &Facts<'_>,
) -> Result<(Context, Vec<DeviceCert>), Violation> {
    // The commit that leads in makes an epoch of its own.
    let epoch = context.epoch().as_u64().saturating_sub(1);
    let (context, roster) = judge_group(context, members, facts)?;
    if context.policy.member(own).is_none() {
        return Err(Violation::AccountUnlisted);
    }
    if let Some(known) = known {
        check_continues(known, (&context.policy, epoch), voucher)?;
    }
    check_pins(&context.policy, pins)?;
    Ok((context, roster))
}

/// Judges the group that a Welcome leads into: the same rules, and the inviter may add, and every
/// identity key that this device pinned before is still the same. What this device `known` of the
/// circle before, if it was in it, must lead there: a further generation follows from the one before.
pub fn judge_welcome(
    context: &GroupContext,
    members: impl Iterator<Item = Member>,
    (inviter, known): (&Leaf, Option<&Known>),
    pins: impl Fn(AccountId) -> Option<[u8; 32]>,
    facts: &Facts<'_>,
) -> Result<(Context, Vec<DeviceCert>), Violation> {
    let epoch = context.epoch().as_u64();
    let (context, roster) = judge_group(context, members, facts)?;
    let inviter = inviter.certify(&context.policy)?;
    let role = context
        .policy
        .member(inviter.account)
        .map(|member| member.role);
    if !role.is_some_and(may_add) {
        return Err(Violation::InviterMayNotAdd);
    }
    match known {
        Some(known) if context.policy.generation > known.policy.generation => {
            check_next_generation(&known.policy, &context.policy, inviter.account)?;
        }
        Some(known) => {
            check_continues(known, (&context.policy, epoch), Some(inviter.account))?;
        }
        None => {}
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
