//! What a case manager is asked to see to: a person asked for another time, a mail does not arrive, nobody
//! was at a device for long. Most of it goes over to a colleague with its client ([`crate::serving`]).

use care::Caller;
use care::rules::Act;
use protocol::http::{Task, Tasks};
use protocol::{
    AccountId, AppointmentId, Code, PersonId, TaskId, TaskKind, Timestamp, TransferId, limits,
};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::db;
use crate::error::{Error, Result};
use crate::phones::Numbers;
use crate::seal::PERSON_NAME;
use crate::serving::{is_asked, serves, whose};
use crate::store::Store;
use crate::tx::Tx;
use crate::{idle_devices, preferences, standing};

statements! {
    OPEN = "
        SELECT id FROM task
        WHERE account = $1 AND kind = $2 AND person = $3 AND done_at IS NULL
            AND COALESCE(appointment, id) = COALESCE($4, appointment, id)
            AND (why IS NULL OR why NOT IN ('outside_safe_hours', 'no_address') OR appointment = $5)";
    INSERT = "
        INSERT INTO task (id, account, kind, client, person, appointment, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    OUTSIDE_HOURS = "UPDATE task SET why = 'outside_safe_hours' WHERE id = $1 AND why IS NULL";
    NO_ADDRESS = "UPDATE task SET why = 'no_address' WHERE id = $1 AND why IS NULL";
    UNCONFIRMED = "
        UPDATE task SET why = 'unconfirmed'
        WHERE person = $1 AND done_at IS NULL AND kind = 'cannot_reach_by_email' AND why IS NULL
            AND appointment IS NULL";
    NOT_THEIRS = "
        UPDATE task SET why = 'not_theirs'
        WHERE person = $1 AND done_at IS NULL AND kind = 'cannot_reach_by_email' AND why IS NULL";
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
    FINISH_CALLS = "
        UPDATE task SET done_at = $3
        WHERE appointment = $1 AND created_at >= $2 AND done_at IS NULL
            AND kind = 'cannot_reach_by_email' AND why IN ('outside_safe_hours', 'no_address')";
    FINISH_TOLD = "
        UPDATE task SET done_at = $3
        WHERE person = $1 AND appointment = $2 AND done_at IS NULL
            AND kind = 'cannot_reach_by_email' AND (why IS NULL OR why = 'no_address')";
    FINISH_KNOWN = "
        UPDATE task SET done_at = $3
        WHERE person = $1 AND appointment = $2 AND done_at IS NULL
            AND kind = 'cannot_reach_by_email' AND why IN ('outside_safe_hours', 'no_address')";
    // What may have arrived, or could not be written, no mail says once more.
    FINISH_CONFIRMED = "
        UPDATE task SET done_at = $2
        WHERE person = $1 AND done_at IS NULL AND kind = 'cannot_reach_by_email'
            AND why IN ('no_address', 'unconfirmed')
            AND NOT EXISTS (SELECT 1 FROM delivery v JOIN appointment a ON a.id = v.appointment
                WHERE a.id = task.appointment AND a.start_at > $2 AND v.person = $1
                    AND v.ics_sequence = a.ics_sequence AND v.state = 'failed'
                    AND v.step IN ('invitation', 'cancellation')
                    AND (v.began > 0
                        OR v.reason NOT IN ('address_refused', 'rejected', 'deferred')))";
    FINISH_BY = "
        UPDATE task SET done_at = $3
        WHERE appointment = $1 AND person = $2 AND done_at IS NULL
            AND kind <> 'cannot_reach_by_email'";
    // News that did not arrive has not been told because there is another address.
    STILL_UNTOLD = "
        UPDATE task SET why = 'no_address'
        WHERE person = $1 AND done_at IS NULL AND kind = 'cannot_reach_by_email' AND why IS NULL
            AND EXISTS (SELECT 1 FROM delivery v JOIN appointment a ON a.id = v.appointment
                WHERE a.id = task.appointment AND a.start_at > $2 AND v.person = $1
                    AND v.ics_sequence = a.ics_sequence AND v.state = 'failed'
                    AND v.step IN ('invitation', 'cancellation'))";
    FINISH_UNREACHABLE = "
        UPDATE task SET done_at = $2
        WHERE person = $1 AND done_at IS NULL AND kind = 'cannot_reach_by_email'
            AND (why IS NULL OR why NOT IN ('outside_safe_hours', 'no_address'))";
    // Their own, and what concerns clients whom they serve: of those, what is theirs by now.
    LIST = concat!("
        SELECT t.id, t.kind, t.client, c.name AS client_name, t.person, p.name AS person_name,
            t.appointment, t.created_at, t.why,
            COALESCE(a.start_at, t.at_time,
                (SELECT MAX(s.last_seen_at) FROM session s WHERE s.device = t.device),
                d.created_at) AS at_time
        FROM task t
            JOIN person c ON c.id = t.client
            JOIN person p ON p.id = t.person
            LEFT JOIN appointment a ON a.id = t.appointment
            LEFT JOIN device d ON d.id = t.device
        WHERE t.id IN (
                SELECT o.id FROM task o WHERE o.account = $1 AND o.done_at IS NULL
                UNION ALL
                SELECT o.id FROM assignment m JOIN task o ON o.client = m.client
                WHERE m.account = $1 AND o.account <> $1 AND o.done_at IS NULL)
            AND ", whose!("$2"), " = $1
            AND ", is_asked!("$2"), "
            AND (d.id IS NULL OR (d.revoked_at IS NULL AND NOT EXISTS (SELECT 1 FROM session s
                WHERE s.device = d.id AND s.last_seen_at > t.created_at)))
            AND (a.id IS NULL OR a.start_at > $2 OR (t.kind <> 'client_assigned'
                AND (t.why IS NULL OR t.why NOT IN ('outside_safe_hours', 'no_address'))))
            AND (", serves!("$1", "t.client", "$2"), "
                OR (t.kind = 'transfer_offered' AND EXISTS (SELECT 1 FROM transfer x
                    WHERE x.id = t.transfer AND x.state = 'offered' AND x.expires_at > $2)))
        ORDER BY t.created_at, t.id LIMIT $3");
    OWNER = concat!("SELECT ", whose!("$2"), " AS account, t.client FROM task t WHERE t.id = $1");
    FINISH = "UPDATE task SET done_at = $2 WHERE id = $1 AND done_at IS NULL";
}

/// Whom a task is for and what it is about. If whoever it is for serves the client no longer, whoever does sees to it
/// ([`crate::serving`]).
pub(crate) struct Concern {
    pub(crate) account: AccountId,
    pub(crate) client: PersonId,
    pub(crate) person: PersonId,
    pub(crate) appointment: Option<AppointmentId>,
}

#[derive(sqlx::FromRow)]
struct TaskRow {
    id: Uuid,
    kind: String,
    client: Uuid,
    client_name: Vec<u8>,
    person: Uuid,
    person_name: Vec<u8>,
    appointment: Option<Uuid>,
    /// When the appointment begins or would have begun, or when the device was last at work.
    at_time: Option<i64>,
    created_at: i64,
    why: Option<String>,
}

impl Store {
    /// What waits for the caller, oldest first, at most [`limits::TASKS_LISTED_MAX`].
    pub async fn tasks(&self, caller: &Caller) -> Result<Tasks> {
        let caller = *caller;
        self.read_audited("tasks", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::ListTasks, standing, object)?;
            let now = tx.now().micros();
            let rows = tx
                .sql(LIST)
                .bind(caller.account.uuid())
                .bind(now)
                .bind(i64::try_from(limits::TASKS_LISTED_MAX).unwrap_or(i64::MAX))
                .all::<TaskRow>()
                .await?;
            let zone = preferences::zone_of(tx, caller.person).await?;
            let mut numbers = Numbers::of(&caller);
            let mut tasks = Vec::with_capacity(rows.len());
            for row in rows {
                let kind = db::task_kind(&row.kind)?;
                let phone = if is_a_call(kind) {
                    numbers.around(tx, row.client, row.person).await?
                } else {
                    None
                };
                let client = tx.open_text(PERSON_NAME, row.client, &row.client_name);
                let client_name = client.await?;
                let person = tx.open_text(PERSON_NAME, row.person, &row.person_name);
                let person_name = person.await?;
                tasks.push(Task {
                    id: row.id.into(),
                    kind,
                    client: row.client.into(),
                    client_name,
                    person_name,
                    phone,
                    appointment: row.appointment.map(AppointmentId::from),
                    at: row.at_time.map(|at| zone.local(db::at(at))),
                    since: db::at(row.created_at),
                    why: row.why,
                });
            }
            let shown = tasks.iter().map(|task| task.client.uuid());
            tx.audit(Entry::done(&caller, permit, object).shown(shown));
            Ok(Tasks { tasks })
        })
        .await
    }

    /// The caller has seen to it. [`Code::NotFound`] for anybody else's, and for what went over to a colleague with its
    /// client; again does nothing.
    pub async fn finish_task(&self, caller: &Caller, id: TaskId) -> Result<()> {
        let caller = *caller;
        self.write("finish task", async move |tx: &mut Tx| {
            let owner = owner(tx, id).await?;
            let own = owner.is_some_and(|(account, _)| account == caller.account.uuid());
            let standing = care::rules::Standing {
                own,
                ..standing::of_session(tx, &caller).await?
            };
            let object = Object::Task(id);
            let permit = tx
                .authorize(&caller, Act::FinishTask, standing, object)
                .map_err(|error| match error {
                    Error::Refused(refusal) if !own && refusal.code == Code::NotAllowed => {
                        Error::from(Code::NotFound)
                    }
                    other => other,
                })?;
            let now = tx.now().micros();
            idle_devices::keep(tx, id).await?;
            tx.sql(FINISH).bind(id.uuid()).bind(now).run().await?;
            let mut entry = Entry::done(&caller, permit, object);
            if let Some((_, client)) = owner {
                entry = entry.about(client.into());
            }
            tx.audit(entry);
            Ok(())
        })
        .await
    }
}

