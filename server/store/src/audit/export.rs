//! The log as a file that can be checked without this server: lines of JSON, read from first to last.
//!
//! ```text
//! {"head":{"format":1,"origin":…,"verifier_key":…,"size":N}}
//! {"hashes":{"first":0,"hashes":[…]}}        the leaf hashes of a block of 256, as they were kept
//! {"leaf":{"leaf":0,"entry":…}}              an entry's bytes, as they are kept now
//! {"checkpoint":"…"}                          a signed note, after the last leaf that it covers
//! {"stray":"…"}                               an entry that is no leaf of the tree
//! ```
//! Hashes stand apart from entries so that whoever changes one must change the other too; whoever changes
//! both still meets the next signature. What may hold personal data is not in it: entries commit to such
//! values only.
//!
//! An export about one client has one checkpoint, the proof that the first one ever signed is the
//! beginning of it (`{"grown":{"from":"…","proof":[…]}}`), then `{"proof":{"leaf":…,"entry":…,"path":[…]}}` for
//! each entry: it shows that these stand in the log, and nothing about the others.

use care::Caller;
use care::rules::Act;
use protocol::{Bytes, Code, PersonId, Refusal};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use uuid::Uuid;

use super::tree::{BLOCK, LEVEL_KEPT, Node, Shelf, Wanted, prove_consistency, prove_inclusion};
use super::{Entry, Object, checkpoints, note};
use crate::db::{from_db, to_db};
use crate::error::{Error, Result};
use crate::standing;
use crate::store::Store;
use crate::tx::Tx;

/// The layout of [`Line`].
pub(super) const FORMAT: u32 = 1;

statements! {
    LEAVES = "
        SELECT l.hash, e.bytes
        FROM audit_leaf l LEFT JOIN audit_entry e ON e.id = l.entry
        WHERE l.leaf >= $1 AND l.leaf < $2 ORDER BY l.leaf";
    CHECKPOINTS = "
        SELECT size, note FROM audit_checkpoint WHERE size > $1 AND size <= $2 ORDER BY size";
    FIRST = "SELECT size, note FROM audit_checkpoint ORDER BY size LIMIT 1";
    STRAYS = "
        SELECT e.id FROM audit_entry e
        WHERE e.at <= $1 AND NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry = e.id)
            AND NOT EXISTS (SELECT 1 FROM audit_pending p WHERE p.entry = e.id)
        ORDER BY e.id LIMIT 100";
    LEAVES_ABOUT = "
        SELECT l.leaf, e.bytes
        FROM audit_entry e JOIN audit_leaf l ON l.entry = e.id
        WHERE e.client = $1 AND l.leaf >= $2 AND l.leaf < $3 ORDER BY l.leaf LIMIT 256";
}

