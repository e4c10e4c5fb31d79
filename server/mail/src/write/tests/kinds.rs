//! The mails of single acts and of seldom news, and the one of several visits: text and HTML as their readers see
//! them, by language.

use super::*;
use crate::{
    AddressLetter, AnswerLetter, BookAgainLetter, BookingLetter, InvitationLetter, write_address,
    write_answer, write_book_again, write_booking_link, write_invitation,
};

const TOKEN: &str = "a2luZHNraW5kc2tpbmRzaw";
const PHONE: &str = "555 0100";

/// Subject, text, and what stands in the card: all around that is the same in every mail.
fn shown(mail: &Mail) -> String {
    let subject = read(mail).subject().unwrap().to_owned();
    let text = part(mail, "text/plain").unwrap().replace("\r\n", "\n");
    let html = part(mail, "text/html").unwrap();
    assert!(html.contains(&format!("<title>{subject}</title>")));
    let (_, card) = html.split_once("<h1").unwrap();
    let (card, _) = card.split_once("</tbody></table></div><!--").unwrap();
    let card = format!("<h1{card}").replace('>', ">\n");
    format!("Subject: {subject}\n\n-------- text/plain\n{text}\n-------- text/html\n{card}")
}

/// What one act has sent.
fn single(language: Language) -> [(&'static str, Mail); 5] {
    let identity = identity();
    let envelope = || letter(Step::OneDay, language, Disclosure::Times).envelope;
    let token = || TOKEN.to_owned();
    let link = InvitationLetter {
        envelope: envelope(),
        link: format!("/join/{TOKEN}.{TOKEN}"),
    };
    let booking = BookingLetter {
        envelope: envelope(),
        disclosure: Disclosure::Times,
        token: token(),
    };
    let address = AddressLetter {
        envelope: envelope(),
        token: token(),
    };
    let answer = AnswerLetter {
        envelope: envelope(),
        answered: None,
        phone: Some(PHONE.to_owned()),
    };
    let again = BookAgainLetter {
        envelope: envelope(),
        token: Some(token()),
    };
    [
        ("link", write_invitation(&link, &identity).unwrap()),
        ("booking", write_booking_link(&booking, &identity).unwrap()),
        ("address", write_address(&address, &identity).unwrap()),
        ("answer", write_answer(&answer, &identity).unwrap()),
        ("again", write_book_again(&again, &identity).unwrap()),
    ]
}

/// News of a visit that seldom come, and a reminder of two.
fn of_visits(language: Language) -> [(&'static str, Mail); 4] {
    let news = |step, change: fn(&mut VisitFacts)| {
        let mut letter = letter(step, language, Disclosure::Times);
        change(visit(&mut letter));
        written(&letter)
    };
    let mut day = letter(Step::OneDay, language, Disclosure::Times);
    let mut second = visit(&mut day).clone();
    second.start = second.start.plus_seconds(3 * 3_600);
    second.end = second.end.plus_seconds(3 * 3_600);
    second.link_token = Some(TOKEN.to_owned());
    day.beside = vec![second];
    [
        ("team", news(Step::Invitation, |visit| visit.team = true)),
        (
            "elsewhere",
            news(Step::Invitation, |visit| visit.elsewhere = true),
        ),
        (
            "left",
            news(Step::Cancellation, |visit| {
                visit.left = true;
                visit.link_token = None;
            }),
        ),
        ("day", written(&day)),
    ]
}

#[test]
fn every_other_mail_reads_and_looks_as_it_was_approved() {
    for language in Language::ALL {
        let mails = single(*language).into_iter().chain(of_visits(*language));
        for (kind, mail) in mails {
            let name = format!("{kind}_{}", language.as_str());
            insta::assert_snapshot!(name, shown(&mail));
        }
    }
}
