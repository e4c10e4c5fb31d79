//! Days and times as people read them: "Tuesday, December 1, 2026 at 10:00 AM (GMT-6)".
//!
//! What a clock shows comes from [`Zone`] (the bundled zone database); how it is said comes from the
//! Unicode locale data that is compiled in. Always with the weekday, which a person notices first when
//! it is wrong, and with the distance from GMT, which tells two zones apart without naming a place.

use icu_datetime::fieldsets;
use icu_datetime::input::DateTime as LocaleDateTime;
use icu_datetime::{DateTimeFormatter, DateTimeFormatterPreferences};
use icu_locale_core::locale;
use jiff::civil::{Date, DateTime};
use jiff_icu::ConvertFrom as _;
use protocol::{Language, Timestamp};

use crate::civil::Zone;

/// "Tuesday, December 1".
pub fn day(language: Language, date: Date) -> String {
    let formatter = DateTimeFormatter::try_new(preferences(language), fieldsets::MDE::long())
        .expect("the data of every `Language` is compiled in: tests say a day in each");
    plain(
        &formatter
            .format(&LocaleDateTime::convert_from(date.at(12, 0, 0, 0)))
            .to_string(),
    )
}

/// "Tuesday", by its number from 1 (Monday) to 7 (ISO 8601).
pub fn weekday(language: Language, number: u8) -> String {
    let formatter = DateTimeFormatter::try_new(preferences(language), fieldsets::E::long())
        .expect("the data of every `Language` is compiled in: tests say a weekday in each");
    // The first of June 2026 is a Monday.
    let day = i8::try_from(number.clamp(1, 7)).unwrap_or(1);
    let date = jiff::civil::date(2026, 6, day);
    plain(
        &formatter
            .format(&LocaleDateTime::convert_from(date.at(12, 0, 0, 0)))
            .to_string(),
    )
}

/// "10:00 AM (GMT-6)": the clock of the zone at that instant.
pub fn clock(language: Language, zone: &Zone, at: Timestamp) -> String {
    format!("{} ({})", hour(language, zone, at), offset(zone, at))
}

/// "GMT-6": how far the clocks of the zone are from GMT at that instant.
pub fn offset(zone: &Zone, at: Timestamp) -> String {
    on_the_clock(zone, at).1
}

/// "10:00 AM": the same clock where something beside it says in which zone.
pub fn hour(language: Language, zone: &Zone, at: Timestamp) -> String {
    let formatter = DateTimeFormatter::try_new(preferences(language), fieldsets::T::hm())
        .expect("the data of every `Language` is compiled in: tests say a time in each");
    let (shown, _) = on_the_clock(zone, at);
    plain(
        &formatter
            .format(&LocaleDateTime::convert_from(shown))
            .to_string(),
    )
}

/// "Tuesday, December 1, 2026 at 10:00 AM (GMT-6)": day and clock of the zone at that instant.
pub fn moment(language: Language, zone: &Zone, at: Timestamp) -> String {
    let formatter = DateTimeFormatter::try_new(
        preferences(language),
        fieldsets::YMDE::long().with_time_hm(),
    )
    .expect("the data of every `Language` is compiled in: tests say a moment in each");
    let (shown, offset) = on_the_clock(zone, at);
    let moment = plain(
        &formatter
            .format(&LocaleDateTime::convert_from(shown))
            .to_string(),
    );
    format!("{moment} ({offset})")
}

/// The customs of the country where the product is used: English and Spanish of the United States,
/// a clock of twelve hours.
fn preferences(language: Language) -> DateTimeFormatterPreferences {
    match language {
        Language::En => locale!("en-US").into(),
        Language::Es => locale!("es-US").into(),
    }
}

/// What the clock shows, and its distance from GMT as people write it.
fn on_the_clock(zone: &Zone, at: Timestamp) -> (DateTime, String) {
    let local = zone.local(at);
    let shown = local
        .civil
        .parse()
        .expect("`Zone::local` writes a civil time that reads back");
    (shown, distance(&local.offset))
}

