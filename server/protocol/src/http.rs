//! The bodies of the HTTPS endpoints: JSON, binary as base64url, unknown fields refused.
//!
//! | endpoint | request | answer |
//! |---|---|---|
//! | `POST /v1/invitations/look-up` | [`LookUpInvitation`] | [`InvitationFound`] |
//! | `POST /v1/invitations/redeem` | [`RedeemInvitation`] | [`SignedIn`], session cookie |
//! | `POST /v1/sessions/challenge` (demo) | [`AskChallenge`] | [`Challenge`] |
//! | `POST /v1/sessions` (demo) | [`RenewSession`] | [`SignedIn`], session cookie |
//! | `GET /v1/sign-in` | – | [`SignInWays`] |
//! | `POST /v1/sign-in/passkey` | – | [`PasskeyAsked`] |
//! | `POST /v1/sign-in/passkey/finish` | [`SignInByPasskey`] | [`SignedIn`], session cookie |
//! | `POST /v1/sign-in/password` | [`AskPassword`] | [`PasswordAsked`] |
//! | `POST /v1/sign-in/password/finish` | [`SignInByPassword`] | [`PasswordShown`], session cookie |
//! | `POST /v1/sign-in/code` | [`SignInByCode`] | [`SignedIn`], session cookie |
//! | `GET /v1/authenticators` | – | [`Authenticators`] |
//! | `POST /v1/authenticators/passkey` | – | [`PasskeyAsked`] |
//! | `POST /v1/authenticators/passkey/finish` | [`RegisterPasskey`] | [`SignedIn`], session cookie |
//! | `POST /v1/authenticators/password` | [`AskNewPassword`] | [`NewPasswordAsked`] |
//! | `POST /v1/authenticators/password/finish` | [`RegisterPassword`] | [`PasswordShown`], session cookie |
//! | `POST /v1/authenticators/code-app` | – | [`CodeAppAsked`] |
//! | `POST /v1/authenticators/code-app/finish` | [`RegisterCodeApp`] | [`PasswordShown`], session cookie |
//! | `DELETE /v1/authenticators/{authenticator}` | – | 204 |
//! | `GET /v1/session` | – | [`SignedIn`] |
//! | `DELETE /v1/session` | – | 204 |
//! | `POST /v1/session/end-others` | – | 204 |
//! | `POST /v1/session/share` | – | [`DeviceShare`] |
//! | `POST /v1/tickets` | – | [`Ticket`] |
//! | `PUT /v1/key-packages` | [`PutKeyPackages`] | [`KeyPackageCount`] |
//! | `POST /v1/key-packages/claim` | [`ClaimKeyPackages`] | [`ClaimedKeyPackages`] |
//! | `GET /v1/circles` | – | [`Circles`] |
//! | `POST /v1/circles` | [`PlanCircle`] | [`Circle`] |
//! | `GET /v1/circles/{circle}` | – | [`Circle`] |
//! | `POST /v1/circles/{circle}/group` | [`crate::bundle::Founding`] (CBOR) | [`crate::bundle::Appended`] (CBOR) |
//! | `POST /v1/circles/{circle}/commits` | [`crate::bundle::CommitBundle`] (CBOR) | [`crate::bundle::Appended`] (CBOR) |
//! | `GET /v1/circles/{circle}/group-info` | – | `message/mls` |
//! | `GET /v1/welcomes/{welcome}` | – | `message/mls` |
//! | `GET /v1/circles/{circle}/history` | [`AskHistory`] (query) | [`crate::bundle::HistoryPage`] (CBOR) |
//! | `POST /v1/circles/{circle}/members` | [`NameMember`] | [`Circle`] |
//! | `POST /v1/circles/{circle}/leave` | [`LeaveCircle`] | 204 |
//! | `POST /v1/circles/{circle}/distress` | [`Distress`] | [`DistressNoted`] |
//! | `POST /v1/circles/{circle}/reset` | [`crate::bundle::Founding`] (CBOR) | [`crate::bundle::Appended`] (CBOR) |
//! | `GET /v1/devices` | – | [`Devices`] |
//! | `POST /v1/devices/{device}/revoke` | [`RevokeDevice`] | 204 |
//! | `POST /v1/enrolments` | [`BeginEnrolment`] | [`EnrolmentBegun`] |
//! | `POST /v1/enrolments/offer` | [`OfferDevice`] | [`DeviceOffered`] |
//! | `POST /v1/enrolments/approve` | [`ApproveDevice`] | 204 |
//! | `POST /v1/enrolments/decline` | [`DeclineDevice`] | 204 |
//! | `POST /v1/enrolments/collect` | [`CollectEnrolment`] | [`Collected`], session cookie once approved |
//! | `GET /v1/vault` | – | [`Vault`] |
//! | `PUT /v1/vault` | [`PutVault`] | [`VaultVersion`] |
//! | `PUT /v1/identity` | [`ReplaceIdentity`] | 204 |
//! | `PUT /v1/certificate` | [`PutCertificate`] | 204 |
//! | `POST /v1/recovery/open` | [`OpenRecovery`] | [`RecoveryOpened`] |
//! | `POST /v1/recovery/enrol` | [`RecoverDevice`] | [`SignedIn`], session cookie |
//! | `POST /v1/people/{person}/new-keys` | [`AskNewKeys`] | [`NewKeys`] |
//! | `GET /v1/people` | – | [`People`] |
//! | `POST /v1/people` | [`AddClient`] | [`PersonCard`] |
//! | `POST /v1/people/{person}/caregivers` | [`AddCaregiver`] | [`PersonCard`] |
//! | `GET /v1/people/{person}/invitation` | – | [`PersonIntake`] |
//! | `POST /v1/people/{person}/invitations` | [`InvitePerson`] | [`Intake`] |
//! | `POST /v1/people/{person}/invitations/mail` | [`MailInvitation`] | [`Intake`] |
//! | `POST /v1/invitations/{invitation}/confirm` | [`ConfirmPerson`] | [`Intake`] |
//! | `POST /v1/invitations/{invitation}/end` | [`EndInvitation`] | [`Intake`] |
//! | `GET /v1/intake` | – | [`OwnIntake`] |
//! | `POST /v1/people/{person}/representations` | [`RecordRepresentation`] | [`Representation`] |
//! | `POST /v1/representations/{representation}/end` | [`EndRepresentation`] | [`Representation`] |
//! | `POST /v1/consents` | [`RecordConsent`] | [`Consent`] |
//! | `POST /v1/consents/{consent}/withdraw` | [`WithdrawConsent`] | [`Consent`] |
//! | `GET /v1/people/{person}/preferences` | – | [`Preferences`] |
//! | `PUT /v1/people/{person}/preferences` | [`Preferences`] | [`Preferences`] |
//! | `GET /v1/people/{person}/address` | – | [`AddressStanding`] |
//! | `POST /v1/people/{person}/address` | – | [`AddressStanding`] |
//! | `GET /v1/people/{person}/phone` | – | [`Phone`] |
//! | `PUT /v1/people/{person}/phone` | [`Phone`] | [`Phone`] |
//! | `GET /v1/people/{person}/appointments` | – | [`Appointments`] |
//! | `GET /v1/people/{person}/visit-zones` | – | [`VisitZones`] |
//! | `GET /v1/people/{person}/booking-links` | – | [`BookingLinks`] |
//! | `POST /v1/people/{person}/booking-links` | [`MakeBookingLink`] | [`BookingLinkMade`] |
//! | `POST /v1/booking-links/{booking_link}/revoke` | [`RevokeBookingLink`] | [`BookingLink`] |
//! | `GET /v1/calendar-feed` | – | [`CalendarFeed`] |
//! | `POST /v1/calendar-feed` | [`MakeCalendarFeed`] | [`CalendarFeedMade`] |
//! | `DELETE /v1/calendar-feed` | – | 204 |
//! | `GET /v1/appointments` | [`Span`] (query) | [`Appointments`] |
//! | `POST /v1/appointments` | [`BookAppointment`] | [`Appointment`] |
//! | `POST /v1/appointments/{appointment}/move` | [`MoveAppointment`] | [`Appointment`] |
//! | `POST /v1/appointments/{appointment}/team` | [`ChangeTeam`] | [`Appointment`] |
//! | `POST /v1/appointments/{appointment}/place` | [`ChangePlace`] | [`Appointment`] |
//! | `POST /v1/appointments/{appointment}/cancel` | [`CancelAppointment`] | [`Appointment`] |
//! | `POST /v1/appointments/{appointment}/undo-cancel` | [`UndoCancel`] | [`Appointment`] |
//! | `POST /v1/appointments/{appointment}/close` | [`CloseAppointment`] | [`Appointment`] |
//! | `POST /v1/appointments/{appointment}/reply` | [`ReplyToAppointment`] | [`Appointment`] |
//! | `GET /v1/appointments/{appointment}/mails` | – | [`VisitMails`] |
//! | `GET /v1/visit-types` | – | [`VisitTypes`] |
//! | `POST /v1/visit-types` | [`AddVisitType`] | [`VisitType`] |
//! | `PUT /v1/visit-types/{visit_type}` | [`VisitTerms`] | [`VisitType`] |
//! | `DELETE /v1/visit-types/{visit_type}` | – | 204 |
//! | `GET /v1/closures` | – | [`Closures`] |
//! | `POST /v1/closures` | [`AddClosure`] | [`Closure`] |
//! | `DELETE /v1/closures/{closure}` | – | 204 |
//! | `GET /v1/hours` | – | [`WorkingHours`] |
//! | `PUT /v1/hours` | [`WorkingHours`] | [`HoursSaved`] |
//! | `POST /v1/series` | [`BookSeries`] | [`SeriesBooked`] |
//! | `POST /v1/series/{series}/gaps` | [`BookInstead`] | [`Appointment`] |
//! | `GET /v1/slots` | [`FindSlots`] (query) | [`Slots`] |
//! | `GET /v1/tasks` | – | [`Tasks`] |
//! | `POST /v1/tasks/{task}/done` | – | 204 |
//! | `POST /v1/tasks/{task}/remove-device` | – | 204 |
//! | `GET /v1/jobs` | – | [`Jobs`] |
//! | `POST /v1/jobs/preview` | [`PreviewJob`] | [`JobPreview`] |
//! | `PUT /v1/jobs/{job}` | [`JobTerms`] | 204 |
//! | `POST /v1/jobs/{job}/pause` | – | 204 |
//! | `POST /v1/jobs/{job}/resume` | – | 204 |
//! | `POST /v1/jobs/{job}/run` | – | 204 |
//! | `GET /v1/outages` | – | [`Outages`] |
//! | `POST /v1/outages/{outage}/calls` | [`NoteCall`] | [`Outages`] |
//! | `GET /v1/staff` | – | [`Staff`] |
//! | `POST /v1/staff` | [`InviteStaff`] | [`StaffLink`] |
//! | `POST /v1/staff/{account}/invite` | [`InviteAgain`] | [`StaffLink`] |
//! | `POST /v1/staff/{account}/role` | [`ChangeRole`] | 204 |
//! | `POST /v1/staff/{account}/sign-out` | [`EndStaff`] | 204 |
//! | `POST /v1/staff/{account}/end` | [`EndStaff`] | [`StaffEnded`] |
//! | `GET /v1/caseloads` | – | [`Caseloads`] |
//! | `POST /v1/assignments` | [`AssignClient`] | 204 |
//! | `POST /v1/assignments/end` | [`EndAssignment`] | 204 |
//! | `GET /v1/transfers` | – | [`Transfers`] |
//! | `POST /v1/transfers` | [`OfferTransfer`] | [`Transfers`] |
//! | `POST /v1/transfers/{transfer}/accept` | [`AcceptTransfer`] | [`Transfers`] |
//! | `POST /v1/transfers/{transfer}/decline` | [`DeclineTransfer`] | [`Transfers`] |
//! | `POST /v1/transfers/{transfer}/withdraw` | [`WithdrawTransfer`] | [`Transfers`] |
//! | `GET /v1/audit` | [`AskAudit`] (query) | [`AuditPage`] |
//! | `GET /v1/audit/people` | – | [`AuditPeople`] |
//! | `GET /v1/access` | [`AskAccess`] (query) | [`AuditPage`] |
//!
//! Every refusal is an [`ErrorBody`] with the status of its code.

