//! One-time links: who a link is for, and how a device enrols with it.

use care::Caller;
use care::rules::Act;
use protocol::certificate::DeviceCert;
use protocol::http::{InvitationFound, Inviter, LookUpInvitation, RedeemInvitation, SignedIn};
use protocol::{AccountId, Bytes, Code, DeviceId, Refusal};
use uuid::Uuid;

use crate::agency;
use crate::audit::{Entry, Object};
use crate::db;
use crate::error::Result;
use crate::hash::sha256;
use crate::seal::PERSON_NAME;
use crate::store::Store;
use crate::token::SessionToken;
use crate::tx::Tx;
use crate::{intake, sessions, standing};

statements! {
    FIND = "
        SELECT i.id, i.account, i.expires_at, i.used_at, i.used_op, i.used_device,
            a.role, a.aik, p.id AS person, p.name, n.inviter
        FROM invitation i
            JOIN account a ON a.id = i.account AND a.ended_at IS NULL
            JOIN person p ON p.id = a.person
            LEFT JOIN intake n ON n.id = i.id
        WHERE i.secret_hash = $1";
    INVITER = "
        SELECT n.inviter_aik, n.inviter_mac, p.id, p.name
        FROM intake n
            JOIN account a ON a.id = n.inviter
            JOIN person p ON p.id = a.person
        WHERE n.id = $1";
    USE = "
        UPDATE invitation SET used_at = $2, used_op = $3, used_device = $4
        WHERE id = $1 AND used_at IS NULL";
    SET_AIK = "UPDATE account SET aik = $2 WHERE id = $1 AND aik IS NULL";
    INSERT_DEVICE = "
        INSERT INTO device (id, account, certificate, dsk, generation, inbox_next, created_at)
        VALUES ($1, $2, $3, $4, 0, 1, $5)
        ON CONFLICT (id) DO NOTHING";
    SAME_DEVICE = "SELECT id FROM device WHERE id = $1 AND certificate = $2";
}

#[derive(sqlx::FromRow)]
struct InvitationRow {
    id: Uuid,
    account: Uuid,
    expires_at: i64,
    used_at: Option<i64>,
    used_op: Option<Uuid>,
    used_device: Option<Uuid>,
    role: String,
    aik: Option<Vec<u8>>,
    person: Uuid,
    name: Vec<u8>,
    inviter: Option<Uuid>,
}

impl InvitationRow {
    fn must_not_be_expired(&self, now: i64) -> Result<()> {
        if now <= self.expires_at {
            return Ok(());
        }
        Err(Refusal::new(Code::InvitationExpired, "this link is past its time").into())
    }
}

fn used() -> Refusal {
    Refusal::new(Code::InvitationUsed, "this link was used already")
}

async fn find(tx: &mut Tx, secret: &Bytes) -> Result<InvitationRow> {
    let row = tx
        .sql(FIND)
        .bind(sha256(&[secret]).to_vec())
        .maybe::<InvitationRow>()
        .await?;
    Ok(row.ok_or_else(|| Refusal::new(Code::InvitationUnknown, "there is no such link"))?)
}

impl Store {
    /// Who a link is for. Changes nothing. [`Code::InvitationUnknown`], [`Code::InvitationUsed`],
    /// [`Code::InvitationExpired`].
    pub async fn look_up_invitation(&self, asked: LookUpInvitation) -> Result<InvitationFound> {
        self.read("look up invitation", async move |tx: &mut Tx| {
            let row = find(tx, &asked.secret).await?;
            if row.used_at.is_some() {
                return Err(used().into());
            }
            row.must_not_be_expired(tx.now().micros())?;
            Ok(InvitationFound {
                account: row.account.into(),
                role: db::role(&row.role)?,
                name: tx.open_text(PERSON_NAME, row.person, &row.name).await?,
                agency: agency::must_read(tx).await?,
                expires_at: db::at(row.expires_at),
                inviter: inviter(tx, &row).await?,
            })
        })
        .await
    }

