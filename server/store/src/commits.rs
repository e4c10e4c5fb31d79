//! Changing a circle's group. The delivery service decides (it is pure); this module loads the facts it
//! decides from and applies its answer, all in one transaction.

use care::Caller;
use care::rules::{Act, Permit};
use delivery::{Accepted, CommitFacts, FoundingFacts};
use protocol::bundle::{Appended, CommitBundle, Founding};
use protocol::{
    CircleId, CircleStatus, Code, EntryId, EntryKind, GroupId, OpId, Refusal, Urgency, limits,
};

use crate::append::{self, stale};
use crate::audit::{self, Entry, Object};
use crate::db::to_db;
use crate::error::Result;
use crate::hash::sha256;
use crate::log::{self, NewRow};
use crate::operations::{self, Outcome};
use crate::roster;
use crate::standing::{self, CircleFacts, CircleState};
use crate::store::Store;
use crate::tx::Tx;
use crate::wake::Topic;
use crate::{agency, key_packages};

statements! {
    FOUND = "
        UPDATE circle SET status = 'live', epoch = $2, era = $3 WHERE id = $1 AND status = 'planned'";
    MOVE_ON = "
        UPDATE circle SET epoch = $4, era = $5, next_seq = next_seq + 2
        WHERE id = $1 AND generation = $2 AND epoch = $3 AND status = 'live'";
    KEEP_GROUP = "
        INSERT INTO circle_group (circle, public_state, group_info) VALUES ($1, $2, $3)
        ON CONFLICT (circle) DO UPDATE
            SET public_state = excluded.public_state, group_info = excluded.group_info";
    PUBLIC_STATE = "SELECT public_state FROM circle_group WHERE circle = $1";
    COMMITTED = "
        UPDATE send_counter SET commit_epoch = $4
        WHERE device = $1 AND circle = $2 AND generation = $3";
}

impl Store {
    /// The first device makes a planned circle's group, alone in it. [`Code::CircleFounded`] if
    /// another was first. Answered with an empty log: `seq` 0.
    pub async fn found_circle(
        &self,
        caller: &Caller,
        circle: CircleId,
        founding: Founding,
    ) -> Result<Appended> {
        let caller = *caller;
        self.write("found circle", async move |tx: &mut Tx| {
            found(tx, &caller, circle, &founding).await
        })
        .await
    }

    /// Puts a commit into a circle's log, with the committer's first message of the new epoch behind
    /// it, and everything that follows: tree, roster, members, Welcomes. All or nothing. Checks, in
    /// order: done before · the rules · the circle has a group · group and epoch ([`Code::Generation`],
    /// [`Code::Stale`]) · counter and era · the delivery service and its judge · a circle's size.
    pub async fn commit(
        &self,
        caller: &Caller,
        circle: CircleId,
        bundle: CommitBundle,
    ) -> Result<Appended> {
        let caller = *caller;
        self.write("commit", async move |tx: &mut Tx| {
            commit(tx, &caller, circle, &bundle).await
        })
        .await
    }
}

async fn found(
    tx: &mut Tx,
    caller: &Caller,
    circle: CircleId,
    founding: &Founding,
) -> Result<Appended> {
    standing::hold_circle(tx, circle).await?;
    if let Some(done) = operations::seen(tx, caller, Act::FoundCircle, founding.op_id).await? {
        return Ok(appended(done));
    }
    let facts = standing::to_circle(tx, caller, circle, None).await?;
    let object = Object::Circle(circle);
    let permit = tx.authorize(caller, Act::FoundCircle, facts.standing, object)?;
    let state = facts.state()?;
    if state.status != CircleStatus::Planned {
        return Err(Refusal::new(Code::CircleFounded, "the circle has its group already").into());
    }
    let founder = key_packages::holder(tx, caller).await?;
    let accepted = delivery::found(
        &FoundingFacts {
            group: GroupId {
                circle,
                generation: state.generation,
            },
            founder,
            agency_key: agency::key(tx).await?,
            now: tx.now(),
        },
        founding,
    )?;
    tx.sql(FOUND)
        .bind(circle.uuid())
        .bind(to_db(accepted.epoch))
        .bind(i64::from(accepted.era))
        .run()
        .await?;
    keep_group(tx, circle, &accepted, &founding.group_info).await?;
    roster::apply(tx, circle, 0, &accepted).await?;
    let outcome = Outcome {
        object: circle.uuid(),
        epoch: accepted.epoch,
        seq: 0,
    };
    operations::remember(tx, caller, Act::FoundCircle, founding.op_id, outcome).await?;
    tx.audit(Entry::done(caller, permit, object).about(state.client));
    tx.wake(Topic::Circle(circle));
    Ok(appended(outcome))
}

