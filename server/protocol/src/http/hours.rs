//! Bodies about when a worker can be booked.

use serde::{Deserialize, Serialize};

bodies! {
    /// When the caller can be booked, on the clocks of one zone.
    WorkingHours {
        /// The zone, as the IANA database names it.
        zone: String,
        /// Every week, in any order; hours that touch or overlap are one.
        weekly: Vec<WeeklyHours>,
        /// Instead of those, on single dates.
        dated: Vec<DatedHours>,
    }

    /// Hours of a weekday.
    WeeklyHours {
        /// 1 (Monday) to 7.
        weekday: u8,
        /// When.
        open: OpenHours,
    }

    /// Hours of one date, which replace those of its weekday.
    DatedHours {
        /// The date, `2026-12-24`.
        date: String,
        /// When; empty: closed all day.
        open: Vec<OpenHours>,
    }

    /// From when until when, on the clock.
    OpenHours {
        /// `09:00`.
        from: String,
        /// `17:00`; `24:00` is the end of the day.
        until: String,
    }

    /// Hours as they were saved.
    HoursSaved {
        /// The hours.
        hours: WorkingHours,
        /// How many of the caller's booked appointments to come lie outside of them. They stay.
        outside: u32,
    }
}
