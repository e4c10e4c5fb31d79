//! What a mail is that came back: read once, and nothing kept but what the store needs to know. No subject, no
//! text, nobody's name.

use std::panic::catch_unwind;

use care::email::EmailAddress;
use care::message_id::MessageId;
use mail_parser::{HeaderValue, Message, MimeHeaders as _, PartType};
use protocol::{Response, Timestamp, limits};

use super::{calendar, parts, report};

/// Bytes of a head that name a mail which has no Message-ID.
const NAMED_BYTES_MAX: usize = 16 * 1024;
/// What a delivery report says is in one of these.
const STATUSES: [(&str, &str); 2] = [
    ("message", "delivery-status"),
    ("message", "global-delivery-status"),
];
/// A calendar file is one of these.
const CALENDARS: [(&str, &str); 2] = [("text", "calendar"), ("application", "ics")];

/// A mail that came back. It does not print: it holds an address.
#[derive(Clone, PartialEq, Eq)]
pub struct Arrived {
    /// What names it: its Message-ID, or its head. The same when it is given again.
    pub named: String,
    /// Its Message-ID, if that can stand in a mail which answers it.
    pub message_id: Option<MessageId>,
    /// By whom it says that it is.
    pub sender: Option<EmailAddress>,
    /// A program wrote it by itself (RFC 3834, section 2): it is not answered.
    pub automatic: bool,
    /// What it is.
    pub content: Content,
}

/// What a mail is.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    /// A delivery report: the mail did not arrive and will not.
    Failed {
        /// The address is the reason.
        address: bool,
    },
    /// A delivery report that says anything else.
    Passing,
    /// The answer of the sender's calendar.
    Calendar(CalendarAnswer),
    /// Anything else.
    Other,
}

/// What a calendar answers.
#[derive(Clone, PartialEq, Eq)]
pub struct CalendarAnswer {
    /// The calendar's name of the appointment.
    pub uid: String,
    /// Whose answer: the sender's.
    pub attendee: EmailAddress,
    /// The answer.
    pub response: Response,
    /// To which version of the appointment.
    pub sequence: u32,
    /// When it was given, by the sender's clock.
    pub stamp: Timestamp,
}

/// Reads a mail, whole or its beginning, with its envelope's sender (empty: nobody is to answer it). Whatever the
/// bytes are, it answers.
pub fn read_arrived(bytes: &[u8], envelope_sender: &str) -> Arrived {
    // The parser promises not to panic; a promise that strangers' bytes test is better kept by a wall.
    let read = catch_unwind(|| read_mail(bytes, envelope_sender));
    read.ok().flatten().unwrap_or_else(|| Arrived {
        named: head(bytes),
        message_id: None,
        sender: EmailAddress::parse(envelope_sender).ok(),
        automatic: envelope_sender.is_empty(),
        content: Content::Other,
    })
}

fn read_mail(bytes: &[u8], envelope_sender: &str) -> Option<Arrived> {
    let mail = parts::head(bytes)?;
    let sender = sender(&mail).or_else(|| EmailAddress::parse(envelope_sender).ok());
    let content = content(bytes, &mail, sender.as_ref());
    let named = match mail.message_id() {
        Some(id) if !id.trim().is_empty() && id.len() <= NAMED_BYTES_MAX => id.to_owned(),
        _ => head(bytes),
    };
    Some(Arrived {
        named,
        message_id: mail.message_id().and_then(MessageId::parse),
        sender,
        automatic: envelope_sender.is_empty() || is_automatic(&mail),
        content,
    })
}

/// The head as far as it names the mail.
fn head(bytes: &[u8]) -> String {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.unwrap_or(bytes.len()).min(NAMED_BYTES_MAX);
    String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned()
}

/// The one address of From.
fn sender(mail: &Message<'_>) -> Option<EmailAddress> {
    let mut from = mail.from()?.iter();
    let (first, second) = (from.next()?, from.next());
    let address = first.address().filter(|_| second.is_none())?;
    EmailAddress::parse(address).ok()
}

/// What a mail with that head is.
fn content(bytes: &[u8], mail: &Message<'_>, sender: Option<&EmailAddress>) -> Content {
    if is_report(mail) {
        let statuses = parts::of_kinds(bytes, &STATUSES);
        let failure = statuses.iter().find_map(|part| report::read(&text(part)?));
        return failure.map_or(Content::Passing, |failure| Content::Failed {
            address: failure.address,
        });
    }
    let Some(sender) = sender else {
        return Content::Other;
    };
    let calendars = parts::of_kinds(bytes, &CALENDARS);
    calendars
        .iter()
        .find_map(|part| calendar::read(&text(part)?, sender))
        .map_or(Content::Other, Content::Calendar)
}

/// `multipart/report; report-type=delivery-status` (RFC 6522). One about reading, a disposition, is none.
fn is_report(mail: &Message<'_>) -> bool {
    mail.content_type().is_some_and(|kind| {
        kind.ctype().eq_ignore_ascii_case("multipart")
            && kind
                .subtype()
                .is_some_and(|kind| kind.eq_ignore_ascii_case("report"))
            && kind
                .attribute("report-type")
                .is_none_or(|kind| kind.eq_ignore_ascii_case("delivery-status"))
    })
}

/// A part as text, if it is not longer than it may be.
fn text(part: &Message<'_>) -> Option<String> {
    let text = match &part.parts.first()?.body {
        PartType::Text(text) | PartType::Html(text) => text.to_string(),
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
            String::from_utf8_lossy(bytes).into_owned()
        }
        PartType::Message(_) | PartType::Multipart(_) => return None,
    };
    (text.len() <= limits::RECEIVED_CALENDAR_BYTES_MAX).then_some(text)
}

/// Whatever says that no human wrote it, or that it went to many.
fn is_automatic(mail: &Message<'_>) -> bool {
    let word = |name: &'static str| {
        let value = mail.header(name).and_then(HeaderValue::as_text)?;
        let word = value
            .split([';', ' ', '\t', '('])
            .next()
            .unwrap_or_default();
        Some(word.trim().to_lowercase())
    };
    let submitted = word("Auto-Submitted").is_some_and(|word| word != "no");
    let precedence = word("Precedence");
    let precedence = precedence
        .is_some_and(|word| matches!(word.as_str(), "bulk" | "junk" | "list" | "auto_reply"));
    let marks = [
        "List-Id",
        "List-Unsubscribe",
        "X-Autoreply",
        "X-Autorespond",
        "X-Auto-Response-Suppress",
    ];
    submitted || precedence || marks.iter().any(|name| mail.header(*name).is_some())
}

#[cfg(test)]
mod tests;
