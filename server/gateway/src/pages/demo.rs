//! The demo's mails, newest first, as their readers would see them. There is no such page outside the
//! demo.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use minijinja::context;

use super::page;
use crate::Gateway;

/// One mail that the demo sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoMail {
    /// To whom.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its date, as the mail says it.
    pub date: String,
    /// The plain part.
    pub plain: String,
    /// The HTML part.
    pub html: String,
    /// The calendar part.
    pub calendar: Option<String>,
}

/// Where the demo's mails are.
pub trait DemoMails: Send + Sync + 'static {
    /// Every mail, oldest first.
    fn list(&self) -> Vec<DemoMail>;
}

/// `GET /demo/mails`.
pub async fn list(State(gateway): State<Gateway>) -> Response {
    let mails = gateway.demo_mails.as_ref().map(|mails| mails.list());
    let mails = mails.unwrap_or_default();
    let mails = mails.into_iter().enumerate().rev().map(|(number, mail)| {
        context! {
            number,
            to => mail.to,
            subject => mail.subject,
            date => mail.date,
            plain => mail.plain,
            calendar => mail.calendar,
        }
    });
    let mails: Vec<_> = mails.collect();
    page(StatusCode::OK, "mails.html", context! { mails })
}

/// `GET /demo/mails/<number>/html`: the HTML part, in its own box.
pub async fn html(State(gateway): State<Gateway>, Path(number): Path<usize>) -> Response {
    let mails = gateway.demo_mails.as_ref().map(|mails| mails.list());
    let Some(mail) = mails.and_then(|mails| mails.into_iter().nth(number)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // A mail brings its own style, and may do nothing else but open its links beside this page.
    let policy = HeaderValue::from_static(
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; \
         sandbox allow-popups allow-popups-to-escape-sandbox",
    );
    let headers = [(header::CONTENT_SECURITY_POLICY, policy)];
    (headers, Html(mail.html)).into_response()
}
