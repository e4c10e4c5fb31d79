//! What a person sees of their own devices, whether a device reaches the server, and what it counts
//! about itself.

use minicbor::{Decode, Encode};
use protocol::DeviceId;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ts")]
use ts_rs::TS;

/// A person's own devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
pub struct DevicesView {
    /// Live ones, oldest first.
    pub devices: Vec<DeviceView>,
    /// A new device waits for approval; these six digits must be on its screen.
    #[cfg_attr(feature = "ts", ts(type = "string | null | undefined"))]
    pub waiting: Option<String>,
    /// How the person would get their keys back.
    pub backup: Backup,
}

/// One of a person's devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
pub struct DeviceView {
    /// The device.
    pub device: DeviceId,
    /// This very device.
    pub this: bool,
    /// When it was enrolled, milliseconds since 1970 UTC.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub enrolled_ms: i64,
    /// When it was last at work.
    #[cfg_attr(feature = "ts", ts(type = "number | null | undefined"))]
    pub seen_ms: Option<i64>,
}

/// How a person would get their keys back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
pub struct Backup {
    /// A recovery code exists.
    pub code: bool,
    /// Other devices that hold the keys too.
    pub siblings: u32,
    /// Two ways exist, and the vault was opened again to make sure.
    pub safe: bool,
}

/// Whether the device can reach the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// Not asked to connect.
    Idle,
    /// On its way.
    Connecting,
    /// `ready` came.
    Online,
    /// No connection; tries again by itself.
    Offline,
    /// The session ended: a person must sign in again.
    SignedOut,
    /// The session's person came by an invitation, and nobody has confirmed them yet.
    Awaited,
    /// The session's person has shown nothing by which they sign in: a passkey is to be made or shown.
    Unproved,
}

/// What went wrong and was mended, counted since the device was made. Never what, nor with whom.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cfg_attr(feature = "ts", derive(TS))]
#[cbor(map)]
pub struct Counters {
    /// Items that could not be read.
    #[n(0)]
    pub undecryptable: u32,
    /// Times that a group could no longer be followed, and this device came back in.
    #[n(1)]
    pub resyncs: u32,
    /// Groups that were begun anew.
    #[n(2)]
    pub resets: u32,
    /// Commits of this device that lost to another's, and were built anew.
    #[n(3)]
    pub stale_commits: u32,
    /// Archive eras that were taken up.
    #[n(4)]
    pub eras: u32,
}

impl Counters {
    /// Adds what one input led to.
    pub fn add(&mut self, more: Self) {
        let sum = |count: &mut u32, more: u32| *count = count.saturating_add(more);
        sum(&mut self.undecryptable, more.undecryptable);
        sum(&mut self.resyncs, more.resyncs);
        sum(&mut self.resets, more.resets);
        sum(&mut self.stale_commits, more.stale_commits);
        sum(&mut self.eras, more.eras);
    }
}
