//! How a stay in a circle ends without anybody's commit yet: the person leaves, or the right runs out.

use care::Caller;
use care::rules::{Act, Asker, Standing};
use protocol::http::LeaveCircle;
use protocol::{CircleId, RemovalReason, Timestamp};
use uuid::Uuid;

use crate::audit::{Entry, Object};
use crate::db;
use crate::error::Result;
use crate::operations::{self, Outcome};
use crate::removals::{self, Whom};
use crate::store::Store;
use crate::tx::Tx;
use crate::wake::Topic;
use crate::{roster, standing};

/// The limit of [`LAPSED`].
const LAPSED_AT_ONCE: usize = 64;

statements! {
    // A caregiver's device stands in a group although the consent that covered the circle ran out; a
    // case manager's although their assignment ended; a device although it was revoked.
    LAPSED = "
        SELECT cd.circle, cd.device, 'consent' AS reason
        FROM consent c
            JOIN consent_circle cc ON cc.consent = c.id
            JOIN account a ON a.person = c.caregiver AND a.role = 'caregiver'
            JOIN circle_device cd ON cd.circle = cc.circle AND cd.account = a.id
            LEFT JOIN pending_removal r ON r.circle = cd.circle AND r.device = cd.device
        WHERE c.until_at <= $1 AND c.withdrawn_at IS NULL AND r.device IS NULL
            AND NOT EXISTS (SELECT 1 FROM consent o JOIN consent_circle oc ON oc.consent = o.id
                WHERE oc.circle = cc.circle AND o.client = c.client AND o.caregiver = c.caregiver
                AND o.from_at <= $1 AND o.withdrawn_at IS NULL
                AND (o.until_at IS NULL OR o.until_at > $1))
        UNION
        SELECT cd.circle, cd.device, 'left' AS reason
        FROM assignment g
            JOIN account a ON a.id = g.account AND a.role = 'case_manager'
            JOIN circle k ON k.client = g.client
            JOIN circle_device cd ON cd.circle = k.id AND cd.account = g.account
            LEFT JOIN pending_removal r ON r.circle = cd.circle AND r.device = cd.device
        WHERE g.ended_at <= $1 AND r.device IS NULL
            AND NOT EXISTS (SELECT 1 FROM assignment o
                WHERE o.account = g.account AND o.client = g.client AND o.from_at <= $1
                AND (o.ended_at IS NULL OR o.ended_at > $1))
        UNION
        SELECT cd.circle, cd.device, 'device' AS reason
        FROM device d
            JOIN circle_device cd ON cd.device = d.id
            LEFT JOIN pending_removal r ON r.circle = cd.circle AND r.device = cd.device
        WHERE d.revoked_at <= $1 AND r.device IS NULL
        ORDER BY 1, 2 LIMIT 64";
    NEXT_END = "
        SELECT MIN(t) FROM (
            SELECT MIN(c.until_at) AS t FROM consent c JOIN consent_circle cc ON cc.consent = c.id
            WHERE c.until_at > $1 AND c.withdrawn_at IS NULL
            UNION ALL
            SELECT MIN(g.ended_at) AS t FROM assignment g WHERE g.ended_at > $1) AS ends";
}

#[derive(sqlx::FromRow)]
struct LapsedRow {
    circle: Uuid,
    device: Uuid,
    reason: String,
}

impl Store {
    /// The caller no longer wants to be in the circle. Every right there ends at once; their devices
    /// leave the group with the next commit. Somebody who was only invited is no longer named. Again
    /// does nothing more.
    pub async fn leave_circle(
        &self,
        caller: &Caller,
        circle: CircleId,
        request: LeaveCircle,
    ) -> Result<()> {
        let caller = *caller;
        self.write("leave circle", async move |tx: &mut Tx| {
            standing::hold_circle(tx, circle).await?;
            let (act, of) = (Act::LeaveCircle, circle.uuid());
            let seen = operations::seen(tx, &caller, act, request.op_id, of).await?;
            if seen.is_some() {
                return Ok(());
            }
            let facts = standing::to_circle(tx, &caller, circle, None).await?;
            let object = Object::Circle(circle);
            let permit = tx.authorize(&caller, Act::LeaveCircle, facts.standing, object)?;
            let client = facts.state()?.client;
            let whom = Whom::Account(caller.account);
            removals::begin(tx, (&caller, permit), circle, whom, RemovalReason::Left).await?;
            roster::leave(tx, circle, caller.account).await?;
            let outcome = Outcome::of(circle.uuid());
            operations::remember(tx, &caller, Act::LeaveCircle, request.op_id, outcome).await?;
            tx.wake(Topic::Circle(circle));
            tx.audit(Entry::done(&caller, permit, object).about(client));
            Ok(())
        })
        .await
    }

    /// Begins the removals of devices whose right ran out by itself, a few at a time; whether there may be
    /// more.
    pub async fn end_lapsed(&self, now: Timestamp) -> Result<bool> {
        let rows = self
            .read("lapsed", async move |tx: &mut Tx| lapsed(tx, now).await)
            .await?;
        for (circle, device, reason) in &rows {
            let (circle, whom, reason) = (*circle, Whom::Device(*device), *reason);
            let caller = Caller::scheduler();
            self.write("end lapsed", async move |tx: &mut Tx| {
                let standing = Standing {
                    asker: Asker::Scheduler,
                    ..Standing::default()
                };
                let object = Object::Circle(circle);
                let permit = tx.authorize(&caller, Act::RunJob, standing, object)?;
                removals::begin(tx, (&caller, permit), circle, whom, reason).await
            })
            .await?;
        }
        Ok(rows.len() >= LAPSED_AT_ONCE)
    }

    /// When the next consent that covers a circle, or the next hand-over, runs out.
    pub async fn next_lapse(&self, now: Timestamp) -> Result<Option<Timestamp>> {
        self.read("next lapse", async move |tx: &mut Tx| {
            let (next,): (Option<i64>,) = tx.sql(NEXT_END).bind(now.micros()).one().await?;
            Ok(next.map(db::at))
        })
        .await
    }
}

async fn lapsed(
    tx: &mut Tx,
    now: Timestamp,
) -> Result<Vec<(CircleId, protocol::DeviceId, RemovalReason)>> {
    let rows = tx.sql(LAPSED).bind(now.micros()).all::<LapsedRow>().await?;
    rows.into_iter()
        .map(|row| {
            let reason = db::removal_reason(&row.reason)?;
            Ok((row.circle.into(), row.device.into(), reason))
        })
        .collect()
}
