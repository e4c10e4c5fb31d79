//! Words about people: they live sealed in the database and masked in the program.
//!
//! A private type has no `Display` and no `Serialize`, and its `Debug` shows its kind only, so that a
//! log line or an error cannot carry a name by accident. `reveal` is the one way to the text; it
//! belongs at an edge that shows it to a person who may see it. The memory is wiped when dropped.

use std::fmt;

use protocol::{Code, Refusal, limits};
use zeroize::Zeroizing;

/// Whether an empty text is one.
#[derive(PartialEq, Eq)]
enum Empty {
    Allowed,
    Refused,
}

macro_rules! private {
    ($($(#[$doc:meta])* $name:ident, $what:literal, $empty:ident, $chars_max:expr, $code:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name(Zeroizing<String>);

        impl $name {
            /// Trims and checks the length in characters (Unicode scalar values). Control
            /// characters other than a line feed are refused: they have no place on a screen.
            pub fn new(text: &str) -> Result<Self, Refusal> {
                let text = text.trim();
                let chars = text.chars().count();
                if chars > $chars_max {
                    return Err(Refusal::new(
                        Code::$code,
                        format!("{}: at most {} characters", $what, $chars_max),
                    ));
                }
                if chars == 0 && Empty::$empty == Empty::Refused {
                    return Err(Refusal::new(
                        Code::BadRequest,
                        concat!($what, ": must not be empty"),
                    ));
                }
                if text.chars().any(|c| c.is_control() && c != '\n') {
                    return Err(Refusal::new(
                        Code::BadRequest,
                        concat!($what, ": must not hold control characters"),
                    ));
                }
                Ok(Self(Zeroizing::new(text.to_owned())))
            }

            /// The text, for an edge that shows it to someone who may see it.
            pub fn reveal(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(masked)"))
            }
        }
    )+};
}

private! {
    /// A person's or an agency's name.
    Name, "name", Refused, limits::NAME_CHARS_MAX, NameTooLong;
    /// A circle's title.
    Title, "title", Refused, limits::TITLE_CHARS_MAX, NameTooLong;
    /// What a caregiver is to a client, in the agency's words ("daughter").
    Relationship, "relationship", Refused, limits::NAME_CHARS_MAX, NameTooLong;
    /// The evidence for a consent, or what there is to remember of an appointment, in the words of
    /// whoever wrote it down. May be empty.
    Note, "note", Allowed, limits::NOTE_CHARS_MAX, TooLarge;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_does_not_print() {
        let name = Name::new("Maria Sample").unwrap();
        assert_eq!(format!("{name:?}"), "Name(masked)");
        assert_eq!(name.reveal(), "Maria Sample");
    }

    #[test]
    fn lengths_are_counted_in_characters_and_refusals_do_not_repeat_the_text() {
        let longest = "é".repeat(limits::NAME_CHARS_MAX);
        assert!(Name::new(&longest).is_ok());
        let refusal = Name::new(&"Q".repeat(10_000)).unwrap_err();
        assert_eq!(refusal.code, Code::NameTooLong);
        assert!(!refusal.detail.contains('Q'));
        assert_eq!(Title::new("   ").unwrap_err().code, Code::BadRequest);
        assert_eq!(Name::new("a\u{0}b").unwrap_err().code, Code::BadRequest);
        assert!(Note::new("").is_ok());
    }
}
