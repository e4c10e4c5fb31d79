//! What reads bytes of a stranger's, and what judges them, against bytes that nobody wrote by hand.
//!
//! Every target begins from real things (frames, certificates, policies, commits) and bends them. A run is
//! a number of cases that follow from a seed, so that what failed fails again:
//!
//! ```text
//! CARECIRCLE_FUZZ_SEED=7 CARECIRCLE_FUZZ_CASES=100000 cargo nextest run -p carecircle-tests fuzz::
//! ```
//!
//! | target | what it bends | what must hold |
//! |---|---|---|
//! | [`readers`] | every wire structure, byte by byte | nothing panics; what reads is written back the same |
//! | [`commits`] | contexts, authors, leaves of signed commits | what the judge accepts, the rules allow |
//! | [`devices`] | frames and answers of a live server | no device panics or fails, or sends to a stranger |

mod commits;
mod devices;
mod readers;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

fn number(name: &str, usual: u32) -> u32 {
    let set = std::env::var_os(name);
    let set = set.and_then(|set| set.to_str()?.parse().ok());
    set.unwrap_or(usual)
}

/// Runs a target on so many cases, or on as many as the environment says.
fn cases<T: std::fmt::Debug>(
    usual: u32,
    strategy: &impl Strategy<Value = T>,
    mut target: impl FnMut(&T),
) {
    let mut seed = [0; 32];
    seed[..4].copy_from_slice(&number("CARECIRCLE_FUZZ_SEED", 0).to_be_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    for _ in 0..number("CARECIRCLE_FUZZ_CASES", usual) {
        let case = strategy
            .new_tree(&mut runner)
            .expect("no filters")
            .current();
        target(&case);
    }
}

/// One change to a string of bytes.
#[derive(Debug, Clone, Copy)]
enum Edit {
    Set(usize, u8),
    Flip(usize, u8),
    Insert(usize, u8),
    Remove(usize),
    Cut(usize),
    Copy(usize, usize),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    use proptest::prelude::{any, prop_oneof};
    let edit = prop_oneof![
        (any::<usize>(), any::<u8>()).prop_map(|(at, to)| Edit::Set(at, to)),
        (any::<usize>(), 0..8u8).prop_map(|(at, bit)| Edit::Flip(at, bit)),
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Edit::Insert(at, byte)),
        any::<usize>().prop_map(Edit::Remove),
        any::<usize>().prop_map(Edit::Cut),
        (any::<usize>(), any::<usize>()).prop_map(|(from, to)| Edit::Copy(from, to)),
    ];
    proptest::collection::vec(edit, 0..6)
}

fn bend(bytes: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for edit in edits {
        let length = bytes.len();
        if length == 0 {
            break;
        }
        match *edit {
            Edit::Set(at, to) => bytes[at % length] = to,
            Edit::Flip(at, bit) => bytes[at % length] ^= 1 << bit,
            Edit::Insert(at, byte) => bytes.insert(at % length, byte),
            Edit::Remove(at) => {
                bytes.remove(at % length);
            }
            Edit::Cut(at) => bytes.truncate(at % length),
            Edit::Copy(from, to) => {
                let stretch: Vec<u8> = bytes[from % length..].iter().take(16).copied().collect();
                let at = to % length;
                bytes.splice(at..at, stretch);
            }
        }
    }
    bytes
}
