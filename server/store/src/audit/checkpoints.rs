//! Signed checkpoints: computed from the one before, kept in the database, and told to a file and to the
//! log, where whoever changes the database later does not reach them all.

use std::path::Path;
use std::sync::Arc;

use protocol::limits;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::note::{self, Head};
use super::tree::{BLOCK, Node, Shelf, edge};
use crate::core::Core;
use crate::db::{self, from_db, to_db};
use crate::error::{Error, Result};
use crate::many::MANY_MAX;
use crate::seal::AUDIT_SECRET_KEY;
use crate::tx::Tx;

/// In the data directory: one line of JSON for each checkpoint, only ever appended to.
pub(crate) const FILE: &str = "audit-checkpoints";

statements! {
    TREE = "SELECT id, origin, public_key, secret_key, size FROM audit_tree";
    LAST = "SELECT size FROM audit_checkpoint ORDER BY size DESC LIMIT 1";
    HASHES = "SELECT hash FROM audit_leaf WHERE leaf >= $1 AND leaf < $2 ORDER BY leaf";
    NODE = "SELECT hash FROM audit_node WHERE level = $1 AND place = $2";
    INSERT_CHECKPOINT = "
        INSERT INTO audit_checkpoint (size, root, note, at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (size) DO NOTHING";
}

many! {
    INSERT_NODES = [level: Integer, place: Integer, hash: Bytes] "
        INSERT INTO audit_node (level, place, hash)
        SELECT level, place, hash FROM asked WHERE level IS NOT NULL
        ON CONFLICT (level, place) DO NOTHING";
}

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    /// Microseconds.
    pub(crate) at: i64,
    /// The signed note.
    pub(crate) checkpoint: String,
}

/// The log as the database has it.
#[derive(sqlx::FromRow)]
pub(super) struct TreeRow {
    id: Uuid,
    pub(super) origin: String,
    pub(super) public_key: Vec<u8>,
    secret_key: Vec<u8>,
    pub(super) size: i64,
}

/// A tree ready to be signed.
struct Computed {
    tree: TreeRow,
    head: Head,
    nodes: Vec<(Node, [u8; 32])>,
}

/// The log's row.
pub(super) async fn read_tree(tx: &mut Tx) -> Result<TreeRow> {
    tx.sql(TREE).one().await
}

/// A kept node.
pub(super) async fn read_node(tx: &mut Tx, node: Node) -> Result<[u8; 32]> {
    let (hash,): (Vec<u8>,) = tx
        .sql(NODE)
        .bind(i64::from(node.level))
        .bind(to_db(node.place))
        .one()
        .await?;
    db::array(&hash)
}

/// Hashes of leaves, from the first and without the last.
pub(super) async fn read_hashes(tx: &mut Tx, from: u64, until: u64) -> Result<Vec<[u8; 32]>> {
    let hashes = tx.sql(HASHES).bind(to_db(from)).bind(to_db(until));
    let hashes = hashes.all::<(Vec<u8>,)>().await?;
    if hashes.len() as u64 != until - from {
        return Err(Error::broken("a leaf of the audit log is missing"));
    }
    hashes.iter().map(|(hash,)| db::array(hash)).collect()
}

/// Signs what was given an index since the last checkpoint, at most
/// [`limits::AUDIT_CHECKPOINT_LEAVES`] with one signature; how large the signed tree is now, and whether
/// that is all of it.
pub(super) async fn sign_next(core: &Arc<Core>) -> Result<(u64, bool)> {
    let (computed, _) = core
        .read("checkpoint", &async |tx: &mut Tx| compute(tx).await)
        .await;
    let (size, computed) = match computed? {
        Ok(computed) => (from_db(computed.tree.size), Arc::new(computed)),
        Err(size) => return Ok((size, true)),
    };
    let (line, _) = core
        .write("sign checkpoint", &async move |tx: &mut Tx| {
            sign(tx, &computed).await
        })
        .await;
    let (head, line) = line?;
    tracing::info!(
        event = "audit_checkpoint",
        size = head.size,
        root = protocol::Bytes::from(head.root).to_base64url(),
    );
    if let Err(error) = append(&core.checkpoints, &line).await {
        tracing::error!(event = "audit_checkpoint_file", kind = %error.kind());
    }
    Ok((head.size, head.size == size))
}

/// The next checkpoint, or the size of the last if nothing came after it.
async fn compute(tx: &mut Tx) -> Result<Result<Computed, u64>> {
    let tree = read_tree(tx).await?;
    let last = tx.sql(LAST).maybe::<(i64,)>().await?;
    let last = last.map_or(0, |(size,)| from_db(size));
    let size = from_db(tree.size).min(last + limits::AUDIT_CHECKPOINT_LEAVES);
    if size <= last {
        return Ok(Err(last));
    }
    let start = last - last % BLOCK;
    let mut shelf = Shelf::of_size(start);
    for node in edge(start) {
        shelf.put(node, read_node(tx, node).await?);
    }
    let mut nodes = Vec::new();
    for hash in read_hashes(tx, start, size).await? {
        nodes.extend(shelf.push(hash)?);
    }
    let root = shelf.root(size)?;
    let head = Head { size, root };
    Ok(Ok(Computed { tree, head, nodes }))
}

async fn sign(tx: &mut Tx, computed: &Computed) -> Result<(Head, Line)> {
    let Computed { tree, head, nodes } = computed;
    let secret = tx
        .core()
        .sealer
        .open(AUDIT_SECRET_KEY, tree.id, &tree.secret_key)?;
    let secret = Zeroizing::new(db::array::<32>(&secret)?);
    let note = note::sign(&tree.origin, &secret, *head)
        .ok_or_else(|| Error::broken("the audit log's origin names no key"))?;
    for nodes in nodes.chunks(MANY_MAX) {
        let mut insert = tx.many(&INSERT_NODES, nodes.len());
        for (node, hash) in nodes {
            insert = insert.row(|row| {
                row.bind(i64::from(node.level))
                    .bind(to_db(node.place))
                    .bind(hash.to_vec())
            });
        }
        insert.run().await?;
    }
    let at = tx.now().micros();
    tx.sql(INSERT_CHECKPOINT)
        .bind(to_db(head.size))
        .bind(head.root.to_vec())
        .bind(note.clone())
        .bind(at)
        .run()
        .await?;
    let line = Line {
        at,
        checkpoint: note,
    };
    Ok((*head, line))
}

async fn append(path: &Path, line: &Line) -> std::io::Result<()> {
    let mut text = serde_json::to_string(line)?;
    text.push('\n');
    let mut options = tokio::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    options.mode(0o600);
    let mut file = options.open(path).await?;
    file.write_all(text.as_bytes()).await?;
    file.sync_data().await
}
