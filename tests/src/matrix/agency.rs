//! Rows about what the agency has done by itself, and about the times when it was not. They stand before the
//! others: nothing of them ends anything.

use protocol::{Code, Role};

use super::asker::Relation;
use super::row::{ADMINISTRATORS, Body, Row, SERVING, Then, Who, row};

use Body::{Json, Nothing};
use Relation::{Invited, Left, Others, Own, Withdrawn};
use Role::{Administrator, CaseManager};
use Then::{Done, Fails};
use Who::Only;

/// See the head.
pub const AGENCY: &[Row] = &[
    row("GET /v1/jobs", Nothing, ADMINISTRATORS, Done(200)),
    row(
        "POST /v1/jobs/preview",
        Json(r#"{"expression":"30 7 * * 1-5"}"#),
        ADMINISTRATORS,
        Done(200),
    ),
    row(
        "POST /v1/jobs/clock",
        Json(r#"{"jump":"{nobody}"}"#),
        ADMINISTRATORS,
        Fails(Code::NotFound),
    ),
    row(
        "PUT /v1/jobs/{job}",
        Json(r#"{"expression":"15 3 * * *","misfire":"run_once","catch_up":1}"#),
        ADMINISTRATORS,
        Done(204),
    ),
    row(
        "POST /v1/jobs/{job}/pause",
        Nothing,
        ADMINISTRATORS,
        Done(204),
    ),
    row(
        "POST /v1/jobs/{job}/resume",
        Nothing,
        ADMINISTRATORS,
        Done(204),
    ),
    row(
        "POST /v1/jobs/{job}/run",
        Nothing,
        ADMINISTRATORS,
        Done(204),
    ),
    row(
        "GET /v1/outages",
        Nothing,
        Only(&[
            (CaseManager, &[Own, Others, Left, Invited, Withdrawn]),
            (Administrator, &[Own, Others]),
        ]),
        Done(200),
    ),
    row(
        "POST /v1/outages/{outage}/calls",
        Json(r#"{"participant":"{participant}"}"#),
        SERVING,
        Fails(Code::NotFound),
    ),
];
