//! What is allowed: one table of acts, people and the conditions they must meet. What no row allows is
//! refused; there is no row that denies. To change a right, change a row here and nothing else.
//!
//! The store loads a [`Standing`] in the transaction of the act and asks [`may`]. The answer is a
//! [`Permit`], which nothing but this module can make and without which no audit entry can be written.

use protocol::{Code, MemberState, Refusal, Role};

use Need::{
    Arriving, Assigned, Confirmed, Consent, Fresh, Named, Own, Session, TakesPart, Unproved,
};
use Who::{Anyone, Bearer, CodeHolder, Installation, Newcomer, Scheduler};

mod acts;

use acts::About;
pub use acts::Act;

/// Whom a row of the table is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    /// Whoever runs the binary on the machine.
    Installation,
    /// The scheduler, which does what is due.
    Scheduler,
    /// Whoever holds a link from a mail to a participant of that role.
    Bearer(Role),
    /// Whoever shows an account's recovery code.
    CodeHolder,
    /// A new device that was shown the link of one that is signed in.
    Newcomer,
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
    /// Assigned to the client now (of a caregiver's: to a client of theirs).
    Assigned,
    /// It is about the caller.
    Own,
    /// A participant who has not left.
    TakesPart,
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
    Rule(Act::RenewSession, Anyone, &[Session]),
    Rule(Act::SignIn, Anyone, &[Session]),
    Rule(Act::ReadSession, Anyone, &[Session]),
    Rule(Act::ReadSession, Anyone, &[Unproved]),
    Rule(Act::SignOut, Anyone, &[Session]),
    Rule(Act::SignOut, Anyone, &[Unproved]),
    Rule(Act::ListAuthenticators, Anyone, &[Session]),
    Rule(Act::RegisterAuthenticator, Anyone, &[Arriving]),
    Rule(Act::RegisterAuthenticator, Anyone, &[Session, Fresh]),
    Rule(Act::EndAuthenticator, Anyone, &[Session, Fresh]),
    Rule(Act::Connect, Anyone, &[Session]),
    Rule(Act::PutKeyPackages, Anyone, &[Session]),
    Rule(Act::ReadInbox, Anyone, &[Session]),
    Rule(Act::Deliver, Anyone, &[Session]),
    Rule(Act::ListCircles, Anyone, &[Session]),
    Rule(Act::ListPeople, Anyone, &[Session]),
    Rule(Act::ListDevices, Anyone, &[Session]),
    Rule(Act::RevokeDevice, Anyone, &[Session, Own]),
    Rule(Act::BeginEnrolment, Anyone, &[Session]),
    Rule(Act::OfferDevice, Newcomer, &[]),
    Rule(Act::ApproveDevice, Anyone, &[Session]),
    Rule(Act::DeclineDevice, Anyone, &[Session]),
    Rule(Act::CollectEnrolment, Anyone, &[Session]),
    Rule(Act::CollectEnrolment, Anyone, &[Unproved]),
    Rule(Act::ReadVault, Anyone, &[Session]),
    Rule(Act::PutVault, Anyone, &[Session]),
    Rule(Act::ReplaceIdentity, Anyone, &[Session]),
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
    Rule(Act::IssueNewKeys, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::PlanCircle, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::RecordConsent, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::WithdrawConsent, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::WithdrawConsent, CLIENT, &[Session, Own]),
    Rule(Act::ReadPreferences, Anyone, &[Session, Own]),
    Rule(Act::ReadPreferences, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::ChangePreferences, Anyone, &[Session, Own]),
    Rule(Act::ChangePreferences, CASE_MANAGER, &[Session, Assigned]),
    // Appointments.
    Rule(Act::ListAppointments, Anyone, &[Session]),
    Rule(Act::ReadAppointments, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::FindSlots, CASE_MANAGER, &[Session]),
    Rule(Act::BookAppointment, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::MoveAppointment, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::CancelAppointment, CASE_MANAGER, &[Session, Assigned]),
    Rule(Act::ReplyToAppointment, CLIENT, &[Session, TakesPart]),
    Rule(
        Act::ReplyToAppointment,
        CAREGIVER,
        &[Session, TakesPart, Consent],
    ),
    Rule(
        Act::ReplyToAppointment,
        CASE_MANAGER,
        &[Session, TakesPart, Assigned],
    ),
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
    Rule(Act::OptOutByLink, Bearer(Role::Client), &[]),
    Rule(Act::OptOutByLink, Bearer(Role::Caregiver), &[]),
    // What is due.
    Rule(Act::LeaseDeliveries, Scheduler, &[]),
    Rule(Act::SettleDeliveries, Scheduler, &[]),
    Rule(Act::RunJob, Scheduler, &[]),
    // The audit log, and what a client may know of it.
    Rule(Act::QueryAudit, SUPERVISOR, &[Session, Fresh]),
    Rule(Act::QueryAudit, ADMINISTRATOR, &[Session, Fresh]),
    Rule(Act::QueryAudit, Installation, &[]),
    Rule(Act::ExportAudit, Installation, &[]),
    Rule(Act::ListKeys, Installation, &[]),
    Rule(Act::RotateKeys, Installation, &[]),
    Rule(Act::RevokeKey, Installation, &[]),
    Rule(Act::ReadAccess, CLIENT, &[Session, Own]),
    // Setting up.
    Rule(Act::PlanCircle, Installation, &[]),
    Rule(Act::CreateAgency, Installation, &[]),
    Rule(Act::SetHours, Installation, &[]),
    Rule(Act::ChangePreferences, Installation, &[]),
    Rule(Act::AddPerson, Installation, &[]),
    Rule(Act::Assign, Installation, &[]),
    Rule(Act::Relate, Installation, &[]),
    Rule(Act::Invite, Installation, &[]),
    Rule(Act::ListUninvited, Installation, &[]),
];

