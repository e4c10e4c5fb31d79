//! Every maximum in the product, in one place, checked against each other when the crate is compiled.
//!
//! Sizes are constants: both sides must agree on them. Rates and counts that an agency may need to
//! raise (80 staff behind one office address) are the defaults of `[limits]` in the configuration.

// --- sizes -------------------------------------------------------------------------------------

/// A websocket message or frame, bytes.
pub const FRAME_BYTES_MAX: usize = 128 * 1024;
/// The sealed body of one message, bytes; more is an attachment.
pub const BODY_BYTES_MAX: usize = 64 * 1024;
/// The MLS message of one `append`, bytes. It carries a key and a hash, so this is generous.
pub const MLS_BYTES_MAX: usize = 4 * 1024;
/// The archive wrap of one message, bytes.
pub const WRAP_BYTES_MAX: usize = 512;
/// The text of one message, bytes of UTF-8; leaves room for sealing inside [`BODY_BYTES_MAX`].
pub const TEXT_BYTES_MAX: usize = 60 * 1024;
/// An HTTP body, bytes.
pub const HTTP_BODY_BYTES_MAX: usize = 1024 * 1024;
/// An HTTP request head, bytes.
pub const HTTP_HEAD_BYTES_MAX: usize = 16 * 1024;
/// One key package, bytes.
pub const KEY_PACKAGE_BYTES_MAX: usize = 4 * 1024;
/// A device certificate, bytes.
pub const CERTIFICATE_BYTES_MAX: usize = 512;
/// A circle's policy extension, bytes.
pub const POLICY_BYTES_MAX: usize = 32 * 1024;
/// An account's vault, bytes: identity key, era keys, pins, settings.
pub const VAULT_BYTES_MAX: usize = 512 * 1024;
/// What opens a vault, each, bytes; and what one device seals to another.
pub const SEALED_BYTES_MAX: usize = 1024;
/// Ways to open one vault.
pub const WRAPS_MAX: usize = 20;
/// An ephemeral (typing, presence, receipts), bytes.
pub const EPHEMERAL_BYTES_MAX: usize = 1024;
/// A person's name, characters.
pub const NAME_CHARS_MAX: usize = 200;
/// A circle's title, characters.
pub const TITLE_CHARS_MAX: usize = 120;
/// A consent's note, characters.
pub const NOTE_CHARS_MAX: usize = 2_000;
/// A meeting link, bytes.
pub const MEETING_LINK_BYTES_MAX: usize = 2_000;
/// A mail address, bytes (RFC 5321, section 4.5.3.1.3, without the angle brackets).
pub const EMAIL_BYTES_MAX: usize = 254;
/// One mail with all its parts, bytes.
pub const MAIL_BYTES_MAX: usize = 128 * 1024;
/// Websocket read buffer, bytes (the library's default costs 139 KiB for each idle socket).
pub const SOCKET_READ_BUFFER_BYTES: usize = 4 * 1024;
/// Websocket write buffer, bytes: more unsent than this and the socket is closed as too slow.
pub const SOCKET_WRITE_BUFFER_BYTES_MAX: usize = 512 * 1024;

// --- counts ------------------------------------------------------------------------------------

/// Members' devices in a circle before new ones are refused politely.
pub const CIRCLE_DEVICES: usize = 64;
/// Members' devices in a circle, never exceeded.
pub const CIRCLE_DEVICES_MAX: usize = 128;
/// Accounts named in one circle.
pub const CIRCLE_MEMBERS_MAX: usize = 64;
/// Live devices of one account.
pub const ACCOUNT_DEVICES_MAX: usize = 10;
/// Live authenticators of one account.
pub const AUTHENTICATORS_MAX: usize = 10;
/// What a browser says about a passkey, bytes of JSON.
pub const PASSKEY_JSON_BYTES_MAX: usize = 16 * 1024;
/// Circles that one account may be in.
pub const ACCOUNT_CIRCLES_MAX: usize = 500;
/// Cursors in one frame.
pub const CURSORS_MAX: usize = ACCOUNT_CIRCLES_MAX;
/// Times that an account's identity key may have been replaced, as a circle's policy remembers it.
pub const SUCCESSIONS_MAX: usize = 8;
/// Entries in one page of history.
pub const HISTORY_PAGE_ENTRIES: usize = 128;
/// How often a commit that lost its race is rebuilt before people are told.
pub const COMMIT_ATTEMPTS: u32 = 5;
/// Accounts in distress about the same entry before a circle needs a reset.
pub const DISTRESS_ACCOUNTS: usize = 2;
/// One-time key packages that a device keeps at the server.
pub const KEY_PACKAGES: usize = 20;
/// One-time key packages stored for a device, never exceeded.
pub const KEY_PACKAGES_MAX: usize = 100;
/// At this many or fewer the server asks for more.
pub const KEY_PACKAGES_LOW: usize = 8;
/// Log entries in one `log` frame.
pub const LOG_PAGE_ENTRIES: usize = 64;
/// Bytes of log entries in one `log` frame.
pub const LOG_PAGE_BYTES: usize = 96 * 1024;
/// Notices in one `inbox` frame.
pub const INBOX_PAGE: usize = 64;
/// Commands of one socket that await their answer.
pub const COMMANDS_IN_FLIGHT_MAX: usize = 16;
/// Ephemerals of one socket that await the store's word; more are dropped.
pub const EPHEMERALS_ASKED_MAX: usize = 4;
/// Ephemerals that wait for one socket to look; more are dropped.
pub const EPHEMERALS_WAITING_MAX: usize = 32;
/// Appends and audit leaves that share one transaction.
pub const GROUP_COMMIT_MAX: usize = 256;
/// Appends that wait for the writer before new ones are refused as `busy`.
pub const GROUP_COMMIT_QUEUE: usize = 1_024;

