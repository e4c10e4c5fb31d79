//! A witness of a circle's group: AWS's mls-rs, another implementation of RFC 9420, follows the group by
//! its public half, from the same bytes that the server and the devices get.
//!
//! ```no_run
//! # use carecircle_tests::foreign::mls_rs::{View, Witness};
//! # fn told(group_info: &[u8], commit: &[u8], public_state: &[u8], id: protocol::GroupId) -> anyhow::Result<()> {
//! let mut witness = Witness::start(group_info)?; // of any epoch
//! witness.apply(commit)?; // every handshake of the log, in order; messages are passed over
//! View::of_public_state(public_state, id)?.must_equal(&witness.view()?)?;
//! # Ok(())
//! # }
//! ```
//!
//! It is synchronous and does no I/O. It verifies every signature, tree hash, parent hash and lifetime rule
//! that needs no secret, and refuses what breaks one: a refusal by the witness is a difference, too. What it
//! cannot check, as nobody outside a group can: confirmation tags, membership tags, path secrets.
//!
//! It knows of our groups only what RFC 9420 wants an application to say: that the extension 0xF0C1
//! exists, and that a device's certificate names the device. In the judge it takes no part.

use std::fmt;

use anyhow::{Context as _, Result, bail, ensure};
use delivery::PublicState;
use mls_rs::error::{IntoAnyError, MlsError};
use mls_rs::external_client::builder::MlsConfig;
use mls_rs::external_client::{ExternalClient, ExternalGroup, ExternalReceivedMessage};
use mls_rs::identity::{CredentialType, SigningIdentity};
use mls_rs::mls_rs_codec::MlsEncode as _;
use mls_rs::time::MlsTime;
use mls_rs::{ExtensionList, IdentityProvider, MlsMessage};
use mls_rs_core::identity::MemberValidationContext;
use mls_rs_crypto_rustcrypto::RustCryptoProvider;
use openmls::prelude::{MlsMessageBodyIn, MlsMessageIn};
use protocol::GroupId;
use protocol::certificate::{DeviceCert, Signed};
use tls_codec::{Deserialize as _, Serialize as _};

/// The extension in which a circle's policy stands.
const CIRCLE_POLICY: u16 = 0xF0C1;
const BASIC: u16 = 1;

/// Follows one group.
pub struct Witness {
    group: Box<dyn Follow + Send>,
}

/// What an entry of the log was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// A proposal, kept until a commit refers to it.
    Proposal,
    /// A commit: the epoch has moved.
    Commit,
    /// An encrypted message, which a witness cannot open.
    Message,
}

/// What two implementations must agree on in an epoch, each part as its own encoding of RFC 9420.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The epoch.
    pub epoch: u64,
    /// The hash of the ratchet tree.
    pub tree_hash: Vec<u8>,
    /// `GroupContext`: suite, group id, epoch, tree hash, transcript hash, extensions.
    pub context: Vec<u8>,
    /// `optional<Node> ratchet_tree<V>`.
    pub tree: Vec<u8>,
    /// Leaf indices with their credentials' identities: device certificates.
    pub roster: Vec<(u32, Vec<u8>)>,
}

impl Witness {
    /// From an `MLSMessage(GroupInfo)` with its ratchet tree, of any epoch.
    pub fn start(group_info: &[u8]) -> Result<Self> {
        let message = MlsMessage::from_bytes(group_info).context("not an MLSMessage")?;
        let group = ExternalClient::builder()
            .identity_provider(Devices)
            .crypto_provider(RustCryptoProvider::new())
            .extension_type(CIRCLE_POLICY.into())
            .build()
            .observe_group(message, None, None)
            .context("mls-rs refuses the GroupInfo")?;
        Ok(Self {
            group: Box::new(group),
        })
    }

    /// The next entry of the log: its column `mls`.
    pub fn apply(&mut self, mls: &[u8]) -> Result<Heard> {
        let message = MlsMessage::from_bytes(mls).context("not an MLSMessage")?;
        match self.group.process(message) {
            Ok(ExternalReceivedMessage::Commit(_)) => Ok(Heard::Commit),
            Ok(ExternalReceivedMessage::Proposal(_)) => Ok(Heard::Proposal),
            Ok(ExternalReceivedMessage::Ciphertext(_)) => Ok(Heard::Message),
            Ok(other) => bail!("no such thing belongs into a log: {other:?}"),
            Err(error) => Err(error).context("mls-rs refuses a handshake"),
        }
    }

    /// The epoch that holds.
    pub fn epoch(&self) -> u64 {
        self.group.epoch()
    }

    /// The hash of the tree that holds.
    pub fn tree_hash(&self) -> Vec<u8> {
        self.group.tree_hash()
    }

    /// What holds, to compare.
    pub fn view(&self) -> Result<View> {
        self.group.view()
    }
}

impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Witness(epoch {})", self.epoch())
    }
}

