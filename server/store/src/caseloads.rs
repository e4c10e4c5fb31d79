//! The supervisor's view: every client with who serves them, every case manager with what they have in
//! hand, and what waits. Numbers and names of staff and clients; no title, no caregiver, no message, not
//! even as ciphertext: being a supervisor opens no circle.

use std::collections::BTreeMap;

use care::Caller;
use care::rules::Act;
use protocol::http::{Caseloads, ManagerLoad, ServedBy, ServedClient};
use protocol::{PersonId, limits};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::db;
use crate::error::Result;
use crate::seal::PERSON_NAME;
use crate::standing;
use crate::store::Store;
use crate::tasks::owner::{is_asked, whose};
use crate::tx::Tx;

/// Whether a task waits at the time `$1`: that a visit is to be taken over or told of does until it begins.
macro_rules! open {
    () => {
        concat!(
            "t.done_at IS NULL AND t.kind <> 'device_idle'
                AND (t.appointment IS NULL OR (t.kind <> 'client_assigned'
                        AND (t.why IS NULL OR t.why NOT IN ('outside_safe_hours', 'no_address')))
                    OR EXISTS (SELECT 1 FROM appointment k
                        WHERE k.id = t.appointment AND k.start_at > $1))
                AND ",
            is_asked!("$1")
        )
    };
}

/// Open tasks at the time `$1` of a client, or of a case manager: of those who serve their client now.
macro_rules! tasks {
    ($what:literal of client) => {
        concat!(
            "(SELECT ",
            $what,
            " FROM task t WHERE t.client = p.id AND ",
            open!(),
            "
                AND EXISTS (SELECT 1 FROM assignment o WHERE o.account = ",
            whose!("$1"),
            " AND o.client = t.client AND o.from_at <= $1
                    AND (o.ended_at IS NULL OR o.ended_at > $1)))"
        )
    };
    ($what:literal of manager) => {
        concat!(
            "(SELECT ",
            $what,
            " FROM task t WHERE ",
            open!(),
            "
                AND t.client IN (SELECT o.client FROM assignment o WHERE o.account = a.id
                    AND o.from_at <= $1 AND (o.ended_at IS NULL OR o.ended_at > $1))
                AND ",
            whose!("$1"),
            " = a.id)"
        )
    };
}

statements! {
    CLIENTS = concat!(
        "
        SELECT p.id AS person, p.name,
            (SELECT COUNT(*) FROM circle k WHERE k.client = p.id) AS circles,
            (SELECT COUNT(*) FROM transfer x WHERE x.client = p.id AND x.state = 'offered'
                AND x.expires_at > $1) AS offers,
            (SELECT MIN(k.start_at) FROM appointment k WHERE k.client = p.id
                AND k.state = 'booked' AND k.start_at > $1) AS next_at, ",
        tasks!("COUNT(*)" of client), " AS tasks, ",
        tasks!("MIN(t.created_at)" of client), " AS waiting_at
        FROM account a JOIN person p ON p.id = a.person
        WHERE a.role = 'client' AND NOT EXISTS (SELECT 1 FROM client_key d
            WHERE d.client = p.id AND d.state = 'erased')
        ORDER BY a.id LIMIT $2"
    );
    SERVING = "
        SELECT g.client, a.id AS account, a.role, p.id AS person, p.name,
            MAX(CASE WHEN g.handed_to IS NOT NULL THEN g.ended_at END) AS until_at
        FROM assignment g
            JOIN account a ON a.id = g.account
            JOIN person p ON p.id = a.person
        WHERE g.from_at <= $1 AND (g.ended_at IS NULL OR g.ended_at > $1)
        GROUP BY g.client, a.id, a.role, p.id, p.name
        ORDER BY g.client, a.id";
    MANAGERS = concat!(
        "
        SELECT a.id AS account, p.id AS person, p.name,
            CAST(CASE WHEN a.aik IS NULL THEN 0 ELSE 1 END AS BIGINT) AS active,
            (SELECT COUNT(*) FROM assignment g WHERE g.account = a.id AND g.from_at <= $1
                AND g.ended_at IS NULL) AS clients, ",
        tasks!("COUNT(*)" of manager), " AS tasks, ",
        tasks!("MIN(t.created_at)" of manager), " AS waiting_at
        FROM account a JOIN person p ON p.id = a.person
        WHERE a.role = 'case_manager' AND a.ended_at IS NULL ORDER BY a.id"
    );
}

