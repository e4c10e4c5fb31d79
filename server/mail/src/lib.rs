//! How a mail and a calendar file look and leave, and what comes back.
//!
//! A mail begins as a [`Letter`]: everything that it depends on, and nothing that it must not say.
//! [`write()`] turns it into a [`Mail`], always the same bytes for the same letter, so that a mail which is
//! sent twice (the server died between sending it and writing that down) is the same mail twice and the
//! reader's program shows one. [`Transport::send`] brings it away and says what became of it ([`Sent`]).
//!
//! * [`letter`]: the facts; to whom ([`Envelope`]) and who writes ([`Identity`]). Mails with a link and automatic answers
//!   have letters of their own.
//! * [`write`](mod@write): from facts to bytes. Inside: `wording` chooses the sentences (care's texts) by
//!   step, language and disclosure level; `html` lays them out; `calendar` writes the calendar file;
//!   `mime` puts the parts together as mail programs want them.
//!   A calendar file that other programs fetch is written by [`write_feed`].
//! * [`transport`]: the ways out: [`Smtp`], [`Folder`] (demo), [`Memory`] (tests and measurements).
//! * [`intake`]: what comes back: an LMTP server ([`intake::serve`]) to which a mail server hands bounces and answers,
//!   and the reader that says what a mail is ([`read_arrived`]). Whose business it is the [`Postbox`] decides.
//! * [`read_back`](fn@read_back): a written mail as its reader sees it, for the demo's page and for tests.
//!
//! What a mail may say is decided in one place, `wording`: at the default level nothing in subject, body,
//! calendar file, headers or links names the client, the agency or the reason. Tests plant canaries in
//! every field of a letter and search every decoded byte of the mail for them.
//!
//! It is the only crate that may know `lettre`; it knows no database, decides nothing about who gets a
//! mail or when, and imports `protocol` and `care` only. It logs nothing: replies of mail servers quote
//! addresses, so of a reply no more than its code is kept.
#![deny(missing_docs)]

pub mod intake;
pub mod letter;
mod read_back;
mod status;
pub mod transport;
pub mod write;

pub use intake::{
    Arrived, CalendarAnswer, Content, Door, NotNow, Postbox, ReturnAddress, read_arrived,
};
pub use letter::{
    AddressLetter, AgendaFacts, AnswerLetter, BookAgainLetter, BookingLetter, Envelope, Identity,
    InvitationLetter, Letter, SeriesFacts, UpdateFacts, VisitFacts,
};
pub use read_back::{ReadBack, read_back};
pub use transport::{
    Folder, Memory, Sent, Smtp, SmtpConfig, SmtpCredentials, SmtpError, SmtpTls, Transport,
};
pub use write::{
    Feed, FeedVisit, Mail, WriteError, write, write_address, write_answer, write_book_again,
    write_booking_link, write_feed, write_invitation,
};
