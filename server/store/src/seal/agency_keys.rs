//! The agency's signing keys: made here, sealed here, opened nowhere else.

use ed25519_dalek::{Signer as _, SigningKey};
use protocol::certificate::{RemovalKey, Signed};
use protocol::{Timestamp, frame, labels, limits};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{AGENCY_REMOVAL_SECRET, AGENCY_SECRET_KEY, NotOpened, Sealer};
use crate::hash::sha256;

/// A fresh agency key and its first removal key, ready for the database.
pub(crate) struct AgencyKeys {
    /// The agency key's public half; devices pin its SHA-256.
    pub(crate) public_key: [u8; 32],
    /// The agency key, sealed.
    pub(crate) secret_key: Vec<u8>,
    /// The removal key, sealed.
    pub(crate) removal_secret: Vec<u8>,
    /// `Signed(RemovalKey)`: the agency key vouches for the removal key.
    pub(crate) removal_key: Vec<u8>,
}

impl AgencyKeys {
    /// Makes both keys. The removal key is good for [`limits::CERTIFICATE_S_MAX`] from `now`.
    pub(crate) fn create(
        sealer: &Sealer,
        agency: Uuid,
        now: Timestamp,
        chance: &dyn care::Chance,
    ) -> Self {
        let secret = Zeroizing::new(chance.bytes::<32>());
        let removal_secret = Zeroizing::new(chance.bytes::<32>());
        let key = SigningKey::from_bytes(&secret);
        let removal = RemovalKey {
            key: SigningKey::from_bytes(&removal_secret)
                .verifying_key()
                .to_bytes()
                .into(),
            not_before: now,
            not_after: now.plus_seconds(limits::CERTIFICATE_S_MAX),
        };
        Self {
            public_key: key.verifying_key().to_bytes(),
            secret_key: sealer.seal(AGENCY_SECRET_KEY, agency, secret.as_slice(), chance.bytes()),
            removal_secret: sealer.seal(
                AGENCY_REMOVAL_SECRET,
                agency,
                removal_secret.as_slice(),
                chance.bytes(),
            ),
            removal_key: sign_removal_key(&key, &removal),
        }
    }
}

/// The removal key, to sign removals with. It wipes itself when dropped.
pub(crate) fn open_removal_key(
    sealer: &Sealer,
    agency: Uuid,
    kept: &[u8],
) -> Result<SigningKey, NotOpened> {
    let secret = sealer.open(AGENCY_REMOVAL_SECRET, agency, kept)?;
    let secret: Zeroizing<[u8; 32]> = Zeroizing::new(
        secret
            .as_slice()
            .try_into()
            .map_err(|_| NotOpened::Damaged)?,
    );
    Ok(SigningKey::from_bytes(&secret))
}

/// `Signed { content, signature }` with the signature over `label || SHA-256(content)`.
fn sign_removal_key(key: &SigningKey, removal: &RemovalKey) -> Vec<u8> {
    let content = frame::to_vec(removal);
    let mut signed = labels::REMOVAL_KEY.to_vec();
    signed.extend_from_slice(&sha256(&[&content]));
    frame::to_vec(&Signed {
        content: content.into(),
        signature: key.sign(&signed).to_bytes().into(),
    })
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signature, VerifyingKey};

    use super::*;
    use crate::settings::RootKey;

    struct Counting(std::sync::atomic::AtomicU8);
    impl care::Chance for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        }
    }

    #[test]
    fn the_agency_key_vouches_for_the_removal_key_and_neither_stands_there_plain() {
        let sealer = Sealer::new(&RootKey::from_bytes([1; 32]));
        let now = Timestamp::from_micros(1_000_000);
        let chance = Counting(std::sync::atomic::AtomicU8::new(40));
        let keys = AgencyKeys::create(&sealer, Uuid::from_u128(7), now, &chance);

        let signed: Signed = minicbor::decode(&keys.removal_key).unwrap();
        let removal: RemovalKey = minicbor::decode(&signed.content).unwrap();
        assert_eq!(removal.not_before, now);
        let public = VerifyingKey::from_bytes(&keys.public_key).unwrap();
        let message = [labels::REMOVAL_KEY, &sha256(&[&signed.content])].concat();
        let signature = Signature::from_slice(&signed.signature).unwrap();
        public.verify_strict(&message, &signature).unwrap();

        let secret = sealer
            .open(AGENCY_SECRET_KEY, Uuid::from_u128(7), &keys.secret_key)
            .unwrap();
        assert_eq!(secret.as_slice(), [40; 32]);
        assert!(!keys.secret_key.windows(32).any(|w| w == [40; 32]));
        assert!(!keys.removal_secret.windows(32).any(|w| w == [41; 32]));
        let opened = open_removal_key(&sealer, Uuid::from_u128(7), &keys.removal_secret).unwrap();
        assert_eq!(opened.verifying_key().as_bytes()[..], removal.key[..]);
        assert!(open_removal_key(&sealer, Uuid::from_u128(8), &keys.removal_secret).is_err());
    }
}
