//! The one mail of a series, as its reader sees it.

use std::fmt::Write as _;

use protocol::Frequency;
use protocol::http::{RepeatDay, Repeats};

use super::*;
use crate::SeriesFacts;

/// Every week at ten, three times and on; a change of the clocks lies between none of them.
fn letter_of(step: Step, language: Language, disclosure: Disclosure) -> Letter {
    let mut letter = letter(step, language, disclosure);
    let visit = visit(&mut letter);
    let start = visit.start;
    visit.series = Some(SeriesFacts {
        repeats: Repeats {
            frequency: Frequency::Weekly,
            interval: 1,
            days: vec![RepeatDay {
                weekday: 2,
                nth: None,
            }],
            month_days: Vec::new(),
            positions: Vec::new(),
            shift_days: 0,
            count: Some(30),
            until: None,
        },
        starts: (0..3)
            .map(|week| start.plus_seconds(week * 7 * 86_400))
            .collect(),
        more: true,
        reminded: true,
        again: false,
    });
    letter
}

fn series(letter: &mut Letter) -> &mut SeriesFacts {
    visit(letter).series.as_mut().unwrap()
}

fn show(shown: &mut String, title: &str, letter: &Letter) {
    let mail = written(letter);
    let subject = read(&mail).subject().unwrap().to_owned();
    let text = part(&mail, "text/plain").unwrap().replace("\r\n", "\n");
    let file = part(&mail, "text/calendar").map_or("no file", |_| "a file");
    writeln!(
        shown,
        "======== {title}, {file}\nSubject: {subject}\n\n{text}"
    )
    .unwrap();
}

#[test]
fn the_mail_of_a_series_reads_as_it_was_approved() {
    for language in Language::ALL {
        let mut shown = String::new();
        let mut invitation = letter_of(Step::Invitation, *language, Disclosure::Times);
        show(&mut shown, "invitation", &invitation);
        series(&mut invitation).again = true;
        series(&mut invitation).more = false;
        series(&mut invitation).reminded = false;
        visit(&mut invitation).calendar_file = false;
        show(&mut shown, "moved, to who wants no reminders", &invitation);
        let off = letter_of(Step::Cancellation, *language, Disclosure::Times);
        show(&mut shown, "cancellation", &off);
        let details = letter_of(Step::Invitation, *language, Disclosure::Details);
        show(&mut shown, "invitation, details", &details);
        let name = format!("series_{}", language.as_str());
        insta::assert_snapshot!(name, shown);
    }
}

#[test]
fn at_level_0_a_series_is_an_update_like_any_other() {
    for step in [Step::Invitation, Step::Cancellation] {
        let alone = written(&letter(step, Language::En, Disclosure::Update));
        let of_series = written(&letter_of(step, Language::En, Disclosure::Update));
        assert_eq!(alone.bytes, of_series.bytes);
    }
}

#[test]
fn the_first_reminder_of_a_later_visit_can_bring_its_calendar_file() {
    let mut reminder = letter(Step::ThreeDays, Language::En, Disclosure::Times);
    assert_eq!(part(&written(&reminder), "text/calendar"), None);
    visit(&mut reminder).calendar_file = true;
    let mail = written(&reminder);
    let lines = calendar_lines(&mail);
    assert!(lines.contains(&"METHOD:REQUEST".to_owned()), "{lines:?}");
    let raw = String::from_utf8(mail.bytes).unwrap();
    assert!(raw.contains("List-Unsubscribe:"), "it can still be stopped");
    reminder.disclosure = Disclosure::Update;
    assert_eq!(part(&written(&reminder), "text/calendar"), None);
}