/// `-06:00` as "GMT-6", `+05:45` as "GMT+5:45", `+00:00` as "GMT".
fn distance(offset: &str) -> String {
    let (sign, rest) = offset.split_at(1);
    let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "00"));
    let hours = hours.trim_start_matches('0');
    match (hours, minutes) {
        ("", "00") => "GMT".to_owned(),
        ("", minutes) => format!("GMT{sign}0:{minutes}"),
        (hours, "00") => format!("GMT{sign}{hours}"),
        (hours, minutes) => format!("GMT{sign}{hours}:{minutes}"),
    }
}

/// The locale data puts narrow spaces where old mail programs show a box, and lets Spanish say "at one"
/// like "at two".
fn plain(text: &str) -> String {
    text.replace(['\u{202f}', '\u{a0}', '\u{2009}'], " ")
        .replace(" a las 1:", " a la 1:")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::civil::{CivilTime, Zones};

    fn at(zone: &Zone, civil: &str) -> Timestamp {
        zone.resolve(CivilTime::parse(civil).unwrap())
    }

    #[test]
    fn english_reads_as_an_american_writes() {
        let zone = Zones::bundled().find("America/Chicago").unwrap();
        let start = at(&zone, "2026-12-01T10:00");
        assert_eq!(
            moment(Language::En, &zone, start),
            "Tuesday, December 1, 2026 at 10:00 AM (GMT-6)"
        );
        assert_eq!(clock(Language::En, &zone, start), "10:00 AM (GMT-6)");
        assert_eq!(hour(Language::En, &zone, start), "10:00 AM");
        assert_eq!(offset(&zone, start), "GMT-6");
        assert_eq!(day(Language::En, zone.date(start)), "Tuesday, December 1");
    }

    #[test]
    fn spanish_reads_as_it_is_written_in_the_united_states() {
        let zone = Zones::bundled().find("America/Chicago").unwrap();
        let start = at(&zone, "2026-07-01T15:30");
        assert_eq!(
            moment(Language::Es, &zone, start),
            "miércoles, 1 de julio de 2026 a las 3:30 p.m. (GMT-5)"
        );
        assert_eq!(
            moment(Language::Es, &zone, at(&zone, "2026-07-01T13:00")),
            "miércoles, 1 de julio de 2026 a la 1:00 p.m. (GMT-5)"
        );
        assert_eq!(clock(Language::Es, &zone, start), "3:30 p.m. (GMT-5)");
        assert_eq!(day(Language::Es, zone.date(start)), "miércoles, 1 de julio");
    }

    #[test]
    fn two_instants_of_one_clock_time_are_told_apart() {
        let zone = Zones::bundled().find("America/New_York").unwrap();
        let first = at(&zone, "2026-11-01T01:30");
        let second = first.plus_seconds(3_600);
        assert_eq!(clock(Language::En, &zone, first), "1:30 AM (GMT-4)");
        assert_eq!(clock(Language::En, &zone, second), "1:30 AM (GMT-5)");
    }

    #[test]
    fn distances_are_short_where_they_can_be() {
        for (offset, said) in [
            ("-06:00", "GMT-6"),
            ("+05:45", "GMT+5:45"),
            ("+00:00", "GMT"),
            ("-10:00", "GMT-10"),
            ("+00:30", "GMT+0:30"),
        ] {
            assert_eq!(distance(offset), said);
        }
    }

    #[test]
    fn every_language_says_every_day_of_a_year_and_midnight_and_noon() {
        let zone = Zones::bundled().find("Asia/Kathmandu").unwrap();
        for language in Language::ALL {
            let mut seen = std::collections::BTreeSet::new();
            for n in 0..365 {
                let midnight = at(&zone, "2026-01-01T00:00").plus_seconds(n * 86_400);
                let said = moment(*language, &zone, midnight);
                assert!(
                    said.contains("12:00") && said.ends_with("(GMT+5:45)"),
                    "{said}"
                );
                assert!(seen.insert(said));
            }
        }
    }
}
