//! What follows when a client did not come: the rule is [`care::no_show`], asked in the transaction in which staff
//! say so. The first time in a row a task, and a mail for the next morning ([`crate::single_mails`]) with a link by
//! which they book again, where the agency offers something for which whoever held the visit can be booked. The second
//! time a task alone. A word that is put right takes all of it back, but what has left.

use care::Caller;
use care::appointment::MeetingLink;
use care::booking_link::BookingLink;
use care::civil::plus_days;
use care::no_show::{self, Follow, Missed, Offered, Planned, Reach};
use care::quiet::MailHours;
use protocol::{
    AppointmentId, AppointmentKind, AppointmentState, BookingLinkId, OpId, Outcome, PersonId,
    TaskKind, limits,
};
use uuid::Uuid;

use crate::appointments::AppointmentRow;
use crate::error::Result;
use crate::seal::MEETING_LINK;
use crate::single_mails::book_again;
use crate::tasks::{self, Concern};
use crate::tx::Tx;
use crate::{booking_links, db, preferences, visit_types};

statements! {
    // Locks the client for the rest of the transaction.
    HOLD = "UPDATE person SET created_at = created_at WHERE id = $1";
    // What staff said of the client's other appointments.
    MISSED = "
        SELECT a.client, a.kind, a.start_at,
            (SELECT o.state FROM appointment o
                WHERE o.client = a.client AND o.id <> a.id AND o.state IN ('completed', 'no_show')
                    AND (o.start_at < a.start_at OR (o.start_at = a.start_at AND o.id < a.id))
                ORDER BY o.start_at DESC, o.id DESC LIMIT 1) AS said_before,
            (SELECT COUNT(*) FROM appointment o
                WHERE o.client = a.client AND o.id <> a.id AND o.state = 'no_show'
                    AND (o.start_at > a.start_at OR (o.start_at = a.start_at AND o.id > a.id)))
                AS missed_since,
            (SELECT COUNT(*) FROM appointment o
                WHERE o.client = a.client AND o.id <> a.id AND o.state = 'completed'
                    AND (o.start_at > a.start_at OR (o.start_at = a.start_at AND o.id > a.id)))
                AS kept_since
        FROM appointment a WHERE a.id = $1";
    // Whoever held it, or whoever serves the client instead by now.
    WORKER = "
        SELECT g.account FROM assignment g JOIN appointment a ON a.client = g.client
        WHERE a.id = $1 AND g.from_at <= $2 AND (g.ended_at IS NULL OR g.ended_at > $2)
        ORDER BY CASE WHEN g.account = a.organizer THEN 0 ELSE 1 END, g.from_at, g.id LIMIT 1";
    // Whoever held it serves the client still, and has said when they can be booked.
    BOOKABLE = "
        SELECT w.id FROM account w
            JOIN resource r ON r.account = w.id
            JOIN assignment g ON g.account = w.id AND g.client = $2 AND g.from_at <= $3
                AND (g.ended_at IS NULL OR g.ended_at > $3)
        WHERE w.id = $1 AND w.role = 'case_manager' AND w.ended_at IS NULL
            AND EXISTS (SELECT 1 FROM availability v WHERE v.resource = r.id)
        LIMIT 1";
    ADDRESSES = "
        SELECT COUNT(*) FROM address
        WHERE person = $1 AND channel = 'email' AND ended_at IS NULL AND refused_at IS NULL
            AND confirmed_at IS NOT NULL";
    FINISH = "
        UPDATE task SET done_at = $2
        WHERE appointment = $1 AND done_at IS NULL AND kind IN ('no_show', 'call_client')";
}

#[derive(sqlx::FromRow)]
struct MissedRow {
    client: Uuid,
    kind: String,
    start_at: i64,
    said_before: Option<String>,
    missed_since: i64,
    kept_since: i64,
}

/// An appointment to which its client did not come, among their others.
pub(crate) async fn missed(tx: &mut Tx, appointment: Uuid) -> Result<(PersonId, Missed)> {
    let row: MissedRow = tx.sql(MISSED).bind(appointment).one().await?;
    let before = row.said_before.as_deref().map(db::appointment_state);
    let before = before.transpose()?;
    let missed = Missed {
        kind: db::appointment_kind(&row.kind)?,
        start: db::at(row.start_at),
        before: before == Some(AppointmentState::NoShow),
        after: row.missed_since > 0,
        kept_since: row.kept_since > 0,
    };
    Ok((row.client.into(), missed))
}

/// How the client can be written to.
pub(crate) async fn reach(tx: &mut Tx, client: PersonId) -> Result<Reach> {
    let wish = preferences::read(tx, client).await?;
    let (addresses,): (i64,) = tx.sql(ADDRESSES).bind(client.uuid()).one().await?;
    Ok(Reach {
        hours: MailHours {
            zone: preferences::zone(tx, &wish.zone),
            safe: preferences::safe_hours(&wish)?,
        },
        reachable: addresses > 0,
        wants_mail: wish.reminders,
    })
}

