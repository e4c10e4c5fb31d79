//! The agency, its first people and their one-time links: what the installation sets up.

use care::Caller;
use care::private::{Name, Relationship};
use care::rules::{Act, Permit};
use protocol::http::{Agency, PersonCard};
use protocol::{
    AccountId, Code, EntryId, InvitationId, PersonId, Refusal, Role, Timestamp, limits,
};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::db;
use crate::error::{Error, Result};
use crate::hash::sha256;
use crate::seal::{AGENCY_NAME, AgencyKeys, PERSON_NAME, RELATIONSHIP};
use crate::store::Store;
use crate::tx::Tx;
use crate::{assignments, client_keys, erasures, standing};

statements! {
    READ_AGENCY = "SELECT id, name, public_key, removal_key FROM agency";
    COMING_KEY = "SELECT COALESCE(next_key, public_key) FROM agency";
    INSERT_AGENCY = "
        INSERT INTO agency (id, one, name, public_key, secret_key, removal_secret, removal_key, created_at)
        VALUES ($1, 1, $2, $3, $4, $5, $6, $7)";
    INSERT_PERSON = "INSERT INTO person (id, name, created_at) VALUES ($1, $2, $3)";
    INSERT_ACCOUNT = "
        INSERT INTO account (id, person, role, session_generation, grant_generation, created_at,
            confirmed_at)
        VALUES ($1, $2, $3, 0, 0, $4, $5)";
    ROLE_OF = "SELECT role, ended_at FROM account WHERE id = $1";
    ACCOUNT_OF = "SELECT id FROM account WHERE person = $1 AND role = $2";
    INSERT_RELATION = "
        INSERT INTO related_person (client, person, id, relationship, created_at)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (client, person) DO NOTHING";
    INSERT_INVITATION = "
        INSERT INTO invitation (id, secret_hash, account, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5)";
    UNINVITED = "
        SELECT a.id AS account, a.role, p.id AS person, p.name
        FROM account a JOIN person p ON p.id = a.person
        WHERE a.aik IS NULL AND a.ended_at IS NULL AND a.confirmed_at IS NOT NULL
            AND NOT EXISTS (
                SELECT 1 FROM client_key k WHERE k.client = a.person AND k.state = 'erased')
        ORDER BY a.id";
}

/// A person with their account, just added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonAdded {
    /// The person.
    pub person: PersonId,
    /// Their account.
    pub account: AccountId,
}

/// A one-time link: `https://HOST/#/link/<secret>.<fingerprint>`, both base64url without padding.
/// `Debug` is masked.
#[derive(Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The one-time secret; only its SHA-256 is stored.
    pub secret: [u8; 16],
    /// SHA-256 of the agency key.
    pub fingerprint: [u8; 32],
    /// When the link ends.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for Invitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Invitation(masked)")
    }
}

#[derive(sqlx::FromRow)]
struct AgencyRow {
    id: Uuid,
    name: Vec<u8>,
    public_key: Vec<u8>,
    removal_key: Vec<u8>,
}

#[derive(sqlx::FromRow)]
struct CardRow {
    account: Uuid,
    role: String,
    person: Uuid,
    name: Vec<u8>,
}

/// The agency, if it was made.
pub(crate) async fn read(tx: &mut Tx) -> Result<Option<Agency>> {
    let Some(row) = tx.sql(READ_AGENCY).maybe::<AgencyRow>().await? else {
        return Ok(None);
    };
    Ok(Some(Agency {
        name: tx.open_text(AGENCY_NAME, row.id, &row.name).await?,
        key: row.public_key.into(),
        removal_key: row.removal_key.into(),
    }))
}

/// The agency, without which nobody can have an account.
pub(crate) async fn must_read(tx: &mut Tx) -> Result<Agency> {
    read(tx)
        .await?
        .ok_or_else(|| Error::broken("there is no agency yet"))
}

/// The agency's public key.
pub(crate) async fn key(tx: &mut Tx) -> Result<[u8; 32]> {
    db::array(&must_read(tx).await?.key)
}

/// The agency's public key, or the one that is to take its place: a group that is made now lists a removal key
/// of that one.
pub(crate) async fn coming_key(tx: &mut Tx) -> Result<[u8; 32]> {
    let (key,): (Vec<u8>,) = tx.sql(COMING_KEY).one().await?;
    db::array(&key)
}

async fn ask(tx: &mut Tx, caller: &Caller, act: Act, object: Object) -> Result<Permit> {
    let standing = standing::of_session(tx, caller).await?;
    tx.authorize(caller, act, standing, object)
}

impl Store {
    /// The agency, once [`Store::create_agency`] was done.
    pub async fn agency(&self) -> Result<Option<Agency>> {
        self.read("agency", async |tx: &mut Tx| read(tx).await)
            .await
    }

