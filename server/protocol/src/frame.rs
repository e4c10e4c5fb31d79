//! The frames of the websocket, one enum per direction.
//!
//! A frame is a CBOR array `[kind, [fields…]]` as minicbor derives it for an enum with integer
//! indices.

use minicbor::{Decode, Encode};

use crate::{AccountId, Bytes, CircleId, CircleStatus, Code, DeviceId, OpId, Timestamp, Urgency};

mod inbox;
mod log;

pub use inbox::{Inbox, Notice, NoticeKind, WelcomeNotice};
pub use log::{Cursor, LogEntry, LogPage, Marker};

/// The websocket sub-protocol; the version of everything in this module.
pub const SUBPROTOCOL: &str = "carecircle.v1";

/// From a device to the server.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum ClientFrame {
    /// The first frame, within [`crate::limits::HELLO_S`].
    #[n(0)]
    Hello(#[n(0)] Hello),
    /// A message for a circle's log.
    #[n(1)]
    Append(#[n(0)] Append),
    /// Send the log after this position again (a gap, or a circle just joined).
    #[n(2)]
    FetchLog(#[n(0)] Cursor),
    /// Everything up to these positions is stored on the device.
    #[n(3)]
    Ack(#[n(0)] Ack),
    /// For the devices of a circle that are online, stored nowhere: typing, presence, receipts.
    #[n(5)]
    Ephemeral(#[n(0)] Ephemeral),
    /// Somebody has seen an urgent message and sees to it. Becomes a marker in the log.
    #[n(6)]
    UrgentAck(#[n(0)] UrgentAck),
}

/// From the server to a device.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum ServerFrame {
    /// The answer to `Hello`.
    #[n(0)]
    Ready(#[n(0)] Ready),
    /// Durable: the operation was done, now or the first time it was sent.
    #[n(1)]
    Ok(#[n(0)] Done),
    /// Refused; nothing was changed.
    #[n(2)]
    Err(#[n(0)] Refused),
    /// The next entries of a circle's log, gapless after the device's cursor.
    #[n(3)]
    Log(#[n(0)] LogPage),
    /// What waits for this device.
    #[n(4)]
    Inbox(#[n(0)] Inbox),
    /// Few one-time key packages are left.
    #[n(5)]
    KeyPackagesLow(#[n(0)] KeyPackagesLow),
    /// The reason, before the server closes the socket.
    #[n(6)]
    Bye(#[n(0)] Bye),
    /// From another device of the circle, just now.
    #[n(7)]
    Ephemeral(#[n(0)] Ephemeral),
    /// A removal waits: commit it.
    #[n(8)]
    CommitPlease(#[n(0)] CommitPlease),
    /// Something about the account changed (its devices, its vault, an enrolment that waits for
    /// approval): read `GET /v1/devices`.
    #[n(9)]
    AccountChanged(#[n(0)] AccountChanged),
}

/// Who is here, and where it stopped reading.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Hello {
    /// 32 bytes from `POST /v1/tickets`: single use, [`crate::limits::TICKET_S`].
    #[n(0)]
    pub ticket: Bytes,
    /// The device of the session that drew the ticket.
    #[n(1)]
    pub device: DeviceId,
    /// 32 bytes of the device's choosing.
    #[n(2)]
    pub nonce: Bytes,
    /// The device key over `ticket || nonce || server name`, label [`crate::labels::HELLO`], 64 bytes.
    #[n(3)]
    pub signature: Bytes,
    /// One per circle that the device has joined.
    #[n(4)]
    pub cursors: Vec<Cursor>,
}

/// One message for the log. Which circle's group and epoch it is for stands in the MLS framing itself
/// and must agree with `circle`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Append {
    /// The request's id.
    #[n(0)]
    pub op_id: OpId,
    /// The circle.
    #[n(1)]
    pub circle: CircleId,
    /// `MLSMessage(PrivateMessage)`: carries the content key and the body's hash.
    #[n(2)]
    pub mls: Bytes,
    /// The body, encrypted once under the content key.
    #[n(3)]
    pub body: Bytes,
    /// The content key under the era key; empty in circles without history.
    #[n(4)]
    pub wrap: Bytes,
    /// The archive era of `wrap`.
    #[n(5)]
    pub era: u32,
    /// Greater than every earlier one of this device in this circle and generation.
    #[n(6)]
    pub send_counter: u64,
    /// How soon it wants an answer.
    #[n(7)]
    pub urgency: Urgency,
}

/// Sealed under a key that the epoch's members derive (messaging.md, section 12), so it is worth
/// nothing beyond the epoch. Dropped, without an answer, if the epoch is over or a removal is pending.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Ephemeral {
    /// The circle.
    #[n(0)]
    pub circle: CircleId,
    /// The group's generation.
    #[n(1)]
    pub generation: u32,
    /// The epoch whose key sealed it.
    #[n(2)]
    pub epoch: u64,
    /// The device that sent it; the server puts the session's here.
    #[n(3)]
    pub device: DeviceId,
    /// At most [`crate::limits::EPHEMERAL_BYTES_MAX`].
    #[n(4)]
    pub sealed: Bytes,
}

/// "I have seen it and see to it."
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct UrgentAck {
    /// The request's id.
    #[n(0)]
    pub op_id: OpId,
    /// The circle.
    #[n(1)]
    pub circle: CircleId,
    /// The group's generation.
    #[n(2)]
    pub generation: u32,
    /// The urgent message's place in the log.
    #[n(3)]
    pub seq: u64,
}

/// What the device has stored.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Ack {
    /// Circles whose position moved.
    #[n(0)]
    pub cursors: Vec<Cursor>,
    /// Notices up to and including this number may be forgotten.
    #[n(1)]
    pub inbox: Option<u64>,
}

/// The server's view, against which a device that runs from an old copy of its store finds out.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Ready {
    /// The account signed in.
    #[n(0)]
    pub account: AccountId,
    /// Server time.
    #[n(1)]
    pub now: Timestamp,
    /// One per circle in which the device is on the roster.
    #[n(2)]
    pub positions: Vec<Position>,
    /// One-time key packages left at the server.
    #[n(3)]
    pub key_packages: u32,
}

/// The server's view of one circle and this device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Position {
    /// The circle.
    #[n(0)]
    pub circle: CircleId,
    /// The group's generation.
    #[n(1)]
    pub generation: u32,
    /// The epoch that now holds.
    #[n(2)]
    pub epoch: u64,
    /// The last log position given out.
    #[n(3)]
    pub head: u64,
    /// The greatest send counter accepted from this device; 0 if none.
    #[n(4)]
    pub send_counter: u64,
    /// The epoch that this device's last accepted commit made, if it ever committed here.
    #[n(5)]
    pub own_commit_epoch: Option<u64>,
    /// The archive era that holds.
    #[n(6)]
    pub era: u32,
    /// A removal waits for its commit.
    #[n(7)]
    pub removal_pending: bool,
    /// What condition the circle is in.
    #[n(8)]
    pub status: CircleStatus,
}

/// A mutating frame was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Done {
    /// The request's id.
    #[n(0)]
    pub op_id: OpId,
    /// The log position it got.
    #[n(1)]
    pub seq: u64,
}

/// A frame was refused.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Refused {
    /// The request's id, if the frame had one.
    #[n(0)]
    pub op_id: Option<OpId>,
    /// What programs match on.
    #[n(1)]
    pub code: Code,
    /// What people read; no personal data.
    #[n(2)]
    pub detail: String,
}

/// Refill, please.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct KeyPackagesLow {
    /// One-time key packages left.
    #[n(0)]
    pub left: u32,
}

/// A removal waits and this device is asked to commit it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CommitPlease {
    /// The circle.
    #[n(0)]
    pub circle: CircleId,
    /// When the next device is asked.
    #[n(1)]
    pub deadline: Timestamp,
}

/// Something about the account changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AccountChanged {}

/// Why the socket is about to close.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Bye {
    /// What programs match on.
    #[n(0)]
    pub code: Code,
}

/// The kinds this version knows, to tell an unknown kind from a malformed frame.
const CLIENT_KINDS: &[u32] = &[0, 1, 2, 3, 5, 6];

impl ClientFrame {
    /// Reads one frame. An unknown kind is [`Code::UnknownFrame`], anything else that does not read
    /// is [`Code::MalformedFrame`]; bytes after the frame make it malformed.
    pub fn parse(bytes: &[u8]) -> Result<Self, Code> {
        if bytes.len() > crate::limits::FRAME_BYTES_MAX {
            return Err(Code::TooLarge);
        }
        let mut decoder = minicbor::Decoder::new(bytes);
        if let Ok(frame) = decoder.decode::<Self>()
            && decoder.position() == bytes.len()
        {
            return Ok(frame);
        }
        let mut decoder = minicbor::Decoder::new(bytes);
        match (decoder.array(), decoder.u32()) {
            (Ok(Some(_)), Ok(kind)) if !CLIENT_KINDS.contains(&kind) => Err(Code::UnknownFrame),
            _ => Err(Code::MalformedFrame),
        }
    }

    /// The append in a frame that is one. A device that looks at what it has sent need not know how every other
    /// frame is read.
    pub fn read_append(bytes: &[u8]) -> Option<Append> {
        let mut decoder = minicbor::Decoder::new(bytes);
        decoder.array().ok()?;
        let is_append = decoder.u32().ok()? == 1;
        decoder.array().ok()?;
        is_append.then(|| decoder.decode().ok())?
    }

    /// The bytes to send.
    pub fn to_bytes(&self) -> Vec<u8> {
        to_vec(self)
    }
}

impl ServerFrame {
    /// Reads one frame; `None` if it is malformed or of a kind this version does not know.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        minicbor::decode(bytes).ok()
    }

    /// The bytes to send.
    pub fn to_bytes(&self) -> Vec<u8> {
        to_vec(self)
    }
}

/// Encodes anything of this crate. Writing to memory cannot fail.
pub fn to_vec<T: Encode<()>>(value: &T) -> Vec<u8> {
    minicbor::to_vec(value).expect("encoding into a Vec has no error to report")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_kind_and_a_malformed_frame_are_told_apart() {
        // [99, []]
        assert_eq!(
            ClientFrame::parse(&[0x82, 0x18, 99, 0x80]),
            Err(Code::UnknownFrame)
        );
        // [1, []]: a known kind without its field
        assert_eq!(
            ClientFrame::parse(&[0x82, 0x01, 0x80]),
            Err(Code::MalformedFrame)
        );
        assert_eq!(ClientFrame::parse(b"\xff\xff"), Err(Code::MalformedFrame));
        assert_eq!(ClientFrame::parse(&[]), Err(Code::MalformedFrame));
    }

    #[test]
    fn bytes_after_a_frame_make_it_malformed() {
        let mut bytes = ClientFrame::Ack(Ack {
            cursors: Vec::new(),
            inbox: Some(3),
        })
        .to_bytes();
        assert!(ClientFrame::parse(&bytes).is_ok());
        assert_eq!(ClientFrame::read_append(&bytes), None);
        bytes.push(0);
        assert_eq!(ClientFrame::parse(&bytes), Err(Code::MalformedFrame));
    }
}
