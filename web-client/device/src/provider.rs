//! What OpenMLS works with: this device's cryptography, and this input's draft as its storage.

use openmls_traits::OpenMlsProvider;

use crate::crypto::Crypto;
use crate::rows::Draft;

/// Cryptography and storage for one input.
pub struct Provider<'d, 'a> {
    crypto: Crypto,
    draft: &'d Draft<'a>,
}

impl<'d, 'a> Provider<'d, 'a> {
    /// On that draft.
    pub fn new(draft: &'d Draft<'a>) -> Self {
        Self {
            crypto: Crypto,
            draft,
        }
    }
}

impl<'a> OpenMlsProvider for Provider<'_, 'a> {
    type CryptoProvider = Crypto;
    type RandProvider = Crypto;
    type StorageProvider = Draft<'a>;

    fn storage(&self) -> &Draft<'a> {
        self.draft
    }

    fn crypto(&self) -> &Crypto {
        &self.crypto
    }

    fn rand(&self) -> &Crypto {
        &self.crypto
    }
}
