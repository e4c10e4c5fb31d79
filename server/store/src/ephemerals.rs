//! Ephemerals: what a circle's devices say to each other in passing. Nothing is stored and nothing is
//! audited; the only question is whether the sender may speak at this moment.

use std::collections::BTreeSet;

use care::Caller;
use care::rules::{Act, may};
use protocol::frame::Ephemeral;
use protocol::{Code, GroupId, Refusal, limits};

use crate::append::{check_group, stale};
use crate::error::Result;
use crate::standing;
use crate::store::Store;
use crate::tx::Tx;

impl Store {
    /// Whether the caller's device may say this to its circle now, under the conditions of a message:
    /// the rules, the group and epoch of now, in the group, no removal waits.
    pub async fn may_send_ephemeral(&self, caller: &Caller, said: &Ephemeral) -> Result<()> {
        let caller = *caller;
        let (circle, epoch) = (said.circle, said.epoch);
        let named = GroupId {
            circle,
            generation: said.generation,
        };
        if said.sealed.len() > limits::EPHEMERAL_BYTES_MAX {
            return Err(Refusal::new(Code::TooLarge, "sealed").into());
        }
        self.read("may send ephemeral", async move |tx: &mut Tx| {
            let mut facts = standing::to_circle(tx, &caller, circle, None).await?;
            may(Act::SendEphemeral, facts.standing)?;
            let state = facts.live()?;
            let generation = state.generation;
            check_group(named, GroupId { circle, generation })?;
            if epoch != state.epoch {
                return Err(stale(&state));
            }
            facts.must_be_on_roster()?;
            let lapsed = standing::lapsed(tx, &BTreeSet::from([circle])).await?;
            facts.removal_pending |= !lapsed.is_empty();
            facts.no_removal_may_wait()
        })
        .await
    }
}
