//! Rows about the number by which a person is called. They stand before the others: nothing of them ends anything.

use super::row::{ABOUT_THE_CLIENT, Body, Row, Then, row};

use Body::{Json, Nothing};
use Then::Done;

/// See the head.
pub const CALLED: &[Row] = &[
    row(
        "GET /v1/people/{person}/phone",
        Nothing,
        ABOUT_THE_CLIENT,
        Done(200),
    ),
    row(
        "PUT /v1/people/{person}/phone",
        Json(r#"{"number":"312 555 0142"}"#),
        ABOUT_THE_CLIENT,
        Done(200),
    ),
];
