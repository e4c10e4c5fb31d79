//! Where a client books by a link, without an account and without a script: free times by day, each a button
//! that keeps it; a page that asks once more; what was booked.
//!
//! Looking changes nothing; every act is a form that posts, and the same post again does nothing more. Like the
//! pages behind mails they say times and nothing else.

use std::net::SocketAddr;

use axum::extract::rejection::QueryRejection;
use axum::extract::{ConnectInfo, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use care::texts::TextError;
use protocol::{Code, Instead, Refusal, Timestamp};
use serde::Deserialize;
use store::{BookingWish, LinkSecret};

use super::link::wished;
use super::{BOOK, page, status};
use crate::Gateway;
use crate::failures::Attempt;

mod said;

/// What such a page may do in a browser: show its style, and post to us.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'",
);
/// A zone's name is no longer (the longest has 32).
const ZONE_BYTES_MAX: usize = 64;

/// On which clocks, and from when.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Wish {
    zone: Option<String>,
    after: Option<i64>,
}

/// What does not read as a wish is none.
type Asked = Result<Query<Wish>, QueryRejection>;

impl Wish {
    /// Nothing is carried on that could be no zone's name.
    fn read(asked: Asked) -> Self {
        let Query(mut wish) = asked.unwrap_or_default();
        let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"_-+/".contains(&byte);
        wish.zone = wish
            .zone
            .filter(|zone| zone.len() <= ZONE_BYTES_MAX && zone.bytes().all(is_safe));
        wish
    }

    fn told(&self) -> BookingWish {
        BookingWish {
            zone: self.zone.clone(),
            after: self.after.map(Timestamp::from_micros),
        }
    }
}

/// A link, and the clocks on which its reader wants to read.
struct Reading {
    link: LinkSecret,
    wish: Wish,
}

impl Reading {
    /// A path of the link's, with the clocks carried on.
    fn path(&self, rest: &str) -> String {
        let secret = self.link.to_text();
        match &self.wish.zone {
            Some(zone) => format!("{BOOK}{secret}{rest}?zone={}", zone.replace('+', "%2B")),
            None => format!("{BOOK}{secret}{rest}"),
        }
    }

    fn at(&self, act: &str, start: Timestamp) -> String {
        self.path(&format!("/{act}/{}", start.micros()))
    }
}

/// `GET /b/<secret>`: the free times. Changes nothing.
pub async fn show(
    State(gateway): State<Gateway>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(secret): Path<String>,
    asked: Asked,
    headers: HeaderMap,
) -> Response {
    let (reading, attempt) = match begin(&gateway, peer, &secret, asked) {
        Ok(begun) => begun,
        Err(refusal) => return refused(&gateway, refusal.code, &headers),
    };
    let wish = reading.wish.told();
    let opened = gateway.store.open_booking_link(&reading.link, &wish).await;
    match judged(attempt, opened) {
        Ok(view) => {
            let phone = gateway.phone.as_deref();
            shown(StatusCode::OK, said::times(&view, &reading, phone))
        }
        Err(refusal) => refused(&gateway, refusal.code, &headers),
    }
}

/// `GET /b/<secret>/time/<start>`: asks whether to book it. Changes nothing.
pub async fn ask(
    State(gateway): State<Gateway>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path((secret, start)): Path<(String, String)>,
    asked: Asked,
    headers: HeaderMap,
) -> Response {
    let begun = begin_at(&gateway, peer, (&secret, &start), asked);
    let (reading, start, attempt) = match begun {
        Ok(begun) => begun,
        Err(refusal) => return refused(&gateway, refusal.code, &headers),
    };
    let wish = reading.wish.told();
    let held = gateway
        .store
        .held_by_link(&reading.link, start, &wish)
        .await;
    match judged(attempt, held) {
        Ok(view) => shown(StatusCode::OK, said::question(&view, &reading, start)),
        Err(refusal) => refused(&gateway, refusal.code, &headers),
    }
}

/// `POST /b/<secret>/hold/<start>`: keeps it, then leads to the page that asks.
pub async fn hold(
    State(gateway): State<Gateway>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path((secret, start)): Path<(String, String)>,
    asked: Asked,
    headers: HeaderMap,
) -> Response {
    let begun = begin_at(&gateway, peer, (&secret, &start), asked);
    let (reading, start, attempt) = match begun {
        Ok(begun) => begun,
        Err(refusal) => return refused(&gateway, refusal.code, &headers),
    };
    let held = gateway.store.hold_by_link(&reading.link, start).await;
    match judged(attempt, held) {
        Ok(()) => strict(Redirect::to(&reading.at("time", start)).into_response()),
        Err(refusal) => instead(&gateway, &reading, refusal, &headers).await,
    }
}

/// `POST /b/<secret>/book/<start>`: books it. Pressed twice, it shows the same visit.
pub async fn book(
    State(gateway): State<Gateway>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path((secret, start)): Path<(String, String)>,
    asked: Asked,
    headers: HeaderMap,
) -> Response {
    let begun = begin_at(&gateway, peer, (&secret, &start), asked);
    let (reading, start, attempt) = match begun {
        Ok(begun) => begun,
        Err(refusal) => return refused(&gateway, refusal.code, &headers),
    };
    let wish = reading.wish.told();
    let booked = gateway
        .store
        .book_by_link(&reading.link, start, &wish)
        .await;
    match judged(attempt, booked) {
        Ok(view) => shown(StatusCode::OK, said::booked(&view)),
        Err(refusal) => instead(&gateway, &reading, refusal, &headers).await,
    }
}

