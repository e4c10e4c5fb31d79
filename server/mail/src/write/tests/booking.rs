//! The mails with a booking link.

use care::texts::texts;

use super::*;
use crate::{BookAgainLetter, BookingLetter, write_book_again, write_booking_link};

const TOKEN: &str = "AAECAwQFBgcICQoLDA0ODw";

fn booking(language: Language, disclosure: Disclosure, token: &str) -> BookingLetter {
    let letter = letter(Step::OneDay, language, disclosure);
    BookingLetter {
        envelope: letter.envelope,
        disclosure,
        token: token.to_owned(),
    }
}

#[test]
fn it_holds_the_link_and_says_no_more_than_its_level() {
    for language in [Language::En, Language::Es] {
        let say = |key: &str| texts(language).say(key, &[]).unwrap();
        for (disclosure, subject) in [
            (Disclosure::Update, say("mail-update-subject")),
            (Disclosure::Times, say("mail-choose-subject")),
        ] {
            let letter = booking(language, disclosure, TOKEN);
            let mail = write_booking_link(&letter, &identity()).unwrap();
            assert_eq!(mail, write_booking_link(&letter, &identity()).unwrap());
            let message = read(&mail);
            assert_eq!(message.subject(), Some(subject.as_str()));
            let plain = message.body_text(0).unwrap();
            assert!(
                plain.contains(&format!("https://go.post.example/b/{TOKEN}")),
                "{plain}"
            );
            let hint = plain.contains(&say("mail-choose-hint"));
            assert_eq!(hint, disclosure == Disclosure::Times);
            assert!(message.header_raw("List-Unsubscribe").is_none());
        }
    }
}

#[test]
fn what_is_no_secret_is_not_mailed() {
    for token in [
        "",
        "a/b",
        "a b",
        "\"><script>",
        "x\r\nBcc: a@b.example",
        "a#b",
    ] {
        let letter = booking(Language::En, Disclosure::Times, token);
        assert!(write_booking_link(&letter, &identity()).is_err(), "{token}");
        let letter = booking_again(Language::En, Some(token));
        assert!(write_book_again(&letter, &identity()).is_err(), "{token}");
    }
}

fn booking_again(language: Language, token: Option<&str>) -> BookAgainLetter {
    BookAgainLetter {
        envelope: letter(Step::OneDay, language, Disclosure::Details).envelope,
        token: token.map(str::to_owned),
    }
}

#[test]
fn whoever_is_to_choose_again_reads_that_there_is_something_and_nothing_else() {
    for language in [Language::En, Language::Es] {
        let say = |key: &str| texts(language).say(key, &[]).unwrap();
        for token in [Some(TOKEN), None] {
            let letter = booking_again(language, token);
            let mail = write_book_again(&letter, &identity()).unwrap();
            assert_eq!(mail, write_book_again(&letter, &identity()).unwrap());
            let message = read(&mail);
            // What every mail of level 0 is called.
            let subject = say("mail-update-subject");
            assert_eq!(message.subject(), Some(subject.as_str()));
            let plain = message.body_text(0).unwrap().into_owned();
            let html = part(&mail, "text/html").unwrap();
            let linked = format!("https://go.post.example/b/{TOKEN}");
            assert_eq!(plain.contains(&linked), token.is_some(), "{plain}");
            let all = [plain, html].join("\n").to_lowercase();
            for told in ["appointment", "visit", "miss", "cita", "falt", "vino"] {
                assert!(!all.contains(told), "{told}: {all}");
            }
        }
    }
}
