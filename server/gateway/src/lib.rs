//! Who is calling and what do they want: TLS, HTTP, websocket.
//!
//! The gateway translates between the network and the [`store`] and decides nothing about care. It is
//! the only crate that knows axum and tungstenite. A newcomer reads it along one call:
//!
//! 1. [`listen`]: a TCP connection comes in. TLS 1.3, HTTP/1.1 or HTTP/2, a time limit on each step,
//!    a limit on how many there are.
//! 2. [`router`], below: every path on one screen, and the walls that every request passes. Outermost
//!    first: security [`headers`], a wall against panics, a time limit, the [`remainder`] of the body,
//!    the [`origin`] of the page.
//! 3. [`http`]: one noun a file. [`caller`] turns the session cookie into a `care::Caller`, a handler
//!    asks the store one thing, [`error`] turns a refusal into its status. [`sign_in`] checks what a
//!    person shows to sign in, and [`failures`] makes whoever keeps failing to sign in wait; [`paces`] does so with a device
//!    that has dear things done without end. Whatever is not an endpoint is a file of the web client ([`assets`]); which files those are, anybody can ask ([`listing`]).
//!    The [`pages`] behind the links of mails and of booking links stand beside it: plain HTML, no script, no session.
//! 4. [`http::socket`]: a websocket opens. From here on it is a [`connection`]: the select loop around
//!    a [`session`], which is a state machine without a socket.
//! 5. [`hub`]: the store calls [`store::Wake`] after a COMMIT; every socket that watches the topic
//!    finds it in its mailbox and reads the store from its own cursor.
//!
//! What is promised at this edge:
//!
//! * every refusal leaves as `ErrorBody` or as `Bye` and a close code, by one mapping;
//! * every queue, body, frame, handshake and wait has a maximum;
//! * a slow device is a lagging cursor: nothing grows behind it;
//! * a panic ends one request or one socket, never the process;
//! * every task belongs to one tracker, and [`Running::stop`] waits for all of them;
//! * no personal data in a log line, an error or a URL.

use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, Request};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use protocol::{Code, Refusal, limits};
use scheduler::Scheduler;
use store::Store;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_http::catch_panic::CatchPanicLayer;

mod assets;
mod bucket;
mod caller;
mod connection;
mod endpoints;
mod error;
mod failures;
mod headers;
mod http;
mod hub;
mod listen;
mod listing;
mod network;
mod openapi;
mod origin;
mod outbox;
mod paces;
mod pages;
mod remainder;
mod running;
mod session;
mod settings;
mod sign_in;

pub use assets::{Asset, Assets, Encoding};
pub use hub::Hub;
pub use listen::{Certificate, TlsError, bind, tls_config};
pub use listing::bundle_listing;
pub use network::{Network, NetworkError};
pub use openapi::openapi;
pub use pages::{DemoMail, DemoMails};
pub use running::{Running, StartError, start};
pub use settings::{Rates, Settings};

use endpoints::endpoints;
use error::Problem;

/// Every path and every wall. Layers run from the last to the first.
fn router(gateway: Gateway) -> Router {
    Router::from(endpoints())
        .route("/v1/ws", any(http::socket::open_socket))
        .merge(pages::routes(gateway.demo_mails.is_some()))
        .route(
            "/.well-known/change-password",
            get(http::passwords::change_password),
        )
        .route("/bundle.txt", get(listing::listing))
        .route("/healthz", get(http::health::healthz))
        .route("/readyz", get(http::health::readyz))
        .route("/alarmz", get(http::health::alarmz))
        .fallback(assets::serve)
        .method_not_allowed_fallback(assets::serve)
        .layer(DefaultBodyLimit::max(limits::HTTP_BODY_BYTES_MAX))
        .layer(from_fn_with_state(gateway.origins.clone(), origin::check))
        .layer(from_fn(remainder::read))
        .layer(from_fn(in_time))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(gateway.origins.clone(), headers::walls))
        .with_state(gateway)
}

/// What every handler and every socket holds on to. Clones share it.
#[derive(Clone)]
pub(crate) struct Gateway(Arc<Edge>);

/// See [`Gateway`].
pub(crate) struct Edge {
    store: Store,
    scheduler: Scheduler,
    hub: Hub,
    phone: Option<String>,
    demo_mails: Option<Arc<dyn DemoMails>>,
    assets: Arc<dyn Assets>,
    /// What `assets` hold, hashed.
    listing: String,
    origins: origin::Origins,
    rates: Rates,
    trusted: Vec<Network>,
    failures: failures::Failures,
    paces: paces::Paces,
    passkeys: sign_in::Passkeys,
    passwords: sign_in::Passwords,
    clock: Arc<dyn care::Clock>,
    chance: Arc<dyn care::Chance>,
    /// Sockets are told and closed.
    stop: CancellationToken,
    /// Sockets are dropped.
    abort: CancellationToken,
    tracker: TaskTracker,
}

impl Deref for Gateway {
    type Target = Edge;
    fn deref(&self) -> &Edge {
        &self.0
    }
}

impl FromRef<Gateway> for Arc<dyn Assets> {
    fn from_ref(gateway: &Gateway) -> Self {
        Arc::clone(&gateway.assets)
    }
}

impl Edge {
    /// How many sockets one address may have.
    fn sockets_of(&self, address: IpAddr) -> u32 {
        if self.trusted.iter().any(|network| network.contains(address)) {
            u32::MAX
        } else {
            self.rates.sockets_per_address
        }
    }
}

/// Middleware: a request is answered in time, if only by saying that it was not.
async fn in_time(request: Request, next: Next) -> Response {
    let limit = Duration::from_secs(limits::HTTP_REQUEST_S);
    tokio::time::timeout(limit, next.run(request))
        .await
        .unwrap_or_else(|_| {
            let refusal = Refusal::new(Code::Busy, "the request took too long");
            Problem(refusal).into_response()
        })
}

/// A handler that panicked is a defect: the caller learns that much, the log (by the panic hook) where.
fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    metrics::counter!("panics").increment(1);
    Problem(Refusal::new(
        Code::Internal,
        "something broke on the server's side",
    ))
    .into_response()
}
