//! Messages on their way out: stored as plaintext (sealed), encrypted when sent, one at a time for
//! each circle so that their order holds, settled when the log shows them.

use protocol::frame::{Append, ClientFrame, Done, LogEntry, Refused};
use protocol::{AccountId, CircleId, Code, GroupId, MessageId, Urgency, limits};

use crate::api::{Content, Item, Progress};
use crate::chance;
use crate::content::{Body, Payload, seal_body, wrap};
use crate::error::{Error, Result};
use crate::group::Group;
use crate::state::{Circle, Me, Outgoing, Sent, key};
use crate::turn::Turn;

/// Before a message is tried again after a refusal that passes, milliseconds.
const RETRY_MS: u32 = 1_000;

impl Outgoing {
    /// A message is one operation, however often it is encrypted: a device that goes on from an old copy
    /// of its store and sends it again hears that it was done.
    fn op_id(&self) -> protocol::OpId {
        protocol::OpId::from_bytes(*self.message.as_bytes())
    }

    /// Whether it was encrypted for that group: `uint16 version; uint16 wire_format; opaque group_id<V>`
    /// opens an `MLSMessage` (RFC 9420, section 6).
    fn is_for(&self, group: Option<GroupId>) -> bool {
        let (Some(group), Some(sent)) = (group, &self.sent) else {
            return false;
        };
        let id = group.to_bytes();
        let append = ClientFrame::read_append(&sent.frame);
        append.is_some_and(|append| append.mls.get(5..5 + id.len()) == Some(&id))
    }

    fn item(&self, from: AccountId) -> Item {
        let progress = if self.seq.is_some() {
            Progress::Sent
        } else {
            Progress::Waiting
        };
        Item {
            id: self.message.to_string(),
            seq: None,
            at_ms: self.written_at.micros() / 1_000,
            content: Content::Text {
                from,
                mine: true,
                text: self.text.clone(),
                urgency: self.urgency,
                progress,
            },
        }
    }
}

