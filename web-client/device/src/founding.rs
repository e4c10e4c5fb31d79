//! Making a circle's group: its first, and the next generation's after it broke.

use judge::Violation;
use protocol::bundle::Founding;
use protocol::policy::{CirclePolicy, HistoryMode};
use protocol::{CircleId, CircleStatus, Code, GroupId, Role};

use crate::api::{Content, Item};
use crate::ask::{Answer, Ask};
use crate::chance;
use crate::content::Era;
use crate::error::{Error, Result};
use crate::group::{Epoch, Group};
use crate::state::{Circle, FoundingAttempt, Gap, Joined, from_list, key, to_list};
use crate::turn::Turn;

/// Before a founding is tried again, milliseconds.
const RETRY_MS: u32 = 1_000;

impl Turn<'_> {
    /// Makes a planned circle's group, alone in it.
    pub fn found(&mut self, circle: &Circle) -> Result<()> {
        // The person's own wish before the server's word for what somebody planned.
        let history = self.kept(circle.id)?.unwrap_or(circle.planned);
        self.begin_generation(circle.id, 0, (None, history))
    }

    /// A person of staff begins a broken circle's group anew.
    pub fn reset(&mut self, id: CircleId) -> Result<()> {
        let me = self.must_me()?;
        let circle = self
            .draft
            .circle(id)?
            .ok_or(Error::refused(Code::NotFound, "no such circle"))?;
        if me.role != Role::CaseManager {
            return Err(Error::refused(
                Code::NotAllowed,
                "staff begin a circle anew",
            ));
        }
        let before = self.draft.known(id)?.map(|known| known.policy);
        let generation = circle
            .joined
            .as_ref()
            .map_or(circle.generation, |joined| joined.generation)
            .max(circle.generation)
            .saturating_add(1);
        self.draft.delete(&key::candidate(id));
        let known = before
            .as_ref()
            .map_or(circle.history(), |before| before.history);
        // This device may have missed that history ended, and so may a server that was restored: whichever
        // knows of it is right, for the judge takes no laxer terms than it knows.
        let history = if circle.planned.is_kept() {
            known
        } else {
            HistoryMode::Off
        };
        self.begin_generation(id, generation, (before.as_ref(), history))
    }

    fn begin_generation(
        &mut self,
        id: CircleId,
        generation: u32,
        (before, history): (Option<&CirclePolicy>, HistoryMode),
    ) -> Result<()> {
        let me = self.must_me()?;
        let fork = self.draft.fork();
        let group_id = GroupId {
            circle: id,
            generation,
        };
        let group = Group::found(&fork, &me, group_id, (before, history))?;
        let group_info = group.group_info(&me.identity)?;
        drop(group);
        let attempt = FoundingAttempt {
            founding: Founding {
                op_id: Self::op_id(),
                group_info,
            },
            changes: to_list(fork.changes_since(&self.draft)),
            era: history.is_kept().then(|| Era {
                era: 0,
                key: chance::bytes(),
            }),
            generation,
        };
        self.draft.write(&key::founding(id), &attempt);
        self.post_founding(id, &attempt);
        Ok(())
    }

    pub fn post_founding(&mut self, id: CircleId, attempt: &FoundingAttempt) {
        if !self.is_online() {
            return;
        }
        self.volatile.committing.insert(id);
        let tail = if attempt.generation == 0 {
            "group"
        } else {
            "reset"
        };
        let body = protocol::frame::to_vec(&attempt.founding);
        self.post_cbor(Ask::Found(id), format!("/v1/circles/{id}/{tail}"), body);
    }

    pub fn founded(&mut self, id: CircleId, answer: Answer<'_>) -> Result<()> {
        self.volatile.committing.remove(&id);
        if answer.is_no_answer() {
            self.timer(RETRY_MS);
            return Ok(());
        }
        let attempt = self.draft.read::<FoundingAttempt>(&key::founding(id))?;
        let (Some(attempt), Some(mut circle)) = (attempt, self.draft.circle(id)?) else {
            return Ok(());
        };
        self.draft.delete(&key::founding(id));
        if answer.status != 200 {
            self.settle_wish(id)?;
            self.not_founded(id, attempt.generation, answer);
            return Ok(());
        }
        self.draft.adopt(from_list(attempt.changes));
        let me = self.must_me()?;
        let group_id = GroupId {
            circle: id,
            generation: attempt.generation,
        };
        let policy = Epoch::read(&self.draft, group_id)?.context(&me)?.policy;
        self.leave_generation(&mut circle)?;
        self.draft.know(&policy, 0);
        circle.status = CircleStatus::Live;
        circle.generation = attempt.generation;
        circle.fallen = None;
        circle.stopped = None;
        circle
            .awaiting
            .retain(|account| *account != me.identity.account);
        circle.joined = Some(Joined::new(attempt.generation, 0, &policy, self.now));
        if let Some(era) = &attempt.era {
            self.hold_era(&mut circle, era)?;
        }
        self.history_is(id, policy.history)?;
        let here = policy.members.iter().map(|member| member.account);
        let first = attempt.era.as_ref().map_or(1, |era| era.era);
        circle.here_since(here, (attempt.generation, first));
        if attempt.generation > 0 {
            self.note_reset(&mut circle, me.identity.account, attempt.generation)?;
        }
        self.draft.save(&circle);
        self.circles_changed = true;
        self.follow(&circle);
        self.read_circles();
        // Who waits to be in the new group, as the server sees it now.
        self.read_circle(id);
        self.in_circle(id, |turn| {
            turn.tend(id)?;
            turn.flush(id)
        })
    }

    /// Somebody was quicker, or the server does not take the group. Should it list a removal key that only the agency
    /// key before vouches for, the list of circles says the present one, and a planned circle is founded with it.
    fn not_founded(&mut self, id: CircleId, generation: u32, answer: Answer<'_>) {
        let (code, detail) = answer.refusal();
        let unsigned = Violation::ExternalSenderUnsigned.to_string();
        let outdated = code == Code::Judged && detail == unsigned;
        let founds_anew = outdated && generation == 0;
        if code != Code::CircleFounded && !founds_anew {
            self.volatile.blocked.insert(id);
            self.problem(Some(id), code, detail);
        }
        if outdated {
            self.read_circles();
        } else {
            self.read_circle(id);
        }
    }

    /// The group of the generation before is over: its secrets go, what of it was not yet read becomes
    /// history to be read.
    pub fn leave_generation(&mut self, circle: &mut Circle) -> Result<()> {
        let Some(joined) = circle.joined.take() else {
            return Ok(());
        };
        let group_id = GroupId {
            circle: circle.id,
            generation: joined.generation,
        };
        let mls_id = openmls::group::GroupId::from_slice(&group_id.to_bytes());
        self.draft.forget_group(&mls_id)?;
        circle.must_read(Gap {
            generation: joined.generation,
            before: u64::MAX >> 1,
            until: joined.cursor,
            missed: true,
        });
        Ok(())
    }

    /// A note at the beginning of a generation.
    pub fn note_reset(
        &mut self,
        circle: &mut Circle,
        by: protocol::AccountId,
        generation: u32,
    ) -> Result<()> {
        self.counters.resets += 1;
        let item = Item {
            id: format!("{generation}/0"),
            seq: Some(key::seat(generation, 0)),
            at_ms: self.now.micros() / 1_000,
            content: Content::Reset { by },
        };
        self.put_item(circle, key::item(circle.id, generation, 0), item)
    }
}
