//! How an appointment went: said by the staff who serve its client, once it has begun, and said anew
//! where it was wrong. Nobody is marked as absent by a clock; half an hour after the end whoever held the
//! appointment is asked, or whoever serves the client instead by then.

use care::Caller;
use care::appointment::Closing;
use care::rules::{Act, Asker, Standing};
use protocol::http::{Appointment, Closed};
use protocol::{AppointmentId, TaskKind, Timestamp, limits};
use uuid::Uuid;

use super::{AppointmentRow, hold, list};
use crate::audit::{Entry, Object};
use crate::db;
use crate::error::Result;
use crate::operations::{self, Outcome};
use crate::seal::{APPOINTMENT_NOTE, PERSON_NAME};
use crate::store::Store;
use crate::tasks::{self, Concern};
use crate::tx::Tx;
use crate::{deliveries, erasures, no_shows, standing};

/// The limit of [`UNASKED`].
const ASKED_AT_ONCE: usize = 64;

statements! {
    CLOSE = "
        UPDATE appointment SET state = $2, closed_at = $3, closed_by = $4, next_step = $5, note = $6
        WHERE id = $1";
    NAME_OF = "
        SELECT p.id, p.name FROM account a JOIN person p ON p.id = a.person WHERE a.id = $1";
    // Of these states only `booked` is ever set; the others stand in the index that is to be used, which was made when
    // more were meant to be.
    UNASKED = "
        SELECT a.id, a.client, a.end_at, COALESCE(
            (SELECT g.account FROM assignment g
                WHERE g.client = a.client AND g.account = a.organizer AND g.from_at <= $2
                    AND (g.ended_at IS NULL OR g.ended_at > $2)
                LIMIT 1),
            (SELECT g.account FROM assignment g
                WHERE g.client = a.client AND g.from_at <= $2
                    AND (g.ended_at IS NULL OR g.ended_at > $2)
                ORDER BY g.from_at, g.id LIMIT 1),
            a.organizer) AS worker
        FROM appointment a
        WHERE a.end_at <= $1 AND a.outcome_asked_at IS NULL AND a.closed_at IS NULL
            AND a.state IN ('booked', 'checked_in', 'in_progress')
        ORDER BY a.end_at, a.id LIMIT 64";
    ASKED = "
        UPDATE appointment SET outcome_asked_at = $2
        WHERE id = $1 AND outcome_asked_at IS NULL AND closed_at IS NULL
            AND state IN ('booked', 'checked_in', 'in_progress')";
    NEXT_END = "
        SELECT MIN(end_at) FROM appointment
        WHERE outcome_asked_at IS NULL AND closed_at IS NULL
            AND state IN ('booked', 'checked_in', 'in_progress')";
}

#[derive(sqlx::FromRow)]
struct UnaskedRow {
    id: Uuid,
    client: Uuid,
    end_at: i64,
    worker: Uuid,
}

impl Store {
    /// Writes down how an appointment went, and does what follows if its client did not come. Refused by
    /// [`care::appointment::Stage::may_close`]. What was asked about the appointment is answered with it. The
    /// same operation again writes once.
    pub async fn close_appointment(
        &self,
        caller: &Caller,
        id: AppointmentId,
        closing: Closing,
    ) -> Result<Appointment> {
        let caller = *caller;
        self.write("close appointment", async move |tx: &mut Tx| {
            let standing = standing::appointments::to_appointment(tx, &caller, id).await?;
            let object = Object::Appointment(id);
            let permit = tx.authorize(&caller, Act::CloseAppointment, standing, object)?;
            let appointment = hold(tx, id).await?;
            let op_id = closing.op_id;
            let (act, of) = (Act::CloseAppointment, id.uuid());
            let seen = operations::seen(tx, &caller, act, op_id, of).await?;
            if seen.is_some() {
                return list::card(tx, &caller, id).await;
            }
            appointment.stage()?.may_close(closing.sequence, tx.now())?;
            let now = tx.now().micros();
            let client = appointment.client();
            let plain = closing.note.reveal().as_bytes();
            let note = tx.seal_about(client, APPOINTMENT_NOTE, id.uuid(), plain);
            let note = note.await?;
            tx.sql(CLOSE)
                .bind(id.uuid())
                .bind(closing.outcome.as_str())
                .bind(now)
                .bind(caller.account.uuid())
                .bind(closing.next_step.as_str())
                .bind(note)
                .run()
                .await?;
            tasks::finish_of(tx, id).await?;
            no_shows::follow(tx, &caller, &appointment, closing.outcome).await?;
            deliveries::replan(tx, id).await?;
            let outcome = Outcome::of(id.uuid());
            operations::remember(tx, &caller, Act::CloseAppointment, op_id, outcome).await?;
            tx.audit(Entry::done(&caller, permit, object).about(client));
            list::card(tx, &caller, id).await
        })
        .await
    }

