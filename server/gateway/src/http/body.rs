//! Bodies in and out: JSON, CBOR and MLS, under one size limit, with one shape of refusal.

use axum::extract::path::ErrorKind;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use protocol::{Code, Refusal, bundle, http};
use serde::de::DeserializeOwned;

use crate::error::Problem;

/// A JSON body (`application/json`).
pub struct FromJson<T>(pub T);

/// A CBOR body (`application/cbor`).
pub struct FromCbor<T>(pub T);

/// Ids in the path. What does not read as one is not there.
pub struct At<T>(pub T);

/// A query. A field that does not read is a bad request; its value is not repeated.
pub struct FromQuery<T>(pub T);

/// A CBOR answer.
pub struct Cbor<T>(pub T);

/// An answer of the media type `message/mls`.
pub struct Mls(pub protocol::Bytes);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for FromJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = read(request, state, "application/json").await?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| bad_request(told(&error)))
    }
}

impl<S, T> FromRequest<S> for FromCbor<T>
where
    S: Send + Sync,
    T: for<'b> minicbor::Decode<'b, ()>,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = read(request, state, bundle::MEDIA_TYPE).await?;
        let mut decoder = minicbor::Decoder::new(&bytes);
        match decoder.decode() {
            Ok(value) if decoder.position() == bytes.len() => Ok(Self(value)),
            _ => Err(bad_request("the body is not the CBOR of this endpoint")),
        }
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(ids)) => Ok(Self(ids)),
            Err(PathRejection::FailedToDeserializePathParams(failed))
                if !matches!(failed.kind(), ErrorKind::UnsupportedType { .. }) =>
            {
                Err(Refusal::new(Code::NotFound, "no such path or method").into())
            }
            Err(_) => Err(Refusal::from(Code::Internal).into()),
        }
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for FromQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(query)) => Ok(Self(query)),
            Err(_) => Err(bad_request("the query does not read as this endpoint's")),
        }
    }
}

impl<T: minicbor::Encode<()>> IntoResponse for Cbor<T> {
    fn into_response(self) -> Response {
        bytes(bundle::MEDIA_TYPE, protocol::frame::to_vec(&self.0))
    }
}

impl IntoResponse for Mls {
    fn into_response(self) -> Response {
        bytes(http::MLS_MEDIA_TYPE, self.0.0)
    }
}

fn bytes(media_type: &'static str, bytes: Vec<u8>) -> Response {
    let media_type = HeaderValue::from_static(media_type);
    ([(header::CONTENT_TYPE, media_type)], bytes).into_response()
}

async fn read<S: Send + Sync>(
    request: Request,
    state: &S,
    media_type: &str,
) -> Result<axum::body::Bytes, Problem> {
    // A form on a foreign page can post, but not with one of these media types.
    if !is(request.headers(), media_type) {
        return Err(bad_request(format!("content-type: must be {media_type}")));
    }
    let read = axum::body::Bytes::from_request(request, state).await;
    read.map_err(|rejection| match rejection.status().as_u16() {
        413 => Refusal::new(Code::TooLarge, "the body is larger than its limit").into(),
        _ => bad_request("the body did not arrive whole"),
    })
}

fn is(headers: &HeaderMap, media_type: &str) -> bool {
    let named = headers.get(header::CONTENT_TYPE);
    let named = named.and_then(|value| value.to_str().ok()).unwrap_or("");
    let named = named.split(';').next().unwrap_or("").trim();
    named.eq_ignore_ascii_case(media_type)
}

/// What does not read as what is asked for.
pub fn bad_request(detail: impl Into<String>) -> Problem {
    Refusal::new(Code::BadRequest, detail).into()
}

/// Where a body does not read. The parser's own words are passed on only where they name a field of
/// ours: others quote the value, which may be personal.
fn told(error: &serde_json::Error) -> String {
    let words = error.to_string();
    let field = words
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split_once('`'))
        .map(|(field, _)| field);
    match field {
        Some(field) => format!("{field}: is missing"),
        None => format!(
            "the body does not read as this endpoint's JSON (line {}, column {})",
            error.line(),
            error.column()
        ),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use protocol::http::{LookUpInvitation, PlanCircle};

    use super::*;

    async fn json<T: DeserializeOwned>(media_type: &str, body: &'static str) -> Result<T, Refusal> {
        let request = Request::builder()
            .header(header::CONTENT_TYPE, media_type)
            .body(Body::from(body))
            .unwrap();
        let read = FromJson::from_request(request, &()).await;
        read.map(|FromJson(value)| value)
            .map_err(|problem| problem.0)
    }

    #[tokio::test]
    async fn a_body_is_read_under_its_media_type_only() {
        let body = r#"{"secret":"AAAA"}"#;
        for good in ["application/json", "application/json; charset=utf-8"] {
            assert!(json::<LookUpInvitation>(good, body).await.is_ok(), "{good}");
        }
        for bad in ["text/plain", "", "application/cbor"] {
            let refusal = json::<LookUpInvitation>(bad, body).await.unwrap_err();
            assert_eq!(refusal.code, Code::BadRequest, "{bad}");
        }
    }

    #[tokio::test]
    async fn a_refusal_names_the_field_and_never_quotes_a_value() {
        let media_type = "application/json";
        let refusal = json::<LookUpInvitation>(media_type, "{}")
            .await
            .unwrap_err();
        assert_eq!(refusal.detail, "secret: is missing");
        for body in [
            r#"{"title": 7, "op_id": "Maria Sample"}"#,
            r#"{"Maria Sample": 1}"#,
            r#""Maria Sample""#,
            "Maria Sample",
        ] {
            let refusal = json::<PlanCircle>(media_type, body).await.unwrap_err();
            assert_eq!(refusal.code, Code::BadRequest);
            assert!(!refusal.detail.contains("Maria"), "{}", refusal.detail);
        }
    }

    #[tokio::test]
    async fn bytes_after_the_cbor_are_refused() {
        let founding = bundle::Founding {
            op_id: protocol::OpId::from_bytes([1; 16]),
            group_info: vec![1, 2, 3].into(),
        };
        let good = protocol::frame::to_vec(&founding);
        let bad = [good.as_slice(), &[0]].concat();
        for (body, fits) in [(good, true), (bad, false), (Vec::new(), false)] {
            let request = Request::builder()
                .header(header::CONTENT_TYPE, bundle::MEDIA_TYPE)
                .body(Body::from(body))
                .unwrap();
            let read = FromCbor::<bundle::Founding>::from_request(request, &()).await;
            assert_eq!(read.is_ok(), fits);
        }
    }
}
