//! What a host says to a device and hears from it: the one typed union between the core and the
//! browser's worker, the headless host and the tests. TypeScript reads the same types
//! (`web-client/src/core/types.gen.ts`, written by a test with the feature `ts`).

mod circles;
mod devices;
mod intake;

use protocol::{AccountId, CircleId, Code, DeviceId, Language, PersonId, Role, Urgency};
use serde::{Deserialize, Serialize};
#[cfg(feature = "ts")]
use ts_rs::TS;

pub use circles::{CirclePhase, CircleView, Content, History, Item, MemberView, Progress, Trouble};
pub use devices::{Backup, Counters, DeviceView, DevicesView, Link};
pub use intake::{Awaits, IntakeView};

/// What happened outside. One input at a time; each yields one [`Step`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
#[serde(rename_all = "snake_case")]
// A browser reads it by `tagged` in `device-wasm`; what was recorded is read there as it was written elsewhere.
#[cfg_attr(
    any(not(target_arch = "wasm32"), feature = "testing"),
    serde(tag = "kind")
)]
pub enum Input {
    /// A person, or the program that runs the device, wants something.
    #[cfg_attr(
        all(target_arch = "wasm32", not(feature = "testing")),
        serde(skip_deserializing)
    )]
    Command {
        /// What.
        command: Command,
    },
    /// The websocket is open.
    Opened,
    /// The websocket is closed or could not be opened.
    Closed,
    /// A frame came.
    Frame {
        /// The frame's bytes.
        #[serde(with = "serde_bytes")]
        #[cfg_attr(feature = "ts", ts(type = "Uint8Array"))]
        bytes: Vec<u8>,
    },
    /// The answer to an [`Effect::Request`].
    Answer {
        /// The request's number.
        id: u32,
        /// The HTTP status; 0 if the server could not be reached.
        status: u16,
        /// The body.
        #[serde(with = "serde_bytes")]
        #[cfg_attr(feature = "ts", ts(type = "Uint8Array"))]
        body: Vec<u8>,
    },
    /// A time asked for by [`Effect::Timer`] has come. Ticking too often is harmless.
    Tick,
}

/// What a person can ask of a device.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(
    any(not(target_arch = "wasm32"), feature = "testing"),
    serde(tag = "kind")
)]
pub enum Command {
    /// Look at a link (its fragment, or the whole link), or at an invitation's code as typed. It is answered by
    /// [`Event::Invitation`]; a link that adds this device to its person's others begins at once and is
    /// answered by [`Event::Enrolment`], then, once approved there, by [`Event::Status`].
    OpenLink {
        /// The link.
        link: String,
    },
    /// Use the link that was looked at: make keys here and enrol this device.
    Enrol,
    /// Go online, if enrolled and not signed out. Harmless when already online.
    Connect,
    /// Send a text message. It is stored before this returns and leaves when it can.
    Send {
        /// The circle.
        circle: CircleId,
        /// The text, at most [`protocol::limits::TEXT_BYTES_MAX`] bytes.
        text: String,
        /// How soon it wants an answer.
        urgency: Urgency,
    },
    /// End the session and stay offline, also when opened again, until [`Command::SignIn`]. Keys and
    /// messages stay, sealed, on the device.
    SignOut,
    /// Take back [`Command::SignOut`] and go online.
    SignIn,
    /// Sign what a sign-in at this server is named by, so that the session becomes this device's.
    /// Answered by [`Event::SignInSigned`].
    SignSignIn {
        /// 32 bytes of the server's making.
        #[serde(with = "serde_bytes")]
        #[cfg_attr(feature = "ts", ts(type = "Uint8Array"))]
        ceremony: Vec<u8>,
    },
    /// Begin to add a second device: answered by [`Event::DeviceLink`].
    AddDevice,
    /// The digits on both screens agree: let the waiting device in.
    ApproveDevice,
    /// They do not, or nobody is adding a device.
    DeclineDevice,
    /// Sign another device of this person's out for good, here and in every circle.
    RevokeDevice {
        /// Which.
        device: DeviceId,
    },
    /// The same because it was stolen: the identity key, the vault's key and the recovery code are
    /// replaced as well, and marks of verification fall back to "not verified".
    ReportStolen {
        /// Which.
        device: DeviceId,
    },
    /// Invite a client or caregiver by a link and a code made here; staff only. An earlier invitation ends.
    /// Answered by [`Event::Intake`], which comes again whenever something changes, until another page is
    /// shown ([`Command::WatchIntake`]).
    InvitePerson {
        /// Whom.
        person: PersonId,
        /// Their account.
        account: AccountId,
    },
    /// Invite them by a link that the server mails; staff only. An earlier invitation ends. Whoever comes by
    /// it is never taken for checked in person. Answered as [`Command::InvitePerson`] is.
    MailInvitation {
        /// Whom.
        person: PersonId,
        /// Their account.
        account: AccountId,
        /// Where the mail goes.
        email: String,
        /// In which language it speaks.
        #[cfg_attr(feature = "ts", ts(type = "\"en\" | \"es\""))]
        language: Language,
    },
    /// A page shows a person's invitation from now on, or none does.
    WatchIntake {
        /// Whose.
        #[cfg_attr(feature = "ts", ts(type = "string | null | undefined"))]
        person: Option<PersonId>,
    },
    /// Whoever came by the invitation is its person: in person, when the same digits stand on both screens;
    /// otherwise they are let in and shown as not verified.
    ConfirmPerson {
        /// Whose invitation.
        person: PersonId,
        /// The digits were compared.
        in_person: bool,
    },
    /// The digits differ, or nobody shall come by this invitation any more.
    EndIntake {
        /// Whose.
        person: PersonId,
    },
    /// Make a recovery code; an earlier one ends. Answered by [`Event::RecoveryCode`] once the server has what it
    /// opens.
    MakeRecoveryCode,
    /// Use a recovery code on this new device, as typed or scanned.
    Recover {
        /// The code; spaces, hyphens and case do not matter.
        code: String,
    },
    /// Begin a circle's group anew after it broke; staff only.
    ResetCircle {
        /// The circle.
        circle: CircleId,
    },
    /// Leave a circle's broken or stopped group behind and come back in by oneself.
    Rejoin {
        /// The circle.
        circle: CircleId,
    },
    /// Have a circle keep history, or none, from the change on: messages for devices that come later. Staff or the
    /// client only. It may be said of a circle that was planned just now, and is then done when its group is made.
    KeepHistory {
        /// The circle.
        circle: CircleId,
        /// Whether it is kept.
        keep: bool,
    },
    /// A person's identity key changed and a human has made sure that it is theirs: they may be added.
    TrustNewKey {
        /// Whose.
        account: AccountId,
    },
    /// Two people stand before each other and see the same safety number on both screens: the key is
    /// verified, also a new one.
    VerifyMember {
        /// Whose.
        account: AccountId,
        /// What both saw.
        safety_number: String,
    },
    /// The safety numbers differ: forget the new key that was offered, and ask the server again.
    LookAgain {
        /// Whose.
        account: AccountId,
    },
    /// Say that one sees to an urgent message.
    AckUrgent {
        /// The circle.
        circle: CircleId,
        /// The message's place in the log.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        seq: u64,
    },
    /// The person is writing just now. Others see it for a few seconds; call at every key, it is
    /// coalesced.
    Typing {
        /// The circle.
        circle: CircleId,
    },
    /// The person has seen everything up to here.
    Read {
        /// The circle.
        circle: CircleId,
        /// The newest item's place in the log.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        seq: u64,
    },
}

