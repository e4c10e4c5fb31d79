//! Consents: what a client allowed a caregiver, written down by the case manager.

use care::Caller;
use care::private::Note;
use care::rules::Act;
use protocol::http::{Consent, RecordConsent};
use protocol::{CircleId, Code, ConsentId, PersonId, Refusal};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::db;
use crate::error::Result;
use crate::operations::{self, Outcome};
use crate::seal::CONSENT_NOTE;
use crate::standing;
use crate::store::Store;
use crate::tx::Tx;

statements! {
    ON_RECORD = "SELECT id FROM related_person WHERE client = $1 AND person = $2";
    INSERT = "
        INSERT INTO consent (id, client, caregiver, basis, note, from_at, until_at, recorded_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    READ = "SELECT id, basis, from_at, until_at, withdrawn_at FROM consent WHERE id = $1";
    BETWEEN = "
        SELECT id, basis, from_at, until_at, withdrawn_at FROM consent
        WHERE client = $1 AND caregiver = $2 ORDER BY from_at DESC, id DESC";
    COVERS = "SELECT circle FROM consent_circle WHERE consent = $1 ORDER BY circle";
}

#[derive(sqlx::FromRow)]
struct ConsentRow {
    id: Uuid,
    basis: String,
    from_at: i64,
    until_at: Option<i64>,
    withdrawn_at: Option<i64>,
}

impl Store {
    /// Writes down that a client allows a caregiver to be in circles that a human then names; it covers
    /// none yet. [`Code::NotFound`] if the caller does not serve the client or the caregiver is not on
    /// the client's record. The same operation again gets the same consent.
    pub async fn record_consent(&self, caller: &Caller, record: RecordConsent) -> Result<Consent> {
        let caller = *caller;
        let note = Note::new(&record.note)?;
        self.write("record consent", async move |tx: &mut Tx| {
            let standing = standing::to_client(tx, &caller, record.client).await?;
            let object = Object::Person(record.client);
            let permit = tx.authorize(&caller, Act::RecordConsent, standing, object)?;
            let op_id = record.op_id;
            if let Some(done) = operations::seen(tx, &caller, Act::RecordConsent, op_id).await? {
                return read(tx, done.object.into()).await;
            }
            check(tx, &record).await?;
            let id = insert(tx, &caller, &record, &note).await?;
            let outcome = Outcome::of(id.uuid());
            operations::remember(tx, &caller, Act::RecordConsent, op_id, outcome).await?;
            let salt = tx.random();
            tx.audit(
                Entry::done(&caller, permit, Object::Consent(id.uuid()))
                    .about(record.client)
                    .shown([record.caregiver.uuid()])
                    .value("note", note.reveal(), salt),
            );
            read(tx, id).await
        })
        .await
    }
}

async fn check(tx: &mut Tx, record: &RecordConsent) -> Result<()> {
    let on_record = tx
        .sql(ON_RECORD)
        .bind(record.client.uuid())
        .bind(record.caregiver.uuid())
        .maybe::<(Uuid,)>()
        .await?;
    if on_record.is_none() {
        return Err(Refusal::new(Code::NotFound, "no such caregiver of this client").into());
    }
    if record.until.is_some_and(|until| until <= tx.now()) {
        return Err(Refusal::new(Code::BadRequest, "until: is past").into());
    }
    Ok(())
}

async fn insert(
    tx: &mut Tx,
    caller: &Caller,
    record: &RecordConsent,
    note: &Note,
) -> Result<ConsentId> {
    let id = ConsentId::from_parts(tx.now(), tx.random());
    let sealed = tx.seal(CONSENT_NOTE, id.uuid(), note.reveal().as_bytes());
    let now = tx.now().micros();
    tx.sql(INSERT)
        .bind(id.uuid())
        .bind(record.client.uuid())
        .bind(record.caregiver.uuid())
        .bind(record.basis.as_str())
        .bind(sealed)
        .bind(now)
        .bind(record.until.map(protocol::Timestamp::micros))
        .bind(caller.account.uuid())
        .run()
        .await?;
    Ok(id)
}

async fn read(tx: &mut Tx, consent: ConsentId) -> Result<Consent> {
    let row: ConsentRow = tx.sql(READ).bind(consent.uuid()).one().await?;
    row.consent(tx).await
}

/// Every consent of a client for a caregiver, newest first.
pub(crate) async fn between(
    tx: &mut Tx,
    client: PersonId,
    caregiver: PersonId,
) -> Result<Vec<Consent>> {
    let rows = tx
        .sql(BETWEEN)
        .bind(client.uuid())
        .bind(caregiver.uuid())
        .all::<ConsentRow>()
        .await?;
    let mut consents = Vec::with_capacity(rows.len());
    for row in rows {
        consents.push(row.consent(tx).await?);
    }
    Ok(consents)
}

impl ConsentRow {
    async fn consent(self, tx: &mut Tx) -> Result<Consent> {
        let circles = tx.sql(COVERS).bind(self.id).all::<(Uuid,)>().await?;
        Ok(Consent {
            id: self.id.into(),
            basis: db::consent_basis(&self.basis)?,
            from: db::at(self.from_at),
            until: self.until_at.map(db::at),
            withdrawn_at: self.withdrawn_at.map(db::at),
            messages_in: circles
                .into_iter()
                .map(|(circle,)| CircleId::from(circle))
                .collect(),
        })
    }
}
