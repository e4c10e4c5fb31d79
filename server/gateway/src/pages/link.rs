//! The page behind a mail's link.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use care::texts::{TextError, Word, texts};
use care::words_of_time::Telling;
use minijinja::context;
use protocol::{AppointmentState, Code, Language, Refusal, Reply, Response as Said, Role};
use store::{LinkReader, LinkSecret, LinkView};

use super::{page, status};
use crate::Gateway;
use crate::error::refusal;

/// What the button to the app says, in mails and here.
const OPEN_APP: &str = "mail-button-open";

/// A sentence and its buttons.
pub(super) struct Page {
    language: Language,
    status: StatusCode,
    title: &'static str,
    moment: Option<String>,
    pub(super) lines: Vec<&'static str>,
    /// Where it posts, and what it says.
    pub(super) buttons: Vec<(String, &'static str)>,
    /// Where it leads, and what it says.
    onward: Option<(String, &'static str)>,
}

impl Page {
    pub(super) fn new(language: Language, title: &'static str) -> Self {
        Self {
            language,
            status: StatusCode::OK,
            title,
            moment: None,
            lines: Vec::new(),
            buttons: Vec::new(),
            onward: None,
        }
    }

    /// Filled. A sentence that is missing is a defect of ours, found by a test.
    pub(super) fn show(self, phone: Option<&str>) -> Response {
        let say = |key: &str| texts(self.language).say(key, &[]);
        let filled = || -> Result<minijinja::Value, TextError> {
            let call = match phone {
                Some(number) if self.lines.contains(&"page-call") => Some(
                    texts(self.language)
                        .say("page-call-number", &[("number", Word::Text(number))])?,
                ),
                _ => None,
            };
            let lines = self.lines.iter().map(|line| say(line));
            let buttons = self.buttons.iter().map(|(to, key)| {
                let quiet = !["page-confirm", "page-address-confirm"].contains(key);
                say(key).map(|label| context! { to, label, quiet })
            });
            let onward = self.onward.as_ref();
            let onward = onward.map(|(to, key)| {
                let quiet = *key == OPEN_APP;
                say(key).map(|label| context! { to, label, quiet })
            });
            Ok(context! {
                language => self.language.as_str(),
                title => say(self.title)?,
                moment => self.moment,
                lines => lines.collect::<Result<Vec<_>, _>>()?,
                call,
                buttons => buttons.collect::<Result<Vec<_>, _>>()?,
                onward => onward.transpose()?,
            })
        };
        match filled() {
            Ok(values) => page(self.status, "link.html", values),
            Err(error) => {
                tracing::error!(%error, "a page lacks its words");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

/// `GET /l/<secret>`: what the link is about. Changes nothing.
pub async fn show(
    State(gateway): State<Gateway>,
    Path(secret): Path<String>,
    headers: HeaderMap,
) -> Response {
    let opened = match LinkSecret::parse(&secret) {
        Some(link) => gateway.store.open_link(&link).await,
        None => Err(Refusal::from(Code::LinkGone).into()),
    };
    match opened {
        Ok(view) => about(&view, &secret).show(gateway.phone.as_deref()),
        Err(error) => turned_away(&gateway, refusal(&error).code, &headers),
    }
}

/// Why a link shows or does nothing. Where mails may tell no time the page tells none: it is told to whoever signs in.
fn turned_away(gateway: &Gateway, code: Code, headers: &HeaderMap) -> Response {
    match code {
        Code::SignedOut => Redirect::to("/").into_response(),
        code => refused(code, headers).show(gateway.phone.as_deref()),
    }
}

/// `POST /l/<secret>/<answer>`: does it, then leads back to the page, which says what holds now.
pub async fn answer(
    State(gateway): State<Gateway>,
    Path((secret, answer)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let parsed = (LinkSecret::parse(&secret), Reply::parse(&answer));
    let answered = match parsed {
        (Some(link), Some(reply)) => gateway.store.reply_by_link(&link, reply).await,
        _ => Err(Refusal::from(Code::LinkGone).into()),
    };
    match answered {
        Ok(_) => Redirect::to(&format!("{}{secret}", super::LINK)).into_response(),
        Err(error) => match refusal(&error).code {
            // The page itself says what is so now.
            Code::AppointmentChanged | Code::AppointmentState | Code::TooLate => {
                Redirect::to(&format!("{}{secret}", super::LINK)).into_response()
            }
            code => turned_away(&gateway, code, &headers),
        },
    }
}

/// `GET /l/<secret>/`: the page.
pub async fn back(Path(secret): Path<String>, headers: HeaderMap) -> Response {
    super::back_to(super::LINK, &secret, &headers)
}

/// `GET /l/<secret>/<answer>`: looking changes nothing, so it is the page.
pub async fn back_from_answer(
    Path((secret, _)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    back(Path(secret), headers).await
}

/// `GET /l/<secret>/unsubscribe`: asks. Changes nothing.
pub async fn ask_opt_out(
    State(gateway): State<Gateway>,
    Path(secret): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(link) = LinkSecret::parse(&secret) else {
        return refused(Code::LinkGone, &headers).show(gateway.phone.as_deref());
    };
    // Of whom nothing is known nothing is said of appointments either.
    let reader = gateway
        .store
        .link_reader(&link)
        .await
        .unwrap_or(LinkReader {
            language: wished(&headers),
            told_times: false,
        });
    let to = format!("{}{secret}/unsubscribe", super::LINK);
    may_stop(reader, to).show(gateway.phone.as_deref())
}

/// `POST /l/<secret>/unsubscribe`: no more reminders (RFC 8058: also without anybody looking).
pub async fn opt_out(
    State(gateway): State<Gateway>,
    Path(secret): Path<String>,
    headers: HeaderMap,
) -> Response {
    let done = match LinkSecret::parse(&secret) {
        Some(link) => gateway.store.opt_out_by_link(&link).await,
        None => Err(Refusal::from(Code::LinkGone).into()),
    };
    show_or_refuse(&gateway, done.map(stopped), &headers)
}

/// Whether the reminders are to end. Where mails tell no times it does not say of what they remind.
fn may_stop(reader: LinkReader, to: String) -> Page {
    let (title, body, button) = if reader.told_times {
        (
            "page-unsubscribe-title",
            "page-unsubscribe-body",
            "page-unsubscribe",
        )
    } else {
        ("page-updates-title", "page-fewer-body", "page-updates-stop")
    };
    let mut page = Page::new(reader.language, title);
    page.lines.push(body);
    page.buttons.push((to, button));
    page
}

/// They have ended, said likewise.
fn stopped(reader: LinkReader) -> Page {
    let (title, body) = if reader.told_times {
        ("page-unsubscribed-title", "page-unsubscribed-body")
    } else {
        ("page-updates-stopped-title", "page-fewer-stopped-body")
    };
    let mut page = Page::new(reader.language, title);
    page.lines.push(body);
    page
}

fn about(view: &LinkView, secret: &str) -> Page {
    let language = view.language;
    if let Some(newest) = &view.stale {
        let mut page = Page::new(language, "page-changed-title");
        page.lines.push("page-changed-body");
        let onward = newest
            .as_ref()
            .map(|link| format!("{}{}", super::LINK, link.to_text()));
        page.onward = onward.map(|to| (to, "page-see-now"));
        return page;
    }
    let mut page = as_it_stands(view, secret);
    // Where to go, with whom and the room are told there, to whoever signs in.
    page.onward = Some(("/".to_owned(), OPEN_APP));
    page
}

fn as_it_stands(view: &LinkView, secret: &str) -> Page {
    let language = view.language;
    let to = |reply: Reply| format!("{}{secret}/{}", super::LINK, reply.as_str());
    if view.state == AppointmentState::Cancelled {
        let mut page = Page::new(language, "page-cancelled-title");
        page.moment = Some(start(view));
        page.lines.push("page-cancelled-body");
        if view.undo {
            page.lines.push("page-undo-hint");
            page.buttons.push((to(Reply::Undo), "page-undo"));
        }
        return page;
    }
    if view.over || view.state != AppointmentState::Booked {
        let mut page = Page::new(language, "page-over-title");
        page.lines.push("page-over-body");
        return page;
    }
    let mut page = Page::new(language, "page-title");
    page.moment = Some(start(view));
    page.lines.extend(match view.response {
        Said::Accepted => Some("page-said-yes"),
        Said::Tentative => Some("page-said-another-time"),
        Said::Declined => Some("page-said-no"),
        Said::NeedsAction => None,
    });
    if view.response != Said::Accepted {
        page.buttons.push((to(Reply::Confirm), "page-confirm"));
    }
    if view.too_late {
        page.lines.push("page-call");
        return page;
    }
    if view.response != Said::Tentative {
        page.buttons
            .push((to(Reply::AnotherTime), "page-another-time"));
    }
    if view.response != Said::Declined {
        let label = match view.role {
            Role::Client => "page-cancel",
            _ => "page-decline",
        };
        page.buttons.push((to(Reply::Cancel), label));
    }
    if view.undo {
        page.buttons.push((to(Reply::Undo), "page-undo"));
    }
    page
}

/// When it begins, and on whose clocks: whoever opens the page may be anywhere. A line may break after a hyphen, and not
/// after a minus sign.
fn start(view: &LinkView) -> String {
    let telling = Telling {
        language: view.language,
        zone: &view.zone,
        named: true,
    };
    telling.moment(view.start).replace("GMT-", "GMT\u{2212}")
}

/// The page, or why there is none. A defect is told to the log.
pub(super) fn show_or_refuse(
    gateway: &Gateway,
    page: store::Result<Page>,
    headers: &HeaderMap,
) -> Response {
    let page = page.unwrap_or_else(|error| refused(refusal(&error).code, headers));
    page.show(gateway.phone.as_deref())
}

/// Why nothing can be shown or done.
pub(super) fn refused(code: Code, headers: &HeaderMap) -> Page {
    let (title, body) = match code {
        Code::LinkGone | Code::NotFound => ("page-gone-title", "page-gone-body"),
        Code::SlotTaken | Code::NotAvailable => ("page-taken-title", "page-taken-body"),
        _ => ("page-failed-title", "page-failed-body"),
    };
    let mut page = Page::new(wished(headers), title);
    page.status = status(code);
    page.lines.push(body);
    page
}

/// The language of a reader of whom nothing is known: whichever the browser names first.
pub(super) fn wished(headers: &HeaderMap) -> Language {
    let named = headers.get(header::ACCEPT_LANGUAGE);
    let named = named.and_then(|value| value.to_str().ok()).unwrap_or("");
    let first = named.split(',').find_map(|part| {
        let tag = part.split([';', '-']).next().unwrap_or("").trim();
        Language::parse(&tag.to_ascii_lowercase())
    });
    first.unwrap_or(Language::En)
}

#[cfg(test)]
mod tests {
    use care::civil::{CivilTime, Zones};

    use super::*;

    fn view() -> LinkView {
        let zone = Zones::bundled().find("America/Chicago").unwrap();
        let start = zone.resolve(CivilTime::parse("2026-12-01T10:00").unwrap());
        LinkView {
            language: Language::En,
            start,
            at: zone.local(start),
            zone,
            minutes: 30,
            state: AppointmentState::Booked,
            response: Said::NeedsAction,
            role: Role::Client,
            stale: None,
            over: false,
            too_late: false,
            undo: false,
        }
    }

    async fn text(page: Page) -> String {
        let response = page.show(Some("555 0100"));
        let bytes = axum::body::to_bytes(response.into_body(), 100_000).await;
        let html = String::from_utf8(bytes.unwrap().to_vec()).unwrap();
        html.replace("&#x2f;", "/")
    }

    #[tokio::test]
    async fn every_state_has_its_words_in_both_languages() {
        for language in Language::ALL {
            for state in AppointmentState::ALL {
                for response in Said::ALL {
                    for bits in 0..8_u8 {
                        let view = LinkView {
                            language: *language,
                            state: *state,
                            response: *response,
                            over: bits & 1 != 0,
                            too_late: bits & 2 != 0,
                            undo: bits & 4 != 0,
                            ..view()
                        };
                        assert!(text(about(&view, "secret")).await.contains("<h1"));
                    }
                }
            }
            let code = HeaderMap::from_iter([(
                header::ACCEPT_LANGUAGE,
                language.as_str().parse().unwrap(),
            )]);
            for refusal in [Code::LinkGone, Code::SlotTaken, Code::Internal] {
                assert!(text(refused(refusal, &code)).await.contains("<h1"));
            }
        }
    }

    #[tokio::test]
    async fn a_page_offers_what_can_be_done_and_nothing_else() {
        let open = text(about(&view(), "secret")).await;
        for answer in ["confirm", "another_time", "cancel"] {
            assert!(open.contains(&format!("/l/secret/{answer}\"")), "{answer}");
        }
        assert!(open.contains("Tuesday, December 1"), "{open}");
        assert!(open.contains("class=\"button quiet\" href=\"/\""), "{open}");
        let late = LinkView {
            too_late: true,
            ..view()
        };
        let late = text(about(&late, "secret")).await;
        assert!(late.contains("/l/secret/confirm\"") && late.contains("555 0100"));
        assert!(!late.contains("/l/secret/cancel\""));
        let stale = LinkView {
            stale: Some(Some(LinkSecret::from([7; 16]))),
            ..view()
        };
        let stale = text(about(&stale, "secret")).await;
        assert!(!stale.contains("<form") && stale.contains("/l/BwcHBwcHBwcHBwcHBwcHBw\""));
        assert!(!stale.contains("href=\"/\"") && !stale.contains("button quiet"));
    }

    #[tokio::test]
    async fn where_mails_tell_no_times_the_page_that_stops_them_knows_no_appointment() {
        for language in Language::ALL {
            for told_times in [false, true] {
                let reader = LinkReader {
                    language: *language,
                    told_times,
                };
                let asked = text(may_stop(reader, "/l/secret/unsubscribe".to_owned())).await;
                assert!(
                    asked.contains("action=\"/l/secret/unsubscribe\""),
                    "{asked}"
                );
                let both = (asked + &text(stopped(reader)).await).to_lowercase();
                let words = ["appointment", "cita", "remind", "recordatorio"];
                let told = words.iter().any(|word| both.contains(word));
                assert_eq!(told, told_times, "{both}");
            }
        }
    }

    #[test]
    fn the_browser_names_a_language() {
        let named = |text: &'static str| {
            wished(&HeaderMap::from_iter([(
                header::ACCEPT_LANGUAGE,
                axum::http::HeaderValue::from_static(text),
            )]))
        };
        assert_eq!(named("es-MX,es;q=0.9,en;q=0.8"), Language::Es);
        assert_eq!(named("fr, en;q=0.5, es;q=0.1"), Language::En);
        assert_eq!(named("fr"), Language::En);
    }
}
