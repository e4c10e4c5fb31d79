//! Rows that are due, each with all from which it is decided again ([`decision`](super::decision)) and its mail is
//! written.

use protocol::{Step, Timestamp, limits};
use uuid::Uuid;

use super::bundles;
use super::recipients::PartRow;
use crate::db;
use crate::error::Result;
use crate::tx::Tx;

statements! {
    DUE = "
        WITH soonest AS (
            SELECT id, due_at, person FROM (
                SELECT id, due_at, person FROM delivery
                WHERE state = 'planned' AND due_at <= $1
                ORDER BY due_at, person, id LIMIT $2) AS planned
            UNION ALL
            SELECT id, due_at, person FROM (
                SELECT id, due_at, person FROM delivery
                WHERE state = 'leased' AND leased_until <= $1
                ORDER BY due_at, person, id LIMIT $2) AS leased)
        SELECT v.id, v.dedupe, v.appointment, v.participant, v.ics_sequence, v.day, v.step,
            v.due_at, v.bundle, v.not_after, v.state, v.began, v.written_at, v.address AS pinned_address,
            v.language AS pinned_language, v.zone AS pinned_zone,
            v.disclosure AS pinned_disclosure, v.calendar_file_off_at AS pinned_off,
            v.series, v.times AS pinned_times, v.person,
            a.id AS account,
            f.language, f.zone, f.disclosure, f.reminders_off_at, f.calendar_file_off_at,
            f.confirmed_reminders_at, f.changed_at AS preference_at,
            f.safe_from, f.safe_until,
            d.id AS address, d.value AS address_value,
            p.role, p.response, p.left_at, p.cleared_at, p.joined_at, l.id AS link, l.secret AS link_secret,
            (SELECT COUNT(*) FROM consent c
                WHERE c.client = k.client AND c.caregiver = v.person
                    AND c.appointments_at IS NOT NULL AND c.from_at <= $1
                    AND c.withdrawn_at IS NULL AND (c.until_at IS NULL OR c.until_at > $1))
                AS consents,
            (SELECT COUNT(*) FROM consent c
                WHERE c.client = k.client AND c.caregiver = v.person
                    AND c.reminders_at IS NOT NULL AND c.from_at <= $1
                    AND c.withdrawn_at IS NULL AND (c.until_at IS NULL OR c.until_at > $1))
                AS reminded,
            (SELECT COUNT(*) FROM assignment g
                WHERE g.account = p.account AND g.client = k.client AND g.from_at <= $1
                    AND (g.ended_at IS NULL OR g.ended_at > $1)) AS assignments,
            (SELECT COUNT(*) FROM appointment o
                WHERE o.id = v.appointment AND o.organizer <> p.account) AS beside,
            (SELECT MAX(o.ics_sequence) FROM delivery o
                WHERE o.appointment = v.appointment AND o.participant = v.participant
                AND o.id <> v.id AND (o.state = 'sent' OR o.began > 0)) AS told,
            (SELECT CAST(MAX(CASE WHEN o.series = z.id AND o.created_at >= z.told_at
                    THEN 2 ELSE 1 END) AS BIGINT)
                FROM delivery o
                WHERE o.person = v.person AND o.id <> v.id AND o.series IN (z.id, z.earlier)
                AND o.step = 'invitation' AND (o.state = 'sent' OR o.began > 0
                    OR (o.state = 'leased' AND o.leased_until > $1))) AS heard,
            (SELECT COUNT(*) FROM delivery o
                WHERE o.person = v.person AND o.id <> v.id AND o.step = 'invitation'
                AND (o.appointment = v.appointment OR o.series IN (z.id, z.earlier))
                AND (o.state = 'failed' OR (o.state = 'skipped' AND o.reason IN ('no_address',
                    'address_unconfirmed', 'address_refused', 'outside_safe_hours')))) AS called,
            (SELECT COUNT(*) FROM delivery o
                WHERE o.appointment = v.appointment AND o.participant = v.participant
                AND o.id <> v.id AND o.step = 'cancellation' AND o.created_at >= p.cleared_at
                AND (o.state IN ('sent', 'leased') OR o.began > 0)) AS cleared,
            (SELECT COUNT(*) FROM delivery o
                WHERE o.appointment = v.appointment AND o.participant = v.participant
                AND o.id <> v.id AND o.state = 'leased' AND o.leased_until > $1) AS ahead,
            (SELECT COUNT(*) FROM address u WHERE u.person = v.person AND u.channel = 'email'
                AND u.ended_at IS NULL AND u.refused_at IS NULL AND u.confirmed_at IS NULL)
                AS unconfirmed
        FROM (SELECT id FROM soonest ORDER BY due_at, person, id LIMIT $2) AS s
            JOIN delivery v ON v.id = s.id
            LEFT JOIN appointment k ON k.id = v.appointment
            LEFT JOIN series z ON z.id = k.series
            LEFT JOIN participant p ON p.id = v.participant
            LEFT JOIN account a ON a.person = v.person
                AND (a.id = p.account OR a.id = v.account
                    OR (p.account IS NULL AND v.account IS NULL
                        AND a.role = 'case_manager' AND a.ended_at IS NULL))
            LEFT JOIN preference f ON f.person = v.person
            LEFT JOIN address d ON d.person = v.person AND d.channel = 'email'
                AND d.ended_at IS NULL AND d.refused_at IS NULL AND d.confirmed_at IS NOT NULL
            LEFT JOIN link l ON l.participant = v.participant AND l.ics_sequence = v.ics_sequence
        ORDER BY v.due_at, v.person, v.id";
}

