//! Words that stand nowhere else, typed wherever people type something that is sealed.

use std::cell::Cell;

use care::Caller;
use care::private::{Name, Relationship};
use care::ways_in::Login;
use protocol::http::{
    AddClient, AddClosure, AddVisitType, Appointment, BookAppointment, BookSeries,
    CloseAppointment, ClosedDays, DeclineTransfer, MailInvitation, MakeBookingLink, OfferTransfer,
    Phone, PlanCircle, RecordConsent, RecordRepresentation, VisitTerms,
};
use protocol::{
    AppointmentKind, Bytes, ConsentBasis, Language, NextStep, Outcome, PersonId,
    RepresentationBasis, Role, TransferState,
};
use sha2::{Digest as _, Sha256};
use testkit::agency::preferences;

use crate::contract::booking_links::phone_call;
use crate::contract::desk::Desk;
use crate::contract::teams::enrolled;

/// How each word begins.
pub const WORD: &str = "sown-word-";
/// How each telephone number begins; three digits follow.
pub const NUMBER: &str = "+883 5100 4242 ";
/// The secret of an invitation's link.
pub const SECRET: [u8; 16] = [0x5e; 16];
/// Clients of whom everything is written down.
const CLIENTS: usize = 16;

/// Where people type something that is sealed: table and column.
pub const TYPED: &[(&str, &str)] = &[
    ("person", "name"),
    ("related_person", "relationship"),
    ("transfer", "note"),
    ("transfer", "reason"),
    ("consent", "note"),
    ("representation", "evidence"),
    ("circle", "title"),
    ("audit_value", "value"),
    ("address", "value"),
    ("phone", "value"),
    ("appointment", "meeting_link"),
    ("appointment", "place"),
    ("appointment", "note"),
    ("series", "meeting_link"),
    ("series", "place"),
    ("visit_type", "name"),
    ("closure", "name"),
    ("booking_link", "meeting_link"),
    ("single_mail", "typed_address"),
    ("single_mail", "link"),
    ("login", "name"),
];

/// What is planted, each word once.
pub struct Seeds<'d> {
    desk: &'d Desk,
    words: Cell<usize>,
}

impl<'d> Seeds<'d> {
    /// Plants all of them; how many different words.
    pub async fn plant(desk: &'d Desk) -> usize {
        let robin = enrolled(desk, "Robin Overview", Role::Supervisor).await;
        let seeds = Self {
            desk,
            words: Cell::new(0),
        };
        let mut visits = Vec::new();
        for n in 0..CLIENTS {
            let client = seeds.somebody(Role::Client).await;
            seeds.write_down(client).await;
            seeds.offer(client).await;
            seeds.offer_visits(&robin).await;
            let half_hour = u16::try_from(n).unwrap();
            visits.push(seeds.book(client, half_hour).await);
        }
        for role in [Role::Caregiver, Role::CaseManager] {
            seeds.somebody(role).await;
        }
        seeds.invite().await;
        seeds.repeat(visits[0].client).await;
        seeds.close_down(&robin).await;
        let login = Login::choose(&seeds.word()).unwrap();
        let record = b"a record".to_vec();
        let added = desk
            .store()
            .add_password(&desk.maria, &login, record, false);
        added.await.unwrap();
        desk.at("2026-11-10T17:30").await;
        for visit in visits {
            seeds.close(&visit).await;
        }
        seeds.words.get()
    }

    fn word(&self) -> String {
        let n = self.words.get();
        self.words.set(n + 1);
        format!("{WORD}{n:03}")
    }

    fn number(&self) -> Phone {
        Phone {
            number: Some(format!("{NUMBER}{:03}", self.words.get())),
        }
    }

    /// Name, address, telephone number (of whoever is no colleague).
    async fn somebody(&self, role: Role) -> PersonId {
        let (store, installation) = (self.desk.store(), Caller::installation());
        let name = Name::new(&self.word()).unwrap();
        let added = store.add_person(&installation, name, role).await.unwrap();
        let wish = preferences(&format!("{}@example.com", self.word()));
        let put = store.put_preferences(&installation, added.person, wish);
        put.await.unwrap();
        if role != Role::CaseManager {
            let put = store.put_phone(&installation, added.person, self.number());
            put.await.unwrap();
        }
        added.person
    }

    /// What Ana is to a client and may do, and a circle.
    async fn write_down(&self, client: PersonId) {
        let (desk, store) = (self.desk, self.desk.store());
        let installation = Caller::installation();
        let served = store.assign(&installation, desk.dana.account, client);
        served.await.unwrap();
        let (ana, related) = (desk.ana.person, Relationship::new(&self.word()).unwrap());
        let related = store.relate(&installation, client, ana, related);
        related.await.unwrap();
        let record = RecordConsent {
            op_id: desk.op(),
            client,
            caregiver: ana,
            basis: ConsentBasis::Written,
            note: self.word(),
            until: None,
            appointments: false,
            reminders: false,
        };
        store.record_consent(&desk.dana, record).await.unwrap();
        let record = RecordRepresentation {
            op_id: desk.op(),
            caregiver: ana,
            basis: RepresentationBasis::Guardian,
            evidence: self.word(),
            until: None,
        };
        let recorded = store.record_representation(&desk.dana, client, record);
        recorded.await.unwrap();
        let plan = PlanCircle {
            history: protocol::policy::HistoryMode::Eras,
            op_id: desk.op(),
            client,
            title: self.word(),
            members: Vec::new(),
        };
        store.plan_circle(&desk.dana, plan).await.unwrap();
    }

