//! The ways out of the house, behind one enum, and what became of a mail.
//!
//! A mail is *counted* before its content goes out: the caller hands over `before_data`, which is awaited
//! after the mail server accepted the recipient and before it gets the content. So a server that dies
//! at any moment later knows that the mail may have left, and sends it at most once more.

mod folder;
mod memory;
mod smtp;

pub use folder::Folder;
pub use memory::Memory;
pub use smtp::{Smtp, SmtpConfig, SmtpCredentials, SmtpError, SmtpTls};

use crate::Mail;

/// What became of one attempt to send a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// The next server has it.
    Accepted,
    /// Not now: no connection, a busy server (4xx, with its code), no TLS, a timeout before the content.
    /// The content has not been taken.
    Deferred {
        /// The server's reply code, where it came that far.
        code: Option<u16>,
    },
    /// Never like this (5xx).
    Rejected {
        /// The server's reply code.
        code: u16,
        /// The recipient's address is the reason.
        address: bool,
    },
    /// The connection was cut, or too slow, after the content began to go out: it may have arrived.
    Unknown,
    /// `before_data` answered no; nothing of the mail's content has left.
    Withheld,
}

impl Sent {
    /// In a word, for counters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Deferred { .. } => "deferred",
            Self::Rejected { .. } => "rejected",
            Self::Unknown => "unknown",
            Self::Withheld => "withheld",
        }
    }
}

/// One way out.
#[derive(Debug)]
pub enum Transport {
    /// To a mail server.
    Smtp(Smtp),
    /// Into files, for the demo.
    Folder(Folder),
    /// Into memory, for tests and measurements.
    Memory(Memory),
}

impl Transport {
    /// Sends the mail once. `before_data` is awaited after the recipient was accepted and before the
    /// first byte of content leaves; if it answers `false` the mail is not sent.
    pub async fn send<F>(&self, mail: &Mail, before_data: F) -> Sent
    where
        F: AsyncFnOnce() -> bool,
    {
        match self {
            Self::Smtp(smtp) => smtp.send(mail, before_data).await,
            Self::Folder(folder) => folder.send(mail, before_data).await,
            Self::Memory(memory) => memory.send(mail, before_data).await,
        }
    }
}
