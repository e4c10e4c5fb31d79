//! Removals: whose right in a circle ended, until the commit that takes their devices out.
//!
//! From the transaction that ends the right, a row stands for each of their devices in the circle's
//! group. While one stands, the log takes no application message, so nothing is encrypted any more that
//! they could open. The server proposes the removal in the log; the next member's commit must cover it
//! ([`Code::MissingRemovals`](protocol::Code::MissingRemovals)) and thereby settles the row.
//!
//! The end of a right never waits for the group: if the delivery service cannot propose (a group that
//! does not list the removal key), the row stands all the same, and a member may still take the device
//! out by their own proposal.

use std::time::Duration;

use care::Caller;
use care::rules::Permit;
use delivery::{RemovalFacts, RosterDevice};
use protocol::frame::NoticeKind;
use protocol::{
    AccountId, Bytes, CircleId, CircleStatus, DeviceId, EntryId, EntryKind, GroupId, OpId,
    RemovalReason, Timestamp, Urgency,
};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::db;
use crate::error::Result;
use crate::log::NewRow;
use crate::removal_keys::{self, RemovalKey};
use crate::standing::{self, CircleState};
use crate::tx::Tx;
use crate::wake::Topic;
use crate::{inbox, rows};

statements! {
    STATE = "
        SELECT client, status, generation, epoch, era, history, next_seq FROM circle WHERE id = $1";
    OF_ACCOUNT = "
        SELECT device, account FROM circle_device
        WHERE circle = $1 AND account = $2 ORDER BY device";
    OF_DEVICE = "
        SELECT device, account FROM circle_device WHERE circle = $1 AND device = $2";
    INSERT = "
        INSERT INTO pending_removal (circle, generation, device, account, reason, since)
        VALUES ($1, $2, $3, $4, $5, $6)";
    GRAVER = "
        UPDATE pending_removal SET reason = $3
        WHERE circle = $1 AND device = $2 AND reason = 'device'";
    PENDING = "
        SELECT device, reason, since FROM pending_removal
        WHERE circle = $1 AND generation = $2 ORDER BY device";
    SETTLE = "DELETE FROM pending_removal WHERE circle = $1 AND device = $2";
    INSERT_REMOVAL = "
        INSERT INTO removal (id, circle, device, reason, since, committed_at, committed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    PUBLIC_STATE = "SELECT public_state FROM circle_group WHERE circle = $1";
    KEEP_PUBLIC_STATE = "UPDATE circle_group SET public_state = $2 WHERE circle = $1";
    AT_THE_TABLE = "
        SELECT cd.device FROM circle_device cd
            JOIN device d ON d.id = cd.device AND d.revoked_at IS NULL
        WHERE cd.circle = $1 ORDER BY cd.device";
}

/// Whose devices are to leave.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Whom {
    /// All of an account's.
    Account(AccountId),
    /// One device.
    Device(DeviceId),
}

/// A removal that waits for its commit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pending {
    pub(crate) device: DeviceId,
    pub(crate) reason: RemovalReason,
    pub(crate) since: Timestamp,
}

#[derive(sqlx::FromRow)]
struct StateRow {
    client: Uuid,
    status: String,
    generation: i64,
    epoch: i64,
    era: i64,
    history: String,
    next_seq: i64,
}

#[derive(sqlx::FromRow)]
struct PendingRow {
    device: Uuid,
    reason: String,
    since: i64,
}

impl PendingRow {
    fn pending(&self) -> Result<Pending> {
        Ok(Pending {
            device: self.device.into(),
            reason: db::removal_reason(&self.reason)?,
            since: db::at(self.since),
        })
    }
}

