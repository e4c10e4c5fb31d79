//! Mails about messages that wait.

use care::texts::texts;

use super::*;

#[test]
fn an_unread_mail_is_the_same_at_every_level_and_for_everybody() {
    for language in Language::ALL {
        let say = |key: &str| texts(*language).say(key, &[]).unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for level in Disclosure::ALL {
            let mut letter = letter(Step::Unread, *language, *level);
            // Not even if it were there.
            letter.update.as_mut().unwrap().conversations = Some(7);
            let mail = written(&letter);
            assert_eq!(
                read(&mail).subject(),
                Some(say("mail-update-subject").as_str())
            );
            let plain = part(&mail, "text/plain").unwrap();
            assert!(plain.contains(&say("mail-update-body")), "{plain}");
            assert!(plain.contains(&format!("https://go.post.example/u/{STOP_TOKEN}")));
            assert!(!plain.contains('7'), "{plain}");
            assert!(part(&mail, "text/calendar").is_none());
            seen.insert(mail.bytes);
        }
        assert_eq!(seen.len(), 1);
    }
}

#[test]
fn a_digest_tells_a_number_where_times_may_be_told() {
    for (language, one, three) in [
        (
            Language::En,
            "One conversation waits",
            "3 conversations wait",
        ),
        (Language::Es, "Una conversación", "3 conversaciones"),
    ] {
        let digest = |level, count| {
            let mut letter = letter(Step::Digest, language, level);
            letter.update.as_mut().unwrap().conversations = Some(count);
            let plain = part(&written(&letter), "text/plain").unwrap();
            plain.replace(['\u{2068}', '\u{2069}'], "")
        };
        assert!(digest(Disclosure::Times, 1).contains(one));
        assert!(digest(Disclosure::Times, 3).contains(three));
        assert!(digest(Disclosure::Details, 3).contains(three));
        let nothing = digest(Disclosure::Update, 3);
        assert!(
            !nothing.contains(three) && !nothing.contains(one),
            "{nothing}"
        );
    }
}

#[test]
fn what_is_no_secret_stops_no_mails() {
    for token in [
        "",
        "a/b",
        "a b",
        "x\r\nBcc: a@b.example",
        "\"><script>",
        "ü",
    ] {
        let mut letter = letter(Step::Unread, Language::En, Disclosure::Update);
        letter.update.as_mut().unwrap().stop_token = token.to_owned();
        assert!(write(&letter, &identity()).is_err(), "{token}");
    }
}
