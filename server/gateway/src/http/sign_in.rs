//! Signing in by a passkey: ask, and show. Failures are counted by address; those in a session that is there
//! by its account too.

use std::net::SocketAddr;

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::HeaderMap;
use protocol::http::{
    ErrorBody, PasskeyAsked, SESSION_COOKIE, SignInByPasskey, SignInWays, SignedIn,
};
use store::{CeremonyKind, PasskeyShown, SessionToken};

use super::Answer;
use super::body::FromJson;
use crate::Gateway;
use crate::caller::{WithCookie, with_cookie, within};
use crate::headers::cookie;

/// By what one can sign in here.
#[utoipa::path(
    get,
    path = "/v1/sign-in",
    tag = "sign-in",
    responses((status = 200, body = SignInWays), (status = "default", body = ErrorBody)),
    security(())
)]
pub async fn sign_in_ways(State(gateway): State<Gateway>) -> Json<SignInWays> {
    Json(SignInWays {
        device_alone: gateway.store.is_demo(),
    })
}

/// Asks whoever is there for a passkey. The answer names no account.
#[utoipa::path(
    post,
    path = "/v1/sign-in/passkey",
    tag = "sign-in",
    responses((status = 200, body = PasskeyAsked), (status = "default", body = ErrorBody)),
    security(())
)]
pub async fn ask_passkey(
    State(gateway): State<Gateway>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
) -> Answer<Json<PasskeyAsked>> {
    let attempt = gateway.failures.begin(peer.ip())?;
    let question = gateway.passkeys.ask()?;
    let kept = gateway
        .store
        .begin_ceremony(CeremonyKind::ShowPasskey, None, question.state);
    let ceremony = kept.await?;
    attempt.succeeded();
    Ok(Json(PasskeyAsked {
        ceremony,
        options: question.options,
    }))
}

/// Shows a passkey: a session for this device, or the session that it has, fresh again. The answer
/// carries the session cookie.
#[utoipa::path(
    post,
    path = "/v1/sign-in/passkey/finish",
    tag = "sign-in",
    request_body = SignInByPasskey,
    responses((status = 200, body = SignedIn), (status = "default", body = ErrorBody)),
    security(())
)]
pub async fn sign_in_by_passkey(
    State(gateway): State<Gateway>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    FromJson(request): FromJson<SignInByPasskey>,
) -> Answer<WithCookie<SignedIn>> {
    let current = cookie(&headers, SESSION_COOKIE).and_then(SessionToken::parse);
    let session = within(&gateway, current.as_ref()).await?;
    let attempt = gateway.failures.begin_within(peer.ip(), session)?;
    let store = &gateway.store;
    let pending = store.take_ceremony(CeremonyKind::ShowPasskey, None, &request.ceremony);
    let state = pending.await?;
    let answer = gateway.passkeys.read_answer(&request.credential)?;
    let credential_id = answer.get_credential_id();
    let found = store.find_passkey(credential_id).await?;
    let good = match gateway.passkeys.check(&state, &answer, &found.passkey) {
        Ok(good) => good,
        Err(refusal) => {
            store.refuse_passkey(credential_id).await?;
            return Err(refusal.into());
        }
    };
    let shown = PasskeyShown {
        id: found.id,
        passkey: good.passkey,
    };
    let (signed_in, token) = store.sign_in(&request, shown, current).await?;
    attempt.succeeded();
    Ok(with_cookie(&gateway, &token, signed_in))
}
