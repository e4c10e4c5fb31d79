//! What a mail says that reminds of several visits of one day: of each, together, when it is and the way to it. At
//! level 0 it is any mail of that level, and does not say that there are several.

use care::texts::{Texts, Word, texts};
use care::words_of_time;
use protocol::Disclosure;

use super::wording::{
    Button, Said, SaidVisit, frame, link, one_line, say_where, telling, wants_answer,
};
use super::{WriteError, is_https};
use crate::{Identity, Letter, VisitFacts};

/// Chooses the sentences. The first visit is the letter's own.
pub(super) fn choose(
    letter: &Letter,
    identity: &Identity,
    first: &VisitFacts,
) -> Result<Said, WriteError> {
    let language = letter.envelope.language;
    let text = texts(language);
    let visits: Vec<&VisitFacts> = std::iter::once(first).chain(&letter.beside).collect();
    let mut said = frame(text, Button::to_app(text, identity)?)?;
    // Whosever link it is: it ends the reminders of all visits of its reader.
    let mut links = visits.iter().map(|visit| link(identity, visit));
    if let Some(link) = links.find_map(Result::transpose).transpose()? {
        said.unsubscribe = Some(Button {
            label: text.say("mail-unsubscribe", &[])?,
            url: format!("{link}/unsubscribe"),
        });
    }
    if letter.disclosure == Disclosure::Update {
        return Ok(said);
    }
    let day = words_of_time::day(language, first.zone.date(first.start));
    let words = [
        ("day", Word::Text(&day)),
        ("count", Word::Count(visits.len())),
    ];
    said.subject = text.say("mail-day-subject", &words)?;
    said.title = text.say("mail-day-title", &words)?;
    said.body = text.say("mail-day-body", &[])?;
    for visit in visits {
        let facts = say_visit(text, letter, visit)?;
        let ways = [to_page(letter, identity, visit)?, to_room(letter, visit)?];
        let buttons = ways.into_iter().flatten().collect();
        said.visits.push(SaidVisit { facts, buttons });
    }
    if said.visits.iter().any(|visit| !visit.buttons.is_empty()) {
        said.buttons.clear();
    }
    if wants_answer(letter.step) && said.unsubscribe.is_some() {
        said.hint = Some(text.say("mail-answer-hint", &[])?);
    }
    Ok(said)
}

/// When it is; at the highest level with whom and where as well.
fn say_visit(text: &Texts, letter: &Letter, visit: &VisitFacts) -> Result<Vec<String>, WriteError> {
    let telling = telling(letter.envelope.language, visit);
    let moment = telling.moment(visit.start);
    let end = telling.end(visit.start, visit.end);
    let mut facts = vec![
        text.say("mail-when", &[("moment", Word::Text(&moment))])?,
        text.say("mail-until", &[("clock", Word::Text(&end))])?,
    ];
    if letter.disclosure != Disclosure::Details {
        return Ok(facts);
    }
    if let Some(name) = &visit.worker_first_name {
        let name = one_line(name.reveal());
        facts.push(text.say("mail-with", &[("name", Word::Text(&name))])?);
    }
    facts.push(say_where(text, visit)?);
    Ok(facts)
}

/// To the page of one of the visits.
fn to_page(
    letter: &Letter,
    identity: &Identity,
    visit: &VisitFacts,
) -> Result<Option<Button>, WriteError> {
    let Some(url) = link(identity, visit)? else {
        return Ok(None);
    };
    let text = texts(letter.envelope.language);
    let clock = telling(letter.envelope.language, visit).clock(visit.start);
    let clock = [("clock", Word::Text(&clock))];
    let name = if wants_answer(letter.step) {
        "mail-button-answer-at"
    } else {
        "mail-button-see-at"
    };
    Ok(Some(Button {
        label: text.say(name, &clock)?,
        url,
    }))
}

/// To the room of a visit by video.
fn to_room(letter: &Letter, visit: &VisitFacts) -> Result<Option<Button>, WriteError> {
    let Some(url) = &visit.meeting_link else {
        return Ok(None);
    };
    if letter.disclosure != Disclosure::Details {
        return Ok(None);
    }
    if !is_https(url) {
        return Err(WriteError::Link);
    }
    let text = texts(letter.envelope.language);
    let clock = telling(letter.envelope.language, visit).clock(visit.start);
    let clock = [("clock", Word::Text(&clock))];
    Ok(Some(Button {
        label: text.say("mail-button-join-at", &clock)?,
        url: url.clone(),
    }))
}
