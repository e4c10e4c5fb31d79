//! Reads a written mail back, for the demo's page of mails and for tests: what its reader would see.

use mail_parser::{MessageParser, MimeHeaders as _, PartType};

/// A mail's parts, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadBack {
    /// The recipient's address.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The date, RFC 3339.
    pub date: String,
    /// The plain part.
    pub plain: String,
    /// The HTML part; empty if there is none.
    pub html: String,
    /// The calendar part.
    pub calendar: Option<String>,
}

/// A mail as its reader would see it; `None` for bytes that are no mail.
pub fn read_back(bytes: &[u8]) -> Option<ReadBack> {
    let mail = MessageParser::default().parse(bytes)?;
    let to = mail.to()?.first()?.address()?.to_owned();
    let calendar = mail.parts.iter().find_map(|part| {
        let is_calendar = part.is_content_type("text", "calendar");
        match &part.body {
            PartType::Text(text) if is_calendar => Some(text.to_string()),
            _ => None,
        }
    });
    Some(ReadBack {
        to,
        subject: mail.subject().unwrap_or_default().to_owned(),
        date: mail
            .date()
            .map(mail_parser::DateTime::to_rfc3339)
            .unwrap_or_default(),
        plain: mail.body_text(0).unwrap_or_default().into_owned(),
        html: mail.body_html(0).unwrap_or_default().into_owned(),
        calendar,
    })
}
