//! Tokens in the envelope senders of mails: a bounce comes back to the mail that it is about.
//!
//! ```text
//! token = base32( id (16) | HMAC-SHA-256(key, kind "|" id)[..9] )
//! ```
//! 40 characters of RFC 4648's alphabet in small letters, for mail servers keep neither case nor much else. The
//! keyed hash is what makes it: nobody else can write one, so no forged bounce marks somebody's address. It
//! says nothing about a person, and needs no row.

use uuid::Uuid;

use crate::seal::{RETURN_TOKEN_INDEX, Sealer};
use crate::single_mails;
use crate::store::Store;

/// The alphabet (RFC 4648, section 6), in small letters.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const ID_BYTES: usize = 16;
const MAC_BYTES: usize = 9;
const TOKEN_BYTES: usize = ID_BYTES + MAC_BYTES;

/// A mail that was sent and can come back. Only a token that this server wrote becomes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sending {
    pub(crate) kind: Kind,
    pub(crate) id: Uuid,
}

/// What was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A mail about an appointment or a day.
    Delivery,
    /// A mail that one act has sent.
    Single(single_mails::Kind),
}

impl Kind {
    fn all() -> impl Iterator<Item = Self> {
        let single = single_mails::Kind::ALL.into_iter().map(Self::Single);
        std::iter::once(Self::Delivery).chain(single)
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Delivery => "delivery",
            Self::Single(kind) => kind.as_str(),
        }
    }
}

impl Store {
    /// What a token names; none that this server did not write.
    pub fn sending(&self, token: &str) -> Option<Sending> {
        read(&self.core().sealer, token)
    }
}

/// The token of a mail: always the same.
pub(crate) fn write(sealer: &Sealer, kind: Kind, id: Uuid) -> String {
    let mut bytes = [0; TOKEN_BYTES];
    bytes[..ID_BYTES].copy_from_slice(id.as_bytes());
    bytes[ID_BYTES..].copy_from_slice(&mac(sealer, kind, id));
    to_base32(&bytes)
}

fn read(sealer: &Sealer, token: &str) -> Option<Sending> {
    let bytes = from_base32(token)?;
    let (id, shown) = bytes.split_at(ID_BYTES);
    let id = Uuid::from_slice(id).ok()?;
    let mut found = None;
    for kind in Kind::all() {
        // Every byte of every kind is compared: how long it takes says nothing.
        let made = mac(sealer, kind, id);
        let differing = made.iter().zip(shown).fold(0, |all, (a, b)| all | (a ^ b));
        if differing == 0 {
            found = Some(Sending { kind, id });
        }
    }
    found
}

fn mac(sealer: &Sealer, kind: Kind, id: Uuid) -> [u8; MAC_BYTES] {
    let value = format!("{}|{}", kind.as_str(), id.simple());
    let whole = sealer.index(RETURN_TOKEN_INDEX, &value);
    *whole.first_chunk().expect("16 bytes have a first 9")
}

/// Five bytes are eight characters; no padding, as 25 bytes are 40.
fn to_base32(bytes: &[u8; TOKEN_BYTES]) -> String {
    let mut text = String::with_capacity(TOKEN_BYTES / 5 * 8);
    for five in bytes.chunks(5) {
        let bits = five
            .iter()
            .fold(0_u64, |all, byte| (all << 8) | u64::from(*byte));
        for place in (0..8).rev() {
            let digit = usize::try_from((bits >> (place * 5)) & 31).unwrap_or(0);
            text.push(char::from(ALPHABET[digit]));
        }
    }
    text
}

fn from_base32(text: &str) -> Option<[u8; TOKEN_BYTES]> {
    if text.len() != TOKEN_BYTES / 5 * 8 {
        return None;
    }
    let mut bytes = [0; TOKEN_BYTES];
    for (eight, five) in text.as_bytes().chunks(8).zip(bytes.chunks_mut(5)) {
        let mut bits = 0_u64;
        for character in eight {
            let character = character.to_ascii_lowercase();
            let digit = ALPHABET.iter().position(|known| *known == character)?;
            bits = (bits << 5) | u64::try_from(digit).ok()?;
        }
        five.copy_from_slice(&bits.to_be_bytes()[3..]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use protocol::limits;

    use super::*;
    use crate::settings::RootKey;

    #[test]
    fn a_token_is_read_by_who_wrote_it_in_any_case_and_by_nobody_else() {
        let sealer = Sealer::new(&RootKey::from_bytes([1; 32]));
        let other = Sealer::new(&RootKey::from_bytes([2; 32]));
        for kind in Kind::all() {
            let id = Uuid::from_u128(0x0197_c2a4_0000_7000_8000_0000_0000_0001);
            let token = write(&sealer, kind, id);
            assert_eq!(token.len(), limits::RETURN_TOKEN_CHARS);
            assert_eq!(token, write(&sealer, kind, id));
            assert_eq!(read(&sealer, &token), Some(Sending { kind, id }));
            let shouted = token.to_uppercase();
            assert_eq!(read(&sealer, &shouted), Some(Sending { kind, id }));
            assert_eq!(read(&other, &token), None);
        }
    }

    #[test]
    fn whatever_is_changed_in_a_token_is_noticed() {
        let sealer = Sealer::new(&RootKey::from_bytes([1; 32]));
        let token = write(&sealer, Kind::Delivery, Uuid::from_u128(7));
        for place in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[place] = if bytes[place] == b'a' { b'b' } else { b'a' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(read(&sealer, &changed), None, "character {place}");
        }
        for bad in [
            "",
            "a",
            &token[1..],
            &format!("{token}a"),
            &"é".repeat(20),
            &"1".repeat(40),
        ] {
            assert_eq!(read(&sealer, bad), None, "{bad}");
        }
    }

    #[test]
    fn base32_is_that_of_rfc_4648() {
        // Five times "fooba", whose base32 the RFC gives (section 10).
        let bytes: [u8; TOKEN_BYTES] = *b"foobafoobafoobafoobafooba";
        assert_eq!(to_base32(&bytes), "mzxw6ytb".repeat(5));
        assert_eq!(from_base32(&"MZXW6YTB".repeat(5)), Some(bytes));
    }
}
