//! How often visits repeat, as people say it: "every 2 weeks on Tuesday and Thursday".

use protocol::http::{RepeatDay, Repeats};
use protocol::{Frequency, Language};

use crate::texts::{TextError, Texts, Word, texts};
use crate::words_of_time;

/// The rule of a series in words; nothing for one that needs more of them than its dates do.
pub fn repeats(language: Language, repeats: &Repeats) -> Result<Option<String>, TextError> {
    let text = texts(language);
    let count = ("count", Word::Count(usize::from(repeats.interval)));
    match (repeats.frequency, repeats.days.as_slice()) {
        (Frequency::Daily, []) => text.say("mail-repeats-days", &[count]).map(Some),
        (Frequency::Daily, days) if repeats.interval == 1 => weekly(language, text, days, count),
        (Frequency::Daily, _) => Ok(None),
        (Frequency::Weekly, days) => weekly(language, text, days, count),
        (Frequency::Monthly, _) => monthly(language, text, repeats, count),
    }
}

fn weekly(
    language: Language,
    text: &Texts,
    days: &[RepeatDay],
    count: (&str, Word<'_>),
) -> Result<Option<String>, TextError> {
    let names = days.iter().map(|day| {
        let name = words_of_time::weekday(language, day.weekday);
        text.say("mail-repeats-day", &[("day", Word::Text(&name))])
    });
    let names = names.collect::<Result<Vec<_>, _>>()?;
    let list = match names.as_slice() {
        [] => return Ok(None),
        [one] => one.clone(),
        [before @ .., last] => {
            let before = before.join(", ");
            let two = [("before", Word::Text(&before)), ("last", Word::Text(last))];
            text.say("mail-repeats-and", &two)?
        }
    };
    let days = ("days", Word::Text(&list));
    text.say("mail-repeats-weeks", &[count, days]).map(Some)
}

fn monthly(
    language: Language,
    text: &Texts,
    repeats: &Repeats,
    count: (&str, Word<'_>),
) -> Result<Option<String>, TextError> {
    if repeats.shift_days != 0 {
        return Ok(None);
    }
    let positions = repeats.positions.as_slice();
    let said = match (repeats.days.as_slice(), repeats.month_days.as_slice()) {
        ([], [day]) if positions.is_empty() => match usize::try_from(*day) {
            Ok(day) => {
                let day = ("day", Word::Count(day));
                text.say("mail-repeats-month-day", &[count, day])?
            }
            Err(_) if *day == -1 => text.say("mail-repeats-month-end", &[count])?,
            Err(_) => return Ok(None),
        },
        ([day], []) => {
            let nth = match (day.nth, positions) {
                (Some(nth), []) => nth,
                (None, [nth]) => *nth,
                _ => return Ok(None),
            };
            let Some(which) = which(nth) else {
                return Ok(None);
            };
            let name = words_of_time::weekday(language, day.weekday);
            let day = text.say(which, &[("day", Word::Text(&name))])?;
            let day = ("day", Word::Text(&day));
            text.say("mail-repeats-month-nth", &[count, day])?
        }
        _ => return Ok(None),
    };
    Ok(Some(said))
}

/// "The second Tuesday": the text that says it.
fn which(nth: i8) -> Option<&'static str> {
    Some(match nth {
        1 => "mail-repeats-first",
        2 => "mail-repeats-second",
        3 => "mail-repeats-third",
        4 => "mail-repeats-fourth",
        5 => "mail-repeats-fifth",
        -1 => "mail-repeats-last",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::civil::parse_date;
    use crate::series::{Rule, Shift};

    fn said(rule: &str, first: &str, language: Language) -> Option<String> {
        let first = parse_date(first).unwrap();
        let rule = Rule::parse(rule, first).unwrap();
        repeats(language, &rule.repeats(first, Shift::new(0, 600))).unwrap()
    }

    #[test]
    fn rules_are_said_as_people_say_them() {
        for (rule, first, english, spanish) in [
            (
                "FREQ=DAILY;COUNT=3",
                "2026-11-10",
                "every day",
                "todos los días",
            ),
            (
                "FREQ=DAILY;INTERVAL=3;COUNT=3",
                "2026-11-10",
                "every 3 days",
                "cada 3 días",
            ),
            (
                "FREQ=WEEKLY;COUNT=12",
                "2026-11-10",
                "every week on Tuesday",
                "cada semana, el martes",
            ),
            (
                "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;COUNT=12",
                "2026-11-10",
                "every 2 weeks on Tuesday and Thursday",
                "cada 2 semanas, el martes y el jueves",
            ),
            (
                "FREQ=WEEKLY;BYDAY=MO,TU,FR;COUNT=12",
                "2026-11-10",
                "every week on Monday, Tuesday and Friday",
                "cada semana, el lunes, el martes y el viernes",
            ),
            (
                "FREQ=MONTHLY;COUNT=6",
                "2026-11-10",
                "every month on day 10",
                "cada mes, el día 10",
            ),
            (
                "FREQ=MONTHLY;INTERVAL=2;BYDAY=2TU;COUNT=6",
                "2026-11-10",
                "every 2 months on the second Tuesday",
                "cada 2 meses, el segundo martes",
            ),
            (
                "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-1;COUNT=6",
                "2026-11-30",
                "every month on the last Monday",
                "cada mes, el último lunes",
            ),
            (
                "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=6",
                "2026-11-30",
                "every month on its last day",
                "cada mes, el último día",
            ),
        ] {
            assert_eq!(said(rule, first, Language::En).as_deref(), Some(english));
            assert_eq!(said(rule, first, Language::Es).as_deref(), Some(spanish));
        }
    }

    #[test]
    fn what_needs_many_words_is_left_to_its_dates() {
        for rule in [
            "FREQ=MONTHLY;BYMONTHDAY=10,20;COUNT=6",
            "FREQ=MONTHLY;BYDAY=TU,TH;BYSETPOS=3;COUNT=6",
            "FREQ=DAILY;INTERVAL=2;BYDAY=TU,TH;COUNT=6",
        ] {
            assert_eq!(said(rule, "2026-11-10", Language::En), None, "{rule}");
        }
    }
}
