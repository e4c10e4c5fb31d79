//! The OpenAPI document, generated from the handlers and checked in as `openapi.json`.

use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::{Modify, OpenApi as _};

/// What the handlers do not say themselves.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "carecircle",
        description = "Everything a device asks over HTTPS. Binary values are base64url without \
                       padding, instants are microseconds since 1970-01-01T00:00:00Z, every refusal \
                       is an ErrorBody with the status of its code. Frames of the websocket /v1/ws \
                       and the CBOR bodies are described in the crate carecircle-protocol."
    ),
    // Named in a path only, where the handlers' own schemas are not gathered.
    components(schemas(
        protocol::WelcomeId,
        protocol::TaskId,
        protocol::TransferId,
        protocol::AuditView,
        protocol::AuthenticatorId,
        protocol::InvitationId,
        protocol::RepresentationId
    )),
    modifiers(&SessionCookie),
    security(("session" = []))
)]
pub struct Api;

struct SessionCookie;

impl Modify for SessionCookie {
    fn modify(&self, openapi: &mut OpenApi) {
        let cookie = ApiKey::Cookie(ApiKeyValue::new(protocol::http::SESSION_COOKIE));
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme("session", SecurityScheme::ApiKey(cookie));
    }
}

impl Api {
    /// The document without any path.
    pub fn head() -> OpenApi {
        Self::openapi()
    }
}

/// The whole document.
pub fn openapi() -> OpenApi {
    crate::endpoints().split_for_parts().1
}

#[cfg(test)]
mod tests {
    const CHECKED_IN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "UPDATE_OPENAPI=1 writes the checked-in file anew; it configures no server"
    )]
    fn the_checked_in_document_is_the_generated_one() {
        let mut generated = super::openapi().to_pretty_json().unwrap();
        generated.push('\n');
        if std::env::var("UPDATE_OPENAPI").is_ok() {
            std::fs::write(CHECKED_IN, &generated).unwrap();
        }
        let checked_in = std::fs::read_to_string(CHECKED_IN).unwrap();
        assert!(
            generated == checked_in,
            "openapi.json differs from the handlers: run this test once with UPDATE_OPENAPI=1"
        );
    }

    #[test]
    fn every_endpoint_of_the_protocol_is_in_it() {
        let json = serde_json::to_value(super::openapi()).unwrap();
        let paths = json["paths"].as_object().unwrap();
        let endpoints: usize = paths.values().map(|p| p.as_object().unwrap().len()).sum();
        assert_eq!(endpoints, 132);
        assert!(paths.keys().all(|path| path.starts_with("/v1/")));
    }
}
