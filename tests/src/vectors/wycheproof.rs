//! Wycheproof against the functions that a device hands to OpenMLS (`device::testing::Crypto`) and
//! against `XChaCha20-Poly1305` as rows and wraps use it. Source and licence:
//! `tests/vectors/wycheproof/README.md`.
//!
//! Every test counts what ran by what it led to, so that none can pass by running nothing.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use device::testing::{Crypto, public_key};
use openmls_traits::crypto::OpenMlsCrypto as _;
use openmls_traits::types::{
    AeadType, CryptoError, HashType, HpkeAeadType, HpkeConfig, HpkeKdfType, HpkeKemType,
    SignatureScheme,
};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Error};

const SHA256: HashType = HashType::Sha2_256;

/// What the file expects. `Acceptable`: either answer is within the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Valid,
    Acceptable,
    Invalid,
}

/// How many tests led to what.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counted {
    accepted: usize,
    refused: usize,
}

impl Counted {
    fn add(&mut self, accepted: bool) {
        if accepted {
            self.accepted += 1;
        } else {
            self.refused += 1;
        }
    }
}

struct Hex(Vec<u8>);

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = (0..text.len()).step_by(2).map(|at| {
            let pair = text.get(at..at + 2);
            pair.and_then(|pair| u8::from_str_radix(pair, 16).ok())
        });
        let bytes: Option<Vec<u8>> = bytes.collect();
        bytes
            .map(Self)
            .ok_or_else(|| D::Error::custom("not hexadecimal"))
    }
}

impl Hex {
    fn array<const N: usize>(&self) -> [u8; N] {
        self.0[..].try_into().unwrap()
    }
}

fn read<T: DeserializeOwned>(json: &str) -> Vec<T> {
    serde_json::from_str(json).unwrap()
}

#[derive(Deserialize)]
struct Sealing {
    id: u32,
    result: Verdict,
    key: Hex,
    iv: Hex,
    aad: Hex,
    msg: Hex,
    ct: Hex,
    tag: Hex,
}

type Cipher = fn(&Sealing, &[u8]) -> Result<Vec<u8>, CryptoError>;

/// A valid test seals to its bytes and opens again; an invalid one does not open.
fn run_cipher(json: &str, seal: Cipher, open: Cipher) -> Counted {
    let mut counted = Counted::default();
    for test in read::<Sealing>(json) {
        let id = test.id;
        let sealed = [test.ct.0.as_slice(), &test.tag.0].concat();
        let opened = open(&test, &sealed);
        counted.add(opened.is_ok());
        match test.result {
            Verdict::Valid => {
                assert_eq!(opened.unwrap(), test.msg.0, "test {id}");
                assert_eq!(seal(&test, &test.msg.0).unwrap(), sealed, "test {id}");
            }
            Verdict::Invalid => assert!(opened.is_err(), "test {id} opens"),
            Verdict::Acceptable => panic!("test {id}: no seal is a matter of taste"),
        }
    }
    counted
}

#[test]
fn chacha20_poly1305() {
    const ALG: AeadType = AeadType::ChaCha20Poly1305;
    let counted = run_cipher(
        include_str!("../../vectors/wycheproof/chacha20_poly1305.json"),
        |test, msg| Crypto.aead_encrypt(ALG, &test.key.0, msg, &test.iv.0, &test.aad.0),
        |test, ct| Crypto.aead_decrypt(ALG, &test.key.0, ct, &test.iv.0, &test.aad.0),
    );
    let expected = Counted {
        accepted: 256,
        refused: 69,
    };
    assert_eq!(counted, expected);
}

/// A row's or a wrap's nonce is cut off as exactly 24 bytes before the cipher sees it.
fn xchacha(test: &Sealing) -> Result<(XChaCha20Poly1305, XNonce), CryptoError> {
    let nonce: [u8; 24] = test.iv.0[..]
        .try_into()
        .map_err(|_| CryptoError::InvalidLength)?;
    let cipher = XChaCha20Poly1305::new(&test.key.array::<32>().into());
    Ok((cipher, XNonce::from(nonce)))
}

#[test]
fn xchacha20_poly1305() {
    let counted = run_cipher(
        include_str!("../../vectors/wycheproof/xchacha20_poly1305.json"),
        |test, msg| {
            let (cipher, nonce) = xchacha(test)?;
            let aad = test.aad.0.as_slice();
            cipher
                .encrypt(&nonce, Payload { msg, aad })
                .map_err(|_| CryptoError::TooMuchData)
        },
        |test, msg| {
            let (cipher, nonce) = xchacha(test)?;
            let aad = test.aad.0.as_slice();
            cipher
                .decrypt(&nonce, Payload { msg, aad })
                .map_err(|_| CryptoError::AeadDecryptionError)
        },
    );
    let expected = Counted {
        accepted: 246,
        refused: 69,
    };
    assert_eq!(counted, expected);
}

#[derive(Deserialize)]
struct Agreement {
    id: u32,
    result: Verdict,
    flags: Vec<String>,
    public: Hex,
    private: Hex,
    shared: Hex,
}

fn hpke() -> HpkeConfig {
    HpkeConfig(
        HpkeKemType::DhKem25519,
        HpkeKdfType::HkdfSha256,
        HpkeAeadType::ChaCha20Poly1305,
    )
}

