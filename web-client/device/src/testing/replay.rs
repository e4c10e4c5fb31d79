//! What one device met, to be met again elsewhere: the same code in a browser's engine, measured. All
//! randomness is a function of each input's number, and whoever meets it again sets the engine's clock to
//! the recording's (key packages bear real time), so the keys are the same ones and every answer and message
//! fits. What comes of each input is compared: a device that goes another way is not measured.

use protocol::Timestamp;
use serde::{Deserialize, Serialize};

use crate::api::{Effect, Input};
use crate::{Device, chance};

/// A device's life so far, from an empty store on.
#[derive(Debug, Serialize, Deserialize)]
pub struct Recording {
    /// What its rows are sealed with, 32 bytes.
    pub vault_key: [u8; 32],
    /// What it signs.
    pub server_name: String,
    /// In order.
    pub met: Vec<Met>,
}

/// One input.
#[derive(Debug, Serialize, Deserialize)]
pub struct Met {
    /// The input.
    pub input: Input,
    /// By the device's clock.
    pub now: Timestamp,
    /// By the machine's.
    pub real: Timestamp,
    /// What came of it: [`trace`].
    pub effects: String,
    /// What it is measured as; most are not.
    pub measured: Option<String>,
}

/// Draws all of the calling thread's randomness from the number of an input, until [`chance::unseed`].
pub fn seed(device: u64, input: usize) {
    chance::seed(device << 32 | input as u64);
}

/// What comes of an input, in short.
pub fn trace(effects: &[Effect]) -> String {
    use sha2::{Digest as _, Sha256};
    let json = serde_json::to_vec(effects).unwrap_or_default();
    let hash = protocol::Bytes(Sha256::digest(json).to_vec());
    format!("{} {}", effects.len(), hash.to_base64url())
}

/// A recording that is met again.
pub struct Replay {
    device: Device,
    number: u64,
    met: std::vec::IntoIter<Met>,
    next: usize,
    /// Of the last input: what was recorded, what came.
    came: Option<(String, Vec<Effect>)>,
}

impl Replay {
    /// From the JSON of a [`Recording`] of the device with that number.
    ///
    /// # Errors
    /// Text that is no recording; a device that does not open.
    pub fn open(number: u64, json: &str) -> Result<Self, String> {
        let recording: Recording = serde_json::from_str(json).map_err(|why| why.to_string())?;
        let device = Device::open(recording.vault_key, recording.server_name, Vec::new());
        Ok(Self {
            device: device.map_err(|why| why.to_string())?,
            number,
            met: recording.met.into_iter(),
            next: 0,
            came: None,
        })
    }

    /// What the next input is measured as.
    pub fn measured(&self) -> Option<&str> {
        self.met.as_slice().first()?.measured.as_deref()
    }

    /// What the engine's clock must show now; none when all was met.
    pub fn real(&self) -> Option<Timestamp> {
        Some(self.met.as_slice().first()?.real)
    }

    /// Meets the next input, if there is one.
    ///
    /// # Errors
    /// What the device says: it has not gone the way of the recording.
    pub fn step(&mut self) -> Result<(), String> {
        let Some(met) = self.met.next() else {
            return Ok(());
        };
        seed(self.number, self.next);
        self.next += 1;
        let step = self.device.handle(met.input, met.now);
        self.came = Some((met.effects, step.map_err(|why| why.to_string())?.effects));
        Ok(())
    }

    /// Whether the same came of the last input as in the recording.
    ///
    /// # Errors
    /// It did not.
    pub fn check(&mut self) -> Result<(), String> {
        let Some((expected, effects)) = self.came.take() else {
            return Ok(());
        };
        let came = trace(&effects);
        if came == expected {
            return Ok(());
        }
        Err(format!("input {}: {came}, not {expected}", self.next - 1))
    }
}