    /// A client is offered to Sam, who declines.
    async fn offer(&self, client: PersonId) {
        let (desk, store) = (self.desk, self.desk.store());
        let offer = OfferTransfer {
            op_id: desk.op(),
            to: desk.sam.account,
            clients: vec![client],
            note: self.word(),
        };
        let offered = store.offer_transfer(&desk.dana, offer).await.unwrap();
        let mut open = offered.outgoing.iter();
        let open = open.find(|card| card.state == TransferState::Offered);
        let decline = DeclineTransfer {
            op_id: desk.op(),
            reason: self.word(),
        };
        let declined = store.decline_transfer(&desk.sam, open.unwrap().id, decline);
        declined.await.unwrap();
    }

    async fn offer_visits(&self, robin: &Caller) {
        let request = AddVisitType {
            op_id: self.desk.op(),
            terms: VisitTerms {
                name: self.word(),
                kind: AppointmentKind::Phone,
                minutes: 30,
                before_minutes: 0,
                after_minutes: 0,
                travel_minutes: 0,
                notice_minutes: 0,
                days_ahead: 30,
                per_day_max: None,
            },
        };
        let added = self.desk.scheduler.add_visit_type(robin, &request).await;
        added.unwrap();
    }

    fn meeting(&self) -> String {
        format!("https://meet.example.org/{}", self.word())
    }

    fn visit(&self, client: PersonId, civil: &str) -> BookAppointment {
        BookAppointment {
            client,
            meeting_link: Some(self.meeting()),
            ..self.desk.request(civil)
        }
    }

    /// A visit in the n-th half of an hour of that Tuesday, and a link by which another is booked.
    async fn book(&self, client: PersonId, n: u16) -> Appointment {
        let desk = self.desk;
        let asked = MakeBookingLink {
            kind: AppointmentKind::Video,
            meeting_link: Some(self.meeting()),
            ..phone_call(desk.op())
        };
        let made = desk.scheduler.make_booking_link(&desk.dana, client, &asked);
        made.await.unwrap();
        let civil = format!("2026-11-10T{:02}:{:02}", 9 + n / 2, n % 2 * 30);
        let request = self.visit(client, &civil);
        desk.scheduler.book(&desk.dana, request).await.unwrap()
    }

    /// A series by video, and one to which the client goes.
    async fn repeat(&self, client: PersonId) {
        let going = BookAppointment {
            kind: AppointmentKind::Office,
            client,
            meeting_link: None,
            place: Some(self.word()),
            ..self.desk.request("2026-11-12T13:00")
        };
        for first in [self.visit(client, "2026-11-12T10:00"), going] {
            let request = BookSeries {
                first,
                rule: "FREQ=WEEKLY;COUNT=3".to_owned(),
                skip_conflicts: false,
            };
            let booked = self.desk.scheduler.book_series(&self.desk.dana, request);
            booked.await.unwrap();
        }
    }

    /// A day on which the agency is closed.
    async fn close_down(&self, robin: &Caller) {
        let request = AddClosure {
            op_id: self.desk.op(),
            days: ClosedDays {
                name: self.word(),
                from: "2026-12-24".to_owned(),
                until: "2026-12-24".to_owned(),
            },
        };
        let added = self.desk.scheduler.add_closure(robin, &request).await;
        added.unwrap();
    }

    async fn close(&self, visit: &Appointment) {
        let request = CloseAppointment {
            op_id: self.desk.op(),
            sequence: visit.sequence,
            outcome: Outcome::Completed,
            next_step: NextStep::None,
            note: self.word(),
        };
        let closed = self
            .desk
            .scheduler
            .close(&self.desk.dana, visit.id, &request);
        closed.await.unwrap();
    }

    /// Somebody new, whose link is to be mailed.
    async fn invite(&self) {
        let (desk, store) = (self.desk, self.desk.store());
        let add = AddClient {
            op_id: desk.op(),
            name: self.word(),
            phone: self.number().number,
        };
        let added = store.add_client(&desk.dana, add).await.unwrap();
        let secret = Bytes::from(SECRET).to_base64url();
        let fingerprint = Bytes::from([7_u8; 32]).to_base64url();
        let asked = MailInvitation {
            op_id: desk.op(),
            lookup_hash: Bytes(Sha256::digest([0x1a; 16]).to_vec()),
            mac: vec![1; 32].into(),
            link: format!("/join/{secret}.{fingerprint}"),
            email: format!("{}@example.com", self.word()),
            language: Language::En,
        };
        let mailed = store.mail_invitation(&desk.dana, added.person, asked);
        mailed.await.unwrap();
    }
}
