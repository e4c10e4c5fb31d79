//! Rows about coming in: whoever asks has no session yet, and what they show must be good. Here nothing of what is
//! shown is, and each row says what they hear instead. Nothing of them ends anything.

use protocol::Code;

use super::row::{Body, Row, Then, Who, row};

use Body::{Json, Nothing};
use Then::{Done, Fails};
use Who::Anybody;

/// See the head.
pub const WAYS_IN: &[Row] = &[
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
        "POST /v1/sign-in/password",
        Json(
            r#"{"login":"{nobody}","ke1":"{zeros32}","device":"{nobody}","nonce":"{zeros32}","signature":"{zeros64}"}"#,
        ),
        Anybody,
        Fails(Code::BadRequest),
    ),
    row(
        "POST /v1/sign-in/password/finish",
        Json(
            r#"{"ceremony":"{zeros32}","ke3":"{zeros64}","device":"{nobody}","nonce":"{zeros32}","signature":"{zeros64}","shared":false}"#,
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
];
