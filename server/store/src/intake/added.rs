//! Whom a case manager adds: a client, who is entrusted to them by that, or a caregiver on the record of a client
//! whom they serve.
//!
//! A person, an account and what it is called: no more. Nobody here is invited, and nobody has a right yet; what a
//! client allows a caregiver is recorded as consents, and the way in is an invitation ([`super`]).

use care::Caller;
use care::phone::PhoneNumber;
use care::private::{Name, Relationship};
use care::rules::Act;
use protocol::http::{AddCaregiver, AddClient, PersonCard};
use protocol::{PersonId, Role};
use uuid::Uuid;

use crate::agency;
use crate::assignments;
use crate::audit::{Entry, Object};
use crate::db;
use crate::error::Result;
use crate::operations::{self, Outcome};
use crate::phones;
use crate::seal::PERSON_NAME;
use crate::standing;
use crate::store::Store;
use crate::tx::Tx;

statements! {
    CARD = "
        SELECT a.id AS account, a.role, p.id AS person, p.name
        FROM account a JOIN person p ON p.id = a.person WHERE p.id = $1";
    ON_RECORD = "SELECT client FROM related_person WHERE client = $1 AND person = $2";
}

#[derive(sqlx::FromRow)]
struct CardRow {
    account: Uuid,
    role: String,
    person: Uuid,
    name: Vec<u8>,
}

impl Store {
    /// Adds a client, entrusted to the caller from now on. They have no right before they are invited, come
    /// and are confirmed. The same operation again is the same client, to whoever serves them still
    /// ([`protocol::Code::NotFound`]).
    pub async fn add_client(&self, caller: &Caller, add: AddClient) -> Result<PersonCard> {
        let caller = *caller;
        let name = Name::new(&add.name)?;
        let phone = add.phone.as_deref().map(PhoneNumber::parse).transpose()?;
        self.write("add client", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::AddClient, standing, object)?;
            let (act, op_id) = (Act::AddClient, add.op_id);
            if let Some(done) = operations::made(tx, &caller, act, op_id).await? {
                // Whoever serves them no longer is shown nothing of them.
                let client = PersonId::from(done.object);
                let standing = standing::to_client(tx, &caller, client).await?;
                tx.authorize(&caller, Act::ReadIntake, standing, Object::Person(client))?;
                return card(tx, client).await;
            }
            let added = agency::add(tx, &name, Role::Client, None).await?;
            assignments::begin(tx, caller.account, added.person).await?;
            phones::put(tx, added.person, phone.as_ref()).await?;
            let outcome = Outcome::of(added.person.uuid());
            operations::remember(tx, &caller, act, op_id, outcome).await?;
            let salt = tx.random();
            tx.audit(
                Entry::done(&caller, permit, Object::Person(added.person))
                    .about(added.person)
                    .shown([added.account.uuid()])
                    .value("name", name.reveal(), salt),
            );
            card(tx, added.person).await
        })
        .await
    }

    /// Adds a caregiver to a client's record; what the client allows them is recorded as consents.
    /// [`protocol::Code::NotFound`] unless the caller serves the client. The same operation again is the same person.
    pub async fn add_caregiver(
        &self,
        caller: &Caller,
        client: PersonId,
        add: AddCaregiver,
    ) -> Result<PersonCard> {
        let caller = *caller;
        let name = Name::new(&add.name)?;
        let relationship = Relationship::new(&add.relationship)?;
        let phone = add.phone.as_deref().map(PhoneNumber::parse).transpose()?;
        self.write("add caregiver", async move |tx: &mut Tx| {
            let standing = standing::to_client(tx, &caller, client).await?;
            let object = Object::Person(client);
            let permit = tx.authorize(&caller, Act::AddCaregiver, standing, object)?;
            let (act, op_id) = (Act::AddCaregiver, add.op_id);
            if let Some(done) = operations::made(tx, &caller, act, op_id).await? {
                let on_record = tx.sql(ON_RECORD).bind(client.uuid()).bind(done.object);
                let (made_for,) = on_record.maybe::<(Uuid,)>().await?.unwrap_or_default();
                operations::must_be_about(made_for.into(), client)?;
                return card(tx, done.object.into()).await;
            }
            let added = agency::add(tx, &name, Role::Caregiver, None).await?;
            agency::write_relation(tx, client, added.person, &relationship).await?;
            phones::put(tx, added.person, phone.as_ref()).await?;
            let outcome = Outcome::of(added.person.uuid());
            operations::remember(tx, &caller, act, op_id, outcome).await?;
            let (salt, salt_too) = (tx.random(), tx.random());
            tx.audit(
                Entry::done(&caller, permit, Object::Person(added.person))
                    .about(client)
                    .shown([added.account.uuid()])
                    .value("name", name.reveal(), salt)
                    .value("relationship", relationship.reveal(), salt_too),
            );
            card(tx, added.person).await
        })
        .await
    }
}

async fn card(tx: &mut Tx, person: PersonId) -> Result<PersonCard> {
    let row: CardRow = tx.sql(CARD).bind(person.uuid()).one().await?;
    Ok(PersonCard {
        person: row.person.into(),
        account: row.account.into(),
        name: tx.open_text(PERSON_NAME, row.person, &row.name).await?,
        role: db::role(&row.role)?,
    })
}
