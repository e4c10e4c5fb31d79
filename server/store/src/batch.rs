//! One batch of the group commit, inside its transaction.
//!
//! Nothing is written for a piece of work before every check has passed, so a refusal leaves the
//! transaction as it found it. One audit entry stands for all messages of the batch: it commits to
//! SHA-256 over their row hashes in ascending order of (circle, generation, seq), and the rows name it.

use std::collections::BTreeMap;

use care::Caller;
use care::rules::Permit;
use protocol::{CircleId, EntryId, Refusal};

use crate::audit::{self, Entry, Object};
use crate::db::to_db;
use crate::error::{Error, Result};
use crate::group_commit::Ask;
use crate::hash::sha256;
use crate::log::{self, NewRow};
use crate::standing;
use crate::tx::Tx;
use crate::wake::Topic;
use crate::{append, inbox};

statements! {
    MOVE_ON = "UPDATE circle SET next_seq = $2 WHERE id = $1";
}

/// What the batch has done so far.
pub(crate) struct Batch {
    entry: EntryId,
    /// The next position of every circle that it holds; `None`: there is no such circle.
    next: BTreeMap<CircleId, Option<u64>>,
    hashes: BTreeMap<(CircleId, u32, u64), [u8; 32]>,
    permit: Option<Permit>,
}

/// Decides every piece, in order. `Err` undoes the whole batch and is never a refusal.
pub(crate) async fn decide(tx: &mut Tx, asks: &[Ask]) -> Result<Vec<Result<u64, Refusal>>> {
    let mut batch = Batch {
        entry: EntryId::from_parts(tx.now(), tx.random()),
        next: BTreeMap::new(),
        hashes: BTreeMap::new(),
        permit: None,
    };
    let mut verdicts = Vec::with_capacity(asks.len());
    for ask in asks {
        let verdict = match ask {
            Ask::Append(caller, message) => append::decide(tx, &mut batch, caller, message).await,
            Ask::Ack(caller, ack) => inbox::acknowledge(tx, caller, ack).await.map(|()| 0),
            Ask::Leaf(entry) => audit::write(tx, entry).await.map(|_| 0),
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
    batch.finish(tx).await?;
    Ok(verdicts)
}

impl Batch {
    /// Locks the circle for the rest of the batch, once.
    pub(crate) async fn hold(&mut self, tx: &mut Tx, circle: CircleId) -> Result<()> {
        if let std::collections::btree_map::Entry::Vacant(vacant) = self.next.entry(circle) {
            vacant.insert(standing::hold_circle(tx, circle).await?);
        }
        Ok(())
    }

    /// The position that the circle's next row gets.
    pub(crate) fn next_seq(&self, circle: CircleId) -> Result<u64> {
        self.next
            .get(&circle)
            .copied()
            .flatten()
            .ok_or_else(|| Error::broken("a circle was not held"))
    }

    /// Writes a row and gives its position away.
    pub(crate) async fn insert(
        &mut self,
        tx: &mut Tx,
        permit: Permit,
        row: &NewRow<'_>,
    ) -> Result<()> {
        let hash = log::insert(tx, row, self.entry).await?;
        self.hashes
            .insert((row.circle, row.generation, row.seq), hash);
        self.next.insert(row.circle, Some(row.seq + 1));
        self.permit = Some(permit);
        tx.wake(Topic::Circle(row.circle));
        Ok(())
    }

    async fn finish(self, tx: &mut Tx) -> Result<()> {
        let Some(permit) = self.permit else {
            return Ok(());
        };
        let mut written: Vec<CircleId> = self.hashes.keys().map(|(circle, ..)| *circle).collect();
        written.dedup();
        for circle in written {
            if let Some(Some(next)) = self.next.get(&circle) {
                tx.sql(MOVE_ON)
                    .bind(circle.uuid())
                    .bind(to_db(*next))
                    .run()
                    .await?;
            }
        }
        let entry = batch_entry(permit, self.hashes.values());
        audit::write_as(tx, &entry, self.entry).await
    }
}

/// The entry for rows whose hashes come in ascending order of (circle, generation, seq).
fn batch_entry<'h>(permit: Permit, hashes: impl Iterator<Item = &'h [u8; 32]>) -> Entry {
    let hashes: Vec<&[u8]> = hashes.map(<[u8; 32]>::as_slice).collect();
    Entry::done(&Caller::installation(), permit, Object::Batch).commits_to(sha256(&hashes))
}
