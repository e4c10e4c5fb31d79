//! All that an agency does with one client from which mails come ([`kinds`]): visits with a caregiver, one moved and
//! called off ([`visits`]), a link to book by, a day's agenda, what follows when the client does not come ([`later`]),
//! and somebody new who is invited. Every name and text is a word that stands nowhere else, so that whoever looks for
//! it finds it or it is not there.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use care::Caller;
use care::civil::{CivilTime, Date, parse_date, plus_days};
use care::private::Relationship;
use mail::Mail;
use protocol::http::{
    AddClient, AddVisitType, Appointment, BookingLinkMade, CalendarFeedMade, Circle, Consent,
    Intake, MailInvitation, MakeBookingLink, MakeCalendarFeed, PersonCard, Phone, PlanCircle,
    RecordConsent, VisitTerms, VisitType,
};
use protocol::{
    AppointmentKind, Bytes, CircleId, ConsentBasis, Disclosure, Language, OpId, Outcome, Role,
    VisitTypeId,
};
use reqwest::Method;
use sha2::{Digest as _, Sha256};
use testkit::agency::{add, preferences, zone};
use testkit::{Agency, Person, TestServer};

use super::clerks::{Clerk, keep_sessions};
use crate::contract::house::texts;

mod kinds;
mod later;
mod visits;

pub use kinds::KINDS;
use kinds::{ADDRESS, BOOKING_LINK, INTAKE, rows_of};

pub const CLIENT: &str = "Zephyrine Müllerová";
pub const CAREGIVER: &str = "Theodosia Brambleworth";
pub const NEWCOMER: &str = "Ottoline Farthingale";
pub const CLIENT_AT: &str = "lapwing@birds.example";
pub const CAREGIVER_AT: &str = "dunnock@birds.example";
pub const WORKER_AT: &str = "wheatear@riverbend-agency.example";
pub const COLLEAGUE_AT: &str = "sandpiper@riverbend-agency.example";
pub const NEWCOMER_AT: &str = "nuthatch@birds.example";
/// By which each of them is called.
pub const PHONE: &str = "+1 (970) 555-0163";
/// A host with a name that is written in two ways.
pub const MEETING: &str = "https://meet.xn--wintergrn-x9a.example/saffron-room";
/// Where one goes for a visit, first and then.
pub const PLACE: &str = "Tamarisk House, door 9; ring twice";
pub const OTHER_PLACE: &str = "Larkspur Court 4, upstairs";
pub const VISIT_TYPE: &str = "Withdrawal review with ketamine";
pub const CIRCLE: &str = "Marzipan circle";
pub const CONSENT_NOTE: &str = "bergamot was said at intake";
pub const NOTE: &str = "cardamom was spoken about";
/// In a mail to the address of our mails.
pub const WRITTEN: &str = "tarragon is what this is about";
pub const RELATIONSHIP: &str = "stepdaughter-in-law";
/// The invitation's way in, without what opens it.
pub const JOIN: &str = "/join/";

/// See the head.
pub struct Season<'s> {
    pub server: &'s TestServer,
    pub client: Person,
    pub caregiver: Person,
    /// Sessions: Dana's, the supervisor's, the client's.
    pub clerks: [Clerk; 3],
    agency: Agency,
    visit_type: VisitTypeId,
    circle: CircleId,
    /// How many messages were written there.
    said: u8,
    /// A visit to which the client did not come.
    missed: Option<Appointment>,
    ops: u64,
}

impl<'s> Season<'s> {
    /// Everybody is there, and nothing has happened.
    pub async fn open(server: &'s TestServer) -> Result<Self> {
        let (store, agency) = (server.store(), *server.agency());
        let installation = Caller::installation();
        let client = add(store, CLIENT, Role::Client).await?;
        let caregiver = add(store, CAREGIVER, Role::Caregiver).await?;
        let robin = add(store, "Robin Overview", Role::Supervisor).await?;
        store
            .assign(&installation, agency.dana.account, client.person)
            .await?;
        let related = Relationship::new(RELATIONSHIP)?;
        store
            .relate(&installation, client.person, caregiver.person, related)
            .await?;
        for (worker, email) in [(agency.dana, WORKER_AT), (agency.sam, COLLEAGUE_AT)] {
            store
                .put_preferences(&installation, worker.person, preferences(email))
                .await?;
        }
        let clerks = [
            Clerk::sit_down(server, agency.dana, 41).await?,
            Clerk::sit_down(server, robin, 42).await?,
            Clerk::sit_down(server, client, 43).await?,
        ];
        let mut season = Self {
            server,
            client,
            caregiver,
            clerks,
            agency,
            visit_type: VisitTypeId::from_bytes([0; 16]),
            circle: agency.circle,
            said: 0,
            missed: None,
            ops: 0,
        };
        season.arrange().await?;
        Ok(season)
    }

