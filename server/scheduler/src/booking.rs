//! Booking: the form of a request is checked here, everything else in one transaction of the store.

use care::Caller;
use care::appointment::{Booking, Closing, Move, TeamChange, check_staff};
use care::availability::Hours;
use care::booking_link::BookingLink;
use care::civil::{CivilTime, parse_date};
use care::closure::Closure;
use care::place::PlaceChange;
use care::series::{Occurrence, Plan};
use care::visit_type::VisitType;
use protocol::http::{
    self, AddClosure, AddVisitType, Appointment, Appointments, BookAppointment, BookInstead,
    BookSeries, BookingLinkMade, CancelAppointment, ChangePlace, ChangeTeam, CloseAppointment,
    FindSlots, HoldTime, HoursSaved, MakeBookingLink, MoveAppointment, ReplyToAppointment,
    SeriesBooked, Slots, Span, TimeHeld, UndoCancel, VisitTerms, WorkingHours,
};
use protocol::{AccountId, AppointmentId, Code, PersonId, Refusal, SeriesId, VisitTypeId, limits};
use store::{HoldWish, Result, SlotSearch, Store, Within};

/// Books for whoever asks. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Scheduler {
    store: Store,
}

impl Scheduler {
    /// Over a store.
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// Books the caller for a client; see [`Booking::check`] and [`Store::book`] for what is refused.
    pub async fn book(&self, caller: &Caller, request: BookAppointment) -> Result<Appointment> {
        self.store.book(caller, Booking::check(request)?).await
    }

    /// Books the caller for a client again and again; see [`Plan::check`] and [`Store::book_series`] for what is
    /// refused.
    pub async fn book_series(&self, caller: &Caller, request: BookSeries) -> Result<SeriesBooked> {
        self.store.book_series(caller, Plan::check(request)?).await
    }

    /// Books the caller in the place of a visit of a series that could not be booked; see [`Booking::check`] and
    /// [`Store::book_instead`] for what is refused.
    pub async fn book_instead(
        &self,
        caller: &Caller,
        series: SeriesId,
        request: BookInstead,
    ) -> Result<Appointment> {
        let gap = Occurrence {
            series,
            name: CivilTime::parse(&request.occurrence)?,
        };
        let booking = Booking::check(request.visit)?;
        self.store.book_instead(caller, gap, booking).await
    }

    /// Gives an appointment another time.
    pub async fn move_appointment(
        &self,
        caller: &Caller,
        id: AppointmentId,
        request: MoveAppointment,
    ) -> Result<Appointment> {
        let change = Move::check(request)?;
        self.store.move_appointment(caller, id, change).await
    }

    /// Says who else of the staff takes part in an appointment from now on; see [`TeamChange::check`] and
    /// [`Store::change_team`] for what is refused.
    pub async fn change_team(
        &self,
        caller: &Caller,
        id: AppointmentId,
        request: ChangeTeam,
    ) -> Result<Appointment> {
        let change = TeamChange::check(request)?;
        self.store.change_team(caller, id, change).await
    }

    /// Says where an appointment is from now on; see [`PlaceChange::check`] and [`Store::change_place`] for what is
    /// refused.
    pub async fn change_place(
        &self,
        caller: &Caller,
        id: AppointmentId,
        request: &ChangePlace,
    ) -> Result<Appointment> {
        let change = PlaceChange::check(request)?;
        self.store.change_place(caller, id, change).await
    }

    /// Calls an appointment off.
    pub async fn cancel(
        &self,
        caller: &Caller,
        id: AppointmentId,
        request: CancelAppointment,
    ) -> Result<Appointment> {
        self.store.cancel_appointment(caller, id, request).await
    }

    /// Takes back that staff called an appointment off.
    pub async fn undo_cancel(
        &self,
        caller: &Caller,
        id: AppointmentId,
        request: UndoCancel,
    ) -> Result<Appointment> {
        self.store.undo_cancel(caller, id, request).await
    }

    /// Writes down how an appointment went.
    pub async fn close(
        &self,
        caller: &Caller,
        id: AppointmentId,
        request: &CloseAppointment,
    ) -> Result<Appointment> {
        let closing = Closing::check(request)?;
        self.store.close_appointment(caller, id, closing).await
    }

    /// Takes a participant's answer.
    pub async fn reply(
        &self,
        caller: &Caller,
        id: AppointmentId,
        request: ReplyToAppointment,
    ) -> Result<Appointment> {
        self.store.reply_to_appointment(caller, id, request).await
    }

