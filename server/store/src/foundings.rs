//! How a circle's group begins.

use care::Caller;
use care::rules::Act;
use delivery::{Accepted, FoundingFacts};
use protocol::bundle::{Appended, Founding};
use protocol::{CircleId, CircleStatus, Code, GroupId, Refusal};

use crate::audit::{Entry, Object};
use crate::db::to_db;
use crate::error::Result;
use crate::operations::{self, Outcome};
use crate::store::Store;
use crate::tx::Tx;
use crate::wake::Topic;
use crate::{agency, key_packages, roster, standing};

statements! {
    FOUND = "
        UPDATE circle SET status = 'live', epoch = $2, era = $3, history = $4
        WHERE id = $1 AND status = 'planned'";
    KEEP_GROUP = "
        INSERT INTO circle_group (circle, public_state, group_info) VALUES ($1, $2, $3)
        ON CONFLICT (circle) DO UPDATE
            SET public_state = excluded.public_state, group_info = excluded.group_info";
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
}

async fn found(
    tx: &mut Tx,
    caller: &Caller,
    circle: CircleId,
    founding: &Founding,
) -> Result<Appended> {
    standing::hold_circle(tx, circle).await?;
    let (act, op_id) = (Act::FoundCircle, founding.op_id);
    if let Some(done) = operations::seen(tx, caller, act, op_id, circle.uuid()).await? {
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
            agency_key: agency::coming_key(tx).await?,
            now: tx.now(),
        },
        founding,
    )?;
    tx.sql(FOUND)
        .bind(circle.uuid())
        .bind(to_db(accepted.epoch))
        .bind(i64::from(accepted.era))
        .bind(accepted.history.as_str())
        .run()
        .await?;
    keep_group(tx, circle, &accepted, &founding.group_info).await?;
    roster::apply(tx, (circle, state.generation), 0, &accepted, &[]).await?;
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

/// The group as the server follows it from here on.
pub(crate) async fn keep_group(
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

/// As the device hears it.
pub(crate) fn appended(outcome: Outcome) -> Appended {
    Appended {
        epoch: outcome.epoch,
        seq: outcome.seq,
    }
}
