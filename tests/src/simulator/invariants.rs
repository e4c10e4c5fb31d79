//! What must hold after every step, and at the end (messaging.md, section 13).
//!
//! A look costs as much as what changed: only devices that heard something since the last look, and only
//! items that they wrote.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail, ensure};
use device::api::Content;
use device::simulated::Place;
use protocol::{CircleId, DeviceId};

use super::phone::{Phone, text_of};

mod log;
mod reading;
mod thief;
mod tree;

pub use log::{Log, Seat, head, no_canary, read_log};
pub use thief::Cut;
pub use tree::Tree;

use reading::{Excuses, Readable, Shown};

/// What is known of one device.
#[derive(Default)]
struct Seen {
    places: Vec<Place>,
    /// The texts on its disk, by their place.
    texts: BTreeMap<Vec<u8>, String>,
    /// How often it was put back to an old copy.
    put_back: usize,
}

/// Looks on.
pub struct Watch {
    circle: CircleId,
    /// I1: of every (generation, epoch) the authenticator that a device showed first.
    authenticators: BTreeMap<(u32, u64), Vec<u8>>,
    cuts: Vec<Cut>,
    seen: BTreeMap<String, Seen>,
}

impl Watch {
    /// At one circle.
    pub fn new(circle: CircleId) -> Self {
        Self {
            circle,
            authenticators: BTreeMap::new(),
            cuts: Vec::new(),
            seen: BTreeMap::new(),
        }
    }

    /// A device was put back to an old copy: what it had read since, it has not read.
    pub fn forgot(&mut self, name: &str) {
        let seen = self.seen.entry(name.to_owned()).or_default();
        seen.put_back += 1;
        seen.texts.clear();
    }

    /// Whether anybody sees a removal waiting.
    pub fn removing(&self, phones: &[Phone]) -> bool {
        phones
            .iter()
            .filter(|phone| !phone.gone && phone.device.is_some())
            .filter_map(|phone| self.seen.get(&phone.name))
            .any(|seen| seen.places.iter().any(|place| place.removing))
    }

    /// The device's id, once it has one.
    pub fn device_of(phone: &Phone) -> Option<DeviceId> {
        match &phone.device {
            Some(device) => device.device_id().ok()?,
            None => phone.copy().ok()?.device_id().ok()?,
        }
    }

    /// A device is somebody else's from here on.
    pub fn cut(&mut self, phone: &Phone, head: Seat) -> Result<()> {
        self.cuts.push(Cut {
            name: phone.name.clone(),
            device: phone.copy()?,
            head,
        });
        Ok(())
    }

    /// Those that were taken out, as they were then.
    pub fn cuts(&self) -> &[Cut] {
        &self.cuts
    }

    /// After every step: I1, I3 (no text twice), and nobody stopped.
    pub fn look(&mut self, phones: &mut [Phone]) -> Result<()> {
        for phone in phones.iter_mut().filter(|phone| !phone.gone) {
            if phone.device.is_some() && std::mem::take(&mut phone.moved) {
                self.look_at(phone)?;
            }
        }
        Ok(())
    }

    fn look_at(&mut self, phone: &mut Phone) -> Result<()> {
        let places = phone.places()?;
        for place in &places {
            if let Some(reason) = &place.stopped {
                bail!("{} stopped with an honest server: {reason}", phone.name);
            }
            let Some((generation, epoch, authenticator)) = &place.group else {
                continue;
            };
            let first = self
                .authenticators
                .entry((*generation, *epoch))
                .or_insert_with(|| authenticator.clone());
            ensure!(
                first == authenticator,
                "I1: {} has another epoch {generation}/{epoch}",
                phone.name
            );
        }
        let seen = self.seen.entry(phone.name.clone()).or_default();
        seen.places = places;
        shown_once(seen, phone)
    }

    /// I4: whether everybody is at the same place with nothing on the way.
    pub fn at_rest(&self, phones: &[Phone]) -> bool {
        self.unrest(phones).is_empty()
    }

