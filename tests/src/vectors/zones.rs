//! Whoever was told a time keeps it, whatever becomes of the law (scheduling.md, P8): under every pair of seven
//! real releases of the zone database, at the civil times at which they disagree and at any other. The instants
//! in `tests/vectors/zones/instants.tsv` are Python's (`tests/vectors/zones/README.md`).
//!
//! What a server makes of such a pair is told in `stories::zone_laws`.

use care::civil::{CivilTime, Zone, Zones};
use proptest::prelude::*;
use protocol::{Code, Timestamp};
use testkit::zones::{RELEASES, release};

const INSTANTS: &str = include_str!("../../vectors/zones/instants.tsv");

/// A civil time, and the instant that it is by each release that names the zone.
struct Row {
    zone: &'static str,
    civil: CivilTime,
    instants: Vec<&'static str>,
}

fn rows() -> Vec<Row> {
    let mut lines = INSTANTS.lines();
    let head: Vec<_> = lines.next().unwrap().split('\t').skip(2).collect();
    assert_eq!(head, RELEASES);
    let row = |line: &'static str| {
        let mut fields = line.split('\t');
        Row {
            zone: fields.next().unwrap(),
            civil: CivilTime::parse(fields.next().unwrap()).unwrap(),
            instants: fields.collect(),
        }
    };
    lines.map(row).collect()
}

fn releases() -> Vec<Zones> {
    RELEASES.iter().map(|name| release(name)).collect()
}

/// As the vectors write it.
fn utc(at: Timestamp) -> String {
    Zone::utc().civil(at).to_string()
}

/// What an appointment's people see of it after it was put where its civil time is by another law: the time that
/// they were told, or, where the clocks skip that now, the time that comes as long after it as they skip.
fn keeps(told: CivilTime, new: &Zone) -> Result<(), String> {
    let at = new.resolve(told);
    let shown = new.civil(at);
    match new.resolve_typed(told) {
        Ok(typed) if typed == at && shown == told => Ok(()),
        Err(refusal) if refusal.code == Code::TimeInGap && shown > told => Ok(()),
        _ => Err(format!("{told} in {} is shown as {shown}", new.name())),
    }
}

#[test]
fn every_release_reads_as_it_reads_in_python() {
    let (releases, mut read) = (releases(), 0);
    for (zones, name) in releases.iter().zip(RELEASES) {
        assert_eq!(zones.version(), name);
    }
    for row in rows() {
        for (zones, instant) in releases.iter().zip(&row.instants) {
            if instant.is_empty() {
                assert!(zones.find(row.zone).is_err(), "{}", row.zone);
                continue;
            }
            let zone = zones.find(row.zone).unwrap();
            let at = zone.resolve(row.civil);
            assert_eq!(
                utc(at),
                *instant,
                "{} in {} by {}",
                row.civil,
                row.zone,
                zones.version()
            );
            read += 1;
        }
    }
    assert!(read > 4_000, "{read}");
}

#[test]
fn what_is_in_the_binary_and_the_same_release_in_a_directory_are_one() {
    let (bundled, newest) = (Zones::bundled(), release("2026f"));
    if bundled.version() != newest.version() {
        // A later one: what the laws of 2026 say of that year is in both.
        assert!(bundled.version() > newest.version());
    }
    for row in rows() {
        if row.civil.to_string().as_str() < "2026-12" {
            let [ours, read] = [&bundled, &newest].map(|zones| zones.find(row.zone).unwrap());
            assert_eq!(
                ours.resolve(row.civil),
                read.resolve(row.civil),
                "{}",
                row.zone
            );
        }
    }
}

#[test]
fn people_keep_the_time_they_were_told_under_every_pair_of_releases() {
    let (releases, rows) = (releases(), rows());
    for (from, old) in releases.iter().enumerate() {
        for (to, new) in releases.iter().enumerate() {
            let mut moved = 0;
            for row in &rows {
                let (Ok(old), Ok(new)) = (old.find(row.zone), new.find(row.zone)) else {
                    continue;
                };
                // Nobody is told a time that never comes.
                let Ok(was) = old.resolve_typed(row.civil) else {
                    continue;
                };
                assert_eq!(old.civil(was), row.civil);
                keeps(row.civil, &new).unwrap();
                moved += usize::from(new.resolve(row.civil) != was);
            }
            // A pair under which nothing moves would prove nothing.
            let pair = (old.version(), new.version());
            assert_eq!(moved > 0, from != to, "{moved} moved from {pair:?}");
        }
    }
}

fn any_release() -> impl Strategy<Value = usize> {
    0..RELEASES.len()
}

/// From 2020 to 2029, to the minute.
fn any_civil() -> impl Strategy<Value = CivilTime> {
    let parts = (2020..2030_u16, 1..13_u8, 1..29_u8, 0..24_u8, 0..60_u8);
    parts.prop_map(|(year, month, day, hour, minute)| {
        let text = format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}");
        CivilTime::parse(&text).unwrap()
    })
}

proptest! {
    #[test]
    fn people_keep_any_time_they_were_told(
        old in any_release(), new in any_release(),
        row in prop::sample::select(rows().iter().map(|row| row.zone).collect::<Vec<_>>()),
        civil in any_civil(),
    ) {
        let [old, new] = [old, new].map(|place| release(RELEASES[place]).find(row));
        if let (Ok(old), Ok(new)) = (old, new)
            && let Ok(was) = old.resolve_typed(civil)
        {
            prop_assert_eq!(keeps(civil, &new), Ok(()));
            // The old law comes back: so does the instant.
            prop_assert_eq!(old.resolve(civil), was);
        }
    }
}
