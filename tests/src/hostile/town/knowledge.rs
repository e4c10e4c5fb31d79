//! What a server knows, and nobody has to tell it: the log, the GroupInfo and with it the group as everybody outside
//! sees it, and the private half of each key that it drew itself. Lies are made of this.

use care::Chance;
use ed25519_dalek::SigningKey;
use judge::Context;
use openmls::group::{ProposalStore, PublicGroup};
use openmls::prelude::{MlsMessageBodyIn, MlsMessageIn};
use openmls_rust_crypto::{OpenMlsRustCrypto, RustCrypto};
use openmls_traits::OpenMlsProvider as _;
use protocol::certificate::{RemovalKey, Signed};
use protocol::frame::{Cursor, LogEntry};
use protocol::policy::PolicyMember;
use protocol::{Bytes, GroupId};
use std::sync::Mutex;
use testkit::SeededChance;
use tls_codec::Deserialize as _;

use super::{DANA, Town};

/// Chance whose draws are overheard: a server knows its own keys, and may misuse them.
pub(super) struct Overheard {
    chance: SeededChance,
    draws: Mutex<Vec<Vec<u8>>>,
}

impl Overheard {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            chance: SeededChance::new(seed),
            draws: Mutex::default(),
        }
    }
}

impl Chance for Overheard {
    fn fill(&self, bytes: &mut [u8]) {
        self.chance.fill(bytes);
        self.draws.lock().expect("no panics").push(bytes.to_vec());
    }
}

/// The group that a GroupInfo leads into, as everybody outside sees it.
pub fn public_group_of(group_info: &[u8]) -> PublicGroup {
    let message = MlsMessageIn::tls_deserialize_exact(group_info).expect("reads");
    let MlsMessageBodyIn::GroupInfo(info) = message.extract() else {
        panic!("a GroupInfo")
    };
    let tree = info.extensions().ratchet_tree().expect("a tree");
    let tree = tree.ratchet_tree().clone();
    let provider = OpenMlsRustCrypto::default();
    let group = PublicGroup::from_external(
        &RustCrypto::default(),
        provider.storage(),
        tree,
        info,
        ProposalStore::new(),
    );
    group.expect("verifies").0
}

impl Town {
    /// The log as the honest store has it.
    pub fn log(&self) -> Vec<LogEntry> {
        let cursor = Cursor {
            circle: self.circle,
            generation: 0,
            seq: 0,
        };
        let caller = self.caller(DANA);
        let page = self.store.log_after(&caller, cursor);
        self.runtime.block_on(page).expect("reads").entries
    }

    /// The GroupInfo as the honest store has it.
    pub fn group_info(&self) -> Bytes {
        let caller = self.caller(DANA);
        let info = self.store.group_info(&caller, self.circle);
        self.runtime.block_on(info).expect("reads").to_vec().into()
    }

    /// The group as everybody outside sees it.
    pub fn public_group(&self) -> PublicGroup {
        public_group_of(&self.group_info())
    }

    /// What the group's context says.
    pub fn context(&self) -> Context {
        let agency = self.phones[DANA].agency.clone().expect("enrolled");
        let agency_key = agency.key.to_array().expect("32 bytes");
        let facts = judge::Facts {
            agency_keys: &[agency_key],
            at: self.now(),
        };
        let group = GroupId {
            circle: self.circle,
            generation: 0,
        };
        let public = self.public_group();
        Context::read(public.group_context().extensions(), group, &facts).expect("reads")
    }

    /// What the circle's policy says of some people.
    pub fn listed(&self, who: &[usize]) -> Vec<PolicyMember> {
        let policy = self.context().policy;
        let accounts = who.iter().map(|who| self.phones[*who].person.account);
        accounts
            .filter_map(|account| policy.member(account).cloned())
            .collect()
    }

    /// What a policy would say of the person of a phone.
    pub fn own_listing(&self, who: usize) -> PolicyMember {
        let phone = &self.phones[who];
        let (aik, ..) = phone.device.secrets().expect("reads").expect("enrolled");
        let aik = SigningKey::from_bytes(&aik).verifying_key().to_bytes();
        PolicyMember {
            account: phone.person.account,
            role: phone.person.role,
            aik: aik.into(),
            verified_by: None,
            successions: Vec::new(),
        }
    }

    /// The server's own removal key: it made it.
    pub fn removal_signer(&self) -> SigningKey {
        let agency = self.phones[DANA].agency.clone().expect("enrolled");
        let signed: Signed = minicbor::decode(&agency.removal_key).expect("reads");
        let certified: RemovalKey = minicbor::decode(&signed.content).expect("reads");
        self.key_of(&certified.key)
    }

    /// The private half of a key that the store drew.
    pub fn key_of(&self, public: &[u8]) -> SigningKey {
        let draws = self.overheard.draws.lock().expect("no panics");
        let keys = draws
            .iter()
            .filter_map(|draw| <[u8; 32]>::try_from(draw.as_slice()).ok());
        keys.map(|seed| SigningKey::from_bytes(&seed))
            .find(|key| key.verifying_key().as_bytes() == public)
            .expect("the store drew it")
    }
}
