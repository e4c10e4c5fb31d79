//! Passkeys over a real socket, outside the demo: a software authenticator makes one and shows it, as
//! a browser would and as a thief's page would like to.

use protocol::http::{PasskeyAsked, RegisterPasskey, SignInByPasskey, SignedIn};
use protocol::{Bytes, Code, limits};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, SigningKey as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use testkit::{Engine, Options, TestServer};

use super::browser::{Browser, refusal};

/// User present and verified (WebAuthn Level 3, section 6.1).
const VERIFIED: u8 = 0x05;
/// User present only.
const PRESENT: u8 = 0x01;

/// A passkey in software: one P-256 key pair for one relying party.
struct SoftPasskey {
    key: KeyPair,
    id: [u8; 16],
    user: String,
}

impl SoftPasskey {
    fn client_data(kind: &str, challenge: &str, origin: &str) -> Vec<u8> {
        let data = json!({
            "type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false,
        });
        data.to_string().into_bytes()
    }

    /// Makes one, with attestation `none`.
    fn make(options: &Value, origin: &str) -> (Self, String) {
        let options = &options["publicKey"];
        assert_eq!(
            options["authenticatorSelection"]["userVerification"],
            "required"
        );
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
        let made = Self {
            key: KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap(),
            id: [7; 16],
            user: options["user"]["id"].as_str().unwrap().to_owned(),
        };
        let challenge = options["challenge"].as_str().unwrap();
        let client_data = Self::client_data("webauthn.create", challenge, origin);
        let mut data = Sha256::digest(b"localhost").to_vec();
        data.push(VERIFIED | 0x40);
        data.extend([0; 4 + 16]);
        data.extend([0, 16]);
        data.extend(made.id);
        let point = made.key.public_key_raw();
        let mut cose = minicbor::Encoder::new(&mut data);
        cose.map(5).unwrap().i8(1).unwrap().i8(2).unwrap();
        cose.i8(3)
            .unwrap()
            .i8(-7)
            .unwrap()
            .i8(-1)
            .unwrap()
            .i8(1)
            .unwrap();
        cose.i8(-2).unwrap().bytes(&point[1..33]).unwrap();
        cose.i8(-3).unwrap().bytes(&point[33..65]).unwrap();
        let mut attestation = minicbor::Encoder::new(Vec::new());
        attestation
            .map(3)
            .unwrap()
            .str("fmt")
            .unwrap()
            .str("none")
            .unwrap();
        attestation.str("attStmt").unwrap().map(0).unwrap();
        attestation.str("authData").unwrap().bytes(&data).unwrap();
        let response = json!({
            "attestationObject": text(&attestation.into_writer()),
            "clientDataJSON": text(&client_data),
        });
        let credential = made.credential(&response);
        (made, credential)
    }

    /// Answers a challenge for a page of `origin`.
    fn show(&self, options: &Value, origin: &str, flags: u8) -> String {
        let options = &options["publicKey"];
        assert_eq!(options["userVerification"], "required");
        assert_eq!(options["allowCredentials"], json!([]), "it names nobody");
        let challenge = options["challenge"].as_str().unwrap();
        let client_data = Self::client_data("webauthn.get", challenge, origin);
        let mut data = Sha256::digest(b"localhost").to_vec();
        data.push(flags);
        data.extend([0; 4]);
        let signed = [&data[..], &Sha256::digest(&client_data)[..]].concat();
        self.credential(&json!({
            "authenticatorData": text(&data),
            "clientDataJSON": text(&client_data),
            "signature": text(&self.key.sign(&signed).unwrap()),
            "userHandle": self.user,
        }))
    }

    fn credential(&self, response: &Value) -> String {
        let id = text(&self.id);
        json!({
            "id": id, "rawId": id, "type": "public-key", "response": response, "extensions": {},
        })
        .to_string()
    }
}

fn text(bytes: &[u8]) -> String {
    Bytes(bytes.to_vec()).to_base64url()
}

