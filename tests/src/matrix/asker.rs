//! Who asks: every role in every relation that it can have to what it asks about.

use protocol::Role;

/// How somebody stands to what they ask about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// It is theirs: about them, entrusted to them, they are in it.
    Own,
    /// It is somebody else's.
    Others,
    /// They were in it, and left.
    Left,
    /// They were named, and nobody has added their device yet.
    Invited,
    /// What let them in was taken back: a caregiver's consent, a case manager's assignment. Their devices
    /// are still in the group.
    Withdrawn,
    /// A caregiver's consent ran out by itself.
    RanOut,
    /// A caregiver who acts for the client. The client's consent was taken back: what they may, they may by
    /// that alone.
    Acting,
}

use Relation::{Acting, Invited, Left, Others, Own, RanOut, Withdrawn};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Asker {
    pub role: Role,
    pub relation: Relation,
}

impl Asker {
    /// Every role in every relation that it can have.
    pub const ALL: &'static [Self] = &{
        const fn asker(role: Role, relation: Relation) -> Asker {
            Asker { role, relation }
        }
        use Role::{Administrator, Caregiver, CaseManager, Client, Custodian, Supervisor};
        [
            asker(Client, Own),
            asker(Client, Others),
            asker(Client, Left),
            asker(Client, Invited),
            asker(Caregiver, Own),
            asker(Caregiver, Others),
            asker(Caregiver, Left),
            asker(Caregiver, Invited),
            asker(Caregiver, Withdrawn),
            asker(Caregiver, RanOut),
            asker(Caregiver, Acting),
            asker(CaseManager, Own),
            asker(CaseManager, Others),
            asker(CaseManager, Left),
            asker(CaseManager, Invited),
            asker(CaseManager, Withdrawn),
            asker(Supervisor, Own),
            asker(Supervisor, Others),
            asker(Supervisor, Left),
            asker(Supervisor, Invited),
            asker(Custodian, Own),
            asker(Custodian, Others),
            asker(Custodian, Left),
            asker(Custodian, Invited),
            asker(Administrator, Own),
            asker(Administrator, Others),
        ]
    };
}
