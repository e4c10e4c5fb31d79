//! Rows about oneself: whoever is signed in may, whatever their role, and gets what is theirs. Some of it may also be
//! done by whoever has not shown yet that it is them, or waits for the word; those rows say so.

use protocol::Code;

use super::row::{Body, Row, Then, Who, awaited, query, row, unproved};

use Body::{Json, Nothing};
use Then::{Done, Fails};
use Who::SignedIn;

/// See the head.
pub const ONESELF: &[Row] = &[
    awaited(row("GET /v1/session", Nothing, SignedIn, Done(200))),
    row("GET /v1/authenticators", Nothing, SignedIn, Done(200)),
    awaited(row("GET /v1/intake", Nothing, SignedIn, Done(200))),
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
    unproved(row(
        "POST /v1/authenticators/password",
        Json(r#"{"login":"some.body","request":"{zeros32}"}"#),
        SignedIn,
        Fails(Code::BadRequest),
    )),
    unproved(row(
        "POST /v1/authenticators/password/finish",
        Json(r#"{"ceremony":"{zeros32}","record":"{zeros32}"}"#),
        SignedIn,
        Fails(Code::CeremonyGone),
    )),
    unproved(row(
        "POST /v1/authenticators/code-app",
        Nothing,
        SignedIn,
        Done(200),
    )),
    unproved(row(
        "POST /v1/authenticators/code-app/finish",
        Json(r#"{"ceremony":"{zeros32}","code":"123456"}"#),
        SignedIn,
        Fails(Code::CeremonyGone),
    )),
    // Only where the password was shown a moment ago.
    unproved(row(
        "POST /v1/sign-in/code",
        Json(r#"{"code":"123456"}"#),
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
    row("POST /v1/session/end-others", Nothing, SignedIn, Done(204)),
    row("POST /v1/session/share", Nothing, SignedIn, Done(200)),
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
];
