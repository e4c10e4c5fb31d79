//! The bytes of an entry: what is hashed, kept, exported, and read again.

use std::fmt;

use care::civil::Zone;
use minicbor::{Decode, Encode};
use protocol::{AccountId, Bytes, DeviceId, EntryId, PersonId, SessionId, Timestamp};

/// One entry. Keys are for ever.
#[derive(Debug, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Record<'b> {
    #[n(0)]
    pub(super) schema: u32,
    #[n(1)]
    pub(super) id: EntryId,
    /// Microseconds.
    #[n(2)]
    pub(super) at: i64,
    #[b(3)]
    pub(super) act: &'b str,
    #[b(4)]
    pub(super) outcome: &'b str,
    /// Absent for the installation and for batches, whose rows name their own devices.
    #[n(5)]
    pub(super) account: Option<AccountId>,
    #[b(6)]
    pub(super) role: Option<&'b str>,
    #[n(7)]
    pub(super) session: Option<SessionId>,
    #[n(8)]
    pub(super) device: Option<DeviceId>,
    #[b(9)]
    pub(super) purpose: &'b str,
    #[b(10)]
    pub(super) object_kind: &'b str,
    #[n(11)]
    pub(super) object: Bytes,
    #[n(12)]
    pub(super) client: Option<PersonId>,
    #[n(13)]
    pub(super) commitments: Vec<Bytes>,
    /// Why it was denied.
    #[b(14)]
    pub(super) code: Option<&'b str>,
    /// Log positions, both included.
    #[n(15)]
    pub(super) first_seq: Option<u64>,
    #[n(16)]
    pub(super) last_seq: Option<u64>,
    /// What a list showed.
    #[n(17)]
    pub(super) shown: Vec<Bytes>,
}

impl<'b> Record<'b> {
    /// Reads an entry's bytes; `None` if they are not those of one.
    pub(crate) fn read(bytes: &'b [u8]) -> Option<Self> {
        minicbor::decode(bytes).ok()
    }
}

impl fmt::Display for Record<'_> {
    /// When and what, never who.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = Zone::utc().local(Timestamp::from_micros(self.at)).civil;
        write!(f, "{at} UTC, {} {}", self.act, self.outcome)
    }
}
