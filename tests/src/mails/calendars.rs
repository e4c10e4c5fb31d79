//! Other people's programs read what we write: two foreign parsers, and a calendar that goes by RFC 5546.

use std::path::PathBuf;
use std::process::Command;

use mail::Mail;
use protocol::{Disclosure, Language, Step};
use serde_json::{Value, json};

use super::{letter, python, tool, written};

/// Mails in the order of their arrival in one mailbox; what the programs say of them.
fn read(mails: &[Mail]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = mails
        .iter()
        .enumerate()
        .map(|(number, mail)| {
            let path = folder.path().join(format!("{number}.eml"));
            std::fs::write(&path, &mail.bytes).unwrap();
            path
        })
        .collect();
    let output = Command::new(python())
        .arg(tool("read_mails.py"))
        .args(&paths)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

fn mail(step: Step, sequence: u32) -> Mail {
    written(&letter(step, sequence))
}

#[test]
fn invitation_move_and_cancellation_leave_an_empty_calendar() {
    let first = mail(Step::Invitation, 0);
    let moved = mail(Step::Invitation, 1);
    let cancelled = mail(Step::Cancellation, 2);
    assert_eq!(
        read(std::slice::from_ref(&first))["shown"],
        json!(["20261201T160000Z"])
    );
    assert_eq!(
        read(&[first.clone(), moved.clone()])["shown"],
        json!(["20261202T160000Z"])
    );
    assert_eq!(
        read(&[first.clone(), moved.clone(), cancelled.clone()])["shown"],
        json!([])
    );
    // Mails overtake each other and come twice.
    assert_eq!(
        read(&[moved.clone(), first.clone(), moved.clone()])["shown"],
        json!(["20261202T160000Z"])
    );
    assert_eq!(
        read(&[cancelled, first, moved])["shown"],
        json!([]),
        "what was cancelled came back"
    );
}

#[test]
fn every_calendar_file_is_read_without_complaint_in_every_language_and_at_every_level() {
    let mut mails = Vec::new();
    let mut expected = Vec::new();
    for step in [Step::Invitation, Step::Cancellation] {
        for language in Language::ALL {
            for disclosure in [Disclosure::Times, Disclosure::Details] {
                let mut letter = letter(step, 3);
                letter.envelope.language = *language;
                letter.disclosure = disclosure;
                let visit = letter.visit.as_mut().unwrap();
                visit.meeting_link = Some(format!(
                    "https://video.example/{}?a=1,2;b=%C3%B1",
                    "x".repeat(400)
                ));
                let place = "12 Elm, 2nd floor; \"ask\" \\ día:9 ".repeat(5);
                visit.place = Some(care::place::Place::new(&place).unwrap());
                mails.push(written(&letter));
                expected.push((step, *language));
            }
        }
    }
    let said = read(&mails);
    for (mail, (step, language)) in said["mails"].as_array().unwrap().iter().zip(expected) {
        let cancelled = step == Step::Cancellation;
        let summary = match language {
            Language::En => "Appointment",
            Language::Es => "Cita",
        };
        assert_eq!(
            mail["calendar"],
            json!({
                "METHOD": if cancelled { "CANCEL" } else { "REQUEST" },
                "STATUS": if cancelled { "CANCELLED" } else { "CONFIRMED" },
                "UID": "0197c2a4-0000-7000-8000-000000000001",
                "SEQUENCE": "3",
                "DTSTAMP": "20261124T210700Z",
                "DTSTART": "20261204T160000Z",
                "DTEND": "20261204T163000Z",
                "SUMMARY": summary,
                "CLASS": "PRIVATE",
            })
        );
    }
}

#[test]
fn subjects_are_read_and_reminders_have_no_calendar_file() {
    let said = read(&[mail(Step::OneDay, 0), mail(Step::Invitation, 0)]);
    assert_eq!(
        said["mails"][0]["subject"],
        "Recordatorio: cita el martes, 1 de diciembre, 10:00 a.m."
    );
    assert_eq!(said["mails"][0]["calendar"], Value::Null);
    assert_eq!(
        said["mails"][1]["message_id"],
        "<00000000000000000000000000000000@post.example>"
    );
}
