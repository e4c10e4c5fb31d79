//! MLS groups: make, add to, join, encrypt, decrypt. Everything works on the draft it is given; a
//! commit works on a fork, because it is adopted only when the log shows it.

use judge::context::{Context, SUITE, capabilities};
use judge::roster::Leaf;
use judge::{Facts, Judged, Violation};
use openmls::group::{
    MlsGroup, MlsGroupJoinConfig, PURE_PLAINTEXT_WIRE_FORMAT_POLICY, StagedWelcome,
};
use openmls::key_packages::{KeyPackage, Lifetime};
use openmls::prelude::{
    MlsMessageBodyIn, MlsMessageIn, MlsMessageOut, ProcessedMessageContent, ProtocolMessage,
    ProtocolVersion, SenderRatchetConfiguration,
};
use openmls_traits::OpenMlsProvider;
use protocol::certificate::DeviceCert;
use protocol::policy::{CirclePolicy, HistoryMode, PolicyMember};
use protocol::{AccountId, Bytes, GroupId, Role, Timestamp, limits};
use tls_codec::{Deserialize as _, Serialize as _};

use crate::content::Payload;
use crate::error::{Error, Result};
use crate::identity::Identity;
use crate::provider::Provider;
use crate::rows::Draft;
use crate::state::Me;

/// A group loaded from a draft.
pub struct Group<'d, 'a> {
    provider: Provider<'d, 'a>,
    mls: MlsGroup,
}

/// What an entry of the log turned out to be.
pub enum Opened {
    /// A commit that the judge accepted and that is merged now.
    Commit(Box<Judged>),
    /// A message, authenticated.
    Message {
        /// The device that sent it.
        sender: DeviceCert,
        /// What it carries.
        payload: Payload,
    },
}

/// Why an entry could not be opened.
#[derive(Debug)]
pub enum Closed {
    /// The judge refused a commit: nothing was merged.
    Judged(Violation),
    /// A commit or Welcome that this device cannot process.
    Commit,
    /// A message that this device cannot read; the next good one arrives all the same.
    Message(&'static str),
}

/// A claimed key package, checked against the account that it is said to be of.
pub struct Newcomer {
    /// The account.
    pub account: AccountId,
    /// Its role in the circle.
    pub role: Role,
    /// Its identity key.
    pub aik: Bytes,
    /// The key package.
    pub package: KeyPackage,
}

/// A commit with what goes along.
pub struct Committed {
    /// `MLSMessage(PublicMessage(Commit))`.
    pub commit: Bytes,
    /// `MLSMessage(Welcome)`.
    pub welcome: Option<Bytes>,
    /// `MLSMessage(GroupInfo)` of the next epoch.
    pub group_info: Bytes,
}

fn join_config() -> MlsGroupJoinConfig {
    MlsGroupJoinConfig::builder()
        .wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
        .padding_size(limits::MLS_PADDING_BYTES)
        .max_past_epochs(0)
        .use_ratchet_tree_extension(true)
        .sender_ratchet_configuration(ratchet())
        .build()
}

fn ratchet() -> SenderRatchetConfiguration {
    SenderRatchetConfiguration::new(limits::MLS_OUT_OF_ORDER, limits::MLS_FORWARD)
}

fn mls_id(group: GroupId) -> openmls::group::GroupId {
    openmls::group::GroupId::from_slice(&group.to_bytes())
}

fn to_bytes(message: &MlsMessageOut) -> Result<Bytes> {
    message
        .tls_serialize_detached()
        .map(Bytes)
        .map_err(Error::mls)
}

impl<'d, 'a> Group<'d, 'a> {
    /// Makes a circle's first group, alone in it, with a complete GroupContext.
    pub fn found(draft: &'d Draft<'a>, me: &Me, id: GroupId) -> Result<Self> {
        let policy = CirclePolicy {
            circle: id.circle,
            generation: id.generation,
            members: vec![PolicyMember {
                account: me.identity.account,
                role: me.role,
                aik: me.identity.aik_public().into(),
                verified_by: None,
            }],
            custodians: Vec::new(),
            retention: "standard".to_owned(),
            history: HistoryMode::Eras,
            client_version_min: 1,
        };
        let context = Context {
            policy,
            removal_keys: vec![me.removal_key.clone()],
        };
        let provider = Provider::new(draft);
        let mls = MlsGroup::builder()
            .with_group_id(mls_id(id))
            .ciphersuite(SUITE)
            .with_wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
            .padding_size(limits::MLS_PADDING_BYTES)
            .max_past_epochs(0)
            .use_ratchet_tree_extension(true)
            .sender_ratchet_configuration(ratchet())
            .with_capabilities(capabilities())
            .with_group_context_extensions(context.to_extensions().map_err(Error::mls)?)
            .build(&provider, &me.identity, me.identity.credential())
            .map_err(Error::mls)?;
        Ok(Self { provider, mls })
    }

