//! Invented people and what their devices hold, for unit tests.

use ed25519_dalek::{Signer as _, SigningKey};
use protocol::bundle::CommitBundle;
use protocol::certificate::{RemovalKey, Signed};
use protocol::policy::{CirclePolicy, HistoryMode};
use protocol::{AccountId, Bytes, CircleId, OpId, PersonId, Role, Timestamp, labels, limits};

use crate::identity::Identity;
use crate::rows::Rows;
use crate::state::{Candidate, Circle, Me, key};

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

/// What a circle's group says of itself, of whoever is in it.
pub fn policy(circle: CircleId, history: HistoryMode) -> CirclePolicy {
    CirclePolicy {
        circle,
        generation: 0,
        members: Vec::new(),
        custodians: Vec::new(),
        retention: String::new(),
        history,
        client_version_min: 1,
    }
}

/// What somebody's device that knows of one circle has stored.
pub fn stored(me: &Me, circle: &Circle) -> Rows {
    [
        (key::ME.to_vec(), protocol::frame::to_vec(me)),
        (key::circle(circle.id), protocol::frame::to_vec(circle)),
    ]
    .into()
}

/// A commit of a device's that is on its way.
pub fn candidate(op_id: OpId) -> Candidate {
    Candidate {
        bundle: CommitBundle {
            op_id,
            commit: vec![1].into(),
            group_info: Bytes::default(),
            welcome: None,
            era_next: Bytes::default(),
            era: 0,
            send_counter: 1,
        },
        changes: Vec::new(),
        era: None,
        place: None,
        brings_succession: false,
        shared: Vec::new(),
        history: None,
    }
}
