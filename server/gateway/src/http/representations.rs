//! Representations: who acts for a client.

use axum::Json;
use axum::extract::State;
use protocol::http::{EndRepresentation, ErrorBody, RecordRepresentation, Representation};
use protocol::{PersonId, RepresentationId};

use super::Answer;
use super::body::{At, FromJson};
use crate::Gateway;
use crate::caller::Who;

/// A caregiver acts for the client from now on.
#[utoipa::path(
    post,
    path = "/v1/people/{person}/representations",
    tag = "people",
    params(("person" = PersonId, Path)),
    request_body = RecordRepresentation,
    responses((status = 200, body = Representation), (status = "default", body = ErrorBody))
)]
pub async fn record_representation(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(person): At<PersonId>,
    FromJson(request): FromJson<RecordRepresentation>,
) -> Answer<Json<Representation>> {
    let recorded = gateway
        .store
        .record_representation(&caller, person, request);
    Ok(Json(recorded.await?))
}

/// They act for the client no longer.
#[utoipa::path(
    post,
    path = "/v1/representations/{representation}/end",
    tag = "people",
    params(("representation" = RepresentationId, Path)),
    request_body = EndRepresentation,
    responses((status = 200, body = Representation), (status = "default", body = ErrorBody))
)]
pub async fn end_representation(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(representation): At<RepresentationId>,
    FromJson(request): FromJson<EndRepresentation>,
) -> Answer<Json<Representation>> {
    let ended = gateway
        .store
        .end_representation(&caller, representation, request);
    Ok(Json(ended.await?))
}
