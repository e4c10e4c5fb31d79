//! A circle's log: one row per message, read the same way online, offline and after a reconnect.

use care::Caller;
use care::rules::{Act, may};
use protocol::frame::{Cursor, LogEntry, LogPage};
use protocol::{
    CircleId, Code, DeviceId, EntryId, EntryKind, GroupId, OpId, Timestamp, Urgency, limits,
};
use uuid::Uuid;

use crate::append::check_group;
use crate::audit::{self, Entry, Object};
use crate::db::{self, to_db};
use crate::error::Result;
use crate::many::{Asked, MANY_MAX};
use crate::standing::{self, CircleState};
use crate::store::Store;
use crate::tail::Written;
use crate::tx::Tx;

many! {
    INSERT_ROWS = [
        circle: Id, generation: Integer, seq: Integer, kind: Text, epoch: Integer, device: Id,
        op_id: Id, mls: Bytes, body: Bytes, wrap: Bytes, era: Integer, urgency: Text,
        accepted_at: Integer, row_hash: Bytes, entry: Id,
    ] "
        INSERT INTO circle_log (circle, generation, seq, kind, epoch, device, op_id, mls, body, wrap,
            era, urgency, accepted_at, row_hash, entry)
        SELECT circle, generation, seq, kind, epoch, device, op_id, mls, body, wrap,
            era, urgency, accepted_at, row_hash, entry
        FROM asked WHERE circle IS NOT NULL";
}

statements! {
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

/// Writes rows that the given audit entry commits to; their hashes, in the same order.
pub(crate) async fn insert_all(
    tx: &mut Tx,
    rows: &[NewRow<'_>],
    entry: EntryId,
) -> Result<Vec<[u8; 32]>> {
    let hashes: Vec<[u8; 32]> = rows.iter().map(audit::row_hash).collect();
    for (rows, hashes) in rows.chunks(MANY_MAX).zip(hashes.chunks(MANY_MAX)) {
        let mut insert = tx.many(&INSERT_ROWS, rows.len());
        for (row, hash) in rows.iter().zip(hashes) {
            insert = insert.row(|values| row.bind(values, hash, entry));
        }
        insert.run().await?;
    }
    for row in rows {
        tx.keep_at_hand(Written {
            log: (row.circle, row.generation),
            entry: row.entry(),
        });
    }
    Ok(hashes)
}

/// Writes one row; its hash.
pub(crate) async fn insert(tx: &mut Tx, row: &NewRow<'_>, entry: EntryId) -> Result<[u8; 32]> {
    let hashes = insert_all(tx, std::slice::from_ref(row), entry).await?;
    Ok(hashes[0])
}

impl NewRow<'_> {
    /// As its readers will see it.
    fn entry(&self) -> LogEntry {
        LogEntry {
            seq: self.seq,
            kind: self.kind,
            epoch: self.epoch,
            device: self.device,
            op_id: self.op_id,
            mls: self.mls.to_vec().into(),
            body: self.body.to_vec().into(),
            wrap: self.wrap.to_vec().into(),
            era: self.era,
            urgency: self.urgency,
            accepted_at: self.accepted_at,
        }
    }

    fn bind<'t>(&self, values: Asked<'t>, hash: &[u8; 32], entry: EntryId) -> Asked<'t> {
        values
            .bind(self.circle.uuid())
            .bind(i64::from(self.generation))
            .bind(to_db(self.seq))
            .bind(self.kind.as_str())
            .bind(to_db(self.epoch))
            .bind(self.device.uuid())
            .bind(self.op_id.uuid())
            .bind(self.mls.to_vec())
            .bind(self.body.to_vec())
            .bind(self.wrap.to_vec())
            .bind(i64::from(self.era))
            .bind(self.urgency.as_str())
            .bind(self.accepted_at.micros())
            .bind(hash.to_vec())
            .bind(entry.uuid())
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct LogRow {
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
    pub(crate) fn entry(self) -> Result<LogEntry> {
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
}

fn size_bytes(entry: &LogEntry) -> usize {
    entry.mls.len() + entry.body.len() + entry.wrap.len()
}

impl Store {
    /// The next entries after a cursor: at most [`limits::LOG_PAGE_ENTRIES`] and, beyond the first,
    /// [`limits::LOG_PAGE_BYTES`]. Only for a device in the circle's group ([`Code::NotOnRoster`]) and
    /// the group of now ([`Code::Generation`]). The delivery is audited when it is acknowledged.
    ///
    /// Whatever is shown, rights were looked up for it in the database, after this was called, and it
    /// was in the log as that look saw it.
    pub async fn log_after(&self, caller: &Caller, cursor: Cursor) -> Result<LogPage> {
        if let Some(page) = self.at_hand(caller, cursor).await {
            return Ok(page);
        }
        let caller = *caller;
        self.read("log after", async move |tx: &mut Tx| {
            log_after(tx, &caller, cursor).await
        })
        .await
    }

    /// The page that most readers want: the end of the log, which is at hand. `None` if it is not, or
    /// if the rules do not plainly allow it: then the database is read, and a refusal audited.
    async fn at_hand(&self, caller: &Caller, cursor: Cursor) -> Option<LogPage> {
        let (tail, now) = (&self.core().tail, self.core().clock.now());
        let log = (cursor.circle, cursor.generation);
        if !tail.reaches(log, cursor.seq, now) {
            return None;
        }
        let ask = standing::Ask {
            session: caller.session,
            circle: Some(cursor.circle),
            op_id: None,
        };
        let facts = self.group_read().look(ask).await?;
        may(Act::ReadLog, facts.standing).ok()?;
        let state = facts.live().ok()?;
        if !facts.on_roster || state.generation != cursor.generation {
            return None;
        }
        let head = state.next_seq.saturating_sub(1);
        let entries = if cursor.seq >= head {
            Vec::new()
        } else {
            tail.after(log, cursor.seq, head, limits::LOG_PAGE_ENTRIES)?
        };
        let entries = entries.iter().map(|entry| Ok((**entry).clone()));
        page(cursor.circle, &state, entries).ok()
    }
}

async fn log_after(tx: &mut Tx, caller: &Caller, cursor: Cursor) -> Result<LogPage> {
    let facts = standing::to_circle(tx, caller, cursor.circle, None).await?;
    let object = Object::Circle(cursor.circle);
    tx.authorize(caller, Act::ReadLog, facts.standing, object)?;
    let state = facts.founded()?;
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
    page(cursor.circle, &state, rows.into_iter().map(LogRow::entry))
}

/// As many entries as a page holds.
fn page(
    circle: CircleId,
    state: &CircleState,
    found: impl Iterator<Item = Result<LogEntry>>,
) -> Result<LogPage> {
    let mut entries = Vec::new();
    let mut bytes = 0;
    for entry in found {
        let entry = entry?;
        bytes += size_bytes(&entry);
        if bytes > limits::LOG_PAGE_BYTES && !entries.is_empty() {
            break;
        }
        entries.push(entry);
    }
    Ok(LogPage {
        circle,
        generation: state.generation,
        entries,
        head: state.next_seq.saturating_sub(1),
    })
}
