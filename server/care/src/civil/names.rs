//! What people call the clocks of a zone, and how an instant stands to a change of these. A name of the zone database
//! tells a place, and a distance from GMT tells most people nothing; "Central Time" is what they say.
//!
//! A name is read off what the clocks show, and not off where the place is: laws change, and a name that the clocks no
//! longer keep to would be an hour wrong.

use jiff::tz::Offset;
use protocol::Timestamp;

use super::{Zone, plus_days, to_jiff};

/// Clocks that people of the United States call by a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockName {
    /// New York's.
    Eastern,
    /// Chicago's.
    Central,
    /// Denver's.
    Mountain,
    /// Los Angeles's.
    Pacific,
    /// Anchorage's.
    Alaska,
    /// Halifax's.
    Atlantic,
    /// Honolulu's, which never change.
    Hawaii,
    /// Phoenix's, which never change.
    Arizona,
    /// San Juan's, which never change.
    PuertoRico,
}

/// What the clocks show in winter and in summer, as the zone database abbreviates it. Cuba writes two of them too, at
/// another distance.
const SHARED: [(ClockName, i8, [&str; 2]); 6] = [
    (ClockName::Eastern, -5, ["EST", "EDT"]),
    (ClockName::Central, -6, ["CST", "CDT"]),
    (ClockName::Mountain, -7, ["MST", "MDT"]),
    (ClockName::Pacific, -8, ["PST", "PDT"]),
    (ClockName::Alaska, -9, ["AKST", "AKDT"]),
    (ClockName::Atlantic, -4, ["AST", "ADT"]),
];
/// Of one place each: whatever its clocks show is called so.
const OWN: [(ClockName, &[&str]); 3] = [
    (ClockName::Hawaii, &["Pacific/Honolulu", "US/Hawaii"]),
    (ClockName::Arizona, &["America/Phoenix", "US/Arizona"]),
    (ClockName::PuertoRico, &["America/Puerto_Rico"]),
];

impl ClockName {
    /// As texts and tests spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eastern => "eastern",
            Self::Central => "central",
            Self::Mountain => "mountain",
            Self::Pacific => "pacific",
            Self::Alaska => "alaska",
            Self::Atlantic => "atlantic",
            Self::Hawaii => "hawaii",
            Self::Arizona => "arizona",
            Self::PuertoRico => "puerto-rico",
        }
    }
}

/// On which side of a change of the clocks an instant of that day lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// They change later.
    Before,
    /// They have changed.
    After,
}

impl Zone {
    /// What people call the clocks here, if these keep to such a name at that instant and after their next change.
    pub fn clock_name(&self, t: Timestamp) -> Option<ClockName> {
        let own = OWN.iter().find(|(_, zones)| zones.contains(&self.name()));
        if let Some((name, _)) = own {
            return Some(*name);
        }
        let t = to_jiff(t);
        let now = self.tz.to_offset_info(t);
        let next = self.tz.following(t).next()?;
        let now = (now.offset(), now.abbreviation());
        let next = (next.offset(), next.abbreviation());
        let kept = SHARED.iter().find(|(_, hours, [winter, summer])| {
            let winter = (Offset::constant(*hours), *winter);
            let summer = (Offset::constant(*hours + 1), *summer);
            [now, next] == [winter, summer] || [now, next] == [summer, winter]
        });
        kept.map(|(name, ..)| *name)
    }

    /// Whether other clocks show another time than these at one of the instants.
    pub fn differs(&self, other: &Self, times: &[Timestamp]) -> bool {
        times.iter().any(|t| self.civil(*t) != other.civil(*t))
    }

