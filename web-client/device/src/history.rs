//! Whether a circle keeps history (messaging.md, section 7): who wants it how, and what follows when it changes.
//!
//! The group's policy says it, and staff or the client change it by a commit. Where history is kept, every message is
//! archived under the era's key and later devices of the same people read it. Where none is kept, nothing is archived
//! and there is no key: a device reads what it received itself and nothing older. When history is kept again, that
//! commit begins a new era, so nothing from before it can be read by its key.

use protocol::frame::LogEntry;
use protocol::policy::{CirclePolicy, HistoryMode};
use protocol::{AccountId, CircleId, Code};

use crate::api::Content;
use crate::content::{BodyKey, Era, wrap_matches};
use crate::error::{Error, Result};
use crate::group::Epoch;
use crate::state::{Circle, key};
use crate::turn::Turn;

/// Within so many epochs of a group nobody has had time to decide anew: it is made, and its people are added.
const FIRST_EPOCHS: u64 = 1;

impl Turn<'_> {
    /// A person of staff or the client says whether a circle is to keep history. It is stored until the group's
    /// policy says so, and may come before this device has heard of the circle: it then founds it so.
    pub fn keep_history(&mut self, id: CircleId, keep: bool) -> Result<()> {
        if !judge::may_set_history(self.must_me()?.role) {
            return Err(Error::refused(
                Code::NotAllowed,
                "staff or the client say whether history is kept",
            ));
        }
        let history = if keep {
            HistoryMode::Eras
        } else {
            HistoryMode::Off
        };
        self.draft.write(&key::keep(id), &history);
        // What is on its way may bring the opposite, and this is the last word.
        let under_way = [key::candidate(id), key::founding(id)];
        if under_way.iter().all(|at| self.draft.find(at).is_none()) {
            self.settle_wish(id)?;
        }
        self.volatile.blocked.remove(&id);
        self.in_circle(id, |turn| {
            turn.tend(id)?;
            turn.flush(id)
        })
    }

    /// What this device's person wants and no policy has said yet.
    pub fn kept(&self, id: CircleId) -> Result<Option<HistoryMode>> {
        self.draft.read(&key::keep(id))
    }

    /// The same, where the policy of the circle's group says otherwise.
    pub fn wanted_history(&self, circle: &Circle) -> Result<Option<HistoryMode>> {
        let Some(joined) = &circle.joined else {
            return Ok(None);
        };
        let wanted = self.kept(circle.id)?;
        Ok(wanted.filter(|wanted| *wanted != joined.history))
    }

    /// The policy says this now. If it is what this person wanted, that is done: whoever changes it later is not
    /// contradicted.
    pub fn history_is(&mut self, id: CircleId, history: HistoryMode) -> Result<()> {
        if self.kept(id)? == Some(history) {
            self.draft.delete(&key::keep(id));
        }
        Ok(())
    }

    /// How it stands, by the group's own policy. A place that a program of before wrote does not say it, and that
    /// program may have begun an era of its own where no history is kept.
    pub fn agree_on_history(&mut self, circle: &mut Circle) -> Result<()> {
        let Some(group) = circle.group() else {
            return Ok(());
        };
        // A group that does not read is the trouble of whoever opens it next.
        let Ok(history) = Epoch::read(&self.draft, group).and_then(|epoch| epoch.history()) else {
            return Ok(());
        };
        let Some(joined) = &mut circle.joined else {
            return Ok(());
        };
        if joined.history == history {
            return Ok(());
        }
        joined.history = history;
        joined.era = joined.era.take().filter(|_| history.is_kept());
        self.circles_changed = true;
        self.history_is(circle.id, history)
    }

    /// A message was refused for how history stands. If it is this device's place that said so and not its group,
    /// the place is put right and the message goes out in the other form; answers whether it was.
    pub fn mend_history(&mut self, id: CircleId) -> Result<bool> {
        let Some(mut circle) = self.draft.circle(id)? else {
            return Ok(false);
        };
        let before = circle.history();
        self.agree_on_history(&mut circle)?;
        if circle.history() == before {
            return Ok(false);
        }
        self.draft.save(&circle);
        self.in_circle(id, |turn| {
            turn.tend(id)?;
            turn.flush(id)
        })?;
        Ok(true)
    }

    /// Nothing of this device's is on its way in a circle: what holds there already is no wish.
    pub fn settle_wish(&mut self, id: CircleId) -> Result<()> {
        match self.draft.circle(id)?.and_then(|circle| circle.joined) {
            Some(joined) => self.history_is(id, joined.history),
            None => Ok(()),
        }
    }

    /// This device came in by the commit that made this epoch, and saw none of those between that and the last one
    /// it knows. What its person wanted before may have been done there, and undone by somebody since: nobody is
    /// overruled by what is old. To be called before what the device knows is written anew.
    pub fn doubt_wish(&mut self, policy: &CirclePolicy, epoch: u64) -> Result<()> {
        let id = policy.circle;
        self.history_is(id, policy.history)?;
        let known = self.draft.known(id)?;
        let known = known.filter(|known| known.policy.generation == policy.generation);
        let seen = known.map_or(FIRST_EPOCHS, |known| known.epoch);
        if epoch > seen.saturating_add(1) {
            self.drop_wish(id, "history may have been switched meanwhile")?;
        }
        Ok(())
    }

    /// What this person wanted, if anything, is not done, and they are told.
    pub fn drop_wish(&mut self, id: CircleId, why: &str) -> Result<()> {
        if self.kept(id)?.is_some() {
            self.draft.delete(&key::keep(id));
            self.problem(Some(id), Code::HistoryNotSet, why);
        }
        Ok(())
    }

    /// The first era that may ever be handed on to people who come in now. `begun`: this device made the commit
    /// that brings them, and holds its era already; else it is the one behind the newest.
    pub fn first_era(
        &self,
        circle: &Circle,
        (generation, history): (u32, HistoryMode),
        begun: bool,
    ) -> u32 {
        let newest = self.newest_era(circle.id, generation);
        if history.is_kept() {
            return newest.map_or(0, |era| era.saturating_add(u32::from(!begun)));
        }
        // Nothing is handed on until history is kept again, and that begins an era after all others.
        newest
            .map_or(0, |era| era.saturating_add(1))
            .max(circle.era.saturating_add(1))
    }

    /// A commit changed whether history is kept, or did not. What held before is over: its last key stays, for
    /// what was archived under it, and opens nothing that is said from here on.
    pub fn settle_history(
        &mut self,
        circle: &mut Circle,
        (entry, by): (&LogEntry, AccountId),
        history: HistoryMode,
    ) -> Result<()> {
        let own = self.must_me()?.identity.device == entry.device;
        let Some(joined) = &mut circle.joined else {
            return Ok(());
        };
        let before = std::mem::replace(&mut joined.history, history);
        self.history_is(circle.id, history)?;
        if before == history {
            return Ok(());
        }
        // What the server said before is over with it: a group that is begun anew goes by this.
        circle.planned = history;
        let kept = history.is_kept();
        if !kept {
            joined.era = None;
        } else if !own {
            // Only an era with a new number may hold, so that nobody has its key from before. This device's own
            // commit has begun one.
            joined.era_floor = joined.era_floor.saturating_add(1);
        }
        self.note(circle, entry, 1, Content::HistorySet { by, kept })
    }

    /// The era that holds after this device's own commit, which was adopted.
    pub fn hold_own_era(&mut self, circle: &mut Circle, era: Option<&Era>) -> Result<()> {
        if let Some(era) = era {
            return self.hold_era(circle, era);
        }
        if let Some(joined) = &mut circle.joined {
            joined.era = None;
        }
        Ok(())
    }

    /// What the sender put into the archive must be what it sent, and nothing where none is kept; if not, people
    /// learn of it.
    pub fn check_wrap(&mut self, circle: &Circle, body_key: &BodyKey, entry: &LogEntry) {
        let joined = circle.joined.as_ref();
        let (right, detail) = if circle.history().is_kept() {
            let era = joined.and_then(|joined| joined.era.as_ref());
            let archived = era.is_some_and(|era| {
                era.era == entry.era && wrap_matches(era, body_key, &entry.wrap)
            });
            (archived, "a message was not archived as it was sent")
        } else {
            let detail = "a message was archived where no history is kept";
            (entry.wrap.is_empty(), detail)
        };
        if !right {
            self.problem(Some(circle.id), Code::Judged, detail);
        }
    }

    /// Whether reading back can show this device anything: what is or was archived, or the place of its own message
    /// that is on its way. A circle that never kept history is still in its first era.
    pub fn reads_back(&self, circle: &Circle, history: HistoryMode) -> bool {
        let holds = |prefix: &[u8]| !self.draft.keys(prefix).is_empty();
        let ever_kept = history.is_kept() || circle.era > 0;
        ever_kept || holds(&key::eras(circle.id)) || holds(&key::outbox(circle.id))
    }
}

#[cfg(test)]
mod tests;
