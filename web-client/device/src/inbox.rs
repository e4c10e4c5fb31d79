//! Notices, one at a time and in order: each is acknowledged when its work is stored, and with it those before.
//!
//! Whoever was away finds the same circle named again and again: it is looked at once for all of them that wait.

use protocol::frame::{Ack, ClientFrame, Notice, NoticeKind, WelcomeNotice};
use protocol::{CircleId, Code};

use crate::ask::{Answer, Ask};
use crate::error::Result;
use crate::group::{Closed, Group};
use crate::state::Joined;
use crate::turn::Turn;

/// Before a notice is worked on again after the server could not be reached, milliseconds.
const RETRY_MS: u32 = 2_000;

impl Turn<'_> {
    /// Notices came.
    pub fn notices(&mut self, notices: Vec<Notice>) {
        let idle = self.volatile.inbox.is_empty();
        for notice in notices {
            if self
                .volatile
                .inbox
                .back()
                .is_none_or(|last| last.seq < notice.seq)
            {
                self.look_once(&notice);
                self.volatile.inbox.push_back(notice);
            }
        }
        if idle {
            self.next_notice();
        }
    }

    /// A look at a circle says what an earlier one would have said, but for the one that is under way.
    fn look_once(&mut self, notice: &Notice) {
        if notice.kind != NoticeKind::Roster {
            return;
        }
        let mut under_way = true;
        self.volatile.inbox.retain(|earlier| {
            let first = std::mem::take(&mut under_way);
            let same = earlier.kind == NoticeKind::Roster && earlier.circle == notice.circle;
            first || !same
        });
    }

    fn next_notice(&mut self) {
        let Some(notice) = self.volatile.inbox.front().copied() else {
            return;
        };
        match notice.kind {
            NoticeKind::Roster => {
                let path = format!("/v1/circles/{}", notice.circle);
                self.get(Ask::Circle(notice.circle), path);
            }
            NoticeKind::Welcome(welcome) => {
                let path = format!("/v1/welcomes/{}", welcome.welcome);
                self.get(Ask::Welcome(notice.circle), path);
            }
        }
    }

    /// Works on the first notice again, if the server was out of reach.
    pub fn retry_notice(&mut self) {
        if std::mem::take(&mut self.volatile.inbox_stuck) {
            self.next_notice();
        }
    }

    /// The first notice's work is in the draft. If the server could not be reached, it stays the first
    /// and is worked on again.
    pub fn notice_done(&mut self, passing_failure: bool) {
        if passing_failure {
            self.volatile.inbox_stuck = true;
            self.timer(RETRY_MS);
            return;
        }
        if let Some(done) = self.volatile.inbox.pop_front() {
            self.send(&ClientFrame::Ack(Ack {
                cursors: Vec::new(),
                inbox: Some(done.seq),
            }));
        }
        self.next_notice();
    }

    /// A Welcome came: judge it, and join.
    pub fn welcomed(&mut self, id: CircleId, answer: Answer<'_>) -> Result<()> {
        let notice = self.volatile.inbox.front().copied();
        if let (
            Some(Notice {
                kind: NoticeKind::Welcome(welcome),
                ..
            }),
            200,
        ) = (notice, answer.status)
        {
            self.in_circle(id, |turn| turn.join(id, welcome, answer.body))?;
            self.read_circles();
        }
        self.notice_done(answer.is_passing());
        Ok(())
    }

    fn join(&mut self, id: CircleId, notice: WelcomeNotice, bytes: &[u8]) -> Result<()> {
        let me = self.must_me()?;
        let mut circle = self
            .draft
            .circle(id)?
            .unwrap_or_else(|| crate::state::Circle::new(id));
        let joined = circle.joined.as_ref().map(|joined| joined.generation);
        if joined.is_some_and(|generation| generation >= notice.generation) {
            return Ok(());
        }
        let Some((context, epoch)) = self.enter(&circle, notice.generation, bytes)? else {
            return Ok(());
        };
        for member in &context.policy.members {
            self.draft.set_pin(member.account, &member.aik);
        }
        self.doubt_wish(&context.policy, epoch)?;
        self.draft.know(&context.policy, epoch);
        let moved = circle.joined.is_some();
        self.leave_generation(&mut circle)?;
        let (generation, start) = (notice.generation, notice.start_seq);
        let mut place = Joined::new(generation, start, &context.policy, self.now);
        place.awaits_era_behind(start);
        // The key of the era that holds from here follows the Welcome, if history is kept.
        let history = context.policy.history;
        let era = self.first_era(&circle, (generation, history), false);
        let here = context.policy.members.iter().map(|member| member.account);
        circle.here_since(here, (generation, era));
        circle.follows_from(generation, start.saturating_add(1));
        circle.joined = Some(place);
        circle.generation = generation;
        circle.status = protocol::CircleStatus::Live;
        circle.fallen = None;
        circle.stopped = None;
        self.draft.delete(&crate::state::key::candidate(id));
        self.volatile.welcomes_due.remove(&id);
        if moved {
            let by = context
                .policy
                .members
                .iter()
                .find(|member| member.role == protocol::Role::CaseManager);
            let by = by.map_or(me.identity.account, |member| member.account);
            self.note_reset(&mut circle, by, generation)?;
        }
        self.draft.save(&circle);
        self.circles_changed = true;
        self.follow(&circle);
        Ok(())
    }

    /// Opens a Welcome and judges the group that it leads into, which must be the one announced. Nothing,
    /// and nothing is changed, if this device does not go there; why not is told.
    fn enter(
        &mut self,
        circle: &crate::state::Circle,
        generation: u32,
        bytes: &[u8],
    ) -> Result<Option<(judge::Context, u64)>> {
        let id = circle.id;
        let me = self.must_me()?;
        let known = self.draft.known(id)?;
        let savepoint = self.draft.savepoint();
        let welcome = (bytes, known.as_ref());
        match Group::join(&self.draft, &me, welcome, self.now) {
            Ok((group, context)) if (id, generation) == place_of(&context) => {
                return Ok(Some((context, group.epoch())));
            }
            Ok(_) => {
                self.draft.roll_back(savepoint);
                self.volatile.welcomes_due.insert(id, self.now);
                self.problem(Some(id), Code::Judged, "policy_of_another_group");
            }
            Err(Closed::Judged(violation)) => {
                self.draft.roll_back(savepoint);
                self.problem(Some(id), Code::Judged, violation.to_string());
            }
            Err(Closed::Stranger(stranger)) => {
                self.draft.roll_back(savepoint);
                self.met_a_stranger(circle.clone(), stranger);
            }
            Err(Closed::Behind | Closed::Commit | Closed::Message(_)) => {
                // The key package is kept. The account is in the group now, so this device comes in by
                // itself.
                self.draft.roll_back(savepoint);
                self.counters.undecryptable += 1;
                self.volatile.welcomes_due.insert(id, self.now);
                self.read_circle(id);
            }
        }
        Ok(None)
    }

    /// A group is vouched for by somebody whom this device never met in the circle. Nothing is merged; a
    /// human makes sure who that is ([`crate::api::Command::TrustNewKey`]).
    pub fn met_a_stranger(
        &mut self,
        mut circle: crate::state::Circle,
        stranger: crate::state::NewKey,
    ) {
        let id = circle.id;
        self.volatile.blocked.insert(id);
        if !circle.new_keys.contains(&stranger) {
            circle.offer_new_key(stranger.account, stranger.aik);
            self.draft.save(&circle);
            self.circles_changed = true;
        }
        self.problem(Some(id), Code::Judged, "stranger");
    }
}

