//! Mails as the world outside takes them: a scripted mail server for everything that goes wrong
//! (aiosmtpd), a real one (Postfix), and other people's programs that read what arrives (Python's
//! `email` and `icalendar`, libical). And the series that mails are about, against programs that expand what
//! repeats (`dateutil`, `recurring-ical-events`).
//!
//! They need Python with `tests/tools/requirements.txt`, Postfix and libical; a test that lacks one fails
//! with a sentence that says what to do. `cargo xtask test` sees to it.

mod calendars;
mod coming_back;
mod faults;
mod feeds;
mod lmtp;
pub(crate) mod opened;
mod postfix;
mod scripted;
mod sent;
mod series;
mod tls;

use std::path::PathBuf;
use std::time::Duration;

use care::civil::{CivilTime, Zones};
use care::email::EmailAddress;
use mail::{Envelope, Identity, Letter, Mail, Smtp, SmtpConfig, SmtpTls, Transport, VisitFacts};
use protocol::{AppointmentKind, Disclosure, Language, Step};

/// The one recipient.
const RECIPIENT: &str = "someone@mailbox.example";
/// A test that waits longer than this for something waits in vain.
const DEADLINE: Duration = Duration::from_secs(30);

/// Python with the packages of `tests/tools/requirements.txt`.
fn python() -> PathBuf {
    let python = std::env::var_os("CARECIRCLE_TEST_PYTHON")
        .map_or_else(|| root().join("target/python/bin/python"), PathBuf::from);
    assert!(
        python.exists(),
        "{} is missing: python3 -m venv target/python && \
         target/python/bin/pip install -r tests/tools/requirements.txt",
        python.display()
    );
    python
}

fn tool(name: &str) -> PathBuf {
    root().join("tests/tools").join(name)
}

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// An invitation, a reminder or a cancellation, as the scheduler would hand it over.
fn letter(step: Step, sequence: u32) -> Letter {
    let zone = Zones::bundled().find("America/Chicago").unwrap();
    let at = |civil: &str| zone.resolve(CivilTime::parse(civil).unwrap());
    let start = at("2026-12-01T10:00").plus_seconds(i64::from(sequence) * 86_400);
    Letter {
        envelope: Envelope {
            language: Language::Es,
            to: EmailAddress::parse(RECIPIENT).unwrap(),
            written_at: at("2026-11-24T15:04").plus_seconds(i64::from(sequence) * 60),
            message_id: [u8::try_from(sequence).unwrap(); 16],
        },
        step,
        disclosure: Disclosure::Times,
        visit: Some(VisitFacts {
            start,
            end: start.plus_seconds(1_800),
            zone: zone.clone(),
            zone_named: false,
            kind: AppointmentKind::Video,
            uid: "0197c2a4-0000-7000-8000-000000000001".to_owned(),
            sequence,
            moved: sequence > 0,
            kept: false,
            team: false,
            early: false,
            elsewhere: false,
            left: false,
            calendar_file: matches!(step, Step::Invitation | Step::Cancellation),
            series: None,
            link_token: Some("Zm9vYmFyYmF6cXV4MTIzNA".to_owned()),
            worker_first_name: None,
            meeting_link: None,
            place: None,
        }),
        beside: Vec::new(),
        agenda: None,
        update: None,
    }
}

fn written(letter: &Letter) -> Mail {
    let identity = Identity {
        from_name: "Citas, mañana; \"pronto\"".to_owned(),
        from: "visits@post.example".to_owned(),
        link_base: "https://go.post.example".to_owned(),
        domain: "post.example".to_owned(),
    };
    mail::write(letter, &identity).unwrap()
}

/// A mail, different for each number.
fn some_mail(number: u32) -> Mail {
    written(&letter(Step::Invitation, number))
}

/// To a server on this machine, without TLS.
fn plain(port: u16) -> SmtpConfig {
    SmtpConfig {
        host: "127.0.0.1".to_owned(),
        port,
        tls: SmtpTls::None,
        hello_name: "post.example".to_owned(),
        credentials: None,
        root_certificate_pem: None,
    }
}

fn smtp(config: SmtpConfig) -> Transport {
    Transport::Smtp(Smtp::new(config).unwrap())
}
