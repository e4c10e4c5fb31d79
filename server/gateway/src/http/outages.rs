//! When nothing was sent, and who should be called because of it.

use axum::Json;
use axum::extract::State;
use protocol::OutageId;
use protocol::http::{ErrorBody, NoteCall, Outages};

use super::Answer;
use super::body::{At, FromJson};
use crate::Gateway;
use crate::caller::Who;

/// The outages of the last days; for case managers also whom to call.
#[utoipa::path(
    get,
    path = "/v1/outages",
    tag = "agency",
    responses((status = 200, body = Outages), (status = "default", body = ErrorBody))
)]
pub async fn list_outages(
    State(gateway): State<Gateway>,
    Who(caller): Who,
) -> Answer<Json<Outages>> {
    Ok(Json(gateway.store.outages(&caller).await?))
}

/// The caller has called somebody who was not told; the list as it is then.
#[utoipa::path(
    post,
    path = "/v1/outages/{outage}/calls",
    tag = "agency",
    params(("outage" = OutageId, Path)),
    request_body = NoteCall,
    responses((status = 200, body = Outages), (status = "default", body = ErrorBody))
)]
pub async fn note_call(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(outage): At<OutageId>,
    FromJson(note): FromJson<NoteCall>,
) -> Answer<Json<Outages>> {
    let noted = gateway.scheduler.note_call(&caller, outage, note);
    Ok(Json(noted.await?))
}
