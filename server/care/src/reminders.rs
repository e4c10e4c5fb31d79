//! The reminder plan: which mails an appointment wants, and what somebody must tell in another way.
//!
//! [`plan`] is a function of what is true (scheduling.md, section 3). It is asked again inside the
//! transaction of every change, and what it no longer wants is cancelled there; so nobody gets a mail
//! about a time that no longer stands. It does not know what was sent before: the rows do.
//!
//! | step | due | worthless after | to |
//! |---|---|---|---|
//! | invitation | when booked or moved, or others of the staff come, or its place changes | the end | everybody |
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
//! itself, it is elsewhere, or what is in their calendar no longer holds.
//!
//! `@10:00` is on the clocks of the recipient's zone and `P1D` is a calendar day there; `PT60M` is
//! elapsed time.
//!
//! Reminders come by day on the recipient's clocks: one of the night waits for the morning or comes the evening
//! before, and is never dropped for it. That holds right before it leaves too ([`leave`]): what an outage or a busy
//! mail server has delayed into the night waits for the morning, unless it is worthless by then. News of a booking,
//! a move or a cancel comes at once, by night as well, for somebody is awake who made it; if it is late, or made by
//! nobody because the law of the clocks changed, it waits too if the morning leaves time enough.
//!
//! Of whoever has safe hours every mail is due within them. What would come outside waits for them to begin,
//! if it is still worth something then; a reminder that cannot wait comes before they end. News that would come
//! too late is a [`Way::Call`]: somebody must tell it in another way. So must they where no address takes a mail
//! ([`Way::Unreachable`]): a client or a caregiver who hears nothing travels to a visit that is off.

use protocol::{AppointmentKind, AppointmentState, ParticipantId, Response, Role, Step, Timestamp};

use crate::civil::{CivilTime, Zone, plus_days};
use crate::quiet::{Leaves, MailHours};

mod why;

pub use why::{why_not, why_then};

/// A reminder due sooner than this after the confirmation would only repeat it, seconds.
const FRESH_S: i64 = 2 * 3_600;
/// A reminder that is moved, out of the night or into safe hours, leaves at least this long before the start, seconds.
const LEFT_S: i64 = 2 * 3_600;
/// A room opens so long before the start, seconds.
const OPENS_S: i64 = 30 * 60;
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
    /// When this sequence was booked, moved or called off, or others of the staff came to it, or its place changed.
    pub told_at: Timestamp,
    /// When it would have begun before it was last moved.
    pub moved_from: Option<Timestamp>,
    /// Nobody booked or moved it: the law of the clocks changed, and with it the instant of its civil time.
    pub by_law: bool,
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
    /// It is not where the series has it, or its place is what changed last; called off, it was by itself.
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
    /// When mails come to them.
    pub hours: MailHours,
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
    /// They know of it without a mail: somebody was asked to tell them of it, or of its series, in another way, or they
    /// have said yes to it.
    pub called: bool,
    /// They have said yes to it as it stands.
    pub agreed: bool,
    /// What they were told of its series.
    pub heard: Heard,
    /// They were added when it was booked already: of its series they take part in what they were added to.
    pub joined: bool,
    /// Wants to be reminded.
    pub wants_reminders: bool,
    /// Even of what they have confirmed.
    pub wants_all_reminders: bool,
    /// What they have said.
    pub response: Response,
}

/// One thing that somebody is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// To whom.
    pub participant: ParticipantId,
    /// What for.
    pub step: Step,
    /// It speaks for the series.
    pub series: bool,
    /// When it is sent; may have passed. If it is told in another way: now.
    pub due: Timestamp,
    /// After this it is worthless. Never before `due`.
    pub not_after: Timestamp,
    /// How they are told.
    pub way: Way,
}

/// How somebody is told something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By a mail.
    Mail,
    /// By a mail, and in another way as well: it comes before the new time, and not before the one that they know.
    MailAndCall,
    /// In another way: no mail would come in time.
    Call,
    /// In another way: no address takes a mail.
    Unreachable,
}

impl Way {
    /// Whether a mail is sent.
    pub const fn is_mail(self) -> bool {
        matches!(self, Self::Mail | Self::MailAndCall)
    }
}

