//! Rows that one act puts into a circle's log outside the group commit: the server's proposals, markers.

use protocol::{CircleId, EntryId};

use crate::audit::Entry;
use crate::db::to_db;
use crate::error::Result;
use crate::hash::sha256;
use crate::log::{self, NewRow};
use crate::tx::Tx;
use crate::wake::Topic;

statements! {
    MOVE_ON = "UPDATE circle SET next_seq = $2 WHERE id = $1";
}

/// Writes rows of one circle, whose row is held, in ascending order of `seq`. The entry commits to them.
pub(crate) async fn write(
    tx: &mut Tx,
    circle: CircleId,
    rows: &[NewRow<'_>],
    entry: Entry,
) -> Result<()> {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        return Ok(());
    };
    let id = EntryId::from_parts(tx.now(), tx.random());
    let mut hashes = Vec::with_capacity(rows.len());
    for row in rows {
        hashes.push(log::insert(tx, row, id).await?);
    }
    tx.sql(MOVE_ON)
        .bind(circle.uuid())
        .bind(to_db(last.seq + 1))
        .run()
        .await?;
    let hashes: Vec<&[u8]> = hashes.iter().map(<[u8; 32]>::as_slice).collect();
    let entry = entry.range(first.seq, last.seq).commits_to(sha256(&hashes));
    tx.wake(Topic::Circle(circle));
    tx.audit_as(id, entry);
    Ok(())
}
