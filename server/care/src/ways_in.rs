//! What somebody of a role must be able to show to come in, and the names by which they do.

use std::fmt;

use protocol::{AuthenticatorKind, Code, Refusal, Role, limits};
use zeroize::Zeroizing;

/// Whether a password alone is not enough for whoever signs in. Clients and caregivers may add a code app
/// and are then asked for it too: who took the trouble expects it to hold.
pub fn needs_second_factor(role: Role, kinds: &[AuthenticatorKind]) -> bool {
    !matches!(role, Role::Client | Role::Caregiver) || kinds.contains(&AuthenticatorKind::Totp)
}

/// Whether somebody who has these can still come in.
pub fn is_a_way_in(role: Role, kinds: &[AuthenticatorKind]) -> bool {
    let has = |kind| kinds.contains(&kind);
    has(AuthenticatorKind::Passkey)
        || (has(AuthenticatorKind::Password)
            && (!needs_second_factor(role, kinds) || has(AuthenticatorKind::Totp)))
}

/// A login name: small letters `a` to `z`, digits and `. - _ @ +`, between
/// [`limits::LOGIN_CHARS_MIN`] and [`limits::LOGIN_CHARS_MAX`] of them, beginning with a letter or a digit.
/// So few signs on purpose: whatever keyboard somebody meets has them, and no two of them look alike to a
/// machine.
#[derive(Clone, PartialEq, Eq)]
pub struct Login(Zeroizing<String>);

impl Login {
    /// As somebody chooses it. Letters become small ones. [`Code::LoginInvalid`].
    pub fn choose(text: &str) -> Result<Self, Refusal> {
        let Self(name) = Self::typed(text);
        let sign = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let good = (limits::LOGIN_CHARS_MIN..=limits::LOGIN_CHARS_MAX).contains(&name.len())
            && name.starts_with(sign)
            && name.chars().all(|c| sign(c) || ".-_@+".contains(c));
        if !good {
            let detail = "login: letters a to z, digits and . - _ @ +, from 3 to 64 of them";
            return Err(Refusal::new(Code::LoginInvalid, detail));
        }
        Ok(Self(name))
    }

    /// As somebody types it to sign in: whatever it is, so that a name which nobody can have is nobody's
    /// like any other.
    pub fn typed(text: &str) -> Self {
        Self(Zeroizing::new(text.trim().to_lowercase()))
    }

    /// The text, for sealing and for its owner.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login(masked)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use AuthenticatorKind::{Passkey, Password, Totp};

    #[test]
    fn staff_come_in_by_a_passkey_or_by_a_password_with_a_code_and_others_by_either() {
        for role in Role::ALL {
            let alone = matches!(role, Role::Client | Role::Caregiver);
            let enters = |kinds: &[_]| is_a_way_in(*role, kinds);
            assert!(!enters(&[]) && !enters(&[Totp]));
            assert!(enters(&[Passkey]) && enters(&[Passkey, Password]));
            assert_eq!(enters(&[Password]), alone, "{role:?}");
            assert!(enters(&[Password, Totp]));
            assert_eq!(needs_second_factor(*role, &[Password]), !alone);
            assert!(needs_second_factor(*role, &[Password, Totp]));
        }
    }

    #[test]
    fn a_login_name_is_one_whatever_way_it_is_typed_and_does_not_print() {
        let chosen = Login::choose("  Maria.Sample@Example.com ").unwrap();
        assert_eq!(chosen.reveal(), "maria.sample@example.com");
        assert_eq!(Login::typed("MARIA.sample@example.com"), chosen);
        assert_eq!(format!("{chosen:?}"), "Login(masked)");
        for bad in [
            "ab",
            "",
            ".ab",
            "maría",
            "maria sample",
            &"a".repeat(65),
            "a\u{0}b",
            "mаria",
        ] {
            let refusal = Login::choose(bad).unwrap_err();
            assert_eq!(refusal.code, Code::LoginInvalid, "{bad}");
        }
        assert!(Login::choose(&"a".repeat(64)).is_ok());
        Login::typed(&"x".repeat(1000));
    }
}
