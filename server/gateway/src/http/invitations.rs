//! Sign-in links: who is this for, and enrol this device. Failures are counted by address.

use std::net::SocketAddr;

use axum::Json;
use axum::extract::{ConnectInfo, State};
use protocol::http::{ErrorBody, InvitationFound, LookUpInvitation, RedeemInvitation, SignedIn};

use super::Answer;
use super::body::FromJson;
use crate::Gateway;
use crate::caller::{WithCookie, with_cookie};

/// Who is this link for? Changes nothing.
#[utoipa::path(
    post,
    path = "/v1/invitations/look-up",
    tag = "sign-in",
    request_body = LookUpInvitation,
    responses((status = 200, body = InvitationFound), (status = "default", body = ErrorBody)),
    security(())
)]
pub async fn look_up_invitation(
    State(gateway): State<Gateway>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    FromJson(request): FromJson<LookUpInvitation>,
) -> Answer<Json<InvitationFound>> {
    let attempt = gateway.failures.begin(peer.ip())?;
    let found = gateway.store.look_up_invitation(request).await?;
    attempt.succeeded();
    Ok(Json(found))
}

/// The link's person enrols this device and is signed in: the answer carries the session cookie.
#[utoipa::path(
    post,
    path = "/v1/invitations/redeem",
    tag = "sign-in",
    request_body = RedeemInvitation,
    responses((status = 200, body = SignedIn), (status = "default", body = ErrorBody)),
    security(())
)]
pub async fn redeem_invitation(
    State(gateway): State<Gateway>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    FromJson(request): FromJson<RedeemInvitation>,
) -> Answer<WithCookie<SignedIn>> {
    let attempt = gateway.failures.begin(peer.ip())?;
    let (signed_in, token) = gateway.store.redeem_invitation(request).await?;
    attempt.succeeded();
    Ok(with_cookie(&gateway, &token, signed_in))
}
