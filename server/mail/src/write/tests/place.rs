//! Where to go: in words and in the calendar file, at the highest level alone.

use care::place::Place;

use super::*;

fn at(place: &str, step: Step, level: Disclosure) -> Letter {
    let mut letter = letter(step, Language::En, level);
    let visit = visit(&mut letter);
    visit.kind = AppointmentKind::Court;
    visit.meeting_link = None;
    visit.place = Some(Place::new(place).unwrap());
    letter
}

const COURT: &str = "Courthouse, 9 Oak Square; room 4";

#[test]
fn who_may_know_reads_where_to_go_and_has_it_in_the_calendar() {
    let mail = written(&at(COURT, Step::Invitation, Disclosure::Details));
    let plain = part(&mail, "text/plain").unwrap();
    assert!(plain.contains("Where: Courthouse, 9 Oak Square; room 4"));
    assert!(!plain.contains("place you agreed on"), "{plain}");
    let line = "LOCATION:Courthouse\\, 9 Oak Square\\; room 4".to_owned();
    assert!(calendar_lines(&mail).contains(&line));
    let reminder = written(&at(COURT, Step::OneDay, Disclosure::Details));
    assert!(part(&reminder, "text/plain").unwrap().contains(COURT));
    let off = written(&at(COURT, Step::Cancellation, Disclosure::Details));
    let lines = calendar_lines(&off);
    assert!(!lines.iter().any(|line| line.starts_with("LOCATION")));
    let mut spanish = at(COURT, Step::OneDay, Disclosure::Details);
    spanish.envelope.language = Language::Es;
    let plain = part(&written(&spanish), "text/plain").unwrap();
    assert!(plain.contains("D\u{f3}nde: Courthouse, 9 Oak Square; room 4"));
}

#[test]
fn without_a_place_the_kind_says_what_it_can() {
    let mut letter = at(COURT, Step::Invitation, Disclosure::Details);
    visit(&mut letter).place = None;
    let mail = written(&letter);
    let plain = part(&mail, "text/plain").unwrap();
    assert!(plain.contains("Where: at the place you agreed on"));
    let lines = calendar_lines(&mail);
    assert!(!lines.iter().any(|line| line.starts_with("LOCATION")));
}

#[test]
fn that_it_is_elsewhere_is_told_with_the_time_that_stands() {
    for (language, subject) in [
        (Language::En, "Place changed: appointment on"),
        (Language::Es, "Cambio de lugar: cita el"),
    ] {
        for level in [Disclosure::Times, Disclosure::Details] {
            let mut letter = at(COURT, Step::Invitation, level);
            letter.envelope.language = language;
            // It was moved before: this mail is not about that.
            visit(&mut letter).moved = true;
            visit(&mut letter).elsewhere = true;
            let mail = written(&letter);
            assert!(read(&mail).subject().unwrap().starts_with(subject));
            let said = parts(&mail).iter().any(|(_, text)| text.contains("Oak"));
            assert_eq!(said, level == Disclosure::Details, "{level:?}");
        }
    }
}

#[test]
fn a_place_cannot_become_html_or_another_line_of_the_calendar() {
    let place = format!(
        "<b>{}</b> \\nURL:https://evil.example",
        "\u{f1}".repeat(120)
    );
    let mail = written(&at(&place, Step::Invitation, Disclosure::Details));
    let html = part(&mail, "text/html").unwrap();
    assert!(!html.contains("<b>\u{f1}") && html.contains("&lt;b&gt;\u{f1}"));
    let lines = calendar_lines(&mail);
    assert!(
        !lines.iter().any(|line| line.starts_with("URL")),
        "{lines:?}"
    );
    let folded = part(&mail, "text/calendar").unwrap();
    assert!(folded.split("\r\n").all(|line| line.len() <= 75));
}
