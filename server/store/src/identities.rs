//! Identity keys that change: one was stolen with a device, or nothing is left of a person's keys.

use care::Caller;
use care::rules::{Act, Standing};
use protocol::certificate::DeviceCert;
use protocol::http::{AskNewKeys, NewKeys, PutCertificate, ReplaceIdentity};
use protocol::{AccountId, Bytes, Code, DeviceId, InvitationId, PersonId, Refusal, Role, limits};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::authenticators::to_authenticators;
use crate::db;
use crate::devices::{self, Why};
use crate::error::Result;
use crate::hash::sha256;
use crate::operations::{self, Outcome};
use crate::store::Store;
use crate::tx::Tx;
use crate::wake::Topic;
use crate::{agency, enrolments, standing, vaults};

statements! {
    SET_AIK = "UPDATE account SET aik = $2 WHERE id = $1";
    CERTIFICATE = "SELECT certificate FROM device WHERE id = $1 AND revoked_at IS NULL";
    OWNER = "SELECT account FROM device WHERE id = $1 AND revoked_at IS NULL";
    SET_CERTIFICATE = "
        UPDATE device SET certificate = $2 WHERE id = $1 AND certificate <> $2";
    // The account in which the caller serves the person: as a client, else as a client's caregiver.
    ACCOUNT = "
        SELECT a.id, a.role FROM account a
        WHERE a.person = $1 AND (
            (a.role = 'client' AND EXISTS (SELECT 1 FROM assignment g
                WHERE g.account = $2 AND g.client = a.person
                AND g.from_at <= $3 AND (g.ended_at IS NULL OR g.ended_at > $3)))
            OR (a.role = 'caregiver' AND EXISTS (SELECT 1 FROM assignment g
                JOIN related_person r ON r.client = g.client AND r.person = a.person
                WHERE g.account = $2
                AND g.from_at <= $3 AND (g.ended_at IS NULL OR g.ended_at > $3))))
        ORDER BY a.role DESC, a.id LIMIT 1";
    CONFIRMED = "SELECT id FROM account WHERE id = $1 AND confirmed_at IS NOT NULL";
    VOID_INVITATIONS = "
        UPDATE invitation SET expires_at = $2
        WHERE account = $1 AND used_at IS NULL AND expires_at > $2";
    INSERT_INVITATION = "
        INSERT INTO invitation (id, secret_hash, account, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5)";
}

impl Store {
    /// Replaces the caller's identity key after a device was stolen, all at once: the key
    /// ([`Code::SuccessionInvalid`] unless the one before signed it), the caller's own certificate
    /// ([`Code::CertificateInvalid`]), the vault ([`Code::VaultChanged`]) with all that can open it. The
    /// stolen device is revoked; nobody's earlier key packages and enrolments are good any more. Siblings
    /// bring their certificates by [`Store::put_certificate`].
    pub async fn replace_identity(&self, caller: &Caller, request: ReplaceIdentity) -> Result<()> {
        let caller = *caller;
        vaults::check(&request.vault)?;
        self.write("replace identity", async move |tx: &mut Tx| {
            let (act, op_id) = (Act::ReplaceIdentity, request.op_id);
            let done = operations::seen(tx, &caller, act, op_id, caller.account.uuid()).await?;
            let done = done.is_some();
            let standing = to_authenticators(tx, &caller).await?;
            // A device whose answer was lost is told again, however long ago its person showed who they are.
            let standing = Standing {
                fresh: standing.fresh || (done && standing.session),
                ..standing
            };
            let object = Object::Account(caller.account);
            let permit = tx.authorize(&caller, act, standing, object)?;
            if done {
                return Ok(());
            }
            must_be_a_sibling(tx, &caller, request.stolen).await?;
            let stolen = [request.stolen];
            // Circles first, then the account: the order of whoever revokes.
            devices::revoke(tx, (&caller, permit), caller.account, &stolen, Why::Stolen).await?;
            devices::hold_account(tx, caller.account).await?;
            let aik = succeed(tx, &caller, &request.succession).await?;
            set_certificate(tx, &caller, &aik, &request.certificate).await?;
            vaults::forget_wraps(tx, caller.account).await?;
            vaults::replace(tx, caller.account, &request.vault).await?;
            for device in devices::live(tx, caller.account).await? {
                devices::forget_key_packages(tx, device).await?;
            }
            enrolments::end_of_account(tx, caller.account).await?;
            operations::remember(tx, &caller, act, op_id, Outcome::of(caller.account.uuid()))
                .await?;
            tx.audit(Entry::done(&caller, permit, object).shown([request.stolen.uuid()]));
            Ok(())
        })
        .await
    }

