//! Who saw this client, what did this person do, who looked where they are not assigned, what was taken
//! out. Newest first, a page at a time; asking is audited like everything else.

use std::collections::BTreeMap;

use care::Caller;
use care::rules::{Act, Permit};
use protocol::http::{AskAccess, AskAudit, AuditEntry, AuditPage, AuditPeople, PersonCard};
use protocol::{AuditView, Code, EntryId, PersonId, Refusal, Role, Timestamp, limits};
use uuid::Uuid;

use super::record::Record;
use super::{Entry, Object};
use crate::db::{self, to_db};
use crate::error::{Error, Result};
use crate::seal::PERSON_NAME;
use crate::store::Store;
use crate::tx::Tx;
use crate::{representations, standing};

/// A page of entries. `$1` is a person, `$2` and `$3` the span, `$4` and `$5` the entry before the page,
/// `$6` its length, `$7` an outcome.
macro_rules! page {
    ($condition:expr) => {
        concat!(
            "
        SELECT e.id, e.bytes, p.id AS person, p.name, a.role, c.name AS client_name
        FROM audit_entry e
            LEFT JOIN account a ON a.id = e.account
            LEFT JOIN person p ON p.id = a.person
            LEFT JOIN person c ON c.id = e.client
        WHERE ",
            $condition,
            "
            AND e.at >= $2 AND e.at < $3 AND (e.at < $4 OR (e.at = $4 AND e.id < $5))
            AND e.outcome = COALESCE($7, e.outcome)
        ORDER BY e.at DESC, e.id DESC LIMIT $6"
        )
    };
}

statements! {
    BY_CLIENT = page!("e.client = $1");
    BY_PERSON = page!("e.account IN (SELECT o.id FROM account o WHERE o.person = $1)");
    // Asking the audit log about a client, and saying who serves them, is a supervisor's work wherever they
    // are assigned; answering an offer is the work of whoever was offered the client.
    OFF_ASSIGNMENT = page!(
        "e.client = COALESCE($1, e.client) AND e.act NOT IN ('query_audit', 'assign', 'end_assignment', 'answer_transfer')
            AND a.role IN ('case_manager', 'supervisor', 'administrator')
            AND NOT EXISTS (SELECT 1 FROM assignment g
                WHERE g.account = e.account AND g.client = e.client AND g.from_at <= e.at
                    AND (g.ended_at IS NULL OR g.ended_at > e.at))"
    );
    EXPORTS = page!("e.act = 'export_audit' AND COALESCE($1, e.id) IS NOT NULL");
    ROLES = "SELECT role FROM account WHERE person = $1";
    PEOPLE = "
        SELECT p.id AS person, a.id AS account, p.name, a.role
        FROM account a JOIN person p ON p.id = a.person ORDER BY a.id";
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    id: Uuid,
    bytes: Vec<u8>,
    person: Option<Uuid>,
    name: Option<Vec<u8>>,
    role: Option<String>,
    client_name: Option<Vec<u8>>,
}

#[derive(sqlx::FromRow)]
struct CardRow {
    person: Uuid,
    account: Uuid,
    name: Vec<u8>,
    role: String,
}

/// Which page of which entries.
#[derive(Clone, Copy)]
struct Page {
    sql: &'static str,
    person: Option<PersonId>,
    from: i64,
    until: i64,
    before: (i64, Uuid),
    outcome: Option<&'static str>,
}

impl Page {
    fn of(ask: &AskAudit) -> Result<Self> {
        let needed = matches!(ask.view, AuditView::Client | AuditView::Person);
        if needed && ask.person.is_none() {
            return Err(Refusal::new(Code::BadRequest, "person: say about whom").into());
        }
        let sql = match ask.view {
            AuditView::Client => BY_CLIENT,
            AuditView::Person => BY_PERSON,
            AuditView::OffAssignment => OFF_ASSIGNMENT,
            AuditView::Exports => EXPORTS,
        };
        Ok(Self {
            sql,
            person: ask.person,
            from: ask.from.map_or(i64::MIN, Timestamp::micros),
            until: ask.until.map_or(i64::MAX, Timestamp::micros),
            before: cursor(ask.before.as_deref())?,
            outcome: ask.denied.then_some("denied"),
        })
    }
}

