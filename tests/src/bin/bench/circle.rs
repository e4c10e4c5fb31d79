//! Real circles: people with accounts and assignments, devices enrolled by a link, key packages left
//! and claimed, a group founded and a commit that the delivery service judged. Only the HTTP in between
//! is left out: the store's verbs are called as the gateway calls them.

use anyhow::{Context as _, Result, bail};
use care::Caller;
use care::private::Name;
use judge::context::{Context as GroupContext, SUITE, capabilities};
use openmls::prelude::*;
use openmls_rust_crypto::OpenMlsRustCrypto;
use protocol::bundle::{CommitBundle, Founding};
use protocol::frame::{Append, ClientFrame, Cursor, Hello};
use protocol::http::{ClaimKeyPackages, PlanCircle, PutKeyPackages};
use protocol::policy::{CirclePolicy, HistoryMode, PolicyMember};
use protocol::{
    AccountId, Bytes, CircleId, GroupId, OpId, PersonId, Role, Timestamp, Urgency, limits,
};
use store::{PersonAdded, Store};
use tls_codec::{Deserialize as _, Serialize as _};

use crate::drive::Prepared;
use crate::keys::Keys;

/// Of an ordinary circle: the client and three case managers, a device each.
pub const DEVICES: u32 = 4;
/// The body of a message as it travels, bytes.
pub const BODY_BYTES: usize = 512;
/// What a device puts into an MLS message before padding: a message id, a key, a hash.
const PAYLOAD_BYTES: usize = 90;
/// An archive wrap: nonce, key, message id, hash, tag.
const WRAP_BYTES: usize = 120;
/// The archive era that the first commit begins.
const ERA: u32 = 1;

/// A circle with all its devices in the group.
pub struct Circle {
    /// The circle.
    pub id: CircleId,
    /// Which one, for ids that do not repeat.
    number: u32,
    client: PersonId,
    members: Vec<Member>,
    group: MlsGroup,
    /// The sender's last counter.
    counter: u64,
    /// The last log position.
    pub head: u64,
}

/// A person with a device that is signed in.
struct Member {
    keys: Keys,
    caller: Caller,
    certificate: Bytes,
    provider: OpenMlsRustCrypto,
}

impl Circle {
    /// Brings the n-th circle of a store about, all of which have so many devices.
    pub async fn found(store: &Store, number: u32, devices: u32, now: Timestamp) -> Result<Self> {
        let installation = Caller::installation();
        let client = add(store, number, 0).await?;
        let mut people = vec![client];
        for place in 1..devices {
            let staff = add(store, number, place).await?;
            store
                .assign(&installation, staff.account, client.person)
                .await?;
            people.push(staff);
        }
        let mut members = Vec::new();
        for (place, person) in (0..).zip(&people) {
            let keys = number * devices + place;
            members.push(Member::enrol(store, person.account, keys, now).await?);
        }
        let plan = PlanCircle {
            history: protocol::policy::HistoryMode::Eras,
            op_id: op(number, 0),
            client: client.person,
            title: format!("Circle {number}"),
            members: people[1..].iter().map(|person| person.account).collect(),
        };
        let id = store.plan_circle(&installation, plan).await?.id;
        // The founder, who is the sender, comes first; the client cannot found.
        members.swap(0, 1);
        let (group, head) = gather(store, id, number, &members).await?;
        Ok(Self {
            id,
            number,
            client: client.person,
            members,
            group,
            counter: 1,
            head,
        })
    }

    /// Who sends.
    pub fn sender(&self) -> Caller {
        self.members[0].caller
    }

    /// Around whom it is.
    pub fn client(&self) -> PersonId {
        self.client
    }

    /// One first frame for each device, the sender's first.
    pub async fn hellos(&self, store: &Store, server_name: &str) -> Result<Vec<Hello>> {
        let mut hellos = Vec::new();
        for member in &self.members {
            let ticket = store.issue_ticket(&member.caller).await?.ticket;
            let cursors = vec![self.cursor()];
            hellos.push(member.keys.hello(ticket, server_name, cursors));
        }
        Ok(hellos)
    }