    /// The caller's device brings its certificate under the identity key of now: the same device, the
    /// same keys ([`Code::CertificateInvalid`]). Key packages that carry the old one are forgotten.
    pub async fn put_certificate(&self, caller: &Caller, put: PutCertificate) -> Result<()> {
        let caller = *caller;
        self.write("put certificate", async move |tx: &mut Tx| {
            let standing = standing::of_session(tx, &caller).await?;
            let object = Object::Device(caller.device);
            let permit = tx.authorize(&caller, Act::PutCertificate, standing, object)?;
            devices::hold_account(tx, caller.account).await?;
            let aik = devices::aik(tx, caller.account).await?;
            let aik = aik.ok_or(Code::DeviceUnknown)?;
            if set_certificate(tx, &caller, &aik, &put.certificate).await? {
                devices::forget_key_packages(tx, caller.device).await?;
                tx.wake(Topic::Account(caller.account));
            }
            tx.audit(Entry::done(&caller, permit, object));
            Ok(())
        })
        .await
    }

    /// A person begins anew, in person at the office: their identity key, vault and devices end, and a
    /// new link begins with new keys. Earlier links are void. The same operation again gives out a
    /// fresh link instead of the lost one, as long as nobody has used one.
    /// [`Code::NotFound`] unless the caller serves the client, or a client whose caregiver it is.
    pub async fn new_keys(
        &self,
        caller: &Caller,
        person: PersonId,
        asked: AskNewKeys,
    ) -> Result<NewKeys> {
        let caller = *caller;
        self.write("new keys", async move |tx: &mut Tx| {
            let standing = standing::to_person(tx, &caller, person).await?;
            let object = Object::Person(person);
            let permit = tx.authorize(&caller, Act::IssueNewKeys, standing, object)?;
            let (account, role) = account_of(tx, &caller, person).await?;
            must_be_confirmed(tx, account).await?;
            let (act, op_id) = (Act::IssueNewKeys, asked.op_id);
            let done = operations::seen(tx, &caller, act, op_id, account.uuid()).await?;
            if done.is_none() {
                let devices = devices::live(tx, account).await?;
                devices::revoke(tx, (&caller, permit), account, &devices, Why::NewKeys).await?;
                devices::hold_account(tx, account).await?;
                set_aik(tx, account, None).await?;
                vaults::forget(tx, account).await?;
                enrolments::end_of_account(tx, account).await?;
                operations::remember(tx, &caller, act, op_id, Outcome::of(account.uuid())).await?;
            } else if devices::aik(tx, account).await?.is_some() {
                let what = "the new link was used already";
                return Err(Refusal::new(Code::InvitationUsed, what).into());
            }
            let link = invite(tx, account).await?;
            let entry = Entry::done(&caller, permit, object).shown([account.uuid()]);
            tx.audit(match role {
                Role::Client => entry.about(person),
                _ => entry,
            });
            Ok(link)
        })
        .await
    }
}

/// The stolen device is another live one of the caller's.
async fn must_be_a_sibling(tx: &mut Tx, caller: &Caller, stolen: DeviceId) -> Result<()> {
    let owner = tx.sql(OWNER).bind(stolen.uuid()).maybe::<(Uuid,)>().await?;
    if owner != Some((caller.account.uuid(),)) {
        return Err(Refusal::new(Code::NotFound, "no such device of yours").into());
    }
    if stolen == caller.device {
        return Err(Refusal::new(Code::BadRequest, "stolen: the device that asks").into());
    }
    Ok(())
}