fn labeled_extract(salt: &[u8], suite: &[u8], label: &[u8], ikm: &[u8]) -> Vec<u8> {
    let ikm = [b"HPKE-v1", suite, label, ikm].concat();
    Crypto
        .hkdf_extract(SHA256, salt, &ikm)
        .unwrap()
        .as_slice()
        .to_vec()
}

fn labeled_expand(prk: &[u8], suite: &[u8], label: &[u8], info: &[u8]) -> Vec<u8> {
    let info = [&[0, 32], b"HPKE-v1".as_slice(), suite, label, info].concat();
    Crypto
        .hkdf_expand(SHA256, prk, &info, 32)
        .unwrap()
        .as_slice()
        .to_vec()
}

/// The first secret that HPKE exports once both sides share `dh` (RFC 9180, sections 4.1, 5.1, 5.3),
/// written down here a second time.
fn exported_after(dh: &[u8], enc: &[u8], public: &[u8]) -> Vec<u8> {
    let kem = b"KEM\x00\x20";
    let suite = b"HPKE\x00\x20\x00\x01\x00\x03";
    let prk = labeled_extract(b"", kem, b"eae_prk", dh);
    let shared = labeled_expand(&prk, kem, b"shared_secret", &[enc, public].concat());
    let psk_id = labeled_extract(b"", suite, b"psk_id_hash", b"");
    let info = labeled_extract(b"", suite, b"info_hash", b"");
    let context = [&[0], psk_id.as_slice(), &info].concat();
    let secret = labeled_extract(&shared, suite, b"secret", b"");
    let exporter = labeled_expand(&secret, suite, b"exp", &context);
    labeled_expand(&exporter, suite, b"sec", b"")
}

/// X25519 is used inside HPKE only, so it is tested there: whoever received `public` exports what
/// follows from `shared`. Acceptable are unusual points, which RFC 7748 wants computed with, and the
/// 31 that lead to a shared secret of zeros, which RFC 9180 (section 7.1.4) wants refused.
#[test]
fn x25519() {
    let mut counted = Counted::default();
    for test in read::<Agreement>(include_str!("../../vectors/wycheproof/x25519.json")) {
        let id = test.id;
        let exported = Crypto.hpke_setup_receiver_and_export(
            hpke(),
            &test.public.0,
            &test.private.0,
            b"",
            b"",
            32,
        );
        counted.add(exported.is_ok());
        let zeros = test.flags.iter().any(|flag| flag == "ZeroSharedSecret");
        if test.result == Verdict::Acceptable && zeros {
            assert_eq!(test.shared.0, [0; 32], "test {id}");
            assert_eq!(
                exported.err(),
                Some(CryptoError::ReceiverSetupError),
                "test {id}"
            );
            continue;
        }
        assert_ne!(test.result, Verdict::Invalid, "test {id}");
        let public = public_key(&test.private.array());
        let expected = exported_after(&test.shared.0, &test.public.0, &public);
        assert_eq!(*exported.unwrap(), *expected, "test {id}");
    }
    let expected = Counted {
        accepted: 487,
        refused: 31,
    };
    assert_eq!(counted, expected);
}

#[derive(Deserialize)]
struct Signing {
    id: u32,
    result: Verdict,
    pk: Hex,
    msg: Hex,
    sig: Hex,
}

#[test]
fn ed25519() {
    let mut counted = Counted::default();
    for test in read::<Signing>(include_str!("../../vectors/wycheproof/ed25519.json")) {
        let verified = Crypto.verify_signature(
            SignatureScheme::ED25519,
            &test.msg.0,
            &test.pk.0,
            &test.sig.0,
        );
        counted.add(verified.is_ok());
        let expected = test.result == Verdict::Valid;
        assert_ne!(test.result, Verdict::Acceptable, "test {}", test.id);
        assert_eq!(verified.is_ok(), expected, "test {}", test.id);
    }
    let expected = Counted {
        accepted: 88,
        refused: 63,
    };
    assert_eq!(counted, expected);
}

#[derive(Deserialize)]
struct Derivation {
    id: u32,
    result: Verdict,
    ikm: Hex,
    salt: Hex,
    info: Hex,
    size: usize,
    okm: Hex,
}

#[test]
fn hkdf_sha256() {
    let mut counted = Counted::default();
    for test in read::<Derivation>(include_str!("../../vectors/wycheproof/hkdf_sha256.json")) {
        let id = test.id;
        let prk = Crypto
            .hkdf_extract(SHA256, &test.salt.0, &test.ikm.0)
            .unwrap();
        let okm = Crypto.hkdf_expand(SHA256, prk.as_slice(), &test.info.0, test.size);
        counted.add(okm.is_ok());
        match test.result {
            Verdict::Valid => assert_eq!(okm.unwrap().as_slice(), test.okm.0, "test {id}"),
            // More than 255 blocks.
            Verdict::Invalid => {
                assert_eq!(
                    okm.err(),
                    Some(CryptoError::HkdfOutputLengthInvalid),
                    "test {id}"
                );
            }
            Verdict::Acceptable => panic!("test {id}: no derivation is a matter of taste"),
        }
    }
    let expected = Counted {
        accepted: 83,
        refused: 3,
    };
    assert_eq!(counted, expected);
}
