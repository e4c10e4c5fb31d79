//! A person's own devices: which there are, one signed out for good, certificates and identity keys.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::http::{
    AskNewKeys, Devices, ErrorBody, NewKeys, PutCertificate, ReplaceIdentity, RevokeDevice,
};
use protocol::{DeviceId, PersonId};

use super::Answer;
use super::body::{At, FromJson};
use crate::Gateway;
use crate::caller::Who;

/// The caller's devices, and what they need to know of the account.
#[utoipa::path(
    get,
    path = "/v1/devices",
    tag = "devices",
    responses((status = 200, body = Devices), (status = "default", body = ErrorBody))
)]
pub async fn list_devices(
    State(gateway): State<Gateway>,
    Who(caller): Who,
) -> Answer<Json<Devices>> {
    Ok(Json(gateway.store.devices(&caller).await?))
}

/// Signs a device of the caller's out for good.
#[utoipa::path(
    post,
    path = "/v1/devices/{device}/revoke",
    tag = "devices",
    params(("device" = DeviceId, Path)),
    request_body = RevokeDevice,
    responses((status = 204), (status = "default", body = ErrorBody))
)]
pub async fn revoke_device(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(device): At<DeviceId>,
    FromJson(request): FromJson<RevokeDevice>,
) -> Answer<StatusCode> {
    let revoked = gateway.store.revoke_device(&caller, device, request);
    revoked.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Replaces the account identity key after a device was stolen.
#[utoipa::path(
    put,
    path = "/v1/identity",
    tag = "devices",
    request_body = ReplaceIdentity,
    responses((status = 204), (status = "default", body = ErrorBody))
)]
pub async fn replace_identity(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(request): FromJson<ReplaceIdentity>,
) -> Answer<StatusCode> {
    gateway.store.replace_identity(&caller, request).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Brings the caller's device's certificate under the account's identity key of now.
#[utoipa::path(
    put,
    path = "/v1/certificate",
    tag = "devices",
    request_body = PutCertificate,
    responses((status = 204), (status = "default", body = ErrorBody))
)]
pub async fn put_certificate(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(request): FromJson<PutCertificate>,
) -> Answer<StatusCode> {
    gateway.store.put_certificate(&caller, request).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Nothing is left of a person's keys: their devices end, and a new link begins with new keys.
#[utoipa::path(
    post,
    path = "/v1/people/{person}/new-keys",
    tag = "people",
    params(("person" = PersonId, Path)),
    request_body = AskNewKeys,
    responses((status = 200, body = NewKeys), (status = "default", body = ErrorBody))
)]
pub async fn new_keys(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(person): At<PersonId>,
    FromJson(request): FromJson<AskNewKeys>,
) -> Answer<Json<NewKeys>> {
    let asked = gateway.store.new_keys(&caller, person, request);
    Ok(Json(asked.await?))
}
