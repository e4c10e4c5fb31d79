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
/// A removal key's certificate, bytes: with it come the successions of agency keys.
pub const REMOVAL_KEY_BYTES_MAX: usize = 2 * 1024;
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
/// A note (of a consent, of an appointment), characters.
pub const NOTE_CHARS_MAX: usize = 2_000;
/// A meeting link, bytes.
pub const MEETING_LINK_BYTES_MAX: usize = 2_000;
/// A place where one meets, characters.
pub const PLACE_CHARS_MAX: usize = 200;
/// A mail address, bytes (RFC 5321, section 4.5.3.1.3, without the angle brackets).
pub const EMAIL_BYTES_MAX: usize = 254;
/// A telephone number as it was typed, bytes.
pub const PHONE_BYTES_MAX: usize = 40;
/// One mail with all its parts, bytes.
pub const MAIL_BYTES_MAX: usize = 128 * 1024;
/// What names a mail that comes back, bytes: it stands on one line of the mail that answers it (RFC 5322, section
/// 2.1.1, asks for at most 998 on one).
pub const RECEIVED_MESSAGE_ID_BYTES_MAX: usize = 250;
/// A mail that comes back is read this far, bytes; what follows is taken and let go.
pub const RECEIVED_MAIL_BYTES_READ: usize = 512 * 1024;
/// A mail that comes back, bytes; a longer one is refused.
pub const RECEIVED_MAIL_BYTES_MAX: usize = 32 * 1024 * 1024;
/// A command of the mail server's, bytes with its end (RFC 5321, section 4.5.3.1, asks for 512 and more).
pub const LMTP_COMMAND_BYTES_MAX: usize = 2 * 1024;
/// One line of a mail that comes back, bytes with its end (RFC 5321 allows 1,000, and mail servers are generous).
pub const RECEIVED_LINE_BYTES_MAX: usize = 16 * 1024;
/// A calendar file that comes back, bytes.
pub const RECEIVED_CALENDAR_BYTES_MAX: usize = 64 * 1024;
/// The token in the envelope sender of a mail: 25 bytes of base32.
pub const RETURN_TOKEN_CHARS: usize = 40;
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
/// The digits of a code of a code app (RFC 6238 by the defaults that every app knows).
pub const CODE_DIGITS: usize = 6;
/// Circles that one account may be in.
pub const ACCOUNT_CIRCLES_MAX: usize = 500;
/// Cursors in one frame.
pub const CURSORS_MAX: usize = ACCOUNT_CIRCLES_MAX;
/// Times that an account's identity key may have been replaced, as a circle's policy remembers it.
pub const SUCCESSIONS_MAX: usize = 8;
/// Times that the agency key may have been replaced, as a removal key's certificate remembers it: a device that
/// was away for more of them is told of another agency.
pub const AGENCY_SUCCESSIONS_MAX: usize = 8;
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
/// A commit, bytes. It stands in the log, and every device of its circle has to be sent it in one frame: a larger one would
/// end the socket of each of them whenever it connects. With 64 devices to bring in at once it has some 70 KiB.
pub const COMMIT_BYTES_MAX: usize = LOG_PAGE_BYTES;
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
/// Staff who take part in one appointment besides whoever is booked.
pub const APPOINTMENT_STAFF_MAX: usize = 5;
/// A series' rule, bytes.
pub const SERIES_RULE_BYTES_MAX: usize = 200;
/// The visits of a series are so many days, weeks or months apart at most.
pub const SERIES_INTERVAL_MAX: u16 = 12;
/// Visits of a series that is counted.
pub const SERIES_COUNT_MAX: u16 = 104;
/// From the first visit of a series to its last day, where it has one, months.
pub const SERIES_MONTHS_MAX: u16 = 24;
/// A series moves by at most so many days; more is another series.
pub const SERIES_SHIFT_DAYS_MAX: i32 = 31;
/// Of visits of a series that cannot be booked, so many are named with free slots.
pub const SERIES_CONFLICTS_INSTEAD: usize = 26;
/// Days in one list of appointments.
pub const SPAN_DAYS_MAX: u16 = 62;
/// Appointments in one list.
pub const APPOINTMENTS_LISTED_MAX: usize = 1_000;
/// Mails that were ever planned, in the list of an appointment's.
pub const VISIT_MAILS_LISTED_MAX: i64 = 400;
/// Days in one search for slots.
pub const SLOT_DAYS_MAX: u16 = 62;
/// Slots in one answer.
pub const SLOTS_MAX: usize = 1_000;
/// Free slots named when a time is refused.
pub const SLOTS_INSTEAD: usize = 3;
/// Times that one booking link, or one worker, keeps at once; for another, the oldest is let go.
pub const HOLDS_MAX: usize = 2;
/// Workers who may hold a visit that is booked by a link.
pub const BOOKING_LINK_WORKERS_MAX: usize = 5;
/// Booking links of one client that can be used at once.
pub const BOOKING_LINKS_MAX: usize = 5;
/// Booking links in one list.
pub const BOOKING_LINKS_LISTED_MAX: usize = 20;
/// Visits in one calendar feed; beyond it the farthest ones are left out.
pub const FEED_VISITS_MAX: usize = 2_000;
/// Intervals of one worker's weekly hours, and dated exceptions to them.
pub const AVAILABILITY_RULES_MAX: usize = 500;
/// Hours in which mails may come to a person, at least so many minutes of their day …
pub const SAFE_HOURS_MINUTES_MIN: u16 = 120;
/// … from and until a multiple of these.
pub const SAFE_HOURS_STEP_MINUTES: u16 = 15;
/// Mails that ask once more whether an address is somebody's, within a day.
pub const ADDRESS_ASKED_AGAIN_MAX: i64 = 3;
/// Mails that ask whether some address is a person's, within a day: nobody is mailed by changing it to and fro.
pub const ADDRESSES_ASKED_MAX: i64 = 10;
/// Mails that one worker of the scheduler has in hand.
pub const DELIVERIES_LEASED: usize = 64;
/// Mails on their way to the mail server at once.
pub const MAILS_IN_FLIGHT: usize = 8;
/// Mail servers that speak to the intake at once.
pub const LMTP_CONNECTIONS_MAX: usize = 16;
/// Recipients of one mail that comes back.
pub const LMTP_RECIPIENTS_MAX: usize = 20;
/// Commands that make no sense, of one connection, before it is closed.
pub const LMTP_FAULTS_MAX: usize = 10;
/// People whose address one mail came from.
pub const RECEIVED_FROM_MAX: usize = 10;
/// Case managers who are asked to see to one answer by mail.
pub const ANSWER_WORKERS_MAX: usize = 50;
/// Lines of a calendar file or a delivery report that are read.
pub const RECEIVED_FIELDS_MAX: usize = 1_000;
/// Digits of a telephone number: fewer are a service's.
pub const PHONE_DIGITS_MIN: usize = 5;
/// Digits of a telephone number, with its country's (ITU-T E.164, section 6.1).
pub const PHONE_DIGITS_MAX: usize = 15;
/// Visits of a client's series that could not be booked, in one list.
pub const SERIES_GAPS_LISTED_MAX: usize = 100;
/// Visits of a series that one mail lists.
pub const SERIES_DATES_MAILED: i64 = 12;
/// Addresses from before that one step finds a blind index for.
pub const ADDRESSES_INDEXED_AT_ONCE: i64 = 200;
/// A job's cron expression, bytes.
pub const CRON_BYTES_MAX: usize = 120;
/// Runs of a job that are shown before they come.
pub const JOB_RUNS_SHOWN: usize = 5;
/// Missed runs of a job that are caught up with at most.
pub const JOB_CATCH_UP_MAX: u8 = 24;
/// Missed runs of a job that are counted before the others are let go.
pub const JOB_MISSED_MAX: usize = 2_000;
/// Rows of the log that one look for unread messages goes through at least.
pub const UNREAD_ROWS: i64 = 1_000;
/// Such looks in a row, before what is due has its turn.
pub const UNREAD_LOOKS_MAX: usize = 32;
/// Mails about unread messages in one list.
pub const UPDATE_MAILS_LISTED_MAX: i64 = 20;
/// Steps of one run of a job, each a transaction.
pub const JOB_STEPS_MAX: usize = 1_000;
/// Rows that one step of a job deletes or looks at.
pub const JOB_STEP_ROWS: i64 = 100;
/// Outages in one list.
pub const OUTAGES_LISTED_MAX: usize = 20;
/// People to call about one outage in one list.
pub const OUTAGE_CALLS_MAX: usize = 500;
/// Tasks in one list.
pub const TASKS_LISTED_MAX: usize = 200;
/// Clients in a supervisor's list.
pub const CLIENTS_LISTED_MAX: usize = 10_000;
/// Clients offered to a colleague in one request.
pub const TRANSFER_CLIENTS_MAX: usize = 100;
/// Settled offers in one list, of each direction.
pub const TRANSFERS_LISTED_MAX: usize = 100;
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
/// After a device came by an invitation it can be confirmed in person for this long, seconds.
pub const CONFIRMATION_S: i64 = 600;
/// An offer of a client to a colleague waits this long for an answer, seconds.
pub const TRANSFER_S: i64 = 7 * 86_400;
/// From an accepted offer to the end of the first case manager's assignment, seconds: time to let the
/// new one into circles, which only somebody inside can.
pub const HANDOVER_S: i64 = 14 * 86_400;
/// A link that adds a second device lives this long, seconds.
pub const ENROLMENT_S: i64 = 600;
/// Between two devices that are asked to commit a removal, seconds.
pub const COMMIT_STAGGER_S: u64 = 2;
/// Before the same device is asked again, at the soonest, seconds.
pub const COMMIT_AGAIN_S: u64 = 10;
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
/// A device certificate, and that of a removal key, lives at most this long, seconds.
pub const CERTIFICATE_S_MAX: i64 = 400 * 86_400;
/// One with less left than this is made anew, seconds: more than a device may be unseen before staff are told, and
/// more than a key package lives that carries it.
pub const CERTIFICATE_LEFT_S_MIN: i64 = 120 * 86_400;
/// A staff session without a request ends after this, seconds.
pub const SESSION_IDLE_STAFF_S: i64 = 15 * 60;
/// A client's or caregiver's session without a request ends after this, seconds.
pub const SESSION_IDLE_S: i64 = 24 * 3_600;
/// The same of a session by which nobody has shown an authenticator yet: somebody who was mailed an invitation waits for
/// days to be let in, and has nothing else to come back by.
pub const SESSION_IDLE_UNPROVED_S: i64 = 7 * 86_400;
/// A staff session ends after this, seconds.
pub const SESSION_STAFF_S: i64 = 12 * 3_600;
/// A client's or caregiver's session ends after this, seconds.
pub const SESSION_S: i64 = 30 * 86_400;
/// A session on a device that others use too ends without a request after this, seconds.
pub const SESSION_IDLE_SHARED_S: i64 = 10 * 60;
/// An authenticator shown within this time need not be shown again, seconds.
pub const STEP_UP_S: i64 = 5 * 60;
/// After a password the code must follow within this, seconds.
pub const SECOND_FACTOR_S: i64 = 5 * 60;
/// A code app shows another code every so many seconds.
pub const CODE_STEP_S: u64 = 30;
/// So many steps before and after the present one are good too: clocks differ.
pub const CODE_STEPS_SKEW: u64 = 1;
/// A sign-in or registration lives this long, seconds.
pub const CEREMONY_S: i64 = 300;
/// A key package lives this long, seconds: with the hour that clocks may differ, the longest that OpenMLS takes.
pub const KEY_PACKAGE_S: i64 = 84 * 86_400;
/// Key packages with less left than this are not handed out, seconds.
pub const KEY_PACKAGE_LEFT_S_MIN: i64 = 42 * 86_400;
/// So long before that they count for their device no more, seconds: whoever is online once in this time brings
/// others while these are still handed out, and can be added at any time.
pub const KEY_PACKAGE_AHEAD_S: i64 = 21 * 86_400;
/// An answer to an operation is remembered at least this long, seconds.
pub const OPERATION_S: i64 = 7 * 86_400;

