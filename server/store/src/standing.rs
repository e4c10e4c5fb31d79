//! How a caller stands to what they ask about, loaded in the transaction of the act: the facts from
//! which `care::rules` decides. One statement each.

use care::Caller;
use care::rules::{Asker, Standing};
use protocol::{PersonId, Role, limits};

use crate::db;
use crate::error::Result;
use crate::tx::Tx;

/// Whether a session lives, apart from its idleness, which depends on the role. `$now` is the time.
macro_rules! live {
    ($now:literal) => {
        concat!(
            "a.role, a.confirmed_at, s.last_seen_at, s.proved_at, s.shared_at,
            CAST(CASE WHEN s.ended_at IS NULL AND s.ends_at > ",
            $now,
            " AND d.revoked_at IS NULL AND a.ended_at IS NULL
                AND s.session_generation = a.session_generation
                AND s.grant_generation = a.grant_generation
                AND s.device_generation = d.generation THEN 1 ELSE 0 END AS BIGINT) AS live"
        )
    };
}

/// What is to be known of one session. `$1` is the session, `$2` the time.
macro_rules! session {
    ($columns:expr, $joins:expr) => {
        concat!(
            "
        SELECT ",
            live!("$2"),
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

/// How many live assignments bind the account to the client named by `$client` at the time `$now`.
macro_rules! assignments {
    ($client:literal, $now:literal) => {
        concat!(
            "(SELECT COUNT(*) FROM assignment g
                WHERE g.account = a.id AND g.client = ",
            $client,
            " AND g.from_at <= ",
            $now,
            " AND (g.ended_at IS NULL OR g.ended_at > ",
            $now,
            "))"
        )
    };
}

/// How many live representations bind the account's person to the client named by `$client` at `$now`.
macro_rules! representations {
    ($client:literal, $now:literal) => {
        concat!(
            "(SELECT COUNT(*) FROM representation n
                WHERE n.caregiver = a.person AND n.client = ",
            $client,
            " AND n.from_at <= ",
            $now,
            " AND n.ended_at IS NULL AND (n.until_at IS NULL OR n.until_at > ",
            $now,
            "))"
        )
    };
}

pub(crate) mod appointments;
pub(crate) mod circles;
pub(crate) mod lapses;

pub(crate) use circles::{
    Ask, CircleFacts, CircleState, hold_circle, hold_circles, to_circle, to_circles,
};
pub(crate) use lapses::lapsed;

statements! {
    OF_SESSION = session!("", "");
    TO_CLIENT = session!(
        concat!(
            ", ",
            assignments!("$3", "$2"),
            " AS assignments, ",
            representations!("$3", "$2"),
            " AS representations"
        ),
        ""
    );
    TO_PERSON = session!(
        concat!(
            ", ",
            representations!("$3", "$2"),
            " AS representations, (SELECT COUNT(*) FROM assignment g
                WHERE g.account = a.id
                    AND (g.client = $3 OR g.client IN
                        (SELECT r.client FROM related_person r WHERE r.person = $3))
                    AND g.from_at <= $2 AND (g.ended_at IS NULL OR g.ended_at > $2)) AS assignments"
        ),
        ""
    );
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    role: String,
    confirmed_at: Option<i64>,
    last_seen_at: i64,
    proved_at: Option<i64>,
    shared_at: Option<i64>,
    live: i64,
}

#[derive(sqlx::FromRow)]
struct ClientRow {
    #[sqlx(flatten)]
    session: SessionRow,
    assignments: i64,
    representations: i64,
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
        acts_for: row.representations > 0,
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

impl SessionRow {
    fn standing(&self, now: i64) -> Result<Standing> {
        let role = db::role(&self.role)?;
        let by = Idle {
            role,
            shared: self.shared_at.is_some(),
            proved: self.proved_at.is_some(),
        };
        let alive = self.live != 0 && now < by.at(self.last_seen_at);
        // Whoever came by an invitation has no right before somebody says that it is them.
        let live = alive && self.confirmed_at.is_some();
        let lately = |at: i64| {
            let (shown, now) = (db::at(at), db::at(now));
            // Of what was shown in a time to come nobody knows how long ago that is: the clock was set back since.
            let known = shown.plus_seconds(-limits::CLOCK_BACK_S) <= now;
            known && now < shown.plus_seconds(limits::STEP_UP_S)
        };
        Ok(Standing {
            asker: Asker::Account(role),
            session: live && self.proved_at.is_some(),
            unproved: live && self.proved_at.is_none(),
            awaited: alive && self.confirmed_at.is_none(),
            fresh: live && self.proved_at.is_some_and(lately),
            ..Standing::default()
        })
    }
}

/// By what it is told how long a session may be idle.
pub(crate) struct Idle {
    pub role: Role,
    /// Others use the device too.
    pub shared: bool,
    /// An authenticator was shown in it.
    pub proved: bool,
}

impl Idle {
    /// When a session last seen then ends by itself, microseconds.
    pub fn at(&self, last_seen_at: i64) -> i64 {
        let idle_s = if self.shared {
            limits::SESSION_IDLE_SHARED_S
        } else if is_staff(self.role) {
            limits::SESSION_IDLE_STAFF_S
        } else if self.proved {
            limits::SESSION_IDLE_S
        } else {
            limits::SESSION_IDLE_UNPROVED_S
        };
        db::at(last_seen_at).plus_seconds(idle_s).micros()
    }
}

/// Staff sit at shared desks; their sessions are short. A custodian is a machine in a locked room.
pub(crate) fn is_staff(role: Role) -> bool {
    matches!(
        role,
        Role::CaseManager | Role::Supervisor | Role::Administrator
    )
}
