//! The first GroupInfo of a circle.

use openmls::group::{ProposalStore, PublicGroup};
use openmls_rust_crypto::RustCrypto;
use protocol::bundle::Founding;
use protocol::{Code, GroupId, Refusal};

use crate::public_state::PublicState;
use crate::{Accepted, FoundingFacts, RosterDevice, group_info};

/// Judges a founding: a group at epoch 0 with the founder's device alone in it.
pub fn found(facts: &FoundingFacts, founding: &Founding) -> Result<Accepted, Refusal> {
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
    if GroupId::try_from(group.group_id().as_slice()) != Ok(facts.group) {
        return Err(Refusal::new(Code::Generation, "group id"));
    }
    let judged = judge::Facts {
        agency_key: &facts.agency_key,
        at: facts.now,
    };
    let (_, founder) = judge::judge_founding(context, group.members(), &judged)
        .map_err(|violation| Refusal::new(Code::Judged, violation.to_string()))?;
    if founder.device != facts.founder.device || founder.account != facts.founder.account {
        return Err(Refusal::new(
            Code::CommitInvalid,
            "founded by another device",
        ));
    }
    Ok(Accepted {
        public_state: state.to_bytes(),
        epoch: 0,
        era: 0,
        roster: vec![RosterDevice::from(&founder)],
        added: Vec::new(),
        removed: Vec::new(),
    })
}
