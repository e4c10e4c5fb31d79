//! What somebody without scruples does with a device's keys: the same MLS, and no judge. For
//! simulations: nothing that ships has it.

use judge::roster::Leaf;
use openmls::group::{CommitMessageBundle, MlsGroup};
use openmls::key_packages::KeyPackage;
use openmls::prelude::{LeafNodeParameters, MlsMessageBodyIn, MlsMessageIn, ProtocolVersion};
use openmls_traits::OpenMlsProvider;
use protocol::policy::HistoryMode;
use protocol::{AccountId, Bytes, CircleId, GroupId, Role, Timestamp};
use tls_codec::Deserialize as _;

use super::commit::Change;
use super::newcomers::{Newcomer, make_key_packages};
use super::{Group, join_config, to_bytes};
use crate::error::{Error, Result};
use crate::provider::Provider;
use crate::rows::Draft;
use crate::state::Me;
use crate::{Device, chance};

/// As whom an intruder comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guise {
    /// As who it was.
    Itself,
    /// As an account that nobody knows.
    Stranger,
    /// As an account whose identity key it does not have.
    Claiming(AccountId),
}

fn me_as(draft: &Draft<'_>, guise: Guise, now: Timestamp) -> Result<Me> {
    let mut me = draft.me()?.ok_or(Error::Store("nobody is enrolled"))?;
    match guise {
        Guise::Itself => {}
        Guise::Stranger => {
            let account = AccountId::from_bytes(chance::bytes());
            me.identity = crate::identity::Identity::make(account, now)?;
        }
        Guise::Claiming(account) => me.identity = crate::identity::Identity::make(account, now)?,
    }
    Ok(me)
}

impl Device {
    /// Who is in a circle's group, by the policy that this device merged and by what its leaves claim.
    pub fn accounts(&self, circle: CircleId) -> Result<Vec<AccountId>> {
        let draft = Draft::new(self.rows());
        let me = me_as(&draft, Guise::Itself, Timestamp::from_micros(0))?;
        let Some(id) = draft.circle(circle)?.and_then(|circle| circle.group()) else {
            return Ok(Vec::new());
        };
        let group = Group::load(&draft, id)?;
        let policy = group.context(&me)?.policy;
        let mut accounts: Vec<_> = policy.members.iter().map(|member| member.account).collect();
        for member in group.mls.members() {
            let claim = Leaf::of_member(&member).and_then(|leaf| leaf.claim());
            accounts.push(claim.map_err(Error::mls)?.account);
        }
        Ok(accounts)
    }

    /// An external commit into the group that a `GroupInfo` leads into: `MLSMessage(PublicMessage)`.
    pub fn intrude(&self, guise: Guise, group_info: &[u8], now: Timestamp) -> Result<Bytes> {
        let draft = Draft::new(self.rows());
        let me = me_as(&draft, guise, now)?;
        let message = MlsMessageIn::tls_deserialize_exact(group_info).map_err(Error::mls)?;
        let MlsMessageBodyIn::GroupInfo(info) = message.extract() else {
            return Err(Error::Group("not a GroupInfo"));
        };
        let provider = Provider::new(&draft);
        draft.forget_group(info.group_id())?;
        let builder = MlsGroup::external_commit_builder()
            .with_config(join_config())
            .skip_lifetime_validation()
            .build_group(&provider, info, me.identity.credential())
            .map_err(Error::mls)?;
        let parameters = LeafNodeParameters::builder()
            .with_capabilities(judge::context::capabilities())
            .build();
        let (_, bundle): (MlsGroup, CommitMessageBundle) = builder
            .leaf_node_parameters(parameters)
            .load_psks(provider.storage())
            .map_err(Error::mls)?
            .create_group_info(false)
            .build(provider.rand(), provider.crypto(), &me.identity, |_| true)
            .map_err(Error::mls)?
            .finalize(&provider)
            .map_err(Error::mls)?;
        to_bytes(&bundle.into_commit())
    }

    /// The `GroupInfo` of this device's own copy of a group after so many commits of its own, which
    /// nobody else knows of.
    pub fn fork(&self, circle: CircleId, commits: usize) -> Result<Bytes> {
        let draft = Draft::new(self.rows());
        let me = me_as(&draft, Guise::Itself, Timestamp::from_micros(0))?;
        let id = draft
            .circle(circle)?
            .and_then(|circle| circle.group())
            .ok_or(Error::Group("a group is missing"))?;
        let mut group = Group::load(&draft, id)?;
        group
            .mls
            .clear_pending_proposals(group.provider.storage())
            .map_err(Error::mls)?;
        for _ in 0..commits {
            group.commit(&me, Change::default())?;
        }
        group.group_info(&me.identity)
    }

    /// A key package of this device's, as `MLSMessage(KeyPackage)`. Its private half is kept.
    pub fn offer_key_package(&mut self) -> Result<Bytes> {
        let draft = Draft::new(self.rows());
        let me = me_as(&draft, Guise::Itself, Timestamp::from_micros(0))?;
        let offered = make_key_packages(&draft, &me.identity, 1)?.pop();
        let changes = draft.into_changes();
        self.keep(changes);
        offered.ok_or(Error::Store("no key package"))
    }

    /// A group of this device's own making under a circle's name, in which it says it is a case manager,
    /// and the Welcome into it for whoever the key package is of.
    pub fn lure(&self, id: GroupId, key_package: &[u8]) -> Result<Bytes> {
        let draft = Draft::new(self.rows());
        let mut me = me_as(&draft, Guise::Itself, Timestamp::from_micros(0))?;
        me.role = Role::CaseManager;
        let provider = Provider::new(&draft);
        let message = MlsMessageIn::tls_deserialize_exact(key_package).map_err(Error::mls)?;
        let MlsMessageBodyIn::KeyPackage(package) = message.extract() else {
            return Err(Error::Group("not a key package"));
        };
        let package: KeyPackage = package
            .validate(provider.crypto(), ProtocolVersion::Mls10)
            .map_err(Error::mls)?;
        let claim = Leaf::of_node(package.leaf_node())
            .and_then(|leaf| leaf.claim())
            .map_err(Error::mls)?;
        let aik = draft
            .pin(claim.account)
            .ok_or(Error::Store("never seen"))?
            .to_vec();
        draft.forget_group(&super::mls_id(id))?;
        let mut group = Group::found(&draft, &me, id, (None, HistoryMode::Eras))?;
        let newcomer = Newcomer {
            account: claim.account,
            device: claim.device,
            role: Role::Client,
            aik: aik.into(),
            package,
        };
        let change = Change {
            adds: vec![newcomer],
            ..Change::default()
        };
        let committed = group.commit(&me, change)?;
        committed.welcome.ok_or(Error::Group("no Welcome"))
    }
}