/// Reads where a page ended: `micros.id`.
fn cursor(before: Option<&str>) -> Result<(i64, Uuid)> {
    let Some(text) = before else {
        return Ok((i64::MAX, Uuid::max()));
    };
    let parts = text.split_once('.').and_then(|(at, id)| {
        let at = at.parse().ok()?;
        Some((at, id.parse::<EntryId>().ok()?.uuid()))
    });
    parts.ok_or_else(|| Refusal::new(Code::BadRequest, "before: not from an earlier page").into())
}

impl Store {
    /// A page of the audit log, newest first, at most [`limits::AUDIT_PAGE`] entries. For supervisors,
    /// administrators and the installation; else [`Code::NotAllowed`]. An administrator sees no clients:
    /// a question about one is refused, and entries do not name whom they concern.
    pub async fn audit(&self, caller: &Caller, ask: AskAudit) -> Result<AuditPage> {
        let caller = *caller;
        self.read_audited("query audit", async move |tx: &mut Tx| {
            let about_a_client = is_about_a_client(tx, &ask).await?;
            let permit = may_query(tx, &caller, about_a_client).await?;
            let mut read = page(tx, Page::of(&ask)?).await?;
            if !sees_clients(&caller) {
                read.entries.iter_mut().for_each(without_client);
            }
            let shown = read.entries.iter().map(|entry| entry.id.uuid());
            let entry = Entry::done(&caller, permit, Object::AuditLog).shown(shown);
            tx.audit(match (ask.view, ask.person) {
                (AuditView::Client | AuditView::OffAssignment, Some(client)) => entry.about(client),
                _ => entry,
            });
            Ok(read)
        })
        .await
    }

    /// Everybody about whom the caller can ask the audit log: of an administrator's, staff alone.
    pub async fn audit_people(&self, caller: &Caller) -> Result<AuditPeople> {
        let caller = *caller;
        self.read_audited("audit people", async move |tx: &mut Tx| {
            let permit = may_query(tx, &caller, false).await?;
            let mut people = Vec::new();
            for row in tx.sql(PEOPLE).all::<CardRow>().await? {
                let role = db::role(&row.role)?;
                if is_served(role) && !sees_clients(&caller) {
                    continue;
                }
                people.push(PersonCard {
                    person: row.person.into(),
                    account: row.account.into(),
                    name: tx.open_text(PERSON_NAME, row.person, &row.name).await?,
                    role,
                });
            }
            let shown = people.iter().map(|card| card.person.uuid());
            tx.audit(Entry::done(&caller, permit, Object::AuditLog).shown(shown));
            Ok(AuditPeople { people })
        })
        .await
    }

    /// Who has looked at the caller's own record or acted on it, newest first. For clients, and for whoever
    /// acts for one.
    pub async fn access(&self, caller: &Caller, ask: AskAccess) -> Result<AuditPage> {
        let caller = *caller;
        let client = ask.client.unwrap_or(caller.person);
        self.read_audited("access", async move |tx: &mut Tx| {
            let standing = standing::to_client(tx, &caller, client).await?;
            let object = Object::Person(client);
            let permit = tx.authorize(&caller, Act::ReadAccess, standing, object)?;
            let caller = representations::acting(&caller, standing);
            let wish = AskAudit {
                view: AuditView::Client,
                person: Some(client),
                from: ask.from,
                until: ask.until,
                denied: false,
                before: ask.before.clone(),
            };
            let read = page(tx, Page::of(&wish)?).await?;
            tx.audit(Entry::done(&caller, permit, object).about(client));
            Ok(read)
        })
        .await
    }
}

async fn may_query(tx: &mut Tx, caller: &Caller, about_a_client: bool) -> Result<Permit> {
    let standing = standing::of_session(tx, caller).await?;
    if about_a_client {
        tx.authorize(caller, Act::QueryClientAudit, standing, Object::AuditLog)?;
    }
    tx.authorize(caller, Act::QueryAudit, standing, Object::AuditLog)
}

