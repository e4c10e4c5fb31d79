//! The server's log and files, read beside the store.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use openmls::prelude::MlsMessageIn;
use protocol::frame::LogEntry;
use protocol::{AccountId, CircleId, DeviceId, EntryKind, Timestamp, Urgency};
use sqlx::{Connection as _, SqliteConnection};
use tls_codec::Deserialize as _;

/// A place in the log.
pub type Seat = (u32, u64);

/// The server's log and who is in the circle, as the database has them.
pub struct Log {
    /// Everything, with its generation.
    pub entries: Vec<(u32, LogEntry)>,
    /// Since when each account may read.
    pub since: BTreeMap<AccountId, Seat>,
    /// Where each device first came into the group.
    pub came: BTreeMap<DeviceId, Seat>,
    /// The public group that the server hands out.
    pub group_info: Vec<u8>,
}

impl Log {
    /// How many messages people wrote.
    pub fn messages(&self) -> usize {
        self.written().count()
    }

    /// What people wrote.
    pub fn written(&self) -> impl Iterator<Item = &(u32, LogEntry)> {
        let written = |(_, entry): &&(u32, LogEntry)| {
            entry.kind == EntryKind::Message && !entry.body.is_empty()
        };
        self.entries.iter().filter(written)
    }
}

/// A connection beside the store's, which only reads.
pub async fn connect(directory: &Path) -> Result<SqliteConnection> {
    let file = directory.join("carecircle.sqlite");
    let url = format!("sqlite://{}?mode=ro", file.display());
    Ok(SqliteConnection::connect(&url).await?)
}

/// The newest place of a circle's log.
pub async fn head(circle: CircleId, directory: &Path) -> Result<Seat> {
    let mut database = connect(directory).await?;
    let (generation, next): (i64, i64) =
        sqlx::query_as("SELECT generation, next_seq FROM circle WHERE id = $1")
            .bind(circle.uuid())
            .fetch_one(&mut database)
            .await?;
    database.close().await?;
    Ok((u32::try_from(generation)?, u64::try_from(next - 1)?))
}

#[derive(sqlx::FromRow)]
struct Row {
    generation: i64,
    seq: i64,
    kind: String,
    epoch: i64,
    device: uuid::Uuid,
    op_id: uuid::Uuid,
    mls: Vec<u8>,
    body: Vec<u8>,
    wrap: Vec<u8>,
    era: i64,
    accepted_at: i64,
}

/// An account, and since when it is in the circle.
type SinceRow = (uuid::Uuid, Option<i64>, Option<i64>);

/// Everything that the server accepted.
pub async fn read_log(directory: &Path, circle: CircleId) -> Result<Log> {
    let mut database = connect(directory).await?;
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT generation, seq, kind, epoch, device, op_id, mls, body, wrap, era, accepted_at
         FROM circle_log WHERE circle = $1 ORDER BY generation, seq",
    )
    .bind(circle.uuid())
    .fetch_all(&mut database)
    .await?;
    let since: Vec<SinceRow> = sqlx::query_as(
        "SELECT account, since_generation, since_seq FROM circle_member WHERE circle = $1",
    )
    .bind(circle.uuid())
    .fetch_all(&mut database)
    .await?;
    let added: Vec<(uuid::Uuid, i64, i64)> = sqlx::query_as(
        "SELECT d.device, k.generation, d.added_seq
         FROM circle_device d JOIN circle k ON k.id = d.circle WHERE d.circle = $1",
    )
    .bind(circle.uuid())
    .fetch_all(&mut database)
    .await?;
    let (group_info,): (Vec<u8>,) =
        sqlx::query_as("SELECT group_info FROM circle_group WHERE circle = $1")
            .bind(circle.uuid())
            .fetch_one(&mut database)
            .await?;
    database.close().await?;
    let mut entries = Vec::with_capacity(rows.len());
    let mut next: BTreeMap<u32, u64> = BTreeMap::new();
    for row in rows {
        let generation = u32::try_from(row.generation)?;
        let expected = next.entry(generation).or_insert(1);
        ensure!(
            u64::try_from(row.seq)? == *expected,
            "the log has a gap at {expected}"
        );
        *expected += 1;
        let entry = LogEntry {
            seq: u64::try_from(row.seq)?,
            kind: EntryKind::parse(&row.kind).context("a kind that is none")?,
            epoch: u64::try_from(row.epoch)?,
            device: row.device.into(),
            op_id: row.op_id.into(),
            mls: row.mls.into(),
            body: row.body.into(),
            wrap: row.wrap.into(),
            era: u32::try_from(row.era)?,
            urgency: Urgency::Routine,
            accepted_at: Timestamp::from_micros(row.accepted_at),
        };
        entries.push((generation, entry));
    }
    let since = since.into_iter().map(seated).collect::<Result<_>>()?;
    let came = came(&added, &entries)?;
    Ok(Log {
        entries,
        since,
        came,
        group_info,
    })
}

fn seated((account, generation, seq): SinceRow) -> Result<(AccountId, Seat)> {
    let generation = u32::try_from(generation.unwrap_or(0))?;
    Ok((
        account.into(),
        (generation, u64::try_from(seq.unwrap_or(0))?),
    ))
}

/// Where each device first came in: where the server says that it was added, or by itself. Whoever comes in again was
/// there before.
fn came(
    added: &[(uuid::Uuid, i64, i64)],
    entries: &[(u32, LogEntry)],
) -> Result<BTreeMap<DeviceId, Seat>> {
    let mut came = BTreeMap::new();
    for (device, generation, seq) in added {
        let seat = (u32::try_from(*generation)?, u64::try_from(*seq)?);
        came.insert(DeviceId::from(*device), seat);
    }
    for (generation, entry) in entries {
        if entry.kind != EntryKind::Commit {
            continue;
        }
        let message = MlsMessageIn::tls_deserialize_exact(&*entry.mls)
            .ok()
            .and_then(|message| message.try_into_protocol_message().ok())
            .context("a commit does not read")?;
        if message.is_external() {
            let seat = (*generation, entry.seq);
            let first = came.entry(entry.device).or_insert(seat);
            *first = (*first).min(seat);
        }
    }
    Ok(came)
}

/// I6: no text of anybody's in anything that the server stored.
pub fn no_canary(directory: &Path, needle: &str) -> Result<()> {
    for file in std::fs::read_dir(directory)? {
        let file = file?.path();
        if file.is_dir() {
            no_canary(&file, needle)?;
            continue;
        }
        let bytes = std::fs::read(&file)?;
        let stands = memchr::memmem::find(&bytes, needle.as_bytes()).is_some();
        ensure!(!stands, "I6: a text stands in {}", file.display());
    }
    Ok(())
}
