//! What can happen: somebody speaks, time passes, things break, somebody must go.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use care::Caller;
use device::api::{Command, Input};
use protocol::frame::{CommitPlease, ServerFrame};
use protocol::http::{LeaveCircle, RevokeDevice, WithdrawConsent};
use protocol::{ConsentId, OpId, Urgency};
use store::Store;
use testkit::{Person, SeededChance};

use super::super::invariants::{self, Watch};
use super::super::wire;
use super::World;
use super::server::settings;

impl World<'_> {
    pub(super) fn somebody_speaks(&mut self) -> Result<()> {
        let running = self.running();
        let Some(index) = self.dice.pick(&running) else {
            return Ok(());
        };
        self.said += 1;
        let text = format!("canary-{}-{}", self.plan.seed, self.said);
        let command = Command::Send {
            circle: self.circle,
            text,
            urgency: Urgency::Routine,
        };
        let now = self.now();
        self.phones[index].is_told(command, now)?;
        Ok(())
    }

    /// Staff or the client switch history on or off.
    pub(super) fn somebody_sets_history(&mut self) -> Result<()> {
        let mut running = self.running();
        let may = [self.people.client, self.people.manager];
        running.retain(|index| may.contains(&self.phones[*index].person));
        let Some(index) = self.dice.pick(&running) else {
            return Ok(());
        };
        let keep = self.dice.percent(50);
        self.note(if keep { "history on" } else { "history off" });
        let command = Command::KeepHistory {
            circle: self.circle,
            keep,
        };
        let now = self.now();
        self.phones[index].is_told(command, now)?;
        Ok(())
    }

    pub(super) fn advance_s(&mut self, seconds: i64) -> Result<()> {
        self.clock.advance(seconds);
        self.tick()
    }

    pub(super) fn tick(&mut self) -> Result<()> {
        let now = self.now();
        for index in self.running() {
            let due = self.phones[index].timers.iter().any(|at| *at <= now);
            if due {
                self.phones[index].timers.retain(|at| *at > now);
                self.phones[index].hear(Input::Tick, now, true)?;
            }
        }
        Ok(())
    }

    pub(super) fn time_passes(&mut self) -> Result<()> {
        let seconds = 1 + i64::try_from(self.dice.below(5))?;
        self.advance_s(seconds)
    }

    /// Long enough for keys to be renewed.
    pub(super) fn a_long_time_passes(&mut self) -> Result<()> {
        let days = 1 + i64::try_from(self.dice.below(9))?;
        self.advance_s(days * 86_400)
    }

    pub(super) fn a_device_restarts(&mut self) -> Result<()> {
        let living = self.living();
        let Some(index) = self.dice.pick(&living) else {
            return Ok(());
        };
        self.restarts += 1;
        self.tell(|| format!("{} restarts", self.phones[index].name));
        self.phones[index].die();
        self.switch_on(index)
    }

    pub(super) fn switch_on(&mut self, index: usize) -> Result<()> {
        let now = self.now();
        self.phones[index].open()?;
        self.phones[index].is_told(Command::Connect, now)?;
        Ok(())
    }

    /// In order, or by a crash: then the next process finds what the disk had at that moment.
    pub(super) fn the_server_dies(&mut self) -> Result<()> {
        let Some(store) = self.store.take() else {
            return Ok(());
        };
        let crashes = self.dice.percent(50);
        self.note(if crashes {
            "server crashes"
        } else {
            "server stops"
        });
        self.tree.close(self.runtime)?;
        if crashes {
            let next = self.root.join(format!("after-crash-{}", self.restarts));
            std::fs::create_dir(&next)?;
            for file in ["carecircle.sqlite", "carecircle.sqlite-wal"] {
                let left = self.directory.join(file);
                if left.exists() {
                    std::fs::copy(left, next.join(file))?;
                }
            }
            self.directory = next;
        }
        self.runtime.block_on(store.close());
        for phone in &mut self.phones {
            phone.cut();
        }
        self.back_at = self.step + self.dice.below(6);
        Ok(())
    }

    pub(super) fn the_server_comes_back(&mut self) -> Result<()> {
        self.restarts += 1;
        self.note("server starts");
        let seed = self.plan.seed ^ u64::try_from(self.restarts)?;
        let chance = Arc::new(SeededChance::new(seed));
        let settings = settings(&self.directory, &self.clock, chance, &self.woken);
        self.store = Some(self.runtime.block_on(Store::open(settings))?);
        Ok(())
    }

    pub(super) fn a_connection_breaks(&mut self) {
        let running = self.running();
        if let Some(index) = self.dice.pick(&running) {
            self.tell(|| format!("{} loses its connection", self.phones[index].name));
            self.phones[index].cut();
        }
    }

    pub(super) fn a_copy_is_made(&mut self) {
        let living = self.living();
        if let Some(index) = self.dice.pick(&living) {
            self.phones[index].snapshot = Some(self.phones[index].disk.clone());
        }
    }

    /// A device goes on from an old copy of its disk.
    pub(super) fn an_old_copy_comes_back(&mut self) -> Result<()> {
        let living: Vec<usize> = self
            .living()
            .into_iter()
            .filter(|index| self.phones[*index].snapshot.is_some())
            .collect();
        let Some(index) = self.dice.pick(&living) else {
            return Ok(());
        };
        self.note("old copy");
        self.faults += 1;
        if let Some(disk) = self.phones[index].snapshot.clone() {
            self.watch.forgot(&self.phones[index].name);
            self.phones[index].put_back(disk);
        }
        self.switch_on(index)
    }

    /// The server asks one device that is online to commit a removal.
    pub(super) fn the_server_asks(&mut self) {
        let mut online = self.running();
        online.retain(|index| {
            let socket = self.phones[*index].socket.as_ref();
            socket.is_some_and(|socket| socket.sent.contains_key(&self.circle))
        });
        if let (Some(index), true) = (self.dice.pick(&online), self.watch.removing(&self.phones)) {
            let please = CommitPlease {
                circle: self.circle,
                deadline: self.now(),
            };
            self.phones[index].push(&ServerFrame::CommitPlease(please));
        }
    }

    /// Somebody's right ends: a consent is withdrawn, a device is revoked, a caregiver leaves.
    pub(super) fn somebody_must_go(&mut self) -> Result<()> {
        let Some(store) = self.store.clone() else {
            return Ok(());
        };
        let op_id = OpId::from_bytes([u8::try_from(self.removals % 200)? + 1; 16]);
        let way = self.dice.below(3);
        if way < 2 && !self.consents.is_empty() {
            let which = self.dice.below(self.consents.len());
            let (person, consent) = self.consents.remove(which);
            let leaves = way == 1;
            return self.a_caregiver_goes(&store, (person, consent), op_id, leaves);
        }
        self.a_device_is_revoked(&store, op_id)
    }

    /// A person signs out and, the same day or some days later, in again: old leaves are renewed.
    pub(super) fn somebody_comes_in_again(&mut self) -> Result<()> {
        let running = self.running();
        let Some(index) = self.dice.pick(&running) else {
            return Ok(());
        };
        self.note("somebody comes in again");
        let now = self.now();
        self.phones[index].is_told(Command::SignOut, now)?;
        let days = i64::try_from(self.dice.below(4))?;
        self.advance_s(days * 86_400 + 1)?;
        let now = self.now();
        self.phones[index].is_told(Command::SignIn, now)?;
        Ok(())
    }

    /// Who ends a right needs a session: if staff and client have none, they open their devices in peace.
    pub(super) fn somebody_signs_in(&mut self) -> Result<()> {
        let owners = [self.people.client, self.people.manager];
        let signed_in = |owner: &Person| self.session_of(*owner).is_some();
        if self.store.is_none() || owners.iter().all(signed_in) {
            return Ok(());
        }
        for index in self.living() {
            if owners.contains(&self.phones[index].person) {
                self.phones[index].die();
                self.switch_on(index)?;
            }
        }
        let calm = std::mem::replace(&mut self.calm, true);
        self.settle(200)?;
        self.calm = calm;
        Ok(())
    }

    pub(super) fn a_caregiver_goes(
        &mut self,
        store: &Store,
        (person, consent): (Person, ConsentId),
        op_id: OpId,
        leaves: bool,
    ) -> Result<()> {
        let Some(manager) = self.session_of(self.people.manager) else {
            self.consents.push((person, consent));
            return Ok(());
        };
        let own = if leaves {
            self.session_of(person)
        } else {
            None
        };
        let done = match own {
            Some(caller) => self.runtime.block_on(store.leave_circle(
                &caller,
                self.circle,
                LeaveCircle { op_id },
            )),
            None => self
                .runtime
                .block_on(store.withdraw_consent(
                    &manager,
                    consent,
                    WithdrawConsent {
                        op_id,
                        clear_calendar: false,
                    },
                ))
                .map(|_| ()),
        };
        if done.is_err() {
            self.consents.push((person, consent));
            return Ok(());
        }
        self.note("a caregiver goes");
        for index in 0..self.phones.len() {
            if self.phones[index].person == person {
                self.gone(index)?;
            }
        }
        self.wake()
    }

    pub(super) fn a_device_is_revoked(&mut self, store: &Store, op_id: OpId) -> Result<()> {
        let owners = [self.people.client, self.people.manager];
        let Some(owner) = self.dice.pick(&owners) else {
            return Ok(());
        };
        let own: Vec<usize> = self
            .living()
            .into_iter()
            .filter(|index| self.phones[*index].person == owner)
            .collect();
        let Some(caller) = self.session_of(owner) else {
            return Ok(());
        };
        let Some(victim) = own.into_iter().find(|index| {
            let device = Watch::device_of(&self.phones[*index]);
            device.is_some_and(|device| device != caller.device)
        }) else {
            return Ok(());
        };
        let device = Watch::device_of(&self.phones[victim]).context("just seen")?;
        let done =
            self.runtime
                .block_on(store.revoke_device(&caller, device, RevokeDevice { op_id }));
        if done.is_ok() {
            self.note("a device is revoked");
            self.gone(victim)?;
            self.wake()?;
        }
        Ok(())
    }

    /// A device is somebody else's now: what it has must open nothing that comes after.
    pub(super) fn gone(&mut self, index: usize) -> Result<()> {
        self.removals += 1;
        let head = self
            .runtime
            .block_on(invariants::head(self.circle, &self.directory))?;
        self.watch.cut(&self.phones[index], head)?;
        self.phones[index].die();
        self.phones[index].gone = true;
        Ok(())
    }

    pub(super) fn session_of(&self, person: Person) -> Option<Caller> {
        let store = self.store.clone()?;
        for phone in &self.phones {
            if phone.person == person && !phone.gone {
                let found = self
                    .runtime
                    .block_on(wire::caller(&store, phone.cookie.as_ref()));
                if let Ok(caller) = found {
                    return Some(caller);
                }
            }
        }
        None
    }
}
