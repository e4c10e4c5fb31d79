//! Bodies about the days on which an agency is closed.

use serde::{Deserialize, Serialize};

use crate::{ClosureId, OpId};

bodies! {
    /// The agency's closures that are not over yet.
    Closures {
        /// Soonest first.
        closures: Vec<Closure>,
    }

    /// One of them.
    Closure {
        /// The closure.
        id: ClosureId,
        /// Which days, and why.
        days: ClosedDays,
        /// Booked visits to come that lie on these days, also in part, by the clocks of whoever holds them: the
        /// caller's own, if that is a case manager; else everybody's.
        booked: u32,
    }

    /// A new one.
    AddClosure {
        /// The request's id: the same one again adds once and gets the same answer.
        op_id: OpId,
        /// Which days, and why.
        days: ClosedDays,
    }

    /// Days on which nobody can be booked, on the clocks of each worker; but whoever said with [`DatedHours`] of their
    /// own that they work on one of them.
    ///
    /// [`DatedHours`]: super::DatedHours
    ClosedDays {
        /// What staff call them, at most [`crate::limits::TITLE_CHARS_MAX`]. Sealed at rest.
        name: String,
        /// The first, `2026-11-26`.
        from: String,
        /// The last, which may be the first; at most [`crate::limits::CLOSURE_DAYS_MAX`] in all.
        until: String,
    }
}
