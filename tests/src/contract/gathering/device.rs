//! A device with MLS state of its own, beside the real one's core: it commits, comes in, speaks and follows the log by
//! the store's verbs, and applies what it made at once. So a case can have it do what the core never would.

use ed25519_dalek::{Signer as _, SigningKey};
use judge::context::{SUITE, capabilities};
use openmls::prelude::*;
use openmls_rust_crypto::OpenMlsRustCrypto;
use openmls_traits::signatures::{Signer, SignerError};
use protocol::bundle::CommitBundle;
use protocol::frame::{Append, Cursor, Done, LogEntry};
use protocol::http::PutKeyPackages;
use protocol::policy::PolicyMember;
use protocol::{AccountId, Bytes, CircleId, EntryKind, OpId, Urgency};
use store::Error;
use tls_codec::{Deserialize as _, Serialize as _};

use crate::contract::house::{Enrolled, House};

/// One device with its MLS state.
pub struct Device {
    pub enrolled: Enrolled,
    /// The account identity key.
    pub aik: SigningKey,
    pub group: Option<MlsGroup>,
    pub cursor: Cursor,
    pub(super) provider: OpenMlsRustCrypto,
    pub(super) counter: u64,
    pub(super) era: u32,
    ops: u8,
}

pub(super) struct Key<'d>(&'d SigningKey);

impl Signer for Key<'_> {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(self.0.sign(payload).to_bytes().to_vec())
    }

    fn signature_scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

impl Device {
    pub fn new(enrolled: Enrolled, aik_seed: u8, circle: CircleId) -> Self {
        Self {
            enrolled,
            aik: SigningKey::from_bytes(&[aik_seed; 32]),
            group: None,
            cursor: Cursor {
                circle,
                generation: 0,
                seq: 0,
            },
            provider: OpenMlsRustCrypto::default(),
            counter: 0,
            era: 0,
            ops: 0,
        }
    }

    pub fn account(&self) -> AccountId {
        self.enrolled.caller.account
    }

    /// An operation id of the device's that it did not use before.
    pub fn op(&mut self) -> OpId {
        self.ops += 1;
        let mut id = *self.enrolled.caller.device.as_bytes();
        id[0] ^= 0x55;
        id[14] = self.ops;
        OpId::from_bytes(id)
    }

    /// Forgets every group.
    pub fn forget_groups(&mut self) {
        self.provider = OpenMlsRustCrypto::default();
        self.group = None;
    }

