//! What a device puts into the vault.
//!
//! A vault has a size, and whoever is in a circle can begin eras there: so not every era's key goes into it, but the
//! newest ones of each circle. A vault that had become too large could not be written any more, and nobody could
//! report a device stolen whose vault cannot be written. The device itself keeps every key that it has.

use std::collections::BTreeMap;

use protocol::{AccountId, Bytes, CircleId, limits};

use super::{Contents, EraKey};
use crate::error::{Error, Result};
use crate::identity::Identity;
use crate::state::{Circle, key};
use crate::turn::Turn;

/// Era keys in a vault.
const ERAS_MAX: usize = 4_000;
/// One of them, bytes, at its longest.
const ERA_BYTES_MAX: usize = 100;

// A fifth of the vault is left to pins and everything else.
const _: () = assert!(ERAS_MAX * ERA_BYTES_MAX < limits::VAULT_BYTES_MAX / 5 * 4);

impl Turn<'_> {
    /// What this device would put into the vault.
    pub fn contents(&self, identity: &Identity) -> Result<Contents> {
        let me = self.must_me()?;
        let pins = self
            .draft
            .keys(b"pin/")
            .iter()
            .filter_map(|at| {
                let account = AccountId::try_from(at.get(4..)?).ok()?;
                Some((account, Bytes(self.draft.find(at)?)))
            })
            .collect();
        let mut eras = self.era_keys()?;
        let circles = self.draft.circles()?;
        eras.retain(|held| {
            let mut circles = circles.iter();
            let circle = circles.find(|circle| circle.id == held.circle);
            circle.is_none_or(|circle| held.has_begun(circle))
        });
        Ok(Contents {
            account: identity.account,
            aik: identity.aik_secret(),
            successions: self.successions()?,
            agency_key: me.agency_key,
            eras: newest(eras, ERAS_MAX),
            pins,
            entrusted: self.draft.entrusted()?,
        })
    }

    /// Every era's key that this device has, the oldest of each circle first.
    pub fn era_keys(&self) -> Result<Vec<EraKey>> {
        let mut eras = Vec::new();
        for at in self.draft.keys(key::ERAS) {
            // `era/<circle 16>/<generation 4>/<era 4>`
            let circle = at.get(4..20).and_then(|id| CircleId::try_from(id).ok());
            let generation = at.get(21..25).and_then(|bytes| bytes.try_into().ok());
            let (Some(circle), Some(generation), Some(era)) =
                (circle, generation, self.draft.read(&at)?)
            else {
                return Err(Error::Store("an era's key has no place"));
            };
            eras.push(EraKey {
                circle,
                generation: u32::from_be_bytes(generation),
                era,
            });
        }
        Ok(eras)
    }
}

impl EraKey {
    /// Whether its era has begun in a circle of which this device knows how far it is. Whoever had the vault for a while
    /// could put keys of eras to come into it: they are believed nowhere, and not handed on.
    fn has_begun(&self, circle: &Circle) -> bool {
        let here = circle.joined.as_ref();
        let here = here.map(|joined| (joined.generation, joined.era_floor));
        let newest = here.max(Some((circle.generation, circle.era)));
        Some((self.generation, self.era.era)) <= newest
    }
}

/// At most so many of them, the newest of each circle: one that has more than others gives up its own.
fn newest(mut eras: Vec<EraKey>, most: usize) -> Vec<EraKey> {
    if eras.len() <= most {
        return eras;
    }
    let mut left: BTreeMap<CircleId, usize> = BTreeMap::new();
    for held in &eras {
        *left.entry(held.circle).or_default() += 1;
    }
    let kept = |each: usize| -> usize { left.values().map(|count| each.min(*count)).sum() };
    let each = (0..=most).rev().find(|each| kept(*each) <= most);
    let each = each.unwrap_or_default();
    eras.retain(|held| {
        let left = left.entry(held.circle).or_default();
        let is_kept = *left <= each;
        *left = left.saturating_sub(1);
        is_kept
    });
    eras
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::seal;
    use crate::content::Era;
    use crate::invented::{NOW, maria};
    use crate::rows::Rows;
    use crate::volatile::Volatile;

    const BUSY: CircleId = CircleId::from_bytes([0xee; 16]);
    const QUIET: CircleId = CircleId::from_bytes([0xdd; 16]);

    #[test]
    fn a_circle_of_many_eras_takes_no_room_in_the_vault_from_another() {
        let me = maria();
        let rows: Rows = [(key::ME.to_vec(), protocol::frame::to_vec(&me))].into();
        let turn = Turn::new(&rows, Volatile::default(), "localhost", NOW);
        let keep = |circle, era| {
            let key = [0xff; 32];
            let at = key::era(circle, u32::MAX, era);
            turn.draft.write(&at, &Era { era, key });
        };
        let last = u32::MAX;
        for era in 0..3 {
            keep(QUIET, last - era);
        }
        for era in 0..8_000 {
            keep(BUSY, last - era);
        }
        let contents = turn.contents(&me.identity).unwrap();
        let of = |wanted: CircleId| -> Vec<u32> {
            let eras = contents.eras.iter();
            let eras = eras.filter(|held| held.circle == wanted);
            eras.map(|held| held.era.era).collect()
        };
        assert_eq!(of(QUIET), [last - 2, last - 1, last]);
        let busy = of(BUSY);
        assert_eq!(busy.len(), ERAS_MAX - 3);
        assert_eq!(busy.last(), Some(&last), "the newest");
        assert!(busy.is_sorted());
        let size = seal([7; 32], &contents).len();
        assert!(size <= limits::VAULT_BYTES_MAX / 5 * 4, "{size}");
        // The device has them all.
        assert_eq!(turn.era_keys().unwrap().len(), 8_003);
    }
}
