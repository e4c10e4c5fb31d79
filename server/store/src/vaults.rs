//! Vaults: what an account's devices keep sealed at the server, and what can open it. The server can
//! open neither.

use std::collections::BTreeSet;

use care::Caller;
use care::rules::Act;
use protocol::http::{PutVault, Vault, VaultVersion, VaultWrap};
use protocol::{AccountId, Bytes, Code, DeviceId, EntryId, Refusal, WrapKind, limits};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::authenticators::to_authenticators;
use crate::db::{self, to_db};
use crate::devices;
use crate::error::Result;
use crate::hash::sha256;
use crate::standing;
use crate::store::Store;
use crate::tx::Tx;
use crate::wake::Topic;

statements! {
    READ = "SELECT version, sealed FROM vault WHERE account = $1";
    WRAPS = "
        SELECT kind, device, sealed FROM vault_wrap WHERE account = $1 ORDER BY created_at, id";
    INSERT = "
        INSERT INTO vault (account, version, sealed, changed_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (account) DO NOTHING";
    REPLACE = "
        UPDATE vault SET version = $2, sealed = $3, changed_at = $4
        WHERE account = $1 AND version = $5";
    INSERT_WRAP = "
        INSERT INTO vault_wrap (id, account, kind, device, locator_hash, sealed, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (locator_hash) DO NOTHING";
    FORGET_CODES = "DELETE FROM vault_wrap WHERE account = $1 AND kind = 'recovery_code'";
    FORGET_DEVICE = "DELETE FROM vault_wrap WHERE device = $1";
    FORGET_WRAPS = "DELETE FROM vault_wrap WHERE account = $1";
    FORGET = "DELETE FROM vault WHERE account = $1";
}

#[derive(sqlx::FromRow)]
struct VaultRow {
    version: i64,
    sealed: Vec<u8>,
}

#[derive(sqlx::FromRow)]
struct WrapRow {
    kind: String,
    device: Option<Uuid>,
    sealed: Vec<u8>,
}

impl WrapRow {
    fn wrap(self) -> Result<VaultWrap> {
        Ok(VaultWrap {
            kind: db::wrap_kind(&self.kind)?,
            device: self.device.map(DeviceId::from),
            locator: None,
            sealed: self.sealed.into(),
        })
    }
}

impl Store {
    /// The caller's vault with everything that can open it; version 0 if there is none.
    pub async fn vault(&self, caller: &Caller) -> Result<Vault> {
        let caller = *caller;
        self.read_audited("vault", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, Act::ReadVault, standing, object)?;
            tx.audit(Entry::done(&caller, permit, object));
            let vault = read(tx, caller.account).await?;
            let (version, sealed) = vault.map_or((0, Bytes::default()), |row| {
                (db::from_db(row.version), row.sealed.into())
            });
            let wraps = wraps(tx, caller.account).await?;
            Ok(Vault {
                version,
                sealed,
                wraps,
            })
        })
        .await
    }

    /// Replaces the caller's vault, if it is at the version that was read ([`Code::VaultChanged`]).
    /// The wraps replace those of their kinds; a device's, that device's. A recovery code among them wants somebody
    /// who is here now ([`Code::StepUpRequired`]); what a device brings by itself does not.
    pub async fn put_vault(&self, caller: &Caller, put: PutVault) -> Result<VaultVersion> {
        let caller = *caller;
        check(&put)?;
        let act = act_of(&put);
        self.write("put vault", async move |tx: &mut Tx| {
            let standing = match act {
                Act::MakeRecoveryCode => to_authenticators(tx, &caller).await?,
                _ => standing::of_session(tx, &caller).await?,
            };
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, act, standing, object)?;
            let version = replace(tx, caller.account, &put).await?;
            tx.audit(Entry::done(&caller, permit, object));
            Ok(VaultVersion { version })
        })
        .await
    }
}

/// Whether a person makes a recovery code, or a device writes its vault anew by itself.
fn act_of(put: &PutVault) -> Act {
    let is_code = |wrap: &VaultWrap| wrap.kind == WrapKind::RecoveryCode;
    if put.wraps.iter().any(is_code) {
        Act::MakeRecoveryCode
    } else {
        Act::PutVault
    }
}

/// Sizes and shapes, which need no database.
pub(crate) fn check(put: &PutVault) -> Result<()> {
    if put.sealed.is_empty() {
        return Err(Refusal::new(Code::BadRequest, "sealed: is empty").into());
    }
    if put.sealed.len() > limits::VAULT_BYTES_MAX {
        return Err(Refusal::new(Code::TooLarge, "sealed").into());
    }
    if put.wraps.len() > limits::WRAPS_MAX {
        return Err(Refusal::new(Code::TooLarge, "wraps: too many").into());
    }
    let mut named = BTreeSet::new();
    for wrap in &put.wraps {
        if wrap.device.is_some_and(|device| !named.insert(device)) {
            return Err(Refusal::new(Code::BadRequest, "wraps: a device twice").into());
        }
        if wrap.sealed.len() > limits::SEALED_BYTES_MAX {
            return Err(Refusal::new(Code::TooLarge, "wraps: sealed").into());
        }
        let shape = match wrap.kind {
            WrapKind::RecoveryCode => {
                wrap.device.is_none() && wrap.locator.as_ref().is_some_and(|l| l.len() == 32)
            }
            WrapKind::Device => wrap.device.is_some() && wrap.locator.is_none(),
        };
        if !shape {
            return Err(Refusal::new(Code::BadRequest, "wraps: locator or device").into());
        }
    }
    Ok(())
}

