//! Era keys for a person who lost every key: once a case manager has made sure, in person, that a
//! member's new identity key is theirs, that device seals the circle's era keys to the person's new
//! device, in the same commit that brings it in, or in one after it (messaging.md, section 8).
//!
//! What is shared, and what is not:
//!
//! * of that circle alone, and only by a case manager's device whose human vouched for the new key;
//! * only eras since the person came into the circle, by what this device itself saw: whoever came later
//!   did not read what was said before, and does not now;
//! * sealed to the new device's own key. Members who came later see that something was shared, and
//!   cannot open it;
//! * and of what comes no key of an era to come is taken, nor one in the place of another: those are brought by the
//!   group itself, and whoever could put others there would keep this device from what is archived under them.

use minicbor::{Decode, Encode};
use protocol::certificate::DeviceCert;
use protocol::frame::LogEntry;
use protocol::{AccountId, Bytes, CircleId, DeviceId, Role};

use crate::backup::EraKey;
use crate::content::Era;
use crate::error::{Error, Result};
use crate::group::{Epoch, Group};
use crate::sealed;
use crate::state::{Circle, Gap, Me, key};
use crate::turn::Turn;

/// What the keys are sealed for; the circle's id follows.
const INFO: &[u8] = b"carecircle shared era keys";
/// Era keys in one share, the newest ones: with a new era every 30 days and at every removal, years.
const ERAS_MAX: usize = 400;

/// Era keys, sealed to one device.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Share {
    /// The device that can open it.
    #[n(0)]
    pub device: DeviceId,
    /// [`sealed::seal`] of the keys.
    #[n(1)]
    pub sealed: Bytes,
}

#[derive(Encode, Decode)]
struct Keys(#[n(0)] Vec<EraKey>);

/// Since when a member is in a circle, as far as this device knows: not before this era.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct Since {
    #[n(0)]
    pub account: AccountId,
    #[n(1)]
    pub generation: u32,
    #[n(2)]
    pub era: u32,
}

/// A member whose new identity key this device's human vouched for.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct Vouched {
    #[n(0)]
    pub account: AccountId,
    /// The key before: nothing is ever shared with whoever has that one.
    #[n(1)]
    pub before: Bytes,
}

fn info(circle: CircleId) -> Vec<u8> {
    [INFO, circle.as_bytes()].concat()
}

impl Circle {
    /// Remembers that these members are here from an era on, unless that is known already.
    pub fn here_since(&mut self, accounts: impl Iterator<Item = AccountId>, at: (u32, u32)) {
        let (generation, era) = at;
        for account in accounts {
            if self.since.iter().all(|since| since.account != account) {
                self.since.push(Since {
                    account,
                    generation,
                    era,
                });
            }
        }
    }

    /// A human vouched for a member's new key on this device.
    pub fn share_with(&mut self, account: AccountId, before: Bytes) {
        self.vouched.retain(|vouched| vouched.account != account);
        self.vouched.push(Vouched { account, before });
    }

    /// Somebody vouched for is in the group under the new key, and has not been given the era keys. Where no
    /// history is kept none are handed on.
    pub fn owes_a_share(&self) -> bool {
        let kept = self.history().is_kept();
        kept && self.vouched.iter().any(|vouched| {
            let joined = self.joined.iter().flat_map(|joined| &joined.members);
            let mut own = joined.filter(|member| member.account == vouched.account);
            own.any(|member| member.aik != vouched.before)
        })
    }
}