impl View {
    /// As the server's delivery service keeps the group (`circle_group.public_state`).
    pub fn of_public_state(bytes: &[u8], id: GroupId) -> Result<Self> {
        let group = PublicState::read(bytes)?.load(id)?;
        let context = group.group_context();
        Ok(Self {
            epoch: context.epoch().as_u64(),
            tree_hash: context.tree_hash().to_vec(),
            context: context.tls_serialize_detached()?,
            tree: group.export_ratchet_tree().tls_serialize_detached()?,
            roster: group
                .members()
                .map(|member| {
                    let identity = member.credential.serialized_content().to_vec();
                    (member.index.u32(), identity)
                })
                .collect(),
        })
    }

    /// Compares a GroupInfo that the server hands out with this view: context and tree.
    pub fn must_be_of_group_info(&self, group_info: &[u8]) -> Result<()> {
        let message = MlsMessageIn::tls_deserialize_exact(group_info)?;
        let MlsMessageBodyIn::GroupInfo(info) = message.extract() else {
            bail!("not a GroupInfo");
        };
        let tree = info.extensions().ratchet_tree().context("without a tree")?;
        let tree = tree.ratchet_tree().tls_serialize_detached()?;
        let context = info.group_context().tls_serialize_detached()?;
        ensure!(context == self.context, "the GroupInfo has another context");
        ensure!(tree == self.tree, "the GroupInfo has another tree");
        Ok(())
    }

    /// An error that names what differs first.
    pub fn must_equal(&self, other: &Self) -> Result<()> {
        let (ours, theirs) = (self.epoch, other.epoch);
        ensure!(ours == theirs, "epoch {ours} here, {theirs} there");
        ensure!(
            self.roster == other.roster,
            "epoch {ours}: the rosters differ"
        );
        ensure!(self.tree == other.tree, "epoch {ours}: the trees differ");
        let same = self.tree_hash == other.tree_hash;
        ensure!(same, "epoch {ours}: the tree hashes differ");
        ensure!(
            self.context == other.context,
            "epoch {ours}: the contexts differ"
        );
        Ok(())
    }
}

/// A group of mls-rs, whose type names its whole configuration.
trait Follow {
    fn process(&mut self, message: MlsMessage) -> Result<ExternalReceivedMessage, MlsError>;
    fn epoch(&self) -> u64;
    fn tree_hash(&self) -> Vec<u8>;
    fn view(&self) -> Result<View>;
}

impl<C: MlsConfig + Clone> Follow for ExternalGroup<C> {
    fn process(&mut self, message: MlsMessage) -> Result<ExternalReceivedMessage, MlsError> {
        self.process_incoming_message(message)
    }

    fn epoch(&self) -> u64 {
        self.group_context().epoch
    }

    fn tree_hash(&self) -> Vec<u8> {
        ExternalGroup::tree_hash(self).to_vec()
    }

    fn view(&self) -> Result<View> {
        let members = self.roster().members();
        let roster = members.iter().map(|member| {
            let basic = member.signing_identity.credential.as_basic();
            Ok((member.index, basic.context("not basic")?.identifier.clone()))
        });
        Ok(View {
            epoch: self.group_context().epoch,
            tree_hash: ExternalGroup::tree_hash(self).to_vec(),
            context: self.group_context().mls_encode_to_vec()?,
            tree: self.export_tree()?,
            roster: roster.collect::<Result<_>>()?,
        })
    }
}

/// Who a leaf is: the device that its certificate names, so that mls-rs refuses two leaves of one device.
#[derive(Debug, Clone)]
struct Devices;

#[derive(Debug, thiserror::Error)]
#[error("a credential that is no device certificate")]
struct NoDevice;

impl IntoAnyError for NoDevice {
    fn into_dyn_error(self) -> Result<Box<dyn std::error::Error + Send + Sync>, Self> {
        Ok(Box::new(self))
    }
}

fn device_of(identity: &SigningIdentity) -> Result<Vec<u8>, NoDevice> {
    let basic = identity.credential.as_basic().ok_or(NoDevice)?;
    let signed: Signed = minicbor::decode(&basic.identifier).map_err(|_| NoDevice)?;
    let cert: DeviceCert = minicbor::decode(&signed.content).map_err(|_| NoDevice)?;
    Ok(cert.device.as_bytes().to_vec())
}

impl IdentityProvider for Devices {
    type Error = NoDevice;

    fn validate_member(
        &self,
        identity: &SigningIdentity,
        _: Option<MlsTime>,
        _: MemberValidationContext<'_>,
    ) -> Result<(), NoDevice> {
        device_of(identity).map(drop)
    }

    /// Removal keys have basic credentials that name no device.
    fn validate_external_sender(
        &self,
        identity: &SigningIdentity,
        _: Option<MlsTime>,
        _: Option<&ExtensionList>,
    ) -> Result<(), NoDevice> {
        identity.credential.as_basic().map(drop).ok_or(NoDevice)
    }

    fn identity(&self, identity: &SigningIdentity, _: &ExtensionList) -> Result<Vec<u8>, NoDevice> {
        device_of(identity)
    }

    fn valid_successor(
        &self,
        predecessor: &SigningIdentity,
        successor: &SigningIdentity,
        _: &ExtensionList,
    ) -> Result<bool, NoDevice> {
        Ok(device_of(predecessor)? == device_of(successor)?)
    }

    fn supported_types(&self) -> Vec<CredentialType> {
        vec![BASIC.into()]
    }
}
