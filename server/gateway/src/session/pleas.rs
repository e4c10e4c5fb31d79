//! Removals that wait for a commit, and when this device is asked for it.
//!
//! A device learns of a removal by the server's proposal in the log, which every socket that follows
//! the circle reads within milliseconds. From there each counts by itself: the first in the hub's order
//! asks its device at once, each next one [`limits::COMMIT_STAGGER_S`] later, and all of them again for as
//! long as no commit has come. So somebody is asked as long as anybody is there, and rarely two at once.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use protocol::frame::{LogPage, Position};
use protocol::{CircleId, DeviceId, EntryKind, limits};

use crate::hub::Place;

const STAGGER: Duration = Duration::from_secs(limits::COMMIT_STAGGER_S);
const AGAIN: Duration = Duration::from_secs(limits::COMMIT_AGAIN_S);

/// The circles in which a removal waits.
#[derive(Debug, Default)]
pub(super) struct Pleas {
    circles: BTreeMap<CircleId, Plea>,
}

#[derive(Debug)]
struct Plea {
    begun: Duration,
    /// The last log position at which a removal is known to wait.
    seq: u64,
    leaving: BTreeSet<DeviceId>,
    /// Its place was asked for.
    placed: bool,
    ask_at: Option<Duration>,
    /// Between two times that this device is asked.
    cycle: Duration,
}

/// This circle's order is wanted, without these devices.
pub(super) type Wanted = (CircleId, BTreeSet<DeviceId>);

impl Pleas {
    /// What a page of the log says: proposals are removals that wait, a commit settles those before it.
    pub(super) fn read(&mut self, page: &LogPage, own: DeviceId, now: Duration) -> Option<Wanted> {
        for entry in &page.entries {
            match entry.kind {
                EntryKind::Commit => {
                    self.circles.remove(&page.circle);
                }
                EntryKind::Proposal => {
                    let plea = self.begin(page.circle, now);
                    plea.seq = entry.seq;
                    plea.leaving.insert(entry.device);
                }
                EntryKind::Message | EntryKind::Marker => {}
            }
        }
        let at_the_end = page.entries.last().is_none_or(|last| last.seq >= page.head);
        let plea = self.circles.get(&page.circle)?;
        if plea.leaving.contains(&own) {
            self.circles.remove(&page.circle);
            return None;
        }
        if at_the_end {
            self.want(page.circle)
        } else {
            None
        }
    }

    /// What a poll says. `sent` is how far this socket has been sent the log: what was asked before that
    /// is old news.
    pub(super) fn compare(
        &mut self,
        position: &Position,
        sent: u64,
        now: Duration,
    ) -> Option<Wanted> {
        let known = self.circles.get(&position.circle).map(|plea| plea.seq);
        if !position.removal_pending && known.is_some_and(|seq| seq <= position.head) {
            self.circles.remove(&position.circle);
        }
        if !position.removal_pending || position.head < sent {
            return None;
        }
        self.begin(position.circle, now);
        self.want(position.circle)
    }

    /// The circle is no longer followed.
    pub(super) fn drop_circle(&mut self, circle: CircleId) {
        self.circles.remove(&circle);
    }

    /// The order is known: sets the time at which this device is asked.
    pub(super) fn placed(&mut self, circle: CircleId, place: Option<Place>) {
        let (Some(plea), Some(place)) = (self.circles.get_mut(&circle), place) else {
            return;
        };
        plea.ask_at = Some(plea.begun + STAGGER * place.before);
        plea.cycle = AGAIN.max(STAGGER * place.of);
    }

    /// The circles for which it is this device's turn now.
    pub(super) fn due(&mut self, now: Duration) -> Vec<CircleId> {
        let mut due = Vec::new();
        for (circle, plea) in &mut self.circles {
            if plea.ask_at.is_some_and(|at| at <= now) {
                plea.ask_at = Some(now + plea.cycle);
                due.push(*circle);
            }
        }
        due
    }

    /// When the next turn comes.
    pub(super) fn next_at(&self) -> Option<Duration> {
        self.circles.values().filter_map(|plea| plea.ask_at).min()
    }

    fn begin(&mut self, circle: CircleId, now: Duration) -> &mut Plea {
        self.circles.entry(circle).or_insert(Plea {
            begun: now,
            seq: 0,
            leaving: BTreeSet::new(),
            placed: false,
            ask_at: None,
            cycle: AGAIN,
        })
    }

    fn want(&mut self, circle: CircleId) -> Option<Wanted> {
        let plea = self.circles.get_mut(&circle)?;
        let first = !std::mem::replace(&mut plea.placed, true);
        first.then(|| (circle, plea.leaving.clone()))
    }
}
