//! Signing in by a password, and having one. Failures are counted as [`crate::failures`] says.

use std::net::SocketAddr;

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, header};
use axum::response::Redirect;
use care::ways_in::Login;
use protocol::http::{
    AskNewPassword, AskPassword, ErrorBody, NewPasswordAsked, PasswordAsked, PasswordShown,
    RegisterPassword, SESSION_COOKIE, SignInByPassword,
};
use protocol::{AccountId, AuthenticatorId, Bytes, Code, Refusal, limits};
use serde::{Deserialize, Serialize};
use store::{CeremonyKind, SessionToken};

use super::Answer;
use super::body::FromJson;
use crate::Gateway;
use crate::caller::{Who, WithCookie, session_cookie, within};
use crate::headers::cookie;
use crate::sign_in::{Passwords, read_first};

/// What is remembered of a password that was asked for.
#[derive(Serialize, Deserialize)]
struct Pending {
    authenticator: AuthenticatorId,
    account: AccountId,
    state: Bytes,
}

/// What is remembered of one that is being made.
#[derive(Serialize, Deserialize)]
struct Chosen {
    login: String,
}

/// Asks for a password. The answer says nothing about who there is.
#[utoipa::path(
    post,
    path = "/v1/sign-in/password",
    tag = "sign-in",
    request_body = AskPassword,
    responses((status = 200, body = PasswordAsked), (status = "default", body = ErrorBody)),
    security(())
)]
pub async fn ask_password(
    State(gateway): State<Gateway>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    FromJson(request): FromJson<AskPassword>,
) -> Answer<Json<PasswordAsked>> {
    let (store, failures) = (&gateway.store, &gateway.failures);
    if request.login.len() > limits::LOGIN_BYTES_MAX {
        return Err(Refusal::new(Code::TooLarge, "login").into());
    }
    let first = read_first(&request.ke1)?;
    let current = cookie(&headers, SESSION_COOKIE).and_then(SessionToken::parse);
    let session = within(&gateway, current.as_ref()).await?;
    let looked = store.look_for_password(&request).await?;
    // Counted until it is finished: whether the password was right is found out elsewhere.
    let attempt = match &looked.known {
        Some(known) => failures.begin_own(known.account, session),
        None => failures.begin_stranger(peer.ip(), looked.index),
    };
    drop(attempt?);
    let record = looked.known.as_ref().map(|known| &known.record[..]);
    let asked = gateway
        .passwords
        .challenge(store, first, looked.index, record);
    let challenge = asked.await?;
    let ceremony = match &looked.known {
        Some(known) => {
            let pending = Pending {
                authenticator: known.id,
                account: known.account,
                state: challenge.state.into(),
            };
            store.begin_password(known, write(&pending)?).await?
        }
        None => gateway.passwords.no_ceremony(),
    };
    Ok(Json(PasswordAsked {
        ceremony,
        ke2: challenge.ke2,
    }))
}

/// Shows a password: a session for this device, or the session that it has. The answer carries the session
/// cookie.
#[utoipa::path(
    post,
    path = "/v1/sign-in/password/finish",
    tag = "sign-in",
    request_body = SignInByPassword,
    responses((status = 200, body = PasswordShown), (status = "default", body = ErrorBody)),
    security(())
)]
pub async fn sign_in_by_password(
    State(gateway): State<Gateway>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    FromJson(request): FromJson<SignInByPassword>,
) -> Answer<WithCookie<PasswordShown>> {
    let (store, kind) = (&gateway.store, CeremonyKind::ShowPassword);
    if !store.ceremony_waits(kind, &request.ceremony).await? {
        drop(gateway.failures.begin_beside(peer.ip())?);
    }
    let pending = store.take_ceremony(kind, None, &request.ceremony).await?;
    let pending: Pending = read(&pending)?;
    if !Passwords::is_proof(store, &pending.state, &request.ke3)? {
        store.refuse_password(pending.authenticator).await?;
        return Err(Refusal::from(Code::SignInRefused).into());
    }
    let current = cookie(&headers, SESSION_COOKIE).and_then(SessionToken::parse);
    let session = within(&gateway, current.as_ref()).await?;
    let shown = store.sign_in_by_password(&request, pending.authenticator, current);
    let (shown, token) = shown.await?;
    gateway.failures.forgive(pending.account, session);
    Ok(shown_with_cookie(&gateway, &token, shown))
}

/// Begins a new password.
#[utoipa::path(
    post,
    path = "/v1/authenticators/password",
    tag = "sign-in",
    request_body = AskNewPassword,
    responses((status = 200, body = NewPasswordAsked), (status = "default", body = ErrorBody))
)]
pub async fn ask_new_password(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(request): FromJson<AskNewPassword>,
) -> Answer<Json<NewPasswordAsked>> {
    let store = &gateway.store;
    let login = Login::choose(&request.login)?;
    let attempt = gateway.failures.begin_choice(caller.account)?;
    let wanted = store.want_password(&caller, &login).await;
    let taken = |error: &store::Error| error.refusal().code == Code::LoginTaken;
    if !wanted.as_ref().is_err_and(taken) {
        attempt.succeeded();
    }
    let index = wanted?;
    let response = gateway.passwords.register(store, &request.request, index);
    let response = response.await?;
    let chosen = Chosen {
        login: login.reveal().to_owned(),
    };
    let kind = CeremonyKind::RegisterPassword;
    let kept = store.begin_ceremony(kind, Some(&caller), write(&chosen)?);
    Ok(Json(NewPasswordAsked {
        ceremony: kept.await?,
        response,
    }))
}

/// Adds the password that was made, in the place of the one before. The session goes on under a new cookie.
#[utoipa::path(
    post,
    path = "/v1/authenticators/password/finish",
    tag = "sign-in",
    request_body = RegisterPassword,
    responses((status = 200, body = PasswordShown), (status = "default", body = ErrorBody))
)]
pub async fn register_password(
    State(gateway): State<Gateway>,
    Who(caller): Who,
    FromJson(request): FromJson<RegisterPassword>,
) -> Answer<WithCookie<PasswordShown>> {
    let store = &gateway.store;
    let kind = CeremonyKind::RegisterPassword;
    let chosen = store.take_ceremony(kind, Some(&caller), &request.ceremony);
    let chosen: Chosen = read(&chosen.await?)?;
    let record = Passwords::record(&request.record)?;
    let login = Login::choose(&chosen.login)?;
    let added = store.add_password(&caller, &login, record, request.shared);
    let (shown, token) = added.await?;
    Ok(shown_with_cookie(&gateway, &token, shown))
}

/// Where a password is changed, for programs that keep passwords (W3C, a well-known URL for changing
/// passwords).
pub async fn change_password() -> Redirect {
    Redirect::to("/#/settings")
}

/// The answer, with the session's cookie.
pub fn shown_with_cookie(
    gateway: &Gateway,
    token: &SessionToken,
    shown: PasswordShown,
) -> WithCookie<PasswordShown> {
    let cookie = session_cookie(token, &shown.session, gateway.clock.now());
    ([(header::SET_COOKIE, cookie)], Json(shown))
}

fn write(value: &impl Serialize) -> Result<Vec<u8>, Refusal> {
    serde_json::to_vec(value).map_err(|_| Code::Internal.into())
}

fn read<T: for<'de> Deserialize<'de>>(json: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(json).map_err(|_| Code::Internal.into())
}
