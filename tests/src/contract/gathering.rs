//! A circle with a real group: devices that hold MLS state of their own and talk to the store by its
//! verbs, as the device core does.

use judge::Context;
use judge::context::{SUITE, capabilities};
use openmls::prelude::*;
use openmls_rust_crypto::OpenMlsRustCrypto;
use protocol::bundle::{Appended, CommitBundle, Founding};
use protocol::frame::Cursor;
use protocol::http::ClaimKeyPackages;
use protocol::policy::{CirclePolicy, HistoryMode, PolicyMember};
use protocol::{AccountId, Bytes, CircleId};
use store::Error;
use tls_codec::Deserialize as _;

use super::house::House;

mod device;

// Not the crate of this name.
pub use self::device::Device;
use self::device::bytes;

/// A circle whose people are named, as its devices know it.
pub struct Gathering {
    pub circle: CircleId,
    pub generation: u32,
    removal_key: Bytes,
    /// The policy's members.
    pub listed: Vec<PolicyMember>,
    /// Whether history is kept, by the policy.
    pub history: HistoryMode,
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
            history: HistoryMode::Eras,
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

    /// `by` says whether history is kept from here on. The era moves on by `eras`.
    pub async fn set_history(
        &mut self,
        house: &House,
        by: &mut Device,
        (history, eras): (HistoryMode, u32),
    ) -> Result<Appended, Error> {
        by.catch_up(house).await;
        let mut context = self.context();
        context.policy.history = history;
        let extensions = context.to_extensions().unwrap();
        let bundle = by.commit(eras, |builder| {
            builder
                .propose_group_context_extensions(extensions)
                .unwrap()
        });
        let caller = by.enrolled.caller;
        let appended = house.store.commit(&caller, self.circle, bundle).await?;
        self.history = history;
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
                history: self.history,
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

fn read_key_package(claimed: &Bytes) -> KeyPackage {
    let message = MlsMessageIn::tls_deserialize_exact(&**claimed).unwrap();
    let MlsMessageBodyIn::KeyPackage(package) = message.extract() else {
        panic!("a key package");
    };
    let crypto = OpenMlsRustCrypto::default();
    let package = package.validate(crypto.crypto(), ProtocolVersion::Mls10);
    package.unwrap()
}
