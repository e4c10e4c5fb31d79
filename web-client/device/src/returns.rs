//! Coming (back) into a group by oneself, by an external commit: a new device of somebody who is in the
//! circle already, a device whose store was restored or broken, one that fell out of step.
//!
//! Several circles at once, but not all: a case manager has a hundred, and other work goes on beside.

use judge::Violation;
use protocol::bundle::Appended;
use protocol::http::{Distress, DistressNoted};
use protocol::{CircleId, CircleStatus, Code, GroupId, MemberState};

use crate::ask::{Answer, Ask};
use crate::chance;
use crate::content::{Era, Payload};
use crate::error::{Error, Result};
use crate::group::{Closed, Epoch, Group};
use crate::state::{Candidate, Circle, Fallen, Gap, Joined, Why, from_list, key, to_list};
use crate::turn::Turn;

/// Circles that a device comes into at the same time.
const AT_ONCE: usize = 4;
/// Before it is tried again, milliseconds.
const RETRY_MS: u32 = 1_000;
/// A Welcome follows the commit that it belongs to within this time, milliseconds.
const WELCOME_MS: u32 = 5_000;
/// A clock this far from the server's is wrong, seconds.
const SKEW_S: i64 = 3_600;
/// An entry older than this may hold keys whose lifetime is over, seconds: nobody is to blame.
const OLD_S: i64 = 42 * 86_400;

