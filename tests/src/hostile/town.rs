//! Maria's circle with Dana (and Ana, if the script wants her): real devices, the real store, and the
//! server's place in between in the script's hands.

use care::{Caller, Chance};
use device::api::{CircleView, Command, Event, Input};
use ed25519_dalek::SigningKey;
use judge::Context;
use openmls::group::{ProposalStore, PublicGroup};
use openmls::prelude::{MlsMessageBodyIn, MlsMessageIn};
use openmls_rust_crypto::{OpenMlsRustCrypto, RustCrypto};
use openmls_traits::OpenMlsProvider as _;
use protocol::certificate::{RemovalKey, Signed};
use protocol::frame::{
    Append, CommitPlease, Cursor, Inbox, LogEntry, LogPage, Notice, NoticeKind, ServerFrame,
    WelcomeNotice,
};
use protocol::http::{PlanCircle, RecordConsent, WithdrawConsent};
use protocol::policy::PolicyMember;
use protocol::{
    AccountId, Bytes, CircleId, ConsentBasis, ConsentId, GroupId, OpId, Timestamp, Urgency,
};
use std::sync::{Arc, Mutex};
use store::{Database, RootKey, Settings, Store, Topic, Wake};
use testkit::{FakeClock, Person, SeededChance};
use tls_codec::Deserialize as _;
use tokio::runtime::{Builder, Runtime};

use super::people;
use super::phone::Phone;
use crate::simulator::phone::SERVER_NAME;
use crate::simulator::wire;

/// The phones by their order.
pub const DANA: usize = 0;
pub const MARIA: usize = 1;
pub const ANA: usize = 2;

/// A Welcome that the store does not have.
const NOWHERE: &str = "dddddddd-dddd-4ddd-8ddd-dddddddddddd";

/// What the store woke, until the town looks.
#[derive(Clone, Default)]
struct Woken(Arc<Mutex<Vec<Topic>>>);

impl Wake for Woken {
    fn wake(&self, topic: Topic) {
        self.0.lock().expect("nobody panics with it").push(topic);
    }
}

/// Chance whose draws are overheard: a server knows its own keys, and may misuse them.
struct Overheard {
    chance: SeededChance,
    draws: Mutex<Vec<Vec<u8>>>,
}

impl Chance for Overheard {
    fn fill(&self, bytes: &mut [u8]) {
        self.chance.fill(bytes);
        self.draws.lock().expect("no panics").push(bytes.to_vec());
    }
}

/// Everything.
pub struct Town {
    pub runtime: Runtime,
    pub store: Store,
    pub clock: FakeClock,
    woken: Woken,
    overheard: Arc<Overheard>,
    pub phones: Vec<Phone>,
    pub maria: Person,
    pub ana: Person,
    consent: Option<ConsentId>,
    /// Ana's phone as it was when her right ended: what somebody has who kept a copy.
    anas: Option<device::Device>,
    pub circle: CircleId,
    ops: u8,
    _directory: tempfile::TempDir,
}

impl Town {
    /// Dana and Maria are in the circle; Ana is allowed and invited, and has no device yet.
    pub fn new() -> Self {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let directory = tempfile::tempdir().expect("a directory");
        let clock = FakeClock::default();
        let woken = Woken::default();
        let overheard = Arc::new(Overheard {
            chance: SeededChance::new(1),
            draws: Mutex::default(),
        });
        let settings = Settings {
            database: Database::Sqlite {
                directory: directory.path().to_owned(),
            },
            root_key: RootKey::from_bytes([7; 32]),
            clock: Arc::new(clock.clone()),
            chance: overheard.clone(),
            wake: Arc::new(woken.clone()),
            zones: care::civil::Zones::bundled(),
            zone: testkit::agency::zone(),
            server_name: SERVER_NAME.to_owned(),
            demo: true,
        };
        let store = runtime.block_on(Store::open(settings)).expect("opens");
        let (dana, maria, ana) = runtime.block_on(people::invent(&store)).expect("people");
        let mut town = Self {
            runtime,
            store,
            clock,
            woken,
            overheard,
            phones: Vec::new(),
            maria,
            ana,
            consent: None,
            anas: None,
            circle: CircleId::from_bytes([0; 16]),
            ops: 0,
            _directory: directory,
        };
        device::chance::seed(1);
        device::simulated::begin_with_keys(&device::simulated::Used::default());
        town.enrol(dana);
        town.plan();
        town.enrol(maria);
        assert_eq!(town.phones[MARIA].circles().len(), 1);
        assert_eq!(town.view(MARIA).phase, device::api::CirclePhase::Ready);
        town
    }

