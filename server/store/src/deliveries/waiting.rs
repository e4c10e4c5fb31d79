//! What waits for a person: messages of others, in circles in which they may read, that none of their devices
//! has. How far a device has come its cursor says; when one was last at work, its sessions.

use care::unread::{Reader, Waiting};
use protocol::{Role, Timestamp, limits};
use uuid::Uuid;

use crate::db;
use crate::error::Result;
use crate::preferences::HoursRow;
use crate::tx::Tx;

/// When the newest message came that waits for the account in the circle `k`, by `$3` or by another time. The one
/// behind a commit, which begins an epoch, and one that was redacted have no body, and nothing to read.
macro_rules! newest {
    ($condition:literal) => {
        concat!(
            "(SELECT l.accepted_at FROM circle_log l
                WHERE l.circle = k.id AND l.generation = k.generation AND l.kind = 'message'
                    AND LENGTH(l.body) > 0 AND l.seq > (SELECT
                            MAX(CASE WHEN u.seq > cd.added_seq THEN u.seq ELSE cd.added_seq END)
                        FROM circle_device cd
                            JOIN device d ON d.id = cd.device AND d.revoked_at IS NULL
                            LEFT JOIN cursor u ON u.device = cd.device AND u.circle = cd.circle
                                AND u.generation = k.generation
                        WHERE cd.circle = k.id AND cd.account = a.id)
                    AND NOT EXISTS (SELECT 1 FROM device o
                        WHERE o.id = l.device AND o.account = a.id)
                    AND ",
            $condition,
            " ORDER BY l.seq DESC LIMIT 1)"
        )
    };
}

/// When the last mail about unread messages was written, but the row `$2`.
macro_rules! told {
    ($condition:literal) => {
        concat!(
            "(SELECT MAX(v.written_at) FROM delivery v
                WHERE v.account = a.id AND v.step = 'unread' AND v.id <> $2
                    AND (v.state = 'sent' OR v.began > 0)",
            $condition,
            ")"
        )
    };
}

statements! {
    READER = concat!(
        "
        SELECT a.role, f.zone, f.unread_mail_off_at, f.safe_from, f.safe_until,
            (SELECT COUNT(*) FROM address d WHERE d.person = a.person AND d.channel = 'email'
                AND d.ended_at IS NULL AND d.refused_at IS NULL AND d.confirmed_at IS NOT NULL)
                AS addresses,
            (SELECT COUNT(*) FROM address d WHERE d.person = a.person AND d.channel = 'email'
                AND d.ended_at IS NULL AND d.refused_at IS NULL AND d.confirmed_at IS NULL)
                AS unconfirmed,
            (SELECT MAX(s.last_seen_at) FROM session s WHERE s.account = a.id) AS seen_at, ",
        told!(""),
        " AS told_at, ",
        told!(" AND v.urgent_at IS NOT NULL"),
        " AS told_urgent_at
        FROM account a LEFT JOIN preference f ON f.person = a.person
        WHERE a.id = $1 AND a.ended_at IS NULL"
    );
    CIRCLES = concat!(
        "
        SELECT
            (SELECT COUNT(*) FROM consent c JOIN consent_circle cc ON cc.consent = c.id
                WHERE cc.circle = k.id AND c.client = k.client AND c.caregiver = a.person
                    AND c.from_at <= $2 AND c.withdrawn_at IS NULL
                    AND (c.until_at IS NULL OR c.until_at > $2)) AS consents,
            (SELECT COUNT(*) FROM assignment g
                WHERE g.account = a.id AND g.client = k.client AND g.from_at <= $2
                    AND (g.ended_at IS NULL OR g.ended_at > $2)) AS assignments, ",
        newest!("l.accepted_at <= $3"),
        " AS newest, ",
        newest!("l.urgency <> 'routine' AND l.accepted_at <= $4"),
        " AS newest_urgent
        FROM circle_member m
            JOIN account a ON a.id = m.account
            JOIN circle k ON k.id = m.circle AND k.status <> 'planned'
        WHERE m.account = $1 AND m.state = 'confirmed'"
    );
}

#[derive(sqlx::FromRow)]
struct ReaderRow {
    role: String,
    #[sqlx(flatten)]
    hours: HoursRow,
    unread_mail_off_at: Option<i64>,
    addresses: i64,
    unconfirmed: i64,
    seen_at: Option<i64>,
    told_at: Option<i64>,
    told_urgent_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct CircleRow {
    consents: i64,
    assignments: i64,
    newest: Option<i64>,
    newest_urgent: Option<i64>,
}

impl CircleRow {
    /// Whether an account of that role may read there now.
    fn is_open_to(&self, role: Role) -> bool {
        match role {
            Role::Client | Role::Supervisor => true,
            Role::Caregiver => self.consents > 0,
            Role::CaseManager => self.assignments > 0,
            Role::Administrator | Role::Custodian => false,
        }
    }
}

/// A person, and what waits for them.
pub(super) struct Found {
    pub(super) reader: Reader,
    pub(super) waiting: Waiting,
    /// In how many circles something waits.
    pub(super) conversations: usize,
}

/// What is true at `now`, which is the scheduler's time. `except`: a mail that does not count as one that
/// told them. Nothing for an account that was ended.
pub(super) async fn look(
    tx: &mut Tx,
    (account, except): (Uuid, Uuid),
    now: Timestamp,
) -> Result<Option<Found>> {
    let row = tx.sql(READER).bind(account).bind(except);
    let Some(row) = row.maybe::<ReaderRow>().await? else {
        return Ok(None);
    };
    let role = db::role(&row.role)?;
    let circles = tx
        .sql(CIRCLES)
        .bind(account)
        .bind(now.micros())
        .bind(now.plus_seconds(-limits::UNREAD_S).micros())
        .bind(now.plus_seconds(-limits::UNREAD_URGENT_S).micros())
        .all::<CircleRow>()
        .await?;
    let (mut waiting, mut conversations, mut shut_out) = (Waiting::default(), 0, false);
    for circle in &circles {
        if circle.is_open_to(role) {
            waiting.newest = waiting.newest.max(circle.newest.map(db::at));
            waiting.newest_urgent = waiting.newest_urgent.max(circle.newest_urgent.map(db::at));
            conversations += usize::from(circle.newest.is_some());
        } else {
            shut_out |= circle.newest.or(circle.newest_urgent).is_some();
        }
    }
    let reader = Reader {
        hours: row.hours.read(tx)?,
        has_digest: matches!(role, Role::CaseManager | Role::Supervisor),
        reachable: row.addresses > 0,
        unconfirmed: row.unconfirmed > 0,
        wants_mail: row.unread_mail_off_at.is_none(),
        seen_at: row.seen_at.map(db::at),
        told_at: row.told_at.map(db::at),
        told_urgent_at: row.told_urgent_at.map(db::at),
        shut_out,
    };
    Ok(Some(Found {
        reader,
        waiting,
        conversations,
    }))
}
