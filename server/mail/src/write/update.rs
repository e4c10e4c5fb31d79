//! Mails about messages that wait. To people they are the mail of level 0, whatever that person allows; staff are
//! told a number. Whose messages and where, no letter holds.

use care::texts::{Word, texts};
use protocol::{Disclosure, Step};

use super::WriteError;
use super::wording::{Button, Said, frame, link_to};
use crate::{Identity, Letter};

/// Chooses the sentences.
pub(super) fn choose(letter: &Letter, identity: &Identity) -> Result<Said, WriteError> {
    let facts = letter.update.as_ref().ok_or(WriteError::NoFacts)?;
    let text = texts(letter.envelope.language);
    let mut said = frame(text, Button::to_app(text, identity)?)?;
    said.unsubscribe = Some(Button {
        label: text.say("mail-unsubscribe", &[])?,
        url: link_to(identity, protocol::http::STOP_PATH, &facts.stop_token)?,
    });
    if letter.step == Step::Unread || letter.disclosure == Disclosure::Update {
        return Ok(said);
    }
    let conversations = facts.conversations.ok_or(WriteError::NoFacts)?;
    let count = [("count", Word::Count(conversations))];
    said.subject = text.say("mail-digest-subject", &count)?;
    said.title.clone_from(&said.subject);
    said.body = text.say("mail-digest-body", &count)?;
    Ok(said)
}
