//! The cryptography of one ciphersuite: 0x0003, X25519, ChaCha20-Poly1305, SHA-256 and Ed25519
//! (RFC 9420, section 17.1). OpenMLS is handed these functions and no others: what a browser downloads
//! has no second curve and no second cipher, and a group of another suite is refused by name.
//!
//! Everything that needs chance takes it from [`chance`]: key pairs, the ephemeral keys of HPKE, nonces.

use std::convert::Infallible;

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use hpke::aead::{AeadCtxR, AeadCtxS, ChaCha20Poly1305 as HpkeAead};
use hpke::kdf::HkdfSha256 as HpkeKdf;
use hpke::kem::{Kem, X25519HkdfSha256 as HpkeKem};
use hpke::{Deserializable, OpModeR, OpModeS, Serializable};
use openmls_traits::crypto::OpenMlsCrypto;
use openmls_traits::random::OpenMlsRand;
use openmls_traits::types::{
    AeadType, Ciphersuite, CryptoError, ExporterSecret, HashType, HpkeAeadType, HpkeCiphertext,
    HpkeConfig, HpkeKdfType, HpkeKemType, HpkeKeyPair, KemOutput, SignatureScheme,
};
use sha2::{Digest as _, Sha256};
use tls_codec::SecretVLBytes;
use zeroize::Zeroizing;

use crate::chance::{self, Chance};

type R<T> = Result<T, CryptoError>;

/// The only suite there is.
const SUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519;

/// Cryptography and chance for OpenMLS. Holds nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Crypto;

/// A key, an array or a signature of exactly that many bytes.
fn exactly<const N: usize>(bytes: &[u8]) -> R<[u8; N]> {
    bytes.try_into().map_err(|_| CryptoError::InvalidLength)
}

fn only_sha256(hash: HashType) -> R<()> {
    match hash {
        HashType::Sha2_256 => Ok(()),
        HashType::Sha2_384 | HashType::Sha2_512 => Err(CryptoError::UnsupportedHashAlgorithm),
    }
}

fn only_ed25519(scheme: SignatureScheme) -> R<()> {
    match scheme {
        SignatureScheme::ED25519 => Ok(()),
        _ => Err(CryptoError::UnsupportedSignatureScheme),
    }
}

fn only_ours(HpkeConfig(kem, kdf, aead): HpkeConfig) -> R<()> {
    let ours = (
        HpkeKemType::DhKem25519,
        HpkeKdfType::HkdfSha256,
        HpkeAeadType::ChaCha20Poly1305,
    );
    ((kem, kdf, aead) == ours)
        .then_some(())
        .ok_or(CryptoError::UnsupportedCiphersuite)
}

fn cipher(alg: AeadType, key: &[u8]) -> R<ChaCha20Poly1305> {
    match alg {
        AeadType::ChaCha20Poly1305 => {
            let key = Zeroizing::new(exactly::<32>(key)?);
            Ok(ChaCha20Poly1305::new(&Key::from(*key)))
        }
        AeadType::Aes128Gcm | AeadType::Aes256Gcm => Err(CryptoError::UnsupportedAeadAlgorithm),
    }
}

/// A shared secret with whoever holds that public key (RFC 9180, section 5.1.1), and what they need to
/// come to the same one. A public key of small order is refused.
fn setup_sender(
    config: HpkeConfig,
    pk_r: &[u8],
    info: &[u8],
) -> R<(Vec<u8>, AeadCtxS<HpkeAead, HpkeKdf, HpkeKem>)> {
    only_ours(config)?;
    let key =
        <HpkeKem as Kem>::PublicKey::from_bytes(pk_r).map_err(|_| CryptoError::InvalidPublicKey)?;
    let (enc, context) = hpke::setup_sender_with_rng::<HpkeAead, HpkeKdf, HpkeKem>(
        &OpModeS::Base,
        &key,
        info,
        &mut Chance,
    )
    .map_err(|_| CryptoError::SenderSetupError)?;
    Ok((enc.to_bytes().to_vec(), context))
}

