//! The one mapping from a refusal to what leaves the server: an HTTP answer or a close code.
//!
//! Nothing is swallowed and nothing leaks: a defect becomes [`Code::Internal`] without a word about
//! it, and its sentence goes to the log.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::http::ErrorBody;
use protocol::{Code, Instead, Refusal};

/// A refusal on its way out of an HTTP handler.
#[derive(Debug)]
pub struct Problem(pub Refusal);

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        Self(refusal(&error))
    }
}

/// What the caller is told about an error of the store; a defect is told to the log.
pub fn refusal(error: &store::Error) -> Refusal {
    if let store::Error::Broken(broken) = error {
        tracing::error!(event = "store_broke", "{broken}");
    }
    let refusal = error.refusal();
    metrics::counter!("refusals", "code" => refusal.code.as_str()).increment(1);
    refusal
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Refusal {
            code,
            detail,
            instead,
        } = self.0;
        let (mut slots, mut next_valid, mut conflicts) = (Vec::new(), None, Vec::new());
        match instead.map(|instead| *instead) {
            Some(Instead::Slots(free)) => slots = free,
            Some(Instead::Time(time)) => next_valid = Some(time),
            Some(Instead::Conflicts(all)) => conflicts = all,
            None => {}
        }
        let status = StatusCode::from_u16(code.status()).expect("every code's status is one");
        let body = ErrorBody {
            code,
            detail,
            slots,
            next_valid,
            conflicts,
        };
        let mut response = (status, Json(body)).into_response();
        if let Some(seconds) = retry_after(code) {
            let seconds = HeaderValue::from_static(seconds);
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}

/// When the same request may be worth sending again, seconds.
fn retry_after(code: Code) -> Option<&'static str> {
    match code {
        Code::RateLimited => Some("10"),
        Code::Busy | Code::TooManySockets | Code::ShuttingDown => Some("1"),
        _ => None,
    }
}

/// The websocket close code of a refusal that ends a socket. Refusals that have none of their own
/// close as RFC 6455, section 7.4.1 says: 1011 for a defect, 1013 (IANA) for "try again later".
pub fn close_code(code: Code) -> u16 {
    match (code.close(), code) {
        (Some(close), _) => close,
        (None, Code::Busy) => 1013,
        (None, _) => 1011,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_status_that_is_an_error_and_a_close_code_that_may_be_sent() {
        for code in Code::ALL {
            let response = Problem((*code).into()).into_response();
            assert!(
                response.status().is_client_error() || response.status().is_server_error(),
                "{code}"
            );
            let close = close_code(*code);
            // RFC 6455, section 7.4: 1004 to 1006 and 1015 are never sent.
            assert!(
                matches!(close, 1000..=1003 | 1007..=1014 | 4000..=4999),
                "{code}"
            );
        }
    }
}
