//! Maria's circle with Dana (and Ana, if the script wants her): real devices, the real store, and the
//! server's place in between in the script's hands.

use care::Caller;
use device::api::{CircleView, Command, Event, Input};
use protocol::frame::{
    Append, CommitPlease, Inbox, LogEntry, LogPage, Notice, NoticeKind, ServerFrame, WelcomeNotice,
};
use protocol::http::{PlanCircle, RecordConsent, WithdrawConsent};
use protocol::{AccountId, Bytes, CircleId, ConsentBasis, ConsentId, OpId, Timestamp, Urgency};
use std::sync::Arc;
use store::{Database, RootKey, Settings, Store};
use testkit::{FakeClock, Person};
use tokio::runtime::{Builder, Runtime};

use super::people;
use super::phone::Phone;
use crate::simulator::phone::SERVER_NAME;
use crate::simulator::wire;

mod knowledge;
mod traffic;

use knowledge::Overheard;
pub use knowledge::public_group_of;
use traffic::Woken;

/// The phones by their order.
pub const DANA: usize = 0;
pub const MARIA: usize = 1;
pub const ANA: usize = 2;

/// A Welcome that the store does not have.
const NOWHERE: &str = "dddddddd-dddd-4ddd-8ddd-dddddddddddd";

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
        let overheard = Arc::new(Overheard::new(1));
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
            history: protocol::policy::HistoryMode::Eras,
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

    // --- what is seen, and what is shown ------------------------------------------------------

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
}
