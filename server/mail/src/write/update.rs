//! Mails about messages that wait. To people they are the mail of level 0, whatever that person allows; staff are
//! told a number. Whose messages and where, no letter holds.

use care::texts::{Word, texts};
use protocol::{Disclosure, Step};

use super::WriteError;
use super::wording::{Button, Said, frame, must_be_a_secret};
use crate::{Identity, Letter};

/// Where links that stop such mails lead.
const STOP_PATH: &str = protocol::http::STOP_PATH;

/// Chooses the sentences.
pub(super) fn choose(letter: &Letter, identity: &Identity) -> Result<Said, WriteError> {
    let facts = letter.update.as_ref().ok_or(WriteError::NoFacts)?;
    must_be_a_secret(&facts.stop_token)?;
    let text = texts(letter.envelope.language);
    let page = Button {
        label: text.say("mail-button-open", &[])?,
        url: identity.link_base.clone(),
    };
    let mut said = frame(text, page)?;
    said.unsubscribe = Some(Button {
        label: text.say("mail-unsubscribe", &[])?,
        url: format!("{}{STOP_PATH}{}", identity.link_base, facts.stop_token),
    });
    if letter.step == Step::Unread || letter.disclosure == Disclosure::Update {
        return Ok(said);
    }
    let conversations = facts.conversations.ok_or(WriteError::NoFacts)?;
    let count = [("count", Word::Count(conversations))];
    said.body = text.say("mail-digest-body", &count)?;
    Ok(said)
}