fn appended(outcome: Outcome) -> Appended {
    Appended {
        epoch: outcome.epoch,
        seq: outcome.seq,
    }
}

async fn commit(
    tx: &mut Tx,
    caller: &Caller,
    circle: CircleId,
    bundle: &CommitBundle,
) -> Result<Appended> {
    standing::hold_circle(tx, circle).await?;
    if let Some(done) = operations::seen(tx, caller, Act::Commit, bundle.op_id).await? {
        return Ok(appended(done));
    }
    let facts = standing::to_circle(tx, caller, circle, Some(bundle.op_id)).await?;
    let object = Object::Circle(circle);
    let permit = tx.authorize(caller, Act::Commit, facts.standing, object)?;
    let state = facts.live()?;
    if facts.seen.is_some() {
        return Err(Refusal::new(Code::BadRequest, "op_id: used for another request").into());
    }
    check(bundle, circle, &state, &facts)?;
    let accepted = judge(tx, caller, circle, &state, bundle).await?;
    if accepted.roster.len() > limits::CIRCLE_DEVICES_MAX {
        return Err(Refusal::new(
            Code::TooLarge,
            format!(
                "a circle has at most {} devices",
                limits::CIRCLE_DEVICES_MAX
            ),
        )
        .into());
    }
    let seq = state.next_seq;
    move_on(tx, circle, &state, &accepted, bundle).await?;
    write_rows(
        tx,
        caller,
        permit,
        &Change {
            circle,
            state,
            bundle,
            accepted: &accepted,
        },
    )
    .await?;
    roster::apply(tx, circle, seq, &accepted).await?;
    roster::welcome(tx, (circle, state.generation), seq, bundle, &accepted).await?;
    let outcome = Outcome {
        object: circle.uuid(),
        epoch: accepted.epoch,
        seq,
    };
    operations::remember(tx, caller, Act::Commit, bundle.op_id, outcome).await?;
    tx.wake(Topic::Circle(circle));
    Ok(appended(outcome))
}

/// What can be told without the group. The candidate's first message names the epoch that the commit
/// makes, so a commit that lost the race is `stale` and never `commit_invalid`.
fn check(
    bundle: &CommitBundle,
    circle: CircleId,
    state: &CircleState,
    facts: &CircleFacts,
) -> Result<()> {
    let next = delivery::read_envelope(&bundle.era_next)?;
    let group = GroupId {
        circle,
        generation: state.generation,
    };
    append::check_group(next.group, group)?;
    if next.epoch != state.epoch + 1 {
        return Err(stale(state));
    }
    append::check_counter(bundle.send_counter, facts)?;
    append::check_era(bundle.era, state)?;
    for (part, size, max) in [
        ("era_next", bundle.era_next.len(), limits::MLS_BYTES_MAX),
        ("commit", bundle.commit.len(), limits::HTTP_BODY_BYTES_MAX),
    ] {
        if size > max {
            return Err(
                Refusal::new(Code::TooLarge, format!("{part}: at most {max} bytes")).into(),
            );
        }
    }
    Ok(())
}

/// Asks the delivery service.
async fn judge(
    tx: &mut Tx,
    caller: &Caller,
    circle: CircleId,
    state: &CircleState,
    bundle: &CommitBundle,
) -> Result<Accepted> {
    let facts = CommitFacts {
        group: GroupId {
            circle,
            generation: state.generation,
        },
        epoch: state.epoch,
        era: state.era,
        committer: key_packages::holder(tx, caller).await?,
        agency_key: agency::key(tx).await?,
        now: tx.now(),
        named: roster::named(tx, circle).await?,
        claimed: roster::claimed(tx, circle).await?,
    };
    let (public_state,): (Vec<u8>,) = tx.sql(PUBLIC_STATE).bind(circle.uuid()).one().await?;
    Ok(delivery::accept(&facts, &public_state, bundle)?)
}

