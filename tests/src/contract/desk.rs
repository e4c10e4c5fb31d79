//! A house whose people book: Dana, Sam, Maria and Ana signed in, and the post room ([`post_room`]) that sends what is
//! due into memory.

use std::collections::{BTreeMap, HashSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use care::Caller;
use care::civil::CivilTime;
use mail::Memory;
use protocol::http::{
    Appointment, BookAppointment, CancelAppointment, Consent, MoveAppointment, Preferences,
    RecordConsent, ReplyToAppointment, Task, UndoCancel, WithdrawConsent,
};
use protocol::{
    AppointmentId, AppointmentKind, CancelReason, ConsentBasis, ConsentId, OpId, PersonId, Reply,
    Timestamp, limits,
};
use scheduler::{Scheduler, Worker};
use store::{Database, Store};
use testkit::{Engine, TestDatabase};

use super::house::{Enrolled, House, texts};

mod post_room;

pub use post_room::{link, of, read, to, worker, worker_of};

/// The Tuesday of next week at ten; the house's clock begins on a Monday at nine, both in Chicago.
pub const TUESDAY: &str = "2026-11-10T10:00";

/// See the head.
pub struct Desk {
    pub house: House,
    pub scheduler: Scheduler,
    pub dana: Caller,
    pub sam: Caller,
    pub maria: Caller,
    pub ana: Caller,
    /// The devices of Dana and Ana.
    pub devices: [Enrolled; 2],
    pub memory: Memory,
    pub worker: Worker,
    ops: AtomicU64,
    reported: Mutex<HashSet<String>>,
}

impl Desk {
    pub async fn open(engine: Engine) -> Self {
        let house = House::build(engine).await;
        let agency = house.agency;
        let memory = Memory::keeping();
        let dana = house.enrol(agency.dana, 1).await;
        let ana = house.enrol(agency.ana, 2).await;
        Self {
            scheduler: Scheduler::new(house.store.clone()),
            sam: house.enrol(agency.sam, 3).await.caller,
            maria: house.enrol(agency.maria, 4).await.caller,
            dana: dana.caller,
            ana: ana.caller,
            devices: [dana, ana],
            worker: worker(&house, &memory),
            memory,
            house,
            ops: AtomicU64::new(1),
            reported: Mutex::default(),
        }
    }

    pub fn store(&self) -> &Store {
        &self.house.store
    }

    /// The house alone: nobody else holds its store any more.
    pub fn into_house(self) -> House {
        let Self {
            house,
            scheduler,
            worker,
            ..
        } = self;
        drop((scheduler, worker));
        house
    }

    /// An operation id that nobody has used.
    pub fn op(&self) -> OpId {
        let n = self.ops.fetch_add(1, Ordering::Relaxed);
        let mut bytes = [0xd0; 16];
        bytes[8..].copy_from_slice(&n.to_be_bytes());
        OpId::from_bytes(bytes)
    }

    /// The clocks of Chicago.
    pub fn instant(civil: &str) -> Timestamp {
        testkit::agency::zone().resolve(CivilTime::parse(civil).unwrap())
    }

    /// Time passes to then; nobody's session ends meanwhile.
    pub async fn at(&self, civil: &str) {
        self.house.clock.set(Self::instant(civil));
        self.keep_sessions().await;
    }

    /// So many seconds pass.
    pub async fn pass(&self, seconds: i64) {
        self.house.clock.advance(seconds);
        self.keep_sessions().await;
    }

    /// Somebody sets the clock so many seconds ahead (back if negative); nobody's session ends by it.
    pub async fn jump(&self, seconds: i64) {
        self.house.clock.jump(seconds);
        self.keep_sessions().await;
    }

    async fn keep_sessions(&self) {
        let now = self.house.clock_now();
        let (seen, ends) = (now.micros(), now.plus_seconds(30 * 86_400).micros());
        self.house
            .run(&format!(
                "UPDATE session SET last_seen_at = {seen}, proved_at = {seen}, ends_at = {ends}"
            ))
            .await;
    }

    // --- what people do --------------------------------------------------------------------------

    /// Half an hour by video with Maria.
    pub fn request(&self, civil: &str) -> BookAppointment {
        BookAppointment {
            op_id: self.op(),
            client: self.house.agency.maria.person,
            kind: AppointmentKind::Video,
            civil_start: civil.to_owned(),
            zone: None,
            minutes: 30,
            visit_type: None,
            caregivers: Vec::new(),
            staff: Vec::new(),
            meeting_link: Some("https://meet.example.org/maria-room".to_owned()),
            place: None,
        }
    }

    /// Dana books it.
    pub async fn book(&self, civil: &str) -> Appointment {
        let request = self.request(civil);
        self.scheduler.book(&self.dana, request).await.unwrap()
    }

    /// Dana books it, and Ana comes too, under a consent recorded now.
    pub async fn book_with_ana(&self, civil: &str) -> (Appointment, ConsentId) {
        let consent = self.consent(None).await.id;
        let mut request = self.request(civil);
        request.caregivers = vec![self.house.agency.ana.person];
        let booked = self.scheduler.book(&self.dana, request).await.unwrap();
        (booked, consent)
    }

    /// Maria lets Ana take part and be reminded, Dana writes it down.
    pub async fn consent(&self, until: Option<Timestamp>) -> Consent {
        self.consent_with(until, true).await
    }

    /// Maria lets Ana take part, with or without reminders.
    pub async fn consent_with(&self, until: Option<Timestamp>, reminders: bool) -> Consent {
        let record = RecordConsent {
            op_id: self.op(),
            client: self.house.agency.maria.person,
            caregiver: self.house.agency.ana.person,
            basis: ConsentBasis::Verbal,
            note: "said so on the phone".to_owned(),
            until,
            appointments: true,
            reminders,
        };
        let recorded = self.store().record_consent(&self.dana, record).await;
        recorded.unwrap()
    }

    pub async fn withdraw(&self, caller: &Caller, id: ConsentId) -> store::Result<Consent> {
        let request = WithdrawConsent {
            op_id: self.op(),
            clear_calendar: false,
        };
        self.store().withdraw_consent(caller, id, request).await
    }

    /// The same, and Ana's calendar is to be cleared.
    pub async fn withdraw_and_clear(&self, id: ConsentId) {
        let request = WithdrawConsent {
            op_id: self.op(),
            clear_calendar: true,
        };
        let withdrawn = self.store().withdraw_consent(&self.maria, id, request);
        withdrawn.await.unwrap();
    }

    pub async fn shift(&self, card: &Appointment, civil: &str) -> store::Result<Appointment> {
        let request = MoveAppointment {
            op_id: self.op(),
            sequence: card.sequence,
            civil_start: civil.to_owned(),
            zone: None,
            minutes: None,
            scope: protocol::Scope::This,
            skip_conflicts: false,
        };
        let moved = self
            .scheduler
            .move_appointment(&self.dana, card.id, request);
        moved.await
    }

    pub async fn call_off(&self, card: &Appointment) -> store::Result<Appointment> {
        let request = CancelAppointment {
            op_id: self.op(),
            sequence: card.sequence,
            reason: CancelReason::Agency,
            scope: protocol::Scope::This,
        };
        self.scheduler.cancel(&self.dana, card.id, request).await
    }

    /// What staff have called off can be taken back no longer: people are told.
    pub async fn until_told(&self) {
        self.pass(limits::STAFF_UNDO_S).await;
    }

    pub async fn take_back(&self, card: &Appointment) -> store::Result<Appointment> {
        let request = UndoCancel {
            op_id: self.op(),
            sequence: card.sequence,
        };
        self.scheduler
            .undo_cancel(&self.dana, card.id, request)
            .await
    }

    pub async fn reply(
        &self,
        caller: &Caller,
        (id, sequence): (AppointmentId, u32),
        reply: Reply,
    ) -> store::Result<Appointment> {
        let request = ReplyToAppointment {
            op_id: self.op(),
            sequence,
            reply,
            for_client: false,
        };
        self.scheduler.reply(caller, id, request).await
    }

    /// Changes one thing about how a person is told things. Another address is known to be theirs.
    pub async fn prefer(
        &self,
        caller: &Caller,
        person: PersonId,
        change: impl FnOnce(&mut Preferences),
    ) {
        let mut wish = self.store().preferences(caller, person).await.unwrap();
        change(&mut wish);
        let store = self.store();
        let put = store.put_preferences(caller, person, wish.clone());
        put.await.unwrap();
        let unconfirmed = "SELECT COUNT(*) FROM address WHERE confirmed_at IS NULL";
        if self.house.count(unconfirmed).await == 0 {
            return;
        }
        for sql in [
            "UPDATE address SET confirmed_at = created_at WHERE confirmed_at IS NULL",
            "DELETE FROM single_mail WHERE kind = 'address'",
        ] {
            self.house.run(sql).await;
        }
        let again = store.put_preferences(caller, person, wish);
        again.await.unwrap();
    }

    /// Takes a person's address away.
    pub async fn without_address(&self, caller: &Caller) {
        self.prefer(caller, caller.person, |wish| wish.email = None)
            .await;
    }

    pub async fn tasks(&self, caller: &Caller) -> Vec<Task> {
        self.store().tasks(caller).await.unwrap().tasks
    }

    /// The tasks of Dana, in words.
    pub async fn to_do(&self) -> Vec<String> {
        let tasks = self.tasks(&self.dana).await.into_iter();
        tasks
            .map(|task| format!("{} {}", first(&task.person_name), task.kind.as_str()))
            .collect()
    }

    /// Every row of every table but the audit's, as text.
    pub async fn dump(&self) -> BTreeMap<String, Vec<String>> {
        dump(&self.house.database).await
    }
}

/// Every row of every table but the audit's, as text.
pub async fn dump(database: &TestDatabase) -> BTreeMap<String, Vec<String>> {
    let is_sqlite = matches!(database.settings(), Database::Sqlite { .. });
    let tables = if is_sqlite {
        "SELECT name FROM sqlite_master WHERE type = 'table'"
    } else {
        "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'"
    };
    let mut dump = BTreeMap::new();
    for table in texts(database, tables).await {
        if table.starts_with("audit") {
            continue;
        }
        let row = if is_sqlite {
            let columns =
                format!("SELECT 'quote(\"' || name || '\")' FROM pragma_table_info('{table}')");
            texts(database, &columns).await.join(" || '|' || ")
        } else {
            "t::text".to_owned()
        };
        let rows = format!("SELECT {row} FROM \"{table}\" t ORDER BY 1");
        dump.insert(table, texts(database, &rows).await);
    }
    dump
}

/// `maria`.
pub fn first(name: &str) -> String {
    name.split(' ').next().unwrap().to_lowercase()
}

/// A future that is dropped after it was polled so often: whoever ran it died there.
pub struct Mortal<F> {
    future: Pin<Box<F>>,
    polls: usize,
}

impl<F: Future> Mortal<F> {
    pub fn new(future: F, polls: usize) -> Self {
        let future = Box::pin(future);
        Self { future, polls }
    }
}

impl<F: Future> Future for Mortal<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.polls == 0 {
            return Poll::Ready(None);
        }
        self.polls -= 1;
        self.future.as_mut().poll(context).map(Some)
    }
}

/// Trusts that authority and no other.
pub fn tls(ca_pem: &str) -> rustls::ClientConfig {
    use rustls_pki_types::pem::PemObject as _;
    let mut roots = rustls::RootCertStore::empty();
    let ca = rustls_pki_types::CertificateDer::from_pem_slice(ca_pem.as_bytes()).unwrap();
    roots.add(ca).unwrap();
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}
