//! What OpenMLS works with: its stock cryptography, and this input's draft as its storage.

use openmls_rust_crypto::RustCrypto;
use openmls_traits::OpenMlsProvider;

use crate::rows::Draft;

/// Cryptography and storage for one input.
pub struct Provider<'d, 'a> {
    crypto: RustCrypto,
    draft: &'d Draft<'a>,
}

impl<'d, 'a> Provider<'d, 'a> {
    /// On that draft.
    pub fn new(draft: &'d Draft<'a>) -> Self {
        Self {
            crypto: RustCrypto::default(),
            draft,
        }
    }
}

impl<'a> OpenMlsProvider for Provider<'_, 'a> {
    type CryptoProvider = RustCrypto;
    type RandProvider = RustCrypto;
    type StorageProvider = Draft<'a>;

    fn storage(&self) -> &Draft<'a> {
        self.draft
    }

    fn crypto(&self) -> &RustCrypto {
        &self.crypto
    }

    fn rand(&self) -> &RustCrypto {
        &self.crypto
    }
}
