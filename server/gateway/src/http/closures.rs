//! The days on which the agency is closed.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::ClosureId;
use protocol::http::{AddClosure, Closure, Closures, ErrorBody};

use super::Answer;
use super::body::{At, FromJson};
use crate::Gateway;
use crate::caller::Who;

/// When the agency is closed.
#[utoipa::path(
    get,
    path = "/v1/closures",
    tag = "appointments",
    responses((status = 200, body = Closures), (status = "default", body = ErrorBody))
)]
pub async fn list_closures(
    State(gateway): State<Gateway>,
    Who(caller): Who,
) -> Answer<Json<Closures>> {
    Ok(Json(gateway.store.closures(&caller).await?))
}

/// Closes the agency on some days. What is booked then stays, and is counted.
#[utoipa::path(
    post,
    path = "/v1/closures",
    tag = "appointments",
    request_body = AddClosure,
    responses((status = 200, body = Closure), (status = "default", body = ErrorBody))
)]
pub async fn add_closure(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(request): FromJson<AddClosure>,
) -> Answer<Json<Closure>> {
    let added = gateway.scheduler.add_closure(&caller, &request);
    Ok(Json(added.await?))
}

/// The agency is open on those days after all.
#[utoipa::path(
    delete,
    path = "/v1/closures/{closure}",
    tag = "appointments",
    params(("closure" = ClosureId, Path)),
    responses((status = 204), (status = "default", body = ErrorBody))
)]
pub async fn end_closure(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(closure): At<ClosureId>,
) -> Answer<StatusCode> {
    gateway.store.end_closure(&caller, closure).await?;
    Ok(StatusCode::NO_CONTENT)
}