    /// The same with Ana's phone in the circle.
    pub fn with_ana() -> Self {
        let mut town = Self::new();
        town.enrol(town.ana);
        assert_eq!(town.view(ANA).phase, device::api::CirclePhase::Ready);
        town
    }

    pub fn op(&mut self) -> OpId {
        self.ops += 1;
        OpId::from_bytes([self.ops; 16])
    }

    pub fn now(&self) -> Timestamp {
        care::Clock::now(&self.clock)
    }

    // --- people -------------------------------------------------------------------------------

    /// A sign-in link for somebody.
    pub fn link(&self, person: Person) -> String {
        let url = format!("https://{SERVER_NAME}");
        let link = testkit::agency::link(&self.store, &url, person.account);
        self.runtime.block_on(link).expect("a link")
    }

    pub fn enrol(&mut self, person: Person) {
        self.enrol_with(person, |_| {});
    }

    /// The same through a server that lies from the first moment.
    pub fn enrol_with(&mut self, person: Person, lie: impl FnOnce(&mut Phone)) {
        let link = self.link(person);
        let which = self.phones.len();
        let number = u8::try_from(which + 1).expect("few phones");
        let mut phone = Phone::new(person, number);
        lie(&mut phone);
        self.phones.push(phone);
        self.command(which, Command::OpenLink { link });
        self.command(which, Command::Enrol);
    }

    /// A new device comes by an invitation, through a server that lies from the first moment. Answers its
    /// number.
    pub fn comes(
        &mut self,
        person: Person,
        invitation: &str,
        lie: impl FnOnce(&mut Phone),
    ) -> usize {
        let which = self.phones.len();
        let number = u8::try_from(which + 1).expect("few phones");
        let mut phone = Phone::new(person, number);
        lie(&mut phone);
        self.phones.push(phone);
        let link = invitation.to_owned();
        self.command(which, Command::OpenLink { link });
        self.command(which, Command::Enrol);
        which
    }

    /// A further device, by a link that an earlier one of the same person shows. Answers its number.
    pub fn begin_second(&mut self, first: usize) -> usize {
        self.command(first, Command::AddDevice);
        self.again_by_the_same_link(first)
    }

    /// Somebody else opens the link that a device showed last.
    pub fn again_by_the_same_link(&mut self, first: usize) -> usize {
        let shown = |event: &Event| match event {
            Event::DeviceLink { link, .. } => Some(link.clone()),
            _ => None,
        };
        let link = self.phones[first].shown.iter().rev().find_map(shown);
        let link = link.expect("a link is shown");
        let which = self.phones.len();
        let number = u8::try_from(which + 1).expect("few phones");
        let person = self.phones[first].person;
        self.phones.push(Phone::new(person, number));
        self.command(which, Command::OpenLink { link });
        which
    }

    fn plan(&mut self) {
        let caller = self.caller(DANA);
        let record = RecordConsent {
            op_id: self.op(),
            client: self.maria.person,
            caregiver: self.ana.person,
            basis: ConsentBasis::Verbal,
            note: "said so".to_owned(),
            until: None,
            appointments: false,
            reminders: false,
        };
        let consent = self
            .runtime
            .block_on(self.store.record_consent(&caller, record));
        self.consent = Some(consent.expect("recorded").id);
        self.circle = self.plan_circle("Maria's circle", vec![self.ana.account]);
    }

