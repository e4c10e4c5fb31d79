//! Every mail as its reader sees it: snapshots, by language and level.

use std::fmt::Write as _;

use super::*;

/// Subject, text and calendar file of every step, one after the other.
fn shown(language: Language, disclosure: Disclosure) -> String {
    let mut shown = String::new();
    for step in Step::ALL {
        let mut letter = letter(*step, language, disclosure);
        show(&mut shown, step.as_str(), &letter);
        if *step == Step::Invitation {
            visit(&mut letter).moved = true;
            visit(&mut letter).sequence = 1;
            show(&mut shown, "invitation, moved", &letter);
            visit(&mut letter).kept = true;
            show(&mut shown, "invitation, kept by a new law", &letter);
            visit(&mut letter).kept = false;
            visit(&mut letter).link_token = None;
            visit(&mut letter).calendar_file = false;
            show(&mut shown, "invitation without link and file", &letter);
        }
    }
    shown
}

fn show(shown: &mut String, title: &str, letter: &Letter) {
    let mail = written(letter);
    let subject = read(&mail).subject().unwrap().to_owned();
    writeln!(shown, "======== {title}\nSubject: {subject}\n").unwrap();
    for (kind, text) in parts(&mail) {
        if kind == "text/plain" || kind == "text/calendar" {
            let text = text.replace("\r\n", "\n");
            writeln!(shown, "-------- {kind}\n{text}").unwrap();
        }
    }
}

#[test]
fn every_mail_reads_as_it_was_approved() {
    for language in Language::ALL {
        for level in Disclosure::ALL {
            let name = format!("mails_{}_{}", language.as_str(), level.as_str());
            insta::assert_snapshot!(name, shown(*language, *level));
        }
    }
}

#[test]
fn an_invitation_and_a_reminder_look_as_they_were_approved() {
    let invitation = letter(Step::Invitation, Language::En, Disclosure::Times);
    let html = part(&written(&invitation), "text/html").unwrap();
    insta::assert_snapshot!("html_invitation_en_times", html.replace('>', ">\n"));
    let reminder = letter(Step::RoomOpen, Language::Es, Disclosure::Details);
    let html = part(&written(&reminder), "text/html").unwrap();
    insta::assert_snapshot!("html_room_open_es_details", html.replace('>', ">\n"));
}

#[test]
fn a_whole_mail_travels_as_it_was_approved() {
    let mail = written(&letter(Step::Invitation, Language::Es, Disclosure::Times));
    let raw = String::from_utf8(mail.bytes).unwrap();
    insta::assert_snapshot!("raw_invitation_es_times", raw.replace("\r\n", "\n"));
}

#[test]
fn the_html_says_what_the_text_says_in_its_language() {
    for letter in every_letter() {
        let mail = written(&letter);
        let html = part(&mail, "text/html").unwrap().replace("&#39;", "'");
        let html = html.replace("&amp;", "&");
        let lang = format!("<html lang=\"{}\"", letter.envelope.language.as_str());
        assert!(html.contains(&lang));
        for line in part(&mail, "text/plain").unwrap().lines() {
            let line = line.trim_end_matches(':');
            assert!(html.contains(line), "{:?}: {line}", letter.step);
        }
    }
}

#[test]
fn every_link_of_the_html_says_where_it_leads() {
    for language in Language::ALL {
        let say = |key: &str| care::texts::texts(*language).say(key, &[]).unwrap();
        let mail = written(&letter(Step::RoomOpen, *language, Disclosure::Details));
        let html = part(&mail, "text/html").unwrap();
        // Of two addresses below the buttons each has its name.
        for label in ["mail-button-join", "mail-button-see"] {
            let named = format!("<br />{}:<br /><a href=", say(label));
            assert!(html.contains(&named), "{html}");
        }
        let stop = format!(">{}</a>", say("mail-unsubscribe"));
        assert!(html.contains(&stop), "{html}");
        // One alone needs none.
        let mail = written(&letter(Step::OneDay, *language, Disclosure::Times));
        let html = part(&mail, "text/html").unwrap();
        let answer = say("mail-button-answer");
        assert!(!html.contains(&format!("{answer}:<br />")), "{html}");
        // Whoever hears it hears what it does, and not an address letter by letter.
        let (_, below) = html.split_once(&say("mail-no-button")).unwrap();
        let heard = format!("\" aria-label=\"{answer}\" ");
        assert_eq!(below.matches(&heard).count(), 1, "{html}");
    }
}

