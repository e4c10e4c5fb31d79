//! Visits that repeat.

use axum::Json;
use axum::extract::State;
use protocol::SeriesId;
use protocol::http::{Appointment, BookInstead, BookSeries, ErrorBody, SeriesBooked};

use super::Answer;
use super::body::{At, FromJson};
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

/// Books the caller in the place of a visit of a series that could not be booked.
#[utoipa::path(
    post,
    path = "/v1/series/{series}/gaps",
    tag = "appointments",
    params(("series" = SeriesId, Path)),
    request_body = BookInstead,
    responses((status = 200, body = Appointment), (status = "default", body = ErrorBody))
)]
pub async fn book_instead(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(series): At<SeriesId>,
    FromJson(request): FromJson<BookInstead>,
) -> Answer<Json<Appointment>> {
    let book = gateway.scheduler.book_instead(&caller, series, request);
    Ok(Json(book.await?))
}
