//! The mails with a booking link.

use care::texts::texts;
use protocol::Disclosure;

use super::wording::{self, Button};
use super::{Mail, WriteError, check, mime, put_together};
use crate::{BookAgainLetter, BookingLetter, Identity};

/// Writes the mail with the link by which a client books. It says no time, because there is none yet; of level 0
/// it says no more than any mail of that level.
pub fn write_booking_link(letter: &BookingLetter, identity: &Identity) -> Result<Mail, WriteError> {
    check(identity)?;
    let text = texts(letter.envelope.language);
    let url = link(&letter.token, identity)?;
    let mut said = wording::frame(text, Button::to_page(text, url)?)?;
    if letter.disclosure != Disclosure::Update {
        said.subject = text.say("mail-choose-subject", &[])?;
        said.title = text.say("mail-choose-title", &[])?;
        said.body = text.say("mail-choose-body", &[])?;
        said.hint = Some(text.say("mail-choose-hint", &[])?);
    }
    put_together(&letter.envelope, identity, &said, mime::GENERATED)
}

/// Writes the mail by which a client chooses another time: nothing but that there is something, and the way to it.
/// Whoever has no link reads what every mail of that level says: a number to call would say whose mail it is.
pub fn write_book_again(letter: &BookAgainLetter, identity: &Identity) -> Result<Mail, WriteError> {
    check(identity)?;
    let text = texts(letter.envelope.language);
    let page = match &letter.token {
        Some(token) => Button::to_page(text, link(token, identity)?)?,
        None => Button::to_app(text, identity)?,
    };
    let mut said = wording::frame(text, page)?;
    if letter.token.is_some() {
        said.body = text.say("mail-again-body", &[])?;
    }
    put_together(&letter.envelope, identity, &said, mime::GENERATED)
}

fn link(token: &str, identity: &Identity) -> Result<String, WriteError> {
    wording::link_to(identity, protocol::http::BOOKING_PATH, token)
}