    fn op(&mut self) -> OpId {
        self.ops += 1;
        let mut bytes = [0x5a; 16];
        bytes[8..].copy_from_slice(&self.ops.to_be_bytes());
        OpId::from_bytes(bytes)
    }

    /// A kind of visit, a consent, a circle.
    async fn arrange(&mut self) -> Result<()> {
        let terms = VisitTerms {
            name: VISIT_TYPE.to_owned(),
            kind: AppointmentKind::Video,
            minutes: 30,
            before_minutes: 0,
            after_minutes: 0,
            travel_minutes: 0,
            notice_minutes: 0,
            days_ahead: 60,
            per_day_max: None,
        };
        let op_id = self.op();
        let request = AddVisitType { op_id, terms };
        let [dana, robin, _] = &self.clerks;
        let made: VisitType = robin
            .asks(Method::POST, "/v1/visit-types", &request)
            .await?;
        self.visit_type = made.id;
        let consent = RecordConsent {
            op_id: OpId::from_bytes([0x51; 16]),
            client: self.client.person,
            caregiver: self.caregiver.person,
            basis: ConsentBasis::Verbal,
            note: CONSENT_NOTE.to_owned(),
            until: None,
            appointments: true,
            reminders: true,
        };
        let _: Consent = dana.asks(Method::POST, "/v1/consents", &consent).await?;
        let plan = PlanCircle {
            history: protocol::policy::HistoryMode::Eras,
            op_id: OpId::from_bytes([0x52; 16]),
            client: self.client.person,
            title: CIRCLE.to_owned(),
            members: Vec::new(),
        };
        let planned: Circle = dana.asks(Method::POST, "/v1/circles", &plan).await?;
        self.gather(planned.id).await
    }

    /// How much mails may say to the client; the caregiver wishes the same.
    async fn allow(&self, disclosure: Disclosure) -> Result<()> {
        for (person, email) in [(self.client, CLIENT_AT), (self.caregiver, CAREGIVER_AT)] {
            let wish = protocol::http::Preferences {
                disclosure,
                ..preferences(email)
            };
            let store = self.server.store();
            let installation = Caller::installation();
            store
                .put_preferences(&installation, person.person, wish)
                .await?;
            let number = Phone {
                number: Some(PHONE.to_owned()),
            };
            store
                .put_phone(&installation, person.person, number)
                .await?;
        }
        Ok(())
    }

