//! The reminder plan: which mails an appointment wants.
//!
//! [`plan`] is a function of what is true (scheduling.md, section 3). It is asked again inside the
//! transaction of every change, and what it no longer wants is cancelled there; so nobody gets a mail
//! about a time that no longer stands. It does not know what was sent before: the rows do.
//!
//! | step | due | worthless after | to |
//! |---|---|---|---|
//! | invitation | when booked or moved, or others of the staff come | the end | everybody |
//! | three days | `-P3D@10:00` | 30 h before | client, caregivers |
//! | one day | `-P1D@10:00` | 3 h before | client, caregivers |
//! | one hour | `-PT60M` | the start | client, caregivers |
//! | room open | `-PT10M`, video with a link | the end | client, caregivers |
//! | cancellation | when called off | the end | who was told |
//! | cancellation | when they left | the end | a caregiver who was told, if the client wants it; staff who were told |
//!
//! Of a series one mail tells: the invitation of its first visit to come speaks for all of them, and so does the
//! cancellation of the first of those that are called off at once. The others are silent until their reminders,
//! the first of which brings the calendar file, but for what somebody must hear of one of them alone: it was moved by
//! itself, or what is in their calendar no longer holds.
//!
//! `@10:00` is on the clocks of the recipient's zone and `P1D` is a calendar day there; `PT60M` is
//! elapsed time.
//!
//! Of whoever has safe hours every mail is due within them. What would come outside waits for them to begin,
//! if it is still worth something then; a reminder that cannot wait comes before they end. News that would come
//! too late is named by [`untold`]: somebody must tell it in another way.

use protocol::{AppointmentKind, AppointmentState, ParticipantId, Response, Role, Step, Timestamp};

use crate::civil::{CivilTime, Zone, plus_days};
use crate::quiet::Window;

/// A reminder due sooner than this after the confirmation would only repeat it, seconds.
const FRESH_S: i64 = 2 * 3_600;
/// A reminder that is moved, out of the night or into safe hours, leaves at least this long before the start, seconds.
const LEFT_S: i64 = 2 * 3_600;
/// Reminders of whole days, and what is not news of the moment, come at this minute of the recipient's day.
pub(crate) const MORNING: u16 = 10 * 60;

/// What the plan needs to know of an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visit {
    /// Where it happens.
    pub kind: AppointmentKind,
    /// How far it has come.
    pub state: AppointmentState,
    /// When it begins.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
    /// Raised with every change that participants are told. Rows of an earlier one are stale.
    pub sequence: u32,
    /// When this sequence was booked, moved or called off, or others of the staff came to it.
    pub told_at: Timestamp,
    /// When it would have begun before it was last moved.
    pub moved_from: Option<Timestamp>,
    /// A video appointment has its meeting link.
    pub has_link: bool,
    /// How it stands in its series, if it is one of a series.
    pub in_series: Option<InSeries>,
    /// Called off: when people are told, if not at `told_at` (a cancel can be taken back for a while).
    pub cancel_notice_at: Option<Timestamp>,
}

/// How an appointment stands in its series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InSeries {
    /// The first of those that are booked and not over; called off, the first of several that were at once. Its
    /// mail speaks for all of these.
    pub first: bool,
    /// It is not where the series has it; called off, it was by itself.
    pub alone: bool,
}

/// What somebody was told of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// Nothing.
    Nothing,
    /// How it stood before.
    Before,
    /// How it stands.
    Now,
}

/// What the plan needs to know of one participant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, each loaded from its own place"
)]
pub struct Recipient {
    /// Their part.
    pub participant: ParticipantId,
    /// In what role.
    pub role: Role,
    /// On whose clocks they live.
    pub zone: Zone,
    /// Has a usable address.
    pub reachable: bool,
    /// Is still a participant; a caregiver: under a live consent. If not, nothing is sent, not even
    /// that (it would tell them of the withdrawal), unless the client asked for it: see `cleared_at`.
    pub takes_part: bool,
    /// Of a caregiver who left: since when the client wants their calendar cleared of it, for as long as
    /// that was not done. Of staff who come no longer: since when, for as long as they were not told.
    pub cleared_at: Option<Timestamp>,
    /// A mail about this appointment alone, or its invitation, may have reached them.
    pub told: bool,
    /// The last one that may have was of an earlier sequence.
    pub outdated: bool,
    /// What they were told of its series.
    pub heard: Heard,
    /// They were added when it was booked already: of its series they take part in what they were added to.
    pub joined: bool,
    /// Wants to be reminded.
    pub wants_reminders: bool,
    /// What they have said.
    pub response: Response,
    /// Mails come in these hours of their day and in no others.
    pub safe_hours: Option<Window>,
}

