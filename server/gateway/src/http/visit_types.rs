//! The kinds of visits that the agency offers.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::VisitTypeId;
use protocol::http::{AddVisitType, ErrorBody, VisitTerms, VisitType, VisitTypes};

use super::Answer;
use super::body::{At, FromJson};
use crate::Gateway;
use crate::caller::Who;

/// What is offered.
#[utoipa::path(
    get,
    path = "/v1/visit-types",
    tag = "appointments",
    responses((status = 200, body = VisitTypes), (status = "default", body = ErrorBody))
)]
pub async fn list_visit_types(
    State(gateway): State<Gateway>,
    Who(caller): Who,
) -> Answer<Json<VisitTypes>> {
    Ok(Json(gateway.store.visit_types(&caller).await?))
}

/// Offers one more.
#[utoipa::path(
    post,
    path = "/v1/visit-types",
    tag = "appointments",
    request_body = AddVisitType,
    responses((status = 200, body = VisitType), (status = "default", body = ErrorBody))
)]
pub async fn add_visit_type(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(request): FromJson<AddVisitType>,
) -> Answer<Json<VisitType>> {
    let added = gateway.scheduler.add_visit_type(&caller, &request);
    Ok(Json(added.await?))
}

/// Changes what one is.
#[utoipa::path(
    put,
    path = "/v1/visit-types/{visit_type}",
    tag = "appointments",
    params(("visit_type" = VisitTypeId, Path)),
    request_body = VisitTerms,
    responses((status = 200, body = VisitType), (status = "default", body = ErrorBody))
)]
pub async fn change_visit_type(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(visit_type): At<VisitTypeId>,
    FromJson(terms): FromJson<VisitTerms>,
) -> Answer<Json<VisitType>> {
    let scheduler = &gateway.scheduler;
    let changed = scheduler.change_visit_type(&caller, visit_type, &terms);
    Ok(Json(changed.await?))
}

/// Offers one no longer. What was booked as one stays.
#[utoipa::path(
    delete,
    path = "/v1/visit-types/{visit_type}",
    tag = "appointments",
    params(("visit_type" = VisitTypeId, Path)),
    responses((status = 204), (status = "default", body = ErrorBody))
)]
pub async fn end_visit_type(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(visit_type): At<VisitTypeId>,
) -> Answer<StatusCode> {
    gateway.store.end_visit_type(&caller, visit_type).await?;
    Ok(StatusCode::NO_CONTENT)
}
