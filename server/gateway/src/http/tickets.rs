//! Tickets: the way from the session cookie to the first frame of a websocket, with nothing in a URL.

use axum::Json;
use axum::extract::State;
use protocol::http::{ErrorBody, Ticket};

use super::Answer;
use crate::Gateway;
use crate::caller::Who;

/// 32 bytes for the first frame of one websocket: single use, 30 seconds.
#[utoipa::path(
    post,
    path = "/v1/tickets",
    tag = "sign-in",
    responses((status = 200, body = Ticket), (status = "default", body = ErrorBody))
)]
pub async fn issue_ticket(
    State(gateway): State<Gateway>,
    Who(caller): Who,
) -> Answer<Json<Ticket>> {
    Ok(Json(gateway.store.issue_ticket(&caller).await?))
}
