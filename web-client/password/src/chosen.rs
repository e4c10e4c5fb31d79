//! A password as somebody chose it. Only devices see one, so only they can ask more of it than a length.

use protocol::limits;
use zeroize::Zeroizing;

/// A password. It does not print and is wiped when dropped.
pub struct Password(Zeroizing<String>);

/// Why a password is not one to choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Fewer than [`limits::PASSWORD_CHARS_MIN`] characters.
    #[error("at least {} characters", limits::PASSWORD_CHARS_MIN)]
    Short,
    /// More than [`limits::PASSWORD_BYTES_MAX`] bytes.
    #[error("at most {} bytes", limits::PASSWORD_BYTES_MAX)]
    Long,
    /// Too few different characters, a run like `abcdefghijkl`, or the login name in it: the first that
    /// anybody would try.
    #[error("too easy to guess")]
    Simple,
}

impl Password {
    /// A password that somebody chooses to go with this login name. Nothing is asked of it that a long
    /// sentence of plain words would not meet (NIST SP 800-63B-4, section 3.1.1.2: no composition rules).
    pub fn choose(text: &str, login: &str) -> Result<Self, Unfit> {
        let password = Self::typed(text)?;
        let text = &*password.0;
        if text.chars().count() < limits::PASSWORD_CHARS_MIN {
            return Err(Unfit::Short);
        }
        // Login names are small letters of ASCII (`care::ways_in`): no table of alphabets is needed here.
        let name = login.trim().to_ascii_lowercase();
        let named = !name.is_empty() && text.to_ascii_lowercase().contains(&name);
        if different(text) < limits::PASSWORD_CHARS_DIFFERENT_MIN || named || is_a_run(text) {
            return Err(Unfit::Simple);
        }
        Ok(password)
    }

    /// A password that somebody types to sign in: whatever it is.
    pub fn typed(text: &str) -> Result<Self, Unfit> {
        let text = one_spelling(text);
        if text.len() > limits::PASSWORD_BYTES_MAX {
            return Err(Unfit::Long);
        }
        Ok(Self(text))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// How many different characters there are.
fn different(text: &str) -> usize {
    let places = text.chars().enumerate();
    let first = places.filter(|(place, c)| !text.chars().take(*place).any(|other| other == *c));
    first.count()
}

/// Each character is the one before it, or follows it: `123456789012`, `aaaaaabbbbbb`.
fn is_a_run(text: &str) -> bool {
    let chars: Vec<u32> = text.chars().map(u32::from).collect();
    let steps = chars
        .windows(2)
        .filter(|pair| pair[0].abs_diff(pair[1]) <= 1);
    steps.count() * 4 >= (chars.len() - 1) * 3
}

#[cfg(feature = "nfc")]
fn one_spelling(text: &str) -> Zeroizing<String> {
    use unicode_normalization::UnicodeNormalization as _;
    Zeroizing::new(text.nfc().collect())
}

#[cfg(not(feature = "nfc"))]
fn one_spelling(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unfit(text: &str) -> Option<Unfit> {
        Password::choose(text, "Maria.Sample").err()
    }

    #[test]
    fn a_sentence_is_a_password_and_what_anybody_would_try_is_none() {
        assert_eq!(unfit("four plain words here"), None);
        assert_eq!(unfit("correcthorse"), None);
        assert_eq!(unfit("ñandú cruza el río"), None);
        assert_eq!(unfit("elevenchars"), Some(Unfit::Short));
        assert_eq!(unfit(""), Some(Unfit::Short));
        for simple in [
            "aaaaaaaaaaaa",
            "abababababab",
            "123456789012",
            "abcdefghijkl",
            "my maria.sample 1",
            "MARIA.SAMPLE-2026",
        ] {
            assert_eq!(unfit(simple), Some(Unfit::Simple), "{simple}");
        }
        assert_eq!(unfit(&"longer ".repeat(200)), Some(Unfit::Long));
        assert!(Password::typed("short").is_ok());
    }

    #[cfg(feature = "nfc")]
    #[test]
    fn one_password_has_one_spelling_whatever_the_keyboard() {
        let composed = Password::typed("caf\u{e9}").ok();
        let combining = Password::typed("cafe\u{301}").ok();
        assert_eq!(composed.map(|p| p.0), combining.map(|p| p.0));
    }
}
