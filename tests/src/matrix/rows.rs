//! Who may ask what. One row for each route; what a row does not allow must be refused.
//!
//! Rows whose doing ends something (a session, a device, a right) come last, each after what it ends.

use protocol::bundle::{CommitBundle, Founding, MEDIA_TYPE};
use protocol::{Code, Role, frame};

use super::world::{Asker, Place, Relation};

use Relation::{Invited, Left, Others, Own, RanOut, Withdrawn};
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

use Then::{Done, Fails};
use Who::{Anybody, Only, SignedIn};

/// What is sent.
#[derive(Clone, Copy)]
enum Body {
    Nothing,
    Json(&'static str),
    Founding,
    Commit,
}

use Body::{Json, Nothing};

/// See the head. In paths, queries and bodies a word in braces stands for what the asker asks about.
#[derive(Clone, Copy)]
pub struct Row {
    pub route: &'static str,
    pub query: &'static str,
    /// The word that is put where the path has one in braces, if it is another.
    pub instead: (&'static str, &'static str),
    body: Body,
    pub who: Who,
    /// Also for whoever has shown no authenticator yet.
    pub unproved: bool,
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

const fn row(route: &'static str, body: Body, who: Who, then: Then) -> Row {
    Row {
        route,
        query: "",
        instead: ("", ""),
        body,
        who,
        unproved: false,
        then,
    }
}

const fn query(query: &'static str, row: Row) -> Row {
    Row { query, ..row }
}

const fn instead(instead: (&'static str, &'static str), row: Row) -> Row {
    Row { instead, ..row }
}

/// Also for whoever has shown no authenticator yet.
const fn unproved(row: Row) -> Row {
    Row {
        unproved: true,
        ..row
    }
}

/// In the circle's group by right.
const IN_THE_CIRCLE: Who = Only(&[
    (Client, &[Own]),
    (Caregiver, &[Own]),
    (CaseManager, &[Own]),
    (Supervisor, &[Own]),
    (Custodian, &[Own]),
]);
/// Named in the circle by right, whether or not a device is in its group yet.
const NAMED: Who = Only(&[
    (Client, &[Own, Invited]),
    (Caregiver, &[Own, Invited]),
    (CaseManager, &[Own, Invited]),
    (Supervisor, &[Own, Invited]),
    (Custodian, &[Own, Invited]),
]);
/// Whom the client is entrusted to. Who left a circle of a client's goes on serving them.
const SERVING: Who = Only(&[(CaseManager, &[Own, Left, Invited])]);
/// Comes to the visit by right. Everybody left the one of `Left`.
const AT_THE_VISIT: Who = Only(&[
    (Client, &[Own, Invited]),
    (Caregiver, &[Own, Invited]),
    (CaseManager, &[Own, Invited]),
]);
/// Whose the thing is.
const OWNERS: Who = Only(&[
    (Client, &[Own, Left, Invited]),
    (Caregiver, &[Own, Left, Invited, Withdrawn, RanOut]),
    (CaseManager, &[Own, Left, Invited, Withdrawn]),
    (Supervisor, &[Own, Left, Invited]),
    (Custodian, &[Own, Left, Invited]),
    (Administrator, &[Own]),
]);

/// See the head.
pub const ROWS: &[Row] = &[
    // Without a session: what is shown must be good.
    row(
        "POST /v1/invitations/look-up",
        Json(r#"{"secret":"{zeros16}"}"#),
        Anybody,
        Fails(Code::InvitationUnknown),
    ),
    row(
        "POST /v1/invitations/redeem",
        Json(
            r#"{"op_id":"{op}","secret":"{zeros16}","aik":"{zeros32}","certificate":"{zeros64}"}"#,
        ),
        Anybody,
        Fails(Code::CertificateInvalid),
    ),
    row("GET /v1/sign-in", Nothing, Anybody, Done(200)),
    row("POST /v1/sign-in/passkey", Nothing, Anybody, Done(200)),
    row(
        "POST /v1/sign-in/passkey/finish",
        Json(
            r#"{"ceremony":"{zeros32}","credential":"{}","device":"{nobody}","nonce":"{zeros32}","signature":"{zeros64}","shared":false}"#,
        ),
        Anybody,
        Fails(Code::CeremonyGone),
    ),
    row(
        "POST /v1/sessions/challenge",
        Json(r#"{"device":"{nobody}"}"#),
        Anybody,
        Fails(Code::NotFound),
    ),
    row(
        "POST /v1/sessions",
        Json(
            r#"{"device":"{nobody}","challenge":"{zeros32}","nonce":"{zeros32}","signature":"{zeros64}"}"#,
        ),
        Anybody,
        Fails(Code::NotFound),
    ),
    row(
        "POST /v1/enrolments/offer",
        Json(
            r#"{"lookup":"{zeros32}","offer":{"lookup":"{zeros32}","device":"{nobody}","dsk":"{zeros32}","seal_key":"{zeros32}","mac":"{zeros32}"}}"#,
        ),
        Anybody,
        Fails(Code::EnrolmentGone),
    ),
    row(
        "POST /v1/enrolments/collect",
        Json(r#"{"lookup":"{zeros32}","nonce":"{zeros32}","signature":"{zeros64}"}"#),
        Anybody,
        Fails(Code::EnrolmentGone),
    ),
    row(
        "POST /v1/recovery/open",
        Json(r#"{"locator":"{zeros32}"}"#),
        Anybody,
        Fails(Code::RecoveryUnknown),
    ),
    row(
        "POST /v1/recovery/enrol",
        Json(r#"{"op_id":"{op}","locator":"{zeros32}","certificate":"{zeros64}"}"#),
        Anybody,
        Fails(Code::RecoveryUnknown),
    ),
    // About oneself.
    unproved(row("GET /v1/session", Nothing, SignedIn, Done(200))),
    row("GET /v1/authenticators", Nothing, SignedIn, Done(200)),
    unproved(row(
        "POST /v1/authenticators/passkey",
        Nothing,
        SignedIn,
        Done(200),
    )),
    unproved(row(
        "POST /v1/authenticators/passkey/finish",
        Json(r#"{"ceremony":"{zeros32}","credential":"{}"}"#),
        SignedIn,
        Fails(Code::CeremonyGone),
    )),
    row(
        "DELETE /v1/authenticators/{authenticator}",
        Nothing,
        SignedIn,
        Fails(Code::NotFound),
    ),
    row("POST /v1/tickets", Nothing, SignedIn, Done(200)),
    row(
        "PUT /v1/key-packages",
        Json(r#"{"one_time":[],"last_resort":null}"#),
        SignedIn,
        Done(200),
    ),
    row("GET /v1/circles", Nothing, SignedIn, Done(200)),
    row("GET /v1/people", Nothing, SignedIn, Done(200)),
    row("GET /v1/devices", Nothing, SignedIn, Done(200)),
    row("GET /v1/vault", Nothing, SignedIn, Done(200)),
    row(
        "PUT /v1/vault",
        Json(r#"{"after":9,"sealed":"AAAA","wraps":[]}"#),
        SignedIn,
        Fails(Code::VaultChanged),
    ),
    row(
        "PUT /v1/identity",
        Json(
            r#"{"op_id":"{op}","stolen":"{nobody}","succession":"AAAA","certificate":"{zeros64}","vault":{"after":0,"sealed":"AAAA","wraps":[]}}"#,
        ),
        SignedIn,
        Fails(Code::NotFound),
    ),
    row(
        "PUT /v1/certificate",
        Json(r#"{"certificate":"{zeros64}"}"#),
        SignedIn,
        Fails(Code::CertificateInvalid),
    ),
    row(
        "POST /v1/enrolments",
        Json(r#"{"op_id":"{op}","lookup":"{secret}"}"#),
        SignedIn,
        Done(200),
    ),
    row(
        "POST /v1/enrolments/approve",
        Json(r#"{"op_id":"{op}","lookup":"{zeros32}","certificate":"{zeros64}","sealed":"AAAA"}"#),
        SignedIn,
        Fails(Code::EnrolmentGone),
    ),
    row(
        "POST /v1/enrolments/decline",
        Json(r#"{"lookup":"{zeros32}"}"#),
        SignedIn,
        Fails(Code::EnrolmentGone),
    ),
    query(
        "?from=2026-11-01&days=30",
        row("GET /v1/appointments", Nothing, SignedIn, Done(200)),
    ),
    // A circle.
    row("GET /v1/circles/{circle}", Nothing, NAMED, Done(200)),
    row(
        "GET /v1/circles/{circle}/group-info",
        Nothing,
        IN_THE_CIRCLE,
        Done(200),
    ),
    query(
        "?generation=0",
        row(
            "GET /v1/circles/{circle}/history",
            Nothing,
            IN_THE_CIRCLE,
            Done(200),
        ),
    ),
    row("GET /v1/welcomes/{welcome}", Nothing, NAMED, Done(200)),
    row(
        "POST /v1/circles/{circle}/group",
        Body::Founding,
        Only(&[(CaseManager, &[Own, Invited])]),
        Fails(Code::CircleFounded),
    ),
    row(
        "POST /v1/circles/{circle}/commits",
        Body::Commit,
        IN_THE_CIRCLE,
        Fails(Code::MlsMalformed),
    ),
    row(
        "POST /v1/key-packages/claim",
        Json(r#"{"op_id":"{op}","circle":"{circle}","accounts":["{client_account}"]}"#),
        Only(&[(CaseManager, &[Own])]),
        Done(200),
    ),
    row(
        "POST /v1/circles/{circle}/distress",
        Json(r#"{"op_id":"{op}","generation":7,"seq":1}"#),
        IN_THE_CIRCLE,
        Fails(Code::Generation),
    ),
    row(
        "POST /v1/circles/{circle}/reset",
        Body::Founding,
        Only(&[(CaseManager, &[Own])]),
        // The invented group has no state that could be carried over.
        Fails(Code::Internal),
    ),
    // A client, and those whom they trust.
    row(
        "GET /v1/people/{person}/preferences",
        Nothing,
        Only(&[
            (Client, &[Own, Left, Invited]),
            (CaseManager, &[Own, Left, Invited]),
        ]),
        Done(200),
    ),
    row(
        "PUT /v1/people/{person}/preferences",
        Json(
            r#"{"language":"en","zone":"Nowhere/Here","email":null,"disclosure":"times","reminders":true,"calendar_file":true}"#,
        ),
        Only(&[
            (Client, &[Own, Left, Invited]),
            (CaseManager, &[Own, Left, Invited]),
        ]),
        Fails(Code::ZoneUnknown),
    ),
    row(
        "GET /v1/people/{person}/appointments",
        Nothing,
        SERVING,
        Done(200),
    ),
    row(
        "POST /v1/circles",
        Json(r#"{"op_id":"{op}","client":"{client}","title":"One more","members":[]}"#),
        SERVING,
        Done(200),
    ),
    row(
        "POST /v1/consents",
        Json(
            r#"{"op_id":"{op}","client":"{client}","caregiver":"{caregiver}","basis":"verbal","note":"said so","until":1,"appointments":false}"#,
        ),
        SERVING,
        Fails(Code::BadRequest),
    ),
    // Appointments.
    row(
        "POST /v1/appointments",
        Json(
            r#"{"op_id":"{op}","client":"{client}","kind":"phone","civil_start":"2026-11-01T10:00","minutes":30,"caregivers":[]}"#,
        ),
        SERVING,
        Fails(Code::TimePast),
    ),
    row(
        "POST /v1/appointments/{appointment}/move",
        Json(r#"{"op_id":"{op}","sequence":7,"civil_start":"2026-11-12T10:00"}"#),
        SERVING,
        Fails(Code::AppointmentChanged),
    ),
    row(
        "POST /v1/appointments/{appointment}/cancel",
        Json(r#"{"op_id":"{op}","sequence":7,"reason":"agency"}"#),
        SERVING,
        Fails(Code::AppointmentChanged),
    ),
    row(
        "POST /v1/appointments/{appointment}/reply",
        Json(r#"{"op_id":"{op}","sequence":7,"reply":"confirm"}"#),
        AT_THE_VISIT,
        Fails(Code::AppointmentChanged),
    ),
    query(
        "?from=2026-11-10&days=1&minutes=30",
        row(
            "GET /v1/slots",
            Nothing,
            Only(&[(CaseManager, &[Own, Others, Left, Invited, Withdrawn])]),
            Done(200),
        ),
    ),
    row(
        "GET /v1/tasks",
        Nothing,
        Only(&[(CaseManager, &[Own, Others, Left, Invited, Withdrawn])]),
        Done(200),
    ),
    // Who saw what.
    query(
        "?view=client&person={client}",
        row(
            "GET /v1/audit",
            Nothing,
            Only(&[
                (Supervisor, &[Own, Others, Left, Invited]),
                (Administrator, &[Own, Others]),
            ]),
            Done(200),
        ),
    ),
    row(
        "GET /v1/audit/people",
        Nothing,
        Only(&[
            (Supervisor, &[Own, Others, Left, Invited]),
            (Administrator, &[Own, Others]),
        ]),
        Done(200),
    ),
    row(
        "GET /v1/access",
        Nothing,
        Only(&[(Client, &[Own, Others, Left, Invited])]),
        Done(200),
    ),
    // What ends something.
    row(
        "POST /v1/tasks/{task}/done",
        Nothing,
        Only(&[(CaseManager, &[Own, Left, Invited, Withdrawn])]),
        Done(204),
    ),
    instead(
        ("task", "idle_task"),
        row(
            "POST /v1/tasks/{task}/remove-device",
            Nothing,
            SERVING,
            Done(204),
        ),
    ),
    row(
        "POST /v1/devices/{device}/revoke",
        Json(r#"{"op_id":"{op}"}"#),
        OWNERS,
        Done(204),
    ),
    row(
        "POST /v1/consents/{consent}/withdraw",
        Json(r#"{"op_id":"{op}"}"#),
        Only(&[
            (Client, &[Own, Left, Invited]),
            (CaseManager, &[Own, Left, Invited]),
        ]),
        Done(200),
    ),
    row(
        "POST /v1/circles/{circle}/leave",
        Json(r#"{"op_id":"{op}"}"#),
        Only(&[
            (Client, &[Own, Invited]),
            (Caregiver, &[Own, Invited, Withdrawn, RanOut]),
            (CaseManager, &[Own, Invited, Withdrawn]),
            (Supervisor, &[Own, Invited]),
        ]),
        Done(204),
    ),
    instead(
        ("person", "neighbour"),
        row(
            "POST /v1/people/{person}/new-keys",
            Json(r#"{"op_id":"{op}"}"#),
            SERVING,
            Done(200),
        ),
    ),
    unproved(row("DELETE /v1/session", Nothing, SignedIn, Done(204))),
];
