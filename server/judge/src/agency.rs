//! How one agency key takes the place of another.
//!
//! Each key signs for the next ([`AgencySuccession`]), and the certificate of every removal key carries the list
//! that leads to the key that signed it. A list holds in itself or not at all: each entry names the key
//! that signs it, so it is verified from end to end whatever key the reader knows, and what one member takes
//! all others take. What the reader knows decides only whether the list is about *its* agency: the key that it
//! pinned must stand in the list, and then the list leads on from there, or the signer must be one that this
//! very reader was led through before. A list that leaves the reader's own way at an earlier key (whoever
//! stole a key of before can sign such a list) is another agency's.

use ed25519_dalek::VerifyingKey;
use protocol::certificate::{AgencySuccession, RemovalKey};
use protocol::{Bytes, labels, limits};

use crate::certificate::{read_certificate, read_signed, verify, whole};

/// An agency's Ed25519 public key.
pub type AgencyKey = [u8; 32];

/// The keys that a list leads through, oldest first, if every entry is signed by the key before it, none comes
/// twice and all are sound. Empty for an empty list.
pub fn read_successions(successions: &[Bytes]) -> Option<Vec<AgencyKey>> {
    if successions.len() > limits::AGENCY_SUCCESSIONS_MAX {
        return None;
    }
    let mut keys: Vec<AgencyKey> = Vec::new();
    for signed in successions {
        let (before, key) = read_succession(signed)?;
        if keys.is_empty() {
            keys.push(before);
        }
        if keys.last() != Some(&before) || keys.contains(&key) {
            return None;
        }
        keys.push(key);
    }
    Some(keys)
}

fn read_succession(bytes: &Bytes) -> Option<(AgencyKey, AgencyKey)> {
    let signed = read_signed(bytes).ok()?;
    // Nothing stands beside what was signed: the same succession has one form.
    if protocol::frame::to_vec(&signed) != bytes.0 {
        return None;
    }
    let succession: AgencySuccession = whole(&signed.content)?;
    let (before, key) = (succession.before.to_array()?, succession.key.to_array()?);
    let sound = VerifyingKey::from_bytes(&key).is_ok_and(|key| !key.is_weak());
    let genuine = verify(
        labels::AGENCY_SUCCESSION,
        &signed.content,
        &before,
        &signed.signature,
    );
    (sound && genuine).then_some((before, key))
}

/// A removal key, if an agency key signed it that is the pinned one, leads on from it, or led to it. `known` are the
/// agency keys that the reader was led through, oldest first; the last one is pinned.
pub(crate) fn read_removal_key(bytes: &[u8], known: &[AgencyKey]) -> Option<RemovalKey> {
    let (signed, removal) = read_certificate(bytes)?;
    let keys = read_successions(&removal.successions)?;
    let by = |key: &AgencyKey| verify(labels::REMOVAL_KEY, &signed.content, key, &signed.signature);
    let genuine = match keys.last() {
        None => known.iter().rev().any(by),
        Some(last) => {
            let leads_on = known.last().is_some_and(|pinned| keys.contains(pinned));
            (leads_on || known.contains(last)) && by(last)
        }
    };
    genuine.then_some(removal)
}

/// Whether the agency key that a server shows as its present one is trusted, or follows from one that is by the list
/// in the certificate of the removal key that it shows beside it.
pub fn is_led_to(
    present: &AgencyKey,
    removal_key: &[u8],
    trusted: impl Fn(&AgencyKey) -> bool,
) -> bool {
    way_to(present, removal_key, trusted).is_some()
}

/// The same with the way: from the trusted key to the present one, both included.
pub fn way_to(
    present: &AgencyKey,
    removal_key: &[u8],
    trusted: impl Fn(&AgencyKey) -> bool,
) -> Option<Vec<AgencyKey>> {
    if trusted(present) {
        return Some(vec![*present]);
    }
    let (_, removal) = read_certificate(removal_key)?;
    let mut keys = read_successions(&removal.successions)?;
    let until = keys.iter().position(|key| key == present)?;
    keys.truncate(until + 1);
    let from = keys.iter().rposition(trusted)?;
    Some(keys.split_off(from))
}
