//! What follows from a changed group: who is in it, who is thereby confirmed or gone, and the Welcomes.

use std::collections::BTreeSet;

use care::membership::{Confirmed, Invited, Left, Step};
use delivery::{Accepted, Claimed, Named, RosterDevice};
use protocol::bundle::CommitBundle;
use protocol::frame::{NoticeKind, WelcomeNotice};
use protocol::{AccountId, CircleId, WelcomeId};
use uuid::Uuid;

use crate::db::{self, to_db};
use crate::error::Result;
use crate::inbox;
use crate::removals::Pending;
use crate::tx::Tx;

statements! {
    NAMED = "
        SELECT m.account, m.role, a.aik,
            (SELECT COUNT(*) FROM consent c JOIN consent_circle cc ON cc.consent = c.id
                JOIN circle k ON k.id = m.circle
                WHERE cc.circle = m.circle AND c.client = k.client AND c.caregiver = a.person
                AND c.from_at <= $2 AND c.withdrawn_at IS NULL
                AND (c.until_at IS NULL OR c.until_at > $2)) AS consents
        FROM circle_member m JOIN account a ON a.id = m.account AND a.aik IS NOT NULL
        WHERE m.circle = $1 AND m.state <> 'left'
        ORDER BY m.account";
    CLAIMED = "
        SELECT q.reference, q.account, q.device FROM key_package_claim q
            JOIN device d ON d.id = q.device AND d.revoked_at IS NULL
        WHERE q.circle = $1 AND q.used_at IS NULL";
    USE_CLAIM = "
        UPDATE key_package_claim SET used_at = $3
        WHERE circle = $1 AND device = $2 AND used_at IS NULL";
    REMOVE = "DELETE FROM circle_device WHERE circle = $1 AND device = $2";
    ADD = "
        INSERT INTO circle_device (circle, device, account, added_seq) VALUES ($1, $2, $3, $4)";
    ROSTER = "SELECT account, device FROM circle_device WHERE circle = $1";
    CONFIRM = "
        UPDATE circle_member SET state = $7, confirmed_at = $3,
            since_generation = COALESCE(since_generation, $4), since_seq = COALESCE(since_seq, $5)
        WHERE circle = $1 AND account = $2 AND state = $6";
    LEAVE = "
        UPDATE circle_member SET state = $5, left_at = $3, since_generation = NULL, since_seq = NULL
        WHERE circle = $1 AND account = $2 AND state = $4";
    AWAIT_AGAIN = "
        UPDATE circle_member SET state = $4
        WHERE circle = $1 AND account = $2 AND state = $3";
    LEAVE_WAITING = "
        UPDATE circle_member SET state = $4, left_at = $2, since_generation = NULL, since_seq = NULL
        WHERE circle = $1 AND state = $3 AND account IN
            (SELECT r.account FROM pending_removal r WHERE r.circle = $1 AND r.reason <> 'device')";
    INVITE_AGAIN = "
        UPDATE circle_member SET state = $4
        WHERE circle = $1 AND state = $3 AND account <> $2";
    REMOVE_ALL = "DELETE FROM circle_device WHERE circle = $1";
    VOID_CLAIMS = "
        UPDATE key_package_claim SET used_at = $2 WHERE circle = $1 AND used_at IS NULL";
    INSERT_WELCOME = "
        INSERT INTO welcome (id, circle, generation, bytes, created_at) VALUES ($1, $2, $3, $4, $5)";
}

/// The first device of a named account is in the group.
const COMING_IN: Step = Step::between::<Invited, Confirmed>();
/// Whoever goes, goes from wherever they are.
const LEAVING: [Step; 2] = [
    Step::between::<Invited, Left>(),
    Step::between::<Confirmed, Left>(),
];
/// Only the device had to go, or the group begins anew.
const AWAITED_AGAIN: Step = Step::between::<Confirmed, Invited>();

#[derive(sqlx::FromRow)]
struct NamedRow {
    account: Uuid,
    role: String,
    aik: Vec<u8>,
    consents: i64,
}

#[derive(sqlx::FromRow)]
struct ClaimedRow {
    reference: Vec<u8>,
    account: Uuid,
    device: Uuid,
}

/// The accounts that may be in the circle's group now: named, not left, with an identity key, and a
/// caregiver only under a live consent.
pub(crate) async fn named(tx: &mut Tx, circle: CircleId) -> Result<Vec<Named>> {
    let now = tx.now().micros();
    let rows = tx
        .sql(NAMED)
        .bind(circle.uuid())
        .bind(now)
        .all::<NamedRow>()
        .await?;
    let mut named = Vec::with_capacity(rows.len());
    for row in rows {
        let role = db::role(&row.role)?;
        if role == protocol::Role::Caregiver && row.consents == 0 {
            continue;
        }
        named.push(Named {
            account: row.account.into(),
            role,
            aik: db::array(&row.aik)?,
        });
    }
    Ok(named)
}

/// The key packages that were claimed for the circle and have not been used.
pub(crate) async fn claimed(tx: &mut Tx, circle: CircleId) -> Result<Vec<Claimed>> {
    let rows = tx
        .sql(CLAIMED)
        .bind(circle.uuid())
        .all::<ClaimedRow>()
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Claimed {
                reference: db::array(&row.reference)?,
                account: row.account.into(),
                device: row.device.into(),
            })
        })
        .collect()
}

