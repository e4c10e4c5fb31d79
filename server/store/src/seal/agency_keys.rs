//! The agency's signing keys: made and signed here.

use ed25519_dalek::{Signer as _, SigningKey};
use protocol::certificate::{AgencySuccession, RemovalKey, Signed};
use protocol::{Bytes, Timestamp, frame, labels, limits};
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
        let key = SigningKey::from_bytes(&secret);
        let removal = make_removal_key(&key, Vec::new(), now, chance);
        Self {
            public_key: key.verifying_key().to_bytes(),
            secret_key: sealer.seal(AGENCY_SECRET_KEY, agency, secret.as_slice(), chance.bytes()),
            removal_secret: sealer.seal(
                AGENCY_REMOVAL_SECRET,
                agency,
                removal.secret.as_slice(),
                chance.bytes(),
            ),
            removal_key: removal.certificate,
        }
    }
}

/// A fresh removal key.
pub(crate) struct MadeRemovalKey {
    /// It wipes itself when dropped.
    pub(crate) secret: Zeroizing<[u8; 32]>,
    /// `Signed(RemovalKey)`.
    pub(crate) certificate: Vec<u8>,
}

/// The agency key that follows another.
pub(crate) struct MadeAgencyKey {
    /// It wipes itself when dropped.
    pub(crate) key: SigningKey,
    /// `Signed(AgencySuccession)`, by the one before.
    pub(crate) succession: Bytes,
}

/// Makes the agency key that is to follow `before`.
pub(crate) fn make_agency_key(
    before: &SigningKey,
    now: Timestamp,
    chance: &dyn care::Chance,
) -> MadeAgencyKey {
    let secret = Zeroizing::new(chance.bytes::<32>());
    let key = SigningKey::from_bytes(&secret);
    let succession = AgencySuccession {
        before: before.verifying_key().to_bytes().into(),
        key: key.verifying_key().to_bytes().into(),
        at: now,
    };
    let content = frame::to_vec(&succession);
    MadeAgencyKey {
        succession: sign(before, labels::AGENCY_SUCCESSION, content).into(),
        key,
    }
}

/// Makes a removal key, for which the agency key vouches, to which `successions` lead. It is good for
/// [`limits::CERTIFICATE_S_MAX`] from `now`.
pub(crate) fn make_removal_key(
    agency: &SigningKey,
    successions: Vec<Bytes>,
    now: Timestamp,
    chance: &dyn care::Chance,
) -> MadeRemovalKey {
    let secret = Zeroizing::new(chance.bytes::<32>());
    let removal = RemovalKey {
        key: SigningKey::from_bytes(&secret)
            .verifying_key()
            .to_bytes()
            .into(),
        not_before: now,
        not_after: now.plus_seconds(limits::CERTIFICATE_S_MAX),
        successions,
    };
    MadeRemovalKey {
        certificate: sign(agency, labels::REMOVAL_KEY, frame::to_vec(&removal)),
        secret,
    }
}

/// An opened secret as a key to sign with. It wipes itself when dropped.
pub(crate) fn signing_key(secret: &[u8]) -> Result<SigningKey, NotOpened> {
    let secret = Zeroizing::new(secret.try_into().map_err(|_| NotOpened::Damaged)?);
    Ok(SigningKey::from_bytes(&secret))
}

/// `Signed { content, signature }` with the signature over `label || SHA-256(content)`.
fn sign(key: &SigningKey, label: &[u8], content: Vec<u8>) -> Vec<u8> {
    let mut signed = label.to_vec();
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
        let open = |row| sealer.open(AGENCY_REMOVAL_SECRET, row, &keys.removal_secret);
        let opened = signing_key(&open(Uuid::from_u128(7)).unwrap()).unwrap();
        assert_eq!(opened.verifying_key().as_bytes()[..], removal.key[..]);
        assert!(open(Uuid::from_u128(8)).is_err());
        assert!(signing_key(&[0; 31]).is_err());
    }
}
