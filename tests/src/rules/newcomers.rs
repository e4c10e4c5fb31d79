//! Leaves that somebody brings into a group, and with which nobody can go on.

use std::sync::atomic::{AtomicUsize, Ordering};

use delivery::check_key_package;
use ed25519_dalek::Signer as _;
use openmls::prelude::*;
use openmls_rust_crypto::RustCrypto;
use protocol::{Bytes, Code, Refusal, Role};
use tls_codec::{SecretVLBytes, Serialize as _, VLBytes};

use super::party::{Followed, NOW, Party, bytes, commit, context, finish};

/// A signature of 64 bytes with its length.
const SIGNATURE_V_LEN: usize = 2 + 64;
/// A key of 32 bytes with its length.
const KEY_V_LEN: usize = 1 + 32;

fn vector(content: &[u8]) -> Vec<u8> {
    let vector = VLBytes::new(content.to_vec());
    vector.tls_serialize_detached().expect("writes")
}

/// `content || signature`, signed as MLS signs (RFC 9420, section 5.1.2).
fn signed(party: &Party, label: &str, content: Vec<u8>) -> Vec<u8> {
    let label = format!("MLS 1.0 {label}");
    let to_be_signed = [vector(label.as_bytes()), vector(&content)].concat();
    let signature = party.dsk.sign(&to_be_signed).to_bytes();
    [content, vector(&signature)].concat()
}

/// A key package of somebody's whose leaf has this encryption key: nobody asks whether they have its private half.
pub fn key_package_under(party: &Party, key: &[u8]) -> Bytes {
    let package = party.key_package();
    let leaf = package.leaf_node().tls_serialize_detached();
    let leaf = leaf.expect("writes");
    let message = bytes(&MlsMessageOut::from(package)).0;
    let from = (message.windows(leaf.len()))
        .position(|window| window == leaf)
        .expect("its leaf stands in it");
    // `opaque HPKEPublicKey<V>` opens a leaf, a signature ends it, and likewise the package (RFC 9420, sections 7.2
    // and 10); before that stand the version and the wire format of the message.
    let rest = &leaf[KEY_V_LEN..leaf.len() - SIGNATURE_V_LEN];
    let content = [vector(key).as_slice(), rest].concat();
    let bent = signed(party, "LeafNodeTBS", content);
    let behind = &message[from + leaf.len()..message.len() - SIGNATURE_V_LEN];
    let content = [&message[4..from], &bent, behind].concat();
    let package = signed(party, "KeyPackageTBS", content);
    [&message[..4], &package].concat().into()
}

fn checked(party: &Party, key_package: &[u8]) -> Option<(Code, String)> {
    let refused = check_key_package(key_package, &party.holder(), NOW).err();
    refused.map(|refused| (refused.code, refused.detail))
}

fn unusable() -> (Code, String) {
    (Code::KeyPackageInvalid, "leaf_unusable".to_owned())
}

#[test]
fn a_key_package_to_whose_leaf_nobody_can_encrypt_is_not_kept() {
    let ana = Party::new(4, Role::Caregiver);
    let mut base = [0; 32];
    base[0] = 9;
    assert_eq!(checked(&ana, &key_package_under(&ana, &base)), None);
    for key in [&[0; 32][..], &[9; 31], &[9; 33], &[]] {
        let key_package = key_package_under(&ana, key);
        assert_eq!(checked(&ana, &key_package), Some(unusable()), "{key:?}");
    }
}

#[test]
fn a_key_package_that_cannot_be_in_a_circle_is_not_kept() {
    let ana = Party::new(4, Role::Caregiver);
    let capabilities = Capabilities::new(None, None, None, None, None);
    let package = KeyPackage::builder()
        .leaf_node_capabilities(capabilities)
        .build(judge::context::SUITE, &ana.provider, &ana, ana.credential())
        .expect("builds");
    let message = bytes(&MlsMessageOut::from(package.into_key_package()));
    assert_eq!(checked(&ana, &message), Some(unusable()));
}

/// Honest but for one of the key pairs that it derives, of which the public half is zero.
struct Bent {
    honest: RustCrypto,
    until: AtomicUsize,
}

impl Bent {
    fn at(place: usize) -> Self {
        Self {
            honest: RustCrypto::default(),
            until: AtomicUsize::new(place),
        }
    }
}

type R<T> = Result<T, CryptoError>;

impl OpenMlsCrypto for Bent {
    fn supports(&self, ciphersuite: Ciphersuite) -> R<()> {
        self.honest.supports(ciphersuite)
    }

    fn supported_ciphersuites(&self) -> Vec<Ciphersuite> {
        self.honest.supported_ciphersuites()
    }

    fn hkdf_extract(&self, hash: HashType, salt: &[u8], ikm: &[u8]) -> R<SecretVLBytes> {
        self.honest.hkdf_extract(hash, salt, ikm)
    }

    fn hmac(&self, hash: HashType, key: &[u8], message: &[u8]) -> R<SecretVLBytes> {
        self.honest.hmac(hash, key, message)
    }

