//! People: their accounts and how they sign in, and clients as staff see them and hand them on.

/// A person's name, characters.
pub const NAME_CHARS_MAX: usize = 200;
/// A note (of a consent, of an appointment), characters.
pub const NOTE_CHARS_MAX: usize = 2_000;
/// A telephone number as it was typed, bytes.
pub const PHONE_BYTES_MAX: usize = 40;
/// Digits of a telephone number: fewer are a service's.
pub const PHONE_DIGITS_MIN: usize = 5;
/// Digits of a telephone number, with its country's (ITU-T E.164, section 6.1).
pub const PHONE_DIGITS_MAX: usize = 15;

/// Live devices of one account.
pub const ACCOUNT_DEVICES_MAX: usize = 10;
/// Live authenticators of one account.
pub const AUTHENTICATORS_MAX: usize = 10;
/// An invitation lives this long, seconds.
pub const INVITATION_S: i64 = 72 * 3_600;
/// After a device came by an invitation it can be confirmed in person for this long, seconds.
pub const CONFIRMATION_S: i64 = 600;
/// A link that adds a second device lives this long, seconds.
pub const ENROLMENT_S: i64 = 600;

/// A login name has at least so many characters.
pub const LOGIN_CHARS_MIN: usize = 3;
/// A login name has at most so many characters.
pub const LOGIN_CHARS_MAX: usize = 64;
/// What somebody types as a login name, bytes.
pub const LOGIN_BYTES_MAX: usize = 254;
/// A password has at least so many characters. Only devices see it, so only they can hold it to that.
pub const PASSWORD_CHARS_MIN: usize = 12;
/// A password has at most so many bytes of UTF-8.
pub const PASSWORD_BYTES_MAX: usize = 1024;
/// Different characters in a password, at least.
pub const PASSWORD_CHARS_DIFFERENT_MIN: usize = 5;
/// One message of OPAQUE, bytes; the longest (KE2) has 320.
pub const OPAQUE_BYTES_MAX: usize = 512;
/// What a browser says about a passkey, bytes of JSON.
pub const PASSKEY_JSON_BYTES_MAX: usize = 16 * 1024;
/// The digits of a code of a code app (RFC 6238 by the defaults that every app knows).
pub const CODE_DIGITS: usize = 6;
/// A code app shows another code every so many seconds.
pub const CODE_STEP_S: u64 = 30;
/// So many steps before and after the present one are good too: clocks differ.
pub const CODE_STEPS_SKEW: u64 = 1;
/// Wrong codes of one account before it must wait.
pub const FAILED_CODES: u32 = 5;
/// Wrong codes of one account an hour after that.
pub const FAILED_CODES_HOUR: u32 = 20;
/// A sign-in or registration lives this long, seconds.
pub const CEREMONY_S: i64 = 300;
/// After a password the code must follow within this, seconds.
pub const SECOND_FACTOR_S: i64 = 5 * 60;
/// An authenticator shown within this time need not be shown again, seconds.
pub const STEP_UP_S: i64 = 5 * 60;

/// A staff session without a request ends after this, seconds.
pub const SESSION_IDLE_STAFF_S: i64 = 15 * 60;
/// A client's or caregiver's session without a request ends after this, seconds.
pub const SESSION_IDLE_S: i64 = 24 * 3_600;
/// The same of a session by which nobody has shown an authenticator yet: somebody who was mailed an invitation waits for
/// days to be let in, and has nothing else to come back by.
pub const SESSION_IDLE_UNPROVED_S: i64 = 7 * 86_400;
/// A session on a device that others use too ends without a request after this, seconds.
pub const SESSION_IDLE_SHARED_S: i64 = 10 * 60;
/// A staff session ends after this, seconds.
pub const SESSION_STAFF_S: i64 = 12 * 3_600;
/// A client's or caregiver's session ends after this, seconds.
pub const SESSION_S: i64 = 30 * 86_400;
/// A session that is over is forgotten after this, seconds; the last one of a device never.
pub const SESSION_KEPT_S: i64 = 90 * 86_400;

/// Tasks in one list.
pub const TASKS_LISTED_MAX: usize = 200;
/// Clients in a supervisor's list.
pub const CLIENTS_LISTED_MAX: usize = 10_000;
/// Clients offered to a colleague in one request.
pub const TRANSFER_CLIENTS_MAX: usize = 100;
/// Settled offers in one list, of each direction.
pub const TRANSFERS_LISTED_MAX: usize = 100;
/// An offer of a client to a colleague waits this long for an answer, seconds.
pub const TRANSFER_S: i64 = 7 * 86_400;
/// From an accepted offer to the end of the first case manager's assignment, seconds: time to let the
/// new one into circles, which only somebody inside can.
pub const HANDOVER_S: i64 = 14 * 86_400;
