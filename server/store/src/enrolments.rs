//! A second device: the first one shows a link, the new one offers its keys, the first certifies them,
//! the new one collects its certificate and a session.
//!
//! The server knows an enrolment by `lookup`, which both devices derive from the link's secret; what
//! the offer's MAC says only they can check. Whatever is unknown, over or declined is one and the same
//! [`Code::EnrolmentGone`].

use care::Caller;
use care::rules::Act;
use protocol::certificate::DeviceCert;
use protocol::http::{ApproveDevice, BeginEnrolment, DeclineDevice, DeviceOffer, EnrolmentBegun};
use protocol::{AccountId, Bytes, Code, DeviceId, EntryId, Refusal, limits};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::authenticators::to_authenticators;
use crate::db;
use crate::error::Result;
use crate::hash::sha256;
use crate::operations::{self, Outcome};
use crate::seal::ENROLMENT_LOOKUP;
use crate::store::Store;
use crate::tx::Tx;
use crate::wake::Topic;
use crate::{devices, standing};

pub(crate) mod newcomer;

statements! {
    INSERT = "
        INSERT INTO enrolment (id, lookup_hash, account, begun_by, created_at, expires_at, lookup)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (lookup_hash) DO NOTHING";
    END_OF_ACCOUNT = "UPDATE enrolment SET ended_at = $2 WHERE account = $1 AND ended_at IS NULL";
    END_OF_DEVICE = "
        UPDATE enrolment SET ended_at = $2
        WHERE (begun_by = $1 OR device = $1) AND ended_at IS NULL";
    FORGET = "DELETE FROM enrolment WHERE account = $1";
    END = "UPDATE enrolment SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
    OF = "SELECT id FROM enrolment WHERE id = $1 AND lookup_hash = $2";
    EXPIRES = "SELECT expires_at FROM enrolment WHERE id = $1";
    HOLD = "UPDATE enrolment SET created_at = created_at WHERE lookup_hash = $1";
    FIND = "
        SELECT id, account, lookup, device, dsk, seal_key, mac, certificate, sealed
        FROM enrolment WHERE lookup_hash = $1 AND ended_at IS NULL AND expires_at > $2";
    APPROVE = "
        UPDATE enrolment SET certificate = $2, sealed = $3 WHERE id = $1 AND certificate IS NULL";
    WAITING = "
        SELECT id, account, lookup, device, dsk, seal_key, mac, certificate, sealed
        FROM enrolment
        WHERE account = $1 AND ended_at IS NULL AND expires_at > $2 AND device IS NOT NULL
            AND certificate IS NULL
        ORDER BY created_at DESC LIMIT 1";
}

#[derive(sqlx::FromRow)]
struct EnrolmentRow {
    id: Uuid,
    account: Uuid,
    lookup: Vec<u8>,
    device: Option<Uuid>,
    dsk: Option<Vec<u8>>,
    seal_key: Option<Vec<u8>>,
    mac: Option<Vec<u8>>,
    certificate: Option<Vec<u8>>,
    sealed: Option<Vec<u8>>,
}

impl EnrolmentRow {
    /// What the new device offered.
    fn offer(&self, tx: &Tx) -> Result<Option<DeviceOffer>> {
        let (Some(device), Some(dsk), Some(seal_key), Some(mac)) =
            (self.device, &self.dsk, &self.seal_key, &self.mac)
        else {
            return Ok(None);
        };
        let sealer = &tx.core().sealer;
        let lookup = sealer.open(ENROLMENT_LOOKUP, self.id, &self.lookup)?;
        Ok(Some(DeviceOffer {
            lookup: lookup.to_vec().into(),
            device: device.into(),
            dsk: dsk.clone().into(),
            seal_key: seal_key.clone().into(),
            mac: mac.clone().into(),
        }))
    }
}

fn gone() -> Refusal {
    Refusal::new(
        Code::EnrolmentGone,
        "this enrolment was never begun, is over, or was declined",
    )
}

fn taken() -> Refusal {
    Refusal::new(
        Code::EnrolmentTaken,
        "another device has answered this link",
    )
}

