//! What a device has told: its events in order, and the latest status and circles.
//!
//! Readers have places of their own and wait without polling. Only the latest events are kept; who
//! falls further behind loses the oldest, never the device its pace.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use device::api::{CircleView, Counters, DevicesView, Event, Status};
use tokio::sync::watch;

use crate::Error;

/// Events kept for readers and for [`crate::Headless::wait_for`].
const KEPT: usize = 1_024;

/// How things stand by the latest events.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The latest status; none before the first.
    pub status: Option<Status>,
    /// The latest list of circles.
    pub circles: Vec<CircleView>,
    /// The latest view of this person's devices.
    pub devices: Option<DevicesView>,
    /// What the device has counted about itself.
    pub counters: Option<Counters>,
}

#[derive(Default)]
struct Inner {
    events: VecDeque<Event>,
    /// The place of the oldest kept event.
    first: u64,
    mark: u64,
    seen: Seen,
    ended: bool,
}

impl Inner {
    fn next_place(&self) -> u64 {
        self.first + u64::try_from(self.events.len()).unwrap_or(u64::MAX)
    }

    fn at(&self, place: u64) -> Option<&Event> {
        self.events
            .get(usize::try_from(place.checked_sub(self.first)?).ok()?)
    }

    fn latest_kinds(&self) -> String {
        let skip = self.events.len().saturating_sub(12);
        let kinds: Vec<String> = self.events.iter().skip(skip).map(kind).collect();
        if kinds.is_empty() {
            "nothing".to_owned()
        } else {
            kinds.join(", ")
        }
    }
}

/// Shared by the host, which tells, and the handle, which listens.
pub(crate) struct Log {
    inner: Mutex<Inner>,
    changed: watch::Sender<()>,
}

impl Log {
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            inner: Mutex::default(),
            changed: watch::Sender::new(()),
        })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn tell(&self, event: Event) {
        {
            let mut inner = self.inner();
            match &event {
                Event::Status { status } => inner.seen.status = Some(status.clone()),
                Event::Circles { circles } => inner.seen.circles.clone_from(circles),
                Event::Devices { devices } => inner.seen.devices = Some(devices.clone()),
                Event::Counters { counters } => inner.seen.counters = Some(*counters),
                _ => {}
            }
            inner.events.push_back(event);
            if inner.events.len() > KEPT {
                inner.events.pop_front();
                inner.first += 1;
            }
        }
        self.changed.send_replace(());
    }

    pub fn end(&self) {
        self.inner().ended = true;
        self.changed.send_replace(());
    }

    pub fn mark(&self) {
        let mut inner = self.inner();
        inner.mark = inner.next_place();
    }

    pub fn seen(&self) -> Seen {
        self.inner().seen.clone()
    }

    pub fn events(self: &Arc<Self>) -> Events {
        let place = self.inner().first;
        Events {
            log: Arc::clone(self),
            place,
            changed: self.changed.subscribe(),
        }
    }

    pub fn events_from_now(self: &Arc<Self>) -> Events {
        let place = self.inner().next_place();
        Events {
            log: Arc::clone(self),
            place,
            changed: self.changed.subscribe(),
        }
    }

    /// Looks again at each change until something is found, the device ends, or the time is over.
    async fn until<T>(
        &self,
        deadline: Duration,
        mut look: impl FnMut(&Inner) -> Option<T>,
    ) -> Result<T, Error> {
        let mut changed = self.changed.subscribe();
        let looking = async {
            loop {
                changed.mark_unchanged();
                let ended = {
                    let inner = self.inner();
                    if let Some(found) = look(&inner) {
                        return Ok(found);
                    }
                    inner.ended
                };
                if ended || changed.changed().await.is_err() {
                    return Err(Error::Ended);
                }
            }
        };
        match tokio::time::timeout(deadline, looking).await {
            Ok(found) => found,
            Err(_) => Err(Error::Deadline {
                waited: deadline,
                seen: self.inner().latest_kinds(),
            }),
        }
    }

    pub async fn wait_for(
        &self,
        mut wanted: impl FnMut(&Event) -> bool,
        deadline: Duration,
    ) -> Result<Event, Error> {
        let mut place = self.inner().mark;
        self.until(deadline, |inner| {
            place = place.max(inner.first);
            while let Some(event) = inner.at(place) {
                place += 1;
                if wanted(event) {
                    return Some(event.clone());
                }
            }
            None
        })
        .await
    }

    pub async fn wait_until(
        &self,
        mut wanted: impl FnMut(&Seen) -> bool,
        deadline: Duration,
    ) -> Result<Seen, Error> {
        self.until(deadline, |inner| {
            wanted(&inner.seen).then(|| inner.seen.clone())
        })
        .await
    }

    pub async fn ended(&self) {
        let mut changed = self.changed.subscribe();
        loop {
            changed.mark_unchanged();
            if self.inner().ended || changed.changed().await.is_err() {
                return;
            }
        }
    }
}

/// A reader of events, from the oldest that is kept.
pub struct Events {
    log: Arc<Log>,
    place: u64,
    changed: watch::Receiver<()>,
}

impl Events {
    /// The next event; `None` once the device has ended and everything was read.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            self.changed.mark_unchanged();
            {
                let inner = self.log.inner();
                self.place = self.place.max(inner.first);
                if let Some(event) = inner.at(self.place) {
                    self.place += 1;
                    return Some(event.clone());
                }
                if inner.ended {
                    return None;
                }
            }
            self.changed.changed().await.ok()?;
        }
    }
}

/// An event's kind, for messages about tests that waited in vain: never what people wrote.
fn kind(event: &Event) -> String {
    match event {
        Event::Status { status } => {
            format!(
                "status({:?}, enrolled: {})",
                status.link,
                status.me.is_some()
            )
        }
        Event::Invitation { .. } => "invitation".to_owned(),
        Event::Circles { circles } => {
            let phases: Vec<_> = circles.iter().map(|circle| circle.phase).collect();
            format!("circles({phases:?})")
        }
        Event::Items { items, .. } => format!("items({})", items.len()),
        Event::Problem { code, .. } => format!("problem({code})"),
        Event::Devices { devices } => format!("devices({})", devices.devices.len()),
        Event::DeviceLink { .. } => "device_link".to_owned(),
        Event::Enrolment { .. } => "enrolment".to_owned(),
        Event::Intake { intake } => format!("intake({:?})", intake.state),
        Event::SignInSigned { .. } => "sign_in_signed".to_owned(),
        Event::RecoveryCode { .. } => "recovery_code".to_owned(),
        Event::Typing { .. } => "typing".to_owned(),
        Event::Counters { .. } => "counters".to_owned(),
        Event::Receipts { receipts, .. } => format!("receipts({})", receipts.len()),
    }
}
