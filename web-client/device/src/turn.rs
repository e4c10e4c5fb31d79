//! One input's work: a draft of rows, the volatile part, and what is to be done once it is stored.

use std::collections::BTreeMap;

use protocol::frame::{ClientFrame, Cursor};
use protocol::{CircleId, Code, OpId, Timestamp};

use crate::api::{Counters, Effect, Event, Item, Link};
use crate::chance;
use crate::error::{Error, Result};
use crate::rows::{Changes, Draft, Rows};
use crate::sealing::Sealed;
use crate::state::{Circle, Me, Why, key};
use crate::volatile::Volatile;

mod requests;

/// Everything that one input leads to.
pub struct Turn<'a> {
    pub draft: Draft<'a>,
    pub volatile: Volatile,
    pub now: Timestamp,
    pub server_name: &'a str,
    pub effects: Vec<Effect>,
    items: Changes,
    changed_items: BTreeMap<CircleId, Vec<Item>>,
    pub circles_changed: bool,
    pub status_changed: bool,
    pub devices_changed: bool,
    pub counters: Counters,
}

/// A turn that succeeded.
pub struct Finished {
    pub changes: Changes,
    pub items: Changes,
    pub volatile: Volatile,
    pub effects: Vec<Effect>,
}

impl<'a> Turn<'a> {
    pub fn new(rows: &'a Rows, volatile: Volatile, server_name: &'a str, now: Timestamp) -> Self {
        let first = volatile.link.is_none();
        Self {
            draft: Draft::new(rows),
            volatile,
            now,
            server_name,
            effects: Vec::new(),
            items: Changes::new(),
            changed_items: BTreeMap::new(),
            circles_changed: first,
            status_changed: first,
            devices_changed: false,
            counters: Counters::default(),
        }
    }

    /// Ends the turn: news for people come last, after what leaves the device.
    pub fn finish(mut self) -> Result<Finished> {
        if self.volatile.link.is_none() {
            let at_rest = if self.is_signed_out() {
                Link::SignedOut
            } else {
                Link::Idle
            };
            self.volatile.link = Some(at_rest);
            self.count(true)?;
            if self.volatile.sealed == Sealed::Open {
                self.draft.part_secrets()?;
            }
        }
        self.count(false)?;
        if self.status_changed {
            let status = self.status()?;
            self.event(Event::Status { status });
        }
        // A closed browser knows of none: that is no news of theirs.
        if self.circles_changed && self.volatile.sealed != Sealed::Closed {
            let circles = self.circle_views()?;
            self.event(Event::Circles { circles });
        }
        if self.devices_changed
            && let Some(devices) = self.devices_view()?
        {
            self.event(Event::Devices { devices });
        }
        for (circle, items) in std::mem::take(&mut self.changed_items) {
            self.event(Event::Items { circle, items });
        }
        Ok(Finished {
            changes: self.draft.into_changes(),
            items: self.items,
            volatile: self.volatile,
            effects: self.effects,
        })
    }

    /// Adds to what was counted before, and tells of it if asked to or if something was counted.
    fn count(&mut self, tell: bool) -> Result<()> {
        let more = std::mem::take(&mut self.counters);
        if more == Counters::default() && !tell {
            return Ok(());
        }
        let mut counters: Counters = self.draft.read(key::COUNTERS)?.unwrap_or_default();
        if more != Counters::default() {
            counters.add(more);
            self.draft.write(key::COUNTERS, &counters);
        }
        self.event(Event::Counters { counters });
        Ok(())
    }

    /// Who this device belongs to.
    pub fn me(&self) -> Result<Option<Me>> {
        self.draft.me()
    }

    /// Who this device belongs to, where there is no way here without.
    pub fn must_me(&self) -> Result<Me> {
        self.me()?.ok_or(Error::refused(
            Code::DeviceUnknown,
            "this device is not enrolled",
        ))
    }

    pub fn event(&mut self, event: Event) {
        self.effects.push(Effect::Event { event });
    }

