//! Booking: the form of a request is checked here, everything else in one transaction of the store.

use care::Caller;
use care::appointment::{Booking, Move};
use care::civil::parse_date;
use protocol::http::{
    Appointment, Appointments, BookAppointment, CancelAppointment, FindSlots, MoveAppointment,
    ReplyToAppointment, Slots, Span,
};
use protocol::{AppointmentId, Code, PersonId, Refusal, limits};
use store::{Result, SlotSearch, Store, Within};

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

    /// Books the caller for a client; see [`Booking::check`] and [`Store::book`] for what is refused.
    pub async fn book(&self, caller: &Caller, request: BookAppointment) -> Result<Appointment> {
        self.store.book(caller, Booking::check(request)?).await
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

    /// Calls an appointment off.
    pub async fn cancel(
        &self,
        caller: &Caller,
        id: AppointmentId,
        request: CancelAppointment,
    ) -> Result<Appointment> {
        self.store.cancel_appointment(caller, id, request).await
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

    /// Times at which the caller could be booked: at most [`limits::SLOT_DAYS_MAX`] days.
    pub async fn slots(&self, caller: &Caller, wish: FindSlots) -> Result<Slots> {
        let minutes = limits::APPOINTMENT_MINUTES_MIN..=limits::APPOINTMENT_MINUTES_MAX;
        let days = 1..=limits::SLOT_DAYS_MAX;
        let search = SlotSearch {
            from: parse_date(&wish.from)?,
            days: within(wish.days, "days", &days)?,
            minutes: within(wish.minutes, "minutes", &minutes)?,
            zone: wish.zone,
        };
        self.store.find_slots(caller, search).await
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
