//! Pages without a script: what a link in a mail opens, where a client books by a link, and the demo's mails. Plain
//! HTML that works in the oldest browser, in the recipient's language, without a session. Beside them the calendar feed,
//! which other people's programs read.
//!
//! **Looking changes nothing** (mail programs and scanners fetch every link they see); a button posts,
//! and the same post again does nothing more. The page says times and nothing else: no name, no place,
//! no agency, because whoever finds the mail finds this page too.

use std::sync::LazyLock;

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use minijinja::Environment;
use protocol::Code;
use store::LinkSecret;

use crate::Gateway;

mod address;
mod book;
mod demo;
mod feed;
mod link;
mod question;
mod stop;

pub use demo::{DemoMail, DemoMails};

use address::Address;
use stop::Stop;

/// Where links lead: `/l/<secret>`.
const LINK: &str = "/l/";
/// Where booking links lead: `/b/<secret>`.
const BOOK: &str = protocol::http::BOOKING_PATH;
/// Where links that stop mails lead: `/u/<secret>`.
const STOP: &str = protocol::http::STOP_PATH;
/// Where links lead by which somebody says whether an address is theirs: `/c/<secret>`.
const ADDRESS: &str = protocol::http::ADDRESS_PATH;

/// Whether a path is of a page that acts by the secret of a link.
pub fn is_by_link(path: &str) -> bool {
    [LINK, BOOK, STOP, ADDRESS]
        .iter()
        .any(|link| path.starts_with(link))
}

/// Every page.
pub fn routes(demo: bool) -> Router<Gateway> {
    let pages = Router::new()
        .route("/l/page.css", get(style))
        .route("/l/{secret}", get(link::show))
        .route(
            "/l/{secret}/unsubscribe",
            get(link::ask_opt_out).post(link::opt_out),
        )
        .route("/l/{secret}/", get(link::back))
        .route(
            "/l/{secret}/{answer}",
            post(link::answer).get(link::back_from_answer),
        )
        .route(
            "/u/{secret}",
            get(question::show::<Stop>).post(question::answer_here::<Stop>),
        )
        .route(
            "/u/{secret}/again",
            get(question::back::<Stop>).post(question::answer_beside::<Stop>),
        )
        .route(
            "/c/{secret}",
            get(question::show::<Address>).post(question::answer_here::<Address>),
        )
        .route(
            "/c/{secret}/not-me",
            get(question::back::<Address>).post(question::answer_beside::<Address>),
        )
        .route("/b/{secret}", get(book::show))
        .route("/b/{secret}/", get(book::back))
        .route("/b/{secret}/time/{start}", get(book::ask))
        .route("/b/{secret}/hold/{start}", post(book::hold).get(book::back))
        .route("/b/{secret}/book/{start}", post(book::book).get(book::back))
        .route("/b/{secret}/let-go", post(book::let_go).get(book::back))
        // The last part is a secret and an ending (`protocol::http::FEED_PATH`).
        .route("/f/{name}", get(feed::show));
    if !demo {
        return pages;
    }
    pages
        .route("/demo/mails", get(demo::list))
        .route("/demo/mails/{mail}/html", get(demo::html))
}

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    templates.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    for (name, source) in [
        ("book.html", include_str!("pages/book.html")),
        ("link.html", include_str!("pages/link.html")),
        ("mails.html", include_str!("pages/mails.html")),
        ("page.html", include_str!("pages/page.html")),
    ] {
        templates
            .add_template(name, source)
            .expect("the templates are compiled in and a test fills each");
    }
    templates
});

/// A filled page.
fn page(status: StatusCode, template: &str, values: minijinja::Value) -> Response {
    let filled = TEMPLATES
        .get_template(template)
        .and_then(|template| template.render(values));
    match filled {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(template, kind = ?error.kind(), "a page cannot be filled");
            (StatusCode::INTERNAL_SERVER_ERROR, Html("")).into_response()
        }
    }
}

/// Leads from beside the page of a link to the page.
fn back_to(path: &str, secret: &str, headers: &HeaderMap) -> Response {
    // What does not read as a secret is not repeated, least of all in a header.
    match LinkSecret::parse(secret) {
        Some(link) => Redirect::to(&format!("{path}{}", link.to_text())).into_response(),
        None => link::refused(Code::LinkGone, headers).show(None),
    }
}

fn status(code: Code) -> StatusCode {
    StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

async fn style() -> Response {
    let css = HeaderValue::from_static("text/css; charset=utf-8");
    let kept = HeaderValue::from_static("max-age=3600");
    let headers = [(header::CONTENT_TYPE, css), (header::CACHE_CONTROL, kept)];
    (headers, include_str!("pages/page.css")).into_response()
}
