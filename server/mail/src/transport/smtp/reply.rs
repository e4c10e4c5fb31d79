//! What a mail server's refusal means. Of its reply the code is kept (RFC 5321, section 4.2) and, only
//! while it is judged, the enhanced code (RFC 3463); never the text, which quotes addresses.

use std::error::Error as _;

use lettre::transport::smtp::Error;

use super::Sent;

/// Why a step did not succeed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Failure {
    /// The reply's code; none if the connection broke or the reply made no sense.
    code: Option<u16>,
    /// The second number of the enhanced code: 1 address, 2 mailbox, 7 policy.
    subject: Option<u16>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            code: error.status().map(u16::from),
            subject: error
                .source()
                .and_then(|text| subject_of(&text.to_string())),
        }
    }
}

/// `5.1.1 no such user` is about 1.
fn subject_of(text: &str) -> Option<u16> {
    let first = text.split_ascii_whitespace().next()?;
    let mut numbers = first.split('.');
    let class = numbers.next()?;
    let subject = numbers.next()?.parse().ok()?;
    let detail = numbers.next()?;
    let is_enhanced =
        matches!(class, "4" | "5") && detail.parse::<u16>().is_ok() && numbers.next().is_none();
    is_enhanced.then_some(subject)
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

    /// After RCPT TO: the address, unless the server says that its policy is the reason.
    pub(super) fn about_recipient(self) -> Sent {
        self.judged(|code, subject| match subject {
            Some(subject) => matches!(subject, 1 | 2),
            None => matches!(code, 550..=553 | 556),
        })
    }

    /// After DATA, before any content.
    pub(super) fn about_content(self) -> Sent {
        self.judged(|_, subject| subject == Some(1))
    }

    /// After the content: without a reply it may have arrived.
    pub(super) fn after_content(self) -> Sent {
        match self.code {
            Some(_) => self.about_content(),
            None => Sent::Unknown,
        }
    }

    fn judged(self, address: impl FnOnce(u16, Option<u16>) -> bool) -> Sent {
        match self.code {
            Some(code @ 500..) => Sent::Rejected {
                code,
                address: address(code, self.subject),
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
            subject: subject_of(text),
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
        for (code, text) in [(550, "5.7.1 blocked"), (554, "relay access denied")] {
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
    fn enhanced_codes_are_read_and_nothing_that_only_looks_like_one() {
        assert_eq!(subject_of("5.1.1 <maria@example.test> unknown"), Some(1));
        assert_eq!(subject_of("5.7.23"), Some(7));
        for text in ["", "no such user", "192.0.2.1 refused", "5.1 x", "5.1.x"] {
            assert_eq!(subject_of(text), None, "{text}");
        }
    }
}
