//! A participant's own answer, from the app or from a link in a mail: the same code for both.

use care::Caller;
use care::rules::{Act, Standing};
use protocol::http::{Appointment, ReplyToAppointment};
use protocol::{
    AppointmentId, AppointmentState, CancelReason, Code, ParticipantId, PersonId, Refusal, Reply,
    Response, Role, Scope, TaskKind, Timestamp, limits,
};
use uuid::Uuid;

use super::{AppointmentRow, change, hold_with, list, undo};
use crate::audit::{Entry, Object};
use crate::db;
use crate::error::{Error, Result};
use crate::hours::Resource;
use crate::operations::{self, Outcome};
use crate::store::Store;
use crate::tasks::{self, Concern, unreached};
use crate::tx::Tx;
use crate::{deliveries, representations, series, standing};

statements! {
    PART_OF = "
        SELECT id, person, role, response, response_at FROM participant
        WHERE appointment = $1 AND person = $2 AND left_at IS NULL";
    ANSWER = "
        UPDATE participant SET response = $2, response_at = $3, asked_at = $4, said_at = $3,
            response_by = NULL
        WHERE id = $1";
    NOTE = "
        UPDATE participant SET response = $2, response_at = $3, said_at = $4, asked_at = NULL,
            response_by = NULL
        WHERE id = $1";
    ANSWERED_BY = "
        UPDATE participant SET response_by = $3
        WHERE appointment = $1 AND person = $2 AND left_at IS NULL";
}

#[derive(sqlx::FromRow)]
struct PartRow {
    id: Uuid,
    person: Uuid,
    role: String,
    response: String,
    response_at: Option<i64>,
}

/// The participant who answers.
struct Part {
    id: ParticipantId,
    person: PersonId,
    role: Role,
    response: Response,
    response_at: Option<i64>,
}

impl Store {
    /// Takes a participant's answer. A client's cancel calls the appointment off, anybody else's
    /// declines for themselves; nobody is told for [`limits::UNDO_S`], within which it can be taken
    /// back. [`Code::TooLate`] close to the start, [`Code::AppointmentChanged`] if the caller saw
    /// another time. The same answer again does nothing more.
    pub async fn reply_to_appointment(
        &self,
        caller: &Caller,
        id: AppointmentId,
        request: ReplyToAppointment,
    ) -> Result<Appointment> {
        let caller = *caller;
        self.write("reply to appointment", async move |tx: &mut Tx| {
            let standing = standing::appointments::to_appointment(tx, &caller, id).await?;
            let standing = for_whom(standing, request.for_client);
            let object = Object::Appointment(id);
            let act = Act::ReplyToAppointment;
            let permit = tx.authorize(&caller, act, standing, object)?;
            let caller = representations::acting(&caller, standing);
            let held = hold_all(tx, id).await?;
            let op_id = request.op_id;
            let done = operations::seen(tx, &caller, act, op_id, id.uuid()).await?;
            if done.is_none() {
                let seen = (request.reply, request.sequence);
                let person = if request.for_client {
                    held.0.client()
                } else {
                    caller.person
                };
                let client = reply(tx, held, person, seen).await?;
                let acting = request.for_client.then(|| caller.account.uuid());
                let answered = tx.sql(ANSWERED_BY).bind(id.uuid()).bind(person.uuid());
                answered.bind(acting).run().await?;
                operations::remember(tx, &caller, act, op_id, Outcome::of(id.uuid())).await?;
                tx.audit(Entry::done(&caller, permit, object).about(client));
            }
            list::card(tx, &caller, id).await
        })
        .await
    }
}

/// Somebody answers by what binds themselves to the appointment, or by what lets them act for its client;
/// never by one for the other.
fn for_whom(standing: Standing, for_client: bool) -> Standing {
    if for_client {
        Standing {
            takes_part: false,
            beside: false,
            ..standing
        }
    } else {
        Standing {
            acts_for: false,
            ..standing
        }
    }
}

/// Locks the appointment, and the time of its team, which a cancel gives back and an undo takes again.
pub(crate) async fn hold_all(
    tx: &mut Tx,
    id: AppointmentId,
) -> Result<(AppointmentRow, Vec<Resource>)> {
    hold_with(tx, id, Scope::This).await
}

