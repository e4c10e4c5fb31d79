//! The table against an independent statement of it: every act, every role, every standing.

use protocol::{Code, MemberState};

use super::acts::About;
use super::*;

const STATES: [Option<MemberState>; 4] = [
    None,
    Some(MemberState::Invited),
    Some(MemberState::Confirmed),
    Some(MemberState::Left),
];

/// Every standing there is.
fn standings() -> impl Iterator<Item = Standing> {
    let roles = || Role::ALL.iter().copied();
    let askers = roles()
        .map(Asker::Account)
        .chain(roles().map(Asker::Bearer));
    let askers = askers.chain([
        Asker::Installation,
        Asker::Scheduler,
        Asker::CodeHolder,
        Asker::Newcomer,
        Asker::KnownDevice,
    ]);
    askers.flat_map(|asker| {
        STATES.into_iter().flat_map(move |member| {
            // A session is one's own, or nobody has shown anything in it, or its person is awaited.
            (0..2048_u16).map(move |bits| Standing {
                asker,
                session: bits & 3 == 1,
                unproved: bits & 3 == 2,
                awaited: bits & 3 == 3,
                member,
                consent: bits & 4 != 0,
                assigned: bits & 8 != 0,
                own: bits & 16 != 0,
                takes_part: bits & 32 != 0,
                arriving: bits & 64 != 0,
                fresh: bits & 128 != 0,
                acts_for: bits & 256 != 0,
                another: bits & 512 != 0,
                beside: bits & 1024 != 0,
            })
        })
    })
}

/// The rights as prose would tell them, written without looking at the table.
fn expected(act: Act, s: Standing) -> bool {
    match s.asker {
        Asker::Nobody => false,
        Asker::Scheduler => matches!(
            act,
            Act::LeaseDeliveries
                | Act::SettleDeliveries
                | Act::TakeMail
                | Act::RunJob
                | Act::RotateRemovalKey
                | Act::WatchClock
        ),
        Asker::Installation => matches!(
            act,
            Act::PlanCircle
                | Act::CreateAgency
                | Act::AddPerson
                | Act::Assign
                | Act::Relate
                | Act::Invite
                | Act::ListUninvited
                | Act::SetHours
                | Act::ChangePreferences
                | Act::ChangeContact
                | Act::QueryAudit
                | Act::QueryClientAudit
                | Act::ExportAudit
                | Act::ListKeys
                | Act::RotateKeys
                | Act::RevokeKey
                | Act::ChangeRootKey
                | Act::RotateRemovalKey
                | Act::RotateAgencyKey
                | Act::EraseClient
                | Act::ConfirmClock
        ),
        Asker::CodeHolder => matches!(act, Act::OpenRecovery | Act::RecoverDevice),
        Asker::Newcomer => act == Act::OfferDevice,
        Asker::KnownDevice => act == Act::AskPassword,
        Asker::Bearer(role) => by_link(act, role, s),
        Asker::Account(role) => {
            (s.session && signed_in(act, role, s))
                || (s.unproved && before_proof(act))
                || (s.awaited && before_confirmation(act))
                || (s.arriving && act == Act::RegisterAuthenticator)
        }
    }
}

/// Whoever has shown nothing but a link, a code or a device sees who they are, and can go.
fn before_proof(act: Act) -> bool {
    matches!(
        act,
        Act::RedeemInvitation
            | Act::AwaitConfirmation
            | Act::CollectEnrolment
            | Act::ShowPassword
            | Act::ReadSession
            | Act::SignOut
    )
}

/// Whoever waits to be confirmed sees who they are meant to be, and whether it was said; and can go.
fn before_confirmation(act: Act) -> bool {
    matches!(
        act,
        Act::RedeemInvitation | Act::AwaitConfirmation | Act::ReadSession | Act::SignOut
    )
}

/// A link is good for its own participant, as long as they take part by right.
fn by_link(act: Act, role: Role, s: Standing) -> bool {
    let by_right = match role {
        Role::Client => s.takes_part,
        Role::Caregiver => s.takes_part && s.consent,
        Role::CaseManager => (s.takes_part && s.assigned) || s.beside,
        _ => false,
    };
    match act {
        Act::OpenLink | Act::ReplyByLink => by_right,
        Act::OptOutByLink => matches!(role, Role::Client | Role::Caregiver),
        // Nobody else gets mails about unread messages.
        Act::OpenStopLink | Act::ChooseUpdateMails => {
            !matches!(role, Role::Administrator | Role::Custodian)
        }
        // Everybody may have an address.
        Act::OpenAddressLink | Act::AnswerAddressLink => true,
        // A client books with whoever serves them.
        Act::OpenBookingLink | Act::HoldByLink | Act::BookByLink => {
            role == Role::Client && s.assigned
        }
        // Nobody else has a calendar.
        Act::OpenCalendarFeed => role == Role::CaseManager,
        _ => false,
    }
}

