//! One household of the matrix: a client and everybody around them in one relation, with one of each thing that a route
//! can be about. It is made by the store's own verbs, and made what its relation says at the very end.

use std::collections::HashMap;

use anyhow::Result;
use care::Caller;
use care::private::Relationship;
use protocol::http::{
    BookAppointment, InvitePerson, OfferTransfer, PlanCircle, RecordConsent, RecordRepresentation,
};
use protocol::{
    AppointmentId, AppointmentKind, BookingLinkId, Bytes, CircleId, ConsentBasis, ConsentId,
    InvitationId, RepresentationBasis, RepresentationId, Role, TransferId,
};
use scheduler::Scheduler;
use testkit::{Person, agency};

use super::World;
use crate::contract::booking_links::phone_call;
use crate::contract::house::Enrolled;
use crate::matrix::asker::Relation;

use Relation::{Acting, Invited, Left, Others, Own, RanOut, Withdrawn};

/// What everybody has one of.
pub(super) const BELONGINGS: [&str; 4] = ["device", "task", "idle_task", "welcome"];
/// The id of nothing.
const NOBODYS: &str = "00000000-0000-7000-8000-00000000dead";

pub(super) type People = HashMap<Role, (Person, Enrolled)>;

/// A client and everybody around them.
pub(super) struct Household {
    pub(super) people: People,
    pub(super) circle: CircleId,
    /// What paths and bodies name, by the word in braces.
    pub(super) names: HashMap<String, String>,
}

impl World {
    pub(super) async fn household(&mut self, relation: Relation) -> Result<Household> {
        let mut people = HashMap::new();
        for role in Role::ALL.iter().copied() {
            let person = agency::add(self.store(), name_of(role), role).await?;
            let enrolled = self.enrol(person).await?;
            people.insert(role, (person, enrolled));
        }
        let [neighbour, guest] = self.acquaint(&people).await?;
        let invitation = self.invitation(&people, guest).await?;
        let acts = if relation == Acting {
            people[&Role::Caregiver].0
        } else {
            neighbour
        };
        let representation = self.representation(&people, acts).await?;
        let consent = self.consent(&people).await?;
        let circle = self.circle_of(&people).await?;
        let visit = self.visit(&people).await?;
        let booking_link = self.booking_link(&people).await?;
        let colleague = self.colleague(&people).await?;
        let [made, given] = self.offers(&people, &colleague).await?;
        let uninvited = agency::add(self.store(), "Nobody Yet", Role::CaseManager).await?;
        let (client, caregiver) = (people[&Role::Client].0, people[&Role::Caregiver].0);
        let zeros = |count: usize| Bytes::from(vec![0; count]).to_base64url();
        let pairs = [
            ("client", client.person.to_string()),
            ("client_account", client.account.to_string()),
            ("person", client.person.to_string()),
            ("caregiver", caregiver.person.to_string()),
            ("neighbour", neighbour.person.to_string()),
            ("guest", guest.person.to_string()),
            ("invitation", invitation.to_string()),
            ("representation", representation.to_string()),
            ("for_client", (relation == Acting).to_string()),
            ("circle", circle.to_string()),
            ("consent", consent.to_string()),
            ("appointment", visit.to_string()),
            ("booking_link", booking_link.to_string()),
            ("colleague", colleague.caller.account.to_string()),
            ("uninvited", uninvited.account.to_string()),
            ("made", made.to_string()),
            ("given", given.to_string()),
            ("authenticator", NOBODYS.to_owned()),
            ("visit_type", NOBODYS.to_owned()),
            ("closure", NOBODYS.to_owned()),
            ("job", "retention".to_owned()),
            ("outage", NOBODYS.to_owned()),
            ("participant", NOBODYS.to_owned()),
            ("nobody", NOBODYS.to_owned()),
            ("zeros16", zeros(16)),
            ("zeros32", zeros(32)),
            ("zeros64", zeros(64)),
        ];
        let pairs = pairs.into_iter().map(|(name, id)| (name.to_owned(), id));
        let mut names: HashMap<String, String> = pairs.collect();
        let outside = matches!(relation, Invited | Left);
        let in_group: Vec<_> = people
            .iter()
            .filter(|(role, _)| **role != Role::Administrator && !outside)
            .map(|(_, (_, enrolled))| enrolled)
            .collect();
        self.beside().gather(circle, &in_group).await;
        names.extend(self.everybodys(circle, client, &people).await);
        self.end(relation, circle, (visit, consent)).await;
        Ok(Household {
            people,
            circle,
            names,
        })
    }

    /// What each of them has of their own.
    async fn everybodys(
        &self,
        circle: CircleId,
        client: Person,
        people: &People,
    ) -> Vec<(String, String)> {
        let mut names = Vec::new();
        for (role, (person, enrolled)) in people {
            let made = self.belongings(circle, (client, *person), enrolled).await;
            let whose = |what| format!("{what} of {}", role.as_str());
            names.extend(BELONGINGS.into_iter().map(whose).zip(made));
        }
        names
    }