/// Whose a task is by now, and which client it is about.
async fn owner(tx: &mut Tx, id: TaskId) -> Result<Option<(Uuid, Uuid)>> {
    let now = tx.now().micros();
    let owner = tx.sql(OWNER).bind(id.uuid()).bind(now);
    owner.maybe::<(Uuid, Uuid)>().await
}

/// Whether the person is to be called: they wait for an answer, or mails do not reach them.
fn is_a_call(kind: TaskKind) -> bool {
    use TaskKind as Kind;
    match kind {
        Kind::AskedForAnotherTime
        | Kind::CalledOff
        | Kind::Declined
        | Kind::CannotReachByEmail
        | Kind::DeviceIdle
        | Kind::ClientAssigned
        | Kind::AnsweredByMail
        | Kind::ClocksChanged
        | Kind::SeriesConflict
        | Kind::NoShow
        | Kind::CallClient => true,
        Kind::TransferOffered
        | Kind::TransferAccepted
        | Kind::TransferDeclined
        | Kind::TransferExpired
        | Kind::OutcomeDue => false,
    }
}

/// Asks somebody to see to something, unless they are asked already.
pub(crate) async fn raise(tx: &mut Tx, kind: TaskKind, concern: &Concern) -> Result<()> {
    // That mails do not reach a person is one thing to see to, whichever appointment showed it.
    let once_for = match kind {
        TaskKind::CannotReachByEmail => None,
        _ => concern.appointment,
    };
    if open(tx, kind, concern, once_for).await?.is_none() {
        insert(tx, kind, concern).await?;
    }
    Ok(())
}

