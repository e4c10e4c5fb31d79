//! The automatic answer.

use super::*;
use crate::{AnswerLetter, write_answer};

fn answer(language: Language, phone: Option<&str>) -> AnswerLetter {
    let letter = letter(Step::OneDay, language, Disclosure::Details);
    AnswerLetter {
        envelope: letter.envelope,
        phone: phone.map(str::to_owned),
    }
}

#[test]
fn it_says_what_to_do_instead_and_that_nobody_wrote_it() {
    for language in [Language::En, Language::Es] {
        for phone in [None, Some("555 0100")] {
            let letter = answer(language, phone);
            let mail = write_answer(&letter, &identity()).unwrap();
            assert_eq!(mail, write_answer(&letter, &identity()).unwrap());
            let message = read(&mail);
            let plain = message.body_text(0).unwrap();
            assert_eq!(plain.contains("555 0100"), phone.is_some(), "{plain}");
            assert!(plain.contains("https://go.post.example"), "{plain}");
            let automatic = message.header_raw("Auto-Submitted").unwrap();
            assert_eq!(automatic.trim(), "auto-replied");
            assert!(message.header_raw("List-Unsubscribe").is_none());
        }
    }
}
