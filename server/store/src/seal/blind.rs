//! Blind indexes: finding a sealed value that equals one in hand, and nothing else about it.
//!
//! The value under a key of the column's own (HMAC-SHA-256, cut to 16 bytes) stands beside the sealed value.
//! Equal values have equal indexes within one column, and in another column nothing in common: who has the
//! database can neither read a name off its index nor try names against it. The keys follow from
//! one that was derived from the first root key and is kept in `lookup_key`, so that neither a rotation of seal keys
//! nor another root key moves an index.
//!
//! ```text
//! index = HMAC-SHA-256(HMAC-SHA-256(index key, table "." column), value)[..16]
//! ```
//! A column for which equality is asked (mail addresses, phones) gets one line in `indexes!`, and a value
//! must be brought into its one spelling before it comes here.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

/// The length of an index.
pub(crate) const BYTES: usize = 16;

/// An index column: its name is part of its key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BlindIndex(&'static str);

macro_rules! indexes {
    ($($constant:ident = $place:literal;)+) => {
        $(pub(crate) const $constant: BlindIndex = BlindIndex($place);)+

        #[cfg(test)]
        const ALL: &[BlindIndex] = &[$($constant),+];
    };
}

indexes! {
    ADDRESS_INDEX = "address.value_index";
    LOGIN_NAME_INDEX = "login.name_index";
    RECEIVED_MAIL_INDEX = "received_mail.mark";
    RETURN_TOKEN_INDEX = "return_token";
}

impl BlindIndex {
    pub(super) fn of(self, key: &[u8; 32], value: &str) -> [u8; BYTES] {
        let own = Zeroizing::new(hmac(key, self.0.as_bytes()));
        let whole = hmac(&own, value.as_bytes());
        *whole.first_chunk().expect("32 bytes have a first 16")
    }
}

fn hmac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_meet_in_one_column_under_one_key_and_nowhere_else() {
        let mail = ADDRESS_INDEX;
        let (one, other) = ([1; 32], [2; 32]);
        let index = LOGIN_NAME_INDEX.of(&one, "maria");
        assert_eq!(index, LOGIN_NAME_INDEX.of(&one, "maria"));
        assert_ne!(index, LOGIN_NAME_INDEX.of(&one, "maria "));
        assert_ne!(index, LOGIN_NAME_INDEX.of(&other, "maria"));
        assert_ne!(index, mail.of(&one, "maria"));
        // A name and a value that together read like another pair are not that pair.
        assert_ne!(
            BlindIndex("ab").of(&one, "c"),
            BlindIndex("a").of(&one, "bc")
        );
    }

    #[test]
    fn the_index_is_the_first_half_of_rfc_2104_over_what_the_head_says() {
        // Written once by another implementation (Python's `hmac`).
        let expected = "6da27fc51eb047c9a78c6082f88ee047";
        let index = LOGIN_NAME_INDEX.of(&[7; 32], "maria.sample");
        assert_eq!(crate::hash::hex(&index), expected);
    }

    #[test]
    fn every_index_column_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<_> = ALL.iter().map(|index| index.0).collect();
        assert_eq!(names.len(), ALL.len());
    }
}
