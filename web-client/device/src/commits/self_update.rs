//! Self-updates: the keys of this device's leaf in a circle's group are renewed each week, and after a sign-in
//! wherever that was done longer ago than a day (messaging.md, section 12). Whoever had a copy of the device's keys
//! before cannot follow the group from there on; what is archived stays open to its era's key until the era ends.
//!
//! Nobody waits for one, so everything else goes first: the log, a removal (its commit renews the leaf as well),
//! messages on their way out. A case manager has a hundred circles and many sign in at nine: so one circle
//! follows the other after a pause that is long beside what a commit takes and is another one on each device: first
//! where a week is over, the longest first, then the newest activity. Whoever is online a few minutes a day would
//! otherwise renew the same busy circles every day, and the quiet ones never.
//!
//! Nothing is kept of what is still to be done. When a person signed in is stored, and when each leaf was
//! renewed; what follows from the two is the same after a restart.

use std::cmp::Reverse;

use protocol::{CircleId, Timestamp, limits};

use crate::api::Item;
use crate::chance;
use crate::error::Result;
use crate::state::{Circle, Outgoing, key};
use crate::turn::Turn;

/// Between two self-updates, milliseconds; up to as much again by chance.
const PAUSE_MS: u32 = 4_000;

impl Turn<'_> {
    /// The server is ready: if that is so because a person signed in, it is remembered since when.
    ///
    /// A browser that is closed cannot write that when they do: nothing but what signs in opens there.
    pub fn note_sign_in(&mut self) -> Result<()> {
        if self.draft.read::<bool>(key::SIGNED_OUT)? == Some(false) {
            self.draft.delete(key::SIGNED_OUT);
            self.draft.write(key::SIGNED_IN, &self.now);
        }
        Ok(())
    }

    /// Whether this device's leaf in a circle is to be renewed, and nothing there goes before that.
    pub fn is_self_update_due(&self, circle: &Circle) -> Result<bool> {
        let Some(joined) = circle.joined.as_ref().filter(|_| circle.goes_on()) else {
            return Ok(false);
        };
        let behind = joined.cursor < joined.head;
        // A commit takes up every removal that waits, and the server asks one device after the other for it:
        // nobody comes between them for a leaf's sake.
        if behind || !joined.leaving.is_empty() || self.is_busy_in(circle) {
            return Ok(false);
        }
        Ok(self.is_old(joined.renewed_at)? && !self.speaks_in(circle.id)?)
    }

    /// Whether a leaf that was renewed then is to be renewed now.
    fn is_old(&self, renewed_at: Timestamp) -> Result<bool> {
        let signed_in = self.draft.read::<Timestamp>(key::SIGNED_IN)?;
        // A sign-in that is still to come was one under a clock that was wrong.
        let signed_in = signed_in.filter(|at| *at <= self.now);
        let day_after = renewed_at.plus_seconds(limits::SELF_UPDATE_ON_LOGIN_S);
        let week_after = renewed_at.plus_seconds(limits::SELF_UPDATE_S);
        Ok(self.now >= week_after || signed_in.is_some_and(|at| at >= day_after))
    }

    /// Whether something that was written in a circle has no place in its log yet.
    fn speaks_in(&self, id: CircleId) -> Result<bool> {
        for at in self.draft.keys(&key::outbox(id)) {
            let outgoing = self.draft.read::<Outgoing>(&at)?;
            if outgoing.is_some_and(|outgoing| outgoing.seq.is_none()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A commit, a claim or a founding of this device's is on its way there, or none may be now.
    fn is_busy_in(&self, circle: &Circle) -> bool {
        let id = circle.id;
        let under_way = [key::candidate(id), key::founding(id)];
        self.volatile.committing.contains(&id)
            || self.volatile.blocked.contains(&id)
            || under_way.iter().any(|at| self.draft.find(at).is_some())
            || self.draft.find(key::SUCCESSION).is_some()
    }

    /// Comes back for a self-update after a pause, unless that is settled already.
    pub fn await_self_update(&mut self) {
        if self.volatile.self_update_at.is_some_and(|at| at > self.now) {
            return;
        }
        let wait_ms = PAUSE_MS + u32::from_be_bytes(chance::bytes()) % PAUSE_MS;
        let at = self.now.micros() + i64::from(wait_ms) * 1_000;
        self.volatile.self_update_at = Some(Timestamp::from_micros(at));
        self.timer(wait_ms + 1);
    }

    /// Renews the leaf in the circle that is first of those where that is due, if the pause is over.
    pub fn update_next_leaf(&mut self) -> Result<()> {
        if self.volatile.self_update_at.is_none_or(|at| at > self.now) {
            return Ok(());
        }
        self.volatile.self_update_at = None;
        let mut due = Vec::new();
        let mut commits = false;
        for circle in self.draft.circles()? {
            commits |= self.commits_in(&circle);
            if self.is_self_update_due(&circle)? {
                due.push(circle);
            }
        }
        // One at a time, and others' are more urgent.
        if !due.is_empty() && (commits || due.len() > 1) {
            self.await_self_update();
        }
        let first = |circle: &Circle| (self.week_over(circle).map(Reverse), newest_ms(circle));
        match due.into_iter().max_by_key(first) {
            Some(circle) if !commits => self.in_circle(circle.id, |turn| {
                let change = turn.identity_change(&circle)?;
                turn.commit(circle.id, change)
            }),
            _ => Ok(()),
        }
    }

    /// When the leaf was renewed, where that is a week ago.
    fn week_over(&self, circle: &Circle) -> Option<Timestamp> {
        let renewed_at = circle.joined.as_ref()?.renewed_at;
        let week_after = renewed_at.plus_seconds(limits::SELF_UPDATE_S);
        (self.now >= week_after).then_some(renewed_at)
    }

    /// A commit of this device's is on its way there and may still arrive.
    fn commits_in(&self, circle: &Circle) -> bool {
        let goes_on = circle.goes_on() && !self.volatile.blocked.contains(&circle.id);
        goes_on && self.draft.find(&key::candidate(circle.id)).is_some()
    }
}

/// When something last happened in a circle, milliseconds since 1970; nothing if that is not known.
fn newest_ms(circle: &Circle) -> Option<i64> {
    let newest = circle.newest.as_ref()?;
    let item = minicbor_serde::from_slice::<Item>(newest).ok()?;
    Some(item.at_ms)
}

#[cfg(test)]
mod tests;
