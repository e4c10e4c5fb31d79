//! What a refusal tells: why not, and no more than the caller may know. That a thing exists is told to those alone who
//! may know of it; what is missing is told where the caller can do something about it.

use protocol::{Code, MemberState, Refusal, Role};

use super::acts::{About, Act};
use super::allows;
use super::standing::{Asker, Standing};

/// Why the table does not allow the act, by the codes that [`super::may`] promises.
pub(super) fn of(act: Act, standing: Standing) -> Refusal {
    let code = if matches!(
        standing.asker,
        Asker::Installation
            | Asker::Scheduler
            | Asker::CodeHolder
            | Asker::Newcomer
            | Asker::KnownDevice
    ) {
        Code::NotAllowed
    } else if matches!(standing.asker, Asker::Bearer(_)) || act.about() == About::Link {
        Code::LinkGone
    } else if !standing.session {
        if standing.awaited {
            Code::NotConfirmed
        } else if standing.unproved {
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
            About::Device | About::Transfer if !standing.own => Code::NotFound,
            About::Client if !standing.assigned && !standing.own && !standing.acts_for => {
                Code::NotFound
            }
            About::Appointment
                if !(standing.assigned
                    || standing.acts_for
                    || standing.beside
                    || (standing.takes_part && standing.consent)) =>
            {
                Code::NotFound
            }
            _ => Code::NotAllowed,
        }
    };
    Refusal::new(code, sentence(code))
}

fn sentence(code: Code) -> &'static str {
    match code {
        Code::SignedOut => "sign in again",
        Code::NotConfirmed => "wait until your case manager has confirmed that it is you",
        Code::AuthenticatorRequired => "show or register a passkey or a password first",
        Code::StepUpRequired => "show your passkey, or your password, again to do this",
        Code::NotFound => "no such thing, or none that you may know of",
        Code::NotOnRoster => "no longer in this circle",
        Code::ConsentRequired => "no live consent of the client covers this",
        _ => "the rules do not allow this",
    }
}
