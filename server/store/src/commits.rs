//! Changing a circle's group. The delivery service decides (it is pure); this module loads the facts it
//! decides from and applies its answer, all in one transaction.

use care::Caller;
use care::rules::{Act, Permit};
use delivery::{Accepted, CommitFacts};
use protocol::bundle::{Appended, CommitBundle};
use protocol::frame::NoticeKind;
use protocol::{
    CircleId, Code, DeviceId, EntryId, EntryKind, GroupId, OpId, Refusal, Urgency, limits,
};
use uuid::Uuid;

use crate::append::{self, stale};
use crate::audit::{Entry, Object};
use crate::db::{self, to_db};
use crate::error::{Error, Result};
use crate::foundings::{appended, keep_group};
use crate::hash::sha256;
use crate::log::{self, NewRow};
use crate::operations::{self, Outcome};
use crate::removals::{self, Pending};
use crate::standing::{self, CircleFacts, CircleState};
use crate::store::Store;
use crate::tx::Tx;
use crate::wake::Topic;
use crate::{agency, inbox, key_packages, roster};

/// The log rows of one commit: itself, and the committer's first message of the new epoch.
const ROWS: u64 = 2;

statements! {
    MOVE_ON = "
        UPDATE circle SET epoch = $4, era = $5, history = $6, next_seq = next_seq + 2
        WHERE id = $1 AND generation = $2 AND epoch = $3 AND status = 'live'";
    PUBLIC_STATE = "SELECT public_state FROM circle_group WHERE circle = $1";
    LIVE = "SELECT id FROM device WHERE id = $1 AND revoked_at IS NULL";
    COMMIT_OF = "
        SELECT epoch, mls FROM circle_log WHERE device = $1 AND op_id = $2 AND kind = 'commit'";
    COMMITTED = "
        UPDATE send_counter SET commit_epoch = $4
        WHERE device = $1 AND circle = $2 AND generation = $3";
}

impl Store {
    /// Puts a commit into a circle's log, with the committer's first message of the new epoch behind
    /// it, and everything that follows: tree, roster, members, Welcomes. All or nothing. An external
    /// commit, by which a device of a confirmed account comes in by itself, is one too. Checks, in
    /// order: done before · the rules · the circle has a group · group and epoch ([`Code::Generation`],
    /// [`Code::Stale`]) · counter and era · the delivery service and its judge, who refuses a member's
    /// commit that leaves a removal waiting ([`Code::MissingRemovals`]) · a circle's size.
    pub async fn commit(
        &self,
        caller: &Caller,
        circle: CircleId,
        bundle: CommitBundle,
    ) -> Result<Appended> {
        let caller = *caller;
        let committed = self
            .write("commit", async move |tx: &mut Tx| {
                commit(tx, &caller, circle, &bundle).await
            })
            .await;
        match &committed {
            Ok(committed) => committed.count(),
            Err(Error::Refused(refusal)) if refusal.code == Code::Stale => {
                metrics::counter!("commits_stale").increment(1);
            }
            Err(_) => {}
        }
        committed.map(|committed| committed.appended)
    }
}

/// What a commit did, to be answered and counted once it is durable.
struct Committed {
    appended: Appended,
    returned: bool,
    era_begun: bool,
    /// How long each removal took that it settled, seconds.
    removals: Vec<f64>,
}

impl Committed {
    /// Done before: nothing to be counted.
    fn before(outcome: Outcome) -> Self {
        Self {
            appended: appended(outcome),
            returned: false,
            era_begun: false,
            removals: Vec::new(),
        }
    }

    fn count(&self) {
        if self.returned {
            metrics::counter!("devices_returned").increment(1);
        }
        if self.era_begun {
            metrics::counter!("eras_begun").increment(1);
        }
        for seconds in &self.removals {
            metrics::counter!("removals").increment(1);
            metrics::histogram!("removal_seconds").record(*seconds);
        }
    }
}

