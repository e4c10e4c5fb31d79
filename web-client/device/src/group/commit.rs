//! Changing a group: a commit of this device's, or its own way (back) in by an external commit. Both work
//! on the fork that becomes the candidate.

use std::collections::BTreeSet;

use judge::roster::Leaf;
use judge::{Context, Facts, Known};
use openmls::group::{CommitMessageBundle, MlsGroup};
use openmls::prelude::{
    CredentialWithKey, LeafNodeIndex, LeafNodeParameters, MlsMessageBodyIn, MlsMessageIn,
    MlsMessageOut,
};
use openmls_traits::OpenMlsProvider;
use protocol::policy::{CirclePolicy, HistoryMode, PolicyMember, VerifiedBy};
use protocol::{AccountId, Bytes, Role, Timestamp, limits};
use tls_codec::Deserialize as _;

use super::newcomers::Newcomer;
use super::{Closed, Group, closed, is_behind, join_config, to_bytes};
use crate::error::{Error, Result};
use crate::provider::Provider;
use crate::rows::Draft;
use crate::state::Me;

/// A commit with what goes along.
pub struct Committed {
    /// `MLSMessage(PublicMessage(Commit))`.
    pub commit: Bytes,
    /// `MLSMessage(Welcome)`.
    pub welcome: Option<Bytes>,
    /// `MLSMessage(GroupInfo)` of the next epoch.
    pub group_info: Bytes,
}

/// What a commit is to do, beside taking up every removal that waits and renewing this device's leaf.
#[derive(Default)]
pub struct Change {
    /// Devices to bring in.
    pub adds: Vec<Newcomer>,
    /// This account's new identity key follows from the listed one by these successions. Its other
    /// devices go out, for their certificates are under the old key; they come back by themselves.
    pub successions: Vec<Bytes>,
    /// People whom this account has met in person, with their keys: they are verified by it.
    pub marks: Vec<(AccountId, Bytes, VerifiedBy)>,
    /// Whether history is kept from this commit on; absent: as before.
    pub history: Option<HistoryMode>,
}

impl<'d, 'a> Group<'d, 'a> {
    /// The agency's removal key, if this device knows a later one than the group lists and its person may
    /// say so. What the server proposed under the one before is taken up all the same: it was proposed in this
    /// epoch.
    fn later_removal_key(me: &Me, context: &Context) -> Option<Bytes> {
        let author = context.policy.member(me.identity.account)?;
        let facts = Facts {
            agency_keys: &me.agency_keys(),
            at: Timestamp::from_micros(0),
        };
        let begins = |key: &Bytes| {
            let key = judge::certificate::check_removal_key(key, &facts).ok();
            key.map(|key| key.not_before)
        };
        let listed = context.removal_keys.iter().filter_map(begins).max();
        let later = author.role == Role::CaseManager && begins(&me.removal_key) > listed;
        later.then(|| me.removal_key.clone())
    }

