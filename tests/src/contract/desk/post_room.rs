//! The post room of a desk: sends what is due into memory, says who got what, and reads mails as their readers do.

use std::sync::Arc;

use mail::{Mail, Memory, ReadBack, Transport};
use scheduler::Worker;
use store::{Database, LinkSecret, Store};
use testkit::{FakeClock, Person};

use super::{Desk, first};
use crate::contract::house::{House, hex};

impl Desk {
    /// Does what is due now, and what that makes due. Mails in the order in which they left.
    pub async fn post(&self) -> Vec<Mail> {
        self.deliver().await;
        let mails = self.memory.take();
        self.newly_sent().await;
        mails
    }

    /// Does what is due; in words, who got what: `maria one_day`. What the rows say was sent and what
    /// really left must be the same addresses.
    pub async fn sends(&self) -> Vec<String> {
        self.deliver().await;
        let mut left: Vec<_> = self.memory.take().iter().map(to).collect();
        let sent = self.newly_sent().await;
        let said = sent
            .iter()
            .map(|(person, _)| testkit::agency::email(person.name));
        let mut said: Vec<_> = said.collect();
        left.sort();
        said.sort();
        assert_eq!(left, said, "what left is not what the rows say");
        let words = sent
            .iter()
            .map(|(person, step)| format!("{} {step}", first(person.name)));
        let mut words: Vec<_> = words.collect();
        words.sort();
        words
    }

    async fn deliver(&self) {
        let now = self.house.clock_now();
        scheduler::jobs::run(self.store(), now).await.unwrap();
        while self.worker.pass().await.unwrap().leased > 0 {}
    }

    /// What was sent since the last time this was asked, by the rows.
    async fn newly_sent(&self) -> Vec<(Person, String)> {
        let rows = self.sent_rows().await;
        let mut reported = self.reported.lock().unwrap();
        let mut sent = Vec::new();
        for row in rows {
            let mut fields = row.split(' ');
            let (id, person, step) = (fields.next(), fields.next(), fields.next());
            if reported.insert(id.unwrap().to_owned()) {
                sent.push((self.person(person.unwrap()), step.unwrap().to_owned()));
            }
        }
        sent
    }

    async fn sent_rows(&self) -> Vec<String> {
        let id = self.hexed("v.id");
        let person = self.hexed("v.person");
        self.house
            .texts(&format!(
                "SELECT {id} || ' ' || {person} || ' ' || v.step FROM delivery v
                 WHERE v.state = 'sent' AND (v.bundle IS NULL OR v.bundle = v.id)
                 ORDER BY v.settled_at, v.due_at, v.id"
            ))
            .await
    }

    /// An id's column as hexadecimal digits, in this engine's SQL.
    fn hexed(&self, column: &str) -> String {
        match self.house.database.settings() {
            Database::Sqlite { .. } => format!("lower(hex({column}))"),
            Database::Postgres { .. } => format!("replace({column}::text, '-', '')"),
        }
    }

    fn person(&self, id: &str) -> Person {
        let people = self.house.agency.people();
        let found = people
            .into_iter()
            .find(|person| hex(person.person.as_bytes()) == id);
        found.unwrap()
    }

    /// `step state reason` of every planned mail of a person, by step.
    pub async fn deliveries(&self, person: Person) -> Vec<String> {
        let id = self.house.id(person.person.as_bytes());
        self.house
            .texts(&format!(
                "SELECT step || ' ' || state || COALESCE(' ' || reason, '') FROM delivery
                 WHERE person = {id} ORDER BY ics_sequence, due_at, step"
            ))
            .await
    }
}

/// Sends into the memory, by the house's clock.
pub fn worker(house: &House, memory: &Memory) -> Worker {
    worker_of(house.store.clone(), house.clock.clone(), memory)
}

/// The same of another process, by its own clock.
pub fn worker_of(store: Store, clock: FakeClock, memory: &Memory) -> Worker {
    let identity = mail::Identity {
        from_name: "Appointments".to_owned(),
        from: "appointments@example.net".to_owned(),
        link_base: "https://house.example".to_owned(),
        domain: "example.net".to_owned(),
    };
    let transport = Transport::Memory(memory.clone());
    Worker::new(store, Arc::new(clock), identity, transport)
}

/// The envelope's recipient.
pub fn to(mail: &Mail) -> String {
    mail.to.reveal().to_owned()
}

/// As its reader sees it.
pub fn read(mail: &Mail) -> ReadBack {
    mail::read_back(&mail.bytes).unwrap()
}

/// The mails to one of the people, read.
pub fn of(mails: &[Mail], person: Person) -> Vec<ReadBack> {
    let address = testkit::agency::email(person.name);
    let mails = mails.iter().filter(|mail| to(mail) == address);
    mails.map(read).collect()
}

/// The secret of the link in a mail.
pub fn link(mail: &ReadBack) -> LinkSecret {
    let (_, after) = mail.plain.split_once("/l/").unwrap();
    LinkSecret::parse(&after[..22]).unwrap()
}