    /// A visit from its booking to its end and what follows it, one elsewhere that is moved and called off, and a link to book
    /// by, in the n-th fortnight. Whatever leaves is handed on with its kind.
    pub async fn walk(
        &mut self,
        disclosure: Disclosure,
        fortnight: i32,
        each: &mut impl AsyncFnMut(&'static str, Vec<Mail>) -> Result<()>,
    ) -> Result<()> {
        let tuesday = plus_days(parse_date("2026-11-10")?, 14 * fortnight);
        self.at(plus_days(tuesday, -8), "09:00").await?;
        self.put_right().await?;
        self.allow(disclosure).await?;
        let card = self.book(tuesday, "10:00").await?;
        self.post("invitation", each).await?;
        self.make_link(tuesday).await?;
        self.post(BOOKING_LINK, each).await?;
        self.change_mind(plus_days(tuesday, 1), each).await?;
        for (days, clock, step) in [
            (-3, "10:00", "three_days"),
            (-1, "10:00", "one_day"),
            (0, "07:30", "agenda"),
            (0, "09:00", "one_hour"),
            (0, "09:50", "room_open"),
        ] {
            self.at(plus_days(tuesday, days), clock).await?;
            self.post(step, each).await?;
        }
        self.at(tuesday, "10:40").await?;
        self.missed = Some(self.close(&card, Outcome::NoShow).await?);
        self.go_on(tuesday, each).await
    }

    /// Somebody new is invited by mail.
    pub async fn invite(
        &mut self,
        each: &mut impl AsyncFnMut(&'static str, Vec<Mail>) -> Result<()>,
    ) -> Result<()> {
        let request = AddClient {
            op_id: self.op(),
            name: NEWCOMER.to_owned(),
            phone: Some(PHONE.to_owned()),
        };
        let dana = &self.clerks[0];
        let added: PersonCard = dana.asks(Method::POST, "/v1/people", &request).await?;
        let secret = Bytes::from([0x5e_u8; 16]).to_base64url();
        let fingerprint = Bytes::from([7_u8; 32]).to_base64url();
        let request = MailInvitation {
            op_id: OpId::from_bytes([0x53; 16]),
            lookup_hash: Bytes(Sha256::digest([0x1a; 16]).to_vec()),
            mac: vec![1; 32].into(),
            link: format!("{JOIN}{secret}.{fingerprint}"),
            email: NEWCOMER_AT.to_owned(),
            language: Language::En,
        };
        let path = format!("/v1/people/{}/invitations/mail", added.person);
        let _: Intake = dana.asks(Method::POST, &path, &request).await?;
        self.post(INTAKE, each).await?;
        // And an address of theirs is written down, which is to be theirs.
        let path = format!("/v1/people/{}/preferences", added.person);
        let wish = preferences(NEWCOMER_AT);
        keep_sessions(self.server).await;
        let _: protocol::http::Preferences = self.clerks[0].asks(Method::PUT, &path, &wish).await?;
        self.post(ADDRESS, each).await
    }

    /// Dana has another program show when she is busy; where it fetches that.
    pub async fn feed(&mut self) -> Result<String> {
        let asked = MakeCalendarFeed { op_id: self.op() };
        let (dana, path) = (&self.clerks[0], "/v1/calendar-feed");
        keep_sessions(self.server).await;
        let made: CalendarFeedMade = dana.asks(Method::POST, path, &asked).await?;
        let path = made.path.context("the address of the feed")?;
        Ok(format!("{}{path}", self.server.url()))
    }

    /// Time passes to then, on the clocks of Chicago.
    async fn at(&self, day: Date, clock: &str) -> Result<()> {
        let civil = CivilTime::parse(&format!("{day}T{clock}"))?;
        self.server.clock().set(zone().resolve(civil));
        keep_sessions(self.server).await;
        Ok(())
    }

    async fn make_link(&mut self, tuesday: Date) -> Result<()> {
        let request = MakeBookingLink {
            op_id: self.op(),
            kind: AppointmentKind::Video,
            minutes: 30,
            visit_type: Some(self.visit_type),
            meeting_link: Some(MEETING.to_owned()),
            from: plus_days(tuesday, 2).to_string(),
            until: plus_days(tuesday, 9).to_string(),
            workers: vec![self.agency.dana.account],
            valid_days: 10,
            mail: true,
        };
        let path = format!("/v1/people/{}/booking-links", self.client.person);
        let _: BookingLinkMade = self.clerks[0].asks(Method::POST, &path, &request).await?;
        Ok(())
    }

    /// Sends what is due, which must be of that kind and of no other.
    async fn post(
        &self,
        kind: &'static str,
        each: &mut impl AsyncFnMut(&'static str, Vec<Mail>) -> Result<()>,
    ) -> Result<()> {
        let before = self.sent().await;
        let mails = self.server.do_due().await?;
        let after = self.sent().await;
        let new = after
            .iter()
            .filter(|(row, n)| before.get(*row).is_none_or(|before| before < *n));
        let new: Vec<&str> = new.map(|(row, _)| row.as_str()).collect();
        ensure!(new == rows_of(kind), "{new:?} left, not {kind}");
        ensure!(!mails.is_empty(), "no mail of {kind}");
        each(kind, mails).await
    }

    /// How many mails of each step have left, and of each kind that one act sends.
    async fn sent(&self) -> BTreeMap<String, usize> {
        let sql = "SELECT step FROM delivery WHERE state = 'sent'
            UNION ALL SELECT 'single ' || kind FROM single_mail WHERE state = 'sent'";
        let mut sent = BTreeMap::new();
        for row in texts(self.server.database(), sql).await {
            *sent.entry(row).or_default() += 1;
        }
        sent
    }
}