    /// Makes the commit and merges it **here**. Accounts that lose their last device leave the policy in
    /// the same commit, as the judge demands.
    pub fn commit(&mut self, me: &Me, change: Change) -> Result<Committed> {
        let context = self.context(me)?;
        let mut after = context.clone();
        let account = me.identity.account;
        let mut gone = self.proposed_removals();
        let mut own_removals = Vec::new();
        if !change.successions.is_empty() {
            succeed(&mut after, me, &change.successions)?;
            own_removals = self.other_leaves_of(account)?;
            own_removals.retain(|index| !gone.contains(index));
            gone.extend(&own_removals);
        }
        let staying = self.accounts_without(&gone)?;
        let members = &mut after.policy.members;
        members.retain(|member| staying.contains(&member.account));
        for newcomer in &change.adds {
            list(members, newcomer);
        }
        members.sort_unstable_by_key(|member| member.account);
        let custodians = &mut after.policy.custodians;
        custodians.retain(|account| staying.contains(account));
        mark(&mut after.policy, &change.marks);
        after.policy.history = change.history.unwrap_or(context.policy.history);
        if let Some(key) = Self::later_removal_key(me, &context) {
            after.removal_keys = vec![key];
        }

        let draft = self.provider.storage();
        let mut builder = self
            .mls
            .commit_builder()
            .propose_adds(change.adds.into_iter().map(|newcomer| newcomer.package))
            .propose_removals(own_removals)
            .force_self_update(true);
        if after != context {
            let extensions = after.to_extensions().map_err(Error::mls)?;
            builder = builder
                .propose_group_context_extensions(extensions)
                .map_err(Error::mls)?;
        }
        // The leaf carries this device's certificate under the key that the group lists from here on.
        let listed = after.policy.member(account);
        let listed = listed.map(|member| draft.certified_under(&me.identity, &member.aik));
        if let Some(identity) = listed.transpose()?.flatten() {
            let parameters = LeafNodeParameters::builder()
                .with_credential_with_key(identity.credential())
                .build();
            builder = builder.leaf_node_parameters(parameters);
        }
        let bundle = builder
            .load_psks(self.provider.storage())
            .map_err(Error::mls)?
            .build(
                self.provider.rand(),
                self.provider.crypto(),
                &me.identity,
                |_| true,
            )
            .map_err(Error::mls)?
            .stage_commit(&self.provider)
            .map_err(Error::mls)?;
        let (commit, welcome, _) = bundle.into_messages();
        self.mls
            .merge_pending_commit(&self.provider)
            .map_err(Error::mls)?;
        Ok(Committed {
            commit: to_bytes(&commit)?,
            welcome: welcome.as_ref().map(to_bytes).transpose()?,
            group_info: self.group_info(&me.identity)?,
        })
    }

    /// Comes into a group by an external commit, if the judge agrees with what the `GroupInfo` leads into.
    /// An older copy of the group is replaced. `known` is what this device knew of it before.
    pub fn come_back(
        draft: &'d Draft<'a>,
        me: &Me,
        (group_info, known): (&[u8], Option<&Known>),
        at: Timestamp,
    ) -> std::result::Result<(Self, Context, Committed), Closed> {
        let message =
            MlsMessageIn::tls_deserialize_exact(group_info).map_err(|_| Closed::Commit)?;
        let MlsMessageBodyIn::GroupInfo(info) = message.extract() else {
            return Err(Closed::Commit);
        };
        let provider = Provider::new(draft);
        forget(&provider, info.group_id()).map_err(|_| Closed::Commit)?;
        let credential: CredentialWithKey = me.identity.credential();
        let builder = MlsGroup::external_commit_builder()
            .with_config(join_config())
            .skip_lifetime_validation()
            .build_group(&provider, info, credential)
            .map_err(|_| Closed::Commit)?;
        let (mls, bundle): (MlsGroup, CommitMessageBundle) = builder
            .leaf_node_parameters(
                LeafNodeParameters::builder()
                    .with_capabilities(judge::context::capabilities())
                    .build(),
            )
            .load_psks(provider.storage())
            .map_err(|_| Closed::Commit)?
            .create_group_info(false)
            .build(provider.rand(), provider.crypto(), &me.identity, |_| true)
            .map_err(|_| Closed::Commit)?
            .finalize(&provider)
            .map_err(|_| Closed::Commit)?;
        // The group as it is after the commit: everybody else in it was there before, and this device's
        // own leaf is one of a listed account.
        let facts = Facts {
            agency_keys: &me.agency_keys(),
            at,
        };
        let own = me.identity.account;
        let voucher = voucher(&mls, group_info)?;
        let (context, _) = judge::judge_return(
            mls.public_group().group_context(),
            mls.members(),
            (own, voucher, known),
            // Under which key this person is listed, this device's own leaf answers for.
            |account| draft.pin(account).filter(|_| account != own),
            &facts,
        )
        .map_err(|violation| {
            let context = mls.public_group().group_context();
            if is_behind(&me.identity, context) {
                Closed::Behind
            } else {
                closed(violation, voucher, context)
            }
        })?;
        let commit: MlsMessageOut = bundle.into_commit();
        let group = Self { provider, mls };
        let committed = Committed {
            commit: to_bytes(&commit).map_err(|_| Closed::Commit)?,
            welcome: None,
            group_info: group.group_info(&me.identity).map_err(|_| Closed::Commit)?,
        };
        Ok((group, context, committed))
    }

