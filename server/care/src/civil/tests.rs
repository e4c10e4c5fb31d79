//! Places whose clocks broke other calendars, the laws of 2026 among them (Cuba keeps its summer time
//! until November 2027). The expected instants were computed by Python's `zoneinfo`.

use super::*;

pub(super) const TORTURE: [&str; 12] = [
    "America/Vancouver",
    "America/Edmonton",
    "Africa/Casablanca",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/Havana",
    "America/Santiago",
    "Asia/Beirut",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "Europe/Dublin",
    "America/St_Johns",
];

pub(super) fn zone(name: &str) -> Zone {
    Zones::bundled().find(name).unwrap()
}

fn civil(text: &str) -> CivilTime {
    CivilTime::parse(text).unwrap()
}

/// An instant as `2026-12-01T17:00Z`.
fn utc(text: &str) -> Timestamp {
    from_jiff(text.replace('Z', ":00Z").parse().unwrap())
}

#[test]
fn ten_in_the_morning_of_december_2026_is_what_the_law_says() {
    for (name, offset, instant) in [
        ("America/Vancouver", "-07:00", "2026-12-01T17:00Z"),
        ("America/Edmonton", "-06:00", "2026-12-01T16:00Z"),
        ("Africa/Casablanca", "+00:00", "2026-12-01T10:00Z"),
        ("Australia/Lord_Howe", "+11:00", "2026-11-30T23:00Z"),
        ("Africa/Cairo", "+02:00", "2026-12-01T08:00Z"),
        ("America/Havana", "-04:00", "2026-12-01T14:00Z"),
        ("America/Santiago", "-03:00", "2026-12-01T13:00Z"),
        ("Asia/Beirut", "+02:00", "2026-12-01T08:00Z"),
        ("Pacific/Apia", "+13:00", "2026-11-30T21:00Z"),
        ("Asia/Kathmandu", "+05:45", "2026-12-01T04:15Z"),
        ("Europe/Dublin", "+00:00", "2026-12-01T10:00Z"),
    ] {
        let (zone, ten) = (zone(name), civil("2026-12-01T10:00"));
        assert_eq!(zone.resolve_typed(ten), Ok(utc(instant)), "{name}");
        assert_eq!(zone.resolve(ten), utc(instant), "{name}");
        assert_eq!(zone.civil(utc(instant)), ten, "{name}");
        let local = zone.local(utc(instant));
        assert_eq!(local.civil, "2026-12-01T10:00", "{name}");
        assert_eq!(local.offset, offset, "{name}");
        assert_eq!(local.zone, name);
    }
}

/// Zone, typed | the next valid time and its offset | the instant by "compatible".
const GAPS: &str = "
    America/Edmonton    2026-03-08T02:30 | 2026-03-08T03:00 -06:00 | 2026-03-08T09:30Z
    Australia/Lord_Howe 2026-10-04T02:15 | 2026-10-04T02:30 +11:00 | 2026-10-03T15:45Z
    Africa/Cairo        2026-04-24T00:00 | 2026-04-24T01:00 +03:00 | 2026-04-23T22:00Z
    Africa/Cairo        2026-04-24T00:30 | 2026-04-24T01:00 +03:00 | 2026-04-23T22:30Z
    America/Havana      2028-03-12T00:30 | 2028-03-12T01:00 -04:00 | 2028-03-12T05:30Z
    America/Santiago    2026-09-06T00:30 | 2026-09-06T01:00 -03:00 | 2026-09-06T04:30Z
    Asia/Beirut         2027-03-28T00:30 | 2027-03-28T01:00 +03:00 | 2027-03-27T22:30Z
    Pacific/Apia        2011-12-30T10:00 | 2011-12-31T00:00 +14:00 | 2011-12-30T20:00Z
    Europe/Dublin       2026-03-29T01:30 | 2026-03-29T02:00 +01:00 | 2026-03-29T01:30Z
    America/Toronto     1919-03-30T23:45 | 1919-03-31T00:30 -04:00 | 1919-03-31T04:45Z
";

