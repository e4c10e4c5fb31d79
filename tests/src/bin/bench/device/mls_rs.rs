//! The same by AWS's mls-rs: one who commits, one who hears, and others who are only in the tree.

use anyhow::{Context as _, Result, bail};
use mls_rs::client_builder::MlsConfig;
use mls_rs::group::ReceivedMessage;
use mls_rs::identity::SigningIdentity;
use mls_rs::identity::basic::{BasicCredential, BasicIdentityProvider};
use mls_rs::mls_rules::{CommitOptions, DefaultMlsRules};
use mls_rs::{
    CipherSuite, CipherSuiteProvider as _, Client, CryptoProvider as _, Group, MlsMessage,
};
use mls_rs_crypto_rustcrypto::RustCryptoProvider;

use super::{MESSAGES, TEXT_BYTES, Took};

const BY: &str = "mls-rs";
/// `MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519`, as ours.
const SUITE: CipherSuite = CipherSuite::CURVE25519_CHACHA;
/// Commits and joinings that are measured.
const COMMITS: usize = 20;

fn client(name: usize) -> Result<Client<impl MlsConfig>> {
    let crypto = RustCryptoProvider::new();
    let suite = crypto.cipher_suite_provider(SUITE).context("suite 3")?;
    let (secret, public) = suite.signature_key_generate()?;
    let credential = BasicCredential::new(name.to_be_bytes().to_vec());
    let options = CommitOptions::new()
        .with_path_required(true)
        .with_ratchet_tree_extension(true);
    Ok(Client::builder()
        .identity_provider(BasicIdentityProvider)
        .crypto_provider(crypto)
        .mls_rules(DefaultMlsRules::new().with_commit_options(options))
        .signing_identity(
            SigningIdentity::new(credential.into_credential(), public),
            secret,
            SUITE,
        )
        .build())
}

fn key_package(client: &Client<impl MlsConfig>) -> Result<MlsMessage> {
    let none = mls_rs::ExtensionList::default;
    Ok(client.generate_key_package_message(none(), none(), None)?)
}

/// Groups of so many.
pub fn run(members: usize) -> Result<()> {
    let none = mls_rs::ExtensionList::default;
    let mut group = client(0)?.create_group(none(), none(), None)?;
    for number in 1..members - 1 {
        let package = key_package(&client(number)?)?;
        group.commit_builder().add_member(package)?.build()?;
        group.apply_pending_commit()?;
    }
    let last = client(members)?;
    let package = key_package(&last)?.to_bytes()?;
    let mut commit = Took::new(BY, "commit", members)?;
    let mut welcome = Vec::new();
    for _ in 0..COMMITS {
        group.clear_pending_commit();
        let made = commit.time(|| {
            let package = MlsMessage::from_bytes(&package)?;
            let made = group.commit_builder().add_member(package)?.build()?;
            let welcome = made.welcome_messages.first().context("a Welcome")?;
            let _commit = made.commit_message.to_bytes()?;
            anyhow::Ok(welcome.to_bytes()?)
        });
        welcome = made?;
    }
    group.apply_pending_commit()?;
    let mut join = Took::new(BY, "join", members)?;
    let mut hears = None;
    for _ in 0..COMMITS {
        let joined = join.time(|| {
            let welcome = MlsMessage::from_bytes(&welcome)?;
            anyhow::Ok(last.join_group(None, &welcome, None)?.0)
        });
        hears = Some(joined?);
    }
    talk(&mut group, &mut hears.context("joined")?, members)?;
    commit.print()?;
    join.print()?;
    let mut update = Took::new(BY, "update", members)?;
    for _ in 0..COMMITS {
        group.clear_pending_commit();
        update.time(|| {
            let made = group.commit_builder().build()?;
            anyhow::Ok(made.commit_message.to_bytes()?)
        })?;
    }
    update.print()
}

/// One speaks, one hears.
fn talk<C: MlsConfig>(speaks: &mut Group<C>, hears: &mut Group<C>, members: usize) -> Result<()> {
    let mut encrypt = Took::new(BY, "encrypt_1k", members)?;
    let mut decrypt = Took::new(BY, "decrypt_1k", members)?;
    for _ in 0..MESSAGES {
        let text = vec![b'x'; TEXT_BYTES];
        let sent = encrypt.time(|| {
            let message = speaks.encrypt_application_message(&text, Vec::new())?;
            anyhow::Ok(message.to_bytes()?)
        })?;
        let opened = decrypt.time(|| {
            let message = MlsMessage::from_bytes(&sent)?;
            anyhow::Ok(hears.process_incoming_message(message)?)
        })?;
        let ReceivedMessage::ApplicationMessage(read) = opened else {
            bail!("not what was sent")
        };
        anyhow::ensure!(read.data() == text, "not what was sent");
    }
    encrypt.print()?;
    decrypt.print()
}
