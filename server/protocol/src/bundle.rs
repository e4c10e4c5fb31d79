//! Commit bundles: what a device posts to change a circle's group. CBOR over HTTPS, because with 128
//! devices a bundle is about 190 KiB.

use minicbor::{Decode, Encode};

use crate::frame::LogEntry;
use crate::{AccountId, Bytes, DeviceId, OpId};

/// The media type of every body in this module.
pub const MEDIA_TYPE: &str = "application/cbor";

/// `POST /v1/circles/{id}/group`: the first device makes the group at epoch 0, alone in it.
/// `POST /v1/circles/{id}/reset`: a device of the broken group begins the next generation, likewise.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Founding {
    /// The request's id.
    #[n(0)]
    pub op_id: OpId,
    /// `MLSMessage(GroupInfo)` with the ratchet tree and the external public key.
    #[n(1)]
    pub group_info: Bytes,
}

/// `POST /v1/circles/{id}/commits`: a commit and everything that must change with it. An external
/// commit, by which a device of a listed account joins by itself, comes here too.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CommitBundle {
    /// The request's id.
    #[n(0)]
    pub op_id: OpId,
    /// `MLSMessage(PublicMessage(Commit))`.
    #[n(1)]
    pub commit: Bytes,
    /// `MLSMessage(GroupInfo)` of the next epoch, with tree and external public key.
    #[n(2)]
    pub group_info: Bytes,
    /// `MLSMessage(Welcome)` for the added devices.
    #[n(3)]
    pub welcome: Option<Bytes>,
    /// The candidate's first message at the next epoch: it proves the committer's ratchet and, where history
    /// is kept, carries the key of the archive era that holds from here on.
    #[n(4)]
    pub era_next: Bytes,
    /// The archive era named inside `era_next`; of no meaning where no history is kept.
    #[n(5)]
    pub era: u32,
    /// The send counter of `era_next`.
    #[n(6)]
    pub send_counter: u64,
}

/// `GET /v1/circles/{id}/history`: messages of one generation, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct HistoryPage {
    /// In descending order of `seq`. Messages only; `mls` is empty, for history is read by eras.
    #[n(0)]
    pub entries: Vec<LogEntry>,
    /// Older ones exist in this generation: ask again with `before` = the last entry's `seq`.
    #[n(1)]
    pub more: bool,
    /// Whose devices they are from, each device once. A device that is in the group says so by its certificate; of one
    /// that has gone this is all that is left, beside what the message itself says.
    #[n(2)]
    #[cbor(default)]
    pub senders: Vec<Sender>,
}

/// A device, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Sender {
    /// The device.
    #[n(0)]
    pub device: DeviceId,
    /// Its account.
    #[n(1)]
    pub account: AccountId,
}

/// The answer to foundings, resets and commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Appended {
    /// The epoch that now holds.
    #[n(0)]
    pub epoch: u64,
    /// The log position of the commit (0 for a founding: an empty log).
    #[n(1)]
    pub seq: u64,
}
