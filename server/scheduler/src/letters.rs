//! From what the store found due to what a mail says.

use care::civil::parse_date;
use care::private::Name;
use mail::{AgendaFacts, Letter, UpdateFacts, VisitFacts};
use protocol::Refusal;
use store::{About, Due, Facts, LinkSecret};

/// The letter of a due mail. Equal facts make equal letters.
pub fn letter(due: &Due) -> Result<Letter, Refusal> {
    let (visit, agenda, update) = match &due.about {
        About::Appointment(facts) => (Some(visit(due, facts)?), None, None),
        About::Agenda { day, starts } => {
            let agenda = AgendaFacts {
                zone: due.zone.clone(),
                day: parse_date(day)?,
                starts: starts.clone(),
            };
            (None, Some(agenda), None)
        }
        About::Update {
            conversations,
            stop,
        } => {
            let update = UpdateFacts {
                conversations: *conversations,
                stop_token: LinkSecret::from(*stop).to_text(),
            };
            (None, None, Some(update))
        }
    };
    Ok(Letter {
        step: due.step,
        language: due.language,
        disclosure: due.disclosure,
        to: due.to.clone(),
        written_at: due.written_at,
        message_id: due.message_id,
        visit,
        agenda,
        update,
    })
}

fn visit(due: &Due, facts: &Facts) -> Result<VisitFacts, Refusal> {
    let link = facts.link.map(|secret| LinkSecret::from(secret).to_text());
    let worker = facts.worker.as_ref().map(first_name).transpose()?;
    let meeting_link = facts.meeting_link.as_ref();
    Ok(VisitFacts {
        start: facts.start,
        end: facts.end,
        zone: due.zone.clone(),
        kind: facts.kind,
        uid: facts.uid.clone(),
        sequence: facts.sequence,
        moved: facts.moved,
        left: facts.left,
        calendar_file: facts.calendar_file,
        link_token: link,
        worker_first_name: worker,
        meeting_link: meeting_link.map(|link| link.reveal().to_owned()),
    })
}

fn first_name(name: &Name) -> Result<Name, Refusal> {
    Name::new(name.reveal().split_whitespace().next().unwrap_or_default())
}
