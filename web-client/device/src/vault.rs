//! Sealing of a device's own rows: XChaCha20-Poly1305 under the vault key, the row's table and key as
//! associated data, so that a row cannot be moved to another place.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::chance;
use crate::error::{Error, Result};

const NONCE_LEN: usize = 24;

/// Seals and opens rows. The key is wiped when dropped.
pub struct Vault {
    key: Zeroizing<[u8; 32]>,
}

/// Which table of the host's store a row belongs to.
#[derive(Debug, Clone, Copy)]
pub enum Table {
    /// Everything the core must know at start.
    State,
    /// What people read, page by page.
    Items,
    /// The person's vault at the server.
    Vault,
}

impl Table {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::State => b"cc/1|state|",
            Self::Items => b"cc/1|items|",
            Self::Vault => b"cc/1|vault|",
        }
    }
}

impl Vault {
    /// From the host's 32 bytes.
    pub fn new(key: [u8; 32]) -> Self {
        Self {
            key: Zeroizing::new(key),
        }
    }

    #[cfg(feature = "simulated")]
    pub(crate) fn copied(&self) -> Self {
        Self {
            key: self.key.clone(),
        }
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.key).into())
    }

    /// `nonce (24) || ciphertext`.
    pub fn seal(&self, table: Table, key: &[u8], value: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_LEN] = chance::bytes();
        let aad = [table.label(), key].concat();
        let sealed = self
            .cipher()
            .encrypt(
                &XNonce::from(nonce),
                Payload {
                    msg: value,
                    aad: &aad,
                },
            )
            .expect("a row is far below the cipher's limit of 256 GiB");
        [nonce.as_slice(), &sealed].concat()
    }

    /// Opens what [`Vault::seal`] made for the same place.
    pub fn open(&self, table: Table, key: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
        let unreadable = Error::Store("a row does not open with this vault key");
        let Some((nonce, sealed)) = sealed.split_first_chunk::<NONCE_LEN>() else {
            return Err(unreadable);
        };
        let aad = [table.label(), key].concat();
        self.cipher()
            .decrypt(
                &XNonce::from(*nonce),
                Payload {
                    msg: sealed,
                    aad: &aad,
                },
            )
            .map_err(|_| unreadable)
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_opens_only_in_its_own_place() {
        let vault = Vault::new([7; 32]);
        let sealed = vault.seal(Table::State, b"me", b"secret");
        assert_eq!(vault.open(Table::State, b"me", &sealed).unwrap(), b"secret");
        assert!(vault.open(Table::State, b"you", &sealed).is_err());
        assert!(vault.open(Table::Items, b"me", &sealed).is_err());
        assert!(
            Vault::new([8; 32])
                .open(Table::State, b"me", &sealed)
                .is_err()
        );
    }
}
