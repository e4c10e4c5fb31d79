//! Invented people, for unit tests.

use ed25519_dalek::{Signer as _, SigningKey};
use protocol::certificate::{RemovalKey, Signed};
use protocol::{AccountId, PersonId, Role, Timestamp, labels, limits};

use crate::identity::Identity;
use crate::state::Me;

/// When everything happens.
pub const NOW: Timestamp = Timestamp::from_micros(0);

/// A client on her phone.
pub fn maria() -> Me {
    somebody("Maria Sample", Role::Client)
}

/// The same with a removal key that her agency signed: she can be in a group.
pub fn maria_of_an_agency() -> Me {
    let agency = SigningKey::from_bytes(&[3; 32]);
    let content = protocol::frame::to_vec(&RemovalKey {
        key: agency.verifying_key().to_bytes().into(),
        not_before: NOW,
        not_after: NOW.plus_seconds(limits::CERTIFICATE_S_MAX),
        successions: Vec::new(),
    });
    let signature = agency.sign(&judge::to_be_signed(labels::REMOVAL_KEY, &content));
    let removal_key = protocol::frame::to_vec(&Signed {
        content: content.into(),
        signature: signature.to_bytes().into(),
    });
    Me {
        agency_key: agency.verifying_key().to_bytes(),
        removal_key: removal_key.into(),
        ..maria()
    }
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
