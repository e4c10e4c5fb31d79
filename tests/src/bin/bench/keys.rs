//! The keys of one device, and what it signs with them.

use ed25519_dalek::{Signer as _, SigningKey};
use openmls::prelude::SignatureScheme;
use openmls_traits::signatures::{Signer, SignerError};
use protocol::certificate::{DeviceCert, Signed};
use protocol::frame::{Cursor, Hello, to_vec};
use protocol::http::RedeemInvitation;
use protocol::{AccountId, Bytes, DeviceId, OpId, Timestamp, labels, limits};

/// An account's identity key and its one device with its key, all following from a number.
#[derive(Clone)]
pub struct Keys {
    /// The device.
    pub device: DeviceId,
    aik: SigningKey,
    dsk: SigningKey,
}

impl Keys {
    /// The keys of this number.
    pub fn of(number: u32) -> Self {
        let seed = |first: u8| {
            let mut seed = [first; 32];
            seed[1..5].copy_from_slice(&number.to_be_bytes());
            seed
        };
        let mut device = [0xde; 16];
        device[..4].copy_from_slice(&number.to_be_bytes());
        Self {
            device: DeviceId::from_bytes(device),
            aik: SigningKey::from_bytes(&seed(0xa1)),
            dsk: SigningKey::from_bytes(&seed(0xd5)),
        }
    }

    /// The identity key, public.
    pub fn aik(&self) -> [u8; 32] {
        self.aik.verifying_key().to_bytes()
    }

    /// The device key, public.
    pub fn dsk(&self) -> [u8; 32] {
        self.dsk.verifying_key().to_bytes()
    }

    /// The device's certificate, as long as one may last.
    pub fn certificate(&self, account: AccountId, now: Timestamp) -> Bytes {
        let content = to_vec(&DeviceCert {
            account,
            device: self.device,
            dsk: self.dsk().into(),
            issued_at: now,
            not_after: now.plus_seconds(limits::CERTIFICATE_S_MAX),
            seal_key: [7; 32].into(),
        });
        let signature = sign(&self.aik, labels::DEVICE_CERT, &content);
        let content = content.into();
        to_vec(&Signed { content, signature }).into()
    }

    /// What the device sends to enrol with a link's secret.
    pub fn request(&self, secret: [u8; 16], certificate: Bytes) -> RedeemInvitation {
        RedeemInvitation {
            op_id: OpId::from_bytes(*self.device.as_bytes()),
            secret: secret.into(),
            aik: self.aik().into(),
            certificate,
            mac: None,
        }
    }

    /// The device's part in a sign-in at the server of that name: nonce and signature over what names the
    /// step.
    pub fn signs(&self, named: &[u8], server_name: &str) -> (Bytes, Bytes) {
        let nonce = [3_u8; 32];
        let content = [named, &nonce, server_name.as_bytes()].concat();
        (nonce.into(), sign(&self.dsk, labels::LOGIN, &content))
    }

    /// The first frame of a websocket to the server of that name.
    pub fn hello(&self, ticket: Bytes, server_name: &str, cursors: Vec<Cursor>) -> Hello {
        let nonce = [3_u8; 32];
        let content = [&ticket[..], &nonce, server_name.as_bytes()].concat();
        Hello {
            ticket,
            device: self.device,
            nonce: nonce.into(),
            signature: sign(&self.dsk, labels::HELLO, &content),
            cursors,
        }
    }
}

fn sign(key: &SigningKey, label: &[u8], content: &[u8]) -> Bytes {
    key.sign(&judge::to_be_signed(label, content))
        .to_bytes()
        .into()
}

/// As the leaf of a group.
impl Signer for Keys {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(self.dsk.sign(payload).to_bytes().to_vec())
    }

    fn signature_scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}