    pub(super) fn key(&self) -> Key<'_> {
        Key(&self.enrolled.dsk)
    }

    pub(super) fn credential(&self) -> CredentialWithKey {
        let certificate = self.enrolled.request.certificate.0.clone();
        CredentialWithKey {
            credential: BasicCredential::new(certificate).into(),
            signature_key: self.enrolled.dsk.verifying_key().to_bytes().to_vec().into(),
        }
    }

    pub fn listed(&self) -> PolicyMember {
        PolicyMember {
            account: self.account(),
            role: self.enrolled.caller.role,
            aik: self.aik.verifying_key().to_bytes().into(),
            verified_by: None,
            successions: Vec::new(),
        }
    }

    /// A fresh one-time key package.
    pub fn key_package(&self) -> Bytes {
        let package = KeyPackage::builder()
            .leaf_node_capabilities(capabilities())
            .build(SUITE, &self.provider, &self.key(), self.credential())
            .unwrap();
        bytes(&MlsMessageOut::from(package.into_key_package()))
    }

    pub async fn put_key_package(&self, house: &House) {
        let put = PutKeyPackages {
            one_time: vec![self.key_package()],
            last_resort: None,
        };
        let put = house.store.put_key_packages(&self.enrolled.caller, put);
        put.await.unwrap();
    }

    /// A commit of whatever is proposed, with the first message of its epoch. The era moves on by
    /// `eras`. The device applies it at once.
    pub fn commit(
        &mut self,
        eras: u32,
        propose: impl for<'g> FnOnce(CommitBuilder<'g, Initial>) -> CommitBuilder<'g, Initial>,
    ) -> CommitBundle {
        let mut group = self.group.take().unwrap();
        let provider = &self.provider;
        let staged = propose(group.commit_builder())
            .force_self_update(true)
            .load_psks(provider.storage())
            .unwrap()
            .build(provider.rand(), provider.crypto(), &self.key(), |_| true)
            .unwrap()
            .stage_commit(provider)
            .unwrap();
        let (commit, welcome, info) = staged.into_messages();
        group.merge_pending_commit(provider).unwrap();
        let bundle = CommitBundle {
            op_id: self.op(),
            commit: bytes(&commit),
            group_info: bytes(&info.unwrap()),
            welcome: welcome.as_ref().map(bytes),
            era_next: Bytes::default(),
            era: self.era + eras,
            send_counter: 0,
        };
        self.finish(group, bundle)
    }

    /// An external commit on this GroupInfo.
    pub fn external_commit(&mut self, info: &[u8], eras: u32) -> CommitBundle {
        let message = MlsMessageIn::tls_deserialize_exact(info).unwrap();
        let MlsMessageBodyIn::GroupInfo(info) = message.extract() else {
            panic!("a GroupInfo");
        };
        let provider = &self.provider;
        let leaf = LeafNodeParameters::builder()
            .with_capabilities(capabilities())
            .build();
        let (group, made) = MlsGroup::external_commit_builder()
            .with_config(join_config())
            .skip_lifetime_validation()
            .build_group(provider, info, self.credential())
            .unwrap()
            .leaf_node_parameters(leaf)
            .load_psks(provider.storage())
            .unwrap()
            .build(provider.rand(), provider.crypto(), &self.key(), |_| true)
            .unwrap()
            .finalize(provider)
            .unwrap();
        let bundle = CommitBundle {
            op_id: self.op(),
            commit: bytes(made.commit()),
            group_info: bytes(&MlsMessageOut::from(made.group_info().unwrap().clone())),
            welcome: None,
            era_next: Bytes::default(),
            era: self.era + eras,
            send_counter: 0,
        };
        self.finish(group, bundle)
    }

    fn finish(&mut self, mut group: MlsGroup, bundle: CommitBundle) -> CommitBundle {
        let first = group.create_message(&self.provider, &self.key(), b"era");
        let era_next = bytes(&first.unwrap());
        self.group = Some(group);
        self.counter += 1;
        self.era = bundle.era;
        CommitBundle {
            era_next,
            send_counter: self.counter,
            ..bundle
        }
    }

    pub(super) fn join(&mut self, welcome: &Bytes) {
        let message = MlsMessageIn::tls_deserialize_exact(&**welcome).unwrap();
        let MlsMessageBodyIn::Welcome(welcome) = message.extract() else {
            panic!("a Welcome");
        };
        let staged =
            StagedWelcome::new_from_welcome(&self.provider, &join_config(), welcome, None).unwrap();
        self.group = Some(staged.into_group(&self.provider).unwrap());
    }

    /// The next message, encrypted.
    pub fn message(&mut self) -> Append {
        let op_id = self.op();
        let mut group = self.group.take().unwrap();
        let message = group.create_message(&self.provider, &self.key(), b"key and hash");
        let mls = bytes(&message.unwrap());
        self.group = Some(group);
        self.counter += 1;
        Append {
            op_id,
            circle: self.cursor.circle,
            mls,
            body: vec![0xb0; 100].into(),
            wrap: vec![0x3a; 40].into(),
            era: self.era,
            send_counter: self.counter,
            urgency: Urgency::Routine,
        }
    }

    pub async fn say(&mut self, house: &House) -> Result<Done, Error> {
        let append = self.message();
        house.store.append(&self.enrolled.caller, append).await
    }

    /// Applies the log from the cursor on; the entries that were new.
    pub async fn catch_up(&mut self, house: &House) -> Vec<LogEntry> {
        let page = house.store.log_after(&self.enrolled.caller, self.cursor);
        let entries = page.await.unwrap().entries;
        for entry in &entries {
            assert_eq!(entry.seq, self.cursor.seq + 1, "the log is gapless");
            self.apply(entry);
            self.cursor.seq = entry.seq;
        }
        entries
    }

    fn apply(&mut self, entry: &LogEntry) {
        let own = entry.device == self.enrolled.caller.device;
        self.era = entry.era;
        if entry.kind == EntryKind::Marker || (own && entry.kind != EntryKind::Proposal) {
            return;
        }
        assert!(self.open(&entry.mls), "entry {} does not open", entry.seq);
    }

    /// Whether the device's group takes this message.
    pub fn open(&mut self, mls: &Bytes) -> bool {
        let message = MlsMessageIn::tls_deserialize_exact(&**mls).unwrap();
        let message = message.try_into_protocol_message().unwrap();
        let group = self.group.as_mut().unwrap();
        let Ok(processed) = group.process_message(&self.provider, message) else {
            return false;
        };
        match processed.into_content() {
            ProcessedMessageContent::ProposalMessage(queued) => {
                let stored = group.store_pending_proposal(self.provider.storage(), *queued);
                stored.unwrap();
            }
            ProcessedMessageContent::StagedCommitMessage(staged) => {
                group.merge_staged_commit(&self.provider, *staged).unwrap();
            }
            _ => {}
        }
        true
    }
}

fn join_config() -> MlsGroupJoinConfig {
    MlsGroupJoinConfig::builder()
        .wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
        .use_ratchet_tree_extension(true)
        .build()
}

pub(super) fn bytes(message: &MlsMessageOut) -> Bytes {
    Bytes(message.tls_serialize_detached().unwrap())
}
