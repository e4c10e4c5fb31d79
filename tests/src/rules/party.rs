//! People with keys, and groups made by hand.

use delivery::{Accepted, Claimed, CommitFacts, FoundingFacts, Holder, Named};
use ed25519_dalek::{Signer as _, SigningKey};
use judge::Context;
use judge::context::{SUITE, capabilities};
use openmls::prelude::*;
use openmls_rust_crypto::OpenMlsRustCrypto;
use openmls_traits::signatures::{Signer, SignerError};
use protocol::bundle::{CommitBundle, Founding};
use protocol::certificate::{AgencySuccession, DeviceCert, RemovalKey, Signed};
use protocol::policy::{CirclePolicy, HistoryMode, PolicyMember};
use protocol::{AccountId, Bytes, CircleId, DeviceId, OpId, Role, Timestamp, labels, limits};
use tls_codec::{Deserialize as _, Serialize as _};

pub const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);
pub const GROUP: protocol::GroupId = protocol::GroupId {
    circle: CircleId::from_bytes([0xc1; 16]),
    generation: 0,
};

pub fn sign(key: &SigningKey, label: &[u8], content: Vec<u8>) -> Bytes {
    let signature = key
        .sign(&judge::to_be_signed(label, &content))
        .to_bytes()
        .into();
    protocol::frame::to_vec(&Signed {
        content: content.into(),
        signature,
    })
    .into()
}

/// The agency with its removal key.
pub struct Agency {
    key: SigningKey,
}

impl Agency {
    pub fn new(seed: u8) -> Self {
        Self {
            key: SigningKey::from_bytes(&[seed; 32]),
        }
    }

    /// Whose secret somebody has.
    pub fn of(key: SigningKey) -> Self {
        Self { key }
    }

    pub fn public(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    /// This agency's word that another key takes the place of its own.
    pub fn hands_over_to(&self, next: &Self) -> Bytes {
        self.says(labels::AGENCY_SUCCESSION, &self.succession(&next.public()))
    }

    /// What it says.
    pub fn succession(&self, key: &[u8]) -> Vec<u8> {
        protocol::frame::to_vec(&AgencySuccession {
            before: self.public().into(),
            key: key.to_vec().into(),
            at: NOW,
        })
    }

    /// Anything that this agency key signs.
    pub fn says(&self, label: &[u8], content: &[u8]) -> Bytes {
        sign(&self.key, label, content.to_vec())
    }

    pub fn removal_key(&self) -> Bytes {
        self.removal_key_of(0xee)
    }

    /// The agency's word for the removal key that follows from a seed.
    pub fn removal_key_of(&self, seed: u8) -> Bytes {
        self.vouch(seed, NOW, Vec::new())
    }

    /// The same from some time on, with what leads to this agency key.
    pub fn vouch(&self, seed: u8, not_before: Timestamp, successions: Vec<Bytes>) -> Bytes {
        let key = SigningKey::from_bytes(&[seed; 32])
            .verifying_key()
            .to_bytes()
            .into();
        let not_after = NOW.plus_seconds(86_400);
        let body = RemovalKey {
            key,
            not_before,
            not_after,
            successions,
        };
        sign(
            &self.key,
            labels::REMOVAL_KEY,
            protocol::frame::to_vec(&body),
        )
    }
}

/// A person with one device.
pub struct Party {
    pub account: AccountId,
    pub device: DeviceId,
    pub role: Role,
    pub aik: SigningKey,
    pub dsk: SigningKey,
    pub certificate: Bytes,
    pub provider: OpenMlsRustCrypto,
}

impl Signer for Party {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(self.dsk.sign(payload).to_bytes().to_vec())
    }

    fn signature_scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

impl Party {
    pub fn new(seed: u8, role: Role) -> Self {
        Self::with_dates(seed, role, NOW, NOW.plus_seconds(limits::CERTIFICATE_S_MAX))
    }

    pub fn with_dates(seed: u8, role: Role, issued_at: Timestamp, not_after: Timestamp) -> Self {
        let aik = SigningKey::from_bytes(&[seed; 32]);
        let dsk = SigningKey::from_bytes(&[seed ^ 0x80; 32]);
        let account = AccountId::from_bytes([seed; 16]);
        let device = DeviceId::from_bytes([seed; 16]);
        let dsk_public = dsk.verifying_key().to_bytes().into();
        let cert = DeviceCert {
            account,
            device,
            dsk: dsk_public,
            issued_at,
            not_after,
            seal_key: [7; 32].into(),
        };
        let certificate = sign(&aik, labels::DEVICE_CERT, protocol::frame::to_vec(&cert));
        Self {
            account,
            device,
            role,
            aik,
            dsk,
            certificate,
            provider: OpenMlsRustCrypto::default(),
        }
    }

