//! Consents: what a client allowed a caregiver, written down by the case manager, and how that ends.

use care::Caller;
use care::caller::Purpose;
use care::private::Note;
use care::rules::Act;
use protocol::http::{Consent, RecordConsent, WithdrawConsent};
use protocol::{AppointmentId, CircleId, Code, ConsentId, PersonId, Refusal, RemovalReason, Role};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::db;
use crate::error::Result;
use crate::operations::{self, Outcome};
use crate::removals::{self, Whom};
use crate::seal::CONSENT_NOTE;
use crate::store::Store;
use crate::tx::Tx;
use crate::wake::Topic;
use crate::{appointments, deliveries, representations, series, standing};

statements! {
    ON_RECORD = "SELECT id FROM related_person WHERE client = $1 AND person = $2";
    INSERT = "
        INSERT INTO consent (id, client, caregiver, basis, note, from_at, until_at, recorded_by,
            appointments_at, reminders_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    READ = "
        SELECT id, basis, note, from_at, until_at, withdrawn_at, appointments_at, reminders_at,
            recorded_by, withdrawn_by
        FROM consent WHERE id = $1";
    BETWEEN = "
        SELECT id, basis, note, from_at, until_at, withdrawn_at, appointments_at, reminders_at,
            recorded_by, withdrawn_by
        FROM consent
        WHERE client = $1 AND caregiver = $2 ORDER BY from_at DESC, id DESC";
    COVERING_APPOINTMENTS = "
        SELECT COUNT(*) FROM consent
        WHERE client = $1 AND caregiver = $2 AND appointments_at IS NOT NULL AND from_at <= $3
            AND withdrawn_at IS NULL AND (until_at IS NULL OR until_at > $3)";
    COVERING_CIRCLE = "
        SELECT COUNT(*) FROM consent c JOIN consent_circle cc ON cc.consent = c.id
        WHERE cc.circle = $1 AND c.client = $2 AND c.caregiver = $3 AND c.from_at <= $4
            AND c.withdrawn_at IS NULL AND (c.until_at IS NULL OR c.until_at > $4)";
    HOLD = "
        UPDATE consent SET from_at = from_at
        WHERE client = $1 AND caregiver = $2 AND withdrawn_at IS NULL";
    CLIENT_OF = "SELECT client FROM consent WHERE id = $1";
    PARTIES = "
        SELECT c.client, c.caregiver, a.id FROM consent c
            JOIN account a ON a.person = c.caregiver AND a.role = 'caregiver'
        WHERE c.id = $1";
    WITHDRAW = "
        UPDATE consent SET withdrawn_at = $2, withdrawn_by = $3
        WHERE id = $1 AND withdrawn_at IS NULL";
    TAKING_PART = "
        SELECT p.appointment FROM participant p JOIN appointment a ON a.id = p.appointment
        WHERE p.person = $2 AND a.client = $1 AND p.left_at IS NULL AND a.end_at > $3
        ORDER BY p.appointment";
    LEAVE = "
        UPDATE participant SET left_at = $3, cleared_at = $4
        WHERE appointment = $1 AND person = $2 AND left_at IS NULL";
    COVERS = "SELECT circle FROM consent_circle WHERE consent = $1 ORDER BY circle";
}

#[derive(sqlx::FromRow)]
struct ConsentRow {
    id: Uuid,
    basis: String,
    note: Vec<u8>,
    from_at: i64,
    until_at: Option<i64>,
    withdrawn_at: Option<i64>,
    appointments_at: Option<i64>,
    reminders_at: Option<i64>,
    recorded_by: Uuid,
    withdrawn_by: Option<Uuid>,
}

impl Store {
    /// Writes down that a client allows a caregiver to be in circles that a human then names; it covers
    /// none yet. Mails about the appointments that the caregiver takes part in are planned by it in the same
    /// transaction. [`Code::NotFound`] if the caller does not serve the client or the caregiver is not on
    /// the client's record. The same operation again gets the same consent.
    pub async fn record_consent(&self, caller: &Caller, record: RecordConsent) -> Result<Consent> {
        let caller = *caller;
        let note = Note::new(&record.note)?;
        self.write("record consent", async move |tx: &mut Tx| {
            let standing = standing::to_client(tx, &caller, record.client).await?;
            let object = Object::Person(record.client);
            let permit = tx.authorize(&caller, Act::RecordConsent, standing, object)?;
            let op_id = record.op_id;
            if let Some(done) = operations::made(tx, &caller, Act::RecordConsent, op_id).await? {
                let (made_for,) = tx.sql(CLIENT_OF).bind(done.object).one::<(Uuid,)>().await?;
                operations::must_be_about(made_for.into(), record.client)?;
                return read(tx, &caller, done.object.into()).await;
            }
            check(tx, &record).await?;
            let id = insert(tx, &caller, &record, &note).await?;
            if record.appointments {
                for appointment in taking_part(tx, record.client, record.caregiver).await? {
                    appointments::hold(tx, appointment).await?;
                    deliveries::replan(tx, appointment).await?;
                }
            }
            let outcome = Outcome::of(id.uuid());
            operations::remember(tx, &caller, Act::RecordConsent, op_id, outcome).await?;
            let salt = tx.random();
            tx.audit(
                Entry::done(&caller, permit, Object::Consent(id.uuid()))
                    .about(record.client)
                    .shown([record.caregiver.uuid()])
                    .value("note", note.reveal(), salt),
            );
            read(tx, &caller, id).await
        })
        .await
    }
}

impl Store {
    /// Writes down that the client allows it no longer. In the same transaction every mail about
    /// appointments that was planned for the caregiver is cancelled and they leave the appointments
    /// that no other consent covers; nobody is told by mail, unless the client wants that person's
    /// calendar cleared. Sockets hear of it at once, and from this
    /// instant no rule lets the caregiver into the circles that it covered; their devices are to be taken
    /// out of those that no other consent covers, and nothing is encrypted there until they are. Again
    /// does nothing more.
    /// [`Code::NotFound`] if it is not the caller's to withdraw.
    pub async fn withdraw_consent(
        &self,
        caller: &Caller,
        id: ConsentId,
        request: WithdrawConsent,
    ) -> Result<Consent> {
        let caller = *caller;
        self.write("withdraw consent", async move |tx: &mut Tx| {
            let parties = tx
                .sql(PARTIES)
                .bind(id.uuid())
                .maybe::<(Uuid, Uuid, Uuid)>()
                .await?;
            let (client, caregiver, account) = parties.unwrap_or_default();
            let client = PersonId::from(client);
            let standing = standing::to_client(tx, &caller, client).await?;
            let object = Object::Consent(id.uuid());
            let permit = tx.authorize(&caller, Act::WithdrawConsent, standing, object)?;
            let caller = representations::acting(&caller, standing);
            let op_id = request.op_id;
            if operations::seen(tx, &caller, Act::WithdrawConsent, op_id, id.uuid())
                .await?
                .is_some()
            {
                return read(tx, &caller, id).await;
            }
            // Nothing is committed to these circles between this and what the withdrawal ends.
            let covered = tx.sql(COVERS).bind(id.uuid()).all::<(Uuid,)>().await?;
            for (circle,) in &covered {
                standing::hold_circle(tx, (*circle).into()).await?;
                tx.wake(Topic::Circle((*circle).into()));
            }
            let now = tx.now().micros();
            let acting = caller.purpose == Purpose::ActingFor;
            tx.sql(WITHDRAW)
                .bind(id.uuid())
                .bind(now)
                .bind(acting.then(|| caller.account.uuid()))
                .run()
                .await?;
            for (circle,) in covered {
                if !covers_circle(tx, circle, client, caregiver).await? {
                    let (by, whom) = ((&caller, permit), Whom::Account(account.into()));
                    removals::begin(tx, by, circle.into(), whom, RemovalReason::Consent).await?;
                }
            }
            leave(tx, client, caregiver.into(), request.clear_calendar).await?;
            deliveries::unread::drop_if_over(tx, account).await?;
            tx.wake(Topic::Account(account.into()));
            let outcome = Outcome::of(id.uuid());
            operations::remember(tx, &caller, Act::WithdrawConsent, op_id, outcome).await?;
            tx.audit(
                Entry::done(&caller, permit, object)
                    .about(client)
                    .shown([caregiver]),
            );
            read(tx, &caller, id).await
        })
        .await
    }
}

/// A caregiver leaves a client's appointments, unless another live consent covers them; one that does
/// may still not cover reminders.
async fn leave(
    tx: &mut Tx,
    client: PersonId,
    caregiver: PersonId,
    clear_calendar: bool,
) -> Result<()> {
    let stays = covers_appointments(tx, client, caregiver).await?;
    if !stays {
        series::leave(tx, client, caregiver).await?;
    }
    let now = tx.now().micros();
    for appointment in taking_part(tx, client, caregiver).await? {
        appointments::hold(tx, appointment).await?;
        if !stays {
            tx.sql(LEAVE)
                .bind(appointment.uuid())
                .bind(caregiver.uuid())
                .bind(now)
                .bind(clear_calendar.then_some(now))
                .run()
                .await?;
        }
        deliveries::replan(tx, appointment).await?;
    }
    Ok(())
}

/// The client's appointments that are not over and that the caregiver has not left.
async fn taking_part(
    tx: &mut Tx,
    client: PersonId,
    caregiver: PersonId,
) -> Result<Vec<AppointmentId>> {
    let now = tx.now().micros();
    let rows = tx.sql(TAKING_PART).bind(client.uuid());
    let rows = rows.bind(caregiver.uuid()).bind(now);
    let rows = rows.all::<(Uuid,)>().await?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// Nobody withdraws what the client allowed these caregivers before this transaction ends: whoever withdraws it then
/// finds what was booked by it. Held before what is busy, as a withdrawal does.
pub(crate) async fn hold(tx: &mut Tx, client: PersonId, caregivers: &[PersonId]) -> Result<()> {
    let mut caregivers = caregivers.to_vec();
    caregivers.sort_unstable();
    for caregiver in caregivers {
        let hold = tx.sql(HOLD).bind(client.uuid());
        hold.bind(caregiver.uuid()).run().await?;
    }
    Ok(())
}

/// Whether a live consent of the client lets the caregiver take part in appointments.
pub(crate) async fn covers_appointments(
    tx: &mut Tx,
    client: PersonId,
    caregiver: PersonId,
) -> Result<bool> {
    let now = tx.now().micros();
    let (count,): (i64,) = tx
        .sql(COVERING_APPOINTMENTS)
        .bind(client.uuid())
        .bind(caregiver.uuid())
        .bind(now)
        .one()
        .await?;
    Ok(count > 0)
}

/// Whether a live consent of the client lets the caregiver into a circle.
async fn covers_circle(
    tx: &mut Tx,
    circle: Uuid,
    client: PersonId,
    caregiver: Uuid,
) -> Result<bool> {
    let now = tx.now().micros();
    let (count,): (i64,) = tx
        .sql(COVERING_CIRCLE)
        .bind(circle)
        .bind(client.uuid())
        .bind(caregiver)
        .bind(now)
        .one()
        .await?;
    Ok(count > 0)
}

/// [`Code::NotFound`] unless the caregiver is on the client's record.
pub(crate) async fn must_be_on_record(
    tx: &mut Tx,
    client: PersonId,
    caregiver: PersonId,
) -> Result<()> {
    let on_record = tx
        .sql(ON_RECORD)
        .bind(client.uuid())
        .bind(caregiver.uuid())
        .maybe::<(Uuid,)>()
        .await?;
    if on_record.is_none() {
        return Err(Refusal::new(Code::NotFound, "no such caregiver of this client").into());
    }
    Ok(())
}

async fn check(tx: &mut Tx, record: &RecordConsent) -> Result<()> {
    must_be_on_record(tx, record.client, record.caregiver).await?;
    if record.until.is_some_and(|until| until <= tx.now()) {
        return Err(Refusal::new(Code::BadRequest, "until: is past").into());
    }
    if record.reminders && !record.appointments {
        let detail = "reminders: tell times, so `appointments` must be covered too";
        return Err(Refusal::new(Code::BadRequest, detail).into());
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
    let plain = note.reveal().as_bytes();
    let sealed = tx.seal_about(record.client, CONSENT_NOTE, id.uuid(), plain);
    let sealed = sealed.await?;
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
        .bind(record.appointments.then_some(now))
        .bind(record.reminders.then_some(now))
        .run()
        .await?;
    Ok(id)
}

async fn read(tx: &mut Tx, caller: &Caller, consent: ConsentId) -> Result<Consent> {
    let row: ConsentRow = tx.sql(READ).bind(consent.uuid()).one().await?;
    row.consent(tx, caller).await
}

/// Every consent of a client for a caregiver, newest first.
pub(crate) async fn between(
    tx: &mut Tx,
    caller: &Caller,
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
        consents.push(row.consent(tx, caller).await?);
    }
    Ok(consents)
}

impl ConsentRow {
    async fn consent(self, tx: &mut Tx, caller: &Caller) -> Result<Consent> {
        // The client may read what was written down in her name.
        let note = match caller.role {
            Role::Caregiver => None,
            _ => Some(tx.open_text(CONSENT_NOTE, self.id, &self.note).await?),
        };
        let circles = tx.sql(COVERS).bind(self.id).all::<(Uuid,)>().await?;
        Ok(Consent {
            id: self.id.into(),
            basis: db::consent_basis(&self.basis)?,
            from: db::at(self.from_at),
            until: self.until_at.map(db::at),
            withdrawn_at: self.withdrawn_at.map(db::at),
            withdrawn_for_client_by: self.withdrawn_by.map(protocol::AccountId::from),
            messages_in: circles
                .into_iter()
                .map(|(circle,)| CircleId::from(circle))
                .collect(),
            appointments: self.appointments_at.is_some(),
            reminders: self.reminders_at.is_some(),
            recorded_by: self.recorded_by.into(),
            note,
        })
    }
}