#[test]
fn what_the_page_of_the_link_does_not_show_has_a_button_to_where_it_is() {
    let app = "\nhttps://go.post.example\n";
    let text = |letter: &Letter| {
        let text = part(&written(letter), "text/plain").unwrap();
        text.replace("\r\n", "\n")
    };
    let page = "https://go.post.example/l/";
    for language in Language::ALL {
        // Who may come in and is not told the way is led to it first.
        let open = text(&letter(Step::RoomOpen, *language, Disclosure::Times));
        assert!(open.find(app).unwrap() < open.find(page).unwrap(), "{open}");
        let told = text(&letter(Step::RoomOpen, *language, Disclosure::Details));
        assert!(!told.contains(app), "{told}");
        let mut without = letter(Step::RoomOpen, *language, Disclosure::Details);
        visit(&mut without).meeting_link = None;
        assert!(text(&without).contains(app));
        let off = text(&letter(Step::Cancellation, *language, Disclosure::Times));
        assert!(off.contains(app) && off.contains(page), "{off}");
        let mut elsewhere = letter(Step::Invitation, *language, Disclosure::Times);
        assert!(!text(&elsewhere).contains(app));
        visit(&mut elsewhere).elsewhere = true;
        assert!(text(&elsewhere).contains(app));
        // At level 0 nothing else is led to, but for what stops such mails.
        for step in Step::ALL.iter().filter(|step| is_about_a_visit(**step)) {
            let least = text(&letter(*step, *language, Disclosure::Update));
            assert_eq!(least.matches(app).count(), 1, "{least}");
            let stops = least.matches("/unsubscribe\n").count();
            assert_eq!(least.matches(page).count(), stops, "{least}");
            assert_eq!(stops, usize::from(step.is_reminder()), "{least}");
        }
    }
}

#[test]
fn the_day_and_the_clock_are_the_recipients_own() {
    let mut letter = letter(Step::OneDay, Language::En, Disclosure::Times);
    visit(&mut letter).zone = Zones::bundled().find("Pacific/Auckland").unwrap();
    let mail = written(&letter);
    assert_eq!(
        read(&mail).subject(),
        Some("Reminder: appointment on Wednesday, December 2 at 5:00 AM")
    );
    let plain = part(&mail, "text/plain").unwrap();
    assert!(plain.contains("When: Wednesday, December 2, 2026 at 5:00 AM\r\n"));
}

#[test]
fn whoever_may_think_of_other_clocks_reads_which_these_are() {
    for (language, subject, when, until) in [
        (
            Language::En,
            "Appointment on Tuesday, December 1 at 10:00 AM (Central Time)",
            "When: Tuesday, December 1, 2026 at 10:00 AM (Central Time)\r\n",
            "Until: 10:30 AM\r\n",
        ),
        (
            Language::Es,
            "Cita el martes, 1 de diciembre, 10:00 a.m. (hora del centro)",
            "Cuándo: martes, 1 de diciembre de 2026 a las 10:00 a.m. (hora del centro)\r\n",
            "Hasta: 10:30 a.m.\r\n",
        ),
    ] {
        let mut letter = letter(Step::Invitation, language, Disclosure::Times);
        visit(&mut letter).zone_named = true;
        let mail = written(&letter);
        assert_eq!(read(&mail).subject(), Some(subject));
        let plain = part(&mail, "text/plain").unwrap();
        assert!(plain.contains(when) && plain.contains(until), "{plain}");
        // In the calendar it is an instant, on whatever clocks.
        let lines = calendar_lines(&mail);
        assert!(lines.contains(&"DTSTART:20261201T160000Z".to_owned()));
    }
    let mut letter = letter(Step::Agenda, Language::En, Disclosure::Times);
    letter.agenda.as_mut().unwrap().zone_named = true;
    let plain = part(&written(&letter), "text/plain").unwrap();
    assert!(plain.contains("\r\n1:30 PM (Central Time)\r\n"), "{plain}");
}

