//! The web client's files: which of them answers a path, and in which encoding.
//!
//! The gateway does not know where they come from ([`Assets`]): the binary embeds them, a test hands
//! over a few of its own. They are compressed when they are built, never while they are served.

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::{Code, Refusal};

use crate::error::Problem;

/// Where the web client's files come from.
pub trait Assets: Send + Sync + 'static {
    /// The file at a path without its leading slash. A path that ends in `.br` or `.gz` names the
    /// compressed sibling: its media type is that of the file itself.
    fn find(&self, path: &str) -> Option<Asset>;

    /// Every path that [`Assets::find`] has a file for, compressed siblings too; in any order, each once.
    fn paths(&self) -> Vec<Cow<'static, str>>;
}

/// One file.
#[derive(Debug, Clone)]
pub struct Asset {
    /// Its bytes, encoded as `encoding` says.
    pub bytes: Cow<'static, [u8]>,
    /// The media type of the decoded bytes.
    pub media_type: Cow<'static, str>,
    /// How it is compressed.
    pub encoding: Encoding,
    /// The path holds a hash of the content: it never changes.
    pub immutable: bool,
}

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Brotli (RFC 7932).
    Brotli,
    /// Gzip (RFC 1952).
    Gzip,
    /// Not at all.
    Identity,
}

impl Encoding {
    /// In the order of preference.
    const ALL: [Self; 3] = [Self::Brotli, Self::Gzip, Self::Identity];

    /// What a path ends in.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
            Self::Identity => "",
        }
    }

    const fn token(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }

    /// Whether a request accepts it (RFC 9110, section 12.5.3); the plain file always goes.
    fn accepted(self, headers: &HeaderMap) -> bool {
        if self == Self::Identity {
            return true;
        }
        let values = headers.get_all(header::ACCEPT_ENCODING).iter();
        let items = values
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','));
        for item in items {
            let mut parts = item.split(';').map(str::trim);
            if parts.next() == Some(self.token()) {
                return !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
            }
        }
        false
    }
}

/// Answers whatever no endpoint answers: a file, a page of the web client, or `not_found`.
pub async fn serve(State(assets): State<Arc<dyn Assets>>, request: Request) -> Response {
    let path = request.uri().path();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads || path == "/v1" || path.starts_with("/v1/") {
        return Problem(not_found()).into_response();
    }
    let path = path.trim_start_matches('/');
    let found = match path {
        "" => None,
        path => negotiate(&*assets, path, request.headers()),
    };
    // A path of the web client's own router has no dot in its last part; a missing file has.
    let is_page = || !path.rsplit('/').next().unwrap_or("").contains('.');
    let found = found.or_else(|| {
        is_page()
            .then(|| negotiate(&*assets, "index.html", request.headers()))
            .flatten()
    });
    match found {
        Some(asset) => answer(asset),
        None => Problem(not_found()).into_response(),
    }
}

fn not_found() -> Refusal {
    Refusal::new(Code::NotFound, "no such path or method")
}

fn negotiate(assets: &dyn Assets, path: &str, headers: &HeaderMap) -> Option<Asset> {
    Encoding::ALL
        .into_iter()
        .filter(|encoding| encoding.accepted(headers))
        .find_map(|encoding| {
            let asset = assets.find(&format!("{path}{}", encoding.suffix()))?;
            (asset.encoding == encoding).then_some(asset)
        })
}

/// The file with the headers of all files.
pub fn answer(asset: Asset) -> Response {
    let media_type = HeaderValue::try_from(&*asset.media_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let cache = if asset.immutable {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let mut headers = HeaderMap::from_iter([
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ]);
    if asset.encoding != Encoding::Identity {
        let token = HeaderValue::from_static(asset.encoding.token());
        headers.insert(header::CONTENT_ENCODING, token);
    }
    let bytes = match asset.bytes {
        Cow::Borrowed(bytes) => axum::body::Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    };
    (StatusCode::OK, headers, bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Files;
    impl Assets for Files {
        fn find(&self, path: &str) -> Option<Asset> {
            let encoding = match path {
                "index.html" | "app.abc.js" | "plain.txt" => Encoding::Identity,
                "app.abc.js.br" => Encoding::Brotli,
                "app.abc.js.gz" => Encoding::Gzip,
                _ => return None,
            };
            Some(Asset {
                bytes: path.as_bytes().to_vec().into(),
                media_type: "text/plain".into(),
                encoding,
                immutable: path.starts_with("app."),
            })
        }

        fn paths(&self) -> Vec<Cow<'static, str>> {
            Vec::new()
        }
    }

    async fn ask(method: Method, path: &str, accept: Option<&'static str>) -> Response {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(accept) = accept {
            request = request.header(header::ACCEPT_ENCODING, accept);
        }
        let request = request.body(axum::body::Body::empty()).unwrap();
        serve(State(Arc::new(Files)), request).await
    }

    fn text(response: &Response, name: header::HeaderName) -> Option<&str> {
        response
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap())
    }

    #[tokio::test]
    async fn the_best_encoding_that_is_accepted_and_there_is_served() {
        for (accept, encoding) in [
            (Some("gzip, deflate, br, zstd"), Some("br")),
            (Some("br;q=1.0, gzip;q=0.8"), Some("br")),
            (Some("gzip"), Some("gzip")),
            (Some("br;q=0, gzip"), Some("gzip")),
            (Some("zstd"), None),
            (None, None),
        ] {
            let response = ask(Method::GET, "/app.abc.js", accept).await;
            assert_eq!(
                text(&response, header::CONTENT_ENCODING),
                encoding,
                "{accept:?}"
            );
            assert_eq!(text(&response, header::VARY), Some("accept-encoding"));
            let cache = text(&response, header::CACHE_CONTROL).unwrap();
            assert!(cache.contains("immutable"));
        }
        let response = ask(Method::GET, "/plain.txt", Some("br")).await;
        assert_eq!(text(&response, header::CONTENT_ENCODING), None);
        assert_eq!(text(&response, header::CACHE_CONTROL), Some("no-cache"));
    }

    #[tokio::test]
    async fn paths_of_the_router_get_the_page_and_missing_files_do_not() {
        for (method, path, status) in [
            (Method::GET, "/", StatusCode::OK),
            (Method::HEAD, "/circles/7", StatusCode::OK),
            (Method::GET, "/missing.js", StatusCode::NOT_FOUND),
            (Method::GET, "/v1/nothing", StatusCode::NOT_FOUND),
            (Method::GET, "/v1", StatusCode::NOT_FOUND),
            (Method::POST, "/", StatusCode::NOT_FOUND),
        ] {
            let response = ask(method.clone(), path, None).await;
            assert_eq!(response.status(), status, "{method} {path}");
        }
    }
}
