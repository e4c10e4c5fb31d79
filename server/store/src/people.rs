//! The people whom a caller may see: staff their caseload, a client the client's own card, a caregiver
//! the clients for whom they act.

use care::Caller;
use care::rules::Act;
use protocol::http::{CaregiverCard, CircleCard, ClientCard, HandingOver, People, PersonCard};
use protocol::{AccountId, CircleId, PersonId, Role};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::error::Result;
use crate::phones::Numbers;
use crate::seal::{CIRCLE_TITLE, PERSON_NAME, RELATIONSHIP};
use crate::store::Store;
use crate::tx::Tx;
use crate::{consents, db, representations, standing};

statements! {
    CASELOAD = "
        SELECT DISTINCT p.id AS person, a.id AS account, p.name, a.role,
            CAST(CASE WHEN a.aik IS NOT NULL AND a.confirmed_at IS NOT NULL THEN 1 ELSE 0 END AS BIGINT)
                AS here
        FROM assignment g
            JOIN person p ON p.id = g.client
            JOIN account a ON a.person = p.id AND a.role = 'client'
        WHERE g.account = $1 AND g.from_at <= $2 AND (g.ended_at IS NULL OR g.ended_at > $2)
        ORDER BY p.id";
    ONESELF = "
        SELECT p.id AS person, a.id AS account, p.name, a.role,
            CAST(CASE WHEN a.aik IS NOT NULL AND a.confirmed_at IS NOT NULL THEN 1 ELSE 0 END AS BIGINT)
                AS here
        FROM account a JOIN person p ON p.id = a.person
        WHERE a.id = $1";
    REPRESENTED = "
        SELECT DISTINCT p.id AS person, a.id AS account, p.name, a.role,
            CAST(CASE WHEN a.aik IS NOT NULL AND a.confirmed_at IS NOT NULL THEN 1 ELSE 0 END AS BIGINT)
                AS here
        FROM representation n
            JOIN person p ON p.id = n.client
            JOIN account a ON a.person = p.id AND a.role = 'client'
        WHERE n.caregiver = $1 AND n.from_at <= $2 AND n.ended_at IS NULL
            AND (n.until_at IS NULL OR n.until_at > $2)
        ORDER BY p.id";
    STAFF = "
        SELECT DISTINCT p.id AS person, a.id AS account, p.name, a.role,
            CAST(CASE WHEN a.aik IS NOT NULL AND a.confirmed_at IS NOT NULL THEN 1 ELSE 0 END AS BIGINT)
                AS here
        FROM assignment g
            JOIN account a ON a.id = g.account
            JOIN person p ON p.id = a.person
        WHERE g.client = $1 AND g.from_at <= $2 AND (g.ended_at IS NULL OR g.ended_at > $2)
            AND g.handed_to IS NULL
        ORDER BY a.id";
    HANDING_OVER = "
        SELECT p.id AS person, a.id AS account, p.name, a.role, g.handed_to, g.ended_at
        FROM assignment g
            JOIN account a ON a.id = g.account
            JOIN person p ON p.id = a.person
        WHERE g.client = $1 AND g.from_at <= $2 AND g.ended_at > $2 AND g.handed_to IS NOT NULL
        ORDER BY a.id";
    CAREGIVERS = "
        SELECT p.id AS person, a.id AS account, p.name, r.id AS relation, r.relationship,
            CAST(CASE WHEN a.aik IS NOT NULL AND a.confirmed_at IS NOT NULL THEN 1 ELSE 0 END AS BIGINT)
                AS here
        FROM related_person r
            JOIN person p ON p.id = r.person
            JOIN account a ON a.person = p.id AND a.role = 'caregiver'
        WHERE r.client = $1
        ORDER BY p.id";
    CIRCLES = "SELECT id, title, status FROM circle WHERE client = $1 ORDER BY id";
    MEMBERS = "
        SELECT account FROM circle_member
        WHERE circle = $1 AND state <> 'left' ORDER BY place";
}

#[derive(sqlx::FromRow)]
struct PersonRow {
    person: Uuid,
    account: Uuid,
    name: Vec<u8>,
    role: String,
    here: i64,
}

#[derive(sqlx::FromRow)]
struct HandingRow {
    person: Uuid,
    account: Uuid,
    name: Vec<u8>,
    role: String,
    handed_to: Uuid,
    ended_at: i64,
}

#[derive(sqlx::FromRow)]
struct CaregiverRow {
    person: Uuid,
    account: Uuid,
    name: Vec<u8>,
    relation: Uuid,
    relationship: Vec<u8>,
    here: i64,
}

#[derive(sqlx::FromRow)]
struct CircleRow {
    id: Uuid,
    title: Vec<u8>,
    status: String,
}