/// Does what a participant answered, who saw that sequence, of an appointment that is locked. The
/// client whom it concerns.
pub(crate) async fn reply(
    tx: &mut Tx,
    (appointment, team): (AppointmentRow, Vec<Resource>),
    person: PersonId,
    (reply, seen): (Reply, u32),
) -> Result<PersonId> {
    let id = appointment.id.into();
    let part = part_of(tx, id, person).await?;
    let stage = appointment.stage()?;
    let now = tx.now();
    match reply {
        Reply::Confirm => {
            stage.may_change(seen, now)?;
            if part.response != Response::Accepted {
                answer(tx, &part, Response::Accepted, None).await?;
                tasks::finish_by(tx, id, person).await?;
                unreached::finish_known(tx, person, id).await?;
            }
        }
        Reply::AnotherTime => {
            stage.may_change_oneself(seen, now)?;
            if part.response != Response::Tentative {
                answer(tx, &part, Response::Tentative, Some(now.micros())).await?;
                tasks::finish_by(tx, id, person).await?;
                raise(tx, &appointment, &part, TaskKind::AskedForAnotherTime).await?;
            }
        }
        Reply::Cancel if part.role == Role::Client => {
            if called_off_by(&appointment, person)? {
                return Ok(appointment.client());
            }
            stage.may_change_oneself(seen, now)?;
            answer(tx, &part, Response::Declined, None).await?;
            let notice = now.plus_seconds(limits::UNDO_S);
            change::cancel(tx, id, (person, CancelReason::Client), notice).await?;
            series::mails::speak(tx, appointment.series).await?;
            tasks::finish_by(tx, id, person).await?;
            raise(tx, &appointment, &part, TaskKind::CalledOff).await?;
            return Ok(appointment.client());
        }
        Reply::Cancel => {
            stage.may_change_oneself(seen, now)?;
            if part.response != Response::Declined {
                answer(tx, &part, Response::Declined, None).await?;
                tasks::finish_by(tx, id, person).await?;
                raise(tx, &appointment, &part, TaskKind::Declined).await?;
            }
        }
        Reply::Undo => {
            if called_off_by(&appointment, person)? {
                must_be_fresh(tx, part.response_at)?;
                undo::restore(tx, &appointment, &team).await?;
            } else if part.response == Response::Declined {
                must_be_fresh(tx, part.response_at)?;
                stage.may_change(seen, now)?;
            } else {
                return Ok(appointment.client());
            }
            answer(tx, &part, Response::NeedsAction, None).await?;
            tasks::finish_by(tx, id, person).await?;
        }
    }
    deliveries::replan(tx, id).await?;
    Ok(appointment.client())
}

/// Notes what a participant's calendar answered, of an appointment that is locked: it never calls anything off.
/// Whoever declines is a task, and so is whoever may come or not: what else they wrote lies in the mailbox.
pub(crate) async fn note(
    tx: &mut Tx,
    appointment: &AppointmentRow,
    person: PersonId,
    (response, said_at): (Response, Timestamp),
) -> Result<()> {
    let id = appointment.id.into();
    let part = part_of(tx, id, person).await?;
    let now = tx.now().micros();
    let note = tx.sql(NOTE).bind(part.id.uuid()).bind(response.as_str());
    note.bind(now).bind(said_at.micros()).run().await?;
    if part.response == response {
        return Ok(());
    }
    tasks::finish_by(tx, id, person).await?;
    match response {
        Response::Declined => raise(tx, appointment, &part, TaskKind::Declined).await?,
        Response::Tentative => raise(tx, appointment, &part, TaskKind::AnsweredByMail).await?,
        Response::Accepted => unreached::finish_known(tx, person, id).await?,
        Response::NeedsAction => {}
    }
    deliveries::replan(tx, id).await
}

async fn part_of(tx: &mut Tx, id: AppointmentId, person: PersonId) -> Result<Part> {
    let row = tx
        .sql(PART_OF)
        .bind(id.uuid())
        .bind(person.uuid())
        .maybe::<PartRow>()
        .await?
        .ok_or_else(|| Error::from(Code::NotFound))?;
    Ok(Part {
        id: row.id.into(),
        person: row.person.into(),
        role: db::role(&row.role)?,
        response: db::response(&row.response)?,
        response_at: row.response_at,
    })
}

async fn answer(tx: &mut Tx, part: &Part, response: Response, asked: Option<i64>) -> Result<()> {
    let now = tx.now().micros();
    tx.sql(ANSWER)
        .bind(part.id.uuid())
        .bind(response.as_str())
        .bind(now)
        .bind(asked)
        .run()
        .await?;
    Ok(())
}

fn called_off_by(appointment: &AppointmentRow, person: PersonId) -> Result<bool> {
    let cancelled = appointment.state()? == AppointmentState::Cancelled;
    Ok(cancelled && appointment.cancelled_by == Some(person.uuid()))
}

fn must_be_fresh(tx: &Tx, at: Option<i64>) -> Result<()> {
    let ends = at.map(|at| db::at(at).plus_seconds(limits::UNDO_S));
    if ends.is_some_and(|ends| tx.now() < ends) {
        return Ok(());
    }
    Err(Refusal::new(Code::TooLate, "it can be taken back for ten minutes only").into())
}

async fn raise(
    tx: &mut Tx,
    appointment: &AppointmentRow,
    part: &Part,
    kind: TaskKind,
) -> Result<()> {
    let concern = Concern {
        account: appointment.organizer(),
        client: appointment.client(),
        person: part.person,
        appointment: Some(appointment.id.into()),
    };
    tasks::raise(tx, kind, &concern).await
}
