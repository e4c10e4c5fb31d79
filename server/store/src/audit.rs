//! Who did what, and who saw what. An entry stands in the transaction of its act: no entry, no act.
//!
//! An entry is deterministic CBOR (RFC 8949, section 4.2: definite lengths, integer keys ascending),
//! so that its bytes can be hashed into the log's tree and checked without this program. What may hold
//! personal data is not in it: the entry holds SHA-256(salt || value), and salt and value stand beside
//! it in `audit_value`, where they can be deleted without making the entry untrue.

use care::Caller;
use care::rules::{Act, Permit};
use protocol::{
    AccountId, AppointmentId, CircleId, Code, DeviceId, EntryId, PersonId, SeriesId, SessionId,
    TaskId, TransferId, frame,
};
use uuid::Uuid;

use crate::client_keys::{self, Sealing};
use crate::db::to_db;
use crate::error::Result;
use crate::hash::sha256;
use crate::many::MANY_MAX;
use crate::seal::AUDIT_VALUE;
use crate::tx::Tx;

pub(crate) mod checkpoints;
pub(crate) mod clients;
pub(crate) mod export;
mod keeper;
pub(crate) mod leaves;
mod note;
pub(crate) mod query;
mod record;
mod tree;
pub(crate) mod verdict;
pub(crate) mod verify;

pub(crate) use checkpoints::FILE as CHECKPOINTS_FILE;
pub(crate) use keeper::{Audited, Keeper};
pub(crate) use leaves::open_tree;

use record::Record;

/// The layout of [`Record`].
const SCHEMA: u32 = 1;

many! {
    INSERT_ENTRIES = [
        id: Id, at: Integer, act: Text, outcome: Text, account: Id, client: Id, bytes: Bytes,
    ] "
        INSERT INTO audit_entry (id, at, act, outcome, account, client, bytes)
        SELECT id, at, act, outcome, account, client, bytes FROM asked WHERE id IS NOT NULL";
}

statements! {
    INSERT_VALUE = "
        INSERT INTO audit_value (id, entry, field, salt, value)
        VALUES ($1, $2, $3, $4, $5)";
}

/// What an act was done to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Object {
    Account(AccountId),
    Agency(Uuid),
    Appointment(AppointmentId),
    AuditLog,
    Authenticator(Uuid),
    Batch,
    BookingLink(Uuid),
    CalendarFeed(Uuid),
    Circle(CircleId),
    Clock(Uuid),
    Consent(Uuid),
    Deliveries,
    Device(DeviceId),
    Job(Uuid),
    Link(Uuid),
    Person(PersonId),
    Representation(Uuid),
    SealKeys,
    Series(SeriesId),
    Session(SessionId),
    Task(TaskId),
    Transfer(TransferId),
}

impl Object {
    fn kind(self) -> &'static str {
        match self {
            Self::Account(_) => "account",
            Self::Agency(_) => "agency",
            Self::Appointment(_) => "appointment",
            Self::AuditLog => "audit_log",
            Self::Authenticator(_) => "authenticator",
            Self::Batch => "log_batch",
            Self::BookingLink(_) => "booking_link",
            Self::CalendarFeed(_) => "calendar_feed",
            Self::Circle(_) => "circle",
            Self::Clock(_) => "clock",
            Self::Consent(_) => "consent",
            Self::Deliveries => "deliveries",
            Self::Device(_) => "device",
            Self::Job(_) => "job",
            Self::Link(_) => "link",
            Self::Person(_) => "person",
            Self::Representation(_) => "representation",
            Self::SealKeys => "seal_keys",
            Self::Series(_) => "series",
            Self::Session(_) => "session",
            Self::Task(_) => "task",
            Self::Transfer(_) => "transfer",
        }
    }

    fn id(self) -> Uuid {
        match self {
            Self::Account(id) => id.uuid(),
            Self::Agency(id)
            | Self::Authenticator(id)
            | Self::BookingLink(id)
            | Self::CalendarFeed(id)
            | Self::Clock(id)
            | Self::Consent(id)
            | Self::Job(id)
            | Self::Link(id)
            | Self::Representation(id) => id,
            Self::Appointment(id) => id.uuid(),
            Self::AuditLog | Self::Batch | Self::Deliveries | Self::SealKeys => Uuid::nil(),
            Self::Circle(id) => id.uuid(),
            Self::Device(id) => id.uuid(),
            Self::Person(id) => id.uuid(),
            Self::Series(id) => id.uuid(),
            Self::Session(id) => id.uuid(),
            Self::Task(id) => id.uuid(),
            Self::Transfer(id) => id.uuid(),
        }
    }
}

