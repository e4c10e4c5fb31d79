//! The page by which mails about unread messages are stopped, and wanted again. It says nothing of the person.

use store::{LinkSecret, StopView, Store};

use super::link::Page;
use super::question::Question;

/// Whether such mails come: posted to the page, no more (RFC 8058: also without anybody looking); to its `/again`,
/// again.
pub(super) struct Stop;

impl Question for Stop {
    const PATH: &'static str = super::STOP;
    type View = StopView;

    async fn look(store: &Store, link: &LinkSecret) -> store::Result<StopView> {
        store.open_stop_link(link).await
    }

    async fn answer(store: &Store, link: &LinkSecret, here: bool) -> store::Result<StopView> {
        store.choose_by_stop_link(link, !here).await
    }

    fn page(view: StopView, path: String) -> Page {
        if view.wanted {
            let mut page = Page::new(view.language, "page-updates-title");
            page.lines.push("page-updates-body");
            page.buttons.push((path, "page-updates-stop"));
            return page;
        }
        let mut page = Page::new(view.language, "page-updates-stopped-title");
        page.lines
            .extend(["page-updates-stopped-body", "page-updates-back"]);
        let again = (format!("{path}/again"), "page-updates-again");
        page.buttons.push(again);
        page
    }
}

#[cfg(test)]
mod tests {
    use protocol::Language;

    use super::*;

    async fn text(view: StopView) -> String {
        let response = Stop::page(view, "/u/secret".to_owned()).show(None);
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