    /// Enrols a device with a link: its account gets its identity key, the device and a session begin,
    /// in one transaction. The same request again (same operation, same device) gets the same answer
    /// with a fresh session for as long as the link lives; any other, and an account that has an
    /// identity key, is [`Code::InvitationUsed`]. Who comes by a case manager's invitation waits to be
    /// confirmed ([`crate::Store::confirm_person`]) and is good for nothing else before. [`Code::CertificateInvalid`] if the certificate is
    /// not one of this account by this key.
    pub async fn redeem_invitation(
        &self,
        asked: RedeemInvitation,
    ) -> Result<(SignedIn, SessionToken)> {
        let aik: [u8; 32] = asked
            .aik
            .to_array()
            .ok_or_else(|| Refusal::new(Code::BadRequest, "aik: not 32 bytes"))?;
        let now = self.core().clock.now();
        let certificate = delivery::check_certificate(&asked.certificate, &aik, now)?;
        self.write("redeem invitation", async move |tx: &mut Tx| {
            let row = find(tx, &asked.secret).await?;
            row.must_not_be_expired(tx.now().micros())?;
            if certificate.account != AccountId::from(row.account) {
                return Err(other_account().into());
            }
            if row.used_at.is_some() {
                must_be_the_same(tx, &row, &asked, certificate.device).await?;
            } else {
                enrol(tx, &row, &asked, &certificate).await?;
            }
            let (caller, token) =
                sessions::begin(tx, certificate.device, sessions::Begun::Link).await?;
            audit(tx, &caller).await?;
            Ok((sessions::describe(tx, caller.session).await?, token))
        })
        .await
    }
}

/// Whose device made the invitation, if one did.
async fn inviter(tx: &mut Tx, row: &InvitationRow) -> Result<Option<Inviter>> {
    let Some(account) = row.inviter else {
        return Ok(None);
    };
    let (aik, mac, person, name): (Vec<u8>, Vec<u8>, Uuid, Vec<u8>) =
        tx.sql(INVITER).bind(row.id).one().await?;
    Ok(Some(Inviter {
        account: account.into(),
        name: tx.open_text(PERSON_NAME, person, &name).await?,
        aik: aik.into(),
        mac: mac.into(),
    }))
}

fn other_account() -> Refusal {
    Refusal::new(
        Code::CertificateInvalid,
        "the certificate is for another account",
    )
}

async fn enrol(
    tx: &mut Tx,
    row: &InvitationRow,
    asked: &RedeemInvitation,
    certificate: &DeviceCert,
) -> Result<()> {
    if row.aik.is_some() {
        return Err(used().into());
    }
    let now = tx.now().micros();
    let taken = tx
        .sql(USE)
        .bind(row.id)
        .bind(now)
        .bind(asked.op_id.uuid())
        .bind(certificate.device.uuid())
        .run()
        .await?;
    let named = tx
        .sql(SET_AIK)
        .bind(row.account)
        .bind(asked.aik.to_vec())
        .run()
        .await?;
    if taken == 0 || named == 0 {
        return Err(used().into());
    }
    let enrolled = tx
        .sql(INSERT_DEVICE)
        .bind(certificate.device.uuid())
        .bind(row.account)
        .bind(asked.certificate.to_vec())
        .bind(certificate.dsk.to_vec())
        .bind(now)
        .run()
        .await?;
    if enrolled == 0 {
        return Err(Refusal::new(
            Code::CertificateInvalid,
            "the certificate names a device that exists",
        )
        .into());
    }
    let Some(inviter) = row.inviter else {
        return Ok(());
    };
    let mac = asked.mac.as_ref().filter(|mac| mac.len() == 32);
    let mac = mac.ok_or_else(|| Refusal::new(Code::BadRequest, "mac: not 32 bytes"))?;
    intake::arrive(tx, (row.id, inviter.into()), certificate.device, mac).await
}

/// A link that was used answers only the request that used it.
async fn must_be_the_same(
    tx: &mut Tx,
    row: &InvitationRow,
    asked: &RedeemInvitation,
    device: DeviceId,
) -> Result<()> {
    let same_request = row.used_op == Some(asked.op_id.uuid())
        && row.used_device == Some(device.uuid())
        && row.aik.as_deref() == Some(&asked.aik[..]);
    let same_device = tx
        .sql(SAME_DEVICE)
        .bind(device.uuid())
        .bind(asked.certificate.to_vec())
        .maybe::<(Uuid,)>()
        .await?
        .is_some();
    if same_request && same_device {
        return Ok(());
    }
    Err(used().into())
}

async fn audit(tx: &mut Tx, caller: &Caller) -> Result<()> {
    let standing = standing::of_session(tx, caller).await?;
    let object = Object::Device(caller.device);
    let permit = tx.authorize(caller, Act::RedeemInvitation, standing, object)?;
    tx.audit(Entry::done(caller, permit, object));
    Ok(())
}
