//! Which sentences a mail says: by step, language and disclosure level. The only place that decides what
//! may be told; layout and calendar take from here or follow the same level.
//!
//! Level 0 replaces everything by "You have an update" and leads to where people sign in, for what the page of a link
//! tells or does without that says no less than level 1. Level 1 knows day and time. Level 2 also knows the worker's
//! first name, where the visit is, and the meeting link.

use care::texts::{TextError, Texts, Word, texts};
use care::words_of_time::{self, Telling};
use protocol::{AppointmentKind, Disclosure, Language, Step};

use super::{WriteError, day, is_https, series, update};
use crate::{AgendaFacts, Identity, Letter, VisitFacts};

/// What a mail says, in reading order.
#[derive(Debug)]
pub(super) struct Said {
    pub subject: String,
    pub title: String,
    pub body: String,
    /// When, until when, with whom, where; or the times of a day.
    pub facts: Vec<String>,
    /// What the recipient is asked to do.
    pub hint: Option<String>,
    /// Of a mail about several visits, each of them.
    pub visits: Vec<SaidVisit>,
    /// The big buttons: links to pages, which act only when something is pressed there.
    pub buttons: Vec<Button>,
    pub no_button: String,
    /// The link that stops such mails.
    pub unsubscribe: Option<Button>,
    pub automatic: String,
}

/// One of several visits: what is said of it, and its own buttons.
#[derive(Debug)]
pub(super) struct SaidVisit {
    pub facts: Vec<String>,
    pub buttons: Vec<Button>,
}

#[derive(Debug)]
pub(super) struct Button {
    pub label: String,
    pub url: String,
}

impl Button {
    /// To the web client.
    pub(super) fn to_app(text: &Texts, identity: &Identity) -> Result<Self, TextError> {
        Ok(Self {
            label: text.say("mail-button-open", &[])?,
            url: identity.link_base.clone(),
        })
    }

    /// To the page of a link.
    pub(super) fn to_page(text: &Texts, url: String) -> Result<Self, TextError> {
        Ok(Self {
            label: text.say("mail-button-link", &[])?,
            url,
        })
    }
}

/// Chooses the sentences of the letter.
pub(super) fn choose(letter: &Letter, identity: &Identity) -> Result<Said, WriteError> {
    if matches!(letter.step, Step::Unread | Step::Digest) {
        return update::choose(letter, identity);
    }
    match (letter.step, &letter.visit, &letter.agenda) {
        (Step::Agenda, _, Some(agenda)) => choose_agenda(letter, identity, agenda),
        (Step::Agenda, _, None) | (_, None, _) => Err(WriteError::NoFacts),
        (_, Some(visit), _) if !letter.beside.is_empty() => day::choose(letter, identity, visit),
        (_, Some(visit), _) => choose_visit(letter, identity, visit),
    }
}

fn choose_agenda(
    letter: &Letter,
    identity: &Identity,
    agenda: &AgendaFacts,
) -> Result<Said, WriteError> {
    let text = texts(letter.envelope.language);
    let mut said = frame(text, Button::to_app(text, identity)?)?;
    if letter.disclosure == Disclosure::Update {
        return Ok(said);
    }
    let day = words_of_time::day(letter.envelope.language, agenda.day);
    let day = ("day", Word::Text(&day));
    let count = ("count", Word::Count(agenda.starts.len()));
    said.subject = text.say("mail-agenda-subject", &[count, day])?;
    said.title = text.say("mail-agenda-title", &[day])?;
    said.body = text.say("mail-agenda-body", &[count])?;
    let telling = Telling {
        language: letter.envelope.language,
        zone: &agenda.zone,
        named: agenda.zone_named,
    };
    let starts = agenda.starts.iter();
    said.facts = starts.map(|start| telling.clock(*start)).collect();
    Ok(said)
}

