//! The parts of a mail in the order that mail programs want: with a calendar file
//! `multipart/mixed{ alternative{ plain, html, text/calendar }, application/ics }`, where Outlook reads the
//! one copy of the file and Gmail the other; without one `multipart/alternative{ plain, html }`.
//!
//! Boundaries come from the Message-ID, since lettre's own are random. The machine's name is nowhere.

use std::time::{Duration, SystemTime};

use care::message_id::MessageId;
use lettre::Message;
use lettre::message::header::{
    ContentDisposition, ContentTransferEncoding, ContentType, Date, HeaderName, HeaderValue,
};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};
use protocol::Timestamp;

use super::wording::Said;
use super::{Mail, WriteError, calendar, hex};
use crate::{Envelope, Identity};

/// What the file is called, in every language: a name of its own could say too much.
const FILE_NAME: &str = "appointment.ics";
/// By what Exchange knows that nobody wants to read who is on holiday (MS-OXCMAIL), where others go by Auto-Submitted.
/// That a mail did not arrive it may still say.
const NO_ANSWERS: &str = "OOF, AutoReply";
/// After this second no Date can be written (the year 9999).
const SECONDS_MAX: u64 = 253_402_300_799;

/// What kind of automatic mail one is (RFC 3834, section 5).
#[derive(Clone, Copy)]
pub(super) struct Automatic<'m> {
    word: &'static str,
    /// Which mail it answers.
    answered: Option<&'m MessageId>,
}

/// A mail that nobody asked for.
pub(super) const GENERATED: Automatic<'static> = Automatic {
    word: "auto-generated",
    answered: None,
};

/// A mail that answers one, which it names if it can (RFC 3834, section 3.1.5).
pub(super) const fn replied(answered: Option<&MessageId>) -> Automatic<'_> {
    Automatic {
        word: "auto-replied",
        answered,
    }
}

pub(super) struct Parts<'m> {
    pub plain: String,
    pub html: String,
    pub calendar: Option<calendar::File>,
    /// What kind of automatic mail it is.
    pub automatic: Automatic<'m>,
}

/// The mail, whole.
pub(super) fn put_together(
    envelope: &Envelope,
    identity: &Identity,
    said: &Said,
    parts: Parts<'_>,
) -> Result<Mail, WriteError> {
    let id = hex(&envelope.message_id);
    let message_id = format!("{id}@{}", identity.domain);
    let sender = Mailbox::new(
        Some(identity.from_name.clone()),
        identity
            .from
            .parse()
            .map_err(|_| WriteError::Identity("address"))?,
    );
    let recipient = envelope
        .to
        .reveal()
        .parse()
        .map_err(|_| WriteError::Parts)?;
    let mut builder = Message::builder()
        .message_id(Some(format!("<{message_id}>")))
        .header(date(envelope.written_at)?)
        .from(sender.clone())
        .reply_to(sender)
        .to(Mailbox::new(None, recipient))
        .subject(&said.subject)
        .raw_header(raw("Auto-Submitted", parts.automatic.word.to_owned())?)
        .raw_header(raw("X-Auto-Response-Suppress", NO_ANSWERS.to_owned())?);
    if let Some(unsubscribe) = &said.unsubscribe {
        builder = builder
            .raw_header(raw("List-Unsubscribe", format!("<{}>", unsubscribe.url))?)
            .raw_header(raw(
                "List-Unsubscribe-Post",
                "List-Unsubscribe=One-Click".to_owned(),
            )?);
    }
    if let Some(answered) = parts.automatic.answered {
        let answered = format!("<{}>", answered.reveal());
        builder = builder
            .raw_header(raw("In-Reply-To", answered.clone())?)
            .raw_header(raw("References", answered)?);
    }
    let message = builder
        .multipart(body(parts, &id)?)
        .map_err(|_| WriteError::Parts)?;
    Ok(Mail {
        from: identity.from.clone(),
        to: envelope.to.clone(),
        bytes: message.formatted(),
        message_id,
    })
}

fn body(parts: Parts<'_>, id: &str) -> Result<MultiPart, WriteError> {
    let alternative = MultiPart::alternative()
        .boundary(format!("a-{id}"))
        .singlepart(SinglePart::plain(parts.plain))
        .singlepart(SinglePart::html(parts.html));
    let Some(file) = parts.calendar else {
        return Ok(alternative);
    };
    let inline = format!(
        "text/calendar; charset=utf-8; method={}",
        file.method.as_str()
    );
    let attached = format!("application/ics; name=\"{FILE_NAME}\"");
    let alternative = alternative.singlepart(
        SinglePart::builder()
            .header(content_type(&inline)?)
            .body(file.text.clone()),
    );
    // Base64, which no mail server on the way rewraps.
    let encoded = Body::new_with_encoding(file.text, ContentTransferEncoding::Base64)
        .map_err(|_| WriteError::Parts)?;
    let attachment = SinglePart::builder()
        .header(content_type(&attached)?)
        .header(ContentDisposition::attachment(FILE_NAME))
        .body(encoded);
    Ok(MultiPart::mixed()
        .boundary(format!("m-{id}"))
        .multipart(alternative)
        .singlepart(attachment))
}

fn content_type(text: &str) -> Result<ContentType, WriteError> {
    ContentType::parse(text).map_err(|_| WriteError::Parts)
}

/// A header whose value is ASCII and already safe.
fn raw(name: &'static str, value: String) -> Result<HeaderValue, WriteError> {
    if value.bytes().any(|byte| !(0x20..0x7f).contains(&byte)) {
        return Err(WriteError::Parts);
    }
    let name = HeaderName::new_from_ascii_str(name);
    Ok(HeaderValue::dangerous_new_pre_encoded(
        name,
        value.clone(),
        value,
    ))
}

/// Whole seconds, UTC.
fn date(at: Timestamp) -> Result<Date, WriteError> {
    let seconds = u64::try_from(at.micros() / 1_000_000).map_err(|_| WriteError::Time)?;
    if seconds > SECONDS_MAX {
        return Err(WriteError::Time);
    }
    SystemTime::UNIX_EPOCH
        .checked_add(Duration::from_secs(seconds))
        .map(Date::new)
        .ok_or(WriteError::Time)
}