/// Ends the stay of `whom` in a circle's group, in the transaction that ended their right; `permit` is
/// that act's. Nothing happens for devices that are not in the group, or whose removal waits already.
/// For several circles, call it in ascending order of their ids.
pub(crate) async fn begin(
    tx: &mut Tx,
    (caller, permit): (&Caller, Permit),
    circle: CircleId,
    whom: Whom,
    reason: RemovalReason,
) -> Result<()> {
    standing::hold_circle(tx, circle).await?;
    let state = state(tx, circle).await?;
    let waiting = pending(tx, circle, state.generation).await?;
    let mut devices = Vec::new();
    for device in present(tx, circle, whom).await? {
        if waiting
            .iter()
            .any(|pending| pending.device == device.device)
        {
            graver(tx, circle, device.device, reason).await?;
        } else {
            insert(tx, (circle, state.generation), device, reason).await?;
            devices.push(device.device);
        }
    }
    if devices.is_empty() {
        return Ok(());
    }
    let entry = Entry::done(caller, permit, Object::Circle(circle)).about(state.client);
    propose(tx, circle, &state, &devices, entry).await?;
    tx.wake(Topic::Circle(circle));
    tell(tx, circle).await
}

/// Puts the server's proposals for these devices into the log, at the group's present epoch.
pub(crate) async fn propose(
    tx: &mut Tx,
    circle: CircleId,
    state: &CircleState,
    devices: &[DeviceId],
    entry: Entry,
) -> Result<()> {
    let entry = entry.shown(devices.iter().map(DeviceId::uuid));
    let proposals = match state.status {
        CircleStatus::Live => sign(tx, circle, state, devices).await?,
        _ => Vec::new(),
    };
    if proposals.is_empty() {
        tx.audit(entry);
        return Ok(());
    }
    let (now, mut seq) = (tx.now(), state.next_seq);
    let mut written = Vec::with_capacity(proposals.len());
    for (removed, mls) in &proposals {
        written.push(NewRow {
            circle,
            generation: state.generation,
            seq,
            kind: EntryKind::Proposal,
            epoch: state.epoch,
            device: removed.device,
            op_id: OpId::from_bytes(tx.random()),
            mls,
            body: &[],
            wrap: &[],
            era: state.era,
            urgency: Urgency::Routine,
            accepted_at: now,
        });
        seq += 1;
    }
    rows::write(tx, circle, &written, entry).await
}

/// Signs the proposals and has the public group take them. None if the group cannot: the rows that wait
/// stand all the same.
async fn sign(
    tx: &mut Tx,
    circle: CircleId,
    state: &CircleState,
    devices: &[DeviceId],
) -> Result<Vec<(RosterDevice, Bytes)>> {
    let keys = removal_keys::all(tx).await?;
    let (public_state,): (Vec<u8>,) = tx.sql(PUBLIC_STATE).bind(circle.uuid()).one().await?;
    let group = GroupId {
        circle,
        generation: state.generation,
    };
    // With the one that the group lists: a circle that nobody has changed since lists an earlier one.
    let propose = |removal: RemovalKey| {
        let facts = RemovalFacts {
            group,
            removal_key: removal.certificate,
        };
        delivery::propose_removals(&removal.key, &facts, &public_state, devices).ok()
    };
    let Some(proposed) = keys.into_iter().find_map(propose) else {
        metrics::counter!("removals_not_proposed").increment(1);
        tracing::error!(%circle, "a group does not take the server's removals; they wait for a member's own");
        return Ok(Vec::new());
    };
    tx.sql(KEEP_PUBLIC_STATE)
        .bind(circle.uuid())
        .bind(proposed.public_state)
        .run()
        .await?;
    Ok(proposed.proposals)
}

/// The removals that wait in a circle's group.
pub(crate) async fn pending(
    tx: &mut Tx,
    circle: CircleId,
    generation: u32,
) -> Result<Vec<Pending>> {
    let rows = tx
        .sql(PENDING)
        .bind(circle.uuid())
        .bind(i64::from(generation))
        .all::<PendingRow>()
        .await?;
    rows.iter().map(PendingRow::pending).collect()
}