#[derive(sqlx::FromRow)]
pub(super) struct DueRow {
    pub(super) id: Uuid,
    pub(super) dedupe: Vec<u8>,
    pub(super) appointment: Option<Uuid>,
    pub(super) participant: Option<Uuid>,
    pub(super) ics_sequence: i64,
    pub(super) day: Option<String>,
    pub(super) step: String,
    pub(super) due_at: i64,
    pub(super) bundle: Option<Uuid>,
    pub(super) not_after: i64,
    pub(super) state: String,
    pub(super) began: i64,
    pub(super) written_at: Option<i64>,
    pub(super) pinned_address: Option<Uuid>,
    pub(super) pinned_language: Option<String>,
    pub(super) pinned_zone: Option<String>,
    pub(super) pinned_disclosure: Option<String>,
    pub(super) pinned_off: Option<i64>,
    pub(super) series: Option<Uuid>,
    pub(super) pinned_times: Option<String>,
    pub(super) person: Uuid,
    /// None where nobody is any more what the mail is for.
    pub(super) account: Option<Uuid>,
    pub(super) language: Option<String>,
    #[sqlx(flatten)]
    pub(super) part: PartRow,
    /// Since when their wishes stand as they do.
    pub(super) preference_at: Option<i64>,
    pub(super) address: Option<Uuid>,
    pub(super) address_value: Option<Vec<u8>>,
    pub(super) link: Option<Uuid>,
    pub(super) link_secret: Option<Vec<u8>>,
    pub(super) ahead: i64,
    pub(super) unconfirmed: i64,
}

/// What is due at `now`, at most [`limits::DELIVERIES_LEASED`] rows, and whether there may be more.
pub(super) async fn read(tx: &mut Tx, now: Timestamp) -> Result<(Vec<DueRow>, bool)> {
    let mut rows = tx
        .sql(DUE)
        .bind(now.micros())
        .bind(i64::try_from(limits::DELIVERIES_LEASED).unwrap_or(i64::MAX))
        .all::<DueRow>()
        .await?;
    let full = rows.len() == limits::DELIVERIES_LEASED;
    let last = rows.last().map(|row| db::step(&row.step)).transpose()?;
    if full && last.is_some_and(Step::is_reminder) {
        bundles::hold_back(&mut rows, |row| (row.due_at, row.person));
    }
    Ok((rows, full))
}
