//! How a caller stands to what they ask about, loaded in the transaction of the act: the facts from
//! which `care::rules` decides. One statement each.

use care::Caller;
use care::rules::{Asker, Standing};
use protocol::{CircleId, CircleStatus, Code, OpId, PersonId, Refusal, Role, limits};
use uuid::Uuid;

use crate::db;
use crate::error::Result;
use crate::tx::Tx;

/// Whether a session lives, apart from its idleness, which depends on the role. `$1` is the session,
/// `$2` the time.
macro_rules! session {
    ($columns:expr, $joins:expr) => {
        concat!(
            "
        SELECT a.role, s.last_seen_at,
            CAST(CASE WHEN s.ended_at IS NULL AND s.ends_at > $2 AND d.revoked_at IS NULL
                AND s.session_generation = a.session_generation
                AND s.grant_generation = a.grant_generation
                AND s.device_generation = d.generation THEN 1 ELSE 0 END AS BIGINT) AS live",
            $columns,
            "
        FROM session s
            JOIN account a ON a.id = s.account
            JOIN device d ON d.id = s.device",
            $joins,
            "
        WHERE s.id = $1"
        )
    };
}

/// How many live assignments bind the account to the client named by `$client`.
macro_rules! assignments {
    ($client:literal) => {
        concat!(
            "(SELECT COUNT(*) FROM assignment g
                WHERE g.account = a.id AND g.client = ",
            $client,
            " AND g.from_at <= $2 AND (g.ended_at IS NULL OR g.ended_at > $2))"
        )
    };
}

pub(crate) mod appointments;

statements! {
    OF_SESSION = session!("", "");
    TO_CLIENT = session!(concat!(", ", assignments!("$3"), " AS assignments"), "");
    TO_PERSON = session!(
        ", (SELECT COUNT(*) FROM assignment g
                WHERE g.account = a.id
                    AND (g.client = $3 OR g.client IN
                        (SELECT r.client FROM related_person r WHERE r.person = $3))
                    AND g.from_at <= $2 AND (g.ended_at IS NULL OR g.ended_at > $2)) AS assignments",
        ""
    );
    TO_CIRCLE = session!(
        concat!(
            ", k.client, k.status, k.generation, k.epoch, k.era, k.next_seq,
            m.state AS member, cd.added_seq, sc.counter, l.seq AS seen,
            (SELECT COUNT(*) FROM consent c JOIN consent_circle cc ON cc.consent = c.id
                WHERE cc.circle = k.id AND c.client = k.client AND c.caregiver = a.person
                AND c.from_at <= $2 AND c.withdrawn_at IS NULL
                AND (c.until_at IS NULL OR c.until_at > $2)) AS consents, ",
            assignments!("k.client"),
            " AS assignments"
        ),
        "
            LEFT JOIN circle k ON k.id = $3
            LEFT JOIN circle_member m ON m.circle = k.id AND m.account = a.id
            LEFT JOIN circle_device cd ON cd.circle = k.id AND cd.device = d.id
            LEFT JOIN send_counter sc ON sc.device = d.id AND sc.circle = k.id
                AND sc.generation = k.generation
            LEFT JOIN circle_log l ON l.device = d.id AND l.op_id = $4"
    );
    HOLD_CIRCLE = "UPDATE circle SET next_seq = next_seq WHERE id = $1 RETURNING next_seq";
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    role: String,
    last_seen_at: i64,
    live: i64,
}

#[derive(sqlx::FromRow)]
struct ClientRow {
    #[sqlx(flatten)]
    session: SessionRow,
    assignments: i64,
}

#[derive(sqlx::FromRow)]
struct CircleRow {
    #[sqlx(flatten)]
    session: SessionRow,
    client: Option<Uuid>,
    status: Option<String>,
    generation: Option<i64>,
    epoch: Option<i64>,
    era: Option<i64>,
    next_seq: Option<i64>,
    member: Option<String>,
    added_seq: Option<i64>,
    counter: Option<i64>,
    seen: Option<i64>,
    consents: i64,
    assignments: i64,
}

/// The caller and one circle.
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

/// The caller alone.
pub(crate) async fn of_session(tx: &mut Tx, caller: &Caller) -> Result<Standing> {
    if caller.is_installation() {
        return Ok(Standing::installation());
    }
    let now = tx.now().micros();
    let row = tx
        .sql(OF_SESSION)
        .bind(caller.session.uuid())
        .bind(now)
        .maybe::<SessionRow>()
        .await?;
    row.map_or_else(|| Ok(Standing::default()), |row| row.standing(now))
}

