//! What the store hands in, and what it gets back.

use protocol::certificate::DeviceCert;
use protocol::policy::HistoryMode;
use protocol::{AccountId, Bytes, DeviceId, GroupId, Role, Timestamp};

/// A device with the account it belongs to, as the database has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The account.
    pub account: AccountId,
    /// The device.
    pub device: DeviceId,
    /// The account's role in the circle.
    pub role: Role,
    /// The account identity key.
    pub aik: [u8; 32],
}

/// For a founding.
#[derive(Debug, Clone)]
pub struct FoundingFacts {
    /// The circle and its generation.
    pub group: GroupId,
    /// The session's device.
    pub founder: Holder,
    /// The agency's public key.
    pub agency_key: [u8; 32],
    /// The time that the log will carry.
    pub now: Timestamp,
}

/// An account that the circle names and that may be in it now: it has not left, and a caregiver's
/// consent is live.
#[derive(Debug, Clone)]
pub struct Named {
    /// The account.
    pub account: AccountId,
    /// Its role in the circle.
    pub role: Role,
    /// Its identity key.
    pub aik: [u8; 32],
}

/// A key package that was claimed for this circle.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The key package's reference (RFC 9420, section 5.2).
    pub reference: [u8; 32],
    /// The account.
    pub account: AccountId,
    /// The device.
    pub device: DeviceId,
}

/// For a commit.
#[derive(Debug, Clone)]
pub struct CommitFacts {
    /// The circle and its generation.
    pub group: GroupId,
    /// The epoch that holds now.
    pub epoch: u64,
    /// The archive era that holds now.
    pub era: u32,
    /// The session's device.
    pub committer: Holder,
    /// The agency's public key.
    pub agency_key: [u8; 32],
    /// The time that the log will carry.
    pub now: Timestamp,
    /// Who may be in the circle.
    pub named: Vec<Named>,
    /// What was claimed for it.
    pub claimed: Vec<Claimed>,
    /// Devices whose removal the server proposed and nobody has committed yet.
    pub pending: Vec<DeviceId>,
}

/// For a reset.
#[derive(Debug, Clone)]
pub struct ResetFacts {
    /// The circle and its next generation.
    pub group: GroupId,
    /// The session's device.
    pub founder: Holder,
    /// The agency's public key.
    pub agency_key: [u8; 32],
    /// The time that the log will carry.
    pub now: Timestamp,
}

/// For the server's own removals.
#[derive(Debug, Clone)]
pub struct RemovalFacts {
    /// The circle and its generation.
    pub group: GroupId,
    /// The removal key's certificate, as it stands among the group's external senders.
    pub removal_key: Bytes,
}

/// Proposals of the server's, to be put into the log.
#[derive(Debug, Clone)]
pub struct Proposed {
    /// The public group with the proposals waiting in it.
    pub public_state: Vec<u8>,
    /// For each device that stands in the group: `MLSMessage(PublicMessage(Proposal))`.
    pub proposals: Vec<(RosterDevice, Bytes)>,
}

/// A device in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RosterDevice {
    /// The account.
    pub account: AccountId,
    /// The device.
    pub device: DeviceId,
}

impl From<&DeviceCert> for RosterDevice {
    fn from(cert: &DeviceCert) -> Self {
        Self {
            account: cert.account,
            device: cert.device,
        }
    }
}

/// What to write.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// The public group after the change, to be handed in again.
    pub public_state: Vec<u8>,
    /// The epoch after the change.
    pub epoch: u64,
    /// The archive era after the change. It stands still while no history is kept.
    pub era: u32,
    /// Whether history is kept after the change, by the group's policy.
    pub history: HistoryMode,
    /// Every device in the group, in ascending order.
    pub roster: Vec<RosterDevice>,
    /// Devices that came in by Add: each gets the Welcome.
    pub added: Vec<RosterDevice>,
    /// Devices that went out. A device that came back by an external commit is not among them.
    pub removed: Vec<RosterDevice>,
    /// The committer came (back) in by itself, by an external commit.
    pub returned: bool,
    /// Removals that an external commit could not cover: propose them again at the new epoch.
    pub unresolved: Vec<DeviceId>,
}

/// What the framing of an application message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Envelope {
    /// The circle and its generation.
    pub group: GroupId,
    /// The epoch.
    pub epoch: u64,
}

/// What a key package says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyPackageFacts {
    /// Its reference (RFC 9420, section 5.2).
    pub reference: [u8; 32],
    /// The end of its lifetime.
    pub not_after: Timestamp,
    /// It may be handed out more than once.
    pub last_resort: bool,
}
