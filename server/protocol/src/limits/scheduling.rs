//! Appointments and series, the hours in which they are booked, and who may change them until when.

/// People in one appointment.
pub const PARTICIPANTS_MAX: usize = 20;
/// Staff who take part in one appointment besides whoever is booked.
pub const APPOINTMENT_STAFF_MAX: usize = 5;
/// A meeting link, bytes.
pub const MEETING_LINK_BYTES_MAX: usize = 2_000;
/// A place where one meets, characters.
pub const PLACE_CHARS_MAX: usize = 200;
/// An appointment lasts at least this long, minutes.
pub const APPOINTMENT_MINUTES_MIN: u16 = 5;
/// An appointment lasts at most this long, minutes.
pub const APPOINTMENT_MINUTES_MAX: u16 = 12 * 60;
/// How far ahead anything is booked, days.
pub const BOOKING_DAYS_AHEAD: u16 = 730;
/// Days in one list of appointments.
pub const SPAN_DAYS_MAX: u16 = 62;
/// Appointments in one list.
pub const APPOINTMENTS_LISTED_MAX: usize = 1_000;

/// Slots begin at multiples of this from the start of a worker's hours, minutes.
pub const SLOT_STEP_MINUTES: u16 = 15;
/// Days in one search for slots.
pub const SLOT_DAYS_MAX: u16 = 62;
/// Slots in one answer.
pub const SLOTS_MAX: usize = 1_000;
/// Free slots named when a time is refused.
pub const SLOTS_INSTEAD: usize = 3;
/// Kept free before or after a visit, or for the way, at most, minutes.
pub const BUFFER_MINUTES_MAX: u16 = 8 * 60;
/// What a visit and everything around it keep a worker busy for, at most, minutes: a buffer and the way on both sides.
pub const CLAIM_MINUTES_MAX: u16 = APPOINTMENT_MINUTES_MAX + 4 * BUFFER_MINUTES_MAX;
/// The longest notice that a kind of visit asks for, minutes.
pub const NOTICE_MINUTES_MAX: u16 = 30 * 24 * 60;
/// Kinds of visits that an agency offers at once.
pub const VISIT_TYPES_MAX: usize = 60;
/// Intervals of one worker's weekly hours, and dated exceptions to them.
pub const AVAILABILITY_RULES_MAX: usize = 500;
/// Closures of an agency that are not over, at once.
pub const CLOSURES_MAX: usize = 100;
/// One of them lasts at most this long, days.
pub const CLOSURE_DAYS_MAX: u16 = 92;

/// A series' rule, bytes.
pub const SERIES_RULE_BYTES_MAX: usize = 200;
/// The visits of a series are so many days, weeks or months apart at most.
pub const SERIES_INTERVAL_MAX: u16 = 12;
/// Visits of a series that is counted.
pub const SERIES_COUNT_MAX: u16 = 104;
/// From the first visit of a series to its last day, where it has one, months.
pub const SERIES_MONTHS_MAX: u16 = 24;
/// A series moves by at most so many days; more is another series.
pub const SERIES_SHIFT_DAYS_MAX: i32 = 31;
/// Of visits of a series that cannot be booked, so many are named with free slots.
pub const SERIES_CONFLICTS_INSTEAD: usize = 26;
/// Visits of a client's series that could not be booked, in one list.
pub const SERIES_GAPS_LISTED_MAX: usize = 100;
/// The visits of a series are booked so far ahead, days.
pub const SERIES_DAYS_AHEAD: u16 = 26 * 7;

/// Times that one booking link, or one worker, keeps at once; for another, the oldest is let go.
pub const HOLDS_MAX: usize = 2;
/// A time is kept for whoever makes up their mind this long, seconds.
pub const HOLD_S: i64 = 600;
/// Workers who may hold a visit that is booked by a link.
pub const BOOKING_LINK_WORKERS_MAX: usize = 5;
/// Booking links of one client that can be used at once.
pub const BOOKING_LINKS_MAX: usize = 5;
/// Booking links in one list.
pub const BOOKING_LINKS_LISTED_MAX: usize = 20;
/// A booking link is good at most this long, days.
pub const BOOKING_LINK_DAYS_MAX: u16 = 30;

/// Visits in one calendar feed; beyond it the farthest ones are left out.
pub const FEED_VISITS_MAX: usize = 2_000;
/// A calendar feed goes back so far, days.
pub const FEED_DAYS_BACK: u16 = 30;
/// A calendar feed goes so far ahead, days: as far as the visits of a series are booked.
pub const FEED_DAYS_AHEAD: u16 = 26 * 7;
/// A program is asked to fetch a calendar feed so often, hours.
pub const FEED_REFRESH_HOURS: u16 = 1;

/// Later than this before an appointment, participants call instead of changing it by themselves, seconds.
pub const REPLY_CUTOFF_S: i64 = 2 * 3_600;
/// A cancel by a participant can be taken back this long, seconds; until then nobody is told.
pub const UNDO_S: i64 = 600;
/// A cancel of one visit by staff can be taken back this long, seconds; until then nobody is told. Time enough to see
/// that it was the wrong one; no more, for until then whoever is to come goes on as if it were on.
pub const STAFF_UNDO_S: i64 = 60;
/// Of a visit that begins within this everybody is told at once and nothing can be taken back, seconds: whoever is to
/// be there may be leaving the house.
pub const STAFF_UNDO_START_S: i64 = 3_600;
/// Whoever held an appointment is asked how it went so long after its end, seconds.
pub const OUTCOME_ASKED_S: i64 = 30 * 60;
/// Nobody is asked any more how an appointment went that ended longer ago, seconds.
pub const OUTCOME_STALE_S: i64 = 7 * 86_400;
/// The mail to whoever did not come leaves within this after ten in the morning, or not at all, seconds: it is day.
pub const NO_SHOW_MAIL_S: i64 = 8 * 3_600;
/// Its link shows free times of so many days, and is good as long.
pub const NO_SHOW_LINK_DAYS: u16 = 14;

/// Zones of a database that an installation names; a release has some six hundred.
pub const ZONES_MAX: usize = 2_000;
/// A compiled zone of such a database, bytes; the largest have four thousand.
pub const ZONE_BYTES_MAX: u64 = 65_536;
