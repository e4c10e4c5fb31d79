//! Who asks. There is no way to the data without one of these.

use protocol::{AccountId, DeviceId, PersonId, Role, SessionId};

/// Somebody who asks for something: a signed-in person on one device, or the installation itself.
///
/// It is a claim about the past ("this session was live when I looked"), so the store looks again in
/// the transaction of the act, comparing [`Generations`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Caller {
    /// The account; all zero for the installation.
    pub account: AccountId,
    /// The person; all zero for the installation.
    pub person: PersonId,
    /// The account's role.
    pub role: Role,
    /// The session; all zero for the installation.
    pub session: SessionId,
    /// The device that the session holds; all zero for the installation.
    pub device: DeviceId,
    /// The generations under which the session began.
    pub generations: Generations,
    /// Why they ask.
    pub purpose: Purpose,
}

/// Counters that a revocation raises. A session lives only while all three equal those of its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Generations {
    /// Of the account's sessions: raised by "sign out everywhere".
    pub session: i64,
    /// Of the account's rights: raised when its role changes.
    pub grant: i64,
    /// Of the device: raised when it is revoked.
    pub device: i64,
}

/// Why somebody asks; stands in every audit entry (HL7 `PurposeOfUse` in spirit).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Care of a client: the ordinary case.
    Care,
    /// In a client's place, by a representation.
    ActingFor,
    /// Setting up and running the server, by whoever controls the machine.
    Installation,
    /// Doing what is due: reminders, agency jobs.
    Scheduling,
    /// Answering by a link from a mail.
    Link,
    /// Coming back with a recovery code.
    Recovery,
    /// Coming in as a new device.
    Enrolment,
    /// Signing in.
    SignIn,
}

impl Purpose {
    /// The stable text of audit entries.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Care => "care",
            Self::ActingFor => "acting_for",
            Self::Installation => "installation",
            Self::Scheduling => "scheduling",
            Self::Link => "link",
            Self::Recovery => "recovery",
            Self::Enrolment => "enrolment",
            Self::SignIn => "sign_in",
        }
    }
}

/// The account of a [`Caller`], as the store read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// The account.
    pub account: AccountId,
    /// Its person.
    pub person: PersonId,
    /// Its role.
    pub role: Role,
}

impl Caller {
    /// A person on a device, as the store found them signed in.
    pub const fn signed_in(
        holder: Holder,
        session: SessionId,
        device: DeviceId,
        generations: Generations,
    ) -> Self {
        Self {
            account: holder.account,
            person: holder.person,
            role: holder.role,
            session,
            device,
            generations,
            purpose: Purpose::Care,
        }
    }

    /// The same person, who acts in a client's place: their audit entries say so.
    #[must_use]
    pub const fn acting_for(self) -> Self {
        Self {
            purpose: Purpose::ActingFor,
            ..self
        }
    }

    /// The installation itself: whoever runs the binary on the machine. Sets up the agency and its
    /// first people; the table of [`crate::rules`] allows it little else, and all of it is audited.
    pub const fn installation() -> Self {
        Self {
            account: AccountId::from_bytes([0; 16]),
            person: PersonId::from_bytes([0; 16]),
            role: Role::Administrator,
            session: SessionId::from_bytes([0; 16]),
            device: DeviceId::from_bytes([0; 16]),
            generations: Generations {
                session: 0,
                grant: 0,
                device: 0,
            },
            purpose: Purpose::Installation,
        }
    }

    /// The scheduler, which does what is due.
    pub const fn scheduler() -> Self {
        Self {
            purpose: Purpose::Scheduling,
            ..Self::installation()
        }
    }

    /// Whoever holds a link that was mailed to this person: taken for them, without a session.
    pub const fn bearer(holder: Holder) -> Self {
        Self {
            account: holder.account,
            person: holder.person,
            role: holder.role,
            purpose: Purpose::Link,
            ..Self::installation()
        }
    }

    /// Whoever shows this account's recovery code: taken for its person, without a session.
    pub const fn recovering(holder: Holder) -> Self {
        Self {
            purpose: Purpose::Recovery,
            ..Self::bearer(holder)
        }
    }

    /// A new device that was shown a link of this account's: taken for its person, without a session.
    pub const fn arriving(holder: Holder) -> Self {
        Self {
            purpose: Purpose::Enrolment,
            ..Self::bearer(holder)
        }
    }

    /// Whoever tries to sign in to this account: taken for its person, without a session.
    pub const fn signing_in(holder: Holder) -> Self {
        Self {
            purpose: Purpose::SignIn,
            ..Self::bearer(holder)
        }
    }

    /// Whether this is the installation and not a person.
    pub fn is_installation(&self) -> bool {
        self.purpose == Purpose::Installation
    }

    /// Whether a person acts, not the installation or the scheduler.
    pub fn is_person(&self) -> bool {
        matches!(
            self.purpose,
            Purpose::Care
                | Purpose::ActingFor
                | Purpose::Link
                | Purpose::Recovery
                | Purpose::Enrolment
                | Purpose::SignIn
        )
    }

    /// Whether a session stands behind it.
    pub fn has_session(&self) -> bool {
        matches!(self.purpose, Purpose::Care | Purpose::ActingFor)
    }
}
