//! The ring of seal keys: read, listed, revoked (security.md, section 3). How one takes the place of another
//! is told in `rotation`. A revoked key is destroyed, and only once nothing names it.

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
use crate::seal::{COLUMNS, Column, KeyId, Mark, Suite, mark};
use crate::store::Store;
use crate::tx::Tx;
use crate::{client_keys, root};

statements! {
    READ = "
        SELECT id, key_id, wrapped, state, created_at, retired_at, resealed_at, clients_at
        FROM seal_key
        ORDER BY created_at DESC, id DESC";
    INSERT = "
        INSERT INTO seal_key (id, key_id, wrapped, state, created_at, resealed_at)
        VALUES ($1, $2, $3, 'valid', $4, $5)";
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

#[derive(sqlx::FromRow)]
pub(crate) struct KeyRow {
    pub(crate) id: Uuid,
    key_id: Vec<u8>,
    pub(crate) wrapped: Option<Vec<u8>>,
    pub(crate) state: String,
    created_at: i64,
    retired_at: Option<i64>,
    pub(crate) resealed_at: Option<i64>,
    /// Of a rotation that also gives every client a new key: since when.
    pub(crate) clients_at: Option<i64>,
}

/// Reads the ring, and makes the first key of a new database. Before anything is sealed.
pub(crate) async fn open(tx: &mut Tx) -> Result<()> {
    let mut rows = read(tx).await?;
    if rows.is_empty() {
        let now = tx.now();
        make(tx, Some(now)).await?;
        rows = read(tx).await?;
    }
    turn(tx.core(), &rows)?;
    root::open_lookups(tx).await
}

/// Reads the ring again, and whether clients were erased: by another process.
pub(crate) async fn reread(core: &Arc<Core>) -> Result<()> {
    let (rows, _) = core
        .read("keys", &async |tx: &mut Tx| {
            Ok((read(tx).await?, client_keys::erasures(tx).await?))
        })
        .await;
    let (rows, erasures) = rows?;
    core.sealer.clients.heard_of(erasures);
    turn(core, &rows)
}

/// Every key, newest first.
pub(crate) async fn read(tx: &mut Tx) -> Result<Vec<KeyRow>> {
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
pub(crate) async fn make(tx: &mut Tx, resealed_at: Option<Timestamp>) -> Result<KeyId> {
    root::hold(tx).await?;
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

/// Asks the rules about keys.
pub(crate) fn ask(tx: &mut Tx, caller: &Caller, act: Act) -> Result<Permit> {
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
                if sealed_under(tx, column, mark(Suite::Ring, row.key_id()?)).await? {
                    let detail = "something is still sealed under it: rotate first";
                    return Err(Refusal::new(Code::BadRequest, detail).into());
                }
            }
            tx.sql(REVOKE).bind(row.id).run().await?;
            tx.audit(Entry::done(&caller, permit, Object::SealKeys));
            Ok(())
        })
        .await?;
        self.core().pools.forget_destroyed().await;
        reread(self.core()).await
    }
}

/// Whether something in this column is sealed under a key.
pub(crate) async fn sealed_under(tx: &mut Tx, column: &Column, key: Mark) -> Result<bool> {
    let (count,): (i64,) = tx.sql(column.count).bind(key.to_vec()).one().await?;
    Ok(count > 0)
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
    /// By what sealed values name it.
    pub(crate) fn key_id(&self) -> Result<KeyId> {
        let id = self.key_id.as_slice().try_into();
        id.map_err(|_| Error::broken("a seal key's name is not 4 bytes"))
    }

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
