//! Coming back with a recovery code: it finds the vault, its bearer opens it, and the identity key in it
//! certifies a new device. Who has the code is taken for its person; every look and every device that
//! comes in is audited.

use care::Caller;
use care::caller::Holder;
use care::rules::{Act, Asker, Permit, Standing};
use protocol::certificate::DeviceCert;
use protocol::http::{OpenRecovery, RecoverDevice, RecoveryOpened, SignedIn};
use protocol::{Bytes, Code, Refusal};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::db;
use crate::error::Result;
use crate::operations::{self, Outcome};
use crate::store::Store;
use crate::token::SessionToken;
use crate::tx::Tx;
use crate::{agency, devices, sessions, vaults};

statements! {
    FIND = "
        SELECT a.id AS account, a.person, a.role, a.aik, v.sealed AS vault, w.sealed AS wrap
        FROM vault_wrap w
            JOIN vault v ON v.account = w.account
            JOIN account a ON a.id = w.account AND a.aik IS NOT NULL AND a.ended_at IS NULL
        WHERE w.locator_hash = $1 AND w.kind = 'recovery_code'";
    SAME_DEVICE = "SELECT id FROM device WHERE id = $1 AND account = $2 AND certificate = $3";
}

#[derive(sqlx::FromRow)]
struct RecoveryRow {
    account: Uuid,
    person: Uuid,
    role: String,
    aik: Vec<u8>,
    vault: Vec<u8>,
    wrap: Vec<u8>,
}

impl RecoveryRow {
    fn caller(&self) -> Result<Caller> {
        Ok(Caller::recovering(Holder {
            account: self.account.into(),
            person: self.person.into(),
            role: db::role(&self.role)?,
        }))
    }
}

/// What the code opens. [`Code::RecoveryUnknown`] if nothing.
async fn find(tx: &mut Tx, locator: &Bytes) -> Result<RecoveryRow> {
    let row = tx
        .sql(FIND)
        .bind(vaults::hash(locator))
        .maybe::<RecoveryRow>()
        .await?;
    let unknown = || Refusal::new(Code::RecoveryUnknown, "this code opens nothing");
    Ok(row.ok_or_else(unknown)?)
}

fn permit(tx: &mut Tx, caller: &Caller, act: Act, object: Object) -> Result<Permit> {
    let standing = Standing {
        asker: Asker::CodeHolder,
        ..Standing::default()
    };
    tx.authorize(caller, act, standing, object)
}

impl Store {
    /// The vault that a recovery code belongs to, and its key sealed to the code.
    pub async fn open_recovery(&self, asked: OpenRecovery) -> Result<RecoveryOpened> {
        self.read_audited("open recovery", async move |tx: &mut Tx| {
            let row = find(tx, &asked.locator).await?;
            let caller = row.caller()?;
            let object = Object::Account(caller.account);
            let permit = permit(tx, &caller, Act::OpenRecovery, object)?;
            tx.audit(Entry::done(&caller, permit, object));
            Ok(RecoveryOpened {
                account: caller.account,
                role: caller.role,
                agency: agency::must_read(tx).await?,
                aik: row.aik.into(),
                vault: row.vault.into(),
                wrap: row.wrap.into(),
            })
        })
        .await
    }

    /// A new device of the code's account, certified by its identity key ([`Code::CertificateInvalid`]),
    /// and a session for it. The same operation again gets the same with a fresh session.
    /// [`Code::TooManyDevices`].
    pub async fn recover_device(&self, asked: RecoverDevice) -> Result<(SignedIn, SessionToken)> {
        self.write("recover device", async move |tx: &mut Tx| {
            let row = find(tx, &asked.locator).await?;
            let caller = row.caller()?;
            devices::hold_account(tx, caller.account).await?;
            let aik = db::array::<32>(&row.aik)?;
            let certified = delivery::check_certificate(&asked.certificate, &aik, tx.now())?;
            let object = Object::Device(certified.device);
            let permit = permit(tx, &caller, Act::RecoverDevice, object)?;
            let (act, op_id) = (Act::RecoverDevice, asked.op_id);
            let of = certified.device.uuid();
            let done = operations::seen(tx, &caller, act, op_id, of).await?;
            if done.is_some() {
                must_be_the_same(tx, &certified, &asked).await?;
            } else {
                must_be_of(&caller, &certified)?;
                devices::must_have_room(tx, caller.account).await?;
                devices::insert(tx, &certified, &asked.certificate).await?;
                operations::remember(tx, &caller, act, op_id, Outcome::of(of)).await?;
            }
            let (signed_in, token) =
                sessions::begin(tx, certified.device, sessions::Begun::Recovery).await?;
            tx.audit(Entry::done(&caller, permit, object));
            Ok((sessions::describe(tx, signed_in.session).await?, token))
        })
        .await
    }
}

fn must_be_of(caller: &Caller, certified: &DeviceCert) -> Result<()> {
    if certified.account == caller.account && certified.seal_key.len() == 32 {
        return Ok(());
    }
    let what = "the certificate is for another account, or names no sealing key";
    Err(Refusal::new(Code::CertificateInvalid, what).into())
}

/// The same operation brings the same certificate of its device.
async fn must_be_the_same(
    tx: &mut Tx,
    certified: &DeviceCert,
    asked: &RecoverDevice,
) -> Result<()> {
    let same = tx
        .sql(SAME_DEVICE)
        .bind(certified.device.uuid())
        .bind(certified.account.uuid())
        .bind(asked.certificate.to_vec())
        .maybe::<(Uuid,)>()
        .await?;
    if same.is_some() {
        return Ok(());
    }
    Err(operations::of_another().into())
}
