//! The small closed vocabularies of `product.md`, with one spelling each.
//!
//! The text form (snake case) stands in JSON and in the database; the integer stands in CBOR.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $n:literal $variant:ident = $text:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode,
        )]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
        #[serde(rename_all = "snake_case")]
        #[cbor(index_only)]
        pub enum $name { $($(#[$vdoc])* #[n($n)] $variant),+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The one spelling, in JSON and in the database.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// Reads the one spelling.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text)
            }
        }
    )+};
}

mod mails;

pub use mails::MailReason;

words! {
    /// What an account may be in the agency.
    Role {
        /// The person served.
        0 Client = "client",
        /// Daughter, neighbour, home aide: invited under a consent.
        1 Caregiver = "caregiver",
        /// Staff with a caseload.
        2 CaseManager = "case_manager",
        /// Staff who see coverage and clocks, never content from outside a circle.
        3 Supervisor = "supervisor",
        /// Staff who run the server.
        4 Administrator = "administrator",
        /// The agency's own record-keeping member device.
        5 Custodian = "custodian",
    }

    /// How soon a message wants an answer. Visible to the server on purpose; the text is not.
    Urgency {
        /// In the ordinary course.
        0 Routine = "routine",
        /// Wants acknowledgement.
        1 Urgent = "urgent",
        /// Wants a human now.
        2 Crisis = "crisis",
    }

    /// What a row of a circle's log is.
    EntryKind {
        /// An MLS commit.
        0 Commit = "commit",
        /// An MLS proposal of the server's.
        1 Proposal = "proposal",
        /// An application message.
        2 Message = "message",
        /// A row that carries no ciphertext (reset, redaction).
        3 Marker = "marker",
    }

    /// How far someone has come into a circle.
    MemberState {
        /// Named by a human, not yet in the group; has no right yet.
        0 Invited = "invited",
        /// In the encrypted group.
        1 Confirmed = "confirmed",
        /// Gone.
        2 Left = "left",
    }

    /// What condition a circle is in.
    CircleStatus {
        /// Its people are named; no device has made the group yet.
        0 Planned = "planned",
        /// It has a group and takes messages.
        1 Live = "live",
        /// The server was restored from a backup older than its devices.
        2 Recovering = "recovering",
        /// Only a reset by staff can heal it.
        3 NeedsReset = "needs_reset",
    }

    /// What is asked of the audit log.
    AuditView {
        /// Who saw this client, or acted on their record?
        0 Client = "client",
        /// What did this person do?
        1 Person = "person",
        /// Which staff looked where they were not assigned?
        2 OffAssignment = "off_assignment",
        /// What was taken out?
        3 Exports = "exports",
    }

    /// Why a device is to leave a circle's group.
    RemovalReason {
        /// The client withdrew the consent, or it ended.
        0 Consent = "consent",
        /// The device was signed out for good, lost or stolen.
        1 Device = "device",
        /// The account left the circle, or its assignment ended.
        2 Left = "left",
    }

    /// What can open an account's vault.
    WrapKind {
        /// A recovery code of 128 bits, printed.
        0 RecoveryCode = "recovery_code",
        /// Another device of the account.
        1 Device = "device",
    }

    /// By what a person signs in.
    AuthenticatorKind {
        /// A passkey (WebAuthn), with user verification.
        0 Passkey = "passkey",
        /// A password that the server never sees (OPAQUE, RFC 9807).
        1 Password = "password",
        /// A one-time code by time (TOTP, RFC 6238): a second factor, never alone.
        2 Totp = "totp",
    }

    /// How far a person has come by an invitation.
    IntakeState {
        /// Nobody has used it yet.
        0 Open = "open",
        /// A device came; nobody has said yet that it is the person's.
        1 Arrived = "arrived",
        /// Let in by somebody who did not have them before them.
        2 LetIn = "let_in",
        /// Confirmed in person.
        3 Verified = "verified",
        /// Past its time, or ended.
        4 Over = "over",
    }

    /// By what right somebody acts for a client.
    RepresentationBasis {
        /// A guardian, by a court's order or as a parent of a minor.
        0 Guardian = "guardian",
        /// A personal representative, by the client's own power of attorney.
        1 Representative = "representative",
    }

    /// On what ground a consent stands.
    ConsentBasis {
        /// The client said so, and staff wrote it down.
        0 Verbal = "verbal",
        /// The client signed.
        1 Written = "written",
        /// A guardian or court order.
        2 Legal = "legal",
    }

    /// The languages of every sentence that people read.
    Language {
        /// English.
        0 En = "en",
        /// Spanish.
        1 Es = "es",
    }

    /// Where an appointment happens.
    AppointmentKind {
        /// On screens, by a meeting link.
        0 Video = "video",
        /// On the phone.
        1 Phone = "phone",
        /// At the agency's office.
        2 Office = "office",
        /// At the client's home.
        3 Home = "home",
        /// Somewhere else.
        4 Community = "community",
        /// At a court, on its date.
        5 Court = "court",
    }

    /// How far an appointment has come.
    AppointmentState {
        /// Agreed.
        2 Booked = "booked",
        /// It took place.
        5 Completed = "completed",
        /// The client did not come; said by a human, never by a clock.
        6 NoShow = "no_show",
        /// Called off.
        7 Cancelled = "cancelled",
    }

    /// What a participant has said (`PARTSTAT`, RFC 5545, section 3.2.12).
    Response {
        /// Nothing yet.
        0 NeedsAction = "needs_action",
        /// Will come.
        1 Accepted = "accepted",
        /// Will not come.
        2 Declined = "declined",
        /// Would rather come at another time.
        3 Tentative = "tentative",
    }

    /// What a participant may answer, from a mail or in the app.
    Reply {
        /// "I will be there."
        0 Confirm = "confirm",
        /// "Call it off": a client's ends the appointment, anybody else's declines for themselves.
        1 Cancel = "cancel",
        /// "Please find another time": a task for the case manager; the appointment stays.
        2 AnotherTime = "another_time",
        /// Takes back a cancel of the last ten minutes.
        3 Undo = "undo",
    }

    /// Why an appointment was called off.
    CancelReason {
        /// The client asked for it.
        0 Client = "client",
        /// The agency cannot keep it.
        1 Agency = "agency",
        /// It should never have been booked.
        2 Mistake = "mistake",
        /// Something else.
        3 Other = "other",
    }

    /// How often the visits of a series come (`FREQ`, RFC 5545, section 3.3.10).
    Frequency {
        /// Every so many days.
        0 Daily = "daily",
        /// Every so many weeks.
        1 Weekly = "weekly",
        /// Every so many months.
        2 Monthly = "monthly",
    }

    /// Which visits of a series a change is for.
    #[derive(Default)]
    Scope {
        /// This one.
        #[default]
        0 This = "this",
        /// This one and those that come after it.
        1 ThisAndLater = "this_and_later",
        /// Every one that has not begun.
        2 All = "all",
    }

    /// How an appointment ended.
    Outcome {
        /// It took place.
        0 Completed = "completed",
        /// The client did not come.
        1 NoShow = "no_show",
    }

    /// What comes after an appointment, in the words of whoever held it.
    NextStep {
        /// Nothing for now.
        0 None = "none",
        /// Another appointment is to be booked.
        1 BookAgain = "book_again",
        /// Somebody calls the client.
        2 Call = "call",
        /// The client goes on to somebody else.
        3 Refer = "refer",
        /// What the note says.
        4 Other = "other",
    }

    /// What mails to a person may say (scheduling.md, section 4).
    Disclosure {
        /// Level 0: "You have an update".
        0 Update = "update",
        /// Level 1, the default: date, time, a link to confirm or cancel.
        1 Times = "times",
        /// Level 2, by recorded wish only: also the worker's first name, the place, the meeting link.
        2 Details = "details",
    }

    /// What a mail is for: the steps of the reminder plan, and the mails of agency jobs.
    Step {
        /// Booked or moved: the calendar invitation (`METHOD:REQUEST`).
        0 Invitation = "invitation",
        /// Three days before, at ten.
        1 ThreeDays = "three_days",
        /// The day before, at ten.
        2 OneDay = "one_day",
        /// One hour before.
        3 OneHour = "one_hour",
        /// Ten minutes before a video visit.
        4 RoomOpen = "room_open",
        /// Called off (`METHOD:CANCEL`).
        5 Cancellation = "cancellation",
        /// A worker's day, in the morning.
        6 Agenda = "agenda",
        /// Messages wait that none of the person's devices has: says nothing but that there is an update.
        7 Unread = "unread",
        /// The same to staff, once on a working day: how many conversations wait.
        8 Digest = "digest",
    }

    /// Whether mails reach a person.
    AddressState {
        /// There is no address.
        0 Absent = "absent",
        /// Nobody has said yet that it is theirs: it gets nothing but the mail that asks.
        1 Unconfirmed = "unconfirmed",
        /// It gets their mails.
        2 Confirmed = "confirmed",
        /// A mail server refused it for good.
        3 Refused = "refused",
        /// Whoever reads there says that it is not theirs.
        4 Disowned = "disowned",
    }

    /// What became of a mail that somebody should get.
    DeliveryState {
        /// It waits for its time.
        0 Planned = "planned",
        /// It is on its way.
        1 Leased = "leased",
        /// The mail server took it.
        2 Sent = "sent",
        /// It was not sent: there was no reason any more, or no way.
        3 Skipped = "skipped",
        /// It was not sent: something changed.
        4 Cancelled = "cancelled",
        /// It could not be sent.
        5 Failed = "failed",
    }

    /// What a case manager is asked to see to.
    TaskKind {
        /// A participant asked for another time.
        0 AskedForAnotherTime = "asked_for_another_time",
        /// The client called the appointment off.
        1 CalledOff = "called_off",
        /// A participant will not come.
        2 Declined = "declined",
        /// Mails do not reach a person.
        3 CannotReachByEmail = "cannot_reach_by_email",
        /// Nobody was at a person's device for 90 days: do they still have it?
        4 DeviceIdle = "device_idle",
        /// A supervisor assigned a client: get in touch. With an appointment: it is booked with somebody who serves its
        /// client no longer, or not for long: take it over, or call it off.
        5 ClientAssigned = "client_assigned",
        /// A colleague offers a client: accept or decline.
        6 TransferOffered = "transfer_offered",
        /// A colleague took a client over: hand over what is left.
        7 TransferAccepted = "transfer_accepted",
        /// A colleague declined a client.
        8 TransferDeclined = "transfer_declined",
        /// Nobody answered an offer in time.
        9 TransferExpired = "transfer_expired",
        /// An appointment is over and nobody has said how it went.
        10 OutcomeDue = "outcome_due",
        /// The law of the clocks changed, and two appointments now meet.
        11 ClocksChanged = "clocks_changed",
        /// Somebody answered by mail: it lies in the mailbox.
        12 AnsweredByMail = "answered_by_mail",
        /// A visit of a series could not be booked: book it at another time.
        13 SeriesConflict = "series_conflict",
        /// The client did not come.
        14 NoShow = "no_show",
        /// The client did not come twice in a row: call them.
        15 CallClient = "call_client",
    }

    /// What the agency has done by itself, again and again.
    JobName {
        /// Tells each worker, on their own morning, when the day's appointments begin.
        0 Agenda = "agenda",
        /// Deletes what is over and kept no longer.
        1 Retention = "retention",
        /// Keeps appointments at their civil time when the law of the clocks changed.
        2 ReResolve = "re_resolve",
        /// Mends planned mails that are not what they should be.
        3 Reconciliation = "reconciliation",
        /// Books the visits of series as far ahead as they are to be booked.
        4 Series = "series",
        /// Tells each member of staff, on their own working morning, how many conversations wait.
        5 Digest = "digest",
    }

    /// What becomes of a job's runs that were missed.
    Misfire {
        /// Of all that were missed, one.
        0 RunOnce = "run_once",
        /// Nothing until the next.
        1 Skip = "skip",
        /// The latest ones, one after the other.
        2 CatchUp = "catch_up",
    }

    /// How a job's last run ended.
    JobOutcome {
        /// It did what it is for.
        0 Done = "done",
        /// It broke off; the server's log says why.
        1 Failed = "failed",
        /// It was missed, and let go.
        2 Skipped = "skipped",
    }

    /// How far an offer of a client to a colleague has come.
    TransferState {
        /// It waits for the colleague.
        0 Offered = "offered",
        /// The colleague serves the client now.
        1 Accepted = "accepted",
        /// The colleague said no, and why.
        2 Declined = "declined",
        /// Whoever offered took it back.
        3 Withdrawn = "withdrawn",
        /// Nobody answered in time.
        4 Expired = "expired",
        /// Whoever offered serves the client no longer, or one of the two accounts was ended.
        5 Void = "void",
    }

    /// Whether a link by which a client books a visit can be used.
    BookingLinkState {
        /// It can.
        0 Open = "open",
        /// A visit was booked by it.
        1 Used = "used",
        /// Its time is over.
        2 Expired = "expired",
        /// Somebody who serves the client took it back.
        3 Revoked = "revoked",
        /// Nobody who might hold the visit serves the client any more, or its kind is offered no longer.
        4 Void = "void",
    }

    /// How far a member of staff has come into the agency.
    StaffState {
        /// No link to come in by is good: none was given, or its time is over.
        0 Uninvited = "uninvited",
        /// A link was given and can be used.
        1 Invited = "invited",
        /// A device has come in.
        2 Active = "active",
        /// Ended for good.
        3 Ended = "ended",
    }
}

impl Step {
    /// Whether it repeats what people were told before: such mails come by plan and can be stopped, an invitation or
    /// a cancellation cannot.
    pub const fn is_reminder(self) -> bool {
        matches!(
            self,
            Self::ThreeDays | Self::OneDay | Self::OneHour | Self::RoomOpen
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_and_json_agrees() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(*role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
        }
        assert_eq!(Role::parse("nobody"), None);
    }
}