fn choose_visit(
    letter: &Letter,
    identity: &Identity,
    visit: &VisitFacts,
) -> Result<Said, WriteError> {
    let text = texts(letter.envelope.language);
    let link = link(identity, visit)?;
    let page = match &link {
        Some(link) if letter.disclosure != Disclosure::Update => Button {
            label: text.say(button_name(letter.step), &[])?,
            url: link.clone(),
        },
        _ => Button::to_app(text, identity)?,
    };
    let mut said = frame(text, page)?;
    if let Some(link) = link
        && letter.step.is_reminder()
    {
        said.unsubscribe = Some(Button {
            label: text.say("mail-unsubscribe", &[])?,
            url: format!("{link}/unsubscribe"),
        });
    }
    if letter.disclosure == Disclosure::Update {
        return Ok(said);
    }
    match &visit.series {
        Some(of) => series::say_times(&mut said, letter, visit, of)?,
        None => say_times(&mut said, text, letter, visit)?,
    }
    if letter.disclosure == Disclosure::Details {
        say_details(&mut said, text, letter, visit)?;
    }
    if visit.link_token.is_some() && needs_app(letter, visit) {
        // Who is about to come in wants to come in.
        let comes_in = letter.step == Step::RoomOpen;
        let place = if comes_in { 0 } else { said.buttons.len() };
        said.buttons.insert(place, Button::to_app(text, identity)?);
    }
    Ok(said)
}

/// Whether the mail speaks of what the page of its link does not show: the room, where to go, another time, the later
/// visits of a series.
fn needs_app(letter: &Letter, visit: &VisitFacts) -> bool {
    match letter.step {
        Step::RoomOpen => {
            let leads_in = letter.disclosure == Disclosure::Details && visit.meeting_link.is_some();
            !visit.early && !leads_in
        }
        Step::Cancellation => true,
        Step::Invitation => {
            let answers_all = visit.series.as_ref().is_none_or(|series| series.reminded);
            visit.elsewhere || !answers_all
        }
        _ => false,
    }
}

/// The mail of level 0, from which the higher levels begin.
pub(super) fn frame(text: &Texts, page: Button) -> Result<Said, TextError> {
    let subject = text.say("mail-update-subject", &[])?;
    Ok(Said {
        title: subject.clone(),
        subject,
        body: text.say("mail-update-body", &[])?,
        facts: Vec::new(),
        hint: None,
        visits: Vec::new(),
        buttons: vec![page],
        no_button: text.say("mail-no-button", &[])?,
        unsubscribe: None,
        automatic: text.say("mail-automatic", &[])?,
    })
}

fn say_times(
    said: &mut Said,
    text: &Texts,
    letter: &Letter,
    visit: &VisitFacts,
) -> Result<(), WriteError> {
    let telling = telling(letter.envelope.language, visit);
    let day = words_of_time::day(telling.language, visit.zone.date(visit.start));
    let clock = telling.clock(visit.start);
    let moment = telling.moment(visit.start);
    let end = telling.end(visit.start, visit.end);
    let name = match letter.step {
        Step::Invitation if visit.kept => "kept",
        Step::Invitation if visit.team => "team",
        Step::Invitation if visit.elsewhere => "elsewhere",
        Step::Invitation if visit.moved => "moved",
        Step::Invitation => "invitation",
        Step::Cancellation if visit.left => "cleared",
        Step::Cancellation => "cancellation",
        Step::ThreeDays | Step::OneDay => "reminder",
        Step::OneHour | Step::RoomOpen if visit.early => "reminder",
        Step::OneHour => "soon",
        Step::RoomOpen => "open",
        Step::Agenda | Step::Unread | Step::Digest => return Err(WriteError::NoFacts),
    };
    let times = [("day", Word::Text(&day)), ("clock", Word::Text(&clock))];
    said.subject = text.say(&format!("mail-{name}-subject"), &times)?;
    said.title = text.say(&format!("mail-{name}-title"), &[])?;
    said.body = text.say(&format!("mail-{name}-body"), &[])?;
    said.facts = vec![
        text.say("mail-when", &[("moment", Word::Text(&moment))])?,
        text.say("mail-until", &[("clock", Word::Text(&end))])?,
    ];
    if wants_answer(letter.step) && visit.link_token.is_some() {
        said.hint = Some(text.say("mail-answer-hint", &[])?);
    }
    Ok(())
}

