//! Making a circle's group and bringing people in. A commit is sent only after its candidate is
//! stored, and changes nothing here until the log shows it.

use protocol::bundle::{CommitBundle, Founding};
use protocol::http::{ClaimKeyPackages, ClaimedKeyPackages};
use protocol::{AccountId, Bytes, CircleId, CircleStatus, Code, GroupId, OpId};

use crate::chance;
use crate::content::{Era, Payload};
use crate::error::Result;
use crate::group::{Group, check_newcomer};
use crate::state::{
    Candidate, Circle, FoundingAttempt, GroupMember, Joined, from_list, key, to_list,
};
use crate::turn::{Answer, Ask, Turn};

/// Before a refused commit is tried again, milliseconds.
const RETRY_MS: u32 = 1_000;

impl Turn<'_> {
    /// Does what this device may and should do for a circle's group: found it, add who awaits.
    pub fn tend(&mut self, id: CircleId) -> Result<()> {
        let Some(circle) = self.draft.circle(id)? else {
            return Ok(());
        };
        let busy = self.volatile.committing.contains(&id) || self.volatile.blocked.contains(&id);
        if !self.is_online() || busy || circle.stopped.is_some() {
            return Ok(());
        }
        if let Some(attempt) = self.draft.read::<FoundingAttempt>(&key::founding(id))? {
            self.post_founding(id, &attempt.founding);
        } else if let Some(candidate) = self.draft.read::<Candidate>(&key::candidate(id))? {
            self.post_commit(id, &candidate.bundle);
        } else if circle.joined.is_none() {
            if circle.may_add && circle.status == CircleStatus::Planned {
                self.found(&circle)?;
            }
        } else if circle.may_add && !circle.awaiting.is_empty() {
            let accounts = circle.awaiting.clone();
            let ask = Ask::Claim(id, accounts.clone());
            let body = ClaimKeyPackages {
                op_id: Self::op_id(),
                circle: id,
                accounts,
            };
            self.volatile.committing.insert(id);
            self.send_json(ask, "POST", "/v1/key-packages/claim", &body);
        }
        Ok(())
    }

    // --- founding ----------------------------------------------------------------------------

    fn found(&mut self, circle: &Circle) -> Result<()> {
        let me = self.must_me()?;
        let fork = self.draft.fork();
        let group = Group::found(
            &fork,
            &me,
            GroupId {
                circle: circle.id,
                generation: 0,
            },
        )?;
        let group_info = group.group_info(&me.identity)?;
        drop(group);
        let founding = Founding {
            op_id: Self::op_id(),
            group_info,
        };
        let attempt = FoundingAttempt {
            founding,
            changes: to_list(fork.changes_since(&self.draft)),
            era: Era {
                era: 0,
                key: chance::bytes(),
            },
        };
        self.draft.write(&key::founding(circle.id), &attempt);
        self.post_founding(circle.id, &attempt.founding);
        Ok(())
    }

    fn post_founding(&mut self, id: CircleId, founding: &Founding) {
        self.volatile.committing.insert(id);
        let body = protocol::frame::to_vec(founding);
        self.post_cbor(Ask::Found(id), format!("/v1/circles/{id}/group"), body);
    }

    pub fn founded(&mut self, id: CircleId, answer: Answer<'_>) -> Result<()> {
        self.volatile.committing.remove(&id);
        if answer.is_passing() {
            self.timer(RETRY_MS);
            return Ok(());
        }
        let attempt = self.draft.read::<FoundingAttempt>(&key::founding(id))?;
        let (Some(attempt), Some(mut circle)) = (attempt, self.draft.circle(id)?) else {
            return Ok(());
        };
        self.draft.delete(&key::founding(id));
        if answer.status != 200 {
            let (code, detail) = answer.refusal();
            if code != Code::CircleFounded {
                self.volatile.blocked.insert(id);
                self.problem(Some(id), code, detail);
            }
            return Ok(());
        }
        self.draft.adopt(from_list(attempt.changes));
        let me = self.must_me()?;
        circle.status = CircleStatus::Live;
        circle
            .awaiting
            .retain(|account| *account != me.identity.account);
        circle.joined = Some(Joined {
            generation: 0,
            cursor: 0,
            send_counter: 0,
            era: Some(attempt.era),
            members: vec![GroupMember {
                account: me.identity.account,
                verified: false,
            }],
        });
        self.draft.save(&circle);
        self.circles_changed = true;
        self.follow(&circle);
        self.read_circles();
        self.in_circle(id, |turn| {
            turn.tend(id)?;
            turn.flush(id)
        })
    }

    // --- adding ------------------------------------------------------------------------------

    /// Key packages came, for the accounts that were asked for.
    pub fn claimed(&mut self, id: CircleId, asked: &[AccountId], answer: Answer<'_>) -> Result<()> {
        self.volatile.committing.remove(&id);
        let Some(ClaimedKeyPackages { claimed }) = answer.json() else {
            if answer.is_passing() {
                self.timer(RETRY_MS);
            } else {
                self.volatile.blocked.insert(id);
                let (code, detail) = answer.refusal();
                self.problem(Some(id), code, detail);
            }
            return Ok(());
        };
        let (good, bad): (Vec<_>, Vec<_>) = claimed
            .iter()
            .map(|package| check_newcomer(&self.draft, package))
            .partition(Option::is_some);
        if !bad.is_empty() {
            let detail = "the server handed out a key package that is not the person's";
            self.problem(Some(id), Code::KeyPackageInvalid, detail);
        }
        if good.is_empty() {
            // None of these can be added now; a notice says when one can. Others may have come since.
            if let Some(mut circle) = self.draft.circle(id)? {
                circle.awaiting.retain(|account| !asked.contains(account));
                self.draft.save(&circle);
            }
            return self.in_circle(id, |turn| turn.tend(id));
        }
        self.in_circle(id, |turn| {
            let newcomers = good.into_iter().flatten().collect();
            let bundle = turn.make_candidate(id, newcomers)?;
            if let Some(bundle) = bundle {
                turn.post_commit(id, &bundle);
            }
            Ok(())
        })
    }

    /// Builds the commit on a fork, merges it there, encrypts the next epoch's first message on it,
    /// and stores the fork's changes as the candidate.
    fn make_candidate(
        &mut self,
        id: CircleId,
        newcomers: Vec<crate::group::Newcomer>,
    ) -> Result<Option<CommitBundle>> {
        let me = self.must_me()?;
        let Some(mut circle) = self.draft.circle(id)? else {
            return Ok(None);
        };
        let (Some(group_id), Some(joined)) = (circle.group(), circle.joined.as_mut()) else {
            return Ok(None);
        };
        let Some(held) = &joined.era else {
            return Ok(None);
        };
        let mut added: Vec<_> = newcomers.iter().map(|newcomer| newcomer.account).collect();
        added.dedup();
        let era = Era {
            era: held.era + 1,
            key: chance::bytes(),
        };

        let fork = self.draft.fork();
        let mut group = Group::load(&fork, group_id)?;
        let committed = group.add(&me, newcomers)?;
        let era_next = group.encrypt(&me.identity, &Payload::Era(era.clone()))?;
        drop(group);
        joined.send_counter += 1;
        let bundle = CommitBundle {
            op_id: Self::op_id(),
            commit: committed.commit,
            group_info: committed.group_info,
            welcome: committed.welcome,
            era_next,
            era: era.era,
            send_counter: joined.send_counter,
        };
        let changes = to_list(fork.changes_since(&self.draft));
        let candidate = Candidate {
            bundle: bundle.clone(),
            changes,
            era,
            added,
        };
        self.draft.write(&key::candidate(id), &candidate);
        self.draft.save(&circle);
        Ok(Some(bundle))
    }

    fn post_commit(&mut self, id: CircleId, bundle: &CommitBundle) {
        self.volatile.committing.insert(id);
        let body = protocol::frame::to_vec(bundle);
        self.post_cbor(
            Ask::Commit(id, bundle.op_id),
            format!("/v1/circles/{id}/commits"),
            body,
        );
    }

    /// `ok` to a commit changes nothing: the log will show it. A refusal deletes the candidate.
    pub fn committed(&mut self, id: CircleId, op_id: OpId, answer: Answer<'_>) -> Result<()> {
        let current = self.draft.read::<Candidate>(&key::candidate(id))?;
        if answer.status == 200 || current.is_none_or(|held| held.bundle.op_id != op_id) {
            return Ok(());
        }
        self.volatile.committing.remove(&id);
        if answer.is_passing() {
            self.timer(RETRY_MS);
            return Ok(());
        }
        self.draft.delete(&key::candidate(id));
        let (code, detail) = answer.refusal();
        if code == Code::Stale {
            self.timer(RETRY_MS);
        } else {
            self.volatile.blocked.insert(id);
            self.problem(Some(id), code, detail);
        }
        Ok(())
    }

    /// The log shows a commit: is it the candidate? Then it becomes the group.
    pub fn adopt_candidate(
        &mut self,
        circle: &mut Circle,
        commit: &Bytes,
    ) -> Result<Option<Candidate>> {
        let at = key::candidate(circle.id);
        let Some(candidate) = self.draft.read::<Candidate>(&at)? else {
            return Ok(None);
        };
        self.draft.delete(&at);
        self.volatile.committing.remove(&circle.id);
        if candidate.bundle.commit != *commit {
            return Ok(None);
        }
        self.draft.adopt(from_list(candidate.changes.clone()));
        if let Some(joined) = &mut circle.joined {
            joined.era = Some(candidate.era.clone());
        }
        circle
            .awaiting
            .retain(|account| !candidate.added.contains(account));
        Ok(Some(candidate))
    }
}