/// Supervisors see to who serves whom, administrators to who works here, both look into the log. What is
/// hard to take back wants a passkey shown lately; nobody does it to themselves.
fn for_the_agency(act: Act, role: Role, s: Standing) -> bool {
    match act {
        Act::QueryClientAudit => role == Role::Supervisor && s.fresh,
        Act::QueryAudit => matches!(role, Role::Supervisor | Role::Administrator) && s.fresh,
        Act::ReadCaseloads | Act::Assign => role == Role::Supervisor,
        Act::ListStaff | Act::ListJobs | Act::ChangeJob | Act::AskJob | Act::ConfirmClock => {
            role == Role::Administrator
        }
        Act::ReadOutages => matches!(role, Role::CaseManager | Role::Administrator),
        Act::InviteStaff => role == Role::Administrator && s.fresh,
        Act::EndSessions => role == Role::Administrator && s.another,
        Act::ChangeRole | Act::EndAccount => role == Role::Administrator && s.fresh && s.another,
        _ => false,
    }
}

fn of_oneself(act: Act, role: Role, s: Standing) -> bool {
    match act {
        Act::FindSlots
        | Act::LetTimesGo
        | Act::ReadHours
        | Act::ListTasks
        | Act::ListTransfers
        | Act::ReadCalendarFeed
        | Act::EndCalendarFeed
        | Act::AddClient => role == Role::CaseManager,
        Act::MakeCalendarFeed => role == Role::CaseManager && s.fresh,
        Act::ListVisitTypes | Act::ListClosures => matches!(
            role,
            Role::CaseManager | Role::Supervisor | Role::Administrator
        ),
        Act::ChangeVisitTypes | Act::ChangeClosures => {
            matches!(role, Role::Supervisor | Role::Administrator)
        }
        Act::SetHours | Act::FinishTask => role == Role::CaseManager && s.own,
        Act::OpenRecovery | Act::RecoverDevice | Act::OfferDevice | Act::AskPassword => false,
        Act::RegisterAuthenticator | Act::EndAuthenticator => s.fresh,
        // Whoever sits down at an open screen takes no keys along.
        Act::BeginEnrolment | Act::ApproveDevice | Act::MakeRecoveryCode | Act::ReplaceIdentity => {
            s.fresh || s.arriving
        }
        _ => true,
    }
}

fn signed_in(act: Act, role: Role, s: Standing) -> bool {
    let confirmed = s.member == Some(MemberState::Confirmed);
    let named = confirmed || s.member == Some(MemberState::Invited);
    let serves = role == Role::CaseManager && s.assigned;
    // A guardian or representative, in the client's place.
    let for_client = role == Role::Caregiver && s.acts_for;
    // What a role must have besides its membership.
    let bound = match role {
        Role::Client | Role::Supervisor | Role::Custodian => true,
        Role::Caregiver => s.consent,
        Role::CaseManager => s.assigned,
        Role::Administrator => false,
    };
    match act.about() {
        About::Oneself => of_oneself(act, role, s),
        // Nobody is shut out from an open screen but whoever sits at it.
        About::Device => s.own && (act == Act::GiveUpDevice || s.fresh || s.arriving),
        // Offers come to case managers and from them; nobody else's can be touched.
        About::Transfer => role == Role::CaseManager && s.own,
        About::Agency => for_the_agency(act, role, s),
        About::Link => false,
        About::Client => match act {
            Act::ReadPreferences | Act::ChangePreferences | Act::AskAddress => {
                serves || s.own || for_client
            }
            Act::ChangeContact => (serves || s.own || for_client) && s.fresh,
            Act::IssueNewKeys => serves && s.fresh,
            Act::ReadAccess => (role == Role::Client && s.own) || for_client,
            Act::EndAssignment => role == Role::Supervisor || (serves && s.own),
            Act::WithdrawConsent => serves || (role == Role::Client && s.own) || for_client,
            Act::ReadAppointments => serves || for_client,
            _ => serves,
        },
        About::Appointment => match act {
            Act::ReplyToAppointment => match role {
                Role::Client => s.takes_part,
                Role::Caregiver => (s.takes_part && s.consent) || for_client,
                Role::CaseManager => (s.takes_part && s.assigned) || s.beside,
                _ => false,
            },
            _ => serves,
        },
        About::Circle => match act {
            Act::ReadCircle | Act::ReadWelcome => named && bound,
            Act::FoundCircle => named && bound && role == Role::CaseManager,
            Act::ClaimKeyPackages | Act::ResetCircle | Act::NameMember => {
                confirmed && bound && role == Role::CaseManager
            }
            Act::Append | Act::SendEphemeral | Act::AcknowledgeUrgent => {
                confirmed && bound && role != Role::Custodian
            }
            Act::LeaveCircle => named && !matches!(role, Role::Custodian | Role::Administrator),
            _ => confirmed && bound,
        },
    }
}

