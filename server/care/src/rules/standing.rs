//! Who asks, and what is true of them: everything that the table of rules may depend on.

use protocol::{MemberState, Role};

use super::{Need, Who};

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
    /// Whoever holds a link that was mailed to a participant, or to an account, of that role.
    Bearer(Role),
    /// Whoever shows an account's recovery code.
    CodeHolder,
    /// A new device that was shown the link of one that is signed in.
    Newcomer,
    /// A device of the account that signs, without a session.
    KnownDevice,
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
    /// The session lives likewise, but nobody has confirmed its person yet.
    pub awaited: bool,
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
    /// The act is about the caller's own person, account or offer.
    pub own: bool,
    /// The act is about an account that is not the caller's.
    pub another: bool,
    /// A live representation binds the account's person to the client.
    pub acts_for: bool,
    /// A participant of the appointment who has not left.
    pub takes_part: bool,
    /// One of the staff who takes part besides whoever is booked, and has not left.
    pub beside: bool,
}

impl Standing {
    /// The installation itself.
    pub fn installation() -> Self {
        Self {
            asker: Asker::Installation,
            ..Self::default()
        }
    }

    pub(super) fn is(self, who: Who) -> bool {
        match (who, self.asker) {
            (Who::Installation, Asker::Installation)
            | (Who::Scheduler, Asker::Scheduler)
            | (Who::CodeHolder, Asker::CodeHolder)
            | (Who::Newcomer, Asker::Newcomer)
            | (Who::KnownDevice, Asker::KnownDevice)
            | (Who::Anyone, Asker::Account(_)) => true,
            (Who::Only(role), Asker::Account(own)) | (Who::Bearer(role), Asker::Bearer(own)) => {
                role == own
            }
            _ => false,
        }
    }

    pub(super) fn named(self) -> bool {
        matches!(
            self.member,
            Some(MemberState::Invited | MemberState::Confirmed)
        )
    }

    pub(super) fn meets(self, need: Need) -> bool {
        match need {
            Need::Session => self.session,
            Need::Unproved => self.unproved,
            Need::Awaited => self.awaited,
            Need::ActsFor => self.acts_for,
            Need::Arriving => self.arriving,
            Need::Fresh => self.fresh,
            Need::Named => self.named(),
            Need::Confirmed => self.member == Some(MemberState::Confirmed),
            Need::Consent => self.consent,
            Need::Assigned => self.assigned,
            Need::Own => self.own,
            Need::Another => self.another,
            Need::TakesPart => self.takes_part,
            Need::Beside => self.beside,
        }
    }
}
