//! The tree against the reference implementation's vectors (`tests/vectors/tlog`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::*;

#[derive(Deserialize)]
struct Tree {
    leaves: Vec<String>,
    roots: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inclusion {
    file: String,
    leaf_idx: u64,
    tree_size: u64,
    root: Option<String>,
    leaf_hash: Option<String>,
    proof: Option<Vec<String>>,
    want_err: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Consistency {
    file: String,
    size1: u64,
    size2: u64,
    root1: Option<String>,
    root2: Option<String>,
    proof: Option<Vec<String>>,
    want_err: bool,
}

fn vectors<T: DeserializeOwned>(file: &str) -> T {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/tlog");
    let text = std::fs::read_to_string(format!("{folder}/{file}")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = (0..text.len()).step_by(2);
    digits
        .map(|place| u8::from_str_radix(&text[place..place + 2], 16).unwrap())
        .collect()
}

/// A hash of the vectors, some of which have other lengths on purpose.
fn hash(text: Option<&str>) -> Option<[u8; 32]> {
    STANDARD
        .decode(text.unwrap_or_default())
        .unwrap()
        .try_into()
        .ok()
}

/// A root of the vectors. "Don't care" is written in words there: any hash does, the same for the same words.
fn root(text: Option<&str>) -> Option<[u8; 32]> {
    let bytes = STANDARD.decode(text.unwrap_or_default()).unwrap();
    let words = bytes.starts_with(b"don't care");
    if words {
        Some(crate::hash::sha256(&[&bytes]))
    } else {
        hash(text)
    }
}

fn path(proof: Option<&Vec<String>>) -> Option<Vec<[u8; 32]>> {
    let proof = proof.map(Vec::as_slice).unwrap_or_default();
    proof.iter().map(|text| hash(Some(text))).collect()
}

fn shelf_of(leaves: u64) -> Shelf {
    let mut shelf = Shelf::default();
    for leaf in 0..leaves {
        shelf.push(leaf_hash(&leaf.to_be_bytes())).unwrap();
    }
    shelf
}

#[test]
fn eight_leaves_have_the_roots_of_the_reference() {
    let tree: Tree = vectors("tree.json");
    let mut shelf = Shelf::default();
    assert_eq!(shelf.root(0).unwrap(), crate::hash::sha256(&[]));
    for (leaf, root) in tree.leaves.iter().zip(&tree.roots) {
        shelf.push(leaf_hash(&unhex(leaf))).unwrap();
        assert_eq!(shelf.root(shelf.size()).unwrap().to_vec(), unhex(root));
    }
    assert_eq!(shelf.size(), 8);
}

#[test]
fn every_inclusion_probe_of_the_reference_gets_its_verdict() {
    let probes: Vec<Inclusion> = vectors("inclusion.json");
    assert_eq!(probes.len(), 98);
    for probe in probes {
        let read = (
            hash(probe.root.as_deref()),
            hash(probe.leaf_hash.as_deref()),
            path(probe.proof.as_ref()),
        );
        let accepted = if let (Some(root), Some(leaf), Some(path)) = read {
            let head = (probe.tree_size, root);
            is_included(head, (probe.leaf_idx, leaf), &path)
        } else {
            false
        };
        assert_eq!(accepted, !probe.want_err, "{}", probe.file);
    }
}

#[test]
fn every_consistency_probe_of_the_reference_gets_its_verdict() {
    let probes: Vec<Consistency> = vectors("consistency.json");
    assert_eq!(probes.len(), 98);
    for probe in probes {
        let read = (
            root(probe.root1.as_deref()),
            root(probe.root2.as_deref()),
            path(probe.proof.as_ref()),
        );
        let accepted = if let (Some(old), Some(new), Some(path)) = read {
            is_consistent((probe.size2, new), (probe.size1, old), &path)
        } else {
            false
        };
        assert_eq!(accepted, !probe.want_err, "{}", probe.file);
    }
}

#[test]
fn what_is_proven_is_accepted_and_nothing_else() {
    let shelf = shelf_of(300);
    for size in [1, 2, 7, 255, 256, 257, 300] {
        let root = shelf.root(size).unwrap();
        for leaf in (0..size).step_by(13) {
            let path = prove_inclusion(size, leaf, &shelf).unwrap();
            let hash = leaf_hash(&leaf.to_be_bytes());
            assert!(is_included((size, root), (leaf, hash), &path));
            assert!(!is_included((size, root), (leaf, [1; 32]), &path));
            assert!(!is_included((size, [1; 32]), (leaf, hash), &path));
        }
        for old in (1..=size).step_by(17) {
            let proof = prove_consistency(size, old, &shelf).unwrap();
            let old_root = shelf.root(old).unwrap();
            assert!(is_consistent((size, root), (old, old_root), &proof));
            assert!(!is_consistent((size, root), (old, [1; 32]), &proof));
        }
    }
}

#[test]
fn a_tree_grows_on_from_its_edge_alone() {
    let whole = shelf_of(1_000);
    let mut shelf = Shelf::default();
    let mut kept = HashMap::new();
    for leaf in 0..512_u64 {
        kept.extend(shelf.push(leaf_hash(&leaf.to_be_bytes())).unwrap());
    }
    let mut later = Shelf::of_size(512);
    for node in edge(512) {
        later.put(node, kept[&node]);
    }
    for leaf in 512..1_000_u64 {
        later.push(leaf_hash(&leaf.to_be_bytes())).unwrap();
        if leaf % 100 == 0 {
            later.shed();
        }
    }
    assert_eq!(later.root(1_000).unwrap(), whole.root(1_000).unwrap());
    assert!(
        later.root(511).is_err(),
        "what it forgot, it does not make up"
    );
}

#[test]
fn a_proof_says_beforehand_what_it_wants() {
    let whole = shelf_of(700);
    let wanted = Wanted::default();
    prove_inclusion(700, 123, &wanted).unwrap();
    let mut read = Shelf::default();
    for node in wanted.nodes() {
        let index = stored_hash_index(node.level, node.place);
        read.put(node, whole.hashes[&index].0);
    }
    let path = prove_inclusion(700, 123, &read).unwrap();
    let root = whole.root(700).unwrap();
    assert!(is_included(
        (700, root),
        (123, leaf_hash(&123_u64.to_be_bytes())),
        &path
    ));
}
