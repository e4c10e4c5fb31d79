//! What a case manager is asked to see to: a person asked for another time, a mail does not arrive, nobody was at a
//! device for long. A task is raised in the transaction of what makes it one, unless the same is asked already, and
//! finished by whoever sees to it or by what answers it.
//!
//! Here it is raised and answered; [`unreached`] does so where mails do not reach a person. [`list`] is what somebody
//! sees of theirs. Most of it goes over to a colleague with its client: [`owner`] says whose a task is by now.

use protocol::{AccountId, AppointmentId, PersonId, TaskId, TaskKind, Timestamp, TransferId};
use uuid::Uuid;

use crate::error::Result;
use crate::tx::Tx;

pub(crate) mod list;
pub(crate) mod owner;
pub(crate) mod unreached;

statements! {
    HOLD = "UPDATE person SET created_at = created_at WHERE id = $1";
    OPEN = "
        SELECT id FROM task
        WHERE account = $1 AND kind = $2 AND person = $3 AND done_at IS NULL
            AND COALESCE(appointment, id) = COALESCE($4, appointment, id)
            AND (why IS NULL OR why NOT IN ('outside_safe_hours', 'no_address') OR appointment = $5)";
    INSERT = "
        INSERT INTO task (id, account, kind, client, person, appointment, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    ASKED = "
        SELECT id FROM task
        WHERE account = $1 AND kind = $2 AND client = $3 AND done_at IS NULL
            AND COALESCE(transfer, id) = COALESCE($4, id)";
    INSERT_ABOUT = "
        INSERT INTO task (id, account, kind, client, person, transfer, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    FINISH_OFFER = "
        UPDATE task SET done_at = $2
        WHERE transfer = $1 AND kind = 'transfer_offered' AND done_at IS NULL";
    // Somebody is to take it over whenever it is.
    FINISH_OF = "
        UPDATE task SET done_at = $2
        WHERE appointment = $1 AND done_at IS NULL
            AND kind NOT IN ('cannot_reach_by_email', 'no_show', 'call_client')
            AND (kind <> 'client_assigned' OR NOT EXISTS (SELECT 1 FROM appointment k
                WHERE k.id = task.appointment AND k.state = 'booked'))";
    REOPEN_OF = "
        UPDATE task SET done_at = NULL
        WHERE appointment = $1 AND done_at = $2
            AND kind NOT IN ('cannot_reach_by_email', 'no_show', 'call_client')
            AND NOT EXISTS (SELECT 1 FROM task o
                WHERE o.appointment = task.appointment AND o.account = task.account
                    AND o.kind = task.kind AND o.person = task.person AND o.id > task.id)";
    FINISH_BY = "
        UPDATE task SET done_at = $3
        WHERE appointment = $1 AND person = $2 AND done_at IS NULL
            AND kind <> 'cannot_reach_by_email'";
}

/// Whom a task is for and what it is about. If whoever it is for serves the client no longer, whoever does sees to it
/// ([`owner`]).
pub(crate) struct Concern {
    pub(crate) account: AccountId,
    pub(crate) client: PersonId,
    pub(crate) person: PersonId,
    pub(crate) appointment: Option<AppointmentId>,
}

/// Whom a task is for that is about a client as a whole, or about an offer of one.
pub(crate) struct About {
    pub(crate) account: AccountId,
    pub(crate) client: PersonId,
    pub(crate) person: PersonId,
    pub(crate) transfer: Option<TransferId>,
}

/// Asks somebody to see to something, unless they are asked already.
pub(crate) async fn raise(tx: &mut Tx, kind: TaskKind, concern: &Concern) -> Result<()> {
    // That mails do not reach a person is one thing to see to, whichever appointment showed it.
    let once_for = match kind {
        TaskKind::CannotReachByEmail => None,
        _ => concern.appointment,
    };
    if once_for.is_none() {
        // Of two who ask at once the later one waits here and finds the other's. What is about a visit, that is held.
        tx.sql(HOLD).bind(concern.person.uuid()).run().await?;
    }
    if open(tx, kind, concern, once_for).await?.is_none() {
        insert(tx, kind, concern).await?;
    }
    Ok(())
}

/// The task that asks for that already.
async fn open(
    tx: &mut Tx,
    kind: TaskKind,
    concern: &Concern,
    once_for: Option<AppointmentId>,
) -> Result<Option<Uuid>> {
    let open = tx
        .sql(OPEN)
        .bind(concern.account.uuid())
        .bind(kind.as_str())
        .bind(concern.person.uuid())
        .bind(once_for.map(|id| id.uuid()))
        .bind(concern.appointment.map(|id| id.uuid()))
        .maybe::<(Uuid,)>()
        .await?;
    Ok(open.map(|(id,)| id))
}

async fn insert(tx: &mut Tx, kind: TaskKind, concern: &Concern) -> Result<Uuid> {
    let now = tx.now();
    let id = TaskId::from_parts(now, tx.random());
    tx.sql(INSERT)
        .bind(id.uuid())
        .bind(concern.account.uuid())
        .bind(kind.as_str())
        .bind(concern.client.uuid())
        .bind(concern.person.uuid())
        .bind(concern.appointment.map(|id| id.uuid()))
        .bind(now.micros())
        .run()
        .await?;
    let owner = owner::now(tx, id).await?;
    let account = owner.map_or(concern.account, |(account, _)| account.into());
    tx.wake(crate::wake::Topic::Account(account));
    Ok(id.uuid())
}

/// Asks somebody to see to a client or an offer, unless they are asked already.
pub(crate) async fn ask(tx: &mut Tx, kind: TaskKind, about: &About) -> Result<()> {
    let transfer = about.transfer.map(|id| id.uuid());
    let asked = tx
        .sql(ASKED)
        .bind(about.account.uuid())
        .bind(kind.as_str())
        .bind(about.client.uuid())
        .bind(transfer)
        .maybe::<(Uuid,)>()
        .await?;
    if asked.is_some() {
        return Ok(());
    }
    let now = tx.now();
    let id = TaskId::from_parts(now, tx.random());
    tx.sql(INSERT_ABOUT)
        .bind(id.uuid())
        .bind(about.account.uuid())
        .bind(kind.as_str())
        .bind(about.client.uuid())
        .bind(about.person.uuid())
        .bind(transfer)
        .bind(now.micros())
        .run()
        .await?;
    tx.wake(crate::wake::Topic::Account(about.account));
    Ok(())
}

/// The offer is settled: nobody is asked to answer it any more.
pub(crate) async fn finish_offer(tx: &mut Tx, transfer: TransferId) -> Result<()> {
    let now = tx.now().micros();
    let finish = tx.sql(FINISH_OFFER).bind(transfer.uuid());
    finish.bind(now).run().await?;
    Ok(())
}

/// The appointment changed: what was asked about it is answered.
pub(crate) async fn finish_of(tx: &mut Tx, appointment: AppointmentId) -> Result<()> {
    let now = tx.now().micros();
    tx.sql(FINISH_OF)
        .bind(appointment.uuid())
        .bind(now)
        .run()
        .await?;
    Ok(())
}

/// What was answered by the appointment's being called off then is not: that was taken back.
pub(crate) async fn reopen_of(
    tx: &mut Tx,
    appointment: AppointmentId,
    called_off_at: Timestamp,
) -> Result<()> {
    tx.sql(REOPEN_OF)
        .bind(appointment.uuid())
        .bind(called_off_at.micros())
        .run()
        .await?;
    Ok(())
}

/// The person answered otherwise: what they asked for before is answered.
pub(crate) async fn finish_by(
    tx: &mut Tx,
    appointment: AppointmentId,
    person: PersonId,
) -> Result<()> {
    let now = tx.now().micros();
    tx.sql(FINISH_BY)
        .bind(appointment.uuid())
        .bind(person.uuid())
        .bind(now)
        .run()
        .await?;
    Ok(())
}
