//! Mail addresses: one spelling that is safe in a header, in an envelope and in a calendar file.
//!
//! Only what every mail server of the last forty years understands is an address here: ASCII, no quotes,
//! no comments, no address literals. What is refused can never reach a header, so a line feed in an
//! address cannot become a header of its own. Like the words in [`crate::private`] an address cannot
//! print itself.

use std::fmt;

use protocol::{Code, Refusal, limits};
use zeroize::Zeroizing;

/// Bytes before the `@` (RFC 5321, section 4.5.3.1.1).
const LOCAL_BYTES_MAX: usize = 64;
/// Bytes of one label of the domain (RFC 1035, section 2.3.4).
const LABEL_BYTES_MAX: usize = 63;

/// A mail address that can be written to: `local@domain`, both dot-atoms in ASCII (RFC 5322, section
/// 3.4.1), the domain of at least two labels, at most [`limits::EMAIL_BYTES_MAX`] bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailAddress(Zeroizing<String>);

impl EmailAddress {
    /// Trims spaces around it and checks it. A refusal ([`Code::EmailInvalid`]) says what is wrong and
    /// never repeats the text.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = text.trim_matches(' ');
        match fault(text) {
            None => Ok(Self(Zeroizing::new(text.to_owned()))),
            Some(why) => Err(Refusal::new(Code::EmailInvalid, why)),
        }
    }

    /// The address, for the mail to it and for an edge that shows it to someone who may see it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(masked)")
    }
}

fn fault(text: &str) -> Option<&'static str> {
    if text.len() > limits::EMAIL_BYTES_MAX {
        return Some("a mail address is at most 254 bytes long");
    }
    if !text.is_ascii() {
        return Some("a mail address is written in the letters of English");
    }
    let Some((local, domain)) = text.rsplit_once('@') else {
        return Some("a mail address has an @");
    };
    if local.len() > LOCAL_BYTES_MAX {
        return Some("what stands before the @ is at most 64 bytes long");
    }
    let local_is_atoms = local
        .split('.')
        .all(|atom| !atom.is_empty() && atom.bytes().all(is_atom_byte));
    if !local_is_atoms {
        return Some("what stands before the @ is not an address");
    }
    let labels = domain.split('.').count();
    if labels < 2 || !domain.split('.').all(is_label) {
        return Some("what stands after the @ is not a domain");
    }
    None
}

/// `atext` (RFC 5322, section 3.2.3).
fn is_atom_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

fn is_label(label: &str) -> bool {
    (1..=LABEL_BYTES_MAX).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_addresses_are_taken_as_they_are() {
        for text in [
            "maria@example.test",
            "Maria.Sample+visits@mail.example.test",
            "o'neil_1@xn--exmple-cua.test",
        ] {
            assert_eq!(EmailAddress::parse(text).unwrap().reveal(), text);
        }
        let address = EmailAddress::parse("  maria@example.test ").unwrap();
        assert_eq!(address.reveal(), "maria@example.test");
    }

    #[test]
    fn an_address_does_not_print() {
        let address = EmailAddress::parse("maria@example.test").unwrap();
        assert_eq!(format!("{address:?}"), "EmailAddress(masked)");
    }

    #[test]
    fn what_could_break_a_header_or_an_envelope_is_refused_without_repeating_it() {
        let long = format!("{}@example.test", "m".repeat(65));
        let longer = format!("maria@{}example.test", "sub.".repeat(70));
        for text in [
            "",
            "maria",
            "@example.test",
            "maria@",
            "maria@localhost",
            "maria@example.test\r\nBcc: all@example.test",
            "maria\r\n@example.test",
            "maria@example.test\n",
            "maria\u{0}@example.test",
            "maria\t@example.test",
            "maría@example.test",
            "maria@exämple.test",
            "\"maria sample\"@example.test",
            "Maria <maria@example.test>",
            "maria@example.test,ana@example.test",
            "maria..sample@example.test",
            ".maria@example.test",
            "maria@example..test",
            "maria@-example.test",
            "maria@[127.0.0.1]",
            "ma@ria@example.test",
            &long,
            &longer,
        ] {
            let refusal = EmailAddress::parse(text).expect_err(text);
            assert_eq!(refusal.code, Code::EmailInvalid);
            assert!(text.len() < 6 || !refusal.detail.contains(text));
        }
    }
}
