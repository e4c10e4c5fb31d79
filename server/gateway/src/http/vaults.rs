//! The vault, and coming back with a recovery code. Codes that open nothing are counted by address.

use std::net::SocketAddr;

use axum::Json;
use axum::extract::{ConnectInfo, State};
use protocol::http::{
    ErrorBody, OpenRecovery, PutVault, RecoverDevice, RecoveryOpened, SignedIn, Vault, VaultVersion,
};

use super::Answer;
use super::body::FromJson;
use crate::Gateway;
use crate::caller::{Who, WithCookie, with_cookie};
use crate::paces::Dear;

/// The caller's vault, sealed.
#[utoipa::path(
    get,
    path = "/v1/vault",
    tag = "devices",
    responses((status = 200, body = Vault), (status = "default", body = ErrorBody))
)]
pub async fn read_vault(State(gateway): State<Gateway>, Who(caller): Who) -> Answer<Json<Vault>> {
    Ok(Json(gateway.store.vault(&caller).await?))
}

/// Replaces it, if nobody did since it was read.
#[utoipa::path(
    put,
    path = "/v1/vault",
    tag = "devices",
    request_body = PutVault,
    responses((status = 200, body = VaultVersion), (status = "default", body = ErrorBody))
)]
pub async fn put_vault(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(request): FromJson<PutVault>,
) -> Answer<Json<VaultVersion>> {
    gateway.paces.take(Dear::Vault, caller.device)?;
    Ok(Json(gateway.store.put_vault(&caller, request).await?))
}

/// What does this recovery code open?
#[utoipa::path(
    post,
    path = "/v1/recovery/open",
    tag = "sign-in",
    request_body = OpenRecovery,
    responses((status = 200, body = RecoveryOpened), (status = "default", body = ErrorBody)),
    security(())
)]
pub async fn open_recovery(
    State(gateway): State<Gateway>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    FromJson(request): FromJson<OpenRecovery>,
) -> Answer<Json<RecoveryOpened>> {
    let attempt = gateway.failures.begin(peer.ip())?;
    let opened = gateway.store.open_recovery(request).await?;
    attempt.succeeded();
    Ok(Json(opened))
}

/// A new device of the code's account; the answer carries the session cookie.
#[utoipa::path(
    post,
    path = "/v1/recovery/enrol",
    tag = "sign-in",
    request_body = RecoverDevice,
    responses((status = 200, body = SignedIn), (status = "default", body = ErrorBody)),
    security(())
)]
pub async fn recover_device(
    State(gateway): State<Gateway>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    FromJson(request): FromJson<RecoverDevice>,
) -> Answer<WithCookie<SignedIn>> {
    let attempt = gateway.failures.begin(peer.ip())?;
    let (signed_in, token) = gateway.store.recover_device(request).await?;
    attempt.succeeded();
    Ok(with_cookie(&gateway, &token, signed_in))
}
