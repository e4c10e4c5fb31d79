//! Bodies about the kinds of visits that an agency offers.

use serde::{Deserialize, Serialize};

use crate::{AppointmentKind, OpId, VisitTypeId};

bodies! {
    /// Every kind that is offered.
    VisitTypes {
        /// Oldest first.
        visit_types: Vec<VisitType>,
    }

    /// One of them.
    VisitType {
        /// The visit type.
        id: VisitTypeId,
        /// What it is.
        terms: VisitTerms,
    }

    /// A new one.
    AddVisitType {
        /// The request's id: the same one again adds once and gets the same answer.
        op_id: OpId,
        /// What it is.
        terms: VisitTerms,
    }

    /// What a kind of visit is, and how it may be booked.
    VisitTerms {
        /// The agency's name for it, at most [`crate::limits::TITLE_CHARS_MAX`]. Sealed at rest.
        name: String,
        /// Where it happens.
        kind: AppointmentKind,
        /// How long, unless whoever books says otherwise, minutes.
        minutes: u16,
        /// Kept free before it, minutes, at most [`crate::limits::BUFFER_MINUTES_MAX`].
        before_minutes: u16,
        /// Kept free after it, minutes, at most [`crate::limits::BUFFER_MINUTES_MAX`].
        after_minutes: u16,
        /// The way there, and the way back, minutes each, at most
        /// [`crate::limits::BUFFER_MINUTES_MAX`].
        travel_minutes: u16,
        /// Booked at least so long before it begins, minutes, at most
        /// [`crate::limits::NOTICE_MINUTES_MAX`].
        notice_minutes: u16,
        /// At most so many days ahead, at most [`crate::limits::BOOKING_DAYS_AHEAD`].
        days_ahead: u16,
        /// At most so many on one of a worker's days; as many as fit if absent.
        #[serde(default)]
        per_day_max: Option<u16>,
    }
}