    /// Makes the agency: its keys are drawn here and sealed. A second time is [`Code::BadRequest`].
    pub async fn create_agency(&self, caller: &Caller, name: Name) -> Result<Agency> {
        let caller = *caller;
        self.write("create agency", async move |tx: &mut Tx| {
            let id = EntryId::from_parts(tx.now(), tx.random()).uuid();
            let permit = ask(tx, &caller, Act::CreateAgency, Object::Agency(id)).await?;
            if read(tx).await?.is_some() {
                return Err(Refusal::new(Code::BadRequest, "there is an agency already").into());
            }
            let keys = AgencyKeys::create(&tx.core().sealer, id, tx.now(), tx.chance());
            let sealed = tx.seal(AGENCY_NAME, id, name.reveal().as_bytes());
            let now = tx.now().micros();
            tx.sql(INSERT_AGENCY)
                .bind(id)
                .bind(sealed)
                .bind(keys.public_key.to_vec())
                .bind(keys.secret_key)
                .bind(keys.removal_secret)
                .bind(keys.removal_key)
                .bind(now)
                .run()
                .await?;
            tx.audit(Entry::done(&caller, permit, Object::Agency(id)));
            must_read(tx).await
        })
        .await
    }

    /// Adds a person with an account of that role. No device holds the account yet.
    pub async fn add_person(&self, caller: &Caller, name: Name, role: Role) -> Result<PersonAdded> {
        let caller = *caller;
        self.write("add person", async move |tx: &mut Tx| {
            let object = Object::Account(caller.account);
            let permit = ask(tx, &caller, Act::AddPerson, object).await?;
            // Whoever runs the machine gives the link to whom it is for.
            let confirmed = Some(tx.now());
            let added = add(tx, &name, role, confirmed).await?;
            let salt = tx.random();
            tx.audit(
                Entry::done(&caller, permit, Object::Person(added.person))
                    .value("name", name.reveal(), salt)
                    .shown([added.account.uuid()]),
            );
            Ok(added)
        })
        .await
    }

    /// Assigns a client to a member of staff, from now on. [`Code::BadRequest`] if either is not that.
    pub async fn assign(&self, caller: &Caller, staff: AccountId, client: PersonId) -> Result<()> {
        let caller = *caller;
        self.write("assign", async move |tx: &mut Tx| {
            let permit = ask(tx, &caller, Act::Assign, Object::Account(staff)).await?;
            let role = role_of(tx, staff).await?;
            if !standing::is_staff(role) {
                return Err(Refusal::new(Code::BadRequest, "staff: not a member of staff").into());
            }
            must_be(tx, client, Role::Client, "client").await?;
            assignments::begin(tx, staff, client).await?;
            tx.audit(Entry::done(&caller, permit, Object::Account(staff)).about(client));
            Ok(())
        })
        .await
    }

    /// Writes down what a caregiver is to a client. [`Code::BadRequest`] if they are not those, or if
    /// it is written down already.
    pub async fn relate(
        &self,
        caller: &Caller,
        client: PersonId,
        caregiver: PersonId,
        relationship: Relationship,
    ) -> Result<()> {
        let caller = *caller;
        self.write("relate", async move |tx: &mut Tx| {
            let permit = ask(tx, &caller, Act::Relate, Object::Person(caregiver)).await?;
            must_be(tx, client, Role::Client, "client").await?;
            must_be(tx, caregiver, Role::Caregiver, "caregiver").await?;
            write_relation(tx, client, caregiver, &relationship).await?;
            let salt = tx.random();
            tx.audit(
                Entry::done(&caller, permit, Object::Person(caregiver))
                    .about(client)
                    .value("relationship", relationship.reveal(), salt),
            );
            Ok(())
        })
        .await
    }

    /// Gives out a one-time link for an account, good for [`limits::INVITATION_S`]. The secret is
    /// returned once and stored nowhere.
    pub async fn invite(&self, caller: &Caller, account: AccountId) -> Result<Invitation> {
        let caller = *caller;
        self.write("invite", async move |tx: &mut Tx| {
            let permit = ask(tx, &caller, Act::Invite, Object::Account(account)).await?;
            let (_, ended) = standing_of(tx, account).await?;
            if ended {
                return Err(Refusal::new(Code::AccountState, "this account was ended").into());
            }
            erasures::must_not_be(tx, account).await?;
            let secret: [u8; 16] = tx.random();
            let fingerprint = sha256(&[&key(tx).await?]);
            let now = tx.now();
            let expires_at = now.plus_seconds(limits::INVITATION_S);
            let id = InvitationId::from_parts(now, tx.random());
            tx.sql(INSERT_INVITATION)
                .bind(id.uuid())
                .bind(sha256(&[&secret]).to_vec())
                .bind(account.uuid())
                .bind(now.micros())
                .bind(expires_at.micros())
                .run()
                .await?;
            tx.audit(Entry::done(&caller, permit, Object::Account(account)));
            Ok(Invitation {
                secret,
                fingerprint,
                expires_at,
            })
        })
        .await
    }

