//! What a person sees of a circle: its people, what was said, and what is wrong.

use protocol::{AccountId, CircleId, MemberState, Role, Urgency};
use serde::{Deserialize, Serialize};
#[cfg(feature = "ts")]
use ts_rs::TS;

/// A circle as its list and its header show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
pub struct CircleView {
    /// The circle.
    pub id: CircleId,
    /// Its title.
    pub title: String,
    /// Whether this device can read and write here.
    pub phase: CirclePhase,
    /// Its people.
    pub members: Vec<MemberView>,
    /// What is wrong, if anything.
    #[cfg_attr(feature = "ts", ts(type = "Trouble | null | undefined"))]
    pub trouble: Option<Trouble>,
    /// Whether what was said before this device came in can be read here.
    pub history: History,
    /// Whether messages are kept for devices that come later. If not, a new device starts empty
    /// ([`super::Command::KeepHistory`]).
    pub keeps_history: bool,
    /// Somebody is being taken out: nothing is sent until that is done, which takes a moment.
    pub removing: bool,
    /// The newest item, for the list.
    #[cfg_attr(feature = "ts", ts(type = "Item | null | undefined"))]
    pub newest: Option<Item>,
}

/// Whether a device can read and write in a circle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
#[serde(rename_all = "snake_case")]
pub enum CirclePhase {
    /// Nobody with the right to has made the group or added this device yet.
    Waiting,
    /// In the group.
    Ready,
    /// The judge refused something: nothing is merged or sent until a human resets the circle.
    Stopped,
}

/// What is wrong with a circle on this device, each with one thing that a person can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// This device fell out of step and is coming back in by itself.
    Rejoining,
    /// This device runs from an old copy of its store: it is coming back in with new keys.
    OldCopy,
    /// This device's clock is wrong: set it, and it comes back in by itself.
    Clock,
    /// The group is broken for several people: staff must begin it anew ([`Command::ResetCircle`]).
    NeedsReset,
    /// The server was restored from an old backup: staff must begin the group anew.
    Recovering,
    /// Something came that honest programs never send. Nothing is merged or sent here; tell the
    /// agency. A person may leave it behind ([`Command::Rejoin`]).
    SecurityStop,
    /// A person came with new keys: make sure that they are theirs ([`Command::TrustNewKey`]).
    NewKey,
}

/// Whether earlier messages can be read on this device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
#[serde(rename_all = "snake_case")]
pub enum History {
    /// Everything that this person may read is here.
    Ready,
    /// Coming, newest first.
    Coming,
    /// The keys are missing: another device of this person's must be online once, or the agency asked.
    NotYet,
    /// The keys are missing, the vault was read and there is no other device: some of what was said can
    /// never be read here.
    Lost,
}

/// One of a circle's people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
pub struct MemberView {
    /// The account.
    pub account: AccountId,
    /// The name, as the server tells it; empty if it does not name somebody who is in the group.
    pub name: String,
    /// The role.
    pub role: Role,
    /// How far they have come; `confirmed` means in the group by this device's own view.
    pub state: MemberState,
    /// Their key was checked in person by a member, whose signature this device verified.
    pub verified: bool,
    /// By whom.
    #[cfg_attr(feature = "ts", ts(type = "string | null | undefined"))]
    pub verified_by: Option<AccountId>,
    /// When, milliseconds since 1970 UTC.
    #[cfg_attr(feature = "ts", ts(type = "number | null | undefined"))]
    pub verified_ms: Option<i64>,
    /// They came with new keys that no human has vouched for on this device.
    pub new_key: bool,
    /// The safety number of their key here, of the new one if they came with one; absent before any is
    /// known. Thirty digits in six groups.
    #[cfg_attr(feature = "ts", ts(type = "string | null | undefined"))]
    pub safety_number: Option<String>,
    /// This device's own person.
    pub me: bool,
}

/// One entry of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
pub struct Item {
    /// The message's id, or the position of a note as text.
    pub id: String,
    /// Its place in the circle's logs, which rises from one generation to the next; absent while it
    /// waits to leave.
    #[cfg_attr(feature = "ts", ts(type = "number | null | undefined"))]
    pub seq: Option<u64>,
    /// When: the server's time once it has a place, the device's before. Milliseconds since 1970 UTC.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub at_ms: i64,
    /// What it is.
    pub content: Content,
}

/// What an item is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    /// A text message.
    Text {
        /// Who sent it, by the authenticated group.
        from: AccountId,
        /// This device sent it.
        mine: bool,
        /// The text.
        text: String,
        /// How soon it wants an answer.
        urgency: Urgency,
        /// How far it has come.
        progress: Progress,
    },
    /// People came into the encrypted group.
    Joined {
        /// Who did it.
        by: AccountId,
        /// Who came.
        accounts: Vec<AccountId>,
    },
    /// People lost access to the encrypted group.
    Removed {
        /// Whose device made the change.
        by: AccountId,
        /// Who lost access.
        accounts: Vec<AccountId>,
        /// From the end of their right to this moment, milliseconds; absent if a member did it by
        /// their own decision.
        #[cfg_attr(feature = "ts", ts(type = "number | null | undefined"))]
        took_ms: Option<i64>,
    },
    /// A person's identity key changed: who verified them must do so again.
    KeyChanged {
        /// Whose.
        account: AccountId,
    },
    /// The group was begun anew after it broke. What was said before stays readable.
    Reset {
        /// By whom.
        by: AccountId,
    },
    /// From here on messages are kept for devices that come later, or are not.
    HistorySet {
        /// Whose device made the change.
        by: AccountId,
        /// They are kept.
        kept: bool,
    },
    /// Somebody sees to an urgent message.
    UrgentAck {
        /// Who.
        by: AccountId,
        /// The message's place in the log.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        seq: u64,
    },
    /// Something that this device could not read; the next good message arrives all the same.
    Unreadable {
        /// Why.
        reason: String,
    },
}

/// How far a message has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Stored here, not yet at the server.
    Waiting,
    /// The server has it durably.
    Sent,
    /// It came from someone else.
    Received,
}
