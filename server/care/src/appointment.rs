//! What an appointment request must be before anybody looks into the database, and which states allow
//! which change. Pure: the store asks these in the transaction of the act.

use std::fmt;

use protocol::http::{BookAppointment, ChangeTeam, CloseAppointment, MoveAppointment};
use protocol::{
    AccountId, AppointmentKind, AppointmentState, Code, NextStep, OpId, Outcome, PersonId, Refusal,
    Scope, Timestamp, VisitTypeId, limits,
};
use zeroize::Zeroizing;

use crate::civil::CivilTime;
use crate::place::Place;
use crate::private::Note;
use crate::series::Occurrence;

/// Where a video appointment happens: an https address. Whoever has it can walk in, so it does not
/// print itself.
#[derive(Clone, PartialEq, Eq)]
pub struct MeetingLink(Zeroizing<String>);

impl MeetingLink {
    /// An https address with a host and without a user name, at most
    /// [`limits::MEETING_LINK_BYTES_MAX`] bytes; else [`Code::MeetingLinkInvalid`].
    pub fn new(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        let url = url::Url::parse(text).ok();
        let good = text.len() <= limits::MEETING_LINK_BYTES_MAX
            && url.is_some_and(|url| {
                url.scheme() == "https"
                    && url.has_host()
                    && url.username().is_empty()
                    && url.password().is_none()
            });
        if !good {
            return Err(Refusal::new(
                Code::MeetingLinkInvalid,
                "meeting_link: must be an https address",
            ));
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// The address, for someone who takes part.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for MeetingLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MeetingLink(masked)")
    }
}

/// A booking whose form is good. Whether the time is free and the people may come is the store's.
#[derive(Debug, Clone)]
pub struct Booking {
    /// The request's id.
    pub op_id: OpId,
    /// The client.
    pub client: PersonId,
    /// Where it happens.
    pub kind: AppointmentKind,
    /// When it begins, on the clocks of the zone.
    pub civil: CivilTime,
    /// The zone's name; if absent the one that the kind says ([`crate::place::anchor`]).
    pub zone: Option<String>,
    /// How long.
    pub minutes: u16,
    /// As what kind of visit, if as one.
    pub visit_type: Option<VisitTypeId>,
    /// Caregivers who take part, each once.
    pub caregivers: Vec<PersonId>,
    /// Who else of the staff takes part, each once.
    pub staff: Vec<AccountId>,
    /// Where a video appointment happens.
    pub meeting_link: Option<MeetingLink>,
    /// Where one goes for any that is neither by video nor by phone.
    pub place: Option<Place>,
    /// Which one of a series it is, if one.
    pub occurrence: Option<Occurrence>,
}

impl Booking {
    /// Checks a request's form. [`Code::TimeMalformed`], [`Code::BadRequest`] (minutes, a link for
    /// something that is not video, what [`Place::of`] says), [`Code::TooManyParticipants`],
    /// [`Code::MeetingLinkInvalid`].
    pub fn check(request: BookAppointment) -> Result<Self, Refusal> {
        let staff = check_staff(request.staff)?;
        // The client and the case manager take part besides those.
        let others = limits::PARTICIPANTS_MAX - 2 - staff.len();
        if request.caregivers.len() > others {
            return Err(Refusal::new(
                Code::TooManyParticipants,
                format!("caregivers: at most {others}"),
            ));
        }
        let meeting_link = request.meeting_link.as_deref().map(MeetingLink::new);
        if meeting_link.is_some() && request.kind != AppointmentKind::Video {
            return Err(Refusal::new(
                Code::BadRequest,
                "meeting_link: only for video",
            ));
        }
        let mut caregivers = request.caregivers;
        caregivers.sort_unstable();
        caregivers.dedup();
        Ok(Self {
            op_id: request.op_id,
            client: request.client,
            kind: request.kind,
            civil: CivilTime::parse(&request.civil_start)?,
            zone: request.zone,
            minutes: check_minutes(request.minutes)?,
            visit_type: request.visit_type,
            caregivers,
            staff,
            meeting_link: meeting_link.transpose()?,
            place: Place::of(request.kind, request.place.as_deref())?,
            occurrence: None,
        })
    }
}

/// A move whose form is good.
#[derive(Debug, Clone)]
pub struct Move {
    /// The request's id.
    pub op_id: OpId,
    /// The sequence that the caller saw.
    pub sequence: u32,
    /// When it now begins.
    pub civil: CivilTime,
    /// In which zone; unchanged if absent.
    pub zone: Option<String>,
    /// How long; unchanged if absent.
    pub minutes: Option<u16>,
    /// Of a series: which others move by as much.
    pub scope: Scope,
    /// Of a series: visits that cannot be moved stay.
    pub skip_conflicts: bool,
}

impl Move {
    /// Checks a request's form, as [`Booking::check`].
    pub fn check(request: MoveAppointment) -> Result<Self, Refusal> {
        Ok(Self {
            op_id: request.op_id,
            sequence: request.sequence,
            civil: CivilTime::parse(&request.civil_start)?,
            zone: request.zone,
            minutes: request.minutes.map(check_minutes).transpose()?,
            scope: request.scope,
            skip_conflicts: request.skip_conflicts,
        })
    }
}

/// Who else of the staff takes part from now on, in good form.
#[derive(Debug, Clone)]
pub struct TeamChange {
    /// The request's id.
    pub op_id: OpId,
    /// The sequence that the caller saw.
    pub sequence: u32,
    /// Who takes part besides whoever is booked, each once.
    pub staff: Vec<AccountId>,
    /// The caller is booked in the place of whoever is.
    pub take_over: bool,
}

impl TeamChange {
    /// Checks a request's form. [`Code::TooManyParticipants`].
    pub fn check(request: ChangeTeam) -> Result<Self, Refusal> {
        Ok(Self {
            op_id: request.op_id,
            sequence: request.sequence,
            staff: check_staff(request.staff)?,
            take_over: request.take_over,
        })
    }
}

/// How an appointment went, in good form.
#[derive(Debug, Clone)]
pub struct Closing {
    /// The request's id.
    pub op_id: OpId,
    /// The sequence that the caller saw.
    pub sequence: u32,
    /// How it ended.
    pub outcome: Outcome,
    /// What comes next.
    pub next_step: NextStep,
    /// What there is to remember.
    pub note: Note,
}

impl Closing {
    /// Checks a request's form. [`Code::TooLarge`] for a note that is too long, [`Code::BadRequest`] for
    /// "something else" without a word about what.
    pub fn check(request: &CloseAppointment) -> Result<Self, Refusal> {
        let note = Note::new(&request.note)?;
        if request.next_step == NextStep::Other && note.reveal().is_empty() {
            return Err(Refusal::new(Code::BadRequest, "note: says what comes next"));
        }
        Ok(Self {
            op_id: request.op_id,
            sequence: request.sequence,
            outcome: request.outcome,
            next_step: request.next_step,
            note,
        })
    }
}

/// Who else of the staff takes part, each once; [`Code::TooManyParticipants`] beyond
/// [`limits::APPOINTMENT_STAFF_MAX`].
pub fn check_staff(mut staff: Vec<AccountId>) -> Result<Vec<AccountId>, Refusal> {
    staff.sort_unstable();
    staff.dedup();
    if staff.len() <= limits::APPOINTMENT_STAFF_MAX {
        return Ok(staff);
    }
    Err(Refusal::new(
        Code::TooManyParticipants,
        format!("staff: at most {}", limits::APPOINTMENT_STAFF_MAX),
    ))
}

pub(crate) fn check_minutes(minutes: u16) -> Result<u16, Refusal> {
    let range = limits::APPOINTMENT_MINUTES_MIN..=limits::APPOINTMENT_MINUTES_MAX;
    if range.contains(&minutes) {
        return Ok(minutes);
    }
    Err(Refusal::new(
        Code::BadRequest,
        format!("minutes: {} to {}", range.start(), range.end()),
    ))
}

/// How far an appointment has come: what decides whether it may still be changed, or closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    /// How far it has come.
    pub state: AppointmentState,
    /// Its sequence now, one more once staff have said how it went.
    pub sequence: u32,
    /// When it begins.
    pub start: Timestamp,
}

