//! The one mail of several visits of a day, as its reader sees it.

use care::place::Place;

use super::*;

/// Tuesday at ten and at one.
fn letter_of(step: Step, language: Language, disclosure: Disclosure) -> Letter {
    let mut letter = letter(step, language, disclosure);
    let mut second = visit(&mut letter).clone();
    second.start = second.start.plus_seconds(3 * 3_600);
    second.end = second.end.plus_seconds(3 * 3_600);
    second.kind = AppointmentKind::Phone;
    second.meeting_link = None;
    second.link_token = Some("c2Vjb25kc2Vjb25kc2Vjbw".to_owned());
    second.worker_first_name = Some(Name::new("Sam").unwrap());
    letter.beside = vec![second];
    letter
}

/// Subject and text.
fn shown(letter: &Letter) -> (String, String) {
    let mail = written(letter);
    let subject = read(&mail).subject().unwrap().to_owned();
    let text = part(&mail, "text/plain").unwrap().replace("\r\n", "\n");
    (subject, text)
}

#[test]
fn it_lists_each_visit_with_its_time_and_its_own_link() {
    let (subject, text) = shown(&letter_of(Step::OneDay, Language::En, Disclosure::Times));
    assert_eq!(subject, "Reminder: 2 appointments on Tuesday, December 1");
    assert_eq!(
        text,
        "You have 2 appointments on Tuesday, December 1

This is a reminder of your appointments.

Please say if you will be there, or ask for another time.

When: Tuesday, December 1, 2026 at 10:00 AM
Until: 10:30 AM
Confirm or change, 10:00 AM:
https://go.post.example/l/Zm9vYmFyYmF6cXV4MTIzNA

When: Tuesday, December 1, 2026 at 1:00 PM
Until: 1:30 PM
Confirm or change, 1:00 PM:
https://go.post.example/l/c2Vjb25kc2Vjb25kc2Vjbw

Stop emails like this:
https://go.post.example/l/Zm9vYmFyYmF6cXV4MTIzNA/unsubscribe

This email was written by a computer. Please do not write back.
"
    );
    let (subject, text) = shown(&letter_of(Step::OneDay, Language::Es, Disclosure::Times));
    assert_eq!(subject, "Recordatorio: 2 citas el martes, 1 de diciembre");
    assert_eq!(
        text,
        "Tiene 2 citas el martes, 1 de diciembre

Este es un recordatorio de sus citas.

Por favor, diga si va a asistir o pida otra hora.

Cuándo: martes, 1 de diciembre de 2026 a las 10:00 a.m.
Hasta: 10:30 a.m.
Confirmar o cambiar, 10:00 a.m.:
https://go.post.example/l/Zm9vYmFyYmF6cXV4MTIzNA

Cuándo: martes, 1 de diciembre de 2026 a la 1:00 p.m.
Hasta: 1:30 p.m.
Confirmar o cambiar, 1:00 p.m.:
https://go.post.example/l/c2Vjb25kc2Vjb25kc2Vjbw

Dejar de recibir correos como este:
https://go.post.example/l/Zm9vYmFyYmF6cXV4MTIzNA/unsubscribe

Este correo lo escribió una computadora. Por favor, no responda por correo.
"
    );
}

#[test]
fn each_visit_is_a_paragraph_of_its_own_with_its_own_button_that_names_the_time() {
    let mail = written(&letter_of(Step::OneDay, Language::En, Disclosure::Details));
    let html = part(&mail, "text/html").unwrap();
    let first = "<strong>When: Tuesday, December 1, 2026 at 10:00 AM<br />\
        Until: 10:30 AM<br />With: Dana<br />Where: by video</strong>";
    let second = "<strong>When: Tuesday, December 1, 2026 at 1:00 PM<br />\
        Until: 1:30 PM<br />With: Sam<br />Where: by phone</strong>";
    // In reading order, and below the buttons their addresses once more.
    let mut rest = html.as_str();
    for next in [
        first,
        "Confirm or change, 10:00 AM</a>",
        "Join by video, 10:00 AM</a>",
        second,
        "Confirm or change, 1:00 PM</a>",
        "<br />Confirm or change, 10:00 AM:<br /><a href=",
        "<br />Join by video, 10:00 AM:<br /><a href=",
        "<br />Confirm or change, 1:00 PM:<br /><a href=",
    ] {
        let (_, after) = rest
            .split_once(next)
            .unwrap_or_else(|| panic!("{next}: {html}"));
        rest = after;
    }
    assert!(!html.contains("Open your page"), "{html}");
}

#[test]
fn it_can_be_stopped_whichever_visit_has_a_link() {
    let mut letter = letter_of(Step::OneDay, Language::En, Disclosure::Times);
    visit(&mut letter).link_token = None;
    let mail = written(&letter);
    let raw = String::from_utf8(mail.bytes).unwrap();
    assert!(
        raw.contains("/l/c2Vjb25kc2Vjb25kc2Vjbw/unsubscribe>"),
        "{raw}"
    );
    letter.beside[0].link_token = None;
    let (_, text) = shown(&letter);
    assert!(
        !text.contains("/l/") && !text.contains("Stop emails"),
        "{text}"
    );
    assert!(
        text.contains("Open your page:\nhttps://go.post.example\n"),
        "{text}"
    );
}

#[test]
fn at_the_highest_level_it_says_with_whom_and_where_of_each() {
    let (_, text) = shown(&letter_of(Step::OneHour, Language::En, Disclosure::Details));
    for lines in [
        "10:30 AM\nWith: Dana\nWhere: by video\nSee your appointment, 10:00 AM:\n",
        "1:30 PM\nWith: Sam\nWhere: by phone\nSee your appointment, 1:00 PM:\n",
        "10:00 AM:\nhttps://go.post.example/l/Zm9v",
        "Join by video, 10:00 AM:\nhttps://video.example/r/xyz?a=1&b=2\n",
    ] {
        assert!(text.contains(lines), "{text}");
    }
    assert_eq!(text.matches("Join by video").count(), 1);
    assert!(!text.contains("Please say"), "too late to ask");
}

#[test]
fn where_to_go_is_told_of_each_to_whoever_may_know() {
    for level in [Disclosure::Times, Disclosure::Details] {
        let mut letter = letter_of(Step::OneDay, Language::En, level);
        let second = &mut letter.beside[0];
        second.kind = AppointmentKind::Court;
        second.place = Some(Place::new("Courthouse, 9 Oak Square").unwrap());
        let (_, text) = shown(&letter);
        let told = text.contains("With: Sam\nWhere: Courthouse, 9 Oak Square\n");
        assert_eq!(told, level == Disclosure::Details, "{text}");
        assert_eq!(text.contains("Oak"), told);
    }
}

#[test]
fn at_level_0_it_is_the_mail_of_one_visit() {
    for language in Language::ALL {
        let one = letter(Step::OneDay, *language, Disclosure::Update);
        let several = letter_of(Step::OneDay, *language, Disclosure::Update);
        assert_eq!(written(&several).bytes, written(&one).bytes);
    }
}

#[test]
fn below_the_highest_level_it_names_nobody_and_no_room() {
    for language in Language::ALL {
        let mail = written(&letter_of(Step::OneDay, *language, Disclosure::Times));
        let everything: String = parts(&mail).into_iter().map(|(_, text)| text).collect();
        for word in ["Dana", "Sam", "video", "America/"] {
            assert!(!everything.contains(word), "{word}");
        }
        let back = String::from_utf8(mail.bytes).unwrap();
        assert!(back.contains("List-Unsubscribe:") && !back.contains("text/calendar"));
    }
}
