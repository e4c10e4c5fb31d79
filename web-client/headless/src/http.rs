//! HTTPS requests of the device, with the session cookie that a browser would keep.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use protocol::http::{ErrorBody, SESSION_COOKIE};
use protocol::{Refusal, limits};
use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderMap, HeaderValue, ORIGIN, SET_COOKIE};
use reqwest::{Method, Response};
use tokio::sync::Semaphore;

use crate::{Error, ServerUrl, Tls};

/// An answer's body, bytes. The largest is a big circle's Welcome.
const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Requests under way at once.
const AT_ONCE: usize = 8;

/// What the core wants to be asked of the server.
pub(crate) struct Request {
    pub id: u32,
    pub method: String,
    pub path: String,
    pub media_type: Option<String>,
    pub body: Vec<u8>,
}

/// What the server said; status 0 if it said nothing.
pub(crate) struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
    pub cookie: Cookie,
}

impl Answer {
    pub const fn unreachable() -> Self {
        Self {
            status: 0,
            body: Vec::new(),
            cookie: Cookie::AsBefore,
        }
    }
}

/// What an answer does to the session cookie.
#[derive(PartialEq, Eq)]
pub(crate) enum Cookie {
    AsBefore,
    Set(String),
    Gone,
}

impl fmt::Debug for Cookie {
    /// Never the value: who holds it is signed in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AsBefore => "AsBefore",
            Self::Set(_) => "Set",
            Self::Gone => "Gone",
        })
    }
}

pub(crate) struct Client {
    http: reqwest::Client,
    server: ServerUrl,
    cookie: Mutex<Option<String>>,
    permits: Semaphore,
}

impl Client {
    pub const fn server(&self) -> &ServerUrl {
        &self.server
    }

    pub fn new(server: &ServerUrl, tls: &Tls, cookie: Option<String>) -> Result<Self, Error> {
        let http = reqwest::Client::builder()
            .use_preconfigured_tls(tls.offering(&[b"h2", b"http/1.1"]))
            .https_only(true)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(limits::HTTP_REQUEST_S + 15))
            .build()
            .map_err(|error| Error::Authority(error.to_string()))?;
        let cookie = Mutex::new(cookie);
        Ok(Self {
            http,
            server: server.clone(),
            cookie,
            permits: Semaphore::new(AT_ONCE),
        })
    }

    /// Asks and reads the whole answer; whatever goes wrong on the way is an unreachable server.
    pub async fn ask(&self, request: Request) -> Answer {
        match self.try_ask(request).await {
            Ok(answer) => answer,
            Err(reason) => {
                tracing::debug!(reason, "the server could not be reached");
                Answer::unreachable()
            }
        }
    }

    async fn try_ask(&self, request: Request) -> Result<Answer, String> {
        let _permit = self
            .permits
            .acquire()
            .await
            .map_err(|error| error.to_string())?;
        let method = Method::from_bytes(request.method.as_bytes()).map_err(|e| e.to_string())?;
        let mut asking = self
            .http
            .request(method, format!("{}{}", self.server, request.path));
        asking = asking.header(ORIGIN, self.server.to_string());
        if let Some(media_type) = &request.media_type {
            asking = asking.header(CONTENT_TYPE, media_type).body(request.body);
        }
        if let Some(cookie) = self.kept().as_ref() {
            let value = HeaderValue::try_from(format!("{SESSION_COOKIE}={cookie}"));
            let mut value = value.map_err(|error| error.to_string())?;
            value.set_sensitive(true);
            asking = asking.header(COOKIE, value);
        }
        // A URL in an error would put ids into the log.
        let answer = asking
            .send()
            .await
            .map_err(|error| error.without_url().to_string())?;
        let cookie = session_cookie(answer.headers());
        match &cookie {
            Cookie::AsBefore => {}
            Cookie::Set(value) => *self.kept() = Some(value.clone()),
            Cookie::Gone => *self.kept() = None,
        }
        let status = answer.status().as_u16();
        let body = whole(answer).await?;
        let refused = serde_json::from_slice::<ErrorBody>(&body)
            .ok()
            .filter(|_| status >= 400);
        let refused = refused.map(|refused| Refusal::new(refused.code, refused.detail));
        tracing::debug!(
            method = request.method,
            path = request.path,
            status,
            ?refused,
            "answered"
        );
        Ok(Answer {
            status,
            body,
            cookie,
        })
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.cookie.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn whole(mut answer: Response) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(chunk) = answer
        .chunk()
        .await
        .map_err(|e| e.without_url().to_string())?
    {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err("the answer is too large".to_owned());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Reads what concerns the session from `Set-Cookie` (RFC 6265, section 5.2).
fn session_cookie(headers: &HeaderMap) -> Cookie {
    let mut ours = headers.get_all(SET_COOKIE).iter().filter_map(|header| {
        let (name, rest) = header.to_str().ok()?.split_once('=')?;
        (name.trim() == SESSION_COOKIE).then_some(rest)
    });
    match ours.next_back() {
        None => Cookie::AsBefore,
        Some(rest) => {
            let mut parts = rest.split(';').map(str::trim);
            let value = parts.next().unwrap_or_default();
            let over = parts.any(|part| part.eq_ignore_ascii_case("max-age=0"));
            if over || value.is_empty() {
                Cookie::Gone
            } else {
                Cookie::Set(value.to_owned())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_cookie_is_set_kept_and_cleared() {
        let read = |lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(SET_COOKIE, HeaderValue::from_str(line).unwrap());
            }
            session_cookie(&headers)
        };
        assert_eq!(read(&[]), Cookie::AsBefore);
        assert_eq!(read(&["other=1; Path=/"]), Cookie::AsBefore);
        let set = [
            "other=1",
            "__Host-carecircle=abc; Path=/; Secure; Max-Age=3600",
        ];
        assert_eq!(read(&set), Cookie::Set("abc".to_owned()));
        assert_eq!(read(&["__Host-carecircle=; Path=/"]), Cookie::Gone);
        assert_eq!(read(&["__Host-carecircle=abc; max-age=0"]), Cookie::Gone);
    }
}
