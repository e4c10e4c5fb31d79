//! The keys that seal: listed, rotated, revoked (security.md, section 3).
//!
//! A rotation makes a key that seals from then on and goes through every sealed column, a few rows at a time,
//! beside whatever else the server does; the key before stays in the ring and opens what is not sealed anew
//! yet. Cut off at any point, it goes on where sealed values still name another key. It ends with a sweep
//! that finds none. A revoked key is destroyed, and only once nothing names it.

use std::sync::Arc;
use std::time::Duration;

use care::Caller;
use care::rules::{Act, Permit, Standing};
use protocol::{Code, EntryId, Refusal, Timestamp, limits};
use serde::{Deserialize, Serialize};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::audit::{Entry, Object};
use crate::core::Core;
use crate::db;
use crate::error::{Error, Result};
use crate::hash::hex;
use crate::seal::{COLUMNS, Column, KeyId};
use crate::store::Store;
use crate::tx::Tx;

statements! {
    READ = "
        SELECT id, key_id, wrapped, state, created_at, retired_at, resealed_at FROM seal_key
        ORDER BY created_at DESC, id DESC";
    INSERT = "
        INSERT INTO seal_key (id, key_id, wrapped, state, created_at, resealed_at)
        VALUES ($1, $2, $3, 'valid', $4, $5)";
    RETIRE = "UPDATE seal_key SET state = 'retained', retired_at = $1 WHERE state = 'valid'";
    RESEALED = "UPDATE seal_key SET resealed_at = $2 WHERE key_id = $1 AND resealed_at IS NULL";
    REVOKE = "
        UPDATE seal_key SET state = 'revoked', wrapped = NULL WHERE id = $1 AND state = 'retained'";
}

/// How often [`Watch`] looks.
const EVERY: Duration = Duration::from_secs(limits::KEYS_READ_S);

/// A seal key, as operators see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyCard {
    /// By what sealed values name it: 8 hexadecimal digits.
    pub key: String,
    /// `valid` seals and opens, `retained` opens, `revoked` is destroyed.
    pub state: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when another one seals.
    pub retired_at: Option<Timestamp>,
    /// Since when nothing is sealed under an earlier one; none while a rotation is not at its end.
    pub resealed_at: Option<Timestamp>,
}

/// How far a rotation has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The column that was looked at last: `person.name`.
    pub column: String,
    /// Values sealed anew so far.
    pub resealed: u64,
    /// Values that do not open and stay as they are: the key before cannot be revoked.
    pub damaged: u64,
}

/// A rotation under way. Dropped, it is cut off, and the next one goes on with it.
#[derive(Debug)]
pub struct Rotation {
    store: Store,
    caller: Caller,
    key: KeyId,
    column: usize,
    after: Uuid,
    /// Sealed anew in this sweep.
    swept: u64,
    resealed: u64,
    damaged: u64,
}

#[derive(sqlx::FromRow)]
struct KeyRow {
    id: Uuid,
    key_id: Vec<u8>,
    wrapped: Option<Vec<u8>>,
    state: String,
    created_at: i64,
    retired_at: Option<i64>,
    resealed_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct SealedRow {
    id: Uuid,
    sealed: Vec<u8>,
}

/// What came of a few rows.
struct Batch {
    last: Option<Uuid>,
    resealed: u64,
    damaged: u64,
}

/// Reads the ring, and makes the first key of a new database. Before anything is sealed.
pub(crate) async fn open(tx: &mut Tx) -> Result<()> {
    let mut rows = read(tx).await?;
    if rows.is_empty() {
        let now = tx.now();
        make(tx, Some(now)).await?;
        rows = read(tx).await?;
    }
    turn(tx.core(), &rows)
}

/// Reads the ring again: another process made a key.
pub(crate) async fn reread(core: &Arc<Core>) -> Result<()> {
    let (rows, _) = core.read("keys", &async |tx: &mut Tx| read(tx).await).await;
    turn(core, &rows?)
}

async fn read(tx: &mut Tx) -> Result<Vec<KeyRow>> {
    tx.sql(READ).all().await
}

/// The valid one first; of the others the order says nothing.
fn turn(core: &Core, rows: &[KeyRow]) -> Result<()> {
    let mut keys = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(wrapped) = &row.wrapped else {
            continue;
        };
        let key = core.sealer.unwrap(row.id, wrapped)?;
        if row.state == "valid" {
            keys.insert(0, key);
        } else {
            keys.push(key);
        }
    }
    core.sealer.turn(keys);
    Ok(())
}

