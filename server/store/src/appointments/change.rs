//! Moves an appointment or calls it off, by the staff who serve its client.

use care::Caller;
use care::appointment::Move;
use care::civil::CivilTime;
use care::rules::Act;
use protocol::http::{Appointment, CancelAppointment};
use protocol::{AppointmentId, CancelReason, PersonId, Scope, Timestamp};

use super::{
    AppointmentRow, Asked, Found, claim_all, find, free_claims, hold, hold_with, list, rules_of,
    team,
};
use crate::audit::{Entry, Object};
use crate::error::Result;
use crate::hours::Resource;
use crate::operations::{self, Outcome};
use crate::store::Store;
use crate::tx::Tx;
use crate::{deliveries, preferences, series, standing, tasks};

statements! {
    MOVE = "
        UPDATE appointment SET civil_start = $2, zone = $3, minutes = $4, start_at = $5, end_at = $6,
            tzdb_version = $7, ics_sequence = ics_sequence + 1, told_at = $8, moved_at = $8,
            moved_from_at = start_at, team_at = NULL, place_at = NULL
        WHERE id = $1";
    ASK_AGAIN = "
        UPDATE participant SET response = 'needs_action', response_at = NULL, asked_at = NULL,
            said_at = NULL, response_by = NULL
        WHERE appointment = $1 AND role <> 'case_manager'";
    CANCEL = "
        UPDATE appointment SET state = 'cancelled', ics_sequence = ics_sequence + 1, told_at = $2,
            cancelled_at = $2, cancelled_by = $3, cancel_reason = $4, cancel_notice_at = $5
        WHERE id = $1";
}

impl Store {
    /// Gives an appointment another time: it keeps its row and its calendar UID, its sequence rises,
    /// everybody is asked again and told anew. With a scope others of its series move by as much, in the same
    /// transaction ([`series::change`]). Refused as [`Store::book`] refuses, and by
    /// [`care::appointment::Stage::may_change`]. The same operation again moves once.
    pub async fn move_appointment(
        &self,
        caller: &Caller,
        id: AppointmentId,
        change: Move,
    ) -> Result<Appointment> {
        let caller = *caller;
        self.write("move appointment", async move |tx: &mut Tx| {
            let standing = standing::appointments::to_appointment(tx, &caller, id).await?;
            let object = Object::Appointment(id);
            let permit = tx.authorize(&caller, Act::MoveAppointment, standing, object)?;
            let (appointment, team) = hold_with(tx, id, change.scope).await?;
            let op_id = change.op_id;
            if operations::seen(tx, &caller, Act::MoveAppointment, op_id, id.uuid())
                .await?
                .is_some()
            {
                return list::card(tx, &caller, id).await;
            }
            appointment.stage()?.may_change(change.sequence, tx.now())?;
            let moved = match change.scope {
                Scope::This => move_one(tx, &appointment, &team, &change).await?,
                _ => series::change::shift(tx, &appointment, &team, &change).await?,
            };
            let outcome = Outcome::of(id.uuid());
            operations::remember(tx, &caller, Act::MoveAppointment, op_id, outcome).await?;
            for one in moved {
                let object = Object::Appointment(one);
                tx.audit(Entry::done(&caller, permit, object).about(appointment.client()));
            }
            list::card(tx, &caller, id).await
        })
        .await
    }