    /// Loads a group. One that is missing is an error: the circle's row says that it is there.
    pub fn load(draft: &'d Draft<'a>, id: GroupId) -> Result<Self> {
        let provider = Provider::new(draft);
        let mls = MlsGroup::load(provider.storage(), &mls_id(id))
            .map_err(|_| Error::Store("a group does not read"))?
            .ok_or(Error::Store("a group is missing"))?;
        Ok(Self { provider, mls })
    }

    /// Joins by a Welcome, if the judge agrees. Answers the policy and who is in the group.
    pub fn join(
        draft: &'d Draft<'a>,
        me: &Me,
        welcome: &[u8],
        at: Timestamp,
    ) -> std::result::Result<(Self, Context), Closed> {
        let message = MlsMessageIn::tls_deserialize_exact(welcome).map_err(|_| Closed::Commit)?;
        let MlsMessageBodyIn::Welcome(welcome) = message.extract() else {
            return Err(Closed::Commit);
        };
        let provider = Provider::new(draft);
        let staged = StagedWelcome::build_from_welcome(&provider, &join_config(), welcome)
            .map_err(|_| Closed::Commit)?
            .skip_lifetime_validation()
            .build()
            .map_err(|_| Closed::Commit)?;
        let inviter = staged.welcome_sender().map_err(|_| Closed::Commit)?;
        let inviter = Leaf::of_node(inviter).map_err(Closed::Judged)?;
        let (context, _) = judge::judge_welcome(
            staged.group_context(),
            staged.members(),
            &inviter,
            |account| draft.pin(account),
            &Facts {
                agency_key: &me.agency_key,
                at,
            },
        )
        .map_err(Closed::Judged)?;
        let mls = staged.into_group(&provider).map_err(|_| Closed::Commit)?;
        Ok((Self { provider, mls }, context))
    }

    /// The epoch that holds.
    pub fn epoch(&self) -> u64 {
        self.mls.epoch().as_u64()
    }

    /// The policy that holds. A group of ours always has one: the judge saw to it.
    pub fn context(&self, me: &Me) -> Result<Context> {
        let id = GroupId::try_from(self.mls.group_id().as_slice()).map_err(Error::mls)?;
        let facts = Facts {
            agency_key: &me.agency_key,
            at: Timestamp::from_micros(0),
        };
        Context::read(self.mls.extensions(), id, &facts).map_err(Error::mls)
    }

    /// `MLSMessage(GroupInfo)` with tree and external public key.
    pub fn group_info(&self, identity: &Identity) -> Result<Bytes> {
        let info = self
            .mls
            .export_group_info(self.provider.crypto(), identity, true)
            .map_err(Error::mls)?;
        to_bytes(&info)
    }

    /// Encrypts an application message in the epoch that holds.
    pub fn encrypt(&mut self, identity: &Identity, payload: &Payload) -> Result<Bytes> {
        let message = self
            .mls
            .create_message(&self.provider, identity, &protocol::frame::to_vec(payload))
            .map_err(Error::mls)?;
        to_bytes(&message)
    }

    /// Adds devices and lists their accounts, in one commit, and merges it **here**: on the fork that
    /// becomes the candidate.
    pub fn add(&mut self, me: &Me, newcomers: Vec<Newcomer>) -> Result<Committed> {
        let mut context = self.context(me)?;
        let members = &mut context.policy.members;
        for newcomer in &newcomers {
            if !members
                .iter()
                .any(|member| member.account == newcomer.account)
            {
                members.push(PolicyMember {
                    account: newcomer.account,
                    role: newcomer.role,
                    aik: newcomer.aik.clone(),
                    verified_by: None,
                });
            }
        }
        members.sort_unstable_by_key(|member| member.account);
        let extensions = context.to_extensions().map_err(Error::mls)?;
        let bundle = self
            .mls
            .commit_builder()
            .propose_adds(newcomers.into_iter().map(|newcomer| newcomer.package))
            .propose_group_context_extensions(extensions)
            .map_err(Error::mls)?
            .force_self_update(true)
            .load_psks(self.provider.storage())
            .map_err(Error::mls)?
            .build(
                self.provider.rand(),
                self.provider.crypto(),
                &me.identity,
                |_| true,
            )
            .map_err(Error::mls)?
            .stage_commit(&self.provider)
            .map_err(Error::mls)?;
        let (commit, welcome, _) = bundle.into_messages();
        self.mls
            .merge_pending_commit(&self.provider)
            .map_err(Error::mls)?;
        Ok(Committed {
            commit: to_bytes(&commit)?,
            welcome: welcome.as_ref().map(to_bytes).transpose()?,
            group_info: self.group_info(&me.identity)?,
        })
    }

    /// Opens an entry of the log: authenticates it, judges and merges a commit, decrypts a message.
    pub fn open(
        &mut self,
        me: &Me,
        mls: &[u8],
        at: Timestamp,
    ) -> std::result::Result<Opened, Closed> {
        let message = MlsMessageIn::tls_deserialize_exact(mls)
            .ok()
            .and_then(|message| message.try_into_protocol_message().ok())
            .ok_or(Closed::Message("mls_malformed"))?;
        let handshake = message.is_handshake_message();
        match self.open_protocol(me, message, at) {
            Err(Closed::Message(_)) if handshake => Err(Closed::Commit),
            opened => opened,
        }
    }

