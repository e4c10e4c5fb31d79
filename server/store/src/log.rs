//! A circle's log: one row per message, read the same way online, offline and after a reconnect.

use care::Caller;
use care::rules::Act;
use protocol::frame::{Cursor, LogEntry, LogPage};
use protocol::{
    CircleId, Code, DeviceId, EntryId, EntryKind, GroupId, OpId, Timestamp, Urgency, limits,
};
use uuid::Uuid;

use crate::append::check_group;
use crate::audit::{self, Entry, Object};
use crate::db::{self, to_db};
use crate::error::Result;
use crate::standing;
use crate::store::Store;
use crate::tx::Tx;

statements! {
    INSERT_ROW = "
        INSERT INTO circle_log (circle, generation, seq, kind, epoch, device, op_id, mls, body, wrap,
            era, urgency, accepted_at, row_hash, entry)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    PAGE = "
        SELECT seq, kind, epoch, device, op_id, mls, body, wrap, era, urgency, accepted_at
        FROM circle_log
        WHERE circle = $1 AND generation = $2 AND seq > $3
        ORDER BY seq
        LIMIT $4";
}

/// A row on its way into the log.
pub(crate) struct NewRow<'b> {
    pub(crate) circle: CircleId,
    pub(crate) generation: u32,
    pub(crate) seq: u64,
    pub(crate) kind: EntryKind,
    pub(crate) epoch: u64,
    pub(crate) device: DeviceId,
    pub(crate) op_id: OpId,
    pub(crate) mls: &'b [u8],
    pub(crate) body: &'b [u8],
    pub(crate) wrap: &'b [u8],
    pub(crate) era: u32,
    pub(crate) urgency: Urgency,
    pub(crate) accepted_at: Timestamp,
}

/// Writes a row that the given audit entry commits to; its hash.
pub(crate) async fn insert(tx: &mut Tx, row: &NewRow<'_>, entry: EntryId) -> Result<[u8; 32]> {
    let hash = audit::row_hash(row);
    tx.sql(INSERT_ROW)
        .bind(row.circle.uuid())
        .bind(i64::from(row.generation))
        .bind(to_db(row.seq))
        .bind(row.kind.as_str())
        .bind(to_db(row.epoch))
        .bind(row.device.uuid())
        .bind(row.op_id.uuid())
        .bind(row.mls.to_vec())
        .bind(row.body.to_vec())
        .bind(row.wrap.to_vec())
        .bind(i64::from(row.era))
        .bind(row.urgency.as_str())
        .bind(row.accepted_at.micros())
        .bind(hash.to_vec())
        .bind(entry.uuid())
        .run()
        .await?;
    Ok(hash)
}

#[derive(sqlx::FromRow)]
struct LogRow {
    seq: i64,
    kind: String,
    epoch: i64,
    device: Uuid,
    op_id: Uuid,
    mls: Vec<u8>,
    body: Vec<u8>,
    wrap: Vec<u8>,
    era: i64,
    urgency: String,
    accepted_at: i64,
}

impl LogRow {
    fn entry(self) -> Result<LogEntry> {
        Ok(LogEntry {
            seq: db::from_db(self.seq),
            kind: db::entry_kind(&self.kind)?,
            epoch: db::from_db(self.epoch),
            device: self.device.into(),
            op_id: self.op_id.into(),
            mls: self.mls.into(),
            body: self.body.into(),
            wrap: self.wrap.into(),
            era: db::small(self.era),
            urgency: db::urgency(&self.urgency)?,
            accepted_at: db::at(self.accepted_at),
        })
    }

    fn size_bytes(&self) -> usize {
        self.mls.len() + self.body.len() + self.wrap.len()
    }
}

impl Store {
    /// The next entries after a cursor: at most [`limits::LOG_PAGE_ENTRIES`] and, beyond the first,
    /// [`limits::LOG_PAGE_BYTES`]. Only for a device in the circle's group ([`Code::NotOnRoster`]) and
    /// the group of now ([`Code::Generation`]). The delivery is audited when it is acknowledged.
    pub async fn log_after(&self, caller: &Caller, cursor: Cursor) -> Result<LogPage> {
        let caller = *caller;
        self.read("log after", async move |tx: &mut Tx| {
            log_after(tx, &caller, cursor).await
        })
        .await
    }
}

async fn log_after(tx: &mut Tx, caller: &Caller, cursor: Cursor) -> Result<LogPage> {
    let facts = standing::to_circle(tx, caller, cursor.circle, None).await?;
    let object = Object::Circle(cursor.circle);
    tx.authorize(caller, Act::ReadLog, facts.standing, object)?;
    let state = facts.live()?;
    if let Err(refused) = facts.must_be_on_roster() {
        tx.deny(Entry::denied(
            caller,
            Act::ReadLog,
            object,
            Code::NotOnRoster,
        ));
        return Err(refused);
    }
    let group = |generation| GroupId {
        circle: cursor.circle,
        generation,
    };
    check_group(group(cursor.generation), group(state.generation))?;
    let rows = tx
        .sql(PAGE)
        .bind(cursor.circle.uuid())
        .bind(i64::from(state.generation))
        .bind(to_db(cursor.seq))
        .bind(to_db(limits::LOG_PAGE_ENTRIES as u64))
        .all::<LogRow>()
        .await?;
    let mut entries = Vec::with_capacity(rows.len());
    let mut size_bytes = 0;
    for row in rows {
        size_bytes += row.size_bytes();
        if size_bytes > limits::LOG_PAGE_BYTES && !entries.is_empty() {
            break;
        }
        entries.push(row.entry()?);
    }
    Ok(LogPage {
        circle: cursor.circle,
        generation: state.generation,
        entries,
        head: state.next_seq.saturating_sub(1),
    })
}
