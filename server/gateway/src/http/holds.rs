//! Times that a worker keeps while they fill in what is booked then.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::http::{ErrorBody, HoldTime, TimeHeld};

use super::Answer;
use super::body::FromJson;
use crate::Gateway;
use crate::caller::Who;

/// Keeps a time for the caller and whoever is to come along. Refused as a booking at that time is; a refusal names the next free slots.
#[utoipa::path(
    post,
    path = "/v1/holds",
    tag = "appointments",
    request_body = HoldTime,
    responses((status = 200, body = TimeHeld), (status = "default", body = ErrorBody))
)]
pub async fn hold_time(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(request): FromJson<HoldTime>,
) -> Answer<Json<TimeHeld>> {
    Ok(Json(gateway.scheduler.hold_time(&caller, request).await?))
}

/// Lets go of whatever the caller keeps.
#[utoipa::path(
    delete,
    path = "/v1/holds",
    tag = "appointments",
    responses((status = 204), (status = "default", body = ErrorBody))
)]
pub async fn let_times_go(State(gateway): State<Gateway>, Who(caller): Who) -> Answer<StatusCode> {
    gateway.store.let_times_go(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}
