//! What is sealed to one device, or to a recovery code: HPKE base mode (RFC 9180) of the one
//! ciphersuite, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305. And what is derived from a
//! secret that two devices share: HKDF-SHA256 (RFC 5869), HMAC-SHA256 (RFC 2104).
//!
//! ```text
//! sealed = kem output (32) || ciphertext
//! ```

use judge::context::SUITE;
use openmls_traits::crypto::OpenMlsCrypto;
use openmls_traits::types::{HashType, HpkeCiphertext};
use protocol::Bytes;
use zeroize::Zeroizing;

use crate::crypto::Crypto;
use crate::error::{Error, Result};

/// The length of an encapsulated X25519 key.
const KEM_LEN: usize = 32;

/// A key pair to seal to.
pub struct SealKeys {
    /// X25519 public key.
    pub public: [u8; 32],
    /// Its secret half.
    pub secret: Zeroizing<[u8; 32]>,
}

/// The key pair that follows from 32 secret bytes (RFC 9180, section 7.1.3).
pub fn keys(ikm: &[u8; 32]) -> Result<SealKeys> {
    let pair = Crypto
        .derive_hpke_keypair(SUITE.hpke_config(), ikm)
        .map_err(Error::mls)?;
    let public = pair.public.try_into();
    let secret = <[u8; 32]>::try_from(&*pair.private);
    let (Ok(public), Ok(secret)) = (public, secret) else {
        return Err(Error::Store("a key pair of another length"));
    };
    Ok(SealKeys {
        public,
        secret: Zeroizing::new(secret),
    })
}

/// Seals to a public key. `info` says what it is for and whom; it opens with the same alone.
pub fn seal(public: &[u8], info: &[u8], content: &[u8]) -> Result<Bytes> {
    let sealed = Crypto
        .hpke_seal(SUITE.hpke_config(), public, info, b"", content)
        .map_err(Error::mls)?;
    Ok([sealed.kem_output.as_slice(), sealed.ciphertext.as_slice()]
        .concat()
        .into())
}

/// Opens what [`seal`] made; `None` if it is for somebody or something else.
pub fn open(secret: &[u8; 32], info: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (kem, ciphertext) = sealed.split_at_checked(KEM_LEN)?;
    let sealed = HpkeCiphertext {
        kem_output: kem.to_vec().into(),
        ciphertext: ciphertext.to_vec().into(),
    };
    Crypto
        .hpke_open(SUITE.hpke_config(), &sealed, secret, info, b"")
        .ok()
        .map(Zeroizing::new)
}

/// 32 bytes for one purpose, from a secret: HKDF-SHA256 without salt, `purpose` as its info.
pub fn derive(secret: &[u8], purpose: &[u8]) -> Result<Zeroizing<[u8; 32]>> {
    let expanded = Crypto
        .hkdf_extract(HashType::Sha2_256, b"", secret)
        .and_then(|prk| Crypto.hkdf_expand(HashType::Sha2_256, prk.as_slice(), purpose, 32))
        .map_err(Error::mls)?;
    let bytes = <[u8; 32]>::try_from(expanded.as_slice()).map_err(Error::mls)?;
    Ok(Zeroizing::new(bytes))
}

/// HMAC-SHA256.
pub fn mac(key: &[u8], content: &[u8]) -> Result<[u8; 32]> {
    let mac = Crypto
        .hmac(HashType::Sha2_256, key, content)
        .map_err(Error::mls)?;
    <[u8; 32]>::try_from(mac.as_slice()).map_err(Error::mls)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_for_its_key_and_purpose_alone() {
        let (hers, his) = (keys(&[1; 32]).unwrap(), keys(&[2; 32]).unwrap());
        let sealed = seal(&hers.public, b"vault", b"content").unwrap();
        assert_eq!(
            open(&hers.secret, b"vault", &sealed).unwrap().as_slice(),
            b"content"
        );
        assert!(open(&his.secret, b"vault", &sealed).is_none());
        assert!(open(&hers.secret, b"eras", &sealed).is_none());
        assert!(open(&hers.secret, b"vault", &sealed[..31]).is_none());
    }
}
