//! Stable error codes. A code never changes its meaning; programs match on it, people read `detail`.

use minicbor::decode::{Decode, Decoder};
use minicbor::encode::{Encode, Encoder, Write};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::http::{Conflict, LocalTime, Slot};

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $status:literal, $close:literal;)+) => {
        /// Why something was refused. The text form is the same in JSON, in frames and in logs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(rename_all = "snake_case"))]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename_all = "snake_case"))]
        pub enum Code { $($(#[$doc])* $variant),+ }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable text.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The HTTP status it travels with.
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status),+ }
            }

            /// The websocket close code, if the refusal ends the socket
            /// (RFC 6455, section 7.4: 1009 too big, 4000–4999 private).
            pub const fn close(self) -> Option<u16> {
                match self { $(Self::$variant => match $close { 0 => None, code => Some(code) }),+ }
            }
        }
    };
}

codes! {
    // --- the frame or body itself
    /// Not CBOR, or not the shape the kind promises.
    MalformedFrame = "malformed_frame", 400, 4400;
    /// A kind this version does not know.
    UnknownFrame = "unknown_frame", 400, 4402;
    /// A text frame; frames are binary.
    TextFrame = "text_frame", 400, 1003;
    /// Larger than its limit.
    TooLarge = "too_large", 413, 1009;
    /// A body that does not parse, or a field out of its range; `detail` names the field.
    BadRequest = "bad_request", 400, 0;
    /// A name or title with more characters than its limit.
    NameTooLong = "name_too_long", 400, 0;
    /// No such thing, or none that the caller may know of.
    NotFound = "not_found", 404, 0;
    // --- who is calling
    /// No live session.
    SignedOut = "signed_out", 401, 4401;
    /// The session's person has shown no authenticator yet: register or show one.
    AuthenticatorRequired = "authenticator_required", 403, 4403;
    /// An authenticator must be shown again, because the last time is a while ago.
    StepUpRequired = "step_up_required", 403, 0;
    /// The session's person came by an invitation, and nobody who serves them has confirmed them yet.
    NotConfirmed = "not_confirmed", 403, 4411;
    /// What was shown does not sign in here: wrong, of another account or origin, or unknown.
    SignInRefused = "sign_in_refused", 401, 0;
    /// A sign-in or registration that was never begun, is over or took too long.
    CeremonyGone = "ceremony_gone", 410, 0;
    /// An authenticator that this account or another has already, or the only one left.
    AuthenticatorKept = "authenticator_kept", 409, 0;
    /// Not a login name: characters that it may not have, too short or too long.
    LoginInvalid = "login_invalid", 400, 0;
    /// Somebody else signs in by this login name.
    LoginTaken = "login_taken", 409, 0;
    /// The rules do not allow it.
    NotAllowed = "not_allowed", 403, 0;
    /// The request comes from a page of another origin.
    OriginNotAllowed = "origin_not_allowed", 403, 0;
    /// The first frame was not `hello`.
    HelloExpected = "hello_expected", 400, 4404;
    /// No `hello` within its time.
    HelloTimeout = "hello_timeout", 408, 4408;
    /// A ticket that is unknown, used, or too old.
    TicketInvalid = "ticket_invalid", 401, 4405;
    /// A signature that does not verify.
    SignatureInvalid = "signature_invalid", 401, 4406;
    /// A challenge that is not exactly 32 bytes of this server's making.
    ChallengeInvalid = "challenge_invalid", 401, 0;
    /// A device that the session does not hold, or that was revoked.
    DeviceUnknown = "device_unknown", 401, 4407;
    /// A link that was never given out.
    InvitationUnknown = "invitation_unknown", 404, 0;
    /// A link past its 72 hours.
    InvitationExpired = "invitation_expired", 410, 0;
    /// A link that another device has used.
    InvitationUsed = "invitation_used", 410, 0;
    /// Too long after the device came to say that it was seen in person.
    ConfirmationLate = "confirmation_late", 409, 0;
    /// A device certificate that does not verify, or for another account.
    CertificateInvalid = "certificate_invalid", 400, 0;
    /// Too many failures or frames; try again later.
    RateLimited = "rate_limited", 429, 4429;
    /// Too many sockets of one account or address.
    TooManySockets = "too_many_sockets", 429, 4430;
    // --- circles
    /// Another commit came first: sync and try again.
    Stale = "stale", 409, 0;
    /// The group of an earlier or later generation.
    Generation = "generation", 409, 0;
    /// The device is not in the group.
    NotOnRoster = "not_on_roster", 403, 0;
    /// A removal waits for its commit: nothing is encrypted until then.
    PendingRemovals = "pending_removals", 409, 0;
    /// The commit does not cover every pending removal.
    MissingRemovals = "missing_removals", 409, 0;
    /// A send counter that was used before: the device runs from an old copy of its store.
    Rollback = "rollback", 409, 0;
    /// An archive era that is over.
    EraOver = "era_over", 409, 0;
    /// A message without an archive wrap, in a circle that keeps history.
    WrapMissing = "wrap_missing", 409, 0;
    /// A message with an archive wrap, in a circle that keeps no history.
    WrapUnwanted = "wrap_unwanted", 409, 0;
    /// A device does not switch history as its person wanted: somebody may have decided otherwise since, or the
    /// server does not take it. No server says this.
    HistoryNotSet = "history_not_set", 409, 0;
    /// An MLS message that does not parse or is of the wrong kind.
    MlsMalformed = "mls_malformed", 400, 0;
    /// A commit that the public group does not accept.
    CommitInvalid = "commit_invalid", 400, 0;
    /// A commit that the judge refuses; `detail` names the rule.
    Judged = "judged", 403, 0;
    /// A GroupInfo that does not match the commit.
    GroupInfoMismatch = "group_info_mismatch", 400, 0;
    /// A Welcome whose recipients are not the commit's Adds.
    WelcomeMismatch = "welcome_mismatch", 400, 0;
    /// An added key package that was not claimed for this circle.
    KeyPackageUnclaimed = "key_package_unclaimed", 403, 0;
    /// A key package that is malformed, expired or another device's.
    KeyPackageInvalid = "key_package_invalid", 400, 0;
    /// The circle already has a group.
    CircleFounded = "circle_founded", 409, 0;
    /// The circle is not in a state that allows it.
    CircleStatus = "circle_status", 409, 0;
    /// No live consent of the client covers it.
    ConsentRequired = "consent_required", 403, 0;
    // --- devices and recovery
    /// The account has as many devices as it may: take one away first.
    TooManyDevices = "too_many_devices", 409, 0;
    /// An enrolment that was never begun, is over, or was declined.
    EnrolmentGone = "enrolment_gone", 410, 0;
    /// Another device has already answered this enrolment link.
    EnrolmentTaken = "enrolment_taken", 409, 0;
    /// A recovery code that opens nothing.
    RecoveryUnknown = "recovery_unknown", 404, 0;
    /// The vault was changed since it was read: read it again.
    VaultChanged = "vault_changed", 409, 0;
    /// An identity key that the account's earlier one did not sign, or not for this account.
    SuccessionInvalid = "succession_invalid", 400, 0;
    // --- staff
    /// An offer that is settled, expired, or whose maker serves the client no longer.
    TransferGone = "transfer_gone", 410, 0;
    /// The client is offered to a colleague already, or was handed over.
    TransferOpen = "transfer_open", 409, 0;
    /// Clients are still entrusted to this account: transfer or end that first.
    ServesClients = "serves_clients", 409, 0;
    /// Nobody else serves the client.
    OnlyManager = "only_manager", 409, 0;
    /// The account was ended, or has come in already.
    AccountState = "account_state", 409, 0;
    // --- appointments
    /// The worker is busy then; the answer names the next free slots.
    SlotTaken = "slot_taken", 409, 0;
    /// Outside the worker's hours, or too soon or too far ahead; the answer names the next free slots.
    NotAvailable = "not_available", 409, 0;
    /// A time that has passed.
    TimePast = "time_past", 400, 0;
    /// A time that does not exist where the clocks go forward; the answer names the next that does.
    TimeInGap = "time_in_gap", 400, 0;
    /// Not a time or date as `2026-12-01T10:00` is one.
    TimeMalformed = "time_malformed", 400, 0;
    /// Not a rule by which visits repeat, or more than one may say; `detail` names the part.
    RuleInvalid = "rule_invalid", 400, 0;
    /// Visits of a series that cannot be booked at their times; the answer names each of them.
    SeriesConflicts = "series_conflicts", 409, 0;
    /// A zone that the zone database does not name.
    ZoneUnknown = "zone_unknown", 400, 0;
    /// More participants than one appointment takes.
    TooManyParticipants = "too_many_participants", 400, 0;
    /// A meeting link that is not an https address.
    MeetingLinkInvalid = "meeting_link_invalid", 400, 0;
    /// Not a mail address.
    EmailInvalid = "email_invalid", 400, 0;
    /// Not a telephone number.
    PhoneInvalid = "phone_invalid", 400, 0;
    /// The appointment has changed since it was read: look again.
    AppointmentChanged = "appointment_changed", 409, 0;
    /// The appointment is over, or was called off.
    AppointmentState = "appointment_state", 409, 0;
    /// Too close to the appointment to change it here: call.
    TooLate = "too_late", 409, 0;
    /// A link from a mail that never was, or whose right has ended.
    LinkGone = "link_gone", 410, 0;
    // --- agency jobs
    /// A job's expression that has not five fields.
    CronFields = "cron_fields", 400, 0;
    /// A job's expression with a field that does not read.
    CronMalformed = "cron_malformed", 400, 0;
    /// A job's expression that restricts the day of the month and the day of the week, unconfirmed.
    CronBothDays = "cron_both_days", 400, 0;
    /// A job's expression that no day matches.
    CronNever = "cron_never", 400, 0;
    // --- the server
    /// Cannot take more now; the same request may be sent again.
    Busy = "busy", 503, 0;
    /// Something broke on the server's side; the same request may be sent again.
    Internal = "internal", 500, 0;
    /// Nothing was heard for too long.
    Silent = "silent", 408, 4409;
    /// The device reads more slowly than its circles write; it resumes by cursor.
    TooSlow = "too_slow", 503, 4410;
    /// The server is going down; reconnect in a moment.
    ShuttingDown = "shutting_down", 503, 1012;
}

