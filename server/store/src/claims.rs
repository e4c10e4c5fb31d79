//! Claims: key packages taken for one circle, and for no other. A commit may add only devices whose
//! key package was claimed here for its circle.

use std::collections::BTreeSet;

use care::Caller;
use care::rules::Act;
use protocol::http::{ClaimKeyPackages, ClaimedKeyPackage, ClaimedKeyPackages};
use protocol::{AccountId, CircleId, Code, DeviceId, EntryId, OpId, Refusal, limits};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::db;
use crate::error::{Error, Result};
use crate::operations::{self, Outcome};
use crate::standing;
use crate::store::Store;
use crate::tx::Tx;
use crate::wake::Topic;

statements! {
    CLAIMABLE = "
        SELECT d.id AS device, m.account, m.role, a.aik,
            (SELECT COUNT(*) FROM consent c JOIN consent_circle cc ON cc.consent = c.id
                JOIN circle k ON k.id = m.circle
                WHERE cc.circle = m.circle AND c.client = k.client AND c.caregiver = a.person
                AND c.from_at <= $3 AND c.withdrawn_at IS NULL
                AND (c.until_at IS NULL OR c.until_at > $3)) AS consents
        FROM circle_member m
            JOIN account a ON a.id = m.account AND a.aik IS NOT NULL
            JOIN device d ON d.account = a.id AND d.revoked_at IS NULL
            LEFT JOIN circle_device cd ON cd.circle = m.circle AND cd.device = d.id
        WHERE m.circle = $1 AND m.account = $2 AND m.state <> 'left' AND cd.device IS NULL
        ORDER BY d.id";
    NAMED = "SELECT account FROM circle_member WHERE circle = $1 AND account = $2 AND state <> 'left'";
    ROSTER_SIZE = "SELECT COUNT(*) FROM circle_device WHERE circle = $1";
    CLAIMS_LATELY = "
        SELECT COUNT(*) FROM key_package_claim
        WHERE claimed_by = $1 AND device = $2 AND claimed_at > $3";
    TAKE_ONE = "
        DELETE FROM key_package
        WHERE reference IN (
            SELECT q.reference FROM key_package q
            WHERE q.device = $1 AND q.use_kind = 'one_time' AND q.not_after >= $2
            ORDER BY q.created_at, q.reference LIMIT 1)
        RETURNING reference, bytes";
    ANY_LEFT = "
        SELECT COUNT(*) FROM key_package
        WHERE device = $1 AND use_kind = 'one_time' AND not_after >= $2";
    LAST_RESORT = "
        SELECT reference, bytes FROM key_package
        WHERE device = $1 AND use_kind = 'last_resort' AND not_after >= $2";
    INSERT_CLAIM = "
        INSERT INTO key_package_claim
            (id, reference, circle, account, device, bytes, claimed_by, op_id, claimed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    OF_OPERATION = "
        SELECT q.account, m.role, a.aik, q.device, q.bytes
        FROM key_package_claim q
            JOIN circle_member m ON m.circle = q.circle AND m.account = q.account
            JOIN account a ON a.id = q.account
        WHERE q.claimed_by = $1 AND q.op_id = $2
        ORDER BY q.device";
}

#[derive(sqlx::FromRow)]
struct ClaimableRow {
    device: Uuid,
    account: Uuid,
    role: String,
    consents: i64,
}

#[derive(sqlx::FromRow)]
struct PackageRow {
    reference: Vec<u8>,
    bytes: Vec<u8>,
}

#[derive(sqlx::FromRow)]
struct ClaimRow {
    account: Uuid,
    role: String,
    aik: Vec<u8>,
    device: Uuid,
    bytes: Vec<u8>,
}

impl Store {
    /// Takes one key package for every device of these accounts that is not in the circle's group.
    /// [`Code::NotFound`] for an account that the circle does not name, [`Code::ConsentRequired`] for
    /// a caregiver without a live consent, [`Code::RateLimited`] beyond [`limits::CLAIMS_PER_HOUR`]
    /// for one device. Devices without a usable key package are left out. The same operation again
    /// gets the same key packages.
    pub async fn claim_key_packages(
        &self,
        caller: &Caller,
        claim: ClaimKeyPackages,
    ) -> Result<ClaimedKeyPackages> {
        let caller = *caller;
        if claim.accounts.len() > limits::CIRCLE_MEMBERS_MAX {
            return Err(Refusal::new(Code::TooLarge, "accounts: too many").into());
        }
        self.write("claim key packages", async move |tx: &mut Tx| {
            standing::hold_circle(tx, claim.circle).await?;
            let facts = standing::to_circle(tx, &caller, claim.circle, None).await?;
            let object = Object::Circle(claim.circle);
            let permit = tx.authorize(&caller, Act::ClaimKeyPackages, facts.standing, object)?;
            let op_id = claim.op_id;
            let (act, of) = (Act::ClaimKeyPackages, claim.circle.uuid());
            let seen = operations::seen(tx, &caller, act, op_id, of).await?;
            if seen.is_none() {
                let state = facts.live()?;
                facts.must_be_on_roster()?;
                let taken = take_all(tx, &caller, &claim).await?;
                let outcome = Outcome::of(claim.circle.uuid());
                operations::remember(tx, &caller, Act::ClaimKeyPackages, op_id, outcome).await?;
                tx.audit(
                    Entry::done(&caller, permit, object)
                        .about(state.client)
                        .shown(taken),
                );
            }
            of_operation(tx, &caller, op_id).await
        })
        .await
    }
}

/// Takes for every account; the devices taken for.
async fn take_all(tx: &mut Tx, caller: &Caller, claim: &ClaimKeyPackages) -> Result<Vec<Uuid>> {
    let accounts: BTreeSet<AccountId> = claim.accounts.iter().copied().collect();
    let mut taken = Vec::new();
    for account in accounts {
        for row in claimable(tx, claim.circle, account).await? {
            must_not_claim_too_often(tx, caller, row.device.into()).await?;
            if let Some(package) = take(tx, row.device.into()).await? {
                record(tx, caller, claim, &row, package).await?;
                taken.push(row.device);
            }
        }
    }
    let (roster,): (i64,) = tx.sql(ROSTER_SIZE).bind(claim.circle.uuid()).one().await?;
    if db::from_db(roster) + taken.len() as u64 > limits::CIRCLE_DEVICES as u64 {
        return Err(Refusal::new(
            Code::TooLarge,
            format!("a circle takes at most {} devices", limits::CIRCLE_DEVICES),
        )
        .into());
    }
    Ok(taken)
}

/// The devices of a named account that may be added.
async fn claimable(tx: &mut Tx, circle: CircleId, account: AccountId) -> Result<Vec<ClaimableRow>> {
    let named = tx
        .sql(NAMED)
        .bind(circle.uuid())
        .bind(account.uuid())
        .maybe::<(Uuid,)>()
        .await?;
    if named.is_none() {
        return Err(
            Refusal::new(Code::NotFound, "an account that the circle does not name").into(),
        );
    }
    let now = tx.now().micros();
    let rows = tx
        .sql(CLAIMABLE)
        .bind(circle.uuid())
        .bind(account.uuid())
        .bind(now)
        .all::<ClaimableRow>()
        .await?;
    if rows
        .iter()
        .any(|row| row.role == protocol::Role::Caregiver.as_str() && row.consents == 0)
    {
        return Err(Refusal::new(
            Code::ConsentRequired,
            "no live consent of the client covers a caregiver",
        )
        .into());
    }
    Ok(rows)
}

async fn must_not_claim_too_often(tx: &mut Tx, caller: &Caller, device: DeviceId) -> Result<()> {
    let since = tx.now().plus_seconds(-3_600).micros();
    let (claims,): (i64,) = tx
        .sql(CLAIMS_LATELY)
        .bind(caller.account.uuid())
        .bind(device.uuid())
        .bind(since)
        .one()
        .await?;
    if claims < i64::from(limits::CLAIMS_PER_HOUR) {
        return Ok(());
    }
    Err(Refusal::new(
        Code::RateLimited,
        "too many key packages of one device were claimed within an hour",
    )
    .into())
}

/// A one-time key package, which is gone with the same statement, or the last resort, which stays.
async fn take(tx: &mut Tx, device: DeviceId) -> Result<Option<PackageRow>> {
    let usable = tx
        .now()
        .plus_seconds(limits::KEY_PACKAGE_LEFT_S_MIN)
        .micros();
    tx.wake(Topic::Device(device));
    let one = tx
        .sql(TAKE_ONE)
        .bind(device.uuid())
        .bind(usable)
        .maybe::<PackageRow>()
        .await?;
    if one.is_some() {
        return Ok(one);
    }
    // Somebody else may have taken the one that was chosen, while others are left: choose again.
    let (left,): (i64,) = tx
        .sql(ANY_LEFT)
        .bind(device.uuid())
        .bind(usable)
        .one()
        .await?;
    if left > 0 {
        return Err(Error::Busy);
    }
    tx.sql(LAST_RESORT)
        .bind(device.uuid())
        .bind(usable)
        .maybe::<PackageRow>()
        .await
}

async fn record(
    tx: &mut Tx,
    caller: &Caller,
    claim: &ClaimKeyPackages,
    row: &ClaimableRow,
    package: PackageRow,
) -> Result<()> {
    let id = EntryId::from_parts(tx.now(), tx.random());
    let now = tx.now().micros();
    tx.sql(INSERT_CLAIM)
        .bind(id.uuid())
        .bind(package.reference)
        .bind(claim.circle.uuid())
        .bind(row.account)
        .bind(row.device)
        .bind(package.bytes)
        .bind(caller.account.uuid())
        .bind(claim.op_id.uuid())
        .bind(now)
        .run()
        .await?;
    Ok(())
}

async fn of_operation(tx: &mut Tx, caller: &Caller, op_id: OpId) -> Result<ClaimedKeyPackages> {
    let rows = tx
        .sql(OF_OPERATION)
        .bind(caller.account.uuid())
        .bind(op_id.uuid())
        .all::<ClaimRow>()
        .await?;
    let mut claimed = Vec::with_capacity(rows.len());
    for row in rows {
        claimed.push(ClaimedKeyPackage {
            account: row.account.into(),
            role: db::role(&row.role)?,
            aik: row.aik.into(),
            device: row.device.into(),
            key_package: row.bytes.into(),
        });
    }
    Ok(ClaimedKeyPackages { claimed })
}