/// Whether the question names somebody who is served here, or asks for a client by its kind.
async fn is_about_a_client(tx: &mut Tx, ask: &AskAudit) -> Result<bool> {
    if ask.view == AuditView::Client {
        return Ok(true);
    }
    let Some(person) = ask.person else {
        return Ok(false);
    };
    let roles = tx.sql(ROLES).bind(person.uuid()).all::<(String,)>().await?;
    for (role,) in roles {
        if is_served(db::role(&role)?) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Clients, and those around them.
fn is_served(role: Role) -> bool {
    matches!(role, Role::Client | Role::Caregiver)
}

fn sees_clients(caller: &Caller) -> bool {
    caller.is_installation() || caller.role == Role::Supervisor
}

/// The entry without whom it concerns; what a client or caregiver did themselves has no name either.
fn without_client(entry: &mut AuditEntry) {
    (entry.client, entry.client_name) = (None, None);
    if entry.role.is_some_and(is_served) {
        (entry.person, entry.account, entry.name) = (None, None, None);
    }
}

async fn page(tx: &mut Tx, page: Page) -> Result<AuditPage> {
    let (before_at, before_id) = page.before;
    let mut rows = tx
        .sql(page.sql)
        .bind(page.person.map(|person| person.uuid()))
        .bind(page.from)
        .bind(page.until)
        .bind(before_at)
        .bind(before_id)
        .bind(to_db(limits::AUDIT_PAGE as u64) + 1)
        .bind(page.outcome)
        .all::<EntryRow>()
        .await?;
    let more = rows.len() > limits::AUDIT_PAGE;
    rows.truncate(limits::AUDIT_PAGE);
    let mut names = BTreeMap::new();
    let mut entries = Vec::with_capacity(rows.len());
    for row in &rows {
        entries.push(row.entry(tx, &mut names).await?);
    }
    let next = entries.last().filter(|_| more);
    let next = next.map(|entry| format!("{}.{}", entry.at.micros(), entry.id));
    Ok(AuditPage { entries, next })
}

impl EntryRow {
    async fn entry(&self, tx: &mut Tx, names: &mut BTreeMap<Uuid, String>) -> Result<AuditEntry> {
        let record = Record::read(&self.bytes)
            .ok_or_else(|| Error::broken("an audit entry does not read; verify the log"))?;
        let client = record.client.map(|client| client.uuid());
        for (person, sealed) in [(self.person, &self.name), (client, &self.client_name)] {
            if let (Some(person), Some(sealed)) = (person, sealed)
                && !names.contains_key(&person)
            {
                let opened = tx.open_text(PERSON_NAME, person, sealed).await?;
                names.insert(person, opened);
            }
        }
        let name = |person: Option<Uuid>| person.and_then(|person| names.get(&person)).cloned();
        let role = self.role.as_deref().map(db::role).transpose()?;
        Ok(AuditEntry {
            id: self.id.into(),
            at: Timestamp::from_micros(record.at),
            act: record.act.to_owned(),
            denied: record.code.map(str::to_owned),
            person: self.person.map(PersonId::from),
            account: record.account,
            name: name(self.person),
            role,
            purpose: record.purpose.to_owned(),
            object: record.object_kind.to_owned(),
            client: record.client,
            client_name: name(client),
            first_seq: record.first_seq,
            last_seq: record.last_seq,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nonsense_is_refused() {
        let id = EntryId::from_bytes([7; 16]);
        let text = format!("-5.{id}");
        assert_eq!(cursor(Some(&text)).unwrap(), (-5, id.uuid()));
        assert_eq!(cursor(None).unwrap().0, i64::MAX);
        for nonsense in [
            "",
            ".",
            "5",
            "5.x",
            "x.00000000-0000-0000-0000-000000000000",
        ] {
            let refused = cursor(Some(nonsense)).unwrap_err();
            assert_eq!(refused.refusal().code, Code::BadRequest, "{nonsense}");
        }
    }
}