    /// Everything so far was received.
    fn cursor(&self) -> Cursor {
        Cursor {
            circle: self.id,
            generation: 0,
            seq: self.head,
        }
    }

    /// Encrypts the sender's next messages.
    pub fn prepare(&mut self, count: usize) -> Result<Vec<Prepared>> {
        let sender = &self.members[0];
        let mut prepared = Vec::with_capacity(count);
        for _ in 0..count {
            self.counter += 1;
            let payload = [0x5a; PAYLOAD_BYTES];
            let message = self
                .group
                .create_message(&sender.provider, &sender.keys, &payload)?;
            let op_id = op(self.number, self.counter);
            let append = Append {
                op_id,
                circle: self.id,
                mls: bytes(&message)?,
                body: vec![0xb0; BODY_BYTES].into(),
                wrap: vec![0x3a; WRAP_BYTES].into(),
                era: ERA,
                send_counter: self.counter,
                urgency: Urgency::Routine,
            };
            let frame = ClientFrame::Append(append).to_bytes().into();
            prepared.push(Prepared { op_id, frame });
        }
        Ok(prepared)
    }
}

async fn add(store: &Store, circle: u32, place: u32) -> Result<PersonAdded> {
    let (name, role) = match place {
        0 => (format!("Client Sample {circle}"), Role::Client),
        _ => (
            format!("Staff Placeholder {circle}-{place}"),
            Role::CaseManager,
        ),
    };
    let installation = Caller::installation();
    Ok(store
        .add_person(&installation, Name::new(&name)?, role)
        .await?)
}

/// Makes the group and adds everybody: the head of the log.
async fn gather(
    store: &Store,
    circle: CircleId,
    number: u32,
    members: &[Member],
) -> Result<(MlsGroup, u64)> {
    let founder = &members[0];
    for member in &members[1..] {
        let one_time = vec![member.key_package()?];
        let put = PutKeyPackages {
            one_time,
            last_resort: None,
        };
        store.put_key_packages(&member.caller, put).await?;
    }
    let agency = store.agency().await?.context("there is an agency")?;
    let context = |members| context(circle, &agency.removal_key, members);
    let mut group = founder.new_group(circle, &context(&members[..1]))?;
    let crypto = founder.provider.crypto();
    let info = group.export_group_info(crypto, &founder.keys, true)?;
    let founding = Founding {
        op_id: op(number, u64::MAX - 1),
        group_info: bytes(&info)?,
    };
    store
        .found_circle(&founder.caller, circle, founding)
        .await?;
    let claim = ClaimKeyPackages {
        op_id: op(number, u64::MAX - 3),
        circle,
        accounts: members[1..].iter().map(|m| m.caller.account).collect(),
    };
    let claimed = store.claim_key_packages(&founder.caller, claim).await?;
    let packages: Vec<KeyPackage> = (claimed.claimed.iter())
        .map(|claimed| key_package(&claimed.key_package, crypto))
        .collect::<Result<_>>()?;
    let bundle = founder.add(&mut group, packages, &context(members), number)?;
    let appended = store.commit(&founder.caller, circle, bundle).await?;
    // Behind the commit stands the first message of its epoch.
    Ok((group, appended.seq + 1))
}

fn context(circle: CircleId, removal_key: &Bytes, members: &[Member]) -> GroupContext {
    let mut listed: Vec<PolicyMember> = members.iter().map(Member::listed).collect();
    listed.sort_by_key(|member| member.account);
    GroupContext {
        policy: CirclePolicy {
            circle,
            generation: 0,
            members: listed,
            custodians: Vec::new(),
            retention: "standard".to_owned(),
            history: HistoryMode::Eras,
            client_version_min: 1,
        },
        removal_keys: vec![removal_key.clone()],
    }
}

