//! The mail with a booking link.

use care::texts::texts;
use protocol::{Disclosure, Step};

use super::wording::{self, Button};
use super::{Mail, WriteError, check, html, mime};
use crate::{BookingLetter, Identity, Letter};

/// Writes the mail with the link by which a client books. It says no time, because there is none yet; of level 0
/// it says no more than any mail of that level.
pub fn write_booking_link(letter: &BookingLetter, identity: &Identity) -> Result<Mail, WriteError> {
    check(identity)?;
    let text = texts(letter.language);
    let page = Button {
        label: text.say("mail-button-link", &[])?,
        url: link(letter, identity)?,
    };
    let mut said = wording::frame(text, page)?;
    if letter.disclosure != Disclosure::Update {
        said.subject = text.say("mail-choose-subject", &[])?;
        said.title = text.say("mail-choose-title", &[])?;
        said.body = text.say("mail-choose-body", &[])?;
        said.hint = Some(text.say("mail-choose-hint", &[])?);
    }
    let parts = mime::Parts {
        plain: said.plain(),
        html: html::lay_out(&said, letter.language)?,
        calendar: None,
        automatic: mime::GENERATED,
    };
    mime::put_together(&envelope(letter), identity, &said, parts)
}

fn link(letter: &BookingLetter, identity: &Identity) -> Result<String, WriteError> {
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if letter.token.is_empty() || !letter.token.bytes().all(is_safe) {
        return Err(WriteError::Link);
    }
    let path = protocol::http::BOOKING_PATH;
    Ok(format!("{}{path}{}", identity.link_base, letter.token))
}

/// Where it goes and when it was written; about no appointment.
fn envelope(letter: &BookingLetter) -> Letter {
    Letter {
        step: Step::Agenda,
        language: letter.language,
        disclosure: letter.disclosure,
        to: letter.to.clone(),
        written_at: letter.written_at,
        message_id: letter.message_id,
        visit: None,
        agenda: None,
        update: None,
    }
}
