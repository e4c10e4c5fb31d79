//! The ceremonies of passwords and codes, step by step and by hand, on a browser without the device's core: so that a
//! script can leave out a step, repeat one, or take one from another ceremony.

use care::Clock as _;
use opaque_ke::ksf::Identity;
use password::{NewPassword, Password, Showing};
use protocol::http::{
    AskNewPassword, AskPassword, CodeAppAsked, NewPasswordAsked, PasswordAsked, PasswordShown,
    RegisterCodeApp, RegisterPassword, SignInByCode, SignInByPasskey, SignInByPassword,
};
use protocol::{Bytes, Code};
use reqwest::Response;
use serde::de::DeserializeOwned;
use serde_json::json;
use testkit::{Engine, FakeClock, Options, TestServer};

use crate::stories::browser::{Browser, refusal};

pub const PASSWORD: &str = "four plain words here";

pub async fn outside_the_demo(engine: Engine) -> anyhow::Result<TestServer> {
    let options = Options {
        demo: false,
        ..Options::new(engine)
    };
    TestServer::start_with(options).await
}

pub async fn body<T: DeserializeOwned>(answer: Response) -> T {
    let status = answer.status();
    let text = answer.text().await.unwrap();
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status}: {text}"))
}

pub fn chance(bytes: &mut [u8]) {
    // Blinding need not be secret here, and must be no zero.
    bytes.fill(7);
}

/// What the code app of this secret shows.
pub fn code(secret: &str, clock: &FakeClock) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    let app = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    let now = u64::try_from(clock.now().micros() / 1_000_000).unwrap();
    app.generate(now).to_string()
}

/// KE1 with the device's signature, and what must be remembered for it.
pub fn asking(browser: &Browser, login: &str, typed: &str) -> (Showing<Identity>, AskPassword) {
    let typed = Password::typed(typed).unwrap();
    let (showing, ke1) = Showing::<Identity>::begin(typed, &mut chance);
    let (nonce, signature) = browser.signs(&password::name_of(&ke1));
    let ask = AskPassword {
        login: login.to_owned(),
        ke1: ke1.into(),
        device: browser.device,
        nonce,
        signature,
    };
    (showing, ask)
}

pub async fn ask(browser: &mut Browser, login: &str, typed: &str) -> Response {
    let (_, ask) = asking(browser, login, typed);
    browser.post("/v1/sign-in/password", &ask).await
}

pub fn finishing(browser: &Browser, ceremony: &Bytes, ke3: Vec<u8>) -> SignInByPassword {
    let (nonce, signature) = browser.signs(ceremony);
    SignInByPassword {
        ceremony: ceremony.clone(),
        ke3: ke3.into(),
        device: browser.device,
        nonce,
        signature,
        shared: false,
    }
}

/// The first half of signing in: a finish that is good.
pub async fn ready(browser: &mut Browser, login: &str, typed: &str) -> SignInByPassword {
    let (showing, ask) = asking(browser, login, typed);
    let answer = browser.post("/v1/sign-in/password", &ask).await;
    let asked: PasswordAsked = body(answer).await;
    let ke3 = showing.finish(&asked.ke2, browser.server_name(), &mut chance);
    finishing(browser, &asked.ceremony, ke3.unwrap())
}

pub async fn sign_in(browser: &mut Browser, login: &str) -> PasswordShown {
    let finish = ready(browser, login, PASSWORD).await;
    body(browser.post("/v1/sign-in/password/finish", &finish).await).await
}

pub async fn set_password(browser: &mut Browser, login: &str) -> PasswordShown {
    let chosen = Password::choose(PASSWORD, login).unwrap();
    let (making, request) = NewPassword::<Identity>::begin(chosen, &mut chance);
    let ask = AskNewPassword {
        login: login.to_owned(),
        request: request.into(),
    };
    let asked: NewPasswordAsked =
        body(browser.post("/v1/authenticators/password", &ask).await).await;
    let record = making.finish(&asked.response, &mut chance).unwrap();
    let register = RegisterPassword {
        ceremony: asked.ceremony,
        record: record.into(),
        shared: false,
    };
    body(
        browser
            .post("/v1/authenticators/password/finish", &register)
            .await,
    )
    .await
}

/// Adds a code app; its secret.
pub async fn add_code_app(browser: &mut Browser, clock: &FakeClock) -> String {
    let asked = browser
        .post("/v1/authenticators/code-app", &json!({}))
        .await;
    let asked: CodeAppAsked = body(asked).await;
    let register = RegisterCodeApp {
        ceremony: asked.ceremony,
        code: code(&asked.secret, clock),
    };
    let added = browser
        .post("/v1/authenticators/code-app/finish", &register)
        .await;
    let shown: PasswordShown = body(added).await;
    assert!(!shown.second_factor);
    asked.secret
}

pub async fn show_code(browser: &mut Browser, code: String) -> Option<Code> {
    refusal(
        browser
            .post("/v1/sign-in/code", &SignInByCode { code })
            .await,
    )
    .await
}

/// Shows a passkey that is none.
pub async fn show_no_passkey(browser: &mut Browser) -> Option<Code> {
    let ceremony = Bytes::from([1_u8; 32]);
    let (nonce, signature) = browser.signs(&ceremony);
    let body = SignInByPasskey {
        ceremony,
        credential: "{}".to_owned(),
        device: browser.device,
        nonce,
        signature,
        shared: false,
    };
    refusal(browser.post("/v1/sign-in/passkey/finish", &body).await).await
}
