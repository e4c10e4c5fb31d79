//! May this commit, this welcome, be merged?
//!
//! One rule set, used by the delivery service **and** by every device. The server judges because it
//! must enforce consent and order; the device judges because it need not trust the server. With an
//! honest server the second judgement can never fail, so when it does the device stops that circle
//! ([`Violation`] becomes its `SecurityStop`) and says so.
//!
//! The rules (messaging.md, section 3):
//!
//! * every leaf's certificate verifies against an account identity key in [`CirclePolicy`], and the
//!   leaf's signature key is the certified one ([`roster`]);
//! * a leaf that is brought in says that it can go on in the group, and everybody can encrypt to it ([`keys`]);
//! * no device stands in a group twice; no account stands in the policy without a device in the group;
//! * only Add, Remove, GroupContextExtensions and (for a device that comes back) ExternalInit; an
//!   external sender may only Remove, although OpenMLS would process more;
//! * the policy changes only by a role that may ([`amendment`]), whether history is kept by staff or the client;
//!   nobody's role changes in passing, an
//!   identity key only by its own account and signed by the key before; `verified_by` signatures verify;
//! * external senders are exactly removal keys that the pinned agency key signed, or one that follows from it or led
//!   to it ([`agency`], [`context`]); they change only by a role that may, and only to later ones;
//! * an external commit is only for a device of an account already listed, and changes no policy;
//! * a returning device takes out nothing but its own old leaf;
//! * a commit that removes the last leaf of an account deletes the account in the same commit, which
//!   any member may do for a removal that the server proposed;
//! * a new generation is made by staff or the client of the one before, with nobody new;
//! * a group that a device is led into (by a Welcome, or by a GroupInfo for its own external commit) goes
//!   on from what the device knew of it ([`Known`]): never back, and nobody new without somebody known
//!   of staff or the client who signed for it.
//!
//! Consequence: given honest client code and a right identity key at first contact, the server can
//! remove and delay, never read and never add.
//!
//! There are no secrets here and no I/O. Time is the log entry's server time, the same on every
//! device: certificates' dates are judged only for leaves that a commit introduces, or members would
//! fork by their clocks.
//!
//! [`CirclePolicy`]: protocol::policy::CirclePolicy

pub mod agency;
mod amendment;
pub mod certificate;
mod commit;
pub mod context;
mod group;
pub mod keys;
pub mod roster;
mod violation;

pub use agency::AgencyKey;
pub use amendment::{
    check_removal_keys, check_verification, follows, may_set_history, read_succession,
    verification_content,
};
pub use certificate::{to_be_signed, verify};
pub use commit::{Judged, judge_commit, judge_proposal};
pub use context::Context;
pub use group::{Known, check_pins, judge_founding, judge_reset, judge_return, judge_welcome};
pub use violation::Violation;

use protocol::Timestamp;

/// What a judgement rests on beside the group itself.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The agency's Ed25519 public keys, oldest first. The last one is the present one: pinned by devices, owned
    /// by the server. Those before led to it, and signed what still stands in a group of before.
    pub agency_keys: &'a [AgencyKey],
    /// The log entry's server time.
    pub at: Timestamp,
}
