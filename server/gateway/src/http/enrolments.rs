//! A second device: begun, approved and declined on the first one, offered and collected on the new one,
//! which has no session yet. Its failures are counted by address.

use std::net::SocketAddr;

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use protocol::http::{
    ApproveDevice, BeginEnrolment, CollectEnrolment, Collected, DeclineDevice, DeviceOffered,
    EnrolmentBegun, ErrorBody, OfferDevice,
};

use super::Answer;
use super::body::FromJson;
use crate::Gateway;
use crate::caller::{Who, session_cookie};

/// The caller's device is about to show a link to a new one. Ends an earlier enrolment.
#[utoipa::path(
    post,
    path = "/v1/enrolments",
    tag = "devices",
    request_body = BeginEnrolment,
    responses((status = 200, body = EnrolmentBegun), (status = "default", body = ErrorBody))
)]
pub async fn begin_enrolment(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(request): FromJson<BeginEnrolment>,
) -> Answer<Json<EnrolmentBegun>> {
    Ok(Json(gateway.store.begin_enrolment(&caller, request).await?))
}

/// A new device answers the link.
#[utoipa::path(
    post,
    path = "/v1/enrolments/offer",
    tag = "devices",
    request_body = OfferDevice,
    responses((status = 200, body = DeviceOffered), (status = "default", body = ErrorBody)),
    security(())
)]
pub async fn offer_device(
    State(gateway): State<Gateway>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    FromJson(request): FromJson<OfferDevice>,
) -> Answer<Json<DeviceOffered>> {
    let attempt = gateway.failures.begin(peer.ip())?;
    let offered = gateway.store.offer_device(request).await?;
    attempt.succeeded();
    Ok(Json(offered))
}

/// The first device certifies the new one.
#[utoipa::path(
    post,
    path = "/v1/enrolments/approve",
    tag = "devices",
    request_body = ApproveDevice,
    responses((status = 204), (status = "default", body = ErrorBody))
)]
pub async fn approve_device(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(request): FromJson<ApproveDevice>,
) -> Answer<StatusCode> {
    gateway.store.approve_device(&caller, request).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// That device is not mine.
#[utoipa::path(
    post,
    path = "/v1/enrolments/decline",
    tag = "devices",
    request_body = DeclineDevice,
    responses((status = 204), (status = "default", body = ErrorBody))
)]
pub async fn decline_device(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(request): FromJson<DeclineDevice>,
) -> Answer<StatusCode> {
    gateway.store.decline_device(&caller, request).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The new device asks whether it was approved; once it was, the answer carries the session cookie.
#[utoipa::path(
    post,
    path = "/v1/enrolments/collect",
    tag = "devices",
    request_body = CollectEnrolment,
    responses((status = 200, body = Collected), (status = "default", body = ErrorBody)),
    security(())
)]
pub async fn collect_enrolment(
    State(gateway): State<Gateway>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    FromJson(request): FromJson<CollectEnrolment>,
) -> Answer<Response> {
    let attempt = gateway.failures.begin(peer.ip())?;
    let (collected, token) = gateway.store.collect_enrolment(request).await?;
    attempt.succeeded();
    let session = collected
        .approved
        .as_ref()
        .map(|approved| &approved.session);
    let cookie = token
        .zip(session)
        .map(|(token, session)| session_cookie(&token, session, gateway.clock.now()));
    let mut response = Json(collected).into_response();
    if let Some(cookie) = cookie {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