/// An entry on its way into the log.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    caller: Caller,
    act: Act,
    denied: Option<Code>,
    object: Object,
    client: Option<PersonId>,
    range: Option<(u64, u64)>,
    commitments: Vec<[u8; 32]>,
    values: Vec<Value>,
    shown: Vec<Uuid>,
}

/// Something that may hold personal data, beside the entry.
#[derive(Clone)]
struct Value {
    field: &'static str,
    salt: [u8; 32],
    text: String,
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Value({}, masked)", self.field)
    }
}

impl Entry {
    /// Something allowed and done.
    pub(crate) fn done(caller: &Caller, permit: Permit, object: Object) -> Self {
        Self::new(caller, permit.act(), object)
    }

    /// Something asked for and refused.
    pub(crate) fn denied(caller: &Caller, act: Act, object: Object, code: Code) -> Self {
        Self {
            denied: Some(code),
            ..Self::new(caller, act, object)
        }
    }

    fn new(caller: &Caller, act: Act, object: Object) -> Self {
        Self {
            caller: *caller,
            act,
            denied: None,
            object,
            client: None,
            range: None,
            commitments: Vec::new(),
            values: Vec::new(),
            shown: Vec::new(),
        }
    }

    /// The client whom it concerns.
    pub(crate) fn about(mut self, client: PersonId) -> Self {
        self.client = Some(client);
        self
    }

    /// The log positions that it concerns, both included.
    pub(crate) fn range(mut self, first: u64, last: u64) -> Self {
        self.range = Some((first, last));
        self
    }

    /// What a list showed: ids of people or circles.
    pub(crate) fn shown(mut self, ids: impl IntoIterator<Item = Uuid>) -> Self {
        self.shown.extend(ids);
        self
    }

    /// A hash that it commits to.
    pub(crate) fn commits_to(mut self, hash: [u8; 32]) -> Self {
        self.commitments.push(hash);
        self
    }

    /// A value that may hold personal data: the entry gets a salted commitment only.
    pub(crate) fn value(mut self, field: &'static str, text: &str, salt: [u8; 32]) -> Self {
        self.commitments.push(sha256(&[&salt, text.as_bytes()]));
        self.values.push(Value {
            field,
            salt,
            text: text.to_owned(),
        });
        self
    }

    fn record(&self, id: EntryId, at: i64, client: Option<PersonId>) -> Record<'static> {
        // A batch has many actors; the installation is none.
        let actor = self.caller.is_person() && !matches!(self.object, Object::Batch);
        let session = actor && self.caller.has_session();
        Record {
            schema: SCHEMA,
            id,
            at,
            act: self.act.as_str(),
            outcome: self.outcome(),
            account: actor.then_some(self.caller.account),
            role: actor.then(|| self.caller.role.as_str()),
            session: session.then_some(self.caller.session),
            device: session.then_some(self.caller.device),
            purpose: self.caller.purpose.as_str(),
            object_kind: self.object.kind(),
            object: self.object.id().into_bytes().into(),
            client,
            commitments: self.commitments.iter().map(|hash| (*hash).into()).collect(),
            code: self.denied.map(Code::as_str),
            first_seq: self.range.map(|(first, _)| first),
            last_seq: self.range.map(|(_, last)| last),
            shown: self.shown.iter().map(|id| id.into_bytes().into()).collect(),
        }
    }

    fn outcome(&self) -> &'static str {
        if self.denied.is_some() {
            "denied"
        } else {
            "done"
        }
    }
}

