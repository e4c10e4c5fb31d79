//! When the caller can be booked.

use axum::Json;
use axum::extract::State;
use protocol::http::{ErrorBody, HoursSaved, WorkingHours};

use super::Answer;
use super::body::FromJson;
use crate::Gateway;
use crate::caller::Who;

/// The caller's own hours; without any, in the caller's zone.
#[utoipa::path(
    get,
    path = "/v1/hours",
    tag = "appointments",
    responses((status = 200, body = WorkingHours), (status = "default", body = ErrorBody))
)]
pub async fn read_hours(
    State(gateway): State<Gateway>,
    Who(caller): Who,
) -> Answer<Json<WorkingHours>> {
    Ok(Json(gateway.scheduler.hours(&caller).await?))
}

/// Changes them, all of them. What is booked stays booked.
#[utoipa::path(
    put,
    path = "/v1/hours",
    tag = "appointments",
    request_body = WorkingHours,
    responses((status = 200, body = HoursSaved), (status = "default", body = ErrorBody))
)]
pub async fn put_hours(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(hours): FromJson<WorkingHours>,
) -> Answer<Json<HoursSaved>> {
    Ok(Json(gateway.scheduler.put_hours(&caller, hours).await?))
}
