//! Which entry is which leaf.
//!
//! `SQLite` has one writer, so an entry gets its index in its own transaction. On `PostgreSQL` that
//! would make all writers wait for one another: an entry waits in `audit_pending` (a trigger puts it
//! there), and one sequencer gives indexes out a moment later, many in one transaction. Who may is
//! leased, so that several processes do not do it at once; that none is given twice rests on the row
//! lock of `audit_tree` alone.

use std::sync::Arc;

use ed25519_dalek::SigningKey;
use protocol::EntryId;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::tree::leaf_hash;
use crate::core::Core;
use crate::db::to_db;
use crate::error::Result;
use crate::many::MANY_MAX;
use crate::seal::AUDIT_SECRET_KEY;
use crate::tx::Tx;

/// Whoever gives indexes out and has not finished goes on doing so for this long, microseconds.
const LEASE_MICROS: i64 = 500_000;
/// Leaves given out in one transaction.
const BATCH: i64 = 1_024;

statements! {
    TREE_EXISTS = "SELECT size FROM audit_tree";
    INSERT_TREE = "
        INSERT INTO audit_tree (id, one, origin, public_key, secret_key, size, leased_until)
        VALUES ($1, 1, $2, $3, $4, 0, 0)";
    GROW = "UPDATE audit_tree SET size = size + $1 WHERE one = 1 RETURNING size";
    LEASE = "
        UPDATE audit_tree SET sequencer = $1, leased_until = $2
        WHERE one = 1 AND (sequencer IS NULL OR sequencer = $1 OR leased_until <= $3)
        RETURNING size";
    PENDING = "
        SELECT p.entry, e.bytes
        FROM audit_pending p JOIN audit_entry e ON e.id = p.entry
        ORDER BY p.entry LIMIT $1";
    RELEASE = "UPDATE audit_tree SET sequencer = NULL WHERE one = 1";
    ANY_PENDING = "SELECT entry FROM audit_pending LIMIT 1";
}

many! {
    INSERT_LEAVES = [leaf: Integer, entry: Id, hash: Bytes] "
        INSERT INTO audit_leaf (leaf, entry, hash)
        SELECT leaf, entry, hash FROM asked WHERE entry IS NOT NULL";
    PENDING_NO_MORE = [entry: Id] "
        DELETE FROM audit_pending WHERE entry IN (SELECT entry FROM asked)";
}

/// Makes the tree and its signing key, once.
pub(crate) async fn open_tree(tx: &mut Tx) -> Result<()> {
    if tx.sql(TREE_EXISTS).maybe::<(i64,)>().await?.is_some() {
        return Ok(());
    }
    let id = EntryId::from_parts(tx.now(), tx.random()).uuid();
    let origin = format!("{}/audit", tx.core().server_name);
    let secret = Zeroizing::new(tx.random::<32>());
    let public_key = SigningKey::from_bytes(&secret).verifying_key().to_bytes();
    let sealed = tx.seal(AUDIT_SECRET_KEY, id, secret.as_slice());
    tx.sql(INSERT_TREE)
        .bind(id)
        .bind(origin)
        .bind(public_key.to_vec())
        .bind(sealed)
        .run()
        .await?;
    Ok(())
}

/// Puts entries that were just written into the tree, if this engine does it at once.
pub(super) async fn put(tx: &mut Tx, entries: &[(Uuid, [u8; 32])]) -> Result<()> {
    if !tx.writes_alone() || entries.is_empty() {
        return Ok(());
    }
    insert(tx, entries).await
}

async fn insert(tx: &mut Tx, entries: &[(Uuid, [u8; 32])]) -> Result<()> {
    let count = to_db(entries.len() as u64);
    let (size,): (i64,) = tx.sql(GROW).bind(count).one().await?;
    let mut leaf = size - count;
    for entries in entries.chunks(MANY_MAX) {
        let mut insert = tx.many(&INSERT_LEAVES, entries.len());
        for (entry, hash) in entries {
            insert = insert.row(|row| row.bind(leaf).bind(*entry).bind(hash.to_vec()));
            leaf += 1;
        }
        insert.run().await?;
    }
    Ok(())
}

/// What became of an attempt to give indexes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sequenced {
    /// Nothing waits.
    All,
    /// More may wait.
    More,
    /// Another process is at it.
    Elsewhere,
}

/// Gives indexes to entries that wait, as `process`.
pub(super) async fn sequence(core: &Arc<Core>, process: Uuid) -> Result<Sequenced> {
    let (waiting, _) = core
        .read("pending leaves", &async |tx: &mut Tx| {
            Ok(tx.sql(ANY_PENDING).maybe::<(Uuid,)>().await?.is_some())
        })
        .await;
    if !waiting? {
        return Ok(Sequenced::All);
    }
    let (sequenced, _) = core
        .write("sequence leaves", &async move |tx: &mut Tx| {
            sequence_batch(tx, process).await
        })
        .await;
    sequenced
}

async fn sequence_batch(tx: &mut Tx, process: Uuid) -> Result<Sequenced> {
    let now = tx.now().micros();
    let leased = tx
        .sql(LEASE)
        .bind(process)
        .bind(now + LEASE_MICROS)
        .bind(now)
        .maybe::<(i64,)>()
        .await?;
    if leased.is_none() {
        return Ok(Sequenced::Elsewhere);
    }
    let pending = tx.sql(PENDING).bind(BATCH).all::<(Uuid, Vec<u8>)>().await?;
    let entries: Vec<(Uuid, [u8; 32])> = pending
        .iter()
        .map(|(entry, bytes)| (*entry, leaf_hash(bytes)))
        .collect();
    if !entries.is_empty() {
        insert(tx, &entries).await?;
    }
    for entries in entries.chunks(MANY_MAX) {
        let mut done = tx.many(&PENDING_NO_MORE, entries.len());
        for (entry, _) in entries {
            done = done.row(|row| row.bind(*entry));
        }
        done.run().await?;
    }
    if to_db(entries.len() as u64) < BATCH {
        tx.sql(RELEASE).run().await?;
        return Ok(Sequenced::All);
    }
    Ok(Sequenced::More)
}