    /// Accounts that no device has enrolled in yet, in the order in which they were added; but for those
    /// whom a case manager invites, and erased clients.
    pub async fn uninvited(&self, caller: &Caller) -> Result<Vec<PersonCard>> {
        let caller = *caller;
        self.read_audited("uninvited", async move |tx: &mut Tx| {
            let object = Object::Account(caller.account);
            let permit = ask(tx, &caller, Act::ListUninvited, object).await?;
            let mut cards = Vec::new();
            for row in tx.sql(UNINVITED).all::<CardRow>().await? {
                cards.push(PersonCard {
                    person: row.person.into(),
                    account: row.account.into(),
                    name: tx.open_text(PERSON_NAME, row.person, &row.name).await?,
                    role: db::role(&row.role)?,
                });
            }
            let shown = cards.iter().map(|card| card.person.uuid());
            tx.audit(Entry::done(&caller, permit, object).shown(shown));
            Ok(cards)
        })
        .await
    }
}

/// A person with an account of that role, which no device holds yet; confirmed if it is known who gets it.
pub(crate) async fn add(
    tx: &mut Tx,
    name: &Name,
    role: Role,
    confirmed_at: Option<Timestamp>,
) -> Result<PersonAdded> {
    let person = PersonId::from_parts(tx.now(), tx.random());
    let account = AccountId::from_parts(tx.now(), tx.random());
    if role == Role::Client {
        client_keys::make(tx, person).await?;
    }
    let plain = name.reveal().as_bytes();
    let sealed = tx.seal_about(person, PERSON_NAME, person.uuid(), plain);
    let sealed = sealed.await?;
    let now = tx.now().micros();
    tx.sql(INSERT_PERSON)
        .bind(person.uuid())
        .bind(sealed)
        .bind(now)
        .run()
        .await?;
    tx.sql(INSERT_ACCOUNT)
        .bind(account.uuid())
        .bind(person.uuid())
        .bind(role.as_str())
        .bind(now)
        .bind(confirmed_at.map(Timestamp::micros))
        .run()
        .await?;
    Ok(PersonAdded { person, account })
}

/// Writes down what a caregiver is to a client; [`Code::BadRequest`] if it is written down already.
pub(crate) async fn write_relation(
    tx: &mut Tx,
    client: PersonId,
    caregiver: PersonId,
    relationship: &Relationship,
) -> Result<()> {
    let id = EntryId::from_parts(tx.now(), tx.random()).uuid();
    let plain = relationship.reveal().as_bytes();
    let sealed = tx.seal_about(client, RELATIONSHIP, id, plain).await?;
    let now = tx.now().micros();
    let written = tx
        .sql(INSERT_RELATION)
        .bind(client.uuid())
        .bind(caregiver.uuid())
        .bind(id)
        .bind(sealed)
        .bind(now)
        .run()
        .await?;
    if written == 0 {
        return Err(Refusal::new(Code::BadRequest, "they are related already").into());
    }
    Ok(())
}

/// The role of an account that must exist.
pub(crate) async fn role_of(tx: &mut Tx, account: AccountId) -> Result<Role> {
    Ok(standing_of(tx, account).await?.0)
}

/// The role of an account that must exist, and whether the account was ended.
pub(crate) async fn standing_of(tx: &mut Tx, account: AccountId) -> Result<(Role, bool)> {
    let row = tx
        .sql(ROLE_OF)
        .bind(account.uuid())
        .maybe::<(String, Option<i64>)>()
        .await?;
    let (role, ended) = row.ok_or_else(|| Refusal::new(Code::NotFound, "no such account"))?;
    Ok((db::role(&role)?, ended.is_some()))
}

/// A person's account of that role.
pub(crate) async fn account_of(
    tx: &mut Tx,
    person: PersonId,
    role: Role,
) -> Result<Option<AccountId>> {
    let row = tx
        .sql(ACCOUNT_OF)
        .bind(person.uuid())
        .bind(role.as_str())
        .maybe::<(Uuid,)>()
        .await?;
    Ok(row.map(|(account,)| account.into()))
}

/// [`Code::BadRequest`], which names the field, unless the person has an account of that role.
pub(crate) async fn must_be(tx: &mut Tx, person: PersonId, role: Role, field: &str) -> Result<()> {
    if account_of(tx, person, role).await?.is_some() {
        return Ok(());
    }
    Err(Refusal::new(
        Code::BadRequest,
        format!("{field}: not a {}", role.as_str()),
    )
    .into())
}
