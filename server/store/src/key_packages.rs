//! Key packages: left by devices, taken once each by whoever adds them to a circle.

use care::Caller;
use care::rules::Act;
use delivery::{Holder, KeyPackageFacts};
use protocol::frame::NoticeKind;
use protocol::http::{KeyPackageCount, PutKeyPackages};
use protocol::{Bytes, Code, DeviceId, Refusal, Timestamp, limits};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::db;
use crate::error::Result;
use crate::store::Store;
use crate::tx::Tx;
use crate::{inbox, standing};

statements! {
    READ_AIK = "SELECT aik FROM account WHERE id = $1 AND aik IS NOT NULL";
    COUNT = "
        SELECT COUNT(*) FROM key_package
        WHERE device = $1 AND use_kind = 'one_time' AND not_after >= $2";
    INSERT = "
        INSERT INTO key_package (reference, device, use_kind, bytes, not_after, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (reference) DO NOTHING";
    FORGET_LAST_RESORT = "
        DELETE FROM key_package
        WHERE device = $1 AND use_kind = 'last_resort' AND reference <> $2";
    FORGET_OVER = "DELETE FROM key_package WHERE device = $1 AND not_after < $2";
    FORGET_UNCOUNTED = "
        DELETE FROM key_package
        WHERE device = $1 AND use_kind = 'one_time' AND not_after < $2";
    NOT_ADDABLE = "
        UPDATE device SET packages_at = NULL
        WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM key_package q WHERE q.device = $1)";
    FIRST = "UPDATE device SET packages_at = $2 WHERE id = $1 AND packages_at IS NULL";
    MAY_ADD = "
        SELECT m.circle, d.id AS device
        FROM circle_member mine
            JOIN circle k ON k.id = mine.circle
            JOIN circle_member m ON m.circle = k.id AND m.state <> 'left'
            JOIN device d ON d.account = m.account AND d.revoked_at IS NULL
            LEFT JOIN circle_device cd ON cd.circle = k.id AND cd.device = d.id
            LEFT JOIN circle_device me ON me.circle = k.id AND me.device = $2
        WHERE mine.account = $1 AND mine.state <> 'left' AND me.device IS NULL
            AND ((k.status = 'planned' AND m.role = 'case_manager')
                OR (k.status = 'live' AND cd.device IS NOT NULL AND m.role = 'case_manager'))
        ORDER BY m.circle, d.id";
}

#[derive(sqlx::FromRow)]
struct AdderRow {
    circle: Uuid,
    device: Uuid,
}

/// A key package that passed every check.
struct Checked {
    facts: KeyPackageFacts,
    bytes: Bytes,
}

impl Store {
    /// Takes key packages of the caller's device. [`Code::KeyPackageInvalid`] if one is malformed,
    /// expired or another device's, [`Code::TooLarge`] beyond [`limits::KEY_PACKAGES_MAX`]. Those that are
    /// handed out no more go, and where one-time ones come, those that count no more. A device's first
    /// ones, and the first after all others were over, tell every device that may add it to the circles
    /// that name its account.
    pub async fn put_key_packages(
        &self,
        caller: &Caller,
        put: PutKeyPackages,
    ) -> Result<KeyPackageCount> {
        let caller = *caller;
        if put.one_time.len() > limits::KEY_PACKAGES_MAX {
            return Err(too_many());
        }
        let holder = self.holder(&caller).await?;
        let now = self.core().clock.now();
        let check = |bytes: &Bytes, last_resort: bool| check(bytes, last_resort, &holder, now);
        let mut checked = Vec::with_capacity(put.one_time.len() + 1);
        for bytes in &put.one_time {
            checked.push(check(bytes, false)?);
        }
        let last_resort = put.last_resort.as_ref();
        checked.extend(last_resort.map(|bytes| check(bytes, true)).transpose()?);
        self.write("put key packages", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Device(caller.device);
            let permit = tx.authorize(&caller, Act::PutKeyPackages, standing, object)?;
            forget(tx, caller.device, &checked).await?;
            insert_all(tx, caller.device, &checked).await?;
            let stored = count(tx, caller.device, now).await?;
            if stored as usize > limits::KEY_PACKAGES_MAX {
                return Err(too_many());
            }
            tell_adders(tx, &caller).await?;
            tx.audit(Entry::done(&caller, permit, object));
            let left = left(tx, caller.device).await?;
            Ok(KeyPackageCount { left })
        })
        .await
    }

    /// The caller as the delivery service knows devices.
    async fn holder(&self, caller: &Caller) -> Result<Holder> {
        let caller = *caller;
        self.read("holder", async move |tx: &mut Tx| holder(tx, &caller).await)
            .await
    }
}