#[test]
fn every_combination_is_allowed_or_denied_as_the_product_says() {
    let mut seen = 0;
    for act in Act::ALL {
        for standing in standings() {
            assert_eq!(
                may(*act, standing).is_ok(),
                expected(*act, standing),
                "{act:?} {standing:?}"
            );
            seen += 1;
        }
    }
    assert_eq!(seen, Act::ALL.len() * 17 * 4 * 2048);
}

#[test]
fn nobody_may_do_anything() {
    for act in Act::ALL {
        assert!(may(*act, Standing::default()).is_err(), "{act:?}");
    }
}

#[test]
fn an_invitation_and_a_past_membership_give_no_right_inside_the_group() {
    for act in [Act::Append, Act::ReadLog, Act::Commit, Act::ReadGroupInfo] {
        for member in [MemberState::Invited, MemberState::Left] {
            for role in Role::ALL {
                let standing = Standing {
                    asker: Asker::Account(*role),
                    session: true,
                    member: Some(member),
                    consent: true,
                    assigned: true,
                    own: true,
                    takes_part: true,
                    ..Standing::default()
                };
                assert!(may(act, standing).is_err(), "{act:?} {role:?} {member:?}");
            }
        }
    }
}

#[test]
fn a_refusal_about_a_circle_hides_the_circle_from_whoever_is_not_named_in_it() {
    for act in Act::ALL.iter().filter(|act| act.about() == About::Circle) {
        for standing in
            standings().filter(|s| s.session && s.asker == Asker::Account(Role::Caregiver))
        {
            if standing.named() || standing.assigned {
                continue;
            }
            let refusal = may(*act, standing).unwrap_err();
            // Who was in it knows of it, and their device is to clear it away.
            let left = *act == Act::ReadCircle && standing.member == Some(MemberState::Left);
            let hidden = if left {
                Code::NotOnRoster
            } else {
                Code::NotFound
            };
            assert_eq!(refusal.code, hidden, "{act:?} {standing:?}");
        }
    }
}

#[test]
fn who_comes_along_changes_nothing_and_is_told_so() {
    let beside = Standing {
        asker: Asker::Account(Role::CaseManager),
        session: true,
        takes_part: true,
        beside: true,
        ..Standing::default()
    };
    for act in [
        Act::MoveAppointment,
        Act::ChangeTeam,
        Act::ChangePlace,
        Act::CancelAppointment,
        Act::UndoCancel,
        Act::CloseAppointment,
        // How the others want to be told things is not theirs to know.
        Act::ReadVisitMails,
    ] {
        assert_eq!(may(act, beside).unwrap_err().code, Code::NotAllowed);
        let serves = Standing {
            assigned: true,
            ..beside
        };
        assert!(may(act, serves).is_ok(), "{act:?}");
    }
    let of_client = may(Act::ReadAppointments, beside).unwrap_err();
    assert_eq!(of_client.code, Code::NotFound, "the client's others");
}

#[test]
fn a_caregiver_whose_consent_ended_is_told_so() {
    let standing = Standing {
        asker: Asker::Account(Role::Caregiver),
        session: true,
        member: Some(MemberState::Confirmed),
        ..Standing::default()
    };
    let refusal = may(Act::Append, standing).unwrap_err();
    assert_eq!(refusal.code, Code::ConsentRequired);
}

#[test]
fn an_act_has_one_spelling() {
    let mut seen = std::collections::BTreeSet::new();
    for act in Act::ALL {
        assert!(seen.insert(act.as_str()), "{act:?}");
    }
}