/// The caller and one client.
pub(crate) async fn to_client(tx: &mut Tx, caller: &Caller, client: PersonId) -> Result<Standing> {
    let standing = to_client_by(tx, TO_CLIENT, caller, client).await?;
    Ok(Standing {
        own: caller.person == client,
        ..standing
    })
}

async fn to_client_by(
    tx: &mut Tx,
    sql: &'static str,
    caller: &Caller,
    client: PersonId,
) -> Result<Standing> {
    if caller.is_installation() {
        return Ok(Standing::installation());
    }
    let now = tx.now().micros();
    let row = tx
        .sql(sql)
        .bind(caller.session.uuid())
        .bind(now)
        .bind(client.uuid())
        .maybe::<ClientRow>()
        .await?;
    let Some(row) = row else {
        return Ok(Standing::default());
    };
    Ok(Standing {
        assigned: row.assignments > 0,
        ..row.session.standing(now)?
    })
}

/// The caller and one person: themselves, a client of theirs, or a caregiver of a client of theirs.
pub(crate) async fn to_person(tx: &mut Tx, caller: &Caller, person: PersonId) -> Result<Standing> {
    let standing = to_client_by(tx, TO_PERSON, caller, person).await?;
    Ok(Standing {
        own: caller.person == person,
        ..standing
    })
}

/// The caller and one circle, and what became of one operation.
pub(crate) async fn to_circle(
    tx: &mut Tx,
    caller: &Caller,
    circle: CircleId,
    op_id: Option<OpId>,
) -> Result<CircleFacts> {
    let now = tx.now().micros();
    let row = tx
        .sql(TO_CIRCLE)
        .bind(caller.session.uuid())
        .bind(now)
        .bind(circle.uuid())
        .bind(op_id.map(|op_id| op_id.uuid()))
        .maybe::<CircleRow>()
        .await?;
    let Some(row) = row else {
        return Ok(CircleFacts {
            standing: Standing::default(),
            circle: None,
            on_roster: false,
            counter: 0,
            seen: None,
            last_seen_at: 0,
        });
    };
    let member = row.member.as_deref().map(db::member_state).transpose()?;
    Ok(CircleFacts {
        standing: Standing {
            member,
            consent: row.consents > 0,
            assigned: row.assignments > 0,
            ..row.session.standing(now)?
        },
        circle: row.state()?,
        on_roster: row.added_seq.is_some(),
        counter: row.counter.map_or(0, db::from_db),
        seen: row.seen.map(db::from_db),
        last_seen_at: row.session.last_seen_at,
    })
}

/// Locks a circle's row for the rest of the transaction, so that what is read after it stays true on
/// `PostgreSQL` too (on `SQLite` there is one writer anyway). The next log position, or `None` if there
/// is no such circle.
pub(crate) async fn hold_circle(tx: &mut Tx, circle: CircleId) -> Result<Option<u64>> {
    let row = tx
        .sql(HOLD_CIRCLE)
        .bind(circle.uuid())
        .maybe::<(i64,)>()
        .await?;
    Ok(row.map(|(next,)| db::from_db(next)))
}

impl SessionRow {
    fn standing(&self, now: i64) -> Result<Standing> {
        let role = db::role(&self.role)?;
        Ok(Standing {
            asker: Asker::Account(role),
            session: self.live != 0 && now < idle_at(role, self.last_seen_at),
            ..Standing::default()
        })
    }
}

impl CircleRow {
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
            next_seq: self.next_seq.map_or(0, db::from_db),
        }))
    }
}

/// When a session last seen then ends by itself, microseconds.
pub(crate) fn idle_at(role: Role, last_seen_at: i64) -> i64 {
    let idle_s = if is_staff(role) {
        limits::SESSION_IDLE_STAFF_S
    } else {
        limits::SESSION_IDLE_S
    };
    db::at(last_seen_at).plus_seconds(idle_s).micros()
}

/// Staff sit at shared desks; their sessions are short. A custodian is a machine in a locked room.
pub(crate) fn is_staff(role: Role) -> bool {
    matches!(
        role,
        Role::CaseManager | Role::Supervisor | Role::Administrator
    )
}
