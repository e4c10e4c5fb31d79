//! What names somebody else's mail, in one spelling that is safe in a header of ours.
//!
//! It is all that is taken of such a mail, so that what answers it is shown beside it and counted as its answer. What
//! is refused can never reach a header. Like an address it cannot print itself: many hold their sender's name.

use std::fmt;

use protocol::limits;
use zeroize::Zeroizing;

/// A Message-ID (RFC 5322, section 3.6.4) without its angle brackets: `left@right` in printing ASCII without blanks,
/// quotes, brackets of either kind but those of an address, or backslashes; at most
/// [`limits::RECEIVED_MESSAGE_ID_BYTES_MAX`] bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct MessageId(Zeroizing<String>);

impl MessageId {
    /// Checks it; none for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (left, right) = text.split_once('@')?;
        let is_whole = !left.is_empty() && !right.is_empty();
        let is_safe = text.len() <= limits::RECEIVED_MESSAGE_ID_BYTES_MAX
            && left.bytes().all(is_id_byte)
            && right
                .bytes()
                .all(|byte| is_id_byte(byte) || b"[]:".contains(&byte));
        (is_whole && is_safe).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The text, for the headers of what answers the mail, and to be sealed until then.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MessageId(masked)")
    }
}

/// `atext` and the full stop (RFC 5322, section 3.2.3), wherever it stands: programs are not strict.
fn is_id_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_mail_programs_write_is_taken_as_it_is() {
        for text in [
            "CAJ+x=Qz_9-t.3@mail.example.test",
            "20261130171502.4F1C22A0@mx.example.test",
            "d21c5a3e-0e3f$1@MX01",
            "1@[192.0.2.1]",
            "1@[IPv6:2001:db8::1]",
        ] {
            assert_eq!(MessageId::parse(text).unwrap().reveal(), text);
        }
        let longest = format!(
            "{}@x",
            "m".repeat(limits::RECEIVED_MESSAGE_ID_BYTES_MAX - 2)
        );
        assert!(MessageId::parse(&longest).is_some());
        assert!(MessageId::parse(&format!("m{longest}")).is_none());
    }

    #[test]
    fn what_could_break_a_header_is_none() {
        for text in [
            "",
            "@",
            "a@",
            "@b",
            "a",
            "a@b@c",
            "a b@c",
            "a@b c",
            "a@b\r\nBcc: all@example.test",
            "a@b\n",
            "a\t@b",
            "a\u{0}@b",
            "<a@b>",
            "a@b>, <c@d",
            "\"a\"@b",
            "a\\@b",
            "(a)@b",
            "ä@b",
            "[a]@b",
        ] {
            assert!(MessageId::parse(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn it_does_not_print() {
        let id = MessageId::parse("maria@example.test").unwrap();
        assert_eq!(format!("{id:?}"), "MessageId(masked)");
    }
}
