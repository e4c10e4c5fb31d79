//! The password's side of a device as a browser's worker sees it: a skin, no logic.
//!
//! A module of its own, loaded where a password is typed and nowhere else. The caller brings passwords in
//! Unicode NFC (`String.prototype.normalize`). Failures are thrown as short words.

use password::{Error, Password, Unfit};
use wasm_bindgen::prelude::*;

/// A password under way into an account.
#[wasm_bindgen]
pub struct NewPassword {
    password: password::NewPassword,
    request: Vec<u8>,
}

/// A password under way to be shown.
#[wasm_bindgen]
pub struct Showing {
    showing: password::Showing,
    ke1: Vec<u8>,
}

#[wasm_bindgen]
impl NewPassword {
    /// Throws `short`, `long` or `simple`.
    pub fn begin(password: &str, login: &str) -> Result<NewPassword, JsValue> {
        let password = Password::choose(password, login).map_err(unfit)?;
        let (password, request) = password::NewPassword::begin(password, &mut chance);
        Ok(Self { password, request })
    }

    /// For the server.
    pub fn request(&self) -> Vec<u8> {
        self.request.clone()
    }

    /// The record for the server. Throws `strange`.
    pub fn finish(self, response: &[u8]) -> Result<Vec<u8>, JsValue> {
        self.password.finish(response, &mut chance).map_err(failed)
    }
}

#[wasm_bindgen]
impl Showing {
    /// Throws `long`.
    pub fn begin(password: &str) -> Result<Showing, JsValue> {
        let password = Password::typed(password).map_err(unfit)?;
        let (showing, ke1) = password::Showing::begin(password, &mut chance);
        Ok(Self { showing, ke1 })
    }

    /// For the server.
    pub fn ke1(&self) -> Vec<u8> {
        self.ke1.clone()
    }

    /// KE3 for the server. Throws `wrong` or `strange`.
    pub fn finish(self, ke2: &[u8], server_name: &str) -> Result<Vec<u8>, JsValue> {
        self.showing
            .finish(ke2, server_name, &mut chance)
            .map_err(failed)
    }
}

/// Runs the vectors of RFC 9807; how many those were.
#[cfg(feature = "testing")]
#[wasm_bindgen]
pub fn follow_vectors(json: &str) -> Result<u32, JsValue> {
    password::testing::follow(json).map_err(|why| JsValue::from_str(&why))
}

fn chance(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("every browser that runs this has crypto.getRandomValues");
}

fn unfit(unfit: Unfit) -> JsValue {
    JsValue::from_str(match unfit {
        Unfit::Short => "short",
        Unfit::Long => "long",
        Unfit::Simple => "simple",
    })
}

fn failed(error: Error) -> JsValue {
    JsValue::from_str(match error {
        Error::Wrong => "wrong",
        Error::Strange => "strange",
    })
}
