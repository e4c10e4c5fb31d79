//! The MLS working group's passive clients through the device's cryptography and storage
//! (`device::testing::passive`, `tests/vectors/mls/README.md`).
//!
//! Of the three files, `passive-client-random` is missing: its only history is of ciphersuite 1, whose
//! AES a device does not have.

use anyhow::Result;
use device::testing::passive::{Followed, follow};

const WELCOME: &str = include_str!("../../vectors/mls/passive-client-welcome.json");
const COMMITS: &str = include_str!("../../vectors/mls/passive-client-handling-commit.json");

#[test]
fn a_device_joins_by_every_welcome() -> Result<()> {
    let expected = Followed {
        welcomes: 8,
        proposals: 0,
        commits: 0,
        authenticators: 8,
    };
    assert_eq!(follow(WELCOME).map_err(anyhow::Error::msg)?, expected);
    Ok(())
}

#[test]
fn a_device_follows_every_commit() -> Result<()> {
    let expected = Followed {
        welcomes: 13,
        proposals: 12,
        commits: 26,
        authenticators: 39,
    };
    assert_eq!(follow(COMMITS).map_err(anyhow::Error::msg)?, expected);
    Ok(())
}
