//! What people and programs read, and what nobody may find.

mod address;
mod answer;
mod booking;
mod canaries;
mod day;
mod feed;
mod invited;
mod kinds;
mod place;
mod reading;
mod series;
mod structure;
mod update;

use care::civil::{CivilTime, Zones};
use care::email::EmailAddress;
use care::private::Name;
use mail_parser::{Message, MessageParser, MimeHeaders as _, PartType};
use protocol::{AppointmentKind, Disclosure, Language, Step, Timestamp};

use super::write;
use crate::{AgendaFacts, Envelope, Identity, Letter, Mail, UpdateFacts, VisitFacts};

/// A sender who tells nothing.
fn identity() -> Identity {
    Identity {
        from_name: "Appointments".to_owned(),
        from: "visits@post.example".to_owned(),
        link_base: "https://go.post.example".to_owned(),
        domain: "post.example".to_owned(),
    }
}

/// Tuesday at ten, in Chicago, with everything that a letter can hold.
fn letter(step: Step, language: Language, disclosure: Disclosure) -> Letter {
    let zone = Zones::bundled().find("America/Chicago").unwrap();
    let at = |civil: &str| zone.resolve(CivilTime::parse(civil).unwrap());
    let start = at("2026-12-01T10:00");
    let visit = VisitFacts {
        start,
        end: start.plus_seconds(1_800),
        kind: AppointmentKind::Video,
        uid: "0197c2a4-0000-7000-8000-000000000001".to_owned(),
        sequence: 0,
        moved: false,
        kept: false,
        team: false,
        early: false,
        elsewhere: false,
        left: false,
        calendar_file: matches!(step, Step::Invitation | Step::Cancellation),
        series: None,
        link_token: Some("Zm9vYmFyYmF6cXV4MTIzNA".to_owned()),
        worker_first_name: Some(Name::new("Dana").unwrap()),
        meeting_link: Some("https://video.example/r/xyz?a=1&b=2".to_owned()),
        place: None,
        zone: zone.clone(),
        zone_named: false,
    };
    let agenda = AgendaFacts {
        day: zone.date(start),
        starts: vec![at("2026-12-01T09:00"), start, at("2026-12-01T13:30")],
        zone: zone.clone(),
        zone_named: false,
    };
    Letter {
        envelope: Envelope {
            language,
            to: EmailAddress::parse("someone@mailbox.example").unwrap(),
            written_at: at("2026-11-24T15:04"),
            message_id: *b"\x01\x23\x45\x67\x89\xab\xcd\xef\xfe\xdc\xba\x98\x76\x54\x32\x10",
        },
        step,
        disclosure,
        visit: is_about_a_visit(step).then_some(visit),
        beside: Vec::new(),
        agenda: (step == Step::Agenda).then_some(agenda),
        update: matches!(step, Step::Unread | Step::Digest).then(|| UpdateFacts {
            conversations: (step == Step::Digest).then_some(3),
            stop_token: STOP_TOKEN.to_owned(),
        }),
    }
}

const STOP_TOKEN: &str = "c3RvcHN0b3BzdG9wc3RvcA";

fn is_about_a_visit(step: Step) -> bool {
    !matches!(step, Step::Agenda | Step::Unread | Step::Digest)
}

fn visit(letter: &mut Letter) -> &mut VisitFacts {
    letter.visit.as_mut().unwrap()
}

fn written(letter: &Letter) -> Mail {
    write(letter, &identity()).unwrap()
}

fn read(mail: &Mail) -> Message<'_> {
    MessageParser::default().parse(&mail.bytes).unwrap()
}

/// Each part's content type with its decoded text.
fn parts(mail: &Mail) -> Vec<(String, String)> {
    read(mail)
        .parts
        .iter()
        .filter_map(|part| {
            let text = match &part.body {
                PartType::Text(text) | PartType::Html(text) => text.clone().into_owned(),
                PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
                    String::from_utf8(bytes.clone().into_owned()).unwrap()
                }
                PartType::Message(_) | PartType::Multipart(_) => return None,
            };
            let kind = part.content_type().unwrap();
            let name = format!("{}/{}", kind.ctype(), kind.subtype().unwrap());
            Some((name, text))
        })
        .collect()
}

fn part(mail: &Mail, name: &str) -> Option<String> {
    parts(mail)
        .into_iter()
        .find(|(kind, _)| kind == name)
        .map(|(_, text)| text)
}

/// The calendar file's lines, unfolded.
fn calendar_lines(mail: &Mail) -> Vec<String> {
    let text = part(mail, "text/calendar").unwrap();
    text.replace("\r\n ", "")
        .split_terminator("\r\n")
        .map(str::to_owned)
        .collect()
}

fn every_letter() -> impl Iterator<Item = Letter> {
    Step::ALL.iter().flat_map(|step| {
        Language::ALL.iter().flat_map(|language| {
            Disclosure::ALL
                .iter()
                .map(|level| letter(*step, *language, *level))
        })
    })
}

fn later(at: Timestamp) -> Timestamp {
    at.plus_seconds(3_600)
}
