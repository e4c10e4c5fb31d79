//! What a device's stored rows are sealed under (security.md, section 5).
//!
//! A native device has one key for everything: its host keeps it. In a browser whoever copies the profile
//! has the host's key too, so that there the server keeps a share of what seals all but [`ALONE`]; it hands
//! that out to a live session alone. After a log-off what was stored does not open, at nobody's hands.
//!
//! ```text
//! rest = HKDF-SHA256(host's key || share, "carecircle stored rows")
//! ```
//!
//! | | [`ALONE`] | everything else |
//! |---|---|---|
//! | [`Sealed::Whole`]: native | host's key | host's key |
//! | [`Sealed::Unshared`]: a browser that has not come in yet | host's key | host's key |
//! | [`Sealed::Closed`]: a browser without the share | host's key | does not open |
//! | [`Sealed::Open`]: a browser with it | host's key | `rest` |

use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::sealed;
use crate::state::key;
use crate::vault::{Table, Vault};

/// Rows by which a device knows whose it is and proves itself, so that somebody can sign in.
const ALONE: [&[u8]; 4] = [key::ME, key::SIGNED_OUT, key::SIGN_OUT_OWED, key::COUNTERS];

/// How far the rows open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sealed {
    #[default]
    Whole,
    Unshared,
    Closed,
    Open,
}

impl Sealed {
    /// Before anything else the server is asked for the share.
    pub fn wants_share(self) -> bool {
        matches!(self, Self::Unshared | Self::Closed)
    }
}

/// The keys, wiped when dropped.
#[derive(Debug)]
pub struct Sealing {
    alone: Vault,
    rest: Option<Vault>,
    sealed: Sealed,
}

impl Sealing {
    /// One key for everything.
    pub fn whole(key: [u8; 32]) -> Self {
        Self {
            alone: Vault::new(key),
            rest: None,
            sealed: Sealed::Whole,
        }
    }

    /// In a browser that has no share yet.
    pub fn unshared(key: [u8; 32]) -> Self {
        Self {
            sealed: Sealed::Unshared,
            ..Self::whole(key)
        }
    }

    /// In a browser that has one: with the share, or without.
    pub fn shared(key: [u8; 32], share: Option<&[u8; 32]>) -> Result<Self> {
        let rest = |share: &[u8; 32]| {
            let both = Zeroizing::new([key, *share].concat());
            let rest = sealed::derive(&both, b"carecircle stored rows")?;
            Result::Ok(Vault::new(*rest))
        };
        Ok(Self {
            alone: Vault::new(key),
            rest: share.map(rest).transpose()?,
            sealed: share.map_or(Sealed::Closed, |_| Sealed::Open),
        })
    }

    pub fn sealed(&self) -> Sealed {
        self.sealed
    }

    /// Under what a row is sealed; nothing if that is not here.
    fn of(&self, table: Table, key: &[u8]) -> Option<&Vault> {
        match self.sealed {
            Sealed::Closed | Sealed::Open if !is_alone(table, key) => self.rest.as_ref(),
            _ => Some(&self.alone),
        }
    }

    /// Whether a row of the table `state` stays closed for now.
    pub fn is_closed(&self, key: &[u8]) -> bool {
        self.of(Table::State, key).is_none()
    }

    pub fn seal(&self, table: Table, key: &[u8], value: &[u8]) -> Result<Vec<u8>> {
        let vault = self.of(table, key).ok_or(CLOSED)?;
        Ok(vault.seal(table, key, value))
    }

    pub fn open(&self, table: Table, key: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
        self.of(table, key).ok_or(CLOSED)?.open(table, key, sealed)
    }

    #[cfg(feature = "simulated")]
    pub fn copied(&self) -> Self {
        Self {
            alone: self.alone.copied(),
            rest: self.rest.as_ref().map(Vault::copied),
            sealed: self.sealed,
        }
    }
}

const CLOSED: Error = Error::Store("a row under a share that is not here");

fn is_alone(table: Table, key: &[u8]) -> bool {
    matches!(table, Table::State) && ALONE.contains(&key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_the_share_only_what_signs_in_opens() {
        let open = Sealing::shared([1; 32], Some(&[2; 32])).unwrap();
        let me = open.seal(Table::State, key::ME, b"me").unwrap();
        let said = open.seal(Table::Items, key::ME, b"said").unwrap();
        let closed = Sealing::shared([1; 32], None).unwrap();
        assert_eq!(closed.open(Table::State, key::ME, &me).unwrap(), b"me");
        assert!(closed.is_closed(b"circle/") && !closed.is_closed(key::SIGNED_OUT));
        for other in [
            closed,
            Sealing::whole([1; 32]),
            Sealing::unshared([1; 32]),
            Sealing::shared([1; 32], Some(&[3; 32])).unwrap(),
            Sealing::shared([4; 32], Some(&[2; 32])).unwrap(),
        ] {
            assert!(other.open(Table::Items, key::ME, &said).is_err());
        }
        assert_eq!(open.open(Table::Items, key::ME, &said).unwrap(), b"said");
    }
}