    /// Dana plans a circle of Maria's.
    pub fn plan_circle(&mut self, title: &str, members: Vec<AccountId>) -> CircleId {
        self.plan_for(self.maria, title, members)
    }

    /// Dana plans a circle of a client's.
    pub fn plan_for(&mut self, client: Person, title: &str, members: Vec<AccountId>) -> CircleId {
        let plan = PlanCircle {
            op_id: self.op(),
            client: client.person,
            title: title.to_owned(),
            members,
        };
        let caller = self.caller(DANA);
        let planned = self.runtime.block_on(self.store.plan_circle(&caller, plan));
        self.settle();
        planned.expect("planned").id
    }

    /// Maria allows Ana no longer, and a device that is online commits the removal.
    pub fn withdraw(&mut self) {
        self.withdraw_only();
        self.please(MARIA);
    }

    /// The same without the commit.
    pub fn withdraw_only(&mut self) {
        self.anas = Some(self.phones[ANA].device.duplicate());
        let caller = self.caller(DANA);
        let consent = self.consent.expect("recorded");
        let body = WithdrawConsent {
            op_id: self.op(),
            clear_calendar: false,
        };
        let done = self.store.withdraw_consent(&caller, consent, body);
        self.runtime.block_on(done).expect("withdrawn");
        self.settle();
    }

    /// The server asks a device to commit what waits.
    pub fn please(&mut self, who: usize) {
        let please = CommitPlease {
            circle: self.circle,
            deadline: self.now(),
        };
        self.push(who, &ServerFrame::CommitPlease(please));
    }

    /// The session of a phone.
    pub fn caller(&self, who: usize) -> Caller {
        let found = wire::caller(&self.store, self.phones[who].cookie.as_ref());
        self.runtime.block_on(found).expect("signed in")
    }

    /// Whether Ana, who kept a copy of all that her phone had, opens what somebody sent.
    pub fn ana_opens(&self, sent: &Append) -> bool {
        let anas = self.anas.as_ref().expect("her right ended");
        anas.can_open(sent).expect("reads")
    }

    // --- what happens -------------------------------------------------------------------------

    pub fn command(&mut self, who: usize, command: Command) {
        let now = self.now();
        self.phones[who].command(command, now);
        self.settle();
    }

    pub fn says(&mut self, who: usize, text: &str) {
        let command = Command::Send {
            circle: self.circle,
            text: text.to_owned(),
            urgency: Urgency::Routine,
        };
        self.command(who, command);
    }

    /// A frame that the store never sent.
    pub fn push(&mut self, who: usize, frame: &ServerFrame) {
        let now = self.now();
        let bytes = frame.to_bytes();
        self.phones[who].hear(Input::Frame { bytes }, now);
        self.settle();
    }

    /// Entries of the log that the store never gave out.
    pub fn push_entries(&mut self, who: usize, entries: Vec<LogEntry>) {
        let head = entries.last().map_or(0, |entry| entry.seq);
        let page = LogPage {
            circle: self.circle,
            generation: 0,
            entries,
            head,
        };
        self.push(who, &ServerFrame::Log(page));
    }

    /// Time passes, and every device looks around.
    pub fn tick(&mut self, seconds: i64) {
        self.clock.advance(seconds);
        let now = self.now();
        for phone in &mut self.phones {
            phone.hear(Input::Tick, now);
        }
        self.settle();
    }

    /// The connection breaks, and the device comes back.
    pub fn reconnect(&mut self, who: usize) {
        self.phones[who].cut();
        self.settle();
        self.command(who, Command::Connect);
        self.tick(60);
    }

    /// Everything on its way arrives, through the server's lies.
    pub fn settle(&mut self) {
        for _ in 0..2_000 {
            let mut moved = false;
            for who in 0..self.phones.len() {
                moved |= self.go_on(who);
                self.wake();
            }
            if !moved {
                return;
            }
        }
        panic!("no rest");
    }

