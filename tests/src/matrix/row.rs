//! One row of the matrix: a route, what is sent, whom it allows, and what then comes of it.

use protocol::bundle::{CommitBundle, Founding, MEDIA_TYPE};
use protocol::{Code, Role, frame};

use super::asker::{Asker, Relation};
use super::world::Place;

use Relation::{Acting, Invited, Left, Others, Own, RanOut, Withdrawn};
use Role::{Administrator, Caregiver, CaseManager, Client, Custodian, Supervisor};

/// Whom a row allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Whoever comes, without a session: what they show must be good.
    Anybody,
    /// Everybody who is signed in: it is about themselves.
    SignedIn,
    /// These and no others.
    Only(&'static [(Role, &'static [Relation])]),
}

/// What comes of it for whoever may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Done, with this status.
    Done(u16),
    /// It fails for another reason than rights, so that one row does not spoil the next.
    Fails(Code),
}
use Who::{Anybody, Only, SignedIn};

/// What is sent.
#[derive(Clone, Copy)]
pub enum Body {
    Nothing,
    Json(&'static str),
    Founding,
    Commit,
}

/// See the head. In paths, queries and bodies a word in braces stands for what the asker asks about.
#[derive(Clone, Copy)]
pub struct Row {
    pub route: &'static str,
    pub query: &'static str,
    /// The word that is put where the path has one in braces, if it is another.
    pub instead: (&'static str, &'static str),
    pub body: Body,
    pub who: Who,
    /// Also for whoever has shown no authenticator yet.
    pub unproved: bool,
    /// Also for whoever came by an invitation and has not been confirmed yet.
    pub awaited: bool,
    pub then: Then,
}

impl Row {
    pub fn allows(&self, asker: Asker) -> bool {
        match self.who {
            Anybody | SignedIn => true,
            Only(these) => these.iter().any(|(role, relations)| {
                *role == asker.role && relations.contains(&asker.relation)
            }),
        }
    }

    /// Whether to try it: what is about oneself is the same whatever somebody else's is.
    pub fn concerns(&self, asker: Asker) -> bool {
        let twice = self.who == SignedIn && asker.relation == Others;
        self.allows(asker) && !twice
    }

    /// The media type and the bytes.
    pub fn body(&self, place: &Place<'_>) -> Option<(&'static str, Vec<u8>)> {
        let nothing = || vec![0; 8].into();
        match self.body {
            Body::Nothing => None,
            Body::Json(text) => Some(("application/json", place.fill(text).into_bytes())),
            Body::Founding => {
                let founding = Founding {
                    op_id: place.op(),
                    group_info: nothing(),
                };
                Some((MEDIA_TYPE, frame::to_vec(&founding)))
            }
            Body::Commit => {
                let commit = CommitBundle {
                    op_id: place.op(),
                    commit: nothing(),
                    group_info: nothing(),
                    welcome: None,
                    era_next: nothing(),
                    era: 2,
                    send_counter: 1,
                };
                Some((MEDIA_TYPE, frame::to_vec(&commit)))
            }
        }
    }
}

pub const fn row(route: &'static str, body: Body, who: Who, then: Then) -> Row {
    Row {
        route,
        query: "",
        instead: ("", ""),
        body,
        who,
        unproved: false,
        awaited: false,
        then,
    }
}

pub const fn query(query: &'static str, row: Row) -> Row {
    Row { query, ..row }
}

pub const fn instead(instead: (&'static str, &'static str), row: Row) -> Row {
    Row { instead, ..row }
}

/// Also for whoever has shown no authenticator yet.
pub const fn unproved(row: Row) -> Row {
    Row {
        unproved: true,
        ..row
    }
}

/// The same, and for whoever waits to be confirmed.
pub const fn awaited(row: Row) -> Row {
    Row {
        awaited: true,
        ..unproved(row)
    }
}

/// In the circle's group by right.
pub const IN_THE_CIRCLE: Who = Only(&[
    (Client, &[Own]),
    (Caregiver, &[Own]),
    (CaseManager, &[Own]),
    (Supervisor, &[Own]),
    (Custodian, &[Own]),
]);
/// Named in the circle by right, whether or not a device is in its group yet.
pub const NAMED: Who = Only(&[
    (Client, &[Own, Invited]),
    (Caregiver, &[Own, Invited]),
    (CaseManager, &[Own, Invited]),
    (Supervisor, &[Own, Invited]),
    (Custodian, &[Own, Invited]),
]);
/// Whom the client is entrusted to. Who left a circle of a client's goes on serving them.
pub const SERVING: Who = Only(&[(CaseManager, &[Own, Left, Invited])]);
/// Sees to who serves whom, wherever they are named.
pub const SUPERVISORS: Who = Only(&[(Supervisor, &[Own, Others, Left, Invited])]);
/// Sees to who works here.
pub const ADMINISTRATORS: Who = Only(&[(Administrator, &[Own, Others])]);
/// Says how the agency works.
pub const OVERSEERS: Who = Only(&[
    (Supervisor, &[Own, Others, Left, Invited]),
    (Administrator, &[Own, Others]),
]);
/// Case managers, about what was offered by them or to them.
pub const OFFERED: Who = Only(&[(CaseManager, &[Own, Left, Invited])]);
/// The same, and whoever acts for the client.
pub const SERVING_OR_ACTING: Who =
    Only(&[(CaseManager, &[Own, Left, Invited]), (Caregiver, &[Acting])]);
/// The client, who serves them, and who acts for them.
pub const ABOUT_THE_CLIENT: Who = Only(&[
    (Client, &[Own, Left, Invited]),
    (CaseManager, &[Own, Left, Invited]),
    (Caregiver, &[Acting]),
]);
/// Comes to the visit by right, or answers in the client's place. Everybody left the one of `Left`.
pub const AT_THE_VISIT: Who = Only(&[
    (Client, &[Own, Invited]),
    (Caregiver, &[Own, Invited, Acting]),
    (CaseManager, &[Own, Invited]),
]);
/// Whose the thing is.
pub const OWNERS: Who = Only(&[
    (Client, &[Own, Left, Invited]),
    (Caregiver, &[Own, Left, Invited, Withdrawn, RanOut, Acting]),
    (CaseManager, &[Own, Left, Invited, Withdrawn]),
    (Supervisor, &[Own, Left, Invited]),
    (Custodian, &[Own, Left, Invited]),
    (Administrator, &[Own]),
]);
