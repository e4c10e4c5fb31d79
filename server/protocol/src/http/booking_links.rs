//! Bodies about links by which a client books a visit by themselves.

use serde::{Deserialize, Serialize};

use crate::{
    AccountId, AppointmentKind, BookingLinkId, BookingLinkState, OpId, Timestamp, VisitTypeId,
};

/// Where booking links lead on this server: `/b/<secret>`.
pub const BOOKING_PATH: &str = "/b/";

bodies! {
    /// A link by which a client books one visit, without an account.
    MakeBookingLink {
        /// The request's id: the same one again makes one link and gets the same answer.
        op_id: OpId,
        /// Where the visit happens; not a court date, which nobody chooses.
        kind: AppointmentKind,
        /// How long it is, minutes.
        minutes: u16,
        /// As what kind of visit, if as one: by its terms, and where it happens.
        #[serde(default)]
        visit_type: Option<VisitTypeId>,
        /// For a video visit: where it happens, an https address. Sealed at rest.
        #[serde(default)]
        meeting_link: Option<String>,
        /// The first day on which it may be, `2026-12-01`, on the client's clocks.
        from: String,
        /// The last day, at most [`crate::limits::SLOT_DAYS_MAX`] days in all.
        until: String,
        /// Who may hold it, each of whom serves the client, at most
        /// [`crate::limits::BOOKING_LINK_WORKERS_MAX`]; nobody named: the caller.
        workers: Vec<AccountId>,
        /// How long the link is good, days, at most [`crate::limits::BOOKING_LINK_DAYS_MAX`].
        valid_days: u16,
        /// It also leaves by mail, to the client's own address.
        mail: bool,
    }

    /// The link as it was made: to be shown once, and to be passed on.
    BookingLinkMade {
        /// How it stands.
        link: BookingLink,
        /// Where it leads on this server, `/b/…`; absent once it is good no longer. Whoever has it books.
        path: Option<String>,
    }

    /// The links of one client.
    BookingLinks {
        /// Newest first, at most [`crate::limits::BOOKING_LINKS_LISTED_MAX`].
        links: Vec<BookingLink>,
    }

    /// One of them, without what opens it.
    BookingLink {
        /// The link.
        id: BookingLinkId,
        /// Whether it can be used.
        state: BookingLinkState,
        /// Where the visit happens.
        kind: AppointmentKind,
        /// How long it is, minutes.
        minutes: u16,
        /// As what kind of visit.
        visit_type: Option<VisitTypeId>,
        /// The first day on which it may be.
        from: String,
        /// The last one.
        until: String,
        /// Who may hold it.
        workers: Vec<AccountId>,
        /// Since when there is the link.
        made: Timestamp,
        /// Until when it is good.
        expires: Timestamp,
        /// It left by mail, or is to. Not of one that came back or could not leave.
        mailed: bool,
        /// That mail has not left: nobody has said yet that the client's address is theirs.
        mail_waits: bool,
    }

    /// Makes a link good no longer.
    RevokeBookingLink {
        /// The request's id.
        op_id: OpId,
    }
}
