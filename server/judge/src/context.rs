//! The GroupContext of every circle, complete from the first: RequiredCapabilities, the removal keys
//! as `external_senders`, and `CirclePolicy` (0xF0C1). A GroupContextExtensions proposal replaces the
//! whole list (RFC 9420, section 12.1.7), so all three are always written together.

use openmls::credentials::{BasicCredential, CredentialType};
use openmls::extensions::{
    Extension, ExtensionType, Extensions, ExternalSender, RequiredCapabilitiesExtension,
    UnknownExtension,
};
use openmls::group::GroupContext;
use openmls::prelude::Capabilities;
use openmls::prelude::{Ciphersuite, ProtocolVersion};
use protocol::policy::{CirclePolicy, EXTENSION_TYPE};
use protocol::{Bytes, GroupId, limits};
use tls_codec::{Deserialize as _, Serialize as _, VLBytes};

use crate::certificate::{check_removal_key, read_certificate};
use crate::{Facts, Violation};

/// The one ciphersuite: 0x0003.
pub const SUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519;

/// What a circle's GroupContext says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Who belongs.
    pub policy: CirclePolicy,
    /// The agency's removal keys, as encoded [`protocol::certificate::Signed`].
    pub removal_keys: Vec<Bytes>,
}

/// What every leaf must support.
pub fn capabilities() -> Capabilities {
    Capabilities::new(
        Some(&[ProtocolVersion::Mls10]),
        Some(&[SUITE]),
        // A key package of last resort says so in an extension that its leaf must support.
        Some(&[
            ExtensionType::Unknown(EXTENSION_TYPE),
            ExtensionType::LastResort,
        ]),
        None,
        Some(&[CredentialType::Basic]),
    )
}

/// Whether whoever says this of a leaf can be in a circle's group.
pub fn suffices(theirs: &Capabilities) -> bool {
    theirs.versions().contains(&ProtocolVersion::Mls10)
        && theirs.ciphersuites().contains(&SUITE.into())
        && theirs
            .extensions()
            .contains(&ExtensionType::Unknown(EXTENSION_TYPE))
        && theirs.credentials().contains(&CredentialType::Basic)
}

fn required_capabilities() -> RequiredCapabilitiesExtension {
    RequiredCapabilitiesExtension::new(
        &[ExtensionType::Unknown(EXTENSION_TYPE)],
        &[],
        &[CredentialType::Basic],
    )
}

impl Context {
    /// The extensions to put into the GroupContext. Fails only if a removal key does not read.
    pub fn to_extensions(&self) -> Result<Extensions<GroupContext>, Violation> {
        let senders = self
            .removal_keys
            .iter()
            .map(external_sender)
            .collect::<Result<_, _>>()?;
        let policy = protocol::frame::to_vec(&self.policy);
        Extensions::from_vec(vec![
            Extension::RequiredCapabilities(required_capabilities()),
            Extension::ExternalSenders(senders),
            Extension::Unknown(EXTENSION_TYPE, UnknownExtension(policy)),
        ])
        .map_err(|_| Violation::PolicyMalformed)
    }

    /// Reads and checks the extensions of the group `group`.
    pub fn read(
        extensions: &Extensions<GroupContext>,
        group: GroupId,
        facts: &Facts<'_>,
    ) -> Result<Self, Violation> {
        let policy = read_policy(extensions, group)?;
        let senders = extensions
            .external_senders()
            .ok_or(Violation::ExternalSenderUnsigned)?;
        if senders.is_empty() {
            return Err(Violation::ExternalSenderUnsigned);
        }
        let removal_keys = senders
            .iter()
            .map(|sender| read_sender(sender, facts))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            policy,
            removal_keys,
        })
    }
}

/// The policy alone, of a group that was judged before: the agency may have another key since.
pub fn read_policy(
    extensions: &Extensions<GroupContext>,
    group: GroupId,
) -> Result<CirclePolicy, Violation> {
    if extensions.required_capabilities() != Some(&required_capabilities())
        || extensions.iter().count() != 3
    {
        return Err(Violation::RequiredCapabilities);
    }
    let UnknownExtension(bytes) = extensions
        .unknown(EXTENSION_TYPE)
        .ok_or(Violation::PolicyMalformed)?;
    if bytes.len() > limits::POLICY_BYTES_MAX {
        return Err(Violation::PolicyMalformed);
    }
    let policy: CirclePolicy = minicbor::decode(bytes).map_err(|_| Violation::PolicyMalformed)?;
    check_policy(&policy, group)?;
    Ok(policy)
}

fn check_policy(policy: &CirclePolicy, group: GroupId) -> Result<(), Violation> {
    if policy.circle != group.circle || policy.generation != group.generation {
        return Err(Violation::PolicyOfAnotherGroup);
    }
    let ascending = policy
        .members
        .windows(2)
        .all(|pair| pair[0].account < pair[1].account);
    let listed = policy
        .custodians
        .iter()
        .all(|account| policy.member(*account).is_some());
    let keys = policy.members.iter().all(|member| member.aik.len() == 32);
    if policy.members.is_empty()
        || policy.members.len() > limits::CIRCLE_MEMBERS_MAX
        || !(ascending && listed && keys)
    {
        return Err(Violation::PolicyMembers);
    }
    Ok(())
}

/// An external sender's credential *is* the agency's certificate of its key.
fn external_sender(signed: &Bytes) -> Result<ExternalSender, Violation> {
    let (_, key) = read_certificate(signed).ok_or(Violation::ExternalSenderUnsigned)?;
    Ok(ExternalSender::new(
        key.key.0.into(),
        BasicCredential::new(signed.0.clone()).into(),
    ))
}

/// OpenMLS keeps an external sender's fields to itself, so this reads its TLS form:
/// `opaque signature_key<V>; uint16 credential_type; opaque identity<V>` (RFC 9420, section 12.1.8.1).
fn read_sender(sender: &ExternalSender, facts: &Facts<'_>) -> Result<Bytes, Violation> {
    let unsigned = |_| Violation::ExternalSenderUnsigned;
    let bytes = sender.tls_serialize_detached().map_err(unsigned)?;
    let mut rest = bytes.as_slice();
    let key = VLBytes::tls_deserialize(&mut rest).map_err(unsigned)?;
    let kind = u16::tls_deserialize(&mut rest).map_err(unsigned)?;
    let identity = VLBytes::tls_deserialize(&mut rest).map_err(unsigned)?;
    let certified = check_removal_key(identity.as_slice(), facts)?;
    let basic = CredentialType::from(kind) == CredentialType::Basic;
    if basic && rest.is_empty() && certified.key.0 == key.as_slice() {
        Ok(Bytes(identity.as_slice().to_vec()))
    } else {
        Err(Violation::ExternalSenderUnsigned)
    }
}