/// People in one appointment.
pub const PARTICIPANTS_MAX: usize = 20;
/// Days in one list of appointments.
pub const SPAN_DAYS_MAX: u16 = 62;
/// Appointments in one list.
pub const APPOINTMENTS_LISTED_MAX: usize = 1_000;
/// Days in one search for slots.
pub const SLOT_DAYS_MAX: u16 = 62;
/// Slots in one answer.
pub const SLOTS_MAX: usize = 1_000;
/// Free slots named when a time is refused.
pub const SLOTS_INSTEAD: usize = 3;
/// Intervals of one worker's weekly hours, and dated exceptions to them.
pub const AVAILABILITY_RULES_MAX: usize = 500;
/// Mails that one worker of the scheduler has in hand.
pub const DELIVERIES_LEASED: usize = 64;
/// Mails on their way to the mail server at once.
pub const MAILS_IN_FLIGHT: usize = 8;
/// Tasks in one list.
pub const TASKS_LISTED_MAX: usize = 200;
/// Entries in one page of the audit log.
pub const AUDIT_PAGE: usize = 50;
/// Leaves of the audit log after which a checkpoint is signed; the most that one signature adds.
pub const AUDIT_CHECKPOINT_LEAVES: u64 = 1_000;

// --- times -------------------------------------------------------------------------------------

/// TLS handshake, seconds.
pub const TLS_HANDSHAKE_S: u64 = 5;
/// Reading a request's head, seconds.
pub const HTTP_HEAD_S: u64 = 10;
/// Handling one request, seconds.
pub const HTTP_REQUEST_S: u64 = 30;
/// From the upgrade to the first frame, seconds.
pub const HELLO_S: u64 = 5;
/// A websocket ticket lives this long, seconds.
pub const TICKET_S: i64 = 30;
/// Between two pings, seconds.
pub const PING_S: u64 = 25;
/// Silence after which a socket is dead, seconds.
pub const SILENCE_S: u64 = 60;
/// Poll for what a lost wake did not announce, seconds.
pub const POLL_S: u64 = 20;
/// An invitation lives this long, seconds.
pub const INVITATION_S: i64 = 72 * 3_600;
/// A link that adds a second device lives this long, seconds.
pub const ENROLMENT_S: i64 = 600;
/// Between two devices that are asked to commit a removal, seconds.
pub const COMMIT_STAGGER_S: u64 = 2;
/// Before the same device is asked again, at the soonest, seconds.
pub const COMMIT_AGAIN_S: u64 = 10;
/// A device renews its leaf's keys this often, seconds.
pub const SELF_UPDATE_S: i64 = 7 * 86_400;
/// An archive era lasts at most this long, seconds.
pub const ERA_S: i64 = 30 * 86_400;
/// A device unseen for this long is reported to staff, seconds.
pub const DEVICE_IDLE_S: i64 = 90 * 86_400;
/// A device certificate lives at most this long, seconds.
pub const CERTIFICATE_S_MAX: i64 = 400 * 86_400;
/// A staff session without a request ends after this, seconds.
pub const SESSION_IDLE_STAFF_S: i64 = 15 * 60;
/// A client's or caregiver's session without a request ends after this, seconds.
pub const SESSION_IDLE_S: i64 = 24 * 3_600;
/// A staff session ends after this, seconds.
pub const SESSION_STAFF_S: i64 = 12 * 3_600;
/// A client's or caregiver's session ends after this, seconds.
pub const SESSION_S: i64 = 30 * 86_400;
/// A session on a device that others use too ends without a request after this, seconds.
pub const SESSION_IDLE_SHARED_S: i64 = 10 * 60;
/// An authenticator shown within this time need not be shown again, seconds.
pub const STEP_UP_S: i64 = 5 * 60;
/// A sign-in or registration lives this long, seconds.
pub const CEREMONY_S: i64 = 300;
/// Key packages with less left than this are not handed out, seconds.
pub const KEY_PACKAGE_LEFT_S_MIN: i64 = 42 * 86_400;
/// An answer to an operation is remembered at least this long, seconds.
pub const OPERATION_S: i64 = 7 * 86_400;

