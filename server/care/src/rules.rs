//! What is allowed: one table of acts, people and the conditions they must meet. What no row allows is
//! refused; there is no row that denies. To change a right, change a row here and nothing else.
//!
//! The store loads a [`Standing`] in the transaction of the act and asks [`may`]. The answer is a
//! [`Permit`], which nothing but this module can make and without which no audit entry can be written.

use protocol::{Refusal, Role};

use Need::{
    ActsFor, Another, Arriving, Assigned, Awaited, Beside, Confirmed, Consent, Fresh, Named, Own,
    Session, TakesPart, Unproved,
};
use Who::{Anyone, Bearer, CodeHolder, Installation, KnownDevice, Newcomer, Scheduler};

mod acts;
mod refusal;
mod standing;

pub use acts::Act;
pub use standing::{Asker, Standing};

/// Whom a row of the table is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    /// Whoever runs the binary on the machine.
    Installation,
    /// The scheduler, which does what is due.
    Scheduler,
    /// Whoever holds a link from a mail to a participant of that role, a client's booking link, or the address of a
    /// calendar feed.
    Bearer(Role),
    /// Whoever shows an account's recovery code.
    CodeHolder,
    /// A new device that was shown the link of one that is signed in.
    Newcomer,
    /// A device of the account that signs, without a session.
    KnownDevice,
    /// Every signed-in account.
    Anyone,
    /// Accounts of one role.
    Only(Role),
}

/// A condition that the caller must meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    /// The session lives, it is the caller's own, and its person has shown an authenticator.
    Session,
    /// The session lives, and its person has shown nothing but a link, a code or a device yet.
    Unproved,
    /// The session lives, and its person came by an invitation and waits to be confirmed.
    Awaited,
    /// The person has nothing yet by which to sign in again, or came in by a link or a recovery code
    /// and has shown no authenticator since.
    Arriving,
    /// An authenticator was shown within [`protocol::limits::STEP_UP_S`].
    Fresh,
    /// Named in the circle: invited or confirmed.
    Named,
    /// In the circle's group.
    Confirmed,
    /// A live consent of the client covers it: messages in this circle, this appointment.
    Consent,
    /// Assigned to the client now (of a caregiver's: to a client of theirs; of a booking link: whoever may
    /// hold the visit).
    Assigned,
    /// It is about the caller.
    Own,
    /// It is about somebody else's account.
    Another,
    /// A live representation binds the caller to the client: what the client may, they may.
    ActsFor,
    /// A participant who has not left.
    TakesPart,
    /// One of the staff who takes part besides whoever is booked: their own answer is theirs, nothing else.
    Beside,
}

