//! The feed by which another program shows when a case manager is busy, for its owner. What is behind its address is
//! beside the pages (`pages::feed`).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::http::{CalendarFeed, CalendarFeedMade, ErrorBody, MakeCalendarFeed};

use super::Answer;
use super::body::FromJson;
use crate::Gateway;
use crate::caller::Who;

/// The caller's own feed, if there is one.
#[utoipa::path(
    get,
    path = "/v1/calendar-feed",
    tag = "appointments",
    responses((status = 200, body = CalendarFeed), (status = "default", body = ErrorBody))
)]
pub async fn read_calendar_feed(
    State(gateway): State<Gateway>,
    Who(caller): Who,
) -> Answer<Json<CalendarFeed>> {
    Ok(Json(gateway.store.calendar_feed(&caller).await?))
}

/// Makes the caller's feed, in the place of the one there is. The answer holds its address, and no other answer does.
#[utoipa::path(
    post,
    path = "/v1/calendar-feed",
    tag = "appointments",
    request_body = MakeCalendarFeed,
    responses((status = 200, body = CalendarFeedMade), (status = "default", body = ErrorBody))
)]
pub async fn make_calendar_feed(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(request): FromJson<MakeCalendarFeed>,
) -> Answer<Json<CalendarFeedMade>> {
    let made = gateway.store.make_calendar_feed(&caller, request);
    Ok(Json(made.await?))
}

/// Ends the caller's feed.
#[utoipa::path(
    delete,
    path = "/v1/calendar-feed",
    tag = "appointments",
    responses((status = 204), (status = "default", body = ErrorBody))
)]
pub async fn end_calendar_feed(
    State(gateway): State<Gateway>,
    Who(caller): Who,
) -> Answer<StatusCode> {
    gateway.store.end_calendar_feed(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}
