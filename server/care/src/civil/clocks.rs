//! A zone's clocks, read at many instants that come in order: the zone is asked once for each stretch between
//! two changes of the clocks, and the rest is arithmetic. Out of order the answers are the same, and slower.

use jiff::tz::Offset;
use protocol::Timestamp;
use protocol::http::LocalTime;

use super::{Zone, from_jiff, to_jiff};

/// No clocks go back further than this, seconds.
const FOLD_S: i64 = 25 * 3_600;

/// See the head.
#[derive(Debug)]
pub struct Clocks<'z> {
    zone: &'z Zone,
    offset: Offset,
    /// Within `[from, until)` the offset is this; what was before `from` was not asked.
    from: Timestamp,
    until: Timestamp,
}

impl<'z> Clocks<'z> {
    /// Of that zone.
    pub fn of(zone: &'z Zone) -> Self {
        let never = Timestamp::from_micros(i64::MAX);
        Self {
            zone,
            offset: Offset::UTC,
            from: never,
            until: never,
        }
    }

    /// What the clocks show at an instant; see [`Zone::local`].
    pub fn local(&mut self, t: Timestamp) -> LocalTime {
        self.reach(t);
        self.zone.tell(to_jiff(t), self.offset)
    }

    /// Whether the clocks show that minute then for the first time: a person who types what they show means
    /// this instant ([`Zone::resolve`]).
    pub fn is_first(&mut self, t: Timestamp) -> bool {
        self.reach(t);
        let is_long_since = self.from.plus_seconds(FOLD_S) <= t;
        if is_long_since && t.micros() % 60_000_000 == 0 && self.offset.seconds() % 60 == 0 {
            return true;
        }
        self.zone.resolve(self.zone.civil(t)) == t
    }

    fn reach(&mut self, t: Timestamp) {
        if self.from <= t && t < self.until {
            return;
        }
        let instant = to_jiff(t);
        let tz = &self.zone.tz;
        self.offset = tz.to_offset(instant);
        self.from = t;
        let next = tz.following(instant).next();
        self.until = next.map_or(Timestamp::from_micros(i64::MAX), |change| {
            from_jiff(change.timestamp())
        });
    }
}
