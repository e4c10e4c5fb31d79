//! The passive clients of the MLS working group's vectors: somebody is added to a group by a Welcome and
//! follows it (`tests/vectors/mls/README.md`). They run through this device's cryptography and storage,
//! and the group is loaded from its rows again before every handshake. Only the judge is left out: the
//! groups of the vectors have no policy.
//!
//! The same code runs natively and, behind `device-wasm`'s feature `testing`, in a browser's engine.

use ed25519_dalek::SigningKey;
use hpke::kem::{Kem, X25519HkdfSha256};
use hpke::{Deserializable as _, Serializable as _};
use openmls::group::{
    MlsGroup, MlsGroupJoinConfig, PURE_PLAINTEXT_WIRE_FORMAT_POLICY, StagedWelcome,
};
use openmls::key_packages::{KeyPackage, KeyPackageBundle, KeyPackageIn};
use openmls::prelude::{MlsMessageBodyIn, MlsMessageIn, ProcessedMessageContent, RatchetTreeIn};
use openmls::schedule::PreSharedKeyId;
use openmls_traits::OpenMlsProvider as _;
use openmls_traits::storage::StorageProvider as _;
use openmls_traits::types::HpkePrivateKey;
use serde::{Deserialize, Serialize};
use tls_codec::{Deserialize as _, Serialize as _};

use crate::provider::Provider;
use crate::rows::{Draft, Rows};

/// What ran, so that nothing passes by running nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Followed {
    /// Welcomes that were joined.
    pub welcomes: usize,
    /// Proposals by reference.
    pub proposals: usize,
    /// Commits that were merged.
    pub commits: usize,
    /// Epoch authenticators that were compared.
    pub authenticators: usize,
}

/// Bytes written as hexadecimal digits.
struct Hex(Vec<u8>);

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let bytes = text.as_bytes().chunks(2).map(|pair| match pair {
            [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
            _ => None,
        });
        let bytes: Option<Vec<u8>> = bytes.collect();
        bytes
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("not hexadecimal"))
    }
}

#[derive(Deserialize)]
struct Scenario {
    cipher_suite: u16,
    external_psks: Vec<ExternalPsk>,
    key_package: Hex,
    signature_priv: Hex,
    encryption_priv: Hex,
    init_priv: Hex,
    welcome: Hex,
    ratchet_tree: Option<Hex>,
    initial_epoch_authenticator: Hex,
    epochs: Vec<Step>,
}

#[derive(Deserialize)]
struct ExternalPsk {
    psk_id: Hex,
    psk: Hex,
}

#[derive(Deserialize)]
struct Step {
    proposals: Vec<Hex>,
    commit: Hex,
    epoch_authenticator: Hex,
}

/// OpenMLS's own type has private fields and reads from exactly these. The key packages of the vectors
/// have expired, so they cannot be validated; whoever joins does not validate its own.
#[derive(Serialize)]
struct Bundle {
    key_package: KeyPackageIn,
    private_init_key: HpkePrivateKey,
    private_encryption_key: EncryptionPrivateKey,
}

#[derive(Serialize)]
struct EncryptionPrivateKey {
    key: HpkePrivateKey,
}

/// Follows every scenario of a file.
pub fn follow(json: &str) -> Result<Followed, String> {
    let scenarios: Vec<Scenario> = serde_json::from_str(json).map_err(said("the file"))?;
    let mut followed = Followed::default();
    for (at, scenario) in scenarios.iter().enumerate() {
        follow_one(scenario, &mut followed).map_err(|why| format!("scenario {at}: {why}"))?;
    }
    Ok(followed)
}

fn said<E: std::fmt::Display>(what: &str) -> impl Fn(E) -> String {
    move |error| format!("{what}: {error}")
}

fn message(bytes: &Hex) -> Result<MlsMessageIn, String> {
    MlsMessageIn::tls_deserialize_exact(&bytes.0).map_err(said("an MLS message"))
}

fn follow_one(scenario: &Scenario, followed: &mut Followed) -> Result<(), String> {
    if scenario.cipher_suite != 3 {
        return Err(format!("ciphersuite {}", scenario.cipher_suite));
    }
    let mut rows = Rows::new();
    let draft = Draft::new(&rows);
    store_secrets(scenario, &Provider::new(&draft))?;
    keep(draft.into_changes(), &mut rows);
    let draft = Draft::new(&rows);
    let group = join(scenario, &draft)?;
    followed.welcomes += 1;
    let id = group.group_id().clone();
    compare(&group, &scenario.initial_epoch_authenticator, followed)?;
    keep(draft.into_changes(), &mut rows);
    for epoch in &scenario.epochs {
        let draft = Draft::new(&rows);
        let provider = Provider::new(&draft);
        for (at, handshake) in epoch.proposals.iter().chain([&epoch.commit]).enumerate() {
            let mut group = MlsGroup::load(provider.storage(), &id)
                .map_err(said("loading"))?
                .ok_or("the group is not in its rows")?;
            apply(&mut group, &provider, handshake)
                .map_err(|why| format!("epoch {}, handshake {at}: {why}", group.epoch()))?;
        }
        followed.proposals += epoch.proposals.len();
        followed.commits += 1;
        let group = MlsGroup::load(provider.storage(), &id)
            .map_err(said("loading"))?
            .ok_or("the group is not in its rows")?;
        compare(&group, &epoch.epoch_authenticator, followed)?;
        keep(draft.into_changes(), &mut rows);
    }
    Ok(())
}