async fn commit(
    tx: &mut Tx,
    caller: &Caller,
    circle: CircleId,
    bundle: &CommitBundle,
) -> Result<Committed> {
    standing::hold_circle(tx, circle).await?;
    let (act, op_id) = (Act::Commit, bundle.op_id);
    if let Some(done) = operations::seen(tx, caller, act, op_id, circle.uuid()).await? {
        return Ok(Committed::before(done));
    }
    let facts = standing::to_circle(tx, caller, circle, Some(bundle.op_id)).await?;
    let object = Object::Circle(circle);
    let permit = tx.authorize(caller, Act::Commit, facts.standing, object)?;
    let state = facts.live()?;
    if let Some(seq) = facts.seen {
        return in_the_log(tx, caller, bundle, (circle, seq)).await;
    }
    check(bundle, circle, &state, &facts)?;
    let waiting = removals::pending(tx, circle, state.generation).await?;
    let accepted = judge(tx, caller, (circle, &state), &waiting, bundle).await?;
    check_size(&accepted)?;
    move_on(tx, circle, &state, &accepted, bundle).await?;
    let change = Change {
        circle,
        state,
        bundle,
        accepted: &accepted,
    };
    write_rows(tx, caller, permit, &change).await?;
    let removals = change.follow_up(tx, caller, permit, &waiting).await?;
    let outcome = Outcome {
        object: circle.uuid(),
        epoch: accepted.epoch,
        seq: state.next_seq,
    };
    operations::remember(tx, caller, Act::Commit, bundle.op_id, outcome).await?;
    tx.wake(Topic::Circle(circle));
    Ok(Committed {
        appended: appended(outcome),
        returned: accepted.returned,
        era_begun: accepted.era > state.era,
        removals,
    })
}

fn check_size(accepted: &Accepted) -> Result<()> {
    if accepted.roster.len() <= limits::CIRCLE_DEVICES_MAX {
        return Ok(());
    }
    Err(Refusal::new(
        Code::TooLarge,
        format!(
            "a circle has at most {} devices",
            limits::CIRCLE_DEVICES_MAX
        ),
    )
    .into())
}

/// The log shows the operation though its answer is forgotten ([`limits::OPERATION_S`]): whoever comes
/// back after weeks hears that it was done.
async fn in_the_log(
    tx: &mut Tx,
    caller: &Caller,
    bundle: &CommitBundle,
    (circle, seq): (CircleId, u64),
) -> Result<Committed> {
    let row = tx
        .sql(COMMIT_OF)
        .bind(caller.device.uuid())
        .bind(bundle.op_id.uuid())
        .maybe::<(i64, Vec<u8>)>()
        .await?;
    match row {
        Some((epoch, commit)) if commit == *bundle.commit => Ok(Committed::before(Outcome {
            object: circle.uuid(),
            epoch: db::from_db(epoch) + 1,
            seq,
        })),
        _ => Err(Refusal::new(Code::BadRequest, "op_id: used for another request").into()),
    }
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
    // Which era is due when history ends or begins, the policy says: the delivery service reads it.
    if state.history.is_kept() {
        append::check_era(bundle.era, state)?;
    }
    for (part, size, max) in [
        ("era_next", bundle.era_next.len(), limits::MLS_BYTES_MAX),
        ("commit", bundle.commit.len(), limits::COMMIT_BYTES_MAX),
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
    (circle, state): (CircleId, &CircleState),
    waiting: &[Pending],
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
        pending: waiting.iter().map(|pending| pending.device).collect(),
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
        .bind(accepted.history.as_str())
        .run()
        .await?;
    if moved == 0 {
        return Err(stale(state));
    }
    keep_group(tx, circle, accepted, &bundle.group_info).await
}

/// A commit that was accepted, on its way into the log.
struct Change<'c> {
    circle: CircleId,
    state: CircleState,
    bundle: &'c CommitBundle,
    accepted: &'c Accepted,
}

impl Change<'_> {
    /// What follows from the rows: roster and members, settled removals, Welcomes, and the proposals
    /// anew that an external commit could not take up. How long the settled ones took, seconds.
    async fn follow_up(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        permit: Permit,
        waiting: &[Pending],
    ) -> Result<Vec<f64>> {
        let (circle, seq, accepted) = (self.circle, self.state.next_seq, self.accepted);
        let group = (circle, self.state.generation);
        roster::apply(tx, group, seq, accepted, waiting).await?;
        let settled = removals::settle(tx, caller, circle, waiting, &accepted.roster).await?;
        for removed in &accepted.removed {
            tell_removed(tx, removed.device, circle).await?;
        }
        roster::welcome(tx, group, seq, self.bundle, accepted).await?;
        if !accepted.unresolved.is_empty() {
            let state = CircleState {
                epoch: accepted.epoch,
                era: accepted.era,
                history: accepted.history,
                next_seq: seq + ROWS,
                ..self.state
            };
            let entry = Entry::done(caller, permit, Object::Circle(circle)).about(state.client);
            removals::propose(tx, circle, &state, &accepted.unresolved, entry).await?;
        }
        Ok(settled)
    }

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
    tx.audit_as(id, entry);
    Ok(())
}

/// A device that was taken out and can still hear of it reads the circle again.
async fn tell_removed(tx: &mut Tx, device: DeviceId, circle: CircleId) -> Result<()> {
    let live = tx.sql(LIVE).bind(device.uuid()).maybe::<(Uuid,)>().await?;
    if live.is_some() {
        inbox::notify(tx, device, circle, NoticeKind::Roster).await?;
    }
    Ok(())
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