fn setup_receiver(
    config: HpkeConfig,
    enc: &[u8],
    sk_r: &[u8],
    info: &[u8],
) -> R<AeadCtxR<HpkeAead, HpkeKdf, HpkeKem>> {
    only_ours(config)?;
    let key = <HpkeKem as Kem>::PrivateKey::from_bytes(sk_r);
    let enc = <HpkeKem as Kem>::EncappedKey::from_bytes(enc);
    let (Ok(key), Ok(enc)) = (key, enc) else {
        return Err(CryptoError::InvalidLength);
    };
    hpke::setup_receiver(&OpModeR::Base, &key, &enc, info)
        .map_err(|_| CryptoError::ReceiverSetupError)
}

impl OpenMlsCrypto for Crypto {
    fn supports(&self, ciphersuite: Ciphersuite) -> R<()> {
        (ciphersuite == SUITE)
            .then_some(())
            .ok_or(CryptoError::UnsupportedCiphersuite)
    }

    fn supported_ciphersuites(&self) -> Vec<Ciphersuite> {
        vec![SUITE]
    }

    fn hkdf_extract(&self, hash: HashType, salt: &[u8], ikm: &[u8]) -> R<SecretVLBytes> {
        only_sha256(hash)?;
        let (prk, _) = Hkdf::<Sha256>::extract(Some(salt), ikm);
        Ok(prk.as_slice().into())
    }

    fn hmac(&self, hash: HashType, key: &[u8], message: &[u8]) -> R<SecretVLBytes> {
        only_sha256(hash)?;
        let mut mac =
            Hmac::<Sha256>::new_from_slice(key).map_err(|_| CryptoError::CryptoLibraryError)?;
        mac.update(message);
        Ok(mac.finalize().into_bytes().as_slice().into())
    }

    fn hkdf_expand(&self, hash: HashType, prk: &[u8], info: &[u8], len: usize) -> R<SecretVLBytes> {
        only_sha256(hash)?;
        let hkdf = Hkdf::<Sha256>::from_prk(prk).map_err(|_| CryptoError::InvalidLength)?;
        // Of exactly this capacity, so that no copy of it stays behind unwiped.
        let mut okm = vec![0; len];
        hkdf.expand(info, &mut okm)
            .map_err(|_| CryptoError::HkdfOutputLengthInvalid)?;
        Ok(okm.into())
    }

    fn hash(&self, hash: HashType, data: &[u8]) -> R<Vec<u8>> {
        only_sha256(hash)?;
        Ok(Sha256::digest(data).to_vec())
    }

    fn aead_encrypt(
        &self,
        alg: AeadType,
        key: &[u8],
        data: &[u8],
        nonce: &[u8],
        aad: &[u8],
    ) -> R<Vec<u8>> {
        #[cfg(feature = "simulated")]
        crate::simulated::note_encryption(key, nonce);
        let nonce = Nonce::from(exactly::<12>(nonce)?);
        cipher(alg, key)?
            .encrypt(&nonce, Payload { msg: data, aad })
            .map_err(|_| CryptoError::TooMuchData)
    }

    fn aead_decrypt(
        &self,
        alg: AeadType,
        key: &[u8],
        ct_tag: &[u8],
        nonce: &[u8],
        aad: &[u8],
    ) -> R<Vec<u8>> {
        let nonce = Nonce::from(exactly::<12>(nonce)?);
        cipher(alg, key)?
            .decrypt(&nonce, Payload { msg: ct_tag, aad })
            .map_err(|_| CryptoError::AeadDecryptionError)
    }

    fn signature_key_gen(&self, alg: SignatureScheme) -> R<(Vec<u8>, Vec<u8>)> {
        only_ed25519(alg)?;
        let key = SigningKey::from_bytes(&Zeroizing::new(chance::bytes()));
        let public = key.verifying_key().to_bytes();
        Ok((key.to_bytes().to_vec(), public.to_vec()))
    }

    /// Strict, as OpenMLS's stock provider is, which the server judges with: a key or an `R` of small
    /// order is refused. RFC 9420 leaves the choice (RFC 8032, section 5.1.7); two members who chose
    /// differently would fork on a crafted signature.
    fn verify_signature(
        &self,
        alg: SignatureScheme,
        data: &[u8],
        pk: &[u8],
        signature: &[u8],
    ) -> R<()> {
        only_ed25519(alg)?;
        let key =
            VerifyingKey::from_bytes(&exactly(pk)?).map_err(|_| CryptoError::InvalidPublicKey)?;
        let signature = Signature::from_bytes(&exactly(signature)?);
        key.verify_strict(data, &signature)
            .map_err(|_| CryptoError::InvalidSignature)
    }