/// An appointment lasts at least this long, minutes.
pub const APPOINTMENT_MINUTES_MIN: u16 = 5;
/// An appointment lasts at most this long, minutes.
pub const APPOINTMENT_MINUTES_MAX: u16 = 12 * 60;
/// Slots begin at multiples of this from the start of a worker's hours, minutes.
pub const SLOT_STEP_MINUTES: u16 = 15;
/// How far ahead anything is booked, days.
pub const BOOKING_DAYS_AHEAD: u16 = 730;
/// Later than this before an appointment, participants call instead of changing it by themselves, seconds.
pub const REPLY_CUTOFF_S: i64 = 2 * 3_600;
/// A cancel by a participant can be taken back this long, seconds; until then nobody is told.
pub const UNDO_S: i64 = 600;
/// A checkpoint of the audit log is signed this long after an entry at the latest, seconds.
pub const AUDIT_CHECKPOINT_S: u64 = 10;
/// A seal key is not destroyed sooner than this after another one began to seal, seconds.
pub const KEY_RETAINED_S: i64 = 3_600;
/// A process whose database others use too reads the seal keys this often, seconds.
pub const KEYS_READ_S: u64 = 60;
/// Values sealed anew in one transaction.
pub const RESEALED_AT_ONCE: i64 = 200;
/// A leased delivery is somebody else's after this, seconds.
pub const DELIVERY_LEASE_S: i64 = 120;
/// The scheduler looks for what is due at least this often, seconds.
pub const DUE_POLL_S: u64 = 30;
/// One mail, from connecting to the server's answer, seconds.
pub const MAIL_S: u64 = 60;
/// The pauses before a mail is tried again, seconds; after the last it has failed.
pub const MAIL_BACKOFF_S: [i64; 4] = [60, 300, 900, 3_600];

// --- rates (defaults of the configuration) -------------------------------------------------------

/// Sockets of one account.
pub const SOCKETS_PER_ACCOUNT: u32 = 10;
/// Sockets of one address.
pub const SOCKETS_PER_ADDRESS: u32 = 50;
/// Frames a second on one socket, sustained.
pub const FRAMES_PER_SECOND: u32 = 20;
/// Frames at once on one socket.
pub const FRAMES_BURST: u32 = 60;
/// Failed sign-ins of one address before it must wait.
pub const FAILURES_PER_ADDRESS: u32 = 20;
/// Failed sign-ins of one address a minute after that.
pub const FAILURES_PER_ADDRESS_MINUTE: u32 = 6;
/// Failed sign-ins an hour of one network: an IPv4 /24, an IPv6 /56.
pub const FAILURES_PER_NETWORK_HOUR: u32 = 200;
/// Key-package claims an hour for each (claimer, other person's device).
pub const CLAIMS_PER_HOUR: u32 = 30;

// --- MLS (messaging.md, section 12) --------------------------------------------------------------

/// Messages are padded to a multiple of this, bytes.
pub const MLS_PADDING_BYTES: usize = 256;
/// Messages of one sender that may arrive out of order.
pub const MLS_OUT_OF_ORDER: u32 = 5;
/// Messages of one sender that may be skipped.
pub const MLS_FORWARD: u32 = 1_000;

const _: () = {
    assert!(BODY_BYTES_MAX + MLS_BYTES_MAX + WRAP_BYTES_MAX + 512 <= FRAME_BYTES_MAX);
    assert!(LOG_PAGE_BYTES >= BODY_BYTES_MAX + MLS_BYTES_MAX + WRAP_BYTES_MAX);
    assert!(LOG_PAGE_BYTES + LOG_PAGE_ENTRIES * 128 < FRAME_BYTES_MAX);
    assert!(TEXT_BYTES_MAX + 1_024 <= BODY_BYTES_MAX);
    assert!(CIRCLE_DEVICES < CIRCLE_DEVICES_MAX);
    assert!(WRAPS_MAX > ACCOUNT_DEVICES_MAX);
    assert!((VAULT_BYTES_MAX + WRAPS_MAX * SEALED_BYTES_MAX) * 4 / 3 + 4_096 < HTTP_BODY_BYTES_MAX);
    assert!(KEY_PACKAGES_LOW < KEY_PACKAGES && KEY_PACKAGES < KEY_PACKAGES_MAX);
    assert!(KEY_PACKAGES_MAX * KEY_PACKAGE_BYTES_MAX < HTTP_BODY_BYTES_MAX);
    assert!(CURSORS_MAX * 32 < FRAME_BYTES_MAX);
    assert!(PING_S * 2 < SILENCE_S);
    assert!(SOCKET_WRITE_BUFFER_BYTES_MAX > FRAME_BYTES_MAX);
    assert!(DELIVERIES_LEASED >= MAILS_IN_FLIGHT);
    assert!(MAIL_S < DELIVERY_LEASE_S.unsigned_abs());
    assert!(APPOINTMENT_MINUTES_MIN < APPOINTMENT_MINUTES_MAX);
    assert!(COMMANDS_IN_FLIGHT_MAX <= GROUP_COMMIT_MAX && GROUP_COMMIT_MAX <= GROUP_COMMIT_QUEUE);
};
