//! What a device knew of a circle's group outlives its place in it: whoever could make it forget could lead
//! it into another group of the same name.

use judge::Known;
use protocol::policy::CirclePolicy;
use protocol::{AccountId, Bytes, CircleId};

use crate::error::Result;
use crate::rows::Draft;
use crate::state::key;

impl Draft<'_> {
    /// What this device last knew of a circle's group, if it was ever in it.
    pub fn known(&self, id: CircleId) -> Result<Option<Known>> {
        self.read(&key::known(id))
    }

    /// Remembers what is true of a circle's group now.
    pub fn know(&self, policy: &CirclePolicy, epoch: u64) {
        let known = Known {
            policy: policy.clone(),
            epoch,
            trusted: Vec::new(),
        };
        self.write(&key::known(policy.circle), &known);
    }

    /// A human vouched for somebody whom this device did not know in a circle: they may lead it back in.
    pub fn trust(&self, id: CircleId, account: AccountId, aik: &Bytes) -> Result<()> {
        if let Some(mut known) = self.known(id)? {
            known.trusted.retain(|(held, _)| *held != account);
            known.trusted.push((account, aik.clone()));
            self.write(&key::known(id), &known);
        }
        Ok(())
    }
}
