//! Checks an export of the log, without a database and without a network, and names the first leaf at
//! which it is not what was signed.
//!
//! What cannot be forged is the signature under a checkpoint: the tree rebuilt from the entries must have
//! its root. Between two signatures, the hashes that the log kept beside its entries say which leaf is
//! meant. Whoever changed those as well leaves a range: from the last signature that holds to the first
//! that does not.

use std::collections::{BTreeMap, VecDeque};
use std::io::BufRead;

use super::checkpoints;
use super::export::{FORMAT, Grown, Head, Leaf, Line, Proof};
use super::note::{self, Witness};
use super::record::Record;
use super::tree::{self, Shelf, leaf_hash};
use super::verdict::{Finding, Tampering, Verdict};

/// Leaves after which hashes are forgotten from which nothing grows on.
const SHED: u64 = 4_096;
/// Lines read on after a bad leaf, to say what was done to it: a block and its neighbour.
const AHEAD: usize = 1_200;
/// The longest line, bytes.
const LINE_MAX: u64 = 4 * 1024 * 1024;

/// Why an export cannot be checked at all.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The file.
    #[error("it cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// A line is not one of an export.
    #[error("line {0} is not a line of an audit export")]
    Line(u64),
    /// The first line.
    #[error("it does not begin as an audit export of a known format")]
    Head,
    /// The key.
    #[error("the verifier key does not read: it is written name+id+key")]
    Key,
    /// A checkpoint from elsewhere.
    #[error("a checkpoint to compare with is not signed by the verifier key")]
    Checkpoint,
}

/// What the verifier knows from elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// The log's verifier key, `name+id+key`.
    pub verifier_key: Option<String>,
    /// The text of a file `audit-checkpoints`, or of a part of it.
    pub checkpoints: Option<String>,
}

/// Checks an export.
pub fn verify_export(export: impl BufRead, trust: &Trust) -> Result<Verdict, Unreadable> {
    let mut lines = Lines {
        export,
        number: 0,
        ahead: VecDeque::new(),
    };
    let Some(Line::Head(head)) = lines.next()? else {
        return Err(Unreadable::Head);
    };
    if head.format != FORMAT {
        return Err(Unreadable::Head);
    }
    let key = trust.verifier_key.as_deref().unwrap_or(&head.verifier_key);
    let witness = Witness::new(key).ok_or(Unreadable::Key)?;
    let mut elsewhere = BTreeMap::new();
    for head in heads(trust.checkpoints.as_deref().unwrap_or_default(), &witness)? {
        elsewhere.insert(head.size, head.root);
    }
    let verdict = Verdict {
        origin: witness.origin().to_owned(),
        verifier_key: key.to_owned(),
        key_from_export: trust.verifier_key.is_none(),
        whole: head.whole,
        leaves: 0,
        checkpoints: 0,
        finding: None,
    };
    let mut check = Check {
        head,
        witness,
        elsewhere,
        verdict,
        shelf: Shelf::default(),
        listed: BTreeMap::new(),
        signed: 0,
        last: None,
    };
    let finding = check.run(&mut lines)?;
    check.verdict.finding = finding;
    Ok(check.verdict)
}

/// The checkpoints in a file of them.
fn heads(text: &str, witness: &Witness) -> Result<Vec<note::Head>, Unreadable> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| {
            let line: checkpoints::Line =
                serde_json::from_str(line).map_err(|_| Unreadable::Checkpoint)?;
            witness
                .read(&line.checkpoint)
                .map_err(|_| Unreadable::Checkpoint)
        })
        .collect()
}

struct Lines<R> {
    export: R,
    number: u64,
    ahead: VecDeque<Line>,
}

impl<R: BufRead> Lines<R> {
    fn next(&mut self) -> Result<Option<Line>, Unreadable> {
        if let Some(line) = self.ahead.pop_front() {
            return Ok(Some(line));
        }
        self.read()
    }

    fn read(&mut self) -> Result<Option<Line>, Unreadable> {
        let mut text = String::new();
        self.number += 1;
        let mut limited = std::io::Read::take(&mut self.export, LINE_MAX);
        if limited.read_line(&mut text)? == 0 {
            return Ok(None);
        }
        let line = serde_json::from_str(&text).map_err(|_| Unreadable::Line(self.number))?;
        Ok(Some(line))
    }

    /// What follows, as far as it helps to say what was done; a line that does not read ends it.
    fn look_ahead(&mut self) -> impl Iterator<Item = Line> + '_ {
        std::iter::from_fn(|| self.read().ok().flatten()).take(AHEAD)
    }
}

struct Check {
    head: Head,
    witness: Witness,
    elsewhere: BTreeMap<u64, [u8; 32]>,
    verdict: Verdict,
    shelf: Shelf,
    /// Hashes that the log kept, by leaf.
    listed: BTreeMap<u64, [u8; 32]>,
    /// Up to where the last signature that holds reaches.
    signed: u64,
    last: Option<note::Head>,
}

impl Check {
    fn run<R: BufRead>(&mut self, lines: &mut Lines<R>) -> Result<Option<Finding>, Unreadable> {
        while let Some(line) = lines.next()? {
            let finding = match line {
                Line::Head(_) => return Err(Unreadable::Line(lines.number)),
                Line::Hashes(block) => {
                    self.list(block.first, &block.hashes);
                    None
                }
                Line::Leaf(leaf) => self.leaf(&leaf, lines),
                Line::Checkpoint(note) => self.checkpoint(&note),
                Line::Stray(_) => Some(Self::bad(Tampering::Inserted, self.shelf.size(), None)),
                Line::Grown(grown) => self.grown(&grown),
                Line::Proof(proof) => self.proof(&proof),
            };
            if finding.is_some() {
                return Ok(finding);
            }
        }
        Ok(self.end())
    }

