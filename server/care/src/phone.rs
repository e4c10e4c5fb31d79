//! Telephone numbers (FHIR: `telecom` of the system `phone`): by which people are called, and shown as they were typed.
//!
//! What is dialled are the digits, at most as many as a number of the world has (ITU-T E.164), with a `+` before
//! them where the country is named; how they are spaced is for whoever reads them. An extension is no part of it.
//! Like a mail address a number cannot print itself.

use std::fmt;

use protocol::{Code, Refusal, limits};
use zeroize::Zeroizing;

/// A number that can be dialled: digits, spaces, `(`, `)` and `-`, a `+` at its beginning at most;
/// [`limits::PHONE_DIGITS_MIN`] to [`limits::PHONE_DIGITS_MAX`] digits.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber(Zeroizing<String>);

impl PhoneNumber {
    /// Takes spaces away around it, makes several between one, and checks it. A refusal ([`Code::PhoneInvalid`])
    /// says what is wrong and never repeats the text.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if text.len() > limits::PHONE_BYTES_MAX {
            return Err(invalid("a telephone number is shorter"));
        }
        let mut spaced = Zeroizing::new(String::with_capacity(text.len()));
        for part in text.split(' ').filter(|part| !part.is_empty()) {
            if !spaced.is_empty() {
                spaced.push(' ');
            }
            spaced.push_str(part);
        }
        match fault(&spaced) {
            None => Ok(Self(spaced)),
            Some(why) => Err(invalid(why)),
        }
    }

    /// The number as it was typed, for an edge that shows it to someone who may see it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(masked)")
    }
}

fn invalid(why: &str) -> Refusal {
    Refusal::new(Code::PhoneInvalid, why)
}

fn fault(text: &str) -> Option<&'static str> {
    let rest = text.strip_prefix('+').unwrap_or(text);
    let is_spacing = |byte: u8| matches!(byte, b' ' | b'(' | b')' | b'-');
    if !rest
        .bytes()
        .all(|byte| byte.is_ascii_digit() || is_spacing(byte))
    {
        return Some("a telephone number has digits, spaces, ( ) and -, and a + at its beginning");
    }
    let digits = rest.bytes().filter(u8::is_ascii_digit).count();
    if !(limits::PHONE_DIGITS_MIN..=limits::PHONE_DIGITS_MAX).contains(&digits) {
        return Some("a telephone number has 5 to 15 digits");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stays_as_it_was_typed_but_for_spaces_that_say_nothing() {
        for (text, stays) in [
            ("+1 (312) 555-0142", "+1 (312) 555-0142"),
            ("3125550142", "3125550142"),
            ("  312 555   0142 ", "312 555 0142"),
            ("12345", "12345"),
            ("+123456789012345", "+123456789012345"),
        ] {
            assert_eq!(PhoneNumber::parse(text).unwrap().reveal(), stays);
        }
    }

    #[test]
    fn a_number_does_not_print() {
        let number = PhoneNumber::parse("312 555 0142").unwrap();
        assert_eq!(format!("{number:?}"), "PhoneNumber(masked)");
    }

    #[test]
    fn what_cannot_be_dialled_is_refused_without_repeating_it() {
        let long = format!("3125550142{}", " ".repeat(limits::PHONE_BYTES_MAX));
        for text in [
            "",
            "   ",
            "1234",
            "+1234567890123456",
            "312 555 0142 ext. 7",
            "312.555.0142",
            "312+5550142",
            "++3125550142",
            "312 555 0142\n",
            "312\t555 0142",
            "312 555 014２",
            "tel:3125550142",
            "none, she has no phone",
            &long,
        ] {
            let refusal = PhoneNumber::parse(text).expect_err(text);
            assert_eq!(refusal.code, Code::PhoneInvalid);
            assert!(text.trim().len() < 6 || !refusal.detail.contains(text));
        }
    }
}
