//! Who acts for a client: a guardian or representative, written down by the case manager with what shows it.
//! While one is live, the caregiver may do what the client may (`care::rules`), and every act of theirs in the
//! client's place is audited as such.

use care::Caller;
use care::private::Note;
use care::rules::{Act, Standing};
use protocol::http::{EndRepresentation, RecordRepresentation, Representation};
use protocol::{Code, PersonId, Refusal, RepresentationId, Role};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::error::Result;
use crate::operations::{self, Outcome};
use crate::seal::REPRESENTATION_EVIDENCE;
use crate::store::Store;
use crate::tx::Tx;
use crate::{consents, db, standing};

statements! {
    INSERT = "
        INSERT INTO representation (id, client, caregiver, basis, evidence, from_at, until_at, recorded_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    READ = "
        SELECT id, basis, evidence, from_at, until_at, ended_at, recorded_by
        FROM representation WHERE id = $1";
    BETWEEN = "
        SELECT id, basis, evidence, from_at, until_at, ended_at, recorded_by
        FROM representation
        WHERE client = $1 AND caregiver = $2 ORDER BY from_at DESC, id DESC";
    PARTIES = "SELECT client, caregiver FROM representation WHERE id = $1";
    END = "
        UPDATE representation SET ended_at = $2, ended_by = $3 WHERE id = $1 AND ended_at IS NULL";
}

#[derive(sqlx::FromRow)]
struct RepresentationRow {
    id: Uuid,
    basis: String,
    evidence: Vec<u8>,
    from_at: i64,
    until_at: Option<i64>,
    ended_at: Option<i64>,
    recorded_by: Uuid,
}

impl Store {
    /// Writes down that a caregiver of the client's acts for them from now on. [`Code::NotFound`] if the
    /// caller does not serve the client or the caregiver is not on the client's record. The same operation
    /// again gets the same representation.
    pub async fn record_representation(
        &self,
        caller: &Caller,
        client: PersonId,
        record: RecordRepresentation,
    ) -> Result<Representation> {
        let caller = *caller;
        let evidence = Note::new(&record.evidence)?;
        if evidence.reveal().is_empty() {
            return Err(Refusal::new(Code::BadRequest, "evidence: say what shows it").into());
        }
        self.write("record representation", async move |tx: &mut Tx| {
            let standing = standing::to_client(tx, &caller, client).await?;
            let object = Object::Person(client);
            let (act, op_id) = (Act::RecordRepresentation, record.op_id);
            let permit = tx.authorize(&caller, act, standing, object)?;
            if let Some(done) = operations::made(tx, &caller, act, op_id).await? {
                let parties = tx.sql(PARTIES).bind(done.object);
                let (made_for, _) = parties.one::<(Uuid, Uuid)>().await?;
                operations::must_be_about(made_for.into(), client)?;
                return read(tx, &caller, done.object.into()).await;
            }
            consents::must_be_on_record(tx, client, record.caregiver).await?;
            if record.until.is_some_and(|until| until <= tx.now()) {
                return Err(Refusal::new(Code::BadRequest, "until: is past").into());
            }
            let id = insert(tx, &caller, client, (&record, &evidence)).await?;
            operations::remember(tx, &caller, act, op_id, Outcome::of(id.uuid())).await?;
            let salt = tx.random();
            tx.audit(
                Entry::done(&caller, permit, Object::Representation(id.uuid()))
                    .about(client)
                    .shown([record.caregiver.uuid()])
                    .value("evidence", evidence.reveal(), salt),
            );
            read(tx, &caller, id).await
        })
        .await
    }

    /// They act for the client no longer, from this instant. Again does nothing more. [`Code::NotFound`]
    /// unless the caller serves the client.
    pub async fn end_representation(
        &self,
        caller: &Caller,
        id: RepresentationId,
        end: EndRepresentation,
    ) -> Result<Representation> {
        let caller = *caller;
        self.write("end representation", async move |tx: &mut Tx| {
            let parties = tx
                .sql(PARTIES)
                .bind(id.uuid())
                .maybe::<(Uuid, Uuid)>()
                .await?;
            let (client, caregiver) = parties.unwrap_or_default();
            let client = PersonId::from(client);
            let standing = standing::to_client(tx, &caller, client).await?;
            let object = Object::Representation(id.uuid());
            let (act, op_id) = (Act::EndRepresentation, end.op_id);
            let permit = tx.authorize(&caller, act, standing, object)?;
            let done = operations::seen(tx, &caller, act, op_id, id.uuid()).await?;
            if done.is_none() {
                let now = tx.now().micros();
                tx.sql(END)
                    .bind(id.uuid())
                    .bind(now)
                    .bind(caller.account.uuid())
                    .run()
                    .await?;
                operations::remember(tx, &caller, act, op_id, Outcome::of(id.uuid())).await?;
                tx.audit(
                    Entry::done(&caller, permit, object)
                        .about(client)
                        .shown([caregiver]),
                );
            }
            read(tx, &caller, id).await
        })
        .await
    }
}

/// The caller as their audit entry names them: in the client's place, if that is by what they may.
pub(crate) fn acting(caller: &Caller, standing: Standing) -> Caller {
    if caller.role == Role::Caregiver && standing.acts_for && !standing.own {
        caller.acting_for()
    } else {
        *caller
    }
}

async fn insert(
    tx: &mut Tx,
    caller: &Caller,
    client: PersonId,
    (record, evidence): (&RecordRepresentation, &Note),
) -> Result<RepresentationId> {
    let id = RepresentationId::from_parts(tx.now(), tx.random());
    let plain = evidence.reveal().as_bytes();
    let sealed = tx.seal_about(client, REPRESENTATION_EVIDENCE, id.uuid(), plain);
    let sealed = sealed.await?;
    let now = tx.now().micros();
    tx.sql(INSERT)
        .bind(id.uuid())
        .bind(client.uuid())
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

async fn read(tx: &mut Tx, caller: &Caller, id: RepresentationId) -> Result<Representation> {
    let row: RepresentationRow = tx.sql(READ).bind(id.uuid()).one().await?;
    row.representation(tx, caller).await
}

/// Every representation of a client by a caregiver, newest first.
pub(crate) async fn between(
    tx: &mut Tx,
    caller: &Caller,
    client: PersonId,
    caregiver: PersonId,
) -> Result<Vec<Representation>> {
    let rows = tx
        .sql(BETWEEN)
        .bind(client.uuid())
        .bind(caregiver.uuid())
        .all::<RepresentationRow>()
        .await?;
    let mut representations = Vec::with_capacity(rows.len());
    for row in rows {
        representations.push(row.representation(tx, caller).await?);
    }
    Ok(representations)
}

impl RepresentationRow {
    async fn representation(self, tx: &mut Tx, caller: &Caller) -> Result<Representation> {
        let evidence = if caller.role == Role::Caregiver {
            None
        } else {
            let text = tx.open_text(REPRESENTATION_EVIDENCE, self.id, &self.evidence);
            Some(text.await?)
        };
        Ok(Representation {
            id: self.id.into(),
            basis: db::representation_basis(&self.basis)?,
            from: db::at(self.from_at),
            until: self.until_at.map(db::at),
            ended_at: self.ended_at.map(db::at),
            recorded_by: self.recorded_by.into(),
            evidence,
        })
    }
}
