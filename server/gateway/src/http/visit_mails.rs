//! The mails of an appointment: who got which, who will, and why not.

use axum::Json;
use axum::extract::State;
use protocol::AppointmentId;
use protocol::http::{ErrorBody, VisitMails};

use super::Answer;
use super::body::At;
use crate::Gateway;
use crate::caller::Who;

/// Who got which mails about an appointment, who will, and why not; for the staff who serve its client.
#[utoipa::path(
    get,
    path = "/v1/appointments/{appointment}/mails",
    tag = "appointments",
    params(("appointment" = AppointmentId, Path)),
    responses((status = 200, body = VisitMails), (status = "default", body = ErrorBody))
)]
pub async fn list_visit_mails(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(appointment): At<AppointmentId>,
) -> Answer<Json<VisitMails>> {
    Ok(Json(gateway.store.visit_mails(&caller, appointment).await?))
}
