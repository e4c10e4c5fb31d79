//! Key packages: what a device leaves at the server so that others can add it to a circle.

use axum::Json;
use axum::extract::State;
use protocol::http::{
    ClaimKeyPackages, ClaimedKeyPackages, ErrorBody, KeyPackageCount, PutKeyPackages,
};

use super::Answer;
use super::body::FromJson;
use crate::Gateway;
use crate::caller::Who;

/// Leaves key packages of this session's device.
#[utoipa::path(
    put,
    path = "/v1/key-packages",
    tag = "key packages",
    request_body = PutKeyPackages,
    responses((status = 200, body = KeyPackageCount), (status = "default", body = ErrorBody))
)]
pub async fn put_key_packages(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(request): FromJson<PutKeyPackages>,
) -> Answer<Json<KeyPackageCount>> {
    Ok(Json(
        gateway.store.put_key_packages(&caller, request).await?,
    ))
}

/// Takes one key package for every device of some accounts, to add them to one circle.
#[utoipa::path(
    post,
    path = "/v1/key-packages/claim",
    tag = "key packages",
    request_body = ClaimKeyPackages,
    responses((status = 200, body = ClaimedKeyPackages), (status = "default", body = ErrorBody))
)]
pub async fn claim_key_packages(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(request): FromJson<ClaimKeyPackages>,
) -> Answer<Json<ClaimedKeyPackages>> {
    Ok(Json(
        gateway.store.claim_key_packages(&caller, request).await?,
    ))
}