/// One mail that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// To whom.
    pub participant: ParticipantId,
    /// What for.
    pub step: Step,
    /// It speaks for the series.
    pub series: bool,
    /// When it is sent; may have passed.
    pub due: Timestamp,
    /// After this it is worthless. Never before `due`.
    pub not_after: Timestamp,
}

/// News that no mail brings in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Untold {
    /// To whom.
    pub participant: ParticipantId,
    /// What for.
    pub step: Step,
    /// It would speak for the series.
    pub series: bool,
}

/// Every mail that the appointment wants, at most one for each participant and step; recipient by
/// recipient, steps in order. A mail that is worthless at `now` is not wanted; one that was due before
/// `now` and is not yet worthless is, and whoever sends decides.
pub fn plan(visit: &Visit, recipients: &[Recipient], now: Timestamp) -> Vec<Planned> {
    let hears = |to: &&Recipient| to.reachable && (to.takes_part || to.cleared_at.is_some());
    let mails = recipients.iter().filter(hears);
    let mails = mails.flat_map(|to| {
        let steps = Step::ALL.iter();
        steps.filter_map(|step| time(visit, to, *step, wants(visit, to, *step)?))
    });
    mails
        .filter(|mail| mail.due <= mail.not_after && now <= mail.not_after)
        .collect()
}

/// What a mail speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    Visit,
    Series,
}

/// Whether this step is for this recipient, as things stand, and what it speaks for.
fn wants(visit: &Visit, to: &Recipient, step: Step) -> Option<For> {
    use AppointmentState as State;
    if !to.takes_part {
        let stands = matches!(visit.state, State::Booked | State::Cancelled);
        return (step == Step::Cancellation && to.told && stands).then_some(For::Visit);
    }
    let by_state = match visit.state {
        State::Booked => step != Step::Cancellation,
        State::CheckedIn | State::InProgress => step == Step::RoomOpen,
        State::Cancelled => step == Step::Cancellation,
        State::Requested | State::Held | State::Completed | State::NoShow => false,
    };
    if !by_state {
        return None;
    }
    let reminder = match step {
        Step::Invitation => return invites(visit, to),
        Step::Cancellation => return calls_off(visit, to),
        Step::ThreeDays | Step::OneDay | Step::OneHour => {
            is_reminded(to) && to.response != Response::Accepted
        }
        Step::RoomOpen => is_reminded(to) && visit.kind == AppointmentKind::Video && visit.has_link,
        // About no appointment.
        Step::Agenda | Step::Unread | Step::Digest => false,
    };
    reminder.then_some(For::Visit)
}

/// What an invitation is about, if there is one.
fn invites(visit: &Visit, to: &Recipient) -> Option<For> {
    match visit.in_series {
        None => Some(For::Visit),
        // What is said of the series is not theirs.
        Some(_) if to.joined => Some(For::Visit),
        Some(place) if place.first && to.heard != Heard::Now => Some(For::Series),
        Some(place) => (place.alone || to.outdated).then_some(For::Visit),
    }
}

/// What a cancellation is about, if there is one: nobody is told that something is off of which they never heard.
fn calls_off(visit: &Visit, to: &Recipient) -> Option<For> {
    let heard = to.told || to.heard != Heard::Nothing;
    match visit.in_series {
        Some(place) if place.first && heard => Some(For::Series),
        Some(place) if place.alone && heard => Some(For::Visit),
        // What is in their calendar is taken out of it, one by one.
        _ => to.told.then_some(For::Visit),
    }
}

/// Reminders are for the people served; staff have their agenda.
fn is_reminded(to: &Recipient) -> bool {
    matches!(to.role, Role::Client | Role::Caregiver)
        && to.wants_reminders
        && to.response != Response::Declined
}

/// News of a booking, a move or a cancel that no mail brings in time, because it would come outside the safe
/// hours of whom it is for: after the visit began, or would have begun as they know it. A mail about a move comes
/// all the same, if that is before the new time.
pub fn untold(visit: &Visit, recipients: &[Recipient], now: Timestamp) -> Vec<Untold> {
    let concerned = recipients.iter().filter(|to| to.reachable && to.takes_part);
    let news = concerned.flat_map(|to| {
        let steps = [Step::Invitation, Step::Cancellation].into_iter();
        steps.filter_map(|step| {
            let about = wants(visit, to, step)?;
            let asked = news_at(visit, to, step);
            let leaves = in_safe_hours(to, asked);
            let misses = |begins: Timestamp| asked < begins && begins <= leaves;
            let known = visit
                .moved_from
                .filter(|_| to.told && step == Step::Invitation);
            let late = now < visit.start && (misses(visit.start) || known.is_some_and(misses));
            late.then_some(Untold {
                participant: to.participant,
                step,
                series: about == For::Series,
            })
        })
    });
    news.collect()
}

