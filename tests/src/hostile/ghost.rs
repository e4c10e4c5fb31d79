//! Somebody whom nobody let in: keys and groups made by hand, with everything that the server has.

use ed25519_dalek::SigningKey;
use openmls::group::MlsGroup;
use openmls::prelude::{
    KeyPackage, MlsMessageBodyIn, MlsMessageIn, ProcessedMessageContent, ProtocolVersion,
};
use openmls_rust_crypto::OpenMlsRustCrypto;
use openmls_traits::OpenMlsProvider as _;
use protocol::policy::PolicyMember;
use protocol::{Bytes, GroupId, Role};
use tls_codec::Deserialize as _;

use super::phone::Phone;
use super::town::Town;
use crate::rules::party::{self, Party};

/// A ghost and the groups that it made.
pub struct Ghost {
    pub party: Party,
    groups: Vec<MlsGroup>,
}

/// A group of a ghost's, and the ways into it.
pub struct Trap {
    pub welcome: Bytes,
    group_info: Bytes,
}

impl Ghost {
    /// Somebody whom nobody knows.
    pub fn new(town: &Town, role: Role) -> Self {
        let until = town.now().plus_seconds(300 * 86_400);
        Self {
            party: Party::with_dates(0xdd, role, town.now(), until),
            groups: Vec::new(),
        }
    }

    /// Somebody who was in the circle, with their own keys and in whatever role they like.
    pub fn of(phone: &Phone, role: Role) -> Self {
        let secrets = phone.device.secrets().expect("reads");
        let (aik, dsk, certificate) = secrets.expect("enrolled");
        let device = phone.device.device_id().expect("reads");
        let party = Party {
            account: phone.person.account,
            device: device.expect("enrolled"),
            role,
            aik: SigningKey::from_bytes(&aik),
            dsk: SigningKey::from_bytes(&dsk),
            certificate,
            provider: OpenMlsRustCrypto::default(),
        };
        Self {
            party,
            groups: Vec::new(),
        }
    }

    /// Makes a group under the circle's own name with itself in it. The policy lists who the circle
    /// lists of `victims`, whose key packages the server holds.
    pub fn trap(&mut self, town: &Town, generation: u32, victims: &[usize]) -> Trap {
        let listed = town.listed(victims);
        let packages = victims
            .iter()
            .map(|who| town.phones[*who].key_package())
            .collect();
        self.trap_with(town, generation, (listed, packages))
    }

    pub fn trap_with(
        &mut self,
        town: &Town,
        generation: u32,
        (listed, packages): (Vec<PolicyMember>, Vec<KeyPackage>),
    ) -> Trap {
        let id = GroupId {
            circle: town.circle,
            generation,
        };
        let mut context = town.context();
        context.policy.generation = generation;
        context.policy.members = vec![self.party.listed()];
        let mut group = self.party.found_as(id, &context);
        // Later than any epoch that its victims know.
        self.renew(&mut group);
        context.policy.members.extend(listed);
        context.policy.members.sort_by_key(|member| member.account);
        let bundle = party::commit(&self.party, &mut group, packages, Some(&context));
        group
            .merge_pending_commit(&self.party.provider)
            .expect("merges");
        let group_info = self.party.founding(&group).group_info;
        self.groups.push(group);
        Trap {
            welcome: bundle.welcome.unwrap_or_default(),
            group_info,
        }
    }

    /// Makes a group under the circle's own name that lists its victims without a device. Answers the
    /// GroupInfo by which they would come in by themselves.
    pub fn lure(&mut self, town: &Town, victims: &[usize]) -> Bytes {
        let trap = self.trap_with(town, 0, (town.listed(victims), Vec::new()));
        trap.group_info
    }

    fn renew(&self, group: &mut MlsGroup) {
        for _ in 0..20 {
            party::commit(&self.party, group, Vec::new(), None);
            group
                .merge_pending_commit(&self.party.provider)
                .expect("merges");
        }
    }

    /// Whether it opens anything that a device sent, also after following the device's commits.
    pub fn opens_any(&mut self, phone: &Phone) -> bool {
        let provider = &self.party.provider;
        let message = |bytes: &Bytes| {
            let message = MlsMessageIn::tls_deserialize_exact(&**bytes).expect("reads");
            message.try_into_protocol_message().expect("a message")
        };
        self.groups.iter_mut().any(|group| {
            for bundle in &phone.commits {
                let processed = group.process_message(provider, message(&bundle.commit));
                if let Ok(ProcessedMessageContent::StagedCommitMessage(staged)) =
                    processed.map(openmls::prelude::ProcessedMessage::into_content)
                {
                    group
                        .merge_staged_commit(provider, *staged)
                        .expect("merges");
                }
            }
            let mut sent = phone.sent.iter();
            sent.any(|sent| group.process_message(provider, message(&sent.mls)).is_ok())
        })
    }
}

/// A key package as the server holds it.
pub fn read_key_package(bytes: &[u8]) -> KeyPackage {
    let message = MlsMessageIn::tls_deserialize_exact(bytes).expect("reads");
    let MlsMessageBodyIn::KeyPackage(package) = message.extract() else {
        panic!("a key package")
    };
    let provider = OpenMlsRustCrypto::default();
    package
        .validate(provider.crypto(), ProtocolVersion::Mls10)
        .expect("valid")
}