impl Member {
    async fn enrol(store: &Store, account: AccountId, number: u32, now: Timestamp) -> Result<Self> {
        let keys = Keys::of(number);
        let certificate = keys.certificate(account, now);
        let invitation = store.invite(&Caller::installation(), account).await?;
        let request = keys.request(invitation.secret, certificate.clone());
        let (_, token) = store.redeem_invitation(request).await?;
        Ok(Self {
            keys,
            caller: store.caller(&token).await?,
            certificate,
            provider: OpenMlsRustCrypto::default(),
        })
    }

    fn listed(&self) -> PolicyMember {
        PolicyMember {
            account: self.caller.account,
            role: self.caller.role,
            aik: self.keys.aik().into(),
            verified_by: None,
            successions: Vec::new(),
        }
    }

    fn credential(&self) -> CredentialWithKey {
        CredentialWithKey {
            credential: BasicCredential::new(self.certificate.0.clone()).into(),
            signature_key: self.keys.dsk().to_vec().into(),
        }
    }

    fn key_package(&self) -> Result<Bytes> {
        let bundle = KeyPackage::builder()
            .leaf_node_capabilities(capabilities())
            .build(SUITE, &self.provider, &self.keys, self.credential())?;
        bytes(&MlsMessageOut::from(bundle.into_key_package()))
    }

    fn new_group(&self, circle: CircleId, context: &GroupContext) -> Result<MlsGroup> {
        let id = GroupId {
            circle,
            generation: 0,
        };
        Ok(MlsGroup::builder()
            .with_group_id(openmls::group::GroupId::from_slice(&id.to_bytes()))
            .ciphersuite(SUITE)
            .with_wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
            .padding_size(limits::MLS_PADDING_BYTES)
            .use_ratchet_tree_extension(true)
            .with_capabilities(capabilities())
            .with_group_context_extensions(context.to_extensions()?)
            .build(&self.provider, &self.keys, self.credential())?)
    }

    /// A commit that adds devices, with the first message of the epoch that it makes.
    fn add(
        &self,
        group: &mut MlsGroup,
        packages: Vec<KeyPackage>,
        context: &GroupContext,
        number: u32,
    ) -> Result<CommitBundle> {
        let (rand, crypto) = (self.provider.rand(), self.provider.crypto());
        let staged = group
            .commit_builder()
            .propose_adds(packages)
            .propose_group_context_extensions(context.to_extensions()?)?
            .force_self_update(true)
            .load_psks(self.provider.storage())?
            .build(rand, crypto, &self.keys, |_| true)?
            .stage_commit(&self.provider)?;
        let (commit, welcome, info) = staged.into_messages();
        group.merge_pending_commit(&self.provider)?;
        let first = group.create_message(&self.provider, &self.keys, b"era")?;
        Ok(CommitBundle {
            op_id: op(number, u64::MAX - 5),
            commit: bytes(&commit)?,
            group_info: bytes(&info.context("a group info comes with the tree")?)?,
            welcome: welcome.as_ref().map(bytes).transpose()?,
            era_next: bytes(&first)?,
            era: ERA,
            send_counter: 1,
        })
    }
}

fn key_package(claimed: &Bytes, crypto: &impl OpenMlsCrypto) -> Result<KeyPackage> {
    let message = MlsMessageIn::tls_deserialize_exact(&**claimed)?;
    let MlsMessageBodyIn::KeyPackage(package) = message.extract() else {
        bail!("what was claimed is not a key package");
    };
    Ok(package.validate(crypto, ProtocolVersion::Mls10)?)
}

fn bytes(message: &MlsMessageOut) -> Result<Bytes> {
    Ok(Bytes(message.tls_serialize_detached()?))
}

/// The n-th operation around a circle.
fn op(circle: u32, n: u64) -> OpId {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&circle.to_be_bytes());
    bytes[8..].copy_from_slice(&n.to_be_bytes());
    OpId::from_bytes(bytes)
}
