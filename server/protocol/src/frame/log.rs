//! A circle's log as devices read it: entry by entry without a gap, from where they stopped.

use minicbor::{Decode, Encode};

use crate::{Bytes, CircleId, DeviceId, EntryKind, OpId, Timestamp, Urgency};

/// A position in a circle's log: everything up to and including `seq` is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Cursor {
    /// The circle.
    #[n(0)]
    pub circle: CircleId,
    /// The group's generation.
    #[n(1)]
    pub generation: u32,
    /// 0 before the first entry.
    #[n(2)]
    pub seq: u64,
}

/// A stretch of one circle's log.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LogPage {
    /// The circle.
    #[n(0)]
    pub circle: CircleId,
    /// The group's generation.
    #[n(1)]
    pub generation: u32,
    /// In ascending order of `seq`, without a gap.
    #[n(2)]
    pub entries: Vec<LogEntry>,
    /// The last log position given out when the page was read.
    #[n(3)]
    pub head: u64,
}

/// One row of a circle's log.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LogEntry {
    /// Its place, from 1.
    #[n(0)]
    pub seq: u64,
    /// What it is.
    #[n(1)]
    pub kind: EntryKind,
    /// The epoch it was made in.
    #[n(2)]
    pub epoch: u64,
    /// The device that sent it; of a proposal, which is the server's, the device that it takes out.
    #[n(3)]
    pub device: DeviceId,
    /// The request that made it; the sender knows its own by this.
    #[n(4)]
    pub op_id: OpId,
    /// The MLS message.
    #[n(5)]
    pub mls: Bytes,
    /// The encrypted body; empty for handshakes and redacted messages; a [`Marker`] of markers.
    #[n(6)]
    pub body: Bytes,
    /// The archive wrap; empty likewise.
    #[n(7)]
    pub wrap: Bytes,
    /// The archive era of `wrap`.
    #[n(8)]
    pub era: u32,
    /// How soon it wants an answer.
    #[n(9)]
    pub urgency: Urgency,
    /// When the server took it.
    #[n(10)]
    pub accepted_at: Timestamp,
}

/// What a marker in the log says, in its `body`. Markers are the server's word and carry no ciphertext.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub enum Marker {
    /// The entry's device acknowledged the urgent message at this place.
    #[n(0)]
    UrgentAck(#[n(0)] u64),
}