    /// The case manager serves the client, and three caregivers are on record: theirs, and two without a
    /// device, who are answered.
    async fn acquaint(&self, people: &People) -> Result<[Person; 2]> {
        let (installation, store) = (Caller::installation(), self.store());
        let (client, manager) = (people[&Role::Client].0, people[&Role::CaseManager].0);
        let hours = agency::office_hours();
        store
            .assign(&installation, manager.account, client.person)
            .await?;
        store
            .set_hours(&installation, manager.account, agency::ZONE, hours)
            .await?;
        let neighbour = agency::add(store, "Neighbour Sample", Role::Caregiver).await?;
        let guest = agency::add(store, "Guest Sample", Role::Caregiver).await?;
        let daughter = people[&Role::Caregiver].0;
        let related = [
            (daughter, "daughter"),
            (neighbour, "neighbour"),
            (guest, "friend"),
        ];
        for (person, relationship) in related {
            let relationship = Relationship::new(relationship)?;
            store
                .relate(&installation, client.person, person.person, relationship)
                .await?;
        }
        Ok([neighbour, guest])
    }

    /// A caregiver was invited, and has not come yet.
    async fn invitation(&self, people: &People, guest: Person) -> Result<InvitationId> {
        let lookup_hash = [*self.op().as_bytes(), [5; 16]].concat();
        let invite = InvitePerson {
            op_id: self.op(),
            lookup_hash: lookup_hash.into(),
            mac: vec![6; 32].into(),
        };
        let manager = people[&Role::CaseManager].1.caller;
        let invited = self.store().invite_person(&manager, guest.person, invite);
        Ok(invited.await?.invitation)
    }

    /// A caregiver acts for the client.
    async fn representation(&self, people: &People, acts: Person) -> Result<RepresentationId> {
        let record = RecordRepresentation {
            op_id: self.op(),
            caregiver: acts.person,
            basis: RepresentationBasis::Guardian,
            evidence: "a court order was seen".to_owned(),
            until: None,
        };
        let manager = people[&Role::CaseManager].1.caller;
        let client = people[&Role::Client].0.person;
        let recorded = self.store().record_representation(&manager, client, record);
        Ok(recorded.await?.id)
    }

    async fn consent(&self, people: &People) -> Result<ConsentId> {
        let record = RecordConsent {
            op_id: self.op(),
            client: people[&Role::Client].0.person,
            caregiver: people[&Role::Caregiver].0.person,
            basis: ConsentBasis::Verbal,
            note: "said so at intake".to_owned(),
            until: None,
            appointments: true,
            reminders: true,
        };
        let manager = people[&Role::CaseManager].1.caller;
        Ok(self.store().record_consent(&manager, record).await?.id)
    }

    async fn circle_of(&self, people: &People) -> Result<CircleId> {
        let others = [Role::Caregiver, Role::Supervisor, Role::Custodian];
        let plan = PlanCircle {
            history: protocol::policy::HistoryMode::Eras,
            op_id: self.op(),
            client: people[&Role::Client].0.person,
            title: "Sample circle".to_owned(),
            members: others.map(|role| people[&role].0.account).to_vec(),
        };
        let manager = people[&Role::CaseManager].1.caller;
        Ok(self.store().plan_circle(&manager, plan).await?.id)
    }

    async fn visit(&self, people: &People) -> Result<AppointmentId> {
        let visit = BookAppointment {
            op_id: self.op(),
            client: people[&Role::Client].0.person,
            kind: AppointmentKind::Office,
            civil_start: "2026-11-10T10:00".to_owned(),
            zone: None,
            minutes: 30,
            visit_type: None,
            caregivers: vec![people[&Role::Caregiver].0.person],
            staff: Vec::new(),
            meeting_link: None,
            place: None,
        };
        let manager = people[&Role::CaseManager].1.caller;
        let scheduler = Scheduler::new(self.store().clone());
        Ok(scheduler.book(&manager, visit).await?.id)
    }

    /// The client was given a link by which they book.
    async fn booking_link(&self, people: &People) -> Result<BookingLinkId> {
        let request = phone_call(self.op());
        let manager = people[&Role::CaseManager].1.caller;
        let client = people[&Role::Client].0.person;
        let scheduler = Scheduler::new(self.store().clone());
        let made = scheduler.make_booking_link(&manager, client, &request);
        Ok(made.await?.link.id)
    }

    /// A second case manager of the client's.
    async fn colleague(&mut self, people: &People) -> Result<Enrolled> {
        let colleague = agency::add(self.store(), "Colleague Sample", Role::CaseManager).await?;
        let (installation, client) = (Caller::installation(), people[&Role::Client].0.person);
        self.store()
            .assign(&installation, colleague.account, client)
            .await?;
        self.enrol(colleague).await
    }

