//! Doors for tests, to the same code that the native tests run.

use device::testing::passive;
use wasm_bindgen::prelude::*;

/// Follows every scenario of a file of the MLS working group's passive clients.
#[wasm_bindgen]
pub fn follow_passive_clients(json: &str) -> Result<JsValue, JsValue> {
    let followed = passive::follow(json).map_err(|why| JsValue::from_str(&why))?;
    super::write(&followed)
}
