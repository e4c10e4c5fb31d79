//! How callers stand to circles: one statement for one of them or for a whole batch, which also yields how each circle
//! stands and what a device did there before.
//!
//! Whoever is about to change a circle holds its row first ([`hold_circles`]), so that what is read here stays true.

use std::collections::BTreeSet;

use care::Caller;
use care::rules::Standing;
use protocol::policy::HistoryMode;
use protocol::{CircleId, CircleStatus, Code, OpId, PersonId, Refusal, SessionId};
use uuid::Uuid;

use super::SessionRow;
use crate::db;
use crate::error::{Error, Result};
use crate::many::MANY_MAX;
use crate::tx::Tx;

many! {
    // A list without a circle asks for the session alone. The session is met first and by its key.
    TO_CIRCLES = [place: Integer, session: Id, circle: Id, op_id: Id, now: Integer] concat!(
        "
        SELECT asked.place, ",
        live!("asked.now"),
        ", k.client, k.status, k.generation, k.epoch, k.era, k.history, k.next_seq,
            m.state AS member, cd.added_seq, sc.counter,
            (SELECT l.seq FROM circle_log l WHERE l.device = d.id AND l.op_id = asked.op_id) AS seen,
            (SELECT COUNT(*) FROM pending_removal r
                WHERE r.circle = k.id AND r.generation = k.generation) AS removals,
            (SELECT COUNT(*) FROM consent c JOIN consent_circle cc ON cc.consent = c.id
                WHERE cc.circle = k.id AND c.client = k.client AND c.caregiver = a.person
                AND c.from_at <= asked.now AND c.withdrawn_at IS NULL
                AND (c.until_at IS NULL OR c.until_at > asked.now)) AS consents, ",
        assignments!("k.client", "asked.now"),
        " AS assignments
        FROM asked CROSS JOIN session s
            JOIN account a ON a.id = s.account
            JOIN device d ON d.id = s.device
            LEFT JOIN circle k ON k.id = asked.circle
            LEFT JOIN circle_member m ON m.circle = k.id AND m.account = a.id
            LEFT JOIN circle_device cd ON cd.circle = k.id AND cd.device = d.id
            LEFT JOIN send_counter sc ON sc.device = d.id AND sc.circle = k.id
                AND sc.generation = k.generation
        WHERE s.id = asked.session"
    );
    HOLD_CIRCLES = [circle: Id] "
        UPDATE circle SET next_seq = next_seq FROM asked WHERE circle.id = asked.circle";
}

#[derive(sqlx::FromRow)]
struct CircleRow {
    place: i64,
    #[sqlx(flatten)]
    session: SessionRow,
    client: Option<Uuid>,
    status: Option<String>,
    generation: Option<i64>,
    epoch: Option<i64>,
    era: Option<i64>,
    history: Option<String>,
    next_seq: Option<i64>,
    member: Option<String>,
    added_seq: Option<i64>,
    counter: Option<i64>,
    seen: Option<i64>,
    removals: i64,
    consents: i64,
    assignments: i64,
}

/// Whose standing is asked for: a session's, to a circle if one is named.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ask {
    pub(crate) session: SessionId,
    pub(crate) circle: Option<CircleId>,
    /// An operation of the session's device, to hear what became of it.
    pub(crate) op_id: Option<OpId>,
}

/// The caller and one circle. By default those of nobody.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct CircleFacts {
    /// For the rules.
    pub(crate) standing: Standing,
    /// The circle as it stands, if there is one and whoever asks is a person.
    pub(crate) circle: Option<CircleState>,
    /// The device is in the circle's group.
    pub(crate) on_roster: bool,
    /// The greatest send counter accepted from the device; 0 if none.
    pub(crate) counter: u64,
    /// The log position that this operation of the device's got, if it was done before.
    pub(crate) seen: Option<u64>,
    /// A removal waits for its commit.
    pub(crate) removal_pending: bool,
    /// When the session last made a request, microseconds.
    pub(crate) last_seen_at: i64,
}

/// A circle as it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CircleState {
    pub(crate) client: PersonId,
    pub(crate) status: CircleStatus,
    pub(crate) generation: u32,
    pub(crate) epoch: u64,
    pub(crate) era: u32,
    /// Whether history is kept: as planned, then by the group's policy.
    pub(crate) history: HistoryMode,
    pub(crate) next_seq: u64,
}

impl CircleFacts {
    /// The circle that the rules let the caller know of.
    pub(crate) fn state(&self) -> Result<CircleState> {
        Ok(self.circle.ok_or_else(|| Refusal::from(Code::NotFound))?)
    }

    /// The circle, provided it has a group.
    pub(crate) fn live(&self) -> Result<CircleState> {
        let state = self.state()?;
        if state.status != CircleStatus::Live {
            return Err(Refusal::new(
                Code::CircleStatus,
                format!("the circle is {}", state.status.as_str()),
            )
            .into());
        }
        Ok(state)
    }

