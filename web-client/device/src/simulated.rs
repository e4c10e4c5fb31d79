//! What a simulation looks at inside a device, and cannot see from outside. Nothing that ships has it.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use protocol::frame::{Append, LogEntry};
use protocol::{Bytes, CircleId, CircleStatus, GroupId, Timestamp};

pub use crate::group::intruder::Guise;
pub use crate::group::troublemaker::Oddity;

use crate::Device;
use crate::content::{Era, open_body, unwrap};
use crate::error::Result;
use crate::group::Group;
use crate::rows::Draft;
use crate::state::key;

/// A device's place in one circle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The circle.
    pub circle: CircleId,
    /// The group's generation, epoch and the epoch's authenticator, if the device is in it.
    pub group: Option<(u32, u64, Vec<u8>)>,
    /// The last log entry applied.
    pub cursor: u64,
    /// Messages that have no place in the log yet.
    pub waiting: usize,
    /// Nothing is wrong, nothing is on its way.
    pub settled: bool,
    /// Stretches of history whose era keys are missing: (generation, before, until).
    pub dark: Vec<(u32, u64, u64)>,
    /// A removal waits for its commit.
    pub removing: bool,
    /// Why the device stopped here, if it did.
    pub stopped: Option<String>,
    /// What keeps it from being settled, for people who look for the reason.
    pub note: String,
}

/// The account identity key, the device key, the certificate.
pub type Secrets = ([u8; 32], [u8; 32], Bytes);

impl Device {
    /// Its id, once it is enrolled.
    pub fn device_id(&self) -> Result<Option<protocol::DeviceId>> {
        let draft = Draft::new(self.rows());
        let me = draft.me()?;
        Ok(me.map(|me| me.identity.device))
    }

