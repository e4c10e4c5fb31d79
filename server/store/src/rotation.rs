//! A rotation: another key seals from then on, and what is sealed under an earlier one is sealed anew.
//!
//! It goes through every sealed column, a few rows at a time, beside whatever else the server does; the key
//! before stays in the ring and opens what is not sealed anew yet. Cut off at any point, it goes on where
//! sealed values still name another key. It ends with a sweep that finds none.
//!
//! What is about a client stands under the client's own key, which a seal key wraps: of those the rotation
//! seals the wrapped keys anew, one for each client, and not the fields under them. Fields about a client
//! that a seal key still seals, from before clients had keys, it moves under the client's. A rotation *of the clients'
//! keys too* first retires those, so that every such field is sealed anew under a fresh one. A client's retired key
//! is deleted by the first rotation that, an hour later, finds nothing under it.

use care::Caller;
use care::rules::Act;
use protocol::{PersonId, limits};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::client_keys::{self, Sealing};
use crate::error::Result;
use crate::keys::{self, ask, make};
use crate::seal::{COLUMNS, Column, KeyId, SealKey, Suite, mark};
use crate::store::Store;
use crate::tx::Tx;

statements! {
    RETIRE = "UPDATE seal_key SET state = 'retained', retired_at = $1 WHERE state = 'valid'";
    RETIRE_CLIENTS = "
        UPDATE client_key SET state = 'retained', retired_at = $1 WHERE state = 'valid'";
    CLIENTS_TOO = "UPDATE seal_key SET clients_at = $2 WHERE key_id = $1";
    RESEALED = "UPDATE seal_key SET resealed_at = $2 WHERE key_id = $1 AND resealed_at IS NULL";
    RETIRED = "
        SELECT id, client, key_id FROM client_key
        WHERE state = 'retained' AND retired_at <= $1 AND id > $2 ORDER BY id LIMIT $3";
    DELETE = "DELETE FROM client_key WHERE id = $1 AND state = 'retained'";
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
struct SealedRow {
    id: Uuid,
    sealed: Vec<u8>,
    client: Option<Uuid>,
}

#[derive(sqlx::FromRow)]
struct RetiredRow {
    id: Uuid,
    client: Uuid,
    key_id: Vec<u8>,
}

/// What came of a few rows.
struct Batch {
    last: Option<Uuid>,
    resealed: u64,
    damaged: u64,
}

impl Store {
    /// Begins a rotation, or goes on with one that was cut off. From here on the new key seals; with
    /// `clients_too`, every client gets a new key of their own.
    pub async fn rotate_keys(&self, caller: &Caller, clients_too: bool) -> Result<Rotation> {
        let caller = *caller;
        let key = self
            .write("rotate keys", async move |tx: &mut Tx| {
                let permit = ask(tx, &caller, Act::RotateKeys)?;
                let rows = keys::read(tx).await?;
                let valid = rows.iter().find(|row| row.state == "valid");
                let under_way = valid.filter(|row| row.resealed_at.is_none());
                let now = tx.now().micros();
                let key = if let Some(row) = under_way {
                    row.key_id()?
                } else {
                    tx.sql(RETIRE).bind(now).run().await?;
                    make(tx, None).await?
                };
                let begun = under_way.is_some_and(|row| row.clients_at.is_some());
                if clients_too && !begun {
                    tx.sql(CLIENTS_TOO)
                        .bind(key.to_vec())
                        .bind(now)
                        .run()
                        .await?;
                    tx.sql(RETIRE_CLIENTS).bind(now).run().await?;
                }
                if under_way.is_none() || (clients_too && !begun) {
                    tx.audit(Entry::done(&caller, permit, Object::SealKeys));
                }
                Ok(key)
            })
            .await?;
        keys::reread(self.core()).await?;
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
}

impl Rotation {
    /// Seals a few values anew; none once everything is.
    pub async fn step(&mut self) -> Result<Option<Progress>> {
        loop {
            let Some(column) = COLUMNS.get(self.column) else {
                if self.swept == 0 {
                    delete_retired(self.store.clone(), self.caller).await?;
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
            let at = (self.caller, self.key, self.after);
            let batch = batch(self.store.clone(), at, *column).await?;
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

/// Seals the values of a few rows of a column anew, from behind a row on.
async fn batch(
    store: Store,
    (caller, key, after): (Caller, KeyId, Uuid),
    column: Column,
) -> Result<Batch> {
    store
        .write("seal anew", async move |tx: &mut Tx| {
            ask(tx, &caller, Act::RotateKeys)?;
            let rows = tx
                .sql(column.others)
                .bind(after)
                .bind(mark(Suite::Ring, key).to_vec())
                .bind(limits::RESEALED_AT_ONCE)
                .all::<SealedRow>()
                .await?;
            let mut batch = Batch {
                last: rows.last().map(|row| row.id),
                resealed: 0,
                damaged: 0,
            };
            for row in rows {
                match seal_anew(tx, (column, key), row).await? {
                    Some(changed) => batch.resealed += changed,
                    None => batch.damaged += 1,
                }
            }
            Ok(batch)
        })
        .await
}

/// Deletes clients' keys that seal no longer and under which nothing is sealed any more.
async fn delete_retired(store: Store, caller: Caller) -> Result<()> {
    let mut after = Uuid::nil();
    loop {
        let from = after;
        let last = store
            .write("delete retired keys", async move |tx: &mut Tx| {
                ask(tx, &caller, Act::RotateKeys)?;
                let before = tx.now().plus_seconds(-limits::KEY_RETAINED_S);
                let rows = tx
                    .sql(RETIRED)
                    .bind(before.micros())
                    .bind(from)
                    .bind(limits::RESEALED_AT_ONCE)
                    .all::<RetiredRow>()
                    .await?;
                for row in &rows {
                    if !is_named(tx, row).await? {
                        tx.sql(DELETE).bind(row.id).run().await?;
                    }
                }
                Ok(rows.last().map(|row| row.id))
            })
            .await?;
        match last {
            Some(last) => after = last,
            None => return Ok(()),
        }
    }
}

/// How many values that changed: one, or none if it stands as it should or somebody else changed it. Nothing
/// of a value that does not open.
async fn seal_anew(
    tx: &mut Tx,
    (column, key): (Column, KeyId),
    row: SealedRow,
) -> Result<Option<u64>> {
    let sealing = match row.client {
        Some(client) => client_keys::sealing(tx, PersonId::from(client)).await?,
        None => Sealing::Ring,
    };
    let named = SealKey::named(&row.sealed);
    let stands = match &sealing {
        Sealing::Own(own) => named == Ok((Suite::Client, own.id())),
        // What is still sealed under the ring about whoever was erased stays there.
        Sealing::Ring | Sealing::Erased => named == Ok((Suite::Ring, key)),
    };
    if stands {
        return Ok(Some(0));
    }
    let plain = match tx.open(column, row.id, &row.sealed).await {
        Ok(Some(plain)) => plain,
        // Of an erased client: there is nothing to seal.
        Ok(None) => return Ok(Some(0)),
        Err(error @ (crate::Error::Busy | crate::Error::UnknownKey)) => return Err(error),
        Err(_) => return Ok(None),
    };
    let anew = match &sealing {
        Sealing::Own(own) => own.seal(column, row.id, &plain, tx.random()),
        Sealing::Ring | Sealing::Erased => tx.seal(column, row.id, &plain),
    };
    // Whoever changed it meanwhile sealed it under the new key.
    let replaced = tx.sql(column.replace).bind(row.id).bind(anew);
    Ok(Some(replaced.bind(row.sealed).run().await?))
}

/// Whether something about the client is sealed under a key.
async fn is_named(tx: &mut Tx, key: &RetiredRow) -> Result<bool> {
    for column in COLUMNS {
        let Some(of_client) = column.of_client else {
            continue;
        };
        let named = tx.sql(of_client.named).bind(key.client);
        let named = named.bind(key.key_id.clone());
        if named.maybe::<(Uuid,)>().await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}