impl Turn<'_> {
    /// A person wrote something.
    pub fn send_text(&mut self, id: CircleId, text: String, urgency: Urgency) -> Result<()> {
        if text.trim().is_empty() {
            return Err(Error::refused(Code::BadRequest, "an empty message"));
        }
        if text.len() > limits::TEXT_BYTES_MAX {
            return Err(Error::refused(
                Code::TooLarge,
                "a message longer than 60 KiB",
            ));
        }
        let me = self.must_me()?;
        let mut circle = self
            .draft
            .circle(id)?
            .ok_or(Error::refused(Code::NotFound, "no such circle"))?;
        if circle.stopped.is_some() {
            return Err(Error::refused(
                Code::CircleStatus,
                "this circle was stopped",
            ));
        }
        let number = circle.next_outgoing;
        circle.next_outgoing += 1;
        let outgoing = Outgoing {
            message: MessageId::from_bytes(chance::bytes()),
            text,
            urgency,
            written_at: self.now,
            sent: None,
            seq: None,
        };
        let place = key::waiting_item(id, number);
        self.put_item(&mut circle, place, outgoing.item(me.identity.account))?;
        self.draft.write(&key::outgoing(id, number), &outgoing);
        self.draft.save(&circle);
        self.in_circle(id, |turn| turn.flush(id))
    }

    /// Sends the first message that has no place yet, unless one is on its way.
    pub fn flush(&mut self, id: CircleId) -> Result<()> {
        let flying = self.volatile.flying.values().any(|circle| *circle == id);
        if !self.is_online() || flying || self.volatile.blocked.contains(&id) {
            return Ok(());
        }
        let Some(mut circle) = self.draft.circle(id)? else {
            return Ok(());
        };
        // A commit on its way has its counter: a message with a later one must not overtake it, and the
        // epoch is about to change anyway.
        if !circle.goes_on() || self.draft.find(&key::candidate(id)).is_some() {
            return Ok(());
        }
        // What waits when its person wants history kept otherwise leaves as they want it: the switch goes first.
        if self.wanted_history(&circle)?.is_some() {
            return Ok(());
        }
        for at in self.draft.keys(&key::outbox(id)) {
            let Some(mut outgoing) = self.draft.read::<Outgoing>(&at)? else {
                continue;
            };
            if outgoing.seq.is_some() {
                continue;
            }
            let sent = match outgoing.sent.clone() {
                Some(sent) => sent,
                None => match self.encrypt(&mut circle, &outgoing)? {
                    Some(sent) => sent,
                    None => return Ok(()),
                },
            };
            self.volatile.flying.insert(sent.op_id, id);
            self.effects.push(crate::api::Effect::Send {
                bytes: sent.frame.0.clone(),
            });
            outgoing.sent = Some(sent);
            self.draft.write(&at, &outgoing);
            self.draft.save(&circle);
            return Ok(());
        }
        Ok(())
    }

    /// Encrypts in the epoch that holds; nothing if this device has no era key yet: where history is kept
    /// nobody ever sends without a wrap, and where none is kept nobody sends one.
    fn encrypt(&mut self, circle: &mut Circle, outgoing: &Outgoing) -> Result<Option<Sent>> {
        let me = self.must_me()?;
        let (Some(group_id), Some(joined)) = (circle.group(), circle.joined.as_ref()) else {
            return Ok(None);
        };
        // Behind the log the epoch may be over; while a removal waits nothing may be encrypted, nor while this person stands
        // in the group under a key that somebody took.
        let waits = joined.cursor < joined.head || !joined.leaving.is_empty();
        if waits || circle.owes_succession || joined.lacks_era() {
            return Ok(None);
        }
        let era = joined.era.clone().filter(|_| joined.history.is_kept());
        let mut group = Group::load(&self.draft, group_id)?;
        let (body_key, body) = seal_body(&Body {
            device: me.identity.device,
            circle: circle.id,
            message: outgoing.message,
            epoch: group.epoch(),
            written_at: outgoing.written_at,
            text: outgoing.text.clone(),
            account: Some(me.identity.account),
        });
        let archived = era.as_ref().map(|era| wrap(era, &body_key));
        let mls = group.encrypt(&me.identity, &Payload::Key(body_key))?;
        drop(group);
        let send_counter = circle.next_counter(group_id.generation);
        let append = Append {
            op_id: outgoing.op_id(),
            circle: circle.id,
            mls,
            body,
            wrap: archived.unwrap_or_default(),
            era: era.map_or(0, |era| era.era),
            send_counter,
            urgency: outgoing.urgency,
        };
        let op_id = append.op_id;
        let frame = ClientFrame::Append(append).to_bytes().into();
        Ok(Some(Sent { op_id, frame }))
    }

    /// The person sees to an urgent message.
    pub fn ack_urgent(&mut self, id: CircleId, seq: u64) -> Result<()> {
        let circle = self
            .draft
            .circle(id)?
            .ok_or(Error::refused(Code::NotFound, "no such circle"))?;
        let (Some(group), true) = (circle.group(), self.is_online()) else {
            return Err(Error::refused(Code::Busy, "not online"));
        };
        self.send(&ClientFrame::UrgentAck(protocol::frame::UrgentAck {
            op_id: Self::op_id(),
            circle: id,
            generation: group.generation,
            seq: key::seq_of(seq),
        }));
        Ok(())
    }

    /// The server has a message durably.
    pub fn accepted(&mut self, done: Done) -> Result<()> {
        let Some(id) = self.volatile.flying.remove(&done.op_id) else {
            return Ok(());
        };
        let me = self.must_me()?;
        if let Some((at, number, mut outgoing)) = self.find_outgoing(id, done.op_id)?
            && let Some(mut circle) = self.draft.circle(id)?
        {
            outgoing.seq = Some(done.seq);
            self.draft.write(&at, &outgoing);
            let place = key::waiting_item(id, number);
            self.put_item(&mut circle, place, outgoing.item(me.identity.account))?;
            self.draft.save(&circle);
        }
        self.in_circle(id, |turn| turn.flush(id))
    }

    /// The server refused a message. Nothing is lost: it is encrypted anew, or sent again, or waits.
    pub fn refused(&mut self, refused: &Refused) -> Result<()> {
        let id = refused
            .op_id
            .and_then(|op_id| self.volatile.flying.remove(&op_id));
        let (Some(op_id), Some(id)) = (refused.op_id, id) else {
            self.problem(None, refused.code, refused.detail.clone());
            return Ok(());
        };
        match refused.code {
            Code::Busy | Code::Internal | Code::RateLimited => self.timer(RETRY_MS),
            Code::Stale | Code::PendingRemovals | Code::Generation | Code::EraOver => {
                self.encrypt_anew(id, op_id)?;
                if refused.code == Code::PendingRemovals {
                    self.volatile.commit_asked.insert(id);
                }
                self.fetch_log(id)?;
                self.timer(RETRY_MS);
            }
            Code::Rollback => {
                self.encrypt_anew(id, op_id)?;
                self.fall(id, crate::state::Why::OldCopy, None)?;
            }
            Code::CircleStatus | Code::NotOnRoster | Code::NotFound | Code::ConsentRequired => {
                self.encrypt_anew(id, op_id)?;
                self.volatile.blocked.insert(id);
                self.read_circle(id);
            }
            code => {
                self.encrypt_anew(id, op_id)?;
                let of_history = matches!(code, Code::WrapMissing | Code::WrapUnwanted);
                if !(of_history && self.mend_history(id)?) {
                    self.volatile.blocked.insert(id);
                    self.problem(Some(id), code, refused.detail.clone());
                }
            }
        }
        Ok(())
    }

    fn encrypt_anew(&mut self, id: CircleId, op_id: protocol::OpId) -> Result<()> {
        if let Some((at, _, mut outgoing)) = self.find_outgoing(id, op_id)? {
            outgoing.sent = None;
            self.draft.write(&at, &outgoing);
        }
        Ok(())
    }

    /// The log shows a message of this device: it has its place now.
    pub fn settle_own(
        &mut self,
        circle: &mut Circle,
        me: &Me,
        (generation, entry): (u32, &LogEntry),
    ) -> Result<()> {
        let found = self.find_outgoing(circle.id, entry.op_id)?;
        let Some((at, number, mut outgoing)) = found else {
            return Ok(());
        };
        outgoing.seq = Some(entry.seq);
        let mut item = outgoing.item(me.identity.account);
        item.at_ms = entry.accepted_at.micros() / 1_000;
        self.draft.delete(&at);
        self.delete_item(key::waiting_item(circle.id, number));
        item.seq = Some(key::seat(generation, entry.seq));
        self.put_item(circle, key::item(circle.id, generation, entry.seq), item)
    }

    /// The server promised a place to a message of this device's and the log has something else there:
    /// the message goes out again, as the same operation.
    pub fn check_promise(&mut self, circle: &mut Circle, me: &Me, entry: &LogEntry) -> Result<()> {
        for at in self.draft.keys(&key::outbox(circle.id)) {
            let Some(mut outgoing) = self.draft.read::<Outgoing>(&at)? else {
                continue;
            };
            let promised = outgoing.seq == Some(entry.seq) && outgoing.is_for(circle.group());
            if promised && outgoing.op_id() != entry.op_id {
                outgoing.seq = None;
                outgoing.sent = None;
                self.draft.write(&at, &outgoing);
                let number = number_of(&at);
                let place = key::waiting_item(circle.id, number);
                self.put_item(circle, place, outgoing.item(me.identity.account))?;
                let detail = "the server did not keep a message that it had taken";
                self.problem(Some(circle.id), Code::Internal, detail);
            }
        }
        Ok(())
    }

    /// The row, number and value of the message that went out as `op_id`.
    fn find_outgoing(
        &self,
        id: CircleId,
        op_id: protocol::OpId,
    ) -> Result<Option<(Vec<u8>, u64, Outgoing)>> {
        for at in self.draft.keys(&key::outbox(id)) {
            let Some(outgoing) = self.draft.read::<Outgoing>(&at)? else {
                continue;
            };
            if outgoing.op_id() == op_id {
                let number = number_of(&at);
                return Ok(Some((at, number, outgoing)));
            }
        }
        Ok(None)
    }
}

fn number_of(at: &[u8]) -> u64 {
    at.last_chunk()
        .map_or(0, |number| u64::from_be_bytes(*number))
}
