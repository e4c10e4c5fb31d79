//! MLS groups: make, add to, join, encrypt, decrypt. Everything works on the draft it is given; a
//! commit works on a fork, because it is adopted only when the log shows it.

mod commit;
mod epoch;
#[cfg(feature = "simulated")]
pub mod intruder;
mod newcomers;
#[cfg(feature = "simulated")]
pub mod troublemaker;

use judge::context::{Context, SUITE, capabilities};
use judge::roster::Leaf;
use judge::{Facts, Judged, Known, Violation};
use openmls::extensions::UnknownExtension;
use openmls::group::{
    GroupContext, MlsGroup, MlsGroupJoinConfig, PURE_PLAINTEXT_WIRE_FORMAT_POLICY, StagedWelcome,
};
use openmls::prelude::{
    MlsMessageBodyIn, MlsMessageIn, MlsMessageOut, ProcessedMessageContent, ProtocolMessage,
    SenderRatchetConfiguration,
};
use openmls_traits::OpenMlsProvider;
use protocol::certificate::DeviceCert;
use protocol::policy::{CirclePolicy, EXTENSION_TYPE, HistoryMode, PolicyMember};
use protocol::{AccountId, Bytes, GroupId, Timestamp, limits};
use tls_codec::{Deserialize as _, Serialize as _};

use crate::content::Payload;
use crate::error::{Error, Result};
use crate::identity::Identity;
use crate::provider::Provider;
use crate::rows::Draft;
use crate::state::{Me, NewKey};

pub use commit::{Change, Committed};
pub use epoch::Epoch;
pub use newcomers::{Newcomer, Unwelcome, check_newcomer, make_key_packages, make_last_resort};

/// A group loaded from a draft.
pub struct Group<'d, 'a> {
    provider: Provider<'d, 'a>,
    mls: MlsGroup,
}

