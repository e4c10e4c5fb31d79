//! Takes a cancel back before anybody is told of it: the visit is on again, at its time, as if nothing had been said.
//! Staff take back what one of them called off; what a client called off, only they do ([`super::reply`]).

use care::Caller;
use care::civil::plus_days;
use care::rules::Act;
use protocol::http::{Appointment, UndoCancel};
use protocol::{AppointmentId, AppointmentState, Code, Refusal, Scope, Timestamp, limits};

use super::{
    AppointmentRow, Found, claim_all, day_is_full, hold, hold_with, is_full, list, rules_of,
    taken_by, team,
};
use crate::audit::{Entry, Object};
use crate::db;
use crate::error::Result;
use crate::hours::Resource;
use crate::operations::{self, Outcome};
use crate::series::mails;
use crate::store::Store;
use crate::tasks::{self, unreached};
use crate::tx::Tx;
use crate::{closures, deliveries, standing};

statements! {
    REVIVE = "
        UPDATE appointment SET state = 'booked', ics_sequence = $2, cancelled_at = NULL,
            cancelled_by = NULL, cancel_reason = NULL, cancel_notice_at = NULL,
            told_at = CASE WHEN $2 >= ics_sequence THEN told_at
                WHEN team_at > COALESCE(moved_at, created_at)
                    AND team_at >= COALESCE(place_at, team_at) THEN team_at
                WHEN place_at > COALESCE(moved_at, created_at) THEN place_at
                ELSE COALESCE(moved_at, created_at) END
        WHERE id = $1";
    // Called off once more, it is told anew.
    FORGET_CALLS = "
        UPDATE delivery SET state = 'cancelled', reason = 'changed', settled_at = $3
        WHERE appointment = $1 AND ics_sequence = $2 AND step = 'cancellation'
            AND state = 'skipped' AND reason IN ('outside_safe_hours', 'no_address',
                'address_unconfirmed', 'address_refused')";
    // What was booked, moved or given to the worker of that kind on that day since then, or is held.
    FILLED = "
        SELECT COUNT(*) FROM claim c
            LEFT JOIN appointment k ON k.id = c.appointment
            LEFT JOIN hold h ON h.id = c.hold
        WHERE c.resource = $1 AND c.start_at > $2 AND c.start_at < $4
            AND ((k.visit_type = $5 AND k.start_at >= $3 AND k.start_at < $4
                    AND (k.created_at >= $6 OR k.moved_at >= $6 OR k.team_at >= $6))
                OR (h.visit_type = $5 AND h.start_at >= $3 AND h.start_at < $4
                    AND h.expires_at > $7))";
}

impl Store {
    /// Takes back that staff called an appointment off: it is on again with all of its team, and nobody hears that
    /// it was not. [`Code::TooLate`] once people are told, [`Code::AppointmentState`] if it is not called off, or its
    /// client did that, [`Code::AppointmentChanged`] if the caller saw another, [`Code::SlotTaken`] if somebody of the
    /// team has something else then, [`Code::NotAvailable`] if nobody of it is left, the day has been filled with
    /// as many of the kind as it may hold, or the agency has been closed then: then it stays called off. The same
    /// operation again does nothing more.
    pub async fn undo_cancel(
        &self,
        caller: &Caller,
        id: AppointmentId,
        request: UndoCancel,
    ) -> Result<Appointment> {
        let caller = *caller;
        self.write("undo cancel", async move |tx: &mut Tx| {
            let standing = standing::appointments::to_appointment(tx, &caller, id).await?;
            let object = Object::Appointment(id);
            let permit = tx.authorize(&caller, Act::UndoCancel, standing, object)?;
            let (appointment, team) = hold_with(tx, id, Scope::This).await?;
            let op_id = request.op_id;
            let (act, of) = (Act::UndoCancel, id.uuid());
            let seen = operations::seen(tx, &caller, act, op_id, of).await?;
            if seen.is_none() {
                take_back(tx, &appointment, &team, request.sequence).await?;
                let outcome = Outcome::of(id.uuid());
                operations::remember(tx, &caller, Act::UndoCancel, op_id, outcome).await?;
                tx.audit(Entry::done(&caller, permit, object).about(appointment.client()));
            }
            list::card(tx, &caller, id).await
        })
        .await
    }
}

