//! Rows about how a person is told things, and where. Nothing of them ends anything.

use protocol::Code;

use super::row::{ABOUT_THE_CLIENT, Body, Row, Then, row};

use Body::{Json, Nothing};
use Then::{Done, Fails};

/// See the head.
pub const REACHABLE: &[Row] = &[
    row(
        "GET /v1/people/{person}/preferences",
        Nothing,
        ABOUT_THE_CLIENT,
        Done(200),
    ),
    row(
        "PUT /v1/people/{person}/preferences",
        Json(
            r#"{"language":"en","zone":"Nowhere/Here","email":null,"disclosure":"times","reminders":true,"calendar_file":true,"unread_mail":true}"#,
        ),
        ABOUT_THE_CLIENT,
        Fails(Code::ZoneUnknown),
    ),
    row(
        "GET /v1/people/{person}/update-mails",
        Nothing,
        ABOUT_THE_CLIENT,
        Done(200),
    ),
    row(
        "GET /v1/people/{person}/address",
        Nothing,
        ABOUT_THE_CLIENT,
        Done(200),
    ),
    row(
        "POST /v1/people/{person}/address",
        Nothing,
        ABOUT_THE_CLIENT,
        Done(200),
    ),
];
