//! What programs rely on: parts, headers, the calendar file's rules, and that nothing breaks out.

use super::super::WriteError;
use super::*;

fn kinds(mail: &Mail) -> Vec<String> {
    read(mail)
        .parts
        .iter()
        .filter_map(|part| part.content_type())
        .map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap()))
        .collect()
}

fn header(mail: &Mail, name: &str) -> Option<String> {
    let message = read(mail);
    let value = message.header_raw(name)?.replace("\r\n ", " ");
    Some(value.trim().to_owned())
}

#[test]
fn the_same_letter_is_the_same_mail_byte_for_byte() {
    for letter in every_letter() {
        let first = written(&letter);
        assert_eq!(first.bytes, written(&letter.clone()).bytes);
        let mut other = letter.clone();
        other.envelope.written_at = later(letter.envelope.written_at);
        assert_ne!(first.bytes, written(&other).bytes);
    }
}

#[test]
fn an_invitation_carries_the_same_file_twice_where_outlook_and_gmail_look() {
    for step in [Step::Invitation, Step::Cancellation] {
        let mail = written(&letter(step, Language::En, Disclosure::Times));
        assert_eq!(
            kinds(&mail),
            [
                "multipart/mixed",
                "multipart/alternative",
                "text/plain",
                "text/html",
                "text/calendar",
                "application/ics"
            ]
        );
        assert_eq!(part(&mail, "text/calendar"), part(&mail, "application/ics"));
        let raw = String::from_utf8(mail.bytes).unwrap();
        let method = if step == Step::Invitation {
            "REQUEST"
        } else {
            "CANCEL"
        };
        let kind = format!("text/calendar; charset=utf-8; method={method}");
        assert!(raw.contains(&kind), "{raw}");
    }
}

#[test]
fn who_wants_no_calendar_file_and_every_reminder_gets_none() {
    let mut without = letter(Step::Invitation, Language::En, Disclosure::Times);
    visit(&mut without).calendar_file = false;
    for letter in [
        without,
        letter(Step::OneDay, Language::En, Disclosure::Details),
        letter(Step::Agenda, Language::En, Disclosure::Times),
    ] {
        assert_eq!(
            kinds(&written(&letter)),
            ["multipart/alternative", "text/plain", "text/html"]
        );
    }
}

#[test]
fn reminders_can_be_stopped_with_one_click_and_invitations_cannot() {
    let levels = Disclosure::ALL.iter();
    for (step, level) in levels.flat_map(|level| Step::ALL.iter().map(move |step| (step, level))) {
        let mail = written(&letter(*step, Language::En, *level));
        let reminder = matches!(
            step,
            Step::ThreeDays | Step::OneDay | Step::OneHour | Step::RoomOpen
        );
        let link = match step {
            Step::Unread | Step::Digest => {
                Some(format!("<https://go.post.example/u/{STOP_TOKEN}>"))
            }
            _ if reminder => {
                Some("<https://go.post.example/l/Zm9vYmFyYmF6cXV4MTIzNA/unsubscribe>".to_owned())
            }
            _ => None,
        };
        let post = link.is_some();
        assert_eq!(header(&mail, "List-Unsubscribe"), link, "{step:?}");
        let post = post.then(|| "List-Unsubscribe=One-Click".to_owned());
        assert_eq!(header(&mail, "List-Unsubscribe-Post"), post, "{step:?}");
        assert_eq!(
            header(&mail, "Auto-Submitted").as_deref(),
            Some("auto-generated")
        );
        // Nobody's holiday answers it; that it did not arrive is still reported.
        let suppressed = header(&mail, "X-Auto-Response-Suppress").unwrap();
        assert_eq!(suppressed, "OOF, AutoReply");
    }
}

#[test]
fn every_line_is_short_ascii_and_ended_by_crlf() {
    for letter in every_letter() {
        let mut letter = letter;
        if let Some(visit) = &mut letter.visit {
            visit.meeting_link = Some(format!("https://video.example/{}", "a".repeat(1_900)));
        }
        let mail = written(&letter);
        let raw = String::from_utf8(mail.bytes.clone()).unwrap();
        assert!(raw.is_ascii() && raw.ends_with("\r\n"));
        assert_eq!(raw.matches('\n').count(), raw.matches("\r\n").count());
        assert_eq!(raw.matches('\r').count(), raw.matches("\r\n").count());
        assert!(raw.lines().all(|line| line.len() <= 998));
    }
}

#[test]
fn a_calendar_file_keeps_the_rules() {
    let mut letter = letter(Step::Invitation, Language::Es, Disclosure::Times);
    visit(&mut letter).sequence = 3;
    let mail = written(&letter);
    let lines = calendar_lines(&mail);
    for line in [
        "METHOD:REQUEST",
        "UID:0197c2a4-0000-7000-8000-000000000001",
        "SEQUENCE:3",
        "DTSTAMP:20261124T210400Z",
        "DTSTART:20261201T160000Z",
        "DTEND:20261201T163000Z",
        "STATUS:CONFIRMED",
        "CLASS:PRIVATE",
        "SUMMARY:Cita",
        "ORGANIZER;CN=Appointments:mailto:visits@post.example",
    ] {
        assert!(lines.iter().any(|have| have == line), "{line}: {lines:#?}");
    }
    let attendees: Vec<_> = lines
        .iter()
        .filter(|line| line.starts_with("ATTENDEE"))
        .collect();
    assert_eq!(attendees.len(), 1);
    assert!(attendees[0].ends_with(":mailto:someone@mailbox.example"));
    for word in ["VALARM", "RRULE", "TZID", "URL:", "LOCATION", "X-"] {
        assert!(!lines.iter().any(|line| line.starts_with(word)), "{word}");
    }
    let folded = part(&mail, "text/calendar").unwrap();
    assert!(folded.split("\r\n").all(|line| line.len() <= 75));
}

