//! A checkpoint: the log's name, its size and its root, signed as a note (C2SP `tlog-checkpoint` and
//! `signed-note`, Ed25519). Any tool that reads those reads ours.

use signed_note::{Note, StandardSigner, StandardVerifier, VerifierList, key_id};
use tlog_tiles::checkpoint::Checkpoint;
use tlog_tiles::tlog::Hash;
use zeroize::Zeroizing;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;

/// Ed25519 among the algorithms of signed notes.
const ED25519: u8 = 1;

/// What a checkpoint says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    /// Leaves.
    pub(crate) size: u64,
    /// The root of their tree.
    pub(crate) root: [u8; 32],
}

/// A note that is not one of this log's, by this key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotSigned;

/// By whom checkpoints are signed, as verifiers are given it: `name+id+key`.
pub(crate) fn verifier_key(origin: &str, public_key: &[u8]) -> String {
    let key = [&[ED25519], public_key].concat();
    let id = key_id(origin, &key);
    format!("{origin}+{id:08x}+{}", STANDARD.encode(key))
}

/// Signs a checkpoint. `None` if the origin cannot be a key's name.
pub(crate) fn sign(origin: &str, secret: &[u8; 32], head: Head) -> Option<String> {
    let public_key = SigningKey::from_bytes(secret).verifying_key().to_bytes();
    let id = key_id(origin, &[&[ED25519], &public_key[..]].concat());
    let key = Zeroizing::new([&[ED25519], &secret[..]].concat());
    let key = Zeroizing::new(STANDARD.encode(&*key));
    let key = Zeroizing::new(format!("PRIVATE+KEY+{origin}+{id:08x}+{}", *key));
    let signer = StandardSigner::new(&key).ok()?;
    let text = Checkpoint::new(origin, head.size, Hash(head.root), "").ok()?;
    let mut note = Note::new(&text.to_bytes(), &[]).ok()?;
    note.add_sigs(&[&signer]).ok()?;
    String::from_utf8(note.to_bytes()).ok()
}

/// Who is believed about one log.
pub(crate) struct Witness {
    origin: String,
    verifiers: VerifierList,
}

impl Witness {
    /// By a verifier key, `name+id+key`; the name is the log's. `None` if it does not read.
    pub(crate) fn new(verifier_key: &str) -> Option<Self> {
        let verifier = StandardVerifier::new(verifier_key).ok()?;
        Some(Self {
            origin: verifier_key.split('+').next()?.to_owned(),
            verifiers: VerifierList::new(vec![Box::new(verifier)]),
        })
    }

    /// The log's name.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// What a signed note says about this log.
    pub(crate) fn read(&self, note: &str) -> Result<Head, NotSigned> {
        let note = Note::from_bytes(note.as_bytes()).map_err(|_| NotSigned)?;
        note.verify(&self.verifiers).map_err(|_| NotSigned)?;
        let said = Checkpoint::from_bytes(note.text()).map_err(|_| NotSigned)?;
        if said.origin() != self.origin {
            return Err(NotSigned);
        }
        Ok(Head {
            size: said.size(),
            root: said.hash().0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "care.example.org/audit";
    const HEAD: Head = Head {
        size: 1_000,
        root: [7; 32],
    };

    fn key(secret: [u8; 32]) -> String {
        let public_key = SigningKey::from_bytes(&secret).verifying_key().to_bytes();
        verifier_key(ORIGIN, &public_key)
    }

    #[test]
    fn a_checkpoint_is_read_by_its_own_key_only() {
        let note = sign(ORIGIN, &[1; 32], HEAD).unwrap();
        assert!(
            note.starts_with("care.example.org/audit\n1000\nBwcH"),
            "{note}"
        );
        assert!(note.contains("\n\n— care.example.org/audit "), "{note}");
        let witness = Witness::new(&key([1; 32])).unwrap();
        assert_eq!(witness.read(&note), Ok(HEAD));
        let other = Witness::new(&key([2; 32])).unwrap();
        assert_eq!(other.read(&note), Err(NotSigned));
    }

    #[test]
    fn whatever_is_changed_in_a_checkpoint_is_noticed() {
        let note = sign(ORIGIN, &[1; 32], HEAD).unwrap();
        let witness = Witness::new(&key([1; 32])).unwrap();
        for place in 0..note.len() {
            let mut bytes = note.clone().into_bytes();
            bytes[place] ^= 1;
            // The last byte of the base64 of 68 bytes is padding, which has one spelling.
            if let Ok(changed) = String::from_utf8(bytes) {
                assert_eq!(witness.read(&changed), Err(NotSigned), "byte {place}");
            }
        }
        assert!(sign("two words", &[1; 32], HEAD).is_none());
        assert!(Witness::new("care.example.org/audit+00000000+AAAA").is_none());
    }
}