/// Asks somebody to tell a person what happened to a visit, which no mail can in time: each visit is a thing to
/// see to. Whoever is asked to reach them about it already is told why.
pub(crate) async fn raise_outside_hours(tx: &mut Tx, concern: &Concern) -> Result<()> {
    raise_of_visit(tx, concern, OUTSIDE_HOURS).await
}

/// The same where no address of theirs takes a mail.
pub(crate) async fn raise_untold(tx: &mut Tx, concern: &Concern) -> Result<()> {
    raise_of_visit(tx, concern, NO_ADDRESS).await
}

/// The same where the mail that was to tell it did not arrive: another visit's is no reason to leave it unsaid.
pub(crate) async fn raise_lost(tx: &mut Tx, concern: &Concern) -> Result<()> {
    of_visit(tx, concern).await?;
    Ok(())
}

async fn raise_of_visit(tx: &mut Tx, concern: &Concern, say_why: &'static str) -> Result<()> {
    let id = of_visit(tx, concern).await?;
    tx.sql(say_why).bind(id).run().await?;
    Ok(())
}

/// What asks to reach the person about this visit, and no other.
async fn of_visit(tx: &mut Tx, concern: &Concern) -> Result<Uuid> {
    let kind = TaskKind::CannotReachByEmail;
    match open(tx, kind, concern, concern.appointment).await? {
        Some(id) => Ok(id),
        None => insert(tx, kind, concern).await,
    }
}