    /// Leaves that the server proposed to remove.
    fn proposed_removals(&self) -> Vec<LeafNodeIndex> {
        let removed = |queued| judge::judge_proposal(queued).ok();
        self.mls.pending_proposals().filter_map(removed).collect()
    }

    fn other_leaves_of(&self, account: AccountId) -> Result<Vec<LeafNodeIndex>> {
        let own = self.mls.own_leaf_index();
        let mut leaves = Vec::new();
        for member in self.mls.members().filter(|member| member.index != own) {
            let cert = Leaf::of_member(&member)
                .and_then(|leaf| leaf.claim())
                .map_err(Error::mls)?;
            if cert.account == account {
                leaves.push(member.index);
            }
        }
        Ok(leaves)
    }

    fn accounts_without(&self, gone: &[LeafNodeIndex]) -> Result<BTreeSet<AccountId>> {
        self.mls
            .members()
            .filter(|member| !gone.contains(&member.index))
            .map(|member| {
                let leaf = Leaf::of_member(&member).map_err(Error::mls)?;
                Ok(leaf.claim().map_err(Error::mls)?.account)
            })
            .collect()
    }
}

fn list(members: &mut Vec<PolicyMember>, newcomer: &Newcomer) {
    if !members
        .iter()
        .any(|member| member.account == newcomer.account)
    {
        members.push(PolicyMember {
            account: newcomer.account,
            role: newcomer.role,
            aik: newcomer.aik.clone(),
            verified_by: None,
            successions: Vec::new(),
        });
    }
}

/// Marks that stand no longer, because their maker or the key that signed them is gone, go; those of
/// this account come.
fn mark(policy: &mut CirclePolicy, marks: &[(AccountId, Bytes, VerifiedBy)]) {
    let stands: Vec<bool> = (policy.members.iter())
        .map(|member| judge::check_verification(member, policy).is_ok())
        .collect();
    for (member, stands) in policy.members.iter_mut().zip(stands) {
        if !stands {
            member.verified_by = None;
        }
        let made = (marks.iter())
            .find(|(account, aik, _)| *account == member.account && *aik == member.aik);
        if let (None, Some((_, _, by))) = (&member.verified_by, made) {
            member.verified_by = Some(by.clone());
        }
    }
}

/// Brings this account's new identity key into the policy.
fn succeed(after: &mut Context, me: &Me, successions: &[Bytes]) -> Result<()> {
    let account = me.identity.account;
    let listed = after
        .policy
        .members
        .iter_mut()
        .find(|member| member.account == account)
        .ok_or(Error::Store("a group without its own account"))?;
    // One commit hands over once: the first succession that the listed key signed.
    let next = successions.iter().find_map(|signed| {
        let read = judge::read_succession(signed, account, &listed.aik)?;
        Some((signed.clone(), read.aik))
    });
    let Some((signed, aik)) = next else {
        return Ok(());
    };
    listed.aik = aik;
    listed.verified_by = None;
    listed.successions.push(signed);
    if listed.successions.len() > limits::SUCCESSIONS_MAX {
        listed.successions.remove(0);
    }
    Ok(())
}

