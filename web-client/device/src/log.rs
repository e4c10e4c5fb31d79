//! Applying a circle's log: cursor + 1 and nothing else.

use protocol::frame::{Ack, ClientFrame, Cursor, LogEntry, LogPage};
use protocol::{Code, EntryKind};

use crate::api::{Content, Item, Progress};
use crate::content::{BodyKey, Payload, open_body, wrap_matches};
use crate::error::Result;
use crate::group::{Closed, Group, Opened};
use crate::state::{Circle, GroupMember, Me, key};
use crate::turn::Turn;

impl Turn<'_> {
    /// A stretch of log came.
    pub fn log_page(&mut self, page: LogPage) -> Result<()> {
        let id = page.circle;
        let mut applied = None;
        for entry in page.entries {
            let Some(circle) = self.draft.circle(id)? else {
                return Ok(());
            };
            let Some(joined) = &circle.joined else {
                return Ok(());
            };
            if circle.stopped.is_some() || joined.generation != page.generation {
                return Ok(());
            }
            if entry.seq <= joined.cursor {
                continue;
            }
            if entry.seq != joined.cursor + 1 {
                self.follow(&circle);
                break;
            }
            let seq = entry.seq;
            self.in_circle(id, |turn| turn.apply(circle, &entry))?;
            applied = Some(seq);
        }
        let stopped = self
            .draft
            .circle(id)?
            .is_some_and(|circle| circle.stopped.is_some());
        if let (Some(seq), false) = (applied, stopped) {
            let cursor = Cursor {
                circle: id,
                generation: page.generation,
                seq,
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

    /// Applies one entry and moves the cursor, both in this draft.
    fn apply(&mut self, mut circle: Circle, entry: &LogEntry) -> Result<()> {
        let me = self.must_me()?;
        let seq = entry.seq;
        match entry.kind {
            EntryKind::Commit => {
                if !self.apply_commit(&mut circle, &me, entry)? {
                    return Ok(());
                }
            }
            EntryKind::Message if entry.device == me.identity.device => {
                self.settle_own(&mut circle, &me, entry)?;
            }
            EntryKind::Message => self.apply_message(&mut circle, &me, entry)?,
            EntryKind::Proposal | EntryKind::Marker => {}
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
        if let Some(candidate) = self.adopt_candidate(circle, &entry.mls)? {
            let policy = Group::load(&self.draft, group_id)?.context(me)?.policy;
            self.renew_members(circle, &policy);
            if !candidate.added.is_empty() {
                let content = Content::Joined {
                    by: me.identity.account,
                    accounts: candidate.added,
                };
                self.note(circle, entry, content)?;
            }
            return Ok(true);
        }
        let opened = Group::load(&self.draft, group_id)?.open(me, &entry.mls, entry.accepted_at);
        let judged = match opened {
            Ok(Opened::Commit(judged)) => judged,
            Err(Closed::Judged(violation)) => {
                self.stop(circle.id, Code::Judged, &violation.to_string())?;
                return Ok(false);
            }
            Ok(Opened::Message { .. }) | Err(Closed::Commit | Closed::Message(_)) => {
                let detail = "a change of the group could not be processed";
                self.stop(circle.id, Code::CommitInvalid, detail)?;
                return Ok(false);
            }
        };
        self.renew_members(circle, &judged.context.policy);
        if let Some(joined) = &mut circle.joined {
            joined.era = None;
        }
        if !judged.added.is_empty() {
            let accounts = judged.added.iter().map(|cert| cert.account).collect();
            let content = Content::Joined {
                by: judged.committer.account,
                accounts,
            };
            self.note(circle, entry, content)?;
        }
        Ok(true)
    }

    fn renew_members(&mut self, circle: &mut Circle, policy: &protocol::policy::CirclePolicy) {
        for member in &policy.members {
            self.draft.pin_first(member.account, &member.aik);
        }
        if let Some(joined) = &mut circle.joined {
            joined.members = GroupMember::of_policy(policy);
        }
        circle
            .awaiting
            .retain(|account| policy.member(*account).is_none());
        self.circles_changed = true;
    }

    fn apply_message(&mut self, circle: &mut Circle, me: &Me, entry: &LogEntry) -> Result<()> {
        let Some(group_id) = circle.group() else {
            return Ok(());
        };
        let mut group = Group::load(&self.draft, group_id)?;
        let epoch = group.epoch();
        let opened = group.open(me, &entry.mls, entry.accepted_at);
        drop(group);
        let (sender, payload) = match opened {
            Ok(Opened::Message { sender, payload }) => (sender, payload),
            Ok(Opened::Commit(_)) => return self.unreadable(circle, entry, "kind"),
            Err(Closed::Message(reason)) => return self.unreadable(circle, entry, reason),
            Err(Closed::Judged(_) | Closed::Commit) => {
                return self.unreadable(circle, entry, "kind");
            }
        };
        match payload {
            Payload::Era(era) => {
                if let Some(joined) = &mut circle.joined {
                    joined.era = Some(era);
                }
                Ok(())
            }
            Payload::Key(body_key) => {
                let body = match open_body(&body_key, &entry.body) {
                    Ok(body) => body,
                    Err(reason) => return self.unreadable(circle, entry, reason.0),
                };
                let place = (body.device, body.circle, body.epoch);
                if place != (sender.device, circle.id, epoch) {
                    return self.unreadable(circle, entry, "body_of_another_place");
                }
                self.check_wrap(circle, &body_key, entry);
                let content = Content::Text {
                    from: sender.account,
                    mine: false,
                    text: body.text,
                    urgency: entry.urgency,
                    progress: Progress::Received,
                };
                let item = Item {
                    id: body_key.message.to_string(),
                    seq: Some(entry.seq),
                    at_ms: entry.accepted_at.micros() / 1_000,
                    content,
                };
                self.put_item(circle, key::item(circle.id, entry.seq), item)
            }
        }
    }

    /// What the sender put into the archive must be what it sent; if not, people learn of it.
    fn check_wrap(&mut self, circle: &Circle, body_key: &BodyKey, entry: &LogEntry) {
        let era = circle
            .joined
            .as_ref()
            .and_then(|joined| joined.era.as_ref());
        let archived =
            era.is_some_and(|era| era.era == entry.era && wrap_matches(era, body_key, &entry.wrap));
        if !archived {
            let detail = "a message was not archived as it was sent";
            self.problem(Some(circle.id), Code::Judged, detail);
        }
    }

    fn unreadable(&mut self, circle: &mut Circle, entry: &LogEntry, reason: &str) -> Result<()> {
        self.note(
            circle,
            entry,
            Content::Unreadable {
                reason: reason.to_owned(),
            },
        )
    }

    fn note(&mut self, circle: &mut Circle, entry: &LogEntry, content: Content) -> Result<()> {
        let item = Item {
            id: entry.seq.to_string(),
            seq: Some(entry.seq),
            at_ms: entry.accepted_at.micros() / 1_000,
            content,
        };
        self.put_item(circle, key::item(circle.id, entry.seq), item)
    }
}
