//! A circle with a real group: devices that hold MLS state of their own and talk to the store by its
//! verbs, as the device core does.

use ed25519_dalek::{Signer as _, SigningKey};
use judge::Context;
use judge::context::{SUITE, capabilities};
use openmls::prelude::*;
use openmls_rust_crypto::OpenMlsRustCrypto;
use openmls_traits::signatures::{Signer, SignerError};
use protocol::bundle::{Appended, CommitBundle, Founding};
use protocol::frame::{Append, Cursor, Done, LogEntry};
use protocol::http::{ClaimKeyPackages, PutKeyPackages};
use protocol::policy::{CirclePolicy, HistoryMode, PolicyMember};
use protocol::{AccountId, Bytes, CircleId, EntryKind, OpId, Urgency};
use store::Error;
use tls_codec::{Deserialize as _, Serialize as _};

use super::house::{Enrolled, House};

/// One device with its MLS state.
pub struct Device {
    pub enrolled: Enrolled,
    /// The account identity key.
    pub aik: SigningKey,
    pub group: Option<MlsGroup>,
    pub cursor: Cursor,
    provider: OpenMlsRustCrypto,
    counter: u64,
    era: u32,
    ops: u8,
}

struct Key<'d>(&'d SigningKey);

impl Signer for Key<'_> {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(self.0.sign(payload).to_bytes().to_vec())
    }

    fn signature_scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

/// A circle whose people are named, as its devices know it.
pub struct Gathering {
    pub circle: CircleId,
    pub generation: u32,
    removal_key: Bytes,
    /// The policy's members.
    pub listed: Vec<PolicyMember>,
}

impl Gathering {
    /// Founded by the first device, which then adds the others.
    pub async fn of(house: &House, circle: CircleId, devices: &mut [&mut Device]) -> Self {
        let mut gathering = Self::planned(house, circle).await;
        let (founder, others) = devices.split_first_mut().unwrap();
        gathering.found(house, founder).await.unwrap();
        gathering.add(house, founder, others).await;
        gathering
    }

    /// Without a group yet.
    pub async fn planned(house: &House, circle: CircleId) -> Self {
        let mut planned = Self {
            circle,
            generation: 0,
            removal_key: Bytes::default(),
            listed: Vec::new(),
        };
        planned.hear(house).await;
        planned
    }

    /// Hears of the removal key of now.
    pub async fn hear(&mut self, house: &House) {
        self.removal_key = house.store.agency().await.unwrap().unwrap().removal_key;
    }

    /// `by` has the group list the removal key of now.
    pub async fn relist(&mut self, house: &House, by: &mut Device) -> Result<Appended, Error> {
        self.hear(house).await;
        by.catch_up(house).await;
        let context = self.context().to_extensions().unwrap();
        let bundle = by.commit(1, |builder| {
            builder.propose_group_context_extensions(context).unwrap()
        });
        let caller = by.enrolled.caller;
        let appended = house.store.commit(&caller, self.circle, bundle).await?;
        by.cursor = self.cursor(appended.seq + 1);
        Ok(appended)
    }

    pub fn context(&self) -> Context {
        let mut members = self.listed.clone();
        members.sort_by_key(|member| member.account);
        Context {
            policy: CirclePolicy {
                circle: self.circle,
                generation: self.generation,
                members,
                custodians: Vec::new(),
                retention: "standard".to_owned(),
                history: HistoryMode::Eras,
                client_version_min: 1,
            },
            removal_keys: vec![self.removal_key.clone()],
        }
    }

    /// The first group of this generation, with one device in it.
    pub fn founding(&mut self, founder: &mut Device) -> Founding {
        self.listed = vec![founder.listed()];
        let id = protocol::GroupId {
            circle: self.circle,
            generation: self.generation,
        };
        let group = MlsGroup::builder()
            .with_group_id(openmls::group::GroupId::from_slice(&id.to_bytes()))
            .ciphersuite(SUITE)
            .with_wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
            .use_ratchet_tree_extension(true)
            .with_capabilities(capabilities())
            .with_group_context_extensions(self.context().to_extensions().unwrap())
            .build(&founder.provider, &founder.key(), founder.credential())
            .unwrap();
        let crypto = founder.provider.crypto();
        let info = group.export_group_info(crypto, &founder.key(), true);
        let group_info = bytes(&info.unwrap());
        founder.group = Some(group);
        (founder.counter, founder.era) = (0, 0);
        founder.cursor = self.cursor(0);
        Founding {
            op_id: founder.op(),
            group_info,
        }
    }

    pub async fn found(&mut self, house: &House, founder: &mut Device) -> Result<Appended, Error> {
        let founding = self.founding(founder);
        let caller = founder.enrolled.caller;
        let found = house.store.found_circle(&caller, self.circle, founding);
        found.await
    }

    fn cursor(&self, seq: u64) -> Cursor {
        Cursor {
            circle: self.circle,
            generation: self.generation,
            seq,
        }
    }

    /// `by` adds these devices in one commit.
    pub async fn add(&mut self, house: &House, by: &mut Device, others: &mut [&mut Device]) {
        let packages = self.claim(house, by, others).await;
        for other in others.iter() {
            let known = |listed: &PolicyMember| listed.account == other.enrolled.caller.account;
            if !self.listed.iter().any(known) {
                self.listed.push(other.listed());
            }
        }
        let bundle = self.adding(by, packages);
        let welcome = bundle.welcome.clone().unwrap();
        let caller = by.enrolled.caller;
        let appended = house.store.commit(&caller, self.circle, bundle).await;
        let seq = appended.unwrap().seq;
        by.cursor = self.cursor(seq + 1);
        for other in others.iter_mut() {
            other.join(&welcome);
            other.cursor = self.cursor(seq);
            other.counter = 0;
            other.catch_up(house).await;
        }
    }

