//! What a mail server's refusal means. Of its reply the code is kept (RFC 5321, section 4.2) and, only
//! while it is judged, the enhanced code (RFC 3463); never the text, which quotes addresses.

use std::error::Error as _;

use lettre::transport::smtp::Error;

use super::Sent;
use crate::status::{self, Status};

/// Why a step did not succeed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Failure {
    /// The reply's code; none if the connection broke or the reply made no sense.
    code: Option<u16>,
    /// Its enhanced code.
    status: Option<Status>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            code: error.status().map(u16::from),
            status: error.source().and_then(|text| status_of(&text.to_string())),
        }
    }
}

/// `5.1.1 no such user` begins with one.
fn status_of(text: &str) -> Option<Status> {
    Status::parse(text.split_ascii_whitespace().next()?)
}

impl Failure {
    /// Before the envelope: nothing here is the recipient's fault, so everything may be tried again.
    pub(super) fn deferred(self) -> Sent {
        Sent::Deferred { code: self.code }
    }

    /// After MAIL FROM: the server does not take mails from us.
    pub(super) fn about_sender(self) -> Sent {
        self.judged(|_, _| false)
    }

    /// After RCPT TO: the address, if the server says so.
    pub(super) fn about_recipient(self) -> Sent {
        self.judged(|code, said| match said {
            Some(said) => said.is_the_address(),
            None => status::is_the_address(code),
        })
    }

    /// After DATA, before any content.
    pub(super) fn about_content(self) -> Sent {
        self.judged(|_, said| said.is_some_and(Status::names_the_address))
    }

    /// After the content: without a reply it may have arrived.
    pub(super) fn after_content(self) -> Sent {
        match self.code {
            Some(_) => self.about_content(),
            None => Sent::Unknown,
        }
    }

    fn judged(self, address: impl FnOnce(u16, Option<Status>) -> bool) -> Sent {
        match self.code {
            Some(code @ 500..) => Sent::Rejected {
                code,
                address: address(code, self.status),
            },
            code => Sent::Deferred { code },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(code: u16, text: &str) -> Failure {
        Failure {
            code: Some(code),
            status: status_of(text),
        }
    }

    #[test]
    fn only_a_refused_recipient_is_about_the_address() {
        let unknown = failure(550, "5.1.1 no such user");
        assert_eq!(
            unknown.about_recipient(),
            Sent::Rejected {
                code: 550,
                address: true
            }
        );
        for (code, text) in [
            (550, "5.7.1 blocked"),
            (550, "blocked using bl.example"),
            (552, "5.2.2 mailbox full"),
            (550, "5.4.1 access denied"),
            (554, "relay access denied"),
        ] {
            assert_eq!(
                failure(code, text).about_recipient(),
                Sent::Rejected {
                    code,
                    address: false
                }
            );
        }
        assert_eq!(
            failure(553, "sender refused").about_sender(),
            Sent::Rejected {
                code: 553,
                address: false
            }
        );
    }

    #[test]
    fn a_broken_connection_is_known_before_the_content_and_unknown_after_it() {
        let broken = Failure::default();
        assert_eq!(broken.about_recipient(), Sent::Deferred { code: None });
        assert_eq!(broken.about_content(), Sent::Deferred { code: None });
        assert_eq!(broken.after_content(), Sent::Unknown);
        assert_eq!(
            failure(451, "4.3.0 later").after_content(),
            Sent::Deferred { code: Some(451) }
        );
    }

    #[test]
    fn an_enhanced_code_is_the_first_word() {
        let unknown = status_of("5.1.1 <maria@example.test> unknown");
        assert!(unknown.is_some_and(Status::is_the_address));
        assert_eq!(status_of("no such user 5.1.1"), None);
    }
}
