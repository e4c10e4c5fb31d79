//! Days and times as people read them: "Tuesday, December 1, 2026 at 10:00 AM".
//!
//! What a clock shows comes from [`Zone`] (the bundled zone database); how it is said comes from the
//! Unicode locale data that is compiled in. Always with the weekday, which a person notices first when
//! it is wrong. Which clocks these are is said to whoever may think of others, and in the words of people ("Central
//! Time"); on a day on which they change it is said on which side of that a time lies, for some times come twice.

use icu_datetime::fieldsets;
use icu_datetime::input::DateTime as LocaleDateTime;
use icu_datetime::{DateTimeFormatter, DateTimeFormatterPreferences};
use icu_locale_core::locale;
use jiff::civil::{Date, DateTime};
use jiff_icu::ConvertFrom as _;
use protocol::{Language, Timestamp};

use crate::civil::{Side, Zone};
use crate::texts::texts;

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

/// How times are told to one reader.
#[derive(Debug, Clone, Copy)]
pub struct Telling<'z> {
    /// In their language.
    pub language: Language,
    /// On their clocks.
    pub zone: &'z Zone,
    /// They may think of other clocks: it is said which these are.
    pub named: bool,
}

impl Telling<'_> {
    /// "Tuesday, December 1, 2026 at 10:00 AM": day and clock at that instant.
    pub fn moment(self, at: Timestamp) -> String {
        let formatter = DateTimeFormatter::try_new(
            preferences(self.language),
            fieldsets::YMDE::long().with_time_hm(),
        )
        .expect("the data of every `Language` is compiled in: tests say a moment in each");
        let (shown, _) = on_the_clock(self.zone, at);
        let moment = plain(
            &formatter
                .format(&LocaleDateTime::convert_from(shown))
                .to_string(),
        );
        moment + &self.beside(at)
    }

    /// "10:00 AM": the clock at that instant.
    pub fn clock(self, at: Timestamp) -> String {
        hour(self.language, self.zone, at) + &self.beside(at)
    }

    /// "10:30 AM": the clock at the end of what began then, of whose beginning everything was said.
    pub fn end(self, start: Timestamp, end: Timestamp) -> String {
        if self.beside(start) == self.beside(end) {
            hour(self.language, self.zone, end)
        } else {
            self.clock(end)
        }
    }

    /// What else must be said for a time to be one instant and no other, in parentheses.
    fn beside(self, at: Timestamp) -> String {
        let name = self.named.then(|| zone(self.language, self.zone, at));
        let side = self.zone.side_of_change(at).map(|side| {
            let key = match side {
                Side::Before => "clock-before",
                Side::After => "clock-after",
            };
            said(self.language, key)
        });
        let beside: Vec<String> = name.into_iter().chain(side).collect();
        if beside.is_empty() {
            return String::new();
        }
        format!(" ({})", beside.join(", "))
    }
}

/// "Central Time": what people call the clocks of the zone at that instant. Those without such a name are told by
/// their distance from GMT, which names no place either.
pub fn zone(language: Language, zone: &Zone, at: Timestamp) -> String {
    match zone.clock_name(at) {
        Some(name) => said(language, &format!("clock-{}", name.as_str())),
        None => on_the_clock(zone, at).1,
    }
}

fn said(language: Language, key: &str) -> String {
    texts(language)
        .say(key, &[])
        .expect("every language says what clocks are called: tests say each in each")
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

    /// To somebody who thinks of no other clocks.
    fn telling(language: Language, zone: &Zone) -> Telling<'_> {
        Telling {
            language,
            zone,
            named: false,
        }
    }

    #[test]
    fn english_reads_as_an_american_writes() {
        let zone = Zones::bundled().find("America/Chicago").unwrap();
        let start = at(&zone, "2026-12-01T10:00");
        let told = telling(Language::En, &zone);
        assert_eq!(told.moment(start), "Tuesday, December 1, 2026 at 10:00 AM");
        assert_eq!(told.clock(start), "10:00 AM");
        assert_eq!(hour(Language::En, &zone, start), "10:00 AM");
        assert_eq!(day(Language::En, zone.date(start)), "Tuesday, December 1");
    }

    #[test]
    fn spanish_reads_as_it_is_written_in_the_united_states() {
        let zone = Zones::bundled().find("America/Chicago").unwrap();
        let start = at(&zone, "2026-07-01T15:30");
        let told = telling(Language::Es, &zone);
        assert_eq!(
            told.moment(start),
            "miércoles, 1 de julio de 2026 a las 3:30 p.m."
        );
        assert_eq!(
            told.moment(at(&zone, "2026-07-01T13:00")),
            "miércoles, 1 de julio de 2026 a la 1:00 p.m."
        );
        assert_eq!(told.clock(start), "3:30 p.m.");
        assert_eq!(day(Language::Es, zone.date(start)), "miércoles, 1 de julio");
    }

    #[test]
    fn whoever_may_think_of_other_clocks_is_told_which_they_are() {
        for (place, english, spanish) in [
            ("America/New_York", "Eastern Time", "hora del este"),
            ("America/Chicago", "Central Time", "hora del centro"),
            ("America/Denver", "Mountain Time", "hora de la montaña"),
            ("America/Los_Angeles", "Pacific Time", "hora del Pacífico"),
            ("America/Anchorage", "Alaska Time", "hora de Alaska"),
            ("America/Halifax", "Atlantic Time", "hora del Atlántico"),
            ("Pacific/Honolulu", "Hawaii Time", "hora de Hawái"),
            ("America/Phoenix", "Arizona Time", "hora de Arizona"),
            (
                "America/Puerto_Rico",
                "Puerto Rico Time",
                "hora de Puerto Rico",
            ),
            ("Asia/Kathmandu", "GMT+5:45", "GMT+5:45"),
        ] {
            let zone = Zones::bundled().find(place).unwrap();
            let start = at(&zone, "2026-12-01T10:00");
            for (language, clock, name) in [
                (Language::En, "10:00 AM", english),
                (Language::Es, "10:00 a.m.", spanish),
            ] {
                let told = Telling {
                    named: true,
                    ..telling(language, &zone)
                };
                assert_eq!(told.clock(start), format!("{clock} ({name})"));
                assert!(told.moment(start).ends_with(&format!(" ({name})")));
                // Said once, of the beginning.
                assert!(!told.end(start, start.plus_seconds(1_800)).contains('('));
            }
        }
    }

    #[test]
    fn two_instants_of_one_clock_time_are_told_apart() {
        let zone = Zones::bundled().find("America/New_York").unwrap();
        let first = at(&zone, "2026-11-01T01:30");
        let second = first.plus_seconds(3_600);
        for (language, before, after) in [
            (
                Language::En,
                "1:30 AM (before the clocks change)",
                "1:30 AM (after the clocks change)",
            ),
            (
                Language::Es,
                "1:30 a.m. (antes del cambio de hora)",
                "1:30 a.m. (después del cambio de hora)",
            ),
        ] {
            let told = telling(language, &zone);
            assert_eq!(told.clock(first), before);
            assert_eq!(told.clock(second), after);
            assert_eq!(told.end(first, second), after);
        }
        let named = Telling {
            named: true,
            ..telling(Language::En, &zone)
        };
        assert_eq!(
            named.clock(second),
            "1:30 AM (Eastern Time, after the clocks change)"
        );
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
                let said = telling(*language, &zone).moment(midnight);
                assert!(said.contains("12:00") && !said.contains('('), "{said}");
                assert!(seen.insert(said));
            }
        }
    }
}
