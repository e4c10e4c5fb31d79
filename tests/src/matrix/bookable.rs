//! Rows about what can be booked, and when. They stand before the others: nothing of them ends anything.

use protocol::{Code, Role};

use super::asker::Relation;
use super::row::{Body, OVERSEERS, Row, SERVING, Then, Who, instead, row};

use Body::{Json, Nothing};
use Relation::{Invited, Left, Others, Own, Withdrawn};
use Role::{Administrator, CaseManager, Supervisor};
use Then::{Done, Fails};
use Who::Only;

/// See the head.
pub const BOOKABLE: &[Row] = &[
    row(
        "GET /v1/visit-types",
        Nothing,
        Only(&[
            (CaseManager, &[Own, Others, Left, Invited, Withdrawn]),
            (Supervisor, &[Own, Others, Left, Invited]),
            (Administrator, &[Own, Others]),
        ]),
        Done(200),
    ),
    row(
        "POST /v1/visit-types",
        Json(
            r#"{"op_id":"{op}","terms":{"name":"Call","kind":"phone","minutes":30,"before_minutes":0,"after_minutes":0,"travel_minutes":0,"notice_minutes":0,"days_ahead":30}}"#,
        ),
        OVERSEERS,
        Done(200),
    ),
    row(
        "PUT /v1/visit-types/{visit_type}",
        Json(
            r#"{"name":"Call","kind":"phone","minutes":30,"before_minutes":0,"after_minutes":0,"travel_minutes":0,"notice_minutes":0,"days_ahead":30}"#,
        ),
        OVERSEERS,
        Fails(Code::NotFound),
    ),
    row(
        "DELETE /v1/visit-types/{visit_type}",
        Nothing,
        OVERSEERS,
        Fails(Code::NotFound),
    ),
    row(
        "GET /v1/closures",
        Nothing,
        Only(&[
            (CaseManager, &[Own, Others, Left, Invited, Withdrawn]),
            (Supervisor, &[Own, Others, Left, Invited]),
            (Administrator, &[Own, Others]),
        ]),
        Done(200),
    ),
    row(
        "POST /v1/closures",
        Json(
            r#"{"op_id":"{op}","days":{"name":"Long ago","from":"2001-01-01","until":"2001-01-01"}}"#,
        ),
        OVERSEERS,
        Fails(Code::TimePast),
    ),
    row(
        "DELETE /v1/closures/{closure}",
        Nothing,
        OVERSEERS,
        Fails(Code::NotFound),
    ),
    row(
        "GET /v1/people/{person}/visit-zones",
        Nothing,
        SERVING,
        Done(200),
    ),
    row(
        "GET /v1/people/{person}/booking-links",
        Nothing,
        SERVING,
        Done(200),
    ),
    row(
        "POST /v1/people/{person}/booking-links",
        Json(
            r#"{"op_id":"{op}","kind":"phone","minutes":30,"from":"2026-11-09","until":"2026-11-20","workers":[],"valid_days":7,"mail":false}"#,
        ),
        SERVING,
        Done(200),
    ),
    row(
        "POST /v1/booking-links/{booking_link}/revoke",
        Json(r#"{"op_id":"{op}"}"#),
        SERVING,
        Done(200),
    ),
    row(
        "GET /v1/calendar-feed",
        Nothing,
        Only(&[(CaseManager, &[Own, Others, Left, Invited, Withdrawn])]),
        Done(200),
    ),
    row(
        "POST /v1/calendar-feed",
        Json(r#"{"op_id":"{op}"}"#),
        Only(&[(CaseManager, &[Own, Others, Left, Invited, Withdrawn])]),
        Done(200),
    ),
    row(
        "DELETE /v1/calendar-feed",
        Nothing,
        Only(&[(CaseManager, &[Own, Others, Left, Invited, Withdrawn])]),
        Done(204),
    ),
    row(
        "POST /v1/holds",
        Json(r#"{"client":"{client}","civil_start":"2026-11-01T10:00","minutes":30}"#),
        SERVING,
        Fails(Code::TimePast),
    ),
    row(
        "DELETE /v1/holds",
        Nothing,
        Only(&[(CaseManager, &[Own, Others, Left, Invited, Withdrawn])]),
        Done(204),
    ),
    instead(
        ("series", "nobody"),
        row(
            "POST /v1/series/{series}/gaps",
            Json(
                r#"{"occurrence":"2026-11-10T10:00","visit":{"op_id":"{op}","client":"{client}","kind":"phone","civil_start":"2026-11-11T10:00","minutes":30,"caregivers":[]}}"#,
            ),
            SERVING,
            Fails(Code::NotFound),
        ),
    ),
    row(
        "GET /v1/hours",
        Nothing,
        Only(&[(CaseManager, &[Own, Others, Left, Invited, Withdrawn])]),
        Done(200),
    ),
    row(
        "PUT /v1/hours",
        Json(r#"{"zone":"Mars/Nowhere","weekly":[],"dated":[]}"#),
        Only(&[(CaseManager, &[Own, Others, Left, Invited, Withdrawn])]),
        Fails(Code::ZoneUnknown),
    ),
];
