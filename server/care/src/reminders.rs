//! The reminder plan: which mails an appointment wants.
//!
//! [`plan`] is a function of what is true (scheduling.md, section 3). It is asked again inside the
//! transaction of every change, and what it no longer wants is cancelled there; so nobody gets a mail
//! about a time that no longer stands. It does not know what was sent before: the rows do.
//!
//! | step | due | worthless after | to |
//! |---|---|---|---|
//! | invitation | when booked or moved | the end | everybody |
//! | … of a series, to who was not told | the same, not before 28 days ahead | the end | everybody |
//! | three days | `-P3D@10:00` | 30 h before | client, caregivers |
//! | one day | `-P1D@10:00` | 3 h before | client, caregivers |
//! | one hour | `-PT60M` | the start | client, caregivers |
//! | room open | `-PT10M`, video with a link | the end | client, caregivers |
//! | cancellation | when called off | the end | who was told |
//! | cancellation | when they left | the end | a caregiver who was told, if the client wants it |
//!
//! `@10:00` is on the clocks of the recipient's zone and `P1D` is a calendar day there; `PT60M` is
//! elapsed time.

use protocol::{
    AppointmentKind, AppointmentState, ParticipantId, Response, Role, Step, Timestamp, limits,
};

use crate::civil::{CivilTime, Zone, plus_days};

/// A reminder due sooner than this after the confirmation would only repeat it, seconds.
const FRESH_S: i64 = 2 * 3_600;
/// A reminder that is moved out of the night leaves at least this long before the start, seconds.
const LEFT_S: i64 = 2 * 3_600;
/// Reminders of whole days come at this minute of the recipient's day.
const MORNING: u16 = 10 * 60;
/// Nobody is reminded from this minute of their day …
pub(crate) const QUIET_FROM: u16 = 21 * 60;
/// … to this one.
pub(crate) const QUIET_UNTIL: u16 = 8 * 60;
/// What cannot come later comes at this minute of the evening before.
const EVENING: u16 = 20 * 60 + 30;

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
    /// When this sequence was booked, moved or called off.
    pub told_at: Timestamp,
    /// A video appointment has its meeting link.
    pub has_link: bool,
    /// One of a series: people are told of it when it comes near, not of half a year at once.
    pub in_series: bool,
    /// Called off: when people are told, if not at `told_at` (a cancel can be taken back for a while).
    pub cancel_notice_at: Option<Timestamp>,
}

/// What the plan needs to know of one participant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "five independent facts, each loaded from its own place"
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
    /// that was not done.
    pub cleared_at: Option<Timestamp>,
    /// An invitation may have reached them.
    pub told: bool,
    /// Wants to be reminded.
    pub wants_reminders: bool,
    /// What they have said.
    pub response: Response,
}

/// One mail that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// To whom.
    pub participant: ParticipantId,
    /// What for.
    pub step: Step,
    /// When it is sent; may have passed.
    pub due: Timestamp,
    /// After this it is worthless. Never before `due`.
    pub not_after: Timestamp,
}

/// Every mail that the appointment wants, at most one for each participant and step; recipient by
/// recipient, steps in order. A mail that is worthless at `now` is not wanted; one that was due before
/// `now` and is not yet worthless is, and whoever sends decides.
pub fn plan(visit: &Visit, recipients: &[Recipient], now: Timestamp) -> Vec<Planned> {
    let hears = |to: &&Recipient| to.reachable && (to.takes_part || to.cleared_at.is_some());
    let mails = recipients.iter().filter(hears);
    let mails = mails.flat_map(|to| {
        let steps = Step::ALL.iter().filter(|step| wants(visit, to, **step));
        steps.filter_map(|step| time(visit, to, *step))
    });
    mails
        .filter(|mail| mail.due <= mail.not_after && now <= mail.not_after)
        .collect()
}

