//! From what the store found due to what a mail says.

use care::civil::parse_date;
use care::private::Name;
use mail::{AgendaFacts, Envelope, Letter, SeriesFacts, UpdateFacts, VisitFacts};
use protocol::Refusal;
use store::{About, Due, Facts, LinkSecret};

/// The letter of a due mail. Equal facts make equal letters.
pub fn letter(due: &Due) -> Result<Letter, Refusal> {
    let beside = due.beside.iter().map(|facts| visit(due, facts));
    let beside = beside.collect::<Result<Vec<_>, Refusal>>()?;
    let (visit, agenda, update) = match &due.about {
        About::Appointment(facts) => (Some(visit(due, facts)?), None, None),
        About::Agenda {
            day,
            starts,
            zone_named,
        } => {
            let agenda = AgendaFacts {
                zone: due.zone.clone(),
                zone_named: *zone_named,
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
        envelope: Envelope {
            language: due.language,
            to: due.to.clone(),
            written_at: due.written_at,
            message_id: due.message_id,
        },
        step: due.step,
        disclosure: due.disclosure,
        visit,
        beside,
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
        zone_named: facts.zone_named,
        kind: facts.kind,
        uid: facts.uid.clone(),
        sequence: facts.sequence,
        moved: facts.moved,
        kept: facts.kept,
        team: facts.team,
        early: facts.early,
        elsewhere: facts.elsewhere,
        left: facts.left,
        calendar_file: facts.calendar_file,
        series: facts.series.as_ref().map(of_series),
        link_token: link,
        worker_first_name: worker,
        meeting_link: meeting_link.map(|link| link.reveal().to_owned()),
        place: facts.place.clone(),
    })
}

fn of_series(facts: &store::SeriesFacts) -> SeriesFacts {
    SeriesFacts {
        repeats: facts.repeats.clone(),
        starts: facts.starts.clone(),
        more: facts.more,
        reminded: facts.reminded,
        again: facts.again,
    }
}

fn first_name(name: &Name) -> Result<Name, Refusal> {
    Name::new(name.reveal().split_whitespace().next().unwrap_or_default())
}