    fn go_on(&mut self, who: usize) -> bool {
        let now = self.now();
        let phone = &mut self.phones[who];
        if let Some(input) = phone.news.pop_front() {
            phone.hear(input, now);
            return true;
        }
        if let Some(request) = phone.requests.pop_front() {
            let refused = phone
                .refused
                .filter(|(tail, _)| request.path.ends_with(tail));
            let honest = if let Some((_, answer)) = refused {
                (409, answer.to_vec())
            } else {
                let done = wire::call(&self.store, &mut phone.cookie, &request);
                self.runtime.block_on(done)
            };
            let (status, body) = phone.told(&request, honest);
            let id = request.id;
            phone.hear(Input::Answer { id, status, body }, now);
            return true;
        }
        let Some(mut socket) = phone.socket.take() else {
            return false;
        };
        let mut stays = true;
        let mut moved = true;
        let mut heard = Vec::new();
        if let Some(bytes) = socket.up.pop_front() {
            stays = self
                .runtime
                .block_on(wire::frame(&self.store, &mut socket, &bytes));
        } else if let Some(bytes) = socket.down.pop_front() {
            heard = phone.framed(&bytes);
        } else if let Some(topic) = socket.woken.pop_first() {
            stays = self
                .runtime
                .block_on(wire::look(&self.store, &mut socket, topic));
        } else {
            moved = false;
        }
        phone.socket = Some(socket);
        if !stays {
            phone.cut();
        }
        for frame in heard {
            let bytes = frame.to_bytes();
            phone.hear(Input::Frame { bytes }, now);
        }
        moved
    }

    fn wake(&mut self) {
        let topics: Vec<Topic> = std::mem::take(&mut *self.woken.0.lock().expect("no panics"));
        for topic in topics {
            for phone in &mut self.phones {
                let Some(socket) = &mut phone.socket else {
                    continue;
                };
                let Some(caller) = socket.caller else {
                    continue;
                };
                let concerns = match topic {
                    Topic::Circle(circle) => socket.sent.contains_key(&circle),
                    Topic::Device(device) => device == caller.device,
                    Topic::Account(account) => account == caller.account,
                    Topic::Due => false,
                };
                if concerns {
                    socket.woken.insert(topic);
                }
            }
        }
    }

    // --- what is true, and what is seen -------------------------------------------------------

    /// The circle as a phone shows it.
    pub fn view(&self, who: usize) -> CircleView {
        let circles = self.phones[who].circles();
        let found = circles.into_iter().find(|circle| circle.id == self.circle);
        found.expect("the circle is shown")
    }

    /// The epoch that a phone's group is in.
    pub fn epoch(&self, who: usize) -> Option<u64> {
        let places = self.phones[who].device.places().expect("reads");
        let place = places
            .into_iter()
            .find(|place| place.circle == self.circle)?;
        place.group.map(|(_, epoch, _)| epoch)
    }

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
        let bytes = self.group_info();
        let message = MlsMessageIn::tls_deserialize_exact(&*bytes).expect("reads");
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

    /// A notice of a Welcome, whose bytes are then asked for and answered by `welcome`.
    pub fn invite(&mut self, who: usize, generation: u32, welcome: &Bytes) {
        self.phones[who].is_answered(NOWHERE, welcome.0.clone());
        self.invite_through(who, generation);
    }

    /// The same where the script has the answer.
    pub fn invite_through(&mut self, who: usize, generation: u32) {
        let notice = Notice {
            seq: 1_000,
            circle: self.circle,
            kind: NoticeKind::Welcome(WelcomeNotice {
                welcome: NOWHERE.parse().expect("an id"),
                generation,
                start_seq: 0,
            }),
        };
        let inbox = Inbox {
            notices: vec![notice],
        };
        self.push(who, &ServerFrame::Inbox(inbox));
    }

    /// A person wants a device out of its group and in again, and the server shows it this GroupInfo.
    pub fn rejoin_by(&mut self, who: usize, group_info: &Bytes) {
        self.phones[who].is_answered("/group-info", group_info.0.clone());
        let circle = self.circle;
        self.command(who, Command::Rejoin { circle });
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
