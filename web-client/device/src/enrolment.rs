//! A second device: the first one shows a link, the new one answers it, the first one lets it in.
//!
//! The link's secret never reaches the server. From it both sides derive what the server knows the
//! enrolment by, and the key that authenticates the new device's offer and what the first one seals to
//! it; so a server cannot put a device of its own in between. The six digits on both screens tell two
//! answers to the same link apart (somebody photographed it).

use minicbor::{Decode, Encode};
use protocol::http::{
    ApproveDevice, BeginEnrolment, CollectEnrolment, Collected, DeclineDevice, DeviceOffer,
    DeviceOffered, EnrolmentBegun, OfferDevice,
};
use protocol::{AccountId, Bytes, Code, DeviceId, labels};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::agency;
use crate::api::{Event, Link};
use crate::ask::{Answer, Ask};
use crate::chance;
use crate::error::{Error, Result};
use crate::identity::{DeviceKeys, Identity};
use crate::link::DeviceLink;
use crate::sealed;
use crate::state::{Adding, key};
use crate::turn::Turn;

/// Between two questions whether the device was approved, milliseconds.
const POLL_MS: u32 = 1_500;

/// What the first device seals to the new one.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Handover {
    #[n(0)]
    account: AccountId,
    #[n(1)]
    aik: [u8; 32],
    #[n(2)]
    vault_key: [u8; 32],
}

/// What follows from a link's secret.
struct Derived {
    lookup: Bytes,
    mac_key: zeroize::Zeroizing<[u8; 32]>,
}

impl Derived {
    fn from(secret: &[u8; 16]) -> Result<Self> {
        Ok(Self {
            lookup: (*sealed::derive(secret, b"carecircle enrolment lookup")?).into(),
            mac_key: sealed::derive(secret, b"carecircle enrolment mac")?,
        })
    }

    fn mac(&self, device: DeviceId, dsk: &[u8], seal_key: &[u8]) -> Result<[u8; 32]> {
        let content = [device.as_bytes().as_slice(), dsk, seal_key].concat();
        sealed::mac(&*self.mac_key, &content)
    }

    /// Six digits from the link's secret and the offered keys.
    fn code(&self, mac: &[u8; 32]) -> Result<String> {
        let bytes = sealed::mac(&*self.mac_key, &[b"digits".as_slice(), mac].concat())?;
        let number = u64::from_be_bytes(bytes[..8].try_into().unwrap_or_default());
        Ok(format!("{:06}", number % 1_000_000))
    }

    /// What the handover is sealed for: only who knows the link can have sealed it.
    fn info(&self) -> Vec<u8> {
        [b"carecircle handover".as_slice(), &*self.mac_key].concat()
    }
}

