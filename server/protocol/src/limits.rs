//! Every maximum in the product, in one place, checked against each other when the crate is compiled.
//!
//! Each file has those of one subject; whoever needs one reads it from here, as `limits::FRAME_BYTES_MAX`. Sizes are
//! constants: both sides must agree on them. Rates that an agency may need to raise (80 staff behind one office
//! address) are the defaults of `[limits]` in the configuration.

mod mails;
mod messaging;
mod people;
mod rates;
mod running;
mod scheduling;
mod wire;

pub use mails::*;
pub use messaging::*;
pub use people::*;
pub use rates::*;
pub use running::*;
pub use scheduling::*;
pub use wire::*;

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