impl Turn<'_> {
    /// This device can no longer follow a circle's group. `at` is the entry that it could not process.
    pub fn fall(&mut self, id: CircleId, why: Why, at: Option<(u32, u64)>) -> Result<()> {
        let Some(mut circle) = self.draft.circle(id)? else {
            return Ok(());
        };
        if circle.fallen.is_some() {
            return Ok(());
        }
        #[cfg(feature = "simulated")]
        crate::simulated::trace(&format!(
            "{} falls: {why:?} {at:?} cursor {:?} head {:?}",
            self.me()?.map_or_else(String::new, |me| me.name.clone()),
            circle.joined.as_ref().map(|joined| joined.cursor),
            circle.joined.as_ref().map(|joined| joined.head),
        ));
        self.draft.delete(&key::candidate(id));
        self.volatile.committing.remove(&id);
        self.counters.resyncs += 1;
        circle.fallen = Some(Fallen { why, distress: at });
        self.draft.save(&circle);
        self.circles_changed = true;
        self.in_circle(id, |turn| turn.tend(id))
    }

    /// A commit could not be processed. Whose fault is it: a wrong clock, old keys, or the commit?
    pub fn fall_at(&mut self, circle: &Circle, entry: &protocol::frame::LogEntry) -> Result<()> {
        let Some(joined) = &circle.joined else {
            return Ok(());
        };
        let at = Some((joined.generation, entry.seq));
        let skewed = self.volatile.skew_s.abs() > SKEW_S;
        let old = self.now >= entry.accepted_at.plus_seconds(OLD_S);
        let (why, at) = if skewed {
            (Why::Clock, None)
        } else if old {
            (Why::OutOfStep, None)
        } else {
            (Why::OutOfStep, at)
        };
        self.fall(circle.id, why, at)
    }

    /// A person wants this device out of a broken or stopped group and in again.
    pub fn rejoin(&mut self, id: CircleId) -> Result<()> {
        let mut circle = self
            .draft
            .circle(id)?
            .ok_or(Error::refused(Code::NotFound, "no such circle"))?;
        circle.stopped = None;
        circle.fallen = None;
        self.draft.save(&circle);
        self.volatile.blocked.remove(&id);
        self.fall(id, Why::Asked, None)
    }

    /// Whether a circle was begun anew and nobody led this device there, though its person is in: it was away for so long that
    /// it could not be added, or it could not use the Welcome. Nobody else will: further devices of people who are
    /// in come by themselves.
    pub fn is_left_behind(&mut self, circle: &Circle) -> Result<bool> {
        let before = circle.joined.as_ref().map(|joined| joined.generation);
        let anew = before.is_some_and(|generation| generation < circle.generation);
        if !anew || circle.fallen.is_some() || circle.status != CircleStatus::Live {
            return Ok(false);
        }
        let me = self.must_me()?.identity;
        let own = circle
            .members
            .iter()
            .find(|named| named.account == me.account && named.state == MemberState::Confirmed);
        let Some(own) = own else {
            return Ok(false);
        };
        Ok(!own.devices.contains(&me.device) || self.is_late(circle.id))
    }

    /// Leaves the generation before, and comes into the one of now.
    pub fn come_after(&mut self, mut circle: Circle) -> Result<()> {
        self.leave_generation(&mut circle)?;
        self.circles_changed = true;
        self.draft.save(&circle);
        self.come_back_if_due(&circle)
    }

    /// What the next step back into a circle is, if one is due.
    pub fn come_back_if_due(&mut self, circle: &Circle) -> Result<()> {
        let me = self.must_me()?;
        let id = circle.id;
        if circle.joined.is_none() && Self::may_found(circle) {
            return self.found(circle);
        }
        let own = |named: &&crate::state::Named| named.account == me.identity.account;
        let named = circle.members.iter().find(own);
        let confirmed = named.is_some_and(|named| named.state == MemberState::Confirmed);
        let listed = named.is_some_and(|named| named.devices.contains(&me.identity.device));
        if listed && circle.joined.is_none() && circle.fallen.is_none() && !self.is_late(id) {
            return Ok(());
        }
        let waits = self.volatile.behind.contains(&id);
        if circle.status != CircleStatus::Live || !confirmed || !self.is_backed_up()? || waits {
            return Ok(());
        }
        if let Some((generation, seq)) = circle.fallen.as_ref().and_then(|fallen| fallen.distress) {
            let body = Distress {
                op_id: Self::op_id(),
                generation,
                seq,
            };
            self.volatile.committing.insert(id);
            let path = format!("/v1/circles/{id}/distress");
            self.send_json(Ask::Distress(id), "POST", &path, &body);
        } else if self.volatile.returning.len() < AT_ONCE {
            self.volatile.committing.insert(id);
            self.volatile.returning.insert(id);
            self.get(Ask::GroupInfo(id), format!("/v1/circles/{id}/group-info"));
        }
        Ok(())
    }

    /// Whether the Welcome of somebody who brought this device in should have come by now. A second leaf
    /// beside the one that they made would end it, and vouch for the group in place of them.
    fn is_late(&mut self, id: CircleId) -> bool {
        let in_a_while = self.now.micros() + i64::from(WELCOME_MS) * 1_000;
        let in_a_while = protocol::Timestamp::from_micros(in_a_while);
        let held = self.volatile.welcomes_due.get(&id).copied();
        let due = held.unwrap_or(in_a_while);
        if held.is_none() {
            self.timer(WELCOME_MS + 1);
            self.volatile.welcomes_due.insert(id, due);
        }
        self.now >= due
    }

    /// The server has heard of the trouble.
    pub fn distress_noted(&mut self, id: CircleId, answer: Answer<'_>) -> Result<()> {
        self.volatile.committing.remove(&id);
        if answer.is_no_answer() {
            self.timer(RETRY_MS);
            return Ok(());
        }
        if let Some(mut circle) = self.draft.circle(id)? {
            if let Some(fallen) = &mut circle.fallen {
                fallen.distress = None;
            }
            if let Some(DistressNoted { status }) = answer.json() {
                circle.status = status;
            }
            self.circles_changed = true;
            self.draft.save(&circle);
        }
        self.in_circle(id, |turn| turn.tend(id))
    }

    /// The group's public state came: judge it, and build the way in.
    pub fn group_info_read(&mut self, id: CircleId, answer: Answer<'_>) -> Result<()> {
        self.volatile.committing.remove(&id);
        self.volatile.returning.remove(&id);
        if answer.status != 200 {
            if answer.is_no_answer() {
                self.timer(RETRY_MS);
            } else {
                self.volatile.blocked.insert(id);
                self.read_circle(id);
            }
            return Ok(());
        }
        self.in_circle(id, |turn| turn.make_return(id, answer.body))
    }

    /// The vault was read: a group that lists another identity key of this person's than the vault has does
    /// so by nobody's right.
    pub fn no_longer_behind(&mut self, same: bool) -> Result<()> {
        for id in std::mem::take(&mut self.volatile.behind) {
            if same {
                let violation = Violation::CertificateInvalid;
                self.stop(id, Code::Judged, &violation.to_string())?;
            }
        }
        Ok(())
    }

    fn make_return(&mut self, id: CircleId, group_info: &[u8]) -> Result<()> {
        let me = self.as_listed(self.must_me()?, group_info)?;
        let Some(mut circle) = self.draft.circle(id)? else {
            return Ok(());
        };
        let fork = self.draft.fork();
        let known = self.draft.known(id)?;
        let (mut group, context, committed) =
            match Group::come_back(&fork, &me, (group_info, known.as_ref()), self.now) {
                Ok(made) => made,
                Err(Closed::Judged(violation)) => {
                    self.stop(id, Code::Judged, &violation.to_string())?;
                    return Ok(());
                }
                Err(Closed::Behind) => {
                    // Another device of this person's may have brought a new identity key: the vault says.
                    self.volatile.behind.insert(id);
                    self.read_vault();
                    return Ok(());
                }
                Err(Closed::Stranger(stranger)) => {
                    self.met_a_stranger(circle, stranger);
                    return Ok(());
                }
                Err(Closed::Commit | Closed::Message(_)) => {
                    self.volatile.blocked.insert(id);
                    let detail = "the group's public state could not be used";
                    self.problem(Some(id), Code::GroupInfoMismatch, detail);
                    return Ok(());
                }
            };
        if context.policy.circle != id {
            return self.stop(id, Code::Judged, "policy_of_another_group");
        }
        // A new era: which one holds would otherwise be the server's word, and it could name one whose key
        // somebody has who was taken out.
        let generation = context.policy.generation;
        let era = context.policy.history.is_kept().then(|| Era {
            era: circle.era_after(generation),
            key: chance::bytes(),
        });
        let first = era.clone().map_or(Payload::NoEra, Payload::Era);
        let era_next = group.encrypt(&me.identity, &first)?;
        circle.generation = generation;
        let joined = circle.joined.take();
        let number = era.as_ref().map_or(circle.era, |era| era.era);
        let bundle = Self::bundle(&mut circle, committed, era_next, number);
        circle.joined = joined;
        let candidate = Candidate {
            bundle: bundle.clone(),
            changes: to_list(fork.changes_since(&self.draft)),
            era,
            place: Some(Joined::new(generation, 0, &context.policy, self.now)),
            brings_succession: false,
            shared: Vec::new(),
            history: None,
        };
        self.draft.write(&key::candidate(id), &candidate);
        self.draft.save(&circle);
        self.volatile.returning.insert(id);
        self.post_commit(id, &bundle);
        Ok(())
    }

    /// The server took the external commit: the place is this device's. What it did not see of the log
    /// becomes history to be read.
    pub fn came_back(
        &mut self,
        id: CircleId,
        candidate: Candidate,
        mut place: Joined,
        answer: Answer<'_>,
    ) -> Result<()> {
        self.volatile.committing.remove(&id);
        self.volatile.returning.remove(&id);
        let Ok(Appended { seq, .. }) = minicbor::decode(answer.body) else {
            return Err(Error::Store("an answer to a commit does not read"));
        };
        let Some(mut circle) = self.draft.circle(id)? else {
            return Ok(());
        };
        self.draft.delete(&key::candidate(id));
        self.settle_past(&mut circle, &place, seq)?;
        self.draft.adopt(from_list(candidate.changes));
        let group = GroupId {
            circle: id,
            generation: place.generation,
        };
        let me = self.must_me()?;
        let epoch = Epoch::read(&self.draft, group)?;
        let policy = epoch.context(&me)?.policy;
        self.doubt_wish(&policy, epoch.number())?;
        self.draft.know(&policy, epoch.number());
        let account = me.identity.account;
        for member in &place.members {
            if member.account != account {
                self.draft.set_pin(member.account, &member.aik);
            }
        }
        let listed = policy.member(account);
        circle.owes_succession = listed.is_some_and(|own| own.aik.0 != me.identity.aik_public());
        let first = self.first_era(&circle, (place.generation, place.history), false);
        let here = candidate.era.as_ref().map_or(first, |era| era.era);
        let here = (place.generation, here);
        circle.here_since(place.members.iter().map(|member| member.account), here);
        self.volatile.welcomes_due.remove(&id);
        place.cursor = seq;
        place.awaits_era_behind(seq);
        circle.joined = Some(place);
        circle.fallen = None;
        circle.stopped = None;
        self.hold_own_era(&mut circle, candidate.era.as_ref())?;
        self.draft.save(&circle);
        self.circles_changed = true;
        self.status_changed = true;
        self.follow(&circle);
        self.read_history(id)?;
        self.come_into_others(id)
    }

    /// What this device did not see of the logs before it came in there becomes history to be read, if that can show
    /// it anything: what is archived, or that something was said while it was out of step.
    fn settle_past(&mut self, circle: &mut Circle, place: &Joined, seq: u64) -> Result<()> {
        let until = match &circle.joined {
            Some(joined) if joined.generation == place.generation => joined.cursor,
            _ => 0,
        };
        let reads_back = self.reads_back(circle, place.history);
        if circle.joined.is_none() {
            for generation in (0..place.generation).filter(|_| reads_back) {
                circle.must_read(Gap {
                    generation,
                    before: u64::MAX >> 1,
                    until: 0,
                    missed: false,
                });
            }
        } else if until == 0 {
            self.leave_generation(circle)?;
        }
        circle.follows_from(place.generation, seq);
        if reads_back || until > 0 {
            circle.must_read(Gap {
                generation: place.generation,
                before: seq,
                until,
                missed: until > 0,
            });
        }
        Ok(())
    }

    /// There is room for the next circle, which is another one than this.
    pub fn come_into_others(&mut self, than: CircleId) -> Result<()> {
        let idle = |id: &CircleId| {
            let busy = self.volatile.committing.contains(id) || self.volatile.blocked.contains(id);
            *id != than && !busy && !self.rests_in(*id)
        };
        let waiting: Vec<_> = self
            .draft
            .circles()?
            .into_iter()
            .filter(|circle| circle.joined.is_none() || circle.fallen.is_some())
            .map(|circle| circle.id)
            .filter(idle)
            .rev()
            .take(AT_ONCE)
            .collect();
        for id in waiting {
            self.in_circle(id, |turn| turn.tend(id))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
