//! Devices at which nobody was for 90 days ([`limits::DEVICE_IDLE_S`]). People are in hospital or in
//! jail, so nothing ends by itself: the case managers of the client are asked, by a task. "They still have
//! it" is a task done; the same device is asked about again after another 90 days. "Take it out" revokes
//! the device, and every circle in which it stands is proposed to remove it. A device that comes back
//! answers the question itself.
//!
//! Devices of clients and caregivers are asked about, once they stand in a circle's group.

use care::Caller;
use care::rules::{Act, Asker, Standing};
use protocol::{AccountId, Code, DeviceId, PersonId, TaskId, TaskKind, Timestamp, limits};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::devices::{self, Why};
use crate::error::{Error, Result};
use crate::standing;
use crate::store::Store;
use crate::tx::Tx;
use crate::wake::Topic;

/// The limit of [`IDLE`].
const ASKED_AT_ONCE: usize = 64;

statements! {
    // Nobody was at the device since $1, nobody answered for it since, and a case manager of now, who
    // serves a client in whose circle it stands, has not been asked.
    IDLE = "
        SELECT DISTINCT d.id AS device, g.account AS asked, k.client AS client, a.person AS person
        FROM device d
            JOIN account a ON a.id = d.account AND a.role IN ('client', 'caregiver')
            JOIN circle_device cd ON cd.device = d.id
            JOIN circle k ON k.id = cd.circle
            JOIN assignment g ON g.client = k.client
                AND g.from_at <= $2 AND (g.ended_at IS NULL OR g.ended_at > $2)
        WHERE d.revoked_at IS NULL AND d.created_at <= $1
            AND (d.kept_at IS NULL OR d.kept_at <= $1)
            AND NOT EXISTS (SELECT 1 FROM session s WHERE s.device = d.id AND s.last_seen_at > $1)
            AND NOT EXISTS (SELECT 1 FROM task t
                WHERE t.device = d.id AND t.account = g.account AND t.done_at IS NULL)
        ORDER BY d.id, g.account, k.client LIMIT 64";
    INSERT = "
        INSERT INTO task (id, account, kind, client, person, device, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT DO NOTHING";
    SUBJECT = "
        SELECT t.client, t.device, d.account FROM task t JOIN device d ON d.id = t.device
        WHERE t.id = $1 AND t.account = $2 AND (t.done_at IS NULL OR d.revoked_at IS NOT NULL)";
    BACK = "
        SELECT id FROM session WHERE device = $1 AND last_seen_at > $2 LIMIT 1";
    KEEP = "
        UPDATE device SET kept_at = $2
        WHERE id = (SELECT device FROM task WHERE id = $1) AND revoked_at IS NULL";
    FINISH_SAME = "
        UPDATE task SET done_at = $2
        WHERE done_at IS NULL AND device = (SELECT device FROM task WHERE id = $1)";
}

#[derive(sqlx::FromRow)]
struct IdleRow {
    device: Uuid,
    asked: Uuid,
    client: Uuid,
    person: Uuid,
}

impl Store {
    /// Asks staff about devices that were idle for 90 days, a few at a time; whether there may be more.
    pub async fn ask_about_idle_devices(&self, now: Timestamp) -> Result<bool> {
        let since = now.plus_seconds(-limits::DEVICE_IDLE_S);
        let rows = self
            .read("idle devices", async move |tx: &mut Tx| {
                tx.sql(IDLE)
                    .bind(since.micros())
                    .bind(now.micros())
                    .all::<IdleRow>()
                    .await
            })
            .await?;
        if rows.is_empty() {
            return Ok(false);
        }
        let more = rows.len() >= ASKED_AT_ONCE;
        self.write("ask about idle devices", async move |tx: &mut Tx| {
            let caller = Caller::scheduler();
            let standing = Standing {
                asker: Asker::Scheduler,
                ..Standing::default()
            };
            for row in &rows {
                let object = Object::Device(row.device.into());
                let permit = tx.authorize(&caller, Act::RunJob, standing, object)?;
                ask(tx, row).await?;
                tx.audit(Entry::done(&caller, permit, object).about(row.client.into()));
            }
            Ok(())
        })
        .await?;
        Ok(more)
    }

    /// A case manager decides that an idle device is taken out: it is revoked, and the circles in which
    /// it stands are proposed to remove it. [`Code::NotFound`] for a task that is not the caller's or not
    /// about a device; [`Code::Stale`] if its person has come back since. Again does nothing more.
    pub async fn remove_idle_device(&self, caller: &Caller, id: TaskId) -> Result<()> {
        let caller = *caller;
        self.write("remove idle device", async move |tx: &mut Tx| {
            let subject = tx
                .sql(SUBJECT)
                .bind(id.uuid())
                .bind(caller.account.uuid())
                .maybe::<(Uuid, Uuid, Uuid)>()
                .await?;
            let Some((client, device, account)) = subject else {
                // Refused as whoever asks may be: there is nothing that it could be about.
                let standing = standing::of_session(tx, &caller).await?;
                tx.authorize(&caller, Act::RemoveIdleDevice, standing, Object::Task(id))?;
                return Err(Error::from(Code::NotFound));
            };
            let (client, device) = (PersonId::from(client), DeviceId::from(device));
            let standing = standing::to_person(tx, &caller, client).await?;
            let object = Object::Task(id);
            let permit = tx.authorize(&caller, Act::RemoveIdleDevice, standing, object)?;
            let now = tx.now();
            let since = now.plus_seconds(-limits::DEVICE_IDLE_S).micros();
            let back = tx
                .sql(BACK)
                .bind(device.uuid())
                .bind(since)
                .maybe::<(Uuid,)>()
                .await?;
            if back.is_some() {
                return Err(Error::from(Code::Stale));
            }
            let account = AccountId::from(account);
            devices::revoke(tx, (&caller, permit), account, &[device], Why::Idle).await?;
            finish_same(tx, id, now).await?;
            tx.audit(
                Entry::done(&caller, permit, object)
                    .about(client)
                    .shown([device.uuid()]),
            );
            Ok(())
        })
        .await
    }
}

async fn ask(tx: &mut Tx, row: &IdleRow) -> Result<()> {
    let now = tx.now();
    let id = TaskId::from_parts(now, tx.random());
    tx.sql(INSERT)
        .bind(id.uuid())
        .bind(row.asked)
        .bind(TaskKind::DeviceIdle.as_str())
        .bind(row.client)
        .bind(row.person)
        .bind(row.device)
        .bind(now.micros())
        .run()
        .await?;
    tx.wake(Topic::Account(row.asked.into()));
    Ok(())
}

/// Somebody of staff said that the person still has the device, if the task is about one: nobody else
/// needs to be asked, and not again for another 90 days.
pub(crate) async fn keep(tx: &mut Tx, task: TaskId) -> Result<()> {
    let now = tx.now();
    let kept = tx
        .sql(KEEP)
        .bind(task.uuid())
        .bind(now.micros())
        .run()
        .await?;
    if kept > 0 {
        finish_same(tx, task, now).await?;
    }
    Ok(())
}

async fn finish_same(tx: &mut Tx, task: TaskId, now: Timestamp) -> Result<()> {
    tx.sql(FINISH_SAME)
        .bind(task.uuid())
        .bind(now.micros())
        .run()
        .await?;
    Ok(())
}
