//! Takes in hand what is to be sent: as few mails, each under the lease of whoever sends it.

use protocol::{Timestamp, limits};
use uuid::Uuid;

use super::bundles::{self, Gathered, Ready};
use super::dropped::drop_and_tell;
use super::due::{Due, Lease};
use crate::error::{Error, Result};
use crate::tx::Tx;

statements! {
    LEASE = "
        UPDATE delivery SET state = 'leased', lease = $2, leased_until = $3, written_at = $4,
            address = $5, language = $6, zone = $7, disclosure = $8, calendar_file_off_at = $9,
            times = $11, bundle = $12, preference_at = $13
        WHERE id = $1 AND (state = 'planned' OR (state = 'leased' AND leased_until <= $10))";
}

/// What was taken in hand.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) mails: Vec<Due>,
    /// Of which deliveries.
    pub(super) ids: Vec<Uuid>,
    /// So many wait for others.
    pub(super) waiting: usize,
}

/// Takes what is ready in hand, as few mails.
pub(super) async fn take_all(
    tx: &mut Tx,
    ready: Vec<Ready<'_>>,
    lease: &Lease,
    now: Timestamp,
) -> Result<Taken> {
    let mut taken = Taken::default();
    for mail in bundles::gather(tx, ready).await? {
        match mail {
            Gathered::Waits(rows) => taken.waiting += rows,
            Gathered::Broken(rows) => {
                for row in rows {
                    drop_and_tell(tx, row, ("failed", "outcome_unknown"), now).await?;
                }
            }
            Gathered::Leaves(mail) => {
                let ids: Vec<Uuid> = mail.iter().map(|one| one.row.id).collect();
                if let Some(due) = take_mail(tx, mail, lease).await? {
                    taken.mails.push(due);
                    taken.ids.extend(ids);
                }
            }
        }
    }
    Ok(taken)
}

/// Takes all of a mail in hand; nothing if another process was faster.
async fn take_mail(tx: &mut Tx, mail: Vec<Ready<'_>>, lease: &Lease) -> Result<Option<Due>> {
    let bundle = bundles::carrier(&mail);
    for one in &mail {
        if take(tx, one, lease, bundle).await? {
            continue;
        }
        if bundle.is_some() {
            // Some of it, perhaps: once more, from the beginning.
            return Err(Error::Busy);
        }
        return Ok(None);
    }
    Ok(bundles::one_mail(mail))
}

async fn take(
    tx: &mut Tx,
    Ready {
        row, pins, leave, ..
    }: &Ready<'_>,
    lease: &Lease,
    bundle: Option<Uuid>,
) -> Result<bool> {
    let until = leave.at().plus_seconds(limits::DELIVERY_LEASE_S);
    let taken = tx
        .sql(LEASE)
        .bind(row.id)
        .bind(lease.0.to_vec())
        .bind(until.micros())
        .bind(pins.written_at)
        .bind(pins.address)
        .bind(pins.language.as_str())
        .bind(pins.zone.clone())
        .bind(pins.disclosure.as_str())
        .bind(pins.calendar_file_off_at)
        .bind(leave.at().micros())
        .bind(pins.times.clone())
        .bind(bundle)
        .bind(pins.preference_at)
        .run()
        .await?;
    Ok(taken == 1)
}
