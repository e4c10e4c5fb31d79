//! Circles: the list, one circle, its group and its commits, and what a new member fetches.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::bundle::{Appended, CommitBundle, Founding};
use protocol::http::{Circle, Circles, ErrorBody, LeaveCircle, NameMember, PlanCircle};
use protocol::{CircleId, WelcomeId};

use super::Answer;
use super::body::{At, Cbor, FromCbor, FromJson, Mls};
use crate::Gateway;
use crate::caller::Who;
use crate::paces::Dear;

/// The circles that the caller is in.
#[utoipa::path(
    get,
    path = "/v1/circles",
    tag = "circles",
    responses((status = 200, body = Circles), (status = "default", body = ErrorBody))
)]
pub async fn list_circles(
    State(gateway): State<Gateway>,
    Who(caller): Who,
) -> Answer<Json<Circles>> {
    Ok(Json(gateway.store.circles(&caller).await?))
}

/// Plans a circle. No device has made its group yet.
#[utoipa::path(
    post,
    path = "/v1/circles",
    tag = "circles",
    request_body = PlanCircle,
    responses((status = 200, body = Circle), (status = "default", body = ErrorBody))
)]
pub async fn plan_circle(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(request): FromJson<PlanCircle>,
) -> Answer<Json<Circle>> {
    Ok(Json(gateway.store.plan_circle(&caller, request).await?))
}

/// One circle as the caller sees it.
#[utoipa::path(
    get,
    path = "/v1/circles/{circle}",
    tag = "circles",
    params(("circle" = CircleId, Path)),
    responses((status = 200, body = Circle), (status = "default", body = ErrorBody))
)]
pub async fn read_circle(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(circle): At<CircleId>,
) -> Answer<Json<Circle>> {
    Ok(Json(gateway.store.circle(&caller, circle).await?))
}

/// Makes the circle's group: a `Founding`, answered by an `Appended` (CBOR, `protocol::bundle`).
#[utoipa::path(
    post,
    path = "/v1/circles/{circle}/group",
    tag = "circles",
    params(("circle" = CircleId, Path)),
    request_body(content = Vec<u8>, content_type = "application/cbor"),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/cbor"),
        (status = "default", body = ErrorBody)
    )
)]
pub async fn found_circle(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(circle): At<CircleId>,
    FromCbor(founding): FromCbor<Founding>,
) -> Answer<Cbor<Appended>> {
    gateway.paces.take(Dear::Commit, caller.device)?;
    Ok(Cbor(
        gateway
            .store
            .found_circle(&caller, circle, founding)
            .await?,
    ))
}

/// Commits to the circle's group: a `CommitBundle`, answered by an `Appended` (CBOR,
/// `protocol::bundle`).
#[utoipa::path(
    post,
    path = "/v1/circles/{circle}/commits",
    tag = "circles",
    params(("circle" = CircleId, Path)),
    request_body(content = Vec<u8>, content_type = "application/cbor"),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/cbor"),
        (status = "default", body = ErrorBody)
    )
)]
pub async fn commit(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(circle): At<CircleId>,
    FromCbor(bundle): FromCbor<CommitBundle>,
) -> Answer<Cbor<Appended>> {
    gateway.paces.take(Dear::Commit, caller.device)?;
    Ok(Cbor(gateway.store.commit(&caller, circle, bundle).await?))
}

/// The caller no longer wants to be in the circle.
#[utoipa::path(
    post,
    path = "/v1/circles/{circle}/leave",
    tag = "circles",
    params(("circle" = CircleId, Path)),
    request_body = LeaveCircle,
    responses((status = 204), (status = "default", body = ErrorBody))
)]
pub async fn leave_circle(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(circle): At<CircleId>,
    FromJson(request): FromJson<LeaveCircle>,
) -> Answer<StatusCode> {
    let left = gateway.store.leave_circle(&caller, circle, request);
    left.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The newest `GroupInfo` of the circle.
#[utoipa::path(
    get,
    path = "/v1/circles/{circle}/group-info",
    tag = "circles",
    params(("circle" = CircleId, Path)),
    responses(
        (status = 200, body = Vec<u8>, content_type = "message/mls"),
        (status = "default", body = ErrorBody)
    )
)]
pub async fn read_group_info(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(circle): At<CircleId>,
) -> Answer<Mls> {
    Ok(Mls(gateway.store.group_info(&caller, circle).await?))
}

/// A Welcome for the caller's device.
#[utoipa::path(
    get,
    path = "/v1/welcomes/{welcome}",
    tag = "circles",
    params(("welcome" = WelcomeId, Path)),
    responses(
        (status = 200, body = Vec<u8>, content_type = "message/mls"),
        (status = "default", body = ErrorBody)
    )
)]
pub async fn read_welcome(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(welcome): At<WelcomeId>,
) -> Answer<Mls> {
    Ok(Mls(gateway.store.welcome(&caller, welcome).await?))
}

/// Names a case manager who serves the client; a device inside the circle adds theirs.
#[utoipa::path(
    post,
    path = "/v1/circles/{circle}/members",
    tag = "circles",
    params(("circle" = CircleId, Path)),
    request_body = NameMember,
    responses((status = 200, body = Circle), (status = "default", body = ErrorBody))
)]
pub async fn name_member(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(circle): At<CircleId>,
    FromJson(request): FromJson<NameMember>,
) -> Answer<Json<Circle>> {
    Ok(Json(
        gateway.store.name_member(&caller, circle, request).await?,
    ))
}
