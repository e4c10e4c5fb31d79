//! Typing and read receipts: sealed under a key that the epoch's members derive from their group, so they
//! are worth nothing beyond it; off the sender ratchet, stored nowhere (messaging.md, section 12).

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use minicbor::{Decode, Encode};
use protocol::frame::{ClientFrame, Ephemeral};
use protocol::{AccountId, CircleId, Timestamp};

use crate::api::{Event, Receipt};
use crate::chance;
use crate::error::{Error, Result};
use crate::group::Group;
use crate::state::Circle;
use crate::turn::Turn;

/// Between two notes that a person is writing, milliseconds.
const TYPING_MS: i64 = 3_000;
/// Read receipts wait this long for the next one, milliseconds.
const RECEIPT_MS: u32 = 5_000;

/// Signals of one epoch and circle that are remembered, 24 bytes each.
const HEARD_MAX: usize = 4_096;

/// What an ephemeral says.
#[derive(Encode, Decode)]
enum Signal {
    /// Its device's person is writing.
    #[n(0)]
    Typing,
    /// They have seen everything up to this place.
    #[n(1)]
    Read(#[n(0)] u64),
}

impl Turn<'_> {
    /// The person is writing.
    pub fn typing(&mut self, id: CircleId) -> Result<()> {
        let last = self.volatile.typed_at.get(&id);
        let just = last.is_some_and(|at| self.now.micros() - at.micros() < TYPING_MS * 1_000);
        if just {
            return Ok(());
        }
        self.volatile.typed_at.insert(id, self.now);
        self.signal(id, &Signal::Typing)
    }

    /// The person has seen everything up to a place.
    pub fn read(&mut self, id: CircleId, seq: u64) -> Result<()> {
        let Some(mut circle) = self.draft.circle(id)? else {
            return Ok(());
        };
        if seq <= circle.seen_seq {
            return Ok(());
        }
        circle.seen_seq = seq;
        self.draft.save(&circle);
        if !self.volatile.receipts_due.contains_key(&id) {
            let due = self.now.micros() + i64::from(RECEIPT_MS) * 1_000;
            self.volatile
                .receipts_due
                .insert(id, Timestamp::from_micros(due));
            self.timer(RECEIPT_MS + 1);
        }
        Ok(())
    }

    /// Sends the receipts that are due.
    pub fn send_receipts(&mut self) -> Result<()> {
        let due: Vec<_> = self
            .volatile
            .receipts_due
            .iter()
            .filter(|(_, at)| **at <= self.now)
            .map(|(id, _)| *id)
            .collect();
        for id in due {
            self.volatile.receipts_due.remove(&id);
            if let Some(circle) = self.draft.circle(id)? {
                self.signal(id, &Signal::Read(circle.seen_seq))?;
            }
        }
        Ok(())
    }

    fn signal(&mut self, id: CircleId, signal: &Signal) -> Result<()> {
        let Some(circle) = self.draft.circle(id)? else {
            return Ok(());
        };
        let (Some(group_id), true) = (circle.group(), self.is_online()) else {
            return Ok(());
        };
        let quiet = circle
            .joined
            .as_ref()
            .is_some_and(|joined| joined.leaving.is_empty());
        // Neither while a removal waits, nor while this person stands in the group under a key that somebody took.
        if !circle.goes_on() || !quiet || circle.owes_succession {
            return Ok(());
        }
        let device = self.must_me()?.identity.device;
        let group = Group::load(&self.draft, group_id)?;
        let nonce: [u8; 24] = chance::bytes();
        let sealed = XChaCha20Poly1305::new(&group.ephemeral_key(device)?.into())
            .encrypt(
                &XNonce::from(nonce),
                protocol::frame::to_vec(signal).as_slice(),
            )
            .map_err(Error::mls)?;
        let epoch = group.epoch();
        drop(group);
        self.send(&ClientFrame::Ephemeral(Ephemeral {
            circle: id,
            generation: group_id.generation,
            epoch,
            device,
            sealed: [nonce.as_slice(), &sealed].concat().into(),
        }));
        Ok(())
    }

    /// One came. What does not open, is of another epoch or came before, is nothing.
    pub fn ephemeral(&mut self, came: &Ephemeral) -> Result<()> {
        let Some(circle) = self.draft.circle(came.circle)? else {
            return Ok(());
        };
        let Some((account, signal)) = self.open_signal(&circle, came)? else {
            return Ok(());
        };
        if !self.is_first_time(came) {
            return Ok(());
        }
        let circle = circle.id;
        match signal {
            Signal::Typing => self.event(Event::Typing { circle, account }),
            Signal::Read(seq) => {
                let read = self.volatile.receipts.entry(circle).or_default();
                let place = read.entry(account).or_default();
                *place = (*place).max(seq);
                let receipts = read
                    .iter()
                    .map(|(account, seq)| Receipt {
                        account: *account,
                        seq: *seq,
                    })
                    .collect();
                self.event(Event::Receipts { circle, receipts });
            }
        }
        Ok(())
    }

    /// Whether this sealed signal was not heard before in its epoch.
    fn is_first_time(&mut self, came: &Ephemeral) -> bool {
        let Some(nonce) = came.sealed.first_chunk::<24>() else {
            return false;
        };
        let heard = self.volatile.heard.entry(came.circle).or_default();
        if heard.0 != came.epoch || heard.1.len() >= HEARD_MAX {
            *heard = (came.epoch, std::collections::BTreeSet::new());
        }
        heard.1.insert(*nonce)
    }

    fn open_signal(
        &self,
        circle: &Circle,
        came: &Ephemeral,
    ) -> Result<Option<(AccountId, Signal)>> {
        let Some(group_id) = circle.group().filter(|_| circle.goes_on()) else {
            return Ok(None);
        };
        let Ok(group) = Group::load(&self.draft, group_id) else {
            return Ok(None);
        };
        if (group_id.generation, group.epoch()) != (came.generation, came.epoch) {
            return Ok(None);
        }
        let Some(account) = group.account_of(came.device) else {
            return Ok(None);
        };
        let key = group.ephemeral_key(came.device)?;
        let opened = came
            .sealed
            .split_first_chunk::<24>()
            .and_then(|(nonce, sealed)| {
                XChaCha20Poly1305::new(&key.into())
                    .decrypt(&XNonce::from(*nonce), sealed)
                    .ok()
            });
        let signal = opened.and_then(|bytes| minicbor::decode(&bytes).ok());
        Ok(signal.map(|signal| (account, signal)))
    }
}
