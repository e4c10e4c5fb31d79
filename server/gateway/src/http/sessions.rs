//! Sessions: who am I, what opens the rows that my device has stored, sign out, and (in the demo only) begin one by the
//! device's signature alone.

use std::net::SocketAddr;

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use protocol::http::{AskChallenge, Challenge, DeviceShare, ErrorBody, RenewSession, SignedIn};

use super::Answer;
use super::body::FromJson;
use crate::Gateway;
use crate::caller::{Who, WithCookie, no_cookie, with_cookie};

/// Demo only: ask for a challenge to sign.
#[utoipa::path(
    post,
    path = "/v1/sessions/challenge",
    tag = "sign-in",
    request_body = AskChallenge,
    responses((status = 200, body = Challenge), (status = "default", body = ErrorBody)),
    security(())
)]
pub async fn ask_challenge(
    State(gateway): State<Gateway>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    FromJson(request): FromJson<AskChallenge>,
) -> Answer<Json<Challenge>> {
    let attempt = gateway.failures.begin(peer.ip())?;
    let challenge = gateway.store.ask_challenge(request).await?;
    attempt.succeeded();
    Ok(Json(challenge))
}

/// Demo only: begin a session by the device's signature; the answer carries the session cookie.
#[utoipa::path(
    post,
    path = "/v1/sessions",
    tag = "sign-in",
    request_body = RenewSession,
    responses((status = 200, body = SignedIn), (status = "default", body = ErrorBody)),
    security(())
)]
pub async fn renew_session(
    State(gateway): State<Gateway>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    FromJson(request): FromJson<RenewSession>,
) -> Answer<WithCookie<SignedIn>> {
    let attempt = gateway.failures.begin(peer.ip())?;
    let (signed_in, token) = gateway.store.renew_session(request).await?;
    attempt.succeeded();
    Ok(with_cookie(&gateway, &token, signed_in))
}

/// Who this session is.
#[utoipa::path(
    get,
    path = "/v1/session",
    tag = "sign-in",
    responses((status = 200, body = SignedIn), (status = "default", body = ErrorBody))
)]
pub async fn read_session(
    State(gateway): State<Gateway>,
    Who(caller): Who,
) -> Answer<Json<SignedIn>> {
    Ok(Json(gateway.store.signed_in(&caller).await?))
}

/// Ends this session, its cookie and its sockets.
#[utoipa::path(
    delete,
    path = "/v1/session",
    tag = "sign-in",
    responses((status = 204), (status = "default", body = ErrorBody))
)]
pub async fn sign_out(
    State(gateway): State<Gateway>,
    Who(caller): Who,
) -> Answer<(StatusCode, [(HeaderName, HeaderValue); 1])> {
    gateway.store.sign_out(&caller).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, no_cookie())]))
}

/// Ends every session of the caller's account but this one.
#[utoipa::path(
    post,
    path = "/v1/session/end-others",
    tag = "sign-in",
    responses((status = 204), (status = "default", body = ErrorBody))
)]
pub async fn end_other_sessions(
    State(gateway): State<Gateway>,
    Who(caller): Who,
) -> Answer<StatusCode> {
    gateway.store.end_other_sessions(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Hands out the server's half of what seals the rows that this session's device has stored. `no-store`, like every
/// answer.
#[utoipa::path(
    post,
    path = "/v1/session/share",
    tag = "sign-in",
    responses((status = 200, body = DeviceShare), (status = "default", body = ErrorBody))
)]
pub async fn hand_out_share(
    State(gateway): State<Gateway>,
    Who(caller): Who,
) -> Answer<Json<DeviceShare>> {
    Ok(Json(gateway.store.hand_out_share(&caller).await?))
}
