//! The mail that asks whether an address is somebody's: the first that it gets, and the only one until that is said.
//! It is always of level 0, and a stranger may read it: no name, no agency, and nothing of what for.

use care::texts::texts;

use super::wording::{self, Button};
use super::{Mail, WriteError, check, mime, put_together};
use crate::{AddressLetter, Identity};

/// Writes the mail. The same letter and the same identity make the same bytes.
pub fn write_address(letter: &AddressLetter, identity: &Identity) -> Result<Mail, WriteError> {
    check(identity)?;
    let text = texts(letter.envelope.language);
    let url = wording::link_to(identity, protocol::http::ADDRESS_PATH, &letter.token)?;
    let mut said = wording::frame(text, Button::to_page(text, url)?)?;
    said.subject = text.say("mail-address-subject", &[])?;
    said.title = text.say("mail-address-title", &[])?;
    said.body = text.say("mail-address-body", &[])?;
    said.hint = Some(text.say("mail-address-hint", &[])?);
    put_together(&letter.envelope, identity, &said, mime::GENERATED)
}
