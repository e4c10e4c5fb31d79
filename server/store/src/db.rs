//! Numbers and words between Rust and the database, which knows signed 64-bit integers and texts.

use care::quiet::Window;
use protocol::policy::HistoryMode;
use protocol::{
    AppointmentKind, AppointmentState, AuthenticatorKind, CancelReason, CircleStatus, ConsentBasis,
    DeliveryState, Disclosure, EntryKind, JobName, JobOutcome, Language, MemberState, Misfire,
    NextStep, RemovalReason, RepresentationBasis, Response, Role, Step, TaskKind, Timestamp,
    TransferState, Urgency, WrapKind,
};

use crate::error::{Error, Result};

/// A number that the database counts up; it never comes near the end of `i64`.
pub(crate) fn to_db(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// A number that the database counted up; never negative.
pub(crate) fn from_db(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

/// A small number of the database's.
pub(crate) fn small(n: i64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// An instant of the database's.
pub(crate) fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

/// Bytes of a fixed length, such as a key or a hash.
pub(crate) fn array<const N: usize>(bytes: &[u8]) -> Result<[u8; N]> {
    bytes
        .try_into()
        .map_err(|_| Error::broken("a stored key or hash has the wrong length"))
}

/// The hours in which mails may come to a person, of two columns. Hours that are none are never taken for "at any
/// time".
pub(crate) fn safe_hours(from: Option<i64>, until: Option<i64>) -> Result<Option<Window>> {
    let minute = |minute: i64| u16::try_from(minute).unwrap_or(u16::MAX);
    let hours = match (from, until) {
        (None, None) => return Ok(None),
        (Some(from), Some(until)) => Window::new(minute(from), minute(until)).ok(),
        _ => None,
    };
    hours
        .map(Some)
        .ok_or_else(|| Error::broken("stored safe hours are none"))
}

macro_rules! read_words {
    ($($function:ident -> $word:ty;)+) => {$(
        /// Reads a word of the vocabulary; the table's CHECK admits no other.
        pub(crate) fn $function(text: &str) -> Result<$word> {
            <$word>::parse(text)
                .ok_or_else(|| Error::broken(concat!("not a word: ", stringify!($word))))
        }
    )+};
}

read_words! {
    role -> Role;
    urgency -> Urgency;
    entry_kind -> EntryKind;
    member_state -> MemberState;
    circle_status -> CircleStatus;
    history_mode -> HistoryMode;
    consent_basis -> ConsentBasis;
    language -> Language;
    disclosure -> Disclosure;
    appointment_kind -> AppointmentKind;
    appointment_state -> AppointmentState;
    cancel_reason -> CancelReason;
    next_step -> NextStep;
    response -> Response;
    step -> Step;
    delivery_state -> DeliveryState;
    task_kind -> TaskKind;
    transfer_state -> TransferState;
    removal_reason -> RemovalReason;
    wrap_kind -> WrapKind;
    representation_basis -> RepresentationBasis;
    authenticator_kind -> AuthenticatorKind;
    job_name -> JobName;
    job_outcome -> JobOutcome;
    misfire -> Misfire;
}
