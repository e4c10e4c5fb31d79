//! The second factor after a password: a code of a code app, and having one.

use axum::Json;
use axum::extract::State;
use protocol::http::{
    CodeAppAsked, ErrorBody, PasswordShown, RegisterCodeApp, SignInByCode, SignedIn,
};
use protocol::{Code, Refusal};
use store::CeremonyKind;

use super::Answer;
use super::body::FromJson;
use super::passwords::shown_with_cookie;
use crate::Gateway;
use crate::caller::{Who, WithCookie, with_cookie};
use crate::sign_in::codes;

/// Shows a code, in the session that has shown the password a short while ago. It goes on under a new
/// cookie.
#[utoipa::path(
    post,
    path = "/v1/sign-in/code",
    tag = "sign-in",
    request_body = SignInByCode,
    responses((status = 200, body = SignedIn), (status = "default", body = ErrorBody))
)]
pub async fn sign_in_by_code(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(request): FromJson<SignInByCode>,
) -> Answer<WithCookie<SignedIn>> {
    let store = &gateway.store;
    let app = store.find_code_app(&caller).await?;
    let attempt = gateway.failures.begin_code(caller.account)?;
    let Some(step) = codes::step(&app.secret, &request.code, gateway.clock.now()) else {
        store.refuse_code(&caller, app.id).await?;
        return Err(Refusal::from(Code::SignInRefused).into());
    };
    let (signed_in, token) = store.sign_in_by_code(&caller, app.id, step).await?;
    attempt.succeeded();
    Ok(with_cookie(&gateway, &token, signed_in))
}

/// Begins a new code app.
#[utoipa::path(
    post,
    path = "/v1/authenticators/code-app",
    tag = "sign-in",
    responses((status = 200, body = CodeAppAsked), (status = "default", body = ErrorBody))
)]
pub async fn ask_new_code_app(
    State(gateway): State<Gateway>,
    Who(caller): Who,
) -> Answer<Json<CodeAppAsked>> {
    let store = &gateway.store;
    let name = store.want_code_app(&caller).await?;
    let secret = codes::make(&*gateway.chance);
    let kind = CeremonyKind::RegisterCodeApp;
    let kept = store.begin_ceremony(kind, Some(&caller), secret.clone());
    Ok(Json(CodeAppAsked {
        ceremony: kept.await?,
        secret: codes::to_type(&secret),
        uri: codes::to_scan(&secret, &name),
    }))
}

/// Adds the code app that shows a right code, in the place of the one before. A wrong one may be corrected.
#[utoipa::path(
    post,
    path = "/v1/authenticators/code-app/finish",
    tag = "sign-in",
    request_body = RegisterCodeApp,
    responses((status = 200, body = PasswordShown), (status = "default", body = ErrorBody))
)]
pub async fn register_code_app(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(request): FromJson<RegisterCodeApp>,
) -> Answer<WithCookie<PasswordShown>> {
    let (store, ceremony) = (&gateway.store, &request.ceremony);
    let kind = CeremonyKind::RegisterCodeApp;
    let secret = store.look_at_ceremony(kind, &caller, ceremony).await?;
    let attempt = gateway.failures.begin_code(caller.account)?;
    let step = codes::step(&secret, &request.code, gateway.clock.now());
    let wrong = || Refusal::new(Code::SignInRefused, "not the code that the app shows now");
    let added = store.add_code_app(&caller, ceremony, (secret, step.ok_or_else(wrong)?));
    let (shown, token) = added.await?;
    attempt.succeeded();
    Ok(shown_with_cookie(&gateway, &token, shown))
}
