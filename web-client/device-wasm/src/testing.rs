//! Doors for tests, to the same code that the native tests run.

use device::testing::{passive, replay};
use wasm_bindgen::prelude::*;

/// Follows every scenario of a file of the MLS working group's passive clients.
#[wasm_bindgen]
pub fn follow_passive_clients(json: &str) -> Result<JsValue, JsValue> {
    let followed = passive::follow(json).map_err(|why| JsValue::from_str(&why))?;
    super::write(&followed)
}

/// What a native device met, met again in this engine.
#[wasm_bindgen]
pub struct Replay(replay::Replay);

#[wasm_bindgen]
impl Replay {
    /// From the JSON of a recording of the device with that number.
    pub fn open(number: u32, json: &str) -> Result<Replay, JsValue> {
        let replay = replay::Replay::open(number.into(), json);
        replay.map(Self).map_err(|why| JsValue::from_str(&why))
    }

    /// What the next input is measured as.
    pub fn measured(&self) -> Option<String> {
        self.0.measured().map(ToOwned::to_owned)
    }

    /// What `Date.now()` must say now, milliseconds; none when all was met.
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds below 2^53 until the year 287396"
    )]
    pub fn real_ms(&self) -> Option<f64> {
        self.0.real().map(|at| (at.micros() / 1_000) as f64)
    }

    /// Meets the next input.
    pub fn step(&mut self) -> Result<(), JsValue> {
        self.0.step().map_err(|why| JsValue::from_str(&why))
    }

    /// Throws unless the same came of it as in the recording.
    pub fn check(&mut self) -> Result<(), JsValue> {
        self.0.check().map_err(|why| JsValue::from_str(&why))
    }
}