/// 32 bytes.
fn must_be_32(field: &str, bytes: &Bytes) -> Result<()> {
    if bytes.len() == 32 {
        return Ok(());
    }
    Err(Refusal::new(Code::BadRequest, format!("{field}: not 32 bytes")).into())
}

/// The enrolment that is under way, locked.
async fn find(tx: &mut Tx, lookup: &Bytes) -> Result<EnrolmentRow> {
    let (hash, now) = (sha256(&[lookup]).to_vec(), tx.now().micros());
    tx.sql(HOLD).bind(hash.clone()).run().await?;
    let row = tx
        .sql(FIND)
        .bind(hash)
        .bind(now)
        .maybe::<EnrolmentRow>()
        .await?;
    Ok(row.ok_or_else(gone)?)
}

impl Store {
    /// The caller's device is about to show a link, good for [`limits::ENROLMENT_S`]. Ends an earlier
    /// enrolment of the account. The same operation again is the same enrolment.
    pub async fn begin_enrolment(
        &self,
        caller: &Caller,
        begin: BeginEnrolment,
    ) -> Result<EnrolmentBegun> {
        let caller = *caller;
        must_be_32("lookup", &begin.lookup)?;
        self.write("begin enrolment", async move |tx: &mut Tx| {
            let standing = to_authenticators(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::BeginEnrolment, standing, object)?;
            let (act, op_id) = (Act::BeginEnrolment, begin.op_id);
            let id = if let Some(done) = operations::made(tx, &caller, act, op_id).await? {
                must_be_of(tx, done.object, &begin.lookup).await?;
                done.object
            } else {
                end_of_account(tx, caller.account).await?;
                let id = insert(tx, &caller, &begin.lookup).await?;
                operations::remember(tx, &caller, act, op_id, Outcome::of(id)).await?;
                tx.audit(Entry::done(&caller, permit, object));
                id
            };
            let (expires_at,): (i64,) = tx.sql(EXPIRES).bind(id).one().await?;
            let expires_at = db::at(expires_at);
            Ok(EnrolmentBegun { expires_at })
        })
        .await
    }

    /// The caller's device certifies the new one. [`Code::EnrolmentGone`] unless it is an enrolment of
    /// the caller's account to which a device has answered; [`Code::CertificateInvalid`] unless the
    /// certificate is under the account's identity key and names exactly the offered device and keys;
    /// [`Code::TooManyDevices`]; [`Code::EnrolmentTaken`] if it was approved otherwise.
    pub async fn approve_device(&self, caller: &Caller, approve: ApproveDevice) -> Result<()> {
        let caller = *caller;
        if approve.sealed.len() > limits::SEALED_BYTES_MAX {
            return Err(Refusal::new(Code::TooLarge, "sealed").into());
        }
        self.write("approve device", async move |tx: &mut Tx| {
            let standing = to_authenticators(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::ApproveDevice, standing, object)?;
            let (act, op_id) = (Act::ApproveDevice, approve.op_id);
            if let Some(done) = operations::made(tx, &caller, act, op_id).await? {
                return must_be_of(tx, done.object, &approve.lookup).await;
            }
            let row = own(tx, &caller, &approve.lookup).await?;
            devices::hold_account(tx, caller.account).await?;
            let offer = row.offer(tx)?.ok_or_else(gone)?;
            certified(tx, caller.account, &offer, &approve.certificate).await?;
            devices::must_have_room(tx, caller.account).await?;
            let approved = tx
                .sql(APPROVE)
                .bind(row.id)
                .bind(approve.certificate.to_vec())
                .bind(approve.sealed.to_vec())
                .run()
                .await?;
            if approved == 0 {
                return Err(taken().into());
            }
            operations::remember(tx, &caller, act, op_id, Outcome::of(row.id)).await?;
            tx.wake(Topic::Account(caller.account));
            tx.audit(Entry::done(&caller, permit, object).shown([offer.device.uuid()]));
            Ok(())
        })
        .await
    }