/// Staff have said how an appointment went: `appointment` is how it stood before. Of two that are said of one client at
/// once, by two workers whose time is locked apart, the later one waits here and knows of the other.
pub(crate) async fn follow(
    tx: &mut Tx,
    caller: &Caller,
    appointment: &AppointmentRow,
    outcome: Outcome,
) -> Result<()> {
    let was_missed = appointment.state()? == AppointmentState::NoShow;
    tx.sql(HOLD).bind(appointment.client).run().await?;
    match (was_missed, outcome) {
        // Said anew: what follows has followed.
        (true, Outcome::NoShow) | (false, Outcome::Completed) => Ok(()),
        (true, Outcome::Completed) => take_back(tx, caller, appointment.id).await,
        (false, Outcome::NoShow) => did_not_come(tx, caller, appointment).await,
    }
}

async fn did_not_come(tx: &mut Tx, caller: &Caller, appointment: &AppointmentRow) -> Result<()> {
    let (client, missed) = missed(tx, appointment.id).await?;
    let reach = reach(tx, client).await?;
    match no_show::follow(&missed, &reach, tx.now()) {
        Follow::Nothing => Ok(()),
        Follow::Call => ask(tx, appointment, TaskKind::CallClient).await,
        Follow::Tell(mail) => {
            let id = AppointmentId::from(appointment.id);
            if let Some(mail) = mail
                && !book_again::stands(tx, id).await?
            {
                let link = link(tx, caller, appointment, (&reach, mail)).await?;
                book_again::plan(tx, (id, client), link, mail).await?;
            }
            ask(tx, appointment, TaskKind::NoShow).await
        }
    }
}

/// Asks whoever held it, or whoever serves the client by now.
async fn ask(tx: &mut Tx, appointment: &AppointmentRow, kind: TaskKind) -> Result<()> {
    let now = tx.now().micros();
    let worker = tx.sql(WORKER).bind(appointment.id).bind(now);
    let worker = worker.maybe::<(Uuid,)>().await?;
    let concern = Concern {
        account: worker
            .map_or(appointment.organizer, |(account,)| account)
            .into(),
        client: appointment.client(),
        person: appointment.client(),
        appointment: Some(appointment.id.into()),
    };
    tasks::raise(tx, kind, &concern).await
}

/// A link by which the client books again with whoever held the visit, if there is anything to be booked.
async fn link(
    tx: &mut Tx,
    caller: &Caller,
    appointment: &AppointmentRow,
    (reach, mail): (&Reach, Planned),
) -> Result<Option<BookingLinkId>> {
    let (client, now) = (appointment.client(), tx.now().micros());
    let bookable = tx.sql(BOOKABLE).bind(appointment.organizer);
    let bookable = bookable.bind(client.uuid()).bind(now);
    if bookable.maybe::<(Uuid,)>().await?.is_none() {
        return Ok(None);
    }
    let missed = appointment.kind()?;
    let offered = visit_types::offers(tx).await?;
    let kinds: Vec<Offered> = offered.iter().map(|(offered, _)| *offered).collect();
    let visit_type = appointment.visit_type.map(Into::into);
    let Some(again) = no_show::book_as(visit_type, missed, &kinds) else {
        return Ok(None);
    };
    let minutes = offered.iter().find(|(offered, _)| *offered == again);
    let minutes = minutes.map_or(appointment.minutes(), |(_, minutes)| *minutes);
    let meeting_link = match &appointment.meeting_link {
        Some(sealed) if again.kind == AppointmentKind::Video => {
            tx.open_if_there(MEETING_LINK, appointment.id, sealed)
                .await?
        }
        _ => None,
    };
    let first = reach.hours.zone.date(mail.due);
    let asked = BookingLink {
        op_id: OpId::from_bytes(tx.random()),
        kind: again.kind,
        minutes,
        visit_type: Some(again.visit_type),
        meeting_link: meeting_link.as_deref().map(MeetingLink::new).transpose()?,
        first,
        last: plus_days(first, i32::from(limits::NO_SHOW_LINK_DAYS) - 1),
        workers: vec![appointment.organizer()],
        valid_days: limits::NO_SHOW_LINK_DAYS,
        mail: false,
    };
    booking_links::make_one(tx, caller, client, &asked).await
}

/// They came after all: nobody is to do anything, and what has not left does not leave.
async fn take_back(tx: &mut Tx, caller: &Caller, appointment: Uuid) -> Result<()> {
    let now = tx.now().micros();
    tx.sql(FINISH).bind(appointment).bind(now).run().await?;
    if let Some((client, link)) = book_again::cancel(tx, AppointmentId::from(appointment)).await? {
        booking_links::take_one_back(tx, caller, (client, link)).await?;
    }
    Ok(())
}