    fn list(&mut self, first: u64, hashes: &[protocol::Bytes]) {
        for (leaf, hash) in (first..).zip(hashes) {
            // A hash of another length is no leaf's.
            self.listed
                .insert(leaf, hash.to_array().unwrap_or_default());
        }
    }

    fn leaf<R: BufRead>(&mut self, line: &Leaf, lines: &mut Lines<R>) -> Option<Finding> {
        let place = self.shelf.size();
        let Some(entry) = &line.entry else {
            return Some(Self::bad(Tampering::Deleted, place, None));
        };
        let hash = leaf_hash(entry);
        let kept = self.listed.remove(&place);
        if kept != Some(hash) || line.leaf != place {
            let tampering = self.what_was_done((place, kept), hash, lines);
            return Some(Self::bad(tampering, place, Some(entry)));
        }
        // No tree is so large that its numbers end.
        if self.shelf.push(hash).is_err() {
            return Some(Self::bad(Tampering::Resigned, place, Some(entry)));
        }
        self.verdict.leaves += 1;
        let size = self.shelf.size();
        if let Some(root) = self.elsewhere.remove(&size)
            && self.shelf.root(size).ok() != Some(root)
        {
            return Some(self.range(size));
        }
        if size.is_multiple_of(SHED) {
            self.shelf.shed();
        }
        None
    }

    /// Tells the kinds apart by what stands beside the bad leaf.
    fn what_was_done<R: BufRead>(
        &mut self,
        (place, kept): (u64, Option<[u8; 32]>),
        hash: [u8; 32],
        lines: &mut Lines<R>,
    ) -> Tampering {
        let mut next = None;
        let ahead: Vec<Line> = lines.look_ahead().collect();
        for line in ahead {
            match line {
                Line::Hashes(block) => self.list(block.first, &block.hashes),
                Line::Leaf(leaf) if next.is_none() => {
                    next = leaf.entry.map(|entry| leaf_hash(&entry));
                }
                _ => {}
            }
        }
        let after = self.listed.get(&(place + 1)).copied();
        if kept.is_none() {
            Tampering::Inserted
        } else if next == kept {
            if Some(hash) == after {
                Tampering::Reordered
            } else {
                Tampering::Inserted
            }
        } else if Some(hash) == after {
            Tampering::Deleted
        } else if self.listed.values().any(|listed| *listed == hash) {
            Tampering::Reordered
        } else {
            Tampering::Changed
        }
    }

    fn checkpoint(&mut self, note: &str) -> Option<Finding> {
        let Ok(head) = self.witness.read(note) else {
            return Some(self.range(self.shelf.size()));
        };
        self.verdict.checkpoints += 1;
        if !self.verdict.whole {
            self.last = Some(head);
            return None;
        }
        let size = self.shelf.size();
        if head.size != size || self.shelf.root(size).ok() != Some(head.root) {
            return Some(self.range(size.max(head.size)));
        }
        self.signed = size;
        None
    }

    fn grown(&mut self, grown: &Grown) -> Option<Finding> {
        let holds = match (
            self.last,
            self.witness.read(&grown.from),
            path(&grown.proof),
        ) {
            (Some(now), Ok(then), Some(proof)) => {
                tree::is_consistent((now.size, now.root), (then.size, then.root), &proof)
            }
            _ => false,
        };
        if holds {
            self.verdict.checkpoints += 1;
            return None;
        }
        Some(self.range(self.head.size))
    }

    fn proof(&mut self, proof: &Proof) -> Option<Finding> {
        let leaf = (proof.leaf, leaf_hash(&proof.entry));
        let holds = match (self.last, path(&proof.path)) {
            (Some(head), Some(path)) => tree::is_included((head.size, head.root), leaf, &path),
            _ => false,
        };
        if !holds {
            return Some(Self::bad(
                Tampering::Changed,
                proof.leaf,
                Some(&proof.entry),
            ));
        }
        self.verdict.leaves += 1;
        None
    }

    /// What is missing at the end.
    fn end(&self) -> Option<Finding> {
        if !self.verdict.whole {
            return None;
        }
        let size = self.shelf.size();
        let beyond = self.elsewhere.keys().next_back().copied().unwrap_or(0);
        if size < self.head.size.max(beyond) || !self.listed.is_empty() {
            return Some(Self::bad(Tampering::Truncated, size, None));
        }
        if self.signed < size {
            // Either the last signature was cut off, or leaves were put behind it.
            return Some(Self::bad(Tampering::Inserted, self.signed, None));
        }
        None
    }

    /// Somewhere behind the last signature that holds.
    fn range(&self, until: u64) -> Finding {
        Finding {
            until: Some(until),
            ..Self::bad(Tampering::Resigned, self.signed, None)
        }
    }

    fn bad(tampering: Tampering, leaf: u64, entry: Option<&protocol::Bytes>) -> Finding {
        let record = entry.and_then(|entry| Record::read(entry));
        Finding {
            tampering,
            leaf,
            until: None,
            entry: record.map(|record| record.to_string()),
        }
    }
}

/// The hashes of a proof, if that is what they are.
fn path(proof: &[protocol::Bytes]) -> Option<Vec<[u8; 32]>> {
    proof.iter().map(protocol::Bytes::to_array).collect()
}