    /// Another set of device keys under this person's identity key.
    pub fn twin(&self, device: u8, dsk: u8) -> Self {
        let mut twin = Self::with_dates(0, self.role, NOW, NOW.plus_seconds(86_400));
        twin.account = self.account;
        twin.aik = self.aik.clone();
        twin.device = DeviceId::from_bytes([device; 16]);
        twin.dsk = SigningKey::from_bytes(&[dsk; 32]);
        twin.certify();
        twin
    }

    /// Writes the certificate anew, after something in it was changed.
    pub fn certify(&mut self) {
        let earlier = judge::certificate::read_device_cert(&self.certificate).expect("reads");
        let cert = DeviceCert {
            account: self.account,
            device: self.device,
            dsk: self.dsk.verifying_key().to_bytes().into(),
            ..earlier
        };
        let content = protocol::frame::to_vec(&cert);
        self.certificate = sign(&self.aik, labels::DEVICE_CERT, content);
    }

    pub fn aik_public(&self) -> [u8; 32] {
        self.aik.verifying_key().to_bytes()
    }

    pub fn holder(&self) -> Holder {
        Holder {
            account: self.account,
            device: self.device,
            role: self.role,
            aik: self.aik_public(),
        }
    }

    pub fn listed(&self) -> PolicyMember {
        PolicyMember {
            account: self.account,
            role: self.role,
            aik: self.aik_public().into(),
            verified_by: None,
            successions: Vec::new(),
        }
    }

    fn named(&self) -> Named {
        Named {
            account: self.account,
            role: self.role,
            aik: self.aik_public(),
        }
    }

    pub fn credential(&self) -> CredentialWithKey {
        CredentialWithKey {
            credential: BasicCredential::new(self.certificate.0.clone()).into(),
            signature_key: self.dsk.verifying_key().to_bytes().to_vec().into(),
        }
    }

    pub fn key_package(&self) -> KeyPackage {
        KeyPackage::builder()
            .leaf_node_capabilities(capabilities())
            .build(SUITE, &self.provider, self, self.credential())
            .expect("builds")
            .into_key_package()
    }

    pub fn found(&self, context: &Context) -> MlsGroup {
        self.found_as(GROUP, context)
    }

    pub fn found_as(&self, id: protocol::GroupId, context: &Context) -> MlsGroup {
        self.found_with(id, context.to_extensions().expect("extensions"))
    }

    pub fn found_with(
        &self,
        id: protocol::GroupId,
        extensions: Extensions<openmls::group::GroupContext>,
    ) -> MlsGroup {
        MlsGroup::builder()
            .with_group_id(openmls::group::GroupId::from_slice(&id.to_bytes()))
            .ciphersuite(SUITE)
            .with_wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
            .use_ratchet_tree_extension(true)
            .with_capabilities(capabilities())
            .with_group_context_extensions(extensions)
            .build(&self.provider, self, self.credential())
            .expect("founds")
    }

    pub fn founding(&self, group: &MlsGroup) -> Founding {
        let info = group
            .export_group_info(self.provider.crypto(), self, true)
            .expect("exports");
        Founding {
            op_id: OpId::from_bytes([1; 16]),
            group_info: bytes(&info),
        }
    }