/// One line of an export.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Line {
    Head(Head),
    Hashes(Hashes),
    Leaf(Leaf),
    Checkpoint(String),
    Stray(Uuid),
    Grown(Grown),
    Proof(Proof),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Grown {
    /// An earlier checkpoint.
    pub(super) from: String,
    pub(super) proof: Vec<Bytes>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    pub(super) format: u32,
    pub(super) origin: String,
    pub(super) verifier_key: String,
    /// Leaves of the tree.
    pub(super) size: u64,
    /// Whether all of them follow.
    pub(super) whole: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hashes {
    pub(super) first: u64,
    pub(super) hashes: Vec<Bytes>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Leaf {
    pub(super) leaf: u64,
    /// Absent if the entry is gone.
    pub(super) entry: Option<Bytes>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Proof {
    pub(super) leaf: u64,
    pub(super) entry: Bytes,
    pub(super) path: Vec<Bytes>,
}

/// A signed tree.
#[derive(Clone, Copy)]
struct Signed {
    size: u64,
    at: i64,
}

impl Store {
    /// Writes the whole log as it stands, signed to its last leaf; how many leaves that are. The export
    /// itself is audited first and is in it.
    pub async fn export_audit(
        &self,
        caller: &Caller,
        out: &mut (impl AsyncWrite + Unpin + Send),
    ) -> Result<u64> {
        let signed = self.sign_for_export(caller, None).await?;
        self.put(out, vec![self.head(signed.size, true).await?])
            .await?;
        for first in (0..signed.size).step_by(usize::try_from(BLOCK).unwrap_or(usize::MAX)) {
            let until = signed.size.min(first + BLOCK);
            self.put(out, self.block(first, until).await?).await?;
        }
        self.put(out, self.strays(signed.at).await?).await?;
        out.flush().await.map_err(broken_off)?;
        Ok(signed.size)
    }

    /// Writes the entries about one client, each with the proof that it stands in the log; how many.
    pub async fn export_audit_about(
        &self,
        caller: &Caller,
        client: PersonId,
        out: &mut (impl AsyncWrite + Unpin + Send),
    ) -> Result<u64> {
        let signed = self.sign_for_export(caller, Some(client)).await?;
        let mut lines = vec![self.head(signed.size, false).await?];
        lines.extend(self.checkpoints(signed.size).await?);
        self.put(out, lines).await?;
        let (mut from, mut count) = (0, 0);
        loop {
            let proofs = self.proofs(client, from, signed.size).await?;
            let Some(last) = proofs.last() else { break };
            from = last.leaf + 1;
            count += proofs.len() as u64;
            let lines = proofs.into_iter().map(Line::Proof);
            self.put(out, lines.collect()).await?;
        }
        out.flush().await.map_err(broken_off)?;
        Ok(count)
    }

    /// Gives every entry its leaf and signs the tree; its size.
    pub async fn sign_audit(&self) -> Result<u64> {
        self.keeper().sign_all(self.core()).await
    }

    async fn sign_for_export(&self, caller: &Caller, client: Option<PersonId>) -> Result<Signed> {
        let caller = *caller;
        let at = self
            .write("export audit", async move |tx: &mut Tx| {
                let standing = standing::of_session(tx, &caller).await?;
                let object = Object::AuditLog;
                let permit = tx.authorize(&caller, Act::ExportAudit, standing, object)?;
                let entry = Entry::done(&caller, permit, object);
                tx.audit(match client {
                    Some(client) => entry.about(client),
                    None => entry,
                });
                Ok(tx.now().micros())
            })
            .await?;
        let size = self.sign_audit().await?;
        Ok(Signed { size, at })
    }

    async fn head(&self, size: u64, whole: bool) -> Result<Line> {
        self.read("audit tree", async move |tx: &mut Tx| {
            let tree = checkpoints::read_tree(tx).await?;
            Ok(Line::Head(Head {
                format: FORMAT,
                verifier_key: note::verifier_key(&tree.origin, &tree.public_key),
                origin: tree.origin,
                size,
                whole,
            }))
        })
        .await
    }

    /// The lines of one block of leaves.
    async fn block(&self, first: u64, until: u64) -> Result<Vec<Line>> {
        self.read("audit block", async move |tx: &mut Tx| {
            let leaves = tx.sql(LEAVES).bind(to_db(first)).bind(to_db(until));
            let leaves = leaves.all::<(Vec<u8>, Option<Vec<u8>>)>().await?;
            let signed = tx.sql(CHECKPOINTS).bind(to_db(first)).bind(to_db(until));
            let mut signed = signed.all::<(i64, String)>().await?.into_iter().peekable();
            let hashes = leaves.iter().map(|(hash, _)| hash.clone().into()).collect();
            let mut lines = vec![Line::Hashes(Hashes { first, hashes })];
            for (leaf, (_, entry)) in (first..).zip(leaves) {
                let entry = entry.map(Bytes::from);
                lines.push(Line::Leaf(Leaf { leaf, entry }));
                if let Some((_, note)) = signed.next_if(|(size, _)| from_db(*size) == leaf + 1) {
                    lines.push(Line::Checkpoint(note));
                }
            }
            Ok(lines)
        })
        .await
    }

    /// Entries up to now that are no leaf of the tree.
    async fn strays(&self, until: i64) -> Result<Vec<Line>> {
        self.read("audit strays", async move |tx: &mut Tx| {
            let strays = tx.sql(STRAYS).bind(until).all::<(Uuid,)>().await?;
            Ok(strays.into_iter().map(|(id,)| Line::Stray(id)).collect())
        })
        .await
    }

    /// The last checkpoint, and that the first is the beginning of it.
    async fn checkpoints(&self, size: u64) -> Result<[Line; 2]> {
        self.read("audit checkpoints", async move |tx: &mut Tx| {
            let last = tx.sql(CHECKPOINTS).bind(to_db(size) - 1).bind(to_db(size));
            let (_, last) = last.one::<(i64, String)>().await?;
            let (first, from) = tx.sql(FIRST).one::<(i64, String)>().await?;
            let wanted = Wanted::default();
            prove_consistency(size, from_db(first), &wanted)?;
            let proof = prove_consistency(size, from_db(first), &shelve(tx, wanted).await?)?;
            let proof = proof.into_iter().map(Bytes::from).collect();
            Ok([Line::Checkpoint(last), Line::Grown(Grown { from, proof })])
        })
        .await
    }

    /// The next entries about a client, with their proofs.
    async fn proofs(&self, client: PersonId, from: u64, size: u64) -> Result<Vec<Proof>> {
        self.read("audit proofs", async move |tx: &mut Tx| {
            let leaves = tx.sql(LEAVES_ABOUT).bind(client.uuid());
            let leaves = leaves.bind(to_db(from)).bind(to_db(size));
            let mut proofs = Vec::new();
            for (leaf, entry) in leaves.all::<(i64, Vec<u8>)>().await? {
                let leaf = from_db(leaf);
                proofs.push(Proof {
                    leaf,
                    entry: entry.into(),
                    path: path(tx, size, leaf).await?,
                });
            }
            Ok(proofs)
        })
        .await
    }

    async fn put(
        &self,
        out: &mut (impl AsyncWrite + Unpin + Send),
        lines: Vec<Line>,
    ) -> Result<()> {
        let mut text = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut text, &line)
                .map_err(|error| Error::broken(error.to_string()))?;
            text.push(b'\n');
        }
        out.write_all(&text).await.map_err(broken_off)
    }
}

/// Whoever reads the export has gone.
fn broken_off(_: std::io::Error) -> Error {
    Refusal::new(
        Code::BadRequest,
        "the export could not be written to its end",
    )
    .into()
}

/// The path from a leaf to the root: nodes that are kept, and others computed from their leaves.
async fn path(tx: &mut Tx, size: u64, leaf: u64) -> Result<Vec<Bytes>> {
    let wanted = Wanted::default();
    prove_inclusion(size, leaf, &wanted)?;
    let path = prove_inclusion(size, leaf, &shelve(tx, wanted).await?)?;
    Ok(path.into_iter().map(Bytes::from).collect())
}

/// Reads what a proof wants.
async fn shelve(tx: &mut Tx, wanted: Wanted) -> Result<Shelf> {
    let mut shelf = Shelf::default();
    for node in wanted.nodes() {
        let hash = if node.level >= LEVEL_KEPT {
            checkpoints::read_node(tx, node).await?
        } else {
            compute(tx, node).await?
        };
        shelf.put(node, hash);
    }
    Ok(shelf)
}

/// The root of a subtree of less than a block.
async fn compute(tx: &mut Tx, node: Node) -> Result<[u8; 32]> {
    let leaves = 1_u64 << node.level;
    let first = node.place * leaves;
    let mut shelf = Shelf::default();
    for hash in checkpoints::read_hashes(tx, first, first + leaves).await? {
        shelf.push(hash)?;
    }
    Ok(shelf.root(leaves)?)
}
