//! The mail with an invitation's link.

use care::texts::texts;

use super::*;
use crate::{InvitationLetter, write_invitation};

const LINK: &str = "/join/AAECAwQFBgcICQoLDA0ODw.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

fn invitation(language: Language, link: &str) -> InvitationLetter {
    let letter = letter(Step::OneDay, language, Disclosure::Update);
    InvitationLetter {
        envelope: letter.envelope,
        link: link.to_owned(),
    }
}

#[test]
fn it_holds_the_link_and_a_sentence_and_is_always_the_same() {
    for language in [Language::En, Language::Es] {
        let letter = invitation(language, LINK);
        let mail = write_invitation(&letter, &identity()).unwrap();
        assert_eq!(mail, write_invitation(&letter, &identity()).unwrap());
        let message = read(&mail);
        // What every mail of level 0 is called.
        let subject = texts(language).say("mail-update-subject", &[]).unwrap();
        assert_eq!(message.subject(), Some(subject.as_str()));
        let plain = message.body_text(0).unwrap();
        assert!(
            plain.contains(&format!("https://go.post.example/#{LINK}")),
            "{plain}"
        );
        assert!(message.header_raw("List-Unsubscribe").is_none());
    }
}

#[test]
fn what_is_no_path_of_ours_is_not_mailed() {
    for link in [
        "",
        "join/x",
        "/join/x y",
        "/join/\"><script>",
        "/join/x\r\nBcc: a@b.example",
        "@elsewhere.example/",
    ] {
        let letter = invitation(Language::En, link);
        assert!(write_invitation(&letter, &identity()).is_err(), "{link}");
    }
}
