//! The audit log: for those who review it, and for the client whose record it is.

use axum::Json;
use axum::extract::State;
use protocol::http::{AskAccess, AskAudit, AuditPage, AuditPeople, ErrorBody};
use protocol::{AuditView, PersonId};

use super::Answer;
use super::body::FromQuery;
use crate::Gateway;
use crate::caller::Who;

/// A page of the audit log, newest first. For supervisors and administrators.
#[utoipa::path(
    get,
    path = "/v1/audit",
    tag = "audit",
    params(
        ("view" = AuditView, Query, description = "What is asked"),
        ("person" = Option<PersonId>, Query, description = "The client or person"),
        ("from" = Option<i64>, Query, description = "Not before, microseconds"),
        ("until" = Option<i64>, Query, description = "Before, microseconds"),
        ("denied" = Option<bool>, Query, description = "Only what was refused"),
        ("before" = Option<String>, Query, description = "The `next` of the page before")
    ),
    responses((status = 200, body = AuditPage), (status = "default", body = ErrorBody))
)]
pub async fn query_audit(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromQuery(ask): FromQuery<AskAudit>,
) -> Answer<Json<AuditPage>> {
    Ok(Json(gateway.store.audit(&caller, ask).await?))
}

/// About whom the audit log can be asked.
#[utoipa::path(
    get,
    path = "/v1/audit/people",
    tag = "audit",
    responses((status = 200, body = AuditPeople), (status = "default", body = ErrorBody))
)]
pub async fn list_audit_people(
    State(gateway): State<Gateway>,
    Who(caller): Who,
) -> Answer<Json<AuditPeople>> {
    Ok(Json(gateway.store.audit_people(&caller).await?))
}

/// Who has looked at the caller's own record, newest first. For clients, and for whoever acts for one.
#[utoipa::path(
    get,
    path = "/v1/access",
    tag = "audit",
    params(
        ("client" = Option<PersonId>, Query, description = "The client for whom the caller acts"),
        ("from" = Option<i64>, Query, description = "Not before, microseconds"),
        ("until" = Option<i64>, Query, description = "Before, microseconds"),
        ("before" = Option<String>, Query, description = "The `next` of the page before")
    ),
    responses((status = 200, body = AuditPage), (status = "default", body = ErrorBody))
)]
pub async fn read_access(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromQuery(ask): FromQuery<AskAccess>,
) -> Answer<Json<AuditPage>> {
    Ok(Json(gateway.store.access(&caller, ask).await?))
}
