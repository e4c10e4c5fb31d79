//! Which pages may speak to this server.
//!
//! Browsers say in `Origin` whose page makes a request. A request that changes something is refused
//! when it names an origin that is not ours; programs that are not browsers name none. Websockets
//! ignore the rules that browsers apply to other requests across origins (CORS), so there an origin
//! must be named.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use protocol::{Code, Refusal};

use crate::error::Problem;

/// The allow-list. Never empty.
#[derive(Debug, Clone)]
pub struct Origins(Vec<String>);

impl Origins {
    /// In the order of the configuration; compared in lower case, without a slash at the end.
    pub fn new(origins: &[String]) -> Option<Self> {
        let clean = |origin: &String| origin.trim_end_matches('/').to_ascii_lowercase();
        let origins: Vec<_> = origins.iter().map(clean).collect();
        let good = |origin: &String| {
            let host = origin.strip_prefix("https://");
            host.is_some_and(|host| !host.is_empty() && !host.contains(['/', ' ', ';', ',']))
        };
        (!origins.is_empty() && origins.iter().all(good)).then_some(Self(origins))
    }

    /// A present origin must be ours.
    pub fn check(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        match headers.get(header::ORIGIN) {
            None => Ok(()),
            Some(_) => self.require(headers),
        }
    }

    /// An origin must be present and ours.
    pub fn require(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let mut named = headers.get_all(header::ORIGIN).iter();
        let (Some(origin), None) = (named.next(), named.next()) else {
            return Err(self.refusal());
        };
        let ours = |ours: &String| origin.as_bytes().eq_ignore_ascii_case(ours.as_bytes());
        if self.0.iter().any(ours) {
            Ok(())
        } else {
            Err(self.refusal())
        }
    }

    fn refusal(&self) -> Refusal {
        let home = &self.0[0];
        Refusal::new(
            Code::OriginNotAllowed,
            format!("this server is used from {home}"),
        )
    }

    /// The host (and port) under which a page was asked for if it is one of ours, else of the first.
    pub fn host(&self, headers: &HeaderMap) -> &str {
        let asked = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        let hosts = || self.0.iter().map(|origin| &origin["https://".len()..]);
        asked
            .and_then(|asked| hosts().find(|host| host.eq_ignore_ascii_case(asked)))
            .or_else(|| hosts().next())
            .unwrap_or_default()
    }

    /// Whether people reach it on this machine only: then no browser is told to insist on TLS for
    /// every other server on `localhost`.
    pub fn is_local(&self) -> bool {
        self.0.iter().all(|origin| {
            let host = &origin["https://".len()..];
            let host = host.rsplit_once(':').map_or(host, |(name, port)| {
                if port.bytes().all(|b| b.is_ascii_digit()) {
                    name
                } else {
                    host
                }
            });
            matches!(host, "localhost" | "127.0.0.1" | "[::1]")
        })
    }
}

/// Middleware: a request that may change something must not come from a foreign page.
pub async fn check(State(origins): State<Origins>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD);
    // The page behind a mail's link of any kind names no origin (its referrer policy makes browsers say
    // `null`), and need not: it acts by the secret in its path alone, never by a cookie.
    if !safe
        && !crate::pages::is_by_link(request.uri().path())
        && let Err(refusal) = origins.check(request.headers())
    {
        return Problem(refusal).into_response();
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn origins(list: &[&str]) -> Option<Origins> {
        Origins::new(&list.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    fn from(origin: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ORIGIN, HeaderValue::from_static(origin))])
    }

    #[test]
    fn only_our_own_pages_pass() {
        let ours = origins(&["https://care.example.org/", "https://localhost:8443"]).unwrap();
        for good in [
            "https://care.example.org",
            "https://Care.Example.org",
            "https://localhost:8443",
        ] {
            assert!(ours.require(&from(good)).is_ok(), "{good}");
        }
        for bad in [
            "null",
            "",
            "http://care.example.org",
            "https://care.example.org:8443",
            "https://care.example.org.evil.example",
            "https://evil.example",
            "https://localhost",
        ] {
            assert!(ours.check(&from(bad)).is_err(), "{bad}");
        }
        assert!(ours.check(&HeaderMap::new()).is_ok());
        assert!(ours.require(&HeaderMap::new()).is_err());
        let mut two = from("https://localhost:8443");
        two.append(
            header::ORIGIN,
            HeaderValue::from_static("https://evil.example"),
        );
        assert!(ours.check(&two).is_err());
    }

    #[test]
    fn what_is_not_an_origin_is_not_taken() {
        for bad in [
            &[][..],
            &["http://a.example"],
            &["https://"],
            &["https://a.example/path"],
            &["https://a.example; script-src *"],
        ] {
            assert!(origins(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn the_host_is_one_of_ours_whatever_the_request_says() {
        let ours = origins(&["https://care.example.org", "https://localhost:8443"]).unwrap();
        let asked = |host| HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))]);
        assert_eq!(ours.host(&asked("localhost:8443")), "localhost:8443");
        assert_eq!(ours.host(&asked("evil.example; x")), "care.example.org");
        assert_eq!(ours.host(&HeaderMap::new()), "care.example.org");
        assert!(!ours.is_local());
        assert!(
            origins(&[
                "https://localhost:8443",
                "https://[::1]",
                "https://127.0.0.1"
            ])
            .unwrap()
            .is_local()
        );
    }
}
