//! Who saw this client, what did this person do, who looked where they are not assigned, what was taken
//! out. Newest first, a page at a time; asking is audited like everything else.

use std::collections::BTreeMap;

use care::Caller;
use care::rules::{Act, Permit};
use protocol::http::{AskAccess, AskAudit, AuditEntry, AuditPage, AuditPeople, PersonCard};
use protocol::{AuditView, Code, EntryId, PersonId, Refusal, Timestamp, limits};
use uuid::Uuid;

use super::record::Record;
use super::{Entry, Object};
use crate::db::{self, to_db};
use crate::error::{Error, Result};
use crate::seal::PERSON_NAME;
use crate::standing;
use crate::store::Store;
use crate::tx::Tx;

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
    // Asking the audit log about a client is a supervisor's work wherever they are assigned.
    OFF_ASSIGNMENT = page!(
        "e.client = COALESCE($1, e.client) AND e.act <> 'query_audit'
            AND a.role IN ('case_manager', 'supervisor', 'administrator')
            AND NOT EXISTS (SELECT 1 FROM assignment g
                WHERE g.account = e.account AND g.client = e.client AND g.from_at <= e.at
                    AND (g.ended_at IS NULL OR g.ended_at > e.at))"
    );
    EXPORTS = page!("e.act = 'export_audit' AND COALESCE($1, e.id) IS NOT NULL");
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
    /// administrators and the installation; else [`Code::NotAllowed`].
    pub async fn audit(&self, caller: &Caller, ask: AskAudit) -> Result<AuditPage> {
        let caller = *caller;
        self.read_audited("query audit", async move |tx: &mut Tx| {
            let permit = may_query(tx, &caller).await?;
            let read = page(tx, Page::of(&ask)?).await?;
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

    /// Everybody about whom the audit log can be asked.
    pub async fn audit_people(&self, caller: &Caller) -> Result<AuditPeople> {
        let caller = *caller;
        self.read_audited("audit people", async move |tx: &mut Tx| {
            let permit = may_query(tx, &caller).await?;
            let mut people = Vec::new();
            for row in tx.sql(PEOPLE).all::<CardRow>().await? {
                people.push(PersonCard {
                    person: row.person.into(),
                    account: row.account.into(),
                    name: tx.open_text(PERSON_NAME, row.person, &row.name)?,
                    role: db::role(&row.role)?,
                });
            }
            let shown = people.iter().map(|card| card.person.uuid());
            tx.audit(Entry::done(&caller, permit, Object::AuditLog).shown(shown));
            Ok(AuditPeople { people })
        })
        .await
    }

    /// Who has looked at the caller's own record or acted on it, newest first. For clients.
    pub async fn access(&self, caller: &Caller, ask: AskAccess) -> Result<AuditPage> {
        let caller = *caller;
        self.read_audited("access", async move |tx: &mut Tx| {
            let standing = standing::to_client(tx, &caller, caller.person).await?;
            let object = Object::Person(caller.person);
            let permit = tx.authorize(&caller, Act::ReadAccess, standing, object)?;
            let wish = AskAudit {
                view: AuditView::Client,
                person: Some(caller.person),
                from: ask.from,
                until: ask.until,
                denied: false,
                before: ask.before.clone(),
            };
            let read = page(tx, Page::of(&wish)?).await?;
            tx.audit(Entry::done(&caller, permit, object).about(caller.person));
            Ok(read)
        })
        .await
    }
}

async fn may_query(tx: &mut Tx, caller: &Caller) -> Result<Permit> {
    let standing = standing::of_session(tx, caller).await?;
    tx.authorize(caller, Act::QueryAudit, standing, Object::AuditLog)
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
        entries.push(row.entry(tx, &mut names)?);
    }
    let next = entries.last().filter(|_| more);
    let next = next.map(|entry| format!("{}.{}", entry.at.micros(), entry.id));
    Ok(AuditPage { entries, next })
}

impl EntryRow {
    fn entry(&self, tx: &Tx, names: &mut BTreeMap<Uuid, String>) -> Result<AuditEntry> {
        let record = Record::read(&self.bytes)
            .ok_or_else(|| Error::broken("an audit entry does not read; verify the log"))?;
        let mut name = |person: Option<Uuid>, sealed: Option<&Vec<u8>>| {
            let (Some(person), Some(sealed)) = (person, sealed) else {
                return Ok(None);
            };
            if let Some(name) = names.get(&person) {
                return Ok(Some(name.clone()));
            }
            let opened = tx.open_text(PERSON_NAME, person, sealed)?;
            names.insert(person, opened.clone());
            Ok::<_, Error>(Some(opened))
        };
        let role = self.role.as_deref().map(db::role).transpose()?;
        Ok(AuditEntry {
            id: self.id.into(),
            at: Timestamp::from_micros(record.at),
            act: record.act.to_owned(),
            denied: record.code.map(str::to_owned),
            person: self.person.map(PersonId::from),
            account: record.account,
            name: name(self.person, self.name.as_ref())?,
            role,
            purpose: record.purpose.to_owned(),
            object: record.object_kind.to_owned(),
            client: record.client,
            client_name: name(record.client.map(|c| c.uuid()), self.client_name.as_ref())?,
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