/// What one input led to. The host stores `delta` durably, in one transaction, **before** it carries
/// out any effect; if storing fails it drops the device and opens it again from its store.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
pub struct Step {
    /// Changes to the two tables of the device's store.
    pub delta: Delta,
    /// What to do then, in order.
    pub effects: Vec<Effect>,
}

/// Rows to write or delete, sealed by the device.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
pub struct Delta {
    /// The table `state`: all of it is handed to [`crate::Device::open`].
    pub state: Vec<Write>,
    /// The table `items`: read page by page, opened by [`crate::Device::open_item`]. Keys are
    /// `circle (16 bytes) || place (8 bytes)`, so that byte order within a circle is time order. A
    /// deletion whose key is a circle alone (16 bytes) deletes every row of that circle; it comes
    /// before any other row of the circle.
    pub items: Vec<Write>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
pub struct Write {
    /// The key.
    #[serde(with = "serde_bytes")]
    #[cfg_attr(feature = "ts", ts(type = "Uint8Array"))]
    pub key: Vec<u8>,
    /// The sealed value; absent: delete the row.
    #[serde(with = "serde_bytes")]
    #[cfg_attr(feature = "ts", ts(type = "Uint8Array | null | undefined"))]
    pub value: Option<Vec<u8>>,
}

/// Something for the host to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Effect {
    /// Send a frame on the open websocket.
    Send {
        /// The frame's bytes.
        #[serde(with = "serde_bytes")]
        #[cfg_attr(feature = "ts", ts(type = "Uint8Array"))]
        bytes: Vec<u8>,
    },
    /// Make an HTTPS request to the server and hand back its [`Input::Answer`].
    Request {
        /// The request's number.
        id: u32,
        /// `GET`, `POST`, `PUT`, `DELETE`.
        method: String,
        /// An absolute path.
        path: String,
        /// The body's media type; absent without a body.
        #[cfg_attr(feature = "ts", ts(type = "string | null | undefined"))]
        media_type: Option<String>,
        /// The body.
        #[serde(with = "serde_bytes")]
        #[cfg_attr(feature = "ts", ts(type = "Uint8Array"))]
        body: Vec<u8>,
    },
    /// Open the websocket `/v1/ws`, closing an earlier one.
    Connect,
    /// Close the websocket.
    Disconnect,
    /// Come back with [`Input::Tick`] after this time.
    Timer {
        /// Milliseconds.
        after_ms: u32,
    },
    /// Browsers only: seal or open the stored rows by the server's share, then [`Command::Connect`]. If it was
    /// never stored, by [`crate::Device::share`]; else by opening the device with it.
    Unseal {
        /// The share: never told to people, never logged.
        #[serde(with = "serde_bytes")]
        #[cfg_attr(feature = "ts", ts(type = "Uint8Array"))]
        share: Vec<u8>,
        /// It may be kept while the person is signed in, so that what is stored opens without the server.
        keep: bool,
    },
    /// Tell people.
    Event {
        /// What.
        event: Event,
    },
}