    /// Calls an appointment off: everybody who was told of it is told, nothing else is sent. Until they are it can be
    /// taken back ([`Store::undo_cancel`]). With a scope others of its series are called off too, and the series ends:
    /// of that people are told at once. The same operation again does nothing more.
    pub async fn cancel_appointment(
        &self,
        caller: &Caller,
        id: AppointmentId,
        request: CancelAppointment,
    ) -> Result<Appointment> {
        let caller = *caller;
        self.write("cancel appointment", async move |tx: &mut Tx| {
            let standing = standing::appointments::to_appointment(tx, &caller, id).await?;
            let object = Object::Appointment(id);
            let permit = tx.authorize(&caller, Act::CancelAppointment, standing, object)?;
            let appointment = hold(tx, id).await?;
            let op_id = request.op_id;
            if operations::seen(tx, &caller, Act::CancelAppointment, op_id, id.uuid())
                .await?
                .is_some()
            {
                return list::card(tx, &caller, id).await;
            }
            let (stage, now) = (appointment.stage()?, tx.now());
            stage.may_change(request.sequence, now)?;
            let (off, notice) = match request.scope {
                Scope::This => (vec![id], stage.notice_at(now)),
                _ => (series_of(tx, &appointment, request.scope).await?, now),
            };
            for one in &off {
                cancel(tx, *one, (caller.person, request.reason), notice).await?;
                tasks::finish_of(tx, *one).await?;
            }
            // Which of those that were called off speaks for them shows when all are.
            if off.len() > 1 {
                for one in &off {
                    deliveries::replan(tx, *one).await?;
                }
            }
            series::mails::speak(tx, appointment.series).await?;
            let outcome = Outcome::of(id.uuid());
            operations::remember(tx, &caller, Act::CancelAppointment, op_id, outcome).await?;
            for one in off {
                let object = Object::Appointment(one);
                tx.audit(Entry::done(&caller, permit, object).about(appointment.client()));
            }
            list::card(tx, &caller, id).await
        })
        .await
    }
}

/// Moves this one and no other.
async fn move_one(
    tx: &mut Tx,
    appointment: &AppointmentRow,
    team: &[Resource],
    change: &Move,
) -> Result<Vec<AppointmentId>> {
    team::must_be_somebody(team)?;
    let id = AppointmentId::from(appointment.id);
    let minutes = change.minutes.unwrap_or(appointment.minutes());
    let asked = Asked {
        rules: rules_of(tx, appointment, minutes).await?,
        civil: change.civil,
        zone: match &change.zone {
            Some(name) => tx.core().zones.find(name)?,
            None => preferences::zone(tx, &appointment.zone),
        },
    };
    let found = find(tx, team, &asked, Some(id)).await?;
    free_claims(tx, id).await?;
    claim_all(tx, team, id, &found).await?;
    put(tx, id, &asked, &found).await?;
    tasks::finish_of(tx, id).await?;
    deliveries::replan(tx, id).await?;
    series::mails::speak(tx, appointment.series).await?;
    Ok(vec![id])
}

/// The visits of a scope, each locked, of a series that ends with them.
async fn series_of(
    tx: &mut Tx,
    appointment: &AppointmentRow,
    scope: Scope,
) -> Result<Vec<AppointmentId>> {
    let series = series::change::of(tx, appointment).await?;
    let off = series::change::targets(tx, appointment, scope).await?;
    for one in &off {
        hold(tx, *one).await?;
    }
    series::change::stop(tx, &series, (appointment, scope)).await?;
    Ok(off)
}

/// Writes down where it now is; everybody is asked again.
pub(crate) async fn put(
    tx: &mut Tx,
    id: AppointmentId,
    asked: &Asked,
    found: &Found,
) -> Result<()> {
    let now = tx.now().micros();
    let civil: CivilTime = asked.civil;
    let version = tx.core().zones.version().to_owned();
    tx.sql(MOVE)
        .bind(id.uuid())
        .bind(civil.to_string())
        .bind(asked.zone.name().to_owned())
        .bind(i64::from(asked.rules.terms.minutes))
        .bind(found.start.micros())
        .bind(found.end.micros())
        .bind(version)
        .bind(now)
        .run()
        .await?;
    tx.sql(ASK_AGAIN).bind(id.uuid()).run().await?;
    Ok(())
}

/// Calls it off; participants are told from `notice` on.
pub(super) async fn cancel(
    tx: &mut Tx,
    id: AppointmentId,
    (by, reason): (PersonId, CancelReason),
    notice: Timestamp,
) -> Result<()> {
    let now = tx.now().micros();
    tx.sql(CANCEL)
        .bind(id.uuid())
        .bind(now)
        .bind(by.uuid())
        .bind(reason.as_str())
        .bind(notice.micros())
        .run()
        .await?;
    free_claims(tx, id).await?;
    deliveries::replan(tx, id).await
}
