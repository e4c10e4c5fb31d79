//! A person's devices: which there are, and how one is signed out for good.

use care::Caller;
use care::rules::{Act, Permit, Standing};
use protocol::certificate::{DeviceCert, Signed};
use protocol::http::{DeviceCard, DeviceOffer, Devices, RevokeDevice};
use protocol::{
    AccountId, Bytes, CircleId, Code, DeviceId, PersonId, Refusal, RemovalReason, SessionId,
    Timestamp, WrapKind, limits,
};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::authenticators::to_authenticators;
use crate::db;
use crate::error::{Error, Result};
use crate::operations::{self, Outcome};
use crate::removals::{self, Whom};
use crate::store::Store;
use crate::tx::Tx;
use crate::wake::Topic;
use crate::{enrolments, inbox, standing, vaults};

statements! {
    LIST = "
        SELECT d.id, d.certificate, d.created_at,
            (SELECT MAX(s.last_seen_at) FROM session s WHERE s.device = d.id) AS seen_at
        FROM device d WHERE d.account = $1 AND d.revoked_at IS NULL
        ORDER BY d.created_at, d.id";
    READ_AIK = "SELECT aik FROM account WHERE id = $1";
    OWNER = "SELECT account FROM device WHERE id = $1";
    COUNT = "SELECT COUNT(*) FROM device WHERE account = $1 AND revoked_at IS NULL";
    INSERT = "
        INSERT INTO device (id, account, certificate, dsk, generation, inbox_next, created_at)
        VALUES ($1, $2, $3, $4, 0, 1, $5)
        ON CONFLICT (id) DO NOTHING";
    HOLD_ACCOUNT = "UPDATE account SET session_generation = session_generation WHERE id = $1";
    CIRCLES = "SELECT circle FROM circle_device WHERE device = $1 ORDER BY circle";
    // What it stored opens nowhere any more.
    REVOKE = "
        UPDATE device SET revoked_at = $2, revoked_for = $3, generation = generation + 1,
            share = NULL
        WHERE id = $1 AND revoked_at IS NULL";
    SESSIONS = "SELECT id FROM session WHERE device = $1 AND ended_at IS NULL";
    END_SESSIONS = "UPDATE session SET ended_at = $2 WHERE device = $1 AND ended_at IS NULL";
    FORGET_KEY_PACKAGES = "DELETE FROM key_package WHERE device = $1";
    NOT_ADDABLE = "UPDATE device SET packages_at = NULL WHERE id = $1";
    VOID_CLAIMS = "
        UPDATE key_package_claim SET used_at = $2 WHERE device = $1 AND used_at IS NULL";
    PERSON = "SELECT person FROM account WHERE id = $1";
    LIVE = "SELECT id FROM device WHERE account = $1 AND revoked_at IS NULL ORDER BY id";
}

#[derive(sqlx::FromRow)]
struct DeviceRow {
    id: Uuid,
    certificate: Vec<u8>,
    created_at: i64,
    seen_at: Option<i64>,
}

/// Why a device was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// Its person said so.
    SignedOut,
    /// It is in somebody else's hands.
    Stolen,
    /// Its person begins anew.
    NewKeys,
    /// Nobody was at it for 90 days, and staff said that it is gone.
    Idle,
    /// Its person works here no longer.
    Ended,
}

impl Why {
    fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Stolen => "stolen",
            Self::NewKeys => "new_keys",
            Self::Idle => "idle",
            Self::Ended => "ended",
        }
    }
}