    fn sign(&self, alg: SignatureScheme, data: &[u8], key: &[u8]) -> R<Vec<u8>> {
        only_ed25519(alg)?;
        let key = SigningKey::from_bytes(&Zeroizing::new(exactly(key)?));
        Ok(key.sign(data).to_bytes().to_vec())
    }

    fn hpke_seal(
        &self,
        config: HpkeConfig,
        pk_r: &[u8],
        info: &[u8],
        aad: &[u8],
        ptxt: &[u8],
    ) -> R<HpkeCiphertext> {
        let (kem_output, mut context) = setup_sender(config, pk_r, info)?;
        let ciphertext = context
            .seal(ptxt, aad)
            .map_err(|_| CryptoError::HpkeEncryptionError)?;
        Ok(HpkeCiphertext {
            kem_output: kem_output.into(),
            ciphertext: ciphertext.into(),
        })
    }

    fn hpke_open(
        &self,
        config: HpkeConfig,
        input: &HpkeCiphertext,
        sk_r: &[u8],
        info: &[u8],
        aad: &[u8],
    ) -> R<Vec<u8>> {
        setup_receiver(config, input.kem_output.as_slice(), sk_r, info)?
            .open(input.ciphertext.as_slice(), aad)
            .map_err(|_| CryptoError::HpkeDecryptionError)
    }

    fn hpke_setup_sender_and_export(
        &self,
        config: HpkeConfig,
        pk_r: &[u8],
        info: &[u8],
        exporter_context: &[u8],
        exporter_length: usize,
    ) -> R<(KemOutput, ExporterSecret)> {
        let (kem_output, context) = setup_sender(config, pk_r, info)?;
        let mut secret = vec![0; exporter_length];
        context
            .export(exporter_context, &mut secret)
            .map_err(|_| CryptoError::ExporterError)?;
        Ok((kem_output, secret.into()))
    }

    fn hpke_setup_receiver_and_export(
        &self,
        config: HpkeConfig,
        enc: &[u8],
        sk_r: &[u8],
        info: &[u8],
        exporter_context: &[u8],
        exporter_length: usize,
    ) -> R<ExporterSecret> {
        let context = setup_receiver(config, enc, sk_r, info)?;
        let mut secret = vec![0; exporter_length];
        context
            .export(exporter_context, &mut secret)
            .map_err(|_| CryptoError::ExporterError)?;
        Ok(secret.into())
    }

    fn derive_hpke_keypair(&self, config: HpkeConfig, ikm: &[u8]) -> R<HpkeKeyPair> {
        only_ours(config)?;
        let (private, public) = HpkeKem::derive_keypair(ikm);
        let private = Zeroizing::new(<[u8; 32]>::from(private.to_bytes()));
        Ok(HpkeKeyPair {
            private: private.as_slice().into(),
            public: public.to_bytes().to_vec(),
        })
    }
}

impl OpenMlsRand for Crypto {
    type Error = Infallible;

    fn random_array<const N: usize>(&self) -> Result<[u8; N], Infallible> {
        Ok(chance::bytes())
    }

