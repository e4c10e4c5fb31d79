//! One batch of the group commit, inside its transaction: a handful of statements, however many take
//! part.
//!
//! First the facts of all its pieces are loaded at once. Then each piece is decided on its own and in
//! its turn, in memory, from what is true at that turn: the facts as they were loaded, and what the
//! pieces before it did ([`Batch::now`]). Nothing was written so far, so a refusal leaves nothing behind.
//! Then everything that was allowed is written at once.
//!
//! What was loaded stays true until the COMMIT: the circles were locked before, and operations, counters
//! and positions change only under their circle's lock.
//!
//! One audit entry stands for all messages of the batch: it commits to SHA-256 over their row hashes in
//! ascending order of (circle, generation, seq), and the rows name it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use care::Caller;
use care::rules::Permit;
use protocol::frame::Append;
use protocol::{CircleId, DeviceId, EntryId, OpId, Refusal, SessionId};

use crate::append::{self, Counter, Verdict};
use crate::audit::{Entry, Object};
use crate::db::to_db;
use crate::error::{Error, Result};
use crate::group_commit::Ask;
use crate::hash::sha256;
use crate::inbox::Acks;
use crate::log::{self, NewRow};
use crate::many::MANY_MAX;
use crate::sessions;
use crate::standing::{self, CircleFacts};
use crate::tx::Tx;
use crate::wake::Topic;

many! {
    MOVE_ON = [circle: Id, next_seq: Integer] "
        UPDATE circle SET next_seq = asked.next_seq FROM asked WHERE circle.id = asked.circle";
}

/// What the batch is going to write.
#[derive(Default)]
struct Batch<'a> {
    rows: Vec<NewRow<'a>>,
    permit: Option<Permit>,
    /// The position that a circle's next row gets.
    next: BTreeMap<CircleId, u64>,
    counters: BTreeMap<Counter, u64>,
    /// The positions of operations done.
    done: HashMap<(DeviceId, OpId), u64>,
    /// When the sessions that did something were last seen.
    touched: BTreeMap<SessionId, i64>,
    acks: Acks,
}

/// Decides every piece, in order. `Err` undoes the whole batch and is never a refusal.
pub(crate) async fn decide(tx: &mut Tx, asks: &[Ask]) -> Result<Vec<Result<u64, Refusal>>> {
    let circles = circles(asks);
    standing::hold_circles(tx, &circles).await?;
    let lapsed = standing::lapsed(tx, &circles).await?;
    let questions: Vec<standing::Ask> = asks.iter().filter_map(question).collect();
    let facts = standing::to_circles(tx, &questions).await?;
    let mut facts = facts.into_iter();
    let mut batch = Batch::default();
    let mut verdicts = Vec::with_capacity(asks.len());
    for ask in asks {
        let verdict = match ask {
            Ask::Append(caller, append) => {
                let mut facts = facts.next().unwrap_or_default();
                facts.removal_pending |= lapsed.contains(&append.circle);
                batch.append(tx, caller, append, facts)
            }
            Ask::Ack(caller, ack) => {
                let facts = facts.next().unwrap_or_default();
                batch.acks.take(tx, caller, ack, &facts).map(|()| 0)
            }
            Ask::Leaf(entry) => {
                tx.audit(entry.clone());
                Ok(0)
            }
        };
        verdicts.push(match verdict {
            Ok(seq) => Ok(seq),
            Err(Error::Refused(refusal)) => {
                tx.keep_denials();
                Err(refusal)
            }
            Err(error) => return Err(error),
        });
    }
    batch.write(tx).await?;
    Ok(verdicts)
}

/// The circles into which something is to be written.
fn circles(asks: &[Ask]) -> BTreeSet<CircleId> {
    let circle = |ask: &Ask| match ask {
        Ask::Append(_, append) => Some(append.circle),
        Ask::Ack(..) | Ask::Leaf(_) => None,
    };
    asks.iter().filter_map(circle).collect()
}

/// What is to be known for one piece; for an entry nothing.
fn question(ask: &Ask) -> Option<standing::Ask> {
    let (session, circle, op_id) = match ask {
        Ask::Append(caller, append) => (caller.session, Some(append.circle), Some(append.op_id)),
        Ask::Ack(caller, _) => (caller.session, None, None),
        Ask::Leaf(_) => return None,
    };
    Some(standing::Ask {
        session,
        circle,
        op_id,
    })
}

impl<'a> Batch<'a> {
    fn append(
        &mut self,
        tx: &mut Tx,
        caller: &Caller,
        append: &'a Append,
        mut facts: CircleFacts,
    ) -> Result<u64> {
        self.now(caller.device, append, &mut facts);
        let (permit, row) = match append::decide(tx, caller, append, &facts)? {
            Verdict::Done(seq) => return Ok(seq),
            Verdict::Write(permit, row) => (permit, row),
        };
        let seq = row.seq;
        self.permit = Some(permit);
        self.next.insert(row.circle, seq + 1);
        let counter = (row.device, row.circle, row.generation);
        self.counters.insert(counter, append.send_counter);
        self.done.insert((row.device, row.op_id), seq);
        self.touched.insert(caller.session, facts.last_seen_at);
        self.rows.push(row);
        tx.wake(Topic::Circle(append.circle));
        Ok(seq)
    }

    /// Makes facts that were loaded before the first piece true for this one.
    fn now(&self, device: DeviceId, append: &Append, facts: &mut CircleFacts) {
        if let Some(seq) = self.done.get(&(device, append.op_id)) {
            facts.seen = Some(*seq);
        }
        let Some(state) = &mut facts.circle else {
            return;
        };
        if let Some(next) = self.next.get(&append.circle) {
            state.next_seq = *next;
        }
        let counter = (device, append.circle, state.generation);
        if let Some(counter) = self.counters.get(&counter) {
            facts.counter = *counter;
        }
    }

    async fn write(self, tx: &mut Tx) -> Result<()> {
        self.acks.write(tx).await?;
        let Some(permit) = self.permit else {
            return Ok(());
        };
        let id = EntryId::from_parts(tx.now(), tx.random());
        let hashes = log::insert_all(tx, &self.rows, id).await?;
        let counters: Vec<(Counter, u64)> = self.counters.into_iter().collect();
        append::raise_counters(tx, &counters).await?;
        move_on(tx, &self.next.into_iter().collect::<Vec<_>>()).await?;
        for (session, last_seen_at) in self.touched {
            sessions::touch(tx, session, last_seen_at).await?;
        }
        tx.audit_as(id, batch_entry(permit, &self.rows, &hashes));
        Ok(())
    }
}

async fn move_on(tx: &mut Tx, next: &[(CircleId, u64)]) -> Result<()> {
    for next in next.chunks(MANY_MAX) {
        let mut moved = tx.many(&MOVE_ON, next.len());
        for (circle, next_seq) in next {
            moved = moved.row(|row| row.bind(circle.uuid()).bind(to_db(*next_seq)));
        }
        moved.run().await?;
    }
    Ok(())
}

/// The entry that commits to the hashes of these rows.
fn batch_entry(permit: Permit, rows: &[NewRow<'_>], hashes: &[[u8; 32]]) -> Entry {
    let place = |row: &NewRow<'_>| (row.circle, row.generation, row.seq);
    let placed: BTreeMap<_, &[u8]> = rows
        .iter()
        .map(place)
        .zip(hashes.iter().map(<[u8; 32]>::as_slice))
        .collect();
    let hashes: Vec<&[u8]> = placed.into_values().collect();
    Entry::done(&Caller::installation(), permit, Object::Batch).commits_to(sha256(&hashes))
}