impl Store {
    /// The caller's live devices, a new one that waits for approval, and how the vault stands.
    pub async fn devices(&self, caller: &Caller) -> Result<Devices> {
        let caller = *caller;
        self.read_audited("devices", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::ListDevices, standing, object)?;
            let devices = list(tx, caller.account).await?;
            let shown = devices.iter().map(|card| card.device.uuid());
            tx.audit(Entry::done(&caller, permit, object).shown(shown));
            let offer: Option<DeviceOffer> = enrolments::waiting(tx, caller.account).await?;
            let (vault, wraps): (u64, Vec<WrapKind>) = vaults::outline(tx, caller.account).await?;
            Ok(Devices {
                devices,
                aik: aik(tx, caller.account)
                    .await?
                    .map_or_else(Bytes::default, Bytes::from),
                offer,
                vault,
                wraps,
            })
        })
        .await
    }

    /// Signs one of the caller's devices out for good: its sessions and sockets end at once, its key
    /// packages and claims are void, the circles in which it stands take it out. Another one than the caller's own wants
    /// somebody who is here now ([`Code::StepUpRequired`]).
    /// [`Code::NotFound`] for anybody else's. Again does nothing more.
    pub async fn revoke_device(
        &self,
        caller: &Caller,
        device: DeviceId,
        request: RevokeDevice,
    ) -> Result<()> {
        let caller = *caller;
        let act = if device == caller.device {
            Act::GiveUpDevice
        } else {
            Act::RevokeDevice
        };
        self.write("revoke device", async move |tx: &mut Tx| {
            let owner = tx.sql(OWNER).bind(device.uuid()).maybe::<(Uuid,)>().await?;
            let standing = Standing {
                own: owner == Some((caller.account.uuid(),)),
                ..to_authenticators(tx, &caller).await?
            };
            let object = Object::Device(device);
            let permit = tx.authorize(&caller, act, standing, object)?;
            let op_id = request.op_id;
            let seen = operations::seen(tx, &caller, act, op_id, device.uuid()).await?;
            if seen.is_some() {
                return Ok(());
            }
            revoke(
                tx,
                (&caller, permit),
                caller.account,
                &[device],
                Why::SignedOut,
            )
            .await?;
            let outcome = Outcome::of(device.uuid());
            operations::remember(tx, &caller, act, op_id, outcome).await?;
            tx.audit(Entry::done(&caller, permit, object));
            Ok(())
        })
        .await
    }
}

async fn list(tx: &mut Tx, account: AccountId) -> Result<Vec<DeviceCard>> {
    let rows = tx.sql(LIST).bind(account.uuid()).all::<DeviceRow>().await?;
    let card = |row: DeviceRow| DeviceCard {
        device: row.id.into(),
        certificate: row.certificate.into(),
        enrolled_at: db::at(row.created_at),
        seen_at: row.seen_at.map(db::at),
    };
    Ok(rows.into_iter().map(card).collect())
}

/// Signs devices of one account out for good, in one go. Circles are held first and in ascending order,
/// as everybody does who changes several.
pub(crate) async fn revoke(
    tx: &mut Tx,
    by: (&Caller, Permit),
    account: AccountId,
    devices: &[DeviceId],
    why: Why,
) -> Result<()> {
    let standing_in = circles(tx, devices).await?;
    for (circle, _) in &standing_in {
        standing::hold_circle(tx, *circle).await?;
    }
    if circles(tx, devices).await? != standing_in {
        // It came into a circle meanwhile: once more, with all of them held.
        return Err(Error::Busy);
    }
    for device in devices {
        end(tx, *device, why).await?;
    }
    for (circle, device) in standing_in {
        let whom = Whom::Device(device);
        removals::begin(tx, by, circle, whom, RemovalReason::Device).await?;
    }
    tx.wake(Topic::Account(account));
    Ok(())
}

/// Where these devices stand in a group, by circle.
async fn circles(tx: &mut Tx, devices: &[DeviceId]) -> Result<Vec<(CircleId, DeviceId)>> {
    let mut standing_in = Vec::new();
    for device in devices {
        let rows = tx.sql(CIRCLES).bind(device.uuid()).all::<(Uuid,)>().await?;
        standing_in.extend(rows.into_iter().map(|(circle,)| (circle.into(), *device)));
    }
    standing_in.sort_unstable();
    Ok(standing_in)
}

