//! Appointments: booked, moved, with others of the staff, called off, closed, answered.

use axum::Json;
use axum::extract::State;
use protocol::http::{
    Appointment, Appointments, BookAppointment, CancelAppointment, ChangePlace, ChangeTeam,
    CloseAppointment, ErrorBody, FindSlots, MoveAppointment, ReplyToAppointment, Slots, Span,
    UndoCancel, VisitZones,
};
use protocol::{AppointmentId, PersonId, VisitTypeId};

use super::Answer;
use super::body::{At, FromJson, FromQuery};
use crate::Gateway;
use crate::caller::Who;

/// The appointments that the caller takes part in, soonest first.
#[utoipa::path(
    get,
    path = "/v1/appointments",
    tag = "appointments",
    params(
        ("from" = Option<String>, Query, description = "The first day, `2026-12-01`; today if absent"),
        ("days" = Option<u16>, Query, description = "How many days")
    ),
    responses((status = 200, body = Appointments), (status = "default", body = ErrorBody))
)]
pub async fn list_appointments(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromQuery(span): FromQuery<Span>,
) -> Answer<Json<Appointments>> {
    Ok(Json(gateway.scheduler.appointments(&caller, span).await?))
}

/// Books the caller for a client, with whoever else of the staff takes part. A time that is not free for all of
/// them is refused with the next that are.
#[utoipa::path(
    post,
    path = "/v1/appointments",
    tag = "appointments",
    request_body = BookAppointment,
    responses((status = 200, body = Appointment), (status = "default", body = ErrorBody))
)]
pub async fn book_appointment(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(request): FromJson<BookAppointment>,
) -> Answer<Json<Appointment>> {
    Ok(Json(gateway.scheduler.book(&caller, request).await?))
}

/// Gives an appointment another time.
#[utoipa::path(
    post,
    path = "/v1/appointments/{appointment}/move",
    tag = "appointments",
    params(("appointment" = AppointmentId, Path)),
    request_body = MoveAppointment,
    responses((status = 200, body = Appointment), (status = "default", body = ErrorBody))
)]
pub async fn move_appointment(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(appointment): At<AppointmentId>,
    FromJson(request): FromJson<MoveAppointment>,
) -> Answer<Json<Appointment>> {
    let scheduler = &gateway.scheduler;
    let moved = scheduler.move_appointment(&caller, appointment, request);
    Ok(Json(moved.await?))
}

/// Says who else of the staff takes part from now on, of a series in this visit alone. A time that is not free for
/// who is new is refused with the next that are for all of them.
#[utoipa::path(
    post,
    path = "/v1/appointments/{appointment}/team",
    tag = "appointments",
    params(("appointment" = AppointmentId, Path)),
    request_body = ChangeTeam,
    responses((status = 200, body = Appointment), (status = "default", body = ErrorBody))
)]
pub async fn change_team(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(appointment): At<AppointmentId>,
    FromJson(request): FromJson<ChangeTeam>,
) -> Answer<Json<Appointment>> {
    let changed = gateway.scheduler.change_team(&caller, appointment, request);
    Ok(Json(changed.await?))
}

/// Says where an appointment is from now on; its time stays. With a scope others of its series are there too.
#[utoipa::path(
    post,
    path = "/v1/appointments/{appointment}/place",
    tag = "appointments",
    params(("appointment" = AppointmentId, Path)),
    request_body = ChangePlace,
    responses((status = 200, body = Appointment), (status = "default", body = ErrorBody))
)]
pub async fn change_place(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(appointment): At<AppointmentId>,
    FromJson(request): FromJson<ChangePlace>,
) -> Answer<Json<Appointment>> {
    let scheduler = &gateway.scheduler;
    let changed = scheduler.change_place(&caller, appointment, &request);
    Ok(Json(changed.await?))
}