/// Makes the key that seals from the COMMIT on.
async fn make(tx: &mut Tx, resealed_at: Option<Timestamp>) -> Result<KeyId> {
    let now = tx.now();
    let secret = Zeroizing::new(tx.random::<32>());
    let id = EntryId::from_parts(now, tx.random()).uuid();
    let wrapped = tx.core().sealer.wrap(id, &secret, tx.random());
    let key = tx.core().sealer.unwrap(id, &wrapped)?.id();
    tx.sql(INSERT)
        .bind(id)
        .bind(key.to_vec())
        .bind(wrapped)
        .bind(now.micros())
        .bind(resealed_at.map(Timestamp::micros))
        .run()
        .await?;
    Ok(key)
}

fn ask(tx: &mut Tx, caller: &Caller, act: Act) -> Result<Permit> {
    // Nobody but the installation has to do with keys; whoever else asks has no standing for it.
    let standing = if caller.is_installation() {
        Standing::installation()
    } else {
        Standing::default()
    };
    tx.authorize(caller, act, standing, Object::SealKeys)
}

impl Store {
    /// Every seal key, newest first.
    pub async fn keys(&self, caller: &Caller) -> Result<Vec<KeyCard>> {
        let caller = *caller;
        self.read_audited("list keys", async move |tx: &mut Tx| {
            let permit = ask(tx, &caller, Act::ListKeys)?;
            let cards = read(tx).await?.iter().map(KeyRow::card).collect();
            tx.audit(Entry::done(&caller, permit, Object::SealKeys));
            Ok(cards)
        })
        .await
    }

    /// Begins a rotation, or goes on with one that was cut off. From here on the new key seals.
    pub async fn rotate_keys(&self, caller: &Caller) -> Result<Rotation> {
        let caller = *caller;
        let key = self
            .write("rotate keys", async move |tx: &mut Tx| {
                let permit = ask(tx, &caller, Act::RotateKeys)?;
                let rows = read(tx).await?;
                let valid = rows.iter().find(|row| row.state == "valid");
                if let Some(row) = valid.filter(|row| row.resealed_at.is_none()) {
                    return key_id(&row.key_id);
                }
                let now = tx.now().micros();
                tx.sql(RETIRE).bind(now).run().await?;
                let key = make(tx, None).await?;
                tx.audit(Entry::done(&caller, permit, Object::SealKeys));
                Ok(key)
            })
            .await?;
        reread(self.core()).await?;
        Ok(Rotation {
            store: self.clone(),
            caller,
            key,
            column: 0,
            after: Uuid::nil(),
            swept: 0,
            resealed: 0,
            damaged: 0,
        })
    }

    /// Destroys a retained key. [`Code::NotFound`] if there is none of that name; [`Code::BadRequest`]
    /// while something is sealed under it, or sooner than [`limits::KEY_RETAINED_S`] after another one
    /// began to seal: another process may not have read that yet.
    pub async fn revoke_key(&self, caller: &Caller, key: &str) -> Result<()> {
        let (caller, key) = (*caller, key.to_lowercase());
        self.write("revoke key", async move |tx: &mut Tx| {
            let permit = ask(tx, &caller, Act::RevokeKey)?;
            let rows = read(tx).await?;
            let retained = rows.iter().filter(|row| row.state == "retained");
            let Some(row) = retained.into_iter().find(|row| hex(&row.key_id) == key) else {
                return Err(Refusal::new(Code::NotFound, "no such key is retained").into());
            };
            let retired = row.retired_at.map_or(tx.now(), db::at);
            if tx.now() < retired.plus_seconds(limits::KEY_RETAINED_S) {
                let detail = "too early: servers may still seal with it; try again in an hour";
                return Err(Refusal::new(Code::BadRequest, detail).into());
            }
            for column in COLUMNS.iter().filter(|column| column.turns()) {
                let (count,): (i64,) = tx.sql(column.count).bind(row.key_id.clone()).one().await?;
                if count > 0 {
                    let detail = "something is still sealed under it: rotate first";
                    return Err(Refusal::new(Code::BadRequest, detail).into());
                }
            }
            tx.sql(REVOKE).bind(row.id).run().await?;
            tx.audit(Entry::done(&caller, permit, Object::SealKeys));
            Ok(())
        })
        .await?;
        reread(self.core()).await
    }
}