impl Store {
    /// The clients whom the caller may see, each with everybody around them.
    pub async fn people(&self, caller: &Caller) -> Result<People> {
        let caller = *caller;
        self.read_audited("people", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::ListPeople, standing, object)?;
            let mut clients = Vec::new();
            for row in visible(tx, &caller).await? {
                clients.push(card(tx, &caller, row).await?);
            }
            let shown = clients.iter().map(|card| card.person.uuid());
            // A caregiver sees clients in whose place they are.
            let by = match caller.role {
                Role::Caregiver if !clients.is_empty() => caller.acting_for(),
                _ => caller,
            };
            tx.audit(Entry::done(&by, permit, object).shown(shown));
            Ok(People { clients })
        })
        .await
    }
}

async fn visible(tx: &mut Tx, caller: &Caller) -> Result<Vec<PersonRow>> {
    let now = tx.now().micros();
    match caller.role {
        Role::Client => tx.sql(ONESELF).bind(caller.account.uuid()).all().await,
        Role::CaseManager | Role::Supervisor => {
            tx.sql(CASELOAD)
                .bind(caller.account.uuid())
                .bind(now)
                .all()
                .await
        }
        Role::Caregiver => {
            tx.sql(REPRESENTED)
                .bind(caller.person.uuid())
                .bind(now)
                .all()
                .await
        }
        Role::Administrator | Role::Custodian => Ok(Vec::new()),
    }
}

async fn card(tx: &mut Tx, caller: &Caller, row: PersonRow) -> Result<ClientCard> {
    let client = PersonId::from(row.person);
    let mut numbers = Numbers::of(caller);
    let phone = numbers.around(tx, row.person, row.person).await?;
    Ok(ClientCard {
        person: client,
        account: row.account.into(),
        name: tx.open_text(PERSON_NAME, row.person, &row.name).await?,
        phone,
        here: row.here != 0,
        staff: staff(tx, client).await?,
        handing_over: handing_over(tx, client).await?,
        caregivers: caregivers(tx, caller, client).await?,
        circles: circles(tx, client).await?,
    })
}

async fn staff(tx: &mut Tx, client: PersonId) -> Result<Vec<PersonCard>> {
    let now = tx.now().micros();
    let rows = tx
        .sql(STAFF)
        .bind(client.uuid())
        .bind(now)
        .all::<PersonRow>()
        .await?;
    let mut cards = Vec::with_capacity(rows.len());
    for row in rows {
        cards.push(PersonCard {
            person: row.person.into(),
            account: row.account.into(),
            name: tx.open_text(PERSON_NAME, row.person, &row.name).await?,
            role: db::role(&row.role)?,
        });
    }
    Ok(cards)
}

async fn handing_over(tx: &mut Tx, client: PersonId) -> Result<Vec<HandingOver>> {
    let now = tx.now().micros();
    let rows = tx
        .sql(HANDING_OVER)
        .bind(client.uuid())
        .bind(now)
        .all::<HandingRow>()
        .await?;
    let mut cards = Vec::with_capacity(rows.len());
    for row in rows {
        cards.push(HandingOver {
            account: row.account.into(),
            name: tx.open_text(PERSON_NAME, row.person, &row.name).await?,
            role: db::role(&row.role)?,
            to: row.handed_to.into(),
            until: db::at(row.ended_at),
        });
    }
    Ok(cards)
}

async fn caregivers(tx: &mut Tx, caller: &Caller, client: PersonId) -> Result<Vec<CaregiverCard>> {
    let rows = tx
        .sql(CAREGIVERS)
        .bind(client.uuid())
        .all::<CaregiverRow>()
        .await?;
    let mut numbers = Numbers::of(caller);
    let mut cards = Vec::with_capacity(rows.len());
    for row in rows {
        let person = PersonId::from(row.person);
        let relationship = tx.open_text(RELATIONSHIP, row.relation, &row.relationship);
        let relationship = relationship.await?;
        cards.push(CaregiverCard {
            person,
            account: row.account.into(),
            name: tx.open_text(PERSON_NAME, row.person, &row.name).await?,
            relationship,
            phone: numbers.around(tx, client.uuid(), row.person).await?,
            here: row.here != 0,
            consents: consents::between(tx, caller, client, person).await?,
            represents: representations::between(tx, caller, client, person).await?,
        });
    }
    Ok(cards)
}

async fn circles(tx: &mut Tx, client: PersonId) -> Result<Vec<CircleCard>> {
    let rows = tx
        .sql(CIRCLES)
        .bind(client.uuid())
        .all::<CircleRow>()
        .await?;
    let mut cards = Vec::with_capacity(rows.len());
    for row in rows {
        let members = tx.sql(MEMBERS).bind(row.id).all::<(Uuid,)>().await?;
        cards.push(CircleCard {
            id: CircleId::from(row.id),
            title: tx.open_text(CIRCLE_TITLE, row.id, &row.title).await?,
            status: db::circle_status(&row.status)?,
            members: members
                .into_iter()
                .map(|(account,)| AccountId::from(account))
                .collect(),
        });
    }
    Ok(cards)
}
