//! Bodies about times that a worker keeps while they fill in what is booked then.

use serde::{Deserialize, Serialize};

use crate::{AccountId, AppointmentKind, PersonId, Timestamp, VisitTypeId};

bodies! {
    /// Keep this time for me, and for whoever is to come along: [`crate::limits::HOLD_S`], at most [`crate::limits::HOLDS_MAX`] at once.
    HoldTime {
        /// For a visit with this client.
        client: PersonId,
        /// When it would begin: `2026-12-01T10:00` on the clocks of `zone`.
        civil_start: String,
        /// The zone; if absent that of a visit of this `kind` ([`super::BookAppointment::zone`]).
        #[serde(default)]
        zone: Option<String>,
        /// Where it would happen; if absent, somewhere that goes by the client's clocks.
        #[serde(default)]
        kind: Option<AppointmentKind>,
        /// How long, minutes.
        minutes: u16,
        /// As what kind of visit, if as one.
        #[serde(default)]
        visit_type: Option<VisitTypeId>,
        /// Whose time is kept as well: who else of the staff is to take part, at most
        /// [`crate::limits::APPOINTMENT_STAFF_MAX`]. It is kept of all of them, or of nobody.
        #[serde(default)]
        staff: Vec<AccountId>,
        /// The [`TimeHeld::start`] of what is let go for it.
        #[serde(default)]
        instead: Option<Timestamp>,
    }

    /// It is kept. Booking it, or anything else, uses that up.
    TimeHeld {
        /// When the visit would begin.
        start: Timestamp,
        /// Until when it is kept.
        until: Timestamp,
    }
}
