//! The device's own rows, beside those of OpenMLS. Who the device is, and what is on its way, stands here; what it knows
//! of a circle in [`circle`], its place in the group in [`place`].
//!
//! | key | value |
//! |---|---|
//! | `me` | [`Me`]: who this device belongs to, its keys, its agency |
//! | `enrolling` | [`Enrolling`]: keys made, answer not yet here |
//! | `signed_out` | true while a person wants this device offline; false from a sign-in until the server is ready |
//! | `signed_in` | when the server was ready after a person last signed in |
//! | `circle/<16>` | [`Circle`]: one for each circle the server names |
//! | `candidate/<16>` | [`Candidate`]: a commit that is on its way |
//! | `founding/<16>` | [`FoundingAttempt`]: a group that is on its way |
//! | `outbox/<16>/<8>` | [`Outgoing`]: a message that is on its way |
//! | `pin/<16>` | an account's identity key, as last accepted |
//! | `known/<16>` | [`judge::Known`]: what was last true of a circle's group; it outlives the place in it |
//! | `era/<16>/<4>/<4>` | an archive era's key, by circle, generation and number |
//! | `keep/<16>` | whether this person wants a circle to keep history, until its group's policy says so |
//! | `met/<16>` | [`crate::verification::Met`]: an identity key that this person vouches for |
//! | `awaited` | [`crate::invited::Invited`]: it came by an invitation and waits for the word |
//! | `intake/<16>` | [`crate::intake::Inviting`]: an invitation of this device's making, by its person |
//! | `counters` | [`crate::api::Counters`]: what went wrong and was mended |
//! | `adding` | [`Adding`]: this new device's keys, not yet approved by the first one |
//! | `recovering` | [`Recovering`]: this new device, certified by a recovered identity key |
//! | `backup` | [`crate::backup::Backup`]: the vault's key and how it stands at the server |
//! | `succession` | [`crate::succession::Attempt`]: a new identity key on its way |
//! | `certificates` | [`crate::earlier`]: this device's, under identity keys of before |
//! | `new_certificate` | there until the server is known to have this device's present certificate |

mod circle;
pub mod key;
mod place;

use minicbor::{Decode, Encode};
use protocol::bundle::CommitBundle;
use protocol::policy::HistoryMode;
use protocol::{AccountId, Bytes, MessageId, OpId, PersonId, Role, Timestamp, Urgency};

use crate::content::Era;
use crate::error::Result;
use crate::identity::{DeviceKeys, Identity};
use crate::invited::Invited;
use crate::rows::{Changes, Draft};

pub use circle::{Circle, Fallen, Gap, Named, NewKey, Why};
pub use place::{GroupMember, Joined, Leaving};

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
    /// The archive era that it begins or goes on with; absent where no history is kept.
    #[n(2)]
    pub era: Option<Era>,
    /// An external commit: the place that the device takes. Adopted at `ok`, for there is nothing
    /// before it that could be lost.
    #[n(3)]
    pub place: Option<Joined>,
    /// It brings the account's new identity key.
    #[n(4)]
    pub brings_succession: bool,
    /// Whom it gives the circle's era keys.
    #[n(5)]
    #[cbor(default)]
    pub shared: Vec<AccountId>,
    /// It switches history to this, as this device's person wants.
    #[n(6)]
    #[cbor(default)]
    pub history: Option<HistoryMode>,
}

/// A group on its way to its founding, or to the founding of its next generation.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct FoundingAttempt {
    #[n(0)]
    pub founding: protocol::bundle::Founding,
    #[n(1)]
    pub changes: Vec<Change>,
    /// Its first archive era; absent where no history is kept.
    #[n(2)]
    pub era: Option<Era>,
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
    /// Whose device this is, whole unless its secrets do not open here.
    pub fn me(&self) -> Result<Option<Me>> {
        let Some(mut me) = self.read::<Me>(key::ME)? else {
            return Ok(None);
        };
        // What stands in the row itself, a program of before wrote there after the other row.
        if let Some(secrets) = self.find(key::SECRETS)
            && !me.identity.holds_secrets()
        {
            me.identity.give_secrets(&secrets)?;
        }
        Ok(Some(me))
    }

    /// Takes the secrets out of the row that opens in a browser that is signed out, if a program of before left
    /// any there.
    pub fn part_secrets(&self) -> Result<()> {
        let me = self.read::<Me>(key::ME)?;
        if let Some(me) = me.filter(|me| me.identity.holds_secrets()) {
            self.write_me(me);
        }
        Ok(())
    }

    /// Writes it, in two rows: in a browser that is signed out only the one without secrets opens.
    pub fn write_me(&self, mut me: Me) {
        let secrets = me.identity.take_secrets();
        self.put(key::SECRETS.to_vec(), secrets.to_vec());
        self.write(key::ME, &me);
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
