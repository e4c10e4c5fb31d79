//! What a calendar answers: "Yes", "No" or "Maybe", pressed in Gmail, Outlook or Apple Calendar. It is found by
//! the appointment's UID and the address that was written to, it is noted for that participant, and it calls
//! nothing off. Of two answers the later one counts, by the clock of whoever gave them, whichever comes first.
//!
//! An answer to an invitation that holds no more (the appointment was moved since) is noted nowhere: what was
//! refused may be the old time. It is a task.

use care::rules::{Act, may};
use protocol::{AppointmentState, Response, Role, TaskKind, Timestamp};
use uuid::Uuid;

use super::{ArrivedMail, CalendarAnswer, Doing, Taken, answers};
use crate::appointments::{self, AppointmentRow, reply};
use crate::audit::{Entry, Object};
use crate::error::Result;
use crate::single_mails;
use crate::standing;
use crate::tasks::{self, Concern};
use crate::tx::Tx;
use crate::{addresses, db};

statements! {
    BY_UID = "SELECT id FROM appointment WHERE ics_uid = $1";
    // Whoever reads at an address that was replaced, or is not theirs, says nothing in their name.
    PARTS = "
        SELECT p.id, p.person, p.role, COALESCE(p.said_at, p.response_at) AS said_at
        FROM participant p
        WHERE p.appointment = $1 AND p.left_at IS NULL AND EXISTS (SELECT 1 FROM address d
            WHERE d.person = p.person AND d.value_index = $2 AND d.ended_at IS NULL
                AND d.disowned_at IS NULL)
        ORDER BY p.id";
}

#[derive(sqlx::FromRow)]
struct PartRow {
    id: Uuid,
    person: Uuid,
    role: String,
    said_at: Option<i64>,
}

/// Notes the answer, or asks a human to look at it.
pub(super) async fn note(
    tx: &mut Tx,
    doing: &Doing,
    mail: &ArrivedMail,
    answer: &CalendarAnswer,
) -> Result<Taken> {
    let uid = tx.sql(BY_UID).bind(answer.uid.clone());
    let Some((id,)) = uid.maybe::<(Uuid,)>().await? else {
        return answers::ask(tx, doing, mail).await;
    };
    // A stranger's answer locks nothing.
    if parts(tx, id, answer).await?.is_empty() {
        return answers::ask(tx, doing, mail).await;
    }
    let appointment = appointments::hold(tx, id.into()).await?;
    let parts = parts(tx, id, answer).await?;
    let state = appointment.state()?;
    // Nobody waits for an answer to what is over.
    if state != AppointmentState::Booked || tx.now().micros() >= appointment.end_at {
        return Ok(Taken::LetGo);
    }
    let object = Object::Appointment(appointment.id.into());
    let entry = Entry::done(&doing.caller, doing.permit, object).about(appointment.client());
    let taken = match parts.as_slice() {
        [part] if answer.sequence == appointment.sequence() => {
            if is_older(part, answer.stamp) {
                return Ok(Taken::LetGo);
            }
            note_part(tx, &appointment, (part, mail), answer).await?;
            Taken::Noted
        }
        // Two people with one address: nobody knows whose answer it is.
        parts => {
            for part in parts {
                raise(tx, &appointment, part).await?;
            }
            Taken::Stale
        }
    };
    let people = parts.iter().map(|part| part.person);
    tx.audit(entry.shown(people));
    Ok(taken)
}

/// Who takes part by right and has that address.
async fn parts(tx: &mut Tx, appointment: Uuid, answer: &CalendarAnswer) -> Result<Vec<PartRow>> {
    let index = addresses::index(tx, &answer.attendee);
    let rows = tx.sql(PARTS).bind(appointment).bind(index);
    let mut parts = Vec::new();
    for row in rows.all::<PartRow>().await? {
        let role = db::role(&row.role)?;
        let standing = standing::appointments::of_bearer(tx, role, row.id.into()).await?;
        if may(Act::ReplyByLink, standing).is_ok() {
            parts.push(row);
        }
    }
    Ok(parts)
}

/// A calendar tells whole seconds.
fn is_older(part: &PartRow, stamp: Timestamp) -> bool {
    let seconds = |micros: i64| micros.div_euclid(1_000_000);
    part.said_at
        .is_some_and(|said| seconds(stamp.micros()) < seconds(said))
}

async fn note_part(
    tx: &mut Tx,
    appointment: &AppointmentRow,
    (part, mail): (&PartRow, &ArrivedMail),
    answer: &CalendarAnswer,
) -> Result<()> {
    // A clock that is ahead must not have the last word for ever.
    let said_at = answer.stamp.min(tx.now());
    let person = part.person.into();
    reply::note(tx, appointment, person, (answer.response, said_at)).await?;
    let outside = matches!(db::role(&part.role)?, Role::Client | Role::Caregiver);
    if answer.response == Response::Declined && outside && !mail.automatic {
        single_mails::answers::plan(tx, person, mail.message_id.as_ref()).await?;
    }
    Ok(())
}

async fn raise(tx: &mut Tx, appointment: &AppointmentRow, part: &PartRow) -> Result<()> {
    let concern = Concern {
        account: appointment.organizer(),
        client: appointment.client(),
        person: part.person.into(),
        appointment: Some(appointment.id.into()),
    };
    tasks::raise(tx, TaskKind::AnsweredByMail, &concern).await
}