/// The compare-and-set, and the wraps. The version that now holds.
pub(crate) async fn replace(tx: &mut Tx, account: AccountId, put: &PutVault) -> Result<u64> {
    devices::hold_account(tx, account).await?;
    let version = put.after.saturating_add(1);
    let now = tx.now().micros();
    let replaced = if put.after == 0 {
        let insert = tx.sql(INSERT).bind(account.uuid()).bind(to_db(version));
        insert.bind(put.sealed.to_vec()).bind(now).run().await?
    } else {
        let replace = tx.sql(REPLACE).bind(account.uuid()).bind(to_db(version));
        let replace = replace.bind(put.sealed.to_vec()).bind(now);
        replace.bind(to_db(put.after)).run().await?
    };
    if replaced == 0 {
        return Err(Refusal::new(Code::VaultChanged, "read the vault again").into());
    }
    put_wraps(tx, account, &put.wraps).await?;
    tx.wake(Topic::Account(account));
    Ok(version)
}

async fn put_wraps(tx: &mut Tx, account: AccountId, new: &[VaultWrap]) -> Result<()> {
    let live = devices::live(tx, account).await?;
    for wrap in new {
        match (wrap.kind, wrap.device) {
            (WrapKind::Device, Some(device)) if live.contains(&device) => {
                forget_device(tx, device).await?;
            }
            (WrapKind::Device, _) => {
                let what = "wraps: not a live device of this account";
                return Err(Refusal::new(Code::BadRequest, what).into());
            }
            (WrapKind::RecoveryCode, _) => {
                tx.sql(FORGET_CODES).bind(account.uuid()).run().await?;
            }
        }
    }
    for wrap in new {
        insert_wrap(tx, account, wrap).await?;
    }
    if wraps(tx, account).await?.len() > limits::WRAPS_MAX {
        return Err(Refusal::new(Code::TooLarge, "wraps: too many").into());
    }
    Ok(())
}

async fn insert_wrap(tx: &mut Tx, account: AccountId, wrap: &VaultWrap) -> Result<()> {
    let now = tx.now();
    let id = EntryId::from_parts(now, tx.random());
    let locator_hash = wrap.locator.as_ref().map(hash);
    let inserted = tx
        .sql(INSERT_WRAP)
        .bind(id.uuid())
        .bind(account.uuid())
        .bind(wrap.kind.as_str())
        .bind(wrap.device.map(|device| device.uuid()))
        .bind(locator_hash)
        .bind(wrap.sealed.to_vec())
        .bind(now.micros())
        .run()
        .await?;
    if inserted == 0 {
        return Err(Refusal::new(Code::BadRequest, "wraps: a locator that is in use").into());
    }
    Ok(())
}

/// What the database knows of a recovery code's locator.
pub(crate) fn hash(locator: &Bytes) -> Vec<u8> {
    sha256(&[locator]).to_vec()
}

async fn read(tx: &mut Tx, account: AccountId) -> Result<Option<VaultRow>> {
    tx.sql(READ).bind(account.uuid()).maybe::<VaultRow>().await
}

async fn wraps(tx: &mut Tx, account: AccountId) -> Result<Vec<VaultWrap>> {
    let rows = tx.sql(WRAPS).bind(account.uuid()).all::<WrapRow>().await?;
    rows.into_iter().map(WrapRow::wrap).collect()
}

/// The vault's version, 0 if there is none, and the kinds of its wraps.
pub(crate) async fn outline(tx: &mut Tx, account: AccountId) -> Result<(u64, Vec<WrapKind>)> {
    let version = read(tx, account).await?.map_or(0, |row| row.version);
    let wraps = wraps(tx, account).await?;
    let kinds = wraps.iter().map(|wrap| wrap.kind).collect();
    Ok((db::from_db(version), kinds))
}

/// The device can open the vault no longer.
pub(crate) async fn forget_device(tx: &mut Tx, device: DeviceId) -> Result<()> {
    tx.sql(FORGET_DEVICE).bind(device.uuid()).run().await?;
    Ok(())
}

/// Nothing can open the vault any more.
pub(crate) async fn forget_wraps(tx: &mut Tx, account: AccountId) -> Result<()> {
    tx.sql(FORGET_WRAPS).bind(account.uuid()).run().await?;
    Ok(())
}

/// The vault is gone, with everything that could open it.
pub(crate) async fn forget(tx: &mut Tx, account: AccountId) -> Result<()> {
    forget_wraps(tx, account).await?;
    tx.sql(FORGET).bind(account.uuid()).run().await?;
    Ok(())
}
