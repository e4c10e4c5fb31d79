//! The walls around every answer: what a browser may do with it (security.md, section 5).

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Version, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::origin::Origins;

/// What every answer carries.
const ALWAYS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), display-capture=(), geolocation=(), payment=(), usb=(), \
         serial=(), hid=(), midi=(), browsing-topics=()",
    ),
];

/// What an answer of the API may do in a browser: nothing.
const API_POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");

/// A year, on this name and no other.
const INSIST_ON_TLS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// The content security policy of a page or file of the web client, served under `host`.
pub fn content_security_policy(host: &str) -> HeaderValue {
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
         connect-src 'self' wss://{host}; manifest-src 'self'; frame-src 'self'; \
         img-src 'self' blob:; media-src 'self' blob:; worker-src 'self'; \
         frame-ancestors 'none'; base-uri 'none'; form-action 'self'; \
         require-trusted-types-for 'script'; trusted-types carecircle svelte-trusted-html"
    );
    HeaderValue::try_from(policy).expect("hosts of the allow-list hold no control characters")
}

/// Middleware: puts up the walls.
pub async fn walls(State(origins): State<Origins>, mut request: Request, next: Next) -> Response {
    name_host(&mut request);
    let api = request.uri().path().starts_with("/v1");
    let page_policy = (!api).then(|| content_security_policy(origins.host(request.headers())));
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // A page that needs another policy has it already.
    let policy = headers.entry(header::CONTENT_SECURITY_POLICY);
    policy.or_insert(page_policy.unwrap_or(API_POLICY));
    // Whoever wants to be kept says so; nobody in the API does.
    let cache = headers.entry(header::CACHE_CONTROL);
    cache.or_insert(HeaderValue::from_static("no-store"));
    if !origins.is_local() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, INSIST_ON_TLS);
    }
    response
}

/// HTTP/2 names the host in `:authority`, which arrives in the URI and not as a header.
fn name_host(request: &mut Request) {
    if request.version() < Version::HTTP_2 || request.headers().contains_key(header::HOST) {
        return;
    }
    let authority = request.uri().authority().map(ToString::to_string);
    if let Some(host) = authority.and_then(|host| HeaderValue::try_from(host).ok()) {
        request.headers_mut().insert(header::HOST, host);
    }
}

/// Every value of `Cookie`, which HTTP/2 may send in pieces (RFC 9113, section 8.2.3).
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'));
    pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others_and_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; __Host-x=2"));
        headers.append(header::COOKIE, HeaderValue::from_static("b=3"));
        assert_eq!(cookie(&headers, "__Host-x"), Some("2"));
        assert_eq!(cookie(&headers, "b"), Some("3"));
        assert_eq!(cookie(&headers, "x"), None);
    }

    #[test]
    fn the_policy_is_that_of_the_security_page() {
        let policy = content_security_policy("care.example.org");
        let policy = policy.to_str().unwrap();
        for part in [
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "connect-src 'self' wss://care.example.org",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types carecircle svelte-trusted-html",
        ] {
            assert!(policy.split("; ").any(|found| found == part), "{part}");
        }
        assert!(!policy.contains("unsafe-inline"));
    }
}