#[derive(sqlx::FromRow)]
struct ClientRow {
    person: Uuid,
    name: Vec<u8>,
    circles: i64,
    offers: i64,
    next_at: Option<i64>,
    tasks: i64,
    waiting_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct ServingRow {
    client: Uuid,
    account: Uuid,
    role: String,
    person: Uuid,
    name: Vec<u8>,
    until_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct ManagerRow {
    account: Uuid,
    person: Uuid,
    name: Vec<u8>,
    active: i64,
    clients: i64,
    tasks: i64,
    waiting_at: Option<i64>,
}

impl Store {
    /// Every client with who serves them, but for those who were erased, and every case manager. For supervisors; else
    /// [`protocol::Code::NotAllowed`]. At most [`limits::CLIENTS_LISTED_MAX`] clients.
    pub async fn caseloads(&self, caller: &Caller) -> Result<Caseloads> {
        let caller = *caller;
        self.read_audited("caseloads", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::ReadCaseloads, standing, object)?;
            let clients = clients(tx).await?;
            let managers = managers(tx).await?;
            let shown = clients.iter().map(|client| client.person.uuid());
            tx.audit(Entry::done(&caller, permit, object).shown(shown));
            Ok(Caseloads { clients, managers })
        })
        .await
    }
}

async fn clients(tx: &mut Tx) -> Result<Vec<ServedClient>> {
    let now = tx.now().micros();
    let mut serving = serving(tx).await?;
    let rows = tx
        .sql(CLIENTS)
        .bind(now)
        .bind(i64::try_from(limits::CLIENTS_LISTED_MAX).unwrap_or(i64::MAX));
    let rows = rows.all::<ClientRow>().await?;
    let mut clients = Vec::with_capacity(rows.len());
    for row in rows {
        clients.push(ServedClient {
            person: row.person.into(),
            name: tx.open_text(PERSON_NAME, row.person, &row.name).await?,
            served_by: serving.remove(&row.person.into()).unwrap_or_default(),
            offered: row.offers > 0,
            circles: db::small(row.circles),
            tasks: db::small(row.tasks),
            waiting_since: row.waiting_at.map(db::at),
            next_appointment: row.next_at.map(db::at),
        });
    }
    Ok(clients)
}

async fn serving(tx: &mut Tx) -> Result<BTreeMap<PersonId, Vec<ServedBy>>> {
    let now = tx.now().micros();
    let rows = tx.sql(SERVING).bind(now).all::<ServingRow>().await?;
    let mut serving: BTreeMap<PersonId, Vec<ServedBy>> = BTreeMap::new();
    for row in rows {
        serving
            .entry(row.client.into())
            .or_default()
            .push(ServedBy {
                account: row.account.into(),
                name: tx.open_text(PERSON_NAME, row.person, &row.name).await?,
                role: db::role(&row.role)?,
                until: row.until_at.map(db::at),
            });
    }
    Ok(serving)
}

async fn managers(tx: &mut Tx) -> Result<Vec<ManagerLoad>> {
    let now = tx.now().micros();
    let rows = tx.sql(MANAGERS).bind(now).all::<ManagerRow>().await?;
    let mut managers = Vec::with_capacity(rows.len());
    for row in rows {
        managers.push(ManagerLoad {
            account: row.account.into(),
            name: tx.open_text(PERSON_NAME, row.person, &row.name).await?,
            active: row.active != 0,
            clients: db::small(row.clients),
            tasks: db::small(row.tasks),
            waiting_since: row.waiting_at.map(db::at),
        });
    }
    Ok(managers)
}
