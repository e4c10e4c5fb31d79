//! Keys to which everybody in a group must be able to encrypt.
//!
//! A commit encrypts to leaves and to inner nodes of the tree (RFC 9420, section 7.5). MLS takes any bytes for such a key:
//! with one of another length, or of small order, no device that encrypts with it comes to a result. Whoever brought
//! such a key into a group would leave everybody beside them unable to change it, or to come back into it.

/// The u-coordinates of small order, little-endian, as they are written with the highest bit clear: X25519 with any of
/// them is zero, which HPKE refuses (RFC 7748, section 6.1; RFC 9180, section 7.1.4).
const SMALL_ORDER: [[u8; 32]; 7] = [
    [0; 32],
    ends(1, 0, 0),
    [
        0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4,
        0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49,
        0xb8, 0x00,
    ],
    [
        0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef,
        0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f,
        0x11, 0x57,
    ],
    ends(0xec, 0xff, 0x7f),
    ends(0xed, 0xff, 0x7f),
    ends(0xee, 0xff, 0x7f),
];

/// Bytes of one kind with others at both ends.
const fn ends(first: u8, between: u8, last: u8) -> [u8; 32] {
    let mut bytes = [between; 32];
    bytes[0] = first;
    bytes[31] = last;
    bytes
}

/// Whether anybody can encrypt to this X25519 key.
pub fn is_usable(key: &[u8]) -> bool {
    let Ok(mut key) = <[u8; 32]>::try_from(key) else {
        return false;
    };
    // X25519 does not look at the highest bit.
    key[31] &= 0x7f;
    !SMALL_ORDER.contains(&key)
}

/// Whether a structure opens with such a key: `opaque HPKEPublicKey<V>` (RFC 9420, section 5.1.1).
pub fn opens_with_usable(structure: &[u8]) -> bool {
    let [32, rest @ ..] = structure else {
        return false;
    };
    rest.first_chunk::<32>().is_some_and(|key| is_usable(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_can_encrypt_to_a_key_of_small_order_or_of_another_length() {
        for mut key in SMALL_ORDER {
            assert!(!is_usable(&key));
            key[31] |= 0x80;
            assert!(!is_usable(&key), "the highest bit changes nothing");
        }
        let mut base = [0; 32];
        base[0] = 9;
        assert!(is_usable(&base));
        assert!(!is_usable(&base[1..]));
        assert!(!is_usable(&[&base[..], &[0]].concat()));
        assert!(!is_usable(&[]));
    }

    #[test]
    fn a_structure_says_how_long_its_key_is() {
        let mut key = [0; 32];
        key[0] = 9;
        let opens = |length: u8, key: &[u8]| opens_with_usable(&[&[length][..], key].concat());
        assert!(opens(32, &key) && opens(32, &[&key[..], b"more"].concat()));
        assert!(!opens(31, &key) && !opens(32, &key[1..]) && !opens(32, &[0; 32]));
        assert!(!opens_with_usable(&[]));
    }
}