use serde::{Deserialize, Serialize};

use crate::policy::HistoryMode;
use crate::{
    AccountId, Bytes, CircleId, CircleStatus, Code, DeviceId, MemberState, OpId, PersonId, Role,
};

/// The session cookie's name (`__Host-`: Secure, no Domain, path `/`).
pub const SESSION_COOKIE: &str = "__Host-carecircle";
/// The media type of MLS messages (RFC 9420, section 17.10).
pub const MLS_MEDIA_TYPE: &str = "message/mls";

macro_rules! bodies {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $type:ty),* $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$fdoc])* pub $field: $type),* }
    )+};
}

mod appointments;
mod audit;
mod booking_links;
mod calendar_feeds;
mod closures;
mod consents;
mod devices;
mod holds;
mod hours;
mod intake;
mod jobs;
mod key_packages;
mod people;
mod series;
mod sessions;
mod sign_in;
mod staff;
mod visit_mails;
mod visit_types;

pub use appointments::*;
pub use audit::*;
pub use booking_links::*;
pub use calendar_feeds::*;
pub use closures::*;
pub use consents::*;
pub use devices::*;
pub use holds::*;
pub use hours::*;
pub use intake::*;
pub use jobs::*;
pub use key_packages::*;
pub use people::*;
pub use series::*;
pub use sessions::*;
pub use sign_in::*;
pub use staff::*;
pub use visit_mails::*;
pub use visit_types::*;