struct Rule(Act, Who, &'static [Need]);

const CLIENT: Who = Who::Only(Role::Client);
const CAREGIVER: Who = Who::Only(Role::Caregiver);
const CASE_MANAGER: Who = Who::Only(Role::CaseManager);
const SUPERVISOR: Who = Who::Only(Role::Supervisor);
const ADMINISTRATOR: Who = Who::Only(Role::Administrator);
const CUSTODIAN: Who = Who::Only(Role::Custodian);

/// The table. Allow only.
const RULES: &[Rule] = &[
    // One's own session and device.
    Rule(Act::RedeemInvitation, Anyone, &[Session]),
    Rule(Act::RedeemInvitation, Anyone, &[Unproved]),
    Rule(Act::RedeemInvitation, Anyone, &[Awaited]),
    // Until somebody who serves them says who they are, they see who they are meant to be, and can go.
    Rule(Act::AwaitConfirmation, Anyone, &[Awaited]),
    Rule(Act::AwaitConfirmation, Anyone, &[Unproved]),
    Rule(Act::AwaitConfirmation, Anyone, &[Session]),
    Rule(Act::RenewSession, Anyone, &[Session]),
    Rule(Act::AskPassword, KnownDevice, &[]),
    Rule(Act::ShowPassword, Anyone, &[Session]),
    Rule(Act::ShowPassword, Anyone, &[Unproved]),
    Rule(Act::SignIn, Anyone, &[Session]),
    Rule(Act::ReadSession, Anyone, &[Session]),
    Rule(Act::ReadSession, Anyone, &[Unproved]),
    Rule(Act::ReadSession, Anyone, &[Awaited]),
    // What a device has stored was written for a person who has been confirmed and has shown who they are.
    Rule(Act::OpenDevice, Anyone, &[Session]),
    Rule(Act::SignOut, Anyone, &[Session]),
    Rule(Act::SignOut, Anyone, &[Unproved]),
    Rule(Act::SignOut, Anyone, &[Awaited]),
    Rule(Act::ListAuthenticators, Anyone, &[Session]),
    Rule(Act::RegisterAuthenticator, Anyone, &[Arriving]),
    Rule(Act::RegisterAuthenticator, Anyone, &[Session, Fresh]),
    Rule(Act::EndAuthenticator, Anyone, &[Session, Fresh]),
    Rule(Act::EndOtherSessions, Anyone, &[Session]),
    Rule(Act::Connect, Anyone, &[Session]),
    Rule(Act::PutKeyPackages, Anyone, &[Session]),
    Rule(Act::ReadInbox, Anyone, &[Session]),
    Rule(Act::Deliver, Anyone, &[Session]),
    Rule(Act::ListCircles, Anyone, &[Session]),
    Rule(Act::ListPeople, Anyone, &[Session]),
    Rule(Act::ListDevices, Anyone, &[Session]),
    // Whoever took a device signs out that one, and not those from which it could be reported.
    Rule(Act::GiveUpDevice, Anyone, &[Session, Own]),
    Rule(Act::RevokeDevice, Anyone, &[Session, Own, Fresh]),
    Rule(Act::RevokeDevice, Anyone, &[Session, Own, Arriving]),
    // Keys are given away by somebody who is here now. Who has nothing to show that by is let do it all the same:
    // in the demo, where the device alone signs in; elsewhere such a session has no rights.
    Rule(Act::BeginEnrolment, Anyone, &[Session, Fresh]),
    Rule(Act::BeginEnrolment, Anyone, &[Session, Arriving]),
    Rule(Act::OfferDevice, Newcomer, &[]),
    Rule(Act::ApproveDevice, Anyone, &[Session, Fresh]),
    Rule(Act::ApproveDevice, Anyone, &[Session, Arriving]),
    Rule(Act::DeclineDevice, Anyone, &[Session]),
    Rule(Act::CollectEnrolment, Anyone, &[Session]),
    Rule(Act::CollectEnrolment, Anyone, &[Unproved]),
    Rule(Act::ReadVault, Anyone, &[Session]),
    // A device brings its vault there by itself; another way to open it is a person's doing.
    Rule(Act::PutVault, Anyone, &[Session]),
    Rule(Act::MakeRecoveryCode, Anyone, &[Session, Fresh]),
    Rule(Act::MakeRecoveryCode, Anyone, &[Session, Arriving]),
    Rule(Act::ReplaceIdentity, Anyone, &[Session, Fresh]),
    Rule(Act::ReplaceIdentity, Anyone, &[Session, Arriving]),
    Rule(Act::PutCertificate, Anyone, &[Session]),
    Rule(Act::OpenRecovery, CodeHolder, &[]),
    Rule(Act::RecoverDevice, CodeHolder, &[]),
    // A circle, from outside its group: being named is enough to see that one is awaited.
    Rule(Act::ReadCircle, CLIENT, &[Session, Named]),
    Rule(Act::ReadCircle, CAREGIVER, &[Session, Named, Consent]),
    Rule(Act::ReadCircle, CASE_MANAGER, &[Session, Named, Assigned]),
    Rule(Act::ReadCircle, SUPERVISOR, &[Session, Named]),
    Rule(Act::ReadCircle, CUSTODIAN, &[Session, Named]),
    Rule(Act::ReadWelcome, CLIENT, &[Session, Named]),
    Rule(Act::ReadWelcome, CAREGIVER, &[Session, Named, Consent]),
    Rule(Act::ReadWelcome, CASE_MANAGER, &[Session, Named, Assigned]),
    Rule(Act::ReadWelcome, SUPERVISOR, &[Session, Named]),
    Rule(Act::ReadWelcome, CUSTODIAN, &[Session, Named]),
    Rule(Act::FoundCircle, CASE_MANAGER, &[Session, Named, Assigned]),
    // A circle, from inside its group.
    // Who adds is whom the judge lets add; a client may once the agency signs assignments.
    Rule(
        Act::ClaimKeyPackages,
        CASE_MANAGER,
        &[Session, Confirmed, Assigned],
    ),
    // Whom they name must serve the client; the judge of every device has the last word.
    Rule(
        Act::NameMember,
        CASE_MANAGER,
        &[Session, Confirmed, Assigned],
    ),
    Rule(Act::Commit, CLIENT, &[Session, Confirmed]),
    Rule(Act::Commit, CAREGIVER, &[Session, Confirmed, Consent]),
    Rule(Act::Commit, CASE_MANAGER, &[Session, Confirmed, Assigned]),
    Rule(Act::Commit, SUPERVISOR, &[Session, Confirmed]),
    Rule(Act::Commit, CUSTODIAN, &[Session, Confirmed]),
    Rule(Act::ReadGroupInfo, CLIENT, &[Session, Confirmed]),
    Rule(
        Act::ReadGroupInfo,
        CAREGIVER,
        &[Session, Confirmed, Consent],
    ),
    Rule(
        Act::ReadGroupInfo,
        CASE_MANAGER,
        &[Session, Confirmed, Assigned],
    ),
    Rule(Act::ReadGroupInfo, SUPERVISOR, &[Session, Confirmed]),
    Rule(Act::ReadGroupInfo, CUSTODIAN, &[Session, Confirmed]),
    Rule(Act::Append, CLIENT, &[Session, Confirmed]),
    Rule(Act::Append, CAREGIVER, &[Session, Confirmed, Consent]),
    Rule(Act::Append, CASE_MANAGER, &[Session, Confirmed, Assigned]),
    Rule(Act::Append, SUPERVISOR, &[Session, Confirmed]),
    Rule(Act::ReadLog, CLIENT, &[Session, Confirmed]),
    Rule(Act::ReadLog, CAREGIVER, &[Session, Confirmed, Consent]),
    Rule(Act::ReadLog, CASE_MANAGER, &[Session, Confirmed, Assigned]),
    Rule(Act::ReadLog, SUPERVISOR, &[Session, Confirmed]),
    Rule(Act::ReadLog, CUSTODIAN, &[Session, Confirmed]),
    Rule(Act::ReadHistory, CLIENT, &[Session, Confirmed]),
    Rule(Act::ReadHistory, CAREGIVER, &[Session, Confirmed, Consent]),
    Rule(
        Act::ReadHistory,
        CASE_MANAGER,
        &[Session, Confirmed, Assigned],
    ),
    Rule(Act::ReadHistory, SUPERVISOR, &[Session, Confirmed]),
    Rule(Act::ReadHistory, CUSTODIAN, &[Session, Confirmed]),
    Rule(Act::SendEphemeral, CLIENT, &[Session, Confirmed]),
    Rule(
        Act::SendEphemeral,
        CAREGIVER,
        &[Session, Confirmed, Consent],
    ),
    Rule(
        Act::SendEphemeral,
        CASE_MANAGER,
        &[Session, Confirmed, Assigned],
    ),
    Rule(Act::SendEphemeral, SUPERVISOR, &[Session, Confirmed]),
    Rule(Act::AcknowledgeUrgent, CLIENT, &[Session, Confirmed]),
    Rule(
        Act::AcknowledgeUrgent,
        CAREGIVER,
        &[Session, Confirmed, Consent],
    ),
    Rule(
        Act::AcknowledgeUrgent,
        CASE_MANAGER,
        &[Session, Confirmed, Assigned],
    ),
    Rule(Act::AcknowledgeUrgent, SUPERVISOR, &[Session, Confirmed]),
    Rule(Act::ReportDistress, CLIENT, &[Session, Confirmed]),
    Rule(
        Act::ReportDistress,
        CAREGIVER,
        &[Session, Confirmed, Consent],
    ),
    Rule(
        Act::ReportDistress,
        CASE_MANAGER,
        &[Session, Confirmed, Assigned],
    ),
    Rule(Act::ReportDistress, SUPERVISOR, &[Session, Confirmed]),
    Rule(Act::ReportDistress, CUSTODIAN, &[Session, Confirmed]),
    // Whoever is named may always go; the record-keeper stays for as long as the agency keeps it there.
    Rule(Act::LeaveCircle, CLIENT, &[Session, Named]),
    Rule(Act::LeaveCircle, CAREGIVER, &[Session, Named]),
    Rule(Act::LeaveCircle, CASE_MANAGER, &[Session, Named]),
    Rule(Act::LeaveCircle, SUPERVISOR, &[Session, Named]),
    // Staff, because only they can then add everybody again.
    Rule(
        Act::ResetCircle,
        CASE_MANAGER,
        &[Session, Confirmed, Assigned],
    ),
    // A client, as the case manager serves them.
    Rule(Act::AddClient, CASE_MANAGER, &[Session]),
    Rule(Act::AddCaregiver, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::InvitePerson, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::ReadIntake, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::ConfirmPerson, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::EndInvitation, CASE_MANAGER, &[Session, Assigned]),
    Rule(
        Act::RecordRepresentation,
        CASE_MANAGER,
        &[Session, Assigned],
    ),
    Rule(Act::EndRepresentation, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::IssueNewKeys, CASE_MANAGER, &[Session, Assigned, Fresh]),
    Rule(Act::PlanCircle, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::RecordConsent, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::WithdrawConsent, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::WithdrawConsent, CLIENT, &[Session, Own]),
    Rule(Act::WithdrawConsent, CAREGIVER, &[Session, ActsFor]),
    Rule(Act::ReadPreferences, Anyone, &[Session, Own]),
    Rule(Act::ReadPreferences, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::ReadPreferences, CAREGIVER, &[Session, ActsFor]),
    Rule(Act::ChangePreferences, Anyone, &[Session, Own]),
    Rule(Act::ChangePreferences, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::ChangePreferences, CAREGIVER, &[Session, ActsFor]),
    Rule(Act::AskAddress, Anyone, &[Session, Own]),
    Rule(Act::AskAddress, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::AskAddress, CAREGIVER, &[Session, ActsFor]),
    Rule(Act::ChangeContact, Anyone, &[Session, Own, Fresh]),
    Rule(
        Act::ChangeContact,
        CASE_MANAGER,
        &[Session, Assigned, Fresh],
    ),
    Rule(Act::ChangeContact, CAREGIVER, &[Session, ActsFor, Fresh]),
    // From one case manager to another. Who was offered a client may answer, who offered may take it back.
    Rule(Act::OfferTransfer, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::ListTransfers, CASE_MANAGER, &[Session]),
    Rule(Act::AnswerTransfer, CASE_MANAGER, &[Session, Own]),
    Rule(Act::WithdrawTransfer, CASE_MANAGER, &[Session, Own]),
    // Who serves whom: a supervisor's, who sees names and numbers and no content. One's own service can
    // be ended by oneself.
    Rule(Act::ReadCaseloads, SUPERVISOR, &[Session]),
    Rule(Act::Assign, SUPERVISOR, &[Session]),
    Rule(Act::EndAssignment, SUPERVISOR, &[Session]),
    Rule(Act::EndAssignment, CASE_MANAGER, &[Session, Own, Assigned]),
    // The administrator's people: staff, no clients. Never oneself, so that one administrator is left.
    Rule(Act::ListStaff, ADMINISTRATOR, &[Session]),
    Rule(Act::InviteStaff, ADMINISTRATOR, &[Session, Fresh]),
    Rule(Act::ChangeRole, ADMINISTRATOR, &[Session, Fresh, Another]),
    Rule(Act::EndSessions, ADMINISTRATOR, &[Session, Another]),
    Rule(Act::EndAccount, ADMINISTRATOR, &[Session, Fresh, Another]),
    // What the agency has done by itself, and what was not done while the server was down. Whom to call is
    // shown to whoever serves them: administrators see how much it was, and nobody's name.
    Rule(Act::ListJobs, ADMINISTRATOR, &[Session]),
    Rule(Act::ChangeJob, ADMINISTRATOR, &[Session]),
    Rule(Act::AskJob, ADMINISTRATOR, &[Session]),
    Rule(Act::ConfirmClock, ADMINISTRATOR, &[Session]),
    Rule(Act::ConfirmClock, Installation, &[]),
    Rule(Act::ReadOutages, CASE_MANAGER, &[Session]),
    Rule(Act::ReadOutages, ADMINISTRATOR, &[Session]),
    Rule(Act::NoteCall, CASE_MANAGER, &[Session, Assigned]),
    // Appointments.
    Rule(Act::ListAppointments, Anyone, &[Session]),
    Rule(Act::ReadAppointments, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::ReadAppointments, CAREGIVER, &[Session, ActsFor]),
    Rule(Act::ReadVisitMails, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::ReadVisitZones, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::FindSlots, CASE_MANAGER, &[Session]),
    Rule(Act::ReadHours, CASE_MANAGER, &[Session]),
    Rule(Act::ListVisitTypes, CASE_MANAGER, &[Session]),
    Rule(Act::ListVisitTypes, SUPERVISOR, &[Session]),
    Rule(Act::ListVisitTypes, ADMINISTRATOR, &[Session]),
    Rule(Act::ChangeVisitTypes, SUPERVISOR, &[Session]),
    Rule(Act::ChangeVisitTypes, ADMINISTRATOR, &[Session]),
    Rule(Act::ListClosures, CASE_MANAGER, &[Session]),
    Rule(Act::ListClosures, SUPERVISOR, &[Session]),
    Rule(Act::ListClosures, ADMINISTRATOR, &[Session]),
    Rule(Act::ChangeClosures, SUPERVISOR, &[Session]),
    Rule(Act::ChangeClosures, ADMINISTRATOR, &[Session]),
    Rule(Act::SetHours, CASE_MANAGER, &[Session, Own]),
    Rule(Act::HoldTime, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::LetTimesGo, CASE_MANAGER, &[Session]),
    Rule(Act::BookAppointment, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::BookSeries, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::ListBookingLinks, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::MakeBookingLink, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::RevokeBookingLink, CASE_MANAGER, &[Session, Assigned]),
    // Whom one books has a calendar. Its feed is open to whoever has the address, so that making one is an export.
    Rule(Act::ReadCalendarFeed, CASE_MANAGER, &[Session]),
    Rule(Act::MakeCalendarFeed, CASE_MANAGER, &[Session, Fresh]),
    Rule(Act::EndCalendarFeed, CASE_MANAGER, &[Session]),
    Rule(Act::MoveAppointment, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::ChangeTeam, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::ChangePlace, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::CancelAppointment, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::UndoCancel, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::CloseAppointment, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::ReplyToAppointment, CLIENT, &[Session, TakesPart]),
    Rule(
        Act::ReplyToAppointment,
        CAREGIVER,
        &[Session, TakesPart, Consent],
    ),
    // In the client's place.
    Rule(Act::ReplyToAppointment, CAREGIVER, &[Session, ActsFor]),
    Rule(
        Act::ReplyToAppointment,
        CASE_MANAGER,
        &[Session, TakesPart, Assigned],
    ),
    Rule(Act::ReplyToAppointment, CASE_MANAGER, &[Session, Beside]),
    Rule(Act::ListTasks, CASE_MANAGER, &[Session]),
    Rule(Act::FinishTask, CASE_MANAGER, &[Session, Own]),
    Rule(Act::RemoveIdleDevice, CASE_MANAGER, &[Session, Assigned]),
    // A link in a mail: who holds it is taken for whom it was sent to, for this appointment alone.
    Rule(Act::OpenLink, Bearer(Role::Client), &[TakesPart]),
    Rule(
        Act::OpenLink,
        Bearer(Role::Caregiver),
        &[TakesPart, Consent],
    ),
    Rule(
        Act::OpenLink,
        Bearer(Role::CaseManager),
        &[TakesPart, Assigned],
    ),
    Rule(Act::OpenLink, Bearer(Role::CaseManager), &[Beside]),
    Rule(Act::ReplyByLink, Bearer(Role::Client), &[TakesPart]),
    Rule(
        Act::ReplyByLink,
        Bearer(Role::Caregiver),
        &[TakesPart, Consent],
    ),
    Rule(
        Act::ReplyByLink,
        Bearer(Role::CaseManager),
        &[TakesPart, Assigned],
    ),
    Rule(Act::ReplyByLink, Bearer(Role::CaseManager), &[Beside]),
    Rule(Act::OptOutByLink, Bearer(Role::Client), &[]),
    Rule(Act::OptOutByLink, Bearer(Role::Caregiver), &[]),
    // A link in a mail about unread messages: whoever gets such mails stops them.
    Rule(Act::OpenStopLink, Bearer(Role::Client), &[]),
    Rule(Act::OpenStopLink, Bearer(Role::Caregiver), &[]),
    Rule(Act::OpenStopLink, Bearer(Role::CaseManager), &[]),
    Rule(Act::OpenStopLink, Bearer(Role::Supervisor), &[]),
    Rule(Act::ChooseUpdateMails, Bearer(Role::Client), &[]),
    Rule(Act::ChooseUpdateMails, Bearer(Role::Caregiver), &[]),
    Rule(Act::ChooseUpdateMails, Bearer(Role::CaseManager), &[]),
    Rule(Act::ChooseUpdateMails, Bearer(Role::Supervisor), &[]),
    // A link in the mail that asks whose an address is: everybody may have one.
    Rule(Act::OpenAddressLink, Bearer(Role::Client), &[]),
    Rule(Act::OpenAddressLink, Bearer(Role::Caregiver), &[]),
    Rule(Act::OpenAddressLink, Bearer(Role::CaseManager), &[]),
    Rule(Act::OpenAddressLink, Bearer(Role::Supervisor), &[]),
    Rule(Act::OpenAddressLink, Bearer(Role::Administrator), &[]),
    Rule(Act::OpenAddressLink, Bearer(Role::Custodian), &[]),
    Rule(Act::AnswerAddressLink, Bearer(Role::Client), &[]),
    Rule(Act::AnswerAddressLink, Bearer(Role::Caregiver), &[]),
    Rule(Act::AnswerAddressLink, Bearer(Role::CaseManager), &[]),
    Rule(Act::AnswerAddressLink, Bearer(Role::Supervisor), &[]),
    Rule(Act::AnswerAddressLink, Bearer(Role::Administrator), &[]),
    Rule(Act::AnswerAddressLink, Bearer(Role::Custodian), &[]),
    // A link by which a client books: it works as long as somebody who may hold the visit serves them.
    Rule(Act::OpenBookingLink, Bearer(Role::Client), &[Assigned]),
    Rule(Act::HoldByLink, Bearer(Role::Client), &[Assigned]),
    Rule(Act::BookByLink, Bearer(Role::Client), &[Assigned]),
    // The address of a calendar feed, which another program has.
    Rule(Act::OpenCalendarFeed, Bearer(Role::CaseManager), &[]),
    // What is due.
    Rule(Act::LeaseDeliveries, Scheduler, &[]),
    Rule(Act::SettleDeliveries, Scheduler, &[]),
    Rule(Act::TakeMail, Scheduler, &[]),
    Rule(Act::RunJob, Scheduler, &[]),
    Rule(Act::WatchClock, Scheduler, &[]),
    // The audit log, and what a client may know of it.
    Rule(Act::QueryAudit, SUPERVISOR, &[Session, Fresh]),
    Rule(Act::QueryAudit, ADMINISTRATOR, &[Session, Fresh]),
    Rule(Act::QueryAudit, Installation, &[]),
    // An administrator sees no clients, in the log neither.
    Rule(Act::QueryClientAudit, SUPERVISOR, &[Session, Fresh]),
    Rule(Act::QueryClientAudit, Installation, &[]),
    Rule(Act::ExportAudit, Installation, &[]),
    Rule(Act::ListKeys, Installation, &[]),
    Rule(Act::RotateKeys, Installation, &[]),
    Rule(Act::RevokeKey, Installation, &[]),
    Rule(Act::ChangeRootKey, Installation, &[]),
    Rule(Act::RotateRemovalKey, Installation, &[]),
    // Before the present one is over.
    Rule(Act::RotateRemovalKey, Scheduler, &[]),
    Rule(Act::RotateAgencyKey, Installation, &[]),
    Rule(Act::EraseClient, Installation, &[]),
    Rule(Act::ReadAccess, CLIENT, &[Session, Own]),
    Rule(Act::ReadAccess, CAREGIVER, &[Session, ActsFor]),
    // Setting up.
    Rule(Act::PlanCircle, Installation, &[]),
    Rule(Act::CreateAgency, Installation, &[]),
    Rule(Act::SetHours, Installation, &[]),
    Rule(Act::ChangePreferences, Installation, &[]),
    Rule(Act::ChangeContact, Installation, &[]),
    Rule(Act::AddPerson, Installation, &[]),
    Rule(Act::Assign, Installation, &[]),
    Rule(Act::Relate, Installation, &[]),
    Rule(Act::Invite, Installation, &[]),
    Rule(Act::ListUninvited, Installation, &[]),
];

/// Proof that the table allowed an act. Only [`may`] makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permit(Act);

impl Permit {
    /// What was allowed.
    pub const fn act(self) -> Act {
        self.0
    }
}

/// Whether the table allows the act.
///
/// A refusal tells no more than the caller may know, by its [code](protocol::Code): `SignedOut` without a live
/// session; `NotConfirmed` to one whose person waits to be confirmed; `AuthenticatorRequired` to one whose
/// person has shown none; `StepUpRequired` where showing one again is all that is missing; `NotFound` about a
/// circle in which the caller is not named or a client to whom staff are not assigned; `NotOnRoster` to who
/// left a circle and asks for it, so that their device may clear it away; `ConsentRequired` to a caregiver who
/// is named; else `NotAllowed`.
pub fn may(act: Act, standing: Standing) -> Result<Permit, Refusal> {
    if allows(act, standing) {
        return Ok(Permit(act));
    }
    Err(refusal::of(act, standing))
}

fn allows(act: Act, standing: Standing) -> bool {
    RULES.iter().any(|Rule(rule, who, needs)| {
        *rule == act && standing.is(*who) && needs.iter().all(|need| standing.meets(*need))
    })
}

#[cfg(test)]
mod tests;