impl Stage {
    /// Whether it may still be moved or called off, by somebody who saw that sequence:
    /// [`Code::AppointmentState`] once it has begun, is over or was called off,
    /// [`Code::AppointmentChanged`] if they saw another.
    pub fn may_change(&self, seen: u32, now: Timestamp) -> Result<(), Refusal> {
        if self.state != AppointmentState::Booked || self.start <= now {
            return Err(Refusal::new(
                Code::AppointmentState,
                "the appointment has begun, is over or was called off",
            ));
        }
        self.must_be_as(seen)
    }

    /// From when on people are told that staff called it off, which until then can be taken back.
    pub fn notice_at(&self, now: Timestamp) -> Timestamp {
        if self.start <= now.plus_seconds(limits::STAFF_UNDO_START_S) {
            return now;
        }
        now.plus_seconds(limits::STAFF_UNDO_S)
    }

    /// Whether somebody who saw that sequence may take back that it was called off, of which people are told from
    /// `notice` on: [`Code::AppointmentState`] unless it was called off, [`Code::AppointmentChanged`] if they saw
    /// another, [`Code::TooLate`] from `notice` on.
    pub fn may_take_back(
        &self,
        seen: u32,
        notice: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if self.state != AppointmentState::Cancelled {
            return Err(Refusal::new(
                Code::AppointmentState,
                "the appointment was not called off",
            ));
        }
        self.must_be_as(seen)?;
        if notice.is_some_and(|notice| now < notice) {
            return Ok(());
        }
        Err(Refusal::new(Code::TooLate, "people are told of it already"))
    }