    /// Who is not.
    pub fn unrest(&self, phones: &[Phone]) -> String {
        let mut seats = BTreeSet::new();
        let mut unrest = Vec::new();
        for phone in phones.iter().filter(|phone| !phone.gone) {
            let places = self.seen.get(&phone.name).map(|seen| &seen.places);
            let mut places = places.into_iter().flatten();
            let Some(place) = places.find(|place| place.circle == self.circle) else {
                unrest.push(format!("{} does not know the circle", phone.name));
                continue;
            };
            let group = place
                .group
                .as_ref()
                .map(|(generation, epoch, _)| (*generation, *epoch));
            let quiet = phone.is_quiet();
            if group.is_none() || !place.settled || place.waiting > 0 || !quiet {
                unrest.push(format!(
                    "{}: group {group:?} cursor {} settled {} waiting {} quiet {quiet} socket {} timers {} ({})",
                    phone.name,
                    place.cursor,
                    place.settled,
                    place.waiting,
                    phone.socket.is_some(),
                    phone.timers.len(),
                    place.note
                ));
            }
            seats.insert((group, place.cursor));
        }
        if seats.len() > 1 {
            unrest.push(format!("places differ: {seats:?}"));
        }
        unrest.join("; ")
    }

    /// At the end: I2, I3, I9.
    pub fn judge(&mut self, phones: &[Phone], log: &Log) -> Result<()> {
        for cut in &mut self.cuts {
            thief::opens_nothing(cut, self.circle, log)?;
        }
        for phone in phones.iter().filter(|phone| !phone.gone) {
            let since = log
                .since
                .get(&phone.person.account)
                .copied()
                .unwrap_or_default();
            let device = Self::device_of(phone);
            let came = device.and_then(|device| log.came.get(&device).copied());
            let came = came.unwrap_or_default();
            let readable = Readable::of(log, since, came);
            let shown = shown_by(phone)?;
            let seen = self.seen.get(&phone.name).context("looked at")?;
            let dark = seen.places.iter().flat_map(|place| &place.dark);
            let dark: Vec<_> = dark.copied().collect();
            let excuses = Excuses {
                put_back: seen.put_back > 0,
                dark: &dark,
            };
            if let Some(lost) = readable.lost(&shown, &excuses) {
                let notes: Vec<_> = seen.places.iter().map(|place| &place.note).collect();
                bail!(
                    "I3/I9: {} never read the message at {lost:?} ({notes:?}, put back {} times)",
                    phone.name,
                    seen.put_back
                );
            }
            if let Some(strange) = readable.strange(&shown) {
                bail!(
                    "I3: {} reads a message that it cannot read at {strange:?}",
                    phone.name
                );
            }
        }
        Ok(())
    }
}

/// I3: no text twice. Looks at the items that the device wrote since the last look.
fn shown_once(seen: &mut Seen, phone: &mut Phone) -> Result<()> {
    let device = phone.device.as_ref().context("it runs")?;
    let written = std::mem::take(&mut phone.written);
    for place in &written {
        seen.texts.remove(place);
    }
    for place in written {
        let Some(sealed) = phone.disk.items.get(&place) else {
            continue;
        };
        let item = device.open_item(&place, sealed)?;
        let Some((text, _)) = text_of(&item) else {
            continue;
        };
        let twice = seen.texts.values().any(|shown| shown == text);
        ensure!(!twice, "I3: {} shows {text} twice", phone.name);
        seen.texts.insert(place, text.to_owned());
    }
    Ok(())
}

/// What a device's disk says of each place.
fn shown_by(phone: &Phone) -> Result<Shown> {
    let mut shown = Shown::default();
    for (key, item) in phone.disk.items.keys().zip(phone.items()?) {
        let seats = match &item.content {
            Content::Text { .. } => &mut shown.texts,
            Content::Unreadable { reason } if reason == "not_kept" => &mut shown.not_kept,
            _ => continue,
        };
        let place = key.get(16..24).context("a place has 8 bytes")?;
        let place = u64::from_be_bytes(place.try_into()?);
        let waiting = place >= u64::MAX / 2;
        ensure!(
            !waiting,
            "I3: {} still has a message on its way",
            phone.name
        );
        seats.insert((u32::try_from(place >> 40)?, place & ((1 << 40) - 1)));
    }
    Ok(shown)
}
