//! Where a client books by a link, without an account and without a script: free times by day, each a button
//! that keeps it; a page that asks once more; what was booked.
//!
//! Looking changes nothing; every act is a form that posts, and the same post again does nothing more. Like the
//! pages behind mails they say times and nothing else.

use std::net::SocketAddr;

use axum::extract::rejection::QueryRejection;
use axum::extract::{ConnectInfo, FromRequestParts, Path, Query};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use care::texts::TextError;
use protocol::{Code, Instead, Language, Refusal, Timestamp};
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

/// A request for such a page.
pub struct Asking {
    gateway: Gateway,
    peer: SocketAddr,
    headers: HeaderMap,
    /// None if what stands in the path does not read as one.
    link: Option<LinkSecret>,
    start: Option<Timestamp>,
    wish: Wish,
}

/// What a path names.
#[derive(Deserialize)]
struct Named {
    secret: String,
    start: Option<String>,
}

impl FromRequestParts<Gateway> for Asking {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Response> {
        let peer = ConnectInfo::<SocketAddr>::from_request_parts(parts, gateway).await;
        let ConnectInfo(peer) = peer.map_err(IntoResponse::into_response)?;
        let named = Path::<Named>::from_request_parts(parts, gateway).await;
        let Path(Named { secret, start }) = named.map_err(IntoResponse::into_response)?;
        let start = start.and_then(|start| start.parse::<i64>().ok());
        Ok(Self {
            gateway: gateway.clone(),
            peer,
            headers: parts.headers.clone(),
            link: LinkSecret::parse(&secret),
            start: start.map(Timestamp::from_micros),
            wish: Wish::read(Query::<Wish>::from_request_parts(parts, gateway).await),
        })
    }
}

impl Asking {
    /// The link and the clocks. Whoever tries one secret after another is made to wait.
    fn begin(&self) -> Result<(Reading, Attempt<'_>), Refused> {
        let attempt = self.gateway.failures.begin(self.peer.ip());
        let attempt = attempt.map_err(|refusal| self.refused(refusal.code))?;
        let link = self.link.clone();
        let link = link.ok_or_else(|| self.refused(Code::LinkGone))?;
        let wish = self.wish.clone();
        Ok((Reading { link, wish }, attempt))
    }

    /// The same, with the time.
    fn begin_at(&self) -> Result<(Reading, Timestamp, Attempt<'_>), Refused> {
        let (reading, attempt) = self.begin()?;
        let start = self.start.ok_or_else(|| self.refused(Code::LinkGone))?;
        Ok((reading, start, attempt))
    }

    fn refused(&self, code: Code) -> Refused {
        Refused {
            code,
            language: wished(&self.headers),
            phone: self.gateway.phone.clone(),
        }
    }

    /// Why it was not kept or booked; where somebody else was faster, with what is free instead.
    async fn instead(&self, reading: &Reading, refusal: Refusal) -> Result<Response, Refused> {
        let starts: Vec<Timestamp> = match refusal.instead.as_deref() {
            Some(Instead::Slots(slots)) => slots.iter().map(|slot| slot.start).collect(),
            _ => Vec::new(),
        };
        if !matches!(
            refusal.code,
            Code::SlotTaken | Code::NotAvailable | Code::TimePast
        ) {
            return Err(self.refused(refusal.code));
        }
        let store = &self.gateway.store;
        let wish = BookingWish {
            after: starts.first().copied(),
            ..reading.wish.told()
        };
        match store.open_booking_link(&reading.link, &wish).await {
            Ok(mut view) => {
                view.slots.retain(|offer| starts.contains(&offer.start));
                let taken = said::taken(&view, reading);
                Ok(shown(status(Code::SlotTaken), taken))
            }
            Err(error) => Err(self.refused(crate::error::refusal(&error).code)),
        }
    }
}

/// `GET /b/<secret>`: the free times. Changes nothing.
pub async fn show(asking: Asking) -> Result<Response, Refused> {
    let (reading, attempt) = asking.begin()?;
    let (gateway, wish) = (&asking.gateway, reading.wish.told());
    let opened = gateway.store.open_booking_link(&reading.link, &wish).await;
    let view = judged(attempt, opened).map_err(|refusal| asking.refused(refusal.code))?;
    let times = said::times(&view, &reading, gateway.phone.as_deref());
    Ok(shown(StatusCode::OK, times))
}

/// `GET /b/<secret>/time/<start>`: asks whether to book it. Changes nothing.
pub async fn ask(asking: Asking) -> Result<Response, Refused> {
    let (reading, start, attempt) = asking.begin_at()?;
    let (store, wish) = (&asking.gateway.store, reading.wish.told());
    let held = store.held_by_link(&reading.link, start, &wish).await;
    let view = judged(attempt, held).map_err(|refusal| asking.refused(refusal.code))?;
    let question = said::question(&view, &reading, start);
    Ok(shown(StatusCode::OK, question))
}

/// `POST /b/<secret>/hold/<start>`: keeps it, then leads to the page that asks.
pub async fn hold(asking: Asking) -> Result<Response, Refused> {
    let (reading, start, attempt) = asking.begin_at()?;
    let held = asking.gateway.store.hold_by_link(&reading.link, start);
    match judged(attempt, held.await) {
        Ok(()) => Ok(lead_to(&reading.at("time", start))),
        Err(refusal) => asking.instead(&reading, refusal).await,
    }
}

/// `POST /b/<secret>/book/<start>`: books it. Pressed twice, it shows the same visit.
pub async fn book(asking: Asking) -> Result<Response, Refused> {
    let (reading, start, attempt) = asking.begin_at()?;
    let (store, wish) = (&asking.gateway.store, reading.wish.told());
    let booked = store.book_by_link(&reading.link, start, &wish).await;
    match judged(attempt, booked) {
        Ok(view) => Ok(shown(StatusCode::OK, said::booked(&view))),
        Err(refusal) => asking.instead(&reading, refusal).await,
    }
}

/// `POST /b/<secret>/let-go`: what was kept is free again; then the free times.
pub async fn let_go(asking: Asking) -> Result<Response, Refused> {
    let (reading, attempt) = asking.begin()?;
    let gone = asking.gateway.store.let_go_by_link(&reading.link).await;
    judged(attempt, gone).map_err(|refusal| asking.refused(refusal.code))?;
    Ok(lead_to(&reading.path("")))
}

/// `GET` of what posts, and of `/b/<secret>/`: looking changes nothing, so it is the free times.
pub async fn back(asking: Asking) -> Result<Response, Refused> {
    // What does not read as a secret is not repeated, least of all in a header.
    let link = asking.link.as_ref();
    let link = link.ok_or_else(|| asking.refused(Code::LinkGone))?;
    Ok(lead_to(&format!("{BOOK}{}", link.to_text())))
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

/// A neutral page: nothing about whose link it is, or was.
pub struct Refused {
    code: Code,
    language: Language,
    phone: Option<String>,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let code = match self.code {
            Code::NotFound => Code::LinkGone,
            code => code,
        };
        let said = match code {
            Code::LinkGone => said::gone(self.language, self.phone.as_deref()),
            _ => said::failed(self.language),
        };
        shown(status(code), said)
    }
}

fn lead_to(path: &str) -> Response {
    strict(Redirect::to(path).into_response())
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
