//! Bodies about series: visits that repeat. A rule is written as RFC 5545, section 3.3.10 has it; what the
//! server tells of one is data, for apps to say in their reader's language.

use serde::{Deserialize, Serialize};

use super::{Appointment, BookAppointment, LocalTime, Slot};
use crate::{AppointmentKind, Code, Frequency, SeriesId, VisitTypeId};

bodies! {
    /// Books the caller for a client again and again, as far ahead as series are booked
    /// ([`crate::limits::SERIES_DAYS_AHEAD`]); what comes later is booked as time goes on.
    BookSeries {
        /// The first visit, which the rule must name, and what every later one is like.
        first: BookAppointment,
        /// How it repeats: `FREQ` (`DAILY`, `WEEKLY`, `MONTHLY`) and one of `COUNT`
        /// (at most [`crate::limits::SERIES_COUNT_MAX`]) and `UNTIL` (a day, at most
        /// [`crate::limits::SERIES_MONTHS_MAX`] months after the first); `INTERVAL` (at most
        /// [`crate::limits::SERIES_INTERVAL_MAX`]), `BYDAY`, and of months `BYMONTHDAY` and `BYSETPOS`.
        /// `FREQ=WEEKLY;INTERVAL=2;COUNT=10`
        rule: String,
        /// Visits that cannot be booked at their times are left out, instead of none being booked.
        #[serde(default)]
        skip_conflicts: bool,
    }

    /// What was booked of a series.
    SeriesBooked {
        /// The series.
        series: SeriesId,
        /// Its visits that are booked so far, soonest first.
        appointments: Vec<Appointment>,
        /// Those that were left out.
        not_booked: Vec<Conflict>,
    }

    /// A visit of a series that cannot be booked at its time.
    Conflict {
        /// When it would begin.
        at: LocalTime,
        /// Why not.
        code: Code,
        /// Free slots that would do instead, soonest first; of the first ones only.
        slots: Vec<Slot>,
    }

    /// A visit of a series that could not be booked, and in whose place nothing is.
    NotBooked {
        /// The series.
        series: SeriesId,
        /// Its name in the series: when it would begin by the rule.
        occurrence: String,
        /// When it would begin, as the series now stands.
        at: LocalTime,
        /// Why it could not be.
        code: Code,
        /// Where it would happen.
        kind: AppointmentKind,
        /// How long, minutes.
        minutes: u16,
        /// As what kind of visit, if as one.
        visit_type: Option<VisitTypeId>,
    }

    /// Books the caller in the place of such a visit.
    BookInstead {
        /// Its [`NotBooked::occurrence`].
        occurrence: String,
        /// What is booked.
        visit: BookAppointment,
    }

    /// The series of an appointment.
    InSeries {
        /// The series.
        id: SeriesId,
        /// How its visits repeat.
        repeats: Repeats,
        /// This visit is not where the series has it: it was moved by itself.
        moved: bool,
    }

    /// How visits repeat.
    Repeats {
        /// How often.
        frequency: Frequency,
        /// Every so many of those.
        interval: u16,
        /// On these days of the week.
        days: Vec<RepeatDay>,
        /// On these days of the month; counted from its end if negative.
        month_days: Vec<i8>,
        /// Of the days of a month that the others name, these; counted from the end if negative.
        positions: Vec<i8>,
        /// So many days after what the others say; before it if negative.
        shift_days: i32,
        /// So many times.
        count: Option<u16>,
        /// To this day, `2027-06-30`.
        until: Option<String>,
    }

    /// A day of the week.
    RepeatDay {
        /// 1 (Monday) to 7 (ISO 8601).
        weekday: u8,
        /// Of a month: which of them; counted from its end if negative.
        nth: Option<i8>,
    }
}