#[test]
fn a_typed_time_in_a_gap_is_refused_with_the_next_valid_one() {
    for line in GAPS.lines().filter(|line| line.contains('|')) {
        let words = line.split_whitespace().filter(|word| *word != "|");
        let [name, typed, next, offset, compatible] = *words.collect::<Vec<_>>() else {
            panic!("{line}");
        };
        let zone = zone(name);
        let refusal = zone.resolve_typed(civil(typed)).unwrap_err();
        assert_eq!(refusal.code, Code::TimeInGap, "{line}");
        let Some(Instead::Time(local)) = refusal.instead.map(|instead| *instead) else {
            panic!("{line}: nothing instead");
        };
        assert_eq!((&*local.civil, &*local.offset), (next, offset), "{line}");
        assert!(zone.resolve_typed(civil(&local.civil)).is_ok(), "{line}");
        assert_eq!(zone.resolve(civil(typed)), utc(compatible), "{line}");
    }
}

#[test]
fn a_time_that_comes_twice_is_its_first() {
    for (name, twice, first) in [
        (
            "Australia/Lord_Howe",
            "2027-04-04T01:45",
            "2027-04-03T14:45Z",
        ),
        ("Africa/Cairo", "2026-10-29T23:30", "2026-10-29T20:30Z"),
        ("America/Havana", "2027-11-07T00:30", "2027-11-07T04:30Z"),
        ("America/Santiago", "2026-04-04T23:30", "2026-04-05T02:30Z"),
        ("Asia/Beirut", "2026-10-24T23:30", "2026-10-24T20:30Z"),
        ("Europe/Dublin", "2026-10-25T01:30", "2026-10-25T00:30Z"),
        ("America/St_Johns", "2010-11-07T00:00", "2010-11-07T02:30Z"),
    ] {
        let (zone, twice) = (zone(name), civil(twice));
        assert_eq!(zone.resolve_typed(twice), Ok(utc(first)), "{name}");
        assert_eq!(zone.resolve(twice), utc(first), "{name}");
        assert_eq!(zone.civil(utc(first)), twice, "{name}");
    }
}

#[test]
fn the_laws_of_2026_are_known() {
    for (name, before, after) in [
        ("America/Havana", "-04:00", "-04:00"),
        ("America/Vancouver", "-07:00", "-07:00"),
        ("America/Edmonton", "-06:00", "-06:00"),
        ("Africa/Casablanca", "+01:00", "+00:00"),
    ] {
        let zone = zone(name);
        assert_eq!(
            zone.local(utc("2026-09-01T12:00Z")).offset,
            before,
            "{name}"
        );
        assert_eq!(zone.local(utc("2026-11-15T12:00Z")).offset, after, "{name}");
        assert_eq!(zone.local(utc("2027-07-01T12:00Z")).offset, after, "{name}");
    }
}

#[test]
fn a_day_begins_at_its_first_instant_even_without_midnight() {
    for (name, date, instant) in [
        ("America/Edmonton", "2026-12-01", "2026-12-01T06:00Z"),
        ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00Z"),
        ("Africa/Cairo", "2026-10-30", "2026-10-29T22:00Z"),
        ("America/Havana", "2028-03-12", "2028-03-12T05:00Z"),
        ("America/Havana", "2027-11-07", "2027-11-07T04:00Z"),
        ("America/Santiago", "2026-09-06", "2026-09-06T04:00Z"),
        ("Asia/Beirut", "2027-03-28", "2027-03-27T22:00Z"),
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00Z"),
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00Z"),
        // The gap begins at 23:30 of the day before: midnight by "compatible" would be 01:00.
        ("America/Toronto", "1919-03-31", "1919-03-31T04:30Z"),
    ] {
        let date = parse_date(date).unwrap();
        assert_eq!(zone(name).start_of(date), utc(instant), "{name} {date}");
    }
}