/// The circle and generation that a group says it is of.
fn place_of(context: &judge::Context) -> (CircleId, u32) {
    (context.policy.circle, context.policy.generation)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Effect, Link};
    use crate::invented::{NOW, dana};
    use crate::rows::Rows;
    use crate::state::key;
    use crate::volatile::Volatile;

    const BUSY: CircleId = CircleId::from_bytes([9; 16]);
    const QUIET: CircleId = CircleId::from_bytes([8; 16]);

    fn look(seq: u64, circle: CircleId) -> Notice {
        Notice {
            seq,
            circle,
            kind: NoticeKind::Roster,
        }
    }

    /// The circles that were looked at so far.
    fn looks(turn: &Turn<'_>) -> Vec<String> {
        let path = |effect: &Effect| match effect {
            Effect::Request { path, .. } => path.strip_prefix("/v1/circles/").map(str::to_owned),
            _ => None,
        };
        turn.effects.iter().filter_map(path).collect()
    }

    #[test]
    fn a_circle_that_is_named_again_and_again_is_looked_at_once() {
        let rows: Rows = [(key::ME.to_vec(), protocol::frame::to_vec(&dana()))].into();
        let volatile = Volatile {
            link: Some(Link::Online),
            ..Volatile::default()
        };
        let mut turn = Turn::new(&rows, volatile, "localhost", NOW);
        let named = [BUSY, BUSY, QUIET, BUSY, BUSY];
        let notices = (1..).zip(named).map(|(seq, circle)| look(seq, circle));
        turn.notices(notices.collect());
        // The first was under way when the others came.
        for _ in 0..3 {
            turn.notice_done(false);
        }
        let [busy, quiet] = [BUSY, QUIET].map(|circle| circle.to_string());
        assert_eq!(looks(&turn), [busy.clone(), quiet, busy]);
        assert!(turn.volatile.inbox.is_empty());
        let last = ClientFrame::Ack(Ack {
            cursors: Vec::new(),
            inbox: Some(5),
        });
        let last = last.to_bytes();
        let acked = |effect: &Effect| matches!(effect, Effect::Send { bytes } if *bytes == last);
        assert!(turn.effects.iter().any(acked), "all of them");
    }
}
