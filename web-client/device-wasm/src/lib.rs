//! The device core as the browser's worker sees it: a typed skin, no logic.
//!
//! Values cross the boundary as the types of [`device::api`], whose TypeScript form is generated into
//! `web-client/src/core/types.gen.ts`. Every failure is a value `{code, detail}` thrown to the caller;
//! nothing here panics on a bad message, because a panic would kill the worker.

mod tagged;
#[cfg(feature = "testing")]
mod testing;

use device::api::Step;
use protocol::{Code, Timestamp};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

/// A row, as the worker read it from IndexedDB.
#[derive(Deserialize)]
struct Row {
    #[serde(with = "serde_bytes")]
    key: Vec<u8>,
    #[serde(with = "serde_bytes")]
    value: Vec<u8>,
}

#[derive(Serialize)]
struct Failure<'a> {
    code: &'a str,
    detail: String,
}

/// A person's device. Free it, and open it again from the store, whenever storing a step failed.
#[wasm_bindgen]
pub struct Device {
    device: device::Device,
}

#[wasm_bindgen]
impl Device {
    /// Opens a device from its rows; an empty list makes a new one. `shared` says whether [`Device::share`] was
    /// ever stored, `share` what it was called with, if that is here.
    pub fn open(
        vault_key: &[u8],
        shared: bool,
        share: Option<Vec<u8>>,
        server_name: &str,
        rows: JsValue,
    ) -> Result<Device, JsValue> {
        let share = share.map(|share| key(&share)).transpose()?;
        let server_name = server_name.to_owned();
        device::Device::open_shared(key(vault_key)?, (shared, share), server_name, table(rows)?)
            .map(|device| Self { device })
            .map_err(|error| failed(&error))
    }

    /// Seals everything anew, under the server's share too; `items` is the whole of that table. What comes back
    /// replaces both tables.
    pub fn share(
        &mut self,
        vault_key: &[u8],
        share: &[u8],
        items: JsValue,
    ) -> Result<JsValue, JsValue> {
        let sealed = self
            .device
            .share(key(vault_key)?, key(share)?, table(items)?)
            .map_err(|error| failed(&error))?;
        write(&sealed)
    }

    /// Handles one input at a time, in microseconds since 1970 UTC by the browser's clock. On a thrown
    /// failure nothing was changed.
    pub fn handle(&mut self, input: JsValue, now_micros: f64) -> Result<JsValue, JsValue> {
        let input = tagged::input(input).map_err(|error| unread(&error))?;
        let step: Step = self
            .device
            .handle(input, timestamp(now_micros))
            .map_err(|error| failed(&error))?;
        write(&step)
    }

    /// Opens one row of the table `items`.
    pub fn open_item(&self, key: &[u8], sealed: &[u8]) -> Result<JsValue, JsValue> {
        let item = self
            .device
            .open_item(key, sealed)
            .map_err(|error| failed(&error))?;
        write(&item)
    }
}

fn key(bytes: &[u8]) -> Result<[u8; 32], JsValue> {
    bytes
        .try_into()
        .map_err(|_| thrown(Code::BadRequest, "a key of 32 bytes"))
}

/// Keys and values, sealed.
type Rows = Vec<(Vec<u8>, Vec<u8>)>;

fn table(rows: JsValue) -> Result<Rows, JsValue> {
    let rows: Vec<Row> = read(rows)?;
    Ok(rows.into_iter().map(|row| (row.key, row.value)).collect())
}

/// JavaScript's numbers hold microseconds exactly until the year 2255.
#[expect(
    clippy::cast_possible_truncation,
    reason = "whole microseconds below 2^53"
)]
fn timestamp(micros: f64) -> Timestamp {
    Timestamp::from_micros(micros as i64)
}

fn read<T: for<'de> Deserialize<'de>>(value: JsValue) -> Result<T, JsValue> {
    serde_wasm_bindgen::from_value(value).map_err(|error| unread(&error))
}

fn unread(error: &serde_wasm_bindgen::Error) -> JsValue {
    thrown(Code::BadRequest, &error.to_string())
}

fn write(value: &impl Serialize) -> Result<JsValue, JsValue> {
    let plain = serde_wasm_bindgen::Serializer::new().serialize_missing_as_null(true);
    value
        .serialize(&plain)
        .map_err(|error| thrown(Code::Internal, &error.to_string()))
}

fn failed(error: &device::Error) -> JsValue {
    thrown(error.code(), &error.to_string())
}

fn thrown(code: Code, detail: &str) -> JsValue {
    let failure = Failure {
        code: code.as_str(),
        detail: detail.to_owned(),
    };
    serde_wasm_bindgen::to_value(&failure).unwrap_or(JsValue::NULL)
}