/// An appointment lasts at least this long, minutes.
pub const APPOINTMENT_MINUTES_MIN: u16 = 5;
/// An appointment lasts at most this long, minutes.
pub const APPOINTMENT_MINUTES_MAX: u16 = 12 * 60;
/// Slots begin at multiples of this from the start of a worker's hours, minutes.
pub const SLOT_STEP_MINUTES: u16 = 15;
/// Kept free before or after a visit, or for the way, at most, minutes.
pub const BUFFER_MINUTES_MAX: u16 = 8 * 60;
/// What a visit and everything around it keep a worker busy for, at most, minutes: a buffer and the way on both sides.
pub const CLAIM_MINUTES_MAX: u16 = APPOINTMENT_MINUTES_MAX + 4 * BUFFER_MINUTES_MAX;
/// The longest notice that a kind of visit asks for, minutes.
pub const NOTICE_MINUTES_MAX: u16 = 30 * 24 * 60;
/// Kinds of visits that an agency offers at once.
pub const VISIT_TYPES_MAX: usize = 60;
/// Closures of an agency that are not over, at once.
pub const CLOSURES_MAX: usize = 100;
/// One of them lasts at most this long, days.
pub const CLOSURE_DAYS_MAX: u16 = 92;
/// How far ahead anything is booked, days.
pub const BOOKING_DAYS_AHEAD: u16 = 730;
/// The visits of a series are booked so far ahead, days.
pub const SERIES_DAYS_AHEAD: u16 = 26 * 7;
/// A calendar feed goes back so far, days.
pub const FEED_DAYS_BACK: u16 = 30;
/// A calendar feed goes so far ahead, days: as far as the visits of a series are booked.
pub const FEED_DAYS_AHEAD: u16 = 26 * 7;
/// A program is asked to fetch a calendar feed so often, hours.
pub const FEED_REFRESH_HOURS: u16 = 1;
/// Later than this before an appointment, participants call instead of changing it by themselves, seconds.
pub const REPLY_CUTOFF_S: i64 = 2 * 3_600;
/// Whoever held an appointment is asked how it went so long after its end, seconds.
pub const OUTCOME_ASKED_S: i64 = 30 * 60;
/// Nobody is asked any more how an appointment went that ended longer ago, seconds.
pub const OUTCOME_STALE_S: i64 = 7 * 86_400;
/// The mail to whoever did not come leaves within this after ten in the morning, or not at all, seconds: it is day.
pub const NO_SHOW_MAIL_S: i64 = 8 * 3_600;
/// Its link shows free times of so many days, and is good as long.
pub const NO_SHOW_LINK_DAYS: u16 = 14;
/// A cancel by a participant can be taken back this long, seconds; until then nobody is told.
pub const UNDO_S: i64 = 600;
/// A cancel of one visit by staff can be taken back this long, seconds; until then nobody is told. Time enough to see
/// that it was the wrong one; no more, for until then whoever is to come goes on as if it were on.
pub const STAFF_UNDO_S: i64 = 60;
/// Of a visit that begins within this everybody is told at once and nothing can be taken back, seconds: whoever is to
/// be there may be leaving the house.
pub const STAFF_UNDO_START_S: i64 = 3_600;
/// A time is kept for whoever makes up their mind this long, seconds.
pub const HOLD_S: i64 = 600;
/// A booking link is good at most this long, days.
pub const BOOKING_LINK_DAYS_MAX: u16 = 30;
/// Zones of a database that an installation names; a release has some six hundred.
pub const ZONES_MAX: usize = 2_000;
/// A compiled zone of such a database, bytes; the largest have four thousand.
pub const ZONE_BYTES_MAX: u64 = 65_536;
/// A checkpoint of the audit log is signed this long after an entry at the latest, seconds.
pub const AUDIT_CHECKPOINT_S: u64 = 10;
/// A seal key is not destroyed sooner than this after another one began to seal, seconds.
pub const KEY_RETAINED_S: i64 = 3_600;
/// A process whose database others use too reads the seal keys this often, seconds.
pub const KEYS_READ_S: u64 = 60;
/// Clients' own keys that a process has in memory at most.
pub const CLIENT_KEYS_HELD: usize = 4_096;
/// Values sealed anew in one transaction.
pub const RESEALED_AT_ONCE: i64 = 200;
/// Circles of which it is looked up at once which agency key vouches for them.
pub const CIRCLES_AT_ONCE: i64 = 50;
/// A leased delivery is somebody else's after this, seconds.
pub const DELIVERY_LEASE_S: i64 = 120;
/// A link by which somebody says whether an address is theirs is good for so long after its mail, seconds.
pub const ADDRESS_LINK_S: i64 = 7 * 86_400;
/// A message that no device of a person's fetched for this long is a reason to write to them, seconds.
pub const UNREAD_S: i64 = 600;
/// An urgent one is after this: a device that is there has fetched it by then, seconds.
pub const UNREAD_URGENT_S: i64 = 60;
/// Between two mails to one person about unread messages, at least, seconds.
pub const UNREAD_PAUSE_S: i64 = 4 * 3_600;
/// Such a mail is worthless this long after its time, seconds. Until then it is decided again whether
/// anything waits.
pub const UNREAD_STALE_S: i64 = 7 * 86_400;
/// A leased job is somebody else's after this, seconds.
pub const JOB_LEASE_S: i64 = 600;
/// A job that comes later than this has missed its time, seconds.
pub const JOB_LATE_S: i64 = 300;
/// The scheduler says that it lives at least this often, seconds.
pub const HEARTBEAT_S: i64 = 60;
/// A scheduler of which nothing was heard for longer than this was down, seconds.
pub const OUTAGE_S: i64 = 600;
/// Outages are shown for this long, seconds.
pub const OUTAGE_SHOWN_S: i64 = 14 * 86_400;
/// What is due and has waited for longer than this is an alarm, seconds.
pub const LAG_ALARM_S: i64 = 300;
/// A wall clock that is further ahead than this of the time that has passed has jumped, seconds.
pub const CLOCK_FORWARD_S: i64 = 3_600;
/// One that is further behind than this has jumped too, seconds.
pub const CLOCK_BACK_S: i64 = 300;
/// A wall clock may go wrong this slowly for ever, millionths; what goes faster adds up. NTP slews by half of it.
pub const CLOCK_SLEW_PPM: i64 = 1_000;
/// Mails are forgotten this long after they were settled and their appointment is over, seconds.
pub const DELIVERY_KEPT_S: i64 = 180 * 86_400;
/// A session that is over is forgotten after this, seconds; the last one of a device never.
pub const SESSION_KEPT_S: i64 = 90 * 86_400;
/// The scheduler looks for what is due at least this often, seconds.
pub const DUE_POLL_S: u64 = 30;
/// One mail, from connecting to the server's answer, seconds.
pub const MAIL_S: u64 = 60;
/// A mail server that says nothing to the intake for so long is let go, seconds.
pub const LMTP_IDLE_S: u64 = 120;
/// The content of one mail that comes back, seconds.
pub const LMTP_CONTENT_S: u64 = 600;
/// A mail that came back is known again this long, seconds: mail servers try for five days.
pub const RECEIVED_MAIL_S: i64 = 14 * 86_400;
/// The automatic answer leaves within this, or not at all, seconds.
pub const ANSWER_MAIL_S: i64 = 86_400;
/// Automatic answers are forgotten this long after they were settled, seconds.
pub const ANSWER_MAIL_KEPT_S: i64 = 30 * 86_400;
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
/// Failed sign-ins by password of one account, or by one name that is nobody's, before it must wait.
pub const FAILURES_PER_ACCOUNT: u32 = 10;
/// Failed sign-ins by password of one account a minute after that.
pub const FAILURES_PER_ACCOUNT_MINUTE: u32 = 1;
/// Wrong codes of one account before it must wait.
pub const FAILED_CODES: u32 = 5;
/// Wrong codes of one account an hour after that.
pub const FAILED_CODES_HOUR: u32 = 20;
/// Commits, foundings and resets at once of one device: whoever has a new identity key brings it into all circles.
pub const COMMITS_BURST: u32 = 1_000;
/// Commits, foundings and resets of one device a minute after that.
pub const COMMITS_PER_MINUTE: u32 = 120;
/// Vaults that one device writes at once: one that comes into all circles writes it again and again.
pub const VAULTS_BURST: u32 = 500;
/// Vaults that one device writes a minute after that.
pub const VAULTS_PER_MINUTE: u32 = 30;
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
    assert!(COMMIT_BYTES_MAX <= LOG_PAGE_BYTES && POLICY_BYTES_MAX < COMMIT_BYTES_MAX);
    assert!(LOG_PAGE_BYTES + LOG_PAGE_ENTRIES * 128 < FRAME_BYTES_MAX);
    assert!(TEXT_BYTES_MAX + 1_024 <= BODY_BYTES_MAX);
    assert!(CIRCLE_DEVICES < CIRCLE_DEVICES_MAX);
    // A succession is two keys, a time and a signature.
    assert!(CERTIFICATE_BYTES_MAX + AGENCY_SUCCESSIONS_MAX * 192 <= REMOVAL_KEY_BYTES_MAX);
    assert!(WRAPS_MAX > ACCOUNT_DEVICES_MAX);
    assert!((VAULT_BYTES_MAX + WRAPS_MAX * SEALED_BYTES_MAX) * 4 / 3 + 4_096 < HTTP_BODY_BYTES_MAX);
    assert!(KEY_PACKAGES_LOW < KEY_PACKAGES && KEY_PACKAGES < KEY_PACKAGES_MAX);
    assert!(KEY_PACKAGE_LEFT_S_MIN + KEY_PACKAGE_AHEAD_S < KEY_PACKAGE_S);
    assert!(KEY_PACKAGES_MAX * KEY_PACKAGE_BYTES_MAX < HTTP_BODY_BYTES_MAX);
    assert!(DEVICE_IDLE_S < CERTIFICATE_LEFT_S_MIN && KEY_PACKAGE_S < CERTIFICATE_LEFT_S_MIN);
    assert!(CERTIFICATE_LEFT_S_MIN * 2 < CERTIFICATE_S_MAX);
    assert!(SELF_UPDATE_ON_LOGIN_S < SELF_UPDATE_S && SELF_UPDATE_S < ERA_S);
    assert!(CURSORS_MAX * 32 < FRAME_BYTES_MAX);
    assert!(COMMITS_BURST as usize >= 2 * ACCOUNT_CIRCLES_MAX);
    assert!(VAULTS_BURST as usize >= ACCOUNT_CIRCLES_MAX);
    assert!(PING_S * 2 < SILENCE_S);
    assert!(SOCKET_WRITE_BUFFER_BYTES_MAX > FRAME_BYTES_MAX);
    assert!(LOGIN_CHARS_MIN < LOGIN_CHARS_MAX && LOGIN_CHARS_MAX < LOGIN_BYTES_MAX);
    assert!(PASSWORD_CHARS_DIFFERENT_MIN < PASSWORD_CHARS_MIN);
    assert!(SECOND_FACTOR_S <= CEREMONY_S && SECOND_FACTOR_S <= SESSION_IDLE_SHARED_S);
    assert!(DELIVERIES_LEASED >= MAILS_IN_FLIGHT);
    assert!(MAIL_S < DELIVERY_LEASE_S.unsigned_abs());
    assert!(UNREAD_URGENT_S < UNREAD_S && UNREAD_S < UNREAD_PAUSE_S);
    assert!(UNREAD_PAUSE_S < UNREAD_STALE_S && UNREAD_STALE_S < DELIVERY_KEPT_S);
    assert!(RECEIVED_MAIL_BYTES_READ <= RECEIVED_MAIL_BYTES_MAX);
    assert!(RECEIVED_LINE_BYTES_MAX <= RECEIVED_MAIL_BYTES_READ);
    assert!(RECEIVED_CALENDAR_BYTES_MAX <= RECEIVED_MAIL_BYTES_READ);
    assert!(MAIL_BYTES_MAX < RECEIVED_MAIL_BYTES_READ);
    assert!(ANSWER_MAIL_S < ANSWER_MAIL_KEPT_S && RECEIVED_MAIL_S > 5 * 86_400);
    assert!(HEARTBEAT_S.unsigned_abs() + DUE_POLL_S + MAIL_S * 2 < OUTAGE_S.unsigned_abs());
    assert!(JOB_LATE_S < OUTAGE_S && OUTAGE_SHOWN_S < DELIVERY_KEPT_S);
    assert!(CLOCK_BACK_S < CLOCK_FORWARD_S && CLOCK_BACK_S.unsigned_abs() > DUE_POLL_S);
    assert!(SESSION_IDLE_S < SESSION_IDLE_UNPROVED_S && SESSION_IDLE_UNPROVED_S < SESSION_S);
    assert!(SESSION_KEPT_S > SESSION_S && OPERATION_S < SESSION_KEPT_S);
    assert!(APPOINTMENT_MINUTES_MIN < APPOINTMENT_MINUTES_MAX);
    assert!(SERIES_DAYS_AHEAD < BOOKING_DAYS_AHEAD);
    assert!(FEED_DAYS_AHEAD >= SERIES_DAYS_AHEAD);
    assert!(FEED_DAYS_AHEAD < BOOKING_DAYS_AHEAD);
    assert!(FEED_REFRESH_HOURS > 0 && FEED_VISITS_MAX > APPOINTMENTS_LISTED_MAX);
    assert!(NO_SHOW_LINK_DAYS <= BOOKING_LINK_DAYS_MAX && NO_SHOW_LINK_DAYS <= SLOT_DAYS_MAX);
    assert!(HOLDS_MAX >= 1 && BOOKING_LINKS_MAX <= BOOKING_LINKS_LISTED_MAX);
    assert!(COMMANDS_IN_FLIGHT_MAX <= GROUP_COMMIT_MAX && GROUP_COMMIT_MAX <= GROUP_COMMIT_QUEUE);
};
