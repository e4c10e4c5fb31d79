//! What waits for a case manager: their tasks as they see them, and that they have seen to one.

use care::Caller;
use care::rules::Act;
use protocol::http::{Task, Tasks};
use protocol::{AppointmentId, Code, TaskId, TaskKind, limits};
use uuid::Uuid;

use super::owner::{self, is_asked, whose};
use crate::audit::{Entry, Object};
use crate::db;
use crate::error::{Error, Result};
use crate::phones::Numbers;
use crate::seal::PERSON_NAME;
use crate::serving::serves;
use crate::store::Store;
use crate::tx::Tx;
use crate::{idle_devices, preferences, standing};

statements! {
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
    FINISH = "UPDATE task SET done_at = $2 WHERE id = $1 AND done_at IS NULL";
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
            let owner = owner::now(tx, id).await?;
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