#[test]
fn a_cancellation_strikes_out_what_the_invitation_entered() {
    let request = calendar_lines(&written(&letter(
        Step::Invitation,
        Language::En,
        Disclosure::Details,
    )));
    let mut letter = letter(Step::Cancellation, Language::En, Disclosure::Details);
    visit(&mut letter).sequence = 1;
    let cancel = calendar_lines(&written(&letter));
    for line in ["METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:1"] {
        assert!(cancel.iter().any(|have| have == line), "{cancel:#?}");
    }
    for name in ["UID", "ORGANIZER", "ATTENDEE"] {
        let of = |lines: &[String]| {
            let found = lines.iter().find(|line| line.starts_with(name));
            found.cloned().unwrap()
        };
        assert_eq!(of(&request), of(&cancel));
    }
    assert!(
        request
            .iter()
            .any(|line| line.starts_with("URL:https://video"))
    );
    assert!(!cancel.iter().any(|line| line.starts_with("URL")));
}

#[test]
fn a_long_name_of_the_sender_survives_headers_and_folding() {
    let mut identity = identity();
    identity.from_name = "Citas, \"señales\"; y más: ".repeat(8).trim().to_owned();
    let letter = letter(Step::Invitation, Language::Es, Disclosure::Times);
    let mail = write(&letter, &identity).unwrap();
    let message = read(&mail);
    let from = message.from().unwrap().first().unwrap();
    assert_eq!(from.name(), Some(identity.from_name.as_str()));
    assert_eq!(from.address(), Some("visits@post.example"));
    let folded = part(&mail, "text/calendar").unwrap();
    assert!(folded.split("\r\n").all(|line| line.len() <= 75));
    let organizer = format!(
        "ORGANIZER;CN=\"{}\":mailto:visits@post.example",
        identity.from_name.replace('"', "'")
    );
    assert!(calendar_lines(&mail).contains(&organizer));
}

#[test]
fn a_name_cannot_become_html() {
    let mut letter = letter(Step::OneDay, Language::En, Disclosure::Details);
    visit(&mut letter).worker_first_name =
        Some(Name::new("<script>x</script> \"&amp;{{ body }}\n</mj-text>").unwrap());
    let mail = written(&letter);
    let html = part(&mail, "text/html").unwrap();
    assert!(!html.contains("<script>"));
    assert!(
        html.contains("&lt;script&gt;x&lt;/script&gt; &quot;&amp;amp;{{ body }} &lt;/mj-text&gt;")
    );
}

#[test]
fn what_cannot_stand_in_a_mail_is_an_error_and_never_a_header() {
    let good = letter(Step::OneDay, Language::En, Disclosure::Details);
    let spoil: [fn(&mut Identity); 6] = [
        |identity| identity.from = "visits@post.example\r\nBcc: all@post.example".to_owned(),
        |identity| identity.from_name = "Visits\r\nBcc: all@post.example".to_owned(),
        |identity| identity.from_name = "  ".to_owned(),
        |identity| identity.domain = "post.example>\r\nX: y".to_owned(),
        |identity| identity.link_base = "http://go.post.example".to_owned(),
        |identity| identity.link_base = "https://go.post.example/\r\nX: y".to_owned(),
    ];
    for spoil in spoil {
        let mut identity = identity();
        spoil(&mut identity);
        let error = write(&good, &identity).unwrap_err();
        assert!(matches!(error, WriteError::Identity(_)), "{error}");
    }
    for token in ["", "a/b", "a\r\nX: y", "a b", "ü"] {
        let mut letter = good.clone();
        visit(&mut letter).link_token = Some(token.to_owned());
        assert!(matches!(write(&letter, &identity()), Err(WriteError::Link)));
    }
    for link in [
        "http://video.example",
        "https://",
        "javascript:x",
        "https://a b",
    ] {
        let mut letter = good.clone();
        visit(&mut letter).meeting_link = Some(link.to_owned());
        assert!(matches!(write(&letter, &identity()), Err(WriteError::Link)));
    }
}

#[test]
fn a_letter_without_its_facts_is_not_written() {
    for step in Step::ALL {
        let mut letter = letter(*step, Language::En, Disclosure::Times);
        std::mem::take(&mut letter.visit);
        std::mem::take(&mut letter.agenda);
        std::mem::take(&mut letter.update);
        let error = write(&letter, &identity()).unwrap_err();
        assert!(matches!(error, WriteError::NoFacts));
    }
    let mut letter = letter(Step::OneDay, Language::En, Disclosure::Times);
    letter.envelope.written_at = Timestamp::from_micros(i64::MAX);
    assert!(matches!(write(&letter, &identity()), Err(WriteError::Time)));
    letter.envelope.written_at = Timestamp::from_micros(-1_000_001);
    assert!(matches!(write(&letter, &identity()), Err(WriteError::Time)));
}