/// Everything of the device's own ends, and what it stored opens nowhere any more.
async fn end(tx: &mut Tx, device: DeviceId, why: Why) -> Result<()> {
    let now = tx.now().micros();
    let revoked = tx
        .sql(REVOKE)
        .bind(device.uuid())
        .bind(now)
        .bind(why.as_str())
        .run()
        .await?;
    if revoked == 0 {
        return Ok(());
    }
    for (session,) in tx
        .sql(SESSIONS)
        .bind(device.uuid())
        .all::<(Uuid,)>()
        .await?
    {
        tx.end_session(SessionId::from(session));
    }
    tx.sql(END_SESSIONS)
        .bind(device.uuid())
        .bind(now)
        .run()
        .await?;
    forget_key_packages(tx, device).await?;
    vaults::forget_device(tx, device).await?;
    enrolments::end_of_device(tx, device).await?;
    inbox::forget_all(tx, device).await?;
    tx.wake(Topic::Device(device));
    Ok(())
}

/// The device's key packages are good for nothing any more, claimed or not. When it brings new ones they
/// are its first again, and whoever may add it is told.
pub(crate) async fn forget_key_packages(tx: &mut Tx, device: DeviceId) -> Result<()> {
    let now = tx.now().micros();
    for sql in [FORGET_KEY_PACKAGES, NOT_ADDABLE] {
        tx.sql(sql).bind(device.uuid()).run().await?;
    }
    tx.sql(VOID_CLAIMS)
        .bind(device.uuid())
        .bind(now)
        .run()
        .await?;
    tx.wake(Topic::Device(device));
    Ok(())
}

/// Reads a certificate that was checked when it was stored.
pub(crate) fn read_certificate(bytes: &[u8]) -> Result<DeviceCert> {
    let broken = |_| Error::broken("a stored certificate does not read");
    let signed: Signed = minicbor::decode(bytes).map_err(broken)?;
    minicbor::decode(&signed.content).map_err(broken)
}

/// Locks the account's row, so that what is decided about its devices and keys stays true.
pub(crate) async fn hold_account(tx: &mut Tx, account: AccountId) -> Result<()> {
    tx.sql(HOLD_ACCOUNT).bind(account.uuid()).run().await?;
    Ok(())
}

/// Whose account it is.
pub(crate) async fn person_of(tx: &mut Tx, account: AccountId) -> Result<PersonId> {
    let (person,): (Uuid,) = tx.sql(PERSON).bind(account.uuid()).one().await?;
    Ok(person.into())
}

/// The account identity key, if the account has one.
pub(crate) async fn aik(tx: &mut Tx, account: AccountId) -> Result<Option<[u8; 32]>> {
    let row = tx
        .sql(READ_AIK)
        .bind(account.uuid())
        .maybe::<(Option<Vec<u8>>,)>()
        .await?;
    row.and_then(|(aik,)| aik)
        .map(|aik| db::array(&aik))
        .transpose()
}

/// [`Code::TooManyDevices`] if the account has as many as it may.
pub(crate) async fn must_have_room(tx: &mut Tx, account: AccountId) -> Result<()> {
    let (count,): (i64,) = tx.sql(COUNT).bind(account.uuid()).one().await?;
    if db::from_db(count) < limits::ACCOUNT_DEVICES_MAX as u64 {
        return Ok(());
    }
    Err(Refusal::new(
        Code::TooManyDevices,
        format!(
            "at most {} devices; take one away first",
            limits::ACCOUNT_DEVICES_MAX
        ),
    )
    .into())
}

/// A new device of an account, certified. [`Code::CertificateInvalid`] if its id is taken.
pub(crate) async fn insert(tx: &mut Tx, certificate: &DeviceCert, bytes: &Bytes) -> Result<()> {
    let now: Timestamp = tx.now();
    let inserted = tx
        .sql(INSERT)
        .bind(certificate.device.uuid())
        .bind(certificate.account.uuid())
        .bind(bytes.to_vec())
        .bind(certificate.dsk.to_vec())
        .bind(now.micros())
        .run()
        .await?;
    if inserted == 0 {
        return Err(Refusal::new(
            Code::CertificateInvalid,
            "the certificate names a device that exists",
        )
        .into());
    }
    tx.wake(Topic::Account(certificate.account));
    Ok(())
}

/// The account's live devices, in ascending order.
pub(crate) async fn live(tx: &mut Tx, account: AccountId) -> Result<Vec<DeviceId>> {
    let rows = tx.sql(LIVE).bind(account.uuid()).all::<(Uuid,)>().await?;
    Ok(rows.into_iter().map(|(device,)| device.into()).collect())
}
