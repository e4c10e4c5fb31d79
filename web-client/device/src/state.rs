//! The device's own rows, beside those of OpenMLS.
//!
//! | key | value |
//! |---|---|
//! | `me` | [`Me`]: who this device belongs to, its keys, its agency |
//! | `enrolling` | [`Enrolling`]: keys made, answer not yet here |
//! | `signed_out` | there while a person wants this device offline |
//! | `circle/<16>` | [`Circle`]: one for each circle the server names |
//! | `candidate/<16>` | [`Candidate`]: a commit that is on its way |
//! | `founding/<16>` | [`FoundingAttempt`]: a group that is on its way |
//! | `outbox/<16>/<8>` | [`Outgoing`]: a message that is on its way |
//! | `pin/<16>` | an account's identity key, as first seen |

use minicbor::{Decode, Encode};
use protocol::bundle::CommitBundle;
use protocol::policy::{CirclePolicy, PolicyMember};
use protocol::{
    AccountId, Bytes, CircleId, CircleStatus, GroupId, MemberState, MessageId, OpId, PersonId,
    Role, Timestamp, Urgency,
};

use crate::content::Era;
use crate::error::Result;
use crate::identity::Identity;
use crate::rows::{Changes, Draft};

/// Who this device belongs to.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct Me {
    #[n(0)]
    pub identity: Identity,
    #[n(1)]
    pub person: PersonId,
    #[n(2)]
    pub name: String,
    #[n(3)]
    pub role: Role,
    #[n(4)]
    pub agency_name: String,
    /// Pinned at enrolment, checked against the link.
    #[n(5)]
    pub agency_key: [u8; 32],
    /// The removal key to put into circles that this device makes.
    #[n(6)]
    pub removal_key: Bytes,
}

/// An enrolment whose answer is not here yet. The same bytes are sent again until it is.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct Enrolling {
    #[n(0)]
    pub op_id: OpId,
    #[n(1)]
    pub secret: Bytes,
    #[n(2)]
    pub identity: Identity,
    #[n(3)]
    pub agency_key: [u8; 32],
}

/// A circle as this device knows it.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct Circle {
    #[n(0)]
    pub id: CircleId,
    #[n(1)]
    pub title: String,
    #[n(2)]
    pub status: CircleStatus,
    /// As the server names them.
    #[n(3)]
    pub members: Vec<Named>,
    /// Accounts that could be added now, and whether this device may.
    #[n(4)]
    pub awaiting: Vec<AccountId>,
    #[n(5)]
    pub may_add: bool,
    /// This device's place in the group, once it is in.
    #[n(6)]
    pub joined: Option<Joined>,
    /// Why the device stopped here, if it did.
    #[n(7)]
    pub stopped: Option<String>,
    /// The place of the newest item, for the list, with its sealed bytes.
    #[n(8)]
    pub newest: Option<Bytes>,
    /// The number of the next outgoing message.
    #[n(9)]
    pub next_outgoing: u64,
}

/// One of a circle's people, as the server names them.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct Named {
    #[n(0)]
    pub account: AccountId,
    #[n(1)]
    pub name: String,
    #[n(2)]
    pub role: Role,
    #[n(3)]
    pub state: MemberState,
}

/// A place in a group.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct Joined {
    #[n(0)]
    pub generation: u32,
    /// The last log entry applied; cursor + 1 is the only one that may be.
    #[n(1)]
    pub cursor: u64,
    /// The greatest counter that this device has given out.
    #[n(2)]
    pub send_counter: u64,
    /// The archive era that holds now; absent until its key has come.
    #[n(3)]
    pub era: Option<Era>,
    /// Who is in the group, by the policy that members committed.
    #[n(4)]
    pub members: Vec<GroupMember>,
}

/// One of a group's accounts.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct GroupMember {
    #[n(0)]
    pub account: AccountId,
    /// A member met them in person, and the signature verified.
    #[n(1)]
    pub verified: bool,
}

impl GroupMember {
    /// The policy's members.
    pub fn of_policy(policy: &CirclePolicy) -> Vec<Self> {
        let member = |member: &PolicyMember| Self {
            account: member.account,
            verified: member.verified_by.is_some(),
        };
        policy.members.iter().map(member).collect()
    }
}

/// A commit on its way: the merged group is kept beside the one that holds, and adopted only when the
/// log shows this very commit.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct Candidate {
    #[n(0)]
    pub bundle: CommitBundle,
    /// The group's rows after the commit, its first message already encrypted on them.
    #[n(1)]
    pub changes: Vec<Change>,
    #[n(2)]
    pub era: Era,
    #[n(3)]
    pub added: Vec<AccountId>,
}

