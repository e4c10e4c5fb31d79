//! Who is calling: from the session cookie to a [`Caller`].

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, header};
use care::Caller;
use protocol::http::{SESSION_COOKIE, SignedIn};
use protocol::{AccountId, Code, Refusal, Timestamp};
use store::SessionToken;

use crate::Gateway;
use crate::error::Problem;
use crate::headers::cookie;

/// The caller of a request that needs a live session; without one the request ends as
/// [`Code::SignedOut`].
pub struct Who(pub Caller);

impl FromRequestParts<Gateway> for Who {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Problem> {
        let token = token(parts)?;
        Ok(Self(gateway.store.caller(&token).await?))
    }
}

/// The same of a request that a page makes by itself from time to time: it says nothing about whether anybody sits there.
pub struct Unattended(pub Caller);

impl FromRequestParts<Gateway> for Unattended {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Problem> {
        let token = token(parts)?;
        Ok(Self(gateway.store.caller_unattended(&token).await?))
    }
}

fn token(parts: &Parts) -> Result<SessionToken, Refusal> {
    let token = cookie(&parts.headers, SESSION_COOKIE).and_then(SessionToken::parse);
    token.ok_or_else(|| Refusal::new(Code::SignedOut, "sign in first"))
}

/// Whose live session a request comes from, if from one: whoever shows there who they are does so again.
pub async fn within(
    gateway: &Gateway,
    current: Option<&SessionToken>,
) -> store::Result<Option<AccountId>> {
    let Some(token) = current else {
        return Ok(None);
    };
    match gateway.store.caller(token).await {
        Ok(caller) => Ok(Some(caller.account)),
        Err(error) if error.refusal().code == Code::SignedOut => Ok(None),
        Err(error) => Err(error),
    }
}

/// An answer that brings the session's cookie.
pub type WithCookie<T> = ([(HeaderName, HeaderValue); 1], Json<T>);

/// The answer to whoever is signed in from now on.
pub fn with_cookie(
    gateway: &Gateway,
    token: &SessionToken,
    signed_in: SignedIn,
) -> WithCookie<SignedIn> {
    let cookie = session_cookie(token, &signed_in, gateway.clock.now());
    ([(header::SET_COOKIE, cookie)], Json(signed_in))
}

/// The cookie of a session that was just begun. It ends with the session, also in the browser.
pub fn session_cookie(token: &SessionToken, signed_in: &SignedIn, now: Timestamp) -> HeaderValue {
    let left_s = (signed_in.ends_at.micros() - now.micros()) / 1_000_000;
    cookie_line(&token.to_text(), left_s.max(0))
}

/// Takes the cookie back.
pub fn no_cookie() -> HeaderValue {
    cookie_line("", 0)
}

fn cookie_line(value: &str, age_s: i64) -> HeaderValue {
    let line = format!(
        "{SESSION_COOKIE}={value}; Path=/; Max-Age={age_s}; Secure; HttpOnly; SameSite=Strict"
    );
    let mut line = HeaderValue::try_from(line).expect("base64url and digits are header text");
    line.set_sensitive(true);
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_has_every_wall_and_is_not_printed() {
        let line = cookie_line("secret", 60);
        assert_eq!(
            line.to_str().unwrap(),
            "__Host-carecircle=secret; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Strict"
        );
        assert!(!format!("{line:?}").contains("secret"));
    }
}
