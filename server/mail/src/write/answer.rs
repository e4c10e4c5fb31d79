//! The automatic answer to whoever wrote to the address of our mails. Of level 0, always: what they wrote and to
//! whom stays untold.

use care::texts::{Word, texts};
use protocol::{Disclosure, Step};

use super::wording::{self, Button};
use super::{Mail, WriteError, check, html, mime};
use crate::{AnswerLetter, Identity, Letter};

/// Writes the answer. The same letter and the same identity make the same bytes.
pub fn write_answer(letter: &AnswerLetter, identity: &Identity) -> Result<Mail, WriteError> {
    check(identity)?;
    let text = texts(letter.language);
    let page = Button {
        label: text.say("mail-button-open", &[])?,
        url: identity.link_base.clone(),
    };
    let mut said = wording::frame(text, page)?;
    said.subject = text.say("mail-unread-subject", &[])?;
    said.title = text.say("mail-unread-title", &[])?;
    said.body = match &letter.phone {
        Some(phone) => text.say("mail-unread-body-phone", &[("phone", Word::Text(phone))])?,
        None => text.say("mail-unread-body", &[])?,
    };
    let parts = mime::Parts {
        plain: said.plain(),
        html: html::lay_out(&said, letter.language)?,
        calendar: None,
        automatic: mime::REPLIED,
    };
    mime::put_together(&envelope(letter), identity, &said, parts)
}

/// Where it goes and when it was written; about no appointment.
fn envelope(letter: &AnswerLetter) -> Letter {
    Letter {
        step: Step::Agenda,
        language: letter.language,
        disclosure: Disclosure::Update,
        to: letter.to.clone(),
        written_at: letter.written_at,
        message_id: letter.message_id,
        visit: None,
        agenda: None,
        update: None,
    }
}