/// The compare-and-set on (generation, epoch).
async fn move_on(
    tx: &mut Tx,
    circle: CircleId,
    state: &CircleState,
    accepted: &Accepted,
    bundle: &CommitBundle,
) -> Result<()> {
    let moved = tx
        .sql(MOVE_ON)
        .bind(circle.uuid())
        .bind(i64::from(state.generation))
        .bind(to_db(state.epoch))
        .bind(to_db(accepted.epoch))
        .bind(i64::from(accepted.era))
        .run()
        .await?;
    if moved == 0 {
        return Err(stale(state));
    }
    keep_group(tx, circle, accepted, &bundle.group_info).await
}

/// The group as the server follows it from here on.
async fn keep_group(
    tx: &mut Tx,
    circle: CircleId,
    accepted: &Accepted,
    group_info: &[u8],
) -> Result<()> {
    tx.sql(KEEP_GROUP)
        .bind(circle.uuid())
        .bind(accepted.public_state.clone())
        .bind(group_info.to_vec())
        .run()
        .await?;
    Ok(())
}

/// A commit that was accepted, on its way into the log.
struct Change<'c> {
    circle: CircleId,
    state: CircleState,
    bundle: &'c CommitBundle,
    accepted: &'c Accepted,
}

impl Change<'_> {
    fn row(&self, caller: &Caller, at: protocol::Timestamp) -> NewRow<'_> {
        NewRow {
            circle: self.circle,
            generation: self.state.generation,
            seq: self.state.next_seq,
            kind: EntryKind::Commit,
            epoch: self.state.epoch,
            device: caller.device,
            op_id: self.bundle.op_id,
            mls: &self.bundle.commit,
            body: &[],
            wrap: &[],
            era: self.accepted.era,
            urgency: Urgency::Routine,
            accepted_at: at,
        }
    }
}

/// The commit's row and behind it the candidate's first message, under one audit entry.
async fn write_rows(
    tx: &mut Tx,
    caller: &Caller,
    permit: Permit,
    change: &Change<'_>,
) -> Result<()> {
    let commit = change.row(caller, tx.now());
    let era_next = NewRow {
        seq: commit.seq + 1,
        kind: EntryKind::Message,
        epoch: change.accepted.epoch,
        op_id: era_next_op(change.bundle.op_id),
        mls: &change.bundle.era_next,
        ..change.row(caller, tx.now())
    };
    let id = EntryId::from_parts(tx.now(), tx.random());
    let first = log::insert(tx, &commit, id).await?;
    let second = log::insert(tx, &era_next, id).await?;
    append::raise_counter(tx, &era_next, change.bundle.send_counter).await?;
    tx.sql(COMMITTED)
        .bind(caller.device.uuid())
        .bind(change.circle.uuid())
        .bind(i64::from(change.state.generation))
        .bind(to_db(change.accepted.epoch))
        .run()
        .await?;
    let shown = [&change.accepted.added, &change.accepted.removed];
    let entry = Entry::done(caller, permit, Object::Circle(change.circle))
        .about(change.state.client)
        .range(commit.seq, era_next.seq)
        .commits_to(sha256(&[&first, &second]))
        .shown(
            shown
                .into_iter()
                .flatten()
                .map(|device| device.device.uuid()),
        );
    audit::write_as(tx, &entry, id).await
}

/// The operation id of `era_next`'s row: the bundle's with the last bit of the last byte flipped.
fn era_next_op(op_id: OpId) -> OpId {
    let mut bytes = *op_id.as_bytes();
    bytes[15] ^= 1;
    OpId::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_rows_of_a_commit_have_operation_ids_of_their_own() {
        let op_id = OpId::from_bytes([0xab; 16]);
        assert_ne!(era_next_op(op_id), op_id);
        assert_eq!(era_next_op(era_next_op(op_id)), op_id);
    }
}
