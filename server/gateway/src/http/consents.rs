//! Consents: what a client allowed a caregiver.

use axum::Json;
use axum::extract::State;
use protocol::ConsentId;
use protocol::http::{Consent, ErrorBody, RecordConsent, WithdrawConsent};

use super::Answer;
use super::body::{At, FromJson};
use crate::Gateway;
use crate::caller::Who;

/// Records that the client allows a caregiver to be in circles that a human then names.
#[utoipa::path(
    post,
    path = "/v1/consents",
    tag = "people",
    request_body = RecordConsent,
    responses((status = 200, body = Consent), (status = "default", body = ErrorBody))
)]
pub async fn record_consent(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(request): FromJson<RecordConsent>,
) -> Answer<Json<Consent>> {
    Ok(Json(gateway.store.record_consent(&caller, request).await?))
}

/// The client allows it no longer. Ends what stood on it at once, and tells nobody.
#[utoipa::path(
    post,
    path = "/v1/consents/{consent}/withdraw",
    tag = "people",
    params(("consent" = ConsentId, Path)),
    request_body = WithdrawConsent,
    responses((status = 200, body = Consent), (status = "default", body = ErrorBody))
)]
pub async fn withdraw_consent(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(consent): At<ConsentId>,
    FromJson(request): FromJson<WithdrawConsent>,
) -> Answer<Json<Consent>> {
    let withdrawn = gateway.store.withdraw_consent(&caller, consent, request);
    Ok(Json(withdrawn.await?))
}
