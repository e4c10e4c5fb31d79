//! What becomes of a row that is due, decided again from what is true now: sent, put off, made to wait, or dropped with
//! its reason. Nobody is told of a state that was no longer true when the lease was taken.

use std::collections::HashMap;
use std::collections::hash_map::Entry as MapEntry;

use care::email::EmailAddress;
use care::quiet::{Leave, Leaves};
use care::reminders::{self, Planned, Visit};
use protocol::{AppointmentId, Step, Timestamp};
use uuid::Uuid;

use super::due::{About, Due, message_id};
use super::due_rows::DueRow;
use super::facts::{Pins, allowed, facts, pins, times};
use super::unread::{self, Said};
use super::{agenda, recipients, untold};
use crate::appointments::AppointmentRow;
use crate::db;
use crate::error::{Error, Result};
use crate::return_tokens::Kind;
use crate::seal::ADDRESS;
use crate::series::mails;
use crate::tx::Tx;
use crate::{appointments, preferences, return_tokens};

/// What becomes of a due row.
pub(super) enum Decision {
    /// It leaves, as written from these.
    Send(Box<Due>, Pins, Leave),
    /// Waits for one that is under way to the same person about the same appointment.
    Wait,
    /// Is decided again then.
    PutOff(Timestamp),
    /// It does not leave: its state, and why.
    Drop(&'static str, &'static str),
}

/// An appointment as it stands, and how it does in its series.
struct Stands {
    appointment: AppointmentRow,
    visit: Visit,
}

/// What is to be known of rows that are due together while one after the other is decided.
pub(super) struct Decisions {
    /// Of these a later reminder is due as well.
    superseded: Vec<Uuid>,
    /// What is to be sent to each participant.
    first: HashMap<Uuid, Step>,
    /// What they are about, read once for all of its mails.
    visits: HashMap<Uuid, Stands>,
    now: Timestamp,
}

impl Decisions {
    /// Of all that is due at `now`.
    pub(super) fn about(rows: &[DueRow], now: Timestamp) -> Result<Self> {
        Ok(Self {
            superseded: superseded(rows)?,
            first: HashMap::new(),
            visits: HashMap::new(),
            now,
        })
    }

    /// What becomes of the next of them.
    pub(super) async fn decide(&mut self, tx: &mut Tx, row: &DueRow) -> Result<Decision> {
        if self.superseded.contains(&row.id) {
            return Ok(Decision::Drop("skipped", "superseded"));
        }
        if let Some(decision) = behind(row, &self.first)? {
            return Ok(decision);
        }
        let decision = decide(tx, row, &mut self.visits, self.now).await;
        let dropped = |(state, reason)| Decision::Drop(state, reason);
        let decision = decision.or_else(|error| unreadable(error).map(dropped))?;
        if let Decision::Send(due, ..) = &decision {
            self.first.extend(row.participant.map(|to| (to, due.step)));
        }
        Ok(decision)
    }

    /// The visit of which news was dropped, if it may have spoken for its series: while it was in hand no other was to.
    pub(super) fn spoke(&self, row: &DueRow, reason: &str) -> Option<AppointmentId> {
        let visit = &self.visits.get(&row.appointment?)?.appointment;
        let spoke = reason == "changed" && row.step == Step::Invitation.as_str();
        (spoke && visit.series.is_some()).then(|| visit.id.into())
    }
}

/// Of several reminders that are due for one participant only the latest is worth sending.
fn superseded(rows: &[DueRow]) -> Result<Vec<Uuid>> {
    let mut latest: HashMap<Uuid, Uuid> = HashMap::new();
    let mut superseded = Vec::new();
    for row in rows.iter().filter(|row| row.state == "planned") {
        if let (true, Some(participant)) = (db::step(&row.step)?.is_reminder(), row.participant)
            && let Some(earlier) = latest.insert(participant, row.id)
        {
            superseded.push(earlier);
        }
    }
    Ok(superseded)
}

/// Mails to one participant leave one after the other, and a reminder that would leave right after news
/// of the appointment itself only repeats it. `first`: what was just taken in hand for whom.
fn behind(row: &DueRow, first: &HashMap<Uuid, Step>) -> Result<Option<Decision>> {
    let Some(first) = row.participant.and_then(|to| first.get(&to)) else {
        return Ok(None);
    };
    let repeats = db::step(&row.step)?.is_reminder() && !first.is_reminder();
    Ok(Some(if repeats {
        Decision::Drop("skipped", "superseded")
    } else {
        Decision::Wait
    }))
}

/// A row that cannot be read never stops the others: it has failed, and a human is asked. (If it is the
/// database that broke, noting this fails too, and nothing of the transaction stays.)
pub(crate) fn unreadable(error: Error) -> Result<(&'static str, &'static str)> {
    if matches!(error, Error::Busy) {
        return Err(error);
    }
    tracing::error!(%error, "a planned mail cannot be read");
    Ok(("failed", "unreadable"))
}

/// What needs no look at anything else.
fn out_of_question(row: &DueRow, now: Timestamp) -> Option<Decision> {
    if row.ahead > 0 {
        return Some(Decision::Wait);
    }
    // Twice it may have arrived already: once more would be once too often.
    if row.began >= 2 {
        return Some(Decision::Drop("failed", "outcome_unknown"));
    }
    let too_late = now.micros() > row.not_after;
    too_late.then_some(Decision::Drop("skipped", "too_late"))
}