async fn ask(browser: &mut Browser, path: &str) -> (Bytes, Value) {
    let answer = browser.post(path, &json!({})).await;
    let asked: PasskeyAsked = answer.error_for_status().unwrap().json().await.unwrap();
    (
        asked.ceremony,
        serde_json::from_str(&asked.options).unwrap(),
    )
}

/// The code of a sign-in's refusal; `None` if it was let in.
async fn sign_in(browser: &mut Browser, ceremony: &Bytes, credential: String) -> Option<Code> {
    let (nonce, signature) = browser.signs(ceremony);
    let body = SignInByPasskey {
        ceremony: ceremony.clone(),
        credential,
        device: browser.device,
        nonce,
        signature,
        shared: false,
    };
    refusal(browser.post("/v1/sign-in/passkey/finish", &body).await).await
}

#[tokio::test]
async fn a_passkey_opens_what_a_link_alone_does_not_and_only_from_our_own_pages() {
    let server = TestServer::start_with(Options {
        demo: false,
        ..Options::new(Engine::Sqlite)
    });
    let server = server.await.unwrap();
    let mut browser = Browser::arrive(&server, server.agency().maria, 1).await;
    assert_eq!(browser.ticket().await, Some(Code::AuthenticatorRequired));
    let by_link = browser.cookie.clone();

    let (ceremony, options) = ask(&mut browser, "/v1/authenticators/passkey").await;
    let (passkey, credential) = SoftPasskey::make(&options, &server.url());
    let body = RegisterPasskey {
        ceremony,
        credential,
        shared: true,
    };
    let made = browser
        .post("/v1/authenticators/passkey/finish", &body)
        .await;
    let made: SignedIn = made.error_for_status().unwrap().json().await.unwrap();
    let left_us = made.idle_at.micros() - care::Clock::now(server.clock()).micros();
    assert_eq!(left_us / 1_000_000, limits::SESSION_IDLE_SHARED_S);
    assert_ne!(browser.cookie, by_link);
    assert_eq!(browser.ticket().await, None);

    // Pages of other origins, however like ours they look, and a thief who only touches the key.
    browser.cookie = None;
    let other_port = format!("https://localhost:{}", server.addr().port() ^ 1);
    let below = server.url().replace("localhost", "evil.localhost");
    let longer = server.url().replace("localhost", "badlocalhost");
    let after = server.url().replace("localhost", "localhost.example");
    let plain = server.url().replace("https", "http");
    for origin in [other_port, below, longer, after, plain] {
        let (ceremony, options) = ask(&mut browser, "/v1/sign-in/passkey").await;
        let shown = passkey.show(&options, &origin, VERIFIED);
        let code = sign_in(&mut browser, &ceremony, shown).await;
        assert_eq!(code, Some(Code::SignInRefused), "{origin}");
    }
    let (ceremony, options) = ask(&mut browser, "/v1/sign-in/passkey").await;
    let touched = passkey.show(&options, &server.url(), PRESENT);
    let code = sign_in(&mut browser, &ceremony, touched).await;
    assert_eq!(code, Some(Code::SignInRefused));

    // The answer to one question is none to another, and good once.
    let (_, earlier) = ask(&mut browser, "/v1/sign-in/passkey").await;
    let (ceremony, options) = ask(&mut browser, "/v1/sign-in/passkey").await;
    let stale = passkey.show(&earlier, &server.url(), VERIFIED);
    assert_eq!(
        sign_in(&mut browser, &ceremony, stale).await,
        Some(Code::SignInRefused)
    );
    let late = passkey.show(&options, &server.url(), VERIFIED);
    assert_eq!(
        sign_in(&mut browser, &ceremony, late).await,
        Some(Code::CeremonyGone)
    );
    assert_eq!(browser.ticket().await, Some(Code::SignedOut));

    let (ceremony, options) = ask(&mut browser, "/v1/sign-in/passkey").await;
    let shown = passkey.show(&options, &server.url(), VERIFIED);
    assert_eq!(sign_in(&mut browser, &ceremony, shown).await, None);
    assert_eq!(browser.ticket().await, None);
}
