//! The people whom the caller may see.

use axum::Json;
use axum::extract::State;
use protocol::http::{ErrorBody, People};

use super::Answer;
use crate::Gateway;
use crate::caller::Who;

/// For staff their caseload; for a client the client's own card; for a caregiver nobody.
#[utoipa::path(
    get,
    path = "/v1/people",
    tag = "people",
    responses((status = 200, body = People), (status = "default", body = ErrorBody))
)]
pub async fn list_people(State(gateway): State<Gateway>, Who(caller): Who) -> Answer<Json<People>> {
    Ok(Json(gateway.store.people(&caller).await?))
}