    /// The others leave key packages, `by` claims them.
    pub async fn claim(
        &self,
        house: &House,
        by: &mut Device,
        others: &mut [&mut Device],
    ) -> Vec<KeyPackage> {
        for other in others.iter() {
            other.put_key_package(house).await;
        }
        let mut accounts: Vec<AccountId> =
            others.iter().map(|o| o.enrolled.caller.account).collect();
        accounts.dedup();
        let claim = ClaimKeyPackages {
            op_id: by.op(),
            circle: self.circle,
            accounts,
        };
        let claimed = house.store.claim_key_packages(&by.enrolled.caller, claim);
        let claimed = claimed.await.unwrap().claimed;
        claimed
            .iter()
            .map(|claimed| read_key_package(&claimed.key_package))
            .collect()
    }

    /// A commit that adds these key packages under the policy of now.
    pub fn adding(&self, by: &mut Device, packages: Vec<KeyPackage>) -> CommitBundle {
        let context = self.context().to_extensions().unwrap();
        by.commit(1, |builder| {
            builder
                .propose_adds(packages)
                .propose_group_context_extensions(context)
                .unwrap()
        })
    }

    /// A commit that takes up what the server proposed; `gone` lost their last device.
    pub fn removing(&mut self, by: &mut Device, gone: &[AccountId]) -> CommitBundle {
        if gone.is_empty() {
            return by.commit(1, |builder| builder);
        }
        self.listed.retain(|member| !gone.contains(&member.account));
        let context = self.context().to_extensions().unwrap();
        by.commit(1, |builder| {
            builder.propose_group_context_extensions(context).unwrap()
        })
    }

    /// The same, put into the log.
    pub async fn remove(
        &mut self,
        house: &House,
        by: &mut Device,
        gone: &[AccountId],
    ) -> Result<Appended, Error> {
        by.catch_up(house).await;
        let bundle = self.removing(by, gone);
        let caller = by.enrolled.caller;
        let appended = house.store.commit(&caller, self.circle, bundle).await?;
        by.cursor = self.cursor(appended.seq + 1);
        Ok(appended)
    }

    /// A device of a listed account comes in by itself.
    pub async fn come_in(&self, house: &House, device: &mut Device) -> Result<Appended, Error> {
        let caller = device.enrolled.caller;
        let info = house.store.group_info(&caller, self.circle).await?;
        device.era = house.store.circle(&caller, self.circle).await?.era;
        let bundle = device.external_commit(&info, 1);
        let appended = house.store.commit(&caller, self.circle, bundle).await?;
        device.cursor = self.cursor(appended.seq + 1);
        Ok(appended)
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

    fn key(&self) -> Key<'_> {
        Key(&self.enrolled.dsk)
    }

    fn credential(&self) -> CredentialWithKey {
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

    fn join(&mut self, welcome: &Bytes) {
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

fn read_key_package(claimed: &Bytes) -> KeyPackage {
    let message = MlsMessageIn::tls_deserialize_exact(&**claimed).unwrap();
    let MlsMessageBodyIn::KeyPackage(package) = message.extract() else {
        panic!("a key package");
    };
    let crypto = OpenMlsRustCrypto::default();
    let package = package.validate(crypto.crypto(), ProtocolVersion::Mls10);
    package.unwrap()
}

fn bytes(message: &MlsMessageOut) -> Bytes {
    Bytes(message.tls_serialize_detached().unwrap())
}

/// Dana, Maria and Ana (under a consent) in a new circle "Maria's family", each with one device.
pub struct Family {
    pub house: House,
    pub dana: Device,
    pub maria: Device,
    pub ana: Device,
    pub gathering: Gathering,
    pub consent: protocol::ConsentId,
}

impl Family {
    pub async fn meet(engine: testkit::Engine) -> Self {
        use protocol::http::{PlanCircle, RecordConsent};
        let house = House::build(engine).await;
        let agency = house.agency;
        let dana = house.enrol(agency.dana, 1).await;
        let maria = house.enrol(agency.maria, 2).await;
        let ana = house.enrol(agency.ana, 3).await;
        let record = RecordConsent {
            op_id: OpId::from_bytes([0xc0; 16]),
            client: agency.maria.person,
            caregiver: agency.ana.person,
            basis: protocol::ConsentBasis::Verbal,
            note: "said so".to_owned(),
            until: None,
            appointments: false,
            reminders: false,
        };
        let consent = house.store.record_consent(&dana.caller, record);
        let consent = consent.await.unwrap().id;
        let plan = PlanCircle {
            op_id: OpId::from_bytes([0xc1; 16]),
            client: agency.maria.person,
            title: "Maria's family".to_owned(),
            members: vec![agency.ana.account],
        };
        let circle = house
            .store
            .plan_circle(&dana.caller, plan)
            .await
            .unwrap()
            .id;
        let mut dana = Device::new(dana, 1, circle);
        let mut maria = Device::new(maria, 2, circle);
        let mut ana = Device::new(ana, 3, circle);
        let mut all = [&mut dana, &mut maria, &mut ana];
        let gathering = Gathering::of(&house, circle, &mut all).await;
        house.woken.take();
        Self {
            house,
            dana,
            maria,
            ana,
            gathering,
            consent,
        }
    }

    pub fn circle(&self) -> CircleId {
        self.gathering.circle
    }

    /// Rows that wait in the circle.
    pub async fn pending(&self) -> i64 {
        self.house
            .count("SELECT COUNT(*) FROM pending_removal")
            .await
    }
}
