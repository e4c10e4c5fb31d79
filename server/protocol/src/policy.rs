//! The circle's policy: who belongs, in what role, under which identity key.
//!
//! It lives in the MLS GroupContext as extension [`EXTENSION_TYPE`], so the server cannot add a ghost:
//! a leaf is valid only if its certificate chains to an identity key that members committed here.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::{AccountId, Bytes, CircleId, Role, Timestamp};

/// `CirclePolicy`'s extension type, in the private-use range (RFC 9420, section 17.3).
pub const EXTENSION_TYPE: u16 = 0xF0C1;

/// The whole policy. Changed only by a commit whose sender's role may.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CirclePolicy {
    /// The circle; must equal the group id's.
    #[n(0)]
    pub circle: CircleId,
    /// The generation; must equal the group id's.
    #[n(1)]
    pub generation: u32,
    /// Every account in the circle, in ascending order of account id, each once.
    #[n(2)]
    pub members: Vec<PolicyMember>,
    /// Accounts among `members` that keep the agency's record.
    #[n(3)]
    pub custodians: Vec<AccountId>,
    /// The retention class that the agency assigned, by name.
    #[n(4)]
    pub retention: String,
    /// Whether new messages carry an archive wrap.
    #[n(5)]
    pub history: HistoryMode,
    /// Devices older than this protocol version must not join.
    #[n(6)]
    pub client_version_min: u32,
}

/// One account in the policy.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PolicyMember {
    /// The account.
    #[n(0)]
    pub account: AccountId,
    /// Its role in this circle.
    #[n(1)]
    pub role: Role,
    /// The account identity key (AIK): Ed25519 public key, 32 bytes.
    #[n(2)]
    pub aik: Bytes,
    /// Absent: shown as "not verified".
    #[n(3)]
    pub verified_by: Option<VerifiedBy>,
    /// How earlier identity keys handed over to `aik`, oldest first: each an encoded
    /// [`crate::certificate::Signed`] [`crate::certificate::Succession`].
    #[n(4)]
    pub successions: Vec<Bytes>,
}

/// "I met this person and this is their key."
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct VerifiedBy {
    /// The account that met them.
    #[n(0)]
    pub verifier: AccountId,
    /// When.
    #[n(1)]
    pub at: Timestamp,
    /// The verifier's AIK over `account || aik || at`, label
    /// [`crate::labels::VERIFIED_BY`], 64 bytes.
    #[n(2)]
    pub signature: Bytes,
}

/// Whether a circle keeps history that a new device can read. The text form stands in JSON and in the database,
/// the integer in CBOR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Encode, Decode)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum HistoryMode {
    /// Every message carries an archive wrap under the era key.
    #[default]
    #[n(0)]
    Eras,
    /// No wraps and no era keys: what a device did not receive itself it never reads.
    #[n(1)]
    Off,
}

impl HistoryMode {
    /// The one spelling, in JSON and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eras => "eras",
            Self::Off => "off",
        }
    }

    /// Reads the one spelling.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Eras, Self::Off]
            .into_iter()
            .find(|mode| mode.as_str() == text)
    }

    /// Whether messages are archived for devices that come later.
    pub const fn is_kept(self) -> bool {
        matches!(self, Self::Eras)
    }
}

impl CirclePolicy {
    /// The member of that account.
    pub fn member(&self, account: AccountId) -> Option<&PolicyMember> {
        self.members.iter().find(|member| member.account == account)
    }
}
