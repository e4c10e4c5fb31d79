//! Invented people, for unit tests.

use protocol::{AccountId, PersonId, Role, Timestamp};

use crate::identity::Identity;
use crate::state::Me;

/// When everything happens.
pub const NOW: Timestamp = Timestamp::from_micros(0);

/// A client on her phone.
pub fn maria() -> Me {
    somebody("Maria Sample", Role::Client)
}

/// Her case manager.
pub fn dana() -> Me {
    somebody("Dana Placeholder", Role::CaseManager)
}

fn somebody(name: &str, role: Role) -> Me {
    Me {
        identity: Identity::make(AccountId::from_bytes([1; 16]), NOW).unwrap(),
        person: PersonId::from_bytes([2; 16]),
        name: name.to_owned(),
        role,
        agency_name: "Sample Agency".to_owned(),
        agency_key: [3; 32],
        removal_key: vec![4; 32].into(),
        agency_before: Vec::new(),
    }
}
