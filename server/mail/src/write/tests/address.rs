//! The mail that asks whose an address is.

use super::*;
use crate::{AddressLetter, write_address};

const TOKEN: &str = "YWRkcmVzc2FkZHJlc3NhZA";

fn question(language: Language, token: &str) -> AddressLetter {
    let letter = letter(Step::OneDay, language, Disclosure::Details);
    AddressLetter {
        envelope: letter.envelope,
        token: token.to_owned(),
    }
}

#[test]
fn it_asks_and_says_nothing_else() {
    for language in [Language::En, Language::Es] {
        let letter = question(language, TOKEN);
        let mail = write_address(&letter, &identity()).unwrap();
        assert_eq!(mail, write_address(&letter, &identity()).unwrap());
        let message = read(&mail);
        let plain = message.body_text(0).unwrap();
        let link = format!("https://go.post.example/c/{TOKEN}");
        assert!(plain.contains(&link), "{plain}");
        let said = format!("{} {plain}", message.subject().unwrap());
        for word in ["appointment", "cita", "visit", "client", "Dana", "Maria"] {
            assert!(!said.contains(word), "{word}: {said}");
        }
        assert!(message.header_raw("List-Unsubscribe").is_none());
        assert!(message.attachment(0).is_none());
    }
}

#[test]
fn what_is_no_secret_of_ours_is_not_mailed() {
    for token in ["", "a b", "a/b", "\"><script>", "a\r\nBcc: a@b.example"] {
        let letter = question(Language::En, token);
        assert!(write_address(&letter, &identity()).is_err(), "{token}");
    }
}
