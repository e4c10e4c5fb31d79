//! The page on which whoever reads at an address says whether it is theirs. A stranger may see it: it says neither
//! whom it is about, nor by whom, nor what for.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use protocol::{AddressState, Code, Refusal};
use store::{AddressView, LinkSecret};

use super::link::{Page, refused};
use crate::Gateway;

/// `GET /c/<secret>`: asks, or says what was said. Changes nothing.
pub async fn show(
    State(gateway): State<Gateway>,
    Path(secret): Path<String>,
    headers: HeaderMap,
) -> Response {
    let opened = match LinkSecret::parse(&secret) {
        Some(link) => gateway.store.open_address_link(&link).await,
        None => Err(Refusal::from(Code::LinkGone).into()),
    };
    let page = match opened {
        Ok(view) => about(view, &secret),
        Err(error) => refused(error.refusal().code, &headers),
    };
    page.show(gateway.phone.as_deref())
}

/// `POST /c/<secret>`: it is theirs.
pub async fn confirm(
    gateway: State<Gateway>,
    Path(secret): Path<String>,
    headers: HeaderMap,
) -> Response {
    answer(gateway, (secret, true), headers).await
}

/// `POST /c/<secret>/not-me`: it is not.
pub async fn disown(
    gateway: State<Gateway>,
    Path(secret): Path<String>,
    headers: HeaderMap,
) -> Response {
    answer(gateway, (secret, false), headers).await
}

/// `GET /c/<secret>/not-me`: looking changes nothing, so it is the page.
pub async fn back(Path(secret): Path<String>, headers: HeaderMap) -> Response {
    // What does not read as a secret is not repeated, least of all in a header.
    match LinkSecret::parse(&secret) {
        Some(link) => {
            Redirect::to(&format!("{}{}", super::ADDRESS, link.to_text())).into_response()
        }
        None => refused(Code::LinkGone, &headers).show(None),
    }
}

async fn answer(
    State(gateway): State<Gateway>,
    (secret, theirs): (String, bool),
    headers: HeaderMap,
) -> Response {
    let answered = match LinkSecret::parse(&secret) {
        Some(link) => gateway.store.answer_address_link(&link, theirs).await,
        None => Err(Refusal::from(Code::LinkGone).into()),
    };
    let page = match answered {
        Ok(view) => about(view, &secret),
        Err(error) => refused(error.refusal().code, &headers),
    };
    page.show(gateway.phone.as_deref())
}

fn about(view: AddressView, secret: &str) -> Page {
    let to = format!("{}{secret}", super::ADDRESS);
    let not_me = (format!("{to}/not-me"), "page-address-not-me");
    match view.state {
        AddressState::Confirmed => {
            let mut page = Page::new(view.language, "page-address-confirmed-title");
            page.lines.push("page-address-confirmed-body");
            page.buttons.push(not_me);
            page
        }
        AddressState::Disowned => {
            let mut page = Page::new(view.language, "page-address-not-me-title");
            page.lines.push("page-address-not-me-body");
            page
        }
        AddressState::Unconfirmed | AddressState::Absent | AddressState::Refused => {
            let mut page = Page::new(view.language, "page-address-title");
            page.lines.push("page-address-body");
            page.buttons.push((to, "page-address-confirm"));
            page.buttons.push(not_me);
            page
        }
    }
}

#[cfg(test)]
mod tests {
    use protocol::Language;

    use super::*;

    async fn text(state: AddressState, language: Language) -> String {
        let response = about(AddressView { language, state }, "secret").show(None);
        let bytes = axum::body::to_bytes(response.into_body(), 100_000).await;
        let html = String::from_utf8(bytes.unwrap().to_vec()).unwrap();
        html.replace("&#x2f;", "/")
    }

    #[tokio::test]
    async fn it_asks_once_and_offers_what_can_still_be_said() {
        let [theirs, not_me] = ["action=\"/c/secret\"", "action=\"/c/secret/not-me\""];
        for language in Language::ALL {
            for (state, offered) in [
                (AddressState::Unconfirmed, [true, true]),
                (AddressState::Confirmed, [false, true]),
                (AddressState::Disowned, [false, false]),
            ] {
                let html = text(state, *language).await;
                let there = [theirs, not_me].map(|action| html.contains(action));
                assert_eq!(there, offered, "{state:?}: {html}");
            }
        }
    }
}
