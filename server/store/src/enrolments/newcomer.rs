//! The new device's side of an enrolment: it has no session yet, and proves only that it holds the key
//! that it offered.

use care::Caller;
use care::caller::Holder;
use care::rules::{Act, Asker, Standing};
use protocol::certificate::DeviceCert;
use protocol::http::{
    Approved, CollectEnrolment, Collected, DeviceOffer, DeviceOffered, OfferDevice,
};
use protocol::{AccountId, Bytes, Code, DeviceId, Refusal, labels};
use uuid::Uuid;

use super::{EnrolmentRow, certified, find, gone, must_be_32, taken};
use crate::audit::{Entry, Object};
use crate::db;
use crate::error::Result;
use crate::store::Store;
use crate::token::SessionToken;
use crate::tx::Tx;
use crate::wake::Topic;
use crate::{agency, devices, sessions, standing};

statements! {
    OFFER = "
        UPDATE enrolment SET device = $2, dsk = $3, seal_key = $4, mac = $5
        WHERE id = $1 AND device IS NULL";
    HOLDER = "SELECT person, role FROM account WHERE id = $1";
    DEVICE_EXISTS = "SELECT id FROM device WHERE id = $1";
}

impl Store {
    /// A new device, which nobody knows yet, answers a link. Once: the same offer again is the same
    /// offer, another one is [`Code::EnrolmentTaken`].
    pub async fn offer_device(&self, asked: OfferDevice) -> Result<DeviceOffered> {
        let offer = &asked.offer;
        for (field, bytes) in [
            ("dsk", &offer.dsk),
            ("seal_key", &offer.seal_key),
            ("mac", &offer.mac),
        ] {
            must_be_32(field, bytes)?;
        }
        if offer.lookup != asked.lookup {
            return Err(Refusal::new(Code::BadRequest, "offer: of another enrolment").into());
        }
        self.write("offer device", async move |tx: &mut Tx| {
            let row = find(tx, &asked.lookup).await?;
            match row.offer(tx)? {
                Some(offered) if offered == asked.offer => {}
                Some(_) => {
                    deny(tx, &row, Act::OfferDevice, Code::EnrolmentTaken).await?;
                    return Err(taken().into());
                }
                None => keep(tx, &row, &asked.offer).await?,
            }
            Ok(DeviceOffered {
                agency: agency::must_read(tx).await?,
            })
        })
        .await
    }

    /// The new device asks whether it was approved, and proves that it holds the offered key
    /// ([`Code::SignatureInvalid`]). Once it was, the device and a session begin in one transaction;
    /// again gets the same with a fresh session, until the enrolment's end.
    pub async fn collect_enrolment(
        &self,
        collect: CollectEnrolment,
    ) -> Result<(Collected, Option<SessionToken>)> {
        let signed = self.signed_by_device(&collect.lookup, &collect.nonce, Code::EnrolmentGone)?;
        self.write("collect enrolment", async move |tx: &mut Tx| {
            let row = find(tx, &collect.lookup).await?;
            let offer = row.offer(tx)?.ok_or_else(gone)?;
            let dsk = db::array::<32>(&offer.dsk)?;
            if !delivery::verify(labels::ENROL, &signed, &dsk, &collect.signature) {
                deny(tx, &row, Act::CollectEnrolment, Code::SignatureInvalid).await?;
                return Err(Code::SignatureInvalid.into());
            }
            let (Some(certificate), Some(sealed)) = (&row.certificate, &row.sealed) else {
                return Ok((Collected { approved: None }, None));
            };
            let certificate = Bytes(certificate.clone());
            let caller = come_in(tx, &row, &offer, &certificate).await?;
            let (caller, token) = caller;
            let approved = Approved {
                certificate,
                sealed: sealed.clone().into(),
                session: sessions::describe(tx, caller.session).await?,
            };
            let approved = Some(approved);
            Ok((Collected { approved }, Some(token)))
        })
        .await
    }
}

/// The device is there from now on, and signed in.
async fn come_in(
    tx: &mut Tx,
    row: &EnrolmentRow,
    offer: &DeviceOffer,
    certificate: &Bytes,
) -> Result<(Caller, SessionToken)> {
    let account = AccountId::from(row.account);
    devices::hold_account(tx, account).await?;
    // The identity key may have been replaced since the approval.
    let certified = certified(tx, account, offer, certificate).await;
    let certified: DeviceCert = certified.map_err(|_| gone())?;
    if !exists(tx, offer.device).await? {
        devices::must_have_room(tx, account).await?;
        devices::insert(tx, &certified, certificate).await?;
    }
    let (caller, token) = sessions::begin(tx, offer.device, sessions::Begun::Enrolment).await?;
    let standing = standing::of_session(tx, &caller).await?;
    let object = Object::Device(caller.device);
    let permit = tx.authorize(&caller, Act::CollectEnrolment, standing, object)?;
    tx.audit(Entry::done(&caller, permit, object));
    Ok((caller, token))
}

/// Whoever holds the link, taken for the person whose it is.
async fn bearer(tx: &mut Tx, row: &EnrolmentRow) -> Result<Caller> {
    let (person, role): (Uuid, String) = tx.sql(HOLDER).bind(row.account).one().await?;
    Ok(Caller::arriving(Holder {
        account: row.account.into(),
        person: person.into(),
        role: db::role(&role)?,
    }))
}

/// Somebody else has seen the link: that is noted although nothing comes of it.
async fn deny(tx: &mut Tx, row: &EnrolmentRow, act: Act, code: Code) -> Result<()> {
    let caller = bearer(tx, row).await?;
    let object = Object::Account(caller.account);
    tx.deny(Entry::denied(&caller, act, object, code));
    Ok(())
}

async fn keep(tx: &mut Tx, row: &EnrolmentRow, offer: &DeviceOffer) -> Result<()> {
    let caller = bearer(tx, row).await?;
    let standing = Standing {
        asker: Asker::Newcomer,
        ..Standing::default()
    };
    let object = Object::Account(caller.account);
    let permit = tx.authorize(&caller, Act::OfferDevice, standing, object)?;
    if exists(tx, offer.device).await? {
        return Err(Refusal::new(Code::BadRequest, "device: exists").into());
    }
    tx.sql(OFFER)
        .bind(row.id)
        .bind(offer.device.uuid())
        .bind(offer.dsk.to_vec())
        .bind(offer.seal_key.to_vec())
        .bind(offer.mac.to_vec())
        .run()
        .await?;
    tx.audit(Entry::done(&caller, permit, object).shown([offer.device.uuid()]));
    tx.wake(Topic::Account(caller.account));
    Ok(())
}

async fn exists(tx: &mut Tx, device: DeviceId) -> Result<bool> {
    let row = tx
        .sql(DEVICE_EXISTS)
        .bind(device.uuid())
        .maybe::<(Uuid,)>()
        .await?;
    Ok(row.is_some())
}