/// Why there is no address to write to.
fn unreachable_because(row: &DueRow) -> &'static str {
    if row.unconfirmed > 0 {
        "address_unconfirmed"
    } else {
        "no_address"
    }
}

async fn decide(
    tx: &mut Tx,
    row: &DueRow,
    visits: &mut HashMap<Uuid, Stands>,
    now: Timestamp,
) -> Result<Decision> {
    if let Some(decision) = out_of_question(row, now) {
        return Ok(decision);
    }
    let Some(account) = row.account else {
        return Ok(Decision::Drop("cancelled", "changed"));
    };
    let step = db::step(&row.step)?;
    let update = match unread::about(tx, (row, account), step, now).await? {
        Some(Said::PutOff(due)) => return Ok(Decision::PutOff(due)),
        Some(Said::Drop(why)) => return Ok(Decision::Drop("skipped", why.as_str())),
        Some(Said::Send(about)) => Some(about),
        None => None,
    };
    let (Some(address), Some(value)) = (row.address, &row.address_value) else {
        return Ok(Decision::Drop("skipped", unreachable_because(row)));
    };
    if row.pinned_address.is_some_and(|pinned| pinned != address) && row.began > 0 {
        return Ok(Decision::Drop("failed", "outcome_unknown"));
    }
    let mut pins = pins(tx, row, address, now)?;
    let stands = match row.appointment {
        None => None,
        Some(id) => Some(stands(tx, visits, id).await?),
    };
    let leave = match leaves(tx, row, stands, now)? {
        None => return Ok(Decision::Drop("cancelled", "changed")),
        Some(Leaves::Now(leave)) => leave,
        Some(Leaves::Later(then)) => return Ok(Decision::PutOff(then)),
        Some(Leaves::Never) => return Ok(Decision::Drop("skipped", untold::WHY)),
        Some(Leaves::Over) => return Ok(Decision::Drop("skipped", "too_late")),
    };
    // As it may have left it says more than they allow by now, and otherwise it would be another mail.
    if pins.disclosure > allowed(row)? {
        return Ok(Decision::Drop("failed", "outcome_unknown"));
    }
    let about = match (stands, update) {
        (Some(Stands { appointment, .. }), _) => {
            pins.times = times(tx, row, appointment, now).await?;
            let facts = facts(tx, row, appointment, &pins).await?;
            Some(About::Appointment(Box::new(facts)))
        }
        (None, Some(about)) => Some(about),
        (None, None) => agenda::about(tx, account.into(), row.day.as_deref(), &pins.zone).await?,
    };
    let Some(about) = about else {
        return Ok(Decision::Drop("skipped", "nothing_to_say"));
    };
    // A client's who was erased.
    let Some(text) = tx.open_if_there(ADDRESS, address, value).await? else {
        return Ok(Decision::Drop("skipped", "no_address"));
    };
    let due = Due {
        id: row.id.into(),
        step,
        message_id: message_id(&row.dedupe),
        return_token: return_tokens::write(&tx.core().sealer, Kind::Delivery, row.id),
        to: EmailAddress::parse(&text)?,
        written_at: db::at(pins.written_at),
        language: pins.language,
        zone: preferences::zone(tx, &pins.zone),
        disclosure: pins.disclosure,
        about,
        beside: Vec::new(),
    };
    Ok(Decision::Send(Box::new(due), pins, leave))
}

/// Read once for all of its mails.
async fn stands<'v>(
    tx: &mut Tx,
    visits: &'v mut HashMap<Uuid, Stands>,
    id: Uuid,
) -> Result<&'v Stands> {
    let stands = match visits.entry(id) {
        MapEntry::Occupied(read) => read.into_mut(),
        MapEntry::Vacant(unread) => {
            let appointment = appointments::read(tx, id.into()).await?;
            let place = mails::place(tx, &appointment).await?;
            let visit = super::visit(&appointment, place.as_ref())?;
            unread.insert(Stands { appointment, visit })
        }
    };
    Ok(stands)
}

/// What becomes of the mail now; of one about an appointment the plan is asked again for this one recipient, and
/// nothing if it wants the mail no more.
fn leaves(
    tx: &Tx,
    row: &DueRow,
    stands: Option<&Stands>,
    now: Timestamp,
) -> Result<Option<Leaves>> {
    let Some(Stands { appointment, visit }) = stands else {
        let hours = row.part.hours.read(tx)?;
        return Ok(Some(
            hours.leave(now, |then| then.micros() <= row.not_after),
        ));
    };
    if row.ics_sequence != appointment.ics_sequence {
        return Ok(None);
    }
    let to = recipients::of_due(tx, row, visit.sequence)?;
    let step = db::step(&row.step)?;
    let wanted = reminders::plan(visit, std::slice::from_ref(&to), now);
    let this = |one: &Planned| one.step == step && one.series == row.series.is_some();
    if !wanted.iter().any(|one| this(one) && one.way.is_mail()) {
        return Ok(None);
    }
    let worthless = (step, db::at(row.not_after));
    Ok(Some(reminders::leave(visit, &to, worthless, now)))
}
