//! Who serves whom: the supervisor's view, and how it is changed.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::http::{AssignClient, Caseloads, EndAssignment, ErrorBody};

use super::Answer;
use super::body::FromJson;
use crate::Gateway;
use crate::caller::Who;

/// Every client with who serves them, and every case manager. For supervisors.
#[utoipa::path(
    get,
    path = "/v1/caseloads",
    tag = "staff",
    responses((status = 200, body = Caseloads), (status = "default", body = ErrorBody))
)]
pub async fn read_caseloads(
    State(gateway): State<Gateway>,
    Who(caller): Who,
) -> Answer<Json<Caseloads>> {
    Ok(Json(gateway.store.caseloads(&caller).await?))
}

/// A case manager serves a client from now on.
#[utoipa::path(
    post,
    path = "/v1/assignments",
    tag = "staff",
    request_body = AssignClient,
    responses((status = 204), (status = "default", body = ErrorBody))
)]
pub async fn assign_client(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(request): FromJson<AssignClient>,
) -> Answer<StatusCode> {
    gateway.store.assign_client(&caller, request).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A case manager serves a client no longer; their devices leave the client's circles.
#[utoipa::path(
    post,
    path = "/v1/assignments/end",
    tag = "staff",
    request_body = EndAssignment,
    responses((status = 204), (status = "default", body = ErrorBody))
)]
pub async fn end_assignment(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(request): FromJson<EndAssignment>,
) -> Answer<StatusCode> {
    gateway.store.end_assignment(&caller, request).await?;
    Ok(StatusCode::NO_CONTENT)
}