#[test]
fn only_the_one_form_is_a_time_or_a_date() {
    assert_eq!(civil("2026-12-01T10:00").to_string(), "2026-12-01T10:00");
    assert_eq!(civil("2024-02-29T00:00").minute(), 0);
    assert_eq!(civil("2024-02-29T23:59").minute(), 1_439);
    assert_eq!(
        civil("2026-12-01T10:00").date(),
        parse_date("2026-12-01").unwrap()
    );
    for text in [
        "",
        "T",
        "2026-12-01",
        "2026-12-01 10:00",
        "2026-12-01T10:00:00",
        "2026-12-01T10:00Z",
        "2026-12-01T24:00",
        "2026-12-01T10:60",
        "2026-12-01T1:00",
        "2026-13-01T10:00",
        "2026-02-29T10:00",
        "+026-12-01T10:00",
        "-026-12-01T10:00",
        "2026-12-01T-1:00",
        "2026-12-01T+1:00",
        " 2026-12-01T10:00",
        "2026-12-01T10:00 ",
        "1899-12-31T10:00",
        "3000-01-01T10:00",
        "2026-12-01T10:00[America/Edmonton]",
        "２０２６-12-01T10:00",
        "2026-12-01t10:00",
        "20261201T1000",
        "2026-12-01T10:00:",
    ] {
        let refusal = CivilTime::parse(text).unwrap_err();
        assert_eq!(refusal.code, Code::TimeMalformed, "{text:?}");
        assert!(refusal.instead.is_none());
    }
    for text in [
        "",
        "2026-12-1",
        "2026-12-32",
        "2026-12-01T10:00",
        "2026-12-01-01",
        "0000-01-01",
    ] {
        assert_eq!(
            parse_date(text).unwrap_err().code,
            Code::TimeMalformed,
            "{text:?}"
        );
    }
}

#[test]
fn a_zone_is_found_by_its_name_only_and_spelled_as_the_database_spells_it() {
    let zones = Zones::bundled();
    assert_eq!(
        zones.find("america/EDMONTON").unwrap().name(),
        "America/Edmonton"
    );
    assert_eq!(zone("america/edmonton"), zone("America/Edmonton"));
    assert_ne!(zone("America/Vancouver"), zone("America/Edmonton"));
    assert_eq!(zone("UTC").local(utc("2026-12-01T10:00Z")).offset, "+00:00");
    assert_eq!(format!("{:?}", zone("UTC")), "Zone(UTC)");
    for name in [
        "",
        " ",
        "Mars/Olympus",
        "Etc/Unknown",
        "Factory",
        "America/Edmonton\0",
        "America",
        "../etc/passwd",
        "+02:00",
        "-6",
        "local",
        "EST5EDT4,M3.2.0,M11.1.0",
        "America/Edmonton ",
    ] {
        let refusal = zones.find(name).map(|_| ()).unwrap_err();
        assert_eq!(refusal.code, Code::ZoneUnknown, "{name:?}");
        assert!(
            name.trim().is_empty() || !refusal.detail.contains(name),
            "{name:?}"
        );
    }
}

#[test]
fn the_database_is_the_one_inside_the_binary_and_not_older_than_the_law() {
    assert!(
        Zones::bundled().version() >= "2026f",
        "{}",
        Zones::bundled().version()
    );
}

#[test]
fn no_instant_that_a_caller_can_send_breaks_the_calendar() {
    for name in TORTURE {
        let zone = zone(name);
        for micros in [i64::MIN, i64::MIN / 2, -1, 0, 1, i64::MAX / 2, i64::MAX] {
            let t = Timestamp::from_micros(micros);
            let _ = zone.local(t);
            let date = zone.date(t);
            assert!(
                zone.start_of(date) <= zone.start_of(plus_days(date, 1)),
                "{name} {micros}"
            );
            assert!(zone.start_of(plus_days(date, i32::from(u16::MAX))) >= zone.start_of(date));
            let _ = zone.resolve(zone.civil(t));
        }
    }
}

#[test]
fn no_zone_changes_its_clocks_there_and_back_within_a_day() {
    let zones = jiff::tz::TimeZoneDatabase::bundled();
    let from: Instant = "1971-01-01T00:00:00Z".parse().unwrap();
    let until: Instant = "2060-01-01T00:00:00Z".parse().unwrap();
    let mut changes = 0;
    for name in zones.available() {
        let tz = zones.get(name.as_str()).unwrap();
        let mut last: Option<Instant> = None;
        for change in tz
            .following(from)
            .take_while(|change| change.timestamp() < until)
        {
            if let Some(last) = last {
                let apart_s = change.timestamp().as_second() - last.as_second();
                assert!(
                    apart_s > 2 * 86_400,
                    "{} at {}",
                    name.as_str(),
                    change.timestamp()
                );
            }
            last = Some(change.timestamp());
            changes += 1;
        }
    }
    assert!(changes > 10_000, "only {changes} changes seen");
}
