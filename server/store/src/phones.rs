//! Telephone numbers: one of a person's at most, for whoever serves them to call. A client's is sealed under the
//! client's own key. It stands in no mail.
//!
//! A caregiver's is shown beside a client only while that client lets the agency speak with them: under a live
//! consent or representation. Whoever serves the client still sees and changes it where the person's own
//! wishes stand.

use std::collections::HashMap;

use care::Caller;
use care::phone::PhoneNumber;
use care::rules::Act;
use protocol::http::Phone;
use protocol::{EntryId, PersonId, Role};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::error::Result;
use crate::seal::PHONE;
use crate::store::Store;
use crate::tx::Tx;
use crate::{preferences, representations, standing};

statements! {
    READ = "SELECT id, value FROM phone WHERE person = $1";
    AROUND = "
        SELECT f.id, f.value FROM phone f
        WHERE f.person = $1 AND (f.person = $2
            OR EXISTS (SELECT 1 FROM consent c
                WHERE c.client = $2 AND c.caregiver = f.person AND c.from_at <= $3
                    AND c.withdrawn_at IS NULL AND (c.until_at IS NULL OR c.until_at > $3))
            OR EXISTS (SELECT 1 FROM representation n
                WHERE n.client = $2 AND n.caregiver = f.person AND n.from_at <= $3
                    AND n.ended_at IS NULL AND (n.until_at IS NULL OR n.until_at > $3)))";
    DELETE = "DELETE FROM phone WHERE person = $1";
    INSERT = "INSERT INTO phone (id, person, value, created_at) VALUES ($1, $2, $3, $4)";
}

#[derive(sqlx::FromRow)]
struct PhoneRow {
    id: Uuid,
    value: Vec<u8>,
}

impl Store {
    /// By which number a person is called: one's own, or of somebody whom the caller serves.
    pub async fn phone(&self, caller: &Caller, person: PersonId) -> Result<Phone> {
        let caller = *caller;
        self.read_audited("phone", async move |tx: &mut Tx| {
            let standing = standing::to_person(tx, &caller, person).await?;
            let object = Object::Person(person);
            let permit = tx.authorize(&caller, Act::ReadPreferences, standing, object)?;
            let caller = representations::acting(&caller, standing);
            tx.audit(Entry::done(&caller, permit, object));
            read(tx, person).await
        })
        .await
    }

    /// Sets it, or takes it away. [`protocol::Code::PhoneInvalid`]; [`protocol::Code::StepUpRequired`] without an
    /// authenticator shown lately, as for another mail address: whoever sits down at an open screen must not have
    /// the agency call them.
    pub async fn put_phone(&self, caller: &Caller, person: PersonId, wish: Phone) -> Result<Phone> {
        let caller = *caller;
        let number = wish.number.as_deref().map(PhoneNumber::parse).transpose()?;
        self.write("put phone", async move |tx: &mut Tx| {
            let standing = standing::to_person(tx, &caller, person).await?;
            let object = Object::Person(person);
            let permit = tx.authorize(&caller, Act::ChangeContact, standing, object)?;
            let caller = representations::acting(&caller, standing);
            preferences::must_be_known(tx, person).await?;
            preferences::hold(tx, person).await?;
            put(tx, person, number.as_ref()).await?;
            let salt = tx.random();
            let said = number.as_ref().map_or("", PhoneNumber::reveal);
            tx.audit(Entry::done(&caller, permit, object).value("phone", said, salt));
            read(tx, person).await
        })
        .await
    }
}

async fn read(tx: &mut Tx, person: PersonId) -> Result<Phone> {
    let row = tx.sql(READ).bind(person.uuid()).maybe().await?;
    let number = open(tx, row).await?;
    Ok(Phone { number })
}

async fn open(tx: &mut Tx, row: Option<PhoneRow>) -> Result<Option<String>> {
    match row {
        Some(row) => tx.open_if_there(PHONE, row.id, &row.value).await,
        None => Ok(None),
    }
}

/// In the place of what was there.
pub(crate) async fn put(tx: &mut Tx, person: PersonId, number: Option<&PhoneNumber>) -> Result<()> {
    tx.sql(DELETE).bind(person.uuid()).run().await?;
    let Some(number) = number else {
        return Ok(());
    };
    let now = tx.now();
    let id = EntryId::from_parts(now, tx.random()).uuid();
    let plain = number.reveal().as_bytes();
    let sealed = tx.seal_about(person, PHONE, id, plain).await?;
    tx.sql(INSERT)
        .bind(id)
        .bind(person.uuid())
        .bind(sealed)
        .bind(now.micros())
        .run()
        .await?;
    Ok(())
}

/// The numbers that whoever serves clients may be shown beside them; what was read is kept for the next row of a
/// list. To everybody else there are none.
pub(crate) struct Numbers {
    shown: bool,
    known: HashMap<(Uuid, Uuid), Option<String>>,
}

impl Numbers {
    /// For a list that the caller reads about clients whom they serve, if they are a case manager.
    pub(crate) fn of(caller: &Caller) -> Self {
        Self {
            shown: caller.role == Role::CaseManager,
            known: HashMap::new(),
        }
    }

    /// By which number the person is called about the client.
    pub(crate) async fn around(
        &mut self,
        tx: &mut Tx,
        client: Uuid,
        person: Uuid,
    ) -> Result<Option<String>> {
        if !self.shown {
            return Ok(None);
        }
        if let Some(known) = self.known.get(&(client, person)) {
            return Ok(known.clone());
        }
        let now = tx.now().micros();
        let row = tx.sql(AROUND).bind(person).bind(client).bind(now);
        let row = row.maybe().await?;
        let number = open(tx, row).await?;
        self.known.insert((client, person), number.clone());
        Ok(number)
    }
}