    /// Whether the clocks change on the day of an instant, and on which side of that it lies.
    pub fn side_of_change(&self, t: Timestamp) -> Option<Side> {
        let date = self.date(t);
        let first = self.tz.to_offset(to_jiff(self.start_of(date)));
        // The last instant, and not the next day's first: what skips midnight is no change of this day.
        let next = self.start_of(plus_days(date, 1));
        let last = Timestamp::from_micros(next.micros().saturating_sub(1));
        if first == self.tz.to_offset(to_jiff(last)) {
            return None;
        }
        let shown = self.tz.to_offset(to_jiff(t));
        Some(if shown == first {
            Side::Before
        } else {
            Side::After
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::civil::{CivilTime, Zones};

    fn zone(name: &str) -> Zone {
        Zones::bundled().find(name).unwrap()
    }

    fn at(zone: &Zone, civil: &str) -> Timestamp {
        zone.resolve(CivilTime::parse(civil).unwrap())
    }

    #[test]
    fn clocks_are_called_as_people_call_them_in_winter_and_in_summer() {
        for (place, name) in [
            ("America/New_York", Some(ClockName::Eastern)),
            ("America/Indiana/Indianapolis", Some(ClockName::Eastern)),
            ("America/Chicago", Some(ClockName::Central)),
            ("America/Indiana/Knox", Some(ClockName::Central)),
            ("America/Denver", Some(ClockName::Mountain)),
            ("America/Los_Angeles", Some(ClockName::Pacific)),
            ("America/Anchorage", Some(ClockName::Alaska)),
            ("America/Halifax", Some(ClockName::Atlantic)),
            ("Pacific/Honolulu", Some(ClockName::Hawaii)),
            ("America/Phoenix", Some(ClockName::Arizona)),
            ("America/Puerto_Rico", Some(ClockName::PuertoRico)),
            // They write CST and CDT as Chicago does, and mean other hours.
            ("America/Havana", None),
            ("Asia/Shanghai", None),
            // Chicago's winter all year long: in summer it would be an hour wrong.
            ("America/Costa_Rica", None),
            ("Asia/Kathmandu", None),
            ("UTC", None),
        ] {
            let zone = zone(place);
            for civil in ["2026-01-15T10:00", "2026-07-15T10:00"] {
                assert_eq!(zone.clock_name(at(&zone, civil)), name, "{place} {civil}");
            }
        }
    }

    #[test]
    fn clocks_that_a_new_law_stops_lose_their_name() {
        let zone = zone("America/Vancouver");
        let winter = at(&zone, "2026-01-15T10:00");
        assert_eq!(zone.clock_name(winter), Some(ClockName::Pacific));
        assert_eq!(zone.clock_name(at(&zone, "2026-12-01T10:00")), None);
    }

    #[test]
    fn clocks_of_two_names_differ_when_they_show_two_times() {
        let [chicago, knox, phoenix, angeles] = [
            "America/Chicago",
            "America/Indiana/Knox",
            "America/Phoenix",
            "America/Los_Angeles",
        ]
        .map(zone);
        let [summer, winter] =
            ["2026-07-15T10:00", "2026-12-01T10:00"].map(|civil| at(&chicago, civil));
        assert!(!chicago.differs(&knox, &[summer, winter]));
        assert!(!phoenix.differs(&angeles, &[summer]));
        assert!(phoenix.differs(&angeles, &[summer, winter]));
        assert!(!phoenix.differs(&chicago, &[]));
    }

    #[test]
    fn the_day_of_a_change_has_two_sides_and_no_other_day_has() {
        for (place, civil, side) in [
            ("America/Chicago", "2026-10-31T10:00", None),
            ("America/Chicago", "2026-11-01T00:30", Some(Side::Before)),
            ("America/Chicago", "2026-11-01T01:30", Some(Side::Before)),
            ("America/Chicago", "2026-11-01T10:00", Some(Side::After)),
            ("America/Chicago", "2026-11-02T00:00", None),
            ("America/Chicago", "2026-03-08T01:59", Some(Side::Before)),
            ("America/Chicago", "2026-03-08T03:00", Some(Side::After)),
            // They go forward at midnight, and no time of either day comes twice.
            ("Asia/Beirut", "2026-03-28T22:00", None),
            ("Asia/Beirut", "2026-03-29T10:00", None),
            // They go back at midnight: the last hour of Saturday comes twice.
            ("Asia/Beirut", "2026-10-24T22:00", Some(Side::Before)),
            ("Asia/Beirut", "2026-10-25T10:00", None),
            ("America/Phoenix", "2026-11-01T10:00", None),
        ] {
            let zone = zone(place);
            let found = zone.side_of_change(at(&zone, civil));
            assert_eq!(found, side, "{place} {civil}");
        }
        let zone = zone("America/Chicago");
        let again = at(&zone, "2026-11-01T01:30").plus_seconds(3_600);
        assert_eq!(zone.side_of_change(again), Some(Side::After));
    }
}
