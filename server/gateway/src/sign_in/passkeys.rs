//! Passkeys (WebAuthn Level 3): user verification is required, the origin must be exactly one of ours.
//!
//! A passkey names its account itself (it is discoverable), so that nobody types a name and the question
//! is the same for everybody. The library's states and credentials leave as JSON; the store seals them.

use protocol::{Code, Refusal, limits};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::PasskeyWanted;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};
use webauthn_rs_proto::ResidentKeyRequirement;

/// The relying party: this server under its own name.
pub struct Passkeys(Option<Webauthn>);

/// A question to a passkey and what must be remembered until it is answered.
pub struct Question {
    /// For the browser: JSON.
    pub options: String,
    /// For the store: JSON.
    pub state: Vec<u8>,
}

/// A passkey that answered well.
pub struct Good {
    /// Its credential id.
    pub credential_id: Vec<u8>,
    /// As it is stored from now on: JSON.
    pub passkey: Vec<u8>,
}

fn refused() -> Refusal {
    Refusal::new(Code::SignInRefused, "this passkey does not sign in here")
}

fn defect() -> Refusal {
    Refusal::from(Code::Internal)
}

impl Passkeys {
    /// For these origins, as the configuration names them. The first says under which name passkeys are
    /// made; the others are accepted if they are of the same host. An address has no passkeys.
    pub fn new(origins: &[String]) -> Self {
        Self(Self::build(origins))
    }

    fn build(origins: &[String]) -> Option<Webauthn> {
        let origins: Vec<Url> = origins
            .iter()
            .filter_map(|text| text.parse().ok())
            .collect();
        let first = origins.first()?;
        let host = first.domain()?;
        let mut builder = WebauthnBuilder::new(host, first)
            .ok()?
            .rp_name("carecircle")
            .allow_subdomains(false)
            .allow_any_port(false);
        for origin in &origins[1..] {
            if origin.domain() == Some(host) {
                builder = builder.append_allowed_origin(origin);
            }
        }
        builder.build().ok()
    }

    fn relying_party(&self) -> Result<&Webauthn, Refusal> {
        let none = || Refusal::new(Code::NotFound, "passkeys need a host name, not an address");
        self.0.as_ref().ok_or_else(none)
    }

    /// Asks a browser to make a passkey.
    pub fn ask_for_new(&self, wanted: &PasskeyWanted) -> Result<Question, Refusal> {
        let known: Result<Vec<Passkey>, _> = wanted.known.iter().map(|json| read(json)).collect();
        let known = known.map_err(|_| defect())?;
        let exclude = known.iter().map(|passkey| passkey.cred_id().clone());
        let (mut options, state) = self
            .relying_party()?
            .start_passkey_registration(
                wanted.account,
                &wanted.name,
                &wanted.name,
                Some(exclude.collect()),
            )
            .map_err(|_| defect())?;
        if let Some(selection) = &mut options.public_key.authenticator_selection {
            // Without it nobody could sign in without typing who they are.
            selection.resident_key = Some(ResidentKeyRequirement::Required);
            selection.require_resident_key = true;
        }
        question(&options, &state)
    }

    /// Checks what the browser made. [`Code::SignInRefused`].
    pub fn check_new(&self, state: &[u8], credential: &str) -> Result<Good, Refusal> {
        let state: PasskeyRegistration = read(state).map_err(|_| defect())?;
        let answer: RegisterPublicKeyCredential = read_from_browser(credential)?;
        let made = self
            .relying_party()?
            .finish_passkey_registration(&answer, &state)
            .map_err(|_| refused())?;
        good(&made)
    }

    /// Asks whoever is there to show a passkey.
    pub fn ask(&self) -> Result<Question, Refusal> {
        let (mut options, state) = self
            .relying_party()?
            .start_discoverable_authentication()
            .map_err(|_| defect())?;
        // The person pressed a button: the browser shows its own dialogue at once.
        options.mediation = None;
        question(&options, &state)
    }

    /// Which passkey says that it answers: its credential id.
    pub fn read_answer(&self, credential: &str) -> Result<PublicKeyCredential, Refusal> {
        self.relying_party()?;
        read_from_browser(credential)
    }

    /// Checks the answer against the passkey that it names. [`Code::SignInRefused`].
    pub fn check(
        &self,
        state: &[u8],
        answer: &PublicKeyCredential,
        passkey: &[u8],
    ) -> Result<Good, Refusal> {
        let state: DiscoverableAuthentication = read(state).map_err(|_| defect())?;
        let mut passkey: Passkey = read(passkey).map_err(|_| defect())?;
        let shown = self
            .relying_party()?
            .finish_discoverable_authentication_v2(answer, state, &passkey)
            .map_err(|_| refused())?;
        if !shown.user_verified() {
            return Err(refused());
        }
        passkey.update_credential(&shown);
        good(&passkey)
    }
}

fn good(passkey: &Passkey) -> Result<Good, Refusal> {
    Ok(Good {
        credential_id: passkey.cred_id().clone(),
        passkey: write(passkey)?,
    })
}

fn question(options: &impl Serialize, state: &impl Serialize) -> Result<Question, Refusal> {
    let options = serde_json::to_string(options).map_err(|_| defect())?;
    let state = write(state)?;
    Ok(Question { options, state })
}

fn write(value: &impl Serialize) -> Result<Vec<u8>, Refusal> {
    serde_json::to_vec(value).map_err(|_| defect())
}

fn read<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice(json)
}

fn read_from_browser<T: DeserializeOwned>(json: &str) -> Result<T, Refusal> {
    if json.len() > limits::PASSKEY_JSON_BYTES_MAX {
        return Err(Refusal::new(Code::TooLarge, "credential"));
    }
    let strange = |_| Refusal::new(Code::BadRequest, "credential: not what WebAuthn answers");
    serde_json::from_str(json).map_err(strange)
}
