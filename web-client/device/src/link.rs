//! Sign-in links: `https://HOST/#/link/<secret>.<fingerprint>`.
//!
//! The secret (16 bytes) and the SHA-256 of the agency's public key stand in the fragment, which a
//! browser never sends to the server. An invitation of a case manager's device, `#/join/…`, looks the same, but
//! its secret reaches the server only to be mailed; its code is the secret alone, to be typed.

use protocol::Bytes;
use sha2::{Digest, Sha256};

use crate::invited::Derived;
use crate::recovery::Code;

/// A link's two parts.
#[derive(Clone, PartialEq, Eq)]
pub struct SignInLink {
    /// What the server is shown, 16 bytes: the one-time secret, or what follows from an invitation's.
    pub secret: Bytes,
    /// An invitation's own secret.
    pub joins: Option<[u8; 16]>,
    /// A typed code names no agency: the invitation's MAC does.
    fingerprint: Option<[u8; 32]>,
}

impl SignInLink {
    /// Reads a whole link, its fragment, just `<secret>.<fingerprint>`, or an invitation's code as typed.
    pub fn parse(link: &str) -> Option<Self> {
        if let Some(code) = Code::parse(link) {
            return Self::joining(code.0, None);
        }
        let link = link.trim();
        if let Some(JoinLink {
            secret,
            fingerprint,
        }) = JoinLink::parse(link)
        {
            return Self::joining(secret, Some(fingerprint));
        }
        let tail = link.rsplit('/').next()?;
        let (secret, fingerprint) = tail.split_once('.')?;
        let secret = Bytes::from_base64url(secret).filter(|secret| secret.len() == 16)?;
        let fingerprint = Bytes::from_base64url(fingerprint)?.to_array()?;
        Some(Self {
            secret,
            joins: None,
            fingerprint: Some(fingerprint),
        })
    }

    fn joining(secret: [u8; 16], fingerprint: Option<[u8; 32]>) -> Option<Self> {
        Some(Self {
            secret: Derived::from(&secret).ok()?.lookup.into(),
            joins: Some(secret),
            fingerprint,
        })
    }

    /// Whether the link names this agency key; a typed code names any.
    pub fn names(&self, agency_key: &[u8; 32]) -> bool {
        let print = self.fingerprint;
        print.is_none_or(|print| Sha256::digest(agency_key).as_slice() == print)
    }
}

/// Links of invitations: `https://HOST/#/join/<secret>.<fingerprint>`. The secret reaches the server only where it
/// is to mail the link.
#[derive(Clone, PartialEq, Eq)]
pub struct JoinLink {
    /// 16 random bytes.
    pub secret: [u8; 16],
    /// SHA-256 of the agency's public key.
    pub fingerprint: [u8; 32],
}

impl JoinLink {
    fn parse(link: &str) -> Option<Self> {
        let (secret, fingerprint) = of_kind(link, "join")?;
        Some(Self {
            secret,
            fingerprint,
        })
    }

    /// What follows the `#`.
    pub fn fragment(&self) -> String {
        fragment("join", &self.secret, &self.fingerprint)
    }
}

/// The two parts of a link of that kind.
fn of_kind(link: &str, kind: &str) -> Option<([u8; 16], [u8; 32])> {
    let (before, tail) = link.trim().rsplit_once('/')?;
    if before != kind && !before.ends_with(&format!("/{kind}")) {
        return None;
    }
    let (secret, fingerprint) = tail.split_once('.')?;
    Some((
        Bytes::from_base64url(secret)?.0.try_into().ok()?,
        Bytes::from_base64url(fingerprint)?.to_array()?,
    ))
}

fn fragment(kind: &str, secret: &[u8; 16], fingerprint: &[u8; 32]) -> String {
    let secret = Bytes::from(*secret).to_base64url();
    let fingerprint = Bytes::from(*fingerprint).to_base64url();
    format!("/{kind}/{secret}.{fingerprint}")
}

/// Links by which a person's further device is added: `https://HOST/#/device/<secret>.<fingerprint>`.
/// The secret never reaches the server.
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceLink {
    /// 16 random bytes.
    pub secret: [u8; 16],
    /// SHA-256 of the agency's public key.
    pub fingerprint: [u8; 32],
}

impl DeviceLink {
    /// Reads a whole link or its fragment; nothing if it is of another kind.
    pub fn parse(link: &str) -> Option<Self> {
        let (secret, fingerprint) = of_kind(link, "device")?;
        Some(Self {
            secret,
            fingerprint,
        })
    }

    /// What follows the `#`.
    pub fn fragment(&self) -> String {
        fragment("device", &self.secret, &self.fingerprint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_reads_in_every_form_people_paste() {
        let secret = Bytes::from([1_u8; 16]).to_base64url();
        let print = Bytes::from(<[u8; 32]>::from(Sha256::digest([2; 32]))).to_base64url();
        for link in [
            format!("https://localhost:8443/#/link/{secret}.{print}"),
            format!(" #/link/{secret}.{print}\n"),
            format!("{secret}.{print}"),
        ] {
            let link = SignInLink::parse(&link).expect("reads");
            assert!(link.names(&[2; 32]));
            assert!(!link.names(&[3; 32]));
        }
        let link = DeviceLink {
            secret: [5; 16],
            fingerprint: [6; 32],
        };
        let whole = format!("https://localhost:8443/#{}", link.fragment());
        assert!(DeviceLink::parse(&whole).is_some_and(|read| read == link));
        assert!(DeviceLink::parse(&whole.replace("/device/", "/link/")).is_none());
        assert!(SignInLink::parse("https://localhost/#/link/short.short").is_none());
        assert!(SignInLink::parse("").is_none());
    }

    #[test]
    fn an_invitation_reads_as_a_link_and_as_typed_and_its_secret_is_not_shown() {
        let link = JoinLink {
            secret: [5; 16],
            fingerprint: Sha256::digest([2; 32]).into(),
        };
        let whole = format!("https://localhost:8443/#{}", link.fragment());
        let scanned = SignInLink::parse(&whole).expect("reads");
        assert_eq!(scanned.joins, Some([5; 16]));
        assert!(scanned.names(&[2; 32]) && !scanned.names(&[3; 32]));
        assert_ne!(&*scanned.secret, [5; 16].as_slice());
        let code = Code([5; 16]).show();
        for typed in [code.clone(), code.to_lowercase(), code.replace('-', " ")] {
            let typed = SignInLink::parse(&typed).expect("reads");
            assert_eq!(typed.secret, scanned.secret);
            assert_eq!(typed.joins, Some([5; 16]));
        }
        assert!(DeviceLink::parse(&whole).is_none());
    }
}
