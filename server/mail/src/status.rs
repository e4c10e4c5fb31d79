//! Enhanced status codes (RFC 3463): whether the address is why a mail is refused for good. Then nothing more is sent
//! there, so it is said of what no waiting and no other mail mends: nobody by that name, a name or host that cannot be,
//! a mailbox that is closed. A mailbox that is full, a way there that is broken and a policy (our own machine on some
//! list, of all addresses at once) pass, and are a task for a human alone.

/// A refusal's code, without its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Status {
    /// 1 address, 2 mailbox, 4 way there, 7 policy.
    subject: u16,
    /// What of it.
    detail: u16,
}

impl Status {
    /// Reads `5.1.1`, and nothing that only looks like it.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        let mut numbers = word.split('.');
        let class = numbers.next()?;
        let subject = numbers.next()?.parse().ok()?;
        let detail = numbers.next()?.parse().ok()?;
        let is_whole = matches!(class, "4" | "5") && numbers.next().is_none();
        is_whole.then_some(Self { subject, detail })
    }

    /// Whether the recipient's address is the reason. (5.1.5 says that it is good; 5.1.7 to 5.1.9 are about the sender
    /// and hosts on the way; 5.1.10 is a domain that takes no mail, RFC 7505.)
    pub(crate) fn is_the_address(self) -> bool {
        matches!((self.subject, self.detail), (1, 0..=4 | 6 | 10) | (2, 1))
    }

    /// Whether it is about the address rather than about its mailbox.
    pub(crate) fn names_the_address(self) -> bool {
        self.subject == 1 && self.is_the_address()
    }

    /// Nothing is said.
    pub(crate) fn is_vague(self) -> bool {
        self.subject == 0
    }
}

/// Whether a reply (RFC 5321, section 4.2.2; RFC 7504) without such a code is about the address. 550 is said of policies
/// and lists as well, 552 of full mailboxes.
pub(crate) fn is_the_address(code: u16) -> bool {
    matches!(code, 551 | 553 | 556)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_not_the_addresss_fault() {
        for (word, expected) in [
            ("5.1.0", true),
            ("5.1.1", true),
            ("5.1.2", true),
            ("5.1.6", true),
            ("5.1.10", true),
            ("5.2.1", true),
            ("5.1.5", false),
            ("5.1.8", false),
            ("5.2.0", false),
            ("5.2.2", false),
            ("5.4.1", false),
            ("5.4.4", false),
            ("5.7.1", false),
            ("5.7.606", false),
        ] {
            assert_eq!(
                Status::parse(word).unwrap().is_the_address(),
                expected,
                "{word}"
            );
        }
        for (code, expected) in [
            (550, false),
            (552, false),
            (551, true),
            (553, true),
            (554, false),
        ] {
            assert_eq!(is_the_address(code), expected, "{code}");
        }
    }

    #[test]
    fn codes_are_read_and_nothing_that_only_looks_like_one() {
        let unknown = Status {
            subject: 1,
            detail: 1,
        };
        assert_eq!(Status::parse("5.1.1"), Some(unknown));
        for text in ["", "no", "2.1.5", "192.0.2.1", "5.1", "5.1.x", "5.x.1"] {
            assert_eq!(Status::parse(text), None, "{text}");
        }
    }
}
