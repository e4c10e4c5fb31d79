//! Consents: what a client allowed a caregiver.

use axum::Json;
use axum::extract::State;
use protocol::http::{Consent, ErrorBody, RecordConsent};

use super::Answer;
use super::body::FromJson;
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
