//! What a group's context says, read by itself: whoever only asks which epoch or policy holds does not
//! load the tree and the secrets for that.

use judge::Facts;
use judge::context::Context;
use openmls::extensions::UnknownExtension;
use openmls::group::GroupContext;
use openmls_traits::storage::StorageProvider;
use protocol::policy::{CirclePolicy, EXTENSION_TYPE, HistoryMode};
use protocol::{GroupId, Timestamp};

use super::mls_id;
use crate::error::{Error, Result};
use crate::rows::Draft;
use crate::state::Me;

/// The epoch that holds in a group, and what its context says.
pub struct Epoch {
    id: GroupId,
    context: GroupContext,
}

impl Epoch {
    /// Reads it. A group that is missing is an error: the circle's row says that it is there.
    pub fn read(draft: &Draft<'_>, id: GroupId) -> Result<Self> {
        let context = draft
            .group_context(&mls_id(id))
            .map_err(|_| Error::Group("a group does not read"))?
            .ok_or(Error::Group("a group is missing"))?;
        Ok(Self { id, context })
    }

    /// Its number.
    pub fn number(&self) -> u64 {
        self.context.epoch().as_u64()
    }

    /// Whether history is kept, by the policy that holds.
    pub fn history(&self) -> Result<HistoryMode> {
        let policy = self.context.extensions().unknown(EXTENSION_TYPE);
        let UnknownExtension(policy) = policy.ok_or(Error::Group("a group without a policy"))?;
        let policy: CirclePolicy = minicbor::decode(policy).map_err(Error::mls)?;
        Ok(policy.history)
    }

    /// The policy that holds. A group of ours always has one: the judge saw to it.
    pub fn context(&self, me: &Me) -> Result<Context> {
        let facts = Facts {
            agency_keys: &me.agency_keys(),
            at: Timestamp::from_micros(0),
        };
        Context::read(self.context.extensions(), self.id, &facts).map_err(Error::mls)
    }
}