    fn random_vec(&self, len: usize) -> Result<Vec<u8>, Infallible> {
        let mut bytes = vec![0; len];
        chance::fill(&mut bytes);
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: fn() -> HpkeConfig = || SUITE.hpke_config();
    const AES: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;

    fn hex(text: &str) -> Vec<u8> {
        let digits = text.as_bytes().chunks(2);
        digits
            .map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }

    #[test]
    fn any_other_suite_is_refused_by_name() {
        assert_eq!(Crypto.supports(SUITE), Ok(()));
        assert_eq!(Crypto.supported_ciphersuites(), [SUITE]);
        assert_eq!(
            Crypto.supports(AES),
            Err(CryptoError::UnsupportedCiphersuite)
        );
        let sealed = Crypto.hpke_seal(AES.hpke_config(), &[9; 32], b"", b"", b"x");
        assert_eq!(sealed.err(), Some(CryptoError::UnsupportedCiphersuite));
        let sealed = Crypto.aead_encrypt(AeadType::Aes128Gcm, &[0; 16], b"", &[0; 12], b"");
        assert_eq!(sealed, Err(CryptoError::UnsupportedAeadAlgorithm));
        let hash = Crypto.hash(HashType::Sha2_512, b"");
        assert_eq!(hash, Err(CryptoError::UnsupportedHashAlgorithm));
        let signed = Crypto.sign(SignatureScheme::ED448, b"", &[0; 32]);
        assert_eq!(signed, Err(CryptoError::UnsupportedSignatureScheme));
    }

    /// RFC 9180, appendix A.2.1: base mode, sequence number 0 and the first export.
    #[test]
    fn hpke_opens_what_its_rfc_sealed() {
        let ikm = hex("1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df");
        let pair = Crypto.derive_hpke_keypair(OURS(), &ikm).unwrap();
        let public = hex("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a");
        assert_eq!(pair.public, public);
        let secret = hex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb");
        let enc = hex("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a");
        let sealed = HpkeCiphertext {
            kem_output: enc.clone().into(),
            ciphertext: hex(
                "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db\
                 21993c62ce81883d2dd1b51a28",
            )
            .into(),
        };
        let info = b"Ode on a Grecian Urn";
        for key in [secret.as_slice(), &pair.private] {
            let opened = Crypto.hpke_open(OURS(), &sealed, key, info, b"Count-0");
            assert_eq!(opened.unwrap(), b"Beauty is truth, truth beauty");
        }
        let moved = Crypto.hpke_open(OURS(), &sealed, &secret, info, b"Count-1");
        assert_eq!(moved, Err(CryptoError::HpkeDecryptionError));
        let exported = Crypto.hpke_setup_receiver_and_export(OURS(), &enc, &secret, info, b"", 32);
        let expected = hex("4bbd6243b8bb54cec311fac9df81841b6fd61f56538a775e7c80a9f40160606e");
        assert_eq!(&*exported.unwrap(), expected.as_slice());
    }

    /// A Welcome binds its group secrets to the encrypted GroupInfo, tree included, as HPKE's `info`:
    /// 190 KiB with 128 devices.
    #[test]
    fn hpke_takes_an_info_of_any_length() {
        let pair = Crypto.derive_hpke_keypair(OURS(), &[7; 32]).unwrap();
        let mut info = vec![1; 300 * 1024];
        let sealed = Crypto
            .hpke_seal(OURS(), &pair.public, &info, b"aad", b"secret")
            .unwrap();
        let open = |info: &[u8]| Crypto.hpke_open(OURS(), &sealed, &pair.private, info, b"aad");
        assert_eq!(open(&info).unwrap(), b"secret");
        *info.last_mut().unwrap() = 2;
        assert_eq!(open(&info), Err(CryptoError::HpkeDecryptionError));
    }

    #[test]
    fn nothing_is_sealed_to_a_key_of_small_order() {
        let sealed = Crypto.hpke_seal(OURS(), &[0; 32], b"", b"", b"x");
        assert_eq!(sealed.err(), Some(CryptoError::SenderSetupError));
        let short = Crypto.hpke_seal(OURS(), &[9; 31], b"", b"", b"x");
        assert_eq!(short.err(), Some(CryptoError::InvalidPublicKey));
    }

    /// The neutral element as key and as `R` signs everything for whoever checks carelessly.
    #[test]
    fn a_key_of_small_order_signs_nothing() {
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let signature = [neutral, [0; 32]].concat();
        let key = VerifyingKey::from_bytes(&neutral).unwrap();
        let careless = Signature::from_bytes(&exactly(&signature).unwrap());
        assert!(ed25519_dalek::Verifier::verify(&key, b"anything", &careless).is_ok());
        let strict =
            Crypto.verify_signature(SignatureScheme::ED25519, b"anything", &neutral, &signature);
        assert_eq!(strict, Err(CryptoError::InvalidSignature));
    }
}
