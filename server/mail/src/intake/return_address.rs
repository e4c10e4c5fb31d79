//! Envelope senders that name the mail which comes back: `local+token@domain` (variable envelope return paths).
//! The token says nothing to anybody else.

use care::email::EmailAddress;
use protocol::{Code, Refusal, limits};

/// Where mails come back to that did not arrive.
#[derive(Clone, PartialEq, Eq)]
pub struct ReturnAddress {
    local: String,
    domain: String,
}

/// An agency's own address: it prints no more than any other.
impl std::fmt::Debug for ReturnAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReturnAddress(masked)")
    }
}

/// Bytes before the `@` (RFC 5321, section 4.5.3.1.1).
const LOCAL_BYTES_MAX: usize = 64;

impl ReturnAddress {
    /// At this address. [`Code::EmailInvalid`] if it is none, has a `+` itself, or is so long before the `@` that
    /// no token has room behind it.
    pub fn new(address: &str) -> Result<Self, Refusal> {
        let address = EmailAddress::parse(address)?;
        let (local, domain) = address.reveal().rsplit_once('@').unwrap_or_default();
        if local.contains('+') || local.len() + 1 + limits::RETURN_TOKEN_CHARS > LOCAL_BYTES_MAX {
            return Err(Refusal::new(
                Code::EmailInvalid,
                "an address for bounces has at most 23 letters before the @, and no +",
            ));
        }
        Ok(Self {
            local: local.to_owned(),
            domain: domain.to_owned(),
        })
    }

    /// The envelope sender with that token.
    pub fn with(&self, token: &str) -> String {
        format!("{}+{token}@{}", self.local, self.domain)
    }

    /// The token of an envelope sender of ours. Case does not count: mail servers do not keep it.
    pub fn token<'a>(&self, recipient: &'a str) -> Option<&'a str> {
        let (local, domain) = recipient.rsplit_once('@')?;
        let (own, token) = local.split_once('+')?;
        let ours =
            own.eq_ignore_ascii_case(&self.local) && domain.eq_ignore_ascii_case(&self.domain);
        ours.then_some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_back_out_of_the_address_that_it_was_put_into() {
        let address = ReturnAddress::new("visits@post.example").unwrap();
        let token = "a".repeat(limits::RETURN_TOKEN_CHARS);
        let with = address.with(&token);
        assert!(EmailAddress::parse(&with).is_ok());
        assert_eq!(address.token(&with), Some(token.as_str()));
        let shouted = with.to_uppercase();
        assert_eq!(address.token(&shouted), Some(token.to_uppercase().as_str()));
        for other in [
            "visits@post.example",
            "visit+a@post.example",
            "visits+a@post.test",
            "x",
            "",
        ] {
            assert_eq!(address.token(other), None, "{other}");
        }
    }

    #[test]
    fn an_address_without_room_for_a_token_is_refused() {
        let longest = format!("{}@post.example", "v".repeat(23));
        let with = ReturnAddress::new(&longest).unwrap();
        let token = "a".repeat(limits::RETURN_TOKEN_CHARS);
        assert!(EmailAddress::parse(&with.with(&token)).is_ok());
        let longer = format!("{}@post.example", "v".repeat(24));
        for bad in [longer.as_str(), "visits+x@post.example", "visits", ""] {
            assert!(ReturnAddress::new(bad).is_err(), "{bad}");
        }
    }
}
