//! Applying a circle's log: cursor + 1 and nothing else.

use protocol::frame::{Ack, ClientFrame, Cursor, LogEntry, LogPage, Marker};
use protocol::policy::CirclePolicy;
use protocol::{AccountId, Bytes, Code, EntryKind};

use crate::api::{Content, Item, Progress};
use crate::content::{Payload, open_body};
use crate::error::Result;
use crate::group::{Closed, Epoch, Group, Opened};
use crate::state::{Circle, GroupMember, Leaving, Me, key};
use crate::turn::Turn;

impl Turn<'_> {
    /// A stretch of log came.
    pub fn log_page(&mut self, page: LogPage) -> Result<()> {
        let id = page.circle;
        let mut applied = None;
        self.know_head(&page)?;
        for entry in page.entries {
            let Some(circle) = self.draft.circle(id)? else {
                return Ok(());
            };
            let Some(joined) = &circle.joined else {
                return Ok(());
            };
            if !circle.goes_on() || joined.generation != page.generation {
                return Ok(());
            }
            if entry.seq <= joined.cursor {
                continue;
            }
            if joined.cursor.checked_add(1) != Some(entry.seq) {
                self.follow(&circle);
                break;
            }
            let seq = entry.seq;
            self.in_circle(id, |turn| turn.apply(circle, &entry))?;
            applied = Some(seq);
        }
        let place = self
            .draft
            .circle(id)?
            .filter(Circle::goes_on)
            .and_then(|circle| circle.joined);
        if let (Some(_), Some(joined)) = (applied, place) {
            self.volatile.commit_attempts.remove(&id);
            self.volatile.rests.remove(&id);
            let cursor = Cursor {
                circle: id,
                generation: page.generation,
                seq: joined.cursor,
            };
            self.send(&ClientFrame::Ack(Ack {
                cursors: vec![cursor],
                inbox: None,
            }));
            self.in_circle(id, |turn| {
                turn.tend(id)?;
                turn.flush(id)
            })?;
        }
        Ok(())
    }

    /// How far the log goes, as far as the server says: a device that is behind does not commit.
    fn know_head(&mut self, page: &LogPage) -> Result<()> {
        if let Some(mut circle) = self.draft.circle(page.circle)?
            && let Some(joined) = &mut circle.joined
            && joined.generation == page.generation
            && joined.head < page.head
        {
            joined.head = page.head;
            self.draft.save(&circle);
        }
        Ok(())
    }

    /// Applies one entry and moves the cursor, both in this draft.
    fn apply(&mut self, mut circle: Circle, entry: &LogEntry) -> Result<()> {
        let me = self.must_me()?;
        let seq = entry.seq;
        self.check_promise(&mut circle, &me, entry)?;
        let goes_on = match entry.kind {
            EntryKind::Commit => self.apply_commit(&mut circle, &me, entry)?,
            EntryKind::Proposal => self.apply_proposal(&mut circle, &me, entry)?,
            EntryKind::Message if entry.device == me.identity.device => {
                let generation = circle.joined.as_ref().map_or(0, |joined| joined.generation);
                self.settle_own(&mut circle, &me, (generation, entry))?;
                true
            }
            EntryKind::Message => {
                self.apply_message(&mut circle, &me, entry)?;
                true
            }
            EntryKind::Marker => {
                self.apply_marker(&mut circle, entry)?;
                true
            }
        };
        if !goes_on {
            return Ok(());
        }
        if let Some(joined) = &mut circle.joined {
            joined.cursor = seq;
        }
        self.draft.save(&circle);
        Ok(())
    }

    /// Answers whether the log may go on.
    fn apply_commit(&mut self, circle: &mut Circle, me: &Me, entry: &LogEntry) -> Result<bool> {
        let Some(group_id) = circle.group() else {
            return Ok(false);
        };
        if self.adopt_candidate(circle, &entry.mls)? {
            let policy = Epoch::read(&self.draft, group_id)?.context(me)?.policy;
            self.changed(circle, entry, me.identity.account, &policy)?;
            return Ok(true);
        }
        if entry.device == me.identity.device {
            // This device made it and does not know of it: it runs from an old copy of its store.
            self.fall(circle.id, crate::state::Why::OldCopy, None)?;
            return Ok(false);
        }
        let savepoint = self.draft.savepoint();
        let opened = Group::load(&self.draft, group_id)?.open(me, &entry.mls, entry.accepted_at);
        let judged = match opened {
            Ok(Opened::Commit(judged)) => judged,
            Err(Closed::Judged(violation)) => {
                self.draft.roll_back(savepoint);
                self.stop(circle.id, Code::Judged, &violation.to_string())?;
                return Ok(false);
            }
            _ => {
                self.draft.roll_back(savepoint);
                self.fall_at(circle, entry)?;
                return Ok(false);
            }
        };
        if judged
            .roster
            .iter()
            .all(|cert| cert.device != me.identity.device)
        {
            self.leave_generation(circle)?;
            // The group itself said goodbye: whoever invites this device again meets it anew.
            self.draft.delete(&key::known(circle.id));
            self.circles_changed = true;
            self.read_circle(circle.id);
            self.draft.save(circle);
            return Ok(false);
        }
        self.changed(
            circle,
            entry,
            judged.committer.account,
            &judged.context.policy,
        )?;
        if let Some(joined) = &mut circle.joined {
            joined.era = None;
            joined.awaits_era_behind(entry.seq);
        }
        Ok(true)
    }

    /// What follows from a commit for people: who came, who lost access and how long that took.
    fn changed(
        &mut self,
        circle: &mut Circle,
        entry: &LogEntry,
        by: AccountId,
        policy: &CirclePolicy,
    ) -> Result<()> {
        let Some(group) = circle.group() else {
            return Ok(());
        };
        let epoch = Epoch::read(&self.draft, group)?.number();
        self.draft.know(policy, epoch);
        let Some(joined) = &mut circle.joined else {
            return Ok(());
        };
        let before: Vec<AccountId> = joined.members.iter().map(|member| member.account).collect();
        let since = |account: &AccountId, leaving: &[Leaving]| {
            let left = leaving.iter().filter(|leaving| leaving.account == *account);
            left.map(|leaving| leaving.since).min()
        };
        let gone: Vec<AccountId> = (before.iter())
            .filter(|account| policy.member(**account).is_none())
            .copied()
            .collect();
        let began = gone
            .iter()
            .filter_map(|account| since(account, &joined.leaving))
            .min();
        let came: Vec<AccountId> = (policy.members.iter())
            .map(|member| member.account)
            .filter(|account| !before.contains(account))
            .collect();
        let renewed = self.renewed_keys(circle, policy);
        let Some(generation) = circle.joined.as_ref().map(|joined| joined.generation) else {
            return Ok(());
        };
        circle.part_with(&gone);
        self.settle_history(circle, (entry, by), policy.history)?;
        self.settle_members(circle, entry, (policy, &came), generation)?;
        if !gone.is_empty() {
            // Whoever came anew was not brought in while they stood here as before: who they are is asked now.
            if circle.may_add {
                self.read_circle(circle.id);
            }
            let took_ms = began.map(|since| {
                entry
                    .accepted_at
                    .micros()
                    .saturating_sub(since.micros())
                    .max(0)
                    / 1_000
            });
            let accounts = gone;
            self.note(
                circle,
                entry,
                2,
                Content::Removed {
                    by,
                    accounts,
                    took_ms,
                },
            )?;
        }
        if !came.is_empty() {
            let accounts = came;
            self.note(circle, entry, 0, Content::Joined { by, accounts })?;
        }
        for (which, account) in (3..).zip(renewed) {
            self.note(circle, entry, which, Content::KeyChanged { account })?;
        }
        Ok(())
    }

    /// The circle's people are those of the policy now. Whoever comes begins a new era: the one that this
    /// device's own commit made, or the one whose key follows a foreign commit.
    fn settle_members(
        &mut self,
        circle: &mut Circle,
        entry: &LogEntry,
        (policy, came): (&CirclePolicy, &[AccountId]),
        generation: u32,
    ) -> Result<()> {
        if let Some(joined) = &mut circle.joined {
            joined.members = GroupMember::of_policy(policy);
            joined.leaving.clear();
        }
        let own = self.must_me()?.identity.device == entry.device;
        let era = self.first_era(circle, (generation, policy.history), own);
        circle.here_since(came.iter().copied(), (generation, era));
        for member in &policy.members {
            self.draft.set_pin(member.account, &member.aik);
        }
        circle
            .awaiting
            .retain(|account| policy.member(*account).is_none());
        circle.new_keys.retain(|held| !came.contains(&held.account));
        self.volatile.commit_asked.remove(&circle.id);
        self.circles_changed = true;
        Ok(())
    }

    /// Whose identity key is another one than this circle last saw, or, for who was never here, than the
    /// one pinned.
    fn renewed_keys(&self, circle: &Circle, policy: &CirclePolicy) -> Vec<AccountId> {
        let own = self.me().ok().flatten().map(|me| me.identity.account);
        let known = |account: AccountId| {
            let members = circle.joined.iter().flat_map(|joined| &joined.members);
            let here = members.map(|member| (member.account, &member.aik));
            let gone = circle.former.iter().map(|held| (held.account, &held.aik));
            let last = here.chain(gone).find(|(held, _)| *held == account);
            last.map(|(_, aik)| aik.0.clone())
                .or_else(|| self.draft.pin(account).map(Vec::from))
        };
        let differs = |account, aik: &Bytes| known(account).is_some_and(|last| last != aik.0);
        (policy.members.iter())
            .filter(|member| Some(member.account) != own && differs(member.account, &member.aik))
            .map(|member| member.account)
            .collect()
    }

    /// The server proposes to remove a device: nothing is encrypted here until a commit has done it.
    fn apply_proposal(&mut self, circle: &mut Circle, me: &Me, entry: &LogEntry) -> Result<bool> {
        let Some(group_id) = circle.group() else {
            return Ok(false);
        };
        let savepoint = self.draft.savepoint();
        let opened = Group::load(&self.draft, group_id)?.open(me, &entry.mls, entry.accepted_at);
        match opened {
            Ok(Opened::Proposal(cert)) => {
                if let Some(joined) = &mut circle.joined {
                    joined.leaving.push(Leaving {
                        device: cert.device,
                        account: cert.account,
                        since: entry.accepted_at,
                    });
                }
                // People see that what they write waits until a commit has taken the device out.
                self.circles_changed = true;
                Ok(true)
            }
            Err(Closed::Judged(violation)) => {
                self.draft.roll_back(savepoint);
                self.stop(circle.id, Code::Judged, &violation.to_string())?;
                Ok(false)
            }
            _ => {
                self.draft.roll_back(savepoint);
                self.fall_at(circle, entry)?;
                Ok(false)
            }
        }
    }

    fn apply_marker(&mut self, circle: &mut Circle, entry: &LogEntry) -> Result<()> {
        let Ok(Marker::UrgentAck(seq)) = minicbor::decode(&entry.body) else {
            return Ok(());
        };
        let holder = |named: &&crate::state::Named| named.devices.contains(&entry.device);
        let Some(by) = circle
            .members
            .iter()
            .find(holder)
            .map(|named| named.account)
        else {
            return Ok(());
        };
        let generation = circle.joined.as_ref().map_or(0, |joined| joined.generation);
        let seq = key::seat(generation, seq);
        self.note(circle, entry, 0, Content::UrgentAck { by, seq })
    }

    fn apply_message(&mut self, circle: &mut Circle, me: &Me, entry: &LogEntry) -> Result<()> {
        let Some(group_id) = circle.group() else {
            return Ok(());
        };
        let savepoint = self.draft.savepoint();
        let mut group = Group::load(&self.draft, group_id)?;
        let epoch = group.epoch();
        let opened = group.open(me, &entry.mls, entry.accepted_at);
        drop(group);
        let (sender, payload) = match opened {
            Ok(Opened::Message { sender, payload }) => (sender, payload),
            Err(Closed::Message(reason)) => return self.unreadable(circle, entry, reason),
            // A handshake where a message was announced: nothing of it may stay.
            Ok(_) | Err(_) => {
                self.draft.roll_back(savepoint);
                return self.unreadable(circle, entry, "kind");
            }
        };
        let body_key = match payload {
            Payload::Key(body_key) => body_key,
            _ if !circle.begins_epoch(entry.seq) => return self.unreadable(circle, entry, "kind"),
            first => return self.begin_epoch(circle, (me, &sender), &first, entry),
        };
        let body = match open_body(&body_key, &entry.body) {
            Ok(body) => body,
            Err(reason) => return self.unreadable(circle, entry, reason.0),
        };
        let place = (body.device, body.circle, body.epoch);
        let own = body.account.is_none_or(|account| account == sender.account);
        if place != (sender.device, circle.id, epoch) || !own {
            return self.unreadable(circle, entry, "body_of_another_place");
        }
        self.check_wrap(circle, &body_key, entry);
        let content = Content::Text {
            from: sender.account,
            mine: sender.account == me.identity.account,
            text: body.text,
            urgency: entry.urgency,
            progress: Progress::Received,
        };
        let item = Item {
            id: body_key.message.to_string(),
            seq: Some(key::seat(group_id.generation, entry.seq)),
            at_ms: entry.accepted_at.micros() / 1_000,
            content,
        };
        let generation = group_id.generation;
        self.put_item(circle, key::item(circle.id, generation, entry.seq), item)
    }

    fn unreadable(&mut self, circle: &mut Circle, entry: &LogEntry, reason: &str) -> Result<()> {
        self.counters.undecryptable += 1;
        let reason = reason.to_owned();
        self.note(circle, entry, 0, Content::Unreadable { reason })
    }

    /// A note at an entry's place. One entry may be several notes: `which` tells them apart, and those of
    /// a commit take the place of the message behind it, which is never shown.
    pub fn note(
        &mut self,
        circle: &mut Circle,
        entry: &LogEntry,
        which: u64,
        content: Content,
    ) -> Result<()> {
        let generation = circle.joined.as_ref().map_or(0, |joined| joined.generation);
        let id = if which == 0 {
            format!("{generation}/{}", entry.seq)
        } else {
            format!("{generation}/{}/{which}", entry.seq)
        };
        let item = Item {
            id,
            seq: Some(key::seat(generation, entry.seq)),
            at_ms: entry.accepted_at.micros() / 1_000,
            content,
        };
        let mut place = key::item(circle.id, generation, entry.seq);
        if which > 0 {
            place.push(u8::try_from(which).unwrap_or(u8::MAX));
        }
        self.put_item(circle, place, item)
    }
}