/// Whether this step is for this recipient, as things stand.
fn wants(visit: &Visit, to: &Recipient, step: Step) -> bool {
    use AppointmentState as State;
    if !to.takes_part {
        let stands = matches!(visit.state, State::Booked | State::Cancelled);
        return step == Step::Cancellation && to.told && stands;
    }
    let by_state = match visit.state {
        State::Booked => step != Step::Cancellation,
        State::CheckedIn | State::InProgress => step == Step::RoomOpen,
        State::Cancelled => step == Step::Cancellation,
        State::Requested | State::Held | State::Completed | State::NoShow => false,
    };
    let by_person = match step {
        Step::Invitation => true,
        Step::Cancellation => to.told,
        Step::ThreeDays | Step::OneDay | Step::OneHour => {
            is_reminded(to) && to.response != Response::Accepted
        }
        Step::RoomOpen => is_reminded(to) && visit.kind == AppointmentKind::Video && visit.has_link,
        // About no appointment.
        Step::Agenda | Step::Unread | Step::Digest => false,
    };
    by_state && by_person
}

/// Reminders are for the people served; staff have their agenda.
fn is_reminded(to: &Recipient) -> bool {
    matches!(to.role, Role::Client | Role::Caregiver)
        && to.wants_reminders
        && to.response != Response::Declined
}

/// When the step is due and when it is worthless; nothing if it falls to a rule about time.
fn time(visit: &Visit, to: &Recipient, step: Step) -> Option<Planned> {
    let before = |seconds: i64| visit.start.plus_seconds(-seconds);
    let morning = |days: i32| at_days_before(&to.zone, visit.start, days, MORNING);
    let (due, not_after) = match step {
        Step::Invitation => (invited_at(visit, to), visit.end),
        Step::Cancellation => {
            let called_off = visit.cancel_notice_at.unwrap_or(visit.told_at);
            (to.cleared_at.unwrap_or(called_off), visit.end)
        }
        Step::ThreeDays => (morning(3), before(30 * 3_600)),
        Step::OneDay => (morning(1), before(3 * 3_600)),
        Step::OneHour => (before(3_600), visit.start),
        Step::RoomOpen => (before(600), visit.end),
        Step::Agenda | Step::Unread | Step::Digest => return None,
    };
    let due = match step {
        Step::ThreeDays | Step::OneDay | Step::OneHour | Step::RoomOpen => {
            let due = keep_quiet(visit, &to.zone, step, (due, not_after))?;
            Some(due).filter(|due| *due >= visit.told_at.plus_seconds(FRESH_S))?
        }
        _ => due,
    };
    Some(Planned {
        participant: to.participant,
        step,
        due,
        not_after,
    })
}

/// When somebody is told of a visit that was booked or moved: at once, unless it is one of a series and they
/// never heard of it.
fn invited_at(visit: &Visit, to: &Recipient) -> Timestamp {
    if !visit.in_series || to.told {
        return visit.told_at;
    }
    let days = i64::from(limits::SERIES_TOLD_DAYS);
    visit.told_at.max(visit.start.plus_seconds(-days * 86_400))
}

/// Moves a reminder out of the recipient's night: later, if that leaves time enough, or else to the
/// evening before. That the room is open is news of the moment: it is never moved, only dropped.
fn keep_quiet(
    visit: &Visit,
    zone: &Zone,
    step: Step,
    (due, not_after): (Timestamp, Timestamp),
) -> Option<Timestamp> {
    let civil = zone.civil(due);
    if !is_quiet(civil) {
        return Some(due);
    }
    if step == Step::RoomOpen {
        return None;
    }
    let before_midnight = civil.minute() >= QUIET_FROM;
    let evening = plus_days(civil.date(), if before_midnight { 0 } else { -1 });
    let later = zone.resolve(CivilTime::at_minute(plus_days(evening, 1), QUIET_UNTIL));
    let earlier = zone.resolve(CivilTime::at_minute(evening, EVENING));
    let leaves_time = later.plus_seconds(LEFT_S) <= visit.start && later <= not_after;
    let moved = if leaves_time { later } else { earlier };
    // A clock change can make night of the new time too.
    (!is_quiet(zone.civil(moved))).then_some(moved)
}

/// Whether it is night on the clock.
pub(crate) fn is_quiet(civil: CivilTime) -> bool {
    !(QUIET_UNTIL..QUIET_FROM).contains(&civil.minute())
}

/// That minute of the day so many calendar days before the day of `t`.
fn at_days_before(zone: &Zone, t: Timestamp, days: i32, minute: u16) -> Timestamp {
    zone.resolve(CivilTime::at_minute(plus_days(zone.date(t), -days), minute))
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