/// What a person sees. Emitted only after it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// How the device stands.
    Status {
        /// The whole status.
        status: Status,
    },
    /// A link that was looked at and can be used.
    Invitation {
        /// The person's name.
        name: String,
        /// The role.
        role: Role,
        /// The agency's name.
        agency: String,
    },
    /// Every circle this person is in, whenever one changed.
    Circles {
        /// In the order of their titles.
        circles: Vec<CircleView>,
    },
    /// Messages that are new or changed.
    Items {
        /// The circle.
        circle: CircleId,
        /// New or changed ones; merge by `id`.
        items: Vec<Item>,
    },
    /// This person's devices and how safe their keys are, whenever that changed.
    Devices {
        /// The whole picture.
        devices: DevicesView,
    },
    /// How an invitation stands that a page shows.
    Intake {
        /// The whole picture.
        intake: IntakeView,
    },
    /// This device's part in a sign-in.
    SignInSigned {
        /// This device.
        device: DeviceId,
        /// 32 bytes of its choosing.
        #[serde(with = "serde_bytes")]
        #[cfg_attr(feature = "ts", ts(type = "Uint8Array"))]
        nonce: Vec<u8>,
        /// Its signature, 64 bytes.
        #[serde(with = "serde_bytes")]
        #[cfg_attr(feature = "ts", ts(type = "Uint8Array"))]
        signature: Vec<u8>,
    },
    /// The link to show to a new device, as a QR code and to copy.
    DeviceLink {
        /// A fragment: what follows the `#` of this server's address.
        link: String,
        /// When it ends, milliseconds since 1970 UTC.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        expires_ms: i64,
    },
    /// On a new device: compare these digits with those on the first one, and wait.
    Enrolment {
        /// Six digits.
        code: String,
    },
    /// A new recovery code, to be printed or written down now: it is shown once.
    RecoveryCode {
        /// 26 characters in groups, easy to read aloud.
        code: String,
    },
    /// What this device has counted, whenever that changed.
    Counters {
        /// All of it.
        counters: Counters,
    },
    /// Somebody is writing just now; forget it after five seconds.
    Typing {
        /// The circle.
        circle: CircleId,
        /// Who.
        account: AccountId,
    },
    /// Others have seen everything up to their place.
    Receipts {
        /// The circle.
        circle: CircleId,
        /// One for each account that said so.
        receipts: Vec<Receipt>,
    },
    /// A command that could not be carried out, or trouble that people must know of.
    Problem {
        /// The circle it concerns, if one.
        #[cfg_attr(feature = "ts", ts(type = "string | null | undefined"))]
        circle: Option<CircleId>,
        /// Stable.
        code: Code,
        /// A sentence in English.
        detail: String,
    },
}

/// How the device stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
pub struct Status {
    /// Who this device belongs to, once enrolled.
    #[cfg_attr(feature = "ts", ts(type = "Me | null | undefined"))]
    pub me: Option<Me>,
    /// Whether it can reach the server.
    pub link: Link,
    /// It came by an invitation, and its person waits to be confirmed.
    #[cfg_attr(feature = "ts", ts(type = "Awaits | null | undefined"))]
    pub awaits: Option<Awaits>,
    /// A new device is still on its way into its circles.
    #[cfg_attr(feature = "ts", ts(type = "Joining | null | undefined"))]
    pub joining: Option<Joining>,
    /// What is stored in this browser does not open yet: the server has not said that it may.
    pub sealed: bool,
}

/// How far a new device has come into its person's circles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
pub struct Joining {
    /// Circles that it is in.
    pub done: u32,
    /// Circles that it belongs in.
    pub of: u32,
}

/// How far somebody has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
pub struct Receipt {
    /// Who.
    pub account: AccountId,
    /// Up to this place in the log.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub seq: u64,
}

/// The person a device belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(TS))]
pub struct Me {
    /// The account.
    pub account: AccountId,
    /// The person.
    pub person: PersonId,
    /// The name.
    pub name: String,
    /// The role.
    pub role: Role,
    /// The agency's name.
    pub agency: String,
    /// The account's own safety number.
    pub safety_number: String,
}
