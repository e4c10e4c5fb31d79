//! The people whom the caller may see, how they want to be told things, and their appointments.

use axum::Json;
use axum::extract::State;
use protocol::PersonId;
use protocol::http::{
    AddressStanding, Appointments, ErrorBody, People, Phone, Preferences, UpdateMails,
};

use super::Answer;
use super::body::{At, FromJson};
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

/// How a person wants to be told things: one's own, or of somebody whom the caller serves.
#[utoipa::path(
    get,
    path = "/v1/people/{person}/preferences",
    tag = "people",
    params(("person" = PersonId, Path)),
    responses((status = 200, body = Preferences), (status = "default", body = ErrorBody))
)]
pub async fn read_preferences(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(person): At<PersonId>,
) -> Answer<Json<Preferences>> {
    Ok(Json(gateway.store.preferences(&caller, person).await?))
}

/// Changes that, all of it.
#[utoipa::path(
    put,
    path = "/v1/people/{person}/preferences",
    tag = "people",
    params(("person" = PersonId, Path)),
    request_body = Preferences,
    responses((status = 200, body = Preferences), (status = "default", body = ErrorBody))
)]
pub async fn put_preferences(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(person): At<PersonId>,
    FromJson(wish): FromJson<Preferences>,
) -> Answer<Json<Preferences>> {
    let put = gateway.store.put_preferences(&caller, person, wish);
    Ok(Json(put.await?))
}

/// Whether mails reach a person: one's own standing, or of somebody whom the caller serves.
#[utoipa::path(
    get,
    path = "/v1/people/{person}/address",
    tag = "people",
    params(("person" = PersonId, Path)),
    responses((status = 200, body = AddressStanding), (status = "default", body = ErrorBody))
)]
pub async fn read_address(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(person): At<PersonId>,
) -> Answer<Json<AddressStanding>> {
    Ok(Json(gateway.store.address_standing(&caller, person).await?))
}

/// Has a mail ask once more whether the address is theirs.
#[utoipa::path(
    post,
    path = "/v1/people/{person}/address",
    tag = "people",
    params(("person" = PersonId, Path)),
    responses((status = 200, body = AddressStanding), (status = "default", body = ErrorBody))
)]
pub async fn ask_address(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(person): At<PersonId>,
) -> Answer<Json<AddressStanding>> {
    Ok(Json(gateway.store.ask_address(&caller, person).await?))
}

/// By which number a person is called: one's own, or of somebody whom the caller serves.
#[utoipa::path(
    get,
    path = "/v1/people/{person}/phone",
    tag = "people",
    params(("person" = PersonId, Path)),
    responses((status = 200, body = Phone), (status = "default", body = ErrorBody))
)]
pub async fn read_phone(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(person): At<PersonId>,
) -> Answer<Json<Phone>> {
    Ok(Json(gateway.store.phone(&caller, person).await?))
}

/// Sets it, or takes it away.
#[utoipa::path(
    put,
    path = "/v1/people/{person}/phone",
    tag = "people",
    params(("person" = PersonId, Path)),
    request_body = Phone,
    responses((status = 200, body = Phone), (status = "default", body = ErrorBody))
)]
pub async fn put_phone(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(person): At<PersonId>,
    FromJson(wish): FromJson<Phone>,
) -> Answer<Json<Phone>> {
    let put = gateway.store.put_phone(&caller, person, wish);
    Ok(Json(put.await?))
}

/// The last mails to a person that said that messages wait, and what became of each: one's own, or of somebody
/// whom the caller serves.
#[utoipa::path(
    get,
    path = "/v1/people/{person}/update-mails",
    tag = "people",
    params(("person" = PersonId, Path)),
    responses((status = 200, body = UpdateMails), (status = "default", body = ErrorBody))
)]
pub async fn list_update_mails(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(person): At<PersonId>,
) -> Answer<Json<UpdateMails>> {
    Ok(Json(gateway.store.update_mails(&caller, person).await?))
}

/// A client's appointments that are not over, for the staff who serve them.
#[utoipa::path(
    get,
    path = "/v1/people/{person}/appointments",
    tag = "appointments",
    params(("person" = PersonId, Path)),
    responses((status = 200, body = Appointments), (status = "default", body = ErrorBody))
)]
pub async fn list_appointments_of(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(person): At<PersonId>,
) -> Answer<Json<Appointments>> {
    let appointments = gateway.scheduler.appointments_of(&caller, person);
    Ok(Json(appointments.await?))
}