    pub fn problem(&mut self, circle: Option<CircleId>, code: Code, detail: impl Into<String>) {
        self.event(Event::Problem {
            circle,
            code,
            detail: detail.into(),
        });
    }

    pub fn link(&self) -> Link {
        self.volatile.link.unwrap_or(Link::Idle)
    }

    pub fn set_link(&mut self, link: Link) {
        if self.volatile.link != Some(link) {
            self.volatile.link = Some(link);
            self.status_changed = true;
        }
    }

    pub fn is_online(&self) -> bool {
        self.link() == Link::Online
    }

    /// Sends a frame if there is a socket to send it on.
    pub fn send(&mut self, frame: &ClientFrame) {
        self.effects.push(Effect::Send {
            bytes: frame.to_bytes(),
        });
    }

    /// Tells the server to go on with a circle's log from here.
    pub fn follow(&mut self, circle: &Circle) {
        let Some(joined) = &circle.joined else {
            return;
        };
        if self.is_online() {
            let cursor = Cursor {
                circle: circle.id,
                generation: joined.generation,
                seq: joined.cursor,
            };
            self.send(&ClientFrame::FetchLog(cursor));
        } else {
            self.volatile.unfollowed.insert(circle.id);
        }
    }

    pub fn timer(&mut self, after_ms: u32) {
        self.effects.push(Effect::Timer { after_ms });
    }

    pub fn op_id() -> OpId {
        OpId::from_bytes(chance::bytes())
    }

    /// Writes an item and tells people.
    pub fn put_item(&mut self, circle: &mut Circle, place: Vec<u8>, item: Item) -> Result<()> {
        let bytes = minicbor_serde::to_vec(&item).map_err(Error::mls)?;
        circle.newest = Some(bytes.clone().into());
        self.circles_changed = true;
        self.items.insert(place, Some(bytes));
        self.changed_items.entry(circle.id).or_default().push(item);
        Ok(())
    }

    /// Writes an item of the past and tells people; the list goes on showing the newest.
    pub fn put_old_item(&mut self, circle: CircleId, place: Vec<u8>, item: Item) -> Result<()> {
        let bytes = minicbor_serde::to_vec(&item).map_err(Error::mls)?;
        self.items.insert(place, Some(bytes));
        self.changed_items.entry(circle).or_default().push(item);
        Ok(())
    }

    /// Takes an item from its waiting place.
    pub fn delete_item(&mut self, place: Vec<u8>) {
        self.items.insert(place, None);
    }

    /// Takes everything that was said in a circle from the disk.
    pub fn delete_items(&mut self, circle: CircleId) {
        self.items
            .retain(|at, _| !at.starts_with(circle.as_bytes()));
        self.changed_items.remove(&circle);
        self.items.insert(circle.as_bytes().to_vec(), None);
    }

    /// Does something with one circle; if it fails, only that circle stops, with the reason.
    pub fn in_circle(
        &mut self,
        id: CircleId,
        work: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let savepoint = self.draft.savepoint();
        let Err(error) = work(self) else {
            return Ok(());
        };
        self.draft.roll_back(savepoint);
        match error {
            Error::Group(_) => self.fall(id, Why::OutOfStep, None),
            error => self.stop(id, error.code(), &error.to_string()),
        }
    }

    /// Asks for the log after this device's place again.
    pub fn fetch_log(&mut self, id: CircleId) -> Result<()> {
        if let Some(circle) = self.draft.circle(id)? {
            self.follow(&circle);
        }
        Ok(())
    }

    /// Stops a circle: nothing is merged or sent there until a human resets it.
    pub fn stop(&mut self, id: CircleId, code: Code, reason: &str) -> Result<()> {
        if let Some(mut circle) = self.draft.circle(id)?
            && circle.stopped.is_none()
        {
            circle.stopped = Some(reason.to_owned());
            self.draft.save(&circle);
            self.circles_changed = true;
            self.problem(Some(id), code, reason);
        }
        Ok(())
    }
}