/// `POST /b/<secret>/let-go`: what was kept is free again; then the free times.
pub async fn let_go(
    State(gateway): State<Gateway>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(secret): Path<String>,
    asked: Asked,
    headers: HeaderMap,
) -> Response {
    let (reading, attempt) = match begin(&gateway, peer, &secret, asked) {
        Ok(begun) => begun,
        Err(refusal) => return refused(&gateway, refusal.code, &headers),
    };
    let gone = gateway.store.let_go_by_link(&reading.link).await;
    match judged(attempt, gone) {
        Ok(()) => strict(Redirect::to(&reading.path("")).into_response()),
        Err(refusal) => refused(&gateway, refusal.code, &headers),
    }
}

/// `GET /b/<secret>/` and `GET /b/<secret>/let-go`: the free times.
pub async fn back(
    State(gateway): State<Gateway>,
    Path(secret): Path<String>,
    headers: HeaderMap,
) -> Response {
    // What does not read as a secret is not repeated, least of all in a header.
    match LinkSecret::parse(&secret) {
        Some(link) => {
            let to = format!("{BOOK}{}", link.to_text());
            strict(Redirect::to(&to).into_response())
        }
        None => refused(&gateway, Code::LinkGone, &headers),
    }
}

/// `GET` of what posts: looking changes nothing, so it is the free times.
pub async fn back_from_time(
    gateway: State<Gateway>,
    Path((secret, _)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    back(gateway, Path(secret), headers).await
}

/// Reads a request. Whoever tries one secret after another is made to wait.
fn begin<'g>(
    gateway: &'g Gateway,
    peer: SocketAddr,
    secret: &str,
    asked: Asked,
) -> Result<(Reading, Attempt<'g>), Refusal> {
    let attempt = gateway.failures.begin(peer.ip())?;
    let link = LinkSecret::parse(secret).ok_or_else(|| Refusal::from(Code::LinkGone))?;
    let wish = Wish::read(asked);
    Ok((Reading { link, wish }, attempt))
}

/// The same, with the time in the path.
fn begin_at<'g>(
    gateway: &'g Gateway,
    peer: SocketAddr,
    (secret, start): (&str, &str),
    asked: Asked,
) -> Result<(Reading, Timestamp, Attempt<'g>), Refusal> {
    let (reading, attempt) = begin(gateway, peer, secret, asked)?;
    let start = start.parse().map_err(|_| Refusal::from(Code::LinkGone))?;
    Ok((reading, Timestamp::from_micros(start), attempt))
}

/// A link that leads nowhere counts as a failure of whoever tried it, and nothing else does.
fn judged<T>(attempt: Attempt<'_>, result: store::Result<T>) -> Result<T, Refusal> {
    let result = result.map_err(|error| crate::error::refusal(&error));
    let gone = matches!(&result, Err(refusal) if refusal.code == Code::LinkGone);
    if !gone {
        attempt.succeeded();
    }
    result
}

/// Why it was not kept or booked; where somebody else was faster, with what is free instead.
async fn instead(
    gateway: &Gateway,
    reading: &Reading,
    refusal: Refusal,
    headers: &HeaderMap,
) -> Response {
    let slots = match refusal.instead.as_deref() {
        Some(Instead::Slots(slots)) => slots.iter().map(|slot| slot.start).collect(),
        _ => Vec::new(),
    };
    if !matches!(
        refusal.code,
        Code::SlotTaken | Code::NotAvailable | Code::TimePast
    ) {
        return refused(gateway, refusal.code, headers);
    }
    let wish = reading.wish.told();
    match gateway.store.open_booking_link(&reading.link, &wish).await {
        Ok(mut view) => {
            view.slots = slots;
            let taken = said::taken(&view, reading);
            shown(status(Code::SlotTaken), taken)
        }
        Err(error) => refused(gateway, crate::error::refusal(&error).code, headers),
    }
}

/// A neutral page: nothing about whose link it is, or was.
fn refused(gateway: &Gateway, code: Code, headers: &HeaderMap) -> Response {
    let language = wished(headers);
    let phone = gateway.phone.as_deref();
    let code = match code {
        Code::NotFound => Code::LinkGone,
        code => code,
    };
    let said = match code {
        Code::LinkGone => said::gone(language, phone),
        _ => said::failed(language),
    };
    shown(status(code), said)
}

/// Filled. A sentence that is missing is a defect of ours, found by a test.
fn shown(status: StatusCode, said: Result<minijinja::Value, TextError>) -> Response {
    let response = match said {
        Ok(values) => page(status, "book.html", values),
        Err(error) => {
            tracing::error!(%error, "a page lacks its words");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    };
    strict(response)
}

/// Under the pages' own policy.
fn strict(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    response
}

#[cfg(test)]
mod tests;
