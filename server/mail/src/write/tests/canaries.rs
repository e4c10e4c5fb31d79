//! What must not be in a mail is planted wherever a letter can hold it and searched for in every byte,
//! as it travels and decoded.

use care::place::Place;

use super::*;

/// Words that stand for whom and what a mail must not name.
const CANARIES: [&str; 9] = [
    "Hopewell",
    "hopewell",
    "Placeholder",
    "Dana",
    "Maria",
    "Sample",
    "carecircle",
    "America/",
    "Chicago",
];
/// Words that tell what kind of help it is.
const CLINICAL: [&str; 12] = [
    "patient",
    "paciente",
    "client",
    "case manager",
    "therap",
    "terap",
    "treatment",
    "health",
    "salud",
    "recovery",
    "clinic",
    "counsel",
];

/// Everything that a reader or a program can see: headers and parts, decoded.
fn decoded(mail: &Mail) -> String {
    let message = read(mail);
    let mut decoded = format!("{:?}", message.headers());
    decoded.push_str(message.subject().unwrap());
    for (_, text) in parts(mail) {
        decoded.push_str(&text.replace("\r\n ", ""));
    }
    decoded
}

/// The same and the bytes as they travel.
fn visible(mail: &Mail) -> String {
    let raw = String::from_utf8(mail.bytes.clone()).unwrap();
    raw + &decoded(mail)
}

fn planted(step: Step, language: Language, disclosure: Disclosure) -> Letter {
    let mut letter = letter(step, language, disclosure);
    if let Some(agenda) = &mut letter.agenda {
        agenda.zone_named = true;
    }
    if let Some(visit) = &mut letter.visit {
        // Of which clocks it speaks it says, and not of which city.
        visit.zone_named = true;
        visit.worker_first_name = Some(Name::new("Dana Placeholder").unwrap());
        visit.meeting_link = Some("https://meet.hopewell.example/maria-sample".to_owned());
        visit.place = Some(Place::new("Hopewell House, 9 Sample Road").unwrap());
    }
    letter
}

#[test]
fn below_the_highest_level_no_name_no_place_and_no_meeting_link_is_told() {
    for step in Step::ALL {
        for language in Language::ALL {
            for level in [Disclosure::Update, Disclosure::Times] {
                let visible = visible(&written(&planted(*step, *language, level)));
                for canary in CANARIES {
                    assert!(!visible.contains(canary), "{step:?} {level:?}: {canary}");
                }
                for word in CLINICAL {
                    let found = visible.to_lowercase().contains(word);
                    assert!(!found, "{step:?} {level:?}: {word}");
                }
                assert!(!visible.to_lowercase().contains("video"), "{step:?}");
            }
        }
    }
}

#[test]
fn the_canaries_would_be_found() {
    let letter = planted(Step::Invitation, Language::En, Disclosure::Details);
    let visible = visible(&written(&letter));
    for canary in [
        "Central Time",
        "Placeholder",
        "9 Sample Road",
        "meet.hopewell.example/maria-sample",
    ] {
        assert!(visible.contains(canary), "{canary}");
    }
}

#[test]
fn at_the_lowest_level_every_mail_is_the_same_and_knows_no_day_or_time() {
    for language in Language::ALL {
        let mut subjects = std::collections::BTreeSet::new();
        for step in Step::ALL {
            let mail = written(&planted(*step, *language, Disclosure::Update));
            subjects.insert(read(&mail).subject().unwrap().to_owned());
            assert!(part(&mail, "text/calendar").is_none());
            assert!(part(&mail, "application/ics").is_none());
            let text = parts(&mail)
                .into_iter()
                .map(|(_, text)| text.to_lowercase())
                .collect::<String>();
            for word in [
                "december",
                "diciembre",
                "tuesday",
                "martes",
                "10:00",
                "9:00",
                "2026",
                "appointment",
                "cita",
                "remind",
                "recordatorio",
                "central time",
                "hora del centro",
                "000000000001",
            ] {
                assert!(!text.contains(word), "{step:?}: {word}");
            }
        }
        assert_eq!(subjects.len(), 1, "{subjects:?}");
    }
}

#[test]
fn at_the_highest_level_first_name_place_and_meeting_link_are_told() {
    let letter = letter(Step::RoomOpen, Language::En, Disclosure::Details);
    let plain = part(&written(&letter), "text/plain").unwrap();
    for words in [
        "With: Dana",
        "Where: by video",
        "https://video.example/r/xyz?a=1&b=2",
    ] {
        assert!(plain.contains(words), "{plain}");
    }
}

#[test]
fn a_mail_leads_nowhere_but_to_its_own_links() {
    for letter in every_letter() {
        let visible = decoded(&written(&letter));
        for (at, _) in visible.match_indices("://") {
            let rest = &visible[at + 3..];
            let own = ["go.post.example", "www.w3.org/1999/xhtml"];
            let meeting = rest.starts_with("video.example/r/xyz");
            assert!(
                own.iter().any(|own| rest.starts_with(own))
                    || meeting && letter.disclosure == Disclosure::Details,
                "{:?}: {}",
                letter.step,
                &rest[..60.min(rest.len())]
            );
        }
        for word in ["<img", "<script", "url(", "@import", "<link", "<form"] {
            assert!(!visible.contains(word), "{word}");
        }
    }
}

#[test]
fn mails_and_letters_do_not_print_whom_they_go_to() {
    let letter = letter(Step::Invitation, Language::En, Disclosure::Details);
    let printed = format!("{letter:?} {:?}", written(&letter));
    for secret in ["mailbox.example", "Dana", "Zm9v", "video.example"] {
        assert!(!printed.contains(secret), "{printed}");
    }
    let printed = format!(
        "{:?}",
        self::letter(Step::Digest, Language::En, Disclosure::Times)
    );
    assert!(!printed.contains(STOP_TOKEN), "{printed}");
}
