//! Visits that repeat.

use axum::Json;
use axum::extract::State;
use protocol::http::{BookSeries, ErrorBody, SeriesBooked};

use super::Answer;
use super::body::FromJson;
use crate::Gateway;
use crate::caller::Who;

/// Books the caller for a client again and again. If some visits cannot be booked, the refusal names each with
/// the next free times, and nothing is booked unless the request leaves them out.
#[utoipa::path(
    post,
    path = "/v1/series",
    tag = "appointments",
    request_body = BookSeries,
    responses((status = 200, body = SeriesBooked), (status = "default", body = ErrorBody))
)]
pub async fn book_series(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(request): FromJson<BookSeries>,
) -> Answer<Json<SeriesBooked>> {
    Ok(Json(gateway.scheduler.book_series(&caller, request).await?))
}