impl Code {
    /// Reads the stable text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

// By hand, because what serde derives names every code three times more, and a browser downloads it.
impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("a code that is none"))
    }
}

impl<C> Encode<C> for Code {
    fn encode<W: Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.str(self.as_str())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Code {
    /// A code of a newer server reads as [`Code::Internal`]: programs must live with it.
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Ok(Self::parse(d.str()?).unwrap_or(Self::Internal))
    }
}

/// A refusal: a stable code and a sentence for people. The sentence never holds personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct Refusal {
    /// What programs match on.
    pub code: Code,
    /// What people read.
    pub detail: String,
    /// What would do instead, where the server knows.
    pub instead: Option<Box<Instead>>,
}

/// What would do instead of what was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instead {
    /// Free slots, soonest first.
    Slots(Vec<Slot>),
    /// The next time that exists.
    Time(LocalTime),
    /// Each visit of a series that cannot be booked, with free slots of its own.
    Conflicts(Vec<Conflict>),
}

impl Refusal {
    /// A refusal with its sentence.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            instead: None,
        }
    }

    /// Says what would do instead.
    #[must_use]
    pub fn instead(mut self, instead: Instead) -> Self {
        self.instead = Some(Box::new(instead));
        self
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self {
            code,
            detail: String::new(),
            instead: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_text_agree_and_texts_are_unique() {
        let mut seen = std::collections::BTreeSet::new();
        for code in Code::ALL {
            let json = serde_json::to_value(code).unwrap();
            assert_eq!(json, code.as_str());
            assert_eq!(serde_json::from_value::<Code>(json).unwrap(), *code);
            assert!(seen.insert(code.as_str()), "{code} twice");
        }
        assert!(serde_json::from_str::<Code>("\"a_code_of_tomorrow\"").is_err());
    }
}
