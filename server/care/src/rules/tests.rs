//! The table against an independent statement of it: every act, every role, every standing.

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
    ]);
    askers.flat_map(|asker| {
        STATES.into_iter().flat_map(move |member| {
            (0..=255_u8).map(move |bits| Standing {
                asker,
                session: bits & 1 != 0,
                member,
                consent: bits & 2 != 0,
                assigned: bits & 4 != 0,
                own: bits & 8 != 0,
                takes_part: bits & 16 != 0,
                unproved: bits & 32 != 0,
                arriving: bits & 64 != 0,
                fresh: bits & 128 != 0,
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
            Act::LeaseDeliveries | Act::SettleDeliveries | Act::RunJob
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
                | Act::QueryAudit
                | Act::ExportAudit
                | Act::ListKeys
                | Act::RotateKeys
                | Act::RevokeKey
        ),
        Asker::CodeHolder => matches!(act, Act::OpenRecovery | Act::RecoverDevice),
        Asker::Newcomer => act == Act::OfferDevice,
        Asker::Bearer(role) => by_link(act, role, s),
        Asker::Account(role) => {
            (s.session && signed_in(act, role, s))
                || (s.unproved && before_proof(act))
                || (s.arriving && act == Act::RegisterAuthenticator)
        }
    }
}

/// Whoever has shown nothing but a link, a code or a device sees who they are, and can go.
fn before_proof(act: Act) -> bool {
    matches!(
        act,
        Act::RedeemInvitation | Act::CollectEnrolment | Act::ReadSession | Act::SignOut
    )
}

/// A link is good for its own participant, as long as they take part by right.
fn by_link(act: Act, role: Role, s: Standing) -> bool {
    let by_right = match role {
        Role::Client => s.takes_part,
        Role::Caregiver => s.takes_part && s.consent,
        Role::CaseManager => s.takes_part && s.assigned,
        _ => false,
    };
    match act {
        Act::OpenLink | Act::ReplyByLink => by_right,
        Act::OptOutByLink => matches!(role, Role::Client | Role::Caregiver),
        _ => false,
    }
}

fn signed_in(act: Act, role: Role, s: Standing) -> bool {
    let confirmed = s.member == Some(MemberState::Confirmed);
    let named = confirmed || s.member == Some(MemberState::Invited);
    let serves = role == Role::CaseManager && s.assigned;
    // What a role must have besides its membership.
    let bound = match role {
        Role::Client | Role::Supervisor | Role::Custodian => true,
        Role::Caregiver => s.consent,
        Role::CaseManager => s.assigned,
        Role::Administrator => false,
    };
    match act.about() {
        About::Oneself => match act {
            Act::FindSlots | Act::ListTasks => role == Role::CaseManager,
            Act::FinishTask => role == Role::CaseManager && s.own,
            Act::OpenRecovery | Act::RecoverDevice | Act::OfferDevice => false,
            Act::RegisterAuthenticator | Act::EndAuthenticator => s.fresh,
            _ => true,
        },
        About::Device => s.own,
        About::Agency => {
            let reviews = matches!(role, Role::Supervisor | Role::Administrator);
            act == Act::QueryAudit && reviews && s.fresh
        }
        About::Link => false,
        About::Client => match act {
            Act::ReadPreferences | Act::ChangePreferences => serves || s.own,
            Act::ReadAccess => role == Role::Client && s.own,
            Act::WithdrawConsent => serves || (role == Role::Client && s.own),
            _ => serves,
        },
        About::Appointment => match act {
            Act::ReplyToAppointment => match role {
                Role::Client => s.takes_part,
                Role::Caregiver => s.takes_part && s.consent,
                Role::CaseManager => s.takes_part && s.assigned,
                _ => false,
            },
            _ => serves,
        },
        About::Circle => match act {
            Act::ReadCircle | Act::ReadWelcome => named && bound,
            Act::FoundCircle => named && bound && role == Role::CaseManager,
            Act::ClaimKeyPackages | Act::ResetCircle => {
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
    assert_eq!(seen, Act::ALL.len() * 16 * 4 * 256);
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