    /// Two offers of the client: by the case manager to the colleague, and the other way round.
    async fn offers(&self, people: &People, colleague: &Enrolled) -> Result<[TransferId; 2]> {
        let client = people[&Role::Client].0.person;
        let manager = people[&Role::CaseManager].1.caller;
        let offer = |to| OfferTransfer {
            op_id: self.op(),
            to,
            clients: vec![client],
            note: "knows both of us".to_owned(),
        };
        let made = self
            .store()
            .offer_transfer(&manager, offer(colleague.caller.account))
            .await?;
        let given = self
            .store()
            .offer_transfer(&colleague.caller, offer(manager.account))
            .await?;
        Ok([made.outgoing[0].id, given.outgoing[0].id])
    }

    /// What is a person's own: a second device, a task, a task about that device, a Welcome; their ids.
    async fn belongings(
        &self,
        circle: CircleId,
        (client, person): (Person, Person),
        enrolled: &Enrolled,
    ) -> [String; 4] {
        let beside = self.beside();
        let [device, task, idle, welcome] = std::array::from_fn(|_| *self.op().as_bytes());
        let (now, account) = (self.now().micros(), beside.id(person.account.as_bytes()));
        let [device_id, task_id, idle_id, welcome_id] =
            [device, task, idle, welcome].map(|id| beside.id(&id));
        let (client, person) = (
            beside.id(client.person.as_bytes()),
            beside.id(person.person.as_bytes()),
        );
        let circle = beside.id(circle.as_bytes());
        let first = beside.id(enrolled.caller.device.as_bytes());
        for sql in [
            format!(
                "INSERT INTO device (id, account, certificate, dsk, generation, inbox_next, created_at)
                 SELECT {device_id}, account, certificate, dsk, 0, 1, created_at FROM device
                 WHERE id = {first}"
            ),
            format!(
                "INSERT INTO task (id, account, kind, client, person, created_at)
                 VALUES ({task_id}, {account}, 'cannot_reach_by_email', {client}, {person}, {now})"
            ),
            format!(
                "INSERT INTO task (id, account, kind, client, person, device, created_at)
                 VALUES ({idle_id}, {account}, 'device_idle', {client}, {person}, {device_id}, {now})"
            ),
            format!(
                "INSERT INTO welcome (id, circle, generation, bytes, created_at)
                 VALUES ({welcome_id}, {circle}, 0, {}, {now})",
                beside.bytes(b"welcome"),
            ),
            format!(
                "INSERT INTO inbox (device, seq, circle, kind, welcome, generation, start_seq, created_at)
                 VALUES ({first}, 99, {circle}, 'welcome', {welcome_id}, 0, 1, {now})"
            ),
        ] {
            beside.run(&sql).await;
        }
        [device, task, idle, welcome].map(|id| uuid::Uuid::from_bytes(id).to_string())
    }

    /// Makes the relation what it is.
    async fn end(
        &self,
        relation: Relation,
        circle: CircleId,
        (visit, consent): (AppointmentId, ConsentId),
    ) {
        let beside = self.beside();
        let now = self.now().micros();
        let circle = beside.id(circle.as_bytes());
        let (visit, consent) = (beside.id(visit.as_bytes()), beside.id(consent.as_bytes()));
        let changes = match relation {
            Own | Others | Invited => Vec::new(),
            Left => vec![
                format!(
                    "UPDATE circle_member SET state = 'left', left_at = {now} WHERE circle = {circle}"
                ),
                format!("UPDATE participant SET left_at = {now} WHERE appointment = {visit}"),
            ],
            Withdrawn => vec![
                format!("UPDATE consent SET withdrawn_at = {now} WHERE id = {consent}"),
                format!(
                    "UPDATE assignment SET ended_at = {now}
                     WHERE client = (SELECT client FROM circle WHERE id = {circle})"
                ),
                // With the assignments ended what they had offered.
                format!(
                    "DELETE FROM task WHERE transfer IS NOT NULL
                     AND client = (SELECT client FROM circle WHERE id = {circle})"
                ),
                format!(
                    "DELETE FROM transfer
                     WHERE client = (SELECT client FROM circle WHERE id = {circle})"
                ),
            ],
            Acting => vec![format!(
                "UPDATE consent SET withdrawn_at = {now} WHERE id = {consent}"
            )],
            RanOut => vec![format!(
                "UPDATE consent SET until_at = {now} WHERE id = {consent}"
            )],
        };
        for sql in changes {
            beside.run(&sql).await;
        }
    }
}

fn name_of(role: Role) -> &'static str {
    match role {
        Role::Client => "Client Sample",
        Role::Caregiver => "Caregiver Sample",
        Role::CaseManager => "Manager Sample",
        Role::Supervisor => "Supervisor Sample",
        Role::Administrator => "Administrator Sample",
        Role::Custodian => "Custodian Sample",
    }
}
