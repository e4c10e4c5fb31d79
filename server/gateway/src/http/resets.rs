//! A circle's history, and what helps one in trouble.

use axum::Json;
use axum::extract::State;
use protocol::CircleId;
use protocol::bundle::{Appended, Founding, HistoryPage};
use protocol::http::{AskHistory, Distress, DistressNoted, ErrorBody};

use super::Answer;
use super::body::{At, Cbor, FromCbor, FromJson, FromQuery};
use crate::Gateway;
use crate::caller::Who;
use crate::paces::Dear;

/// A page of a generation's messages, newest first: a `HistoryPage` (CBOR, `protocol::bundle`).
#[utoipa::path(
    get,
    path = "/v1/circles/{circle}/history",
    tag = "circles",
    params(
        ("circle" = CircleId, Path),
        ("generation" = u32, Query, description = "The generation"),
        ("before" = Option<u64>, Query, description = "Entries below this place; absent: the newest")
    ),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/cbor"),
        (status = "default", body = ErrorBody)
    )
)]
pub async fn read_history(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(circle): At<CircleId>,
    FromQuery(asked): FromQuery<AskHistory>,
) -> Answer<Cbor<HistoryPage>> {
    let page = gateway.store.history(&caller, circle, asked);
    Ok(Cbor(page.await?))
}

/// The caller's device could not process a commit.
#[utoipa::path(
    post,
    path = "/v1/circles/{circle}/distress",
    tag = "circles",
    params(("circle" = CircleId, Path)),
    request_body = Distress,
    responses((status = 200, body = DistressNoted), (status = "default", body = ErrorBody))
)]
pub async fn report_distress(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(circle): At<CircleId>,
    FromJson(request): FromJson<Distress>,
) -> Answer<Json<DistressNoted>> {
    let noted = gateway.store.report_distress(&caller, circle, request);
    Ok(Json(noted.await?))
}

/// Begins the circle's next generation: a `Founding`, answered by an `Appended` (CBOR,
/// `protocol::bundle`).
#[utoipa::path(
    post,
    path = "/v1/circles/{circle}/reset",
    tag = "circles",
    params(("circle" = CircleId, Path)),
    request_body(content = Vec<u8>, content_type = "application/cbor"),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/cbor"),
        (status = "default", body = ErrorBody)
    )
)]
pub async fn reset_circle(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(circle): At<CircleId>,
    FromCbor(founding): FromCbor<Founding>,
) -> Answer<Cbor<Appended>> {
    gateway.paces.take(Dear::Commit, caller.device)?;
    let reset = gateway.store.reset_circle(&caller, circle, founding);
    Ok(Cbor(reset.await?))
}
