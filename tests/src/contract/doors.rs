//! What devices of a person do at the doors: answer a link, sign, certify, keep a vault.

use ed25519_dalek::{Signer as _, SigningKey};
use judge::certificate::to_be_signed;
use protocol::certificate::{DeviceCert, Signed, Succession};
use protocol::http::{
    ApproveDevice, BeginEnrolment, CollectEnrolment, DeviceOffer, OfferDevice, PutVault, VaultWrap,
};
use protocol::{AccountId, Bytes, DeviceId, OpId, Timestamp, WrapKind, frame, labels, limits};

use super::house::{Enrolled, House, SERVER_NAME, certificate, op};

/// A device that is not enrolled yet.
pub struct Newcomer {
    pub device: DeviceId,
    pub dsk: SigningKey,
}

/// The key of an identity; `seed` as in [`House::enrol`].
pub fn aik(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

/// What a link's secret yields, in place of HKDF.
pub fn lookup(n: u8) -> Bytes {
    [n ^ 0x5a; 32].into()
}

impl Newcomer {
    pub fn new(seed: u8) -> Self {
        Self {
            device: DeviceId::from_bytes([seed; 16]),
            dsk: SigningKey::from_bytes(&[seed ^ 0x80; 32]),
        }
    }

    pub fn offer(&self, lookup: &Bytes) -> OfferDevice {
        OfferDevice {
            lookup: lookup.clone(),
            offer: DeviceOffer {
                lookup: lookup.clone(),
                device: self.device,
                dsk: self.dsk.verifying_key().to_bytes().into(),
                seal_key: [7; 32].into(),
                mac: [0x3c; 32].into(),
            },
        }
    }

    /// Its certificate of that account, by the identity key of that seed.
    pub fn certificate(&self, account: AccountId, by: u8, now: Timestamp) -> Bytes {
        certificate(account, &aik(by), (self.device, &self.dsk), now)
    }

    pub fn collect(&self, lookup: &Bytes) -> CollectEnrolment {
        self.collect_at(lookup, SERVER_NAME)
    }

    pub fn collect_at(&self, lookup: &Bytes, server: &str) -> CollectEnrolment {
        let nonce = [9_u8; 32];
        let content = [&lookup[..], &nonce, server.as_bytes()].concat();
        let signature = self.dsk.sign(&to_be_signed(labels::ENROL, &content));
        CollectEnrolment {
            lookup: lookup.clone(),
            nonce: nonce.into(),
            signature: signature.to_bytes().into(),
        }
    }
}

pub fn begin(n: u8) -> BeginEnrolment {
    BeginEnrolment {
        op_id: op(n),
        lookup: lookup(n),
    }
}

pub fn approve(n: u8, lookup: &Bytes, certificate: Bytes) -> ApproveDevice {
    ApproveDevice {
        op_id: OpId::from_bytes([n ^ 0xff; 16]),
        lookup: lookup.clone(),
        certificate,
        sealed: b"sealed to the new device".to_vec().into(),
    }
}

impl House {
    /// A second device of the same account comes in by a link; `by` is the seed of the first one's keys,
    /// `seed` makes the new one's.
    pub async fn second(&self, first: &Enrolled, by: u8, seed: u8) -> Enrolled {
        let newcomer = Newcomer::new(seed);
        let (store, caller) = (&self.store, first.caller);
        store.begin_enrolment(&caller, begin(seed)).await.unwrap();
        let lookup = lookup(seed);
        store.offer_device(newcomer.offer(&lookup)).await.unwrap();
        let certificate = newcomer.certificate(caller.account, by, self.clock_now());
        let yes = approve(seed, &lookup, certificate.clone());
        store.approve_device(&caller, yes).await.unwrap();
        let collected = store.collect_enrolment(newcomer.collect(&lookup)).await;
        let token = collected.unwrap().1.unwrap();
        Enrolled {
            caller: store.caller(&token).await.unwrap(),
            token,
            dsk: newcomer.dsk,
            request: protocol::http::RedeemInvitation {
                certificate,
                ..first.request.clone()
            },
        }
    }
}

/// A certificate as somebody made it up.
pub fn certify(cert: &DeviceCert, by: &SigningKey) -> Bytes {
    let content = frame::to_vec(cert);
    let signature = by.sign(&to_be_signed(labels::DEVICE_CERT, &content));
    signed(content, signature.to_bytes())
}

/// What an honest certificate of that device holds.
pub fn cert(account: AccountId, newcomer: &Newcomer, now: Timestamp) -> DeviceCert {
    DeviceCert {
        account,
        device: newcomer.device,
        dsk: newcomer.dsk.verifying_key().to_bytes().into(),
        issued_at: now,
        not_after: now.plus_seconds(limits::CERTIFICATE_S_MAX),
        seal_key: [7; 32].into(),
    }
}

/// "From now on this is my key", by the key of the seed `by`.
pub fn succession(account: AccountId, to: u8, by: u8, at: Timestamp) -> Bytes {
    let content = frame::to_vec(&Succession {
        account,
        aik: aik(to).verifying_key().to_bytes().into(),
        at,
    });
    let signature = aik(by).sign(&to_be_signed(labels::SUCCESSION, &content));
    signed(content, signature.to_bytes())
}

fn signed(content: Vec<u8>, signature: [u8; 64]) -> Bytes {
    frame::to_vec(&Signed {
        content: content.into(),
        signature: signature.into(),
    })
    .into()
}

pub fn locator(n: u8) -> Bytes {
    [n ^ 0x69; 32].into()
}

/// A vault of these wraps.
pub fn vault(after: u64, n: u8, wraps: &[VaultWrap]) -> PutVault {
    PutVault {
        after,
        sealed: vec![n; 200].into(),
        wraps: wraps.to_vec(),
    }
}

pub fn code_wrap(n: u8) -> VaultWrap {
    VaultWrap {
        kind: WrapKind::RecoveryCode,
        device: None,
        locator: Some(locator(n)),
        sealed: vec![n; 80].into(),
    }
}

pub fn device_wrap(device: DeviceId, n: u8) -> VaultWrap {
    VaultWrap {
        kind: WrapKind::Device,
        device: Some(device),
        locator: None,
        sealed: vec![n; 80].into(),
    }
}
