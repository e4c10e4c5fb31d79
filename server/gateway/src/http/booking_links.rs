//! Links by which a client books a visit by themselves, for the staff who serve them. What whoever holds one
//! can do is on pages (`pages::book`).

use axum::Json;
use axum::extract::State;
use protocol::http::{
    BookingLink, BookingLinkMade, BookingLinks, ErrorBody, MakeBookingLink, RevokeBookingLink,
};
use protocol::{BookingLinkId, PersonId};

use super::Answer;
use super::body::{At, FromJson};
use crate::Gateway;
use crate::caller::Who;

/// A client's links, newest first.
#[utoipa::path(
    get,
    path = "/v1/people/{person}/booking-links",
    tag = "appointments",
    params(("person" = PersonId, Path)),
    responses((status = 200, body = BookingLinks), (status = "default", body = ErrorBody))
)]
pub async fn list_booking_links(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(person): At<PersonId>,
) -> Answer<Json<BookingLinks>> {
    Ok(Json(gateway.store.booking_links(&caller, person).await?))
}

/// Makes a link for a client. The answer holds what opens it, and no other answer does.
#[utoipa::path(
    post,
    path = "/v1/people/{person}/booking-links",
    tag = "appointments",
    params(("person" = PersonId, Path)),
    request_body = MakeBookingLink,
    responses((status = 200, body = BookingLinkMade), (status = "default", body = ErrorBody))
)]
pub async fn make_booking_link(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(person): At<PersonId>,
    FromJson(request): FromJson<MakeBookingLink>,
) -> Answer<Json<BookingLinkMade>> {
    let scheduler = &gateway.scheduler;
    let made = scheduler.make_booking_link(&caller, person, &request);
    Ok(Json(made.await?))
}

/// Takes a link back. What was booked by it stays.
#[utoipa::path(
    post,
    path = "/v1/booking-links/{booking_link}/revoke",
    tag = "appointments",
    params(("booking_link" = BookingLinkId, Path)),
    request_body = RevokeBookingLink,
    responses((status = 200, body = BookingLink), (status = "default", body = ErrorBody))
)]
pub async fn revoke_booking_link(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(booking_link): At<BookingLinkId>,
    FromJson(request): FromJson<RevokeBookingLink>,
) -> Answer<Json<BookingLink>> {
    let store = &gateway.store;
    let revoked = store.revoke_booking_link(&caller, booking_link, request);
    Ok(Json(revoked.await?))
}