    fn open_protocol(
        &mut self,
        me: &Me,
        message: ProtocolMessage,
        at: Timestamp,
    ) -> std::result::Result<Opened, Closed> {
        let handshake = message.is_handshake_message();
        let processed = self
            .mls
            .process_message(&self.provider, message)
            .map_err(|_| {
                if handshake {
                    Closed::Commit
                } else {
                    Closed::Message("sealed")
                }
            })?;
        let sender = processed.sender().clone();
        let credential = processed.credential().clone();
        match processed.into_content() {
            ProcessedMessageContent::ApplicationMessage(content) => {
                let sender = Leaf::new(&credential, &[])
                    .and_then(|leaf| leaf.claim())
                    .map_err(|_| Closed::Message("certificate"))?;
                let payload = minicbor::decode(&content.into_bytes())
                    .map_err(|_| Closed::Message("payload_malformed"))?;
                Ok(Opened::Message { sender, payload })
            }
            ProcessedMessageContent::StagedCommitMessage(staged) => {
                let facts = Facts {
                    agency_key: &me.agency_key,
                    at,
                };
                let judged = judge::judge_commit(self.mls.public_group(), &sender, &staged, &facts)
                    .map_err(Closed::Judged)?;
                let draft = self.provider.storage();
                judge::check_pins(&judged.context.policy, |account| draft.pin(account))
                    .map_err(Closed::Judged)?;
                self.mls
                    .merge_staged_commit(&self.provider, *staged)
                    .map_err(|_| Closed::Commit)?;
                Ok(Opened::Commit(Box::new(judged)))
            }
            _ => Err(Closed::Message("unexpected_content")),
        }
    }
}

/// Key packages of this device, their private halves in the draft. Lifetime: the greatest that
/// OpenMLS accepts, 84 days and an hour.
pub fn make_key_packages(
    draft: &Draft<'_>,
    identity: &Identity,
    count: usize,
) -> Result<Vec<Bytes>> {
    (0..count)
        .map(|_| make_key_package(draft, identity, false))
        .collect()
}

/// The key package handed out when no other is left.
pub fn make_last_resort(draft: &Draft<'_>, identity: &Identity) -> Result<Bytes> {
    make_key_package(draft, identity, true)
}

fn make_key_package(draft: &Draft<'_>, identity: &Identity, last_resort: bool) -> Result<Bytes> {
    let mut builder = KeyPackage::builder()
        .leaf_node_capabilities(capabilities())
        .key_package_lifetime(Lifetime::default());
    if last_resort {
        builder = builder.mark_as_last_resort();
    }
    let bundle = builder
        .build(
            SUITE,
            &Provider::new(draft),
            identity,
            identity.credential(),
        )
        .map_err(Error::mls)?;
    to_bytes(&MlsMessageOut::from(bundle.into_key_package()))
}

/// Checks a key package that the server handed out: signed, in its lifetime, certified under the
/// account's identity key, which must be the pinned one if one is.
pub fn check_newcomer(
    draft: &Draft<'_>,
    claimed: &protocol::http::ClaimedKeyPackage,
) -> Option<Newcomer> {
    let message = MlsMessageIn::tls_deserialize_exact(&*claimed.key_package).ok()?;
    let MlsMessageBodyIn::KeyPackage(package) = message.extract() else {
        return None;
    };
    let provider = Provider::new(draft);
    let package = package
        .validate(provider.crypto(), ProtocolVersion::Mls10)
        .ok()?;
    let aik: [u8; 32] = claimed.aik.to_array()?;
    let leaf = Leaf::of_node(package.leaf_node()).ok()?;
    let cert = judge::certificate::check_device_cert(&leaf.identity, &aik).ok()?;
    let own = cert.account == claimed.account && cert.device == claimed.device;
    let pinned = draft.pin(claimed.account).is_none_or(|pin| pin == aik);
    (own && pinned && cert.dsk.0 == leaf.key).then(|| Newcomer {
        account: claimed.account,
        role: claimed.role,
        aik: claimed.aik.clone(),
        package,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Rows;

    #[test]
    fn every_key_package_stands_up_to_the_checks_of_whoever_adds_it() {
        let rows = Rows::new();
        let draft = Draft::new(&rows);
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        let account = AccountId::from_bytes([1; 16]);
        let identity = Identity::make(account, now);
        let mut packages = make_key_packages(&draft, &identity, 2).unwrap();
        packages.push(make_last_resort(&draft, &identity).unwrap());
        for key_package in packages {
            assert!(key_package.len() <= limits::KEY_PACKAGE_BYTES_MAX);
            let claimed = protocol::http::ClaimedKeyPackage {
                account,
                role: Role::Client,
                aik: identity.aik_public().into(),
                device: identity.device,
                key_package,
            };
            assert!(check_newcomer(&draft, &claimed).is_some());
        }
    }
}
