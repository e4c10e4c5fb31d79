//! A copy of an honest device in the hands of a server that answers what it likes.

use anyhow::{Result, bail};
use device::Device;
use device::api::{Command, Effect, Input, Step};
use protocol::frame::{LogEntry, LogPage, Ready, ServerFrame};
use protocol::http::Ticket;
use protocol::{AccountId, Bytes, CircleId, DeviceId, EntryKind, OpId, Timestamp, Urgency};

use super::phone::Phone;

/// Inputs after which a device that is told lies must have come to an end.
const INPUTS_MAX: usize = 200;

/// An answer to a request.
pub type Lie = (u16, Vec<u8>);

/// The copy.
pub struct Puppet {
    device: Device,
    circle: CircleId,
    account: AccountId,
    now: Timestamp,
}

/// Where a device stands in its group.
pub type Stand = Option<(u32, u64, Vec<u8>)>;

impl Puppet {
    /// Of a device that runs. Nothing that it is told reaches the original.
    pub fn of(phone: &Phone, circle: CircleId, now: Timestamp) -> Option<Self> {
        Some(Self {
            device: phone.device.as_ref()?.duplicate(),
            circle,
            account: phone.person.account,
            now,
        })
    }

    /// The device itself.
    pub fn device(&mut self) -> &mut Device {
        &mut self.device
    }

    /// Time goes on for it.
    pub fn wait_s(&mut self, seconds: i64) {
        self.now = self.now.plus_seconds(seconds);
    }

    /// Who is in its group.
    pub fn accounts(&self) -> Result<Vec<AccountId>> {
        Ok(self.device.accounts(self.circle)?)
    }

    /// Its group's generation, epoch and authenticator, and how far it has read.
    pub fn stand(&self) -> Result<(Stand, u64)> {
        let places = self.device.places()?;
        let place = places.into_iter().find(|place| place.circle == self.circle);
        Ok(place.map_or((None, 0), |place| (place.group, place.cursor)))
    }

    /// It goes online.
    pub fn connects(&mut self, answer: &mut dyn FnMut(&str, &[u8]) -> Lie) -> Result<()> {
        let command = Command::Connect;
        self.drive(Input::Command { command }, answer)?;
        let ready = ServerFrame::Ready(Ready {
            account: self.account,
            now: self.now,
            positions: Vec::new(),
            key_packages: 20,
        });
        self.hears(&ready, answer)
    }

    /// A frame comes.
    pub fn hears(
        &mut self,
        frame: &ServerFrame,
        answer: &mut dyn FnMut(&str, &[u8]) -> Lie,
    ) -> Result<()> {
        let bytes = frame.to_bytes();
        self.drive(Input::Frame { bytes }, answer)
    }

    /// The next entry of its log comes, whatever it is.
    pub fn reads(&mut self, kind: EntryKind, mls: Bytes, by: DeviceId) -> Result<()> {
        let (stand, cursor) = self.stand()?;
        let Some((generation, epoch, _)) = stand else {
            return Ok(());
        };
        let entry = LogEntry {
            seq: cursor + 1,
            kind,
            epoch,
            device: by,
            op_id: OpId::from_bytes([0xbd; 16]),
            mls,
            body: Bytes::default(),
            wrap: Bytes::default(),
            era: 1,
            urgency: Urgency::Routine,
            accepted_at: self.now,
        };
        let page = LogPage {
            circle: self.circle,
            generation,
            head: entry.seq,
            entries: vec![entry],
        };
        self.hears(&ServerFrame::Log(page), &mut |_, _| (0, Vec::new()))
    }

    /// One input, and every answer that the server gives to what follows from it.
    pub fn drive(
        &mut self,
        input: Input,
        answer: &mut dyn FnMut(&str, &[u8]) -> Lie,
    ) -> Result<()> {
        let mut inputs = vec![input];
        for _ in 0..INPUTS_MAX {
            let Some(input) = inputs.pop() else {
                return Ok(());
            };
            let Step { effects, .. } = self.device.handle(input, self.now)?;
            for effect in effects {
                match effect {
                    Effect::Request { id, path, body, .. } => {
                        let (status, body) = if path == "/v1/tickets" {
                            let ticket = Ticket {
                                ticket: vec![7; 32].into(),
                                expires_at: self.now.plus_seconds(30),
                            };
                            (200, serde_json::to_vec(&ticket)?)
                        } else {
                            answer(&path, &body)
                        };
                        inputs.push(Input::Answer { id, status, body });
                    }
                    Effect::Connect => inputs.push(Input::Opened),
                    _ => {}
                }
            }
        }
        bail!("a device that is told lies never rests")
    }
}