impl Rotation {
    /// Seals a few values anew; none once everything is.
    pub async fn step(&mut self) -> Result<Option<Progress>> {
        loop {
            let Some(column) = COLUMNS.get(self.column) else {
                if self.swept == 0 {
                    self.end().await?;
                    return Ok(None);
                }
                // What was written meanwhile by whoever had the key before in hand.
                (self.column, self.after, self.swept, self.damaged) = (0, Uuid::nil(), 0, 0);
                continue;
            };
            if !column.turns() {
                self.column += 1;
                continue;
            }
            let batch = self.batch(column).await?;
            if let Some(last) = batch.last {
                self.after = last;
            } else {
                (self.column, self.after) = (self.column + 1, Uuid::nil());
            }
            self.swept += batch.resealed;
            self.resealed += batch.resealed;
            self.damaged += batch.damaged;
            return Ok(Some(Progress {
                column: format!("{}.{}", column.table, column.name),
                resealed: self.resealed,
                damaged: self.damaged,
            }));
        }
    }

    async fn batch(&self, column: &'static Column) -> Result<Batch> {
        let (caller, key, after) = (self.caller, self.key, self.after);
        self.store
            .write("seal anew", async move |tx: &mut Tx| {
                ask(tx, &caller, Act::RotateKeys)?;
                let rows = tx
                    .sql(column.others)
                    .bind(after)
                    .bind(key.to_vec())
                    .bind(limits::RESEALED_AT_ONCE)
                    .all::<SealedRow>()
                    .await?;
                let mut batch = Batch {
                    last: rows.last().map(|row| row.id),
                    resealed: 0,
                    damaged: 0,
                };
                for row in rows {
                    let Ok(plain) = tx.core().sealer.open(*column, row.id, &row.sealed) else {
                        batch.damaged += 1;
                        continue;
                    };
                    let anew = tx.seal(*column, row.id, &plain);
                    // Whoever changed it meanwhile sealed it under the new key.
                    let replaced = tx.sql(column.replace).bind(row.id).bind(anew);
                    batch.resealed += replaced.bind(row.sealed).run().await?;
                }
                Ok(batch)
            })
            .await
    }

    async fn end(&self) -> Result<()> {
        let (caller, key) = (self.caller, self.key);
        let whole = self.damaged == 0;
        self.store
            .write("keys rotated", async move |tx: &mut Tx| {
                let permit = ask(tx, &caller, Act::RotateKeys)?;
                let now = tx.now().micros();
                if whole {
                    tx.sql(RESEALED).bind(key.to_vec()).bind(now).run().await?;
                }
                tx.audit(Entry::done(&caller, permit, Object::SealKeys));
                Ok(())
            })
            .await
    }
}

/// Reads the ring now and then: another process of the same database may have made a key.
pub(crate) struct Watch {
    closing: CancellationToken,
    tasks: TaskTracker,
    // However the store ends, the task does.
    _ends: DropGuard,
}

impl Watch {
    /// Where nobody else can write there is nothing to read.
    pub(crate) fn start(core: &Arc<Core>) -> Self {
        let (closing, tasks) = (CancellationToken::new(), TaskTracker::new());
        if !core.pools.writes_alone() {
            let (core, closing) = (Arc::clone(core), closing.clone());
            tasks.spawn(async move {
                loop {
                    tokio::select! {
                        () = closing.cancelled() => return,
                        () = tokio::time::sleep(EVERY) => {}
                    }
                    if let Err(error) = reread(&core).await {
                        tracing::error!(%error, "the seal keys could not be read");
                    }
                }
            });
        }
        tasks.close();
        Self {
            _ends: closing.clone().drop_guard(),
            closing,
            tasks,
        }
    }

    pub(crate) async fn close(&self) {
        self.closing.cancel();
        self.tasks.wait().await;
    }
}

impl KeyRow {
    fn card(&self) -> KeyCard {
        KeyCard {
            key: hex(&self.key_id),
            state: self.state.clone(),
            created_at: db::at(self.created_at),
            retired_at: self.retired_at.map(db::at),
            resealed_at: self.resealed_at.map(db::at),
        }
    }
}

fn key_id(bytes: &[u8]) -> Result<KeyId> {
    bytes
        .try_into()
        .map_err(|_| Error::broken("a seal key's name is not 4 bytes"))
}