/// Settles the removals of devices that are no longer in the group; how long each took, seconds.
pub(crate) async fn settle(
    tx: &mut Tx,
    caller: &Caller,
    circle: CircleId,
    waiting: &[Pending],
    roster: &[RosterDevice],
) -> Result<Vec<f64>> {
    let now = tx.now();
    let mut seconds = Vec::new();
    let gone = |pending: &&Pending| !roster.iter().any(|stays| stays.device == pending.device);
    for pending in waiting.iter().filter(gone) {
        tx.sql(SETTLE)
            .bind(circle.uuid())
            .bind(pending.device.uuid())
            .run()
            .await?;
        let id = EntryId::from_parts(now, tx.random());
        tx.sql(INSERT_REMOVAL)
            .bind(id.uuid())
            .bind(circle.uuid())
            .bind(pending.device.uuid())
            .bind(pending.reason.as_str())
            .bind(pending.since.micros())
            .bind(now.micros())
            .bind(caller.device.uuid())
            .run()
            .await?;
        seconds.push(seconds_between(pending.since, now));
    }
    Ok(seconds)
}

fn seconds_between(since: Timestamp, until: Timestamp) -> f64 {
    let micros = u64::try_from(until.micros() - since.micros()).unwrap_or(0);
    Duration::from_micros(micros).as_secs_f64()
}

/// Tells every device in the group that can still hear it: people or condition changed.
pub(crate) async fn tell(tx: &mut Tx, circle: CircleId) -> Result<()> {
    let devices = tx
        .sql(AT_THE_TABLE)
        .bind(circle.uuid())
        .all::<(Uuid,)>()
        .await?;
    for (device,) in devices {
        inbox::notify(tx, device.into(), circle, NoticeKind::Roster).await?;
    }
    Ok(())
}

/// A circle as it stands, whoever asks.
async fn state(tx: &mut Tx, circle: CircleId) -> Result<CircleState> {
    let row: StateRow = tx.sql(STATE).bind(circle.uuid()).one().await?;
    Ok(CircleState {
        client: row.client.into(),
        status: db::circle_status(&row.status)?,
        generation: db::small(row.generation),
        epoch: db::from_db(row.epoch),
        era: db::small(row.era),
        history: db::history_mode(&row.history)?,
        next_seq: db::from_db(row.next_seq),
    })
}

/// Those of `whom` that are in the group.
async fn present(tx: &mut Tx, circle: CircleId, whom: Whom) -> Result<Vec<RosterDevice>> {
    let (sql, id) = match whom {
        Whom::Account(account) => (OF_ACCOUNT, account.uuid()),
        Whom::Device(device) => (OF_DEVICE, device.uuid()),
    };
    let rows = tx
        .sql(sql)
        .bind(circle.uuid())
        .bind(id)
        .all::<(Uuid, Uuid)>()
        .await?;
    let device = |(device, account): (Uuid, Uuid)| RosterDevice {
        account: account.into(),
        device: device.into(),
    };
    Ok(rows.into_iter().map(device).collect())
}

async fn insert(
    tx: &mut Tx,
    (circle, generation): (CircleId, u32),
    leaving: RosterDevice,
    reason: RemovalReason,
) -> Result<()> {
    let now = tx.now().micros();
    tx.sql(INSERT)
        .bind(circle.uuid())
        .bind(i64::from(generation))
        .bind(leaving.device.uuid())
        .bind(leaving.account.uuid())
        .bind(reason.as_str())
        .bind(now)
        .run()
        .await?;
    Ok(())
}

/// An account whose device is lost stays named and is added again; one whose right ended is not. The
/// graver reason stays.
async fn graver(
    tx: &mut Tx,
    circle: CircleId,
    device: DeviceId,
    reason: RemovalReason,
) -> Result<()> {
    if reason != RemovalReason::Device {
        tx.sql(GRAVER)
            .bind(circle.uuid())
            .bind(device.uuid())
            .bind(reason.as_str())
            .run()
            .await?;
    }
    Ok(())
}
