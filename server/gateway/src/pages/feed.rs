//! When a case manager is busy, for another program: `/f/<secret>.ics`, a calendar file without a session.
//!
//! Looking changes nothing. Programs come back every hour for the same file: it has a tag that is made from its bytes
//! (RFC 9110, section 8.8.3), and whoever has them already is told that much. Kept for anybody else it is nowhere.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use protocol::http::FEED_ENDING;
use protocol::{Bytes, Code};
use sha2_10::{Digest as _, Sha256};
use store::LinkSecret;

use super::status;
use crate::Gateway;

const CALENDAR: HeaderValue = HeaderValue::from_static("text/calendar; charset=utf-8");
/// To be asked for again each time, by the one program that has the address.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("private, no-cache");
/// What it may do in a browser: nothing.
const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");
const GONE: &str = "There is no calendar here.\n";
const NOT_NOW: &str = "Please try again later.\n";

/// `GET /f/<secret>.ics`: the calendar file. Changes nothing.
pub async fn show(
    State(gateway): State<Gateway>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(name): Path<String>,
    asked: HeaderMap,
) -> Response {
    match file(&gateway, peer, &name).await {
        Ok(file) => answer(file, &asked),
        Err(code) => refused(code),
    }
}

/// The file of that name. Whoever tries one secret after another is made to wait.
async fn file(gateway: &Gateway, peer: SocketAddr, name: &str) -> Result<String, Code> {
    let attempt = gateway.failures.begin(peer.ip());
    let attempt = attempt.map_err(|refusal| refusal.code)?;
    let secret = name.strip_suffix(FEED_ENDING).and_then(LinkSecret::parse);
    let secret = secret.ok_or(Code::LinkGone)?;
    let file = gateway.scheduler.calendar_feed(&secret).await;
    let file = file.map_err(|error| crate::error::refusal(&error).code);
    if file != Err(Code::LinkGone) {
        attempt.succeeded();
    }
    file
}

/// The file, or that it is the one that is there already.
fn answer(file: String, asked: &HeaderMap) -> Response {
    let tag = tag_of(&file);
    let mut response = if is_there(asked, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, CALENDAR)], file).into_response()
    };
    let tag = HeaderValue::try_from(tag).expect("base64url in quotation marks is header text");
    let headers = response.headers_mut();
    headers.insert(header::ETAG, tag);
    headers.insert(header::CACHE_CONTROL, ASK_AGAIN);
    walled(response)
}

/// One answer for what never was, was replaced or ended, and for whoever works here no more.
fn refused(code: Code) -> Response {
    let said = if code == Code::LinkGone {
        GONE
    } else {
        NOT_NOW
    };
    walled((status(code), said).into_response())
}

/// Under its own policy, and in no search engine.
fn walled(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    let robots = HeaderName::from_static("x-robots-tag");
    headers.insert(robots, HeaderValue::from_static("noindex"));
    response
}

/// Another one for every other byte.
fn tag_of(file: &str) -> String {
    let hash = Sha256::digest(file.as_bytes()).to_vec();
    format!("\"{}\"", Bytes(hash).to_base64url())
}

/// Whether a request names that tag (RFC 9110, section 13.1.2: compared weakly, as proxies may have weakened it).
fn is_there(asked: &HeaderMap, tag: &str) -> bool {
    let values = asked.get_all(header::IF_NONE_MATCH).iter();
    let values = values.filter_map(|value| value.to_str().ok());
    let mut named = values.flat_map(|value| value.split(',')).map(str::trim);
    named.any(|named| named == "*" || named.strip_prefix("W/").unwrap_or(named) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n";

    fn asking(tag: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::IF_NONE_MATCH, tag.parse().unwrap())])
    }

    #[test]
    fn whoever_has_the_file_is_told_so_and_anybody_else_gets_it() {
        let tag = tag_of(FILE);
        assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag}");
        for (named, status) in [
            (tag.clone(), StatusCode::NOT_MODIFIED),
            (format!("W/{tag}"), StatusCode::NOT_MODIFIED),
            (format!("\"a\", {tag} , \"b\""), StatusCode::NOT_MODIFIED),
            ("*".to_owned(), StatusCode::NOT_MODIFIED),
            (tag_of("another"), StatusCode::OK),
            (tag.replace('"', ""), StatusCode::OK),
        ] {
            let response = answer(FILE.to_owned(), &asking(&named));
            assert_eq!(response.status(), status, "{named}");
            assert_eq!(response.headers()[header::ETAG], tag.as_str());
            assert_eq!(
                response.headers()[header::CACHE_CONTROL],
                "private, no-cache"
            );
            assert_eq!(response.headers()["x-robots-tag"], "noindex");
        }
        let response = answer(FILE.to_owned(), &HeaderMap::new());
        assert_eq!(response.status(), StatusCode::OK);
        let kind = &response.headers()[header::CONTENT_TYPE];
        assert_eq!(kind, "text/calendar; charset=utf-8");
    }

    #[test]
    fn what_is_not_there_is_gone_and_may_not_be_kept() {
        for (code, status) in [
            (Code::LinkGone, StatusCode::GONE),
            (Code::RateLimited, StatusCode::TOO_MANY_REQUESTS),
        ] {
            let response = refused(code);
            assert_eq!(response.status(), status);
            assert!(!response.headers().contains_key(header::ETAG));
            // The walls around every answer say `no-store` where nothing else is said.
            assert!(!response.headers().contains_key(header::CACHE_CONTROL));
            let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str();
            assert!(policy.unwrap().ends_with("sandbox"));
        }
    }
}
