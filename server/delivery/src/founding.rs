//! The first GroupInfo of a circle, and of each further generation.

use std::slice;

use judge::Violation;
use openmls::group::{ProposalStore, PublicGroup};
use openmls_rust_crypto::RustCrypto;
use protocol::bundle::Founding;
use protocol::certificate::DeviceCert;
use protocol::{Code, GroupId, Refusal};

use crate::public_state::{PublicState, policy_of};
use crate::{Accepted, FoundingFacts, Holder, ResetFacts, RosterDevice, group_info};

/// Judges a founding: a group at epoch 0 with the founder's device alone in it.
pub fn found(facts: &FoundingFacts, founding: &Founding) -> Result<Accepted, Refusal> {
    begin(facts.group, &facts.founder, founding, |group| {
        let judging = judge::Facts {
            agency_keys: slice::from_ref(&facts.agency_key),
            at: facts.now,
        };
        let context = group.group_context();
        judge::judge_founding(context, group.members(), &judging).map(|(_, founder)| founder)
    })
}

/// Judges a reset: the next generation's first group, by a device of staff or the client that the
/// present generation lists.
pub fn reset(
    facts: &ResetFacts,
    public_state: &[u8],
    founding: &Founding,
) -> Result<Accepted, Refusal> {
    let judging = judge::Facts {
        agency_keys: slice::from_ref(&facts.agency_key),
        at: facts.now,
    };
    let broken = GroupId {
        generation: facts.group.generation.saturating_sub(1),
        ..facts.group
    };
    let state = PublicState::read(public_state)?;
    let old = state.load(broken)?;
    let before = policy_of(&old, broken)?;
    begin(facts.group, &facts.founder, founding, |group| {
        let context = group.group_context();
        judge::judge_reset(&before, context, group.members(), &judging).map(|(_, founder)| founder)
    })
}

fn begin(
    id: GroupId,
    holder: &Holder,
    founding: &Founding,
    judge: impl FnOnce(&PublicGroup) -> Result<DeviceCert, Violation>,
) -> Result<Accepted, Refusal> {
    let (info, tree) = group_info::read(&founding.group_info)?;
    let state = PublicState::default();
    let (group, _) = PublicGroup::from_external(
        &RustCrypto::default(),
        &state,
        tree,
        info,
        ProposalStore::new(),
    )
    .map_err(|_| Refusal::new(Code::GroupInfoMismatch, "does not verify"))?;
    let context = group.group_context();
    if context.ciphersuite() != judge::context::SUITE || context.epoch().as_u64() != 0 {
        return Err(Refusal::new(Code::GroupInfoMismatch, "suite or epoch"));
    }
    if GroupId::try_from(group.group_id().as_slice()) != Ok(id) {
        return Err(Refusal::new(Code::Generation, "group id"));
    }
    let founder =
        judge(&group).map_err(|violation| Refusal::new(Code::Judged, violation.to_string()))?;
    if founder.device != holder.device || founder.account != holder.account {
        return Err(Refusal::new(
            Code::CommitInvalid,
            "founded by another device",
        ));
    }
    Ok(Accepted {
        public_state: state.to_bytes(),
        epoch: 0,
        era: 0,
        history: policy_of(&group, id)?.history,
        roster: vec![RosterDevice::from(&founder)],
        added: Vec::new(),
        removed: Vec::new(),
        returned: false,
        unresolved: Vec::new(),
    })
}