#[test]
fn a_time_that_comes_twice_says_which_of_the_two_it_is() {
    let zone = Zones::bundled().find("America/Chicago").unwrap();
    let first = zone.resolve(CivilTime::parse("2026-11-01T01:30").unwrap());
    let mut seen = std::collections::BTreeSet::new();
    for (start, side) in [(first, "before"), (later(first), "after")] {
        let mut letter = letter(Step::OneDay, Language::En, Disclosure::Times);
        visit(&mut letter).start = start;
        visit(&mut letter).end = start.plus_seconds(900);
        let mail = written(&letter);
        let plain = part(&mail, "text/plain").unwrap();
        let when = format!("at 1:30 AM ({side} the clocks change)");
        assert!(plain.contains(&when), "{plain}");
        assert!(plain.contains("Until: 1:45 AM\r\n"), "{plain}");
        assert!(seen.insert(read(&mail).subject().unwrap().to_owned()));
    }
}

#[test]
fn a_worker_without_appointments_and_one_with_a_single_one_are_told_so() {
    let mut letter = letter(Step::Agenda, Language::En, Disclosure::Times);
    let agenda = letter.agenda.as_mut().unwrap();
    agenda.starts.truncate(1);
    let mail = written(&letter);
    let one = "One appointment on Tuesday, December 1";
    assert_eq!(read(&mail).subject(), Some(one));
    let plain = part(&mail, "text/plain").unwrap();
    assert!(plain.contains("one appointment") && plain.contains("9:00 AM\r\n"));
    letter.agenda.as_mut().unwrap().starts.clear();
    let plain = part(&written(&letter), "text/plain").unwrap();
    assert!(plain.contains("no appointments on this day"), "{plain}");
}

#[test]
fn a_written_mail_reads_back_as_it_was_meant() {
    let invitation = letter(Step::Invitation, Language::Es, Disclosure::Times);
    let mail = written(&invitation);
    let back = crate::read_back(&mail.bytes).unwrap();
    assert_eq!(back.to, "someone@mailbox.example");
    assert_eq!(back.subject, "Cita el martes, 1 de diciembre, 10:00 a.m.");
    assert_eq!(back.date, "2026-11-24T21:04:00Z");
    assert_eq!(Some(back.plain), part(&mail, "text/plain"));
    assert_eq!(Some(back.html), part(&mail, "text/html"));
    assert_eq!(back.calendar, part(&mail, "text/calendar"));
    let reminder = letter(Step::OneDay, Language::Es, Disclosure::Times);
    let back = crate::read_back(&written(&reminder).bytes).unwrap();
    assert_eq!(back.calendar, None);
    assert_eq!(crate::read_back(b""), None);
}

#[test]
fn that_others_of_the_staff_come_is_told_with_the_time_that_stands() {
    for (language, subject) in [
        (Language::En, "Team changed: appointment on"),
        (Language::Es, "Cambio de equipo: cita el"),
    ] {
        for level in [Disclosure::Times, Disclosure::Details] {
            let mut letter = letter(Step::Invitation, language, level);
            // It was moved before: this mail is not about that.
            visit(&mut letter).moved = true;
            visit(&mut letter).team = true;
            let mail = written(&letter);
            assert!(read(&mail).subject().unwrap().starts_with(subject));
        }
    }
}

#[test]
fn a_reminder_of_the_evening_before_does_not_say_that_it_begins_now() {
    for step in [Step::OneHour, Step::RoomOpen] {
        for language in Language::ALL {
            let mut early = letter(step, *language, Disclosure::Times);
            let usual = read(&written(&early)).subject().unwrap().to_owned();
            visit(&mut early).early = true;
            let mut day_before = letter(Step::OneDay, *language, Disclosure::Times);
            let expected = read(&written(&day_before)).subject().unwrap().to_owned();
            let mail = written(&early);
            assert_eq!(read(&mail).subject(), Some(&*expected));
            assert_ne!(usual, expected);
            // It says the same, but asks for no answer any more.
            visit(&mut day_before).link_token = None;
            visit(&mut early).link_token = None;
            let plain = |letter: &Letter| part(&written(letter), "text/plain");
            assert_eq!(plain(&early), plain(&day_before));
        }
    }
}