/// The caller's device with its account's identity key, as the delivery service judges it.
pub(crate) async fn holder(tx: &mut Tx, caller: &Caller) -> Result<Holder> {
    let row = tx
        .sql(READ_AIK)
        .bind(caller.account.uuid())
        .maybe::<(Vec<u8>,)>()
        .await?;
    let (aik,) = row.ok_or(Code::DeviceUnknown)?;
    Ok(Holder {
        account: caller.account,
        device: caller.device,
        role: caller.role,
        aik: db::array(&aik)?,
    })
}

fn too_many() -> crate::error::Error {
    Refusal::new(
        Code::TooLarge,
        format!("at most {} key packages", limits::KEY_PACKAGES_MAX),
    )
    .into()
}

fn check(bytes: &Bytes, last_resort: bool, holder: &Holder, now: Timestamp) -> Result<Checked> {
    let facts = delivery::check_key_package(bytes, holder, now)?;
    if facts.last_resort != last_resort {
        return Err(Refusal::new(
            Code::KeyPackageInvalid,
            "a one-time and a last-resort key package are in each other's place",
        )
        .into());
    }
    Ok(Checked {
        facts,
        bytes: bytes.clone(),
    })
}

/// Makes room: what is handed out no more is good for nothing, and what counts no more gives way to others, however
/// often they come.
async fn forget(tx: &mut Tx, device: DeviceId, checked: &[Checked]) -> Result<()> {
    let now = tx.now();
    let usable = now.plus_seconds(limits::KEY_PACKAGE_LEFT_S_MIN).micros();
    tx.sql(FORGET_OVER)
        .bind(device.uuid())
        .bind(usable)
        .run()
        .await?;
    // With none left it could not be added, and whoever could have done it does not look again.
    tx.sql(NOT_ADDABLE).bind(device.uuid()).run().await?;
    if checked.iter().any(|one| !one.facts.last_resort) {
        tx.sql(FORGET_UNCOUNTED)
            .bind(device.uuid())
            .bind(counts_until(now).micros())
            .run()
            .await?;
    }
    Ok(())
}

/// A key package that is over before this counts no more.
fn counts_until(now: Timestamp) -> Timestamp {
    now.plus_seconds(limits::KEY_PACKAGE_LEFT_S_MIN + limits::KEY_PACKAGE_AHEAD_S)
}

async fn insert_all(tx: &mut Tx, device: DeviceId, checked: &[Checked]) -> Result<()> {
    let now = tx.now().micros();
    for Checked { facts, bytes } in checked {
        let kind = if facts.last_resort {
            "last_resort"
        } else {
            "one_time"
        };
        tx.sql(INSERT)
            .bind(facts.reference.to_vec())
            .bind(device.uuid())
            .bind(kind)
            .bind(bytes.to_vec())
            .bind(facts.not_after.micros())
            .bind(now)
            .run()
            .await?;
        if facts.last_resort {
            tx.sql(FORGET_LAST_RESORT)
                .bind(device.uuid())
                .bind(facts.reference.to_vec())
                .run()
                .await?;
        }
    }
    Ok(())
}

/// How many one-time key packages a device has left that will still be handed out in a while.
pub(crate) async fn left(tx: &mut Tx, device: DeviceId) -> Result<u32> {
    let until = counts_until(tx.now());
    count(tx, device, until).await
}

/// One-time key packages that are good at least until then.
async fn count(tx: &mut Tx, device: DeviceId, until: Timestamp) -> Result<u32> {
    let (count,): (i64,) = tx
        .sql(COUNT)
        .bind(device.uuid())
        .bind(until.micros())
        .one()
        .await?;
    Ok(db::small(count))
}

/// When a device brings its first key packages it can be added: whoever may do that is told.
async fn tell_adders(tx: &mut Tx, caller: &Caller) -> Result<()> {
    let now = tx.now().micros();
    let first = tx
        .sql(FIRST)
        .bind(caller.device.uuid())
        .bind(now)
        .run()
        .await?;
    if first == 0 {
        return Ok(());
    }
    let adders = tx
        .sql(MAY_ADD)
        .bind(caller.account.uuid())
        .bind(caller.device.uuid())
        .all::<AdderRow>()
        .await?;
    for row in adders {
        inbox::notify(tx, row.device.into(), row.circle.into(), NoticeKind::Roster).await?;
    }
    Ok(())
}
