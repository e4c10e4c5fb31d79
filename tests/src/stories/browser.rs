//! A person's browser as far as HTTPS shows it: their device's key, their cookie, and what they post.

use std::sync::Arc;

use ed25519_dalek::{Signer as _, SigningKey};
use judge::certificate::to_be_signed;
use protocol::http::{ErrorBody, SESSION_COOKIE};
use protocol::{Bytes, Code, DeviceId, labels};
use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::{Client, Response};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use testkit::{Person, TestServer};

use crate::contract::house;

/// See the head.
pub struct Browser {
    http: Client,
    url: String,
    name: String,
    pub device: DeviceId,
    pub dsk: SigningKey,
    pub cookie: Option<String>,
}

impl Browser {
    /// The person opens their link and enrols the device of that seed.
    pub async fn arrive(server: &TestServer, person: Person, seed: u8) -> Self {
        let installation = care::Caller::installation();
        let link = server.store().invite(&installation, person.account).await;
        let now = care::Clock::now(server.clock());
        let redeem = house::request(person.account, link.unwrap().secret, seed, now);
        let mut browser = Self::stranger(server, seed);
        let redeemed = browser.post("/v1/invitations/redeem", &redeem).await;
        assert_eq!(refusal(redeemed).await, None);
        browser
    }

    /// Somebody whom nobody invited, with a device that is nobody's.
    pub fn stranger(server: &TestServer, seed: u8) -> Self {
        let http = Client::builder().use_preconfigured_tls(trusting(server));
        Self {
            http: http.build().unwrap(),
            url: server.url(),
            name: server.name(),
            device: DeviceId::from_bytes([seed; 16]),
            dsk: house::dsk(seed),
            cookie: None,
        }
    }

    pub async fn post(&mut self, path: &str, body: &impl serde::Serialize) -> Response {
        let mut asking = self.http.post(format!("{}{path}", self.url)).json(body);
        if let Some(cookie) = &self.cookie {
            asking = asking.header(COOKIE, format!("{SESSION_COOKIE}={cookie}"));
        }
        let answer = asking.send().await.unwrap();
        if let Some(set) = answer.headers().get(SET_COOKIE) {
            let (_, value) = set.to_str().unwrap().split_once('=').unwrap();
            self.cookie = Some(value.split(';').next().unwrap().to_owned());
        }
        answer
    }

    /// What this server is called in what devices sign.
    pub fn server_name(&self) -> &str {
        &self.name
    }

    /// The device's part in a sign-in: nonce and signature.
    pub fn signs(&self, named: &[u8]) -> (Bytes, Bytes) {
        let nonce = [9_u8; 32];
        let content = [named, &nonce, self.name.as_bytes()].concat();
        let signature = self.dsk.sign(&to_be_signed(labels::LOGIN, &content));
        (nonce.into(), signature.to_bytes().into())
    }

    /// What a ticket is refused with: whoever has one may do everything.
    pub async fn ticket(&mut self) -> Option<Code> {
        refusal(self.post("/v1/tickets", &serde_json::json!({})).await).await
    }
}

/// The code of a refusal; `None` if it was done.
pub async fn refusal(answer: Response) -> Option<Code> {
    if answer.status().is_success() {
        return None;
    }
    Some(answer.json::<ErrorBody>().await.unwrap().code)
}

/// Trusts the server's own authority only.
fn trusting(server: &TestServer) -> rustls::ClientConfig {
    let mut roots = rustls::RootCertStore::empty();
    let ca = CertificateDer::from_pem_slice(server.ca_pem().as_bytes()).unwrap();
    roots.add(ca).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}
