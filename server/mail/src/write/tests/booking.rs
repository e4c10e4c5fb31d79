//! The mail with a booking link.

use care::texts::texts;

use super::*;
use crate::{BookingLetter, write_booking_link};

const TOKEN: &str = "AAECAwQFBgcICQoLDA0ODw";

fn booking(language: Language, disclosure: Disclosure, token: &str) -> BookingLetter {
    let letter = letter(Step::OneDay, language, disclosure);
    BookingLetter {
        language,
        disclosure,
        to: letter.to,
        written_at: letter.written_at,
        message_id: letter.message_id,
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
    }
}
