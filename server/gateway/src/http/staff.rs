//! The administrator's people: who works here, how they come in and go.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::AccountId;
use protocol::http::{
    ChangeRole, EndStaff, ErrorBody, InviteAgain, InviteStaff, Staff, StaffEnded, StaffLink,
};

use super::Answer;
use super::body::{At, FromJson};
use crate::Gateway;
use crate::caller::Who;

/// The agency's staff, ended accounts too. For administrators.
#[utoipa::path(
    get,
    path = "/v1/staff",
    tag = "staff",
    responses((status = 200, body = Staff), (status = "default", body = ErrorBody))
)]
pub async fn list_staff(State(gateway): State<Gateway>, Who(caller): Who) -> Answer<Json<Staff>> {
    Ok(Json(gateway.store.staff(&caller).await?))
}

/// Adds a member of staff; the answer's one-time link is shown once.
#[utoipa::path(
    post,
    path = "/v1/staff",
    tag = "staff",
    request_body = InviteStaff,
    responses((status = 200, body = StaffLink), (status = "default", body = ErrorBody))
)]
pub async fn invite_staff(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(request): FromJson<InviteStaff>,
) -> Answer<Json<StaffLink>> {
    Ok(Json(gateway.store.invite_staff(&caller, request).await?))
}

/// Gives out a new link to somebody who has not come in yet.
#[utoipa::path(
    post,
    path = "/v1/staff/{account}/invite",
    tag = "staff",
    params(("account" = AccountId, Path)),
    request_body = InviteAgain,
    responses((status = 200, body = StaffLink), (status = "default", body = ErrorBody))
)]
pub async fn invite_staff_again(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(account): At<AccountId>,
    FromJson(request): FromJson<InviteAgain>,
) -> Answer<Json<StaffLink>> {
    Ok(Json(
        gateway
            .store
            .invite_staff_again(&caller, account, request)
            .await?,
    ))
}

/// Makes a member of staff something else. Their sessions end at once.
#[utoipa::path(
    post,
    path = "/v1/staff/{account}/role",
    tag = "staff",
    params(("account" = AccountId, Path)),
    request_body = ChangeRole,
    responses((status = 204), (status = "default", body = ErrorBody))
)]
pub async fn change_role(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(account): At<AccountId>,
    FromJson(request): FromJson<ChangeRole>,
) -> Answer<StatusCode> {
    gateway.store.change_role(&caller, account, request).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends every session of a member of staff.
#[utoipa::path(
    post,
    path = "/v1/staff/{account}/sign-out",
    tag = "staff",
    params(("account" = AccountId, Path)),
    request_body = EndStaff,
    responses((status = 204), (status = "default", body = ErrorBody))
)]
pub async fn end_sessions(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(account): At<AccountId>,
    FromJson(request): FromJson<EndStaff>,
) -> Answer<StatusCode> {
    gateway
        .store
        .end_sessions(&caller, account, request)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends the account of a member of staff for good, at once.
#[utoipa::path(
    post,
    path = "/v1/staff/{account}/end",
    tag = "staff",
    params(("account" = AccountId, Path)),
    request_body = EndStaff,
    responses((status = 200, body = StaffEnded), (status = "default", body = ErrorBody))
)]
pub async fn end_account(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(account): At<AccountId>,
    FromJson(request): FromJson<EndStaff>,
) -> Answer<Json<StaffEnded>> {
    Ok(Json(
        gateway.store.end_account(&caller, account, request).await?,
    ))
}