    fn hkdf_expand(&self, hash: HashType, prk: &[u8], info: &[u8], len: usize) -> R<SecretVLBytes> {
        self.honest.hkdf_expand(hash, prk, info, len)
    }

    fn hash(&self, hash: HashType, data: &[u8]) -> R<Vec<u8>> {
        self.honest.hash(hash, data)
    }

    fn aead_encrypt(
        &self,
        alg: AeadType,
        key: &[u8],
        data: &[u8],
        nonce: &[u8],
        aad: &[u8],
    ) -> R<Vec<u8>> {
        self.honest.aead_encrypt(alg, key, data, nonce, aad)
    }

    fn aead_decrypt(
        &self,
        alg: AeadType,
        key: &[u8],
        sealed: &[u8],
        nonce: &[u8],
        aad: &[u8],
    ) -> R<Vec<u8>> {
        self.honest.aead_decrypt(alg, key, sealed, nonce, aad)
    }

    fn signature_key_gen(&self, alg: SignatureScheme) -> R<(Vec<u8>, Vec<u8>)> {
        self.honest.signature_key_gen(alg)
    }

    fn verify_signature(
        &self,
        alg: SignatureScheme,
        data: &[u8],
        key: &[u8],
        signature: &[u8],
    ) -> R<()> {
        self.honest.verify_signature(alg, data, key, signature)
    }

    fn sign(&self, alg: SignatureScheme, data: &[u8], key: &[u8]) -> R<Vec<u8>> {
        self.honest.sign(alg, data, key)
    }

    fn hpke_seal(
        &self,
        config: HpkeConfig,
        key: &[u8],
        info: &[u8],
        aad: &[u8],
        content: &[u8],
    ) -> R<HpkeCiphertext> {
        self.honest.hpke_seal(config, key, info, aad, content)
    }

    fn hpke_open(
        &self,
        config: HpkeConfig,
        sealed: &HpkeCiphertext,
        key: &[u8],
        info: &[u8],
        aad: &[u8],
    ) -> R<Vec<u8>> {
        self.honest.hpke_open(config, sealed, key, info, aad)
    }

    fn hpke_setup_sender_and_export(
        &self,
        config: HpkeConfig,
        key: &[u8],
        info: &[u8],
        context: &[u8],
        length: usize,
    ) -> R<(KemOutput, ExporterSecret)> {
        (self.honest).hpke_setup_sender_and_export(config, key, info, context, length)
    }

    fn hpke_setup_receiver_and_export(
        &self,
        config: HpkeConfig,
        enc: &[u8],
        key: &[u8],
        info: &[u8],
        context: &[u8],
        length: usize,
    ) -> R<ExporterSecret> {
        (self.honest).hpke_setup_receiver_and_export(config, enc, key, info, context, length)
    }

    fn derive_hpke_keypair(&self, config: HpkeConfig, ikm: &[u8]) -> R<HpkeKeyPair> {
        let mut pair = self.honest.derive_hpke_keypair(config, ikm)?;
        let until = self.until.load(Ordering::Relaxed);
        if until == 1 {
            pair.public = vec![0; 32];
        }
        self.until.store(until.saturating_sub(1), Ordering::Relaxed);
        Ok(pair)
    }
}

/// What the delivery service says to a commit of a client's that renews her leaf.
fn renewed_by(crypto: &Bent) -> Result<(), Refusal> {
    let dana = Party::new(2, Role::CaseManager);
    let maria = Party::new(3, Role::Client);
    let (mut circle, mut danas) = Followed::new(&dana);
    let package = circle.claim(&maria);
    let both = context(&circle.agency, &[&dana, &maria]);
    let mut bundle = commit(&dana, &mut danas, vec![package], Some(&both));
    finish(&dana, &mut danas, &mut bundle);
    circle.offer(&dana, &bundle).expect("an honest commit");
    let mut group = maria.join(bundle.welcome.as_ref().expect("a Welcome"));
    let staged = (group.commit_builder())
        .force_self_update(true)
        .load_psks(maria.provider.storage())
        .expect("loads")
        .build(maria.provider.rand(), crypto, &maria, |_| true)
        .expect("builds")
        .stage_commit(&maria.provider)
        .expect("stages");
    let (made, _, info) = staged.into_messages();
    bundle.commit = bytes(&made);
    bundle.group_info = bytes(&info.expect("it comes with the tree"));
    bundle.welcome = None;
    finish(&maria, &mut group, &mut bundle);
    circle.offer(&maria, &bundle)
}

#[test]
fn nobody_brings_a_key_to_which_nobody_can_encrypt() {
    // An inner node's, the leaf's, and the one by which others would come in.
    let refused: Vec<_> = (1..=3)
        .map(|place| renewed_by(&Bent::at(place)).map_err(|refused| refused.code))
        .collect();
    for code in [Code::Judged, Code::CommitInvalid, Code::GroupInfoMismatch] {
        assert!(refused.contains(&Err(code)), "{refused:?}");
    }
    renewed_by(&Bent::at(0)).expect("honest");
}
