//! The automatic answer to whoever wrote to the address of our mails. Of level 0, always: what they wrote and to
//! whom stays untold.

use care::texts::{Word, texts};

use super::wording::{self, Button};
use super::{Mail, WriteError, check, mime, put_together};
use crate::{AnswerLetter, Identity};

/// Writes the answer. The same letter and the same identity make the same bytes.
pub fn write_answer(letter: &AnswerLetter, identity: &Identity) -> Result<Mail, WriteError> {
    check(identity)?;
    let text = texts(letter.envelope.language);
    let mut said = wording::frame(text, Button::to_app(text, identity)?)?;
    said.subject = text.say("mail-unread-subject", &[])?;
    said.title = text.say("mail-unread-title", &[])?;
    said.body = match &letter.phone {
        Some(phone) => text.say("mail-unread-body-phone", &[("phone", Word::Text(phone))])?,
        None => text.say("mail-unread-body", &[])?,
    };
    let automatic = mime::replied(letter.answered.as_ref());
    put_together(&letter.envelope, identity, &said, automatic)
}
