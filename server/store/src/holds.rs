//! Holds: a time that is kept for whoever makes up their mind, [`limits::HOLD_S`] long: for a client who books by a
//! link, for a worker who fills in what is booked then, and whoever of the staff is to come along ([`staff`]). A hold has
//! claims like those of an appointment, one for everybody whose time it keeps, so the same locks and the same constraint
//! keep everybody else out of it; what is kept free around the visit is held with it. All of its claims come and go
//! together; it counts once, for whoever holds it.
//!
//! Nothing runs when a hold expires: from that instant no search minds it, and whoever books locks the resources
//! and drops what was held on each first (`appointments::team`); the hold goes with the claim of whoever would be
//! booked. Holds are made and let go under the locks of their resources or by their own actor, in the transaction of the
//! actor's act.

use care::availability::SlotSpan;
use protocol::{AccountId, EntryId, Timestamp, VisitTypeId, limits};
use uuid::Uuid;

use crate::db;
use crate::error::Result;
use crate::tx::Tx;

pub(crate) mod staff;

statements! {
    // Of a hold that is gone as well: it was dropped with another resource.
    DROP_CLAIMS = "
        DELETE FROM claim
        WHERE resource = $1 AND hold IS NOT NULL AND NOT EXISTS
            (SELECT 1 FROM hold h WHERE h.id = claim.hold AND h.expires_at > $2)";
    DROP = "DELETE FROM hold WHERE resource = $1 AND expires_at <= $2";
    LIVE = "
        SELECT id, resource, visit_type, start_at, made_at, expires_at FROM hold
        WHERE actor = $1 AND expires_at > $2
        ORDER BY made_at, id";
    OVERLAPPING = "
        SELECT h.id FROM hold h JOIN claim c ON c.hold = h.id
        WHERE h.actor = $1 AND c.resource = $2 AND c.start_at < $4 AND c.end_at > $3";
    INSERT = "
        INSERT INTO hold (id, actor, resource, visit_type, start_at, made_at, expires_at, booking_link,
            account)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    INSERT_CLAIM = "
        INSERT INTO claim (id, resource, hold, start_at, end_at) VALUES ($1, $2, $3, $4, $5)";
    FREE_CLAIMS = "DELETE FROM claim WHERE hold = $1";
    FORGET = "DELETE FROM hold WHERE id = $1";
    IN_THE_WAY = "
        SELECT id, hold FROM claim
        WHERE resource = $1 AND hold IS NOT NULL AND start_at < $3 AND end_at > $2";
    FREE = "DELETE FROM claim WHERE id = $1";
}

#[derive(sqlx::FromRow)]
struct HoldRow {
    id: Uuid,
    resource: Uuid,
    visit_type: Option<Uuid>,
    start_at: i64,
    made_at: i64,
    expires_at: i64,
}

/// For whom a time is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Actor {
    /// Whoever holds this booking link.
    Link(Uuid),
    /// A worker.
    Worker(AccountId),
}

impl Actor {
    fn id(self) -> Uuid {
        match self {
            Self::Link(link) => link,
            Self::Worker(account) => account.uuid(),
        }
    }
}

/// A hold that has not expired.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hold {
    id: Uuid,
    /// Of whoever would be booked.
    pub(crate) resource: Uuid,
    visit_type: Option<VisitTypeId>,
    /// When the visit would begin.
    pub(crate) start: Timestamp,
    pub(crate) made: Timestamp,
    pub(crate) expires: Timestamp,
}

/// A time to be kept.
pub(crate) struct Kept {
    /// Of whoever would be booked.
    pub(crate) resource: Uuid,
    /// Of whoever would come along.
    pub(crate) others: Vec<Uuid>,
    pub(crate) visit_type: Option<VisitTypeId>,
    pub(crate) start: Timestamp,
    /// With what is kept free around it.
    pub(crate) claimed: SlotSpan,
}

/// Drops what was held on a resource, which is locked, and has expired. What it drops is of that resource alone, so that
/// nobody waits here for somebody who has locked another one.
pub(crate) async fn drop_expired(tx: &mut Tx, resource: Uuid) -> Result<()> {
    let now = tx.now().micros();
    // Claims first: they name their hold.
    tx.sql(DROP_CLAIMS).bind(resource).bind(now).run().await?;
    tx.sql(DROP).bind(resource).bind(now).run().await?;
    Ok(())
}

