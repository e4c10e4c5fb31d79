//! A row that was due and will not leave: its state says so, with the reason, and a human is asked where it was news.

use protocol::Timestamp;

use super::due_rows::DueRow;
use super::{lost, untold};
use crate::error::Result;
use crate::tx::Tx;

statements! {
    DROP = "
        UPDATE delivery SET state = $2, reason = $3, settled_at = $4, lease = NULL,
            leased_until = NULL
        WHERE id = $1 AND (state = 'planned' OR (state = 'leased' AND leased_until <= $4))";
}

/// Drops it, and asks a human where that is news.
pub(super) async fn drop_and_tell(
    tx: &mut Tx,
    row: &DueRow,
    (state, reason): (&'static str, &'static str),
    now: Timestamp,
) -> Result<()> {
    drop_row(tx, row, (state, reason), now).await?;
    if state == "failed" {
        lost::tell_worker(tx, row.id).await?;
    } else {
        untold::tell_dropped(tx, row.id, reason).await?;
    }
    Ok(())
}

async fn drop_row(
    tx: &mut Tx,
    row: &DueRow,
    (state, reason): (&'static str, &'static str),
    now: Timestamp,
) -> Result<()> {
    tx.sql(DROP)
        .bind(row.id)
        .bind(state)
        .bind(reason)
        .bind(now.micros())
        .run()
        .await?;
    metrics::counter!("deliveries_dropped", "reason" => reason).increment(1);
    Ok(())
}
