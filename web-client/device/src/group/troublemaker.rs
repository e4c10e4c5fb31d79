//! What somebody who is in a circle by right may do there with a program of their own: what they send is genuine, and not
//! what an honest program would send. For simulations: nothing that ships has it.

use std::ops::Range;

use protocol::bundle::CommitBundle;
use protocol::frame::Append;
use protocol::http::PutVault;
use protocol::{AccountId, Bytes, CircleId, GroupId, MessageId, OpId, Timestamp, Urgency};

use super::Group;
use super::commit::Change;
use crate::backup::{EraKey, seal};
use crate::content::{Body, Era, Payload, seal_body, wrap};
use crate::error::{Error, Result};
use crate::rows::Draft;
use crate::state::{Circle, Me};
use crate::turn::Turn;
use crate::volatile::Volatile;
use crate::{Device, chance};

/// Greater than any that the device itself has used.
const SEND_COUNTER: u64 = 1 << 20;

/// What is odd about a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oddity {
    /// So many bytes stand in its framing beside what it does.
    Bloated(usize),
    /// Behind it this archive era's key is handed on, whatever its bundle names.
    Naming(u32),
}

/// The device's person, the circle, and its group's name.
fn place(draft: &Draft<'_>, circle: CircleId) -> Result<(Me, Circle, GroupId)> {
    let missing = || Error::Group("a group is missing");
    let me = draft.me()?.ok_or(Error::Store("nobody is enrolled"))?;
    let circle = draft.circle(circle)?.ok_or_else(missing)?;
    let id = circle.group().ok_or_else(missing)?;
    Ok((me, circle, id))
}

impl Device {
    /// A commit of this device's that the server has no reason to doubt but for what is odd about it. The device
    /// itself does not know of it afterwards.
    pub fn commit_oddly(&self, circle: CircleId, oddity: Oddity) -> Result<CommitBundle> {
        let draft = Draft::new(self.rows());
        let (me, held, id) = place(&draft, circle)?;
        let number = held.era_after(id.generation);
        let mut group = Group::load(&draft, id)?;
        let named = match oddity {
            Oddity::Bloated(bytes) => {
                group.mls.set_aad(vec![0; bytes]);
                number
            }
            Oddity::Naming(era) => era,
        };
        let committed = group.commit(&me, Change::default())?;
        let first = Payload::Era(Era {
            era: named,
            key: chance::bytes(),
        });
        let era_next = group.encrypt(&me.identity, &first)?;
        Ok(CommitBundle {
            op_id: OpId::from_bytes(chance::bytes()),
            commit: committed.commit,
            group_info: committed.group_info,
            welcome: None,
            era_next,
            era: number,
            send_counter: SEND_COUNTER,
        })
    }

    /// A message that hands on an archive era's key though nobody has committed anything.
    pub fn begin_era(&mut self, circle: CircleId, era: u32) -> Result<Append> {
        let draft = Draft::new(self.rows());
        let (me, _, id) = place(&draft, circle)?;
        let first = Payload::Era(Era {
            era,
            key: chance::bytes(),
        });
        let mls = Group::load(&draft, id)?.encrypt(&me.identity, &first)?;
        let changes = draft.into_changes();
        self.keep(changes);
        Ok(Append {
            // Archived, as far as anybody outside can see.
            wrap: vec![1; 72].into(),
            era,
            ..append(circle, mls)
        })
    }

    /// A vault that this device's person opens, to follow another one, with a key of somebody's choosing for each of these
    /// eras.
    pub fn spoilt_vault(&self, circle: CircleId, eras: Range<u32>, after: u64) -> Result<PutVault> {
        let now = Timestamp::from_micros(0);
        let turn = Turn::new(self.rows(), Volatile::default(), "localhost", now);
        let backup = turn.backup()?.ok_or(Error::Store("no vault"))?;
        let (me, ..) = place(&turn.draft, circle)?;
        let mut contents = turn.contents(&me.identity)?;
        contents.eras.extend(eras.map(|era| EraKey {
            circle,
            generation: 0,
            era: Era {
                era,
                key: chance::bytes(),
            },
        }));
        Ok(PutVault {
            after,
            sealed: seal(backup.key, &contents),
            wraps: Vec::new(),
        })
    }

    /// A message that says that it is another account's. It is archived as it was sent.
    pub fn speak_as(&mut self, circle: CircleId, account: AccountId, text: &str) -> Result<Append> {
        let draft = Draft::new(self.rows());
        let (me, held, id) = place(&draft, circle)?;
        let era = held.joined.and_then(|joined| joined.era);
        let era = era.ok_or(Error::Group("no era's key"))?;
        let mut group = Group::load(&draft, id)?;
        let (body_key, body) = seal_body(&Body {
            device: me.identity.device,
            circle,
            message: MessageId::from_bytes(chance::bytes()),
            epoch: group.epoch(),
            written_at: Timestamp::from_micros(0),
            text: text.to_owned(),
            account: Some(account),
        });
        let archived = wrap(&era, &body_key);
        let mls = group.encrypt(&me.identity, &Payload::Key(body_key))?;
        drop(group);
        let changes = draft.into_changes();
        self.keep(changes);
        Ok(Append {
            body,
            wrap: archived,
            era: era.era,
            ..append(circle, mls)
        })
    }
}

fn append(circle: CircleId, mls: Bytes) -> Append {
    Append {
        op_id: OpId::from_bytes(chance::bytes()),
        circle,
        mls,
        body: Bytes::default(),
        wrap: Bytes::default(),
        era: 0,
        send_counter: SEND_COUNTER,
        urgency: Urgency::Routine,
    }
}