/// The new identity key, which the one before handed over to; from now on it holds.
async fn succeed(tx: &mut Tx, caller: &Caller, succession: &Bytes) -> Result<[u8; 32]> {
    let invalid = || {
        Refusal::new(
            Code::SuccessionInvalid,
            "not signed by the identity key of now, or for another account",
        )
    };
    let before = devices::aik(tx, caller.account).await?;
    let before = before.ok_or_else(invalid)?;
    let succession = delivery::read_succession(succession, caller.account, &before);
    let aik = succession.and_then(|succession| succession.aik.to_array::<32>());
    let aik = aik.filter(|aik| *aik != before).ok_or_else(invalid)?;
    set_aik(tx, caller.account, Some(&aik)).await?;
    Ok(aik)
}

async fn set_aik(tx: &mut Tx, account: AccountId, aik: Option<&[u8; 32]>) -> Result<()> {
    tx.sql(SET_AIK)
        .bind(account.uuid())
        .bind(aik.map(|aik| aik.to_vec()))
        .run()
        .await?;
    Ok(())
}

/// Keeps the caller's device's new certificate; whether it is another one than before.
async fn set_certificate(
    tx: &mut Tx,
    caller: &Caller,
    aik: &[u8; 32],
    certificate: &Bytes,
) -> Result<bool> {
    let certified: DeviceCert = delivery::check_certificate(certificate, aik, tx.now())?;
    let stored = tx
        .sql(CERTIFICATE)
        .bind(caller.device.uuid())
        .maybe::<(Vec<u8>,)>()
        .await?;
    let (stored,) = stored.ok_or(Code::DeviceUnknown)?;
    let before = devices::read_certificate(&stored)?;
    let same = certified.account == caller.account
        && certified.device == caller.device
        && certified.dsk == before.dsk
        && certified.seal_key == before.seal_key;
    if !same {
        return Err(Refusal::new(Code::CertificateInvalid, "not this device's").into());
    }
    let changed = tx
        .sql(SET_CERTIFICATE)
        .bind(caller.device.uuid())
        .bind(certificate.to_vec())
        .run()
        .await?;
    Ok(changed > 0)
}

/// Who was never confirmed has nothing to lose: they are invited.
async fn must_be_confirmed(tx: &mut Tx, account: AccountId) -> Result<()> {
    let confirmed = tx.sql(CONFIRMED).bind(account.uuid());
    if confirmed.maybe::<(Uuid,)>().await?.is_some() {
        return Ok(());
    }
    Err(Refusal::new(
        Code::NotFound,
        "nobody has confirmed this person yet: invite them",
    )
    .into())
}

/// The account in which the caller serves a client or caregiver.
pub(crate) async fn account_of(
    tx: &mut Tx,
    caller: &Caller,
    person: PersonId,
) -> Result<(AccountId, Role)> {
    let now = tx.now().micros();
    let row = tx
        .sql(ACCOUNT)
        .bind(person.uuid())
        .bind(caller.account.uuid())
        .bind(now)
        .maybe::<(Uuid, String)>()
        .await?;
    let (account, role) = row.ok_or_else(|| Refusal::new(Code::NotFound, "no such person"))?;
    Ok((account.into(), db::role(&role)?))
}

/// A fresh link; earlier ones that nobody used are void.
pub(crate) async fn invite(tx: &mut Tx, account: AccountId) -> Result<NewKeys> {
    let now = tx.now();
    tx.sql(VOID_INVITATIONS)
        .bind(account.uuid())
        .bind(now.plus_seconds(-1).micros())
        .run()
        .await?;
    let secret: [u8; 16] = tx.random();
    let fingerprint = sha256(&[&agency::key(tx).await?]);
    let expires_at = now.plus_seconds(limits::INVITATION_S);
    let id = InvitationId::from_parts(now, tx.random());
    tx.sql(INSERT_INVITATION)
        .bind(id.uuid())
        .bind(sha256(&[&secret]).to_vec())
        .bind(account.uuid())
        .bind(now.micros())
        .bind(expires_at.micros())
        .run()
        .await?;
    let (secret, fingerprint) = (Bytes::from(secret), Bytes::from(fingerprint));
    Ok(NewKeys {
        link: format!(
            "/link/{}.{}",
            secret.to_base64url(),
            fingerprint.to_base64url()
        ),
        expires_at,
    })
}
