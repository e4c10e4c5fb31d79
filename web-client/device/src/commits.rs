//! Changing a circle's group: who awaits is brought in, who must go is taken out, keys are renewed. A
//! commit is sent only after its candidate is stored, and changes nothing here until the log shows it.
//!
//! What is to be committed follows from the circle's state each time ([`Turn::tend`]), so a commit that
//! lost its race is built anew from what is true then, and not from what once was.

use protocol::bundle::CommitBundle;
use protocol::policy::HistoryMode;
use protocol::{AccountId, Bytes, CircleId, CircleStatus, Code, OpId, Timestamp, limits};

use crate::ask::{Answer, Ask};
use crate::chance;
use crate::content::{Era, Payload};
use crate::error::Result;
use crate::group::{Change, Committed, Group};
use crate::state::{Candidate, Circle, FoundingAttempt, from_list, key, to_list};
use crate::turn::Turn;

mod adding;
mod self_update;

/// Before a refused commit is tried again, milliseconds; doubled each time.
const RETRY_MS: u32 = 500;
/// After so many lost races that people were told, milliseconds; or until the log moves.
const REST_MS: u32 = 30_000;

impl Turn<'_> {
    /// Does what this device may and should do for a circle's group.
    pub fn tend(&mut self, id: CircleId) -> Result<()> {
        let Some(circle) = self.draft.circle(id)? else {
            return Ok(());
        };
        let busy = self.volatile.committing.contains(&id)
            || self.volatile.blocked.contains(&id)
            || self.rests_in(id);
        // Once the server holds the new identity key, a commit under the one before is refused; until it
        // answers, nobody knows which of the two it holds.
        let succeeding = self.draft.find(key::SUCCESSION).is_some();
        if !self.is_online() || busy || succeeding || circle.stopped.is_some() {
            return Ok(());
        }
        if let Some(attempt) = self.draft.read::<FoundingAttempt>(&key::founding(id))? {
            self.post_founding(id, &attempt);
            return Ok(());
        }
        if let Some(candidate) = self.draft.read::<Candidate>(&key::candidate(id))? {
            self.post_commit(id, &candidate.bundle);
            return Ok(());
        }
        if self.is_left_behind(&circle)? {
            return self.come_after(circle);
        }
        if circle.fallen.is_some() || circle.joined.is_none() {
            return self.come_back_if_due(&circle);
        }
        if !circle.goes_on() {
            return Ok(());
        }
        if self.wants_commit(&circle)? {
            let change = self.identity_change(&circle)?;
            return self.commit(id, change);
        }
        if circle.may_add && !circle.awaiting.is_empty() {
            self.claim(&circle);
        } else if self.is_self_update_due(&circle)? {
            self.await_self_update();
        }
        Ok(())
    }

    /// Whether somebody waits for a commit of this device's, beside those whom it is to bring in.
    pub fn wants_commit(&self, circle: &Circle) -> Result<bool> {
        let Some(joined) = &circle.joined else {
            return Ok(false);
        };
        let behind = joined.cursor < joined.head;
        let me = self.must_me()?.identity.device;
        if behind || joined.leaving.iter().any(|leaving| leaving.device == me) {
            return Ok(false);
        }
        let asked = self.volatile.commit_asked.contains(&circle.id);
        let waits = !self.draft.keys(&key::outbox(circle.id)).is_empty();
        let removes = !joined.leaving.is_empty() && (asked || waits);
        // Where history is kept nobody ever sends without an archive wrap: whoever lacks the key begins a new era.
        let keyless = joined.lacks_era() && waits;
        let wishes = self.wanted_history(circle)?.is_some();
        let owes = circle.owes_a_share() || self.wants_marks(joined)?;
        Ok(removes || keyless || wishes || circle.owes_succession || owes)
    }

    // --- the candidate -----------------------------------------------------------------------

    /// Builds the commit on a fork, merges it there, encrypts the next epoch's first message on it,
    /// stores the fork's changes as the candidate, and sends it.
    fn commit(&mut self, id: CircleId, change: Change) -> Result<()> {
        let me = self.must_me()?;
        let Some(mut circle) = self.draft.circle(id)? else {
            return Ok(());
        };
        let Some(group_id) = circle.group() else {
            return Ok(());
        };
        // One is on its way: what this was for is built anew after it.
        if self.draft.find(&key::candidate(id)).is_some() {
            return Ok(());
        }
        let brings_succession = !change.successions.is_empty();
        let adds = !change.adds.is_empty();
        let switch = change.history;
        let history = switch.unwrap_or(circle.history());
        let fork = self.draft.fork();
        let mut group = Group::load(&fork, group_id)?;
        let committed = group.commit(&me, change)?;
        let era = self.next_era(&circle, history, adds || brings_succession);
        let (first, owed) = self.first_of_epoch(&circle, &group, era.as_ref())?;
        let era_next = group.encrypt(&me.identity, &first)?;
        drop(group);
        let number = era.as_ref().map_or(circle.era, |era| era.era);
        let bundle = Self::bundle(&mut circle, committed, era_next, number);
        let candidate = Candidate {
            bundle: bundle.clone(),
            changes: to_list(fork.changes_since(&self.draft)),
            era,
            place: None,
            brings_succession,
            shared: owed,
            history: switch,
        };
        self.draft.write(&key::candidate(id), &candidate);
        self.draft.save(&circle);
        self.post_commit(id, &bundle);
        Ok(())
    }

    /// What goes to the server, under this device's next counter.
    pub fn bundle(
        circle: &mut Circle,
        committed: Committed,
        era_next: Bytes,
        era: u32,
    ) -> CommitBundle {
        let generation = circle
            .joined
            .as_ref()
            .map_or(circle.generation, |joined| joined.generation);
        CommitBundle {
            op_id: Self::op_id(),
            commit: committed.commit,
            group_info: committed.group_info,
            welcome: committed.welcome,
            era_next,
            era,
            send_counter: circle.next_counter(generation),
        }
    }

    /// The first message of the epoch that a commit makes, and whom it gives the circle's era keys.
    fn first_of_epoch(
        &self,
        circle: &Circle,
        group: &Group<'_, '_>,
        era: Option<&Era>,
    ) -> Result<(Payload, Vec<AccountId>)> {
        let Some(era) = era else {
            return Ok((Payload::NoEra, Vec::new()));
        };
        let (shares, owed) = self.shares(circle, group)?;
        let first = if shares.is_empty() {
            Payload::Era(era.clone())
        } else {
            Payload::Shared(era.clone(), shares)
        };
        Ok((first, owed))
    }

    /// The era after a commit: a new one whenever an account comes or anybody goes, when this device
    /// lacks the key, which it does when history is kept again, and every 30 days. None where no history is kept.
    fn next_era(&self, circle: &Circle, history: HistoryMode, people_change: bool) -> Option<Era> {
        if !history.is_kept() {
            return None;
        }
        let joined = circle.joined.as_ref();
        let generation = joined.map_or(circle.generation, |joined| joined.generation);
        let held = joined.and_then(|joined| joined.era.clone());
        let goes = joined.is_some_and(|joined| !joined.leaving.is_empty());
        let old =
            joined.is_some_and(|joined| self.now >= joined.era_since.plus_seconds(limits::ERA_S));
        Some(match held {
            Some(era) if !(people_change || goes || old) => era,
            _ => Era {
                era: circle.era_after(generation),
                key: chance::bytes(),
            },
        })
    }

    pub fn post_commit(&mut self, id: CircleId, bundle: &CommitBundle) {
        self.volatile.committing.insert(id);
        let body = protocol::frame::to_vec(bundle);
        self.post_cbor(
            Ask::Commit(id, bundle.op_id),
            format!("/v1/circles/{id}/commits"),
            body,
        );
    }

    /// `ok` to a commit changes nothing: the log will show it. A refusal deletes the candidate; what it
    /// was for is built anew.
    pub fn committed(&mut self, id: CircleId, op_id: OpId, answer: Answer<'_>) -> Result<()> {
        let Some(candidate) = self
            .draft
            .read::<Candidate>(&key::candidate(id))?
            .filter(|held| held.bundle.op_id == op_id)
        else {
            // It is of no use any more, and neither is the room that it had among those who come in.
            self.volatile.returning.remove(&id);
            return Ok(());
        };
        if answer.status == 200 {
            return match candidate.place.clone() {
                Some(place) => {
                    self.in_circle(id, |turn| turn.came_back(id, candidate, place, answer))?;
                    self.shut_out()
                }
                None => Ok(()),
            };
        }
        self.volatile.committing.remove(&id);
        if answer.is_no_answer() {
            self.timer(RETRY_MS);
            return Ok(());
        }
        self.volatile.returning.remove(&id);
        self.draft.delete(&key::candidate(id));
        self.settle_wish(id)?;
        let (code, detail) = answer.refusal();
        #[cfg(feature = "simulated")]
        crate::simulated::trace(&format!(
            "commit refused: {code} {detail} {}",
            answer.status
        ));
        let attempts = self.volatile.commit_attempts.entry(id).or_default();
        *attempts += 1;
        let attempts = *attempts;
        match code {
            _ if lost_race(code) && attempts < limits::COMMIT_ATTEMPTS => self.wait(id, attempts),
            Code::Rollback => self.fall(id, crate::state::Why::OldCopy, None)?,
            _ if candidate.history.is_some() && is_final(code) => {
                // This server takes no such switch: nothing else waits behind it. If it was to bring people in as well,
                // that may be why: the switch is tried by itself.
                if candidate.bundle.welcome.is_none() {
                    self.drop_wish(id, &detail)?;
                }
                self.in_circle(id, |turn| {
                    turn.tend(id)?;
                    turn.flush(id)
                })?;
            }
            _ => {
                if lost_race(code) {
                    self.rest(id);
                } else {
                    self.volatile.blocked.insert(id);
                }
                self.problem(Some(id), code, detail);
            }
        }
        if candidate.place.is_some() {
            self.come_into_others(id)?;
        }
        Ok(())
    }

    /// The log brings what was missing; who lost the race waits a little, each for another while.
    fn wait(&mut self, id: CircleId, attempts: u32) {
        self.counters.stale_commits += 1;
        let wait_ms = RETRY_MS << attempts.min(6);
        self.timer(wait_ms / 2 + u32::from_be_bytes(chance::bytes()) % wait_ms);
        self.read_circle(id);
    }

    /// Who lost too many waits longer, unless the log moves.
    fn rest(&mut self, id: CircleId) {
        let until = self.now.micros() + i64::from(REST_MS) * 1_000;
        let until = Timestamp::from_micros(until);
        self.volatile.rests.insert(id, until);
        self.timer(REST_MS + 1);
        self.read_circle(id);
    }

    /// Whether too many of this device's commits in a row lost their race in a circle, a moment ago.
    pub fn rests_in(&self, id: CircleId) -> bool {
        let rests = self.volatile.rests.get(&id);
        rests.is_some_and(|until| *until > self.now)
    }

    /// The log shows a commit: is it the candidate? Then it becomes the group.
    pub fn adopt_candidate(&mut self, circle: &mut Circle, commit: &Bytes) -> Result<bool> {
        let at = key::candidate(circle.id);
        let Some(candidate) = self.draft.read::<Candidate>(&at)? else {
            return Ok(false);
        };
        self.draft.delete(&at);
        self.volatile.committing.remove(&circle.id);
        if candidate.bundle.commit != *commit || candidate.place.is_some() {
            return Ok(false);
        }
        self.draft.adopt(from_list(candidate.changes.clone()));
        if candidate.brings_succession {
            circle.owes_succession = self.hands_over_again(circle)?;
        }
        circle
            .vouched
            .retain(|vouched| !candidate.shared.contains(&vouched.account));
        self.hold_own_era(circle, candidate.era.as_ref())?;
        if let Some(joined) = &mut circle.joined {
            joined.renewed_at = self.now;
        }
        Ok(true)
    }

    /// The server asks for a removal to be committed.
    pub fn commit_please(&mut self, id: CircleId) -> Result<()> {
        self.volatile.commit_asked.insert(id);
        self.in_circle(id, |turn| turn.tend(id))
    }

    /// How this account's new identity key comes into a circle's group, if it must, whom this person has
    /// met, and whether they want history kept otherwise.
    fn identity_change(&mut self, circle: &Circle) -> Result<Change> {
        let successions = if circle.owes_succession {
            self.successions()?
        } else {
            Vec::new()
        };
        Ok(Change {
            adds: Vec::new(),
            successions,
            marks: self.marks()?,
            history: self.wanted_history(circle)?,
        })
    }

    /// Whether this device is to make the circle's first group.
    pub fn may_found(circle: &Circle) -> bool {
        circle.may_add && circle.status == CircleStatus::Planned
    }
}

/// Whether a commit was refused because something came before it.
const fn lost_race(code: Code) -> bool {
    matches!(
        code,
        Code::Stale | Code::MissingRemovals | Code::Generation | Code::EraOver
    )
}

/// Whether a commit that was refused for this would be refused again, however the circle goes on.
const fn is_final(code: Code) -> bool {
    !matches!(
        code,
        Code::Stale
            | Code::MissingRemovals
            | Code::Generation
            | Code::CircleStatus
            | Code::NotOnRoster
    )
}

#[cfg(test)]
mod tests;