/// Calls an appointment off.
#[utoipa::path(
    post,
    path = "/v1/appointments/{appointment}/cancel",
    tag = "appointments",
    params(("appointment" = AppointmentId, Path)),
    request_body = CancelAppointment,
    responses((status = 200, body = Appointment), (status = "default", body = ErrorBody))
)]
pub async fn cancel_appointment(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(appointment): At<AppointmentId>,
    FromJson(request): FromJson<CancelAppointment>,
) -> Answer<Json<Appointment>> {
    let cancelled = gateway.scheduler.cancel(&caller, appointment, request);
    Ok(Json(cancelled.await?))
}

/// Takes back that staff called an appointment off, before anybody is told.
#[utoipa::path(
    post,
    path = "/v1/appointments/{appointment}/undo-cancel",
    tag = "appointments",
    params(("appointment" = AppointmentId, Path)),
    request_body = UndoCancel,
    responses((status = 200, body = Appointment), (status = "default", body = ErrorBody))
)]
pub async fn undo_cancel(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(appointment): At<AppointmentId>,
    FromJson(request): FromJson<UndoCancel>,
) -> Answer<Json<Appointment>> {
    let scheduler = &gateway.scheduler;
    let restored = scheduler.undo_cancel(&caller, appointment, request);
    Ok(Json(restored.await?))
}

/// Writes down how an appointment went, once it has begun.
#[utoipa::path(
    post,
    path = "/v1/appointments/{appointment}/close",
    tag = "appointments",
    params(("appointment" = AppointmentId, Path)),
    request_body = CloseAppointment,
    responses((status = 200, body = Appointment), (status = "default", body = ErrorBody))
)]
pub async fn close_appointment(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(appointment): At<AppointmentId>,
    FromJson(request): FromJson<CloseAppointment>,
) -> Answer<Json<Appointment>> {
    let closed = gateway.scheduler.close(&caller, appointment, &request);
    Ok(Json(closed.await?))
}

/// Takes the caller's own answer.
#[utoipa::path(
    post,
    path = "/v1/appointments/{appointment}/reply",
    tag = "appointments",
    params(("appointment" = AppointmentId, Path)),
    request_body = ReplyToAppointment,
    responses((status = 200, body = Appointment), (status = "default", body = ErrorBody))
)]
pub async fn reply_to_appointment(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(appointment): At<AppointmentId>,
    FromJson(request): FromJson<ReplyToAppointment>,
) -> Answer<Json<Appointment>> {
    let replied = gateway.scheduler.reply(&caller, appointment, request);
    Ok(Json(replied.await?))
}

/// Times at which the caller could be booked, with whoever else is named. A hint: the booking decides.
#[utoipa::path(
    get,
    path = "/v1/slots",
    tag = "appointments",
    params(
        ("from" = String, Query, description = "The first day, `2026-12-01`"),
        ("days" = u16, Query, description = "How many days"),
        ("minutes" = u16, Query, description = "How long"),
        ("visit_type" = Option<VisitTypeId>, Query, description = "As what kind of visit"),
        ("zone" = Option<String>, Query, description = "In which zone; the caller's if absent"),
        ("staff" = Option<String>, Query, description = "Who else is free then: account ids, commas between them")
    ),
    responses((status = 200, body = Slots), (status = "default", body = ErrorBody))
)]
pub async fn find_slots(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromQuery(wish): FromQuery<FindSlots>,
) -> Answer<Json<Slots>> {
    Ok(Json(gateway.scheduler.slots(&caller, wish).await?))
}

/// In which zone visits of the caller's with a client are agreed if no other is wished.
#[utoipa::path(
    get,
    path = "/v1/people/{person}/visit-zones",
    tag = "appointments",
    params(("person" = PersonId, Path)),
    responses((status = 200, body = VisitZones), (status = "default", body = ErrorBody))
)]
pub async fn read_visit_zones(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(person): At<PersonId>,
) -> Answer<Json<VisitZones>> {
    Ok(Json(gateway.store.visit_zones(&caller, person).await?))
}
