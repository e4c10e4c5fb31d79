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
//! | `pin/<16>` | an account's identity key, as last accepted |
//! | `known/<16>` | [`judge::Known`]: what was last true of a circle's group; it outlives the place in it |
//! | `era/<16>/<4>/<4>` | an archive era's key, by circle, generation and number |
//! | `met/<16>` | [`crate::verification::Met`]: an identity key that this person vouches for |
//! | `awaited` | [`crate::invited::Invited`]: it came by an invitation and waits for the word |
//! | `intake/<16>` | [`crate::intake::Inviting`]: an invitation of this device's making, by its person |
//! | `counters` | [`crate::api::Counters`]: what went wrong and was mended |
//! | `adding` | [`Adding`]: this new device's keys, not yet approved by the first one |
//! | `recovering` | [`Recovering`]: this new device, certified by a recovered identity key |
//! | `backup` | [`crate::backup::Backup`]: the vault's key and how it stands at the server |
//! | `succession` | [`crate::succession::Attempt`]: a new identity key on its way |

pub mod key;

use minicbor::{Decode, Encode};
use protocol::bundle::CommitBundle;
use protocol::policy::{CirclePolicy, PolicyMember};
use protocol::{
    AccountId, Bytes, CircleId, CircleStatus, DeviceId, GroupId, MemberState, MessageId, OpId,
    PersonId, Role, Timestamp, Urgency,
};

use crate::content::Era;
use crate::error::Result;
use crate::identity::{DeviceKeys, Identity};
use crate::invited::Invited;
use crate::rows::{Changes, Draft};
use crate::sharing::{Since, Vouched};

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
    /// Pinned at enrolment, checked against the link; or one that the pinned one led to since.
    #[n(5)]
    pub agency_key: [u8; 32],
    /// The removal key to put into circles that this device makes.
    #[n(6)]
    pub removal_key: Bytes,
    /// Agency keys that were pinned before, oldest first: what they signed stands in groups of before.
    #[n(7)]
    #[cbor(default)]
    pub agency_before: Vec<[u8; 32]>,
}

impl Me {
    /// Every agency key that this device was led through, oldest first; the last one is pinned.
    pub fn agency_keys(&self) -> Vec<[u8; 32]> {
        let mut keys = self.agency_before.clone();
        keys.push(self.agency_key);
        keys
    }
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
    /// It came by an invitation.
    #[n(4)]
    #[cbor(default)]
    pub invited: Option<Invited>,
}

/// A new device that waits for the first one's approval.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct Adding {
    /// The link's secret, 16 bytes, and the agency key's fingerprint.
    #[n(0)]
    pub secret: [u8; 16],
    #[n(1)]
    pub fingerprint: [u8; 32],
    #[n(2)]
    pub keys: DeviceKeys,
    /// The agency's key, once the server has named one of that fingerprint.
    #[n(3)]
    pub agency_key: Option<[u8; 32]>,
}

/// A new device whose person's recovery code opened the vault.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct Recovering {
    #[n(0)]
    pub op_id: OpId,
    #[n(1)]
    pub locator: Bytes,
    #[n(2)]
    pub identity: Identity,
    #[n(3)]
    pub agency_key: [u8; 32],
    #[n(4)]
    pub vault_key: [u8; 32],
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
    /// Why the device stopped here, if it did: only a human goes on.
    #[n(7)]
    pub stopped: Option<String>,
    /// The place of the newest item, for the list, with its sealed bytes.
    #[n(8)]
    pub newest: Option<Bytes>,
    /// The number of the next outgoing message.
    #[n(9)]
    pub next_outgoing: u64,
    /// The group's generation and archive era, as the server names them.
    #[n(10)]
    pub generation: u32,
    #[n(11)]
    pub era: u32,
    /// Why the device fell out of the group, if it did: it comes back in by itself.
    #[n(12)]
    pub fallen: Option<Fallen>,
    /// Stretches of the log that are still to be read as history, the newest first.
    #[n(13)]
    pub gaps: Vec<Gap>,
    /// Stretches whose era keys are missing.
    #[n(14)]
    pub dark: Vec<Gap>,
    /// People who came with another identity key than the one pinned, and which.
    #[n(15)]
    pub new_keys: Vec<NewKey>,
    /// The greatest send counter given out, and in which generation: it outlives the place.
    #[n(16)]
    pub counter: (u32, u64),
    /// The account's new identity key is still to be brought into this group.
    #[n(17)]
    pub renew: bool,
    /// The person has seen everything up to here.
    #[n(18)]
    pub seen_seq: u64,
    /// Since when members are here, as far as this device knows.
    #[n(19)]
    #[cbor(default)]
    pub since: Vec<Since>,
    /// Members whose new keys a human vouched for here, and who are owed the era keys.
    #[n(20)]
    #[cbor(default)]
    pub vouched: Vec<Vouched>,
    /// Under which identity keys people were here who are gone.
    #[n(21)]
    #[cbor(default)]
    pub former: Vec<NewKey>,
}

