//! Sign-in links: `https://HOST/#/link/<secret>.<fingerprint>`.
//!
//! The secret (16 bytes) and the SHA-256 of the agency's public key stand in the fragment, which a
//! browser never sends to the server.

use protocol::Bytes;
use sha2::{Digest, Sha256};

/// A link's two parts.
#[derive(Clone, PartialEq, Eq)]
pub struct SignInLink {
    /// One-time secret, 16 bytes.
    pub secret: Bytes,
    fingerprint: [u8; 32],
}

impl SignInLink {
    /// Reads a whole link, its fragment, or just `<secret>.<fingerprint>`.
    pub fn parse(link: &str) -> Option<Self> {
        let tail = link.trim().rsplit('/').next()?;
        let (secret, fingerprint) = tail.split_once('.')?;
        let secret = Bytes::from_base64url(secret).filter(|secret| secret.len() == 16)?;
        let fingerprint = Bytes::from_base64url(fingerprint)?.to_array()?;
        Some(Self {
            secret,
            fingerprint,
        })
    }

    /// Whether this is the agency that gave the link out.
    pub fn is_from(&self, agency_key: &[u8; 32]) -> bool {
        Sha256::digest(agency_key).as_slice() == self.fingerprint
    }
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
        let (before, tail) = link.trim().rsplit_once('/')?;
        if !(before == "device" || before.ends_with("/device")) {
            return None;
        }
        let (secret, fingerprint) = tail.split_once('.')?;
        Some(Self {
            secret: Bytes::from_base64url(secret)?.0.try_into().ok()?,
            fingerprint: Bytes::from_base64url(fingerprint)?.to_array()?,
        })
    }

    /// What follows the `#`.
    pub fn fragment(&self) -> String {
        let secret = Bytes::from(self.secret).to_base64url();
        let fingerprint = Bytes::from(self.fingerprint).to_base64url();
        format!("/device/{secret}.{fingerprint}")
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
            assert!(link.is_from(&[2; 32]));
            assert!(!link.is_from(&[3; 32]));
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
}