    /// That device is not the caller's: the enrolment is over.
    pub async fn decline_device(&self, caller: &Caller, decline: DeclineDevice) -> Result<()> {
        let caller = *caller;
        self.write("decline device", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::DeclineDevice, standing, object)?;
            let row = own(tx, &caller, &decline.lookup).await?;
            let now = tx.now().micros();
            tx.sql(END).bind(row.id).bind(now).run().await?;
            tx.wake(Topic::Account(caller.account));
            tx.audit(Entry::done(&caller, permit, object).shown(row.device));
            Ok(())
        })
        .await
    }
}

/// An operation that was about that enrolment is sent again about the one with this lookup.
async fn must_be_of(tx: &mut Tx, enrolment: Uuid, lookup: &Bytes) -> Result<()> {
    let hash = sha256(&[lookup]).to_vec();
    let of = tx.sql(OF).bind(enrolment).bind(hash);
    match of.maybe::<(Uuid,)>().await? {
        Some(_) => Ok(()),
        None => Err(operations::of_another().into()),
    }
}

/// An enrolment under way of the caller's own account.
async fn own(tx: &mut Tx, caller: &Caller, lookup: &Bytes) -> Result<EnrolmentRow> {
    let row = find(tx, lookup).await?;
    if row.account != caller.account.uuid() {
        return Err(gone().into());
    }
    Ok(row)
}

/// The certificate is the account's for exactly this offer.
async fn certified(
    tx: &mut Tx,
    account: AccountId,
    offer: &DeviceOffer,
    certificate: &Bytes,
) -> Result<DeviceCert> {
    let invalid = |what: &str| Refusal::new(Code::CertificateInvalid, what);
    let aik = devices::aik(tx, account).await?;
    let aik = aik.ok_or_else(|| invalid("the account has no identity key"))?;
    let certified = delivery::check_certificate(certificate, &aik, tx.now())?;
    let same = certified.account == account
        && certified.device == offer.device
        && certified.dsk == offer.dsk
        && certified.seal_key == offer.seal_key;
    if !same {
        return Err(invalid("the certificate is not for the offered device").into());
    }
    Ok(certified)
}

async fn insert(tx: &mut Tx, caller: &Caller, lookup: &Bytes) -> Result<Uuid> {
    let now = tx.now();
    let id = EntryId::from_parts(now, tx.random()).uuid();
    let sealed = tx.seal(ENROLMENT_LOOKUP, id, lookup);
    let inserted = tx
        .sql(INSERT)
        .bind(id)
        .bind(sha256(&[lookup]).to_vec())
        .bind(caller.account.uuid())
        .bind(caller.device.uuid())
        .bind(now.micros())
        .bind(now.plus_seconds(limits::ENROLMENT_S).micros())
        .bind(sealed)
        .run()
        .await?;
    if inserted == 0 {
        return Err(Refusal::new(Code::BadRequest, "lookup: was used before").into());
    }
    Ok(id)
}

/// The offer that waits for the account's approval.
pub(crate) async fn waiting(tx: &mut Tx, account: AccountId) -> Result<Option<DeviceOffer>> {
    let now = tx.now().micros();
    let row = tx
        .sql(WAITING)
        .bind(account.uuid())
        .bind(now)
        .maybe::<EnrolmentRow>()
        .await?;
    row.map_or(Ok(None), |row| row.offer(tx))
}

/// Whatever is under way is over.
pub(crate) async fn end_of_account(tx: &mut Tx, account: AccountId) -> Result<()> {
    let now = tx.now().micros();
    tx.sql(END_OF_ACCOUNT)
        .bind(account.uuid())
        .bind(now)
        .run()
        .await?;
    Ok(())
}

/// Every enrolment of the account, with what was sealed in it.
pub(crate) async fn forget(tx: &mut Tx, account: AccountId) -> Result<()> {
    tx.sql(FORGET).bind(account.uuid()).run().await?;
    Ok(())
}

/// What the device began, or came in by, is over.
pub(crate) async fn end_of_device(tx: &mut Tx, device: DeviceId) -> Result<()> {
    let now = tx.now().micros();
    tx.sql(END_OF_DEVICE)
        .bind(device.uuid())
        .bind(now)
        .run()
        .await?;
    Ok(())
}