    /// Whether somebody who saw that sequence may say how it went, or say it anew:
    /// [`Code::AppointmentState`] before it has begun and of one that was called off,
    /// [`Code::AppointmentChanged`] if they saw another.
    pub fn may_close(&self, seen: u32, now: Timestamp) -> Result<(), Refusal> {
        if !self.is_to_be_closed(now) {
            return Err(Refusal::new(
                Code::AppointmentState,
                "the appointment has not begun, or was called off",
            ));
        }
        self.must_be_as(seen)
    }

    /// Whether it has begun, so that one may say how it went.
    pub fn is_to_be_closed(&self, now: Timestamp) -> bool {
        self.state != AppointmentState::Cancelled && self.start <= now
    }

    fn must_be_as(&self, seen: u32) -> Result<(), Refusal> {
        if self.sequence == seen {
            return Ok(());
        }
        Err(Refusal::new(
            Code::AppointmentChanged,
            "the appointment has changed; look again",
        ))
    }

    /// As [`Stage::may_change`], for a participant who is not staff: [`Code::TooLate`] within
    /// [`limits::REPLY_CUTOFF_S`] of the start.
    pub fn may_change_oneself(&self, seen: u32, now: Timestamp) -> Result<(), Refusal> {
        self.may_change(seen, now)?;
        if self.start <= now.plus_seconds(limits::REPLY_CUTOFF_S) {
            return Err(Refusal::new(
                Code::TooLate,
                "it is too close to the appointment: please call",
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meeting_link_is_https_and_does_not_print() {
        for bad in [
            "",
            "http://meet.example.org/a",
            "javascript:alert(1)",
            "https://",
            "meet.example.org",
            "https://user:secret@meet.example.org/",
        ] {
            let refusal = MeetingLink::new(bad).unwrap_err();
            assert_eq!(refusal.code, Code::MeetingLinkInvalid, "{bad}");
        }
        let long = format!("https://meet.example.org/{}", "a".repeat(2_000));
        assert!(MeetingLink::new(&long).is_err());
        let link = MeetingLink::new(" https://meet.example.org/room?x=1#y ").unwrap();
        assert_eq!(link.reveal(), "https://meet.example.org/room?x=1#y");
        assert_eq!(format!("{link:?}"), "MeetingLink(masked)");
    }

    #[test]
    fn of_the_staff_each_takes_part_once_and_not_too_many_do() {
        let one = |n: u8| AccountId::from_bytes([n; 16]);
        let named = check_staff(vec![one(2), one(1), one(2)]).unwrap();
        assert_eq!(named, [one(1), one(2)]);
        let most = (1..=5).map(one).collect::<Vec<_>>();
        assert_eq!(most.len(), limits::APPOINTMENT_STAFF_MAX);
        assert!(check_staff([most.clone(), most.clone()].concat()).is_ok());
        let refusal = check_staff([most, vec![one(9)]].concat()).unwrap_err();
        assert_eq!(refusal.code, Code::TooManyParticipants);
    }

    #[test]
    fn what_has_begun_changed_or_comes_soon_is_not_changed_by_a_participant() {
        let now = Timestamp::from_micros(0);
        let at = |seconds| Stage {
            state: AppointmentState::Booked,
            sequence: 3,
            start: now.plus_seconds(seconds),
        };
        let code = |result: Result<(), Refusal>| result.unwrap_err().code;
        assert!(at(1).may_change(3, now).is_ok());
        assert_eq!(code(at(1).may_change(2, now)), Code::AppointmentChanged);
        assert_eq!(code(at(0).may_change(3, now)), Code::AppointmentState);
        let cancelled = Stage {
            state: AppointmentState::Cancelled,
            ..at(9_000)
        };
        assert_eq!(code(cancelled.may_change(3, now)), Code::AppointmentState);
        assert_eq!(code(at(1).may_close(3, now)), Code::AppointmentState);
        assert!(at(0).may_close(3, now).is_ok());
        assert_eq!(code(at(0).may_close(2, now)), Code::AppointmentChanged);
        let gone = Stage {
            start: now,
            ..cancelled
        };
        assert_eq!(code(gone.may_close(3, now)), Code::AppointmentState);
        let wrong = Stage {
            state: AppointmentState::NoShow,
            ..gone
        };
        assert!(wrong.may_close(3, now).is_ok(), "said anew");
        assert!(at(7_201).may_change_oneself(3, now).is_ok());
        assert_eq!(code(at(7_200).may_change_oneself(3, now)), Code::TooLate);
    }

    #[test]
    fn what_staff_called_off_is_taken_back_until_people_are_told_and_of_what_begins_soon_at_once() {
        let now = Timestamp::from_micros(0);
        let off = |seconds| Stage {
            state: AppointmentState::Cancelled,
            sequence: 3,
            start: now.plus_seconds(seconds),
        };
        let code = |result: Result<(), Refusal>| result.unwrap_err().code;
        let notice = off(3_601).notice_at(now);
        assert_eq!(notice, now.plus_seconds(60));
        assert_eq!(off(3_600).notice_at(now), now, "it begins within the hour");

        let take_back = |seen, notice, now| off(3_601).may_take_back(seen, notice, now);
        assert!(take_back(3, Some(notice), now.plus_seconds(59)).is_ok());
        let late = take_back(3, Some(notice), now.plus_seconds(60));
        assert_eq!(code(late), Code::TooLate);
        assert_eq!(code(take_back(3, Some(now), now)), Code::TooLate);
        assert_eq!(code(take_back(3, None, now)), Code::TooLate);
        let other = take_back(2, Some(notice), now);
        assert_eq!(code(other), Code::AppointmentChanged);
        let on = Stage {
            state: AppointmentState::Booked,
            ..off(3_601)
        };
        let on = on.may_take_back(3, Some(notice), now);
        assert_eq!(code(on), Code::AppointmentState);
    }
}
