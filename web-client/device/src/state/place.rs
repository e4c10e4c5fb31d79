//! A place in a circle's group: how far this device has followed its log, who else is in it, by the policy that
//! members committed, and who is on the way out.
//!
//! It begins with a founding, a Welcome or an external commit and ends when the device falls out. Its cursor moves by
//! one entry at a time; a change of the group is applied here when the log reaches it, and not before.

use minicbor::{Decode, Encode};
use protocol::policy::{CirclePolicy, HistoryMode, PolicyMember};
use protocol::{AccountId, Bytes, DeviceId, Role, Timestamp};

use crate::content::Era;

/// A place in a group.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct Joined {
    #[n(0)]
    pub generation: u32,
    /// The last log entry applied; cursor + 1 is the only one that may be.
    #[n(1)]
    pub cursor: u64,
    /// The archive era that holds now; absent until its key has come.
    #[n(3)]
    pub era: Option<Era>,
    /// Who is in the group, by the policy that members committed.
    #[n(4)]
    pub members: Vec<GroupMember>,
    /// Whom the server proposed to remove, and nobody has yet.
    #[n(5)]
    pub leaving: Vec<Leaving>,
    /// When this device last renewed its leaf's keys.
    #[n(6)]
    pub renewed_at: Timestamp,
    /// When the era began, by the log's time.
    #[n(7)]
    pub era_since: Timestamp,
    /// The newest place of the log that is known to exist.
    #[n(8)]
    pub head: u64,
    /// The newest era that the group's own messages named: none before it may hold again.
    #[n(9)]
    pub era_floor: u32,
    /// Whether history is kept, by the policy that members committed.
    #[n(10)]
    #[cbor(default)]
    pub history: HistoryMode,
    /// Where the message stands that begins the epoch, right behind its commit.
    #[n(11)]
    #[cbor(default)]
    pub begins_at: u64,
}

impl Joined {
    /// A place that was just taken.
    pub fn new(generation: u32, cursor: u64, policy: &CirclePolicy, now: Timestamp) -> Self {
        Self {
            generation,
            cursor,
            era: None,
            members: GroupMember::of_policy(policy),
            leaving: Vec::new(),
            renewed_at: now,
            era_since: now,
            head: cursor,
            era_floor: 0,
            history: policy.history,
            begins_at: 0,
        }
    }

    /// Whether an archive era's key is still to come, without which nothing may be sent.
    pub fn lacks_era(&self) -> bool {
        self.history.is_kept() && self.era.is_none()
    }

    /// Behind a commit there always stands the message that brings its era's key, if history is kept. Until that
    /// is here this device is behind: were it to begin an era of its own, one number could get two keys.
    pub fn awaits_era_behind(&mut self, commit: u64) {
        self.begins_at = commit.saturating_add(1);
        self.head = self.head.max(self.begins_at);
    }
}

/// A device that is to be removed.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct Leaving {
    #[n(0)]
    pub device: DeviceId,
    #[n(1)]
    pub account: AccountId,
    #[n(2)]
    pub since: Timestamp,
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
    #[n(2)]
    pub aik: Bytes,
    #[n(3)]
    pub role: Role,
    /// Who met them, and when.
    #[n(4)]
    #[cbor(default)]
    pub met: Option<MetBy>,
}

/// Who met a member in person, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct MetBy {
    #[n(0)]
    pub verifier: AccountId,
    #[n(1)]
    pub at: Timestamp,
}

impl GroupMember {
    /// The policy's members.
    pub fn of_policy(policy: &CirclePolicy) -> Vec<Self> {
        let member = |member: &PolicyMember| Self {
            account: member.account,
            verified: member.verified_by.is_some(),
            aik: member.aik.clone(),
            role: member.role,
            met: member.verified_by.as_ref().map(|by| MetBy {
                verifier: by.verifier,
                at: by.at,
            }),
        };
        policy.members.iter().map(member).collect()
    }
}
