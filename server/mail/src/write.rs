//! From facts to bytes. [`write()`] is pure: the clock, chance and the network have no part in it, so the
//! same letter is the same mail, which is what makes sending it twice harmless.

mod address;
mod answer;
mod booking;
mod calendar;
mod day;
mod feed;
mod html;
mod invited;
mod mime;
mod series;
mod update;
mod wording;

use std::fmt;

use care::email::EmailAddress;
use care::texts::TextError;
use protocol::{Disclosure, Step, limits};

use crate::{Envelope, Identity, Letter};

pub use address::write_address;
pub use answer::write_answer;
pub use booking::{write_book_again, write_booking_link};
pub use feed::{Feed, FeedVisit, write_feed};
pub use invited::write_invitation;

/// A mail as it leaves: the same bytes whenever it is sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's one recipient.
    pub to: EmailAddress,
    /// The whole message (RFC 5322), lines ended by CRLF, ASCII only.
    pub bytes: Vec<u8>,
    /// Without the angle brackets.
    pub message_id: String,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mail(masked)")
    }
}

/// Why a letter could not be written. None of it is the recipient's fault.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The letter lacks what its step is about.
    #[error("the letter lacks what it is about")]
    NoFacts,
    /// A part of the identity cannot stand in a mail.
    #[error("the sender's {0} cannot be written into a mail")]
    Identity(&'static str),
    /// The link's secret or the meeting link cannot stand in a link.
    #[error("a link of the letter cannot be written into a mail")]
    Link,
    /// A sentence cannot be said.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The layout cannot be made.
    #[error("the layout of the mail is broken")]
    Layout,
    /// The parts do not make a mail.
    #[error("the parts do not make a mail")]
    Parts,
    /// An instant that no calendar can show.
    #[error("a time is outside of the calendar")]
    Time,
    /// More than [`limits::MAIL_BYTES_MAX`].
    #[error("the mail is too large")]
    TooLarge,
}

/// Writes the letter. The same letter and the same identity make the same bytes.
pub fn write(letter: &Letter, identity: &Identity) -> Result<Mail, WriteError> {
    check(identity)?;
    let said = wording::choose(letter, identity)?;
    let parts = mime::Parts {
        plain: said.plain(),
        html: html::lay_out(&said, letter.envelope.language)?,
        calendar: calendar_of(letter, identity)?,
        automatic: mime::GENERATED,
    };
    let mail = mime::put_together(&letter.envelope, identity, &said, parts)?;
    if mail.bytes.len() > limits::MAIL_BYTES_MAX {
        return Err(WriteError::TooLarge);
    }
    Ok(mail)
}

/// Puts a mail together that has no calendar file.
fn put_together(
    envelope: &Envelope,
    identity: &Identity,
    said: &wording::Said,
    automatic: mime::Automatic<'_>,
) -> Result<Mail, WriteError> {
    let parts = mime::Parts {
        plain: said.plain(),
        html: html::lay_out(said, envelope.language)?,
        calendar: None,
        automatic,
    };
    mime::put_together(envelope, identity, said, parts)
}

/// The calendar file, where step, recipient and disclosure level allow one. A mail of several visits has none: it would
/// be one file for each, and mail programs read one.
fn calendar_of(letter: &Letter, identity: &Identity) -> Result<Option<calendar::File>, WriteError> {
    let method = match letter.step {
        Step::Invitation | Step::ThreeDays | Step::OneDay | Step::OneHour | Step::RoomOpen => {
            calendar::Method::Request
        }
        Step::Cancellation => calendar::Method::Cancel,
        Step::Agenda | Step::Unread | Step::Digest => return Ok(None),
    };
    match &letter.visit {
        Some(_) if !letter.beside.is_empty() => Ok(None),
        Some(visit) if visit.calendar_file && letter.disclosure >= Disclosure::Times => {
            calendar::write_file(letter, visit, identity, method).map(Some)
        }
        _ => Ok(None),
    }
}

fn check(identity: &Identity) -> Result<(), WriteError> {
    if EmailAddress::parse(&identity.from).is_err() {
        return Err(WriteError::Identity("address"));
    }
    let name = &identity.from_name;
    if name.trim().is_empty() || name.chars().any(char::is_control) {
        return Err(WriteError::Identity("name"));
    }
    let domain_is_safe = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    if identity.domain.is_empty() || !identity.domain.bytes().all(domain_is_safe) {
        return Err(WriteError::Identity("domain"));
    }
    if !is_https(&identity.link_base) || identity.link_base.ends_with('/') {
        return Err(WriteError::Identity("link base"));
    }
    Ok(())
}

/// An https address that needs no escaping in a header, in plain text or in a calendar file
/// (RFC 3986, section 2: only reserved, unreserved and percent-encoded bytes).
fn is_https(text: &str) -> bool {
    text.strip_prefix("https://").is_some_and(|rest| {
        !rest.is_empty()
            && rest.bytes().all(|byte| {
                byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte)
            })
    })
}

/// The bytes as lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
