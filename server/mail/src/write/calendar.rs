//! The calendar file (RFC 5545) of an invitation or a cancellation, as Outlook, Gmail and Apple Calendar
//! need it (RFC 5546, RFC 6047): one event with a UID that never changes and a SEQUENCE that rises, one
//! organiser, and exactly one attendee, so that nobody learns who else was asked.
//!
//! Instants are written in UTC, so no zone definition travels along and no program's zone data matters.
//! CLASS is PRIVATE, the summary neutral, no alarm: the reader's calendar has its own.

use care::texts::texts;
use icalendar::{Calendar, Component as _, Event, EventStatus, Property};
use jiff::fmt::strtime;
use protocol::{Disclosure, Timestamp};

use super::{WriteError, is_https};
use crate::{Envelope, Identity, Letter, VisitFacts};

/// Required, and read by nobody: it names no product that would name a trade.
pub(super) const PRODUCT: &str = "-//Appointments//1.0//EN";

/// What the file asks the reader's calendar to do (RFC 5546, section 1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// Enter or update the event.
    Request,
    /// Strike it out.
    Cancel,
}

impl Method {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "REQUEST",
            Self::Cancel => "CANCEL",
        }
    }
}

/// A calendar file: lines of at most 75 octets, ended by CRLF.
#[derive(Debug)]
pub(super) struct File {
    pub method: Method,
    pub text: String,
}

/// Writes the file.
pub(super) fn write_file(
    letter: &Letter,
    visit: &VisitFacts,
    identity: &Identity,
    method: Method,
) -> Result<File, WriteError> {
    let text = texts(letter.envelope.language);
    let mut event = Event::with_uid(&visit.uid);
    event
        .add_property("DTSTAMP", instant(letter.envelope.written_at)?)
        .add_property("DTSTART", instant(visit.start)?)
        .add_property("DTEND", instant(visit.end)?)
        .add_property("SEQUENCE", visit.sequence.to_string())
        .add_property("CLASS", "PRIVATE")
        .add_property("TRANSP", "OPAQUE")
        .summary(&text.say("mail-calendar-summary", &[])?)
        .append_property(organizer(identity))
        .append_multi_property(attendee(&letter.envelope));
    match method {
        Method::Cancel => event.status(EventStatus::Cancelled),
        Method::Request => event
            .status(EventStatus::Confirmed)
            .description(&text.say("mail-calendar-description", &[])?),
    };
    if let Some(url) = &visit.meeting_link
        && letter.disclosure == Disclosure::Details
        && method == Method::Request
    {
        if !is_https(url) {
            return Err(WriteError::Link);
        }
        event.add_property("URL", url);
    }
    if let Some(place) = &visit.place
        && letter.disclosure == Disclosure::Details
        && method == Method::Request
    {
        event.add_property("LOCATION", place.reveal());
    }
    let mut calendar = Calendar::empty();
    calendar
        .append_property(("VERSION", "2.0"))
        .append_property(("PRODID", PRODUCT))
        .append_property(("CALSCALE", "GREGORIAN"))
        .append_property(("METHOD", method.as_str()))
        .push(event);
    Ok(File {
        method,
        text: calendar.to_string(),
    })
}

fn organizer(identity: &Identity) -> Property {
    let mut organizer = Property::new("ORGANIZER", format!("mailto:{}", identity.from));
    // A quotation mark cannot stand in a parameter (RFC 5545, section 3.2).
    organizer.add_parameter("CN", &identity.from_name.replace('"', "'"));
    organizer
}

fn attendee(envelope: &Envelope) -> Property {
    let mut attendee = Property::new("ATTENDEE", format!("mailto:{}", envelope.to.reveal()));
    attendee
        .add_parameter("CUTYPE", "INDIVIDUAL")
        .add_parameter("ROLE", "REQ-PARTICIPANT")
        .add_parameter("PARTSTAT", "NEEDS-ACTION")
        .add_parameter("RSVP", "FALSE");
    attendee
}

/// `20261201T160000Z` (RFC 5545, section 3.3.5, form 2).
pub(super) fn instant(at: Timestamp) -> Result<String, WriteError> {
    let at = jiff::Timestamp::from_microsecond(at.micros()).map_err(|_| WriteError::Time)?;
    strtime::format("%Y%m%dT%H%M%SZ", at).map_err(|_| WriteError::Time)
}
