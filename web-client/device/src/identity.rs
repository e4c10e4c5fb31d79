//! The keys of a device and what they sign.
//!
//! The account identity key (AIK) certifies; the device signing key (DSK) signs MLS leaves and, for
//! sign-in, a challenge. Outside MLS both sign only `label || SHA-256(content)`. A third key pair
//! (X25519) is what others seal to this device alone.

use ed25519_dalek::{Signer as _, SigningKey};
use minicbor::{Decode, Encode};
use openmls::credentials::{BasicCredential, CredentialWithKey};
use openmls::prelude::SignatureScheme;
use openmls_traits::signatures::{Signer, SignerError};
use protocol::certificate::{DeviceCert, Signed, Succession};
use protocol::policy::VerifiedBy;
use protocol::{AccountId, Bytes, DeviceId, Timestamp, labels, limits};
use zeroize::{Zeroize, Zeroizing};

use crate::chance;
use crate::error::{Error, Result};
use crate::sealed::{self, SealKeys};

const SECRETS: Error = Error::Store("secrets of another length");

/// A device's own keys, before an account has certified them. Made on the device itself.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct DeviceKeys {
    /// The device.
    #[n(0)]
    pub device: DeviceId,
    #[n(1)]
    dsk: [u8; 32],
    #[n(2)]
    seal_ikm: [u8; 32],
}

/// A device with its account's identity key.
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
    keys: DeviceKeys,
    /// The encoded, signed [`DeviceCert`].
    #[n(4)]
    pub certificate: Bytes,
}

impl DeviceKeys {
    /// Makes them.
    pub fn make(now: Timestamp) -> Self {
        Self {
            device: DeviceId::from_parts(now, chance::bytes()),
            dsk: SigningKey::from_bytes(&chance::bytes()).to_bytes(),
            seal_ikm: chance::bytes(),
        }
    }

    fn signing(&self) -> SigningKey {
        SigningKey::from_bytes(&self.dsk)
    }

    #[cfg(feature = "simulated")]
    pub fn dsk_secret(&self) -> [u8; 32] {
        self.dsk
    }

    /// The device signing key's public half.
    pub fn dsk_public(&self) -> [u8; 32] {
        self.signing().verifying_key().to_bytes()
    }

    /// What others seal to this device.
    pub fn seal_keys(&self) -> Result<SealKeys> {
        sealed::keys(&self.seal_ikm)
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
        Ok((nonce.into(), sign(&self.signing(), label, &content).into()))
    }
}

impl Drop for DeviceKeys {
    fn drop(&mut self) {
        self.dsk.zeroize();
        self.seal_ikm.zeroize();
    }
}

impl Identity {
    /// The secrets by which others' content opens and certificates are made, taken out: without them the device
    /// can still prove that it is itself.
    pub fn take_secrets(&mut self) -> Zeroizing<Vec<u8>> {
        let secrets = Zeroizing::new([self.aik, self.keys.seal_ikm].concat());
        self.aik.zeroize();
        self.keys.seal_ikm.zeroize();
        secrets
    }

    /// Whether they are here.
    pub fn holds_secrets(&self) -> bool {
        self.aik != [0; 32]
    }

    /// Put back.
    pub fn give_secrets(&mut self, secrets: &[u8]) -> Result<()> {
        let (aik, seal_ikm) = secrets.split_at_checked(32).ok_or(SECRETS)?;
        self.aik = aik.try_into().map_err(|_| SECRETS)?;
        self.keys.seal_ikm = seal_ikm.try_into().map_err(|_| SECRETS)?;
        Ok(())
    }

    /// A new account's first device: makes every key and the certificate.
    pub fn make(account: AccountId, now: Timestamp) -> Result<Self> {
        Self::under(account, chance::bytes(), DeviceKeys::make(now), now)
    }

    /// A device of an account whose identity key is at hand: certifies it.
    pub fn under(
        account: AccountId,
        aik: [u8; 32],
        keys: DeviceKeys,
        now: Timestamp,
    ) -> Result<Self> {
        let seal_key = keys.seal_keys()?.public;
        let certificate = certify(
            &SigningKey::from_bytes(&aik),
            &DeviceCert {
                account,
                device: keys.device,
                dsk: keys.dsk_public().into(),
                issued_at: now,
                not_after: now.plus_seconds(limits::CERTIFICATE_S_MAX),
                seal_key: seal_key.into(),
            },
        );
        Ok(Self {
            account,
            device: keys.device,
            aik,
            keys,
            certificate,
        })
    }

    /// Certifies another device of this account.
    pub fn certify_other(
        &self,
        device: DeviceId,
        (dsk, seal_key): (Bytes, Bytes),
        now: Timestamp,
    ) -> Bytes {
        certify(
            &SigningKey::from_bytes(&self.aik),
            &DeviceCert {
                account: self.account,
                device,
                dsk,
                issued_at: now,
                not_after: now.plus_seconds(limits::CERTIFICATE_S_MAX),
                seal_key,
            },
        )
    }