/// Who asks, as far as the table is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Asker {
    /// Nobody who is known.
    #[default]
    Nobody,
    /// Whoever runs the binary on the machine.
    Installation,
    /// The scheduler.
    Scheduler,
    /// Whoever holds a link that was mailed to a participant of that role.
    Bearer(Role),
    /// Whoever shows an account's recovery code.
    CodeHolder,
    /// A new device that was shown the link of one that is signed in.
    Newcomer,
    /// An account, by its role now.
    Account(Role),
}

/// How the caller stands to what the act concerns, as loaded in the transaction of the act.
/// The default is nobody: no session, named nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, each loaded from its own place and named by one need of the table"
)]
pub struct Standing {
    /// Who asks.
    pub asker: Asker,
    /// The session lives and is the caller's own (not ended, not idle, no generation moved), and its
    /// person has shown an authenticator.
    pub session: bool,
    /// The session lives likewise, but nothing was shown yet.
    pub unproved: bool,
    /// It lives, and its person has no authenticator yet or has shown none since a link or a code.
    pub arriving: bool,
    /// An authenticator was shown a short while ago.
    pub fresh: bool,
    /// The account's state in the circle; `None` if it was never named there.
    pub member: Option<MemberState>,
    /// A live consent of the client covers messages in the circle, or the appointment.
    pub consent: bool,
    /// A live assignment binds the account to the client.
    pub assigned: bool,
    /// The act is about the caller's own person.
    pub own: bool,
    /// A participant of the appointment who has not left.
    pub takes_part: bool,
}

impl Standing {
    /// The installation itself.
    pub fn installation() -> Self {
        Self {
            asker: Asker::Installation,
            ..Self::default()
        }
    }

    fn is(self, who: Who) -> bool {
        match (who, self.asker) {
            (Who::Installation, Asker::Installation)
            | (Who::Scheduler, Asker::Scheduler)
            | (Who::CodeHolder, Asker::CodeHolder)
            | (Who::Newcomer, Asker::Newcomer)
            | (Who::Anyone, Asker::Account(_)) => true,
            (Who::Only(role), Asker::Account(own)) | (Who::Bearer(role), Asker::Bearer(own)) => {
                role == own
            }
            _ => false,
        }
    }

    fn named(self) -> bool {
        matches!(
            self.member,
            Some(MemberState::Invited | MemberState::Confirmed)
        )
    }

    fn meets(self, need: Need) -> bool {
        match need {
            Need::Session => self.session,
            Need::Unproved => self.unproved,
            Need::Arriving => self.arriving,
            Need::Fresh => self.fresh,
            Need::Named => self.named(),
            Need::Confirmed => self.member == Some(MemberState::Confirmed),
            Need::Consent => self.consent,
            Need::Assigned => self.assigned,
            Need::Own => self.own,
            Need::TakesPart => self.takes_part,
        }
    }
}

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
/// A refusal tells no more than the caller may know: [`Code::SignedOut`] without a live session;
/// [`Code::AuthenticatorRequired`] to one whose person has shown none; [`Code::StepUpRequired`] where
/// showing one again is all that is missing;
/// [`Code::NotFound`] about a circle in which the caller is not named or a client to whom staff are
/// not assigned; [`Code::NotOnRoster`] to who left a circle and asks for it, so that their device may
/// clear it away; [`Code::ConsentRequired`] to a caregiver who is named; else [`Code::NotAllowed`].
pub fn may(act: Act, standing: Standing) -> Result<Permit, Refusal> {
    if allows(act, standing) {
        return Ok(Permit(act));
    }
    let code = if matches!(
        standing.asker,
        Asker::Installation | Asker::Scheduler | Asker::CodeHolder | Asker::Newcomer
    ) {
        Code::NotAllowed
    } else if matches!(standing.asker, Asker::Bearer(_)) || act.about() == About::Link {
        Code::LinkGone
    } else if !standing.session {
        if standing.unproved {
            Code::AuthenticatorRequired
        } else {
            Code::SignedOut
        }
    } else if allows(
        act,
        Standing {
            fresh: true,
            ..standing
        },
    ) {
        Code::StepUpRequired
    } else {
        match act.about() {
            About::Circle
                if act == Act::ReadCircle && standing.member == Some(MemberState::Left) =>
            {
                Code::NotOnRoster
            }
            About::Circle if !standing.named() && !standing.assigned => Code::NotFound,
            About::Circle
                if standing.asker == Asker::Account(Role::Caregiver) && !standing.consent =>
            {
                Code::ConsentRequired
            }
            About::Device if !standing.own => Code::NotFound,
            About::Client if !standing.assigned && !standing.own => Code::NotFound,
            About::Appointment
                if !(standing.assigned || (standing.takes_part && standing.consent)) =>
            {
                Code::NotFound
            }
            _ => Code::NotAllowed,
        }
    };
    Err(Refusal::new(code, sentence(code)))
}

fn allows(act: Act, standing: Standing) -> bool {
    RULES.iter().any(|Rule(rule, who, needs)| {
        *rule == act && standing.is(*who) && needs.iter().all(|need| standing.meets(*need))
    })
}

fn sentence(code: Code) -> &'static str {
    match code {
        Code::SignedOut => "sign in again",
        Code::AuthenticatorRequired => "show or register a passkey first",
        Code::StepUpRequired => "show your passkey again to do this",
        Code::NotFound => "no such thing, or none that you may know of",
        Code::NotOnRoster => "no longer in this circle",
        Code::ConsentRequired => "no live consent of the client covers this",
        _ => "the rules do not allow this",
    }
}

#[cfg(test)]
mod tests;
