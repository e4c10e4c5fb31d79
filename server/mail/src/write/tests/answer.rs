//! The automatic answer.

use care::message_id::MessageId;

use super::*;
use crate::{AnswerLetter, write_answer};

fn answer(language: Language, phone: Option<&str>) -> AnswerLetter {
    let letter = letter(Step::OneDay, language, Disclosure::Details);
    AnswerLetter {
        envelope: letter.envelope,
        answered: None,
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
            for none in ["List-Unsubscribe", "In-Reply-To", "References"] {
                assert!(message.header_raw(none).is_none(), "{none}");
            }
        }
    }
}

#[test]
fn it_names_the_mail_that_it_answers_on_one_line() {
    let longest = "m".repeat(protocol::limits::RECEIVED_MESSAGE_ID_BYTES_MAX - 2) + "@x";
    for id in ["CAJ+x=Qz_9@mailbox.example", longest.as_str()] {
        let mut letter = answer(Language::En, None);
        letter.answered = MessageId::parse(id);
        let mail = write_answer(&letter, &identity()).unwrap();
        assert_eq!(mail, write_answer(&letter, &identity()).unwrap());
        let raw = String::from_utf8(mail.bytes).unwrap();
        for name in ["In-Reply-To", "References"] {
            let line = format!("\r\n{name}: <{id}>\r\n");
            assert_eq!(raw.matches(&line).count(), 1, "{raw}");
        }
    }
}
