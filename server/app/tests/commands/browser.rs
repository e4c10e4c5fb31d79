//! What a case manager's browser sends, as far as REST goes.

use std::net::SocketAddr;
use std::sync::Arc;

use care::Clock as _;
use ed25519_dalek::{Signer as _, SigningKey};
use judge::to_be_signed;
use protocol::certificate::{DeviceCert, Signed};
use protocol::http::SESSION_COOKIE;
use protocol::{Bytes, DeviceId, OpId, frame, labels};
use reqwest::cookie::{CookieStore as _, Jar};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::machine::{Machine, Now};

/// Signed in, with a session's cookie.
pub struct Browser {
    client: Client,
    jar: Arc<Jar>,
    url: String,
}

impl Browser {
    /// Opens a sign-in link and enrols a device with it.
    pub async fn enrol(machine: &Machine, url: &str, link: &str) -> Self {
        let jar = Arc::new(Jar::default());
        let client = Client::builder()
            .use_preconfigured_tls(machine.tls())
            .resolve("localhost", SocketAddr::from(([127, 0, 0, 1], 0)))
            .cookie_provider(Arc::clone(&jar));
        let browser = Self {
            client: client.build().unwrap(),
            jar,
            url: url.to_owned(),
        };
        let (_, secret) = link.rsplit_once("/link/").unwrap();
        let (secret, _) = secret.split_once('.').unwrap();
        let looked = json!({ "secret": secret });
        let found = browser.post("/v1/invitations/look-up", &looked).await;
        let aik = SigningKey::from_bytes(&random());
        let dsk = SigningKey::from_bytes(&random());
        let now = Now.now();
        let content = frame::to_vec(&DeviceCert {
            account: found["account"].as_str().unwrap().parse().unwrap(),
            device: DeviceId::from_parts(now, random()),
            dsk: dsk.verifying_key().to_bytes().into(),
            issued_at: now,
            not_after: now.plus_seconds(86_400),
            seal_key: [7; 32].into(),
        });
        let signature = aik.sign(&to_be_signed(labels::DEVICE_CERT, &content));
        let certificate = frame::to_vec(&Signed {
            content: content.into(),
            signature: signature.to_bytes().into(),
        });
        let redeem = json!({
            "op_id": op(),
            "secret": secret,
            "aik": Bytes::from(aik.verifying_key().to_bytes()),
            "certificate": Bytes::from(certificate),
        });
        browser.post("/v1/invitations/redeem", &redeem).await;
        browser
    }

    /// The same browser, where the server listens now.
    pub fn at(self, url: &str) -> Self {
        Self {
            url: url.to_owned(),
            ..self
        }
    }

    /// What the session's cookie says.
    pub fn token(&self) -> String {
        let url = self.url.parse().unwrap();
        let cookies = self.jar.cookies(&url).unwrap();
        let (_, token) = cookies.to_str().unwrap().split_once('=').unwrap();
        assert!(token.len() > 40);
        token.to_owned()
    }

    /// Whether somebody is let in who shows this as a session's token.
    pub async fn is_let_in_by(&self, token: &str) -> bool {
        let asking = self.client.get(format!("{}/v1/session", self.url));
        let asking = asking.header("cookie", format!("{SESSION_COOKIE}={token}"));
        asking.send().await.unwrap().status().is_success()
    }

    pub async fn get(&self, path: &str) -> Value {
        self.ask(Method::GET, path, None).await.1
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.ask(Method::POST, path, Some(body)).await;
        assert!(status.is_success(), "{path}: {status} {answer}");
        answer
    }

    async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> (StatusCode, Value) {
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        request = request.header("origin", &self.url);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        (status, answer.json().await.unwrap_or(Value::Null))
    }

    pub async fn consent(&self, client: &str, caregiver: &str, note: &str) {
        let record = json!({
            "op_id": op(), "client": client, "caregiver": caregiver, "basis": "written",
            "note": note, "until": null, "appointments": false, "reminders": false,
        });
        self.post("/v1/consents", &record).await;
    }

    pub async fn circle(&self, client: &str, title: &str) {
        let plan = json!({ "op_id": op(), "client": client, "title": title, "members": [] });
        self.post("/v1/circles", &plan).await;
    }

    pub async fn address(&self, person: &str, email: &str) {
        let (status, answer) = self.put_address(person, email).await;
        assert!(status.is_success(), "{status} {answer}");
    }

    pub async fn refused_address(&self, person: &str, email: &str) {
        let (status, _) = self.put_address(person, email).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
    }

    async fn put_address(&self, person: &str, email: &str) -> (StatusCode, Value) {
        let wish = json!({
            "language": "en", "zone": "America/Chicago", "email": email, "disclosure": "times",
            "reminders": true, "calendar_file": true, "unread_mail": true,
        });
        let path = format!("/v1/people/{person}/preferences");
        self.ask(Method::PUT, &path, Some(&wish)).await
    }

    pub async fn visit(&self, client: &str, civil: &Value, room: &str) {
        let civil = civil.as_str().unwrap();
        let book = json!({
            "op_id": op(), "client": client, "kind": "video", "civil_start": &civil[..16],
            "zone": null, "minutes": 30, "caregivers": [],
            "meeting_link": format!("https://meet.example.org/{room}"),
        });
        self.post("/v1/appointments", &book).await;
    }
}

fn op() -> OpId {
    OpId::from_bytes(random())
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}