    /// Asks whoever held an appointment how it went, [`limits::OUTCOME_ASKED_S`] after its end, a few at
    /// a time; whether there may be more. Where they serve the client no longer, whoever does is asked.
    /// Nobody is asked about what ended [`limits::OUTCOME_STALE_S`] ago, and about a client who was erased.
    pub async fn ask_for_outcomes(&self, now: Timestamp) -> Result<bool> {
        let stale = now.plus_seconds(-limits::OUTCOME_STALE_S).micros();
        let since = now.plus_seconds(-limits::OUTCOME_ASKED_S).micros();
        let rows = self
            .read("unasked outcomes", async move |tx: &mut Tx| {
                let rows = tx.sql(UNASKED).bind(since).bind(now.micros());
                rows.all::<UnaskedRow>().await
            })
            .await?;
        if rows.is_empty() {
            return Ok(false);
        }
        let more = rows.len() >= ASKED_AT_ONCE;
        self.write("ask for outcomes", async move |tx: &mut Tx| {
            let caller = Caller::scheduler();
            let standing = Standing {
                asker: Asker::Scheduler,
                ..Standing::default()
            };
            for row in &rows {
                let asked = tx.sql(ASKED).bind(row.id).bind(now.micros());
                let first = asked.run().await? > 0;
                let is_erased = erasures::is_erased(tx, row.client.into()).await?;
                if !first || is_erased || row.end_at < stale {
                    continue;
                }
                let object = Object::Appointment(row.id.into());
                let permit = tx.authorize(&caller, Act::RunJob, standing, object)?;
                let concern = Concern {
                    account: row.worker.into(),
                    client: row.client.into(),
                    person: row.client.into(),
                    appointment: Some(row.id.into()),
                };
                tasks::raise(tx, TaskKind::OutcomeDue, &concern).await?;
                tx.audit(Entry::done(&caller, permit, object).about(row.client.into()));
            }
            Ok(())
        })
        .await?;
        Ok(more)
    }

    /// When somebody is to be asked next.
    pub async fn next_outcome(&self) -> Result<Option<Timestamp>> {
        self.read("next outcome", async move |tx: &mut Tx| {
            let (next,): (Option<i64>,) = tx.sql(NEXT_END).one().await?;
            Ok(next.map(|end| db::at(end).plus_seconds(limits::OUTCOME_ASKED_S)))
        })
        .await
    }
}

/// What was written down about it, if anything was.
pub(super) async fn read(tx: &mut Tx, row: &AppointmentRow) -> Result<Option<Closed>> {
    let (Some(at), Some(by), Some(next_step), Some(note)) =
        (row.closed_at, row.closed_by, &row.next_step, &row.note)
    else {
        return Ok(None);
    };
    let (person, name): (Uuid, Vec<u8>) = tx.sql(NAME_OF).bind(by).one().await?;
    Ok(Some(Closed {
        at: db::at(at),
        by: tx.open_text(PERSON_NAME, person, &name).await?,
        next_step: db::next_step(next_step)?,
        note: tx.open_text(APPOINTMENT_NOTE, row.id, note).await?,
    }))
}
