//! The vectors of RFC 9807, appendix C, for whatever engine this runs in.

use opaque_ke::ksf::Identity;
use opaque_ke::{
    ClientLogin, ClientLoginFinishParameters, ClientRegistration,
    ClientRegistrationFinishParameters, CredentialResponse, Identifiers, RegistrationResponse,
};
use serde::Deserialize;
use std::collections::HashMap;

use crate::suite::{Dice, Suite};

type Plain = Suite<Identity>;

#[derive(Deserialize)]
struct Vector {
    config: HashMap<String, String>,
    inputs: HashMap<String, String>,
    outputs: HashMap<String, String>,
}

/// Runs the device's side of every vector of a file that has one; how many those were. An error says
/// what came out differently.
pub fn follow(json: &str) -> Result<u32, String> {
    let vectors: Vec<Vector> = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let mut followed = 0;
    for vector in vectors
        .iter()
        .filter(|vector| vector.config["Fake"] == "False")
    {
        vector.register()?;
        vector.sign_in()?;
        followed += 1;
    }
    Ok(followed)
}

impl Vector {
    fn input(&self, name: &str) -> Option<Vec<u8>> {
        self.inputs.get(name).map(|text| unhex(text))
    }

    fn is(&self, name: &str, made: &[u8]) -> Result<(), String> {
        let expected = self.outputs.get(name).map(|text| unhex(text));
        if expected.as_deref() == Some(made) {
            return Ok(());
        }
        Err(format!("{name} is another"))
    }

    /// The inputs of that name, in the order in which they are drawn.
    fn drawn(&self, names: &[&str]) -> impl FnMut(&mut [u8]) + use<> {
        let mut bytes = Vec::new();
        for name in names {
            bytes.extend(self.input(name).unwrap_or_default());
            if name.starts_with("blind") {
                // A scalar is drawn as 64 bytes and reduced.
                bytes.extend([0; 32]);
            }
        }
        let mut next = bytes.into_iter();
        move |slice: &mut [u8]| slice.fill_with(|| next.next().unwrap_or_default())
    }

    fn register(&self) -> Result<(), String> {
        let password = self.input("password").unwrap_or_default();
        let (client, server) = (self.input("client_identity"), self.input("server_identity"));
        let parameters = ClientRegistrationFinishParameters::new(
            names(client.as_deref(), server.as_deref()),
            None,
        );
        let mut chance = self.drawn(&["blind_registration", "envelope_nonce"]);
        let mut dice = Dice(&mut chance);
        let begun = ClientRegistration::<Plain>::start(&mut dice, &password).map_err(told)?;
        self.is("registration_request", &begun.message.serialize())?;
        let response = unhex(&self.outputs["registration_response"]);
        let response = RegistrationResponse::deserialize(&response).map_err(told)?;
        let made = begun
            .state
            .finish(&mut dice, &password, response, parameters);
        let made = made.map_err(told)?;
        self.is("registration_upload", &made.message.serialize())?;
        self.is("export_key", &made.export_key)
    }

    fn sign_in(&self) -> Result<(), String> {
        let password = self.input("password").unwrap_or_default();
        let (client, server) = (self.input("client_identity"), self.input("server_identity"));
        let context = unhex(&self.config["Context"]);
        let parameters = ClientLoginFinishParameters {
            context: Some(&context),
            identifiers: names(client.as_deref(), server.as_deref()),
            ksf: None,
        };
        let mut chance = self.drawn(&["blind_login", "client_keyshare_seed", "client_nonce"]);
        let mut dice = Dice(&mut chance);
        let begun = ClientLogin::<Plain>::start(&mut dice, &password).map_err(told)?;
        self.is("KE1", &begun.message.serialize())?;
        let ke2 = CredentialResponse::deserialize(&unhex(&self.outputs["KE2"])).map_err(told)?;
        let shown = begun.state.finish(&mut dice, &password, ke2, parameters);
        let shown = shown.map_err(told)?;
        self.is("KE3", &shown.message.serialize())?;
        self.is("session_key", &shown.session_key)?;
        self.is("export_key", &shown.export_key)
    }
}

fn names<'a>(client: Option<&'a [u8]>, server: Option<&'a [u8]>) -> Identifiers<'a> {
    Identifiers { client, server }
}

fn told(error: opaque_ke::errors::ProtocolError) -> String {
    format!("{error:?}")
}

fn unhex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks_exact(2);
    let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap_or_default(), 16);
    pairs.map(|pair| byte(pair).unwrap_or_default()).collect()
}
