//! The page by which mails about unread messages are stopped, and wanted again. It says nothing of the person.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use protocol::{Code, Refusal};
use store::{LinkSecret, StopView};

use super::link::{Page, refused};
use crate::Gateway;

/// `GET /u/<secret>`: asks, or says how it is. Changes nothing.
pub async fn show(
    State(gateway): State<Gateway>,
    Path(secret): Path<String>,
    headers: HeaderMap,
) -> Response {
    let opened = match LinkSecret::parse(&secret) {
        Some(link) => gateway.store.open_stop_link(&link).await,
        None => Err(Refusal::from(Code::LinkGone).into()),
    };
    let page = match opened {
        Ok(view) => about(view, &secret),
        Err(error) => refused(error.refusal().code, &headers),
    };
    page.show(gateway.phone.as_deref())
}

/// `POST /u/<secret>`: no more such mails (RFC 8058: also without anybody looking).
pub async fn stop(
    gateway: State<Gateway>,
    Path(secret): Path<String>,
    headers: HeaderMap,
) -> Response {
    choose(gateway, (secret, false), headers).await
}

/// `POST /u/<secret>/again`: they come again.
pub async fn again(
    gateway: State<Gateway>,
    Path(secret): Path<String>,
    headers: HeaderMap,
) -> Response {
    choose(gateway, (secret, true), headers).await
}

/// `GET /u/<secret>/again`: looking changes nothing, so it is the page.
pub async fn back(Path(secret): Path<String>, headers: HeaderMap) -> Response {
    // What does not read as a secret is not repeated, least of all in a header.
    match LinkSecret::parse(&secret) {
        Some(link) => Redirect::to(&format!("{}{}", super::STOP, link.to_text())).into_response(),
        None => refused(Code::LinkGone, &headers).show(None),
    }
}

async fn choose(
    State(gateway): State<Gateway>,
    (secret, wanted): (String, bool),
    headers: HeaderMap,
) -> Response {
    let chosen = match LinkSecret::parse(&secret) {
        Some(link) => gateway.store.choose_by_stop_link(&link, wanted).await,
        None => Err(Refusal::from(Code::LinkGone).into()),
    };
    let page = match chosen {
        Ok(view) => about(view, &secret),
        Err(error) => refused(error.refusal().code, &headers),
    };
    page.show(gateway.phone.as_deref())
}

fn about(view: StopView, secret: &str) -> Page {
    let to = format!("{}{secret}", super::STOP);
    if view.wanted {
        let mut page = Page::new(view.language, "page-updates-title");
        page.lines.push("page-updates-body");
        page.buttons.push((to, "page-updates-stop"));
        return page;
    }
    let mut page = Page::new(view.language, "page-updates-stopped-title");
    page.lines
        .extend(["page-updates-stopped-body", "page-updates-back"]);
    page.buttons
        .push((format!("{to}/again"), "page-updates-again"));
    page
}

#[cfg(test)]
mod tests {
    use protocol::Language;

    use super::*;

    async fn text(view: StopView) -> String {
        let response = about(view, "secret").show(None);
        let bytes = axum::body::to_bytes(response.into_body(), 100_000).await;
        let html = String::from_utf8(bytes.unwrap().to_vec()).unwrap();
        html.replace("&#x2f;", "/")
    }

    #[tokio::test]
    async fn it_offers_to_stop_what_comes_and_the_way_back_from_what_does_not() {
        for language in Language::ALL {
            let language = *language;
            let comes = text(StopView {
                language,
                wanted: true,
            })
            .await;
            assert!(comes.contains("action=\"/u/secret\""), "{comes}");
            assert!(!comes.contains("/again"), "{comes}");
            let stopped = text(StopView {
                language,
                wanted: false,
            })
            .await;
            assert!(stopped.contains("action=\"/u/secret/again\""), "{stopped}");
            assert!(!stopped.contains("action=\"/u/secret\""), "{stopped}");
        }
    }
}
