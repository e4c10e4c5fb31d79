//! Leaves and the accounts behind them.

use std::collections::BTreeSet;

use openmls::credentials::{BasicCredential, Credential};
use openmls::group::Member;
use openmls::key_packages::KeyPackage;
use openmls::prelude::LeafNode;
use protocol::certificate::DeviceCert;
use protocol::policy::CirclePolicy;
use protocol::{AccountId, limits};
use tls_codec::Serialize as _;

use crate::Violation;
use crate::certificate::{check_device_cert, read_device_cert};
use crate::context::suffices;
use crate::keys::{is_usable, opens_with_usable};

/// A leaf as far as the rules care: what it claims and with what key it signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// The credential's identity: an encoded device certificate.
    pub identity: Vec<u8>,
    /// The leaf's signature key.
    pub key: Vec<u8>,
}

impl Leaf {
    /// From a credential and its key. Only basic credentials exist here.
    pub fn new(credential: &Credential, key: &[u8]) -> Result<Self, Violation> {
        let basic = BasicCredential::try_from(credential.clone())
            .map_err(|_| Violation::CertificateInvalid)?;
        Ok(Self {
            identity: basic.identity().to_vec(),
            key: key.to_vec(),
        })
    }

    /// From a member of a tree.
    pub fn of_member(member: &Member) -> Result<Self, Violation> {
        Self::new(&member.credential, &member.signature_key)
    }

    /// From a leaf node.
    pub fn of_node(node: &LeafNode) -> Result<Self, Violation> {
        Self::new(node.credential(), node.signature_key().as_slice())
    }

    /// From a leaf node that is to be brought in. Of one that is there already nobody asks whether it is usable: it must be
    /// possible to take it out.
    pub fn of_newcomer(node: &LeafNode) -> Result<Self, Violation> {
        let key = node.encryption_key().tls_serialize_detached();
        let usable = key.is_ok_and(|key| opens_with_usable(&key)) && suffices(node.capabilities());
        if usable {
            Self::of_node(node)
        } else {
            Err(Violation::LeafUnusable)
        }
    }

    /// The same from a key package.
    pub fn of_key_package(package: &KeyPackage) -> Result<Self, Violation> {
        if is_usable(package.hpke_init_key().as_slice()) {
            Self::of_newcomer(package.leaf_node())
        } else {
            Err(Violation::LeafUnusable)
        }
    }

    /// Who the certificate claims to be; nothing is verified.
    pub fn claim(&self) -> Result<DeviceCert, Violation> {
        read_device_cert(&self.identity)
    }

    /// Verifies the leaf against the policy.
    pub fn certify(&self, policy: &CirclePolicy) -> Result<DeviceCert, Violation> {
        let claim = self.claim()?;
        let member = policy
            .member(claim.account)
            .ok_or(Violation::AccountUnlisted)?;
        let aik = member.aik.to_array().ok_or(Violation::PolicyMembers)?;
        let cert = check_device_cert(&self.identity, &aik)?;
        if cert.dsk.0 == self.key {
            Ok(cert)
        } else {
            Err(Violation::CertificateInvalid)
        }
    }
}

/// Verifies a whole roster against the policy; in the order given.
pub fn certify_all(leaves: &[Leaf], policy: &CirclePolicy) -> Result<Vec<DeviceCert>, Violation> {
    if leaves.len() > limits::CIRCLE_DEVICES_MAX {
        return Err(Violation::TooManyDevices);
    }
    let certs = leaves
        .iter()
        .map(|leaf| leaf.certify(policy))
        .collect::<Result<Vec<_>, _>>()?;
    let devices: BTreeSet<_> = certs.iter().map(|cert| cert.device).collect();
    if devices.len() != certs.len() {
        return Err(Violation::DeviceTwice);
    }
    let accounts: BTreeSet<AccountId> = certs.iter().map(|cert| cert.account).collect();
    if policy
        .members
        .iter()
        .all(|member| accounts.contains(&member.account))
    {
        Ok(certs)
    } else {
        Err(Violation::AccountWithoutDevice)
    }
}