    /// The circle, provided it ever had a group: one that needs help can still be read.
    pub(crate) fn founded(&self) -> Result<CircleState> {
        let state = self.state()?;
        if state.status == CircleStatus::Planned {
            return Err(Refusal::new(Code::CircleStatus, "the circle is planned").into());
        }
        Ok(state)
    }

    /// Refuses whoever would encrypt something that a device could open whose right has ended.
    pub(crate) fn no_removal_may_wait(&self) -> Result<()> {
        if !self.removal_pending {
            return Ok(());
        }
        Err(Refusal::new(
            Code::PendingRemovals,
            "a removal waits for its commit; nothing is encrypted until then",
        )
        .into())
    }

    /// Refuses a device that is not in the group.
    pub(crate) fn must_be_on_roster(&self) -> Result<()> {
        if self.on_roster {
            return Ok(());
        }
        Err(Refusal::new(
            Code::NotOnRoster,
            "this device is not in the circle's group",
        )
        .into())
    }
}

/// The caller and one circle, and what became of one operation.
pub(crate) async fn to_circle(
    tx: &mut Tx,
    caller: &Caller,
    circle: CircleId,
    op_id: Option<OpId>,
) -> Result<CircleFacts> {
    let ask = Ask {
        session: caller.session,
        circle: Some(circle),
        op_id,
    };
    let mut facts = to_circles(tx, &[ask]).await?;
    Ok(facts.pop().unwrap_or_default())
}

/// The same for many at once: what was found, in the order of what was asked.
pub(crate) async fn to_circles(tx: &mut Tx, asks: &[Ask]) -> Result<Vec<CircleFacts>> {
    let now = tx.now().micros();
    let mut facts = vec![CircleFacts::default(); asks.len()];
    for (asks, facts) in asks.chunks(MANY_MAX).zip(facts.chunks_mut(MANY_MAX)) {
        let mut select = tx.many(&TO_CIRCLES, asks.len());
        for (place, ask) in (0_i64..).zip(asks) {
            select = select.row(|row| {
                row.bind(place)
                    .bind(ask.session.uuid())
                    .bind(ask.circle.map(|circle| circle.uuid()))
                    .bind(ask.op_id.map(|op_id| op_id.uuid()))
                    .bind(now)
            });
        }
        for row in select.all::<CircleRow>().await? {
            let found = usize::try_from(row.place).ok();
            let found = found.and_then(|place| facts.get_mut(place));
            *found.ok_or_else(|| Error::broken("a standing that nobody asked for"))? =
                row.facts(now)?;
        }
    }
    Ok(facts)
}

/// Locks circles' rows for the rest of the transaction, so that what is read after it stays true on
/// `PostgreSQL` too. On `SQLite` there is one writer anyway. In ascending order, so that two who want
/// the same circles wait for each other in turn.
pub(crate) async fn hold_circles(tx: &mut Tx, circles: &BTreeSet<CircleId>) -> Result<()> {
    if tx.writes_alone() {
        return Ok(());
    }
    let circles: Vec<CircleId> = circles.iter().copied().collect();
    for circles in circles.chunks(MANY_MAX) {
        let mut hold = tx.many(&HOLD_CIRCLES, circles.len());
        for circle in circles {
            hold = hold.row(|row| row.bind(circle.uuid()));
        }
        hold.run().await?;
    }
    Ok(())
}

/// Locks one circle's row likewise.
pub(crate) async fn hold_circle(tx: &mut Tx, circle: CircleId) -> Result<()> {
    hold_circles(tx, &BTreeSet::from([circle])).await
}

impl CircleRow {
    fn facts(&self, now: i64) -> Result<CircleFacts> {
        let member = self.member.as_deref().map(db::member_state).transpose()?;
        Ok(CircleFacts {
            standing: Standing {
                member,
                consent: self.consents > 0,
                assigned: self.assignments > 0,
                ..self.session.standing(now)?
            },
            circle: self.state()?,
            on_roster: self.added_seq.is_some(),
            counter: self.counter.map_or(0, db::from_db),
            seen: self.seen.map(db::from_db),
            removal_pending: self.removals > 0,
            last_seen_at: self.session.last_seen_at,
        })
    }

    fn state(&self) -> Result<Option<CircleState>> {
        let (Some(client), Some(status)) = (self.client, self.status.as_deref()) else {
            return Ok(None);
        };
        Ok(Some(CircleState {
            client: client.into(),
            status: db::circle_status(status)?,
            generation: self.generation.map_or(0, db::small),
            epoch: self.epoch.map_or(0, db::from_db),
            era: self.era.map_or(0, db::small),
            history: db::history_mode(self.history.as_deref().unwrap_or_default())?,
            next_seq: self.next_seq.map_or(0, db::from_db),
        }))
    }
}