/// When the step is due and when it is worthless; nothing if it falls to a rule about time.
fn time(visit: &Visit, to: &Recipient, step: Step, about: For) -> Option<Planned> {
    let before = |seconds: i64| visit.start.plus_seconds(-seconds);
    let morning = |days: i32| at_days_before(&to.zone, visit.start, days, MORNING);
    let (due, not_after) = match step {
        Step::Invitation | Step::Cancellation => (news_at(visit, to, step), visit.end),
        Step::ThreeDays => (morning(3), before(30 * 3_600)),
        Step::OneDay => (morning(1), before(3 * 3_600)),
        Step::OneHour => (before(3_600), visit.start),
        Step::RoomOpen => (before(600), visit.end),
        Step::Agenda | Step::Unread | Step::Digest => return None,
    };
    let due = if is_reminder(step) {
        let due = keep_quiet(visit, to, step, (due, not_after))?;
        let told_at = in_safe_hours(to, visit.told_at);
        Some(due).filter(|due| *due >= told_at.plus_seconds(FRESH_S))?
    } else {
        let moved = in_safe_hours(to, due);
        Some(moved).filter(|moved| *moved == due || *moved < visit.start)?
    };
    Some(Planned {
        participant: to.participant,
        step,
        series: about == For::Series,
        due,
        not_after,
    })
}

/// Whether the step repeats what people were told before.
const fn is_reminder(step: Step) -> bool {
    matches!(
        step,
        Step::ThreeDays | Step::OneDay | Step::OneHour | Step::RoomOpen
    )
}

/// When somebody is told of a booking, a move or a cancel, as far as that depends on no hours of theirs.
fn news_at(visit: &Visit, to: &Recipient, step: Step) -> Timestamp {
    if step == Step::Invitation {
        return visit.told_at;
    }
    let called_off = visit.cancel_notice_at.unwrap_or(visit.told_at);
    to.cleared_at.unwrap_or(called_off)
}

/// That time, or the next that is safe.
fn in_safe_hours(to: &Recipient, due: Timestamp) -> Timestamp {
    to.safe_hours.map_or(due, |hours| hours.next(&to.zone, due))
}

/// Moves a reminder out of the recipient's night or into their safe hours: later, if that leaves time enough, or
/// else to just before the night or to the end of the last safe hours. That the room is open is news of the
/// moment: it is never moved, only dropped.
fn keep_quiet(
    visit: &Visit,
    to: &Recipient,
    step: Step,
    (due, not_after): (Timestamp, Timestamp),
) -> Option<Timestamp> {
    let hours = to.safe_hours.unwrap_or(Window::DAY);
    if hours.has(&to.zone, due) {
        return Some(due);
    }
    if step == Step::RoomOpen {
        return None;
    }
    let later = hours.next(&to.zone, due);
    Some(if is_in_time(visit, later, not_after) {
        later
    } else {
        hours.last_before(&to.zone, due)
    })
}

/// Whether a reminder that comes then instead leaves time enough.
fn is_in_time(visit: &Visit, later: Timestamp, not_after: Timestamp) -> bool {
    later.plus_seconds(LEFT_S) <= visit.start && later <= not_after
}

/// When a mail leaves that is due at `now` and wanted: now, or when the recipient's safe hours next begin.
/// Nothing if it is worthless then.
pub fn leaves_at(
    visit: &Visit,
    to: &Recipient,
    (step, not_after): (Step, Timestamp),
    now: Timestamp,
) -> Option<Timestamp> {
    let leaves = in_safe_hours(to, now);
    let worth = match step {
        _ if leaves == now => true,
        Step::RoomOpen => false,
        Step::ThreeDays | Step::OneDay | Step::OneHour => is_in_time(visit, leaves, not_after),
        _ => leaves < visit.start && leaves <= not_after,
    };
    worth.then_some(leaves)
}

/// That minute of the day so many calendar days before the day of `t`.
fn at_days_before(zone: &Zone, t: Timestamp, days: i32, minute: u16) -> Timestamp {
    zone.resolve(CivilTime::at_minute(plus_days(zone.date(t), -days), minute))
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod together;