    /// Whether what this device holds opens a message: its groups as they stand, or any era's key.
    pub fn can_open(&self, sent: &Append) -> Result<bool> {
        let draft = Draft::new(self.rows());
        let Some(me) = draft.me()? else {
            return Ok(false);
        };
        for at in draft.keys(key::ERAS) {
            let era = draft.read::<crate::content::Era>(&at)?;
            if era.is_some_and(|era| crate::content::unwrap(&era, &sent.wrap).is_some()) {
                return Ok(true);
            }
        }
        for circle in draft.circles()? {
            let group = circle.group().map(|id| Group::load(&draft, id));
            if let Some(Ok(mut group)) = group
                && group
                    .open(&me, &sent.mls, Timestamp::from_micros(0))
                    .is_ok()
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The device's secrets, for whoever stole it or whose it is: the account identity key, the device
    /// key, the certificate.
    pub fn secrets(&self) -> Result<Option<Secrets>> {
        let draft = Draft::new(self.rows());
        let me = draft.me()?;
        Ok(me.map(|me| {
            let identity = &me.identity;
            let dsk = identity.keys().dsk_secret();
            (identity.aik_secret(), dsk, identity.certificate.clone())
        }))
    }

    /// A second device in the same state: what a thief has who copied it.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        self.copied()
    }

    /// Whether one of this device's era keys opens what somebody archived, and the body with it.
    pub fn opens_archive(&self, circle: CircleId, entry: &LogEntry) -> Result<bool> {
        let draft = Draft::new(self.rows());
        for at in draft.keys(&key::eras(circle)) {
            let era = draft.read::<Era>(&at)?;
            let body_key = era.and_then(|era| unwrap(&era, &entry.wrap));
            if body_key.is_some_and(|key| open_body(&key, &entry.body).is_ok()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Every circle that this device knows.
    pub fn places(&self) -> Result<Vec<Place>> {
        let draft = Draft::new(self.rows());
        let me = draft.me()?;
        let mut places = Vec::new();
        for circle in draft.circles()? {
            let mut waiting = 0;
            for at in draft.keys(&key::outbox(circle.id)) {
                let outgoing = draft.read::<crate::state::Outgoing>(&at)?;
                waiting += usize::from(outgoing.is_some_and(|outgoing| outgoing.seq.is_none()));
            }
            let group = match (&circle.joined, &me) {
                (Some(joined), Some(_)) => {
                    let id = GroupId {
                        circle: circle.id,
                        generation: joined.generation,
                    };
                    epoch_of(&draft, id)
                        .map(|(epoch, authenticator)| (joined.generation, epoch, authenticator))
                }
                _ => None,
            };
            let busy = draft.find(&key::candidate(circle.id)).is_some()
                || draft.find(&key::founding(circle.id)).is_some();
            places.push(Place {
                circle: circle.id,
                group,
                cursor: circle.joined.as_ref().map_or(0, |joined| joined.cursor),
                waiting,
                settled: !busy
                    && circle.fallen.is_none()
                    && circle.gaps.is_empty()
                    && circle.status == CircleStatus::Live
                    && circle
                        .joined
                        .as_ref()
                        .is_some_and(|joined| joined.leaving.is_empty() && !joined.lacks_era()),
                dark: circle
                    .dark
                    .iter()
                    .map(|gap| (gap.generation, gap.before, gap.until))
                    .collect(),
                removing: circle
                    .joined
                    .as_ref()
                    .is_some_and(|joined| !joined.leaving.is_empty()),
                stopped: circle.stopped.clone(),
                note: format!(
                    "busy {busy}, fallen {:?}, gaps {:?}, dark {:?}, {:?}, leaving {}, era {}",
                    circle
                        .fallen
                        .as_ref()
                        .map(|fallen| (fallen.why, fallen.distress)),
                    circle.gaps,
                    circle.dark,
                    circle.status,
                    circle
                        .joined
                        .as_ref()
                        .map_or(0, |joined| joined.leaving.len()),
                    circle
                        .joined
                        .as_ref()
                        .is_some_and(|joined| joined.era.is_some()),
                ),
            });
        }
        Ok(places)
    }
}

/// An epoch and its authenticator.
type Authenticated = (u64, Vec<u8>);

thread_local! {
    /// Epochs and their authenticators by the rows that they follow from: whoever looks after every step
    /// looks at the same groups again and again.
    static EPOCHS: RefCell<HashMap<Vec<u8>, Authenticated>> = RefCell::default();
}

/// A group's epoch and its authenticator; nothing if the group does not read.
fn epoch_of(draft: &Draft<'_>, id: GroupId) -> Option<Authenticated> {
    let rows = crate::mls_store::epoch_rows(draft, id);
    if let Some(known) = EPOCHS.with_borrow(|epochs| epochs.get(&rows).cloned()) {
        return Some(known);
    }
    let group = Group::load(draft, id).ok()?;
    let found = (group.epoch(), group.authenticator());
    EPOCHS.with_borrow_mut(|epochs| epochs.insert(rows, found.clone()));
    Some(found)
}

thread_local! {
    static USED: RefCell<Used> = RefCell::default();
}

/// What keys encrypted with which nonces.
#[derive(Debug, Default, Clone)]
pub struct Used {
    pairs: HashSet<([u8; 32], [u8; 12])>,
    twice: usize,
}

/// A key encrypts something with a nonce. A device that was put back to an old copy cannot know of what
/// it encrypted since and never brought to the server; against that MLS puts four random bytes into every
/// nonce (RFC 9420, section 6.3.1), so the pair is what must not come twice.
pub(crate) fn note_encryption(key: &[u8], nonce: &[u8]) {
    let (Ok(key), Ok(nonce)) = (key.try_into(), nonce.try_into()) else {
        return;
    };
    USED.with_borrow_mut(|used| {
        if !used.pairs.insert((key, nonce)) {
            used.twice += 1;
        }
    });
}

/// How often a key encrypted twice with one nonce on this thread since the last call.
pub fn keys_used_twice() -> usize {
    USED.with_borrow_mut(|used| std::mem::take(&mut used.twice))
}

/// Another simulation begins, with devices that used these before.
pub fn begin_with_keys(used: &Used) {
    EPOCHS.take();
    USED.set(used.clone());
}

/// What was used on this thread so far.
pub fn keys_used() -> Used {
    USED.with_borrow(Used::clone)
}

thread_local! {
    static TRACE: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// From now on this thread's devices tell what they do that is out of the ordinary.
pub fn begin_trace() {
    TRACE.set(Some(Vec::new()));
}

/// What they told.
pub fn end_trace() -> Vec<String> {
    TRACE.take().unwrap_or_default()
}

pub(crate) fn trace(what: &str) {
    TRACE.with_borrow_mut(|trace| {
        if let Some(trace) = trace {
            trace.push(what.to_owned());
        }
    });
}