/// Writes entries under their ids.
pub(crate) async fn write(tx: &mut Tx, entries: &[(EntryId, Entry)]) -> Result<()> {
    let at = tx.now().micros();
    let mut leaves = Vec::with_capacity(entries.len());
    let mut valued = Vec::new();
    for entries in entries.chunks(MANY_MAX) {
        let clients = clients::of(tx, entries).await?;
        let mut insert = tx.many(&INSERT_ENTRIES, entries.len());
        for ((id, entry), client) in entries.iter().zip(clients) {
            let record = entry.record(*id, at, client);
            let bytes = frame::to_vec(&record);
            leaves.push((id.uuid(), tree::leaf_hash(&bytes)));
            if !entry.values.is_empty() {
                valued.push((id, entry, client));
            }
            insert = insert.row(|row| {
                row.bind(id.uuid())
                    .bind(at)
                    .bind(record.act)
                    .bind(record.outcome)
                    .bind(record.account.map(|account| account.uuid()))
                    .bind(client.map(|client| client.uuid()))
                    .bind(bytes)
            });
        }
        insert.run().await?;
    }
    leaves::put(tx, &leaves).await?;
    for (id, entry, client) in valued {
        write_values(tx, *id, &entry.values, client).await?;
    }
    Ok(())
}

async fn write_values(
    tx: &mut Tx,
    id: EntryId,
    values: &[Value],
    client: Option<PersonId>,
) -> Result<()> {
    let sealing = match client {
        Some(client) => client_keys::sealing(tx, client).await?,
        None => Sealing::Ring,
    };
    for value in values {
        let row = EntryId::from_parts(tx.now(), tx.random()).uuid();
        let plain = value.text.as_bytes();
        let sealed = match &sealing {
            Sealing::Own(key) => key.seal(AUDIT_VALUE, row, plain, tx.random()),
            Sealing::Ring => tx.seal(AUDIT_VALUE, row, plain),
            // The entry is as true without it.
            Sealing::Erased => return Ok(()),
        };
        tx.sql(INSERT_VALUE)
            .bind(row)
            .bind(id.uuid())
            .bind(value.field)
            .bind(value.salt.to_vec())
            .bind(sealed)
            .run()
            .await?;
    }
    Ok(())
}

/// The hash of one row of a circle's log, to which the entry of its batch commits. Body and wrap enter
/// by their own hashes, so that a redacted row can still be checked against theirs.
pub(crate) fn row_hash(row: &crate::log::NewRow<'_>) -> [u8; 32] {
    sha256(&[
        b"carecircle/log-row/v1",
        row.circle.as_bytes(),
        &to_db(u64::from(row.generation)).to_be_bytes(),
        &row.seq.to_be_bytes(),
        &[row.kind as u8, row.urgency as u8],
        &row.epoch.to_be_bytes(),
        row.device.as_bytes(),
        row.op_id.as_bytes(),
        &row.era.to_be_bytes(),
        &row.accepted_at.micros().to_be_bytes(),
        &sha256(&[row.mls]),
        &sha256(&[row.body]),
        &sha256(&[row.wrap]),
    ])
}

#[cfg(test)]
mod tests {
    use care::rules::{Standing, may};
    use protocol::Timestamp;

    use super::*;

    fn entry() -> Entry {
        let permit = may(Act::AddPerson, Standing::installation()).unwrap();
        let person = PersonId::from_bytes([5; 16]);
        Entry::done(&Caller::installation(), permit, Object::Person(person))
    }

    fn bytes(entry: &Entry) -> Vec<u8> {
        let id = EntryId::from_parts(Timestamp::from_micros(0), [1; 10]);
        frame::to_vec(&entry.record(id, 77, entry.client))
    }

    #[test]
    fn the_same_entry_has_the_same_bytes_and_any_difference_shows() {
        let plain = bytes(&entry());
        assert_eq!(plain, bytes(&entry()));
        assert_ne!(plain, bytes(&entry().range(1, 2)));
        assert_ne!(plain, bytes(&entry().about(PersonId::from_bytes([6; 16]))));
        assert_ne!(plain, bytes(&entry().commits_to([1; 32])));
    }

    #[test]
    fn a_value_is_not_in_the_bytes_and_its_salt_hides_it() {
        let a = bytes(&entry().value("name", "Maria Sample", [1; 32]));
        let b = bytes(&entry().value("name", "Maria Sample", [2; 32]));
        assert_ne!(a, b);
        assert!(!a.windows(5).any(|w| w == b"Maria"));
        assert!(!format!("{:?}", entry().value("name", "Maria", [1; 32])).contains("Maria"));
    }
}