/// Takes back what staff called off, who saw that sequence, with what they were asked about it before.
async fn take_back(
    tx: &mut Tx,
    appointment: &AppointmentRow,
    team: &[Resource],
    seen: u32,
) -> Result<()> {
    let notice = appointment.cancel_notice_at.map(db::at);
    let stage = appointment.stage()?;
    stage.may_take_back(seen, notice, tx.now())?;
    if is_the_clients(appointment) {
        let what = "the client called it off, who alone takes that back";
        return Err(Refusal::new(Code::AppointmentState, what).into());
    }
    let id = AppointmentId::from(appointment.id);
    let spoke = match appointment.series {
        Some(series) => mails::first(tx, series).await?,
        None => None,
    };
    restore(tx, appointment, team).await?;
    tasks::reopen_of(tx, id, db::at(appointment.told_at)).await?;
    deliveries::replan(tx, id).await?;
    // Which of the series spoke for it meanwhile may do so no longer.
    if let Some(other) = spoke {
        hold(tx, other.into()).await?;
        deliveries::replan(tx, other.into()).await?;
    }
    Ok(())
}

/// Has a visit that was called off, and is locked with its team, stand as before; its mails are to be planned anew.
/// [`Code::SlotTaken`], [`Code::NotAvailable`].
pub(super) async fn restore(
    tx: &mut Tx,
    appointment: &AppointmentRow,
    team: &[Resource],
) -> Result<()> {
    team::must_be_somebody(team)?;
    let id = AppointmentId::from(appointment.id);
    let found = taken_by(tx, appointment).await?;
    must_still_fit(tx, appointment, team, &found).await?;
    let now = tx.now().micros();
    // Should somebody have been told already, it is a new invitation and not the old one.
    let sequence = if deliveries::told_of(tx, id, appointment.sequence()).await? {
        appointment.ics_sequence + 1
    } else {
        appointment.ics_sequence - 1
    };
    let revive = tx.sql(REVIVE).bind(appointment.id).bind(sequence);
    revive.run().await?;
    let forget = tx.sql(FORGET_CALLS).bind(appointment.id);
    let forget = forget.bind(appointment.ics_sequence).bind(now);
    forget.run().await?;
    // Nobody is to call anybody about it.
    unreached::finish_calls(tx, id, db::at(appointment.told_at)).await?;
    claim_all(tx, team, id, &found).await
}

/// [`Code::NotAvailable`] if the day was filled with others of its kind meanwhile, or the agency was closed then. The
/// hours are not asked: what is booked stays when they change, and so does what is taken back.
async fn must_still_fit(
    tx: &mut Tx,
    appointment: &AppointmentRow,
    team: &[Resource],
    found: &Found,
) -> Result<()> {
    let rules = rules_of(tx, appointment, appointment.minutes()).await?;
    let closed = closures::made_since(tx, db::at(appointment.told_at)).await?;
    for one in team {
        let (of, itself) = ((&rules, found.start), Some(appointment.id));
        if is_full(tx, one, of, itself).await? && was_filled(tx, one, appointment).await? {
            return Err(day_is_full().into());
        }
        if one.hours.give_way(&closed, one.zone.date(found.start)) {
            return Err(Refusal::new(Code::NotAvailable, "the agency is closed then").into());
        }
    }
    Ok(())
}

/// Whether anything of its kind has come to the worker's day since it was called off. If not, all that stands there stood
/// beside it, however many the day may hold by now.
async fn was_filled(tx: &mut Tx, worker: &Resource, appointment: &AppointmentRow) -> Result<bool> {
    let day = worker.zone.date(db::at(appointment.start_at));
    let from = worker.zone.start_of(day);
    let until = worker.zone.start_of(plus_days(day, 1));
    let reach = i64::from(limits::CLAIM_MINUTES_MAX) * 60;
    let now = tx.now().micros();
    let (filled,): (i64,) = tx
        .sql(FILLED)
        .bind(worker.id)
        .bind(from.plus_seconds(-reach).micros())
        .bind(from.micros())
        .bind(until.micros())
        .bind(appointment.visit_type)
        .bind(appointment.told_at)
        .bind(now)
        .one()
        .await?;
    Ok(filled > 0)
}

/// Whether its client called it off, or who acts for them did.
fn is_the_clients(appointment: &AppointmentRow) -> bool {
    appointment.cancelled_by == Some(appointment.client)
}

/// For how long staff may take back that it was called off, seconds; nothing if they may not.
pub(super) fn left_s(appointment: &AppointmentRow, now: Timestamp) -> Result<Option<u16>> {
    let off = appointment.state()? == AppointmentState::Cancelled;
    if !off || is_the_clients(appointment) {
        return Ok(None);
    }
    let left = appointment
        .cancel_notice_at
        .map(|notice| (notice - now.micros()) / 1_000_000);
    Ok(left
        .and_then(|left| u16::try_from(left).ok())
        .filter(|left| *left > 0))
}