impl Turn<'_> {
    // --- the first device ---------------------------------------------------------------------

    /// Makes a link for a new device.
    pub fn add_device(&mut self) -> Result<()> {
        self.must_me()?;
        let secret: [u8; 16] = chance::bytes();
        let body = BeginEnrolment {
            op_id: Self::op_id(),
            lookup: Derived::from(&secret)?.lookup,
        };
        self.volatile.enrolling = Some(secret);
        self.send_json(Ask::BeginEnrolment, "POST", "/v1/enrolments", &body);
        Ok(())
    }

    pub fn enrolment_begun(&mut self, answer: Answer<'_>) -> Result<()> {
        let me = self.must_me()?;
        let begun = answer.json::<EnrolmentBegun>();
        let (Some(begun), Some(secret)) = (begun, self.volatile.enrolling) else {
            self.volatile.enrolling = None;
            let (code, detail) = answer.refusal();
            self.problem(None, code, detail);
            return Ok(());
        };
        let fingerprint = Sha256::digest(me.agency_key).into();
        self.event(Event::DeviceLink {
            link: DeviceLink {
                secret,
                fingerprint,
            }
            .fragment(),
            expires_ms: begun.expires_at.micros() / 1_000,
        });
        Ok(())
    }

    /// The offer that waits, if it answers this device's link.
    fn waiting_offer(&self) -> Result<Option<(Derived, DeviceOffer)>> {
        let Some(secret) = &self.volatile.enrolling else {
            return Ok(None);
        };
        let told = self.volatile.devices.as_ref();
        let Some(offer) = told.and_then(|devices| devices.offer.clone()) else {
            return Ok(None);
        };
        let derived = Derived::from(secret)?;
        let mac = derived.mac(offer.device, &offer.dsk, &offer.seal_key)?;
        let genuine = offer.lookup == derived.lookup
            && offer.dsk.len() == 32
            && offer.seal_key.len() == 32
            && bool::from(mac.as_slice().ct_eq(&offer.mac));
        Ok(genuine.then_some((derived, offer)))
    }

    /// The digits that must be on the new device's screen.
    pub fn waiting_code(&self) -> Result<Option<String>> {
        let Some((derived, offer)) = self.waiting_offer()? else {
            return Ok(None);
        };
        let mac = derived.mac(offer.device, &offer.dsk, &offer.seal_key)?;
        Ok(Some(derived.code(&mac)?))
    }

    /// Lets the waiting device in: certifies its keys, seals the account's keys to it.
    pub fn approve_device(&mut self) -> Result<()> {
        let me = self.must_me()?;
        let waiting = self.waiting_offer()?;
        let (Some((derived, offer)), Some(backup)) = (waiting, self.backup()?) else {
            return Err(Error::refused(Code::EnrolmentGone, "no device waits"));
        };
        let keys = (offer.dsk.clone(), offer.seal_key.clone());
        let handover = Handover {
            account: me.identity.account,
            aik: me.identity.aik_secret(),
            vault_key: backup.key,
        };
        let content = zeroize::Zeroizing::new(protocol::frame::to_vec(&handover));
        let body = ApproveDevice {
            op_id: Self::op_id(),
            lookup: derived.lookup.clone(),
            certificate: me.identity.certify_other(offer.device, keys, self.now),
            sealed: sealed::seal(&offer.seal_key, &derived.info(), &content)?,
        };
        self.volatile.approving = self.volatile.enrolling.take();
        self.send_json(Ask::Approve, "POST", "/v1/enrolments/approve", &body);
        Ok(())
    }

    /// The server has let it in, or says why not. It goes on waiting where this person must first show that it is
    /// them.
    pub fn approved(&mut self, answer: Answer<'_>) {
        let secret = self.volatile.approving.take();
        let refused = answer.status >= 400 && answer.refusal().0 == Code::StepUpRequired;
        if refused && self.volatile.enrolling.is_none() {
            self.volatile.enrolling = secret;
        }
        self.devices_changed(answer);
    }

    /// That device is not this person's.
    pub fn decline_device(&mut self) -> Result<()> {
        if let Some(secret) = self.volatile.enrolling.take() {
            let lookup = Derived::from(&secret)?.lookup;
            let body = DeclineDevice { lookup };
            self.send_json(Ask::Decline, "POST", "/v1/enrolments/decline", &body);
        }
        self.devices_changed = true;
        Ok(())
    }

    // --- the new device -----------------------------------------------------------------------

    /// Answers a link with keys made here.
    pub fn answer_device_link(&mut self, link: &DeviceLink) -> Result<()> {
        if self.me()?.is_some() {
            return Err(Error::refused(
                Code::InvitationUsed,
                "this device already belongs to someone",
            ));
        }
        let adding = match self.draft.read::<Adding>(key::ADDING)? {
            Some(adding) if adding.secret == link.secret => adding,
            _ => Adding {
                secret: link.secret,
                fingerprint: link.fingerprint,
                keys: DeviceKeys::make(self.now),
                agency_key: None,
            },
        };
        self.draft.write(key::ADDING, &adding);
        self.draft.delete(key::SIGNED_OUT);
        self.offer(&adding)
    }

    /// Offers this device's keys, the first time or again.
    pub fn offer(&mut self, adding: &Adding) -> Result<()> {
        let derived = Derived::from(&adding.secret)?;
        let (device, dsk) = (adding.keys.device, adding.keys.dsk_public());
        let seal_key = adding.keys.seal_keys()?.public;
        let mac = derived.mac(device, &dsk, &seal_key)?;
        let body = OfferDevice {
            lookup: derived.lookup.clone(),
            offer: DeviceOffer {
                lookup: derived.lookup.clone(),
                device,
                dsk: dsk.into(),
                seal_key: seal_key.into(),
                mac: mac.into(),
            },
        };
        self.event(Event::Enrolment {
            code: derived.code(&mac)?,
        });
        self.volatile.wanted = true;
        self.send_json(Ask::Offer, "POST", "/v1/enrolments/offer", &body);
        Ok(())
    }

    pub fn offered(&mut self, answer: Answer<'_>) -> Result<()> {
        let Some(mut adding) = self.draft.read::<Adding>(key::ADDING)? else {
            return Ok(());
        };
        if answer.is_passing() {
            self.retry_later();
            return Ok(());
        }
        let Some(DeviceOffered { agency }) = answer.json() else {
            self.not_added(answer);
            return Ok(());
        };
        let named = |key: &[u8; 32]| Sha256::digest(key).as_slice() == adding.fingerprint;
        let Some(agency_key) = agency::present(&agency, named) else {
            self.draft.delete(key::ADDING);
            let detail = "this server is not the agency that the link names";
            self.problem(None, Code::EnrolmentGone, detail);
            return Ok(());
        };
        adding.agency_key = Some(agency_key);
        self.draft.write(key::ADDING, &adding);
        self.set_link(Link::Connecting);
        self.collect(&adding)
    }

    fn not_added(&mut self, answer: Answer<'_>) {
        self.draft.delete(key::ADDING);
        self.volatile.wanted = false;
        self.set_link(Link::Idle);
        let (code, detail) = answer.refusal();
        self.problem(None, code, detail);
    }

    /// Asks whether this device was approved.
    fn collect(&mut self, adding: &Adding) -> Result<()> {
        let lookup = Derived::from(&adding.secret)?.lookup;
        let (nonce, signature) = adding
            .keys
            .prove(labels::ENROL, &lookup, self.server_name)?;
        let body = CollectEnrolment {
            lookup,
            nonce,
            signature,
        };
        self.send_json(Ask::Collect, "POST", "/v1/enrolments/collect", &body);
        Ok(())
    }

    /// Asks again, if this device still waits.
    pub fn poll_enrolment(&mut self) -> Result<()> {
        let under_way = |ask: &Ask| matches!(ask, Ask::Collect | Ask::Offer);
        if self.volatile.asked.values().any(under_way) {
            return Ok(());
        }
        match self.draft.read::<Adding>(key::ADDING)? {
            Some(adding) if adding.agency_key.is_some() => self.collect(&adding),
            _ => Ok(()),
        }
    }

    pub fn collected(&mut self, answer: Answer<'_>) -> Result<()> {
        let Some(adding) = self.draft.read::<Adding>(key::ADDING)? else {
            return Ok(());
        };
        let Some(Collected { approved }) = answer.json() else {
            if answer.is_passing() {
                self.timer(POLL_MS);
                return Ok(());
            }
            self.not_added(answer);
            return Ok(());
        };
        let (Some(approved), Some(agency_key)) = (approved, adding.agency_key) else {
            self.timer(POLL_MS);
            return Ok(());
        };
        let derived = Derived::from(&adding.secret)?;
        let secret = adding.keys.seal_keys()?.secret;
        let handover = sealed::open(&secret, &derived.info(), &approved.sealed)
            .and_then(|bytes| minicbor::decode::<Handover>(&bytes).ok());
        let enrolled = handover.and_then(|handover| {
            let keys = adding.keys.clone();
            let made = Identity::under(handover.account, handover.aik, keys, self.now).ok()?;
            let aik = made.aik_public();
            let cert = judge::certificate::check_device_cert(&approved.certificate, &aik).ok()?;
            let own = cert.device == made.device
                && cert.account == approved.session.account
                && cert.account == handover.account
                && cert.dsk.0 == made.keys().dsk_public();
            own.then_some((made, handover.vault_key))
        });
        let Some((mut identity, vault_key)) = enrolled else {
            self.draft.delete(key::ADDING);
            let detail = "the answer does not come from the device that showed the link";
            self.problem(None, Code::CertificateInvalid, detail);
            return Ok(());
        };
        identity.certificate = approved.certificate;
        self.draft.delete(key::ADDING);
        self.begin_backup(vault_key, 0);
        self.vault_is_at_the_server()?;
        self.enrolled(identity, approved.session, agency_key)
    }
}