/// The account whose device signed a GroupInfo, by the group that this device made of it with a leaf of
/// its own. OpenMLS verified the signature and keeps the signer to itself: `…; uint32 signer; opaque
/// signature<V>` (RFC 9420, section 12.4.3). Absent: this very device, whose old leaf is the only one
/// that its way in replaces.
fn voucher(group: &MlsGroup, group_info: &[u8]) -> std::result::Result<Option<AccountId>, Closed> {
    const SIGNATURE_V_LEN: usize = 2 + 64;
    let signer = group_info
        .len()
        .checked_sub(SIGNATURE_V_LEN)
        .and_then(|rest| group_info.get(..rest)?.last_chunk::<4>())
        .ok_or(Closed::Commit)?;
    let signer = LeafNodeIndex::new(u32::from_be_bytes(*signer));
    if signer == group.own_leaf_index() {
        return Ok(None);
    }
    let leaf = group.public_group().leaf(signer);
    leaf.map(|leaf| Leaf::of_node(leaf).and_then(|leaf| leaf.claim()))
        .transpose()
        .map(|cert| cert.map(|cert| cert.account))
        .map_err(Closed::Judged)
}

/// Forgets this device's copy of a group, however broken it is.
fn forget(provider: &Provider<'_, '_>, id: &openmls::group::GroupId) -> Result<()> {
    provider.storage().forget_group(id)
}

#[cfg(test)]
mod tests {
    use protocol::{CircleId, GroupId};

    use super::*;
    use crate::invented::{NOW, maria_of_an_agency};
    use crate::rows::Rows;

    #[test]
    fn a_certificate_that_was_made_anew_comes_into_the_group_with_the_next_commit() {
        let rows = Rows::new();
        let draft = Draft::new(&rows);
        let mut me = maria_of_an_agency();
        let id = GroupId {
            circle: CircleId::from_bytes([9; 16]),
            generation: 0,
        };
        let mut group = Group::found(&draft, &me, id, (None, HistoryMode::Eras)).unwrap();
        let not_after = |group: &Group<'_, '_>| {
            let leaves: Vec<_> = group.leaves().map(Result::unwrap).collect();
            assert_eq!(leaves.len(), 1);
            leaves[0].not_after
        };
        let first = NOW.plus_seconds(limits::CERTIFICATE_S_MAX);
        assert_eq!(not_after(&group), first);
        me.identity = me.identity.renew(first).unwrap();
        assert_eq!(not_after(&group), first, "not by itself");
        group.commit(&me, Change::default()).unwrap();
        let second = first.plus_seconds(limits::CERTIFICATE_S_MAX);
        assert_eq!(not_after(&group), second);
        // Another identity key needs its succession, and the group its earlier certificate until then.
        me.identity = me.identity.succeed(first).unwrap().0;
        group.commit(&me, Change::default()).unwrap();
        let leaf = group.leaves().next().unwrap().unwrap();
        assert_eq!(leaf.not_after, second);
    }

    #[test]
    fn a_key_that_was_handed_over_twice_comes_into_the_group_step_by_step() {
        let rows = Rows::new();
        let draft = Draft::new(&rows);
        let mut me = maria_of_an_agency();
        let id = GroupId {
            circle: CircleId::from_bytes([9; 16]),
            generation: 0,
        };
        let mut group = Group::found(&draft, &me, id, (None, HistoryMode::Eras)).unwrap();
        let mut successions = Vec::new();
        for _ in 0..2 {
            draft.leave(&me.identity).unwrap();
            let (identity, succession) = me.identity.succeed(NOW).unwrap();
            me.identity = identity;
            successions.push(succession);
        }
        let own = me.identity.aik_public();
        for arrives in [false, true] {
            let change = Change {
                successions: successions.clone(),
                ..Change::default()
            };
            group.commit(&me, change).unwrap();
            let policy = group.context(&me).unwrap().policy;
            assert_eq!(policy.members[0].aik.0 == own, arrives);
            let leaf = group.mls.members().next().unwrap();
            let leaf = Leaf::of_member(&leaf).unwrap();
            leaf.certify(&policy).expect("under the key that is listed");
        }
    }
}