bodies! {
    /// Any refusal.
    ErrorBody {
        /// Stable; programs match on it.
        code: Code,
        /// For people, in English; never personal data.
        detail: String,
        /// Free slots that would do instead, soonest first.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        slots: Vec<Slot>,
        /// The next time that exists, for `time_in_gap`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_valid: Option<LocalTime>,
        /// Each visit that cannot be booked, for `series_conflicts`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        conflicts: Vec<Conflict>,
    }

    // --- circles --------------------------------------------------------------------------------

    /// The circles that the caller is in.
    Circles {
        /// In ascending order of id.
        circles: Vec<Circle>,
        /// The removal key of now, as [`Agency::removal_key`]: what a case manager's next commit has a
        /// circle list that lists an earlier one.
        #[serde(default)]
        removal_key: Bytes,
        /// The agency key of now, as [`Agency::key`]: what devices pin once they have seen how the one that they
        /// pinned leads to it.
        #[serde(default)]
        agency_key: Bytes,
    }

    /// A new circle. No device has made its group yet.
    PlanCircle {
        /// The request's id.
        op_id: OpId,
        /// The client it is around.
        client: PersonId,
        /// Shown to its members only; sealed at rest.
        title: String,
        /// Accounts to invite besides the client and the caller.
        members: Vec<AccountId>,
        /// Whether whoever makes its group is to have it keep history.
        #[serde(default)]
        history: HistoryMode,
    }

    /// One circle as one of its people sees it.
    Circle {
        /// The circle.
        id: CircleId,
        /// Its title.
        title: String,
        /// The client it is around.
        client: PersonId,
        /// What condition it is in.
        status: CircleStatus,
        /// The group's generation.
        generation: u32,
        /// The group's epoch.
        epoch: u64,
        /// Its people, in the order they were named.
        members: Vec<Member>,
        /// Accounts with a device that could be added now.
        awaiting: Vec<AccountId>,
        /// Accounts with a device whose removal waits for its commit.
        leaving: Vec<AccountId>,
        /// The archive era that holds.
        era: u32,
        /// The caller's device may make the group (when planned) and add who awaits.
        may_add: bool,
        /// Whether it keeps history: as it was planned, then as its group's policy says.
        #[serde(default)]
        history: HistoryMode,
    }

    /// One of a circle's people.
    Member {
        /// The account.
        account: AccountId,
        /// The name.
        name: String,
        /// The role in this circle.
        role: Role,
        /// How far they have come.
        state: MemberState,
        /// Their devices in the encrypted group.
        devices: Vec<DeviceId>,
    }

    /// The caller no longer wants to be in the circle. Ends every right there at once.
    LeaveCircle {
        /// The request's id.
        op_id: OpId,
    }

    /// A device could not process a commit that its server accepted.
    Distress {
        /// The request's id.
        op_id: OpId,
        /// The group's generation.
        generation: u32,
        /// The commit's place in the log.
        seq: u64,
    }

    /// What the circle's condition is now.
    DistressNoted {
        /// `live`: rejoin by an external commit; `needs_reset`: only staff can heal it.
        status: CircleStatus,
    }

    /// Which part of a circle's history.
    AskHistory {
        /// The generation; those before a reset stay readable.
        generation: u32,
        /// Entries below this place; absent: from the newest.
        #[serde(default)]
        before: Option<u64>,
    }
}
