//! A device's inbox: what it is to do about a circle, until it has acknowledged it.

use minicbor::{Decode, Encode};

use crate::{CircleId, WelcomeId};

/// Notices for this device, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Inbox {
    /// In ascending order of `seq`.
    #[n(0)]
    pub notices: Vec<Notice>,
}

/// One notice. It stays until it is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Notice {
    /// Its place in the device's inbox, from 1; may have gaps.
    #[n(0)]
    pub seq: u64,
    /// The circle it concerns.
    #[n(1)]
    pub circle: CircleId,
    /// What to do.
    #[n(2)]
    pub kind: NoticeKind,
}

/// What a notice asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub enum NoticeKind {
    /// The circle's people or condition changed, someone waits to be added, or this device was taken
    /// out: read `GET /v1/circles/{id}`.
    #[n(0)]
    Roster,
    /// A Welcome for this device: fetch it; the log goes on after `start_seq`.
    #[n(1)]
    Welcome(#[n(0)] WelcomeNotice),
}

/// Where to fetch a Welcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct WelcomeNotice {
    /// `GET /v1/welcomes/{id}`.
    #[n(0)]
    pub welcome: WelcomeId,
    /// The group's generation.
    #[n(1)]
    pub generation: u32,
    /// The log position of the commit that added the device.
    #[n(2)]
    pub start_seq: u64,
}
