//! The two keys of a device and what they sign.
//!
//! The account identity key (AIK) certifies; the device signing key (DSK) signs MLS leaves and, for
//! sign-in, a challenge. Outside MLS both sign only `label || SHA-256(content)`.

use ed25519_dalek::{Signer as _, SigningKey};
use minicbor::{Decode, Encode};
use openmls::credentials::{BasicCredential, CredentialWithKey};
use openmls::prelude::SignatureScheme;
use openmls_traits::signatures::{Signer, SignerError};
use protocol::certificate::{DeviceCert, Signed};
use protocol::{AccountId, Bytes, DeviceId, Timestamp, labels, limits};
use zeroize::Zeroize;

use crate::chance;
use crate::error::{Error, Result};

/// A new device's keys. Made on the person's own device, never anywhere else.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct Identity {
    /// The account.
    #[n(0)]
    pub account: AccountId,
    /// The device.
    #[n(1)]
    pub device: DeviceId,
    #[n(2)]
    aik: [u8; 32],
    #[n(3)]
    dsk: [u8; 32],
    /// The encoded, signed [`DeviceCert`].
    #[n(4)]
    pub certificate: Bytes,
}

impl Identity {
    /// Makes both keys and the certificate.
    pub fn make(account: AccountId, now: Timestamp) -> Self {
        let device = DeviceId::from_parts(now, chance::bytes());
        let aik = SigningKey::from_bytes(&chance::bytes());
        let dsk = SigningKey::from_bytes(&chance::bytes());
        let content = protocol::frame::to_vec(&DeviceCert {
            account,
            device,
            dsk: dsk.verifying_key().to_bytes().into(),
            issued_at: now,
            not_after: now.plus_seconds(limits::CERTIFICATE_S_MAX),
        });
        let signature = sign(&aik, labels::DEVICE_CERT, &content).into();
        let signed = Signed {
            content: content.into(),
            signature,
        };
        let certificate = protocol::frame::to_vec(&signed).into();
        Self {
            account,
            device,
            aik: aik.to_bytes(),
            dsk: dsk.to_bytes(),
            certificate,
        }
    }

    /// The account identity key's public half.
    pub fn aik_public(&self) -> [u8; 32] {
        SigningKey::from_bytes(&self.aik).verifying_key().to_bytes()
    }

    /// The credential of this device's leaves.
    pub fn credential(&self) -> CredentialWithKey {
        let dsk = SigningKey::from_bytes(&self.dsk).verifying_key();
        CredentialWithKey {
            credential: BasicCredential::new(self.certificate.0.clone()).into(),
            signature_key: dsk.to_bytes().to_vec().into(),
        }
    }

    /// Proves possession of the device key: over `challenge || nonce || server name`. The challenge
    /// must be exactly 32 bytes, so that nothing with a meaning of its own is ever signed.
    pub fn prove(
        &self,
        label: &[u8],
        challenge: &[u8],
        server_name: &str,
    ) -> Result<(Bytes, Bytes)> {
        if challenge.len() != 32 {
            return Err(Error::refused(
                protocol::Code::ChallengeInvalid,
                "the server asked to sign something that is not a challenge",
            ));
        }
        let nonce: [u8; 32] = chance::bytes();
        let content = [challenge, &nonce, server_name.as_bytes()].concat();
        let signature = sign(&SigningKey::from_bytes(&self.dsk), label, &content);
        Ok((nonce.into(), signature.into()))
    }
}

impl Drop for Identity {
    fn drop(&mut self) {
        self.aik.zeroize();
        self.dsk.zeroize();
    }
}

fn sign(key: &SigningKey, label: &[u8], content: &[u8]) -> [u8; 64] {
    key.sign(&judge::to_be_signed(label, content)).to_bytes()
}

impl Signer for Identity {
    fn sign(&self, payload: &[u8]) -> std::result::Result<Vec<u8>, SignerError> {
        Ok(SigningKey::from_bytes(&self.dsk)
            .sign(payload)
            .to_bytes()
            .to_vec())
    }

    fn signature_scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_certificate_is_accepted_by_the_judge() {
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        let identity = Identity::make(AccountId::from_bytes([1; 16]), now);
        let cert =
            judge::certificate::check_device_cert(&identity.certificate, &identity.aik_public())
                .unwrap();
        assert_eq!(
            (cert.account, cert.device),
            (identity.account, identity.device)
        );
        judge::certificate::check_dates(&cert, now).unwrap();
    }

    #[test]
    fn nothing_but_32_bytes_is_signed_as_a_challenge() {
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        let identity = Identity::make(AccountId::from_bytes([1; 16]), now);
        assert!(
            identity
                .prove(labels::LOGIN, &[0; 31], "localhost")
                .is_err()
        );
        assert!(
            identity
                .prove(labels::LOGIN, &[0; 33], "localhost")
                .is_err()
        );
        assert!(identity.prove(labels::LOGIN, &[0; 32], "localhost").is_ok());
    }
}
