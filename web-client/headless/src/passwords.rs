//! Signing in by a password and a code. The password stays here: what leaves is OPAQUE's (`password`).

use device::api::{Command, Event};
use password::{NewPassword, Password, Showing, Stretched, Stretching};
use protocol::http::{
    AskNewPassword, AskPassword, CodeAppAsked, ErrorBody, NewPasswordAsked, PasswordAsked,
    PasswordShown, RegisterCodeApp, RegisterPassword, SignInByCode, SignInByPassword, SignedIn,
};
use protocol::{Bytes, DeviceId, Refusal};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

use crate::{Error, Headless};

/// The core answers at once.
const SIGNED: Duration = Duration::from_secs(10);

/// This device's part in a sign-in.
struct Signed {
    device: DeviceId,
    nonce: Bytes,
    signature: Bytes,
}

impl Headless {
    /// Makes the person's password, or another in its place, with the name that goes with it.
    pub async fn set_password(&self, login: &str, password: &str) -> Result<PasswordShown, Error> {
        self.set_password_by::<Stretched>(login, password).await
    }

    /// The same with another stretching, for tests of many people.
    pub async fn set_password_by<K: Stretching + Send + 'static>(
        &self,
        login: &str,
        password: &str,
    ) -> Result<PasswordShown, Error> {
        let password = Password::choose(password, login)?;
        let (making, request) = NewPassword::<K>::begin(password, &mut chance);
        let ask = AskNewPassword {
            login: login.to_owned(),
            request: request.into(),
        };
        let asked: NewPasswordAsked = self.post("/v1/authenticators/password", &ask).await?;
        let record = aside(move || making.finish(&asked.response, &mut chance)).await??;
        let register = RegisterPassword {
            ceremony: asked.ceremony,
            record: record.into(),
            shared: false,
        };
        self.post("/v1/authenticators/password/finish", &register)
            .await
    }

    /// Shows the password. Where it is not enough the answer says so, and a code must follow.
    pub async fn sign_in_by_password(
        &self,
        login: &str,
        password: &str,
    ) -> Result<PasswordShown, Error> {
        self.sign_in_by_password_by::<Stretched>(login, password)
            .await
    }

    /// The same with another stretching, for tests of many people.
    pub async fn sign_in_by_password_by<K: Stretching + Send + 'static>(
        &self,
        login: &str,
        password: &str,
    ) -> Result<PasswordShown, Error> {
        let (showing, ke1) = Showing::<K>::begin(Password::typed(password)?, &mut chance);
        let signed = self.sign(password::name_of(&ke1).to_vec()).await?;
        let ask = AskPassword {
            login: login.to_owned(),
            ke1: ke1.into(),
            device: signed.device,
            nonce: signed.nonce,
            signature: signed.signature,
        };
        let asked: PasswordAsked = self.post("/v1/sign-in/password", &ask).await?;
        let (ke2, server) = (asked.ke2, self.server_name()?);
        let ke3 = aside(move || showing.finish(&ke2, &server, &mut chance)).await??;
        let signed = self.sign(asked.ceremony.to_vec()).await?;
        let finish = SignInByPassword {
            ceremony: asked.ceremony,
            ke3: ke3.into(),
            device: signed.device,
            nonce: signed.nonce,
            signature: signed.signature,
            shared: false,
        };
        self.post("/v1/sign-in/password/finish", &finish).await
    }

    /// Shows a code, after the password.
    pub async fn sign_in_by_code(&self, code: &str) -> Result<SignedIn, Error> {
        let code = code.to_owned();
        self.post("/v1/sign-in/code", &SignInByCode { code }).await
    }

    /// Begins a code app: what it must be told.
    pub async fn ask_code_app(&self) -> Result<CodeAppAsked, Error> {
        self.post("/v1/authenticators/code-app", &()).await
    }

    /// The code app shows this: from now on it counts.
    pub async fn add_code_app(
        &self,
        asked: &CodeAppAsked,
        code: &str,
    ) -> Result<PasswordShown, Error> {
        let register = RegisterCodeApp {
            ceremony: asked.ceremony.clone(),
            code: code.to_owned(),
        };
        self.post("/v1/authenticators/code-app/finish", &register)
            .await
    }

    /// This device's signature over what names a step of a sign-in.
    async fn sign(&self, ceremony: Vec<u8>) -> Result<Signed, Error> {
        let mut events = self.events_from_now();
        self.command(Command::SignSignIn { ceremony }).await?;
        let signed = async {
            loop {
                if let Event::SignInSigned {
                    device,
                    nonce,
                    signature,
                } = events.next().await.ok_or(Error::Ended)?
                {
                    return Ok(Signed {
                        device,
                        nonce: nonce.into(),
                        signature: signature.into(),
                    });
                }
            }
        };
        tokio::time::timeout(SIGNED, signed)
            .await
            .map_err(|_| Error::Ended)?
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        let body = serde_json::to_vec(body).map_err(|_| Error::Unreachable)?;
        let body = (body != b"null").then_some(body);
        let (status, answer) = self.ask("POST", path, body).await?;
        if status == 200 {
            return serde_json::from_slice(&answer).map_err(|_| Error::Unreachable);
        }
        let refused = serde_json::from_slice::<ErrorBody>(&answer);
        let refused = refused.map_err(|_| Error::Unreachable)?;
        Err(Refusal::new(refused.code, refused.detail).into())
    }
}

/// Stretching takes a while and much memory: not on a thread that carries connections.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Error::Ended)
}

fn chance(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system has randomness, or nothing is secure here");
}
