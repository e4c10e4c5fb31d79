//! Bodies about appointments: times as clocks show them, booking and what follows, preferences, tasks.

use serde::{Deserialize, Serialize};

use crate::{
    AccountId, AddressState, AppointmentId, AppointmentKind, AppointmentState, CancelReason,
    DeliveryState, Disclosure, Language, NextStep, OpId, Outcome, ParticipantId, PersonId, Reply,
    Response, Role, Scope, Step, TaskId, TaskKind, Timestamp, VisitTypeId,
};

use super::{InSeries, NotBooked};

/// Where links lead that stop mails about unread messages: `/u/<secret>`.
pub const STOP_PATH: &str = "/u/";
/// Where links lead by which somebody says whether an address is theirs: `/c/<secret>`.
pub const ADDRESS_PATH: &str = "/c/";

bodies! {
    /// An instant as clocks show it in one zone, by the server's zone database. Show it as it is:
    /// the zone data of a browser may be older.
    LocalTime {
        /// `2026-12-01T10:00`.
        civil: String,
        /// The distance from UTC, `-06:00`.
        offset: String,
        /// The zone, as the IANA database names it.
        zone: String,
    }

    /// Some days, for a list.
    Span {
        /// The first day, `2026-12-01`, in the reader's zone; today if absent.
        #[serde(default)]
        from: Option<String>,
        /// How many days, at most [`crate::limits::SPAN_DAYS_MAX`]; that many if absent.
        #[serde(default)]
        days: Option<u16>,
    }

    /// Which free slots?
    FindSlots {
        /// The first day, `2026-12-01`, in `zone`.
        from: String,
        /// How many days, at most [`crate::limits::SLOT_DAYS_MAX`].
        days: u16,
        /// How long, minutes.
        minutes: u16,
        /// As what kind of visit, if as one: by its terms.
        #[serde(default)]
        visit_type: Option<VisitTypeId>,
        /// The zone in which the days are counted and the slots are shown; the caller's if absent.
        #[serde(default)]
        zone: Option<String>,
        /// Who else of the staff is free then: account ids with commas between them, at most
        /// [`crate::limits::APPOINTMENT_STAFF_MAX`]; nobody else if absent.
        #[serde(default)]
        staff: Option<String>,
    }

    /// In which zone a visit of the caller's with a client is agreed if no other is wished
    /// ([`BookAppointment::zone`]).
    VisitZones {
        /// Of each kind of place one.
        zones: Vec<VisitZone>,
    }

    /// One of them.
    VisitZone {
        /// Where the visit happens.
        kind: AppointmentKind,
        /// The zone, as the IANA database names it.
        zone: String,
        /// It is that of the site, the office where the caller sees people; else the client's.
        site: bool,
    }

    /// Times at which the caller could be booked, with whoever else was asked about. A hint: the booking decides.
    Slots {
        /// Soonest first.
        slots: Vec<Slot>,
    }

    /// One of them.
    Slot {
        /// When it begins.
        start: Timestamp,
        /// The same on a clock.
        at: LocalTime,
    }

    /// Books the caller for a client.
    BookAppointment {
        /// The request's id: the same one again books once and gets the same answer.
        op_id: OpId,
        /// The client.
        client: PersonId,
        /// Where it happens.
        kind: AppointmentKind,
        /// When it begins: `2026-12-01T10:00` on the clocks of `zone`.
        civil_start: String,
        /// The zone. If absent, for a visit at the office that of the site: the one in which the caller said when they
        /// can be booked; for any other the client's.
        #[serde(default)]
        zone: Option<String>,
        /// How long, minutes.
        minutes: u16,
        /// As what kind of visit, if as one: by its terms, and where it happens.
        #[serde(default)]
        visit_type: Option<VisitTypeId>,
        /// Caregivers who take part, each under a live consent that covers appointments.
        caregivers: Vec<PersonId>,
        /// Who else of the staff takes part: case managers, at most
        /// [`crate::limits::APPOINTMENT_STAFF_MAX`]. The time must be free for each; they need not serve the
        /// client.
        #[serde(default)]
        staff: Vec<AccountId>,
        /// For a video appointment: where it happens, an https address. Sealed at rest.
        #[serde(default)]
        meeting_link: Option<String>,
        /// For one that is neither by video nor by phone: where to go, one line, at most
        /// [`crate::limits::PLACE_CHARS_MAX`]. Sealed at rest.
        #[serde(default)]
        place: Option<String>,
    }

    /// Another time for the same appointment.
    MoveAppointment {
        /// The request's id.
        op_id: OpId,
        /// The [`Appointment::sequence`] that the caller saw.
        sequence: u32,
        /// When it now begins.
        civil_start: String,
        /// In which zone; unchanged if absent.
        #[serde(default)]
        zone: Option<String>,
        /// How long, minutes; unchanged if absent.
        #[serde(default)]
        minutes: Option<u16>,
        /// Of a series: which others move by as much.
        #[serde(default)]
        scope: Scope,
        /// Of a series: visits that cannot be moved stay where they are, instead of none being moved.
        #[serde(default)]
        skip_conflicts: bool,
    }

    /// Says who else of the staff takes part in an appointment from now on. Of a series: in this visit alone.
    ChangeTeam {
        /// The request's id.
        op_id: OpId,
        /// The [`Appointment::sequence`] that the caller saw.
        sequence: u32,
        /// Who comes besides whoever is booked: case managers, at most [`crate::limits::APPOINTMENT_STAFF_MAX`].
        /// Who is new must be free then; whoever is not named comes no longer.
        staff: Vec<AccountId>,
        /// The caller is booked in the place of whoever is, who serves the client no longer, or not for long
        /// ([`Appointment::may_take_over`]), and comes no longer unless named.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        take_over: bool,
    }

    /// Says where an appointment is from now on; its time stays. Not for one by video or phone.
    ChangePlace {
        /// The request's id.
        op_id: OpId,
        /// The [`Appointment::sequence`] that the caller saw.
        sequence: u32,
        /// Where to go, as in [`BookAppointment::place`]; `null`: nothing is said of it any more.
        place: Option<String>,
        /// Of a series: which others are there too. For more than this one, so are the visits that are still to be
        /// booked.
        #[serde(default)]
        scope: Scope,
    }

    /// Calls an appointment off.
    CancelAppointment {
        /// The request's id.
        op_id: OpId,
        /// The [`Appointment::sequence`] that the caller saw.
        sequence: u32,
        /// Why.
        reason: CancelReason,
        /// Of a series: which others are called off too. More than this one ends the series: no more of
        /// its visits are booked. It cannot be taken back, and people are told at once.
        #[serde(default)]
        scope: Scope,
    }

    /// Takes back that staff called an appointment off, for as long as nobody is told:
    /// [`Appointment::undo_left_s`].
    UndoCancel {
        /// The request's id.
        op_id: OpId,
        /// The [`Appointment::sequence`] that the caller saw.
        sequence: u32,
    }

    /// Says how an appointment went, or says it anew.
    CloseAppointment {
        /// The request's id.
        op_id: OpId,
        /// The [`Appointment::sequence`] that the caller saw.
        sequence: u32,
        /// How it ended.
        outcome: Outcome,
        /// What comes next.
        next_step: NextStep,
        /// What there is to remember, at most [`crate::limits::NOTE_CHARS_MAX`]; may be empty. Sealed at
        /// rest, for the staff who serve the client.
        note: String,
    }

    /// How an appointment went, as staff wrote it down.
    Closed {
        /// When.
        at: Timestamp,
        /// By whom.
        by: String,
        /// What comes next.
        next_step: NextStep,
        /// What there is to remember.
        note: String,
    }

    /// A participant's own answer.
    ReplyToAppointment {
        /// The request's id.
        op_id: OpId,
        /// The [`Appointment::sequence`] that the caller saw.
        sequence: u32,
        /// The answer.
        reply: Reply,
        /// In the client's place, by whoever acts for them.
        #[serde(default)]
        for_client: bool,
    }

    /// Several appointments.
    Appointments {
        /// Soonest first.
        appointments: Vec<Appointment>,
        /// Of a client's, for the case managers who serve them: visits of series that could not be booked and are
        /// still to come, soonest first, at most [`crate::limits::SERIES_GAPS_LISTED_MAX`].
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        not_booked: Vec<NotBooked>,
    }

    /// One appointment as one of its people sees it.
    Appointment {
        /// The appointment.
        id: AppointmentId,
        /// The client it is for.
        client: PersonId,
        /// The client's name.
        client_name: String,
        /// Where it happens.
        kind: AppointmentKind,
        /// How far it has come.
        state: AppointmentState,
        /// Raised with every change that participants are told (`SEQUENCE`, RFC 5545), and once staff have said how it went.
        sequence: u32,
        /// When it begins.
        start: Timestamp,
        /// How long, minutes.
        minutes: u16,
        /// When it begins, in its own zone.
        at: LocalTime,
        /// When it begins, in the reader's zone.
        yours: LocalTime,
        /// Who takes part, the client first.
        participants: Vec<Participant>,
        /// Where a video appointment happens.
        meeting_link: Option<String>,
        /// Where to go.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<String>,
        /// Why it was called off.
        cancelled: Option<CancelReason>,
        /// How it went, for the staff who serve the client.
        closed: Option<Closed>,
        /// As what kind of visit it was booked, for the staff who serve the client.
        visit_type: Option<VisitTypeId>,
        /// The series that it belongs to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        series: Option<InSeries>,
        /// The reader comes along and does not serve the client: they see this visit and change nothing.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        beside: bool,
        /// For the staff who serve the client: they are in another appointment at that time, which the reader finds among
        /// the client's. Nobody is stopped by it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        overlaps: bool,
        /// The reader may move it and call it off.
        may_change: bool,
        /// The reader may take back that staff called it off, for so long from when this was written, seconds: nobody
        /// is told until then. At most [`crate::limits::STAFF_UNDO_S`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        undo_left_s: Option<u16>,
        /// Whoever is booked serves the client no longer, or not for long: the reader may take it over
        /// ([`ChangeTeam::take_over`]).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        may_take_over: bool,
        /// The reader may say how it went.
        may_close: bool,
        /// The reader takes part and may answer now, or take back a cancel of the last ten minutes.
        may_reply: bool,
    }

    /// One person's part in an appointment.
    Participant {
        /// Their part.
        id: ParticipantId,
        /// The person.
        person: PersonId,
        /// The name.
        name: String,
        /// By which number they are called, for the case managers who serve the client.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phone: Option<String>,
        /// Of the staff, for the staff: the account.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<AccountId>,
        /// Of the staff, for the staff: whose appointment it is. They are not taken out of it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        booked: bool,
        /// In what role.
        role: Role,
        /// What they have said.
        response: Response,
        /// When they asked for another time, if that still waits.
        asked_at: Option<Timestamp>,
        /// Who answered in their place, if somebody who acts for them did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answered_by: Option<String>,
    }

    /// How a person wants to be told things.
    Preferences {
        /// The language of mails.
        language: Language,
        /// The zone in which times are told.
        zone: String,
        /// Where mails go; `null`: nowhere. Sealed at rest.
        email: Option<String>,
        /// What mails may say.
        disclosure: Disclosure,
        /// Reminders before appointments; invitations and cancellations come in any case.
        reminders: bool,
        /// They come even before what the person has confirmed.
        #[serde(default)]
        confirmed_reminders: bool,
        /// Mails carry a calendar file.
        calendar_file: bool,
        /// A mail when messages wait that no device has; to staff one each working morning.
        unread_mail: bool,
        /// When every mail comes, and outside of which none; `null`: at any time, reminders by day.
        safe_hours: Option<SafeHours>,
    }

    /// A stretch of every day on a person's clocks.
    SafeHours {
        /// The first minute of the day, a multiple of [`crate::limits::SAFE_HOURS_STEP_MINUTES`].
        from: u16,
        /// The minute of the day at which it is over, at least [`crate::limits::SAFE_HOURS_MINUTES_MIN`] later;
        /// at most 1440.
        until: u16,
    }

    /// Where mails reach a person.
    AddressStanding {
        /// Whether they do.
        state: AddressState,
        /// When a mail last asked whether the address is theirs, in the reader's zone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked_at: Option<LocalTime>,
        /// Another such mail can be sent now: at most [`crate::limits::ADDRESS_ASKED_AGAIN_MAX`] a day. Also where mails
        /// came back from, which may take them by now.
        may_ask: bool,
    }

    /// By which number a person is called.
    Phone {
        /// As it was typed: [`crate::limits::PHONE_DIGITS_MIN`] to [`crate::limits::PHONE_DIGITS_MAX`] digits, spaces, `(`, `)`
        /// and `-`, a `+` at its beginning at most; `null`: none. Sealed at rest, and in no mail.
        number: Option<String>,
    }

    /// The last mails to a person that said that messages wait, and those that did not leave.
    UpdateMails {
        /// Newest first, at most [`crate::limits::UPDATE_MAILS_LISTED_MAX`].
        mails: Vec<UpdateMail>,
    }

    /// One of them. It does not say from whom, nor where the messages wait.
    UpdateMail {
        /// To staff a digest, to everybody else an unread mail.
        step: Step,
        /// When it was due, in the reader's zone.
        at: LocalTime,
        /// What became of it.
        state: DeliveryState,
        /// Why it did not leave, in a word: `read`, `seen`, `unwanted`, `no_address`, `address_unconfirmed`,
        /// `no_right`, `told`, `too_late`, `outside_safe_hours`, `address_refused`, or what the mail server's answer amounts to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    }

    /// What the caller is asked to see to.
    Tasks {
        /// Oldest first.
        tasks: Vec<Task>,
    }

    /// One of them.
    Task {
        /// The task.
        id: TaskId,
        /// What it is.
        kind: TaskKind,
        /// The client it is about.
        client: PersonId,
        /// The client's name.
        client_name: String,
        /// The person who asked or cannot be reached.
        person_name: String,
        /// By which number they are called, if the task asks for that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phone: Option<String>,
        /// The appointment, if it is about one.
        appointment: Option<AppointmentId>,
        /// When that begins or would have begun, or when the device was last at work, in the reader's zone.
        at: Option<LocalTime>,
        /// Since when it waits.
        since: Timestamp,
        /// Why mails do not reach that person, in a word, if it is known: news of that appointment would come outside
        /// their hours (`outside_safe_hours`), or no address of theirs took it (`no_address`); nobody has said in time
        /// that their address is theirs (`unconfirmed`), or whoever reads there says that it is not (`not_theirs`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    }
}