/// Whoever is asked to reach the person is told that nobody has answered at their address.
pub(crate) async fn unconfirmed(tx: &mut Tx, person: PersonId) -> Result<()> {
    tx.sql(UNCONFIRMED).bind(person.uuid()).run().await?;
    Ok(())
}

/// Whoever is asked to reach the person is told that somebody else reads at their address.
pub(crate) async fn not_theirs(tx: &mut Tx, person: PersonId) -> Result<()> {
    tx.sql(NOT_THEIRS).bind(person.uuid()).run().await?;
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
    let owner = owner(tx, id).await?;
    let account = owner.map_or(concern.account, |(account, _)| account.into());
    tx.wake(crate::wake::Topic::Account(account));
    Ok(id.uuid())
}

/// Whom a task is for that is about a client as a whole, or about an offer of one.
pub(crate) struct About {
    pub(crate) account: AccountId,
    pub(crate) client: PersonId,
    pub(crate) person: PersonId,
    pub(crate) transfer: Option<TransferId>,
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

/// What somebody was asked, since then, to tell people of the appointment needs no telling.
pub(crate) async fn finish_calls(
    tx: &mut Tx,
    appointment: AppointmentId,
    since: Timestamp,
) -> Result<()> {
    let now = tx.now().micros();
    tx.sql(FINISH_CALLS)
        .bind(appointment.uuid())
        .bind(since.micros())
        .bind(now)
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

/// A mail tells the person of the appointment after all, or they know: nobody needs to reach them about it.
pub(crate) async fn finish_told(
    tx: &mut Tx,
    person: PersonId,
    appointment: AppointmentId,
) -> Result<()> {
    let now = tx.now().micros();
    let finish = tx.sql(FINISH_TOLD).bind(person.uuid());
    finish.bind(appointment.uuid()).bind(now).run().await?;
    Ok(())
}

/// The person has said yes to the appointment as it stands: nobody needs to tell them of it. That mails do not reach them
/// stays a thing to see to.
pub(crate) async fn finish_known(
    tx: &mut Tx,
    person: PersonId,
    appointment: AppointmentId,
) -> Result<()> {
    let now = tx.now().micros();
    let finish = tx.sql(FINISH_KNOWN).bind(person.uuid());
    finish.bind(appointment.uuid()).bind(now).run().await?;
    Ok(())
}

/// Mails reach the person: what no mail told them, and is worth telling still, comes to them now. What does not come
/// even so is still to be told.
pub(crate) async fn finish_confirmed(tx: &mut Tx, person: PersonId) -> Result<()> {
    let now = tx.now().micros();
    let finish = tx.sql(FINISH_CONFIRMED).bind(person.uuid());
    finish.bind(now).run().await?;
    Ok(())
}

/// The person has another address, or none: whether mails reach them is to be seen anew. What they were not told of a
/// visit to come is still to be told.
pub(crate) async fn finish_unreachable(tx: &mut Tx, person: PersonId) -> Result<()> {
    let now = tx.now().micros();
    let keep = tx.sql(STILL_UNTOLD).bind(person.uuid()).bind(now);
    keep.run().await?;
    tx.sql(FINISH_UNREACHABLE)
        .bind(person.uuid())
        .bind(now)
        .run()
        .await?;
    Ok(())
}
