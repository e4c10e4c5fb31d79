//! A page that asks whoever holds a link one question, and takes one of two answers: whether an address is theirs,
//! whether mails about unread messages are to come. One answer is posted to the page itself, the other beside it.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use protocol::Code;
use store::{LinkSecret, Store};

use super::link::{Page, show_or_refuse};
use crate::Gateway;

/// What is asked, and how the store is told.
pub(super) trait Question {
    /// Where its links lead.
    const PATH: &'static str;
    /// How things stand.
    type View;

    /// Changes nothing.
    fn look(
        store: &Store,
        link: &LinkSecret,
    ) -> impl Future<Output = store::Result<Self::View>> + Send;

    /// Takes an answer: the one that is posted to the page itself (`here`), or the other one. Again does nothing more.
    fn answer(
        store: &Store,
        link: &LinkSecret,
        here: bool,
    ) -> impl Future<Output = store::Result<Self::View>> + Send;

    /// What is asked or said as things stand, on the page at that path.
    fn page(view: Self::View, path: String) -> Page;
}

/// `GET /<path>/<secret>`: asks, or says what was said. Changes nothing.
pub(super) async fn show<Q: Question>(
    State(gateway): State<Gateway>,
    Path(secret): Path<String>,
    headers: HeaderMap,
) -> Response {
    said::<Q>(&gateway, &secret, None, &headers).await
}

/// `POST /<path>/<secret>`: the one answer.
pub(super) async fn answer_here<Q: Question>(
    State(gateway): State<Gateway>,
    Path(secret): Path<String>,
    headers: HeaderMap,
) -> Response {
    said::<Q>(&gateway, &secret, Some(true), &headers).await
}

/// `POST /<path>/<secret>/<other>`: the other one.
pub(super) async fn answer_beside<Q: Question>(
    State(gateway): State<Gateway>,
    Path(secret): Path<String>,
    headers: HeaderMap,
) -> Response {
    said::<Q>(&gateway, &secret, Some(false), &headers).await
}

/// `GET /<path>/<secret>/<other>`: looking changes nothing, so it is the page.
pub(super) async fn back<Q: Question>(Path(secret): Path<String>, headers: HeaderMap) -> Response {
    super::back_to(Q::PATH, &secret, &headers)
}

/// How things stand after that answer, if one is given.
async fn said<Q: Question>(
    gateway: &Gateway,
    secret: &str,
    answer: Option<bool>,
    headers: &HeaderMap,
) -> Response {
    let view = match (LinkSecret::parse(secret), answer) {
        (None, _) => Err(Code::LinkGone.into()),
        (Some(link), None) => Q::look(&gateway.store, &link).await,
        (Some(link), Some(here)) => Q::answer(&gateway.store, &link, here).await,
    };
    let page = view.map(|view| Q::page(view, format!("{}{secret}", Q::PATH)));
    show_or_refuse(gateway, page, headers)
}