/// A group on its way to its founding.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct FoundingAttempt {
    #[n(0)]
    pub founding: protocol::bundle::Founding,
    #[n(1)]
    pub changes: Vec<Change>,
    #[n(2)]
    pub era: Era,
}

/// One row's change.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct Change {
    #[n(0)]
    pub key: Bytes,
    #[n(1)]
    pub value: Option<Bytes>,
}

/// A message on its way. Plaintext until `ok`; encrypted anew whenever it was refused.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct Outgoing {
    #[n(0)]
    pub message: MessageId,
    #[n(1)]
    pub text: String,
    #[n(2)]
    pub urgency: Urgency,
    #[n(3)]
    pub written_at: Timestamp,
    /// The frame that went out and was not refused: sent again as the same bytes.
    #[n(4)]
    pub sent: Option<Sent>,
    /// Its place in the log, once the server said `ok`.
    #[n(5)]
    pub seq: Option<u64>,
}

/// A frame that went out.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct Sent {
    #[n(0)]
    pub op_id: OpId,
    #[n(1)]
    pub frame: Bytes,
}

impl Circle {
    /// A circle that the server named just now.
    pub fn new(id: CircleId) -> Self {
        Self {
            id,
            title: String::new(),
            status: CircleStatus::Planned,
            members: Vec::new(),
            awaiting: Vec::new(),
            may_add: false,
            joined: None,
            stopped: None,
            newest: None,
            next_outgoing: 1,
        }
    }

    /// The MLS group that this device is in.
    pub fn group(&self) -> Option<GroupId> {
        let generation = self.joined.as_ref()?.generation;
        Some(GroupId {
            circle: self.id,
            generation,
        })
    }
}

/// Changes as a value that can be stored.
pub fn to_list(changes: Changes) -> Vec<Change> {
    changes
        .into_iter()
        .map(|(key, value)| Change {
            key: key.into(),
            value: value.map(Bytes),
        })
        .collect()
}

/// And back.
pub fn from_list(changes: Vec<Change>) -> Changes {
    changes
        .into_iter()
        .map(|change| (change.key.0, change.value.map(|value| value.0)))
        .collect()
}

/// Keys of rows.
pub mod key {
    use protocol::{AccountId, CircleId};

    pub const ME: &[u8] = b"me";
    pub const ENROLLING: &[u8] = b"enrolling";
    pub const SIGNED_OUT: &[u8] = b"signed_out";
    pub const CIRCLES: &[u8] = b"circle/";

    pub fn circle(id: CircleId) -> Vec<u8> {
        [CIRCLES, id.as_bytes()].concat()
    }

    pub fn candidate(id: CircleId) -> Vec<u8> {
        [b"candidate/".as_slice(), id.as_bytes()].concat()
    }

    pub fn founding(id: CircleId) -> Vec<u8> {
        [b"founding/".as_slice(), id.as_bytes()].concat()
    }

    pub fn outbox(id: CircleId) -> Vec<u8> {
        [b"outbox/".as_slice(), id.as_bytes(), b"/"].concat()
    }

    pub fn outgoing(id: CircleId, number: u64) -> Vec<u8> {
        [outbox(id).as_slice(), &number.to_be_bytes()].concat()
    }

    pub fn pin(account: AccountId) -> Vec<u8> {
        [b"pin/".as_slice(), account.as_bytes()].concat()
    }

    /// An item in the log: `circle || seq`.
    pub fn item(id: CircleId, seq: u64) -> Vec<u8> {
        [id.as_bytes().as_slice(), &seq.to_be_bytes()].concat()
    }

    /// An item that waits: after every item in the log, in the order of writing.
    pub fn waiting_item(id: CircleId, number: u64) -> Vec<u8> {
        item(id, u64::MAX / 2 + number)
    }
}

impl Draft<'_> {
    /// Every circle, in the order of ids.
    pub fn circles(&self) -> Result<Vec<Circle>> {
        self.keys(key::CIRCLES)
            .iter()
            .filter_map(|key| self.read(key).transpose())
            .collect()
    }

    /// One circle.
    pub fn circle(&self, id: CircleId) -> Result<Option<Circle>> {
        self.read(&key::circle(id))
    }

    /// Stores a circle.
    pub fn save(&self, circle: &Circle) {
        self.write(&key::circle(circle.id), circle);
    }

    /// The identity key first seen for an account.
    pub fn pin(&self, account: AccountId) -> Option<[u8; 32]> {
        self.find(&key::pin(account))
            .and_then(|bytes| bytes.try_into().ok())
    }

    /// Remembers an account's identity key, unless one is known.
    pub fn pin_first(&self, account: AccountId, aik: &[u8]) {
        if self.pin(account).is_none() {
            self.put(key::pin(account), aik.to_vec());
        }
    }
}
