//! What a mail says that speaks for a series: how it repeats, and its dates.

use care::texts::{Texts, Word, texts};
use care::{words_of_series, words_of_time};
use protocol::Step;

use super::WriteError;
use super::wording::{Said, telling};
use crate::{Letter, SeriesFacts, VisitFacts};

/// The sentences of an invitation or a cancellation.
pub(super) fn say_times(
    said: &mut Said,
    letter: &Letter,
    visit: &VisitFacts,
    series: &SeriesFacts,
) -> Result<(), WriteError> {
    let text = texts(letter.envelope.language);
    let name = match letter.step {
        Step::Invitation if series.again => "series-moved",
        Step::Invitation => "series",
        Step::Cancellation => "series-off",
        _ => return Err(WriteError::NoFacts),
    };
    let day = words_of_time::day(letter.envelope.language, visit.zone.date(visit.start));
    said.subject = text.say(
        &format!("mail-{name}-subject"),
        &[("day", Word::Text(&day))],
    )?;
    said.title = text.say(&format!("mail-{name}-title"), &[])?;
    said.body = text.say(&format!("mail-{name}-body"), &[])?;
    said.facts = match letter.step {
        Step::Cancellation => called_off(text, letter, visit, series)?,
        _ => planned(text, letter, visit, series)?,
    };
    if letter.step == Step::Invitation {
        said.hint = hint(text, visit, series)?;
    }
    Ok(())
}

fn planned(
    text: &Texts,
    letter: &Letter,
    visit: &VisitFacts,
    series: &SeriesFacts,
) -> Result<Vec<String>, WriteError> {
    let telling = telling(letter.envelope.language, visit);
    let first = telling.moment(visit.start);
    let end = telling.end(visit.start, visit.end);
    let mut facts = vec![
        text.say("mail-series-first", &[("moment", Word::Text(&first))])?,
        text.say("mail-until", &[("clock", Word::Text(&end))])?,
    ];
    if let Some(rule) = words_of_series::repeats(letter.envelope.language, &series.repeats)? {
        facts.push(text.say("mail-series-repeats", &[("rule", Word::Text(&rule))])?);
    }
    for start in series.starts.iter().filter(|start| **start > visit.start) {
        let then = telling.moment(*start);
        facts.push(text.say("mail-series-then", &[("moment", Word::Text(&then))])?);
    }
    if series.more {
        facts.push(text.say("mail-series-more", &[])?);
    }
    Ok(facts)
}

fn called_off(
    text: &Texts,
    letter: &Letter,
    visit: &VisitFacts,
    series: &SeriesFacts,
) -> Result<Vec<String>, WriteError> {
    let mut facts = Vec::with_capacity(series.starts.len() + 1);
    let telling = telling(letter.envelope.language, visit);
    for start in &series.starts {
        let moment = telling.moment(*start);
        facts.push(text.say("mail-when", &[("moment", Word::Text(&moment))])?);
    }
    if series.more {
        facts.push(text.say("mail-series-off-more", &[])?);
    }
    Ok(facts)
}

/// What the button is for, and how each later visit can be answered.
fn hint(
    text: &Texts,
    visit: &VisitFacts,
    series: &SeriesFacts,
) -> Result<Option<String>, WriteError> {
    if visit.link_token.is_none() {
        return Ok(None);
    }
    let first = if visit.calendar_file {
        "mail-series-hint-file"
    } else {
        "mail-series-hint"
    };
    let later = if series.reminded {
        "mail-series-hint-reminded"
    } else {
        "mail-series-hint-page"
    };
    let said = [text.say(first, &[])?, text.say(later, &[])?];
    Ok(Some(said.join(" ")))
}