/// Everything that the appointment wants, at most one for each participant and step; recipient by
/// recipient, steps in order. A mail that is worthless at `now` is not wanted; one that was due before
/// `now` and is not yet worthless is, and whoever sends decides.
pub fn plan(visit: &Visit, recipients: &[Recipient], now: Timestamp) -> Vec<Planned> {
    let hears = |to: &&Recipient| to.takes_part || to.cleared_at.is_some();
    let planned = recipients.iter().filter(hears).flat_map(|to| {
        let steps = Step::ALL.iter();
        steps.filter_map(|step| {
            let about = wants(visit, to, *step)?;
            let (way, (due, not_after)) = way(visit, to, *step, now)?;
            Some(Planned {
                participant: to.participant,
                step: *step,
                series: about == For::Series,
                due,
                not_after,
                way,
            })
        })
    });
    planned.collect()
}

/// How somebody is told what they are to be told, when, and until when it is worth something; nothing if it falls to a
/// rule about time, or no mail reaches them and it can go unsaid.
fn way(
    visit: &Visit,
    to: &Recipient,
    step: Step,
    now: Timestamp,
) -> Option<(Way, (Timestamp, Timestamp))> {
    let call = (now, visit.end);
    if !to.reachable {
        return is_missed(visit, to, step, now).then_some((Way::Unreachable, call));
    }
    let mail = time(visit, to, step);
    let mail = mail.filter(|(due, not_after)| due <= not_after && now <= *not_after);
    match (mail, is_late(visit, to, step, now)) {
        (Some(mail), false) => Some((Way::Mail, mail)),
        (Some(mail), true) => Some((Way::MailAndCall, mail)),
        (None, true) => Some((Way::Call, call)),
        (None, false) => None,
    }
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
        State::Cancelled => step == Step::Cancellation,
        State::Completed | State::NoShow => false,
    };
    if !by_state {
        return None;
    }
    let reminder = match step {
        Step::Invitation => return invites(visit, to),
        Step::Cancellation => return calls_off(visit, to),
        Step::ThreeDays | Step::OneDay | Step::OneHour => {
            is_reminded(to) && (to.response != Response::Accepted || to.wants_all_reminders)
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
    let heard = to.told || to.called || to.heard != Heard::Nothing;
    match visit.in_series {
        None => (to.told || to.called).then_some(For::Visit),
        Some(place) if place.first && heard => Some(For::Series),
        Some(place) if place.alone && heard => Some(For::Visit),
        // What is in their calendar is taken out of it, one by one.
        Some(_) => to.told.then_some(For::Visit),
    }
}

/// Staff have their agenda and the app.
fn is_served(to: &Recipient) -> bool {
    matches!(to.role, Role::Client | Role::Caregiver)
}

/// Reminders are for the people served.
fn is_reminded(to: &Recipient) -> bool {
    is_served(to) && to.wants_reminders && to.response != Response::Declined
}

/// Whether it is news of a booking, a move or a cancel that somebody served must hear before the visit begins, though
/// no mail reaches them.
fn is_missed(visit: &Visit, to: &Recipient, step: Step, now: Timestamp) -> bool {
    let is_news = !step.is_reminder() && !knows(to, step);
    is_served(to) && to.takes_part && is_news && now < visit.start
}

/// Whoever has said yes to it need not be called about it.
fn knows(to: &Recipient, step: Step) -> bool {
    to.agreed && step == Step::Invitation
}

/// Whether it is news of a booking, a move or a cancel that no mail brings in time, because it would come outside the
/// safe hours of whom it is for: after the visit began, or would have begun as they know it.
fn is_late(visit: &Visit, to: &Recipient, step: Step, now: Timestamp) -> bool {
    if step.is_reminder() || !to.takes_part || knows(to, step) {
        return false;
    }
    let asked = news_at(visit, to, step);
    let leaves = comes(visit, to, step, asked);
    let misses = |begins: Timestamp| asked < begins && begins <= leaves;
    let known = visit
        .moved_from
        .filter(|_| to.told && step == Step::Invitation);
    now < visit.start && (misses(visit.start) || known.is_some_and(misses))
}

/// When the mail of a step is due and when it is worthless; nothing if it falls to a rule about time.
fn time(visit: &Visit, to: &Recipient, step: Step) -> Option<(Timestamp, Timestamp)> {
    let before = |seconds: i64| visit.start.plus_seconds(-seconds);
    let morning = |days: i32| at_days_before(&to.hours.zone, visit.start, days, MORNING);
    let (due, not_after) = match step {
        Step::Invitation | Step::Cancellation => (news_at(visit, to, step), visit.end),
        Step::ThreeDays => (morning(3), before(30 * 3_600)),
        Step::OneDay => (morning(1), before(3 * 3_600)),
        Step::OneHour => (before(3_600), visit.start),
        Step::RoomOpen => (before(600), visit.end),
        Step::Agenda | Step::Unread | Step::Digest => return None,
    };
    let due = if step.is_reminder() {
        let due = keep_quiet(visit, to, step, (due, not_after))?;
        let told_at = comes(visit, to, Step::Invitation, visit.told_at);
        Some(due).filter(|due| *due >= told_at.plus_seconds(FRESH_S))?
    } else {
        let moved = comes(visit, to, step, due);
        Some(moved).filter(|moved| *moved == due || *moved < visit.start)?
    };
    Some((due, not_after))
}

/// When somebody is told of a booking, a move or a cancel, as far as that depends on no hours of theirs.
fn news_at(visit: &Visit, to: &Recipient, step: Step) -> Timestamp {
    if step == Step::Invitation {
        return visit.told_at;
    }
    let called_off = visit.cancel_notice_at.unwrap_or(visit.told_at);
    to.cleared_at.unwrap_or(called_off)
}

/// When news comes that was made then, by the hours of whom it is for. News that nobody made waits for the morning.
fn comes(visit: &Visit, to: &Recipient, step: Step, made: Timestamp) -> Timestamp {
    let morning = to.hours.next_by_day(made);
    // Nobody is let come at a time that they know from before because of the waiting.
    let misses = |from: Timestamp| made < from && from <= morning;
    let waits = is_by_law(visit, step) && !visit.moved_from.is_some_and(misses);
    if waits && is_in_time(visit, morning, visit.end) {
        morning
    } else {
        to.hours.next(made)
    }
}

fn is_by_law(visit: &Visit, step: Step) -> bool {
    visit.by_law && step == Step::Invitation
}

/// Moves a reminder out of the recipient's night or into their safe hours: later, if that leaves time enough, or
/// else to just before the night or to the end of the last safe hours. That the room is open can wait until the visit
/// begins; outside of safe hours, which somebody chose, it is not said at all.
fn keep_quiet(
    visit: &Visit,
    to: &Recipient,
    step: Step,
    (due, not_after): (Timestamp, Timestamp),
) -> Option<Timestamp> {
    let later = to.hours.next_by_day(due);
    if later == due {
        return Some(due);
    }
    let is_in_time = match step {
        Step::RoomOpen if to.hours.safe.is_some() => return None,
        Step::RoomOpen => later <= visit.start,
        _ => is_in_time(visit, later, not_after),
    };
    Some(if is_in_time {
        later
    } else {
        to.hours.last_by_day(due)
    })
}

/// Whether a reminder that comes then instead leaves time enough.
fn is_in_time(visit: &Visit, later: Timestamp, not_after: Timestamp) -> bool {
    later.plus_seconds(LEFT_S) <= visit.start && later <= not_after
}

/// What becomes of a mail that is due at `now` and wanted.
pub fn leave(
    visit: &Visit,
    to: &Recipient,
    (step, not_after): (Step, Timestamp),
    now: Timestamp,
) -> Leaves {
    if step.is_reminder() {
        let chosen = to.hours.safe.is_some();
        return to.hours.leave_by_day(now, |then| match step {
            // It is late in any case: whatever is not worthless in the morning is worth the waiting.
            _ if !chosen => then <= not_after,
            Step::RoomOpen => false,
            _ => is_in_time(visit, then, not_after),
        });
    }
    let leaves = to
        .hours
        .leave(now, |then| then < visit.start && then <= not_after);
    let morning = to.hours.next_by_day(now);
    let waits =
        morning != now && can_wait(visit, to, step) && is_in_time(visit, morning, not_after);
    match leaves {
        Leaves::Now(_) if waits => Leaves::Later(morning),
        other => other,
    }
}

/// Whether news is not of the moment: it was made by day and is late by night, or nobody made it.
fn can_wait(visit: &Visit, to: &Recipient, step: Step) -> bool {
    let made = news_at(visit, to, step);
    is_by_law(visit, step) || to.hours.next_by_day(made) == made
}

/// Whether a reminder that is written then comes so long before the start that it must not say "in an hour" or "now":
/// the night, or somebody's safe hours, brought it forward.
pub fn is_early(step: Step, start: Timestamp, written: Timestamp) -> bool {
    let usual = match step {
        Step::OneHour => LEFT_S,
        Step::RoomOpen => OPENS_S,
        _ => return false,
    };
    written.plus_seconds(usual) < start
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