/// What an entry of the log turned out to be.
pub enum Opened {
    /// A commit that the judge accepted and that is merged now.
    Commit(Box<Judged>),
    /// The server proposes to remove this device.
    Proposal(DeviceCert),
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
    /// The group lists a later identity key of this person's.
    Behind,
    /// A group that somebody vouches for whom this device never met there.
    Stranger(NewKey),
    /// A commit or Welcome that this device cannot process.
    Commit,
    /// A message that this device cannot read; the next good one arrives all the same.
    Message(&'static str),
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
    /// Makes a circle's first group, alone in it, with a complete GroupContext. A later generation keeps
    /// the terms of the one before; whether history is kept is among them.
    pub fn found(
        draft: &'d Draft<'a>,
        me: &Me,
        id: GroupId,
        (before, history): (Option<&CirclePolicy>, HistoryMode),
    ) -> Result<Self> {
        let mut policy = CirclePolicy {
            circle: id.circle,
            generation: id.generation,
            members: vec![PolicyMember {
                account: me.identity.account,
                role: me.role,
                aik: me.identity.aik_public().into(),
                verified_by: None,
                successions: Vec::new(),
            }],
            custodians: Vec::new(),
            retention: "standard".to_owned(),
            history,
            client_version_min: 1,
        };
        if let Some(before) = before {
            policy.retention.clone_from(&before.retention);
            policy.client_version_min = before.client_version_min;
            if let Some(own) = before.member(me.identity.account) {
                policy.members[0].successions.clone_from(&own.successions);
            }
        }
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
            .map_err(|_| Error::Group("a group does not read"))?
            .ok_or(Error::Group("a group is missing"))?;
        Ok(Self { provider, mls })
    }

    /// Joins by a Welcome, if the judge agrees. Answers the policy and who is in the group. `known` is
    /// what this device knew of the circle's group before.
    pub fn join(
        draft: &'d Draft<'a>,
        me: &Me,
        (welcome, known): (&[u8], Option<&Known>),
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
            (&inviter, known),
            |account| draft.pin(account),
            &Facts {
                agency_keys: &me.agency_keys(),
                at,
            },
        )
        .map_err(|violation| {
            let inviter = inviter.claim().ok().map(|cert| cert.account);
            closed(violation, inviter, staged.group_context())
        })?;
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
            agency_keys: &me.agency_keys(),
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
                    agency_keys: &me.agency_keys(),
                    at,
                };
                let judged = judge::judge_commit(self.mls.public_group(), &sender, &staged, &facts)
                    .map_err(Closed::Judged)?;
                let before = self.context(me).map_err(|_| Closed::Commit)?.policy;
                self.check_changed_keys(&before, &judged.context.policy)
                    .map_err(Closed::Judged)?;
                self.mls
                    .merge_staged_commit(&self.provider, *staged)
                    .map_err(|_| Closed::Commit)?;
                Ok(Opened::Commit(Box::new(judged)))
            }
            ProcessedMessageContent::ProposalMessage(queued) => {
                let index = judge::judge_proposal(&queued).map_err(Closed::Judged)?;
                let leaf = self.mls.public_group().leaf(index).ok_or(Closed::Commit)?;
                let cert = Leaf::of_node(leaf)
                    .and_then(|leaf| leaf.claim())
                    .map_err(Closed::Judged)?;
                self.mls
                    .store_pending_proposal(self.provider.storage(), *queued)
                    .map_err(|_| Closed::Commit)?;
                Ok(Opened::Proposal(cert))
            }
            _ => Err(Closed::Message("unexpected_content")),
        }
    }

    /// A pinned identity key changes only by the account's own handing over, or, for somebody who had
    /// left, by whoever may add. Anything else is a violation.
    fn check_changed_keys(
        &self,
        before: &CirclePolicy,
        after: &CirclePolicy,
    ) -> std::result::Result<(), Violation> {
        let draft = self.provider.storage();
        // Who changed keys brings the new one into each circle on its own: until then others' commits there
        // leave the earlier one, and nothing changed.
        let violates = |member: &PolicyMember| {
            let earlier = before.member(member.account);
            earlier.is_some_and(|earlier| earlier.aik != member.aik)
                && draft
                    .pin(member.account)
                    .is_some_and(|pin| member.aik.0 != pin && !judge::follows(member, &pin))
        };
        if after.members.iter().any(violates) {
            return Err(Violation::PinnedKeyDiffers);
        }
        Ok(())
    }

    /// Every leaf's certificate. The judge saw to it that each reads.
    pub fn leaves(&self) -> impl Iterator<Item = std::result::Result<DeviceCert, Violation>> + '_ {
        let leaf = |member| Leaf::of_member(&member)?.claim();
        self.mls.members().map(leaf)
    }

    /// Whose device stands in this group, by its certificate.
    pub fn account_of(&self, device: protocol::DeviceId) -> Option<AccountId> {
        self.mls.members().find_map(|member| {
            let cert = Leaf::of_member(&member).ok()?.claim().ok()?;
            (cert.device == device).then_some(cert.account)
        })
    }

    /// The key under which this epoch's ephemerals of one device are sealed (messaging.md, section 12).
    pub fn ephemeral_key(&self, device: protocol::DeviceId) -> Result<[u8; 32]> {
        let secret = self
            .mls
            .export_secret(
                self.provider.crypto(),
                "carecircle ephemeral",
                device.as_bytes(),
                32,
            )
            .map_err(Error::mls)?;
        secret
            .try_into()
            .map_err(|_| Error::Store("an exported secret of another length"))
    }

    #[cfg(feature = "simulated")]
    /// The epoch's authenticator: equal on every device that agrees (RFC 9420, section 8.7).
    pub fn authenticator(&self) -> Vec<u8> {
        self.mls.epoch_authenticator().as_slice().to_vec()
    }
}

/// Why a group is not entered: of a stranger who vouches for it, the key under which its policy lists
/// them, so that people can compare it.
fn closed(violation: Violation, voucher: Option<AccountId>, context: &GroupContext) -> Closed {
    let stranger = voucher.and_then(|account| {
        let aik = listed(context, account)?;
        Some(NewKey { account, aik })
    });
    match (&violation, stranger) {
        (Violation::Stranger, Some(stranger)) => Closed::Stranger(stranger),
        _ => Closed::Judged(violation),
    }
}

/// Whether a group lists another identity key of this person's than this device has.
fn is_behind(me: &Identity, context: &GroupContext) -> bool {
    listed(context, me.account).is_some_and(|aik| aik.0 != me.aik_public())
}

/// The identity key under which the group that a `GroupInfo` leads into lists an account. Nothing is verified.
pub fn listed_in(group_info: &[u8], account: AccountId) -> Option<Bytes> {
    let message = MlsMessageIn::tls_deserialize_exact(group_info).ok()?;
    let MlsMessageBodyIn::GroupInfo(info) = message.extract() else {
        return None;
    };
    listed(info.group_context(), account)
}

/// The identity key under which a group's policy lists an account.
fn listed(context: &GroupContext, account: AccountId) -> Option<Bytes> {
    let UnknownExtension(policy) = context.extensions().unknown(EXTENSION_TYPE)?;
    let policy: CirclePolicy = minicbor::decode(policy).ok()?;
    Some(policy.member(account)?.aik.clone())
}