impl Turn<'_> {
    /// The newest era whose key this device has, in one generation.
    pub fn newest_era(&self, id: CircleId, generation: u32) -> Option<u32> {
        let last = self
            .draft
            .keys(&key::eras(id))
            .into_iter()
            .filter_map(|at| {
                let era = u32::from_be_bytes(*at.last_chunk()?);
                (at == key::era(id, generation, era)).then_some(era)
            });
        last.max()
    }

    /// What a commit gives to members who were vouched for: their device in `group`, with new keys, and
    /// the circle's era keys sealed to it. Answers whom as well.
    pub fn shares(
        &self,
        circle: &Circle,
        group: &Group<'_, '_>,
    ) -> Result<(Vec<Share>, Vec<AccountId>)> {
        let (mut shares, mut accounts) = (Vec::new(), Vec::new());
        if circle.vouched.is_empty() {
            return Ok((shares, accounts));
        }
        let me = self.must_me()?;
        let policy = group.context(&me)?.policy;
        let certificates = group.certificates()?;
        for vouched in &circle.vouched {
            let listed = policy.member(vouched.account);
            let renewed = listed.is_some_and(|member| member.aik != vouched.before);
            let device = certificates
                .iter()
                .find(|cert| cert.account == vouched.account);
            // One device is enough: what it takes up it puts into its person's vault.
            let (Some(cert), true) = (device, renewed) else {
                continue;
            };
            let keys = Keys(self.eras_since(circle, vouched.account)?);
            let content = zeroize::Zeroizing::new(protocol::frame::to_vec(&keys));
            shares.push(Share {
                device: cert.device,
                sealed: sealed::seal(&cert.seal_key, &info(circle.id), &content)?,
            });
            accounts.push(vouched.account);
        }
        Ok((shares, accounts))
    }

    /// The era keys of a circle since a member came in; none if this device did not see that.
    fn eras_since(&self, circle: &Circle, account: AccountId) -> Result<Vec<EraKey>> {
        let since = circle.since.iter().find(|since| since.account == account);
        let Some(first) = since.map(|since| (since.generation, since.era)) else {
            return Ok(Vec::new());
        };
        let mut eras = self.era_keys()?;
        eras.retain(|held| held.circle == circle.id && (held.generation, held.era.era) >= first);
        eras.sort_by_key(|held| (held.generation, held.era.era));
        let surplus = eras.len().saturating_sub(ERAS_MAX);
        eras.drain(..surplus);
        Ok(eras)
    }

    /// An era began, and its first message carries era keys for somebody. For this device: take them up,
    /// and read what they open.
    pub fn take_shared(
        &mut self,
        circle: &mut Circle,
        (me, sender): (&Me, &DeviceCert),
        (era, shares): (&Era, &[Share]),
        entry: &LogEntry,
    ) -> Result<()> {
        self.hold_era(circle, era)?;
        let own = shares
            .iter()
            .find(|share| share.device == me.identity.device);
        let (Some(share), Some(group_id)) = (own, circle.group()) else {
            return Ok(());
        };
        let policy = Epoch::read(&self.draft, group_id)?.context(me)?.policy;
        let role = policy.member(sender.account).map(|member| member.role);
        if role != Some(Role::CaseManager) {
            return Ok(());
        }
        let secret = me.identity.keys().seal_keys()?.secret;
        let keys = sealed::open(&secret, &info(circle.id), &share.sealed)
            .and_then(|bytes| minicbor::decode::<Keys>(&bytes).ok());
        let Some(Keys(keys)) = keys else {
            return Ok(());
        };
        let until = (group_id.generation, era.era);
        for held in keys.iter().filter(|held| held.is_before(circle.id, until)) {
            let known = self
                .draft
                .find_era(circle.id, held.generation, held.era.era)?;
            if known.is_none() {
                self.keep_era(circle.id, held.generation, &held.era)?;
            }
        }
        circle.dark.clear();
        for generation in 0..group_id.generation {
            circle.must_read(Gap {
                generation,
                before: u64::MAX >> 1,
                until: 0,
                missed: false,
            });
        }
        circle.must_read(Gap {
            generation: group_id.generation,
            before: entry.seq,
            until: 0,
            missed: false,
        });
        self.circles_changed = true;
        self.timer(1);
        Ok(())
    }

    /// A human vouched for a member's new key on this device: a case manager's device owes them the
    /// circle's era keys.
    pub fn vouch(
        &self,
        circle: &mut Circle,
        account: AccountId,
        before: Option<[u8; 32]>,
    ) -> Result<()> {
        let me = self.must_me()?;
        if let (Role::CaseManager, Some(before)) = (me.role, before) {
            circle.share_with(account, before.into());
        }
        Ok(())
    }
}

impl EraKey {
    /// Whether it is a circle's, of an era that had begun by then.
    fn is_before(&self, circle: CircleId, then: (u32, u32)) -> bool {
        self.circle == circle && (self.generation, self.era.era) <= then
    }
}

impl Group<'_, '_> {
    /// Every leaf's certificate.
    fn certificates(&self) -> Result<Vec<DeviceCert>> {
        self.leaves().map(|cert| cert.map_err(Error::mls)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_of_an_era_to_come_is_taken_from_whoever_shares_earlier_ones() {
        let circle = CircleId::from_bytes([9; 16]);
        let of = |circle, generation, era| EraKey {
            circle,
            generation,
            era: Era { era, key: [1; 32] },
        };
        let other = CircleId::from_bytes([8; 16]);
        for (held, taken) in [
            (of(circle, 1, 4), true),
            (of(circle, 0, u32::MAX), true),
            (of(circle, 1, 5), false),
            (of(circle, 2, 0), false),
            (of(other, 0, 0), false),
        ] {
            let at = (held.generation, held.era.era);
            assert_eq!(held.is_before(circle, (1, 4)), taken, "{at:?}");
        }
    }
}