/// What an actor holds now, the oldest first.
pub(crate) async fn live(tx: &mut Tx, actor: Uuid) -> Result<Vec<Hold>> {
    let now = tx.now().micros();
    let rows = tx.sql(LIVE).bind(actor).bind(now);
    let rows = rows.all::<HoldRow>().await?;
    Ok(rows
        .into_iter()
        .map(|row| Hold {
            id: row.id,
            resource: row.resource,
            visit_type: row.visit_type.map(VisitTypeId::from),
            start: db::at(row.start_at),
            made: db::at(row.made_at),
            expires: db::at(row.expires_at),
        })
        .collect())
}

/// Keeps a time for an actor, on resources that are locked and where it was found free but for what they hold
/// themselves: of that, whatever overlaps is let go, and of as many as one may have the oldest. Until when.
pub(crate) async fn make(tx: &mut Tx, actor: Actor, kept: &Kept) -> Result<Timestamp> {
    let mut resources = vec![kept.resource];
    resources.extend(&kept.others);
    for resource in &resources {
        let overlapping = tx
            .sql(OVERLAPPING)
            .bind(actor.id())
            .bind(*resource)
            .bind(kept.claimed.from.micros())
            .bind(kept.claimed.until.micros())
            .all::<(Uuid,)>()
            .await?;
        for (id,) in overlapping {
            forget(tx, id).await?;
        }
    }
    let held = live(tx, actor.id()).await?;
    let too_many = (held.len() + 1).saturating_sub(limits::HOLDS_MAX);
    for hold in held.into_iter().take(too_many) {
        forget(tx, hold.id).await?;
    }
    let now = tx.now();
    let expires = now.plus_seconds(limits::HOLD_S);
    let id = EntryId::from_parts(now, tx.random()).uuid();
    let (link, account) = match actor {
        Actor::Link(link) => (Some(link), None),
        Actor::Worker(account) => (None, Some(account.uuid())),
    };
    tx.sql(INSERT)
        .bind(id)
        .bind(actor.id())
        .bind(kept.resource)
        .bind(kept.visit_type.map(|id| id.uuid()))
        .bind(kept.start.micros())
        .bind(now.micros())
        .bind(expires.micros())
        .bind(link)
        .bind(account)
        .run()
        .await?;
    for resource in resources {
        let claim = EntryId::from_parts(now, tx.random()).uuid();
        tx.sql(INSERT_CLAIM)
            .bind(claim)
            .bind(resource)
            .bind(id)
            .bind(kept.claimed.from.micros())
            .bind(kept.claimed.until.micros())
            .run()
            .await?;
    }
    Ok(expires)
}

/// Gives a held time back, of all for whom it was kept.
async fn forget(tx: &mut Tx, hold: Uuid) -> Result<()> {
    tx.sql(FREE_CLAIMS).bind(hold).run().await?;
    tx.sql(FORGET).bind(hold).run().await?;
    Ok(())
}

/// Lets go of whatever is held on a resource, which is locked, in the way of a visit that is booked already. As
/// [`drop_expired`], of that resource alone: without its hold, what is left of it on others keeps nobody out.
pub(crate) async fn give_way(tx: &mut Tx, resource: Uuid, span: SlotSpan) -> Result<()> {
    let in_the_way = tx.sql(IN_THE_WAY).bind(resource);
    let in_the_way = in_the_way.bind(span.from.micros());
    let in_the_way = in_the_way.bind(span.until.micros());
    for (claim, hold) in in_the_way.all::<(Uuid, Uuid)>().await? {
        tx.sql(FREE).bind(claim).run().await?;
        tx.sql(FORGET).bind(hold).run().await?;
    }
    Ok(())
}

/// Gives back what an actor holds for a visit that would begin then.
pub(crate) async fn let_go(tx: &mut Tx, actor: Uuid, start: Timestamp) -> Result<()> {
    for hold in live(tx, actor).await? {
        if hold.start == start {
            forget(tx, hold.id).await?;
        }
    }
    Ok(())
}

/// Lets go of all that a worker holds, for they book now: since when they kept to the terms of a visit of that kind that
/// begins then. What was kept is not too soon a few minutes later.
pub(crate) async fn use_up(
    tx: &mut Tx,
    worker: AccountId,
    (visit_type, start): (Option<VisitTypeId>, Timestamp),
) -> Result<Timestamp> {
    let held = live(tx, worker.uuid()).await?;
    for hold in &held {
        forget(tx, hold.id).await?;
    }
    let mut held = held.iter();
    let kept = held.find(|hold| hold.start == start && hold.visit_type == visit_type);
    Ok(kept.map_or_else(|| tx.now(), |hold| hold.made))
}

/// Gives back all that an actor holds.
pub(crate) async fn let_all_go(tx: &mut Tx, actor: Uuid) -> Result<()> {
    for hold in live(tx, actor).await? {
        forget(tx, hold.id).await?;
    }
    Ok(())
}
