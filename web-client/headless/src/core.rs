//! The core as the host drives it. Outside this crate's own tests there is one: [`device::Device`].

use device::Device;
use device::api::{Input, Item, Step};
use protocol::Timestamp;

use crate::store::Rows;

/// Makes a core from the rows of the table `state`; again whenever storing a step failed.
pub(crate) type Open = Box<dyn Fn(Rows) -> Result<Box<dyn Core>, device::Error> + Send>;

pub(crate) trait Core {
    /// One input, one step; on error nothing was changed.
    fn handle(&mut self, input: Input, now: Timestamp) -> Result<Step, device::Error>;

    /// Opens one row of the table `items`.
    fn open_item(&self, key: &[u8], sealed: &[u8]) -> Result<Item, device::Error>;
}

impl Core for Device {
    fn handle(&mut self, input: Input, now: Timestamp) -> Result<Step, device::Error> {
        Device::handle(self, input, now)
    }

    fn open_item(&self, key: &[u8], sealed: &[u8]) -> Result<Item, device::Error> {
        Device::open_item(self, key, sealed)
    }
}
