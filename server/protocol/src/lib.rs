//! What may be said on the wire.
//!
//! Two conversations exist between a device and the server, and this crate is the whole of both:
//!
//! * **Frames** ([`frame`]): binary CBOR over the websocket `/v1/ws`, sub-protocol
//!   [`frame::SUBPROTOCOL`]. One enum per direction. Integer keys are stable for ever: a field may be
//!   added, never renumbered. Unknown fields are tolerated, unknown kinds are refused with
//!   [`Code::UnknownFrame`].
//! * **Bodies** ([`http`]): HTTPS JSON, binary as base64url; and CBOR for the two bundles that are too
//!   large for JSON ([`bundle`]).
//!
//! Beside them stand the structures that people sign and both sides check: the device certificate
//! ([`certificate::DeviceCert`]) and the circle's policy ([`policy::CirclePolicy`]), the labels under
//! which they are signed ([`labels`]), the stable error codes ([`Code`]) and every maximum in the
//! product ([`limits`]).
//!
//! There is no I/O here, no clock, no cryptography and no decision: only words. Golden vectors in
//! `tests/vectors/frames.json` pin the bytes; Rust and the web client's tests both read them.
//!
//! The first exchange, to see how the pieces meet:
//!
//! ```text
//! device                                   server
//!   POST /v1/invitations/look-up     →               who is this link for?      (http)
//!   makes its keys, DeviceCert                                                  (certificate)
//!   POST /v1/invitations/redeem      →               account, device, session   (http)
//!   POST /v1/tickets                 →               32 bytes, once, 30 s       (http)
//!   Hello{ticket, signature}         →                                          (frame)
//!                                    ←  Ready{positions}
//!   Append{mls, body, wrap}          →
//!                                    ←  Ok{op_id, seq}      after the durable commit
//!                                    ←  Log{entries}        to every device of the circle
//!   Ack{cursors}                     →
//! ```
#![deny(missing_docs)]

pub mod bundle;
mod bytes;
pub mod certificate;
mod code;
pub mod frame;
pub mod http;
mod id;
pub mod labels;
pub mod limits;
pub mod policy;
mod time;
mod words;

pub use bytes::Bytes;
pub use code::{Code, Instead, Refusal};
pub use id::{
    AccountId, AppointmentId, AuthenticatorId, BookingLinkId, CircleId, ClockJumpId, ClosureId,
    ConsentId, DeliveryId, DeviceId, EntryId, GroupId, IdError, InvitationId, MessageId, OpId,
    OutageId, ParticipantId, PersonId, RepresentationId, SeriesId, SessionId, SingleMailId, TaskId,
    TransferId, VisitTypeId, WelcomeId,
};
pub use time::Timestamp;
pub use words::{
    AddressState, AppointmentKind, AppointmentState, AuditView, AuthenticatorKind,
    BookingLinkState, CancelReason, CircleStatus, ConsentBasis, DeliveryState, Disclosure,
    EntryKind, Frequency, IntakeState, JobName, JobOutcome, Language, MailReason, MemberState,
    Misfire, NextStep, Outcome, RemovalReason, Reply, RepresentationBasis, Response, Role, Scope,
    StaffState, Step, TaskKind, TransferState, Urgency, WrapKind,
};

/// What stands in the place of a text that was about a client who was erased: a name, a title, a note. The
/// key under which it was sealed is destroyed; apps say it in their reader's language.
pub const ERASED: &str = "[erased]";