    pub fn join(&self, welcome: &Bytes) -> MlsGroup {
        let message = MlsMessageIn::tls_deserialize_exact(&**welcome).expect("reads");
        let MlsMessageBodyIn::Welcome(welcome) = message.extract() else {
            panic!("a Welcome")
        };
        let config = MlsGroupJoinConfig::builder()
            .wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
            .use_ratchet_tree_extension(true)
            .build();
        StagedWelcome::new_from_welcome(&self.provider, &config, welcome, None)
            .expect("stages")
            .into_group(&self.provider)
            .expect("joins")
    }
}

impl Party {
    /// Processes another one's accepted commit.
    pub fn follow(&self, group: &mut MlsGroup, bundle: &CommitBundle) {
        let message = MlsMessageIn::tls_deserialize_exact(&*bundle.commit).expect("reads");
        let message = message.try_into_protocol_message().expect("a handshake");
        let processed = group.process_message(&self.provider, message);
        let ProcessedMessageContent::StagedCommitMessage(staged) =
            processed.expect("processes").into_content()
        else {
            panic!("a commit")
        };
        group
            .merge_staged_commit(&self.provider, *staged)
            .expect("merges");
    }
}

pub fn bytes(message: &MlsMessageOut) -> Bytes {
    Bytes(message.tls_serialize_detached().expect("writes"))
}

pub fn context(agency: &Agency, members: &[&Party]) -> Context {
    let mut members: Vec<_> = members.iter().map(|party| party.listed()).collect();
    members.sort_by_key(|member| member.account);
    let policy = CirclePolicy {
        circle: GROUP.circle,
        generation: GROUP.generation,
        members,
        custodians: Vec::new(),
        retention: "standard".to_owned(),
        history: HistoryMode::Eras,
        client_version_min: 1,
    };
    Context {
        policy,
        removal_keys: vec![agency.removal_key()],
    }
}

pub fn founding_facts(agency: &Agency, founder: &Party) -> FoundingFacts {
    FoundingFacts {
        group: GROUP,
        founder: founder.holder(),
        agency_key: agency.public(),
        now: NOW,
    }
}

/// A circle as the delivery service follows it.
pub struct Followed {
    pub agency: Agency,
    pub held: Accepted,
    /// Whom the server names, beside the founder.
    pub named: Vec<Named>,
    /// What was claimed for the circle.
    pub claimed: Vec<Claimed>,
}

impl Followed {
    /// A circle founded by `founder`.
    pub fn new(founder: &Party) -> (Self, MlsGroup) {
        let agency = Agency::new(0xa9);
        let group = founder.found(&context(&agency, &[founder]));
        let held = delivery::found(&founding_facts(&agency, founder), &founder.founding(&group))
            .expect("an honest founding is accepted");
        (
            Self {
                agency,
                held,
                named: vec![founder.named()],
                claimed: Vec::new(),
            },
            group,
        )
    }

    /// The server names a person and hands out their key package.
    pub fn claim(&mut self, party: &Party) -> KeyPackage {
        let package = party.key_package();
        let reference = package.hash_ref(party.provider.crypto()).expect("hashes");
        self.named.push(party.named());
        self.claimed.push(Claimed {
            reference: reference.as_slice().try_into().expect("32 bytes"),
            account: party.account,
            device: party.device,
        });
        package
    }

    pub fn facts(&self, committer: &Party) -> CommitFacts {
        CommitFacts {
            group: GROUP,
            epoch: self.held.epoch,
            era: self.held.era,
            committer: committer.holder(),
            agency_key: self.agency.public(),
            now: NOW,
            named: self.named.clone(),
            claimed: self.claimed.clone(),
            pending: Vec::new(),
        }
    }

    /// Offers a commit to the delivery service.
    pub fn offer(
        &mut self,
        committer: &Party,
        bundle: &CommitBundle,
    ) -> Result<(), protocol::Refusal> {
        self.held = delivery::accept(&self.facts(committer), &self.held.public_state, bundle)?;
        Ok(())
    }
}

/// A commit of `committer`'s that adds key packages and changes the context, merged on its own side.
pub fn commit(
    committer: &Party,
    group: &mut MlsGroup,
    packages: Vec<KeyPackage>,
    context: Option<&Context>,
) -> CommitBundle {
    commit_with(committer, group, |builder| {
        let builder = builder.propose_adds(packages);
        match context {
            None => builder,
            Some(context) => builder
                .propose_group_context_extensions(context.to_extensions().expect("extensions"))
                .expect("proposes"),
        }
    })
}

/// A commit of whatever the caller proposes.
pub fn commit_with<'g>(
    committer: &Party,
    group: &'g mut MlsGroup,
    propose: impl FnOnce(CommitBuilder<'g, Initial>) -> CommitBuilder<'g, Initial>,
) -> CommitBundle {
    let staged = propose(group.commit_builder())
        .force_self_update(true)
        .load_psks(committer.provider.storage())
        .expect("loads")
        .build(
            committer.provider.rand(),
            committer.provider.crypto(),
            committer,
            |_| true,
        )
        .expect("builds")
        .stage_commit(&committer.provider)
        .expect("stages");
    let (commit, welcome, info) = staged.into_messages();
    CommitBundle {
        op_id: OpId::from_bytes([2; 16]),
        commit: bytes(&commit),
        group_info: bytes(&info.expect("a group info comes with the tree")),
        welcome: welcome.as_ref().map(bytes),
        era_next: Bytes::default(),
        era: 1,
        send_counter: 1,
    }
}

/// Merges the pending commit and encrypts the next epoch's first message, as every commit needs.
pub fn finish(committer: &Party, group: &mut MlsGroup, bundle: &mut CommitBundle) {
    group
        .merge_pending_commit(&committer.provider)
        .expect("merges");
    let first = group
        .create_message(&committer.provider, committer, b"era")
        .expect("encrypts");
    bundle.era_next = bytes(&first);
}