/// Brings roster and members into line with the group: the group's roster is the truth. Whoever has a
/// device in it is confirmed; whoever lost the last one is gone, or awaited again if it was only the
/// device that had to go.
pub(crate) async fn apply(
    tx: &mut Tx,
    (circle, generation): (CircleId, u32),
    seq: u64,
    accepted: &Accepted,
    waiting: &[Pending],
) -> Result<()> {
    let before = present(tx, circle).await?;
    let after: BTreeSet<RosterDevice> = accepted.roster.iter().copied().collect();
    for gone in before.difference(&after) {
        tx.sql(REMOVE)
            .bind(circle.uuid())
            .bind(gone.device.uuid())
            .run()
            .await?;
    }
    for new in after.difference(&before) {
        add(tx, circle, *new, seq).await?;
    }
    let accounts = |devices: &BTreeSet<RosterDevice>| -> BTreeSet<AccountId> {
        devices.iter().map(|device| device.account).collect()
    };
    let (were, are) = (accounts(&before), accounts(&after));
    for account in are.difference(&were) {
        confirm(tx, (circle, generation), seq, *account).await?;
    }
    for account in were.difference(&are) {
        let mut gone = before.iter().filter(|device| device.account == *account);
        if gone.all(|device| only_the_device(waiting, device)) {
            await_again(tx, circle, *account).await?;
        } else {
            leave(tx, circle, *account).await?;
        }
    }
    Ok(())
}

/// A new generation: its founder is alone in the group, and everybody else waits to be added again, but
/// for those who were to be removed. What was claimed for the old group is void.
pub(crate) async fn begin_anew(tx: &mut Tx, circle: CircleId, accepted: &Accepted) -> Result<()> {
    let now = tx.now().micros();
    let id = circle.uuid();
    for step in LEAVING {
        let leave = tx.sql(LEAVE_WAITING).bind(id).bind(now);
        leave.bind(step.from()).bind(step.to()).run().await?;
    }
    tx.sql(REMOVE_ALL).bind(id).run().await?;
    tx.sql(VOID_CLAIMS).bind(id).bind(now).run().await?;
    for founder in &accepted.roster {
        let account = founder.account.uuid();
        let invite = tx.sql(INVITE_AGAIN).bind(id).bind(account);
        invite
            .bind(AWAITED_AGAIN.from())
            .bind(AWAITED_AGAIN.to())
            .run()
            .await?;
        add(tx, circle, *founder, 0).await?;
    }
    Ok(())
}

/// The device had to go, not its account.
fn only_the_device(waiting: &[Pending], gone: &RosterDevice) -> bool {
    waiting.iter().any(|pending| {
        pending.device == gone.device && pending.reason == protocol::RemovalReason::Device
    })
}

/// The devices in the group.
async fn present(tx: &mut Tx, circle: CircleId) -> Result<BTreeSet<RosterDevice>> {
    let rows = tx
        .sql(ROSTER)
        .bind(circle.uuid())
        .all::<(Uuid, Uuid)>()
        .await?;
    let device = |(account, device): (Uuid, Uuid)| RosterDevice {
        account: account.into(),
        device: device.into(),
    };
    Ok(rows.into_iter().map(device).collect())
}

async fn confirm(
    tx: &mut Tx,
    (circle, generation): (CircleId, u32),
    seq: u64,
    account: AccountId,
) -> Result<()> {
    let now = tx.now().micros();
    tx.sql(CONFIRM)
        .bind(circle.uuid())
        .bind(account.uuid())
        .bind(now)
        .bind(i64::from(generation))
        .bind(to_db(seq))
        .bind(COMING_IN.from())
        .bind(COMING_IN.to())
        .run()
        .await?;
    Ok(())
}

/// A device came in; the key package that was claimed for it is used up.
async fn add(tx: &mut Tx, circle: CircleId, new: RosterDevice, seq: u64) -> Result<()> {
    tx.sql(ADD)
        .bind(circle.uuid())
        .bind(new.device.uuid())
        .bind(new.account.uuid())
        .bind(to_db(seq))
        .run()
        .await?;
    let now = tx.now().micros();
    tx.sql(USE_CLAIM)
        .bind(circle.uuid())
        .bind(new.device.uuid())
        .bind(now)
        .run()
        .await?;
    Ok(())
}

/// The account is no longer in the circle.
pub(crate) async fn leave(tx: &mut Tx, circle: CircleId, account: AccountId) -> Result<()> {
    let now = tx.now().micros();
    for step in LEAVING {
        tx.sql(LEAVE)
            .bind(circle.uuid())
            .bind(account.uuid())
            .bind(now)
            .bind(step.from())
            .bind(step.to())
            .run()
            .await?;
    }
    Ok(())
}

/// The account has no device in the group any more, and is to be added again when it has another.
async fn await_again(tx: &mut Tx, circle: CircleId, account: AccountId) -> Result<()> {
    tx.sql(AWAIT_AGAIN)
        .bind(circle.uuid())
        .bind(account.uuid())
        .bind(AWAITED_AGAIN.from())
        .bind(AWAITED_AGAIN.to())
        .run()
        .await?;
    Ok(())
}

/// Stores the Welcome once and tells every added device where it is.
pub(crate) async fn welcome(
    tx: &mut Tx,
    (circle, generation): (CircleId, u32),
    start_seq: u64,
    bundle: &CommitBundle,
    accepted: &Accepted,
) -> Result<()> {
    let Some(bytes) = &bundle.welcome else {
        return Ok(());
    };
    let welcome = WelcomeId::from_parts(tx.now(), tx.random());
    let now = tx.now().micros();
    tx.sql(INSERT_WELCOME)
        .bind(welcome.uuid())
        .bind(circle.uuid())
        .bind(i64::from(generation))
        .bind(bytes.to_vec())
        .bind(now)
        .run()
        .await?;
    let notice = NoticeKind::Welcome(WelcomeNotice {
        welcome,
        generation,
        start_seq,
    });
    for device in &accepted.added {
        inbox::notify(tx, device.device, circle, notice).await?;
    }
    Ok(())
}