    /// Times at which the caller could be booked, with whoever else was named: at most [`limits::SLOT_DAYS_MAX`] days.
    pub async fn slots(&self, caller: &Caller, wish: FindSlots) -> Result<Slots> {
        let minutes = limits::APPOINTMENT_MINUTES_MIN..=limits::APPOINTMENT_MINUTES_MAX;
        let days = 1..=limits::SLOT_DAYS_MAX;
        let search = SlotSearch {
            from: parse_date(&wish.from)?,
            days: within(wish.days, "days", &days)?,
            minutes: within(wish.minutes, "minutes", &minutes)?,
            visit_type: wish.visit_type,
            zone: wish.zone,
            staff: named(wish.staff.as_deref())?,
        };
        self.store.find_slots(caller, search).await
    }

    /// Keeps a time for the caller and whoever is to come along; see [`Store::hold_time`] for what is refused, and by how it is written.
    pub async fn hold_time(&self, caller: &Caller, request: HoldTime) -> Result<TimeHeld> {
        let minutes = limits::APPOINTMENT_MINUTES_MIN..=limits::APPOINTMENT_MINUTES_MAX;
        let wish = HoldWish {
            client: request.client,
            civil: CivilTime::parse(&request.civil_start)?,
            zone: request.zone,
            kind: request.kind,
            minutes: within(request.minutes, "minutes", &minutes)?,
            visit_type: request.visit_type,
            staff: check_staff(request.staff)?,
            instead: request.instead,
        };
        self.store.hold_time(caller, wish).await
    }

    /// Makes a link by which a client books; see [`BookingLink::check`] and [`Store::make_booking_link`] for what
    /// is refused.
    pub async fn make_booking_link(
        &self,
        caller: &Caller,
        client: PersonId,
        request: &MakeBookingLink,
    ) -> Result<BookingLinkMade> {
        let checked = BookingLink::check(request)?;
        self.store.make_booking_link(caller, client, checked).await
    }

    /// Offers one more kind of visit; see [`VisitType::check`].
    pub async fn add_visit_type(
        &self,
        caller: &Caller,
        request: &AddVisitType,
    ) -> Result<http::VisitType> {
        let checked = VisitType::check(&request.terms)?;
        self.store
            .add_visit_type(caller, request.op_id, checked)
            .await
    }

    /// Changes what one is.
    pub async fn change_visit_type(
        &self,
        caller: &Caller,
        id: VisitTypeId,
        terms: &VisitTerms,
    ) -> Result<http::VisitType> {
        let checked = VisitType::check(terms)?;
        self.store.change_visit_type(caller, id, checked).await
    }

    /// Closes the agency on some days; see [`Closure::check`].
    pub async fn add_closure(
        &self,
        caller: &Caller,
        request: &AddClosure,
    ) -> Result<http::Closure> {
        let checked = Closure::check(&request.days)?;
        self.store.add_closure(caller, request.op_id, checked).await
    }

    /// When the caller can be booked.
    pub async fn hours(&self, caller: &Caller) -> Result<WorkingHours> {
        self.store.hours(caller).await
    }

    /// Says when the caller can be booked; see [`Hours::check`] for what is refused.
    pub async fn put_hours(&self, caller: &Caller, written: WorkingHours) -> Result<HoursSaved> {
        let hours = Hours::check(&written)?;
        let set = self
            .store
            .set_hours(caller, caller.account, &written.zone, hours);
        set.await?;
        Ok(HoursSaved {
            hours: self.store.hours(caller).await?,
            outside: self.store.outside_hours(caller).await?,
        })
    }

    /// The appointments that the caller takes part in: at most [`limits::SPAN_DAYS_MAX`] days.
    pub async fn appointments(&self, caller: &Caller, span: Span) -> Result<Appointments> {
        let days = span.days.unwrap_or(limits::SPAN_DAYS_MAX);
        let within = Within {
            from: span.from.as_deref().map(parse_date).transpose()?,
            days: within(days, "days", &(1..=limits::SPAN_DAYS_MAX))?,
        };
        self.store.appointments(caller, within).await
    }

    /// A client's appointments that are not over.
    pub async fn appointments_of(&self, caller: &Caller, client: PersonId) -> Result<Appointments> {
        self.store.appointments_of(caller, client).await
    }
}

/// Accounts of the staff, with commas between them.
fn named(text: Option<&str>) -> Result<Vec<AccountId>, Refusal> {
    let ids = text.filter(|text| !text.is_empty());
    let ids = ids.iter().flat_map(|text| text.split(','));
    // No more are read than are looked at.
    let ids = ids
        .take(limits::APPOINTMENT_STAFF_MAX + 1)
        .map(str::parse::<AccountId>);
    let ids: Result<Vec<AccountId>, _> = ids.collect();
    check_staff(ids.map_err(|_| Refusal::new(Code::BadRequest, "staff: not an account"))?)
}

fn within(n: u16, field: &str, range: &std::ops::RangeInclusive<u16>) -> Result<u16, Refusal> {
    if range.contains(&n) {
        return Ok(n);
    }
    let (least, most) = (range.start(), range.end());
    Err(Refusal::new(
        Code::BadRequest,
        format!("{field}: {least} to {most}"),
    ))
}
