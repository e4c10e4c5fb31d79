//! Mails: what leaves, when, and how often it is tried; what comes back.

/// A mail address, bytes (RFC 5321, section 4.5.3.1.3, without the angle brackets).
pub const EMAIL_BYTES_MAX: usize = 254;
/// Mails that ask once more whether an address is somebody's, within a day.
pub const ADDRESS_ASKED_AGAIN_MAX: i64 = 3;
/// Mails that ask whether some address is a person's, within a day: nobody is mailed by changing it to and fro.
pub const ADDRESSES_ASKED_MAX: i64 = 10;
/// A link by which somebody says whether an address is theirs is good for so long after its mail, seconds.
pub const ADDRESS_LINK_S: i64 = 7 * 86_400;
/// Hours in which mails may come to a person, at least so many minutes of their day …
pub const SAFE_HOURS_MINUTES_MIN: u16 = 120;
/// … from and until a multiple of these.
pub const SAFE_HOURS_STEP_MINUTES: u16 = 15;

/// One mail with all its parts, bytes.
pub const MAIL_BYTES_MAX: usize = 128 * 1024;
/// Visits of a series that one mail lists.
pub const SERIES_DATES_MAILED: i64 = 12;
/// Mails that one worker of the scheduler has in hand.
pub const DELIVERIES_LEASED: usize = 64;
/// A leased delivery is somebody else's after this, seconds.
pub const DELIVERY_LEASE_S: i64 = 120;
/// Mails on their way to the mail server at once.
pub const MAILS_IN_FLIGHT: usize = 8;
/// One mail, from connecting to the server's answer, seconds.
pub const MAIL_S: u64 = 60;
/// The pauses before a mail is tried again, seconds; after the last it has failed.
pub const MAIL_BACKOFF_S: [i64; 4] = [60, 300, 900, 3_600];
/// Mails are forgotten this long after they were settled and their appointment is over, seconds.
pub const DELIVERY_KEPT_S: i64 = 180 * 86_400;
/// Mails that were ever planned, in the list of an appointment's.
pub const VISIT_MAILS_LISTED_MAX: i64 = 400;

/// A message that no device of a person's fetched for this long is a reason to write to them, seconds.
pub const UNREAD_S: i64 = 600;
/// An urgent one is after this: a device that is there has fetched it by then, seconds.
pub const UNREAD_URGENT_S: i64 = 60;
/// Between two mails to one person about unread messages, at least, seconds.
pub const UNREAD_PAUSE_S: i64 = 4 * 3_600;
/// Such a mail is worthless this long after its time, seconds. Until then it is decided again whether
/// anything waits.
pub const UNREAD_STALE_S: i64 = 7 * 86_400;
/// Rows of the log that one look for unread messages goes through at least.
pub const UNREAD_ROWS: i64 = 1_000;
/// Such looks in a row, before what is due has its turn.
pub const UNREAD_LOOKS_MAX: usize = 32;
/// Mails about unread messages in one list.
pub const UPDATE_MAILS_LISTED_MAX: i64 = 20;

/// The token in the envelope sender of a mail: 25 bytes of base32.
pub const RETURN_TOKEN_CHARS: usize = 40;
/// What names a mail that comes back, bytes: it stands on one line of the mail that answers it (RFC 5322, section
/// 2.1.1, asks for at most 998 on one).
pub const RECEIVED_MESSAGE_ID_BYTES_MAX: usize = 250;
/// A mail that comes back is read this far, bytes; what follows is taken and let go.
pub const RECEIVED_MAIL_BYTES_READ: usize = 512 * 1024;
/// A mail that comes back, bytes; a longer one is refused.
pub const RECEIVED_MAIL_BYTES_MAX: usize = 32 * 1024 * 1024;
/// One line of a mail that comes back, bytes with its end (RFC 5321 allows 1,000, and mail servers are generous).
pub const RECEIVED_LINE_BYTES_MAX: usize = 16 * 1024;
/// Parts of a mail that comes back, those that are made of others among them; what follows is not looked at.
pub const RECEIVED_PARTS_MAX: usize = 200;
/// A calendar file that comes back, bytes.
pub const RECEIVED_CALENDAR_BYTES_MAX: usize = 64 * 1024;
/// Lines of a calendar file or a delivery report that are read.
pub const RECEIVED_FIELDS_MAX: usize = 1_000;
/// People whose address one mail came from.
pub const RECEIVED_FROM_MAX: usize = 10;
/// A mail that came back is known again this long, seconds: mail servers try for five days.
pub const RECEIVED_MAIL_S: i64 = 14 * 86_400;

/// A command of the mail server's, bytes with its end (RFC 5321, section 4.5.3.1, asks for 512 and more).
pub const LMTP_COMMAND_BYTES_MAX: usize = 2 * 1024;
/// Mail servers that speak to the intake at once.
pub const LMTP_CONNECTIONS_MAX: usize = 16;
/// Recipients of one mail that comes back.
pub const LMTP_RECIPIENTS_MAX: usize = 20;
/// Commands that make no sense, of one connection, before it is closed.
pub const LMTP_FAULTS_MAX: usize = 10;
/// A mail server that says nothing to the intake for so long is let go, seconds.
pub const LMTP_IDLE_S: u64 = 120;
/// The content of one mail that comes back, seconds.
pub const LMTP_CONTENT_S: u64 = 600;

/// Case managers who are asked to see to one answer by mail.
pub const ANSWER_WORKERS_MAX: usize = 50;
/// The automatic answer leaves within this, or not at all, seconds.
pub const ANSWER_MAIL_S: i64 = 86_400;
/// Automatic answers are forgotten this long after they were settled, seconds.
pub const ANSWER_MAIL_KEPT_S: i64 = 30 * 86_400;
