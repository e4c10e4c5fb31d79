//! Who may ask what. One row for each route; what a row does not allow must be refused. Here are the rows about a circle,
//! a client, their visits and those who work for them; coming in, oneself and what stands by itself have files.
//!
//! Rows whose doing ends something (a session, a device, a right) come last, each after what it ends.

use protocol::{Code, Role};

use super::asker::Relation;
use super::row::{
    ABOUT_THE_CLIENT, ADMINISTRATORS, AT_THE_VISIT, Body, IN_THE_CIRCLE, NAMED, OFFERED, OWNERS,
    Row, SERVING, SERVING_OR_ACTING, SUPERVISORS, Then, Who, awaited, instead, query, row,
};

use Body::{Json, Nothing};
use Relation::{Acting, Invited, Left, Others, Own, RanOut, Withdrawn};
use Role::{Administrator, Caregiver, CaseManager, Client, Supervisor};
use Then::{Done, Fails};
use Who::{Only, SignedIn};

/// See the head.
pub const ROWS: &[Row] = &[
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
        "POST /v1/circles/{circle}/members",
        Json(r#"{"op_id":"{op}","account":"{colleague}"}"#),
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
        "GET /v1/people/{person}/appointments",
        Nothing,
        SERVING_OR_ACTING,
        Done(200),
    ),
    row(
        "POST /v1/people",
        Json(r#"{"op_id":"{op}","name":"New Sample"}"#),
        Only(&[(CaseManager, &[Own, Others, Left, Invited, Withdrawn])]),
        Done(200),
    ),
    row(
        "POST /v1/people/{person}/caregivers",
        Json(r#"{"op_id":"{op}","name":"New Sample","relationship":"aunt"}"#),
        SERVING,
        Done(200),
    ),
    row(
        "GET /v1/people/{person}/invitation",
        Nothing,
        SERVING,
        Done(200),
    ),
    instead(
        ("person", "guest"),
        row(
            "POST /v1/people/{person}/invitations",
            Json(r#"{"op_id":"{op}","lookup_hash":"{secret}","mac":"{zeros32}"}"#),
            SERVING,
            Done(200),
        ),
    ),
    instead(
        ("person", "guest"),
        row(
            "POST /v1/people/{person}/invitations/mail",
            Json(
                r#"{"op_id":"{op}","lookup_hash":"{secret}","mac":"{zeros32}","link":"/join/{zeros16}.{zeros32}","email":"guest@example.com","language":"es"}"#,
            ),
            SERVING,
            Done(200),
        ),
    ),
    row(
        "POST /v1/invitations/{invitation}/confirm",
        Json(r#"{"op_id":"{op}","aik":"{zeros32}","confirmation":null}"#),
        SERVING,
        Fails(Code::InvitationUsed),
    ),
    row(
        "POST /v1/people/{person}/representations",
        Json(
            r#"{"op_id":"{op}","caregiver":"{caregiver}","basis":"guardian","evidence":"court order","until":1}"#,
        ),
        SERVING,
        Fails(Code::BadRequest),
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
        "POST /v1/series",
        Json(
            r#"{"first":{"op_id":"{op}","client":"{client}","kind":"phone","civil_start":"2026-11-01T10:00","minutes":30,"caregivers":[]},"rule":"FREQ=WEEKLY;COUNT=3"}"#,
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
        "POST /v1/appointments/{appointment}/team",
        Json(r#"{"op_id":"{op}","sequence":7,"staff":["{colleague}"]}"#),
        SERVING,
        Fails(Code::AppointmentChanged),
    ),
    row(
        "GET /v1/appointments/{appointment}/mails",
        Nothing,
        SERVING,
        Done(200),
    ),
    row(
        "POST /v1/appointments/{appointment}/place",
        Json(r#"{"op_id":"{op}","sequence":7,"place":"12 Elm Street"}"#),
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
        "POST /v1/appointments/{appointment}/undo-cancel",
        Json(r#"{"op_id":"{op}","sequence":7}"#),
        SERVING,
        Fails(Code::AppointmentState),
    ),
    row(
        "POST /v1/appointments/{appointment}/close",
        Json(r#"{"op_id":"{op}","sequence":0,"outcome":"completed","next_step":"none","note":""}"#),
        SERVING,
        Fails(Code::AppointmentState),
    ),
    row(
        "POST /v1/appointments/{appointment}/reply",
        Json(r#"{"op_id":"{op}","sequence":7,"reply":"confirm","for_client":{for_client}}"#),
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
    // From one case manager to another.
    row(
        "GET /v1/transfers",
        Nothing,
        Only(&[(CaseManager, &[Own, Others, Left, Invited, Withdrawn])]),
        Done(200),
    ),
    instead(
        ("transfer", "made"),
        row(
            "POST /v1/transfers/{transfer}/withdraw",
            Json(r#"{"op_id":"{op}"}"#),
            OFFERED,
            Done(200),
        ),
    ),
    row(
        "POST /v1/transfers",
        Json(
            r#"{"op_id":"{op}","to":"{colleague}","clients":["{client}"],"note":"likes mornings"}"#,
        ),
        SERVING,
        Done(200),
    ),
    instead(
        ("transfer", "given"),
        row(
            "POST /v1/transfers/{transfer}/accept",
            Json(r#"{"op_id":"{op}"}"#),
            OFFERED,
            Done(200),
        ),
    ),
    instead(
        ("transfer", "given"),
        row(
            "POST /v1/transfers/{transfer}/decline",
            Json(r#"{"op_id":"{op}","reason":"no time"}"#),
            OFFERED,
            // It was accepted a row before.
            Fails(Code::TransferGone),
        ),
    ),
    // Who serves whom.
    row("GET /v1/caseloads", Nothing, SUPERVISORS, Done(200)),
    row(
        "POST /v1/assignments",
        Json(r#"{"op_id":"{op}","staff":"{colleague}","client":"{client}"}"#),
        SUPERVISORS,
        Done(204),
    ),
    row(
        "POST /v1/assignments/end",
        Json(r#"{"op_id":"{op}","staff":"{uninvited}","client":"{client}"}"#),
        SUPERVISORS,
        Done(204),
    ),
    // Who works here.
    row("GET /v1/staff", Nothing, ADMINISTRATORS, Done(200)),
    row(
        "POST /v1/staff",
        Json(r#"{"op_id":"{op}","name":"Newcomer Sample","role":"supervisor"}"#),
        ADMINISTRATORS,
        Done(200),
    ),
    instead(
        ("account", "uninvited"),
        row(
            "POST /v1/staff/{account}/invite",
            Json(r#"{"op_id":"{op}"}"#),
            ADMINISTRATORS,
            Done(200),
        ),
    ),
    instead(
        ("account", "colleague"),
        row(
            "POST /v1/staff/{account}/role",
            Json(r#"{"op_id":"{op}","role":"supervisor"}"#),
            ADMINISTRATORS,
            Fails(Code::ServesClients),
        ),
    ),
    instead(
        ("account", "uninvited"),
        row(
            "POST /v1/staff/{account}/sign-out",
            Json(r#"{"op_id":"{op}"}"#),
            ADMINISTRATORS,
            Done(204),
        ),
    ),
    instead(
        ("account", "uninvited"),
        row(
            "POST /v1/staff/{account}/end",
            Json(r#"{"op_id":"{op}"}"#),
            ADMINISTRATORS,
            Done(200),
        ),
    ),
    // Who saw what. About a client a supervisor asks; an administrator sees no clients.
    query(
        "?view=client&person={client}",
        row("GET /v1/audit", Nothing, SUPERVISORS, Done(200)),
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
    query(
        "?client={client}",
        row(
            "GET /v1/access",
            Nothing,
            Only(&[(Client, &[Own, Left, Invited]), (Caregiver, &[Acting])]),
            Done(200),
        ),
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
        ABOUT_THE_CLIENT,
        Done(200),
    ),
    row(
        "POST /v1/circles/{circle}/leave",
        Json(r#"{"op_id":"{op}"}"#),
        Only(&[
            (Client, &[Own, Invited]),
            (Caregiver, &[Own, Invited, Withdrawn, RanOut, Acting]),
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
    row(
        "POST /v1/invitations/{invitation}/end",
        Json(r#"{"op_id":"{op}"}"#),
        SERVING,
        Done(200),
    ),
    row(
        "POST /v1/representations/{representation}/end",
        Json(r#"{"op_id":"{op}"}"#),
        SERVING,
        Done(200),
    ),
    awaited(row("DELETE /v1/session", Nothing, SignedIn, Done(204))),
];