/// What the host does with a step's delta.
fn keep(changes: crate::rows::Changes, rows: &mut Rows) {
    for (key, value) in changes {
        match value {
            Some(value) => rows.insert(key, value),
            None => rows.remove(&key),
        };
    }
}

/// The pre-shared keys, and the key package with its private keys.
fn store_secrets(scenario: &Scenario, provider: &Provider<'_, '_>) -> Result<(), String> {
    for psk in &scenario.external_psks {
        PreSharedKeyId::external(psk.psk_id.0.clone(), Vec::new())
            .store(provider, &psk.psk.0)
            .map_err(said("a PSK"))?;
    }
    let MlsMessageBodyIn::KeyPackage(key_package) = message(&scenario.key_package)?.extract()
    else {
        return Err("the key package is something else".to_owned());
    };
    let bundle = Bundle {
        key_package,
        private_init_key: scenario.init_priv.0.clone().into(),
        private_encryption_key: EncryptionPrivateKey {
            key: scenario.encryption_priv.0.clone().into(),
        },
    };
    let bundle = minicbor_serde::to_vec(&bundle).map_err(said("the bundle"))?;
    let bundle: KeyPackageBundle =
        minicbor_serde::from_slice(&bundle).map_err(said("the bundle"))?;
    check_pairs(scenario, bundle.key_package())?;
    let reference = bundle
        .key_package()
        .hash_ref(provider.crypto())
        .map_err(said("its reference"))?;
    provider
        .storage()
        .write_key_package(&reference, &bundle)
        .map_err(said("the bundle"))
}

/// Each private key must belong to its public one.
fn check_pairs(scenario: &Scenario, package: &KeyPackage) -> Result<(), String> {
    let leaf = package.leaf_node();
    let encryption_key = leaf
        .encryption_key()
        .tls_serialize_detached()
        .map_err(said("the encryption key"))?;
    let signature_priv: [u8; 32] = scenario.signature_priv.0[..]
        .try_into()
        .map_err(said("the signature key"))?;
    let signature_key = SigningKey::from_bytes(&signature_priv).verifying_key();
    let belong = signature_key.as_bytes() == leaf.signature_key().as_slice()
        && encryption_key.strip_prefix(&[32]) == Some(&public_of(&scenario.encryption_priv)?)
        && public_of(&scenario.init_priv)? == package.hpke_init_key().as_slice();
    belong
        .then_some(())
        .ok_or_else(|| "a private key does not belong to its public one".to_owned())
}

fn public_of(private: &Hex) -> Result<Vec<u8>, String> {
    let key = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(&private.0)
        .map_err(said("a private key"))?;
    Ok(X25519HkdfSha256::sk_to_pk(&key).to_bytes().to_vec())
}

/// As a circle's, but with keys of earlier epochs kept for resumption: the vectors use them, circles have
/// no pre-shared keys.
fn config() -> MlsGroupJoinConfig {
    MlsGroupJoinConfig::builder()
        .wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
        .max_past_epochs(0)
        .use_ratchet_tree_extension(true)
        .number_of_resumption_psks(16)
        .build()
}

fn join(scenario: &Scenario, draft: &Draft<'_>) -> Result<MlsGroup, String> {
    let provider = Provider::new(draft);
    let MlsMessageBodyIn::Welcome(welcome) = message(&scenario.welcome)?.extract() else {
        return Err("the Welcome is something else".to_owned());
    };
    let mut staged = StagedWelcome::build_from_welcome(&provider, &config(), welcome)
        .map_err(said("the Welcome"))?
        .skip_lifetime_validation();
    if let Some(tree) = &scenario.ratchet_tree {
        let tree = RatchetTreeIn::tls_deserialize_exact(&tree.0).map_err(said("the tree"))?;
        staged = staged.with_ratchet_tree(tree);
    }
    staged
        .build()
        .map_err(said("the Welcome"))?
        .into_group(&provider)
        .map_err(said("the Welcome"))
}

fn apply(group: &mut MlsGroup, provider: &Provider<'_, '_>, handshake: &Hex) -> Result<(), String> {
    let handshake = message(handshake)?
        .try_into_protocol_message()
        .map_err(said("a handshake"))?;
    let processed = group
        .process_message(provider, handshake)
        .map_err(|error| format!("{error:?}"))?;
    match processed.into_content() {
        ProcessedMessageContent::ProposalMessage(proposal) => group
            .store_pending_proposal(provider.storage(), *proposal)
            .map_err(said("storing a proposal")),
        ProcessedMessageContent::StagedCommitMessage(staged) => group
            .merge_staged_commit(provider, *staged)
            .map_err(said("merging")),
        _ => Err("neither a proposal nor a commit".to_owned()),
    }
}

fn compare(group: &MlsGroup, expected: &Hex, followed: &mut Followed) -> Result<(), String> {
    if group.epoch_authenticator().as_slice() != expected.0 {
        return Err(format!("another authenticator in epoch {}", group.epoch()));
    }
    followed.authenticators += 1;
    Ok(())
}
