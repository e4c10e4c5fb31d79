//! Trouble: commits that devices cannot process, a server that was restored from an old copy, and how a
//! circle begins anew.

use std::collections::BTreeMap;

use care::Caller;
use care::rules::{Act, Permit, may};
use delivery::{Accepted, ResetFacts};
use protocol::bundle::{Appended, Founding};
use protocol::frame::{Cursor, NoticeKind};
use protocol::http::{Distress, DistressNoted};
use protocol::{CircleId, CircleStatus, Code, GroupId, Refusal, limits};
use uuid::Uuid;

use crate::append::check_group;
use crate::audit::{Entry, Object};
use crate::db::{self, to_db};
use crate::error::Result;
use crate::foundings::{appended, keep_group};
use crate::operations::{self, Outcome};
use crate::standing::{self, CircleState};
use crate::store::Store;
use crate::tx::Tx;
use crate::wake::Topic;
use crate::{agency, inbox, key_packages, removals, roster};

statements! {
    COMMIT_AT = "
        SELECT kind FROM circle_log WHERE circle = $1 AND generation = $2 AND seq = $3";
    NOTE_DISTRESS = "
        INSERT INTO distress (circle, generation, seq, device, account, noted_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (circle, generation, seq, device) DO NOTHING";
    IN_DISTRESS = "
        SELECT COUNT(DISTINCT account) FROM distress
        WHERE circle = $1 AND generation = $2 AND seq = $3";
    SET_STATUS = "UPDATE circle SET status = $2 WHERE id = $1 AND status = 'live'";
    PUBLIC_STATE = "SELECT public_state FROM circle_group WHERE circle = $1";
    BEGIN = "
        UPDATE circle SET status = 'live', generation = $3, epoch = $4, era = $5, history = $6, next_seq = 1
        WHERE id = $1 AND generation = $2";
    DEVICES = "
        SELECT d.id FROM circle_member m
            JOIN device d ON d.account = m.account AND d.revoked_at IS NULL
        WHERE m.circle = $1 AND m.state <> 'left' ORDER BY d.id";
    POSITIONS = "
        SELECT k.id, k.generation, k.next_seq FROM circle_member m
            JOIN circle k ON k.id = m.circle
        WHERE m.account = $1 AND m.state = 'confirmed' AND k.status = 'live'";
}

impl Store {
    /// The caller's device cannot process a commit. It then rejoins by itself; a second account in
    /// distress about the same commit means that only a reset can heal the circle.
    /// [`Code::BadRequest`] if there is no commit at that place.
    pub async fn report_distress(
        &self,
        caller: &Caller,
        circle: CircleId,
        distress: Distress,
    ) -> Result<DistressNoted> {
        let caller = *caller;
        self.write("report distress", async move |tx: &mut Tx| {
            standing::hold_circle(tx, circle).await?;
            let facts = standing::to_circle(tx, &caller, circle, None).await?;
            let object = Object::Circle(circle);
            let permit = tx.authorize(&caller, Act::ReportDistress, facts.standing, object)?;
            let state = facts.founded()?;
            let (act, op_id) = (Act::ReportDistress, distress.op_id);
            let done = operations::seen(tx, &caller, act, op_id, circle.uuid()).await?;
            if done.is_some() {
                let status = state.status;
                return Ok(DistressNoted { status });
            }
            let group = |generation| GroupId { circle, generation };
            check_group(group(distress.generation), group(state.generation))?;
            facts.must_be_on_roster()?;
            let accounts = note(tx, &caller, circle, &distress).await?;
            let mut status = state.status;
            if accounts >= limits::DISTRESS_ACCOUNTS as u64 && status == CircleStatus::Live {
                status = CircleStatus::NeedsReset;
                set_status(tx, circle, status).await?;
            }
            operations::remember(tx, &caller, act, op_id, Outcome::of(circle.uuid())).await?;
            let entry = Entry::done(&caller, permit, object).about(state.client);
            tx.audit(entry.range(distress.seq, distress.seq));
            Ok(DistressNoted { status })
        })
        .await
    }

    /// Begins a circle's next generation, with the caller's device alone in it; the others are added
    /// again, but for those whose removal waited. By staff who serve the client, at any time. Checks, in
    /// order: done before · the rules · the circle has a group ([`Code::CircleStatus`]) · the delivery
    /// service and its judge. Answered with an empty log: `seq` 0.
    pub async fn reset_circle(
        &self,
        caller: &Caller,
        circle: CircleId,
        founding: Founding,
    ) -> Result<Appended> {
        let caller = *caller;
        let reset = self
            .write("reset circle", async move |tx: &mut Tx| {
                reset(tx, &caller, circle, &founding).await
            })
            .await;
        let (appended, now) = reset?;
        if now {
            metrics::counter!("circles_reset").increment(1);
        }
        Ok(appended)
    }
}

/// Notes who is in distress; how many accounts are about this commit.
async fn note(tx: &mut Tx, caller: &Caller, circle: CircleId, distress: &Distress) -> Result<u64> {
    let (generation, seq) = (i64::from(distress.generation), to_db(distress.seq));
    let row = tx
        .sql(COMMIT_AT)
        .bind(circle.uuid())
        .bind(generation)
        .bind(seq)
        .maybe::<(String,)>()
        .await?;
    if row.is_none_or(|(kind,)| kind != protocol::EntryKind::Commit.as_str()) {
        return Err(Refusal::new(Code::BadRequest, "seq: not a commit's").into());
    }
    let now = tx.now().micros();
    tx.sql(NOTE_DISTRESS)
        .bind(circle.uuid())
        .bind(generation)
        .bind(seq)
        .bind(caller.device.uuid())
        .bind(caller.account.uuid())
        .bind(now)
        .run()
        .await?;
    let (accounts,): (i64,) = tx
        .sql(IN_DISTRESS)
        .bind(circle.uuid())
        .bind(generation)
        .bind(seq)
        .one()
        .await?;
    Ok(db::from_db(accounts))
}

/// The circle, which was live, needs help; everybody is told.
async fn set_status(tx: &mut Tx, circle: CircleId, status: CircleStatus) -> Result<()> {
    tx.sql(SET_STATUS)
        .bind(circle.uuid())
        .bind(status.as_str())
        .run()
        .await?;
    tx.wake(Topic::Circle(circle));
    tell_all(tx, circle).await
}

/// Tells every device of the circle's people, in the group or not.
async fn tell_all(tx: &mut Tx, circle: CircleId) -> Result<()> {
    let devices = tx.sql(DEVICES).bind(circle.uuid()).all::<(Uuid,)>().await?;
    for (device,) in devices {
        inbox::notify(tx, device.into(), circle, NoticeKind::Roster).await?;
    }
    Ok(())
}

/// What the device is answered, and whether it was reset now and not before.
async fn reset(
    tx: &mut Tx,
    caller: &Caller,
    circle: CircleId,
    founding: &Founding,
) -> Result<(Appended, bool)> {
    standing::hold_circle(tx, circle).await?;
    let (act, op_id) = (Act::ResetCircle, founding.op_id);
    if let Some(done) = operations::seen(tx, caller, act, op_id, circle.uuid()).await? {
        return Ok((appended(done), false));
    }
    let facts = standing::to_circle(tx, caller, circle, None).await?;
    let object = Object::Circle(circle);
    let permit = tx.authorize(caller, Act::ResetCircle, facts.standing, object)?;
    let state = facts.founded()?;
    let next = state.generation + 1;
    let (public_state,): (Vec<u8>,) = tx.sql(PUBLIC_STATE).bind(circle.uuid()).one().await?;
    let reset = ResetFacts {
        group: GroupId {
            circle,
            generation: next,
        },
        founder: key_packages::holder(tx, caller).await?,
        agency_key: agency::coming_key(tx).await?,
        now: tx.now(),
    };
    let accepted = delivery::reset(&reset, &public_state, founding)?;
    begin(tx, circle, (state.generation, next), &accepted).await?;
    keep_group(tx, circle, &accepted, &founding.group_info).await?;
    let waiting = removals::pending(tx, circle, state.generation).await?;
    roster::begin_anew(tx, circle, &accepted).await?;
    removals::settle(tx, caller, circle, &waiting, &accepted.roster).await?;
    tell_all(tx, circle).await?;
    let outcome = Outcome {
        object: circle.uuid(),
        epoch: accepted.epoch,
        seq: 0,
    };
    operations::remember(tx, caller, Act::ResetCircle, founding.op_id, outcome).await?;
    tx.wake(Topic::Circle(circle));
    tx.audit(Entry::done(caller, permit, object).about(state.client));
    Ok((appended(outcome), true))
}

async fn begin(
    tx: &mut Tx,
    circle: CircleId,
    (generation, next): (u32, u32),
    accepted: &Accepted,
) -> Result<()> {
    tx.sql(BEGIN)
        .bind(circle.uuid())
        .bind(i64::from(generation))
        .bind(i64::from(next))
        .bind(to_db(accepted.epoch))
        .bind(i64::from(accepted.era))
        .bind(accepted.history.as_str())
        .run()
        .await?;
    Ok(())
}

/// A device that is further than the server shows that the server was restored from an old copy: its
/// circle is `recovering` and takes nothing until it is reset.
pub(crate) async fn compare(
    tx: &mut Tx,
    caller: &Caller,
    permit: Permit,
    cursors: &[Cursor],
) -> Result<()> {
    if cursors.is_empty() {
        return Ok(());
    }
    let rows = tx
        .sql(POSITIONS)
        .bind(caller.account.uuid())
        .all::<(Uuid, i64, i64)>()
        .await?;
    let known: BTreeMap<CircleId, (u32, u64)> = rows
        .into_iter()
        .map(|(circle, generation, next)| {
            (circle.into(), (db::small(generation), db::from_db(next)))
        })
        .collect();
    let mut ahead: Vec<&Cursor> = cursors
        .iter()
        .filter(|cursor| {
            known
                .get(&cursor.circle)
                .is_some_and(|known| is_ahead(cursor, *known))
        })
        .collect();
    ahead.sort_unstable_by_key(|cursor| cursor.circle);
    for cursor in ahead {
        recover(tx, caller, permit, cursor).await?;
    }
    Ok(())
}

fn is_ahead(cursor: &Cursor, (generation, next_seq): (u32, u64)) -> bool {
    cursor.generation > generation || (cursor.generation == generation && cursor.seq >= next_seq)
}

/// Looks once more with the circle held, for the log may have grown meanwhile. Whoever may not read there any more has no
/// say in it, though their device is in the group until somebody commits: with a word they would stop everybody else.
async fn recover(tx: &mut Tx, caller: &Caller, permit: Permit, cursor: &Cursor) -> Result<()> {
    let circle = cursor.circle;
    standing::hold_circle(tx, circle).await?;
    let facts = standing::to_circle(tx, caller, circle, None).await?;
    if may(Act::ReadLog, facts.standing).is_err() {
        return Ok(());
    }
    let state: CircleState = facts.state()?;
    let ahead = is_ahead(cursor, (state.generation, state.next_seq));
    if !ahead || state.status != CircleStatus::Live {
        return Ok(());
    }
    metrics::counter!("circles_recovering").increment(1);
    tracing::error!(%circle, "a device is further than this server: was it restored from an old copy?");
    set_status(tx, circle, CircleStatus::Recovering).await?;
    tx.audit(Entry::done(caller, permit, Object::Circle(circle)).about(state.client));
    Ok(())
}
