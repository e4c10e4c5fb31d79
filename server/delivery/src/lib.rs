//! The MLS delivery service: may this commit enter this circle's log?
//!
//! The server follows every circle's group by its public half (OpenMLS `PublicGroup`): the tree, the
//! context, the transcript. It holds no secret of any group and can decrypt nothing; what it learns,
//! rosters and epochs, it must know anyway to enforce consent and order.
//!
//! This crate is pure. The store reads the facts inside its transaction, asks [`found`] or [`accept`],
//! and applies the answer in the same transaction or not at all. The checks stand in the order of
//! messaging.md, section 4; those that are about rows (is the operation known? is the session live?
//! is the epoch current?) are the store's, those about bytes are here:
//!
//! 1. the commit is a PublicMessage for this group and epoch ([`Code::MlsMalformed`], [`Code::Stale`]);
//! 2. the public group accepts it ([`Code::CommitInvalid`]);
//! 3. the judge accepts it ([`Code::Judged`]), by the same code that every device runs;
//! 4. the committer is the session's device and brings no identity key of its account's that the server does not know
//!    ([`Code::SuccessionInvalid`]), every removal that waits is covered ([`Code::MissingRemovals`]), new accounts are
//!    ones the circle names;
//! 5. every added key package was claimed for this circle ([`Code::KeyPackageUnclaimed`]);
//! 6. the GroupInfo is the commit's own ([`Code::GroupInfoMismatch`]);
//! 7. the Welcome is for the added devices and nobody else ([`Code::WelcomeMismatch`]);
//! 8. the first message of the next epoch is one, and the archive era moves as it must, or stands still where
//!    no history is kept.
//!
//! What a public group cannot check are the confirmation tag and the path ciphertexts (they need
//! secrets): a hostile member can post a commit that nobody can process. Devices answer that.
//!
//! [`Code::MlsMalformed`]: protocol::Code::MlsMalformed
//! [`Code::Stale`]: protocol::Code::Stale
//! [`Code::CommitInvalid`]: protocol::Code::CommitInvalid
//! [`Code::Judged`]: protocol::Code::Judged
//! [`Code::SuccessionInvalid`]: protocol::Code::SuccessionInvalid
//! [`Code::MissingRemovals`]: protocol::Code::MissingRemovals
//! [`Code::KeyPackageUnclaimed`]: protocol::Code::KeyPackageUnclaimed
//! [`Code::GroupInfoMismatch`]: protocol::Code::GroupInfoMismatch
//! [`Code::WelcomeMismatch`]: protocol::Code::WelcomeMismatch

mod commit;
mod facts;
mod founding;
mod group_info;
mod key_package;
mod message;
mod public_state;
mod removal;

pub use commit::accept;
pub use facts::{
    Accepted, Claimed, CommitFacts, Envelope, FoundingFacts, Holder, KeyPackageFacts, Named,
    Proposed, RemovalFacts, ResetFacts, RosterDevice,
};
pub use founding::{found, reset};
pub use judge::{read_succession, verify};
pub use key_package::{check_certificate, check_key_package};
pub use message::read_envelope;
pub use public_state::PublicState;
pub use removal::{is_vouched_for, propose_removals};
