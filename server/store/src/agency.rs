//! The agency, its first people and their one-time links: what the installation sets up.

use care::Caller;
use care::private::{Name, Relationship};
use care::rules::{Act, Asker, Permit, Standing};
use ed25519_dalek::SigningKey;
use protocol::http::{Agency, PersonCard};
use protocol::{
    AccountId, Bytes, Code, EntryId, InvitationId, PersonId, Refusal, Role, Timestamp, limits,
};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::db;
use crate::error::{Error, Result};
use crate::hash::sha256;
use crate::seal::{AGENCY_NAME, AgencyKeys, PERSON_NAME, RELATIONSHIP, open_removal_key};
use crate::store::Store;
use crate::tx::Tx;

statements! {
    READ_AGENCY = "SELECT id, name, public_key, removal_key FROM agency";
    INSERT_AGENCY = "
        INSERT INTO agency (id, one, name, public_key, secret_key, removal_secret, removal_key, created_at)
        VALUES ($1, 1, $2, $3, $4, $5, $6, $7)";
    READ_REMOVAL_KEY = "SELECT id, removal_secret, removal_key FROM agency";
    INSERT_PERSON = "INSERT INTO person (id, name, created_at) VALUES ($1, $2, $3)";
    INSERT_ACCOUNT = "
        INSERT INTO account (id, person, role, session_generation, grant_generation, created_at)
        VALUES ($1, $2, $3, 0, 0, $4)";
    ROLE_OF = "SELECT role FROM account WHERE id = $1";
    ACCOUNT_OF = "SELECT id FROM account WHERE person = $1 AND role = $2";
    INSERT_ASSIGNMENT = "
        INSERT INTO assignment (id, account, client, from_at) VALUES ($1, $2, $3, $4)";
    INSERT_RELATION = "
        INSERT INTO related_person (client, person, id, relationship, created_at)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (client, person) DO NOTHING";
    INSERT_INVITATION = "
        INSERT INTO invitation (id, secret_hash, account, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5)";
    UNINVITED = "
        SELECT a.id AS account, a.role, p.id AS person, p.name
        FROM account a JOIN person p ON p.id = a.person
        WHERE a.aik IS NULL ORDER BY a.id";
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
        name: tx.open_text(AGENCY_NAME, row.id, &row.name)?,
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

/// What signs the server's removals, and the certificate by which groups know it.
pub(crate) async fn removal_key(tx: &mut Tx) -> Result<(SigningKey, Bytes)> {
    let (id, sealed, certificate): (Uuid, Vec<u8>, Vec<u8>) =
        tx.sql(READ_REMOVAL_KEY).one().await?;
    let key = open_removal_key(&tx.core().sealer, id, &sealed)?;
    Ok((key, certificate.into()))
}

fn ask(tx: &mut Tx, caller: &Caller, act: Act, object: Object) -> Result<Permit> {
    // Nobody but the installation sets up; whoever else asks has no standing for it.
    let standing = if caller.is_installation() {
        Standing::installation()
    } else {
        Standing {
            asker: Asker::Account(caller.role),
            session: true,
            ..Standing::default()
        }
    };
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
            let permit = ask(tx, &caller, Act::CreateAgency, Object::Agency(id))?;
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
            let person = PersonId::from_parts(tx.now(), tx.random());
            let account = AccountId::from_parts(tx.now(), tx.random());
            let permit = ask(tx, &caller, Act::AddPerson, Object::Person(person))?;
            let sealed = tx.seal(PERSON_NAME, person.uuid(), name.reveal().as_bytes());
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
                .run()
                .await?;
            let salt = tx.random();
            tx.audit(
                Entry::done(&caller, permit, Object::Person(person))
                    .value("name", name.reveal(), salt)
                    .shown([account.uuid()]),
            );
            Ok(PersonAdded { person, account })
        })
        .await
    }

    /// Assigns a client to a member of staff, from now on. [`Code::BadRequest`] if either is not that.
    pub async fn assign(&self, caller: &Caller, staff: AccountId, client: PersonId) -> Result<()> {
        let caller = *caller;
        self.write("assign", async move |tx: &mut Tx| {
            let permit = ask(tx, &caller, Act::Assign, Object::Account(staff))?;
            let role = role_of(tx, staff).await?;
            if !crate::standing::is_staff(role) {
                return Err(Refusal::new(Code::BadRequest, "staff: not a member of staff").into());
            }
            must_be(tx, client, Role::Client, "client").await?;
            let id = EntryId::from_parts(tx.now(), tx.random()).uuid();
            let now = tx.now().micros();
            tx.sql(INSERT_ASSIGNMENT)
                .bind(id)
                .bind(staff.uuid())
                .bind(client.uuid())
                .bind(now)
                .run()
                .await?;
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
            let permit = ask(tx, &caller, Act::Relate, Object::Person(caregiver))?;
            must_be(tx, client, Role::Client, "client").await?;
            must_be(tx, caregiver, Role::Caregiver, "caregiver").await?;
            let id = EntryId::from_parts(tx.now(), tx.random()).uuid();
            let sealed = tx.seal(RELATIONSHIP, id, relationship.reveal().as_bytes());
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
            let permit = ask(tx, &caller, Act::Invite, Object::Account(account))?;
            role_of(tx, account).await?;
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

    /// Accounts that no device has enrolled in yet, in the order in which they were added.
    pub async fn uninvited(&self, caller: &Caller) -> Result<Vec<PersonCard>> {
        let caller = *caller;
        self.read_audited("uninvited", async move |tx: &mut Tx| {
            let object = Object::Account(caller.account);
            let permit = ask(tx, &caller, Act::ListUninvited, object)?;
            let mut cards = Vec::new();
            for row in tx.sql(UNINVITED).all::<CardRow>().await? {
                cards.push(PersonCard {
                    person: row.person.into(),
                    account: row.account.into(),
                    name: tx.open_text(PERSON_NAME, row.person, &row.name)?,
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

/// The role of an account that must exist.
pub(crate) async fn role_of(tx: &mut Tx, account: AccountId) -> Result<Role> {
    let row = tx
        .sql(ROLE_OF)
        .bind(account.uuid())
        .maybe::<(String,)>()
        .await?;
    let (role,) = row.ok_or_else(|| Refusal::new(Code::NotFound, "no such account"))?;
    db::role(&role)
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

async fn must_be(tx: &mut Tx, person: PersonId, role: Role, field: &str) -> Result<()> {
    if account_of(tx, person, role).await?.is_some() {
        return Ok(());
    }
    Err(Refusal::new(
        Code::BadRequest,
        format!("{field}: not a {}", role.as_str()),
    )
    .into())
}
