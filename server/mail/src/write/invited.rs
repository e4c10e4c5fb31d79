//! The mail with an invitation's link. It is always of level 0: whoever reads it over somebody's shoulder, or
//! gets it by a mistyped address, learns that there is a link. Nobody is named, no agency and no reason.

use care::texts::texts;

use super::wording::{self, Button};
use super::{Mail, WriteError, check, mime, put_together};
use crate::{Identity, InvitationLetter};

/// Writes the mail. The same letter and the same identity make the same bytes.
pub fn write_invitation(
    letter: &InvitationLetter,
    identity: &Identity,
) -> Result<Mail, WriteError> {
    check(identity)?;
    let text = texts(letter.envelope.language);
    let url = link(letter, identity)?;
    let mut said = wording::frame(text, Button::to_page(text, url)?)?;
    said.body = text.say("mail-link-body", &[])?;
    said.hint = Some(text.say("mail-link-hint", &[])?);
    put_together(&letter.envelope, identity, &said, mime::GENERATED)
}

/// What follows the `#` never reaches a server when the link is opened.
fn link(letter: &InvitationLetter, identity: &Identity) -> Result<String, WriteError> {
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    if !letter.link.starts_with('/') || !letter.link.bytes().all(is_safe) {
        return Err(WriteError::Link);
    }
    Ok(format!("{}/#{}", identity.link_base, letter.link))
}