    /// The same device under a new identity key, and the old key's word for it.
    pub fn succeed(&self, now: Timestamp) -> Result<(Self, Bytes)> {
        let next = SigningKey::from_bytes(&chance::bytes());
        let content = protocol::frame::to_vec(&Succession {
            account: self.account,
            aik: next.verifying_key().to_bytes().into(),
            at: now,
        });
        let old = SigningKey::from_bytes(&self.aik);
        let succession = signed(&old, labels::SUCCESSION, content);
        let renewed = Self::under(self.account, next.to_bytes(), self.keys.clone(), now)?;
        Ok((renewed, succession))
    }

    /// "I met this person and this is their key."
    pub fn vouch(&self, account: AccountId, aik: &[u8], at: Timestamp) -> VerifiedBy {
        let mut by = VerifiedBy {
            verifier: self.account,
            at,
            signature: Bytes::default(),
        };
        let content = judge::verification_content(account, aik, &by);
        let key = SigningKey::from_bytes(&self.aik);
        by.signature = sign(&key, labels::VERIFIED_BY, &content).into();
        by
    }

    /// The same device under an identity key that another device of the account brought.
    pub fn follow(&self, aik: [u8; 32], now: Timestamp) -> Result<Self> {
        Self::under(self.account, aik, self.keys.clone(), now)
    }

    /// The same device under the same identity key, certified anew.
    pub fn renew(&self, now: Timestamp) -> Result<Self> {
        self.follow(self.aik, now)
    }

    /// When the device's certificate is over.
    pub fn not_after(&self) -> Result<Timestamp> {
        let cert = judge::certificate::read_device_cert(&self.certificate);
        let cert = cert.map_err(|_| Error::Store("this device's certificate does not read"))?;
        Ok(cert.not_after)
    }

    /// The account identity key's public half.
    pub fn aik_public(&self) -> [u8; 32] {
        SigningKey::from_bytes(&self.aik).verifying_key().to_bytes()
    }

    /// The account identity key itself, for the vault and for a device of the same person.
    pub fn aik_secret(&self) -> [u8; 32] {
        self.aik
    }

    /// The device's own keys.
    pub fn keys(&self) -> &DeviceKeys {
        &self.keys
    }

    /// The credential of this device's leaves.
    pub fn credential(&self) -> CredentialWithKey {
        CredentialWithKey {
            credential: BasicCredential::new(self.certificate.0.clone()).into(),
            signature_key: self.keys.dsk_public().to_vec().into(),
        }
    }

    /// As [`DeviceKeys::prove`].
    pub fn prove(
        &self,
        label: &[u8],
        challenge: &[u8],
        server_name: &str,
    ) -> Result<(Bytes, Bytes)> {
        self.keys.prove(label, challenge, server_name)
    }
}

impl Drop for Identity {
    fn drop(&mut self) {
        self.aik.zeroize();
    }
}

fn sign(key: &SigningKey, label: &[u8], content: &[u8]) -> [u8; 64] {
    key.sign(&judge::to_be_signed(label, content)).to_bytes()
}

fn signed(key: &SigningKey, label: &[u8], content: Vec<u8>) -> Bytes {
    let signature = sign(key, label, &content).into();
    let content = content.into();
    protocol::frame::to_vec(&Signed { content, signature }).into()
}

fn certify(aik: &SigningKey, cert: &DeviceCert) -> Bytes {
    signed(aik, labels::DEVICE_CERT, protocol::frame::to_vec(cert))
}

impl Signer for Identity {
    fn sign(&self, payload: &[u8]) -> std::result::Result<Vec<u8>, SignerError> {
        Ok(self.keys.signing().sign(payload).to_bytes().to_vec())
    }

    fn signature_scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    fn identity() -> Identity {
        Identity::make(AccountId::from_bytes([1; 16]), NOW).unwrap()
    }

    #[test]
    fn a_fresh_certificate_is_accepted_by_the_judge() {
        let identity = identity();
        let cert =
            judge::certificate::check_device_cert(&identity.certificate, &identity.aik_public())
                .unwrap();
        assert_eq!(
            (cert.account, cert.device),
            (identity.account, identity.device)
        );
        judge::certificate::check_dates(&cert, NOW).unwrap();
    }

    #[test]
    fn nothing_but_32_bytes_is_signed_as_a_challenge() {
        let identity = identity();
        for (length, fine) in [(31, false), (33, false), (32, true)] {
            let challenge = vec![0; length];
            let proof = identity.prove(labels::LOGIN, &challenge, "localhost");
            assert_eq!(proof.is_ok(), fine, "{length}");
        }
    }

    #[test]
    fn the_old_key_vouches_for_the_new_one_and_the_device_stays_itself() {
        let before = identity();
        let (after, succession) = before.succeed(NOW).unwrap();
        let read = judge::read_succession(&succession, before.account, &before.aik_public());
        assert_eq!(read.unwrap().aik.0, after.aik_public());
        assert_ne!(before.aik_public(), after.aik_public());
        assert_eq!(before.keys().dsk_public(), after.keys().dsk_public());
        judge::certificate::check_device_cert(&after.certificate, &after.aik_public()).unwrap();
    }
}
