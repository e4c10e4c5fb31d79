//! The session's secret: 256 random bits in a cookie, SHA-256 in the database.

use std::fmt;

use protocol::Bytes;
use zeroize::Zeroizing;

/// The secret of a session, as the cookie carries it. Only its SHA-256 is stored, so that a copy of
/// the database signs nobody in. `Debug` is masked.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(Zeroizing<[u8; 32]>);

impl SessionToken {
    /// From 32 random bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads the cookie's value; `None` if it is not 32 bytes of base64url.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(Bytes::from_base64url(text)?.to_array::<32>()?);
        Some(Self(bytes))
    }

    /// The cookie's value: base64url without padding, 43 characters.
    pub fn to_text(&self) -> String {
        Bytes(self.0.to_vec()).to_base64url()
    }

    /// What the database knows of it.
    pub(crate) fn hash(&self) -> Vec<u8> {
        crate::hash::sha256(&[self.0.as_slice()]).to_vec()
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(masked)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_and_does_not_print() {
        let token = SessionToken::from_bytes([7; 32]);
        assert_eq!(SessionToken::parse(&token.to_text()), Some(token.clone()));
        assert_eq!(SessionToken::parse("short"), None);
        assert_eq!(format!("{token:?}"), "SessionToken(masked)");
    }
}
