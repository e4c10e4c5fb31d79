//! Intake: people whom a case manager adds and invites, and what becomes of their invitations.

use axum::Json;
use axum::extract::State;
use protocol::http::{
    AddCaregiver, AddClient, ConfirmPerson, EndInvitation, ErrorBody, Intake, InvitePerson,
    MailInvitation, OwnIntake, PersonCard, PersonIntake,
};
use protocol::{InvitationId, PersonId};

use super::Answer;
use super::body::{At, FromJson};
use crate::Gateway;
use crate::caller::{Unattended, Who};

/// Adds a client, entrusted to the caller.
#[utoipa::path(
    post,
    path = "/v1/people",
    tag = "people",
    request_body = AddClient,
    responses((status = 200, body = PersonCard), (status = "default", body = ErrorBody))
)]
pub async fn add_client(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(request): FromJson<AddClient>,
) -> Answer<Json<PersonCard>> {
    Ok(Json(gateway.store.add_client(&caller, request).await?))
}

/// Adds a caregiver to a client's record.
#[utoipa::path(
    post,
    path = "/v1/people/{person}/caregivers",
    tag = "people",
    params(("person" = PersonId, Path)),
    request_body = AddCaregiver,
    responses((status = 200, body = PersonCard), (status = "default", body = ErrorBody))
)]
pub async fn add_caregiver(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(person): At<PersonId>,
    FromJson(request): FromJson<AddCaregiver>,
) -> Answer<Json<PersonCard>> {
    let added = gateway.store.add_caregiver(&caller, person, request);
    Ok(Json(added.await?))
}

/// Invites a client or caregiver by a link that the caller's device made.
#[utoipa::path(
    post,
    path = "/v1/people/{person}/invitations",
    tag = "people",
    params(("person" = PersonId, Path)),
    request_body = InvitePerson,
    responses((status = 200, body = Intake), (status = "default", body = ErrorBody))
)]
pub async fn invite_person(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(person): At<PersonId>,
    FromJson(request): FromJson<InvitePerson>,
) -> Answer<Json<Intake>> {
    let invited = gateway.store.invite_person(&caller, person, request);
    Ok(Json(invited.await?))
}

/// Invites a client or caregiver by mail: the link leaves to an address that somebody typed.
#[utoipa::path(
    post,
    path = "/v1/people/{person}/invitations/mail",
    tag = "people",
    params(("person" = PersonId, Path)),
    request_body = MailInvitation,
    responses((status = 200, body = Intake), (status = "default", body = ErrorBody))
)]
pub async fn mail_invitation(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(person): At<PersonId>,
    FromJson(request): FromJson<MailInvitation>,
) -> Answer<Json<Intake>> {
    let invited = gateway.store.mail_invitation(&caller, person, request);
    Ok(Json(invited.await?))
}

/// How a person's newest invitation stands.
#[utoipa::path(
    get,
    path = "/v1/people/{person}/invitation",
    tag = "people",
    params(("person" = PersonId, Path)),
    responses((status = 200, body = PersonIntake), (status = "default", body = ErrorBody))
)]
pub async fn read_intake(
    State(gateway): State<Gateway>,
    // Whose page waits for somebody asks again and again, also when they have gone home.
    Unattended(caller): Unattended,
    At(person): At<PersonId>,
) -> Answer<Json<PersonIntake>> {
    Ok(Json(gateway.store.person_intake(&caller, person).await?))
}

/// Whoever came by the invitation is its person.
#[utoipa::path(
    post,
    path = "/v1/invitations/{invitation}/confirm",
    tag = "people",
    params(("invitation" = InvitationId, Path)),
    request_body = ConfirmPerson,
    responses((status = 200, body = Intake), (status = "default", body = ErrorBody))
)]
pub async fn confirm_person(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(invitation): At<InvitationId>,
    FromJson(request): FromJson<ConfirmPerson>,
) -> Answer<Json<Intake>> {
    let confirmed = gateway.store.confirm_person(&caller, invitation, request);
    Ok(Json(confirmed.await?))
}

/// The invitation is over; whoever came by it unconfirmed is turned away.
#[utoipa::path(
    post,
    path = "/v1/invitations/{invitation}/end",
    tag = "people",
    params(("invitation" = InvitationId, Path)),
    request_body = EndInvitation,
    responses((status = 200, body = Intake), (status = "default", body = ErrorBody))
)]
pub async fn end_invitation(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(invitation): At<InvitationId>,
    FromJson(request): FromJson<EndInvitation>,
) -> Answer<Json<Intake>> {
    let ended = gateway.store.end_invitation(&caller, invitation, request);
    Ok(Json(ended.await?))
}

/// Whether somebody has confirmed the caller, who came by an invitation.
#[utoipa::path(
    get,
    path = "/v1/intake",
    tag = "sign-in",
    responses((status = 200, body = OwnIntake), (status = "default", body = ErrorBody))
)]
pub async fn own_intake(
    State(gateway): State<Gateway>,
    Who(caller): Who,
) -> Answer<Json<OwnIntake>> {
    Ok(Json(gateway.store.own_intake(&caller).await?))
}
