//! The page on which whoever reads at an address says whether it is theirs. A stranger may see it: it says neither
//! whom it is about, nor by whom, nor what for.

use protocol::AddressState;
use store::{AddressView, LinkSecret, Store};

use super::link::Page;
use super::question::Question;

/// Whether an address is theirs: posted to the page, it is; to its `/not-me`, it is not.
pub(super) struct Address;

impl Question for Address {
    const PATH: &'static str = super::ADDRESS;
    type View = AddressView;

    async fn look(store: &Store, link: &LinkSecret) -> store::Result<AddressView> {
        store.open_address_link(link).await
    }

    async fn answer(store: &Store, link: &LinkSecret, here: bool) -> store::Result<AddressView> {
        store.answer_address_link(link, here).await
    }

    fn page(view: AddressView, path: String) -> Page {
        let not_me = (format!("{path}/not-me"), "page-address-not-me");
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
                page.buttons.push((path, "page-address-confirm"));
                page.buttons.push(not_me);
                page
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use protocol::Language;

    use super::*;

    async fn text(state: AddressState, language: Language) -> String {
        let view = AddressView { language, state };
        let response = Address::page(view, "/c/secret".to_owned()).show(None);
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