fn say_details(
    said: &mut Said,
    text: &Texts,
    letter: &Letter,
    visit: &VisitFacts,
) -> Result<(), WriteError> {
    if let Some(name) = &visit.worker_first_name {
        let name = one_line(name.reveal());
        said.facts
            .push(text.say("mail-with", &[("name", Word::Text(&name))])?);
    }
    said.facts.push(say_where(text, visit)?);
    if let Some(url) = &visit.meeting_link
        && letter.step != Step::Cancellation
    {
        if !is_https(url) {
            return Err(WriteError::Link);
        }
        let join = Button {
            label: text.say("mail-button-join", &[])?,
            url: url.clone(),
        };
        // Who is about to come in wants to come in; who is asked for an answer, to answer.
        let place = usize::from(letter.step != Step::RoomOpen);
        said.buttons.insert(place, join);
    }
    Ok(())
}

/// How the recipient is told its times.
pub(super) fn telling(language: Language, visit: &VisitFacts) -> Telling<'_> {
    Telling {
        language,
        zone: &visit.zone,
        named: visit.zone_named,
    }
}

/// The page of this recipient and this appointment.
pub(super) fn link(identity: &Identity, visit: &VisitFacts) -> Result<Option<String>, WriteError> {
    let Some(token) = &visit.link_token else {
        return Ok(None);
    };
    link_to(identity, "/l/", token).map(Some)
}

/// The link to a page, with a secret that can stand there as it is.
pub(super) fn link_to(identity: &Identity, path: &str, token: &str) -> Result<String, WriteError> {
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if token.is_empty() || !token.bytes().all(is_safe) {
        return Err(WriteError::Link);
    }
    Ok(format!("{}{path}{token}", identity.link_base))
}

/// Steps so early that an answer still helps somebody.
pub(super) fn wants_answer(step: Step) -> bool {
    matches!(step, Step::Invitation | Step::ThreeDays | Step::OneDay)
}

fn button_name(step: Step) -> &'static str {
    if wants_answer(step) {
        "mail-button-answer"
    } else {
        "mail-button-see"
    }
}

/// Where to go, or how it happens: told at the highest level alone.
pub(super) fn say_where(text: &Texts, visit: &VisitFacts) -> Result<String, TextError> {
    match &visit.place {
        Some(place) => text.say("mail-where", &[("place", Word::Text(place.reveal()))]),
        None => text.say(kind_name(visit.kind), &[]),
    }
}

fn kind_name(kind: AppointmentKind) -> &'static str {
    match kind {
        AppointmentKind::Video => "mail-kind-video",
        AppointmentKind::Phone => "mail-kind-phone",
        AppointmentKind::Office => "mail-kind-office",
        AppointmentKind::Home => "mail-kind-home",
        // What kind of place it is stays between the people.
        AppointmentKind::Community | AppointmentKind::Court => "mail-kind-community",
    }
}

pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Said {
    /// Every button, in reading order.
    pub(super) fn all_buttons(&self) -> impl Iterator<Item = &Button> {
        let of_visits = self.visits.iter().flat_map(|visit| &visit.buttons);
        of_visits.chain(&self.buttons)
    }

    /// The same as text: for who reads without HTML, aloud or on a very old phone.
    pub(super) fn plain(&self) -> String {
        let mut blocks = vec![self.title.clone(), self.body.clone()];
        if !self.facts.is_empty() {
            blocks.push(self.facts.join("\n"));
        }
        blocks.extend(self.hint.clone());
        let way = |button: &Button| format!("{}:\n{}", button.label, button.url);
        for visit in &self.visits {
            let ways = visit.buttons.iter().map(way);
            let lines: Vec<String> = visit.facts.iter().cloned().chain(ways).collect();
            blocks.push(lines.join("\n"));
        }
        blocks.extend(self.buttons.iter().chain(&self.unsubscribe).map(way));
        blocks.push(self.automatic.clone());
        blocks.join("\n\n") + "\n"
    }
}
