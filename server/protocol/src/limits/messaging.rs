//! Messages, the groups in which they are encrypted, and the keys of devices and accounts (messaging.md, section 12).

/// The sealed body of one message, bytes; more is an attachment.
pub const BODY_BYTES_MAX: usize = 64 * 1024;
/// The MLS message of one `append`, bytes. It carries a key and a hash, so this is generous.
pub const MLS_BYTES_MAX: usize = 4 * 1024;
/// The archive wrap of one message, bytes.
pub const WRAP_BYTES_MAX: usize = 512;
/// The text of one message, bytes of UTF-8; leaves room for sealing inside [`BODY_BYTES_MAX`].
pub const TEXT_BYTES_MAX: usize = 60 * 1024;
/// Entries in one page of history.
pub const HISTORY_PAGE_ENTRIES: usize = 128;
/// Appends and audit leaves that share one transaction.
pub const GROUP_COMMIT_MAX: usize = 256;
/// Appends that wait for the writer before new ones are refused as `busy`.
pub const GROUP_COMMIT_QUEUE: usize = 1_024;

/// A circle's title, characters.
pub const TITLE_CHARS_MAX: usize = 120;
/// Members' devices in a circle before new ones are refused politely.
pub const CIRCLE_DEVICES: usize = 64;
/// Members' devices in a circle, never exceeded.
pub const CIRCLE_DEVICES_MAX: usize = 128;
/// Accounts named in one circle.
pub const CIRCLE_MEMBERS_MAX: usize = 64;
/// Circles that one account may be in.
pub const ACCOUNT_CIRCLES_MAX: usize = 500;
/// A circle's policy extension, bytes.
pub const POLICY_BYTES_MAX: usize = 32 * 1024;
/// Times that an account's identity key may have been replaced, as a circle's policy remembers it.
pub const SUCCESSIONS_MAX: usize = 8;
/// Times that the agency key may have been replaced, as a removal key's certificate remembers it: a device that
/// was away for more of them is told of another agency.
pub const AGENCY_SUCCESSIONS_MAX: usize = 8;

/// How often a commit that lost its race is rebuilt before people are told.
pub const COMMIT_ATTEMPTS: u32 = 5;
/// Between two devices that are asked to commit a removal, seconds.
pub const COMMIT_STAGGER_S: u64 = 2;
/// Before the same device is asked again, at the soonest, seconds.
pub const COMMIT_AGAIN_S: u64 = 10;
/// Accounts in distress about the same entry before a circle needs a reset.
pub const DISTRESS_ACCOUNTS: usize = 2;
/// A device renews its leaf's keys this often, seconds.
pub const SELF_UPDATE_S: i64 = 7 * 86_400;
/// Whoever signs in renews those that were renewed longer ago than this, seconds. Not all of them each time: a case
/// manager with 160 circles who signs in five times a day would make 800 commits, each to be read by all the devices
/// in its circle. So a sign-in makes up for the time away, and one day's later ones find nothing to do.
pub const SELF_UPDATE_ON_LOGIN_S: i64 = 86_400;
/// An archive era lasts at most this long, seconds.
pub const ERA_S: i64 = 30 * 86_400;
/// A device unseen for this long is reported to staff, seconds.
pub const DEVICE_IDLE_S: i64 = 90 * 86_400;

/// One key package, bytes.
pub const KEY_PACKAGE_BYTES_MAX: usize = 4 * 1024;
/// One-time key packages that a device keeps at the server.
pub const KEY_PACKAGES: usize = 20;
/// One-time key packages stored for a device, never exceeded.
pub const KEY_PACKAGES_MAX: usize = 100;
/// At this many or fewer the server asks for more.
pub const KEY_PACKAGES_LOW: usize = 8;
/// A key package lives this long, seconds: with the hour that clocks may differ, the longest that OpenMLS takes.
pub const KEY_PACKAGE_S: i64 = 84 * 86_400;
/// Key packages with less left than this are not handed out, seconds.
pub const KEY_PACKAGE_LEFT_S_MIN: i64 = 42 * 86_400;
/// So long before that they count for their device no more, seconds: whoever is online once in this time brings
/// others while these are still handed out, and can be added at any time.
pub const KEY_PACKAGE_AHEAD_S: i64 = 21 * 86_400;
/// Key-package claims an hour for each (claimer, other person's device).
pub const CLAIMS_PER_HOUR: u32 = 30;

/// A device certificate, bytes.
pub const CERTIFICATE_BYTES_MAX: usize = 512;
/// A removal key's certificate, bytes: with it come the successions of agency keys.
pub const REMOVAL_KEY_BYTES_MAX: usize = 2 * 1024;
/// A device certificate, and that of a removal key, lives at most this long, seconds.
pub const CERTIFICATE_S_MAX: i64 = 400 * 86_400;
/// One with less left than this is made anew, seconds: more than a device may be unseen before staff are told, and
/// more than a key package lives that carries it.
pub const CERTIFICATE_LEFT_S_MIN: i64 = 120 * 86_400;

/// An account's vault, bytes: identity key, era keys, pins, settings.
pub const VAULT_BYTES_MAX: usize = 512 * 1024;
/// What opens a vault, each, bytes; and what one device seals to another.
pub const SEALED_BYTES_MAX: usize = 1024;
/// Ways to open one vault.
pub const WRAPS_MAX: usize = 20;

/// Messages are padded to a multiple of this, bytes.
pub const MLS_PADDING_BYTES: usize = 256;
/// Messages of one sender that may arrive out of order.
pub const MLS_OUT_OF_ORDER: u32 = 5;
/// Messages of one sender that may be skipped.
pub const MLS_FORWARD: u32 = 1_000;