/// An account's identity key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct NewKey {
    #[n(0)]
    pub account: AccountId,
    #[n(1)]
    pub aik: Bytes,
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
    /// Devices in the group, by the server's word.
    #[n(4)]
    pub devices: Vec<DeviceId>,
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
        }
    }

    /// Behind a commit there always stands the message that brings its era's key. Until that is here this
    /// device is behind: were it to begin an era of its own, one number could get two keys.
    pub fn awaits_era_behind(&mut self, commit: u64) {
        self.head = self.head.max(commit.saturating_add(1));
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

/// Why a device fell out of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub enum Why {
    /// A change of the group could not be processed, or its own group does not load.
    #[n(0)]
    OutOfStep,
    /// It runs from an old copy of its store.
    #[n(1)]
    OldCopy,
    /// Its clock is wrong.
    #[n(2)]
    Clock,
    /// Its person wanted it.
    #[n(3)]
    Asked,
}

/// A group that this device can no longer follow.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct Fallen {
    #[n(0)]
    pub why: Why,
    /// The entry that could not be processed, while the server has not heard of it.
    #[n(1)]
    pub distress: Option<(u32, u64)>,
}

/// A stretch of one generation's log: everything between `until` and `before`, both excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Gap {
    #[n(0)]
    pub generation: u32,
    #[n(1)]
    pub before: u64,
    #[n(2)]
    pub until: u64,
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
    /// An external commit: the place that the device takes. Adopted at `ok`, for there is nothing
    /// before it that could be lost.
    #[n(3)]
    pub place: Option<Joined>,
    /// It brings the account's new identity key.
    #[n(4)]
    pub renews: bool,
    /// Whom it gives the circle's era keys.
    #[n(5)]
    #[cbor(default)]
    pub shared: Vec<AccountId>,
}

/// A group on its way to its founding, or to the founding of its next generation.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct FoundingAttempt {
    #[n(0)]
    pub founding: protocol::bundle::Founding,
    #[n(1)]
    pub changes: Vec<Change>,
    #[n(2)]
    pub era: Era,
    #[n(3)]
    pub generation: u32,
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
    /// Remembers under which identity keys people were here who are gone.
    pub fn part_with(&mut self, gone: &[AccountId]) {
        let members = self.joined.iter().flat_map(|joined| &joined.members);
        let former = members.filter(|member| gone.contains(&member.account));
        let former: Vec<NewKey> = former
            .map(|member| NewKey {
                account: member.account,
                aik: member.aik.clone(),
            })
            .collect();
        self.former.retain(|held| !gone.contains(&held.account));
        self.former.extend(former);
    }

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
            generation: 0,
            era: 0,
            fallen: None,
            gaps: Vec::new(),
            dark: Vec::new(),
            new_keys: Vec::new(),
            counter: (0, 0),
            renew: false,
            seen_seq: 0,
            since: Vec::new(),
            vouched: Vec::new(),
            former: Vec::new(),
        }
    }

    /// The number of an archive era that is new, whatever the server says.
    pub fn era_after(&self) -> u32 {
        let floor = self.joined.as_ref().map_or(0, |joined| joined.era_floor);
        self.era.max(floor).saturating_add(1)
    }

    /// The next send counter in the present generation; it is given out once.
    pub fn next_counter(&mut self, generation: u32) -> u64 {
        let last = if self.counter.0 == generation {
            self.counter.1
        } else {
            0
        };
        let next = last.saturating_add(1);
        self.counter = (generation, next);
        next
    }

    /// Whether the log may be followed and messages may be sent here.
    pub fn goes_on(&self) -> bool {
        self.stopped.is_none() && self.fallen.is_none() && self.status == CircleStatus::Live
    }

    /// Remembers a stretch to be read as history.
    pub fn must_read(&mut self, gap: Gap) {
        if gap.before > gap.until.saturating_add(1) && !self.gaps.contains(&gap) {
            self.gaps.push(gap);
            self.gaps
                .sort_by_key(|gap| std::cmp::Reverse((gap.generation, gap.before)));
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

    /// Remembers an account's identity key. Whoever calls this has made sure that it may change.
    pub fn set_pin(&self, account: AccountId, aik: &[u8]) {
        if self.pin(account).is_none_or(|pin| pin != aik) {
            self.put(key::pin(account), aik.to_vec());
        }
    }
}
