//! The end of a simulation, and what is looked at on the way there.

use anyhow::{Result, bail};
use device::api::Command;
use device::simulated;
use protocol::frame::{CommitPlease, ServerFrame};

use super::World;

impl World<'_> {
    /// The faults end: everybody comes back, and to the same place.
    pub(super) fn come_to_rest(&mut self) -> Result<()> {
        self.calm = true;
        if self.store.is_none() {
            self.the_server_comes_back()?;
        }
        for index in self.living() {
            if self.phones[index].device.is_none() {
                self.switch_on(index)?;
            } else {
                let now = self.now();
                self.phones[index].is_told(Command::Connect, now)?;
            }
        }
        for round in 0..200 {
            self.settle(2_000)?;
            self.look()?;
            if round > 3 && self.watch.at_rest(&self.phones) {
                return Ok(());
            }
            self.everybody_is_asked();
            self.advance_s(if round < 20 { 2 } else { 40 })?;
        }
        bail!("I4: no rest: {}", self.watch.unrest(&self.phones))
    }

    fn everybody_is_asked(&mut self) {
        let now = self.now();
        for phone in &mut self.phones {
            phone.push(&ServerFrame::CommitPlease(CommitPlease {
                circle: self.circle,
                deadline: now,
            }));
        }
    }

    /// The invariants that hold after every step.
    pub(super) fn look(&mut self) -> Result<()> {
        let twice = simulated::keys_used_twice();
        if twice > 0 {
            bail!("I5: {twice} keys encrypted twice");
        }
        self.listen();
        self.watch.look(&mut self.phones)
    }
}
