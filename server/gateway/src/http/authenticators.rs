//! By what the caller signs in: list, add a passkey, take one away.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::AuthenticatorId;
use protocol::http::{Authenticators, ErrorBody, PasskeyAsked, RegisterPasskey, SignedIn};
use store::CeremonyKind;

use super::Answer;
use super::body::{At, FromJson};
use crate::Gateway;
use crate::caller::{Who, WithCookie, with_cookie};

/// By what the caller signs in.
#[utoipa::path(
    get,
    path = "/v1/authenticators",
    tag = "sign-in",
    responses((status = 200, body = Authenticators), (status = "default", body = ErrorBody))
)]
pub async fn list_authenticators(
    State(gateway): State<Gateway>,
    Who(caller): Who,
) -> Answer<Json<Authenticators>> {
    Ok(Json(gateway.store.authenticators(&caller).await?))
}

/// Asks for a new passkey.
#[utoipa::path(
    post,
    path = "/v1/authenticators/passkey",
    tag = "sign-in",
    responses((status = 200, body = PasskeyAsked), (status = "default", body = ErrorBody))
)]
pub async fn ask_new_passkey(
    State(gateway): State<Gateway>,
    Who(caller): Who,
) -> Answer<Json<PasskeyAsked>> {
    let wanted = gateway.store.want_passkey(&caller).await?;
    let question = gateway.passkeys.ask_for_new(&wanted)?;
    let kept =
        gateway
            .store
            .begin_ceremony(CeremonyKind::RegisterPasskey, Some(&caller), question.state);
    Ok(Json(PasskeyAsked {
        ceremony: kept.await?,
        options: question.options,
    }))
}

/// Adds the passkey that was made. The session goes on under a new cookie.
#[utoipa::path(
    post,
    path = "/v1/authenticators/passkey/finish",
    tag = "sign-in",
    request_body = RegisterPasskey,
    responses((status = 200, body = SignedIn), (status = "default", body = ErrorBody))
)]
pub async fn register_passkey(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(request): FromJson<RegisterPasskey>,
) -> Answer<WithCookie<SignedIn>> {
    let store = &gateway.store;
    let ceremony = &request.ceremony;
    let pending = store.take_ceremony(CeremonyKind::RegisterPasskey, Some(&caller), ceremony);
    let state = pending.await?;
    let good = gateway.passkeys.check_new(&state, &request.credential)?;
    let added = store.add_passkey(&caller, &good.credential_id, good.passkey, request.shared);
    let (signed_in, token) = added.await?;
    Ok(with_cookie(&gateway, &token, signed_in))
}

/// Takes an authenticator away.
#[utoipa::path(
    delete,
    path = "/v1/authenticators/{authenticator}",
    tag = "sign-in",
    params(("authenticator" = AuthenticatorId, Path)),
    responses((status = 204), (status = "default", body = ErrorBody))
)]
pub async fn end_authenticator(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    At(authenticator): At<AuthenticatorId>,
) -> Answer<StatusCode> {
    gateway
        .store
        .end_authenticator(&caller, authenticator)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
